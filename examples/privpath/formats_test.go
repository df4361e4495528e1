package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess/report"
	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/model"
)

// The sample tenant that people see first, in every format that other programs
// or people outside the terminal read: look at the change before you accept it
// (go test ./examples/privpath -update). Some controls of each pillar are enough.
// Text and JSON have goldens of their own.
func TestSampleFormats(t *testing.T) {
	a := assessJSON(t, "-controls", "???-0[1-4]", copyTenant(t, sampleTenant, same))
	for _, f := range report.Formats() {
		if f.Name == "text" || f.Name == "json" {
			continue
		}
		got := renderFile(t, f, &a)
		golden := filepath.Join("testdata", sampleTenant+f.Extension)
		if *update {
			require.NoError(t, os.WriteFile(golden, got, 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), f.Name)
	}
}

func renderFile(t *testing.T, f report.Format, a *model.Assessment) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report"+f.Extension)
	require.NoError(t, write(file, streams{}, f, a))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return text
}

// TestEveryFormatFromTheCommandLine: -format takes each name and alias, and what
// it prints is what the document that -format json prints gives when it is read
// again.
func TestEveryFormatFromTheCommandLine(t *testing.T) {
	for _, name := range tenants.Names() {
		dir := copyTenant(t, name, same)
		code, document, stderr := call(t, "assess", "-format", "json", dir)
		require.Equal(t, exitDone, code, stderr)
		again, err := model.ReadAssessment([]byte(document))
		require.NoError(t, err)
		for _, f := range report.Formats() {
			code, out, stderr := call(t, "assess", "-format", f.Name, dir)
			require.Equal(t, exitDone, code, stderr)
			require.True(t, out == string(renderFile(t, f, again)), "%s as %s changes when its document is read again", name, f.Name)
		}
	}
}
