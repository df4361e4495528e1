package isolation

import (
	"fmt"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/activity"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The share is one of sign-ins, the subjects are people: a finding that lists
// tens of thousands of sign-ins helps nobody. While part of the log is missing
// the share is open, so then this control cannot even fail; the people are listed.
var iso21 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-21", Title: "Observed: Tier 0 sign-ins came from managed devices",
		Pillar: model.Isolation, Level: model.Managed, Gate: true, Severity: model.Critical,
		Basis: model.ConfidenceObserved, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"I3"}, Gaps: []model.GapTag{"G1", "G2"},
		Rationale: "A policy says what should happen. The log says what did: an exclusion that nobody remembered, a client that a condition missed, " +
			"a policy switched off for an afternoon. One look at the devices in the log finds them all.",
		Decides: "Takes the successful sign-ins of the last 28 days by users who hold or can activate a Tier 0 role, and asks whether each came from a device that Entra ID saw as " +
			"managed and compliant. Passes when all did; partial when at least 95 % did; fails below. Fewer than five sign-ins decide nothing. A log that does not reach back 28 days " +
			"can fail and not pass; while part of the log, or of who holds a role, is missing, the verdict is unknown. Graph v1.0 lists interactive sign-ins only. " +
			"Declared break-glass accounts are exempt.",
		Remediation: model.Remediation{
			Summary:    "Look at each sign-in listed: find the policy that should have stopped it, and why it did not. Then require a compliant device for everybody with a Tier 0 role (ISO-01).",
			Portal:     "Entra admin center > Monitoring & health > Sign-in logs > add filter User, column Compliant",
			Graph:      "GET /auditLogs/signIns?$filter=userId eq '{id}' and createdDateTime ge {time}",
			PowerShell: "Get-MgAuditLogSignIn -All -Filter \"userId eq '{id}'\" | Select-Object CreatedDateTime,AppDisplayName,DeviceDetail",
		},
		References: model.References{NIST80053: []string{"SI-4"}, ISO27001: []string{"A.8.16"}, ZTA: []string{"21892"},
			Docs: []string{"https://learn.microsoft.com/graph/api/resources/devicedetail"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Activity, facts.Tier0, assess.BreakGlass},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		emergency, err := assess.Value(p, assess.BreakGlass)
		if err != nil {
			return assess.Verdict{}, err
		}
		log, err := observe(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		managed := func(s activity.SignIn) model.Truth { return model.And(s.Device.Managed, s.Device.Compliant) }
		var all share
		var people []signInsOf
		nameless := false
		for _, s := range log.Nameless() {
			may := model.And(model.Unknown, log.Within(s.At), s.Succeeded)
			all.add(may, managed(s))
			nameless = nameless || may != model.False && managed(s) != model.True
		}
		for _, user := range kit.Users(tier0) {
			exempt := facts.EmergencyUser(tier0, user.ID, emergency)
			of := signInsOf{Holder: user, exempt: exempt, met: model.True}
			for _, s := range log.Of(user.ID) {
				belongs := model.And(log.Within(s.At), s.Succeeded)
				if belongs == model.False {
					continue
				}
				of.add(s, belongs, managed(s))
				all.add(model.And(belongs, exempt.Not()), managed(s))
			}
			if of.count > 0 {
				people = append(people, of)
			}
		}
		enough := all.atLeast(0.95)
		complete := log.SignedIn.Coverage.State == model.Complete
		if !complete || len(tier0.Gaps()) > 0 {
			enough = model.Unknown
		}
		tally := p.Tally(assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "signed in from managed devices only", Bad: "signed in from devices that are not managed and compliant"})
		if len(kit.Users(tier0)) > 0 && !onlyEmergency(tier0, emergency) {
			tally.None(assess.Unknown(model.NothingToJudge, "No Tier 0 user signed in within 28 days."))
		} else {
			tally.None(assess.NotApplicable(nobodyElse))
		}
		for _, of := range people {
			tally.Add(of.judgement(enough))
		}
		if nameless {
			tally.Judge(model.Ref{Kind: "log", ID: "nameless", Name: "Sign-ins without a user"}, model.Unknown, "sign-ins that name no user may be an administrator's")
		}
		judged := all.sure()
		if len(people) > 0 && judged < 5 && complete {
			return assess.Unknown(model.NothingToJudge, "Only %d successful sign-ins of Tier 0 users were seen in %s; fewer than 5 decide nothing.",
				judged, log.SignedIn.Text()).Observed(), nil
		}
		return log.Conclude(tally, model.SignIns.Name(), log.SignedIn, fmt.Sprintf("%d successful sign-ins of Tier 0 users", judged)), nil
	},
}

// share counts events that have a property and events that lack it, at the least
// and at the most.
type share struct{ good, bad, goodMost, badMost, known int }

func (s *share) add(belongs, good model.Truth) {
	if belongs == model.False {
		return
	}
	if belongs == model.True {
		s.known++
	}
	switch {
	case good != model.False && good != model.True:
		s.goodMost++
		s.badMost++
	case good == model.True && belongs == model.True:
		s.good++
		s.goodMost++
	case good == model.True:
		s.goodMost++
	case belongs == model.True:
		s.bad++
		s.badMost++
	default:
		s.badMost++
	}
}

// sure is how many events belong for certain.
func (s share) sure() int { return s.known }

// atLeast says whether a part of the events, or more, has the property.
func (s share) atLeast(part float64) model.Truth {
	switch {
	case float64(s.good) >= part*float64(s.good+s.badMost):
		return model.True
	case float64(s.goodMost) < part*float64(s.goodMost+s.bad):
		return model.False
	}
	return model.Unknown
}

// signInsOf is what one user's sign-ins say.
type signInsOf struct {
	kit.Holder
	exempt, met model.Truth
	count, bad  int
	examples    []string
	evidence    []model.Evidence
}

func (of *signInsOf) add(s activity.SignIn, belongs, good model.Truth) {
	of.count++
	met := model.Or(belongs.Not(), good)
	of.met = model.And(of.met, met)
	if met == model.False {
		of.bad++
	}
	if met != model.True && len(of.examples) < shown {
		of.examples = append(of.examples, signInText(s))
		of.evidence = append(of.evidence, s.Evidence("/deviceDetail", s.Device.Name))
	}
}

func (of signInsOf) judgement(enough model.Truth) assess.Judgement {
	detail := fmt.Sprintf("%s, all from managed devices", counted(of.count))
	switch {
	case of.exempt == model.True:
		detail = "declared break glass; its sign-ins are OPS-10's"
	case of.met != model.True:
		detail = fmt.Sprintf("%d of %s not from a managed and compliant device; for instance %s", of.bad, counted(of.count), strings.Join(of.examples, "; "))
		if of.bad == 0 {
			detail = fmt.Sprintf("%s; not known of: %s", counted(of.count), strings.Join(of.examples, "; "))
		}
	}
	return assess.Judgement{Ref: of.Ref().With(of.evidence...), Met: of.met, Half: model.Or(of.met, enough), Exempt: of.exempt, Detail: detail}
}
