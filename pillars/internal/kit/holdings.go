package kit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// AccessNeeds is what [JudgeHoldings] requires.
var AccessNeeds = []assess.Dependency{facts.Access, facts.Tier0, assess.BreakGlass}

// UnmanagedDevices are those that an attacker has: one without an identity, and
// one that they registered.
var UnmanagedDevices = []string{access.DeviceUnmanaged, access.DeviceRegistered}

// HoldingAnswer is what a control finds about one Tier 0 holding.
type HoldingAnswer struct {
	Met, Half model.Truth
	// Aside says that the control does not speak of the holding; Skip that there
	// is not even reason to say so.
	Aside, Skip bool
	Detail      string
	Evidence    []model.Evidence
	// Needs says what would settle an unknown.
	Needs []model.Gap
}

// Barred judges a way that must not be there: met where the engine finds none.
// It names the weakest way and the policy that comes closest to closing it, or
// what would settle an unknown; good is what is said where there is none.
func Barred(a access.Answer, good string) HoldingAnswer {
	answer := HoldingAnswer{Met: a.Verdict.Not(), Half: a.Verdict.Not(), Detail: good}
	switch {
	case a.Verdict == model.True && a.Witness != nil:
		answer.Detail = a.Witness.Explanation
		for i, line := range a.Witness.Because {
			answer.Evidence = append(answer.Evidence, line.Evidence...)
			if i == 0 {
				answer.Detail += fmt.Sprintf(" Policy %q: %s.", line.Name, line.Why)
			}
		}
	case a.Verdict == model.Unknown:
		answer.Detail = "not known"
		for _, n := range a.Needs {
			answer.Needs = append(answer.Needs, model.Gap{Dataset: n.Dataset, Reason: n.Reason, Detail: n.Detail})
		}
		if len(a.Needs) > 0 {
			answer.Detail += ": " + cmp.Or(a.Needs[0].Detail, a.Needs[0].Dataset+" was not read")
		}
	}
	return answer
}

// Both joins two answers about one holding: both must be met, and the worse one
// speaks, or both where neither is.
func Both(a, b HoldingAnswer) HoldingAnswer {
	if b.grade() < a.grade() {
		a, b = b, a
	}
	if b.Met == model.False {
		a.Detail += " " + b.Detail
		a.Evidence = withEvidence(a.Evidence, b.Evidence...)
	}
	a.Met, a.Half = model.And(a.Met, b.Met), model.And(a.Half, b.Half)
	a.Needs = append(slices.Clone(a.Needs), b.Needs...)
	return a
}

// grade orders answers from the worst to the best.
func (a HoldingAnswer) grade() int {
	switch {
	case a.Half == model.False:
		return 0
	case a.Half == model.Unknown:
		return 1
	case a.Met == model.False:
		return 2
	case a.Met == model.Unknown:
		return 3
	}
	return 4
}

// AskWithout asks the engine for a way that does without some obligations. A
// control that nobody can see into (a custom control, a strength that was not
// exported) may ask for them: a way that rests on one is not known to be open.
func AskWithout(e *access.Engine, h principals.Holding, q access.Question) access.Answer {
	a := e.Query(h, q)
	var hidden []access.Obligation
	for _, set := range a.Requires {
		for _, o := range set {
			if o.Other() && !slices.Contains(hidden, o) {
				hidden = append(hidden, o)
			}
		}
	}
	if a.Verdict != model.True || len(hidden) == 0 {
		return a
	}
	q.Without = append(slices.Clone(q.Without), hidden...)
	if sure := e.Query(h, q); sure.Verdict == model.True {
		return sure
	}
	a.Verdict = model.Unknown
	a.Needs = append(a.Needs, hiddenNeed(hidden[0]))
	return a
}

// hiddenNeed says what a control keeps us from knowing.
func hiddenNeed(o access.Obligation) model.Need {
	if o == access.OtherControl("authenticationStrength") {
		return model.Need{Dataset: model.AuthenticationStrengths.Name(), Reason: model.Unresolved,
			Detail: "which methods an authentication strength allows is not known"}
	}
	return model.Need{Dataset: model.ConditionalAccessPolicies.Name(), Reason: model.NotInAPI,
		Detail: fmt.Sprintf("what the control %q asks for is decided outside Entra ID", strings.TrimPrefix(string(o), "other:"))}
}

