package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"syscall/js"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/diff"
	"github.com/privpath/privpath/assess/plan"
	"github.com/privpath/privpath/assess/redact"
	"github.com/privpath/privpath/assess/report"
	"github.com/privpath/privpath/graphsource"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/internal/jobs"
	"github.com/privpath/privpath/internal/jshost"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

// jobsByName is what the page can ask for. The page cancels by ending the worker.
var jobsByName = map[string]func(call) (results, error){
	"about": about, "inventory": inventory, "assess": assessInput, "open": openSaved, "report": writeReport,
	"declarations": declarations, "compare": compare, "policies": policies, "plan": planStep, "whatIf": whatIf,
}

// call is one job that the page asks for.
type call struct {
	host host
	args js.Value
	tell func(stage, name string, done, total int64)
}

// one is a job's only document.
func one(document []byte, err error) (results, error) { return results{"json": document}, err }

func encoded(v any) (results, error) { return one(json.Marshal(v)) }

// about answers what the engine says of itself; it takes nothing.
func about(call) (results, error) {
	controls := []model.ControlInfo{}
	for _, c := range pillars.All() {
		controls = append(controls, c.ControlInfo)
	}
	type format struct {
		Name        string `json:"name"`
		Extension   string `json:"extension"`
		MediaType   string `json:"mediaType"`
		Description string `json:"description"`
	}
	formats := []format{}
	for _, f := range report.Formats() {
		formats = append(formats, format{f.Name, f.Extension, f.MediaType, f.Description})
	}
	return encoded(map[string]any{"version": assess.Version, "controls": controls, "gaps": model.Gaps(),
		"formats": formats})
}

// inventory takes {input} and answers what each file was taken for and what none of
// them holds, which takes a reading of its own: it checks every record, also those that no control needs.
func inventory(c call) (results, error) {
	counter := &byteCounter{tell: c.tell}
	src, err := c.source(c.args.Get("input"), nil, counter)
	if err != nil {
		return nil, err
	}
	counter.restart("recognise")
	files, err := src.Inventory(context.Background())
	if err != nil {
		return nil, err
	}
	listed, err := encoded(files)
	if err != nil {
		return nil, err
	}
	listed["missing"], err = json.Marshal(export.MissingFrom(files))
	return listed, err
}

// subject is what a job is about: an input with the options of its assessment.
type subject struct {
	src  assess.Source
	opts assess.Options
}

// subjectOf reads {input, options}. The options are asOf (RFC 3339), declarations
// (the text that takes the place of the export's own), previous (earlier
// assessments) and change (a simulated change).
func (c call) subjectOf(of js.Value) (subject, error) {
	options := of.Get("options")
	s := subject{opts: assess.Options{MaxMemoryBytes: mostMemory, Permission: graphsource.Permission, Progress: func(p model.Progress) {
		c.tell(p.Stage, p.Name, p.Done, p.Total)
	}}}
	var err error
	if text := options.Get("asOf"); text.Type() == js.TypeString {
		if s.opts.AsOf, err = time.Parse(time.RFC3339, text.String()); err != nil {
			return s, fmt.Errorf("the time of the assessment: %w", err)
		}
	}
	if list := options.Get("previous"); list.Type() == js.TypeObject {
		for i := range list.Length() {
			earlier, err := model.ReadAssessment(jshost.Bytes(list.Index(i)))
			if err != nil {
				return s, fmt.Errorf("the earlier assessment: %w", err)
			}
			s.opts.Previous = append(s.opts.Previous, assess.Earlier(earlier))
		}
	}
	var stated []byte
	if text := options.Get("declarations"); text.Type() == js.TypeString {
		stated = []byte(text.String())
	}
	counter := &byteCounter{tell: c.tell}
	src, err := c.source(of.Get("input"), stated, counter)
	if err != nil {
		return s, err
	}
	counter.restart("read")
	s.src = src
	if text := options.Get("change"); text.Type() == js.TypeString {
		change, err := plan.Parse([]byte(text.String()))
		if err != nil {
			return s, err
		}
		s.src = plan.Apply(src, change)
	}
	return s, nil
}

// assessInput takes {input, options} and answers the bytes that the command line
// prints with -format json.
func assessInput(c call) (results, error) {
	s, err := c.subjectOf(c.args)
	if err != nil {
		return nil, err
	}
	result, err := assess.Run(context.Background(), s.src, pillars.All(), s.opts)
	if err != nil {
		return nil, err
	}
	return one(result.JSON())
}

// openSaved takes {document} and refuses what is not an assessment in every part.
func openSaved(c call) (results, error) {
	_, err := model.ReadAssessment(jshost.Bytes(c.args.Get("document")))
	return results{}, err
}

// sideOf reads a document that was saved, or assesses an input.
func (c call) sideOf(of js.Value) (jobs.Side, error) {
	if document := of.Get("document"); document.Type() == js.TypeObject {
		a, err := model.ReadAssessment(jshost.Bytes(document))
		return jobs.Side{Assessment: a}, err
	}
	s, err := c.subjectOf(of)
	if err != nil {
		return jobs.Side{}, err
	}
	return jobs.Assess(context.Background(), s.src, s.opts)
}

