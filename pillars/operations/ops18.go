package operations

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// Recording happens in products that Graph does not show, and a configured
// recorder has not yet recorded. So this rests on the statement alone.
var ops18 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "OPS-18", Title: "Privileged sessions are recorded or monitored",
		Pillar: model.Operations, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceAttested, Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"O2"}, Gaps: []model.GapTag{"G5b"},
		Rationale: "The audit log says which setting changed, not what the administrator saw, typed or copied. After an incident, and against the " +
			"insider, only the session itself tells.",
		Decides: "Rests on the owner's statement for OPS-18: which tool records or monitors privileged sessions, which sessions it covers, and how long " +
			"records are kept, with the configuration as evidence. It counts for 365 days, or until its own expiry if that is sooner. " +
			"A statement without evidence counts for nothing.",
		Remediation: model.Remediation{
			Summary: "Record the sessions of Tier 0 administrators (Azure Bastion session recording, screen recording on hosted workstations, or a privileged session manager), " +
				"and attest it: an entry for OPS-18 under attestations in declarations.json, with owner, statement, evidence and the date performed.",
			Portal: "Azure portal > Bastions > (bastion) > Configuration > Session recording (Premium); other tools in their own consoles",
		},
		References: model.References{NIST80053: []string{"AU-14"}, ISO27001: []string{"A.8.15"}, NIS2: []string{"3.2"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: []assess.Dependency{model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		return kit.AttestedWithEvidence(p, 365*day, "The statement does not say which configuration it speaks of: add it under evidence."), nil
	},
}
