package kit

import (
	"slices"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// GroupWriterNeeds is what [ReadGroupWriters] requires.
var GroupWriterNeeds = []assess.Dependency{facts.Directory, facts.Tier0, model.Groups, model.GroupOwners, model.GroupAssignment,
	model.GroupEligibility, model.GroupMembers, model.GroupTransitive, model.AdministrativeUnitMembers}

// GroupWriters answers who can write the members of a group.
type GroupWriters struct {
	tenant    *model.Tenant
	directory *principals.Directory
	holders   TenantHolders
	groups    bool // every group was read
}

// ReadGroupWriters reads who is Tier 0. Whether every group was read counts
// where a group is asked for, and not as a gap.
func ReadGroupWriters(p *assess.Pass) (GroupWriters, error) {
	directory, err := assess.Value(p, facts.Directory)
	if err != nil {
		return GroupWriters{}, err
	}
	tier0, err := assess.Value(p, facts.Tier0)
	if err != nil {
		return GroupWriters{}, err
	}
	return GroupWriters{tenant: p.Tenant(), directory: directory, holders: TenantHoldersOf(tier0),
		groups: model.RowsOf(p.Tenant(), model.Groups, nil).Coverage().State == model.Complete}, nil
}

// Gone reports that the tenant has no such group, so that it names nobody.
func (w GroupWriters) Gone(id string) bool {
	there := w.directory.HasGroup(id)
	return !there && w.groups
}

// Nested lists the groups in a group that were exported: who writes one of them
// writes the group. Role-assignable groups hold none.
func (w GroupWriters) Nested(id string) []model.Ref {
	if g, ok := w.directory.Group(id); ok && model.Equals(g.IsAssignableToRole, true) == model.True {
		return nil
	}
	var list []model.Ref
	for object := range w.members(id).All() {
		nested := w.directory.HasGroup(object.ID)
		if nested || model.Equals(object.Type, "#microsoft.graph.group") == model.True {
			list = append(list, w.Ref(object.ID).With(object.Evidence("/id", object.ID)))
		}
	}
	return list
}

// Ref names a group as a subject, also one that was not exported.
func (w GroupWriters) Ref(id string) model.Ref {
	ref := model.Ref{Kind: "group", ID: id, Name: id}
	if g, ok := w.directory.Group(id); ok && g.DisplayName.Exported() {
		ref.Name = g.DisplayName.String()
	}
	return ref
}

// members reads what is exported of a group's members, nested groups included.
func (w GroupWriters) members(group string) model.Rows[model.DirectoryObject] {
	members := model.RowsOf(w.tenant, model.GroupMembers, nil).For(group)
	if transitive := model.RowsOf(w.tenant, model.GroupTransitive, nil).For(group); transitive.Coverage().State > members.Coverage().State {
		return transitive
	}
	return members
}

// Shielded says whether only Tier 0 administrators write the group's members,
// and in a few words why.
func (w GroupWriters) Shielded(id string) (met model.Truth, detail string, evidence []model.Evidence) {
	g, ok := w.directory.Group(id)
	if !ok {
		if w.groups {
			return model.True, "no group has this id: it names nobody", nil
		}
		return model.Unknown, "the group was not exported", nil
	}
	evidence = []model.Evidence{g.Evidence("/isAssignableToRole", g.IsAssignableToRole), g.Evidence("/isManagementRestricted", g.IsManagementRestricted)}
	// Graph writes null for both where they were never set, which is false.
	assignable, restricted := model.Equals(g.IsAssignableToRole, true), model.Equals(g.IsManagementRestricted, true)
	synced := model.Equals(g.OnPremisesSyncEnabled, true)
	met = model.Or(assignable, model.And(restricted, synced.Not()))
	switch {
	case model.Or(assignable, restricted) == model.False:
		return met, "neither role-assignable nor in a restricted unit", evidence
	case met == model.False:
		return met, "synchronised: whoever writes it on-premises decides", evidence
	case met == model.Unknown:
		return met, "whether lower roles can edit the group is not known", evidence
	}
	detail = "role-assignable, owned by Tier 0 administrators or nobody"
	others := writer{truth: model.False}
	if assignable != model.True {
		detail = "in a restricted unit"
		if len(w.directory.Members(id).Gaps) > 0 {
			met, detail = model.Unknown, "which groups are nested in it is not known"
		}
		// A rule is as hard to change as what it reads.
		if dynamic := g.GroupTypes.Is(isDynamic); dynamic != model.False {
			met, detail = model.Unknown, "a rule may decide who is a member, and who writes what it reads is not judged"
		}
		others = w.unitAdministrators(id)
	}
	owner := w.owners(id)
	if others.or(owner.truth, owner.detail, owner.evidence...); others.truth == model.True || met == model.True && others.truth == model.Unknown {
		detail = others.detail
	}
	return model.And(met, others.truth.Not()), detail, append(evidence, others.evidence...)
}

func isDynamic(types []string) bool { return slices.Contains(types, "DynamicMembership") }

// writer is somebody below Tier 0 who certainly writes a group, or (not known)
// may.
type writer struct {
	truth    model.Truth
	detail   string
	evidence []model.Evidence
}

// or keeps what is the more certain of two findings, the earlier of equals.
func (f *writer) or(truth model.Truth, detail string, evidence ...model.Evidence) {
	if truth == model.True && f.truth != model.True || truth == model.Unknown && f.truth == model.False {
		*f = writer{truth, detail, evidence}
	}
}

// owners finds an owner of the group who is below Tier 0, for good or by PIM.
func (w GroupWriters) owners(id string) writer {
	found := writer{truth: model.False}
	rows := model.RowsOf(w.tenant, model.GroupOwners, nil).For(id)
	if rows.Coverage().State != model.Complete {
		found.or(model.Unknown, "who owns the group is not known")
	}
	for owner := range rows.All() {
		principal := w.directory.Principal(owner.ID, model.Value(owner))
		found.or(w.holders.Lower(principal), "owned by "+principal.Name+", who is no Tier 0 administrator", owner.Evidence("/id", owner.ID))
	}
	for _, key := range []model.Key[model.GroupScheduleInstance]{model.GroupAssignment, model.GroupEligibility} {
		rows := model.RowsOf(w.tenant, key, nil)
		if rows.Coverage().State != model.Complete && w.directory.Licensed() != model.False {
			found.or(model.Unknown, "who owns the group by PIM is not known")
		}
		for row := range rows.All() {
			here := model.Of(model.SameID(row.GroupID, id))
			if row.GroupID == "" {
				here = model.Unknown
			}
			owns := model.And(here, model.Equals(row.AccessID, "owner"))
			if owns == model.False {
				continue
			}
			if row.PrincipalID == "" {
				found.or(model.Unknown, "who owns the group by PIM is not known")
				continue
			}
			principal := w.directory.Principal(row.PrincipalID, row.Principal)
			found.or(model.And(owns, w.lowerOrMembers(principal)), "owned through PIM by "+principal.Name+", who is no Tier 0 administrator",
				row.Evidence("/principalId", row.PrincipalID))
		}
	}
	return found
}

// lowerOrMembers asks of a group whether some member is below Tier 0.
func (w GroupWriters) lowerOrMembers(principal principals.Principal) model.Truth {
	if principal.Kind != principals.KindGroup {
		return w.holders.Lower(principal)
	}
	members := w.directory.Members(principal.ID)
	lower := model.False
	if len(members.Gaps) > 0 {
		lower = model.Unknown
	}
	for _, id := range members.IDs() {
		lower = model.Or(lower, w.holders.Lower(w.directory.Principal(id, model.Field[model.DirectoryObject]{})))
	}
	return lower
}

// unitAdministrators finds a holder of a role over the group's restricted unit
// who is below Tier 0: only roles given for the unit reach into it.
// Source: learn.microsoft.com/entra/identity/role-based-access-control/admin-units-restricted-management.
func (w GroupWriters) unitAdministrators(id string) writer {
	found := writer{truth: model.False}
	all := w.directory.All()
	if len(all.Gaps()) > 0 {
		found.or(model.Unknown, "who holds which role over its unit is not known")
	}
	for _, h := range all.Holdings {
		writes := model.And(writesGroups(h.Role), w.inUnit(id, h), w.holders.Lower(h.Principal))
		found.or(writes, h.Principal.Name+" holds "+h.Role.Name+" over its unit and is no Tier 0 administrator", h.Evidence...)
	}
	return found
}

// inUnit says whether the holding is for a unit that the group is in.
func (w GroupWriters) inUnit(group string, h principals.Holding) model.Truth {
	if h.Scope == "" {
		return model.Unknown
	}
	unit, ok := strings.CutPrefix(h.Scope, "/administrativeUnits/")
	if !ok {
		return model.False
	}
	rows := model.RowsOf(w.tenant, model.AdministrativeUnitMembers, nil).For(unit)
	for object := range rows.All() {
		if model.SameID(object.ID, group) {
			return model.True
		}
	}
	if rows.Coverage().State != model.Complete {
		return model.Unknown
	}
	return model.False
}

// unitGroupRoles are the built-in roles that can be given for a unit and write
// its groups.
// Source: learn.microsoft.com/entra/identity/role-based-access-control/manage-roles-portal,
// roles that can be assigned with administrative unit scope.
var unitGroupRoles = []string{
	"fdd7a751-b60b-444a-984c-02652fe8fa1c", // Groups Administrator
	"fe930be7-5e62-47db-91af-98c3a49a38b1", // User Administrator
	"69091246-20e8-4a56-aa4d-066075b2a7a8", // Teams Administrator
	"f28a1f50-f6e7-4571-818b-6a12f2af6b6c", // SharePoint Administrator
}

// writesGroups says whether a role over a unit writes the groups in it; of a
// custom one that is not judged.
func writesGroups(role principals.Role) model.Truth {
	if _, known := model.RoleWithTemplate(role.ID); !known {
		return model.Unknown
	}
	return model.Of(slices.ContainsFunc(unitGroupRoles, func(id string) bool { return model.SameID(id, role.ID) }))
}
