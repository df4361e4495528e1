package control

import (
	"slices"
	"strconv"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The catalogue looks at two flags of the group. Its owners write it whatever
// the flags say, so they are asked for too; and one open group opens the policy,
// so a share of good ones counts for nothing.
var ctl22 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-22", Title: "Lower roles cannot edit the groups that policies read",
		Pillar: model.Control, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainPrivilege, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"C5"}, Gaps: []model.GapTag{"G4"},
		Rationale: "A policy that names a group is only as hard to change as the group. Whoever can write the members puts an administrator into the excluded group, " +
			"or takes one out of the included one, and never touches the policy. Ordinary groups are written by several lower roles, by applications and by their owners.",
		Decides: "Takes every group that an enabled Conditional Access policy for Tier 0 administrators includes or excludes, and the groups nested in it. " +
			"A group meets this when it can be assigned to roles, or is in a restricted management unit and neither synchronised nor dynamic, " +
			"and all its owners, and owners by PIM for Groups, hold a Tier 0 role. For a restricted group also nobody else may hold a role over its unit that writes groups. " +
			"Fails when one group does not. A dynamic restricted group is unknown, because who writes what its rule reads is not judged. " +
			"Does not apply where no such policy names a group. Policies that do not concern administrators are not looked at.",
		Remediation: model.Remediation{
			Summary: "Use role-assignable groups in these policies: create one, move the members, and change the policy. Where that is not possible, put the group into a restricted management administrative unit. " +
				"Remove owners who are no Tier 0 administrators.",
			Portal: "Entra admin center > Groups > New group > Microsoft Entra roles can be assigned to the group: Yes",
			Graph: "POST /groups (isAssignableToRole true); POST /directory/administrativeUnits (isMemberManagementRestricted true); " +
				"DELETE /groups/{id}/owners/{owner}/$ref",
			PowerShell: "New-MgGroup -IsAssignableToRole -SecurityEnabled -MailEnabled:$false -DisplayName <name> -MailNickname <nick>",
		},
		References: model.References{Maester: []string{"MT.1035"}, ZTA: []string{"21832"}, ATTACK: []string{"T1556.009"},
			Docs: []string{"https://learn.microsoft.com/entra/identity/role-based-access-control/groups-concept",
				"https://learn.microsoft.com/entra/identity/role-based-access-control/admin-units-restricted-management"}},
		Statuses: []model.Status{model.StatusPass, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: append([]assess.Dependency{model.Groups, model.GroupOwners, model.GroupAssignment, model.GroupEligibility,
		model.GroupMembers, model.GroupTransitive, model.AdministrativeUnitMembers}, kit.PolicyNeeds...),
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		policies, err := kit.ReadPolicies(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		directory, err := assess.Value(p, facts.Directory)
		if err != nil {
			return assess.Verdict{}, err
		}
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		w := groupWriters{tenant: p.Tenant(), directory: directory, tier0: tier0,
			groups: assess.Rows(p, model.Groups).Coverage().State == model.Complete}
		tally := p.Tally(assess.Words{One: "group that policies read", Many: "groups that policies read",
			Good: "can be edited by Tier 0 administrators only", Bad: "can be edited by others"})
		if len(policies.Admins) > 0 {
			tally.None(assess.NotApplicable("No enabled policy for Tier 0 administrators names a group."))
		}
		for _, n := range w.withNested(namedGroups(policies)) {
			met, detail, exempt := model.Unknown, "which groups it names is not known", model.False
			if n.ref.Kind == "group" {
				if _, there := directory.Group(n.ref.ID); !there && w.groups {
					exempt = model.True
				}
				var evidence []model.Evidence
				met, detail, evidence = w.shielded(n.ref.ID)
				n.ref = n.ref.With(evidence...)
			}
			met = model.Or(met, n.relevant.Not())
			tally.Add(assess.Judgement{Ref: n.ref, Met: met, Half: met, Exempt: exempt, Detail: detail})
		}
		return tally.Every(), nil
	},
}

// namedGroup is a group that policies for Tier 0 read, or such a policy of which
// that is not known.
type namedGroup struct {
	ref      model.Ref
	relevant model.Truth
}

// namedGroups lists each group once, in the order of the export.
func namedGroups(policies *kit.Policies) []namedGroup {
	var all []namedGroup
	for _, policy := range policies.All {
		relevant := model.And(policy.Enabled, policies.Names(policy))
		if relevant == model.False {
			continue
		}
		add := func(list model.Field[[]string], name string) bool {
			return model.Fold(list, never, always, func(ids []string) bool {
				for i, id := range ids {
					at := policy.Evidence("/conditions/users/"+name+"/"+strconv.Itoa(i), id)
					all = join(all, namedGroup{ref: model.Ref{Kind: "group", ID: id, Name: id}.With(at), relevant: relevant})
				}
				return true
			})
		}
		known := model.Fold(policy.Conditions, never, never, func(c model.ConditionSet) bool {
			return model.Fold(c.Users, never, never, func(u model.ConditionUsers) bool {
				included, excluded := add(u.IncludeGroups, "includeGroups"), add(u.ExcludeGroups, "excludeGroups")
				return included && excluded
			})
		})
		if !known {
			ref := policy.Ref("policy", policy.DisplayName.String()).With(policy.Evidence("/conditions/users", nil))
			all = append(all, namedGroup{ref: ref, relevant: relevant})
		}
	}
	return all
}

