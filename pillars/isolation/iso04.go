package isolation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var iso04 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-04", Title: "Tier 0 cannot be reached from untrusted networks",
		Pillar: model.Isolation, Level: model.Managed, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"I4"}, Gaps: []model.GapTag{"G3"},
		Rationale: "A stolen credential or token is replayed from wherever its thief is. Where administrators work from one known network, anything from elsewhere is an attack or a mistake.",
		Decides: "For every Tier 0 role that a user holds, passes when the role cannot be used from an untrusted network. A network is trusted when its named location is declared (trustedLocations), " +
			"or, without such a declaration, marked as trusted; Global Secure Access's compliant network counts too. " +
			"Partial when untrusted networks get in only from named locations that nobody vouches for, such as a country: an address anywhere else in the world is blocked. A list of blocked countries leaves the rest of the world open and is no such limit. " +
			"Fails when an address in no named location gets in. Break-glass accounts are exempt.",
		Remediation: model.Remediation{
			Summary: "Name the administrators' egress addresses as a trusted location, and block the Tier 0 roles, and everybody eligible for them, from all locations but that one; or require the compliant network of Global Secure Access. " +
				"A list of allowed countries is a first step.",
			Portal:     "Entra admin center > Conditional Access > Named locations > IP ranges location; then Policies > New policy > Network > Include any, exclude the location > Block access",
			Graph:      "POST /identity/conditionalAccess/namedLocations (ipNamedLocation, isTrusted true); POST /identity/conditionalAccess/policies (conditions.locations {includeLocations [All], excludeLocations [<id>]}, builtInControls [block])",
			PowerShell: "New-MgIdentityConditionalAccessNamedLocation -BodyParameter @{'@odata.type'='#microsoft.graph.ipNamedLocation';isTrusted=$true;...}; New-MgIdentityConditionalAccessPolicy ...",
		},
		References: model.References{CIS: []string{"5.2.2.14", "5.2.2.15"}, NIST80053: []string{"SC-7", "AC-17"}, ISO27001: []string{"A.8.20", "A.8.22"}, ATTACK: []string{"T1078.004"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: kit.AccessNeeds,
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tally, err := kit.JudgeHoldings(p, assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "cannot use a role from an untrusted network", Bad: "can use a role from an untrusted network"}, nobodyElse,
			func(e *access.Engine, h principals.Holding) kit.HoldingAnswer {
				a := kit.Barred(e.Query(h, access.Question{Step: access.StepUse, Networks: []string{access.NetworkUntrusted}}), "no use from an untrusted network")
				if a.Met == model.True {
					return a
				}
				a.Half = e.Passes(h, access.Question{Step: access.StepUse, Networks: []string{access.NetworkElsewhere}}).Not()
				if a.Half == model.True {
					a.Detail = "only from named locations that nobody vouches for, and from nowhere else. " + a.Detail
				}
				return a
			})
		if err != nil {
			return assess.Verdict{}, err
		}
		return tally.Every(), nil
	},
}
