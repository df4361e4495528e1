package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/schema"
)

var update = flag.Bool("update", false, "rewrite the golden reports")

// call runs the command line and gives its status and output.
func call(t *testing.T, args ...string) (code int, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(context.Background(), args, streams{out: &stdout, err: &stderr})
	return code, stdout.String(), stderr.String()
}

func assessJSON(t *testing.T, args ...string) model.Assessment {
	t.Helper()
	code, out, stderr := call(t, append([]string{"assess", "-format", "json"}, args...)...)
	require.Equal(t, exitDone, code, stderr)
	require.NoError(t, schema.Validate(schema.Assessment, []byte(out)))
	var a model.Assessment
	require.NoError(t, json.Unmarshal([]byte(out), &a))
	return a
}

// copyTenant writes a sample tenant to a folder, each file through change.
func copyTenant(t *testing.T, name string, change func(path string, text []byte) []byte) string {
	t.Helper()
	sample, err := tenants.FS(name)
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, fs.WalkDir(sample, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(sample, path)
		if err != nil {
			return err
		}
		target := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		return os.WriteFile(target, change(path, text), 0o644)
	}))
	return dir
}

func same(_ string, text []byte) []byte { return text }

// asUTF16 is how Windows PowerShell writes a file.
func asUTF16(_ string, text []byte) []byte {
	out := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(string(text))) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return out
}

func zipped(t *testing.T, dir, top string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "export.zip")
	w, err := os.Create(file)
	require.NoError(t, err)
	z := zip.NewWriter(w)
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		entry, err := z.Create(top + filepath.ToSlash(name))
		if err == nil {
			_, err = entry.Write(text)
		}
		return err
	}))
	require.NoError(t, z.Close())
	require.NoError(t, w.Close())
	return file
}

func TestAssessWithoutAPathShowsTheSampleTenant(t *testing.T) {
	code, out, stderr := call(t, "assess")
	require.Equal(t, exitDone, code, stderr)
	require.Contains(t, out, "Fernhollow Freight")
	require.Contains(t, stderr, `built-in sample tenant "pim-only"`)
}

