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

// Observer sees the records of one data set as they stream by, once each: by See,
// or by Each where a source gives pointers.
type Observer struct {
	Dataset string
	// See is given a record of the data set's record type, such as [model.SignIn].
	See func(record any)
	// Each, where it is not nil, may be called in place of See, and costs less: it is
	// given a pointer to the record (such as *model.SignIn), which it must not
	// change and which holds until it returns. Sources that know nothing of it call
	// See; those of this module call it.
	Each func(record any)
}

// Watch has a builder show the observer every record as it is read.
func (o Observer) Watch(b *model.Builder) {
	if o.Each != nil {
		b.ObserveEach(o.Dataset, o.Each)
	} else {
		b.Observe(o.Dataset, o.See)
	}
}
