package principals

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// Manner is how a role is held.
type Manner string

// The manners of holding. Activated is an active assignment that PIM made from
// an eligibility; it ends by itself.
const (
	Standing  Manner = "standing"
	Eligible  Manner = "eligible"
	Activated Manner = "activated"
)

// Holding is one way in which one principal holds one role. A role held through
// a group lists each member, with the groups under Via.
type Holding struct {
	Principal Principal
	Role      Role
	Manner    Manner
	// Via lists the groups from the one that holds the role down to the one that
	// the principal is a member of; empty for a direct holding.
	Via []string
	// ViaEligible marks a membership that PIM for Groups must first activate.
	ViaEligible bool
	// Scope is the directory scope: "/" is the tenant. "" was not exported.
	Scope string
	// Permanent says whether the assignment has no end: Unknown where the export
	// does not tell an assignment from an activation.
	Permanent model.Truth
	// End is when it ends (UTC), zero when permanent or not known.
	End time.Time
	// Scheduled says whether PIM knows the assignment: False for one made outside.
	Scheduled model.Truth
	Evidence  []model.Evidence
}

// TenantWide says whether the holding reaches the whole tenant.
func (h Holding) TenantWide() model.Truth {
	if h.Scope == "" {
		return model.Unknown
	}
	return model.Of(h.Scope == "/")
}

type roleGap struct {
	tier0 model.Truth
	gap   model.Gap
}

// assignment is one row of any of the four assignment data sets, brought into
// one form.
type assignment struct {
	principal string
	expanded  model.Field[model.DirectoryObject]
	role      Role
	scope     string
	manner    Manner
	permanent model.Truth
	end       time.Time
	scheduled model.Truth
	evidence  model.Evidence
}

func (d *Directory) readHoldings() {
	d.licensed = d.pimLicensed()
	for _, a := range d.assignments() {
		if a.principal == "" || a.role.ID == "" {
			d.gap(model.Unknown, model.Gap{Dataset: a.evidence.Dataset, Reason: model.Malformed,
				Detail: "an assignment names no principal or no role"})
			continue
		}
		if a.role.Tier0 == model.Unknown {
			d.gap(model.Unknown, model.Gap{Dataset: model.RoleDefinitions.Name(), Reason: model.Unresolved,
				Detail: "role definition " + a.role.ID + " was not exported with its permissions"})
		}
		d.hold(a)
	}
	sorting.Stable(d.holdings, compareHoldings)
	d.holdings = slices.CompactFunc(d.holdings, sameHolding)
}

// pimLicensed reads the service plan of Entra ID P2 (or Governance) from the
// tenant's licences, or the reason that the collector gave.
func (d *Directory) pimLicensed() model.Truth {
	eligible := model.RowsOf(d.tenant, model.RoleEligibility, nil)
	if eligible.Coverage().Reason == model.NotLicensed {
		return model.False
	}
	if eligible.Len() > 0 {
		return model.True
	}
	skus := model.RowsOf(d.tenant, model.SubscribedSkus, nil)
	found := model.False
	for sku := range skus.All() {
		found = model.Or(found, model.Fold(sku.ServicePlans,
			func() model.Truth { return model.Unknown },
			func() model.Truth { return model.False },
			func(plans []model.ServicePlan) model.Truth {
				holds := model.False
				for _, p := range plans {
					holds = model.Or(holds, p.ServicePlanName.Is(func(name string) bool {
						return name == "AAD_PREMIUM_P2" || name == "ENTRA_IDENTITY_GOVERNANCE"
					}))
				}
				return holds
			}))
	}
	if found == model.False && (skus.Coverage().State != model.Complete || skus.Len() == 0) {
		return model.Unknown
	}
	return found
}

// Licensed says whether the tenant has the licence for PIM.
func (d *Directory) Licensed() model.Truth { return d.licensed }

