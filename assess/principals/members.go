package principals

import (
	"slices"
	"sync"

	"github.com/privpath/privpath/model"
)

// Members is the transitive, active membership of a group, as far as it is
// known. What is listed is certain; Gaps says what may be missing.
type Members struct {
	found map[string]member // by folded id
	ids   []string          // member ids as exported, in order of discovery
	Gaps  []model.Gap
}

// member is what is known of a member: the groups from the start down, and where its
// record stands among the members of the last.
type member struct {
	via   []string
	rows  *model.Rows[model.DirectoryObject]
	place int
}

func (m member) row() model.DirectoryObject { return *m.rows.At(m.place) }

// IDs lists the members that are no groups, in a stable order.
func (m *Members) IDs() []string { return m.ids }

// Via lists the groups on the way to a member, the starting group first.
func (m *Members) Via(id string) []string { return m.found[model.FoldID(id)].via }

// Has says whether the object is a member: Unknown when it was not found and
// not every group on the way was read in full.
func (m *Members) Has(id string) model.Truth {
	if _, ok := m.found[model.FoldID(id)]; ok {
		return model.True
	}
	if len(m.Gaps) > 0 {
		return model.Unknown
	}
	return model.False
}

// MemberOf says whether the object is a transitive, active member of the group.
// A reference to a group that the tenant no longer has reaches nobody.
func (d *Directory) MemberOf(id, group string) model.Truth {
	c := d.closure(group)
	if c.gone {
		return model.False
	}
	return c.members().Has(id)
}

// MembershipsOf is [Directory.MemberOf] of one object, for whoever asks it of every
// group: only the groups above the object are looked at.
func (d *Directory) MembershipsOf(id string) func(group string) model.Truth {
	if d.HasGroup(id) {
		return func(group string) model.Truth { return d.MemberOf(id, group) }
	}
	above, open := d.above(id), d.nesting().open
	return func(group string) model.Truth {
		place := d.groups.Place(group)
		switch {
		case place < 0:
			return d.MemberOf(id, group)
		case above[model.FoldID(group)]:
			return model.True
		case open[place]:
			return model.Unknown
		}
		return model.False
	}
}

// nesting says which groups each group is a member of, by folded ids, and by their
// places which of the tenant's groups may have members that are not known.
type nesting struct {
	parents map[string][]string
	open    []bool
}

