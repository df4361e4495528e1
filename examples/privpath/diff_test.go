package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess/diff"
	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/schema"
)

type jsonObject = map[string]any

// aMonthLater is the middling sample tenant after a month: a hole is closed, a
// standing administrator is gone, another came, and one file was not collected.
func aMonthLater(t *testing.T) string {
	t.Helper()
	const (
		administrator = "62e90394-69f5-4237-9190-012177145e10"
		leaver        = "8c67eea4-0731-4be4-93be-8401f38266d6"
		newcomer      = "7f8eef93-f7b1-4a42-ad30-ba003693065d"
	)
	edits := map[string]func(jsonObject){
		"manifest.json": func(d jsonObject) {
			d["collectedAt"] = "2026-12-20T09:00:00Z"
			for _, counted := range []string{"roleManagement/directory/roleAssignmentScheduleInstances", "roleManagement/directory/roleAssignments", "roleManagement/directory/roleEligibilityScheduleInstances", "identityProtection/riskyUsers"} {
				delete(d["datasets"].(jsonObject), counted)
			}
		},
		"identity/conditionalAccess/policies.json": func(d jsonObject) {
			for _, row := range d["value"].([]any) {
				if p := row.(jsonObject); strings.HasPrefix(p["displayName"].(string), "CA110") {
					p["conditions"].(jsonObject)["platforms"] = nil
				}
			}
		},
		"roleManagement/directory/roleAssignmentScheduleInstances.json":  leaves(leaver, administrator),
		"roleManagement/directory/roleAssignments.json":                  leaves(leaver, administrator),
		"roleManagement/directory/roleEligibilityScheduleInstances.json": joins(newcomer, administrator),
	}
	dir := copyTenant(t, "middling", func(path string, text []byte) []byte {
		edit := edits[path]
		if edit == nil {
			return text
		}
		var document jsonObject
		require.NoError(t, json.Unmarshal(text, &document))
		edit(document)
		out, err := json.Marshal(document)
		require.NoError(t, err)
		return out
	})
	require.NoError(t, os.Remove(filepath.Join(dir, "identityProtection", "riskyUsers.json")))
	return dir
}

func leaves(principal, role string) func(jsonObject) {
	return func(d jsonObject) {
		var kept []any
		for _, row := range d["value"].([]any) {
			if r := row.(jsonObject); r["principalId"] != principal || r["roleDefinitionId"] != role {
				kept = append(kept, row)
			}
		}
		d["value"] = kept
	}
}

func joins(principal, role string) func(jsonObject) {
	return func(d jsonObject) {
		d["value"] = append(d["value"].([]any), jsonObject{"id": "newcomer-1", "principalId": principal, "roleDefinitionId": role,
			"directoryScopeId": "/", "appScopeId": nil, "memberType": "Direct", "startDateTime": "2026-12-01T00:00:00Z", "endDateTime": nil})
	}
}

// TestDiffReports: what a person reads. Read the change before you accept it: go
// test ./examples/privpath -update.
func TestDiffReports(t *testing.T) {
	before, now := copyTenant(t, "middling", same), aMonthLater(t)
	for _, format := range []string{"text", "markdown"} {
		code, out, stderr := call(t, "diff", "-format", format, before, now)
		require.Equal(t, exitDone, code, stderr)
		f, err := diff.Lookup(format)
		require.NoError(t, err)
		golden := filepath.Join("testdata", "middling-diff"+f.Extension)
		if *update {
			require.NoError(t, os.WriteFile(golden, []byte(out), 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), out)
	}
}

const diffMark = "<!-- diff: go test ./examples/privpath -run TestDiffInREADME -update -->\n"

// TestDiffInREADME: the example in README.md is what the command prints, up to the
// findings.
func TestDiffInREADME(t *testing.T) {
	now := copyTenant(t, "mature", func(path string, text []byte) []byte {
		switch path {
		case "manifest.json":
			return bytes.Replace(text, []byte("2026-11-20T09:00:00Z"), []byte("2026-11-21T09:00:00Z"), 1)
		case "identity/conditionalAccess/policies.json":
			var document jsonObject
			require.NoError(t, json.Unmarshal(text, &document))
			for _, row := range document["value"].([]any) {
				if p := row.(jsonObject); strings.HasPrefix(p["displayName"].(string), "CA201") {
					p["state"] = "enabledForReportingButNotEnforced"
				}
			}
			out, err := json.Marshal(document)
			require.NoError(t, err)
			return out
		}
		return text
	})
	code, out, stderr := call(t, "diff", copyTenant(t, "mature", same), now)
	require.Equal(t, exitDone, code, stderr)
	shown, _, ok := strings.Cut(out, "\n\nNew findings\n")
	require.True(t, ok, out)
	const file = "../../README.md"
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	before, after, ok := strings.Cut(string(text), diffMark)
	require.True(t, ok, "README.md has lost its mark")
	_, after, _ = strings.Cut(after, "\n```\n")
	want := before + diffMark + "```text\n" + shown + "\n```\n" + after
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(want), 0o644))
		return
	}
	require.Equal(t, want, string(text), "go test ./examples/privpath -run TestDiffInREADME -update")
}

