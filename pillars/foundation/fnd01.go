package foundation

import (
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var fnd01 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-01", Title: "Every privileged assignment resolves to a known identity",
		Pillar: model.Foundation, Level: model.Developing, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Licence: "Entra ID P2 (without it, role assignments alone are judged)",
		Domain: model.DomainIdentity, Since: "0.1.0",
		Bullets: []model.Bullet{"F4"},
		Rationale: "An assignment whose holder nobody can name is a privilege that nobody reviews, and it comes back to life " +
			"when a deleted account is restored. It may also belong to a partner's tenant, out of sight of this one.",
		Decides: "Passes when every holder of a Tier 0 role, active or eligible, directly or through a group, is a user or " +
			"service principal that the export holds or that Graph names with the assignment. Fails when a holder is no object of the " +
			"tenant: deleted, or another tenant's. Which service principals should be there is judged by FND-18.",
		Remediation: model.Remediation{
			Summary:    "Find out whom the assignment was for, and remove it. Restore a deleted account only after its roles are gone.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Assignments (entries shown as Identity not found)",
			Graph:      "DELETE /roleManagement/directory/roleAssignments/{id}, or POST /roleManagement/directory/roleEligibilityScheduleRequests (action adminRemove)",
			PowerShell: "Remove-MgRoleManagementDirectoryRoleAssignment -UnifiedRoleAssignmentId <id>",
		},
		References: model.References{
			CISv8: []string{"5.1"}, NIST80053: []string{"AC-2"}, ISO27001: []string{"A.5.16"}, ATTACK: []string{"T1098.003"},
		},
		Statuses: []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Tier0},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "holder of a Tier 0 role", Many: "holders of a Tier 0 role",
			Good: "are known identities", Bad: "belong to no object of this tenant"})
		for _, holder := range kit.Holders(tier0) {
			detail := "a known " + string(holder.Kind)
			switch holder.Dangling {
			case model.True:
				detail = "deleted, or an object of another tenant"
			case model.Unknown:
				detail = "not exported, so it may be deleted"
			}
			tally.Judge(holder.Ref().With(holder.Holding...), holder.Dangling.Not(), "%s, holds %s", detail, strings.Join(holder.Roles, ", "))
		}
		return tally.Every(), nil
	},
}
