package paths

import (
	"cmp"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/paths/internal/horn"
	"github.com/privpath/privpath/assess/paths/internal/powers"
	"github.com/privpath/privpath/model"
)

// writer is somebody who can change the members of a group.
type writer struct {
	because
	by       key
	also     key // a second premise; the zero key for none
	edge     edge
	how      string // what makes them a writer
	from     model.PrincipalRef
	evidence []model.Evidence
	over     inUnit // where it is a role over the group's unit
}

func (w writer) premises() []key {
	if w.also == (key{}) {
		return []key{w.by}
	}
	return []key{w.by, w.also}
}

// shield is what keeps writers off a group.
// Source: learn.microsoft.com/entra/identity/role-based-access-control/groups-concept and
// admin-units-restricted-management, "Who can modify objects?".
type shield struct{ assignable, restricted, synced, ruled model.Truth }

func (x *index) shieldOf(group *model.Group) shield {
	return shield{set(group.IsAssignableToRole), set(group.IsManagementRestricted), set(group.OnPremisesSyncEnabled), ruled(group)}
}

// ruled asks whether a rule decides who is a member: then whoever writes what the
// rule reads writes the group.
func ruled(group *model.Group) model.Truth {
	if group.MembershipRule.Null() == model.True {
		return model.False
	}
	if !group.MembershipRule.Exported() {
		return group.GroupTypes.Is(func(types []string) bool { return slices.Contains(types, "DynamicMembership") })
	}
	return group.MembershipRule.Is(func(rule string) bool { return rule != "" })
}

// set asks whether a flag is on; null is off.
func set(f model.Field[bool]) model.Truth {
	if f.Null() == model.True {
		return model.False
	}
	return f.Is(func(on bool) bool { return on })
}

// writersOf lists everybody who can change the members of a group.
func (x *index) writersOf(id string) []writer {
	group, ok := x.dir.Group(id)
	groups := model.RowsOf(x.tenant, model.Groups, nil).Coverage()
	if !ok {
		if groups.State == model.Complete {
			return nil // it was deleted
		}
		return []writer{{because: open(missing(model.Groups, groups, "group "+id+" was not exported")), by: key{kind: atomAnyone}, how: "may write the group"}}
	}
	s, name := x.shieldOf(group), x.groupRef(id).Name
	list := x.shielded(s.restricted, name, x.handsOf(id, s, name))
	flag := group.Evidence("/onPremisesSyncEnabled", group.OnPremisesSyncEnabled)
	synced := because{truth: s.synced}.needing(model.Need{Dataset: model.Groups.Name(), Reason: model.NotCollected, Detail: "whether " + name + " is synchronised was not exported"})
	list = append(list, writer{because: synced, by: key{kind: atomOnPremises}, how: "rules the on-premises directory that " + name + " comes from", evidence: []model.Evidence{flag}},
		writer{because: synced.with(unfollowed(powers.WriteHybridSync)), by: powerAtom(atomPower, powers.WriteHybridSync), how: "has the power to " + powers.WriteHybridSync.String(), evidence: []model.Evidence{flag}})
	if s.ruled != model.False {
		rule := []model.Evidence{group.Evidence("/membershipRule", group.MembershipRule)}
		unfollowedRule := open(model.Need{Dataset: model.Groups.Name(), Reason: model.Unresolved, Detail: "who can write what the rule of " + name + " reads is not followed"})
		list = append(list, writer{because: unfollowedRule, by: key{kind: atomAnyone}, how: "may write what the rule of " + name + " reads", evidence: rule},
			writer{because: unfollowed(powers.GroupRuleUpdate), by: powerAtom(atomPower, powers.GroupRuleUpdate), how: "has the power to " + powers.GroupRuleUpdate.String(), evidence: rule})
	}
	if s.restricted != model.True { // entitlement management is kept off restricted units
		list = append(list, x.packagesOf(id, name)...)
	}
	return slices.DeleteFunc(list, func(w writer) bool { return w.truth == model.False })
}