// JudgeHoldings asks about every Tier 0 holding and gives a tally with one
// judgement a principal: every role must be met, and the worst one speaks. A
// break-glass account's permanent assignment is exempt, and so is whoever no
// policy for users can reach; with nobody else, none is the verdict.
func JudgeHoldings(p *assess.Pass, words assess.Words, none string, ask func(*access.Engine, principals.Holding) HoldingAnswer) (*assess.Tally, error) {
	engine, err := assess.Value(p, facts.Access)
	if err != nil {
		return nil, err
	}
	if _, err := assess.Value(p, facts.Tier0); err != nil { // its gaps count
		return nil, err
	}
	emergency, err := assess.Value(p, assess.BreakGlass)
	if err != nil {
		return nil, err
	}
	all := judgedHolders{of: map[judgedKey]*judged{}}
	holdings := engine.Holdings()
	for _, h := range holdings {
		exempt := facts.EmergencyHolding(h, emergency)
		answer := answerFor(engine, h, ask)
		switch {
		case answer.Skip:
			continue
		case answer.Aside:
			exempt = model.True
		case exempt == model.True:
			answer = HoldingAnswer{Detail: "declared break glass, which policies leave alone on purpose"}
		}
		all.gather(h, exempt, answer)
	}
	tally := p.Tally(words)
	if len(holdings) > 0 {
		tally.None(assess.NotApplicable("%s", none))
	}
	for _, j := range all.list {
		tally.Add(j.judgement())
	}
	return tally, nil
}

// answerFor asks where there is somebody to ask about.
func answerFor(e *access.Engine, h principals.Holding, ask func(*access.Engine, principals.Holding) HoldingAnswer) HoldingAnswer {
	switch {
	case h.Principal.Kind == principals.KindServicePrincipal:
		return HoldingAnswer{Aside: true, Detail: "a workload identity: policies for users do not reach it, FND-18 judges it"}
	case h.Principal.Dangling == model.True:
		return HoldingAnswer{Aside: true, Detail: "no object has this id: nobody signs in with it"}
	case h.Principal.Kind == principals.KindGroup:
		return HoldingAnswer{Detail: "the members of the group are not known"}
	case h.Principal.Kind == principals.KindUnknown:
		return HoldingAnswer{Detail: NotExported}
	}
	return ask(e, h)
}

// judged is a principal with what was found about its roles.
type judged struct {
	principal principals.Principal
	exempt    model.Truth
	aside     bool
	critical  bool
	answer    HoldingAnswer // the worst
	role      string        // its role
	worse     int           // how many more roles are not met
	evidence  []model.Evidence
}

// judgedHolders are principals in the order of their first holding.
type judgedHolders struct {
	list []*judged
	of   map[judgedKey]*judged
}

// judgedKey tells apart what stands apart: a principal, exempt or not.
type judgedKey struct {
	id     string // folded
	exempt model.Truth
	aside  bool
}

// gather joins a holding's answer to that of its principal. Holdings that may be
// exempt stand apart from those that are not: an account counts once among those
// that may be break glass.
func (all *judgedHolders) gather(h principals.Holding, exempt model.Truth, answer HoldingAnswer) {
	key := judgedKey{model.FoldID(h.Principal.ID), exempt, answer.Aside}
	j, ok := all.of[key]
	if !ok {
		j = &judged{principal: h.Principal, exempt: exempt, aside: answer.Aside, critical: Critical(h.Role.ID),
			answer: answer, role: h.Role.Name, evidence: withEvidence(nil, h.Evidence...)}
		all.of[key], all.list = j, append(all.list, j)
		return
	}
	j.critical = j.critical || Critical(h.Role.ID)
	j.evidence = withEvidence(j.evidence, h.Evidence...)
	met, half := model.And(j.answer.Met, answer.Met), model.And(j.answer.Half, answer.Half)
	if j.answer.Met != model.True && answer.Met != model.True {
		j.worse++
	}
	needs := append(slices.Clone(j.answer.Needs), answer.Needs...)
	if answer.grade() < j.answer.grade() {
		j.answer, j.role = answer, h.Role.Name
	}
	j.answer.Met, j.answer.Half, j.answer.Needs = met, half, needs
}

func (j *judged) judgement() assess.Judgement {
	detail := j.role + ": " + j.answer.Detail
	if j.worse > 0 && !j.aside {
		detail += fmt.Sprintf(" (and %d more of its holdings)", j.worse)
	}
	return assess.Judgement{Ref: j.principal.Ref().With(withEvidence(j.evidence, j.answer.Evidence...)...),
		Met: j.answer.Met, Half: j.answer.Half, Exempt: j.exempt, Critical: j.critical, Detail: detail, Needs: j.answer.Needs}
}

// withEvidence adds what does not point where something already does.
func withEvidence(list []model.Evidence, more ...model.Evidence) []model.Evidence {
	list = slices.Clone(list)
	for _, e := range more {
		if !slices.ContainsFunc(list, func(o model.Evidence) bool { return o.File == e.File && o.Pointer == e.Pointer }) {
			list = append(list, e)
		}
	}
	return list
}
