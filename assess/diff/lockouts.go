package diff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// lockouts compares who can lock whom out. Accounts that were put out by the same
// starts and are so now stay together.
func (c *comparison) lockouts() []LockoutMove {
	before, now := lockoutsOf(c.old), lockoutsOf(c.new)
	old, new := c.lockSide(c.old, c.new), c.lockSide(c.new, c.old)
	type pair struct{ old, new *model.Lockout }
	place := map[pair]int{}
	moves := []LockoutMove{}
	for _, k := range keysOf(before, now) {
		b, n := before[k], now[k]
		of := pair{b.Lockout, n.Lockout}
		at, known := place[of]
		if !known {
			at = len(moves)
			place[of] = at
			moves = append(moves, lockoutMove(b.Lockout, n.Lockout, old, new))
		}
		if m := &moves[at]; !m.Every {
			m.Targets = append(m.Targets, cmp.Or(n.target, b.target))
		}
	}
	moves = slices.DeleteFunc(moves, func(m LockoutMove) bool { return m.Move == Unchanged })
	sorting.Stable(moves, func(a, b LockoutMove) int {
		if a.Every != b.Every {
			return boolOrder(b.Every)
		}
		return cmp.Or(strings.Compare(a.Targets[0].Name, b.Targets[0].Name), strings.Compare(a.Targets[0].ID, b.Targets[0].ID))
	})
	return moves
}

func boolOrder(after bool) int {
	if after {
		return 1
	}
	return -1
}

// everyKey is that of the lock-out of all at once.
const everyKey = ""

// lockedOut is one account, or all, with who can lock it out.
type lockedOut struct {
	*model.Lockout
	target model.PrincipalRef
}

func lockoutsOf(a *model.Assessment) map[string]lockedOut {
	all := map[string]lockedOut{}
	for i := range a.Lockouts {
		l := &a.Lockouts[i]
		if l.Every {
			all[everyKey] = lockedOut{Lockout: l}
			continue
		}
		for _, t := range l.Targets {
			all[startKey(t)] = lockedOut{l, t}
		}
	}
	return all
}

// lockSide is a run, and what it tells of elsewhere than with a lock-out.
type lockSide struct {
	*model.Assessment
	excludes bool // what only the other run has
	tier0    map[string]*pathStart
	every    *model.Lockout
	all      map[string]*pathStart // who puts out all
}

func (c *comparison) lockSide(side, other *model.Assessment) lockSide {
	s := lockSide{Assessment: side, tier0: startsOf(side.Paths), every: lockoutsOf(side)[everyKey].Lockout}
	s.excludes = len(side.Lockouts) > 0 && c.excludesPaths(side, other)
	s.all = waysOf(s.every)
	return s
}

func waysOf(l *model.Lockout) map[string]*pathStart {
	if l == nil {
		return nil
	}
	return startsOf(l.Paths)
}

// hides says whether a way that the lock-out of one side lacks may stand elsewhere
// there: with what the start surely does besides, with what any account may do, or
// among the ways that are only counted.
func (s lockSide) hides(l *model.Lockout, every bool, way *model.Path) bool {
	if t := s.tier0[startKey(way.From)]; t != nil && t.sureRank() <= pathAttackerRank(way.Attacker) {
		return true
	}
	if direct(s.Assessment, way.From, way.Attacker) == model.True || cut(l, way) {
		return true
	}
	if !every {
		over := s.all[startKey(way.From)]
		if cut(s.every, way) || over != nil && (over.surely != nil || way.Verdict != model.Reaches) {
			return true
		}
	}
	return way.Verdict != model.Reaches && (anybodyMay(l) || anybodyMay(s.every))
}

// cut says whether a lock-out may have the way although it does not tell it: those
// that are certain come first.
func cut(l *model.Lockout, way *model.Path) bool {
	if l == nil {
		return false
	}
	return len(l.Paths) < l.Surely || way.Verdict != model.Reaches && untold(l)
}

func untold(l *model.Lockout) bool { return l != nil && len(l.Paths) < l.Surely+l.Perhaps }

