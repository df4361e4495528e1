package live

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/privpath/privpath/model"
)

// prior is an earlier collection of the same tenant, which this one goes on with.
type prior struct {
	files    fs.FS
	manifest model.Manifest
}

func openPrior(files fs.FS) (*prior, error) {
	if files == nil {
		return nil, nil
	}
	text, err := fs.ReadFile(files, manifestName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // nothing was finished before it was interrupted
	}
	if err != nil {
		return nil, fmt.Errorf("live: resume: %w", err)
	}
	p := &prior{files: files}
	if err := json.Unmarshal(text, &p.manifest); err != nil {
		return nil, fmt.Errorf("live: resume: %s: %w", manifestName, err)
	}
	if p.manifest.Format != model.ManifestFormat {
		return nil, fmt.Errorf("live: resume: %s has the format %q", manifestName, p.manifest.Format)
	}
	return p, nil
}

// belongs refuses to mix two tenants.
func (p *prior) belongs(tenant string) error {
	if p == nil || p.manifest.TenantID == "" || tenant == "" || model.SameID(p.manifest.TenantID, tenant) {
		return nil
	}
	return fmt.Errorf("live: resume: the earlier collection is of tenant %s, the credential is for %s", p.manifest.TenantID, tenant)
}

// collectedAt is when the oldest part was collected: an assessment looks back
// from there.
func (p *prior) collectedAt(now time.Time) time.Time {
	if p == nil || p.manifest.CollectedAt.IsZero() {
		return now
	}
	return p.manifest.CollectedAt
}

// complete gives the text of a part that was read in full, or nil.
func (p *prior) complete(path, dataset string) []byte {
	switch {
	case p == nil:
		return nil
	case dataset == model.Organizations.Name():
		return nil // it says whose data this is
	case dataset == model.SignIns.Name(), dataset == model.DirectoryAudits.Name():
		return nil // it may have been collected for another window
	}
	d, ok := p.manifest.Datasets[path]
	if !ok {
		d, ok = p.manifest.Datasets[dataset]
	}
	if !ok || d.Status != "complete" || d.Detail != "" { // a detail names properties that Graph refused then
		return nil
	}
	text, err := fs.ReadFile(p.files, path+".json")
	if err != nil {
		return nil
	}
	return text
}
