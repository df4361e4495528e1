package validation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

// alertCheck is how long somebody's look at the alerts counts.
const alertCheck = 30 * day

// Graph shows the alerts of PIM in its beta endpoint only, which no export holds.
// Without somebody's statement nothing is known, and nothing is asserted.
var val11 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "VAL-11", Title: "PIM's own security alerts are clear",
		Pillar: model.Validation, Level: model.Managed, Severity: model.Low,
		Basis: model.ConfidenceAttested, Domain: model.DomainValidation, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"V5"},
		Rationale: "PIM watches for roles that are assigned outside it, activated without MFA, or held by too many, and says so on a page that nobody opens by chance.",
		Decides: "Unknown from the data: Graph has these alerts in its beta endpoint only, which is not read. The owner's statement for VAL-11, that no alert was active when somebody looked, " +
			"counts for 30 days, or until its own expiry if that is sooner.",
		Remediation: model.Remediation{
			Summary:    "Open the alerts each month, fix what they name or dismiss it with a reason, and attest it: an entry for VAL-11 under attestations in declarations.json, with owner, statement, evidence and the date performed.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Alerts",
			Graph:      "Beta only: GET https://graph.microsoft.com/beta/identityGovernance/roleManagementAlerts/alerts?$filter=scopeId eq '/' and scopeType eq 'DirectoryRole'",
			PowerShell: "Get-MgBetaIdentityGovernanceRoleManagementAlert -Filter \"scopeId eq '/' and scopeType eq 'DirectoryRole'\"",
		},
		References: model.References{ZTA: []string{"21818"},
			Docs: []string{"https://learn.microsoft.com/entra/id-governance/privileged-identity-management/pim-how-to-configure-security-alerts"}},
		Statuses: []model.Status{model.StatusPass, model.StatusUnknown, model.StatusAttestationExpired},
	},
	Requires: []assess.Dependency{model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		v := assess.Attested(p, alertCheck)
		if v.Status() == model.StatusNotAttested {
			return assess.Unknown(model.NotInAPI, "Graph v1.0 does not show PIM's alerts, and nobody attested that they are clear (VAL-11)."), nil
		}
		return v, nil
	},
}
