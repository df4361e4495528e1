package isolation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The catalogue asks that the policy of CTL-09's authentication context demands
// the device. Whatever policy binds the user before the role is held does: the
// engine is asked, and a context is one way. One open way is a fail, as in
// ISO-01.
var iso02 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-02", Title: "No Tier 0 role can be activated from an unmanaged device",
		Pillar: model.Isolation, Level: model.Managed, Gate: true, Severity: model.Critical,
		Basis: model.ConfidenceDecided, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"I3", "C5"}, Gaps: []model.GapTag{"G1", "G2"},
		Rationale: "While a role is being activated it is not held yet, so a policy for the role is silent, and PIM itself knows nothing of devices. " +
			"Who activates on a private laptop hands the role to everything that listens there.",
		Decides: "For every Tier 0 role, or membership of a group with one, that a user activates: takes the PIM rules and all enabled policies that bind the user before the activation. " +
			"Passes when none of them can be activated from a device without identity, or one that is registered and neither compliant nor hybrid joined, with whatever credentials. " +
			"An authentication context counts as the enabled policies for it; one that is off, only reports, is limited to the role, or leaves the user out demands nothing. " +
			"Standing assignments are not activated: where nothing else exists the control does not apply.",
		Remediation: model.Remediation{
			Summary: "Protect the authentication context of the activation by an enabled policy for all users that requires a compliant device with AND, or blocks every device but workstations by a device filter. " +
				"Do not limit the policy to the role, and exclude break-glass accounts only.",
			Portal: "Entra admin center > Conditional Access > Policies > New policy > Target resources > Authentication context; Grant > Require device to be marked as compliant; " +
				"then Privileged Identity Management > Microsoft Entra roles > Settings > (role) > On activation, require authentication context",
			Graph: "POST /identity/conditionalAccess/policies (conditions.applications.includeAuthenticationContextClassReferences [c1], grantControls {operator AND, builtInControls [compliantDevice]}); " +
				"PATCH /policies/roleManagementPolicies/{id}/rules/AuthenticationContext_EndUser_Assignment (isEnabled true, claimValue c1)",
			PowerShell: "Update-MgPolicyRoleManagementPolicyRule -UnifiedRoleManagementPolicyId <policy> -UnifiedRoleManagementPolicyRuleId AuthenticationContext_EndUser_Assignment -BodyParameter @{...}",
		},
		References: model.References{NIST80053: []string{"AC-6", "IA-3"}, ISO27001: []string{"A.8.2"}, ATTACK: []string{"T1548.005"},
			Docs: []string{"https://learn.microsoft.com/entra/id-governance/privileged-identity-management/pim-how-to-change-default-settings"}},
		Statuses: []model.Status{model.StatusPass, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: append([]assess.Dependency{model.RoleAssignmentSchedule}, append(kit.AccessNeeds, kit.ActivationNeeds...)...),
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		if v, missing, err := kit.NoPIM(p); missing || err != nil {
			return v, err
		}
		untyped := kit.UntypedAssignments(p)
		tally, err := kit.JudgeHoldings(p, assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "cannot activate a role from an unmanaged device", Bad: "can activate a role from an unmanaged device"},
			"Nobody activates a Tier 0 role.",
			func(e *access.Engine, h principals.Holding) kit.HoldingAnswer {
				return kit.BarredBefore(h, untyped, "no activation from an unmanaged device", func(step access.Step) access.Answer {
					return e.Query(h, access.Question{Step: step, Devices: kit.UnmanagedDevices})
				})
			})
		if err != nil {
			return assess.Verdict{}, err
		}
		return tally.Every(), nil
	},
}
