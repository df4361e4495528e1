package control

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// Strict location enforcement of continuous access evaluation is a good addition
// that only Graph beta shows, so it is not judged.
var ctl25 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-25", Title: "Administrators' tokens bound to their device",
		Pillar: model.Control, Level: model.Optimised, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainPrivilege, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"C5"}, Gaps: []model.GapTag{"G3", "G4"},
		Rationale: "A refresh token that is copied off a machine works anywhere, and no second factor is asked again. A token that is bound to the device's key does not.",
		Decides: "For every Tier 0 role that a user holds, passes when desktop and mobile apps on Windows are granted Exchange Online and SharePoint Online only with a bound sign-in session: " +
			"the resources, clients and platform for which token protection is generally available. Browsers cannot bind tokens and are not judged here. " +
			"Partial when at least 80 % of the users meet it and nobody with Global or Privileged Role Administrator is among the rest. Break-glass accounts are exempt.",
		Remediation: model.Remediation{
			Summary: "For the Tier 0 roles: require token protection for sign-in sessions, for Exchange Online and SharePoint Online, Windows, mobile apps and desktop clients.",
			Portal:  "Entra admin center > Conditional Access > Policies > New policy > Session > Require token protection for sign-in sessions",
			Graph: "POST /identity/conditionalAccess/policies (conditions.platforms {includePlatforms [windows]}, conditions.clientAppTypes [mobileAppsAndDesktopClients], " +
				"sessionControls.secureSignInSession {isEnabled true})",
			PowerShell: "New-MgIdentityConditionalAccessPolicy -BodyParameter @{sessionControls=@{secureSignInSession=@{isEnabled=$true}};...}",
		},
		References: model.References{CIS: []string{"5.2.2.16"}, ATTACK: []string{"T1539", "T1550.001"}, ZTA: []string{"21941"},
			Docs: []string{"https://learn.microsoft.com/entra/identity/conditional-access/concept-token-protection"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: kit.AccessNeeds,
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tally, err := kit.JudgeHoldings(p, assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "have tokens that are bound to their device", Bad: "have tokens that work anywhere"}, nobodyElse,
			func(e *access.Engine, h principals.Holding) kit.HoldingAnswer {
				return kit.Barred(e.Query(h, access.Question{Step: access.StepUse, ClientApps: []string{access.ClientModern}, Platforms: []string{access.PlatformWindows},
					Resources: []string{access.ResourceExchange, access.ResourceSharePoint}, Without: []access.Obligation{access.BoundToken}}),
					"no unbound session")
			})
		if err != nil {
			return assess.Verdict{}, err
		}
		return kit.Share(tally), nil
	},
}