// TestDiffOfAssessmentsIsThatOfTheirExports: but for the configuration and the
// proofs, which need the exports.
func TestDiffOfAssessmentsIsThatOfTheirExports(t *testing.T) {
	before, now := copyTenant(t, "middling", same), aMonthLater(t)
	saved := func(dir string) string {
		file := filepath.Join(t.TempDir(), "a.json")
		code, _, stderr := call(t, "assess", "-format", "json", "-o", file, dir)
		require.Equal(t, exitDone, code, stderr)
		return file
	}
	read := func(args ...string) diff.Diff {
		t.Helper()
		code, out, stderr := call(t, append([]string{"diff", "-format", "json"}, args...)...)
		require.Equal(t, exitDone, code, stderr)
		require.NoError(t, schema.Validate(schema.Diff, []byte(out)))
		var d diff.Diff
		require.NoError(t, json.Unmarshal([]byte(out), &d))
		return d
	}
	exports, assessments := read(before, zipped(t, now, "")), read(saved(before), saved(now))
	require.NotEmpty(t, exports.Configuration)
	require.Nil(t, assessments.Configuration)
	named := 0
	for i := range assessments.Reach {
		for _, c := range assessments.Reach[i].Causes {
			require.Equal(t, diff.Named, c.Proof)
			named++
		}
		assessments.Reach[i].Causes, exports.Reach[i].Causes = nil, nil
	}
	require.Positive(t, named)
	exports.Configuration = nil
	require.Equal(t, exports, assessments)

	// A written assessment and the export that it was made of are the same.
	for _, name := range tenants.Names() {
		dir := copyTenant(t, name, same)
		d := read(saved(dir), dir)
		require.True(t, d.Empty(), name)
		require.Empty(t, d.Warnings, name)
	}
}

func TestDiffWithoutProofs(t *testing.T) {
	code, out, stderr := call(t, "diff", "-prove=false", copyTenant(t, "middling", same), aMonthLater(t))
	require.Equal(t, exitDone, code, stderr)
	require.Contains(t, out, "CA110")
	require.NotContains(t, out, "Because of")
}

func TestDiffSARIF(t *testing.T) {
	code, out, stderr := call(t, "diff", "-format", "sarif", copyTenant(t, "middling", same), aMonthLater(t))
	require.Equal(t, exitDone, code, stderr)
	var log struct {
		Runs []struct {
			Results []struct {
				RuleID   string         `json:"ruleId"`
				Kind     string         `json:"kind"`
				Baseline string         `json:"baselineState"`
				Message  jsonObject     `json:"message"`
				Extra    map[string]any `json:"properties"`
			} `json:"results"`
		} `json:"runs"`
	}
	require.NoError(t, json.Unmarshal([]byte(out), &log))
	states := map[string]map[string]int{}
	for _, r := range log.Runs[0].Results {
		if states[r.RuleID] == nil {
			states[r.RuleID] = map[string]int{}
		}
		states[r.RuleID][r.Baseline+" "+r.Kind]++
	}
	require.Positive(t, states["ISO-01"]["absent fail"], "fixed")
	require.Zero(t, states["FND-23"]["absent fail"], "its data are gone: nothing is fixed")
	require.Positive(t, states["FND-23"]["updated open"])
	for rule, kinds := range states {
		require.Zero(t, kinds[" fail"]+kinds[" open"]+kinds[" review"], "%s has a result without a state", rule)
	}
}

func TestDiffExitStatus(t *testing.T) {
	dir := t.TempDir()
	before, now, other := copyTenant(t, "middling", same), aMonthLater(t), copyTenant(t, "mature", same)
	cut := filepath.Join(dir, "cut.json")
	a := assessJSON(t, before)
	text, err := a.JSON()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(cut, text[:len(text)/2], 0o644))
	odd := filepath.Join(dir, "odd.json")
	require.NoError(t, os.WriteFile(odd, []byte(strings.Replace(string(text), `"schemaVersion": "1"`, `"schemaVersion": "9"`, 1)), 0o644))
	var unnamed model.Assessment
	require.NoError(t, json.Unmarshal(text, &unnamed))
	tests := []struct {
		name string
		args []string
		code int
		says string
	}{
		{"one argument", []string{before}, exitUsage, "needs two arguments"},
		{"three arguments", []string{before, before, now}, exitUsage, "needs two arguments"},
		{"a format that is none", []string{"-format", "csv", before, now}, exitUsage, "text, json, markdown, sarif"},
		{"a gate that is none", []string{"-fail-on", "better", before, now}, exitUsage, `no "better"`},
		{"a path that is none", []string{before, "/nothing/here"}, exitError, "no such file"},
		{"an assessment that was cut off", []string{before, cut}, exitError, "cut.json"},
		{"an assessment of another version", []string{odd, before}, exitError, "schemaVersion"},
		{"two tenants", []string{before, other}, exitError, "two tenants"},
		{"two tenants by force", []string{"-force", before, other}, exitDone, ""},
		{"nothing changed", []string{"-fail-on", "new,worse,undecided,opened,lower,changed", before, before}, exitDone, ""},
		{"opened", []string{"-fail-on", "opened", before, now}, exitMet, "adm-bgillimoor@quillmarshhousing.onmicrosoft.com as Global Administrator"},
		{"undecided", []string{"-fail-on", "undecided", before, now}, exitMet, "FND-23"},
		{"lower, the other way round", []string{"-fail-on", "lower", now, before}, exitMet, "the score"},
		{"changed", []string{"-fail-on", "changed", before, now}, exitMet, "changed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, _, stderr := call(t, append([]string{"diff"}, tt.args...)...)
			require.Equal(t, tt.code, code, stderr)
			require.Contains(t, stderr, tt.says)
		})
	}
}
