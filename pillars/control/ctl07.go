package control

import (
	"slices"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var ctl07 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-07", Title: "Justification required",
		Pillar: model.Control, Level: model.Defined, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainAuthentication, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"C3"},
		Rationale: "The reason that an administrator writes down is what a reviewer later holds the audit log against.",
		Decides: "For every Tier 0 role in use, and every group that people join to get one, PIM must ask for a justification when the role is activated " +
			"(Enablement_EndUser_Assignment) and when an administrator assigns it as active (Enablement_Admin_Assignment). " +
			"Partial when at least 80 % qualify and Global and Privileged Role Administrator are not among the rest.",
		Remediation: model.Remediation{
			Summary:    "Require justification on activation and on active assignment.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Settings > (role) > Edit > Activation, Assignment",
			Graph:      "PATCH /policies/roleManagementPolicies/{id}/rules/Enablement_EndUser_Assignment and .../Enablement_Admin_Assignment (enabledRules with Justification)",
			PowerShell: "Update-MgPolicyRoleManagementPolicyRule -UnifiedRoleManagementPolicyId <policy> -UnifiedRoleManagementPolicyRuleId Enablement_EndUser_Assignment -BodyParameter @{...}",
		},
		References: model.References{NIST80053: []string{"AU-12"}, ISO27001: []string{"A.8.15"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail,
			model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: kit.ActivationNeeds,
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		return kit.JudgeActivations(p, assess.Words{One: "role or group", Many: "roles and groups",
			Good: "ask for a justification", Bad: "can be had without a justification"},
			kit.AnyRole,
			func(a kit.Activation, j *assess.Judgement) {
				activate, assign := a.Rule(facts.RuleActivationEnablement), a.Rule(facts.RuleAssignmentEnablement)
				j.Met = model.And(asksFor(activate, "Justification"), asksFor(assign, "Justification"))
				j.Half = j.Met
				j.Ref = j.Ref.With(activate.Evidence("enabledRules", activate.EnabledRules)...).
					With(assign.Evidence("enabledRules", assign.EnabledRules)...)
			}, kit.Share)
	},
}

// asksFor says whether an enablement rule lists a demand. Null is no answer:
// Graph writes an empty list where nothing is asked for.
func asksFor(rule facts.Rule, demand string) model.Truth {
	return model.Fold(rule.EnabledRules, unknown, unknown, func(list []string) model.Truth {
		return model.Of(slices.Contains(list, demand))
	})
}