func (d *Directory) assignments() []assignment {
	scheduled := model.RowsOf(d.tenant, model.RoleAssignmentSchedule, nil)
	eligible := model.RowsOf(d.tenant, model.RoleEligibility, nil)
	plain := model.RowsOf(d.tenant, model.RoleAssignments, nil)
	licensed := d.licensed != model.False
	if scheduled.Coverage().State != model.Complete && (licensed || plain.Coverage().State != model.Complete) {
		d.uncovered(model.RoleAssignmentSchedule.Name(), scheduled.Coverage())
	}
	if eligible.Coverage().State != model.Complete && licensed {
		d.uncovered(model.RoleEligibility.Name(), eligible.Coverage())
	}
	if plain.Coverage().State != model.Complete && scheduled.Coverage().State != model.Complete {
		d.uncovered(model.RoleAssignments.Name(), plain.Coverage())
	}

	var all []assignment
	inPIM := map[string]bool{}
	unread := false               // an instance that cannot be matched to its assignment
	unscoped := map[string]bool{} // principal and role of instances without a scope
	for row := range scheduled.All() {
		a := d.instance(row, Standing)
		if byActivation(row.AssignmentType) == model.True {
			a.manner, a.permanent = Activated, model.False
		}
		inPIM[a.key()] = true
		unread = unread || a.principal == "" || a.role.ID == ""
		if a.scope == "" {
			unscoped[a.held()] = true
		}
		all = append(all, a)
	}
	for row := range eligible.All() {
		all = append(all, d.instance(row, Eligible))
	}
	for row := range plain.All() {
		a := assignment{principal: row.PrincipalID, expanded: row.Principal, role: d.Role(row.RoleDefinitionID, row.RoleDefinition),
			scope: scopeOf(row.DirectoryScopeID), manner: Standing, scheduled: model.False, permanent: model.True,
			evidence: row.Evidence("/principalId", row.PrincipalID)}
		if inPIM[a.key()] {
			continue
		}
		if licensed && scheduled.Coverage().State != model.Complete || unread || unscoped[a.held()] || a.scope == "" {
			a.scheduled, a.permanent = model.Unknown, model.Unknown // it may be an activation
		}
		all = append(all, a)
	}
	return all
}

func (a assignment) key() string { return a.held() + "|" + model.FoldID(a.scope) }

func (a assignment) held() string { return model.FoldID(a.principal) + "|" + model.FoldID(a.role.ID) }

func (d *Directory) instance(row model.RoleScheduleInstance, manner Manner) assignment {
	a := assignment{principal: row.PrincipalID, expanded: row.Principal, role: d.Role(row.RoleDefinitionID, row.RoleDefinition),
		scope: scopeOf(row.DirectoryScopeID), manner: manner, permanent: row.EndDateTime.Null(),
		evidence: row.Evidence("/endDateTime", row.EndDateTime)}
	row.EndDateTime.Is(func(t time.Time) bool { a.end = t.UTC(); return true })
	// Rows without a start were made outside PIM (CISA SCuBA MS.AAD.7.5).
	a.scheduled = row.StartDateTime.Null().Not()
	return a
}

func scopeOf(scope model.Field[string]) string {
	text := ""
	scope.Is(func(s string) bool { text = s; return true })
	return text
}

func (d *Directory) uncovered(dataset string, c model.Coverage) {
	d.gap(model.Unknown, model.Gap{Dataset: dataset, Reason: c.Reason, Detail: c.Detail})
}

func (d *Directory) gap(tier0 model.Truth, gap model.Gap) {
	d.gaps = append(d.gaps, roleGap{tier0: tier0, gap: gap})
}

// hold records the assignment for its principal, or for every member of it.
func (d *Directory) hold(a assignment) {
	principal := d.Principal(a.principal, a.expanded)
	base := Holding{Principal: principal, Role: a.role, Manner: a.manner, Scope: a.scope, Permanent: a.permanent,
		End: a.end, Scheduled: a.scheduled, Evidence: []model.Evidence{a.evidence}}
	if principal.Kind != KindGroup {
		d.holdings = append(d.holdings, base)
		if groups := model.RowsOf(d.tenant, model.Groups, nil).Coverage(); principal.Kind == KindUnknown && groups.State != model.Complete {
			d.gap(a.role.Tier0, model.Gap{Dataset: model.Groups.Name(), Reason: groups.Reason,
				Detail: "principal " + a.principal + " was not exported, and may be a group"})
		}
		return
	}
	members := d.Members(a.principal)
	for _, gap := range members.Gaps {
		d.gap(a.role.Tier0, gap)
	}
	for _, id := range members.IDs() {
		h := base
		h.Via = members.Via(id)
		h.Principal = d.Principal(id, model.Value(members.found[model.FoldID(id)].row()))
		d.holdings = append(d.holdings, d.activated(h))
	}
	d.holdEligibleMembers(a, base)
}

