package validation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// exportedLogs are the log categories to export; the first neededLogs of them are
// the least without which nobody can follow an administrator.
var exportedLogs = []string{"AuditLogs", "SignInLogs", "NonInteractiveUserSignInLogs",
	"ServicePrincipalSignInLogs", "ManagedIdentitySignInLogs", "RiskyUsers", "UserRiskEvents", "MicrosoftGraphActivityLogs"}

const neededLogs = 3

var val02 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "VAL-02", Title: "Entra logs exported",
		Pillar: model.Validation, Level: model.Managed, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainValidation, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"V4"},
		Rationale: "Entra ID keeps its logs for weeks, in a place that an administrator of the tenant controls. Investigations start later and need a copy elsewhere.",
		Decides: "Reads imports/arm/diagnosticSettings.json (Azure Resource Manager, microsoft.aadiam). Passes when the settings together export audit, sign-in, non-interactive, service principal and " +
			"managed identity sign-in logs, risky users, risk events and Graph activity. The first three alone are partial; a missing one of those fails. " +
			"A log group instead of categories is unknown. Without the import the owner's attestation counts for 365 days.",
		Remediation: model.Remediation{
			Summary:    "Send all these categories to the SIEM's workspace or event hub, and export the settings into imports/arm/diagnosticSettings.json.",
			Portal:     "Entra admin center > Monitoring & health > Diagnostic settings",
			Graph:      "Not in Microsoft Graph: az rest --url https://management.azure.com/providers/microsoft.aadiam/diagnosticSettings?api-version=2017-04-01-preview",
			PowerShell: "Invoke-AzRestMethod -Method GET -Path '/providers/microsoft.aadiam/diagnosticSettings?api-version=2017-04-01-preview'",
		},
		References: model.References{SCuBA: []string{"MS.AAD.4.1v1"}, NIST80053: []string{"AU-4"}, ZTA: []string{"21860"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown,
			model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: []assess.Dependency{model.DiagnosticSettings, model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		settings := assess.Rows(p, model.DiagnosticSettings)
		if v, attested := attestedUnless(p, settings); attested {
			return v, nil
		}
		tally := p.Tally(assess.Words{One: "log category", Many: "log categories", Good: "are exported", Bad: "are not exported"})
		for i, category := range exportedLogs {
			exported, evidence := isExported(category, settings)
			tally.Add(assess.Judgement{Ref: model.Ref{Kind: "log", ID: category, Name: category, Evidence: evidence},
				Met: exported, Half: model.Or(exported, model.Of(i >= neededLogs)), Exempt: model.False})
		}
		return tally.Every(), nil
	},
}

// isExported says whether some setting exports the category: Unknown rather than
// False where not every setting was read.
func isExported(category string, settings model.Rows[model.DiagnosticSetting]) (model.Truth, []model.Evidence) {
	found := model.False
	if settings.Coverage().State != model.Complete {
		found = model.Unknown
	}
	var evidence []model.Evidence
	for s := range settings.All() {
		exports := model.Fold(s.Properties, unknown, unknown, func(d model.DiagnosticProperties) model.Truth {
			return model.Fold(d.Logs, unknown, unknown, func(logs []model.DiagnosticLog) model.Truth {
				any := model.False
				for _, log := range logs {
					// A null category is a group of categories.
					same := model.Fold(log.Category, unknown, unknown, func(c string) model.Truth { return model.Of(c == category) })
					any = model.Or(any, model.And(same, kit.On(log.Enabled)))
				}
				return any
			})
		})
		if exports == model.True {
			evidence = append(evidence, s.Evidence("/properties/logs", nil))
		}
		found = model.Or(found, exports)
	}
	return found, evidence
}
