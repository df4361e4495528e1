package diff

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// Change is one record of the tenant's configuration that was added, removed or
// changed. Undecided and Decided say that one side's data do not tell.
type Change struct {
	Dataset string `json:"dataset"`
	// ID is the record's id in lower case, or what it is about where Graph gives such
	// records new ids: a role assignment's principal, role and scope.
	ID   string `json:"id"`
	Kind string `json:"kind"` // in words: policy, named location, active assignment, …
	Name string `json:"name"`
	Move Move   `json:"move"` // Added, Removed, Changed, Undecided or Decided
	// Properties are those that differ; of a record that was added or removed its
	// state, where it has one.
	Properties []PropertyChange `json:"properties"`

	swaps []swap
}

// PropertyChange is one property that differs. Of a list that counts as a set,
// Added and Removed are its elements; else Old and New are the values, absent for
// null.
type PropertyChange struct {
	// Path leads to the property below the record; an element of a list stands in
	// brackets by its id.
	Path    string `json:"path"`
	Old     any    `json:"old,omitempty"`
	New     any    `json:"new,omitempty"`
	Added   []Item `json:"added,omitempty"`
	Removed []Item `json:"removed,omitempty"`
	// NotExported is old or new where that side does not hold the property: then
	// whether it changed is not known.
	NotExported string `json:"notExported,omitempty"`
}

// Item is a value, with the name of what it identifies where that is known.
type Item struct {
	Value any    `json:"value"`
	Name  string `json:"name,omitempty"`
}

// swap is where the records of a change stand.
type swap struct {
	dataset string
	match   func(record any) bool
}

// put gives the tenant as it would be if only the change had been made (or undone)
// in it: its records are the other tenant's.
func (c *Change) put(in, from *model.Tenant) *model.Tenant {
	for _, s := range c.swaps {
		in = in.Take(from, s.dataset, s.match)
	}
	return in
}

// Configuration lists what changed in the policies, role settings and role
// assignments of two tenants, in the order of the data sets and names.
func Configuration(old, new *model.Tenant) []Change {
	c := &configuration{old: old, new: new, names: namesOf(old, new), changes: []Change{}}
	c.policies()
	c.roles()
	c.groups()
	compareRows(c, watched[model.Declarations]{key: model.OwnerDeclarations, kind: "declarations", optional: true,
		ignore: []string{"$comment", "suggestions"}, name: func(*model.Declarations) string { return "declarations.json" }})
	return c.changes
}

type configuration struct {
	old, new *model.Tenant
	names    names
	changes  []Change
}

// watched says how the records of a data set are told apart and named.
type watched[T any] struct {
	key  model.Key[T]
	kind string
	// id tells records apart; nil: there is one record.
	id   func(*T) string
	name func(*T) string
	// skip leaves out records that come and go by themselves.
	skip func(*model.Tenant, *T) bool
	// ignore names properties that say nothing of the configuration.
	ignore []string
	// also are other data sets that hold the same: a change takes theirs along.
	also func(id string) []swap
	// optional says that no file means no records.
	optional bool
}

