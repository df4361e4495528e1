// Package facts holds what the framework's controls derive once per run and
// share: who holds which role, and what the access engine says of them.
package facts

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// Directory resolves principals, memberships and role holdings. Reading it adds
// no gap by itself: a control takes the view that it needs ([Tier0]), or judges
// each membership in three values.
var Directory = &assess.Fact[*principals.Directory]{
	ID:       "directory",
	Requires: dependencies(principals.Needs()),
	Compute: func(p *assess.Pass) (*principals.Directory, error) {
		return principals.Resolve(p.Tenant()), nil
	},
}

// Tier0 is who holds a Tier 0 role. Its gaps count as gaps of every control that
// reads it.
var Tier0 = &assess.Fact[principals.View]{
	ID:       "tier0",
	Requires: []assess.Dependency{Directory},
	Compute: func(p *assess.Pass) (principals.View, error) {
		directory, err := assess.Value(p, Directory)
		if err != nil {
			return principals.View{}, err
		}
		return directory.Tier0(), nil
	},
}

// GlobalAdministrators is who holds Global Administrator.
var GlobalAdministrators = &assess.Fact[principals.View]{
	ID:       "globalAdministrators",
	Requires: []assess.Dependency{Directory},
	Compute: func(p *assess.Pass) (principals.View, error) {
		directory, err := assess.Value(p, Directory)
		if err != nil {
			return principals.View{}, err
		}
		return directory.Of(model.GlobalAdministrator), nil
	},
}

func dependencies(keys []interface{ Name() string }) []assess.Dependency {
	list := make([]assess.Dependency, len(keys))
	for i, key := range keys {
		list[i] = key
	}
	return list
}
