package foundation

import (
	"slices"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The catalogue asks for owners within the Tier 0 holders. An owner by PIM counts
// as one, also where it must be activated first.
var fnd08 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-08", Title: "Groups that grant Tier 0 roles are protected",
		Pillar: model.Foundation, Level: model.Defined, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainCapability, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"F4"}, Gaps: []model.GapTag{"G4"},
		Rationale: "Whoever writes the members of a group that holds a Tier 0 role holds the role. That includes its owners, whom no list of role holders shows, and the group counts even while it is empty.",
		Decides: "Looks at every group to which a Tier 0 role is assigned, active or eligible, with members or without. It must be role-assignable, not synchronised and without a rule for its members, " +
			"and every owner, also through PIM for Groups, must hold a Tier 0 role over the whole tenant. Not applicable where no group holds one.",
		Remediation: model.Remediation{
			Summary:    "Take away owners who hold no Tier 0 role. A group that is not role-assignable cannot be made so: create a new one and assign the role to it.",
			Portal:     "Entra admin center > Groups > (group) > Owners; Roles & admins > (role) > Assignments",
			Graph:      "DELETE /groups/{id}/owners/{user}/$ref; POST /groups {\"isAssignableToRole\": true, …}",
			PowerShell: "Remove-MgGroupOwnerByRef -GroupId <group> -DirectoryObjectId <user>",
		},
		References: model.References{CIS: []string{"5.3.1"}, NIST80053: []string{"AC-6(1)"}, ATTACK: []string{"T1098.003"},
			Docs: []string{"https://learn.microsoft.com/entra/identity/role-based-access-control/groups-concept"}},
		Statuses: []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown, model.StatusNotApplicable},
	},
	Requires: append(slices.Clone(kit.RoleGroupNeeds), kit.GroupWriterNeeds...),
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		directory, err := assess.Value(p, facts.Directory)
		if err != nil {
			return assess.Verdict{}, err
		}
		if _, err := assess.Value(p, facts.Tier0); err != nil { // its gaps are ours
			return assess.Verdict{}, err
		}
		writers, err := kit.ReadGroupWriters(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "group with a Tier 0 role", Many: "groups with Tier 0 roles",
			Good: "are protected", Bad: "can be written by others"})
		if len(directory.Holdings()) > 0 {
			tally.None(assess.NotApplicable("No group holds a Tier 0 role."))
		}
		for _, g := range kit.RoleGroups(p, directory, func(role principals.Role) model.Truth { return role.Tier0 }) {
			met, detail, evidence := model.Unknown, "whether it is a group was not exported", []model.Evidence(nil)
			ref := model.Ref{Kind: "group", ID: g.ID, Name: g.ID}
			if g.Known {
				ref = writers.Ref(g.ID)
				met, detail, evidence = writers.Shielded(g.ID)
				met, detail = needsAssignable(directory, g.ID, met, detail)
			}
			met = model.Or(met, g.Such.Not())
			tally.Add(assess.Judgement{Ref: ref.With(g.At).With(evidence...), Met: met, Half: met, Exempt: model.False, Detail: g.Role + ": " + detail})
		}
		return tally.Every(), nil
	},
}

// needsAssignable: a restricted unit alone does not make a group fit to hold a
// role, and neither does a rule for its members.
func needsAssignable(directory *principals.Directory, id string, met model.Truth, detail string) (model.Truth, string) {
	g, ok := directory.Group(id)
	if !ok || met == model.False {
		return met, detail
	}
	ruled := g.MembershipRule.Is(func(rule string) bool { return rule != "" })
	if g.MembershipRule.Null() == model.True {
		ruled = model.False
	}
	fit := model.And(model.Equals(g.IsAssignableToRole, true), isSet(g.OnPremisesSyncEnabled).Not(), ruled.Not())
	if fit != model.True {
		detail = "isAssignableToRole " + g.IsAssignableToRole.String() + ", onPremisesSyncEnabled " + g.OnPremisesSyncEnabled.String() + ", membershipRule " + g.MembershipRule.String()
	}
	return model.And(met, fit), detail
}
