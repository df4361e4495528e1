package isolation

import (
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

// Firewall and proxy rules lie outside Graph, or in its beta endpoint only, and
// a rule says nothing about the traffic that it did not stop. So a test decides.
var iso16 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-16", Title: "Workstations reach only what administration needs",
		Pillar: model.Isolation, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceAttested, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Intune", Bullets: []model.Bullet{"I5"}, Gaps: []model.GapTag{"G3"},
		Rationale: "A workstation that reaches the whole Internet can fetch malware and talk to whoever controls it. A tunnel that takes only part of the " +
			"traffic leaves the rest on the hotel's network.",
		Decides: "Rests on the owner's statement for ISO-16: which destinations privileged workstations can reach, that everything else is blocked and no traffic " +
			"goes past the tunnel, and when that was last tested. It counts for 180 days after the test, or until its own expiry if that is sooner. " +
			"No configuration is read: outbound rules are not in Graph v1.0.",
		Remediation: model.Remediation{
			Summary: "Block outbound traffic by default and allow the administrative services only, send all of it through the tunnel, test both from a workstation, and attest it: " +
				"an entry for ISO-16 under attestations in declarations.json, with owner, statement, evidence and the date of the test.",
			Portal:     "Intune admin center > Endpoint security > Firewall > Create policy",
			Graph:      "POST /deviceManagement/deviceConfigurations (#microsoft.graph.windows10EndpointProtectionConfiguration, firewallProfilePublic.outboundConnectionsBlocked true)",
			PowerShell: "Set-NetFirewallProfile -Profile Domain,Private,Public -DefaultOutboundAction Block",
		},
		References: model.References{NIST80053: []string{"SC-7(5)"}, ISO27001: []string{"A.8.22"}, NCSC: []string{"PAW principle 8"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: []assess.Dependency{model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		return assess.Attested(p, 180*24*time.Hour), nil
	},
}
