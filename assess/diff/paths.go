package diff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/privpath/privpath/model"
)

// excludesPaths says whether a side's data exclude a way into Tier 0 that only the
// other side has.
func (c *comparison) excludesPaths(side, other *model.Assessment) bool {
	asked := len(side.Paths)+len(side.Tier0) > 0 || !c.otherCatalogue
	return asked && excludes(side, other, slices.Concat(holderData, policyData, pathData))
}

func (c *comparison) tier0() []Tier0Move {
	key := func(m model.Tier0Member) string { return m.Kind + "\x00" + model.FoldID(m.ID) }
	before, now := keyed(c.old.Tier0, key), keyed(c.new.Tier0, key)
	certainBefore, certainNow := c.excludesPaths(c.old, c.new), c.excludesPaths(c.new, c.old)
	moves := []Tier0Move{}
	for _, k := range keysOf(before, now) {
		m := Tier0Move{Old: before[k], New: now[k], Move: Unchanged}
		m.PrincipalRef = cmp.Or(m.New, m.Old).PrincipalRef
		switch {
		case m.Old == nil || m.New == nil:
			m.Move = presenceOf(m.Old != nil, certainBefore, certainNow)
		case m.Old.Certain && !m.New.Certain:
			m.Move = Undecided
		case !m.Old.Certain && m.New.Certain:
			m.Move = Decided
		case m.Old.Declared != m.New.Declared || m.Old.Hops != m.New.Hops || m.Old.Reason != m.New.Reason:
			m.Move = Changed
		}
		if m.Move != Unchanged {
			moves = append(moves, m)
		}
	}
	slices.SortStableFunc(moves, func(a, b Tier0Move) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name))
	})
	return moves
}

func (c *comparison) paths() []PathMove {
	before, now := pathsOf(c.old), pathsOf(c.new)
	certainBefore, certainNow := c.excludesPaths(c.old, c.new), c.excludesPaths(c.new, c.old)
	moves := []PathMove{}
	for _, k := range keysOf(before, now) {
		o, n := before[k], now[k]
		shown := cmp.Or(n, o)
		m := PathMove{From: shown.From, To: shown.To, Attacker: shown.Attacker, Old: pathVerdict(o, certainBefore), New: pathVerdict(n, certainNow), Hops: hops(shown)}
		m.Move = reachMove(m.Old, m.New)
		if m.Move == Unchanged && o != nil && n != nil && !slices.Equal(hops(o), hops(n)) {
			m.Move = Changed
		}
		if m.Move != Unchanged {
			moves = append(moves, m)
		}
	}
	slices.SortStableFunc(moves, func(a, b PathMove) int {
		return cmp.Or(strings.Compare(a.From.Name, b.From.Name), strings.Compare(a.To.Name, b.To.Name))
	})
	return moves
}

// pathsOf finds a run's paths by their ends and the attacker. Of several the most
// certain and shortest counts.
func pathsOf(a *model.Assessment) map[string]*model.Path {
	all := map[string]*model.Path{}
	for i := range a.Paths {
		p := &a.Paths[i]
		key := strings.Join([]string{p.From.Kind, model.FoldID(p.From.ID), p.To.Kind, model.FoldID(p.To.ID), p.Attacker}, "\x00")
		if known := all[key]; known == nil || plainer(p, known) {
			all[key] = p
		}
	}
	return all
}

func plainer(p, other *model.Path) bool {
	if p.Verdict != other.Verdict {
		return worst(p.Verdict, other.Verdict) == p.Verdict
	}
	return cmp.Or(len(p.Hops)-len(other.Hops), slices.Compare(hops(p), hops(other))) < 0
}

// pathVerdict is a path's verdict. A path that is not listed is none, or not known
// where the data do not exclude it.
func pathVerdict(p *model.Path, certain bool) string {
	switch {
	case p != nil:
		return p.Verdict
	case certain:
		return ""
	}
	return model.ReachUnknown
}

// hops writes each hop of a path for people.
func hops(p *model.Path) []string {
	list := []string{}
	for _, h := range p.Hops {
		text := refName(h.From) + " " + h.Explanation
		if h.With != nil {
			text += ", with " + refName(*h.With)
		}
		list = append(list, text)
	}
	return list
}

func refName(r model.PrincipalRef) string { return cmp.Or(r.Name, r.ID) }
