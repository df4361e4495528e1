package facts

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/activity"
	"github.com/privpath/privpath/model"
)

// signIns keeps of every sign-in what joins need, while the log streams by.
var signIns = &assess.Folding[model.SignIn, activity.Reader]{
	ID: "signIns", Of: model.SignIns,
	New:  func() *activity.Reader { return &activity.Reader{} },
	Each: (*activity.Reader).Read,
}

// Observation is what happened in the tenant: sign-ins, the directory's audits,
// and the activations of directory roles.
type Observation struct {
	*activity.Log
	// Activations lists what PIM's requests say, as far as they were read.
	Activations []activity.Activation
	// Requested says how much of PIM's requests was read.
	Requested model.Coverage
	// SignedIn and Audited say what time the two logs cover.
	SignedIn, Audited activity.Window
	// From and To bound what is observed: [activity.Observed] up to the time of
	// the assessment.
	From, To time.Time
}

// Activity is the fact of what happened, joined once. Reading it adds no gap: a
// control judges the logs that it rests on ([Observation.JudgeLog]).
var Activity = &assess.Fact[*Observation]{
	ID:       "activity",
	Requires: []assess.Dependency{signIns, model.DirectoryAudits, model.RoleRequests},
	Compute: func(p *assess.Pass) (*Observation, error) {
		signedIn := assess.Folded(p, signIns)
		audits := assess.Rows(p, model.DirectoryAudits)
		requests := assess.Rows(p, model.RoleRequests)
		collected := p.Tenant().Info().CollectedAt
		o := &Observation{Requested: requests.Coverage(), From: p.AsOf().Add(-activity.Observed), To: p.AsOf()}
		o.Log = activity.NewLog(signedIn, audits.Each())
		o.Activations = activity.Activations(listed(requests), requests.Coverage().State == model.Complete)
		o.SignedIn = activity.LogWindow(signedIn.Times(),
			model.RowsOf(p.Tenant(), model.SignIns, nil).Coverage(), collected)
		o.Audited = activity.LogWindow(times(audits.Each(), func(a *model.DirectoryAudit) time.Time { return activity.Instant(a.ActivityDateTime) }),
			audits.Coverage(), collected)
		return o, nil
	},
}

// listed copies records into a list of just their size: grown step by step, a large
// one would be held several times over.
func listed[T any](rows model.Rows[T]) []T {
	return slices.AppendSeq(make([]T, 0, rows.Len()), rows.All())
}

func times[T any](records iter.Seq[T], at func(T) time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for r := range records {
			if !yield(at(r)) {
				return
			}
		}
	}
}

// Within says whether an instant lies in what is observed.
func (o *Observation) Within(t time.Time) model.Truth {
	if t.IsZero() {
		return model.Unknown
	}
	return model.Of(!t.Before(o.From) && !t.After(o.To))
}

// JudgeLog puts a log beside the subjects of a tally: with the time that it
// covers and the size of the sample, and as something not known where it does not
// cover all of what is observed, so that nothing passes on a part of it.
func (o *Observation) JudgeLog(tally *assess.Tally, dataset string, log activity.Window, sample string) {
	j := assess.Judgement{Ref: model.Ref{Kind: "log", ID: dataset, Name: dataset}, Exempt: model.True, Detail: log.Text() + "; " + sample}
	if !o.covered(log) {
		reason, detail := log.Coverage.Reason, log.Coverage.Detail
		if log.Coverage.State == model.Complete {
			reason, detail = model.Truncated, fmt.Sprintf("the log must cover %s to %s; it covers %s",
				o.From.Format(time.DateOnly), o.To.Format(time.DateOnly), log.Text())
		}
		j.Exempt, j.Needs = model.False, []model.Gap{{Dataset: dataset, Reason: reason, Detail: detail}}
	}
	tally.Add(j)
}

// Conclude decides a tally by [assess.Tally.Every] with the log beside it. A
// counter-example stays one however short the log is, and is then not counted
// together with it.
func (o *Observation) Conclude(tally *assess.Tally, dataset string, log activity.Window, sample string) assess.Verdict {
	if !o.covered(log) && tally.Every().Status() == model.StatusFail {
		tally.Add(assess.Judgement{Ref: model.Ref{Kind: "log", ID: dataset, Name: dataset}, Exempt: model.True, Detail: log.Text() + "; " + sample})
	} else {
		o.JudgeLog(tally, dataset, log, sample)
	}
	return tally.Every().Observed()
}

func (o *Observation) covered(log activity.Window) bool {
	return log.Spans(o.From, o.To.Add(-activity.Slack)) == model.True
}
