package paths

import (
	"fmt"

	"github.com/privpath/privpath/assess/paths/internal/horn"
	"github.com/privpath/privpath/model"
)

// Verify checks every verdict against a certificate of its own, with a verifier
// that shares nothing with the solver: a derivation where Tier 0 is reached, a
// closed set without it where it is not, and both (a derivation among the rules
// that may hold, a closed set of those that surely do) where that is not known.
func (g *Graph) Verify() error {
	var may, must []horn.Rule
	for _, r := range g.b.rules {
		may = append(may, r.Rule)
		if r.certain {
			must = append(must, r.Rule)
		}
	}
	var never, unsure [][]horn.Atom // starts without a way, and those without a certain one
	for _, s := range g.starts {
		for _, f := range s.attackers {
			verdict := g.reached[startKey(s.ref)][f.attacker]
			switch verdict {
			case model.False:
				never = append(never, f.atoms)
				continue
			case model.Unknown:
				unsure = append(unsure, f.atoms)
			}
			if err := g.verifyWay(may, s, f, verdict); err != nil {
				return fmt.Errorf("%s as %s: %w", s.ref.Name, f.attacker, err)
			}
		}
	}
	if err := verifyNone(g.may, may, never, g.goal); err != nil {
		return fmt.Errorf("starts without a way: %w", err)
	}
	if err := verifyNone(g.must, must, unsure, g.goal); err != nil {
		return fmt.Errorf("starts without a certain way: %w", err)
	}
	return nil
}

func (g *Graph) verifyWay(rules []horn.Rule, s start, f foothold, verdict model.Truth) error {
	proof, ok := g.alike.prove(s.ref, f.attacker, f.atoms, verdict == model.True)
	if !ok {
		return fmt.Errorf("no derivation")
	}
	for _, i := range proof {
		if verdict == model.True && !g.b.rules[i].certain {
			return fmt.Errorf("rule %d is not certain", i)
		}
	}
	return horn.VerifyProof(rules, f.atoms, g.goal, proof)
}

func verifyNone(s *horn.System, rules []horn.Rule, starts [][]horn.Atom, goal horn.Atom) error {
	goals := []horn.Atom{goal}
	sets, ok := s.RefuteAll(starts, goals)
	if !ok {
		return fmt.Errorf("no closed sets")
	}
	return horn.VerifyRefutations(rules, starts, goals, sets)
}
