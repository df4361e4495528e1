package operations

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// Graph shows access policies for multi admin approval in its beta endpoint only
// (deviceManagement/operationApprovalPolicies), which no export holds. So this
// rests on the statement alone.
var ops19 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "OPS-19", Title: "A second administrator approves workstation changes",
		Pillar: model.Operations, Level: model.Managed, Severity: model.Low,
		Basis: model.ConfidenceAttested, Domain: model.DomainCapability, Since: "0.1.0",
		Licence: "Intune", Bullets: []model.Bullet{"O3"}, Gaps: []model.GapTag{"G4"},
		Rationale: "Whoever may push a script or an app to privileged workstations can become every administrator who works there. Multi admin approval keeps " +
			"one stolen Intune account from doing so alone.",
		Decides: "Rests on the owner's statement for OPS-19: that multi admin approval in Intune covers scripts, apps or roles, with the name of the access policy as evidence. " +
			"It counts for 365 days, or until its own expiry if that is sooner. A statement without evidence counts for nothing. " +
			"Graph shows these policies in its beta endpoint only, which is not read.",
		Remediation: model.Remediation{
			Summary: "Create access policies for multi admin approval of scripts, apps and roles, and attest it: " +
				"an entry for OPS-19 under attestations in declarations.json, with owner, statement, evidence and the date performed.",
			Portal:     "Intune admin center > Tenant administration > Multi Admin Approval > Access policies > Create",
			Graph:      "Beta only: GET https://graph.microsoft.com/beta/deviceManagement/operationApprovalPolicies",
			PowerShell: "Get-MgBetaDeviceManagementOperationApprovalPolicy",
		},
		References: model.References{NIST80053: []string{"AC-5"}, Maester: []string{"MT.1096"},
			Docs: []string{"https://learn.microsoft.com/intune/intune-service/fundamentals/multi-admin-approval"}},
		Statuses: []model.Status{model.StatusPass, model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: []assess.Dependency{model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		return kit.AttestedWithEvidence(p, 365*day, "The statement does not say which access policy it speaks of: add it under evidence."), nil
	},
}
