package activity

import (
	"slices"
	"strings"
	"time"

	"github.com/privpath/privpath/model"
)

// Log holds sign-ins and audits in an order in which joins are fast. It is
// read-only.
type Log struct {
	signIns []SignIn // by user, then time; users and times that are not known first
	audits  []entry  // by time; those without one first
}

type entry struct {
	at  time.Time
	row model.DirectoryAudit
}

// NewLog orders sign-ins and audits.
func NewLog(signIns []SignIn, audits []model.DirectoryAudit) *Log {
	l := &Log{signIns: ordered(signIns), audits: make([]entry, len(audits))}
	for i, row := range audits {
		l.audits[i] = entry{Instant(row.ActivityDateTime), row}
	}
	slices.SortStableFunc(l.audits, func(a, b entry) int { return a.at.Compare(b.at) })
	return l
}

// ordered copies sign-ins by user and time. What is sorted is small: the records
// are moved once.
func ordered(signIns []SignIn) []SignIn {
	type key struct {
		user  string
		at    time.Time
		index int
	}
	keys := make([]key, len(signIns))
	for i, s := range signIns {
		keys[i] = key{model.FoldID(s.UserID), s.At, i}
	}
	slices.SortFunc(keys, func(a, b key) int {
		if d := strings.Compare(a.user, b.user); d != 0 {
			return d
		}
		if d := a.at.Compare(b.at); d != 0 {
			return d
		}
		return a.index - b.index
	})
	list := make([]SignIn, len(keys))
	for i, k := range keys {
		list[i] = signIns[k.index]
	}
	return list
}

// compareFolded orders ids as their folded forms.
func compareFolded(a, b string) int {
	if a == b {
		return 0
	}
	return strings.Compare(model.FoldID(a), model.FoldID(b))
}

// SignIns lists all sign-ins, by user and time.
func (l *Log) SignIns() []SignIn { return l.signIns }

// Of lists the sign-ins of a user by time, those without a time first. Sign-ins
// that name no user are [Log.Nameless].
func (l *Log) Of(user string) []SignIn {
	from, _ := slices.BinarySearchFunc(l.signIns, user, func(s SignIn, id string) int { return compareFolded(s.UserID, id) })
	to := from
	for to < len(l.signIns) && model.SameID(l.signIns[to].UserID, user) {
		to++
	}
	return l.signIns[from:to]
}

// Nameless lists the sign-ins that name no user: they may be anybody's.
func (l *Log) Nameless() []SignIn { return l.Of("") }

// Joined is a sign-in, and whether it belongs to what was asked: True or Unknown.
type Joined struct {
	SignIn
	Belongs model.Truth
}

// During lists the sign-ins of an activation's principal from [Lead] before its
// start to its end, with those that may belong.
func (l *Log) During(a Activation) []Joined {
	var list []Joined
	join := func(signIns []SignIn, sure model.Truth) {
		for _, s := range signIns {
			if belongs := model.And(sure, a.Holds(s.At)); belongs != model.False {
				list = append(list, Joined{s, belongs})
			}
		}
	}
	if a.Request.PrincipalID == "" {
		join(l.signIns, model.Unknown)
		return list
	}
	join(around(l.Nameless(), a), model.Unknown)
	join(around(l.Of(a.Request.PrincipalID), a), model.True)
	return list
}

// around narrows one user's sign-ins to those without a time and those that an
// activation can hold.
func around(signIns []SignIn, a Activation) []SignIn {
	if a.Start.IsZero() {
		return signIns
	}
	at := func(t time.Time) int {
		i, _ := slices.BinarySearchFunc(signIns, t, func(s SignIn, t time.Time) int { return s.At.Compare(t) })
		return i
	}
	undated, from, to := at(time.Time{}.Add(1)), at(a.Start.Add(-Lead)), len(signIns)
	if !a.Latest.IsZero() {
		to = max(from, at(a.Latest.Add(1)))
	}
	if undated == 0 {
		return signIns[from:to]
	}
	return append(slices.Clone(signIns[:undated]), signIns[max(from, undated):max(to, undated)]...)
}

// Audited is an audit entry, and whether it belongs to what was asked.
type Audited struct {
	model.DirectoryAudit
	Belongs model.Truth
}

// Trail lists the entries of PIM that an activation left in the audit log, with
// those that may be: they were written between its request and its start, or
// within of either, and carry the request's id or name its principal and role.
func (l *Log) Trail(a Activation, within time.Duration) []Audited {
	var list []Audited
	for _, e := range l.Between(earliest(a).Add(-within), latest(a).Add(within)) {
		if belongs := model.And(e.Belongs, a.left(e.DirectoryAudit)); belongs != model.False {
			list = append(list, Audited{e.DirectoryAudit, belongs})
		}
	}
	return list
}

// earliest and latest bound what an activation's own entries can be near to. An
// activation without any time has no bounds.
func earliest(a Activation) time.Time {
	asked := Instant(a.Request.CreatedDateTime)
	if asked.IsZero() || !a.Start.IsZero() && a.Start.Before(asked) {
		return a.Start
	}
	return asked
}

func latest(a Activation) time.Time {
	asked := Instant(a.Request.CreatedDateTime)
	switch {
	case a.Start.IsZero() && asked.IsZero():
		return time.Unix(1<<40, 0)
	case asked.After(a.Start):
		return asked
	}
	return a.Start
}

// left says whether PIM wrote the entry about this activation.
func (a Activation) left(e model.DirectoryAudit) model.Truth {
	byPIM := e.LoggedByService.Is(func(service string) bool { return strings.EqualFold(service, "PIM") })
	id := e.CorrelationID.Is(func(id string) bool { return id != "" && model.SameID(id, a.Request.ID) })
	if id == model.True {
		return byPIM
	}
	names := model.And(targets(e, a.Request.PrincipalID), targets(e, a.Request.RoleDefinitionID))
	return model.And(byPIM, model.Or(id, names))
}

// targets says whether an entry is about an object.
func targets(e model.DirectoryAudit, object string) model.Truth {
	if object == "" {
		return model.Unknown
	}
	no := func() model.Truth { return model.False }
	return model.Fold(e.TargetResources, unknown, no, func(list []model.AuditTarget) model.Truth {
		found := model.False
		for _, target := range list {
			found = model.Or(found, target.ID.Is(func(id string) bool { return model.SameID(id, object) }))
		}
		return found
	})
}

// Between lists the audit entries from one time to another, both included, with
// those that tell no time.
func (l *Log) Between(from, to time.Time) []Audited {
	at := func(t time.Time) int {
		i, _ := slices.BinarySearchFunc(l.audits, t, func(e entry, t time.Time) int { return e.at.Compare(t) })
		return i
	}
	undated := at(time.Time{}.Add(1))
	var list []Audited
	for _, e := range l.audits[:undated] {
		list = append(list, Audited{e.row, model.Unknown})
	}
	for i := max(undated, at(from)); i < len(l.audits) && !l.audits[i].at.After(to); i++ {
		list = append(list, Audited{l.audits[i].row, model.True})
	}
	return list
}
