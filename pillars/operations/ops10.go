package operations

import (
	"fmt"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var ops10 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "OPS-10", Title: "Break glass is used for nothing else",
		Pillar: model.Operations, Level: model.Managed, Gate: true, Severity: model.Critical,
		Basis: model.ConfidenceObserved, Licence: "Entra ID P1", Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"O1"}, Gaps: []model.GapTag{"G5a"},
		Rationale: "An emergency account is outside the policies that hold everybody else. Used for daily work, or by somebody who found its password, it is the shortest way there is.",
		Decides: "Looks at what the declared break-glass accounts did in the last 28 days: every successful sign-in, and every entry of the audit log that one of them caused. " +
			"The log lists interactive sign-ins; the last one of any kind is in signInActivity. " +
			"Each must lie within a day of a drill (an attestation for OPS-09) or of an incident (one for OPS-10) that counts. One that does not fails. " +
			"Both logs must reach back over the 28 days for a pass, and each account must be a user of this tenant.",
		Remediation: model.Remediation{
			Summary:    "Find out who used the account and why; change its credentials. Record drills under OPS-09 and incidents under OPS-10 in declarations.json.",
			Portal:     "Entra admin center > Monitoring & health > Sign-in logs; Audit logs > Initiated by (actor)",
			Graph:      "GET /auditLogs/signIns?$filter=userId eq '{id}'; GET /auditLogs/directoryAudits?$filter=initiatedBy/user/id eq '{id}'",
			PowerShell: "Get-MgAuditLogSignIn -Filter \"userId eq '{id}'\"; Get-MgAuditLogDirectoryAudit -Filter \"initiatedBy/user/id eq '{id}'\"",
		},
		References: model.References{NIST80053: []string{"AC-2(12)"}, ATTACK: []string{"T1078.004"}, Docs: []string{emergencyAccess}},
		Statuses:   []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown, model.StatusNotApplicable},
	},
	Requires: append([]assess.Dependency{facts.Activity}, breakGlassNeeds...),
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		accounts, settled, err := breakGlass(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		if settled != nil {
			return *settled, nil
		}
		log, err := assess.Value(p, facts.Activity)
		if err != nil {
			return assess.Verdict{}, err
		}
		records := kit.Records(p, "OPS-09", "OPS-10")
		tally := p.Tally(assess.Words{One: "break-glass account", Many: "break-glass accounts",
			Good: "were used in drills and incidents only", Bad: "were used for something else"})
		events := 0
		for _, account := range accounts {
			use := used{Judgement: assess.Judgement{Ref: account.Ref(), Met: model.True, Exempt: model.False}}
			if exists := kit.IsUser(account); exists != model.True { // the logs say nothing about the account that was meant
				use.Met, use.Detail = model.Unknown, absent(exists)
			}
			listed := time.Time{}
			for _, s := range log.Of(account.ID) {
				if s.Succeeded == model.True {
					listed = s.At
				}
				use.see(model.And(log.Within(s.At), s.Succeeded), s.At, records, "sign-in to "+s.App, s.Evidence("/createdDateTime", s.At.Format(time.RFC3339)))
			}
			for _, s := range log.Nameless() {
				use.see(model.And(model.Unknown, log.Within(s.At), s.Succeeded), s.At, records, "a sign-in that names no user", s.Evidence("/createdDateTime", nil))
			}
			for entry := range log.Between(log.From, log.To) {
				if caused := model.And(entry.Belongs, causedBy(entry.DirectoryAudit, account.ID)); caused != model.False {
					use.see(caused, entryTime(entry.DirectoryAudit), records,
						entry.ActivityDisplayName.String(), entry.Evidence("/activityDateTime", entry.ActivityDateTime))
				}
			}
			if at, known := lastSignIn(account); at.After(listed.Add(time.Minute)) || known != model.True {
				use.see(model.And(known, log.Within(at)), at, records, "a sign-in that the log does not list", account.User.Evidence("/signInActivity", account.User.SignInActivity))
			}
			events += use.events
			tally.Add(use.done())
		}
		sample := fmt.Sprintf("%d uses of break-glass accounts", events)
		log.Conclude(tally, model.SignIns.Name(), log.SignedIn, sample)
		return log.Conclude(tally, model.DirectoryAudits.Name(), log.Audited, sample), nil
	},
}

// used gathers what an account did.
type used struct {
	assess.Judgement
	events int
}

// lastSignIn is when the account last signed in, interactively or not; zero where
// it never did, or the account was not exported.
// Source: learn.microsoft.com/graph/api/resources/signinactivity.
func lastSignIn(account principals.Principal) (at time.Time, known model.Truth) {
	if account.User == nil {
		return at, model.True
	}
	never := func() model.Truth { return model.True }
	known = model.Fold(account.User.SignInActivity, unknown, never, func(a model.SignInActivity) model.Truth {
		return model.Fold(a.LastSuccessfulSignInDateTime, unknown, never, func(t time.Time) model.Truth { at = t.UTC(); return model.True })
	})
	return at, known
}

// see takes one event: belongs says whether it is the account's, in the window.
func (u *used) see(belongs model.Truth, at time.Time, records kit.Record, what string, evidence model.Evidence) {
	if belongs == model.False {
		return
	}
	if belongs == model.True {
		u.events++
	}
	recorded, _ := records.Of(at)
	fault := model.And(belongs, recorded.Not())
	if fault == model.False {
		return
	}
	if model.And(u.Met, fault.Not()) != u.Met {
		u.Detail = fmt.Sprintf("%s on %s, without a drill or an incident on record", what, at.Format(time.DateOnly))
	}
	u.Met = model.And(u.Met, fault.Not())
	u.Ref = u.Ref.With(evidence)
}

func (u *used) done() assess.Judgement {
	if u.Detail == "" {
		u.Detail = fmt.Sprintf("%d uses, each on record", u.events)
	}
	u.Half = u.Met
	return u.Judgement
}

// causedBy says whether a user caused an entry: one that names neither a user nor
// an application may be anybody's. Graph leaves out which of the two it was not, and
// PowerShell writes it as an object of nothing.
func causedBy(e *model.DirectoryAudit, user string) model.Truth {
	return model.Fold(e.InitiatedBy, unknown, unknown, func(by model.AuditInitiator) model.Truth {
		person := model.Fold(by.User, unknown, unknown, func(o model.DirectoryObject) model.Truth {
			if o.ID == "" {
				return model.Unknown
			}
			return model.Of(model.SameID(o.ID, user))
		})
		if person == model.Unknown && by.App.Is(named) == model.True {
			return model.False
		}
		return person
	})
}

// named reports whether an application says which one it is.
func named(app model.AuditApp) bool {
	some := func(text string) bool { return text != "" }
	return model.Or(app.ServicePrincipalID.Is(some), app.AppID.Is(some), app.DisplayName.Is(some)) == model.True
}

func entryTime(e *model.DirectoryAudit) (at time.Time) {
	e.ActivityDateTime.Is(func(t time.Time) bool { at = t.UTC(); return true })
	return at
}
