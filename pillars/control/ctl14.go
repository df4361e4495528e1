package control

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var ctl14 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-14", Title: "Legacy authentication blocked for administrators",
		Pillar: model.Control, Level: model.Managed, Gate: true, Severity: model.Critical,
		Basis: model.ConfidenceDecided, Domain: model.DomainAuthentication, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"C5"}, Gaps: []model.GapTag{"G1"},
		Rationale: "Legacy protocols send a password and nothing else: no second factor, no device. Every policy that asks for either is worth nothing where a legacy client is let by.",
		Decides: "For every Tier 0 role that a user holds, passes when no legacy client (Exchange ActiveSync, other clients) is granted any resource while the role is in use, " +
			"because a policy blocks it, or because a policy that applies to it asks for what such a client cannot show. A policy for browsers and modern clients only does not apply to it. " +
			"Security defaults block legacy clients too. Partial when at least 80 % of the users meet it and nobody with Global or Privileged Role Administrator is among the rest. Break-glass accounts are exempt.",
		Remediation: model.Remediation{
			Summary: "Block legacy authentication for all users, which also guards administrators' passwords before they activate a role: " +
				"client apps Exchange ActiveSync clients and Other clients, grant Block.",
			Portal:     "Entra admin center > Conditional Access > Policies > New policy from template > Block legacy authentication",
			Graph:      "POST /identity/conditionalAccess/policies (conditions.clientAppTypes [exchangeActiveSync, other], grantControls {operator OR, builtInControls [block]})",
			PowerShell: "New-MgIdentityConditionalAccessPolicy -BodyParameter @{conditions=@{clientAppTypes=@('exchangeActiveSync','other');...};grantControls=@{operator='OR';builtInControls=@('block')}}",
		},
		References: model.References{SCuBA: []string{"MS.AAD.1.1v1"}, CIS: []string{"5.2.2.3"}, NIST80053: []string{"CM-7"}, ATTACK: []string{"T1110"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: kit.AccessNeeds,
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tally, err := kit.JudgeHoldings(p, assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "cannot use a role with a legacy client", Bad: "can use a role with a legacy client"}, nobodyElse,
			func(e *access.Engine, h principals.Holding) kit.HoldingAnswer {
				return kit.Barred(e.Query(h, access.Question{Step: access.StepUse, ClientApps: []string{access.ClientActiveSync, access.ClientOther}}),
					"no use with a legacy client")
			})
		if err != nil {
			return assess.Verdict{}, err
		}
		return kit.Share(tally), nil
	},
}