func (d *Directory) readNesting() nesting {
	n := nesting{parents: map[string][]string{}, open: make([]bool, d.groups.Len())}
	openElsewhere := map[string]bool{} // groups that were not exported, by folded id
	var elsewhere []string
	read := func(group string) (open bool) {
		rows, _ := d.best(group)
		open = rows.Coverage().State != model.Complete
		if rows.Len() == 0 {
			return open
		}
		for row := range rows.Each() {
			switch d.memberKind(row) {
			case KindGroup:
				child := model.FoldID(row.ID)
				n.parents[child] = append(n.parents[child], model.FoldID(group))
				if _, seen := openElsewhere[child]; !seen && d.groups.Place(child) < 0 {
					openElsewhere[child] = false
					elsewhere = append(elsewhere, row.ID)
				}
			case KindUnknown:
				open = open || !d.complete
			}
		}
		return open
	}
	for place := range n.open {
		n.open[place] = read(d.groups.ID(place))
	}
	for ; len(elsewhere) > 0; elsewhere = elsewhere[1:] {
		openElsewhere[model.FoldID(elsewhere[0])] = read(elsewhere[0])
	}
	var queue []string
	for child := range n.parents {
		if place := d.groups.Place(child); place >= 0 && n.open[place] || openElsewhere[child] {
			queue = append(queue, child)
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, parent := range n.parents[queue[0]] {
			place := d.groups.Place(parent)
			if place >= 0 && n.open[place] || openElsewhere[parent] {
				continue
			}
			if place >= 0 {
				n.open[place] = true
			} else {
				openElsewhere[parent] = true
			}
			queue = append(queue, parent)
		}
	}
	return n
}

// above is every group, by folded id, that the object is in, however deep.
func (d *Directory) above(id string) map[string]bool {
	id = model.FoldID(id)
	above, queue := map[string]bool{}, []string{}
	for i, rows := range []model.Rows[model.DirectoryObject]{d.members, d.transitive} {
		for row := range rows.Each() {
			if model.FoldID(row.ID) != id || d.memberKind(row) == KindGroup {
				continue
			}
			if _, transitive := d.best(row.Parent()); transitive == (i == 1) {
				queue = append(queue, model.FoldID(row.Parent()))
			}
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		if group := queue[0]; !above[group] {
			above[group] = true
			queue = append(queue, d.nesting().parents[group]...)
		}
	}
	return above
}

// Members gives the transitive, active members of a group that exists, nested
// groups resolved to any depth.
func (d *Directory) Members(group string) *Members { return d.closure(group).members() }

// closure is what is known of a group, gathered when it is first asked for.
type closure struct {
	gone    bool
	members func() *Members
}

func (d *Directory) closure(group string) closure {
	key := model.FoldID(group)
	d.mutex.RLock()
	c, ok := d.closures[key]
	d.mutex.RUnlock()
	if ok {
		return c
	}
	c = closure{d.gone(group), sync.OnceValue(func() *Members { return d.gather(group) })}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if first, ok := d.closures[key]; ok {
		return first
	}
	d.closures[key] = c
	return c
}

// gather walks the groups below start breadth first, so that a cycle ends and
// depth costs no stack.
func (d *Directory) gather(start string) *Members {
	m := &Members{found: map[string]member{}}
	type step struct {
		group string
		via   []string
	}
	queue := []step{{start, []string{start}}}
	seen := map[string]bool{model.FoldID(start): true}
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		rows, gap := d.direct(next.group)
		if gap != nil {
			m.Gaps = append(m.Gaps, *gap)
		}
		place := -1
		for object := range rows.Each() {
			place++
			key := model.FoldID(object.ID)
			switch d.memberKind(object) {
			case KindGroup:
				if !seen[key] {
					seen[key] = true
					queue = append(queue, step{object.ID, append(slices.Clone(next.via), object.ID)})
				}
				continue
			case KindUnknown:
				if !d.complete {
					m.Gaps = append(m.Gaps, model.Gap{Dataset: "groups/" + next.group + "/members", Reason: model.Unresolved,
						Detail: "member " + object.ID + " was not exported, and may be a group"})
				}
			}
			if _, known := m.found[key]; !known {
				m.found[key] = member{next.via, &rows, place}
				m.ids = append(m.ids, object.ID)
			}
		}
	}
	return m
}

// direct reads what is known of one group's members, and what keeps it from being all.
func (d *Directory) direct(group string) (model.Rows[model.DirectoryObject], *model.Gap) {
	rows, _ := d.best(group)
	coverage := rows.Coverage()
	if coverage.State == model.Complete {
		return rows, nil
	}
	return rows, &model.Gap{Dataset: "groups/" + group + "/members", Reason: coverage.Reason, Detail: coverage.Detail}
}

// best chooses of a group's direct members and the transitive ones, which Graph has
// already resolved, what was read better.
func (d *Directory) best(group string) (rows model.Rows[model.DirectoryObject], transitive bool) {
	members := d.members.For(group)
	if members.Coverage().State == model.Complete {
		return members, false
	}
	resolved := d.transitive.For(group)
	if resolved.Coverage().State > members.Coverage().State {
		return resolved, true
	}
	return members, false
}

// gone says that all groups were read, and nothing was exported of this one.
func (d *Directory) gone(group string) bool {
	return !d.HasGroup(group) && model.RowsOf(d.tenant, model.Groups, nil).Coverage().State == model.Complete &&
		d.members.For(group).Coverage().State == model.Absent && d.transitive.For(group).Coverage().State == model.Absent
}

func (d *Directory) memberKind(o *model.DirectoryObject) Kind {
	switch {
	case d.groups.Has(o.ID):
		return KindGroup
	case d.users.Has(o.ID):
		return KindUser
	case d.services.Has(o.ID):
		return KindServicePrincipal
	}
	return model.Fold(o.Type,
		func() Kind { return KindUnknown },
		func() Kind { return KindUnknown },
		func(t string) Kind {
			if kind := kindOf(o.Type); kind != KindUnknown {
				return kind
			}
			return Kind(t) // a device or contact: certainly no group
		})
}
