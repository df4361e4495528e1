package foundation

import (
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The catalogue accepts declared workload identities. tier0.addServicePrincipals
// widens what counts as Tier 0 and accepts nothing: it has no owner, reason or
// date. A workload identity that has to keep its role needs an exception, which
// has all three and makes the finding partial until it expires.
var fnd18 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-18", Title: "Workload identities off Tier 0 roles",
		Pillar: model.Foundation, Level: model.Defined, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"F4"}, Gaps: []model.GapTag{"G4"},
		Rationale: "An application cannot pass MFA, approve a prompt or use a workstation. Whoever adds a secret to it, or takes the " +
			"machine that it runs on, holds its role all day long, and no user policy stands in the way.",
		Decides: "Passes when every holder of a Tier 0 role, active or eligible, directly or through a group, is a user. Fails when an " +
			"application or a managed identity is among them; partial when a dated exception accepts each of them.",
		Remediation: model.Remediation{
			Summary: "Give the application the single permission that it needs, scoped where possible, and remove the role. What must stay: " +
				"record an exception with owner, reason and expiry in declarations.json.",
			Portal:     "Entra admin center > Roles & admins > (role) > Assignments, filter on service principals",
			Graph:      "GET /roleManagement/directory/roleAssignments?$expand=principal; DELETE /roleManagement/directory/roleAssignments/{id}",
			PowerShell: "Remove-MgRoleManagementDirectoryRoleAssignment -UnifiedRoleAssignmentId <id>",
		},
		References: model.References{
			NIST80053: []string{"AC-6"}, ATTACK: []string{"T1078.004", "T1098.001"}, ZTA: []string{"21836"},
		},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Tier0},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "holder of a Tier 0 role", Many: "holders of a Tier 0 role",
			Good: "are people", Bad: "are applications or managed identities"})
		for _, holder := range kit.Holders(tier0) {
			person, detail := model.Unknown, "not exported: it may be an application"
			switch holder.Kind {
			case principals.KindUser:
				person, detail = model.True, "a user"
			case principals.KindServicePrincipal:
				person, detail = model.False, "a workload identity"
				if s := holder.ServicePrincipal; s != nil {
					detail = "a workload identity of type " + s.ServicePrincipalType.String()
				}
			}
			tally.Judge(holder.Ref().With(holder.Holding...), person, "%s, holds %s", detail, strings.Join(holder.Roles, ", "))
		}
		return tally.Every(), nil
	},
}
