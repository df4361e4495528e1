package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess/plan"
	"github.com/privpath/privpath/internal/jobs"
	"github.com/privpath/privpath/schema"
)

const readmePlan, readmePlanEnd = "<!-- plan: go test ./examples/privpath -run TestPlanText -update -->\n```text\n", "```\n"

// TestPlanText is the plan for the PIM-only tenant, and the README's block is how
// it begins. Read the change before you accept it: -update.
func TestPlanText(t *testing.T) {
	code, out, stderr := call(t, "plan", copyTenant(t, "pim-only", same))
	require.Equal(t, exitDone, code, stderr)
	golden, readme := filepath.Join("testdata", "pim-only-plan.txt"), filepath.Join("..", "..", "README.md")
	page, err := os.ReadFile(readme)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(page), readmePlan)
	require.True(t, found)
	shown, after, found := strings.Cut(rest, readmePlanEnd)
	require.True(t, found)
	begins, _, found := strings.Cut(out, "\n2. ")
	require.True(t, found)
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(out), 0o644))
		require.NoError(t, os.WriteFile(readme, []byte(before+readmePlan+begins+readmePlanEnd+after), 0o644))
		shown = begins
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), out)
	require.Equal(t, begins, shown, "README.md")
}

// Every request's body stands whole in a literal here-string.
func TestPlanPowerShell(t *testing.T) {
	text := jobs.PowerShell(plan.Request{Method: "PATCH", Path: "/identity/conditionalAccess/policies/x'; rm ’", Body: json.RawMessage(`{"a":"'@\n'@ x"}`)})
	require.Contains(t, text, `policies/x%27%3B%20rm%20%E2%80%99' -ContentType`)
	body := strings.TrimSuffix(text[strings.Index(text, "@'\n")+3:], "\n'@\n")
	require.NotContains(t, body, "\n'@")
	require.JSONEq(t, `{"a":"'@\n'@ x"}`, body)
}

func TestPlanApply(t *testing.T) {
	tenant := copyTenant(t, "pim-only", same)
	code, out, stderr := call(t, "plan", "-format", "json", "-steps", "1", tenant)
	require.Equal(t, exitDone, code, stderr)
	var made plan.Plan
	require.NoError(t, json.Unmarshal([]byte(out), &made))
	text, err := json.Marshal(made.Change)
	require.NoError(t, err)
	require.NoError(t, schema.Validate(schema.Change, text))
	file := filepath.Join(t.TempDir(), "change.json")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	code, out, stderr = call(t, "plan", "-apply", file, tenant)
	require.Equal(t, exitDone, code, stderr)
	require.Contains(t, out, "closes 64 places and stops 8 attackers; opens 0 places")
	require.Contains(t, out, "lock-out check: safe")
	result := filepath.Join(t.TempDir(), "effect.json")
	code, _, stderr = call(t, "plan", "-apply", file, "-format", "json", "-o", result, tenant)
	require.Equal(t, exitDone, code, stderr)
	text, err = os.ReadFile(result)
	require.NoError(t, err)
	var effect plan.Effect
	require.NoError(t, json.Unmarshal(text, &effect))
	require.Equal(t, made.After, effect.After)

	require.NoError(t, os.WriteFile(file, []byte(`{"format":"privpath-change/1","operations":[{"op":"delete","dataset":"identity/conditionalAccess/policies","id":"nobody"}]}`), 0o600))
	code, _, stderr = call(t, "plan", "-apply", file, tenant)
	require.Equal(t, exitError, code)
	require.Contains(t, stderr, `there is no record "nobody"`)
	code, _, stderr = call(t, "plan", "-format", "png", tenant)
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "no format")
	code, _, _ = call(t, "plan", "-steps", "0", tenant)
	require.Equal(t, exitUsage, code)
}
