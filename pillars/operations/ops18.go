package operations

import (
	"slices"
	"time"

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
		return attestedWithEvidence(p, 365*day, "which configuration it speaks of"), nil
	},
}

// attestedWithEvidence is [assess.Attested] for a statement that must name
// something that others can look up; missing says what.
func attestedWithEvidence(p *assess.Pass, maxAge time.Duration, missing string) assess.Verdict {
	v := assess.Attested(p, maxAge)
	if v.Status() == model.StatusPass && !slices.ContainsFunc(assess.Attestations(p, maxAge), kit.NamesEvidence) {
		return assess.NotAttested("The statement does not say %s: add it under evidence.", missing)
	}
	return v
}
