package assess

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/privpath/privpath/model"
)

// Pass is what a control sees while it runs: the data that it declared, the
// facts, and the clock.
type Pass struct {
	run     *run
	control model.ControlInfo
	allowed map[string]bool // by dependency name; true = required, false = wanted
	gaps    map[model.Gap]bool
}

// AsOf is the time (UTC) that the assessment speaks of.
func (p *Pass) AsOf() time.Time { return p.run.asOf }

// Context ends when the caller stops the run.
func (p *Pass) Context() context.Context { return p.run.ctx }

// Info is the running control's description.
func (p *Pass) Info() model.ControlInfo { return p.control }

// Rows reads a data set that the control requires or wants. It panics when the
// control did not declare the data set, so that declarations cannot drift.
func Rows[T any](p *Pass, key model.Key[T]) model.Rows[T] {
	required := p.check(key.Name())
	note := func(name string, c model.Coverage) {
		if required {
			p.note(name, c)
		}
	}
	rows := model.RowsOf(p.run.tenant, key, note)
	if d, _ := model.DatasetNamed(key.Name()); !d.Child() {
		note(key.Name(), rows.Coverage())
	}
	return rows
}

// Value computes a fact, once per run. What is missing behind it counts as
// missing for this control.
func Value[T any](p *Pass, fact *Fact[T]) (T, error) {
	p.check(fact.ID)
	found, err := p.run.facts[fact.ID].get(p)
	value, ok := found.(T)
	if !ok && err == nil {
		return value, fmt.Errorf("assess: two facts share the id %q", fact.ID)
	}
	if partial, ok := found.(Incomplete); ok {
		for _, gap := range partial.Gaps() {
			p.gaps[gap] = true
		}
	}
	return value, err
}

// Folded reads what a folding gathered while the data set streamed by.
func Folded[R, T any](p *Pass, f *Folding[R, T]) *T {
	if p.check(f.ID) {
		p.note(f.Of.Name(), model.RowsOf(p.run.tenant, f.Of, nil).Coverage())
	}
	return p.run.folded[f.ID].(*T)
}

// check reports whether the dependency is required, and panics when it was not
// declared at all.
func (p *Pass) check(name string) (required bool) {
	required, declared := p.allowed[name]
	if !declared {
		panic(fmt.Sprintf("assess: %s reads %q without declaring it in Requires or Wants", p.control.ID, name))
	}
	return required
}

func (p *Pass) note(name string, c model.Coverage) {
	if c.State != model.Complete {
		p.gaps[model.Gap{Dataset: name, Reason: c.Reason, Detail: c.Detail}] = true
	}
}

// Gaps lists what the control consulted and did not get in full, sorted.
func (p *Pass) Gaps() []model.Gap {
	return slices.SortedFunc(maps.Keys(p.gaps), compareGaps)
}

func compareGaps(a, b model.Gap) int {
	for _, pair := range [][2]string{{a.Dataset, b.Dataset}, {string(a.Reason), string(b.Reason)}, {a.Detail, b.Detail}} {
		if pair[0] != pair[1] {
			if pair[0] < pair[1] {
				return -1
			}
			return 1
		}
	}
	return 0
}

func allow(requires, wants []Dependency) map[string]bool {
	allowed := map[string]bool{}
	for _, d := range wants {
		allowed[d.Name()] = false
	}
	for _, d := range requires {
		allowed[d.Name()] = true
	}
	return allowed
}

// Inputs lists the data sets that the run needed, with their status.
func (p *Pass) Inputs() []model.Input { return p.run.inputs }

// Previous lists earlier runs over the same tenant, oldest first, as the caller
// supplied them.
func (p *Pass) Previous() []PreviousRun { return p.run.opts.Previous }

// Tenant is the whole tenant, for a fact whose engine reads it by itself. Such a
// fact's Requires must list every data set that the engine reads, and its value
// must report its own gaps ([Incomplete]).
func (p *Pass) Tenant() *model.Tenant { return p.run.tenant }
