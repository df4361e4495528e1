package paths

import (
	"fmt"

	"github.com/privpath/privpath/assess/paths/internal/horn"
	"github.com/privpath/privpath/model"
)

// Verify checks every verdict, on Tier 0 and on every lock-out, against a certificate
// of its own, with a verifier that shares nothing with the solver: a derivation where
// the goal is reached, a closed set without it where it is not, and both (a derivation
// among the rules that may hold, a closed set of those that surely do) where that is
// not known.
func (g *Graph) Verify() error {
	var may, must []horn.Rule
	for _, r := range g.b.rules {
		may = append(may, r.Rule)
		if r.certain {
			must = append(must, r.Rule)
		}
	}
	if err := g.verify(g.goal, may, must, func(s start, n int) model.Truth { return g.reached[startKey(s.ref)][s.attackers[n].attacker] }); err != nil {
		return err
	}
	for _, l := range g.lockouts() {
		for _, goal := range l.goals {
			if err := g.verify(goal, may, must, l.verdicts.of); err != nil {
				return fmt.Errorf("lock-out of %s: %w", l.targets[0].Name, err)
			}
		}
	}
	return nil
}

func (g *Graph) verify(goal horn.Atom, may, must []horn.Rule, verdictOf func(start, int) model.Truth) error {
	var never, unsure [][]horn.Atom // starts without a way, and those without a certain one
	for _, s := range g.starts {
		for n, f := range s.attackers {
			verdict := verdictOf(s, n)
			switch verdict {
			case model.False:
				never = append(never, f.atoms)
				continue
			case model.Unknown:
				unsure = append(unsure, f.atoms)
			}
			if err := g.verifyWay(goal, may, s, f, verdict); err != nil {
				return fmt.Errorf("%s as %s: %w", s.ref.Name, f.attacker, err)
			}
		}
	}
	if err := verifyNone(g.may, may, never, goal); err != nil {
		return fmt.Errorf("starts without a way: %w", err)
	}
	if err := verifyNone(g.must, must, unsure, goal); err != nil {
		return fmt.Errorf("starts without a certain way: %w", err)
	}
	return nil
}

func (g *Graph) verifyWay(goal horn.Atom, rules []horn.Rule, s start, f foothold, verdict model.Truth) error {
	proof, ok := g.alike.prove(goal, s.ref, f.attacker, f.atoms, verdict == model.True)
	if !ok {
		return fmt.Errorf("no derivation")
	}
	for _, i := range proof {
		if verdict == model.True && !g.b.rules[i].certain {
			return fmt.Errorf("rule %d is not certain", i)
		}
	}
	return horn.VerifyProof(rules, f.atoms, goal, proof)
}

func verifyNone(s *horn.System, rules []horn.Rule, starts [][]horn.Atom, goal horn.Atom) error {
	goals := []horn.Atom{goal}
	sets, ok := s.RefuteAll(starts, goals)
	if !ok {
		return fmt.Errorf("no closed sets")
	}
	return horn.VerifyRefutations(rules, starts, goals, sets)
}
