package kit

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// JudgeRisk says whether every Tier 0 user loses access at risk; with no such
// user, none is the verdict. A control that calls it requires [AccessNeeds].
//
// The catalogue looks for policies by their risk levels. The engine is asked
// instead what is left open to a sign-in at that risk, so that a policy with a
// hole does not pass, and two that close it together do.
func JudgeRisk(p *assess.Pass, none string) (assess.Verdict, error) {
	engine, err := assess.Value(p, facts.Access)
	if err != nil {
		return assess.Verdict{}, err
	}
	if engine.Inputs().P2 == model.False {
		return assess.Fail("Risk-based access is not licensed (no Entra ID P2), so policies for risk do nothing."), nil
	}
	atUser, atHigh, atMedium := engine.AtRisk(access.RiskNone, access.RiskHigh), engine.AtRisk(access.RiskHigh, access.RiskNone), engine.AtRisk(access.RiskMedium, access.RiskNone)
	remedied := []access.Obligation{access.PasswordChange, access.OtherControl("riskRemediation")}
	tally, err := JudgeHoldings(p, assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
		Good: "lose their access at risk", Bad: "keep access at some risk"}, none,
		func(_ *access.Engine, h principals.Holding) HoldingAnswer {
			user := Barred(AskWithout(atUser, h, access.Question{Step: access.StepUse, Without: remedied}), noUseAtRisk)
			high := Barred(atHigh.Query(h, access.Question{Step: access.StepUse}), noUseAtRisk)
			medium := Barred(atMedium.Query(h, access.Question{Step: access.StepUse}), noUseAtRisk)
			medium.Half = model.True
			return Both(Both(atRisk("High user risk", user), atRisk("High sign-in risk", high)), atRisk("Medium sign-in risk", medium))
		})
	if err != nil {
		return assess.Verdict{}, err
	}
	return tally.Every(), nil
}

const noUseAtRisk = "no use at high user risk, or at high or medium sign-in risk"

// atRisk says of which risk an answer speaks.
func atRisk(risk string, a HoldingAnswer) HoldingAnswer {
	if a.Met != model.True {
		a.Detail = risk + ": " + a.Detail
	}
	return a
}
