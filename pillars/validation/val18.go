package validation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var val18 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "VAL-18", Title: "Risk of Tier 0 accounts is answered automatically",
		Pillar: model.Validation, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainValidation, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"V4"}, Gaps: []model.GapTag{"G4"},
		Rationale: "Whoever stole an administrator's session needs minutes. A policy that takes the access away at risk, and a playbook that revokes what was already granted, need no one to be awake.",
		Decides: "Takes sign-ins at risk with all enabled policies together, as CTL-24 does: a Tier 0 user at high risk, and a sign-in at high or medium risk, get nowhere; partial where medium sign-in risk is let through. " +
			"On top the owner must attest for VAL-18 that a playbook revokes sessions and calls somebody. The statement counts for 365 days, or until its own expiry if that is sooner. Without Entra ID P2 it fails.",
		Remediation: model.Remediation{
			Summary: "Block the Tier 0 roles at risk (CTL-24), let an automation rule revoke the account's sessions and call the people on duty, and attest it: " +
				"an entry for VAL-18 under attestations in declarations.json, with owner, statement, evidence and the date of its last test as performed.",
			Portal:     "Microsoft Defender portal > Microsoft Sentinel > Configuration > Automation > Create > Playbook",
			Graph:      "In the playbook: POST /users/{id}/revokeSignInSessions",
			PowerShell: "Revoke-MgUserSignInSession -UserId <id>",
		},
		References: model.References{NIST80053: []string{"IR-4(1)"},
			Docs: []string{"https://learn.microsoft.com/azure/sentinel/automation/automate-responses-with-playbooks"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown,
			model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: append([]assess.Dependency{model.OwnerDeclarations}, kit.AccessNeeds...),
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		policies, err := kit.JudgeRisk(p, "Nobody but break-glass accounts and workload identities holds a Tier 0 role.")
		if err != nil || policies.Status() != model.StatusPass && policies.Status() != model.StatusPartial {
			return policies, err
		}
		if attested := assess.Attested(p, attestationLife); attested.Status() != model.StatusPass || policies.Status() == model.StatusPass {
			return attested, nil
		}
		return policies, nil
	},
}
