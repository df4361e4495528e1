package validation

import (
	"slices"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

const (
	driftAge  = 90 * 24 * time.Hour
	driftRuns = 3
)

// A run cannot see its own verdicts while it judges, so this control compares
// the runs before it; the next run judges this one.
var val17 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "VAL-17", Title: "Drift is watched",
		Pillar: model.Validation, Level: model.Optimised, Gate: true, Severity: model.Medium,
		Basis: model.ConfidenceObserved, Domain: model.DomainValidation, Since: "0.1.0",
		Bullets:   []model.Bullet{"V6"},
		Rationale: "A setting that was right at the audit is changed in an afternoon. Only whoever assesses again and again sees it move, and asks why.",
		Decides: "Takes the earlier assessments of this tenant of the last 90 days (privpath assess -previous FILE,FILE,FILE): there must be at least three, of different days, with their findings. " +
			"No gate may stand lower in the last of them than in an earlier one, by the order pass, partial, fail. A gate that does is explained by an exception for its control, with owner and reason, that has not expired. " +
			"A gate that a run left undecided is compared in the runs that decided it, and counts when there are two.",
		Remediation: model.Remediation{
			Summary: "Assess every month, keep the JSON of each run, and supply the last ones at the next. Mend what got worse, or record an exception with owner, reason and expiry.",
			Portal:  "Not in a portal: a job that collects and assesses at least once a month",
		},
		References: model.References{NIST80053: []string{"CA-7"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown},
	},
	Wants: []assess.Dependency{model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		runs := runsSince(p.Previous(), p.AsOf())
		if n := days(runs); n < driftRuns {
			return assess.Unknown(model.NotCollected, "Earlier assessments with findings, of %d different days within the last 90, were supplied; drift takes %d: privpath assess -previous FILE,FILE,FILE (Options.Previous).",
				n, driftRuns), nil
		}
		tally := p.Tally(assess.Words{One: "gate", Many: "gates", Good: "stand no lower than before", Bad: "stand lower than before"})
		tally.None(assess.Unknown(model.NothingToJudge, "No gate was decided by two of the earlier assessments, so there is nothing to compare."))
		declarations, _ := assess.Rows(p, model.OwnerDeclarations).Only()
		for _, gate := range gatesOf(runs) {
			met, compared, detail := drift(gate, runs)
			if met == model.False && excepted(declarations, gate, p.AsOf()) {
				met, detail = model.True, detail+", which an exception explains"
			}
			tally.Add(assess.Judgement{Ref: model.Ref{Kind: "control", ID: gate, Name: gate}, Met: met, Half: met, Exempt: model.Of(!compared), Detail: detail})
		}
		return tally.Every().Observed(), nil
	},
}

// runsSince lists the earlier runs of the window that hold findings, oldest
// first, each time once.
func runsSince(all []assess.PreviousRun, asOf time.Time) []assess.PreviousRun {
	runs := slices.DeleteFunc(slices.Clone(all), func(r assess.PreviousRun) bool {
		return len(r.Gates) == 0 || !r.AsOf.Before(asOf) || asOf.Sub(r.AsOf) > driftAge
	})
	sorting.Stable(runs, func(a, b assess.PreviousRun) int { return a.AsOf.Compare(b.AsOf) })
	return slices.CompactFunc(runs, func(a, b assess.PreviousRun) bool { return a.AsOf.Equal(b.AsOf) })
}

// gatesOf lists every gate that some run judged, by id.
func gatesOf(runs []assess.PreviousRun) []string {
	var ids []string
	for _, run := range runs {
		for id := range run.Gates {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// standing ranks the statuses that decide a gate; others decide nothing.
var standing = map[model.Status]int{model.StatusFail: 1, model.StatusPartial: 2, model.StatusPass: 3}

// drift compares the last run that decided a gate with the best before it; without
// one before it there is nothing to compare.
func drift(gate string, runs []assess.PreviousRun) (met model.Truth, compared bool, detail string) {
	best, last := model.Status(""), model.Status("")
	for _, run := range runs {
		status := run.Gates[gate]
		if standing[status] == 0 {
			continue
		}
		if standing[last] > standing[best] {
			best = last
		}
		last = status
	}
	switch {
	case last == "":
		return model.True, false, "no run decided it"
	case best == "":
		return model.True, false, "last " + string(last) + ", and no run before decided it"
	case standing[last] >= standing[best]:
		return model.True, true, "last " + string(last)
	}
	return model.False, true, "last " + string(last) + ", before " + string(best)
}

// days counts the days (UTC) on which there was a run: several of one day see the
// same tenant.
func days(runs []assess.PreviousRun) int {
	seen := map[string]bool{}
	for _, run := range runs {
		seen[run.AsOf.UTC().Format(time.DateOnly)] = true
	}
	return len(seen)
}

func excepted(d model.Declarations, control string, asOf time.Time) bool {
	return d.Exceptions.Is(func(list []model.Exception) bool {
		return slices.ContainsFunc(list, func(e model.Exception) bool { return e.Control == control && e.Counts(asOf) })
	}) == model.True
}
