package foundation

import (
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

var fnd14 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-14", Title: "The joiner, mover and leaver process covers admin accounts",
		Pillar: model.Foundation, Level: model.Defined, Gate: true, Severity: model.Medium,
		Basis: model.ConfidenceAttested, Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"F3"}, Gaps: []model.GapTag{"G5c"},
		Rationale: "Personnel systems close the account that a person was hired with. A second, privileged account that the process does not " +
			"know outlives its owner's contract, and nobody misses it.",
		Decides: "Rests on the owner's statement for FND-14: that the process for joiners, movers and leavers names administrators' accounts, where it " +
			"is written down, and when it was last carried out for one. It counts for 365 days from that date, or until its own expiry if " +
			"that is sooner. Whether leavers did lose their roles is FND-15's question.",
		Remediation: model.Remediation{
			Summary: "Add to each of the three procedures what happens to the person's admin accounts, roles, keys and workstation, and attest it: an " +
				"entry for FND-14 under attestations in declarations.json, with owner, statement, evidence (the document) and the date performed.",
			Portal:     "Not in a portal: an organisational measure. Entra admin center > Identity Governance > Lifecycle workflows can carry out the steps",
			Graph:      "GET /identityGovernance/lifecycleWorkflows/workflows",
			PowerShell: "Get-MgIdentityGovernanceLifecycleWorkflow",
		},
		References: model.References{
			CISv8: []string{"6.1", "6.2"}, NIST80053: []string{"AC-2", "PS-4", "PS-5"}, ISO27001: []string{"A.5.16", "A.5.18"},
		},
		Statuses: []model.Status{model.StatusPass, model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: []assess.Dependency{model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		return assess.Attested(p, 365*24*time.Hour), nil
	},
}
