package operations

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var ops13 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "OPS-13", Title: "Administrators are trained each year",
		Pillar: model.Operations, Level: model.Defined, Severity: model.Low,
		Basis: model.ConfidenceAttested, Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"O5"}, Gaps: []model.GapTag{"G5c"},
		Rationale: "Administrators are phished by name. Who knows how consent, device codes and help-desk calls are abused, and why the workstation is for " +
			"nothing else, is harder to use against the tenant.",
		Decides: "Rests on the owner's statement for OPS-13: that administrators had their awareness training, and what share of them, with the record as evidence. " +
			"It counts for 365 days, or until its own expiry if that is sooner. A statement without evidence counts for nothing. No export can show it.",
		Remediation: model.Remediation{
			Summary: "Train everybody who holds a privileged role each year, keep the attendance, and attest it: " +
				"an entry for OPS-13 under attestations in declarations.json, with owner, statement, evidence and the date performed.",
			Portal: "Not in a portal: an organisational measure. Simulated phishing is under Microsoft Defender portal > Email & collaboration > Attack simulation training",
		},
		References: model.References{NIST80053: []string{"AT-3"}, ISO27001: []string{"A.6.3"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: []assess.Dependency{model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		return kit.AttestedWithEvidence(p, 365*day, "The statement does not say which training record it speaks of: add it under evidence."), nil
	},
}
