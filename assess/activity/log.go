package activity

import (
	"cmp"
	"encoding/binary"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// Log holds sign-ins and audits in an order in which joins are fast. It is
// read-only.
type Log struct {
	signIns *Reader
	order   []uint32 // of the sign-ins: by user, then time; users and times that are not known first
	users   []uint32 // by their folded ids, one of those that have the same
	first   []uint32 // where in the order each user's begin, and the end of it
	audits  model.Rows[model.DirectoryAudit]
	trail   []entry // by time; those without one first
}

// entry is an audit by its time.
type entry struct {
	at    time.Time
	audit uint32 // its place
}

// NewLog orders sign-ins and audits. Neither may change afterwards.
func NewLog(signIns *Reader, audits model.Rows[model.DirectoryAudit]) *Log {
	l := &Log{signIns: signIns, audits: audits, trail: make([]entry, 0, audits.Len())}
	l.orderSignIns()
	signIns.seal()
	for audit := range audits.Each() {
		l.trail = append(l.trail, entry{Instant(audit.ActivityDateTime), uint32(len(l.trail))})
	}
	sorting.Stable(l.trail, func(a, b entry) int { return a.at.Compare(b.at) })
	return l
}

// orderSignIns sorts numbers, not records.
func (l *Log) orderSignIns() {
	r := l.signIns
	rank := l.rankUsers()
	// Users by counting, then each one's own by time: in one sort a long log would
	// cost more a record than a short one.
	l.first = make([]uint32, len(l.users)+1)
	for i := range r.n {
		l.first[rank[r.user(i)]+1]++
	}
	for n := range l.users {
		l.first[n+1] += l.first[n]
	}
	l.order = make([]uint32, r.n)
	next := slices.Clone(l.first)
	for i := range r.n {
		user := rank[r.user(i)]
		l.order[next[user]] = uint32(i)
		next[user]++
	}
	for n := range l.users {
		slices.SortFunc(l.order[l.first[n]:l.first[n+1]], func(i, j uint32) int {
			seconds, nanoseconds := r.instant(int(i))
			s, ns := r.instant(int(j))
			return cmp.Or(cmp.Compare(seconds, s), cmp.Compare(nanoseconds, ns), cmp.Compare(i, j))
		})
	}
}

// rankUsers lists the users' ids, one user for each, and gives each user's place in
// the list.
func (l *Log) rankUsers() (rank []uint32) {
	rank = make([]uint32, l.signIns.users.n)
	users := make([]uint32, len(rank))
	begins := make([]uint64, len(rank)) // to compare most ids by without fetching them
	for n := range users {
		users[n], begins[n] = uint32(n), beginOf(l.id(uint32(n)))
	}
	compare := func(m, n uint32) int {
		if d := cmp.Compare(begins[m], begins[n]); d != 0 {
			return d
		}
		return strings.Compare(l.id(m), l.id(n))
	}
	slices.SortFunc(users, compare)
	for i, n := range users {
		if i == 0 || compare(users[i-1], n) != 0 {
			l.users = append(l.users, n)
		}
		rank[n] = uint32(len(l.users) - 1)
	}
	return rank
}

// id is the id of a user, folded.
func (l *Log) id(user uint32) string { return model.FoldID(l.signIns.userID(user)) }

// beginOf is a text's first eight bytes, as a number that orders as they do.
func beginOf(text string) uint64 {
	var begin [8]byte
	copy(begin[:], text)
	return binary.BigEndian.Uint64(begin[:])
}

// SignIns yields all sign-ins, by user and time.
func (l *Log) SignIns() iter.Seq[SignIn] {
	return func(yield func(SignIn) bool) {
		for _, i := range l.order {
			if !yield(l.signIns.at(int(i))) {
				return
			}
		}
	}
}

// SignInsFrom yields, by user and time, the sign-ins from devices that are wanted;
// one of which nothing is told has the id "". It is asked once a device, and what is
// not wanted is not unpacked.
func (l *Log) SignInsFrom(wanted func(Device) bool) iter.Seq[SignIn] {
	r := l.signIns
	from := make([]bool, r.devices.n)
	for n := range from {
		from[n] = wanted(r.deviceOf(uint32(n)))
	}
	return func(yield func(SignIn) bool) {
		for _, i := range l.order {
			if from[r.device(int(i))] && !yield(r.at(int(i))) {
				return
			}
		}
	}
}

// Of lists the sign-ins of a user by time, those without a time first. Sign-ins
// that name no user are [Log.Nameless].
func (l *Log) Of(user string) []SignIn {
	n, ok := slices.BinarySearchFunc(l.users, model.FoldID(user), func(known uint32, id string) int {
		return strings.Compare(l.id(known), id)
	})
	if !ok {
		return nil
	}
	of := l.order[l.first[n]:l.first[n+1]]
	list := make([]SignIn, 0, len(of))
	for _, i := range of {
		list = append(list, l.signIns.at(int(i)))
	}
	return list
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
		join(slices.Collect(l.SignIns()), model.Unknown)
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
	*model.DirectoryAudit
	Belongs model.Truth
}

// Kept gives the entry with a copy of its record.
func (a Audited) Kept() Audited {
	record := *a.DirectoryAudit
	return Audited{&record, a.Belongs}
}

// Trail lists the entries of PIM that an activation left in the audit log, with
// those that may be: they were written between its request and its start, or
// within of either, and carry the request's id or name its principal and role.
func (l *Log) Trail(a Activation, within time.Duration) []Audited {
	var list []Audited
	for e := range l.Between(earliest(a).Add(-within), latest(a).Add(within)) {
		if belongs := model.And(e.Belongs, a.left(e.DirectoryAudit)); belongs != model.False {
			list = append(list, Audited{e.Kept().DirectoryAudit, belongs})
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
func (a Activation) left(e *model.DirectoryAudit) model.Truth {
	byPIM := LoggedByPIM(e)
	id := e.CorrelationID.Is(func(id string) bool { return id != "" && model.SameID(id, a.Request.ID) })
	if id == model.True {
		return byPIM
	}
	names := model.And(targets(e, a.Request.PrincipalID), targets(e, a.Request.RoleDefinitionID))
	return model.And(byPIM, model.Or(id, names))
}

// targets says whether an entry is about an object.
func targets(e *model.DirectoryAudit, object string) model.Truth {
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

// Between yields the audit entries from one time to another, both included, after
// those that tell no time. Each is valid until the next: see [Audited.Kept].
func (l *Log) Between(from, to time.Time) iter.Seq[Audited] {
	at := func(t time.Time) int {
		i, _ := slices.BinarySearchFunc(l.trail, t, func(e entry, t time.Time) int { return e.at.Compare(t) })
		return i
	}
	return func(yield func(Audited) bool) {
		audit := &model.DirectoryAudit{}
		give := func(e entry, belongs model.Truth) bool {
			l.audits.Read(int(e.audit), audit)
			return yield(Audited{audit, belongs})
		}
		undated := at(time.Time{}.Add(1))
		for _, e := range l.trail[:undated] {
			if !give(e, model.Unknown) {
				return
			}
		}
		for i := max(undated, at(from)); i < len(l.trail) && !l.trail[i].at.After(to); i++ {
			if !give(l.trail[i], model.True) {
				return
			}
		}
	}
}