// handsOf lists who writes the members of a group by hand, were it in no
// restricted unit. A group that is synchronised, or whose members a rule decides,
// is not written by hand.
func (x *index) handsOf(id string, s shield, name string) []writer {
	why := surely.about(model.And(s.synced.Not(), model.Or(s.ruled.Not(), model.Unknown)), model.Groups.Name(), "whether "+name+" is synchronised, or a rule decides who is a member, is not known")
	if why.truth == model.False {
		return nil
	}
	list := x.ownersOf(id, why)
	plain := why.about(s.assignable.Not(), model.Groups.Name(), "whether "+name+" is role-assignable is not known")
	for _, p := range []powers.Power{powers.GroupMembersUpdate, powers.GroupOwnersUpdate} {
		list = append(list, writer{because: plain, by: powerAtom(atomPower, p), how: "has the power to " + p.String()})
		for _, scoped := range x.scopedOver(p, id) {
			list = append(list, writer{because: plain.with(scoped.because), by: roleKey(scoped.role, scoped.scope), how: "holds " + name + " and puts it in the reach of the role", evidence: x.roles[scoped.role].evidence, over: inUnit{scoped.scope, id}})
		}
	}
	return append(list, writer{because: why.about(s.assignable, model.Groups.Name(), "whether "+name+" is role-assignable is not known"),
		by: powerAtom(atomPower, powers.RoleAssignableMembersUpdate), how: "has the power to " + powers.RoleAssignableMembersUpdate.String()})
}

// shielded keeps a restricted unit's groups from everybody but the roles over
// such a unit, and from who takes them out of it first.
func (x *index) shielded(restricted model.Truth, name string, list []writer) []writer {
	var kept []writer
	for _, w := range list {
		free := restricted.Not()
		if w.by.kind == atomRole {
			free = model.Or(free, x.restrictedScope(w.by.other))
		}
		if free != model.False {
			direct := w
			direct.because = w.about(free, model.Groups.Name(), "whether a restricted unit shields "+name+" is not known")
			kept = append(kept, direct)
		}
		if free != model.True {
			w.because, w.also = w.with(unfollowed(powers.AdministrativeUnitMembersUpdate)), powerAtom(atomPower, powers.AdministrativeUnitMembersUpdate)
			w.how = "takes " + name + " out of its restricted unit, " + w.how
			kept = append(kept, w)
		}
	}
	return kept
}

// ownersOf lists the owners of a group, and who may activate the ownership by
// PIM for Groups.
func (x *index) ownersOf(id string, why because) []writer {
	if why.truth == model.False {
		return nil
	}
	name := x.groupRef(id).Name
	owners := model.RowsOf(x.tenant, model.GroupOwners, nil).For(id)
	var list []writer
	for owner := range owners.All() {
		list = append(list, writer{because: why.with(x.byOwning(owner)), by: key{kind: atomActs, subject: owner.ID}, edge: edgeOwnsGroup, how: "owns " + name, from: x.ref(owner.ID), evidence: []model.Evidence{owner.Evidence("/id", owner.ID)}})
	}
	list = append(list, x.eligibleFor(id, "owner", "the ownership of "+name)...)
	if c := owners.Coverage(); c.State != model.Complete {
		need := missing(model.GroupOwners, c, "who owns "+name+" is not known")
		need.Dataset, need.Permission = "groups/"+id+"/owners", "GroupMember.Read.All"
		list = append(list, writer{because: open(need), by: key{kind: atomAnyone}, edge: edgeOwnsGroup, how: "may own " + name, evidence: x.recordOf(x.groupRef(id))})
	}
	return list
}

// eligibleFor lists who may activate a membership or an ownership by PIM for
// Groups. What the activation demands is the access engine's answer only where
// the group holds a role.
func (x *index) eligibleFor(id, accessID, what string) []writer {
	edge := edgeNone // a member's activation is part of what the member then does
	if accessID == "owner" {
		edge = edgeEligibleOwner
	}
	rows := model.RowsOf(x.tenant, model.GroupEligibility, nil)
	var list []writer
	for row := range rows.All() {
		other := model.Equals(row.AccessID, accessID).Not()
		if row.GroupID != "" && !model.SameID(row.GroupID, id) || other == model.True {
			continue
		}
		need := model.Need{Dataset: model.RolePolicies.Name(), Reason: model.NotCollected, Detail: "what activating " + what + " demands is not judged"}
		list = append(list, writer{because: open(need), by: acting(row.PrincipalID, atomAnyone), edge: edge, how: "activates " + what, from: x.ref(row.PrincipalID), evidence: []model.Evidence{row.Evidence("/principalId", row.PrincipalID)}})
	}
	if c := rows.Coverage(); c.State != model.Complete && c.Reason != model.NotLicensed {
		list = append(list, writer{because: open(missing(model.GroupEligibility, c, "who may activate "+what+" is not known")), by: key{kind: atomAnyone}, edge: edge, how: "may activate " + what})
	}
	return list
}

