package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/plan"
	"github.com/privpath/privpath/assess/report"
	"github.com/privpath/privpath/graphsource"
	"github.com/privpath/privpath/internal/jobs"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
	"github.com/privpath/privpath/schema"
)

func planCommand(ctx context.Context, args []string, s streams) error {
	set := flags("plan", "[PATH…]", s)
	format := set.String("format", "text", "text or json")
	output := set.String("o", "", "write the result to this `file` instead of standard output")
	declarations := set.String("declarations", "", "read the owner's declarations from this `file`, instead of the export's own")
	steps := set.Int("steps", plan.DefaultSteps, "propose at most this many steps")
	bound := set.Int("simulations", plan.DefaultSimulations, "assess at most this many changed tenants")
	apply := set.String("apply", "", "say what the change in this `file` (schema/change.schema.json) would do, instead of proposing")
	newVeil := addRedactFlags(set)
	exports, err := parse(set, args)
	if err != nil {
		return err
	}
	if *format != "text" && *format != "json" {
		return usageError{fmt.Errorf("there is no format %q; the formats are text, json", *format)}
	}
	if *steps < 1 || *bound < 1 {
		return usageError{fmt.Errorf("-steps and -simulations are 1 or more")}
	}
	veil, err := newVeil()
	if err != nil {
		return err
	}
	src, closeSource, err := open(exports, *declarations)
	if err != nil {
		return err
	}
	defer closeSource()
	opts := plan.Options{Steps: *steps, Simulations: *bound, Assess: assess.Options{MaxMemoryBytes: memoryBound(), Permission: graphsource.Permission}}
	var document any
	var text func(io.Writer)
	if *apply != "" {
		document, text, err = applied(ctx, veil.over(src), *apply, veil, opts)
	} else {
		document, text, err = planned(ctx, veil.over(src), veil, opts)
	}
	if err != nil {
		return err
	}
	return writeOut(*output, s, func(w io.Writer, _ report.Options) error {
		if *format == "json" {
			return encode(streams{out: w}, document)
		}
		var buf bytes.Buffer
		text(&buf)
		_, err := w.Write(buf.Bytes())
		return err
	})
}

func applied(ctx context.Context, src assess.Source, file string, veil *veil, opts plan.Options) (any, func(io.Writer), error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, fmt.Errorf("-apply: %w", err)
	}
	change, err := plan.Parse(text)
	if err == nil {
		err = schema.Validate(schema.Change, text)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("-apply: %s: %w", file, err)
	}
	effect, err := plan.Judge(ctx, src, pillars.All(), change, opts)
	if err != nil {
		return nil, nil, err
	}
	redactor, err := veil.redactor()
	change, effect = hidden(redactor, change), hidden(redactor, effect)
	return effect, func(w io.Writer) { writeApplied(w, change, effect) }, err
}

func planned(ctx context.Context, src assess.Source, veil *veil, opts plan.Options) (any, func(io.Writer), error) {
	made, err := plan.Make(ctx, src, pillars.All(), opts)
	if err != nil {
		return nil, nil, err
	}
	redactor, err := veil.redactor()
	made = hidden(redactor, made)
	return made, func(w io.Writer) { writePlan(w, made) }, err
}

func writeApplied(w io.Writer, change plan.Change, e plan.Effect) {
	title := change.Title
	if title == "" {
		title = "The change"
	}
	fmt.Fprintf(w, "%s (simulated; nothing was sent)\n", report.Inert(title))
	writeStates(w, e.Before, e.After)
	writeEffect(w, e)
}

func writePlan(w io.Writer, p *plan.Plan) {
	fmt.Fprintf(w, "What to fix first: %s\n", report.Inert(p.Tenant.DisplayName))
	fmt.Fprint(w, "Each step was simulated on the export and assessed by the same engine. Nothing is sent to the tenant.\n")
	writeStates(w, p.Before, p.After)
	for i, step := range p.Steps {
		fmt.Fprintf(w, "\n%d. %s\n", i+1, report.Inert(step.Change.Title))
		writeEffect(w, step.Effect)
	}
	if len(p.Steps) == 0 {
		fmt.Fprint(w, "\nNo change that could be simulated gains anything without harm.\n")
	}
	writeAdvice(w, "Not proposed, and why", p.Withheld)
	writeAdvice(w, "To declare first", p.Advice)
	if p.Cut != "" {
		fmt.Fprintf(w, "\nCut short: %s.\n", p.Cut)
	}
	for i, step := range p.Steps {
		fmt.Fprintf(w, "\n# Step %d: %s\n", i+1, report.Inert(step.Change.Title))
		for _, r := range step.Requests {
			fmt.Fprint(w, jobs.PowerShell(r))
		}
	}
}

func writeAdvice(w io.Writer, title string, list []plan.Advice) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", title)
	for _, a := range list {
		fmt.Fprintf(w, "  %s\n    %s\n", report.Inert(a.Title), report.Inert(a.Why))
	}
}

func writeStates(w io.Writer, before, after plan.State) {
	fmt.Fprintf(w, "  score %d %% %s -> %d %% %s\n ", before.Score, before.Band, after.Score, after.Band)
	for _, pillar := range model.Pillars() {
		fmt.Fprintf(w, " %s %d -> %d", pillar, before.Levels[pillar], after.Levels[pillar])
		if pillar != model.Validation {
			fmt.Fprint(w, ",")
		}
	}
	fmt.Fprintln(w)
}

func writeEffect(w io.Writer, e plan.Effect) {
	fmt.Fprintf(w, "   closes %d places and stops %d attackers; opens %d places and lets in %d attackers\n", e.Closed, e.Stopped, e.Opened, e.Let)
	fmt.Fprintf(w, "   levels %+d, score %+d\n", e.Levels(), e.After.Score-e.Before.Score)
	for _, list := range []struct {
		title string
		ids   []string
	}{{"now passes", e.Met}, {"no longer holds", e.Lost}, {"LOCKED OUT", e.Lockout.Loses}} {
		if len(list.ids) > 0 {
			fmt.Fprintf(w, "   %s: %s\n", list.title, report.Inert(strings.Join(list.ids, ", ")))
		}
	}
	verdict := "safe"
	if !e.Lockout.Safe {
		verdict = "NOT SAFE"
	}
	fmt.Fprintf(w, "   lock-out check: %s; %s\n", verdict, report.Inert(e.Lockout.Why))
}
