package validation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var val01 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "VAL-01", Title: "Unified audit log on",
		Pillar: model.Validation, Level: model.Developing, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainValidation, Since: "0.1.0",
		Bullets:   []model.Bullet{"V1"},
		Rationale: "With the unified audit log off, what an administrator does in Exchange, SharePoint and the compliance portals leaves no record to look at later.",
		Decides: "Graph does not say whether the log is on. Decided by imports/exo/adminAuditLogConfig.json (Get-AdminAuditLogConfig, UnifiedAuditLogIngestionEnabled); " +
			"without that import the owner's attestation counts for 365 days. An attestation changes nothing about an import.",
		Remediation: model.Remediation{
			Summary:    "Turn auditing on, and export Get-AdminAuditLogConfig into imports/exo/adminAuditLogConfig.json.",
			Portal:     "Microsoft Purview portal > Audit > Start recording user and admin activity",
			Graph:      "Not in Microsoft Graph",
			PowerShell: "Set-AdminAuditLogConfig -UnifiedAuditLogIngestionEnabled $true (Exchange Online PowerShell)",
		},
		References: model.References{CIS: []string{"3.1.1"}, NIST80053: []string{"AU-2", "AU-12"}, ISO27001: []string{"A.8.15"},
			ATTACK: []string{"T1562.008"}, Maester: []string{"MT.1172"}},
		Statuses: []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown,
			model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: []assess.Dependency{model.ExchangeAdminAuditLog, model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		rows := assess.Rows(p, model.ExchangeAdminAuditLog)
		if v, attested := attestedUnless(p, rows); attested {
			return v, nil
		}
		tally := p.Tally(assess.Words{One: "unified audit log", Many: "unified audit logs", Good: "is recording", Bad: "is not recording"})
		if config, ok := rows.Only(); ok {
			tally.Judge(model.Ref{Kind: "setting", ID: "unifiedAuditLog", Name: "Unified audit log"}.With(
				config.Evidence("/unifiedAuditLogIngestionEnabled", config.UnifiedAuditLogIngestionEnabled)),
				kit.On(config.UnifiedAuditLogIngestionEnabled),
				"unifiedAuditLogIngestionEnabled %v", config.UnifiedAuditLogIngestionEnabled)
		}
		return tally.Every(), nil
	},
}
