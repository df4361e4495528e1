package foundation

import (
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var fnd10 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-10", Title: "No disabled account keeps a role",
		Pillar: model.Foundation, Level: model.Developing, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainIdentity, Since: "0.1.0",
		Bullets: []model.Bullet{"F3"},
		Rationale: "Disabling an account is half a leaver's process. Whoever may enable accounts can wake it up, and with it " +
			"the role that it still holds.",
		Decides: "Fails when a user with a Tier 0 role, active or eligible, directly or through a group, is disabled " +
			"(accountEnabled false). Passes when all of them are enabled.",
		Remediation: model.Remediation{
			Summary:    "Remove the role, the eligibility and the group membership from the disabled account.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Assignments",
			Graph:      "DELETE /roleManagement/directory/roleAssignments/{id}; POST /roleManagement/directory/roleEligibilityScheduleRequests (action adminRemove)",
			PowerShell: "Remove-MgRoleManagementDirectoryRoleAssignment -UnifiedRoleAssignmentId <id>",
		},
		References: model.References{
			NIST80053: []string{"AC-2(3)", "PS-4"}, ISO27001: []string{"A.5.18"},
		},
		Statuses: []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Tier0},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "are enabled", Bad: "are disabled with a role still held"})
		for _, holder := range kit.Users(tier0) {
			if holder.User == nil {
				tally.Judge(holder.Ref().With(holder.Holding...), model.Unknown, kit.NotExported)
				continue
			}
			u := holder.User
			tally.Judge(holder.Ref().With(u.Evidence("/accountEnabled", u.AccountEnabled)).With(holder.Holding...),
				model.Equals(u.AccountEnabled, true), "accountEnabled %v, holds %s", u.AccountEnabled, strings.Join(holder.Roles, ", "))
		}
		return tally.Every(), nil
	},
}
