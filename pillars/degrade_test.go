package pillars_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

// statuses assesses a tenant with every control.
func statuses(t *testing.T, files fstest.MapFS) map[string]model.Status {
	t.Helper()
	a, err := assess.Run(context.Background(), export.FS(files, export.Options{}), pillars.All(), assess.Options{})
	require.NoError(t, err)
	got := map[string]model.Status{}
	for _, f := range a.Findings {
		got[f.Control] = f.Status
	}
	require.Len(t, got, len(pillars.All()))
	return got
}

func sample(t *testing.T, name string) fstest.MapFS {
	t.Helper()
	source, err := tenants.FS(name)
	require.NoError(t, err)
	files := fstest.MapFS{}
	require.NoError(t, fs.WalkDir(source, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(source, path)
		files[path] = &fstest.MapFile{Data: text}
		return err
	}))
	return files
}

// TestNothingPassesOnNothing: a tenant of which only the manifest is known.
func TestNothingPassesOnNothing(t *testing.T) {
	files := fstest.MapFS{"manifest.json": sample(t, "mature")["manifest.json"]}
	files["manifest.json"] = manifest(t, files["manifest.json"].Data, func(datasets map[string]any) { clear(datasets) })
	for id, status := range statuses(t, files) {
		require.Falsef(t, status.Decided(), "%s is %s on no data", id, status)
	}
}

// TestWholeTenantsDegrade takes each data set away from a whole tenant, and makes
// it partial: a verdict stays or is no longer decided. Declarations are the
// owner's choices: without them nothing gets better.
func TestWholeTenantsDegrade(t *testing.T) {
	if testing.Short() {
		t.Skip("hundreds of whole assessments")
	}
	for _, tenant := range []string{"mature", "middling"} {
		files := sample(t, tenant)
		before := statuses(t, files)
		for _, d := range model.Datasets() {
			without, partial := fstest.MapFS{}, fstest.MapFS{}
			for path, file := range files {
				of, _, ok := model.DatasetAt(strings.TrimSuffix(strings.TrimSuffix(path, ".json"), ".jsonl"))
				if !ok || of.Name != d.Name {
					without[path] = file
				}
				partial[path] = file
			}
			without["manifest.json"] = manifest(t, files["manifest.json"].Data, func(datasets map[string]any) { delete(datasets, d.Name) })
			partial["manifest.json"] = manifest(t, files["manifest.json"].Data, func(datasets map[string]any) {
				datasets[d.Name] = map[string]any{"status": "partial", "reason": "truncated"}
			})
			for how, degraded := range map[string]fstest.MapFS{"without": without, "partial": partial} {
				for id, after := range statuses(t, degraded) {
					if after == before[id] || !after.Decided() {
						continue
					}
					if d.Name == model.OwnerDeclarations.Name() && after != model.StatusPass {
						continue
					}
					t.Errorf("%s %s %s: %s was %s and is %s", tenant, how, d.Name, id, before[id], after)
				}
			}
		}
	}
}

func manifest(t *testing.T, text []byte, change func(datasets map[string]any)) *fstest.MapFile {
	t.Helper()
	var m map[string]any
	require.NoError(t, json.Unmarshal(text, &m))
	datasets, ok := m["datasets"].(map[string]any)
	if !ok {
		datasets = map[string]any{}
		m["datasets"] = datasets
	}
	change(datasets)
	text, err := json.Marshal(m)
	require.NoError(t, err)
	return &fstest.MapFile{Data: text}
}
