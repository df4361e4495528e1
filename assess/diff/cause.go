package diff

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// maxProved bounds how many changes are proved; each takes two runs of the engine.
const maxProved = 64

// Sides are the tenants behind two assessments, and how the access engine is asked
// about one. Reach gives the reach section that an assessment of the tenant would
// have.
type Sides struct {
	Old, New *model.Tenant
	Reach    func(context.Context, *model.Tenant) ([]model.Reach, error)
	// Progress, when not nil, is told how many of the changes are done.
	Progress func(done, total int)
}

// Attribute adds what changed in the tenants' configuration, and finds which of
// the changes moved the reach: the engine is asked about the new tenant with one
// change undone, and about the old tenant with nothing but that change. Causes
// that the assessments only name are kept where nothing is proved and the policy
// did change. The error is the engine's.
func (d *Diff) Attribute(ctx context.Context, sides Sides) error {
	d.Configuration = Configuration(sides.Old, sides.New)
	d.keepChanged()
	if !slices.ContainsFunc(d.Reach, func(m ReachMove) bool { return len(m.verdicts()) > 0 }) {
		return nil
	}
	candidates := d.candidates()
	switch {
	case sides.Reach == nil:
		return nil
	case len(candidates) > maxProved:
		d.Warnings = append(d.Warnings, Warning{Unproved, fmt.Sprintf("The configuration changed in %d places, which are too many to prove which of them moved the reach.", len(candidates))})
		return nil
	}
	d.proving = true
	proofs := make([]proof, len(candidates))
	for i, c := range candidates {
		undone, err := sides.Reach(ctx, c.put(sides.New, sides.Old))
		if err != nil {
			return err
		}
		alone, err := sides.Reach(ctx, c.put(sides.Old, sides.New))
		if err != nil {
			return err
		}
		proofs[i] = proof{c, holdingsIn(undone), holdingsIn(alone)}
		if sides.Progress != nil {
			sides.Progress(i+1, len(candidates))
		}
	}
	all := sides.New
	for _, c := range candidates {
		all = c.put(all, sides.Old)
	}
	reach, err := sides.Reach(ctx, all)
	if err != nil {
		return err
	}
	d.prove(proofs, holdingsIn(reach))
	return nil
}

// proof is what the engine says with one change undone, and with it alone.
type proof struct {
	change        *Change
	undone, alone map[string]*held
}

// candidates are the changes that the reach can hang on.
func (d *Diff) candidates() []*Change {
	var list []*Change
	for i := range d.Configuration {
		c := &d.Configuration[i]
		reads := slices.ContainsFunc(slices.Concat(holderData, policyData), func(n named) bool { return n.Name() == c.Dataset })
		if reads && (c.Move == Added || c.Move == Removed || c.Move == Changed) {
			list = append(list, c)
		}
	}
	return list
}

// keepChanged drops causes that are only named and did not change themselves.
func (d *Diff) keepChanged() {
	for i := range d.Reach {
		d.Reach[i].Causes = slices.DeleteFunc(d.Reach[i].Causes, func(cause Cause) bool {
			return !slices.ContainsFunc(d.Configuration, func(c Change) bool {
				return c.Dataset == cause.Dataset && model.SameID(c.ID, cause.ID)
			})
		})
	}
}

func (d *Diff) prove(proofs []proof, undone map[string]*held) {
	for i := range d.Reach {
		m := &d.Reach[i]
		moved := m.verdicts()
		if len(moved) == 0 {
			continue
		}
		var causes, together []Cause
		for _, p := range proofs {
			cause := Cause{Dataset: p.change.Dataset, ID: p.change.ID, Name: p.change.Name, Proof: Proved, Of: len(moved),
				Undone: m.count(moved, p.undone, before), Alone: m.count(moved, p.alone, after)}
			if cause.Undone+cause.Alone > 0 {
				causes = append(causes, cause)
			}
			cause.Proof = ProvedTogether
			together = append(together, cause)
		}
		switch {
		case len(causes) > 0:
			sorting.Stable(causes, func(a, b Cause) int {
				return cmp.Or(b.Undone-a.Undone, b.Alone-a.Alone, strings.Compare(a.Name, b.Name))
			})
			m.Causes = causes
		case m.count(moved, undone, before) == len(moved):
			m.Causes = together
		}
	}
}

// verdict is one verdict of a holding that moved.
type verdict struct {
	place    place
	attacker string // in the place of a place
	old, now string
}

func before(v verdict) string { return v.old }
func after(v verdict) string  { return v.now }

// verdicts lists what moved. What a side does not know is no evidence of a cause.
func (m *ReachMove) verdicts() []verdict {
	var list []verdict
	if m.Held == Undecided || m.Held == Decided {
		return nil
	}
	for _, p := range m.From {
		list = append(list, verdict{place{p.Device, p.Network, p.Step}, "", p.Old, p.New})
	}
	for _, a := range m.Attackers {
		list = append(list, verdict{place{}, a.Attacker, a.Old, a.New})
	}
	return list
}

// count is how many verdicts stand, in what the engine said, as side says.
func (m *ReachMove) count(moved []verdict, all map[string]*held, side func(verdict) string) int {
	h, n := all[m.key()], 0
	for _, v := range moved {
		got := verdictAt(h, v.place, "")
		if v.attacker != "" {
			got = attackerOf(h, v.attacker, "")
		}
		if got == side(v) {
			n++
		}
	}
	return n
}

func (m *ReachMove) key() string {
	return holdingKey(model.Reach{Principal: m.Principal, Role: m.Role, Scope: m.Scope, Holding: m.Holding})
}