// activated tells a lasting membership from one that PIM for Groups activated or
// bounded: Graph lists both among the members.
func (d *Directory) activated(h Holding) Holding {
	if h.Manner != Standing {
		return h
	}
	rows := model.RowsOf(d.tenant, model.GroupAssignment, nil)
	group, scheduled := h.Via[len(h.Via)-1], false
	for row := range rows.All() {
		if row.GroupID == "" || row.PrincipalID == "" {
			h.Permanent = model.And(h.Permanent, model.Unknown) // it may be this one
			continue
		}
		if !model.SameID(row.GroupID, group) || !model.SameID(row.PrincipalID, h.Principal.ID) ||
			model.Equals(row.AccessID, "owner") == model.True {
			continue
		}
		scheduled = true
		h.Evidence = append(slices.Clone(h.Evidence), row.Evidence("/assignmentType", row.AssignmentType))
		switch byActivation(row.AssignmentType) {
		case model.True:
			h.Manner, h.Permanent = Activated, model.False
		case model.Unknown:
			h.Permanent = model.And(h.Permanent, model.Unknown)
		case model.False:
			h.Permanent = model.And(h.Permanent, row.EndDateTime.Null())
			row.EndDateTime.Is(func(t time.Time) bool { h.End = t.UTC(); return true })
		}
	}
	if !scheduled && rows.Coverage().State != model.Complete && d.licensed != model.False {
		h.Permanent = model.And(h.Permanent, model.Unknown) // it may be an activation
	}
	return h
}

// byActivation says whether PIM made an assignment from an eligibility. Graph
// documents the values with a small letter for groups, and shows them with a
// capital one.
func byActivation(assignmentType model.Field[string]) model.Truth {
	return assignmentType.Is(func(kind string) bool { return strings.EqualFold(kind, string(Activated)) })
}

// holdEligibleMembers adds those whom PIM for Groups lets join the group. Its
// rows stand for the group itself; nested groups cannot carry roles.
func (d *Directory) holdEligibleMembers(a assignment, base Holding) {
	rows := model.RowsOf(d.tenant, model.GroupEligibility, nil)
	if rows.Coverage().State != model.Complete && d.licensed != model.False {
		d.gap(a.role.Tier0, model.Gap{Dataset: model.GroupEligibility.Name(), Reason: rows.Coverage().Reason,
			Detail: cmp.Or(rows.Coverage().Detail, "who is eligible for group "+a.principal+" is not known")})
	}
	for row := range rows.All() {
		if row.GroupID == "" || row.PrincipalID == "" {
			d.gap(model.Unknown, model.Gap{Dataset: model.GroupEligibility.Name(), Reason: model.Malformed,
				Detail: "an eligibility names no group or no principal"})
			continue
		}
		if !row.AccessID.Exported() && model.SameID(row.GroupID, a.principal) {
			d.gap(a.role.Tier0, model.Gap{Dataset: model.GroupEligibility.Name(), Reason: model.Malformed,
				Detail: "an eligibility for group " + a.principal + " does not say whether it is for a member or an owner"})
			continue
		}
		if !model.SameID(row.GroupID, a.principal) || model.Equals(row.AccessID, "owner") == model.True {
			continue
		}
		principal := d.Principal(row.PrincipalID, row.Principal)
		ids := []string{row.PrincipalID}
		if principal.Kind == KindGroup {
			members := d.Members(row.PrincipalID)
			ids = members.IDs()
			for _, gap := range members.Gaps {
				d.gap(a.role.Tier0, gap)
			}
		}
		for _, id := range ids {
			h := base
			h.Principal, h.ViaEligible, h.Manner = d.Principal(id, row.Principal), true, Eligible
			h.Via = []string{a.principal}
			if principal.Kind == KindGroup {
				h.Principal = d.Principal(id, model.Field[model.DirectoryObject]{})
				h.Via = append(h.Via, d.Members(row.PrincipalID).Via(id)...)
			}
			h.Permanent, h.End = row.EndDateTime.Null(), time.Time{}
			row.EndDateTime.Is(func(t time.Time) bool { h.End = t.UTC(); return true })
			h.Evidence = append(slices.Clone(base.Evidence), row.Evidence("/principalId", row.PrincipalID))
			d.holdings = append(d.holdings, h)
		}
	}
}

