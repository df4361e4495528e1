package assess

import (
	"cmp"
	"math"
	"slices"

	"github.com/privpath/privpath/model"
)

// score fills in everything that follows from the findings: coverage, maturity,
// domains and the headline.
func score(a *model.Assessment, controls []*Control) {
	a.Coverage = coverage(a.Findings)
	for _, pillar := range model.Pillars() {
		a.Pillars = append(a.Pillars, maturity(pillar, a.Findings))
	}
	a.Domains = domains(a.Findings, controls)
	a.Headline = headline(a)
}

// coverage is the percentage of applicable controls that were decided.
func coverage(findings []model.Finding) float64 {
	applicable, decided := 0, 0
	for _, f := range findings {
		if f.Status == model.StatusNotApplicable {
			continue
		}
		applicable++
		if f.Status.Decided() {
			decided++
		}
	}
	return percent(float64(decided), float64(applicable))
}

func percent(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return math.Round(1000*part/whole) / 10
}

// optimism says how an undecided finding counts.
type optimism bool

const (
	confirmed optimism = false // undecided counts as not met
	potential optimism = true  // undecided counts as met
)

// maturity finds a pillar's level as an interval. Level 1 is always held, and no
// level can be skipped.
func maturity(pillar model.Pillar, findings []model.Finding) model.PillarScore {
	p := model.PillarScore{ID: pillar, Basis: model.ConfidenceDecided}
	p.Maturity.Confirmed = reached(pillar, findings, confirmed)
	p.Maturity.Potential = reached(pillar, findings, potential)
	for level := model.Developing; level <= p.Maturity.Confirmed; level++ {
		for _, id := range gatesOf(pillar, level, findings) {
			if f, ok := findingOf(id, findings); ok {
				p.Basis = weaker(p.Basis, f.Confidence)
			}
		}
	}
	if next := p.Maturity.Confirmed + 1; next <= model.Optimised {
		p.Next = &model.NextLevel{Level: next, Missing: missing(pillar, next, findings)}
	}
	return p
}

func weaker(a, b model.Confidence) model.Confidence {
	order := []model.Confidence{model.ConfidenceDecided, model.ConfidenceObserved, model.ConfidenceAttested}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

func reached(pillar model.Pillar, findings []model.Finding, how optimism) model.Level {
	level := model.Initial
	for level < model.Optimised && met(pillar, level+1, findings, how) {
		level++
	}
	return level
}

// met reports whether a pillar meets a level: every gate passes or does not
// apply, at least one gate passes, and the level's other controls earn 80 % of
// their weight.
func met(pillar model.Pillar, level model.Level, findings []model.Finding, how optimism) bool {
	passed := 0
	for _, id := range gatesOf(pillar, level, findings) {
		switch f, _ := findingOf(id, findings); gateState(f, level, how) {
		case model.StatusPass:
			passed++
		case model.StatusNotApplicable:
		default:
			return false
		}
	}
	earned, whole := credit(pillar, level, findings, how)
	return passed > 0 && (whole == 0 || earned/whole >= nonGateShare)
}

// gateState reduces a gate's finding to pass, not applicable, or neither. The
// zero finding stands for a gate that the run did not include.
func gateState(f model.Finding, level model.Level, how optimism) model.Status {
	switch {
	case f.Status == model.StatusPartial && partialMeets[f.Control] == level:
		return model.StatusPass
	case !f.Status.Decided() && how == potential:
		return model.StatusPass
	}
	return f.Status
}

func credit(pillar model.Pillar, level model.Level, findings []model.Finding, how optimism) (earned, whole float64) {
	for _, f := range findings {
		if f.Pillar != pillar || f.Level != level || f.Gate || f.Status == model.StatusNotApplicable {
			continue
		}
		weight := weights[f.Severity]
		whole += weight
		if !f.Status.Decided() && how == potential {
			earned += weight
			continue
		}
		earned += weight * credits[f.Status]
	}
	return earned, whole
}

// gatesOf lists the framework's gates of a level and those that the caller's own
// controls add.
func gatesOf(pillar model.Pillar, level model.Level, findings []model.Finding) []string {
	ids := slices.Clone(gates[pillar][level])
	for _, f := range findings {
		if f.Pillar == pillar && f.Level == level && f.Gate && !slices.Contains(ids, f.Control) {
			ids = append(ids, f.Control)
		}
	}
	return ids
}

func findingOf(id string, findings []model.Finding) (model.Finding, bool) {
	for _, f := range findings {
		if f.Control == id {
			return f, true
		}
	}
	return model.Finding{Control: id}, false
}

// missing lists the controls that keep a pillar from a level.
func missing(pillar model.Pillar, level model.Level, findings []model.Finding) []string {
	ids := []string{}
	for _, id := range gatesOf(pillar, level, findings) {
		f, _ := findingOf(id, findings)
		if s := gateState(f, level, confirmed); s != model.StatusPass && s != model.StatusNotApplicable {
			ids = append(ids, id)
		}
	}
	if earned, whole := credit(pillar, level, findings, confirmed); whole > 0 && earned/whole < nonGateShare {
		for _, f := range findings {
			if f.Pillar == pillar && f.Level == level && !f.Gate && !slices.Contains(ids, f.Control) && f.Status != model.StatusPass && f.Status != model.StatusNotApplicable {
				ids = append(ids, f.Control)
			}
		}
	}
	return ids
}

func domains(findings []model.Finding, controls []*Control) []model.DomainScore {
	of := map[string]model.Domain{}
	for _, c := range controls {
		of[c.ID] = c.Domain
	}
	earned, whole := map[model.Domain]float64{}, map[model.Domain]float64{}
	for _, f := range findings {
		if f.Status == model.StatusNotApplicable {
			continue
		}
		whole[of[f.Control]] += weights[f.Severity]
		earned[of[f.Control]] += weights[f.Severity] * credits[f.Status]
	}
	scores := []model.DomainScore{}
	for _, d := range model.AssessmentDomains() {
		if whole[d] > 0 {
			scores = append(scores, model.DomainScore{ID: d, Percent: percent(earned[d], whole[d])})
		}
	}
	return scores
}

// headline names the weakest pillar (of equals, the one that can rise least) and
// the score with its caps. Levels are never averaged.
func headline(a *model.Assessment) model.Headline {
	h := model.Headline{Provisional: a.Coverage < provisionalBelow || len(a.Domains) < len(domainWeights)}
	weakest := slices.MinFunc(a.Pillars, func(a, b model.PillarScore) int {
		return cmp.Or(cmp.Compare(a.Maturity.Confirmed, b.Maturity.Confirmed), cmp.Compare(a.Maturity.Potential, b.Maturity.Potential))
	})
	h.WeakestPillar, h.Maturity = weakest.ID, weakest.Maturity.Confirmed
	h.Score = overall(a.Domains)
	for _, c := range caps {
		for _, id := range c.Controls {
			if f, ok := findingOf(id, a.Findings); ok && f.Status == model.StatusFail {
				h.Caps = append(h.Caps, id)
				h.Score = min(h.Score, c.AtMost)
			}
		}
	}
	for _, b := range bands {
		if h.Score >= b.From {
			h.Band = b.Name
			break
		}
	}
	return h
}

// overall is the mean of the domains weighted by their question counts, rounded
// half up.
func overall(scores []model.DomainScore) int {
	var sum, whole float64
	for _, s := range scores {
		sum += domainWeights[s.ID] * s.Percent
		whole += domainWeights[s.ID]
	}
	if whole == 0 {
		return 0
	}
	return int(math.Floor(sum/whole + 0.5))
}
