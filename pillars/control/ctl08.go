package control

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var ctl08 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-08", Title: "MFA or an authentication context at activation",
		Pillar: model.Control, Level: model.Developing, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainAuthentication, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"C1"},
		Rationale: "Activation is the one moment at which PIM can ask again who is there. Without a second factor a stolen password becomes a role.",
		Decides: "For every Tier 0 role in use, and every group that people join to get one, PIM must ask for multifactor authentication or for an authentication " +
			"context, by its name, at activation. Whether a policy stands behind the context is CTL-09's question. " +
			"Partial when at least 80 % qualify and Global and Privileged Role Administrator are not among the rest.",
		Remediation: model.Remediation{
			Summary:    "On activation, require an authentication context that a Conditional Access policy enforces, or at least Azure MFA.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Settings > (role) > Edit > On activation, require",
			Graph:      "PATCH /policies/roleManagementPolicies/{id}/rules/AuthenticationContext_EndUser_Assignment (isEnabled true, claimValue c1)",
			PowerShell: "Update-MgPolicyRoleManagementPolicyRule -UnifiedRoleManagementPolicyId <policy> -UnifiedRoleManagementPolicyRuleId AuthenticationContext_EndUser_Assignment -BodyParameter @{...}",
		},
		References: model.References{NIST80053: []string{"IA-2(1)"}, ATTACK: []string{"T1621"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail,
			model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: kit.ActivationNeeds,
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		return kit.JudgeActivations(p, assess.Words{One: "role or group", Many: "roles and groups",
			Good: "ask for a second factor or an authentication context", Bad: "can be activated with the session at hand"},
			kit.AnyRole,
			func(a kit.Activation, j *assess.Judgement) {
				enablement, context := a.Rule(facts.RuleActivationEnablement), a.Rule(facts.RuleActivationContext)
				j.Met = model.Or(asksFor(enablement, "MultiFactorAuthentication"), model.And(kit.On(context.IsEnabled), names(context.ClaimValue)))
				j.Half = j.Met
				j.Ref = j.Ref.With(enablement.Evidence("enabledRules", enablement.EnabledRules)...).
					With(context.Evidence("isEnabled", context.IsEnabled)...)
			}, kit.Share)
	},
}

// names says whether a rule names an authentication context. What PIM does where
// one asks for a context and names none is not documented.
func names(claim model.Field[string]) model.Truth {
	return model.Or(model.Unknown, claim.Is(func(id string) bool { return id != "" }))
}
