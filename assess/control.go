package assess

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/privpath/privpath/model"
)

// Control is one check of the framework, or a caller's own. It is a value and
// holds no state.
type Control struct {
	model.ControlInfo

	// Requires lists the data sets and facts that the verdict rests on. What is
	// missing of them keeps the control from passing.
	Requires []Dependency
	// Wants lists data sets that only enrich the finding.
	Wants []Dependency
	// Run gives the verdict. An error or a panic becomes unknown. It may run at the
	// same time as other controls (Options.Parallel 1 keeps them apart), so what it
	// shares with them, it may only read.
	Run func(*Pass) (Verdict, error)
}

// Dependency is something that a control or a fact needs: a [model.Key], a
// [Fact] or a [Folding].
type Dependency interface {
	// Name is the data set's name, or the fact's id.
	Name() string
}

// derived is a dependency that itself needs others.
type derived interface {
	Dependency
	dependencies() []Dependency
	compute(*Pass) (any, error)
}

// Needs lists every data set that the controls require or want, through facts
// too, sorted. It drives the sources, the collector and the documentation.
func Needs(controls []*Control) []string {
	names := kept(controls)
	for _, f := range foldings(controls) {
		names = append(names, f.dataset())
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// kept lists the data sets whose records the controls read, without those that
// are only folded while they stream by.
func kept(controls []*Control) []string {
	names := map[string]bool{}
	for _, c := range controls {
		for _, d := range leaves(append(slices.Clone(c.Requires), c.Wants...)) {
			if _, folded := d.(folding); !folded {
				names[d.Name()] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// foldings lists every folding that the controls need, each once.
func foldings(controls []*Control) []folding {
	var found []folding
	known := map[string]bool{}
	for _, c := range controls {
		for _, d := range leaves(append(slices.Clone(c.Requires), c.Wants...)) {
			if f, ok := d.(folding); ok && !known[f.Name()] {
				known[f.Name()] = true
				found = append(found, f)
			}
		}
	}
	return found
}

// leaves resolves facts into the data sets and foldings below them.
func leaves(deps []Dependency) []Dependency {
	var found []Dependency
	for _, d := range deps {
		if fact, ok := d.(derived); ok {
			found = append(found, leaves(fact.dependencies())...)
			continue
		}
		found = append(found, d)
	}
	return found
}

// Validate reports every control that is not well-formed: ids must be unique,
// texts present, pillars and levels known, and dependencies data sets of the
// bundle format.
func Validate(controls []*Control) error {
	var errs []error
	seen := map[string]bool{}
	for _, c := range controls {
		for _, problem := range problems(c) {
			errs = append(errs, fmt.Errorf("control %q: %s", c.ID, problem))
		}
		if seen[c.ID] {
			errs = append(errs, fmt.Errorf("control %q: the id is used twice", c.ID))
		}
		seen[c.ID] = true
	}
	return errors.Join(errs...)
}

func problems(c *Control) []string {
	var found []string
	complain := func(bad bool, problem string) {
		if bad {
			found = append(found, problem)
		}
	}
	complain(c.ID == "", "no id")
	complain(c.Title == "", "no title")
	complain(c.Run == nil, "no Run")
	complain(c.Rationale == "", "no rationale")
	complain(c.Decides == "", "does not say how it decides")
	complain(c.Remediation.Summary == "", "no remediation")
	complain(len(c.Statuses) == 0, "does not list its statuses")
	complain(c.Pillar.Index() == len(model.Pillars()), "unknown pillar")
	complain(c.Level < model.Developing || c.Level > model.Optimised, "level is not 2 to 5")
	complain(c.Severity.Rank() == len(model.Severities()), "unknown severity")
	complain(!slices.Contains(model.AssessmentDomains(), c.Domain), "unknown domain")
	for _, d := range leaves(append(slices.Clone(c.Requires), c.Wants...)) {
		name := d.Name()
		if f, ok := d.(folding); ok {
			name = f.dataset()
		}
		_, known := model.DatasetNamed(name)
		complain(!known, fmt.Sprintf("needs %q, which is not a data set of the bundle format", name))
	}
	return found
}
