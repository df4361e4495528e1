package control

import (
	"slices"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/activity"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// longestEligibility is the catalogue's bound; P1Y, which Graph writes too, is
// 365 days.
const longestEligibility = 365 * 24 * time.Hour

var ctl04 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-04", Title: "Eligibility for Tier 0 roles expires",
		Pillar: model.Control, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainPrivilege, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"C4"},
		Rationale: "An eligibility without end outlives the task and the job that it was given for. One that expires is asked for again, and somebody decides again.",
		Decides: "For every Tier 0 role that somebody is eligible for, and every group that PIM for Groups admits people to: the PIM policy must require that eligibility expires, within 365 days, and every eligibility must have an end, a year ahead at most. " +
			"Where the policy does and older eligibilities have no such end, that is partial.",
		Remediation: model.Remediation{
			Summary:    "Do not allow permanent eligible assignment in the role's settings, expire after 180 or 365 days, and renew those without an end.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Roles > (role) > Role settings > Assignment",
			Graph:      "PATCH /policies/roleManagementPolicies/{id}/rules/Expiration_Admin_Eligibility {\"isExpirationRequired\": true, \"maximumDuration\": \"P365D\"}",
			PowerShell: "Update-MgPolicyRoleManagementPolicyRule -UnifiedRoleManagementPolicyId <policy> -UnifiedRoleManagementPolicyRuleId Expiration_Admin_Eligibility -BodyParameter @{...}",
		},
		References: model.References{NIST80053: []string{"AC-2(2)"}, ISO27001: []string{"A.5.18"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown, model.StatusNotApplicable},
	},
	Requires: kit.ActivationNeeds,
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		return kit.JudgeActivations(p, assess.Words{One: "role or group", Many: "roles and groups",
			Good: "have eligibilities that expire", Bad: "allow eligibility without end"}, kit.AnyRole,
			func(a kit.Activation, j *assess.Judgement) {
				eligible := eligibleFor(tier0, a)
				if len(eligible) == 0 {
					j.Met, j.Exempt, j.Detail = model.True, model.True, "nobody is eligible for it"
					return
				}
				rule := a.Rule(facts.RuleEligibilityExpiration)
				within, detail := bounded(rule)
				j.Ref = j.Ref.With(rule.Evidence("maximumDuration", rule.MaximumDuration)...)
				ended := model.True
				for _, h := range eligible {
					switch {
					case h.Permanent != model.False:
						j.Ref = j.Ref.With(h.Evidence...)
						detail += "; " + h.Principal.Name + " has no end, or none that was exported"
						ended = model.And(ended, h.Permanent.Not())
					case h.End.After(p.AsOf().AddDate(1, 0, 1)): // a year, and a day for clocks
						j.Ref = j.Ref.With(h.Evidence...)
						detail += "; " + h.Principal.Name + " ends as late as " + h.End.Format(time.DateOnly)
						ended = model.False
					}
				}
				j.Met, j.Half, j.Detail = model.And(within, ended), within, detail
			}, (*assess.Tally).Every)
	},
}

// eligibleFor lists the eligibilities that the activation turns into a role.
func eligibleFor(view principals.View, a kit.Activation) []principals.Holding {
	return slices.DeleteFunc(slices.Clone(view.Holdings), func(h principals.Holding) bool {
		if a.Ref.Kind == "role" {
			return h.Manner != principals.Eligible || h.ViaEligible || !model.SameID(h.Role.ID, a.Ref.ID)
		}
		return !h.ViaEligible || !model.SameID(h.Via[0], a.Ref.ID)
	})
}

// bounded says whether a rule makes eligibility expire within a year.
func bounded(rule facts.Rule) (model.Truth, string) {
	if !rule.Known {
		return model.Unknown, "its PIM policy was not exported"
	}
	short := model.Fold(rule.MaximumDuration, unknown, unknown, func(text string) model.Truth {
		if text == "P1Y" {
			return model.True
		}
		length, err := activity.Duration(text)
		if err != nil {
			return model.Unknown
		}
		return model.Of(length <= longestEligibility)
	})
	return model.And(kit.On(rule.IsExpirationRequired), short),
		"isExpirationRequired " + rule.IsExpirationRequired.String() + ", maximumDuration " + rule.MaximumDuration.String()
}
