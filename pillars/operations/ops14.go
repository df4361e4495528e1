package operations

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

var ops14 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "OPS-14", Title: "Changes to roles, policies and workstations go through approval",
		Pillar: model.Operations, Level: model.Defined, Gate: true, Severity: model.Medium,
		Basis: model.ConfidenceAttested, Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"O3"}, Gaps: []model.GapTag{"G5c"},
		Rationale: "One exclusion in one policy undoes every other control, and it looks like help for a colleague. A second pair of eyes before " +
			"the change is cheaper than finding the hole afterwards.",
		Decides: "Rests on the owner's statement for OPS-14: that changes to role assignments, Conditional Access and privileged workstations are " +
			"approved before they are made, where the process is written down, and when it was last reviewed. It counts for 365 days, or until its " +
			"own expiry if that is sooner. Whether the changes that were made had a ticket is OPS-15's question.",
		Remediation: model.Remediation{
			Summary: "Put roles, Conditional Access and workstation configuration under change management with an approver who is not the one who " +
				"changes, and attest it: an entry for OPS-14 under attestations in declarations.json, with owner, statement, evidence and the date performed.",
			Portal:     "Not in a portal: an organisational measure. What changed is under Entra admin center > Monitoring & health > Audit logs",
			Graph:      "GET /auditLogs/directoryAudits?$filter=category eq 'Policy' or category eq 'RoleManagement'",
			PowerShell: "Get-MgAuditLogDirectoryAudit -Filter \"category eq 'Policy' or category eq 'RoleManagement'\"",
		},
		References: model.References{NIST80053: []string{"CM-3"}, ISO27001: []string{"A.8.32"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: []assess.Dependency{model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		return assess.Attested(p, 365*day), nil
	},
}
