package isolation

import (
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

// The settings catalogue, where App Control and attack surface reduction rules
// are set today, is in the beta endpoint only, and a profile that is assigned may
// be in audit mode or not have arrived. So a test on a workstation decides.
var iso15 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-15", Title: "Workstations run approved software only",
		Pillar: model.Isolation, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceAttested, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Intune", Bullets: []model.Bullet{"I1"}, Gaps: []model.GapTag{"G2"},
		Rationale: "A compliant workstation still runs whatever its user starts. Application control and attack surface reduction rules stop the program, " +
			"the macro and the stolen driver that encryption and secure boot let through.",
		Decides: "Rests on the owner's statement for ISO-15: that application control (App Control for Business or AppLocker) is enforced, not audited, on every privileged " +
			"workstation, that attack surface reduction rules block, and when that was last tested. It counts for 180 days after the test, or until its own expiry if that is sooner. " +
			"No configuration is read: the settings catalogue is not in Graph v1.0.",
		Remediation: model.Remediation{
			Summary: "Enforce application control and attack surface reduction rules on the workstations, start an unapproved program on one to test it, and attest it: " +
				"an entry for ISO-15 under attestations in declarations.json, with owner, statement, evidence and the date of the test.",
			Portal:     "Intune admin center > Endpoint security > App Control for Business; Endpoint security > Attack surface reduction",
			Graph:      "POST /deviceManagement/deviceConfigurations (#microsoft.graph.windows10EndpointProtectionConfiguration, appLockerApplicationControl enforceComponentsStoreAppsAndSmartlocker)",
			PowerShell: "Set-MpPreference -AttackSurfaceReductionRules_Ids <rule ids> -AttackSurfaceReductionRules_Actions Enabled",
		},
		References: model.References{NIST80053: []string{"CM-7(5)"}, ISO27001: []string{"A.8.19"}, Maester: []string{"MT.1178", "MT.1179"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: []assess.Dependency{model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		return assess.Attested(p, 180*24*time.Hour), nil
	},
}
