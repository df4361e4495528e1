package live_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/graphsource/live"
	"github.com/privpath/privpath/graphsource/live/livetest"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

var update = flag.Bool("update", false, "rewrite the table of costs in README.md")

// grown is a sample tenant with so many users, and for every hundred of them fifty
// devices, thirty groups, two applications and six service principals; whoever has
// privileges stays the same. These shares are an assumption: tenants differ widely.
func grown(t testing.TB, tenant fs.FS, users int) fs.FS {
	t.Helper()
	bundle, _ := offline(t, tenant)
	id, appID := regexp.MustCompile(`"(id|deviceId)":\s*"[^"]*"`), regexp.MustCompile(`"appId":\s*"[^"]*"`)
	grow := func(file string, count int) {
		var list struct {
			Value []json.RawMessage `json:"value"`
		}
		require.NoError(t, json.Unmarshal(bundle[file].Data, &list))
		model := regexp.MustCompile(`"isAssignableToRole":\s*true`).ReplaceAllString(string(list.Value[len(list.Value)-1]), `"isAssignableToRole":null`)
		for i := len(list.Value); i < count; i++ {
			text := id.ReplaceAllString(model, fmt.Sprintf(`"$1":"00000000-0000-4000-8000-%012d"`, i))
			list.Value = append(list.Value, json.RawMessage(appID.ReplaceAllString(text, fmt.Sprintf(`"appId":"00000000-0000-4000-9000-%012d"`, i))))
		}
		text, err := json.Marshal(list)
		require.NoError(t, err)
		bundle[file] = &fstest.MapFile{Data: text}
	}
	grow("users.json", users)
	grow("devices.json", users/2)
	grow("deviceManagement/managedDevices.json", users/2)
	grow("groups.json", users*30/100)
	grow("applications.json", users*2/100)
	grow("servicePrincipals.json", users*6/100)
	return bundle
}

// cost collects what the controls need, with Graph's own page sizes.
func cost(t testing.TB, tenant fs.FS) (live.Stats, map[string]int) {
	t.Helper()
	s := &livetest.Server{Tenant: tenant, PageSize: 999}
	s.Start()
	t.Cleanup(s.Close)
	opts := options(s)
	opts.Beside = tenant
	c, err := live.New(opts)
	require.NoError(t, err)
	store := live.NewZip(io.Discard)
	_, stats, err := c.Collect(t.Context(), store, append(assess.Needs(pillars.All()), model.SignIns.Name()))
	require.NoError(t, err)
	require.NoError(t, store.Close())
	byKind := map[string]int{}
	for _, call := range s.Calls() {
		switch kind := strings.TrimPrefix(call.Path, "/v1.0/"); kind {
		case "users", "devices", "deviceManagement/managedDevices", "groups", "applications", "servicePrincipals":
			byKind["directory"]++
		default:
			byKind["rest"]++
		}
	}
	return stats, byKind
}

func title(users int) string {
	if users <= 200 {
		return "200 users"
	}
	return fmt.Sprintf("%d users, %d devices, %d groups, %d applications, %d service principals", users, users/2, users*30/100, users*2/100, users*6/100)
}

const costMark = "<!-- costs: go test ./graphsource/live -run TestCosts -update -->\n"

// TestCosts: what a collection costs, and that only the lists of what is in the directory
// grow with the tenant. The table stands in README.md.
func TestCosts(t *testing.T) {
	if testing.Short() {
		t.Skip("a tenant of 100,000 users")
	}
	var table strings.Builder
	table.WriteString("| tenant (middling sample) | HTTP requests | of them for the lists of users, devices, groups and applications | requests inside $batch | reply bytes |\n|---|---|---|---|---|\n")
	rest := map[int]int{}
	for _, users := range []int{200, 100_000} {
		tenant := sample(t, "middling")
		if users > 200 {
			tenant = grown(t, tenant, users)
		}
		stats, calls := cost(t, tenant)
		rest[users] = calls["rest"]
		fmt.Fprintf(&table, "| %s | %d | %d | %d | %.1f MB |\n", title(users), stats.Requests, calls["directory"], stats.Batched, float64(stats.Bytes)/1e6)
	}
	require.Equal(t, rest[200], rest[100_000], "only the directory's own lists may grow")
	const file = "../../README.md"
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	before, after, ok := strings.Cut(string(text), costMark)
	require.True(t, ok, "README.md has lost its mark")
	_, after, _ = strings.Cut(after, "\n\n")
	want := before + costMark + table.String() + "\n" + after
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(want), 0o600))
		return
	}
	require.Equal(t, want, string(text), "go test ./graphsource/live -run TestCosts -update")
}
