package diff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// excludesPaths says whether a side's data exclude a way into Tier 0 that only the
// other side has.
func (c *comparison) excludesPaths(side, other *model.Assessment) bool {
	asked := len(side.Paths)+len(side.Tier0) > 0 || !c.otherCatalogue
	return asked && excludes(side, other, slices.Concat(holderData, policyData, pathData))
}

func (c *comparison) tier0() []Tier0Move {
	key := func(m model.Tier0Member) string { return startKey(m.PrincipalRef) }
	before, now := keyed(c.old.Tier0, key), keyed(c.new.Tier0, key)
	certainBefore, certainNow := c.excludesPaths(c.old, c.new), c.excludesPaths(c.new, c.old)
	moves := []Tier0Move{}
	for _, k := range keysOf(before, now) {
		m := Tier0Move{Old: before[k], New: now[k], Move: Unchanged}
		m.PrincipalRef = cmp.Or(m.New, m.Old).PrincipalRef
		switch {
		case m.Old == nil && !m.New.Certain && certainBefore:
			m.Move = Undecided // it may control Tier 0 now
		case m.New == nil && !m.Old.Certain && certainNow:
			m.Move = Decided // it might have, and does not
		case m.Old == nil && !m.New.Certain, m.New == nil && !m.Old.Certain:
			// neither side knows
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
	sorting.Stable(moves, func(a, b Tier0Move) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name))
	})
	return moves
}

// paths compares, for each start, who gets into Tier 0 from it.
func (c *comparison) paths() []PathMove {
	before, now := startsOf(c.old.Paths), startsOf(c.new.Paths)
	old := pathSide{c.old, c.excludesPaths(c.old, c.new)}
	new := pathSide{c.new, c.excludesPaths(c.new, c.old)}
	moves := []PathMove{}
	for _, k := range keysOf(before, now) {
		o, n := orZero(before[k]), orZero(now[k])
		m := PathMove{From: cmp.Or(now[k], before[k]).from, Old: o.way(), New: n.way()}
		o.from, n.from = m.From, m.From
		switch {
		case n.sureRank() < o.sureRank():
			m.Move = opening(o, n, old)
		case n.sureRank() > o.sureRank():
			m.Move = closing(o, n, new)
		case n.possibleRank() < o.possibleRank():
			m.Move = doubting(n, o, old, Undecided)
		case n.possibleRank() > o.possibleRank():
			m.Move = doubting(o, n, new, Decided)
		case slices.Equal(m.Old.Hops, m.New.Hops) && m.Old.To == m.New.To:
			m.Move = Unchanged
		default:
			m.Move = Changed
		}
		if m.Move != Unchanged {
			moves = append(moves, m)
		}
	}
	sorting.Stable(moves, func(a, b PathMove) int {
		return cmp.Or(strings.Compare(a.From.Name, b.From.Name), strings.Compare(a.From.Kind, b.From.Kind))
	})
	return moves
}

// pathSide is a run, and whether its data exclude what only the other run has.
type pathSide struct {
	*model.Assessment
	excludes bool
}

// opening is the move of a start from which a weaker attacker now surely gets
// there, unless its own role served him already.
func opening(o, n pathStart, old pathSide) Move {
	switch {
	case direct(old.Assessment, o.from, n.surely.Attacker) == model.True:
		return Changed
	case o.surely == nil:
		return Opened
	}
	return Worse
}

// closing is the mirror of opening: the attacker who surely got there does not any
// more, unless he may, or his own role serves him, or the data do not tell.
func closing(o, n pathStart, new pathSide) Move {
	own := direct(new.Assessment, o.from, o.surely.Attacker)
	switch {
	case own == model.True:
		return Changed
	case own == model.Unknown, n.possibleRank() <= o.sureRank(), n.way() == nil && !new.excludes:
		return Undecided
	case n.surely == nil:
		return Closed
	}
	return Better
}

// doubting is the move of a start of which only what may be differs: one side has
// a weaker attacker who may get there, and the other does not.
func doubting(has, lacks pathStart, other pathSide, move Move) Move {
	own := direct(other.Assessment, has.from, has.weakest().Attacker)
	switch {
	case own == model.True:
		return Changed
	case own == model.Unknown, lacks.way() == nil && !other.excludes:
		return Unchanged // the other side does not know either
	}
	return move
}

// pathStart is who gets into Tier 0 from one start over something else than its
// own role: the weakest attacker who surely does, and a weaker one who may.
type pathStart struct {
	from            model.PrincipalRef
	surely, perhaps *model.Path
}

// noRank is above that of every attacker.
const noRank = 1 << 30

func (s pathStart) sureRank() int {
	if s.surely == nil {
		return noRank
	}
	return pathAttackerRank(s.surely.Attacker)
}

// possibleRank is that of the weakest attacker who surely or perhaps gets there.
func (s pathStart) possibleRank() int {
	if w := s.weakest(); w != nil {
		return pathAttackerRank(w.Attacker)
	}
	return noRank
}

func (s pathStart) weakest() *model.Path {
	if s.perhaps != nil && (s.surely == nil || pathAttackerRank(s.perhaps.Attacker) < s.sureRank()) {
		return s.perhaps
	}
	return s.surely
}

// way is the start's most certain way, or nil where it has none.
func (s pathStart) way() *PathWay {
	p := cmp.Or(s.surely, s.perhaps)
	if p == nil {
		return nil
	}
	w := &PathWay{To: p.To, Attacker: p.Attacker, Verdict: p.Verdict, Hops: hops(p)}
	if s.surely != nil && s.perhaps != nil {
		w.Perhaps = s.perhaps.Attacker
	}
	return w
}

func startKey(r model.PrincipalRef) string { return r.Kind + "\x00" + model.FoldID(r.ID) }

func startsOf(paths []model.Path) map[string]*pathStart {
	all := map[string]*pathStart{}
	for i := range paths {
		p := &paths[i]
		key := startKey(p.From)
		if all[key] == nil {
			all[key] = &pathStart{from: p.From}
		}
		kept := &all[key].surely
		if p.Verdict != model.Reaches {
			kept = &all[key].perhaps
		}
		if *kept == nil || plainer(p, *kept) {
			*kept = p
		}
	}
	return all
}

// pathAttackers is the order in which the engine asks, the weakest first.
var pathAttackers = []string{"control", "stolenPassword", "phishedSession", "activeSession", "workloadCredential", "userDevice", "paw"}

func pathAttackerRank(name string) int {
	if i := slices.Index(pathAttackers, name); i >= 0 {
		return i
	}
	return len(pathAttackers)
}

// plainer orders ways of one start: the weaker attacker, then the shorter way.
func plainer(p, other *model.Path) bool {
	return cmp.Or(pathAttackerRank(p.Attacker)-pathAttackerRank(other.Attacker), strings.Compare(p.Attacker, other.Attacker),
		len(p.Hops)-len(other.Hops), slices.Compare(hops(p), hops(other))) < 0
}

// direct says whether a start's own role serves the attacker on one side. Such a
// way is not among the paths: it is the reach's answer.
func direct(a *model.Assessment, from model.PrincipalRef, attacker string) model.Truth {
	found := model.False
	for _, r := range a.Reach {
		switch {
		case !model.SameID(r.Principal.ID, from.ID):
		case r.Principal.Kind == "servicePrincipal":
			found = model.True // whoever has its credential has the role
		default:
			found = model.Or(found, free(r.Attackers[attacker]))
		}
	}
	return found
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