// packagesOf lists whoever may get a membership or a role by an access package.
// Who may ask, and who must agree, is not in the export.
// Source: learn.microsoft.com/entra/id-governance/entitlement-management-catalog-create.
func (x *index) packagesOf(id, what string) []writer {
	maybe := func(reason model.Reason, detail string, evidence ...model.Evidence) []writer {
		need := model.Need{Dataset: model.CatalogResources.Name(), Reason: reason, Permission: "EntitlementManagement.Read.All", Detail: detail}
		return []writer{{because: open(need), by: key{kind: atomAnyone}, edge: edgeRequestsPackage, how: "may get it by an access package", evidence: evidence}}
	}
	resources := model.RowsOf(x.tenant, model.CatalogResources, nil)
	for row := range resources.All() {
		if row.OriginID.Is(func(origin string) bool { return model.SameID(origin, id) }) != model.False {
			return maybe(model.Unresolved, "who may ask for the packages of the catalogue that holds "+what+" is not known", row.Evidence("/originId", row.OriginID))
		}
	}
	catalogs := model.RowsOf(x.tenant, model.Catalogs, nil)
	worst := catalogs.Coverage()
	for row := range catalogs.All() {
		if c := resources.For(row.ID).Coverage(); c.State != model.Complete && worst.State == model.Complete {
			worst = c
		}
	}
	if worst.State != model.Complete && worst.Reason != model.NotLicensed {
		return maybe(missing(model.Catalogs, worst, "").Reason, "whether an access package gives "+what+" is not known", x.recordOf(x.groupRef(id))...)
	}
	return nil
}

// joins adds everybody who can become a member of a group, or make one: who writes
// its members, and who activates a membership. The hop says what a member does.
func (b *builder) joins(head horn.Atom, why because, group string) {
	name := b.groupRef(group).Name
	for _, w := range append(b.writersOf(group), b.eligibleFor(group, "member", "the membership of "+name)...) {
		shown := *why.hop
		shown.text = w.how + ", joins " + name + ", and " + shown.text
		if w.from.ID != "" {
			shown.from = w.from
		}
		shown.evidence, shown.over = append(slices.Clone(w.evidence), shown.evidence...), w.over
		b.conclude(head, why.with(w.because).shown(shown), w.premises()...)
	}
}

// scopedRole is a role over a unit or an object.
type scopedRole struct {
	because
	role, scope string
}

// scopedOver lists the roles with a power that are held over an object, or over a
// unit that holds it or may.
func (x *index) scopedOver(p powers.Power, object string) []scopedRole {
	var list []scopedRole
	for _, s := range x.scopes {
		held := x.roles[s.role].has(p)
		if held.Truth == model.False {
			continue
		}
		why := surely.about(held.Truth, model.RoleDefinitions.Name(), x.roles[s.role].role.Name+": "+held.Reason)
		in := x.within(s.scope, object)
		if in == model.False {
			continue
		}
		list = append(list, scopedRole{why.about(in, unitMembers(s.scope), "whether "+x.scopeName(s.scope)+" holds "+x.ref(object).Name), s.role, s.scope})
	}
	return list
}

// within asks whether a scope below the tenant holds an object.
func (x *index) within(scope, object string) model.Truth {
	unit, ok := strings.CutPrefix(scope, unitScope)
	switch {
	case scope == "":
		return model.Unknown
	case !ok:
		return model.Of(scope == "/"+model.FoldID(object))
	case slices.ContainsFunc(x.unitsOf[model.FoldID(object)], func(u string) bool { return model.SameID(u, unit) }):
		return model.True
	case slices.Contains(x.openUnits, unit):
		return model.Unknown
	}
	return model.False
}

// policyGroups are the groups that policies read, nested ones included, by who
// writes them.
type policyGroups struct {
	shared     []string // whoever writes groups at tenant scope
	assignable []string // whoever writes role-assignable groups
	synced     []string // whoever rules the on-premises directory
	single     []string // somebody who writes no other by the same right
	perhaps    []string // somebody writes them, or may
}

// maxSingle bounds how many groups are taken one by one: each takes a compiled
// engine of its own. The others may be written, no more.
const maxSingle = 12