// writeReport takes {document} or {input, options}, a format, and for a redacted
// report redact and perhaps the key of its pseudonyms. A redacted report of an input
// reads it again: every name that the tenant has is replaced then.
func writeReport(c call) (results, error) {
	format, err := report.Lookup(c.args.Get("format").String())
	if err != nil {
		return nil, err
	}
	side, err := c.sideOf(c.args)
	if err != nil {
		return nil, err
	}
	if c.args.Get("redact").Truthy() {
		key := bytes.TrimSpace([]byte(c.args.Get("key").String()))
		if len(key) > 0 {
			if key, err = redact.ParseKey(key); err != nil {
				return nil, fmt.Errorf("the secret for pseudonyms: %w", err)
			}
		}
		if side.Assessment, err = side.Redact(key); err != nil {
			return nil, err
		}
	}
	var text bytes.Buffer
	err = format.Write(&text, side.Assessment, report.Options{Expected: jobs.Expected(side.Assessment)})
	return results{"report": text.Bytes()}, err
}

// declarations takes {input} and answers what a first declarations.json would be
// and what the export declares already.
func declarations(c call) (results, error) {
	s, err := c.subjectOf(c.args)
	if err != nil {
		return nil, err
	}
	start, own, err := jobs.Declare(context.Background(), s.src)
	if err != nil {
		return nil, err
	}
	started, err := jobs.Indented(start)
	if err != nil {
		return nil, err
	}
	owned, err := jobs.Indented(own)
	return results{"start": started, "own": owned}, err
}

// compare takes two sides, each {document} or {input, options}, and whether to prove
// what moved the reach. The side that speaks of the earlier time is the old one. It
// answers the diff in every format.
func compare(c call) (results, error) {
	old, err := c.sideOf(c.args.Get("old"))
	if err != nil {
		return nil, err
	}
	now, err := c.sideOf(c.args.Get("now"))
	if err != nil {
		return nil, err
	}
	if now.Assessment.AsOf.Before(old.Assessment.AsOf) {
		old, now = now, old
	}
	d := jobs.Compare(old, now)
	if d.Has(diff.OtherTenant) {
		return nil, errors.New("the two are of different tenants, so there is nothing to compare. (Redacted ones only compare when the same secret made their pseudonyms.)")
	}
	err = jobs.Attribute(context.Background(), d, old, now, c.args.Get("prove").Truthy(), func(done, total int) {
		c.tell("prove", "", int64(done), int64(total))
	})
	if err != nil {
		return nil, err
	}
	return diffIn(d, old, now)
}

func diffIn(d *diff.Diff, old, now jobs.Side) (results, error) {
	found := results{}
	put := func(name string, write func(io.Writer) error) error {
		var text bytes.Buffer
		err := write(&text)
		found[name] = text.Bytes()
		return err
	}
	for _, f := range diff.Formats() {
		if err := put(f.Name, func(w io.Writer) error { return f.Write(w, d, report.Options{}) }); err != nil {
			return nil, err
		}
	}
	return found, put("sarif", func(w io.Writer) error { return diff.SARIF(w, d, old.Assessment, now.Assessment) })
}

// policies takes {input, options} and answers the Conditional Access policies.
func policies(c call) (results, error) {
	s, err := c.subjectOf(c.args)
	if err != nil {
		return nil, err
	}
	tenant, err := s.src.Load(context.Background(), []string{model.ConditionalAccessPolicies.Name()})
	if err != nil {
		return nil, err
	}
	return encoded(slices.Collect(model.RowsOf(tenant, model.ConditionalAccessPolicies, nil).All()))
}

// simulations tells how many changed tenants were assessed, which is what a search
// for steps consists of.
func (c call) simulations(opts assess.Options) assess.Options {
	var made int64
	opts.Progress = func(p model.Progress) {
		if p.Stage == "score" {
			made++
			c.tell("simulate", "", made, 0)
		}
	}
	return opts
}

// planStep takes {input, options}, where the options' change is what was taken so
// far, and answers the plan of the next step with its requests as PowerShell.
func planStep(c call) (results, error) {
	s, err := c.subjectOf(c.args)
	if err != nil {
		return nil, err
	}
	made, err := plan.Make(context.Background(), s.src, pillars.All(), plan.Options{Steps: 1, Assess: c.simulations(s.opts)})
	if err != nil {
		return nil, err
	}
	var scripts strings.Builder
	for _, step := range made.Steps {
		for _, r := range step.Requests {
			scripts.WriteString(jobs.PowerShell(r))
		}
	}
	document, err := json.Marshal(made)
	return results{"json": document, "powershell": []byte(scripts.String())}, err
}

// whatIf takes {input, options, proposal, document}: the tenant, a change that is
// not made, and the assessment of the tenant as it is. It answers the effect that
// the command line prints for the change, the assessment of the changed tenant, and
// what differs.
func whatIf(c call) (results, error) {
	change, err := plan.Parse([]byte(c.args.Get("proposal").String()))
	if err != nil {
		return nil, err
	}
	s, err := c.subjectOf(c.args)
	if err != nil {
		return nil, err
	}
	before, err := model.ReadAssessment(jshost.Bytes(c.args.Get("document")))
	if err != nil {
		return nil, err
	}
	s.opts = c.simulations(s.opts)
	ctx := context.Background()
	effect, err := plan.Judge(ctx, s.src, pillars.All(), change, plan.Options{Assess: s.opts})
	if err != nil {
		return nil, err
	}
	after, err := assess.Run(ctx, plan.Apply(s.src, change), pillars.All(), s.opts)
	if err != nil {
		return nil, err
	}
	found := results{}
	if found["effect"], err = jobs.Indented(effect); err != nil {
		return nil, err
	}
	if found["assessment"], err = after.JSON(); err != nil {
		return nil, err
	}
	found["diff"], err = jobs.Compare(jobs.Side{Assessment: before}, jobs.Side{Assessment: after}).JSON()
	return found, err
}
