package operations

import (
	"slices"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// drillAge is how long a drill counts: a quarter.
const drillAge = 90 * day

var ops09 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "OPS-09", Title: "Break glass tested each quarter",
		Pillar: model.Operations, Level: model.Managed, Gate: true, Severity: model.High,
		Basis: model.ConfidenceAttested, Licence: "Entra ID P1", Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"O1"}, Gaps: []model.GapTag{"G5a"},
		Rationale: "Keys break, policies change and custodians leave. An emergency account that nobody has signed in with for a year is a " +
			"hope, not a plan, and a drill that left no sign-in did not test the account.",
		Decides: "Passes when the owner attests a drill (OPS-09) of the last 90 days and the last successful sign-in of every declared " +
			"break-glass account lies within one day of such a drill. Partial when the drill is attested and a trace is missing: the " +
			"account did not take part, or was used again later. Several drills may be attested, one for each account.",
		Remediation: model.Remediation{
			Summary: "Each quarter, sign in with every break-glass account by the documented steps, see the alert fire, seal the credentials " +
				"again, and attest it: an entry for OPS-09 under attestations in declarations.json.",
			Portal:     "Entra admin center > Users > (account) > Sign-in logs",
			Graph:      "GET /users/{id}?$select=id,userPrincipalName,signInActivity",
			PowerShell: "Get-MgUser -UserId <id> -Property Id,UserPrincipalName,SignInActivity",
		},
		References: model.References{
			CIS: []string{"1.1.2"}, NIST80053: []string{"CP-4"}, Docs: []string{emergencyAccess},
		},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusNotApplicable, model.StatusUnknown,
			model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: breakGlassNeeds,
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		if attested := assess.Attested(p, drillAge); attested.Status() != model.StatusPass {
			return attested, nil
		}
		accounts, settled, err := breakGlass(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		if settled != nil {
			return *settled, nil
		}
		drills := assess.Attestations(p, drillAge)
		tally := p.Tally(assess.Words{One: "break-glass account", Many: "break-glass accounts",
			Good: "signed in on the day of an attested drill", Bad: "show no sign-in around the attested drill"})
		for _, account := range accounts {
			j := assess.Judgement{Ref: account.Ref(), Met: model.And(model.Unknown, kit.IsUser(account)), Half: model.True,
				Exempt: model.False, Detail: kit.NotExported}
			if u := account.User; u != nil {
				j.Ref = j.Ref.With(u.Evidence("/signInActivity", u.SignInActivity))
				j.Met, j.Detail = traced(u, drills)
			}
			tally.Add(j)
		}
		v := tally.Every()
		if v.Status() == model.StatusPass {
			v = v.Observed()
		}
		return v, nil
	},
}

// traced says whether the account's last successful sign-in lies within one
// calendar day (UTC) of a drill.
func traced(u *model.User, drills []model.Attestation) (model.Truth, string) {
	detail := "signInActivity was not exported"
	truth := model.Fold(u.SignInActivity, func() model.Truth { return model.Unknown },
		func() model.Truth { detail = "never signed in"; return model.False },
		func(a model.SignInActivity) model.Truth {
			detail = "last successful sign-in " + a.LastSuccessfulSignInDateTime.String()
			return a.LastSuccessfulSignInDateTime.Is(func(t time.Time) bool {
				return slices.ContainsFunc(drills, func(drill model.Attestation) bool { return near(t, drill.Performed.Time) })
			})
		})
	return truth, detail
}

func near(a, b time.Time) bool {
	apart := a.UTC().Truncate(day).Sub(b.UTC().Truncate(day))
	return apart.Abs() <= day
}
