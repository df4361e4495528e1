package graphsource

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
)

// Memory is a source for tests. It reads its data exactly as graphsource/export
// reads a bundle, so a test sees the same leniency and the same strictness.
type Memory struct {
	// Info says whose data this is; its Digest is computed. It is left aside when
	// Data holds a manifest.
	Info model.TenantInfo
	// Data holds JSON by bundle path without extension: "users",
	// "groups/1f0c…/members", "users.2", "declarations".
	Data map[string]string
}

var _ assess.Source = Memory{}

// Load reads the wanted data sets.
func (m Memory) Load(ctx context.Context, want []string, observers ...assess.Observer) (*model.Tenant, error) {
	data := maps.Clone(m.Data)
	if _, ok := data["manifest"]; !ok {
		manifest, err := json.Marshal(model.Manifest{Format: model.ManifestFormat, TenantID: m.Info.ID,
			TenantName: m.Info.Name, CollectedAt: m.Info.CollectedAt, Collector: m.Info.Collector})
		if err != nil {
			return nil, err
		}
		if data == nil {
			data = map[string]string{}
		}
		data["manifest"] = string(manifest)
	}
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for _, path := range slices.Sorted(maps.Keys(data)) {
		f, err := w.CreateHeader(&zip.FileHeader{Name: path + ".json", Method: zip.Store})
		if err == nil {
			_, err = f.Write([]byte(data[path]))
		}
		if err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	source, err := export.Zip(bytes.NewReader(packed.Bytes()), int64(packed.Len()), export.Options{})
	if err != nil {
		return nil, err
	}
	return source.Load(ctx, want, observers...)
}