func never() bool  { return false }
func always() bool { return true }

// join adds what names a group to what is known of it.
func join(all []namedGroup, n namedGroup) []namedGroup {
	at := slices.IndexFunc(all, func(o namedGroup) bool { return o.ref.Kind == n.ref.Kind && model.SameID(o.ref.ID, n.ref.ID) })
	if at < 0 {
		return append(all, n)
	}
	all[at].ref = all[at].ref.With(n.ref.Evidence...)
	all[at].relevant = model.Or(all[at].relevant, n.relevant)
	return all
}

// groupWriters answers who can write the members of a group.
type groupWriters struct {
	tenant    *model.Tenant
	directory *principals.Directory
	tier0     principals.View
	groups    bool // every group was read
}

// withNested adds the groups in the groups: who writes one writes the other.
// Role-assignable groups hold none.
func (w groupWriters) withNested(all []namedGroup) []namedGroup {
	for i := 0; i < len(all); i++ {
		g, ok := w.directory.Group(all[i].ref.ID)
		if all[i].ref.Kind != "group" || ok && model.Equals(g.IsAssignableToRole, true) == model.True {
			continue
		}
		for object := range w.members(all[i].ref.ID).All() {
			_, nested := w.directory.Group(object.ID)
			if !nested && model.Equals(object.Type, "#microsoft.graph.group") != model.True {
				continue
			}
			all = join(all, namedGroup{ref: model.Ref{Kind: "group", ID: object.ID, Name: object.ID}.With(object.Evidence("/id", object.ID)), relevant: all[i].relevant})
		}
	}
	for i, n := range all {
		if g, ok := w.directory.Group(n.ref.ID); ok && n.ref.Kind == "group" && g.DisplayName.Exported() {
			all[i].ref.Name = g.DisplayName.String()
		}
	}
	return all
}

// members reads what is exported of a group's members, nested groups included.
func (w groupWriters) members(group string) model.Rows[model.DirectoryObject] {
	members := model.RowsOf(w.tenant, model.GroupMembers, nil).For(group)
	if transitive := model.RowsOf(w.tenant, model.GroupTransitive, nil).For(group); transitive.Coverage().State > members.Coverage().State {
		return transitive
	}
	return members
}

// shielded says whether only Tier 0 administrators write the group's members.
func (w groupWriters) shielded(id string) (met model.Truth, detail string, evidence []model.Evidence) {
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
		if nested := w.members(id); nested.Coverage().State != model.Complete {
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

// lower says whether the principal is below Tier 0. A deleted one writes nothing.
func (w groupWriters) lower(principal principals.Principal) model.Truth {
	for _, p := range w.tier0.Principals() {
		if model.SameID(p.ID, principal.ID) {
			return model.False
		}
	}
	lower := principal.Dangling.Not()
	if len(w.tier0.Gaps()) > 0 {
		lower = model.And(lower, model.Unknown)
	}
	return lower
}

// owners finds an owner of the group who is below Tier 0, for good or by PIM.
func (w groupWriters) owners(id string) writer {
	found := writer{truth: model.False}
	rows := model.RowsOf(w.tenant, model.GroupOwners, nil).For(id)
	if rows.Coverage().State != model.Complete {
		found.or(model.Unknown, "who owns the group is not known")
	}
	for owner := range rows.All() {
		principal := w.directory.Principal(owner.ID, model.Value(owner))
		found.or(w.lower(principal), "owned by "+principal.Name+", who is no Tier 0 administrator", owner.Evidence("/id", owner.ID))
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
			principal := w.directory.Principal(row.PrincipalID, row.Principal)
			if owns := model.And(here, model.Equals(row.AccessID, "owner")); owns != model.False {
				found.or(model.And(owns, w.lowerOrMembers(principal)), "owned through PIM by "+principal.Name+", who is no Tier 0 administrator", row.Evidence("/principalId", row.PrincipalID))
			}
		}
	}
	return found
}

// lowerOrMembers asks of a group whether some member is below Tier 0.
func (w groupWriters) lowerOrMembers(principal principals.Principal) model.Truth {
	if principal.Kind != principals.KindGroup {
		return w.lower(principal)
	}
	members := w.directory.Members(principal.ID)
	lower := model.False
	if len(members.Gaps) > 0 {
		lower = model.Unknown
	}
	for _, id := range members.IDs() {
		lower = model.Or(lower, w.lower(w.directory.Principal(id, model.Field[model.DirectoryObject]{})))
	}
	return lower
}

// unitAdministrators finds a holder of a role over the group's restricted unit
// who is below Tier 0: only roles given for the unit reach into it.
// Source: learn.microsoft.com/entra/identity/role-based-access-control/admin-units-restricted-management.
func (w groupWriters) unitAdministrators(id string) writer {
	found := writer{truth: model.False}
	all := w.directory.All()
	if len(all.Gaps()) > 0 {
		found.or(model.Unknown, "who holds which role over its unit is not known")
	}
	for _, h := range all.Holdings {
		writes := model.And(writesGroups(h.Role), w.inUnit(id, h), w.lower(h.Principal))
		found.or(writes, h.Principal.Name+" holds "+h.Role.Name+" over its unit and is no Tier 0 administrator", h.Evidence...)
	}
	return found
}

// inUnit says whether the holding is for a unit that the group is in.
func (w groupWriters) inUnit(group string, h principals.Holding) model.Truth {
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