// readGroups lists the ways of switching policies off by changing who is in the
// groups that they read.
func (d *demands) readGroups() []variant {
	var list []variant
	g := &d.groups
	read := d.groupsRead()
	for _, id := range read.all {
		perhaps := false
		for _, w := range d.index.writersOf(id) {
			perhaps = true
			var into *[]string
			switch {
			case w.truth != model.True:
			case w.by == powerAtom(atomPower, powers.GroupMembersUpdate), w.by == powerAtom(atomPower, powers.GroupOwnersUpdate):
				into = &g.shared
			case w.by == powerAtom(atomPower, powers.RoleAssignableMembersUpdate):
				into = &g.assignable
			case w.by.kind == atomOnPremises:
				into = &g.synced
			case len(g.single) < maxSingle:
				into = &g.single
			}
			if into != nil && !slices.Contains(*into, id) {
				*into = append(*into, id)
			}
		}
		if perhaps {
			g.perhaps = append(g.perhaps, id)
		}
	}
	add := func(groups []string, n int, subject string) {
		if off := read.off(groups); len(groups) > 0 && slices.ContainsFunc(d.base.Inputs().Policies, off) {
			list = append(list, variant{off: off, needs: []key{{kind: atomOff, n: n, subject: subject}}})
		}
	}
	add(g.shared, offGroups, "")
	add(g.assignable, offAssignable, "")
	add(g.synced, offSynced, "")
	for _, id := range g.single {
		add([]string{id}, offGroups, id)
	}
	if len(g.perhaps) > 0 {
		list = append(list, variant{off: read.any(g.perhaps), needs: []key{{kind: atomOff, n: offDoubtful}}})
	}
	return list
}

// readGroups are the groups that policies read: by name, and those nested in
// them.
type readGroups struct {
	all  []string            // folded, each once
	tops map[string][]string // the named groups that a group is, or is nested in
	// excluded and included are the named groups by where policies name them.
	excluded, included map[string]bool
}

func (d *demands) groupsRead() readGroups {
	r := readGroups{tops: map[string][]string{}, excluded: map[string]bool{}, included: map[string]bool{}}
	for _, p := range d.base.Inputs().Policies {
		included, excluded := groupsOf(p)
		for _, id := range included {
			r.included[model.FoldID(id)] = true
		}
		for _, id := range excluded {
			r.excluded[model.FoldID(id)] = true
		}
		for _, id := range append(included, excluded...) {
			r.nest(d.index, model.FoldID(id), model.FoldID(id))
		}
	}
	return r
}

// nest adds a group, and what is nested in it, as part of a named one.
func (r *readGroups) nest(x *index, id, top string) {
	if slices.Contains(r.tops[id], top) {
		return
	}
	if len(r.tops[id]) == 0 {
		r.all = append(r.all, id)
	}
	r.tops[id] = append(r.tops[id], top)
	for _, nested := range x.nestedIn(id) {
		r.nest(x, nested, top)
	}
}

// nestedIn lists the groups that are members of a group.
func (x *index) nestedIn(id string) []string {
	var list []string
	members := model.RowsOf(x.tenant, model.GroupMembers, nil).For(id)
	if whole := model.RowsOf(x.tenant, model.GroupTransitive, nil).For(id); whole.Coverage().State > members.Coverage().State {
		members = whole
	}
	for m := range members.All() {
		if x.dir.HasGroup(m.ID) || model.Equals(m.Type, "#microsoft.graph.group") == model.True {
			list = append(list, model.FoldID(m.ID))
		}
	}
	return list
}

// off reports the policies that surely let go of somebody whom the writer of the
// groups puts into those that are only excluded, and takes out of those that are
// only included. A policy that includes anything else, or a group that is nested
// in an included one, may hold on.
func (r readGroups) off(groups []string) func(*access.Policy) bool {
	written := func(top string) bool {
		return slices.ContainsFunc(groups, func(id string) bool { return slices.Contains(r.tops[id], top) })
	}
	return func(p *access.Policy) bool {
		included, excluded := groupsOf(p)
		for _, id := range excluded {
			if id = model.FoldID(id); written(id) && !r.included[id] {
				return true
			}
		}
		return len(included) > 0 && groupsAlone(p) && !slices.ContainsFunc(included, func(id string) bool {
			id = model.FoldID(id)
			return !slices.Contains(groups, id) || r.excluded[id]
		})
	}
}