func (c *configuration) policies() {
	compareRows(c, watched[model.ConditionalAccessPolicy]{key: model.ConditionalAccessPolicies, kind: "policy",
		id: func(p *model.ConditionalAccessPolicy) string { return p.ID }, name: func(p *model.ConditionalAccessPolicy) string { return said(p.DisplayName, p.ID) }})
	compareRows(c, watched[model.NamedLocation]{key: model.NamedLocations, kind: "named location",
		id: func(l *model.NamedLocation) string { return l.ID }, name: func(l *model.NamedLocation) string { return said(l.DisplayName, l.ID) }})
	compareRows(c, watched[model.AuthenticationStrength]{key: model.AuthenticationStrengths, kind: "authentication strength",
		id: func(s *model.AuthenticationStrength) string { return s.ID }, name: func(s *model.AuthenticationStrength) string { return said(s.DisplayName, s.ID) }})
	compareRows(c, watched[model.AuthenticationContext]{key: model.AuthenticationContexts, kind: "authentication context",
		id: func(s *model.AuthenticationContext) string { return s.ID }, name: func(s *model.AuthenticationContext) string { return said(s.DisplayName, s.ID) }})
	compareRows(c, watched[model.SecurityDefaultsPolicy]{key: model.SecurityDefaults, kind: "setting",
		name: func(*model.SecurityDefaultsPolicy) string { return "Security defaults" }})
	compareRows(c, watched[model.AuthorizationPolicy]{key: model.AuthorizationPolicies, kind: "setting",
		name: func(*model.AuthorizationPolicy) string { return "Authorization policy" }})
	compareRows(c, watched[model.AuthenticationMethodsPolicy]{key: model.MethodsPolicies, kind: "setting",
		name: func(*model.AuthenticationMethodsPolicy) string { return "Authentication methods policy" }})
	compareRows(c, watched[model.DeviceRegistrationPolicy]{key: model.DeviceRegistration, kind: "setting",
		name: func(*model.DeviceRegistrationPolicy) string { return "Device registration policy" }})
	compareRows(c, watched[model.CrossTenantConfiguration]{key: model.CrossTenantDefault, kind: "setting",
		name: func(*model.CrossTenantConfiguration) string { return "Cross-tenant access, default" }})
	partner := func(p *model.CrossTenantConfiguration) string { return said(p.TenantID, p.ID) }
	compareRows(c, watched[model.CrossTenantConfiguration]{key: model.CrossTenantPartners, kind: "cross-tenant access", id: partner, name: partner})
}

func (c *configuration) roles() {
	compareRows(c, watched[model.RoleDefinition]{key: model.RoleDefinitions, kind: "role",
		id: func(r *model.RoleDefinition) string { return r.ID }, name: func(r *model.RoleDefinition) string { return said(r.DisplayName, r.ID) }})
	compareRows(c, watched[model.RoleManagementPolicyAssignment]{key: model.RolePolicies, kind: "PIM settings",
		id: func(p *model.RoleManagementPolicyAssignment) string {
			return join(said(p.ScopeType, ""), said(p.ScopeID, ""), said(p.RoleDefinitionID, ""))
		},
		name:   func(p *model.RoleManagementPolicyAssignment) string { return c.pimName(p) },
		ignore: []string{"policyId"}})
	ignore := []string{"startDateTime", "principal", "principalId", "roleDefinition", "roleDefinitionId", "roleAssignmentOriginId", "assignmentType"}
	holds := func(principal, role string, scope model.Field[string]) string {
		name := c.names.of(principal) + " is " + c.names.of(role)
		if where := said(scope, "/"); where != "/" {
			name += " over " + where
		}
		return name
	}
	schedule := watched[model.RoleScheduleInstance]{key: model.RoleAssignmentSchedule, kind: "active assignment",
		id: scheduleID, name: func(r *model.RoleScheduleInstance) string {
			return holds(r.PrincipalID, r.RoleDefinitionID, r.DirectoryScopeID)
		},
		skip: func(_ *model.Tenant, r *model.RoleScheduleInstance) bool { return activated(r.AssignmentType) }, ignore: ignore,
		also: func(id string) []swap {
			return []swap{{model.RoleAssignments.Name(), func(record any) bool { return assignmentID(record.(*model.RoleAssignment)) == id }}}
		}}
	if complete(c.old, model.RoleAssignmentSchedule) && complete(c.new, model.RoleAssignmentSchedule) {
		compareRows(c, schedule)
	} else {
		compareRows(c, watched[model.RoleAssignment]{key: model.RoleAssignments, kind: "active assignment", id: assignmentID, ignore: ignore,
			name: func(r *model.RoleAssignment) string {
				return holds(r.PrincipalID, r.RoleDefinitionID, r.DirectoryScopeID)
			},
			also: func(id string) []swap {
				return []swap{{model.RoleAssignmentSchedule.Name(), func(record any) bool { return scheduleID(record.(*model.RoleScheduleInstance)) == id }}}
			}})
	}
	compareRows(c, watched[model.RoleScheduleInstance]{key: model.RoleEligibility, kind: "eligible assignment", id: scheduleID, ignore: ignore,
		name: func(r *model.RoleScheduleInstance) string {
			return holds(r.PrincipalID, r.RoleDefinitionID, r.DirectoryScopeID)
		}})
}

