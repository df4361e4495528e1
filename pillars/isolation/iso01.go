package isolation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// nobodyElse is why a control on the access engine has nothing to speak of.
const nobodyElse = "Nobody but break-glass accounts and workload identities holds a Tier 0 role."

// One open way is a fail whoever has it: the score is capped on this control,
// and "most administrators are safe" is no answer to the question in its title.
var iso01 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-01", Title: "No Tier 0 role can be used from an unmanaged device",
		Pillar: model.Isolation, Level: model.Managed, Gate: true, Severity: model.Critical,
		Basis: model.ConfidenceDecided, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Entra ID P1, Intune", Bullets: []model.Bullet{"I3"}, Gaps: []model.GapTag{"G1", "G2"},
		Rationale: "PIM decides who has a role and when, not where. A Global Administrator who may work from any laptop is as safe as the worst laptop, " +
			"and whoever stole the session works from a laptop of their own.",
		Decides: "For every Tier 0 role that a user holds or can activate, looks at all sign-ins with which the active role can be used from a device without identity, " +
			"or one that is registered and neither compliant nor hybrid joined: every administrative resource, client, platform, flow and network, with all enabled policies together. " +
			"Passes when none is granted, whatever credentials are shown. One that is granted fails, and the finding names it with the policy that comes closest to closing it. " +
			"A device as one of several alternatives, report-only policies and security defaults bind no device. Where a group, location or value cannot be resolved and decides, the verdict is unknown. " +
			"Permanent assignments of declared break-glass accounts are exempt.",
		Remediation: model.Remediation{
			Summary: "One policy for the Tier 0 roles and for everybody who is eligible for them, on all resources and clients, without further conditions: require a compliant device, as the only control or with AND. " +
				"Exclude break-glass accounts only.",
			Portal:     "Entra admin center > Conditional Access > Policies > New policy > Grant > Require device to be marked as compliant",
			Graph:      "POST /identity/conditionalAccess/policies (conditions.applications.includeApplications [All], conditions.clientAppTypes [all], grantControls {operator AND, builtInControls [compliantDevice]})",
			PowerShell: "New-MgIdentityConditionalAccessPolicy -BodyParameter @{conditions=@{...};grantControls=@{operator='AND';builtInControls=@('compliantDevice')};state='enabled'}",
		},
		References: model.References{SCuBA: []string{"MS.AAD.3.7v1"}, CIS: []string{"5.2.2.9"}, CISv8: []string{"12.8"}, NIST80053: []string{"AC-20", "IA-3"},
			ISO27001: []string{"A.8.1"}, ATTACK: []string{"T1078.004"}, ZTA: []string{"21830"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	// facts.Reach also writes the assessment's reach section and path headline.
	Requires: append([]assess.Dependency{facts.Reach}, kit.AccessNeeds...),
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		if _, err := assess.Value(p, facts.Reach); err != nil {
			return assess.Verdict{}, err
		}
		tally, err := kit.JudgeHoldings(p, assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "cannot use a role from an unmanaged device", Bad: "can use a role from an unmanaged device"}, nobodyElse,
			func(e *access.Engine, h principals.Holding) kit.HoldingAnswer {
				return kit.Barred(e.Query(h, access.Question{Step: access.StepUse, Devices: kit.UnmanagedDevices}), "no use from an unmanaged device")
			})
		if err != nil {
			return assess.Verdict{}, err
		}
		return tally.Every(), nil
	},
}
