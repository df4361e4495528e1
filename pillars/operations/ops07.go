package operations

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

var ops07 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "OPS-07", Title: "Break-glass credentials are offline, split, and in two people's hands",
		Pillar: model.Operations, Level: model.Defined, Gate: true, Severity: model.High,
		Basis: model.ConfidenceAttested, Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"O1"}, Gaps: []model.GapTag{"G5a"},
		Rationale: "A break-glass credential in a password manager is gone when the manager is, and whoever opens it alone owns the " +
			"tenant alone. Paper and keys in two safes, with two people to open them, survive both.",
		Decides: "Rests on the owner's statement for OPS-07: that the credentials lie offline in separate places, that at least two " +
			"custodians are needed or named, and when this was last inspected. It counts for 180 days, or until its own expiry if that is sooner. " +
			"No export can show it.",
		Remediation: model.Remediation{
			Summary: "Put the keys and passwords into sealed envelopes in two fire-proof safes, name two custodians, inspect the seals twice a year, " +
				"and attest it: an entry for OPS-07 under attestations in declarations.json, with owner, statement, evidence and the date performed.",
			Portal: "Not in a portal: an organisational measure. The keys themselves are under Entra admin center > Users > (account) > Authentication methods",
		},
		References: model.References{
			NIST80053: []string{"IA-5"}, ISO27001: []string{"A.5.17"}, Docs: []string{emergencyAccess},
		},
		Statuses: []model.Status{model.StatusPass, model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: []assess.Dependency{model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		return assess.Attested(p, 180*day), nil
	},
}
