package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestVulndb: the folder has what govulncheck asks for: each entry as it was, and
// indexes that lead to it.
func TestVulndb(t *testing.T) {
	osv, dir := t.TempDir(), t.TempDir()
	entries := map[string]string{
		"GO-2026-0001": `{"id":"GO-2026-0001","aliases":["CVE-1"],"affected":[{"package":{"name":"stdlib"}},{"package":{"name":"stdlib"}},{"package":{"name":"example.com/a"}}]}`,
		"GO-2026-0002": `{"id":"GO-2026-0002","affected":[{"package":{"name":"example.com/a"}}]}`,
	}
	for id, text := range entries {
		require.NoError(t, os.WriteFile(filepath.Join(osv, id+".json"), []byte(text), 0o644))
	}
	modified := time.Date(2026, 11, 5, 0, 0, 0, 0, time.UTC)
	n, err := writeVulndb(osv, dir, modified)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	for id, text := range entries {
		written, err := os.ReadFile(filepath.Join(dir, "ID", id+".json"))
		require.NoError(t, err)
		require.Equal(t, text, string(written))
	}
	index := func(name string, into any) {
		text, err := os.ReadFile(filepath.Join(dir, "index", name))
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, into))
	}
	var db struct{ Modified time.Time }
	index("db.json", &db)
	require.Equal(t, modified, db.Modified)
	var vulns []vulnIndex
	index("vulns.json", &vulns)
	require.Equal(t, []vulnIndex{{"GO-2026-0001", modified, []string{"CVE-1"}}, {"GO-2026-0002", modified, nil}}, vulns)
	var modules []vulnModules
	index("modules.json", &modules)
	require.ElementsMatch(t, []vulnModules{
		{"stdlib", []vulnIndex{{ID: "GO-2026-0001", Modified: modified}}},
		{"example.com/a", []vulnIndex{{ID: "GO-2026-0001", Modified: modified}, {ID: "GO-2026-0002", Modified: modified}}},
	}, modules)

	_, err = writeVulndb(t.TempDir(), dir, modified)
	require.ErrorContains(t, err, "holds no entry")
	require.NoError(t, os.WriteFile(filepath.Join(osv, "GO-2026-0003.json"), []byte(`{"id":`), 0o644))
	_, err = writeVulndb(osv, dir, modified)
	require.ErrorContains(t, err, "GO-2026-0003")
}