func scheduleID(r *model.RoleScheduleInstance) string {
	return join(r.PrincipalID, r.RoleDefinitionID, said(r.DirectoryScopeID, ""), said(r.AppScopeID, ""))
}

func assignmentID(r *model.RoleAssignment) string {
	return join(r.PrincipalID, r.RoleDefinitionID, said(r.DirectoryScopeID, ""), said(r.AppScopeID, ""))
}

func activated(assignmentType model.Field[string]) bool {
	return assignmentType.Is(func(s string) bool { return strings.EqualFold(s, "Activated") }) == model.True
}

func (c *configuration) pimName(p *model.RoleManagementPolicyAssignment) string {
	if strings.EqualFold(said(p.ScopeType, ""), "Group") {
		return c.names.of(said(p.ScopeID, "")) + " " + said(p.RoleDefinitionID, "")
	}
	return c.names.of(said(p.RoleDefinitionID, p.ID))
}

func (c *configuration) groups() {
	groupSchedule := func(r *model.GroupScheduleInstance) string {
		return join(r.GroupID, r.PrincipalID, said(r.AccessID, ""))
	}
	groupName := func(r *model.GroupScheduleInstance) string {
		return c.names.of(r.PrincipalID) + " is " + said(r.AccessID, "member") + " of " + c.names.of(r.GroupID)
	}
	ignore := []string{"startDateTime", "principal", "principalId", "groupId", "assignmentType"}
	compareRows(c, watched[model.GroupScheduleInstance]{key: model.GroupAssignment, kind: "active membership", id: groupSchedule, name: groupName, ignore: ignore,
		skip: func(_ *model.Tenant, r *model.GroupScheduleInstance) bool { return activated(r.AssignmentType) },
		also: func(id string) []swap { return memberSwaps(strings.TrimSuffix(id, "|member")) }})
	compareRows(c, watched[model.GroupScheduleInstance]{key: model.GroupEligibility, kind: "eligible membership", id: groupSchedule, name: groupName, ignore: ignore})
	scheduled := map[*model.Tenant]map[string]bool{c.old: schedulesOf(c.old, groupSchedule), c.new: schedulesOf(c.new, groupSchedule)}
	compareRows(c, watched[model.DirectoryObject]{key: model.GroupMembers, kind: "membership", id: memberID,
		name: func(m *model.DirectoryObject) string {
			return c.names.of(m.ID) + " is member of " + c.names.of(m.Parent())
		},
		// PIM's own rows say it better, and an activation is none of the configuration.
		skip:   func(t *model.Tenant, m *model.DirectoryObject) bool { return scheduled[t][memberID(m)+"|member"] },
		ignore: []string{"displayName", "userPrincipalName", "accountEnabled", "appId", "@odata.type"},
		also:   func(id string) []swap { return memberSwaps(id)[1:] }})
}

func schedulesOf(t *model.Tenant, id func(*model.GroupScheduleInstance) string) map[string]bool {
	all := map[string]bool{}
	for row := range model.RowsOf(t, model.GroupAssignment, nil).All() {
		all[id(&row)] = true
	}
	return all
}

func memberID(m *model.DirectoryObject) string { return join(m.Parent(), m.ID) }

