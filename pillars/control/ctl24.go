package control

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The catalogue looks for policies by their risk levels. The engine is asked
// instead what is left open to a sign-in at that risk, so that a policy with a
// hole does not pass, and two that close it together do.
var ctl24 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-24", Title: "Access adapts to risk",
		Pillar: model.Control, Level: model.Optimised, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainPrivilege, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"C5"}, Gaps: []model.GapTag{"G4"},
		Rationale: "Identity Protection often sees a stolen administrator before anybody else does. What it sees helps only where it takes the access away.",
		Decides: "For every Tier 0 role that a user holds, takes sign-ins at risk with all enabled policies together. Passes when a user at high risk can use the role nowhere before a new password or a remediation, " +
			"and no sign-in at high or medium risk is granted anything. Partial when medium sign-in risk is let through. Without Entra ID P2 conditions on risk are inert, and the control fails. " +
			"Break-glass accounts are exempt.",
		Remediation: model.Remediation{
			Summary:    "For the Tier 0 roles, on all resources: one policy that blocks sign-ins at medium and high risk, and one that blocks users at high risk or demands a new password.",
			Portal:     "Entra admin center > Conditional Access > Policies > New policy > Conditions > User risk, Sign-in risk",
			Graph:      "POST /identity/conditionalAccess/policies (conditions.signInRiskLevels [high, medium], grantControls {operator OR, builtInControls [block]}); the same with conditions.userRiskLevels [high]",
			PowerShell: "New-MgIdentityConditionalAccessPolicy -BodyParameter @{conditions=@{signInRiskLevels=@('high','medium');...};grantControls=@{operator='OR';builtInControls=@('block')}}",
		},
		References: model.References{SCuBA: []string{"MS.AAD.2.1v1", "MS.AAD.2.3v1"}, CIS: []string{"5.2.2.6", "5.2.2.7", "5.2.2.8"}, NIST80053: []string{"AC-2(12)"},
			Docs: []string{"https://learn.microsoft.com/entra/id-protection/howto-identity-protection-configure-risk-policies"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: kit.AccessNeeds,
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		engine, err := assess.Value(p, facts.Access)
		if err != nil {
			return assess.Verdict{}, err
		}
		if engine.Inputs().P2 == model.False {
			return assess.Fail("Risk-based access is not licensed (no Entra ID P2), so policies for risk do nothing."), nil
		}
		atUser, atHigh, atMedium := engine.AtRisk(access.RiskNone, access.RiskHigh), engine.AtRisk(access.RiskHigh, access.RiskNone), engine.AtRisk(access.RiskMedium, access.RiskNone)
		remedied := []access.Obligation{access.PasswordChange, access.OtherControl("riskRemediation")}
		tally, err := kit.JudgeHoldings(p, assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "lose their access at risk", Bad: "keep access at some risk"}, nobodyElse,
			func(_ *access.Engine, h principals.Holding) kit.HoldingAnswer {
				user := kit.Barred(kit.AskWithout(atUser, h, access.Question{Step: access.StepUse, Without: remedied}), noUseAtRisk)
				high := kit.Barred(atHigh.Query(h, access.Question{Step: access.StepUse}), noUseAtRisk)
				medium := kit.Barred(atMedium.Query(h, access.Question{Step: access.StepUse}), noUseAtRisk)
				medium.Half = model.True
				return kit.Both(kit.Both(at("High user risk", user), at("High sign-in risk", high)), at("Medium sign-in risk", medium))
			})
		if err != nil {
			return assess.Verdict{}, err
		}
		return tally.Every(), nil
	},
}

const noUseAtRisk = "no use at high user risk, or at high or medium sign-in risk"

// at says of which risk an answer speaks.
func at(risk string, a kit.HoldingAnswer) kit.HoldingAnswer {
	if a.Met != model.True {
		a.Detail = risk + ": " + a.Detail
	}
	return a
}
