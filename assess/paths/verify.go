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
	goals := []horn.Atom{g.goal}
	for _, s := range g.starts {
		for _, f := range s.attackers {
			verdict := g.reached[startKey(s.ref)][f.attacker]
			if err := g.verify(f, verdict, may, must, goals); err != nil {
				return fmt.Errorf("%s as %s: %w", s.ref.Name, f.attacker, err)
			}
		}
	}
	return nil
}

func (g *Graph) verify(f foothold, verdict model.Truth, may, must []horn.Rule, goals []horn.Atom) error {
	reaches := func(s *horn.System, rules []horn.Rule) error {
		proof, ok := s.Prove(f.atoms, g.goal, func(int) int64 { return 1 })
		if !ok {
			return fmt.Errorf("no derivation")
		}
		return horn.VerifyProof(rules, f.atoms, g.goal, proof)
	}
	closed := func(s *horn.System, rules []horn.Rule) error {
		set, ok := s.Refute(f.atoms, goals)
		if !ok {
			return fmt.Errorf("no closed set")
		}
		return horn.VerifyClosed(rules, f.atoms, goals, set)
	}
	switch verdict {
	case model.True:
		return reaches(g.must, must)
	case model.False:
		return closed(g.may, may)
	}
	if err := reaches(g.may, may); err != nil {
		return err
	}
	return closed(g.must, must)
}
