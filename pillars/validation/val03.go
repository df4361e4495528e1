package validation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The export format has no place for a workspace's retention, and retention can
// differ by table, so this rests on the statement alone.
var val03 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "VAL-03", Title: "Logs are kept for a year or longer",
		Pillar: model.Validation, Level: model.Defined, Severity: model.Medium,
		Basis: model.ConfidenceAttested, Domain: model.DomainValidation, Since: "0.1.0",
		Bullets:   []model.Bullet{"V1", "V2"},
		Rationale: "Entra ID keeps sign-ins and audit events for 30 days, and intruders stay unseen for longer. Where the log of the first day is gone, nobody can say what was taken.",
		Decides: "Rests on the owner's statement for VAL-03: that audit, sign-in and PIM events are kept for at least 365 days, and where, with the workspace or archive and its retention as evidence. " +
			"It counts for 365 days, or until its own expiry if that is sooner. A statement without evidence counts for nothing. No Graph call shows the retention of a workspace.",
		Remediation: model.Remediation{
			Summary: "Set the retention of the workspace's AuditLogs and SigninLogs tables to a year or more, and attest it: " +
				"an entry for VAL-03 under attestations in declarations.json, with owner, statement, evidence and the date performed.",
			Portal:     "Azure portal > Log Analytics workspaces > (workspace) > Tables > (table) > Manage table > Total retention",
			Graph:      "Not in Microsoft Graph: PATCH https://management.azure.com/{workspace}/tables/AuditLogs?api-version=2022-10-01 (properties.totalRetentionInDays)",
			PowerShell: "Update-AzOperationalInsightsTable -ResourceGroupName <group> -WorkspaceName <workspace> -TableName AuditLogs -TotalRetentionInDays 365",
		},
		References: model.References{NIST80053: []string{"AU-11"}, NIS2: []string{"3.2"},
			Docs: []string{"https://learn.microsoft.com/entra/identity/monitoring-health/reference-reports-data-retention"}},
		Statuses: []model.Status{model.StatusPass, model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: []assess.Dependency{model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		return kit.AttestedWithEvidence(p, attestationLife, "The statement does not say which workspace or archive it speaks of: add it, with its retention, under evidence."), nil
	},
}
