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
// group: where all members of all groups were read, only the groups above the object
// are looked at.
func (d *Directory) MembershipsOf(id string) func(group string) model.Truth {
	if d.HasGroup(id) || !d.nesting().known {
		return func(group string) model.Truth { return d.MemberOf(id, group) }
	}
	above := d.above(id)
	return func(group string) model.Truth {
		if !d.HasGroup(group) {
			return d.MemberOf(id, group)
		}
		return model.Of(above[model.FoldID(group)])
	}
}

// nesting says which groups each group is a member of, by folded ids; known is false
// where the members of some group, or which of them are groups, are not.
type nesting struct {
	parents map[string][]string
	known   bool
}

func (d *Directory) readNesting() nesting {
	n, members := nesting{parents: map[string][]string{}, known: d.complete}, model.RowsOf(d.tenant, model.GroupMembers, nil)
	for place := range d.groups.Len() {
		n.known = n.known && members.For(d.groups.ID(place)).Coverage().State == model.Complete
	}
	for row := range members.Each() {
		if d.memberKind(row) == KindGroup {
			n.known = n.known && d.HasGroup(row.ID)
			child := model.FoldID(row.ID)
			n.parents[child] = append(n.parents[child], model.FoldID(row.Parent()))
		}
	}
	return n
}

// above is every group, by folded id, that the object is in, however deep.
func (d *Directory) above(id string) map[string]bool {
	id = model.FoldID(id)
	above, queue := map[string]bool{}, []string{}
	for row := range model.RowsOf(d.tenant, model.GroupMembers, nil).Each() {
		if model.FoldID(row.ID) == id {
			queue = append(queue, model.FoldID(row.Parent()))
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

// direct reads what is known of one group's members: the direct ones, or else
// the transitive ones, which Graph has already resolved.
func (d *Directory) direct(group string) (model.Rows[model.DirectoryObject], *model.Gap) {
	members := model.RowsOf(d.tenant, model.GroupMembers, nil).For(group)
	if members.Coverage().State == model.Complete {
		return members, nil
	}
	transitive := model.RowsOf(d.tenant, model.GroupTransitive, nil).For(group)
	if transitive.Coverage().State == model.Complete {
		return transitive, nil
	}
	rows, coverage := members, members.Coverage()
	if transitive.Coverage().State > coverage.State {
		rows, coverage = transitive, transitive.Coverage()
	}
	return rows, &model.Gap{Dataset: "groups/" + group + "/members", Reason: coverage.Reason, Detail: coverage.Detail}
}

// gone says that all groups were read, and nothing was exported of this one.
func (d *Directory) gone(group string) bool {
	return !d.HasGroup(group) && model.RowsOf(d.tenant, model.Groups, nil).Coverage().State == model.Complete &&
		model.RowsOf(d.tenant, model.GroupMembers, nil).For(group).Coverage().State == model.Absent &&
		model.RowsOf(d.tenant, model.GroupTransitive, nil).For(group).Coverage().State == model.Absent
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
