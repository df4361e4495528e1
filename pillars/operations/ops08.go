package operations

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The catalogue also thinks of reading the rule itself out of Azure Monitor.
// The export format has no place for alert rules, and a rule that exists has not
// yet fired, so this rests on the statement alone.
var ops08 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "OPS-08", Title: "An alert on break-glass sign-in exists and fired in the last test",
		Pillar: model.Operations, Level: model.Defined, Gate: true, Severity: model.Critical,
		Basis: model.ConfidenceAttested, Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"O1", "V3"}, Gaps: []model.GapTag{"G5a"},
		Rationale: "Emergency accounts stand outside the policies that watch everybody else. A sign-in with one is either an emergency or an " +
			"intruder, and somebody must know within minutes which.",
		Decides: "Rests on the owner's statement for OPS-08: that an alert rule covers every break-glass account, which rule that is (its id, under " +
			"evidence), and when it last fired (performed). It counts for 90 days, as a drill does (OPS-09), since each drill sets the alert off; " +
			"or until its own expiry if that is sooner. A statement that names no rule counts for nothing. No Graph call shows alert rules.",
		Remediation: model.Remediation{
			Summary: "Alert with the highest severity on any sign-in of the accounts' object ids, sign in with each of them, see the alert arrive, and " +
				"attest it: an entry for OPS-08 under attestations in declarations.json, with the rule's id as evidence and the day it fired as performed.",
			Portal:     "Azure portal > Monitor > Alerts > Create > Alert rule over the Log Analytics workspace that gets SigninLogs",
			Graph:      "Not in Graph: PUT https://management.azure.com/{resource group}/providers/Microsoft.Insights/scheduledQueryRules/{name}",
			PowerShell: "New-AzScheduledQueryRule ...",
		},
		References: model.References{
			NIST80053: []string{"SI-4"}, ISO27001: []string{"A.8.16"}, Docs: []string{emergencyAccess},
		},
		Statuses: []model.Status{model.StatusPass, model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: []assess.Dependency{model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		return kit.AttestedWithEvidence(p, drillAge, "The statement does not say which alert rule it speaks of: add the rule's id under evidence."), nil
	},
}