func compareHoldings(a, b Holding) int {
	return cmp.Or(
		cmp.Compare(model.FoldID(a.Role.ID), model.FoldID(b.Role.ID)),
		cmp.Compare(model.FoldID(a.Principal.ID), model.FoldID(b.Principal.ID)),
		cmp.Compare(a.Manner, b.Manner), cmp.Compare(a.Scope, b.Scope), slices.Compare(a.Via, b.Via))
}

// sameHolding merges what two data sets say of one holding. Rows that differ in
// what they say of its end stay apart.
func sameHolding(a, b Holding) bool {
	return compareHoldings(a, b) == 0 && a.Permanent == b.Permanent && a.End.Equal(b.End) &&
		a.ViaEligible == b.ViaEligible && a.Scheduled == b.Scheduled
}

// Holdings lists every holding of every role, in a stable order.
func (d *Directory) Holdings() []Holding { return d.holdings }

// View is the part of a directory that concerns some roles, with the gaps that
// matter to them.
type View struct {
	Holdings []Holding
	gaps     []model.Gap
}

// Gaps lists what keeps the view from being complete.
func (v View) Gaps() []model.Gap { return v.gaps }

// Tier0 is the view of the holdings of Tier 0 roles. A role whose tier is not
// known is not among the holdings, and is a gap.
func (d *Directory) Tier0() View {
	return d.view(func(r Role) model.Truth { return r.Tier0 }, func(g roleGap) bool { return g.tier0 != model.False })
}

// Of is the view of the holdings of one built-in role, by template id.
func (d *Directory) Of(templateID string) View {
	return d.view(func(r Role) model.Truth {
		if r.BuiltIn == model.Unknown {
			return model.Unknown
		}
		return model.Of(model.SameID(r.ID, templateID))
	}, func(g roleGap) bool { return g.tier0 != model.False })
}

// All is the view of every holding of a directory role.
func (d *Directory) All() View {
	return d.view(func(Role) model.Truth { return model.True }, func(roleGap) bool { return true })
}

func (d *Directory) view(wanted func(Role) model.Truth, relevant func(roleGap) bool) View {
	var v View
	for _, h := range d.holdings {
		if wanted(h.Role) == model.True {
			v.Holdings = append(v.Holdings, h)
		}
	}
	seen := map[model.Gap]bool{}
	for _, g := range d.gaps {
		if relevant(g) && !seen[g.gap] {
			seen[g.gap] = true
			v.gaps = append(v.gaps, g.gap)
		}
	}
	return v
}

// Principals lists each principal of the view once, in a stable order.
func (v View) Principals() []Principal {
	seen := map[string]bool{}
	var list []Principal
	for _, h := range v.Holdings {
		if key := model.FoldID(h.Principal.ID); !seen[key] {
			seen[key] = true
			list = append(list, h.Principal)
		}
	}
	sorting.Stable(list, func(a, b Principal) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// Users lists each principal of the view that is a user, or may be one.
func (v View) Users() []Principal {
	return slices.DeleteFunc(v.Principals(), func(p Principal) bool {
		return p.Kind == KindServicePrincipal || p.Kind == KindGroup
	})
}

// Roles lists each role of the view once, by name.
func (v View) Roles() []Role {
	seen := map[string]bool{}
	var list []Role
	for _, h := range v.Holdings {
		if !seen[h.Role.ID] {
			seen[h.Role.ID] = true
			list = append(list, h.Role)
		}
	}
	sorting.Stable(list, func(a, b Role) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return list
}
