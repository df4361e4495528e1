package validation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var val06 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "VAL-06", Title: "Alert on activation of the other Tier 0 roles",
		Pillar: model.Validation, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainValidation, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"V3"},
		Rationale: "Every Tier 0 role is a way to the others; an attacker who knows that Global Administrator is watched takes the next one.",
		Decides: "As VAL-05, for every other Tier 0 role in use and every group that people join to get one. " +
			"The default recipients alone are partial. It does not apply where nobody but break-glass accounts holds another Tier 0 role.",
		Remediation: model.Remediation{
			Summary:    "Add the security operations mailbox as additional recipient for role activation.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Settings > (role) > Edit > Notification",
			Graph:      "PATCH /policies/roleManagementPolicies/{id}/rules/Notification_Admin_EndUser_Assignment (notificationRecipients)",
			PowerShell: "Update-MgPolicyRoleManagementPolicyRule -UnifiedRoleManagementPolicyId <policy> -UnifiedRoleManagementPolicyRuleId Notification_Admin_EndUser_Assignment -BodyParameter @{...}",
		},
		References: model.References{SCuBA: []string{"MS.AAD.7.9v1"}, ZTA: []string{"21820"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail,
			model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: kit.ActivationNeeds,
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		return kit.JudgeActivations(p, assess.Words{One: "role or group", Many: "roles and groups",
			Good: "alert named people when activated", Bad: "are activated without an alert to named people"},
			func(r principals.Role) bool { return !model.SameID(r.ID, model.GlobalAdministrator) },
			func(a kit.Activation, j *assess.Judgement) { judgeAlerts(j, a.Rule(facts.RuleActivatedNotification)) },
			(*assess.Tally).Every)
	},
}
