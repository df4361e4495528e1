package plan

import (
	"context"
	"fmt"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

// Apply gives a source of the tenant as it would be after the change. The source
// below it is read again at every load.
func Apply(source assess.Source, change Change) assess.Source {
	return changed{source, change}
}

type changed struct {
	source assess.Source
	change Change
}

// Load reads the wanted data sets and
// changes them; one that the change touches and nobody wants is an error.
func (c changed) Load(ctx context.Context, want []string, observers ...assess.Observer) (*model.Tenant, error) {
	tenant, err := c.source.Load(ctx, want, observers...)
	if err != nil {
		return nil, err
	}
	after, err := tenant.Edited(c.change.edits())
	if err != nil {
		return nil, fmt.Errorf("the change does not fit the tenant: %w", err)
	}
	return after.WithDigest(digest(tenant.Info().Digest, c.change)), nil
}

// kept is a tenant that was read once, logs included, and can be loaded again at
// no cost.
type kept struct{ tenant *model.Tenant }

// Load gives the tenant, and shows the observers what they would have seen.
func (k kept) Load(_ context.Context, _ []string, observers ...assess.Observer) (*model.Tenant, error) {
	for _, o := range observers {
		if o.Each != nil {
			k.tenant.ReplayEach(o.Dataset, o.Each)
		} else {
			k.tenant.Replay(o.Dataset, o.See)
		}
	}
	return k.tenant, nil
}

// keep reads everything that the controls need, and which authentication
// contexts are taken.
func keep(ctx context.Context, source assess.Source, controls []*assess.Control) (kept, error) {
	want := append(assess.Needs(controls), model.OwnerDeclarations.Name(), model.AuthenticationContexts.Name())
	tenant, err := source.Load(ctx, want)
	return kept{tenant}, err
}
