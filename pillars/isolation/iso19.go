package isolation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// Legacy clients and whatever cannot show a page register nothing, so the
// question is of browsers and modern clients.
var registeringClients = []string{access.ClientBrowser, access.ClientModern}

var iso19 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-19", Title: "An attacker cannot register a device into trust",
		Pillar: model.Isolation, Level: model.Defined, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"I3"}, Gaps: []model.GapTag{"G2"},
		Rationale: "Who has an administrator's password and may register a device, or a second factor, with it has made themselves a trusted device and a strong sign-in. " +
			"Every demand for either is met from then on.",
		Decides: "For every user who holds a Tier 0 role, before any activation: registering a device must ask for a second factor (by a policy for that user action, or by the device settings), " +
			"and registering security information must be granted from no device that is unmanaged or merely registered, on any network. Passes when both hold for every user; " +
			"partial when they do for at least 80 % and nobody with Global or Privileged Role Administrator is among the rest. Whether a policy for all resources also covers the registration of a device is not documented, and unknown. " +
			"Break-glass accounts are exempt.",
		Remediation: model.Remediation{
			Summary: "For administrators: a policy for the user action Register or join devices that requires MFA, and one for Register security information that requires a compliant device. " +
				"Give new administrators their first key in person, on a managed device.",
			Portal:     "Entra admin center > Conditional Access > Policies > New policy > Target resources > User actions",
			Graph:      "POST /identity/conditionalAccess/policies (conditions.applications.includeUserActions [urn:user:registersecurityinfo], grantControls {operator OR, builtInControls [compliantDevice]}); the same with urn:user:registerdevice and mfa",
			PowerShell: "New-MgIdentityConditionalAccessPolicy -BodyParameter @{conditions=@{applications=@{includeUserActions=@('urn:user:registersecurityinfo')};...};grantControls=@{operator='OR';builtInControls=@('compliantDevice')}}",
		},
		References: model.References{SCuBA: []string{"MS.AAD.3.8v1"}, CIS: []string{"5.2.2.10"}, ATTACK: []string{"T1098.005", "T1556.006"},
			Docs: []string{"https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-cloud-apps#user-actions"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: kit.AccessNeeds,
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tally, err := kit.JudgeHoldings(p, assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "let no attacker register a device or a method", Bad: "let an attacker register a device or a method"}, nobodyElse,
			func(e *access.Engine, h principals.Holding) kit.HoldingAnswer {
				const good = "no device without a second factor, no security information from an unmanaged device"
				device := kit.AskWithout(e, h, access.Question{Step: access.StepRegister, ClientApps: registeringClients, Without: []access.Obligation{access.MFA}})
				method := e.Query(h, access.Question{Step: access.StepRegister, UserAction: access.ActionSecurityInfo, ClientApps: registeringClients, Devices: kit.UnmanagedDevices})
				return kit.Both(kit.Barred(device, good), kit.Barred(method, good))
			})
		if err != nil {
			return assess.Verdict{}, err
		}
		return kit.Share(tally), nil
	},
}
