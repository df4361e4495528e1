package foundation

import (
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var fnd09 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-09", Title: "Stale admins removed",
		Pillar: model.Foundation, Level: model.Defined, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Licence: "Entra ID P1", Domain: model.DomainIdentity, Since: "0.1.0",
		Bullets: []model.Bullet{"F3"},
		Rationale: "An admin account that nobody uses is one whose takeover nobody notices, and it usually belongs to someone who " +
			"has left or moved on.",
		Decides: "Passes when every enabled user with a Tier 0 role last signed in successfully at most 45 days before the time of the " +
			"assessment; partial up to 90 days. An account that never did fails once it is older than 30 days. Declared break-glass " +
			"accounts with a permanent role are expected to be unused and are not judged; a disabled account is FND-10's business. Attempts count for nothing: " +
			"a failed sign-in is what a password spray leaves.",
		Remediation: model.Remediation{
			Summary:    "Remove the role from accounts that are no longer used, then disable and delete them. Declare break-glass accounts.",
			Portal:     "Entra admin center > Users > (account) > Sign-in logs; Identity Governance > Privileged Identity Management > Microsoft Entra roles > Assignments",
			Graph:      "GET /users?$select=id,userPrincipalName,signInActivity; then DELETE /roleManagement/directory/roleAssignments/{id} and PATCH /users/{id} {\"accountEnabled\": false}",
			PowerShell: "Get-MgUser -All -Property Id,UserPrincipalName,SignInActivity; Update-MgUser -UserId <id> -AccountEnabled:$false",
		},
		References: model.References{
			CISv8: []string{"5.3"}, NIST80053: []string{"AC-2(3)"}, ISO27001: []string{"A.5.18"},
			ATTACK: []string{"T1078.004"}, Maester: []string{"MT.1029"},
			Docs: []string{"https://learn.microsoft.com/graph/api/resources/signinactivity"},
		},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Tier0, assess.BreakGlass},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		emergency, err := assess.Value(p, assess.BreakGlass)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "are in use", Bad: "have not signed in for more than 45 days"})
		tally.None(assess.NotApplicable("Every user with a Tier 0 role is a break-glass account or disabled."))
		for _, holder := range kit.Users(tier0) {
			j := assess.Judgement{Ref: holder.Ref(), Exempt: facts.EmergencyUser(tier0, holder.ID, emergency), Detail: kit.NotExported}
			if u := holder.User; u != nil {
				judgeUse(&j, u, p.AsOf())
			}
			tally.Add(j)
		}
		return tally.Every(), nil
	},
}

const day = 24 * time.Hour

// judgeUse says whether the account is in use.
func judgeUse(j *assess.Judgement, u *model.User, asOf time.Time) {
	j.Ref = j.Ref.With(u.Evidence("/accountEnabled", u.AccountEnabled), u.Evidence("/signInActivity", u.SignInActivity))
	j.Met, j.Half = usedWithin(u, asOf, 45*day), usedWithin(u, asOf, 90*day)
	j.Detail = lastUse(u)
	switch enabled := model.Equals(u.AccountEnabled, true); {
	case enabled == model.False:
		j.Exempt, j.Detail = model.True, "disabled"
	case j.Met == model.True:
		j.Exempt = model.False // in use, whoever it is
	case enabled == model.Unknown:
		j.Met, j.Half = model.Or(j.Met, model.Unknown), model.Or(j.Half, model.Unknown)
		j.Detail = "accountEnabled was not exported; " + j.Detail
	}
}

// usedWithin says whether the account signed in successfully in the span before
// asOf. A new account has had no time to become stale.
//
// Graph leaves signInActivity out for an account that never signed in, which an
// export cannot tell from not having asked for it: unknown. Where
// lastSuccessfulSignInDateTime was not exported, the attempts prove only that
// nobody came near the account: no attempt, no success. (The catalogue would let
// a recent lastSignInDateTime stand in; it also counts failed sign-ins.)
func usedWithin(u *model.User, asOf time.Time, span time.Duration) model.Truth {
	recent := func(t time.Time) bool { return !t.Before(asOf.Add(-span)) }
	young := u.CreatedDateTime.Is(func(t time.Time) bool { return !t.Before(asOf.Add(-30 * day)) })
	never := func() model.Truth { return model.False }
	used := model.Fold(u.SignInActivity, func() model.Truth { return model.Unknown }, never, func(a model.SignInActivity) model.Truth {
		attempted := func() model.Truth {
			return model.And(model.Unknown, model.Or(a.LastSignInDateTime.Is(recent), a.LastNonInteractiveSignInDateTime.Is(recent)))
		}
		return model.Fold(a.LastSuccessfulSignInDateTime, attempted, never, func(t time.Time) model.Truth { return model.Of(recent(t)) })
	})
	return model.Or(young, used)
}

func lastUse(u *model.User) string {
	never := func() string { return "never signed in successfully, created " + u.CreatedDateTime.String() }
	return model.Fold(u.SignInActivity,
		func() string {
			return "signInActivity was not exported (Graph also leaves it out for an account that never signed in)"
		}, never,
		func(a model.SignInActivity) string {
			return model.Fold(a.LastSuccessfulSignInDateTime,
				func() string { return "lastSuccessfulSignInDateTime was not exported" }, never,
				func(t time.Time) string { return "last signed in successfully on " + t.UTC().Format(time.DateOnly) })
		})
}
