package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/diff"
	"github.com/privpath/privpath/assess/report"
	"github.com/privpath/privpath/graphsource"
	"github.com/privpath/privpath/internal/jobs"
	"github.com/privpath/privpath/model"
)

func diffCommand(ctx context.Context, args []string, s streams) error {
	set := flags("diff", "OLD NEW", s)
	format := set.String("format", "text", "how to write the result: text, json, markdown, sarif (the new findings with baseline states)")
	output := set.String("o", "", "write the result to this `file` instead of standard output")
	failOn := set.String("fail-on", "", "exit with status 3 when there is one of these, several joined by commas:\n"+gateHelp())
	prove := set.Bool("prove", true, "of two exports, prove which change moved the reach, by undoing each in turn")
	newVeil := addRedactFlags(set)
	force := set.Bool("force", false, "compare even what is of two tenants")
	paths, err := parse(set, args)
	if err != nil {
		return err
	}
	if len(paths) != 2 {
		return usageError{errors.New("diff needs two arguments, OLD and NEW: each an assessment (JSON) or an export")}
	}
	writer, err := diffWriter(*format)
	if err != nil {
		return usageError{err}
	}
	gate, err := parseGate(*failOn)
	if err != nil {
		return usageError{err}
	}
	veil, err := newVeil()
	if err != nil {
		return err
	}
	before, err := openSide(ctx, paths[0], veil, s)
	if err != nil {
		return err
	}
	now, err := openSide(ctx, paths[1], veil, s)
	if err != nil {
		return err
	}
	d := jobs.Compare(before, now)
	if d.Has(diff.OtherTenant) && !*force {
		return fmt.Errorf("%s and %s are of two tenants, %q and %q. (Redacted ones only compare when the same -redact-key made their pseudonyms.) -force compares them nevertheless",
			paths[0], paths[1], before.Assessment.Tenant.ID, now.Assessment.Tenant.ID)
	}
	show, done := progress(s)
	err = jobs.Attribute(ctx, d, before, now, *prove, func(n, total int) {
		if show != nil {
			show(model.Progress{Stage: "prove", Name: "which change moved the reach", Done: int64(n), Total: int64(total)})
		}
	})
	done()
	if err != nil {
		return err
	}
	redactor, err := veil.redactor(before.Assessment, now.Assessment)
	if err != nil {
		return err
	}
	d, old, current := hidden(redactor, d), hidden(redactor, before.Assessment), hidden(redactor, now.Assessment)
	if err := writeOut(*output, s, func(w io.Writer, opts report.Options) error {
		return writer(w, d, old, current, opts)
	}); err != nil {
		return err
	}
	return gate(d)
}

// openSide reads an assessment, or assesses an export.
func openSide(ctx context.Context, path string, veil *veil, s streams) (jobs.Side, error) {
	a, is, err := readAssessment(path)
	if is || err != nil {
		return jobs.Side{Assessment: a}, err
	}
	src, closeSource, err := open([]string{path}, "")
	if err != nil {
		return jobs.Side{}, err
	}
	defer closeSource()
	show, done := progress(s)
	read, err := jobs.Assess(ctx, veil.over(src), assess.Options{MaxMemoryBytes: memoryBound(), Permission: graphsource.Permission, Progress: show})
	done()
	if err != nil {
		return jobs.Side{}, fmt.Errorf("%s: %w", path, err)
	}
	return read, nil
}

// readAssessment reads a file that is an assessment, and says whether it is one: a
// JSON object that speaks of a schemaVersion, which no export does.
func readAssessment(path string) (a *model.Assessment, is bool, err error) {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		return nil, false, err
	}
	if strings.EqualFold(filepath.Ext(path), ".zip") {
		return nil, false, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, false, err
	}
	if !isAssessment(text) {
		return nil, false, nil
	}
	if a, err = decodeAssessment(text); err != nil {
		return nil, true, fmt.Errorf("%s: %w", path, err)
	}
	return a, true, nil
}

// isAssessment looks for the first property of an assessment near the start, so
// that one that was cut off is refused as such, and else for the property anywhere
// in the document.
func isAssessment(text []byte) bool {
	if bytes.Contains(text[:min(len(text), 512)], []byte(`"schemaVersion"`)) {
		return true
	}
	var document struct {
		SchemaVersion *string `json:"schemaVersion"`
	}
	return json.Unmarshal(text, &document) == nil && document.SchemaVersion != nil
}

// diffWriter finds the way to write a diff.
func diffWriter(format string) (func(io.Writer, *diff.Diff, *model.Assessment, *model.Assessment, report.Options) error, error) {
	if format == "sarif" {
		return func(w io.Writer, d *diff.Diff, before, now *model.Assessment, _ report.Options) error {
			return diff.SARIF(w, d, before, now)
		}, nil
	}
	f, err := diff.Lookup(format)
	if err != nil {
		return nil, fmt.Errorf("%w, sarif", err)
	}
	return func(w io.Writer, d *diff.Diff, _, _ *model.Assessment, opts report.Options) error {
		return f.Write(w, d, opts)
	}, nil
}

func gateHelp() string {
	var lines []string
	for _, g := range diff.Gates() {
		lines = append(lines, g.Name+": "+g.Description)
	}
	return strings.Join(lines, "\n")
}

// parseGate gives the test behind -fail-on.
func parseGate(list string) (func(*diff.Diff) error, error) {
	var gates []diff.Gate
	for word := range strings.SplitSeq(list, ",") {
		if word = strings.TrimSpace(word); word == "" {
			continue
		}
		i := slices.IndexFunc(diff.Gates(), func(g diff.Gate) bool { return g.Name == word })
		if i < 0 {
			return nil, fmt.Errorf("-fail-on: there is no %q; there are\n%s", word, gateHelp())
		}
		gates = append(gates, diff.Gates()[i])
	}
	return func(d *diff.Diff) error {
		var met []string
		for _, g := range gates {
			if by := g.Met(d); len(by) > 0 {
				met = append(met, g.Name+" ("+strings.Join(by, ", ")+")")
			}
		}
		if len(met) > 0 {
			return fmt.Errorf("%w by %s", errMet, strings.Join(met, "; "))
		}
		return nil
	}, nil
}
