package diff

import (
	"slices"

	"github.com/privpath/privpath/model"
)

// Gate is a kind of drift that somebody may want to be told of.
type Gate struct {
	Name        string
	Description string
	// Met names what met the gate; nothing: it is not met.
	Met func(*Diff) []string
}

// Gates lists the kinds of drift that a build or a watch can stop at.
func Gates() []Gate {
	return []Gate{
		{"new", "a finding that is new, or that is decided only now and fails", func(d *Diff) []string { return d.controls(isNew) }},
		{"worse", "a finding that is new or worse, or whose risk is no longer accepted", func(d *Diff) []string {
			return d.controls(func(f FindingMove) bool { return isNew(f) || f.Move == Worse || f.Move == AcceptanceEnded })
		}},
		{"undecided", "a finding that is no longer decided, or a reach, a way into Tier 0 or a lock-out that is no longer known", func(d *Diff) []string {
			return append(d.controls(func(f FindingMove) bool { return f.Move == Undecided }), d.reached(Undecided)...)
		}},
		{"opened", "a reach, a way into Tier 0 or a lock-out that opened, or that a weaker attacker can now take", func(d *Diff) []string { return d.reached(Opened) }},
		{"lower", "a pillar whose level fell, or a lower score", (*Diff).lower},
		{"changed", "anything at all", func(d *Diff) []string {
			if d.Empty() {
				return nil
			}
			return []string{"the tenant"}
		}},
	}
}

func isNew(f FindingMove) bool {
	return f.Move == New || f.Move == Decided && classOf(f.New.Status) == problem
}

func (d *Diff) controls(hit func(FindingMove) bool) []string {
	var met []string
	for _, f := range d.Findings {
		if hit(f) {
			met = append(met, f.Control)
		}
	}
	return met
}

// reached names the holdings, the starts of paths and who is locked out, that made a move.
func (d *Diff) reached(move Move) []string {
	var met []string
	for _, m := range d.Reach {
		if m.has(move) {
			met = append(met, refName(m.Principal)+" as "+m.Role.Name)
		}
	}
	for _, p := range d.Paths {
		if p.Move == move || move == Opened && p.Move == Worse {
			met = append(met, "a way from "+refName(p.From))
		}
	}
	for _, l := range d.Lockouts {
		if l.Move == move || move == Opened && l.Move == Worse || slices.ContainsFunc(l.Ways, func(p PathMove) bool { return p.Move == move }) {
			met = append(met, "a lock-out of "+l.whom())
		}
	}
	return met
}

func (d *Diff) lower() []string {
	var met []string
	for _, p := range d.Pillars {
		if p.Old != nil && p.New != nil && p.New.Confirmed < p.Old.Confirmed {
			met = append(met, p.ID.Title())
		}
	}
	if slices.ContainsFunc(d.Headline, func(h HeadlineMove) bool { return h.Name == "score" && h.Move == Fell }) {
		met = append(met, "the score")
	}
	return met
}

// Has reports whether a warning of this kind was given.
func (d *Diff) Has(warning string) bool {
	return slices.ContainsFunc(d.Warnings, func(w Warning) bool { return w.Kind == warning })
}

// gone says what became of an object that the old assessment had a result for and
// the new one has none for: fixed, or no longer decided.
func (d *Diff) gone(control string, s model.Subject) Move {
	i := slices.IndexFunc(d.Findings, func(f FindingMove) bool { return f.Control == control })
	if i < 0 {
		return Unchanged
	}
	f := d.Findings[i]
	if f.Move == Undecided || f.Move == Removed {
		return Undecided
	}
	for _, m := range f.Subjects {
		if m.Kind == s.Kind && model.SameID(m.ID, s.ID) && m.Move == Undecided {
			return Undecided
		}
	}
	return Fixed
}
