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

// VerifyRefutations checks of each start that its set holds it and no goal, and
// that no rule leads out of it. A ground is checked once, and beside it only the
// rules that have a premise there. It shares nothing with the solver.
func VerifyRefutations(rules []Rule, starts [][]Atom, goals []Atom, r Refutations) error {
	if len(r.Of) != len(starts) {
		return fmt.Errorf("%d refutations of %d starts", len(r.Of), len(starts))
	}
	by := map[Atom][]int{} // rules by premise
	for i, rule := range rules {
		by[rule.If] = append(by[rule.If], i)
		if rule.And != None {
			by[rule.And] = append(by[rule.And], i)
		}
	}
	on := map[int][]int{} // starts by ground
	for i, one := range r.Of {
		if one.Ground < -1 || one.Ground >= len(r.Grounds) {
			return fmt.Errorf("start %d: there is no ground %d", i, one.Ground)
		}
		on[one.Ground] = append(on[one.Ground], i)
	}
	for g := -1; g < len(r.Grounds); g++ {
		ground := map[Atom]bool{}
		if g >= 0 {
			if err := closes(rules, by, goals, nil, ground, r.Grounds[g]); err != nil {
				return fmt.Errorf("ground %d: %w", g, err)
			}
		}
		for _, i := range on[g] {
			beside := map[Atom]bool{}
			if err := closes(rules, by, goals, ground, beside, r.Of[i].Beside); err != nil {
				return fmt.Errorf("start %d: %w", i, err)
			}
			for _, a := range starts[i] {
				if !ground[a] && !beside[a] {
					return fmt.Errorf("start %d: atom %d is not in the set", i, a)
				}
			}
		}
	}
	return nil
}

// closes puts a list into a set, and checks that the set is closed beside a ground
// that is closed itself.
func closes(rules []Rule, by map[Atom][]int, goals []Atom, ground, set map[Atom]bool, list Closed) error {
	for _, a := range list {
		set[a] = true
	}
	in := func(a Atom) bool { return ground[a] || set[a] }
	for _, g := range goals {
		if set[g] {
			return fmt.Errorf("goal %d is in the set", g)
		}
	}
	for _, a := range list {
		for _, i := range by[a] {
			if r := rules[i]; in(r.If) && (r.And == None || in(r.And)) && !in(r.Head) {
				return fmt.Errorf("rule %d leads out of the set", i)
			}
		}
	}
	if !slices.IsSorted(list) {
		return errors.New("the set is not sorted")
	}
	return nil
}
