package foundation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var fnd23 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-23", Title: "No administrator is at risk",
		Pillar: model.Foundation, Level: model.Optimised, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainIdentity, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"F3"},
		Rationale: "Identity Protection scores how likely it is that somebody else uses an account. An administrator at risk whom nobody looks into may be in an attacker's hands already.",
		Decides: "Passes when no user who holds a Tier 0 role stands in the list of risky users as atRisk or confirmedCompromised. A risk that was remediated, dismissed or confirmed safe is settled. " +
			"A user who is not in the list has no risk, unless it is another organisation's account, whose risk that organisation sees: unknown. Without the licence (P2) nobody is scored, and it fails.",
		Remediation: model.Remediation{
			Summary:    "Investigate the account: reset its credentials and revoke its sessions, or dismiss the risk with a reason.",
			Portal:     "Entra admin center > Protection > Identity Protection > Risky users",
			Graph:      "GET /identityProtection/riskyUsers; POST /identityProtection/riskyUsers/confirmCompromised or dismiss",
			PowerShell: "Get-MgRiskyUser -Filter \"riskState eq 'atRisk'\"",
		},
		References: model.References{SCuBA: []string{"MS.AAD.2.1v1"}, NIST80053: []string{"AC-2(12)"}, ISO27001: []string{"A.8.16"}, ATTACK: []string{"T1078.004"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Tier0, facts.Directory, assess.BreakGlass, model.RiskyUsers},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		if v, missing, err := kit.NoPIM(p); missing || err != nil {
			if missing {
				v = assess.Fail("Identity Protection is not licensed (no Entra ID P2), so no administrator's risk is scored.")
			}
			return v, err
		}
		admins, err := kit.Admins(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "Tier 0 user", Many: "Tier 0 users", Good: "are not at risk", Bad: "are at risk"})
		listed := assess.Rows(p, model.RiskyUsers)
		for _, admin := range admins {
			met, detail := kit.Unscored(admin.Principal, listed)
			ref := admin.Ref()
			for row := range listed.All() {
				if model.SameID(row.ID, admin.ID) {
					met, detail = settled(row.RiskState), "riskState "+row.RiskState.String()+", riskLevel "+row.RiskLevel.String()
					ref = ref.With(row.Evidence("/riskState", row.RiskState))
				}
			}
			tally.Judge(ref, met, "%s", detail)
		}
		return tally.Every(), nil
	},
}

// settled says whether a state of risk asks nobody to act.
// Source: learn.microsoft.com/graph/api/resources/riskyuser, riskState values.
func settled(state model.Field[string]) model.Truth {
	unknown := func() model.Truth { return model.Unknown }
	return model.Fold(state, unknown, unknown, func(s string) model.Truth {
		switch s {
		case "atRisk", "confirmedCompromised":
			return model.False
		case "none", "confirmedSafe", "remediated", "dismissed":
			return model.True
		}
		return model.Unknown
	})
}
