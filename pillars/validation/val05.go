package validation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var val05 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "VAL-05", Title: "Alert on Global Administrator activation",
		Pillar: model.Validation, Level: model.Defined, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainValidation, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"V3"},
		Rationale: "Activating Global Administrator is rare and grave. Somebody other than the person who does it should hear of it at once.",
		Decides: "PIM must send all mail about activations of Global Administrator to named recipients, and so must the PIM policy of every group that holds the role and that people join by activation. " +
			"The default recipients alone are partial. Where only declared break-glass accounts hold the role, nothing is activated: their sign-ins are OPS-08's.",
		Remediation: model.Remediation{
			Summary:    "Add the security operations mailbox as additional recipient for role activation.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Settings > (role) > Edit > Notification",
			Graph:      "PATCH /policies/roleManagementPolicies/{id}/rules/Notification_Admin_EndUser_Assignment (notificationRecipients)",
			PowerShell: "Update-MgPolicyRoleManagementPolicyRule -UnifiedRoleManagementPolicyId <policy> -UnifiedRoleManagementPolicyRuleId Notification_Admin_EndUser_Assignment -BodyParameter @{...}",
		},
		References: model.References{SCuBA: []string{"MS.AAD.7.8v1"}, NIST80053: []string{"AC-6(9)"}, ZTA: []string{"21819"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail,
			model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: kit.ActivationNeeds,
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		return kit.JudgeActivations(p, assess.Words{One: "role or group", Many: "roles and groups",
			Good: "alert named people when activated", Bad: "are activated without an alert to named people"},
			func(r principals.Role) bool { return model.SameID(r.ID, model.GlobalAdministrator) },
			func(a kit.Activation, j *assess.Judgement) { judgeAlerts(j, a.Rule(facts.RuleActivatedNotification)) },
			(*assess.Tally).Every)
	},
}
