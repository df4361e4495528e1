package control

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var ctl17 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-17", Title: "Device code flow and authentication transfer blocked for Tier 0",
		Pillar: model.Control, Level: model.Managed, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainAuthentication, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"C5"}, Gaps: []model.GapTag{"G1"},
		Rationale: "Both flows carry a finished sign-in to another device. Whoever persuades an administrator to type a code, or to scan one, has their session, " +
			"and a security key does not help: it was the administrator who used it.",
		Decides: "For every Tier 0 role that a user holds, passes when no sign-in by device code flow and none by authentication transfer is granted any resource while the role is in use. " +
			"A demand for a compliant device stops device code flow by itself, since that flow shows no device. Entra ID remembers how a session began, so a policy for the role also holds for a session that is older than the activation. " +
			"Partial when at least 80 % of the users meet it and nobody with Global or Privileged Role Administrator is among the rest. Break-glass accounts are exempt.",
		Remediation: model.Remediation{
			Summary:    "Block both flows for administrators, on all resources.",
			Portal:     "Entra admin center > Conditional Access > Policies > New policy > Conditions > Authentication flows",
			Graph:      "POST /identity/conditionalAccess/policies (conditions.authenticationFlows {transferMethods deviceCodeFlow,authenticationTransfer}, grantControls {operator OR, builtInControls [block]})",
			PowerShell: "New-MgIdentityConditionalAccessPolicy -BodyParameter @{conditions=@{authenticationFlows=@{transferMethods='deviceCodeFlow,authenticationTransfer'};...};grantControls=@{operator='OR';builtInControls=@('block')}}",
		},
		References: model.References{SCuBA: []string{"MS.AAD.3.9v1"}, CIS: []string{"5.2.2.12", "5.2.2.17"}, ATTACK: []string{"T1528", "T1566"}, ZTA: []string{"21828"},
			Docs: []string{"https://learn.microsoft.com/entra/identity/conditional-access/concept-authentication-flows"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: kit.AccessNeeds,
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tally, err := kit.JudgeHoldings(p, assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "cannot use a role by device code or transfer", Bad: "can use a role by device code or transfer"}, nobodyElse,
			func(e *access.Engine, h principals.Holding) kit.HoldingAnswer {
				by := func(flow string) kit.HoldingAnswer {
					return kit.Barred(e.Query(h, access.Question{Step: access.StepUse, Flows: []string{flow}}), "no use by device code flow or authentication transfer")
				}
				return kit.Both(by(access.FlowDeviceCode), by(access.FlowTransfer))
			})
		if err != nil {
			return assess.Verdict{}, err
		}
		return kit.Share(tally), nil
	},
}
