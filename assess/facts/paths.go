package facts

import (
	"sync"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/paths"
	"github.com/privpath/privpath/model"
)

// PrivilegePaths is the privilege graph of a tenant.
type PrivilegePaths struct {
	*paths.Graph
}

// Paths is the privilege graph: every way into Tier 0. What is not known stays in
// its three-valued answers, so reading it adds no gap.
var Paths = &assess.Fact[*PrivilegePaths]{
	ID:       "paths",
	Requires: append([]assess.Dependency{Access, Directory}, dependencies(paths.Needs())...),
	Compute: func(p *assess.Pass) (*PrivilegePaths, error) {
		directory, err := assess.Value(p, Directory)
		if err != nil {
			return nil, err
		}
		engine, err := assess.Value(p, Access)
		if err != nil {
			return nil, err
		}
		graph, err := paths.Build(p.Context(), p.Tenant(), paths.Options{Directory: directory, Access: engine})
		if err != nil {
			return nil, err
		}
		return &PrivilegePaths{graph}, nil
	},
}

// Contribute writes the sections on the ways into Tier 0: at once, because nothing
// else is left to do by then. What shares proofs is asked in one order.
func (g *PrivilegePaths) Contribute(a *model.Assessment) {
	var sections sync.WaitGroup
	defer sections.Wait()
	sections.Go(func() { a.Paths, a.Tier0 = g.Paths(), g.Tier0() })
	sections.Go(func() { a.ChokePoints, a.Cut = g.ChokePoints(), g.Cut() })
	sections.Go(func() { a.Lockouts = g.Lockouts() })
}
