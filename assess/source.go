package assess

import (
	"context"

	"github.com/privpath/privpath/model"
)

// Source supplies a tenant's records. What it cannot supply is coverage in the
// tenant, not an error; an error means that nothing could be read.
type Source interface {
	// Load reads the wanted data sets. Each observer sees every record of its
	// data set once while it is read; an observed data set that is not wanted is
	// not kept, so that memory stays flat.
	Load(ctx context.Context, want []string, observers ...Observer) (*model.Tenant, error)
}

// Observer sees the records of one data set as they stream by. The record has
// the data set's record type, such as [model.SignIn].
type Observer struct {
	Dataset string
	See     func(record any)
}