// anybodyMay says whether any account may: then those that may are not told one by
// one.
func anybodyMay(l *model.Lockout) bool {
	return l != nil && slices.ContainsFunc(l.Paths, func(p model.Path) bool { return p.From.Kind == "anyone" && p.Verdict != model.Reaches })
}

// lockoutMove compares who can lock the same accounts out.
func lockoutMove(before, now *model.Lockout, old, new lockSide) LockoutMove {
	m := LockoutMove{Targets: []model.PrincipalRef{}, Ways: []PathMove{}, Move: Unchanged, Old: countOf(before), New: countOf(now)}
	if l := cmp.Or(now, before); l.Every {
		m.Every, m.Targets = true, l.Targets
	}
	from, to := waysOf(before), waysOf(now)
	for _, k := range keysOf(from, to) {
		o, n := orZero(from[k]).weakest(), orZero(to[k]).weakest()
		way := PathMove{From: cmp.Or(n, o).From, Old: orZero(from[k]).way(), New: orZero(to[k]).way()}
		switch {
		case o == nil && old.hides(before, m.Every, n), n == nil && new.hides(now, m.Every, o):
			way.Move = Unchanged
		case o == nil:
			way.Move = began(n, old)
		case n == nil:
			way.Move = ended(o, now, m.Every, new)
		default:
			way.Move = wayMove(o, n, before, now, m.Every, old, new)
		}
		if way.Move != Unchanged {
			m.Ways = append(m.Ways, way)
		}
	}
	sorting.Stable(m.Ways, func(a, b PathMove) int {
		return cmp.Or(strings.Compare(a.From.Name, b.From.Name), strings.Compare(a.From.Kind, b.From.Kind))
	})
	m.Move = m.worst(untold(before) || untold(now))
	return m
}

// began is the move of a start that locks out only now.
func began(way *model.Path, old lockSide) Move {
	switch {
	case !old.excludes:
		return Decided
	case way.Verdict == model.Reaches:
		return Opened
	}
	return Undecided
}

// ended is the mirror of began, but that who surely did may still.
func ended(way *model.Path, now *model.Lockout, every bool, new lockSide) Move {
	perhaps := *way
	perhaps.Verdict = model.ReachUnknown
	switch {
	case !new.excludes, way.Verdict == model.Reaches && new.hides(now, every, &perhaps):
		return Undecided
	case way.Verdict == model.Reaches:
		return Closed
	}
	return Decided
}

// wayMove compares the ways of a start that locks out before and now: each is that
// of the weakest attacker who does, or may.
func wayMove(o, n *model.Path, before, now *model.Lockout, every bool, old, new lockSide) Move {
	weaker := pathAttackerRank(n.Attacker) - pathAttackerRank(o.Attacker)
	surely, was := n.Verdict == model.Reaches, o.Verdict == model.Reaches
	switch {
	case weaker < 0 && old.hides(before, every, n), weaker > 0 && new.hides(now, every, o):
		return Unchanged
	case weaker == 0 && surely && !was:
		return Opened
	case weaker == 0 && surely == was && slices.Equal(hops(o), hops(n)):
		return Unchanged
	case weaker == 0 && surely == was:
		return Changed
	case weaker < 0 && surely:
		return Worse
	case weaker <= 0:
		return Undecided
	case was && surely:
		return Better
	case was:
		return Undecided
	}
	return Decided
}

func countOf(l *model.Lockout) *LockoutCount {
	if l == nil {
		return nil
	}
	return &LockoutCount{Surely: l.Surely, Perhaps: l.Perhaps}
}

// worst is the move that matters most among those of the starts. Where some are only
// counted, more of them may be other ones.
func (m *LockoutMove) worst(counted bool) Move {
	for _, move := range []Move{Opened, Worse, Undecided, Closed, Better, Decided, Changed} {
		if slices.ContainsFunc(m.Ways, func(p PathMove) bool { return p.Move == move }) {
			return move
		}
	}
	o, n := orZero(m.Old), orZero(m.New)
	switch {
	case !counted || o == n:
	case n.Surely > o.Surely, n.Surely+n.Perhaps > o.Surely+o.Perhaps:
		return Undecided
	default:
		return Changed
	}
	return Unchanged
}