// TestSampleReports are the reports that people see first. Read the change
// before you accept it: go test ./examples/privpath -update.
func TestSampleReports(t *testing.T) {
	for _, name := range tenants.Names() {
		code, out, stderr := call(t, "assess", copyTenant(t, name, same))
		require.Equal(t, exitDone, code, stderr)
		golden := filepath.Join("testdata", name+".txt")
		if *update {
			require.NoError(t, os.MkdirAll("testdata", 0o755))
			require.NoError(t, os.WriteFile(golden, []byte(out), 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), out, name)
	}
}

// TestPIMOnlyTenant is the story that the framework opens with: PIM alone.
func TestPIMOnlyTenant(t *testing.T) {
	a := assessJSON(t)
	levels := map[model.Pillar]model.Level{}
	for _, p := range a.Pillars {
		levels[p.ID] = p.Maturity.Confirmed
	}
	require.LessOrEqual(t, levels[model.Control], model.Defined)
	require.Equal(t, model.Initial, levels[model.Isolation])
	require.LessOrEqual(t, levels[model.Validation], model.Developing)
	require.Contains(t, a.Headline.Path, "Global Administrator can be used from an unmanaged device")
	for _, f := range a.Findings {
		switch f.Control {
		case "CTL-01", "CTL-02", "CTL-03", "CTL-05", "CTL-07", "CTL-08":
			require.Equalf(t, model.StatusPass, f.Status, "%s: %s", f.Control, f.Summary)
		}
	}
}

// TestMatureTenantIsOnlyReachedFromItsWorkstations: the exact answer on a tenant
// in which everything is done.
func TestMatureTenantIsOnlyReachedFromItsWorkstations(t *testing.T) {
	a := assessJSON(t, copyTenant(t, "mature", same))
	require.NotEmpty(t, a.Reach)
	for _, r := range a.Reach {
		for _, from := range r.From {
			if !r.BreakGlass && from.Device != "paw" {
				require.Equalf(t, model.Blocked, from.Verdict, "%s from %s on %s", r.Principal.Name, from.Device, from.Network)
			}
		}
		require.Equalf(t, model.Reaches, r.Attackers["paw"], "%s is locked out", r.Principal.Name)
	}
}

func TestTheSameExportGivesTheSameBytes(t *testing.T) {
	dir := copyTenant(t, "middling", same)
	_, first, _ := call(t, "assess", "-format", "json", dir)
	_, again, _ := call(t, "assess", dir, "-format", "json")
	_, fromZip, _ := call(t, "assess", "-format", "json", zipped(t, dir, ""))
	_, fromTop, _ := call(t, "assess", "-format", "json", zipped(t, dir, "export-2026/"))
	require.Equal(t, first, again)
	require.Equal(t, first, fromZip)
	require.Equal(t, first, fromTop)
	wide := assessJSON(t, copyTenant(t, "middling", asUTF16))
	var narrow model.Assessment
	require.NoError(t, json.Unmarshal([]byte(first), &narrow))
	require.Equal(t, narrow.Findings, wide.Findings, "a UTF-16 copy gives the same findings")
	require.Equal(t, narrow.Reach, wide.Reach)
}

// TestCuttingTheExportNeverHelps: whatever file is gone or cut in the middle, no
// level rises and no control starts to pass.
func TestCuttingTheExportNeverHelps(t *testing.T) {
	whole := assessJSON(t, copyTenant(t, "mature", same))
	status := map[string]model.Status{}
	for _, f := range whole.Findings {
		status[f.Control] = f.Status
	}
	for _, cut := range []string{"users.json", "identity/conditionalAccess/policies.json", "roleManagement/directory/roleEligibilityScheduleInstances.json",
		"policies/roleManagementPolicyAssignments.json", "identity/conditionalAccess/namedLocations.json", "devices.json"} {
		poorer := assessJSON(t, copyTenant(t, "mature", func(path string, text []byte) []byte {
			if path == cut {
				return text[:len(text)/2]
			}
			return text
		}))
		for _, f := range poorer.Findings {
			if f.Status == model.StatusPass || f.Status == model.StatusNotApplicable {
				require.Equalf(t, status[f.Control], f.Status, "%s passes once %s is cut", f.Control, cut)
			}
		}
		for i, p := range poorer.Pillars {
			require.LessOrEqual(t, p.Maturity.Confirmed, whole.Pillars[i].Maturity.Confirmed, cut)
		}
	}
}

func TestExitStatus(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "declarations.json")
	require.NoError(t, os.WriteFile(bad, []byte(`{"version":1,"attestations":[{"control":"OPS-07","statement":"s","owner":"","performed":"2026-01-01","expires":"2026-02-01"}]}`), 0o644))
	tests := []struct {
		name string
		args []string
		code int
		says string
	}{
		{"nothing", nil, exitDone, ""},
		{"a command that is none", []string{"asses"}, exitUsage, `no command "asses"`},
		{"an option that is none", []string{"assess", "-nothing"}, exitUsage, "nothing"},
		{"a format that is none", []string{"assess", "-format", "xml"}, exitUsage, "text, json"},
		{"a path that is none", []string{"assess", "/nothing/here"}, exitError, "no such file"},
		{"a pattern without a control", []string{"assess", "-controls", "XYZ-*"}, exitUsage, "no control matches"},
		{"fail-on met", []string{"assess", "-fail-on", "fail"}, exitMet, "-fail-on was met"},
		{"fail-on not met", []string{"assess", "-controls", "CTL-02", "-fail-on", "fail"}, exitDone, ""},
		{"fail-on any of several", []string{"assess", "-controls", "CTL-02", "-fail-on", "fail, CTL-02,critical"}, exitDone, ""},
		{"fail-on a control that fails", []string{"assess", "-controls", "ISO-01,CTL-02", "-fail-on", "iso-*"}, exitMet, "met by ISO-01"},
		{"fail-on a control that is not decided", []string{"assess", "-controls", "ISO-15", "-fail-on", "ISO-15"}, exitMet, "met by ISO-15"},
		{"fail-on a control that is not in the run", []string{"assess", "-controls", "CTL-02", "-fail-on", "ISO-01"}, exitUsage, "no control of this run"},
		{"fail-on a pattern that is none", []string{"assess", "-fail-on", "ISO-["}, exitUsage, "no control of this run"},
		{"fail-on nonsense", []string{"assess", "-fail-on", "maybe"}, exitUsage, "neither a status nor a severity"},
		{"a time that is none", []string{"assess", "-as-of", "today"}, exitUsage, "-as-of"},
		{"declarations that are wrong", []string{"assess", "-declarations", bad}, exitError, "/attestations/0/owner"},
		{"validate without a path", []string{"validate"}, exitUsage, "needs the path"},
		{"explain", []string{"explain", "iso-25"}, exitDone, ""},
		{"explain what is none", []string{"explain", "ISO-99"}, exitUsage, "no control"},
		{"controls", []string{"controls"}, exitDone, ""},
		{"reach", []string{"reach", "-role", "global admin", "-explain"}, exitDone, ""},
		{"whatif", []string{"whatif", "-user", "torvald.garrowby@fernhollow.example"}, exitDone, ""},
		{"whatif of nobody", []string{"whatif"}, exitUsage, "-user or -request"},
		{"whatif on a platform that is none", []string{"whatif", "-user", "torvald.garrowby@fernhollow.example", "-platform", "amiga"}, exitError, "amiga"},
		{"reach of nobody", []string{"reach", "-principal", "nobody at all"}, exitError, "no holding"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, _, stderr := call(t, tt.args...)
			require.Equal(t, tt.code, code, stderr)
			require.Contains(t, stderr, tt.says)
		})
	}
}

func TestOutputFileIsWholeOrNotThere(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.json")
	code, out, stderr := call(t, "assess", "-format", "json", "-o", file)
	require.Equal(t, exitDone, code, stderr)
	require.Empty(t, out)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, schema.Validate(schema.Assessment, text))
	code, _, _ = call(t, "assess", "-o", filepath.Join(dir, "missing", "a.json"))
	require.Equal(t, exitError, code)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1, "nothing half-written stays")

	code, out, stderr = call(t, "assess", "-format", "json", "-controls", "VAL-16", "-previous", file)
	require.Equal(t, exitDone, code, stderr)
	require.NotContains(t, out, "previous run", "an earlier assessment is accepted")
}

func TestValidateShowsWhatEachFileWasTakenFor(t *testing.T) {
	dir := copyTenant(t, "pim-only", same)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "holiday.json"), []byte(`{"a":1}`), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("x"), 0o644))
	code, out, stderr := call(t, "validate", dir)
	require.Equal(t, exitDone, code, stderr)
	for _, part := range []string{"groups/{id}/members", "holiday.json", "notes.txt: not a .json", "Not in this export", "GET https://graph.microsoft.com/v1.0/"} {
		require.Contains(t, out, part)
	}
	code, out, _ = call(t, "validate", "-format", "json", dir)
	require.Equal(t, exitDone, code)
	require.True(t, json.Valid([]byte(out)))
}
