package validation

import (
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// riskHandling is how long a risk may stay open.
const riskHandling = 7 * day

// A user's riskLastUpdatedDateTime moves with each new detection, so that a risk
// that keeps growing would always look young. The oldest open detection decides
// too. Break-glass accounts are not exempt: at risk, they are the worst case.
var val15 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "VAL-15", Title: "Risk of Tier 0 accounts is handled within a week",
		Pillar: model.Validation, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainValidation, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"V5"},
		Rationale: "Identity Protection says that an administrator's account may be in somebody else's hands. A risk that nobody confirms or dismisses was not looked at.",
		Decides: "For every Tier 0 user: none whose risk state is atRisk or confirmedCompromised since more than 7 days, by the last update of the risk or by the oldest detection that is still open. " +
			"A younger risk passes. The risk of another organisation's account is not in this tenant's list, and unknown. Break-glass accounts count too. Without Entra ID P2 nobody sees risk, and the control fails.",
		Remediation: model.Remediation{
			Summary:    "Investigate each risky administrator: reset and revoke sessions where it is real, dismiss the risk where it is not.",
			Portal:     "Entra admin center > Protection > Identity Protection > Risky users",
			Graph:      "POST /identityProtection/riskyUsers/dismiss or /confirmCompromised {userIds}; POST /users/{id}/revokeSignInSessions",
			PowerShell: "Invoke-MgDismissRiskyUser -UserIds <id>; Confirm-MgRiskyUserCompromised -UserIds <id>; Revoke-MgUserSignInSession -UserId <id>",
		},
		References: model.References{NIST80053: []string{"AC-2(12)"}, ZTA: []string{"21861"},
			Docs: []string{"https://learn.microsoft.com/entra/id-protection/howto-identity-protection-remediate-unblock"}},
		Statuses: []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{model.RiskyUsers, facts.Directory, facts.Tier0, assess.BreakGlass},
	Wants:    []assess.Dependency{model.RiskDetections},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		directory, err := assess.Value(p, facts.Directory)
		if err != nil {
			return assess.Verdict{}, err
		}
		if directory.Licensed() == model.False {
			return assess.Fail("Identity Protection is not licensed (no Entra ID P2), so nobody sees an administrator's risk."), nil
		}
		admins, err := kit.Admins(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		risky, detections := assess.Rows(p, model.RiskyUsers), assess.Rows(p, model.RiskDetections)
		tally := p.Tally(assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "have no risk that is older than a week", Bad: "have been at risk for more than a week"})
		for _, a := range admins {
			met, detail := kit.Unscored(a.Principal, risky)
			ref := a.Ref()
			for row := range risky.All() {
				if model.SameID(row.ID, a.ID) {
					ref = ref.With(row.Evidence("/riskState", row.RiskState), row.Evidence("/riskLastUpdatedDateTime", row.RiskLastUpdatedTime))
					var shown []model.Evidence
					met, shown = riskHandled(row, detections, p.AsOf())
					ref, detail = ref.With(shown...), "risk state "+row.RiskState.String()+", updated "+row.RiskLastUpdatedTime.String()
				}
			}
			tally.Judge(ref, met, "%s", detail)
		}
		return tally.Every(), nil
	},
}

// riskHandled says whether the user's risk is closed, or open for a week at most,
// and points at the detections that are open for longer.
func riskHandled(user model.RiskyUser, detections model.Rows[model.RiskDetection], asOf time.Time) (handled model.Truth, old []model.Evidence) {
	age := func(f model.Field[time.Time]) model.Truth {
		return model.Fold(f, unknown, unknown, func(t time.Time) model.Truth { return model.Of(t.Add(riskHandling).Before(asOf)) })
	}
	long := age(user.RiskLastUpdatedTime)
	if detections.Coverage().State != model.Complete {
		long = model.Or(long, model.Unknown)
	}
	for d := range detections.All() {
		own := model.Fold(d.UserID, unknown, unknown, func(id string) model.Truth { return model.Of(model.SameID(id, user.ID)) })
		open := model.And(own, openRisk(d.RiskState), age(d.DetectedDateTime))
		if open == model.True {
			old = append(old, d.Evidence("/detectedDateTime", d.DetectedDateTime))
		}
		long = model.Or(long, open)
	}
	return model.And(openRisk(user.RiskState), long).Not(), old
}

// openRisk says whether a risk state waits for somebody.
// Source: learn.microsoft.com/graph/api/resources/riskyuser, riskState.
func openRisk(state model.Field[string]) model.Truth {
	return model.Fold(state, unknown, unknown, func(s string) model.Truth {
		switch s {
		case "atRisk", "confirmedCompromised":
			return model.True
		case "none", "confirmedSafe", "remediated", "dismissed":
			return model.False
		}
		return model.Unknown
	})
}
