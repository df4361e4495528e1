package control

import (
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/activity"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The longest activation in full and in the weaker form: half a working day, and
// a working day.
const (
	shortActivation = 4 * time.Hour
	longActivation  = 8 * time.Hour
)

var ctl10 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-10", Title: "Short activation",
		Pillar: model.Control, Level: model.Defined, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainAuthentication, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"C4"}, Gaps: []model.GapTag{"G4"},
		Rationale: "An active role belongs to whoever holds the session. The shorter it lasts, the less there is to take over.",
		Decides: "For every Tier 0 role in use, and every group that people join to get one, PIM must end an activation after at most four hours " +
			"(Expiration_EndUser_Assignment.maximumDuration); up to eight hours is partial. A duration that cannot be read, or that has years or months, is unknown.",
		Remediation: model.Remediation{
			Summary:    "Set the activation maximum duration to four hours or less.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Settings > (role) > Edit > Activation maximum duration (hours)",
			Graph:      "PATCH /policies/roleManagementPolicies/{id}/rules/Expiration_EndUser_Assignment (maximumDuration PT4H)",
			PowerShell: "Update-MgPolicyRoleManagementPolicyRule -UnifiedRoleManagementPolicyId <policy> -UnifiedRoleManagementPolicyRuleId Expiration_EndUser_Assignment -BodyParameter @{maximumDuration='PT4H'...}",
		},
		References: model.References{NIST80053: []string{"AC-2(5)", "AC-12"}, ISO27001: []string{"A.8.2"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail,
			model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: kit.ActivationNeeds,
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		return kit.JudgeActivations(p, assess.Words{One: "role or group", Many: "roles and groups",
			Good: "stay active for four hours at most", Bad: "stay active for longer than four hours"},
			kit.AnyRole,
			func(a kit.Activation, j *assess.Judgement) {
				rule := a.Rule(facts.RuleActivationExpiration)
				j.Met = endsWithin(rule, shortActivation)
				j.Half = endsWithin(rule, longActivation)
				j.Detail = "maximumDuration " + rule.MaximumDuration.String()
				j.Ref = j.Ref.With(rule.Evidence("maximumDuration", rule.MaximumDuration)...)
			}, (*assess.Tally).Every)
	},
}

// endsWithin says whether the rule ends an activation after at most limit.
func endsWithin(rule facts.Rule, limit time.Duration) model.Truth {
	short := model.Fold(rule.MaximumDuration, unknown, unknown, func(text string) model.Truth {
		d, err := activity.Duration(text)
		if err != nil {
			return model.Unknown
		}
		return model.Of(d <= limit)
	})
	return model.And(kit.On(rule.IsExpirationRequired), short)
}
