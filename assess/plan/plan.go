package plan

import (
	"context"
	"fmt"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

// Options changes how a plan is made. The zero value is the default.
type Options struct {
	// Steps is the most steps; 0 is [DefaultSteps].
	Steps int
	// Simulations is the most assessments that are made; 0 is
	// [DefaultSimulations]. A plan that is cut by it says so.
	Simulations int
	// Assess are the options of every assessment.
	Assess assess.Options
}

// The defaults of [Options].
const (
	DefaultSteps       = 10
	DefaultSimulations = 500
)

// Plan is what to fix first.
type Plan struct {
	Tenant model.TenantRef `json:"tenant"`
	Before State           `json:"before"`
	After  State           `json:"after"`
	Steps  []Step          `json:"steps"`
	// Withheld are changes that would close something and are not proposed, with
	// the reason.
	Withheld []Advice `json:"withheld,omitempty"`
	// Advice is what has to be declared before more can be proposed.
	Advice []Advice `json:"advice,omitempty"`
	// Cut says why the plan may be incomplete, "" where nothing was cut.
	Cut string `json:"cut,omitempty"`
	// Change is the whole plan as one change.
	Change Change `json:"change"`
}

// Step is one change on top of those before it.
type Step struct {
	Candidate
	Effect Effect `json:"effect"`
}

// simulation is a tenant that was changed and assessed.
type simulation struct {
	assessment *model.Assessment
	entrances  []entrance
}

type planner struct {
	ctx      context.Context
	kept     kept
	controls []*assess.Control
	opts     Options
	declared declared
	made     int
}

// Make finds the steps: at each it simulates every change that the tenant
// suggests on top of the steps so far, and takes the one that closes most, then
// gains most levels, controls and score. The same tenant gives the same plan.
// The error is that of reading or assessing the tenant as it is.
func Make(ctx context.Context, source assess.Source, controls []*assess.Control, opts Options) (*Plan, error) {
	p, now, err := start(ctx, source, controls, opts)
	if err != nil {
		return nil, err
	}
	first := stateOf(now.assessment)
	result := &Plan{Tenant: now.assessment.Tenant, Before: first, After: first, Steps: []Step{}}
	var taken []Change
	for len(result.Steps) < p.opts.Steps {
		tenant, err := p.kept.tenant.Edited(join("", taken...).edits())
		if err != nil {
			return nil, err
		}
		best, next, withheld, err := p.best(candidates(viewOf(tenant)), taken, now)
		if err != nil {
			return nil, err
		}
		result.Withheld = withheld
		if best == nil {
			break
		}
		result.Steps = append(result.Steps, *best)
		result.After, now, taken = best.Effect.After, next, append(taken, best.Change)
	}
	switch {
	case p.made >= p.opts.Simulations:
		result.Cut = fmt.Sprintf("the search ended after %d assessments; more may be found with a higher bound", p.made)
	case len(result.Steps) == p.opts.Steps:
		result.Cut = fmt.Sprintf("the plan ends after %d steps, as asked; more may follow", p.opts.Steps)
	}
	result.Advice = advise(viewOf(p.kept.tenant))
	result.Change = join("The whole plan", taken...)
	return result, nil
}

// Judge says what a change of the caller's own would do.
func Judge(ctx context.Context, source assess.Source, controls []*assess.Control, change Change, opts Options) (Effect, error) {
	p, before, err := start(ctx, source, controls, opts)
	if err != nil {
		return Effect{}, err
	}
	after, err := p.simulate(change)
	if err != nil {
		return Effect{}, err
	}
	return p.effect(before, after), nil
}

func start(ctx context.Context, source assess.Source, controls []*assess.Control, opts Options) (*planner, simulation, error) {
	if opts.Steps == 0 {
		opts.Steps = DefaultSteps
	}
	if opts.Simulations == 0 {
		opts.Simulations = DefaultSimulations
	}
	all, err := keep(ctx, source, controls)
	if err != nil {
		return nil, simulation{}, err
	}
	p := &planner{ctx: ctx, kept: all, controls: controls, opts: opts, declared: readDeclared(all.tenant)}
	now, err := p.simulate(Change{})
	return p, now, err
}

func (p *planner) simulate(change Change) (simulation, error) {
	p.made++
	var source assess.Source = p.kept
	if len(change.Operations) > 0 {
		source = Apply(p.kept, change)
	}
	a, err := assess.Run(p.ctx, source, p.controls, p.opts.Assess)
	if err != nil {
		return simulation{}, err
	}
	tenant, err := p.kept.tenant.Edited(change.edits())
	if err != nil {
		return simulation{}, err
	}
	return simulation{a, entrances(tenant, p.declared)}, nil
}

func (p *planner) effect(before, after simulation) Effect {
	return compare(before.assessment, after.assessment, lockout(before.entrances, after.entrances, p.declared))
}

// best simulates every candidate on top of what was taken.
func (p *planner) best(list []Candidate, taken []Change, now simulation) (*Step, simulation, []Advice, error) {
	var best *Step
	var after simulation
	var withheld []Advice
	for _, c := range list {
		if p.made >= p.opts.Simulations {
			break
		}
		tried, err := p.simulate(join("", append(append([]Change{}, taken...), c.Change)...))
		if ended := p.ctx.Err(); ended != nil {
			return nil, simulation{}, nil, ended
		}
		if err != nil {
			// The record that the candidate changes is not there, or cannot be read in
			// full: nothing is proved, so nothing is proposed.
			withheld = append(withheld, Advice{c.Change.Title, err.Error()})
			continue
		}
		effect := p.effect(now, tried)
		switch harm := effect.harms(); {
		case !effect.gains():
		case harm != "":
			withheld = append(withheld, Advice{c.Change.Title, harm})
		case best == nil || effect.better(best.Effect):
			best, after = &Step{c, effect}, tried
		}
	}
	return best, after, withheld, nil
}
