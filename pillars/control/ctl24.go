package control

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

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
		return kit.JudgeRisk(p, nobodyElse)
	},
}
