package horn

import (
	"errors"
	"fmt"
	"slices"
)

// VerifyProof checks that the goal follows from the starts by the proof's rules,
// in their order, and that no rule stands there in vain. It shares nothing with
// the solver.
func VerifyProof(rules []Rule, starts []Atom, goal Atom, proof Proof) error {
	known := map[Atom]bool{}
	for _, a := range starts {
		known[a] = true
	}
	used := map[Atom]bool{goal: true}
	for _, i := range proof {
		if i < 0 || i >= len(rules) {
			return fmt.Errorf("there is no rule %d", i)
		}
		r := rules[i]
		if !known[r.If] || r.And != None && !known[r.And] {
			return fmt.Errorf("rule %d: a premise was not derived before it", i)
		}
		if known[r.Head] {
			return fmt.Errorf("rule %d: its head is known without it", i)
		}
		known[r.Head] = true
		used[r.If], used[r.And] = true, true
	}
	if !known[goal] {
		return errors.New("the goal is not derived")
	}
	for _, i := range proof {
		if !used[rules[i].Head] {
			return fmt.Errorf("rule %d: nothing uses its head", i)
		}
	}
	return nil
}

// VerifyClosed checks that the set holds every start and no goal, and that no
// rule leads out of it.
func VerifyClosed(rules []Rule, starts, goals []Atom, closed Closed) error {
	in := map[Atom]bool{}
	for _, a := range closed {
		in[a] = true
	}
	for _, a := range starts {
		if !in[a] {
			return fmt.Errorf("start %d is not in the set", a)
		}
	}
	for _, g := range goals {
		if in[g] {
			return fmt.Errorf("goal %d is in the set", g)
		}
	}
	for i, r := range rules {
		if in[r.If] && (r.And == None || in[r.And]) && !in[r.Head] {
			return fmt.Errorf("rule %d leads out of the set", i)
		}
	}
	if !slices.IsSorted(closed) {
		return errors.New("the set is not sorted")
	}
	return nil
}
