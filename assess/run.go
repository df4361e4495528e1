package assess

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/privpath/privpath/internal/liveheap"
	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// Version is the version of the engine, written into every assessment.
const Version = "0.1.0"

// Options changes how a run works. The zero value is the default.
type Options struct {
	// AsOf is the time that the assessment speaks of. Default: the time at which
	// the export was collected, so that a run can be repeated.
	AsOf time.Time
	// Progress is told of every step, by one goroutine and in the same order
	// however many controls run at once: a control is told of when it starts. Nil
	// tells nobody.
	Progress func(model.Progress)
	// Permission names the permission that would read a data set, for remedies.
	Permission func(dataset string) string
	// Parallel is how many controls run at once, at most as many as Go runs threads
	// (GOMAXPROCS, 1 in a browser); 0 is that many. The assessment is the same,
	// byte for byte.
	Parallel int
	// Previous lists earlier runs over the tenant, for controls that ask for
	// repetition.
	Previous []PreviousRun
	// PreviousOf gives the earlier runs once it is known whose export it is. What it
	// gives stands in the place of Previous; nil asks nobody.
	PreviousOf func(model.TenantInfo) []PreviousRun
	// MaxMemoryBytes is how much of the heap may be in use, for the whole program,
	// when a control starts; beyond it the run ends with a [MemoryError]. What the
	// source reads it bounds itself. Default: no bound.
	MaxMemoryBytes int64
}

// ErrNoTime says that neither the caller nor the export tells the time of the
// assessment.
var ErrNoTime = errors.New("assess: the export does not say when it was collected; give the time of the assessment (-as-of, Options.AsOf) or add collectedAt to manifest.json")

// PreviousRun is an earlier assessment of the same tenant.
type PreviousRun struct {
	AsOf   time.Time
	Digest string
	// Gates is the status of each gate control, by its id.
	Gates map[string]model.Status
}

// Earlier reads what a later run needs of an assessment.
func Earlier(a *model.Assessment) PreviousRun {
	run := PreviousRun{AsOf: a.AsOf, Digest: a.Inputs.Digest, Gates: map[string]model.Status{}}
	for _, f := range a.Findings {
		if f.Gate {
			run.Gates[f.Control] = f.Status
		}
	}
	return run
}

type run struct {
	ctx    context.Context
	opts   Options
	tenant *model.Tenant
	asOf   time.Time
	inputs []model.Input
	facts  map[string]*factSlot
	folded map[string]any
}

// Run loads what the controls need and runs them all. A control that returns an
// error or panics is reported as unknown; Run itself fails only when the
// controls are not well-formed, the source could not be read at all, the time of
// the assessment is not known, or ctx ends.
func Run(ctx context.Context, src Source, controls []*Control, opts Options) (*model.Assessment, error) {
	if err := Validate(controls); err != nil {
		return nil, err
	}
	ordered := inOrder(controls)
	r := &run{ctx: ctx, opts: opts, facts: factSlots(ordered), folded: map[string]any{}}
	tenant, err := src.Load(ctx, withDeclarations(kept(controls)), r.observers(controls)...)
	if err != nil {
		return nil, err
	}
	r.tenant, r.inputs = tenant, inputs(tenant, Needs(controls))
	if opts.PreviousOf != nil {
		r.opts.Previous = opts.PreviousOf(tenant.Info())
	}
	if r.asOf = opts.AsOf.UTC(); opts.AsOf.IsZero() {
		r.asOf = tenant.Info().CollectedAt.UTC()
	}
	if r.asOf.IsZero() {
		return nil, ErrNoTime
	}
	outcomes, err := r.evaluate(ordered)
	if err != nil {
		return nil, err
	}
	findings := make([]model.Finding, 0, len(ordered))
	for i, c := range ordered {
		findings = append(findings, r.finding(c, outcomes[i]))
	}
	r.tell("score", "", len(ordered), len(ordered))
	return r.document(ordered, findings), nil
}

// withDeclarations adds the owner's declarations, which hold the exceptions to
// every control.
func withDeclarations(names []string) []string {
	if slices.Contains(names, model.OwnerDeclarations.Name()) {
		return names
	}
	return append(slices.Clone(names), model.OwnerDeclarations.Name())
}

func (r *run) tell(stage, name string, done, total int) {
	if r.opts.Progress != nil {
		r.opts.Progress(model.Progress{Stage: stage, Name: name, Done: int64(done), Total: int64(total)})
	}
}

// observers starts every folding that the controls need.
func (r *run) observers(controls []*Control) []Observer {
	var observers []Observer
	for _, f := range foldings(controls) {
		total, observer := f.start()
		r.folded[f.Name()] = total
		observers = append(observers, observer)
	}
	return observers
}