// memberSwaps are where a membership stands besides PIM.
func memberSwaps(id string) []swap {
	match := func(record any) bool { return memberID(record.(*model.DirectoryObject)) == id }
	return []swap{{model.GroupMembers.Name(), match}, {model.GroupTransitive.Name(), match}}
}

func join(parts ...string) string { return model.FoldID(strings.Join(parts, "|")) }

// said is the field's value, or else.
func said(f model.Field[string], otherwise string) string {
	return model.Fold(f, func() string { return otherwise }, func() string { return otherwise }, func(s string) string { return cmp.Or(s, otherwise) })
}

func complete[T any](t *model.Tenant, key model.Key[T]) bool {
	return model.RowsOf(t, key, nil).Coverage().State == model.Complete
}

// compareRows adds what changed in one data set. Of one that a side lacks nothing
// is said: the inputs tell it.
func compareRows[T any](c *configuration, w watched[T]) {
	before, now := model.RowsOf(c.old, w.key, nil), model.RowsOf(c.new, w.key, nil)
	if !w.optional && (before.Coverage().State == model.Absent || now.Coverage().State == model.Absent) {
		return
	}
	id := w.id
	w.id = func(record *T) string {
		if id == nil {
			return ""
		}
		return model.FoldID(id(record))
	}
	o, n := w.index(c.old, before), w.index(c.new, now)
	var changes []Change
	for _, id := range keysOf(o, n) {
		if ch := w.change(c.names, id, o[id], n[id]); ch.Move != Unchanged {
			if ch.Move == Added && !w.certain(before, n[id]) {
				ch.Move = Decided
			}
			if ch.Move == Removed && !w.certain(now, o[id]) {
				ch.Move = Undecided
			}
			changes = append(changes, ch)
		}
	}
	sorting.Stable(changes, func(a, b Change) int { return strings.Compare(a.Name, b.Name) })
	c.changes = append(c.changes, changes...)
}

func (w watched[T]) index(t *model.Tenant, rows model.Rows[T]) map[string]*T {
	all := map[string]*T{}
	for row := range rows.All() {
		if w.skip != nil && w.skip(t, &row) {
			continue
		}
		// A record may stand there twice, as an assignment that is direct and through a
		// group: one is taken, the same in any order.
		if id := w.id(&row); all[id] == nil || text(&row) < text(all[id]) {
			all[id] = &row
		}
	}
	return all
}

// parented is a record of a child data set.
type parented interface{ Parent() string }

// certain says whether a side that lacks a record was read completely, where the
// record would stand.
func (w watched[T]) certain(rows model.Rows[T], record *T) bool {
	if p, ok := any(record).(parented); ok && p.Parent() != "" {
		return rows.For(p.Parent()).Coverage().State == model.Complete
	}
	return w.optional || rows.Coverage().State == model.Complete
}

func (w watched[T]) change(n names, id string, old, new *T) Change {
	shown := cmp.Or(new, old)
	ch := Change{Dataset: w.key.Name(), ID: id, Kind: w.kind, Name: w.name(shown), Move: Unchanged,
		swaps: []swap{{w.key.Name(), func(record any) bool { return w.id(record.(*T)) == id }}}}
	if w.also != nil {
		ch.swaps = append(ch.swaps, w.also(id)...)
	}
	before, now := treeOf(old), treeOf(new)
	for _, name := range append([]string{"id"}, w.ignore...) {
		delete(before, name)
		delete(now, name)
	}
	p := properties{names: n, whole: w.optional, list: []PropertyChange{}}
	switch {
	case old == nil:
		ch.Move = Added
		p.only("state", before, now)
	case new == nil:
		ch.Move = Removed
		p.only("state", before, now)
	default:
		p.objects("", before, now)
		ch.Move = p.move()
	}
	ch.Properties = p.list
	return ch
}

func text(record any) string {
	data, err := json.Marshal(record)
	if err != nil {
		return ""
	}
	return string(data)
}
