package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/report"
	"github.com/privpath/privpath/graphsource"
	"github.com/privpath/privpath/internal/jobs"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

// sampleTenant is what assess shows when it is given no path.
const sampleTenant = "pim-only"

func assessCommand(ctx context.Context, args []string, s streams) error {
	set := flags("assess", "[PATH…]", s)
	format := set.String("format", "text", "how to write the result: "+formatNames())
	output := set.String("o", "", "write the result to this `file` instead of standard output")
	declarations := set.String("declarations", "", "read the owner's declarations from this `file`, instead of the export's own")
	asOf := set.String("as-of", "", "assess as of this `time`, such as 2026-11-01 or 2026-11-01T09:00:00Z; default: when the export was collected")
	failOn := set.String("fail-on", "", "exit with status 3 when a finding has this status (fail, partial, unknown, …), fails with this severity or worse (critical, high, medium, low),\nor when a control with this id or pattern does not pass; several joined by commas")
	only := set.String("controls", "*", "assess only the controls whose id matches this `pattern`, such as 'ISO-*'; several joined by commas")
	newVeil := addRedactFlags(set)
	previous := set.String("previous", "", "an earlier assessment of the tenant (`file`, JSON); several joined by commas")
	online := set.Bool("live", false, "assess the live tenant through Microsoft Graph, without a file between")
	graph := addLiveFlags(set)
	paths, err := parse(set, args)
	if err != nil {
		return err
	}
	writer, err := report.Lookup(*format)
	if err != nil {
		return usageError{err}
	}
	controls, err := selected(*only)
	if err != nil {
		return usageError{err}
	}
	gate, err := parseFailOn(*failOn, controls)
	if err != nil {
		return usageError{err}
	}
	opts := assess.Options{MaxMemoryBytes: memoryBound(), Permission: graphsource.Permission}
	if *asOf != "" {
		if opts.AsOf, err = timeOf(*asOf); err != nil {
			return usageError{fmt.Errorf("-as-of: %w", err)}
		}
	}
	if opts.Previous, err = readPrevious(*previous); err != nil {
		return err
	}
	src, closeSource, err := graph.openEither(*online, paths, *declarations, s)
	if err != nil {
		return err
	}
	defer closeSource()
	veil, err := newVeil()
	if err != nil {
		return err
	}
	show, done := progress(s)
	opts.Progress = show
	result, err := assess.Run(ctx, veil.over(src), controls, opts)
	done()
	if err == nil {
		result, err = veil.redact(result)
	}
	if err != nil {
		return err
	}
	if len(paths) == 0 && !*online {
		fmt.Fprintf(s.err, "This is the built-in sample tenant %q. Assess your own export: privpath assess PATH\n\n", sampleTenant)
	}
	if err := write(*output, s, writer, result); err != nil {
		return err
	}
	return gate(result)
}

// selected picks the controls whose id matches one of the patterns.
func selected(patterns string) ([]*assess.Control, error) {
	var controls []*assess.Control
	for _, c := range pillars.All() {
		for pattern := range strings.SplitSeq(patterns, ",") {
			matched, err := path.Match(strings.ToUpper(strings.TrimSpace(pattern)), c.ID)
			if err != nil {
				return nil, fmt.Errorf("-controls: %q is not a pattern", pattern)
			}
			if matched {
				controls = append(controls, c)
				break
			}
		}
	}
	if len(controls) == 0 {
		return nil, fmt.Errorf("-controls: no control matches %q; `privpath controls` lists them", patterns)
	}
	return controls, nil
}

// parseFailOn gives the test behind -fail-on: a list of statuses, severities and
// patterns of control ids. A pattern must match a control of this run, so that no
// gate stands open because of a slip of the pen.
func parseFailOn(list string, controls []*assess.Control) (func(*model.Assessment) error, error) {
	var hits []func(model.Finding) bool
	for word := range strings.SplitSeq(list, ",") {
		word = strings.TrimSpace(word)
		if word == "" {
			continue
		}
		hit, err := failOn(word, controls)
		if err != nil {
			return nil, err
		}
		hits = append(hits, hit)
	}
	return func(a *model.Assessment) error {
		var met []string
		for _, f := range a.Findings {
			if slices.ContainsFunc(hits, func(hit func(model.Finding) bool) bool { return hit(f) }) {
				met = append(met, f.Control)
			}
		}
		if len(met) > 0 {
			return fmt.Errorf("%w by %s", errMet, strings.Join(met, ", "))
		}
		return nil
	}, nil
}

// failOn is the test behind one word of -fail-on. A control that is named must
// pass or not apply: one that is not decided does not.
func failOn(word string, controls []*assess.Control) (func(model.Finding) bool, error) {
	status, severity := model.Status(word), model.Severity(word)
	switch {
	case slices.Contains(model.Statuses(), status):
		return func(f model.Finding) bool { return f.Status == status }, nil
	case slices.Contains(model.Severities(), severity):
		return func(f model.Finding) bool {
			return f.Status == model.StatusFail && f.Severity.Rank() <= severity.Rank()
		}, nil
	}
	pattern := strings.ToUpper(word)
	if !slices.ContainsFunc(controls, func(c *assess.Control) bool { return matches(pattern, c.ID) }) {
		return nil, fmt.Errorf("-fail-on: %q is neither a status nor a severity, and no control of this run has such an id", word)
	}
	return func(f model.Finding) bool {
		return matches(pattern, f.Control) && f.Status != model.StatusPass && f.Status != model.StatusNotApplicable
	}, nil
}

func matches(pattern, id string) bool {
	matched, err := path.Match(pattern, id)
	return err == nil && matched
}

// formatNames lists the formats for a person.
func formatNames() string {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

// write puts an assessment where [writeOut] does.
func write(file string, s streams, format report.Format, a *model.Assessment) error {
	return writeOut(file, s, func(w io.Writer, opts report.Options) error {
		opts.Expected = jobs.Expected(a)
		return format.Write(w, a, opts)
	})
}

// writeOut puts a result to standard output, or into a file as [writeFile] does.
func writeOut(file string, s streams, result func(io.Writer, report.Options) error) error {
	if file == "" {
		return result(s.out, report.Options{Color: s.outTTY})
	}
	return writeFile(file, func(w io.Writer) error { return result(w, report.Options{}) })
}

// progress shows each step on a terminal and nothing elsewhere. done clears it.
func progress(s streams) (show func(model.Progress), done func()) {
	if !s.errTTY {
		return nil, func() {}
	}
	show = func(p model.Progress) {
		count := ""
		if p.Total > 0 {
			count = fmt.Sprintf(" %d/%d", p.Done, p.Total)
		}
		fmt.Fprintf(s.err, "\r\x1b[K%s%s %s", p.Stage, count, p.Name)
	}
	return show, func() { fmt.Fprint(s.err, "\r\x1b[K") }
}

func readPrevious(files string) ([]assess.PreviousRun, error) {
	var runs []assess.PreviousRun
	for file := range strings.SplitSeq(files, ",") {
		if file == "" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("-previous: %w", err)
		}
		earlier, err := decodeAssessment(text)
		if err != nil {
			return nil, fmt.Errorf("-previous: %s: %w", file, err)
		}
		runs = append(runs, assess.Earlier(earlier))
	}
	return runs, nil
}

// timeOf reads a time, or a date as its first moment in UTC.
func timeOf(text string) (time.Time, error) {
	for _, form := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(form, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time such as 2026-11-01 or 2026-11-01T09:00:00Z", text)
}
