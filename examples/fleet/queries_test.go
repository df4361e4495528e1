package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestQueries runs every query in DuckDB over the fleet and holds the answers to
// the rows.
func TestQueries(t *testing.T) {
	if _, err := os.Stat("queries/node_modules/@duckdb/node-api"); err != nil {
		t.Skip("DuckDB is not installed: npm ci in examples/fleet/queries")
	}
	queries, err := filepath.Glob("queries/*.sql")
	require.NoError(t, err)
	queries = slices.DeleteFunc(queries, func(q string) bool { return filepath.Base(q) == "views.sql" })
	out := driftRun(t)
	cmd := exec.CommandContext(t.Context(), "node", append([]string{"queries/run.mjs", out}, queries...)...)
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	require.NoError(t, err)
	var answers map[string][]map[string]any
	require.NoError(t, json.Unmarshal(text, &answers))
	for _, q := range queries {
		require.True(t, strings.HasPrefix(read(t, q), "-- "), "%s says what it answers", q)
		require.NotEmpty(t, answers[strings.TrimSuffix(filepath.Base(q), ".sql")], q)
	}

	all := records(t, out)
	column := func(query string, names ...string) []string {
		var values []string
		for _, row := range answers[query] {
			var parts []string
			for _, n := range names {
				parts = append(parts, fmt.Sprint(row[n]))
			}
			values = append(values, strings.Join(parts, "|"))
		}
		return values
	}
	require.Equal(t, unreadable, column("not-assessed", "bundle"))

	var exposed []string
	for _, r := range only(all, kindReach) {
		if r.text("roleName") == "Global Administrator" && !r.truth("breakGlass") && (r.text("useUnmanagedUntrusted") == "reaches" || r.text("useUnmanagedTrusted") == "reaches") {
			exposed = append(exposed, r.text("bundle")+"|"+r.text("principalName"))
		}
	}
	require.ElementsMatch(t, exposed, column("global-administrator-unmanaged", "bundle", "principalName"))

	fails := map[string]int{}
	for _, r := range only(all, kindFinding) {
		if r.text("status") == "fail" {
			fails[r.text("control")]++
		}
	}
	for _, line := range column("failing-controls", "control", "fails", "tenants") {
		control, _, _ := strings.Cut(line, "|")
		require.Equal(t, fmt.Sprintf("%s|%d|%d", control, fails[control], dozen), line)
	}

	needs := map[string]map[string]bool{}
	for _, r := range only(all, kindNeed) {
		wanted := orElse(r.text("permission"), r.text("dataset"))
		if needs[wanted] == nil {
			needs[wanted] = map[string]bool{}
		}
		needs[wanted][r.text("bundle")+" "+r.text("control")] = true
	}
	var wanted []string
	for w, findings := range needs {
		wanted = append(wanted, fmt.Sprintf("%s|%d", w, len(findings)))
	}
	require.ElementsMatch(t, wanted, column("unknown-by-permission", "wanted", "findings"))
	require.Contains(t, column("drift", "bundle", "subject", "move"), worsened+"|ISO-01|new")
	require.Len(t, answers["worst-tenants"], dozen)
	require.Len(t, answers["maturity"], 25)
}
