package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

// samples is the folder of public sample data beside the checkout; it is there
// where the project is tested and not where it is used.
const samples = "../../../shared/data"

// TestPublicSamples runs every public sample through assess: it is assessed, or
// refused with a reason, and nothing that is missing in it passes.
func TestPublicSamples(t *testing.T) {
	if _, err := os.Stat(samples); err != nil {
		t.Skipf("the public samples are not here: %v", err)
	}
	assessed, refused := 0, map[string]int{}
	require.NoError(t, filepath.WalkDir(samples, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" || d.Name() == "permissions.json" {
			return err
		}
		code, out, stderr := call(t, "assess", "-format", "json", "-as-of", "2026-11-20T00:00:00Z", path)
		if code != exitDone {
			require.Equal(t, exitError, code, "%s: %s", path, stderr)
			require.Greater(t, len(stderr), 40, "%s: a reason that says nothing", path)
			refused[filepath.Base(filepath.Dir(path))]++
			return nil
		}
		assessed++
		var a model.Assessment
		require.NoError(t, json.Unmarshal([]byte(out), &a))
		if filepath.Base(path) != "ProviderSettingsExport.json" {
			for _, f := range a.Findings {
				require.NotEqualf(t, model.StatusPass, f.Status, "%s: %s passes on one file: %s", path, f.Control, f.Summary)
			}
		}
		for _, p := range a.Pillars {
			require.LessOrEqual(t, p.Maturity.Confirmed, model.Developing, path)
		}
		return nil
	}))
	t.Logf("%d assessed, refused by folder: %v", assessed, refused)
	require.Greater(t, assessed, 200)
}

// TestScubaGearSample assesses a real tenant's export of ScubaGear end to end.
// What it decides was checked against the file by hand: activations of a day,
// no approval for Global Administrator, a sign-in every four days. The rest is
// unknown, and says which request would settle it.
func TestScubaGearSample(t *testing.T) {
	path := filepath.Join(samples, "scubagear", "ProviderSettingsExport.json")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the public samples are not here: %v", err)
	}
	decided, asks := map[string]model.Status{}, false
	for _, f := range assessJSON(t, path).Findings {
		switch f.Status {
		case model.StatusUnknown, model.StatusNotAttested:
			for _, n := range f.Needs {
				asks = asks || strings.HasPrefix(n.Detail, "the export of ScubaGear holds none; add "+n.Dataset+".json with the reply of GET https://graph.microsoft.com/")
			}
		default:
			decided[f.Control] = f.Status
		}
	}
	require.Equal(t, map[string]model.Status{"CTL-03": "fail", "CTL-05": "fail", "CTL-10": "fail", "CTL-15": "fail", "CTL-18": "fail", "FND-21": "fail", "ISO-13": "fail"}, decided)
	require.True(t, asks)
}
