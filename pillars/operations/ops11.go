package operations

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

var ops11 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "OPS-11", Title: "Administration procedures are documented",
		Pillar: model.Operations, Level: model.Defined, Gate: true, Severity: model.Medium,
		Basis: model.ConfidenceAttested, Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"O2"}, Gaps: []model.GapTag{"G5c"},
		Rationale: "Where nobody wrote down how privileged work is done, each administrator invents it, and under pressure invents the way around " +
			"the workstation, the approval and the emergency accounts.",
		Decides: "Rests on the owner's statement for OPS-11: that procedures for privileged work are written down, where, and when they were last " +
			"reviewed. It counts for 365 days, or until its own expiry if that is sooner. No export can show it.",
		Remediation: model.Remediation{
			Summary: "Write down how administrators get, use and give back access: activation, workstation, emergency accounts, what to do when one of " +
				"them fails. Review it each year, and attest it: an entry for OPS-11 under attestations in declarations.json, with owner, statement, " +
				"evidence and the date performed.",
			Portal: "Not in a portal: an organisational measure",
		},
		References: model.References{NIST80053: []string{"MA-1"}, ISO27001: []string{"A.5.37"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: []assess.Dependency{model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		return assess.Attested(p, 365*day), nil
	},
}
