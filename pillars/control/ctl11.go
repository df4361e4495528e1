package control

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// nobodyElse is why an access control has nothing to speak of.
const nobodyElse = "Nobody but break-glass accounts and workload identities holds a Tier 0 role."

var ctl11 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-11", Title: "Phishing-resistant MFA on every use of a Tier 0 role",
		Pillar: model.Control, Level: model.Managed, Gate: true, Severity: model.Critical,
		Basis: model.ConfidenceDecided, Domain: model.DomainAuthentication, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"C5"},
		Rationale: "A one-time code or a push can be relayed by whoever stands in the middle. A security key, Windows Hello or a certificate answers only the real site, " +
			"so it is the one second factor that a phishing page cannot pass on. One resource, client or platform without it is enough for the attacker, who picks it.",
		Decides: "For every Tier 0 role that a user holds, looks at all sign-ins with which the role can be used: every administrative resource, client, platform, flow, network and device, " +
			"with all enabled policies together. Passes when none is granted without a phishing-resistant method; a strength counts as its weakest allowed combination, and a control as one of several alternatives binds nothing. " +
			"Partial when at least 80 % of the users meet it and nobody with Global or Privileged Role Administrator is among the rest. Where only a custom control stands in the way, what it asks is not known. " +
			"Break-glass accounts are exempt.",
		Remediation: model.Remediation{
			Summary: "One policy for the Tier 0 roles, and for everybody who is eligible for them, on all resources and clients without further conditions: " +
				"require the authentication strength Phishing-resistant MFA. Exclude break-glass accounts only.",
			Portal:     "Entra admin center > Conditional Access > Policies > New policy > Grant > Require authentication strength > Phishing-resistant MFA",
			Graph:      "POST /identity/conditionalAccess/policies (grantControls {operator AND, authenticationStrength {id 00000000-0000-0000-0000-000000000004}})",
			PowerShell: "New-MgIdentityConditionalAccessPolicy -BodyParameter @{grantControls=@{operator='AND';authenticationStrength=@{id='00000000-0000-0000-0000-000000000004'}};...}",
		},
		References: model.References{SCuBA: []string{"MS.AAD.3.6v1"}, CIS: []string{"5.2.2.5"}, NIST80053: []string{"IA-2(1)", "IA-2(8)"},
			ISO27001: []string{"A.8.5"}, ATTACK: []string{"T1566.002", "T1539"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: kit.AccessNeeds,
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tally, err := kit.JudgeHoldings(p, assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "use their roles with phishing-resistant MFA only", Bad: "can use a role without phishing-resistant MFA"}, nobodyElse,
			func(e *access.Engine, h principals.Holding) kit.HoldingAnswer {
				return kit.Barred(kit.AskWithout(e, h, access.Question{Step: access.StepUse, Without: []access.Obligation{access.PhishingResistantMFA}}),
					"no use without phishing-resistant MFA")
			})
		if err != nil {
			return assess.Verdict{}, err
		}
		return kit.Share(tally), nil
	},
}
