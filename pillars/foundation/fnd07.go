package foundation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var fnd07 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-07", Title: "No guest or external account holds Tier 0",
		Pillar: model.Foundation, Level: model.Defined, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainIdentity, Since: "0.1.0",
		Bullets: []model.Bullet{"F1", "O4"},
		Rationale: "A guest's password, second factor, device and dismissal are another organisation's business. With a Tier 0 role, " +
			"that organisation's weakest day is this tenant's.",
		Decides: "Passes when no user with a Tier 0 role is a guest (userType), carries #EXT# in the user principal name, or has an " +
			"invitation state (externalUserState): a guest who was made a member stays external. Partial when at least 80 % of the " +
			"users qualify and no Global or Privileged Role Administrator is among the rest.",
		Remediation: model.Remediation{
			Summary:    "Give outside administrators an account of this tenant, eligible for a limited time, and remove the role from the guest.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Assignments",
			Graph:      "POST /roleManagement/directory/roleEligibilityScheduleRequests (action adminRemove), or DELETE /roleManagement/directory/roleAssignments/{id}",
			PowerShell: "Remove-MgRoleManagementDirectoryRoleAssignment -UnifiedRoleAssignmentId <id>",
		},
		References: model.References{
			NIST80053: []string{"AC-2"}, ISO27001: []string{"A.5.19"}, ATTACK: []string{"T1199"}, ZTA: []string{"22128"},
		},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Tier0},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "are members of this organisation", Bad: "come from outside: guests or external accounts"})
		for _, holder := range kit.Users(tier0) {
			ref, external, detail := holder.Ref(), model.Unknown, kit.NotExported
			if u := holder.User; u != nil {
				ref, external = ref.With(kit.ExternalEvidence(u)...), kit.External(u)
				detail = "userType " + u.UserType.String() + ", externalUserState " + u.ExternalUserState.String()
			}
			tally.Add(assess.Judgement{Ref: ref, Met: external.Not(), Half: external.Not(), Exempt: model.False,
				Critical: holder.Critical, Detail: detail})
		}
		return tally.Share(0.8), nil
	},
}
