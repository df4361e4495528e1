package control

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The longest time between two sign-ins in full and in the weaker form, in hours.
const (
	shortSession = 4
	longSession  = 24
)

var ctl15 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-15", Title: "Short administrator sessions that end with the browser",
		Pillar: model.Control, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainAuthentication, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"C5"}, Gaps: []model.GapTag{"G4"},
		Rationale: "A stolen session cookie works for as long as the session does, whatever the administrator signed in with.",
		Decides: "For every Tier 0 user and each role they hold, enabled policies that apply to all their sign-ins must ask for a sign-in at least every four hours " +
			"(or every time) and never persist the browser session; the two may stand in different policies. Partial: a sign-in within 24 hours, or four hours with a browser session that may persist, " +
			"or an application left out that administers nothing. A policy limited to some platforms, places, devices, clients, risks or flows leaves the rest open: one such policy is none, " +
			"and whether several add up is unknown; so is a frequency for the second factor alone. Break-glass accounts are exempt.",
		Remediation: model.Remediation{
			Summary:    "One policy for the Tier 0 roles and the group of those eligible for them, all resources, without further conditions: sign-in frequency 4 hours, persistent browser session never.",
			Portal:     "Entra admin center > Conditional Access > Policies > New policy > Session > Sign-in frequency, Persistent browser session",
			Graph:      "POST /identity/conditionalAccess/policies (sessionControls.signInFrequency {value 4, type hours, isEnabled true}, sessionControls.persistentBrowser {mode never, isEnabled true})",
			PowerShell: "New-MgIdentityConditionalAccessPolicy -BodyParameter @{sessionControls=@{signInFrequency=@{...};persistentBrowser=@{...}};...}",
		},
		References: model.References{CIS: []string{"5.2.2.4"}, NIST80053: []string{"AC-12"}, ATTACK: []string{"T1539", "T1550.004"}, ZTA: []string{"21825"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: kit.PolicyNeeds,
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		policies, err := kit.ReadPolicies(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "have short sessions that end with the browser", Bad: "have long or lasting sessions"})
		for _, admin := range policies.Admins {
			j := assess.Judgement{Ref: admin.Ref(), Met: model.True, Half: model.True, Exempt: admin.Emergency}
			for _, h := range admin.Holdings {
				s := sessionsOf(policies, admin, h)
				j.Met = model.And(j.Met, s.short, s.ends)
				j.Half = model.And(j.Half, s.bounded)
			}
			j.Ref = j.Ref.With(sessionEvidence(policies, admin)...)
			tally.Add(j)
		}
		return tally.Every(), nil
	},
}

// sessions says how the sessions of an admin are limited while they use a role:
// short and ends everywhere, bounded to a day wherever something is administered.
type sessions struct{ short, ends, bounded model.Truth }

func sessionsOf(r *kit.Policies, a kit.Admin, h principals.Holding) sessions {
	limited := func(limit func(kit.Policy) model.Truth, where func(kit.Policy) model.Truth) model.Truth {
		narrowed := 0
		found := r.Some(func(p kit.Policy) model.Truth {
			applies := model.And(p.Enabled, limit(p), r.Covers(p, a, h))
			whole := where(p)
			if applies != model.False && whole == model.False {
				narrowed++
			}
			return model.And(applies, whole)
		})
		if found == model.False && narrowed > 1 {
			return model.Unknown // together they may leave nothing open
		}
		return found
	}
	all := func(p kit.Policy) model.Truth { all, _ := p.Everywhere(); return all }
	most := func(p kit.Policy) model.Truth { _, most := p.Everywhere(); return most }
	return sessions{
		short:   limited(func(p kit.Policy) model.Truth { return signsInWithin(p, shortSession) }, all),
		ends:    limited(neverPersists, all),
		bounded: limited(func(p kit.Policy) model.Truth { return signsInWithin(p, longSession) }, most),
	}
}

// sessionEvidence points at the session controls of every policy that may limit
// the admin.
func sessionEvidence(r *kit.Policies, a kit.Admin) []model.Evidence {
	var evidence []model.Evidence
	for _, p := range r.All {
		if model.And(p.Enabled, model.Or(signsInWithin(p, longSession), neverPersists(p))) == model.False {
			continue
		}
		for _, h := range a.Holdings {
			if r.Covers(p, a, h) != model.False {
				evidence = append(evidence, p.Evidence("/sessionControls", nil))
				break
			}
		}
	}
	return evidence
}

// signsInWithin says whether the policy asks for a new sign-in after at most so
// many hours.
func signsInWithin(p kit.Policy, hours int) model.Truth {
	return model.Fold(p.SessionControls, unknown, no, func(s model.SessionControls) model.Truth {
		return model.Fold(s.SignInFrequency, unknown, no, func(f model.SignInFrequency) model.Truth {
			every := model.Fold(f.FrequencyInterval, unknown, func() model.Truth { return timeBased(f, hours) }, func(interval string) model.Truth {
				switch interval {
				case "everyTime":
					return model.True
				case "timeBased":
					return timeBased(f, hours)
				}
				return model.Unknown
			})
			return model.And(f.IsEnabled.Is(func(on bool) bool { return on }), every, wholeSignIn(f.AuthenticationType))
		})
	})
}

// wholeSignIn says whether the frequency is that of the whole sign-in. What one of
// the second factor alone ends is not documented, nor whether it asks for a factor
// where no policy does.
// Source: learn.microsoft.com/graph/api/resources/signinfrequencysessioncontrol.
func wholeSignIn(f model.Field[string]) model.Truth {
	return model.Fold(f, unknown, func() model.Truth { return model.True }, func(kind string) model.Truth {
		return model.Or(model.Unknown, model.Of(kind == "primaryAndSecondaryAuthentication"))
	})
}

func timeBased(f model.SignInFrequency, hours int) model.Truth {
	return model.Fold(f.Type, unknown, unknown, func(unit string) model.Truth {
		length := map[string]int{"hours": 1, "days": 24}[unit]
		if length == 0 {
			return model.Unknown
		}
		return model.Fold(f.Value, unknown, unknown, func(n int) model.Truth { return model.Of(n*length <= hours) })
	})
}

// neverPersists says whether the policy ends the session with the browser.
func neverPersists(p kit.Policy) model.Truth {
	return model.Fold(p.SessionControls, unknown, no, func(s model.SessionControls) model.Truth {
		return model.Fold(s.PersistentBrowser, unknown, no, func(b model.PersistentBrowser) model.Truth {
			mode := model.Fold(b.Mode, unknown, unknown, func(mode string) model.Truth {
				switch mode {
				case "never":
					return model.True
				case "always":
					return model.False
				}
				return model.Unknown
			})
			return model.And(b.IsEnabled.Is(func(on bool) bool { return on }), mode)
		})
	})
}

func no() model.Truth { return model.False }