// inputs lists the needed data sets, also those that the source said nothing of.
func inputs(tenant *model.Tenant, wanted []string) []model.Input {
	known := map[string]model.Input{}
	for _, in := range tenant.Inputs() {
		// A source may look at a data set for itself, such as the tenant's name.
		if in.Status != model.Absent || slices.Contains(wanted, in.Name) {
			known[in.Name] = in
		}
	}
	for _, name := range wanted {
		if _, ok := known[name]; !ok {
			known[name] = model.Input{Name: name, Reason: model.NotCollected}
		}
	}
	list := make([]model.Input, 0, len(known))
	for _, in := range known {
		list = append(list, in)
	}
	sorting.Stable(list, func(a, b model.Input) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// inOrder sorts controls by pillar and natural id, without changing the caller's.
func inOrder(controls []*Control) []*Control {
	ordered := slices.Clone(controls)
	sorting.Stable(ordered, func(a, b *Control) int {
		if d := a.Pillar.Index() - b.Pillar.Index(); d != 0 {
			return d
		}
		return strings.Compare(a.ID, b.ID)
	})
	return ordered
}

// outcome is what a control gave, and what it consulted and did not get in full.
type outcome struct {
	verdict Verdict
	gaps    []model.Gap
}

// evaluate runs the controls, as many at once as the options allow, and waits for
// all that it started, also where ctx ends.
func (r *run) evaluate(controls []*Control) ([]outcome, error) {
	outcomes := make([]outcome, len(controls))
	places := make(chan struct{}, r.parallel(len(controls)))
	var running sync.WaitGroup
	defer running.Wait()
	for i, c := range controls {
		places <- struct{}{}
		if err := r.mayGoOn(c); err != nil {
			return nil, err
		}
		r.tell("evaluate", c.ID, i, len(controls))
		work := func() {
			defer func() { <-places }()
			outcomes[i] = r.outcome(c)
		}
		if cap(places) == 1 {
			work()
		} else {
			running.Go(work)
		}
	}
	running.Wait()
	return outcomes, r.ctx.Err()
}

// mayGoOn says why the control must not start any more.
func (r *run) mayGoOn(c *Control) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	most := r.opts.MaxMemoryBytes
	var memory liveheap.Gauge
	if most > 0 && memory.InUse() > most {
		runtime.GC() // what the last collection found may be gone
		if used := memory.InUse(); used > most {
			return &MemoryError{Control: c.ID, Used: used, Limit: most}
		}
	}
	return nil
}

// parallel is how many controls run at once.
func (r *run) parallel(controls int) int {
	most := runtime.GOMAXPROCS(0)
	if r.opts.Parallel > 0 {
		most = min(most, r.opts.Parallel)
	}
	return max(1, min(most, controls))
}

func (r *run) outcome(c *Control) outcome {
	pass := &Pass{run: r, control: c.ControlInfo, allowed: allow(c.Requires, c.Wants), gaps: map[model.Gap]bool{}}
	v := verdictOf(c, pass)
	if len(v.gaps) > 0 {
		return outcome{v, v.gaps}
	}
	return outcome{v, pass.Gaps()}
}

func (r *run) finding(c *Control, o outcome) model.Finding {
	v, gaps := o.verdict, o.gaps
	f := model.Finding{
		Control: c.ID, Pillar: c.Pillar, Title: c.Title, Level: c.Level, Gate: c.Gate,
		Status: v.Status(), Confidence: v.confidence, Severity: c.Severity,
		Summary: v.summary, Reason: v.reason, Subjects: v.subjects,
		Remediation: c.Remediation, References: c.References,
	}
	if f.Confidence == "" {
		f.Confidence = c.Basis
	}
	r.applyExceptions(&f, len(gaps) == 0)
	if f.Status == model.StatusUnknown {
		f.Needs, f.Remedy = r.needs(gaps)
		f.Reason = cmp.Or(f.Reason, model.NotCollected)
	}
	return f
}

// verdictOf runs the control and turns an error or a panic into unknown: a bug
// in one control costs its own verdict only, and never gives a pass.
func verdictOf(c *Control, pass *Pass) (v Verdict) {
	defer func() {
		if problem := recover(); problem != nil {
			v = Unknown(model.ControlError, "The control stopped: %v.", problem)
		}
	}()
	v, err := c.Run(pass)
	if err != nil {
		return Unknown(model.ControlError, "The control could not run: %v.", err)
	}
	return v
}

// needs turns gaps into what a person can add, and says it in one line.
func (r *run) needs(gaps []model.Gap) ([]model.Need, string) {
	var needs []model.Need
	var words []string
	for _, gap := range gaps {
		need := model.Need{Dataset: gap.Dataset, Reason: gap.Reason, Detail: gap.Detail}
		if r.opts.Permission != nil {
			need.Permission = r.opts.Permission(datasetName(gap.Dataset))
		}
		needs = append(needs, need)
		if len(words) < 3 {
			words = append(words, remedy(need))
		}
	}
	if more := len(needs) - len(words); more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	return needs, strings.Join(words, "; ")
}

func datasetName(path string) string {
	if d, _, ok := model.DatasetAt(path); ok {
		return d.Name
	}
	return path
}

func remedy(n model.Need) string {
	var text string
	switch {
	case n.Detail != "":
		text = n.Dataset + ": " + n.Detail
	case n.Reason == model.Truncated || n.Reason == model.Malformed:
		text = "export " + n.Dataset + " again in full"
	default:
		text = "add " + n.Dataset
	}
	if n.Permission != "" {
		text += " (" + n.Permission + ")"
	}
	return text
}

// applyExceptions turns a fail that an owner accepted, for every failing
// subject and not yet expired, into partial. An expired acceptance counts for
// nothing and says so. Where not all data was read, somebody not accepted may
// fail unseen, so accepted subjects leave the finding unknown.
func (r *run) applyExceptions(f *model.Finding, complete bool) {
	if f.Status != model.StatusFail {
		return
	}
	declarations, _ := model.RowsOf(r.tenant, model.OwnerDeclarations, nil).Only()
	var valid []model.Exception
	declarations.Exceptions.Is(func(list []model.Exception) bool {
		for _, e := range list {
			switch {
			case e.Control != f.Control:
			case !e.Counts(r.asOf):
				f.Summary += fmt.Sprintf(" (An exception of %q is expired or incomplete and counts for nothing.)", e.Owner)
			default:
				valid = append(valid, e)
			}
		}
		return true
	})
	if len(valid) > 0 {
		accept(f, valid, complete)
	}
}

func accept(f *model.Finding, exceptions []model.Exception, complete bool) {
	waiver := &model.Waiver{Reason: exceptions[0].Reason, Owner: exceptions[0].Owner,
		ApprovedBy: exceptions[0].ApprovedBy, Expires: exceptions[0].Expires}
	open, failing := 0, 0
	for i := range f.Subjects {
		s := &f.Subjects[i]
		complete = complete && s.Status != model.StatusUnknown
		if s.Status != model.StatusFail {
			continue
		}
		failing++
		if !slices.ContainsFunc(exceptions, func(e model.Exception) bool { return model.SameID(e.PrincipalID, s.ID) }) {
			open++
			continue
		}
		s.Status = model.StatusPartial
		s.Detail = strings.TrimSpace(s.Detail + " (accepted risk)")
		waiver.Principals = append(waiver.Principals, s.ID)
	}
	whole := slices.ContainsFunc(exceptions, func(e model.Exception) bool { return e.PrincipalID == "" })
	covered := failing > 0 && open == 0
	if !whole && len(waiver.Principals) == 0 {
		return
	}
	f.Waived = waiver
	switch {
	case whole || covered && complete:
		f.Status = model.StatusPartial
		f.Summary += " The risk is accepted until " + waiver.Expires.Format(time.DateOnly) + "."
	case covered:
		f.Status, f.Reason = model.StatusUnknown, model.Unresolved
		f.Summary += " The risk of those is accepted, but others may be among what was not read."
	}
}

func (r *run) document(controls []*Control, findings []model.Finding) *model.Assessment {
	info := r.tenant.Info()
	a := &model.Assessment{
		SchemaVersion: model.SchemaVersion,
		Tenant:        model.TenantRef{ID: info.ID, DisplayName: info.Name},
		AsOf:          r.asOf,
		Engine:        model.Engine{Version: Version, Catalogue: CatalogueDigest(controls)},
		Inputs:        model.Inputs{Digest: info.Digest, Datasets: r.inputs},
		Findings:      findings,
	}
	score(a, controls)
	for _, id := range slices.Sorted(maps.Keys(r.facts)) {
		// A fact that nobody asked for has no value.
		if c, ok := r.facts[id].value.(Contributor); ok && r.facts[id].err == nil {
			c.Contribute(a)
		}
	}
	return a
}

// CatalogueDigest identifies a set of controls by its texts and metadata.
func CatalogueDigest(controls []*Control) string {
	hash := sha256.New()
	enc := json.NewEncoder(hash)
	for _, c := range inOrder(controls) {
		_ = enc.Encode(c.ControlInfo) // plain data into a hash: cannot fail
	}
	return "sha256:" + hex.EncodeToString(hash.Sum(nil))
}

func pointer(name string, index int) string { return "/" + name + "/" + strconv.Itoa(index) }
