package live

import (
	"bytes"
	"context"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
)

// Source assesses a live tenant without a file between: each Load collects what
// is wanted into memory, packed, and decodes it like any bundle.
type Source struct {
	Collector *Collector
	// Export bounds and completes the decoding, as for a bundle.
	Export export.Options
}

var _ assess.Source = Source{}

// Load collects and reads the wanted data sets.
func (s Source) Load(ctx context.Context, want []string, observers ...assess.Observer) (*model.Tenant, error) {
	asked := want
	if len(want) > 0 {
		for _, o := range observers {
			asked = append(asked[:len(asked):len(asked)], o.Dataset)
		}
	}
	var packed bytes.Buffer
	store := NewZip(&packed)
	if _, _, err := s.Collector.Collect(ctx, store, asked); err != nil {
		return nil, err
	}
	if err := store.Close(); err != nil {
		return nil, err
	}
	bundle, err := export.Zip(bytes.NewReader(packed.Bytes()), int64(packed.Len()), s.Export)
	if err != nil {
		return nil, err
	}
	return bundle.Load(ctx, want, observers...)
}
