package validation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

var val14 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "VAL-14", Title: "Scheduled review of privileged access held",
		Pillar: model.Validation, Level: model.Defined, Gate: true, Severity: model.Medium,
		Basis: model.ConfidenceAttested, Domain: model.DomainValidation, Since: "0.1.0",
		Bullets:   []model.Bullet{"V5"},
		Rationale: "Roles, workstations, policies and emergency access drift apart quietly. A review each quarter, of all four together, is where that is noticed.",
		Decides: "Rests on the owner's statement for VAL-14 that the review was held and covered role assignments, the health of workstations, the effect of Conditional Access and the " +
			"state of the break-glass accounts. It counts for 100 days, or until its own expiry if that is sooner.",
		Remediation: model.Remediation{
			Summary: "Hold the review each quarter, keep its record, and attest it: an entry for VAL-14 under attestations in declarations.json, with owner, statement, evidence and the date performed.",
			Portal:  "Not in a portal: a meeting with a record. Role assignments can be reviewed under Entra admin center > Identity Governance > Access reviews",
		},
		References: model.References{NIST80053: []string{"CA-7"}, ISO27001: []string{"A.5.18"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: []assess.Dependency{model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		return assess.Attested(p, 100*day), nil
	},
}
