package operations

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var ops20 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "OPS-20", Title: "Compromise and lock-out are rehearsed",
		Pillar: model.Operations, Level: model.Optimised, Gate: true, Severity: model.Medium,
		Basis: model.ConfidenceAttested, Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"O1", "O2"}, Gaps: []model.GapTag{"G5a"},
		Rationale: "A drill shows that an emergency account signs in. Only an exercise shows whether people get the tenant back from an intruder who holds " +
			"a Tier 0 role, or after a policy that locked everybody out.",
		Decides: "Rests on the owner's statement for OPS-20: that the compromise of a Tier 0 account or the lock-out of all administrators was exercised, " +
			"and that what it found is closed, with the exercise's report as evidence. It counts for 180 days, or until its own expiry if that is sooner. " +
			"A statement without evidence counts for nothing. No export can show it.",
		Remediation: model.Remediation{
			Summary: "Exercise both twice a year: a stolen Tier 0 session, and a Conditional Access policy that binds everybody. Close what it finds, and attest it: " +
				"an entry for OPS-20 under attestations in declarations.json, with owner, statement, evidence and the date performed.",
			Portal: "Not in a portal: an organisational measure",
		},
		References: model.References{NIST80053: []string{"CP-4", "IR-3", "CA-8"}, Docs: []string{emergencyAccess}},
		Statuses:   []model.Status{model.StatusPass, model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: []assess.Dependency{model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		return kit.AttestedWithEvidence(p, 180*day, "The statement does not say which exercise it speaks of: add it under evidence."), nil
	},
}