// any reports the policies that may let go of somebody for what is written: those
// that exclude one of the groups, or include one and not everybody.
func (r readGroups) any(groups []string) func(*access.Policy) bool {
	return func(p *access.Policy) bool {
		included, excluded := groupsOf(p)
		if everyoneIn(p) {
			included = nil
		}
		return slices.ContainsFunc(append(included, excluded...), func(top string) bool {
			return slices.ContainsFunc(groups, func(id string) bool { return slices.Contains(r.tops[id], model.FoldID(top)) })
		})
	}
}

// groupsOf lists the groups that a policy includes and excludes.
func groupsOf(p *access.Policy) (included, excluded []string) {
	p.Record.Conditions.Is(func(c model.ConditionSet) bool {
		return c.Users.Is(func(u model.ConditionUsers) bool {
			u.IncludeGroups.Is(func(list []string) bool { included = slices.Clone(list); return true })
			u.ExcludeGroups.Is(func(list []string) bool { excluded = slices.Clone(list); return true })
			return true
		}) == model.True
	})
	return included, excluded
}

// groupsAlone reports whether a policy includes nobody but by groups.
func groupsAlone(p *access.Policy) bool {
	none := func(f model.Field[[]string]) bool {
		return model.Fold(f, func() bool { return false }, func() bool { return true }, func(list []string) bool {
			return !slices.ContainsFunc(list, func(entry string) bool { return !strings.EqualFold(entry, "None") })
		})
	}
	return p.Record.Conditions.Is(func(c model.ConditionSet) bool {
		return c.Users.Is(func(u model.ConditionUsers) bool {
			return none(u.IncludeUsers) && none(u.IncludeRoles) && u.IncludeGuestsOrExternalUsers.Null() == model.True
		}) == model.True
	}) == model.True
}

// everyoneIn reports whether a policy includes all users.
func everyoneIn(p *access.Policy) bool {
	return p.Record.Conditions.Is(func(c model.ConditionSet) bool {
		return c.Users.Is(func(u model.ConditionUsers) bool {
			return u.IncludeUsers.Is(func(list []string) bool { return slices.Contains(list, "All") }) == model.True
		}) == model.True
	}) == model.True
}

// groupsOff: the policies that read groups are out of the way of whoever is put
// into them, or taken out of them.
func (b *builder) groupsOff(head horn.Atom, k key) {
	away := model.PrincipalRef{Kind: "policy", ID: "conditionalAccess", Name: "Conditional Access"}
	g := b.demands.groups
	write := func(ids []string, perhaps bool, mine func(writer) bool) {
		for _, id := range ids {
			for _, w := range b.writersOf(id) {
				if !mine(w) {
					continue
				}
				name := b.groupRef(id).Name
				shown := hop{edge: cmp.Or(w.edge, edgeWritesGroup), to: away, from: w.from, text: w.how + ", and changes who is in " + name + ", which policies read", evidence: w.evidence, over: w.over}
				why := w.because
				if w.edge == edgeOwnsGroup && w.truth == model.True {
					shown.to = b.groupRef(id)
				}
				if perhaps && why.truth == model.True {
					why = open(model.Need{Dataset: model.ConditionalAccessPolicies.Name(), Reason: model.Unresolved, Detail: "what changing the members of several groups at once opens, or of one that is included and excluded, is not decided"})
				}
				b.conclude(head, why.shown(shown), w.premises()...)
			}
		}
	}
	shared := func(w writer) bool {
		return w.by == powerAtom(atomPower, powers.GroupMembersUpdate) || w.by == powerAtom(atomPower, powers.GroupOwnersUpdate)
	}
	assignable := func(w writer) bool { return w.by == powerAtom(atomPower, powers.RoleAssignableMembersUpdate) }
	synced := func(w writer) bool { return w.by.kind == atomOnPremises }
	sure := func(mine func(writer) bool) func(writer) bool {
		return func(w writer) bool { return w.truth == model.True && mine(w) }
	}
	switch {
	case k.n == offGroups && k.subject == "":
		write(g.shared[:1], false, sure(shared))
	case k.n == offGroups:
		write([]string{k.subject}, false, sure(func(w writer) bool { return !shared(w) && !assignable(w) && !synced(w) }))
	case k.n == offAssignable:
		write(g.assignable[:1], false, sure(assignable))
	case k.n == offSynced:
		write(g.synced[:1], false, sure(synced))
	default:
		write(g.perhaps, true, func(writer) bool { return true })
	}
}
