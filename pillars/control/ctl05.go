package control

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var ctl05 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-05", Title: "Approval for Global and Privileged Role Administrator",
		Pillar: model.Control, Level: model.Defined, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainPrivilege, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"C2"},
		Rationale: "Either role can give its holder every other. A second person who must agree turns a stolen session into a question that somebody sees.",
		Decides: "The PIM policy of each of the two roles that is in use must require approval at activation, and so must the PIM policy of every group " +
			"that holds one of them for good and that people join by activation. A role that only declared break-glass accounts hold is left out.",
		Remediation: model.Remediation{
			Summary:    "Require approval to activate the role, and name at least two approvers.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Settings > Global Administrator > Edit > Require approval to activate",
			Graph:      "PATCH /policies/roleManagementPolicies/{id}/rules/Approval_EndUser_Assignment (setting.isApprovalRequired true)",
			PowerShell: "Update-MgPolicyRoleManagementPolicyRule -UnifiedRoleManagementPolicyId <policy> -UnifiedRoleManagementPolicyRuleId Approval_EndUser_Assignment -BodyParameter @{...}",
		},
		References: model.References{SCuBA: []string{"MS.AAD.7.6v1"}, CIS: []string{"5.3.4", "5.3.5"},
			NIST80053: []string{"AC-6(1)", "AC-5"}, ISO27001: []string{"A.5.3"}, ZTA: []string{"21817"}},
		Statuses: []model.Status{model.StatusPass, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: kit.ActivationNeeds,
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		return kit.JudgeActivations(p, assess.Words{One: "role or group", Many: "roles and groups",
			Good: "require approval at activation", Bad: "can be activated without approval"},
			func(r principals.Role) bool { return kit.Critical(r.ID) },
			func(a kit.Activation, j *assess.Judgement) {
				rule := a.Rule(facts.RuleActivationApproval)
				j.Met = model.Fold(rule.Setting, unknown, unknown, func(s model.ApprovalSettings) model.Truth {
					j.Ref = j.Ref.With(rule.Evidence("setting/isApprovalRequired", s.IsApprovalRequired)...)
					return kit.On(s.IsApprovalRequired)
				})
				j.Half = j.Met
			}, (*assess.Tally).Every)
	},
}

func unknown() model.Truth { return model.Unknown }
