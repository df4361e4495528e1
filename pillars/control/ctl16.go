package control

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The catalogue lets the exceptions register pass this control. Nothing that an
// owner states turns a decided fail into a pass, so here as everywhere a dated
// exception for CTL-16 makes the finding partial; the engine sees to that.
var ctl16 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-16", Title: "No administrator is excluded from administrators' policies",
		Pillar: model.Control, Level: model.Managed, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainAuthentication, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"C5"}, Gaps: []model.GapTag{"G5a"},
		Rationale: "Exclusions are made for a day and stay for years. Whoever is left out of the policies that guard administrators is the administrator to attack.",
		Decides: "Takes every enabled policy that grants under conditions or blocks, and that covers at least one Tier 0 holder who is not break glass. " +
			"Passes when no other Tier 0 user whom such a policy includes is excluded from it: by name, through a group (nested, or joined by activation), through a role, or as a guest. " +
			"Declared break-glass accounts are exempt, and nobody is taken for one by the look of the exclusions. A dated exception for this control makes the finding partial. " +
			"Where no enabled policy speaks of administrators at all, there is nothing to be excluded from, and that fails.",
		Remediation: model.Remediation{
			Summary:    "Remove the exclusion; declare break-glass accounts, and put what must stay into declarations.exceptions with an owner and an end.",
			Portal:     "Entra admin center > Conditional Access > Policies > (policy) > Users > Exclude",
			Graph:      "PATCH /identity/conditionalAccess/policies/{id} (conditions.users.excludeUsers, excludeGroups, excludeRoles)",
			PowerShell: "Update-MgIdentityConditionalAccessPolicy -ConditionalAccessPolicyId <policy> -BodyParameter @{conditions=@{users=@{excludeUsers=@(...)}}}",
		},
		References: model.References{NIST80053: []string{"AC-6"}, ISO27001: []string{"A.5.18"}, ATTACK: []string{"T1556.009"}, Maester: []string{"MT.1036"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: kit.PolicyNeeds,
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		policies, err := kit.ReadPolicies(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		emergency, err := assess.Value(p, assess.BreakGlass)
		if err != nil {
			return assess.Verdict{}, err
		}
		guards := map[string]model.Truth{}
		guarded := policies.Some(func(policy kit.Policy) model.Truth {
			guards[policy.ID] = model.And(policy.Enabled, demands(policy), policies.Reaches(policy, emergency))
			return guards[policy.ID]
		})
		tally := p.Tally(assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "are under every administrators' policy", Bad: "are excluded from an administrators' policy"})
		for _, admin := range policies.Admins {
			j := assess.Judgement{Ref: admin.Ref(), Met: model.True, Exempt: admin.Emergency}
			for _, policy := range policies.All {
				included := model.False
				for _, h := range admin.Holdings {
					included = model.Or(included, policies.Included(policy, admin, h))
				}
				excluded, evidence := policies.Excluded(policy, admin)
				out := model.And(guards[policy.ID], included, excluded)
				j.Met = model.And(j.Met, out.Not())
				if out != model.False {
					j.Ref = j.Ref.With(evidence...)
					j.Detail = "excluded from " + policy.DisplayName.String()
				}
			}
			j.Half = j.Met
			tally.Add(j)
		}
		switch guarded {
		case model.False:
			return assess.Fail("No enabled Conditional Access policy demands anything of administrators, so there is nothing to be excluded from."), nil
		case model.Unknown:
			tally.Judge(model.Ref{Kind: "tenant", ID: "policies", Name: "Conditional Access"}, model.Unknown,
				"whether any enabled policy demands something of administrators cannot be told")
		}
		return tally.Every(), nil
	},
}

// demands says whether the policy blocks, or grants under some condition.
func demands(p kit.Policy) model.Truth {
	return model.Fold(p.GrantControls, unknown, no, func(g model.GrantControls) model.Truth {
		asked := func(f model.Field[[]string]) model.Truth {
			return f.Is(func(list []string) bool { return len(list) > 0 })
		}
		return model.Or(asked(g.BuiltInControls), asked(g.CustomAuthenticationFactors), asked(g.TermsOfUse), g.AuthenticationStrength.Null().Not())
	})
}
