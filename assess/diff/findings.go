package diff

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// findings lists the findings that moved, by pillar and control, and counts the
// others.
func (c *comparison) findings() (moves []FindingMove, unchanged int) {
	id := func(f model.Finding) string { return f.Control }
	before, now := keyed(c.old.Findings, id), keyed(c.new.Findings, id)
	moves = []FindingMove{}
	for _, control := range keysOf(before, now) {
		m := c.finding(before[control], now[control])
		if m.Move == Unchanged {
			unchanged++
			continue
		}
		moves = append(moves, m)
	}
	sorting.Stable(moves, func(a, b FindingMove) int {
		return cmp.Or(a.Pillar.Index()-b.Pillar.Index(), strings.Compare(a.Control, b.Control))
	})
	return moves, unchanged
}

// finding compares one control's findings, of which one may be nil.
func (c *comparison) finding(old, new *model.Finding) FindingMove {
	shown := cmp.Or(new, old)
	m := FindingMove{Control: shown.Control, Pillar: shown.Pillar, Title: shown.Title, Severity: shown.Severity, Subjects: []SubjectMove{}}
	switch {
	case old == nil:
		m.New, m.Move = verdictOf(new), Added
		return m
	case new == nil:
		m.Old, m.Move = verdictOf(old), Removed
		return m
	}
	m.Old, m.New = verdictOf(old), verdictOf(new)
	m.Move = statusMove(old.Status, new.Status, old.Waived != nil, new.Waived != nil)
	m.Subjects = c.subjects(old, new)
	if m.Move == Unchanged && (len(m.Subjects) > 0 || !reflect.DeepEqual(m.Old, m.New)) {
		m.Move = Changed
	}
	return m
}

func verdictOf(f *model.Finding) *Verdict {
	return &Verdict{Status: f.Status, Severity: f.Severity, Summary: f.Summary, Reason: f.Reason, Remedy: f.Remedy, Waived: f.Waived}
}

// subjects pairs the objects of two findings and lists those that moved. A
// finding may name an object several times, as a user for each of his roles: equal
// ones are paired first, then those with the same detail, then those with the same
// status, then what is left where it is one on each side.
func (c *comparison) subjects(old, new *model.Finding) []SubjectMove {
	before, now := bySubject(old.Subjects), bySubject(new.Subjects)
	p := pairing{comparison: c, old: old, new: new, moves: []SubjectMove{}}
	for _, key := range keysOf(before, now) {
		p.pair(before[key], now[key])
	}
	return p.moves
}

// bySubject gathers what is said of each object, in an order that depends on the
// content alone.
func bySubject(subjects []model.Subject) map[string][]model.Subject {
	all := map[string][]model.Subject{}
	for _, s := range subjects {
		key := s.Kind + "\x00" + model.FoldID(s.ID)
		all[key] = append(all[key], s)
	}
	for _, list := range all {
		sorting.Stable(list, func(a, b model.Subject) int {
			return cmp.Or(strings.Compare(a.Detail, b.Detail), strings.Compare(string(a.Status), string(b.Status)), strings.Compare(a.Name, b.Name))
		})
	}
	return all
}

// pairing compares the subjects of two findings.
type pairing struct {
	*comparison
	old, new *model.Finding
	moves    []SubjectMove
}

func (p *pairing) pair(before, now []model.Subject) {
	before, now = p.match(before, now, func(a, b model.Subject) bool { return a.Status == b.Status && a.Detail == b.Detail })
	before, now = p.match(before, now, func(a, b model.Subject) bool { return a.Detail == b.Detail })
	before, now = p.match(before, now, func(a, b model.Subject) bool { return a.Status == b.Status })
	if len(before) == 1 && len(now) == 1 {
		p.both(before[0], now[0])
		return
	}
	for _, s := range before {
		p.gone(s)
	}
	for _, s := range now {
		p.came(s)
	}
}

// match pairs what is same, and gives what is left on each side.
func (p *pairing) match(before, now []model.Subject, same func(a, b model.Subject) bool) (restBefore, restNow []model.Subject) {
	taken := make([]bool, len(now))
	for _, a := range before {
		found := false
		for i, b := range now {
			if !taken[i] && same(a, b) {
				taken[i], found = true, true
				p.both(a, b)
				break
			}
		}
		if !found {
			restBefore = append(restBefore, a)
		}
	}
	for i, b := range now {
		if !taken[i] {
			restNow = append(restNow, b)
		}
	}
	return restBefore, restNow
}

func (p *pairing) both(a, b model.Subject) {
	if a.Status == b.Status && a.Detail == b.Detail {
		return
	}
	move := Changed
	if a.Status != b.Status {
		move = statusMove(settled(p.old, a.Status), settled(p.new, b.Status), accepts(p.old, a), accepts(p.new, b))
	}
	if move == Unchanged {
		move = Changed
	}
	p.moves = append(p.moves, SubjectMove{Kind: b.Kind, ID: b.ID, Name: cmp.Or(b.Name, a.Name), Move: move,
		Old: a.Status, New: b.Status, OldDetail: a.Detail, NewDetail: b.Detail})
}

// settled is the status of an object in the light of its finding: where that is not
// decided, an object is good only as far as was read.
func settled(f *model.Finding, s model.Status) model.Status {
	if classOf(f.Status) == open && classOf(s) == good {
		return model.StatusUnknown
	}
	return s
}

// gone is an object that the new finding does not name. It counts as no longer
// decided where the new run may just not have seen it.
func (p *pairing) gone(s model.Subject) {
	move := statusMove(s.Status, "", false, false)
	if (move == Fixed || move == Removed) && !p.settles(p.new, p.comparison.new, p.comparison.old, s) {
		move = Undecided
	}
	p.moves = append(p.moves, SubjectMove{Kind: s.Kind, ID: s.ID, Name: s.Name, Move: move, Old: s.Status, OldDetail: s.Detail})
}

// came is the mirror of gone.
func (p *pairing) came(s model.Subject) {
	move := statusMove("", s.Status, false, false)
	if (move == New || move == Added) && !p.settles(p.old, p.comparison.old, p.comparison.new, s) {
		move = Decided
	}
	p.moves = append(p.moves, SubjectMove{Kind: s.Kind, ID: s.ID, Name: s.Name, Move: move, New: s.Status, NewDetail: s.Detail})
}

// settles says whether an object that a finding does not name is for certain none
// of its objects: the finding and all its objects are decided, on data that are no
// worse than where the object is named, and complete where the object itself
// stands. A finding that passes need not have seen every object.
func (p *pairing) settles(f *model.Finding, side, other *model.Assessment, s model.Subject) bool {
	undecided := slices.ContainsFunc(f.Subjects, func(s model.Subject) bool { return classOf(s.Status) == open })
	return classOf(f.Status) != open && !undecided && p.noWorse(f.Control, side, other) && whole(side, s)
}

// whole says whether the data sets that the object's evidence comes from were read
// completely.
func whole(side *model.Assessment, s model.Subject) bool {
	read := states(side)
	return !slices.ContainsFunc(s.Evidence, func(e model.Evidence) bool {
		name := e.Dataset
		if d, _, known := model.DatasetAt(name); known {
			name = d.Name
		}
		return read[name] != model.Complete
	})
}

// accepts says whether the owner accepted the risk of this object.
func accepts(f *model.Finding, s model.Subject) bool {
	return f.Waived != nil && slices.ContainsFunc(f.Waived.Principals, func(id string) bool { return model.SameID(id, s.ID) })
}
