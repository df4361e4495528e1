package activity

import (
	"fmt"
	"iter"
	"time"

	"github.com/privpath/privpath/model"
)

// Observed is how far back (28 days) a control looks. Entra ID keeps sign-ins and
// audits for 30 days with a premium licence: two days are left between the export
// and the oldest record of it.
//
// Source: learn.microsoft.com/entra/identity/monitoring-health/reference-reports-data-retention.
const Observed = 28 * 24 * time.Hour

// Slack is how much older than the assessment the end of a log may be: a day.
const Slack = 24 * time.Hour

// Window is the time that an exported log covers.
type Window struct {
	// First and Last bound it, both included; zero where that is not known.
	First, Last time.Time
	// Count is how many records were read.
	Count int
	// Undated is how many of them tell no time.
	Undated int
	// Coverage says how much of the log was read.
	Coverage model.Coverage
}

// LogWindow gives the window of a log from the times of its records, what its
// manifest states, and when the export was collected. A log with gaps covers
// nothing for certain, but keeps its bounds.
func LogWindow(times iter.Seq[time.Time], coverage model.Coverage, collected time.Time) Window {
	w := Window{First: coverage.From.UTC(), Last: coverage.To.UTC(), Coverage: coverage}
	for t := range times {
		w.Count++
		switch {
		case t.IsZero():
			w.Undated++
		case w.First.IsZero() || coverage.From.IsZero() && t.Before(w.First):
			w.First = t
		}
		if coverage.To.IsZero() && t.After(w.Last) {
			w.Last = t
		}
	}
	if coverage.To.IsZero() && collected.After(w.Last) && !w.First.IsZero() {
		w.Last = collected.UTC() // a complete log ends with the export
	}
	return w
}

// Spans says whether the log covers every instant from one time to another: not
// known unless it was read in full.
func (w Window) Spans(from, to time.Time) model.Truth {
	if w.First.IsZero() || w.First.After(from) || w.Last.Before(to) || w.Coverage.State != model.Complete {
		return model.Unknown
	}
	return model.True
}

// Text says the bounds and the size of the sample for a person.
func (w Window) Text() string {
	if w.First.IsZero() {
		return fmt.Sprintf("%d records without a time", w.Count)
	}
	return fmt.Sprintf("%s to %s, %d records", w.First.Format(time.DateOnly), w.Last.Format(time.DateOnly), w.Count)
}
