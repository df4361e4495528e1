package export

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

// Source reads one export. It can be loaded any number of times. [FS], [Zip] and
// [File] make one.
type Source struct {
	opts  Options
	list  lister
	alone bool // one file: whatever it is called, it is meant to be read
	slow  bool // for tests: every record goes the tolerant way
	eager bool // for tests: files are read ahead, however small
}

var _ assess.Source = (*Source)(nil)

// Load reads the wanted data sets, all when want is empty. Data that is missing,
// cut or odd becomes coverage. An error means that a bound was hit (a
// [*LimitError]), that manifest.json or declarations.json is not valid, that
// nothing could be read, or that ctx ended.
func (s *Source) Load(ctx context.Context, want []string, observers ...assess.Observer) (*model.Tenant, error) {
	asked := slices.Clone(want)
	b := model.NewBuilder(want...)
	for _, o := range observers {
		o.Watch(b)
		if len(want) > 0 {
			asked = append(asked, o.Dataset)
		}
	}
	sc := newScan(ctx, s, b)
	sc.needs, sc.digested = b.Needs, true
	sc.asked = func(dataset string) bool { return len(asked) == 0 || slices.Contains(asked, dataset) }
	if err := sc.run(); err != nil {
		return nil, err
	}
	if sc.fault != nil {
		return nil, sc.fault
	}
	if err := sc.nothing(); err != nil {
		return nil, err
	}
	if ids := sc.tenants(); len(ids) > 1 {
		return nil, fmt.Errorf("export: the files are of several tenants (%s); assess one at a time", strings.Join(ids, ", "))
	}
	sc.cover()
	b.SetInfo(sc.tenantInfo())
	return b.Tenant(), nil
}

// Inventory reads every file of the export and says what each was taken for, by
// path. Only a bound, an unreadable list of files or the end of ctx is an error.
func (s *Source) Inventory(ctx context.Context) ([]FileReport, error) {
	// A builder that keeps no data set still decodes, and so checks, every record.
	sc := newScan(ctx, s, model.NewBuilder(""))
	sc.needs = func(string) bool { return true }
	sc.asked = sc.needs
	if err := sc.run(); err != nil {
		return nil, err
	}
	files := make([]FileReport, len(sc.files))
	for i, f := range sc.files {
		files[i] = *f
	}
	return files, nil
}
