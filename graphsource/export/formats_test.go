package export_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
)

var update = flag.Bool("update", false, "write FORMATS.md")

// compareFormats holds FORMATS.md to the table in the code and to what the
// sample tenants, written as each tool writes them, decide.
func compareFormats(t *testing.T, decided map[string]map[string]bool) {
	var page strings.Builder
	page.WriteString(`# Exports of other tools

What ` + "`privpath`" + ` reads beside Graph's own replies and the objects of the Graph PowerShell SDK. Nothing needs to be said: each is recognised by itself, also in a zip, and several of one tenant are joined. What a tool does not supply is unknown, and the finding names the request that adds it.

"Whole" is what can be complete, once the export itself says that it was read to its end; "in part" never is, for the reason given. "Decides" lists the controls that at least one of the sample tenants, written as the tool writes it, decides; a finding from a tool's export is the one from the whole bundle, or unknown.

<!-- written by: go test ./graphsource/export -run TestSameFactsOfEveryTool -update -->
`)
	for _, f := range export.Formats() {
		fmt.Fprintf(&page, "\n## %s\n\nRecognised by %s.\n\n", f.Tool, f.Known)
		var inFull []string
		limits := map[string][]string{}
		var order []string
		for _, s := range f.Supplies {
			if s.Limit == "" {
				inFull = append(inFull, "`"+s.Dataset+"`")
				continue
			}
			if limits[s.Limit] == nil {
				order = append(order, s.Limit)
			}
			limits[s.Limit] = append(limits[s.Limit], "`"+s.Dataset+"`")
		}
		if inFull != nil {
			fmt.Fprintf(&page, "- Whole: %s\n", strings.Join(inFull, ", "))
		}
		for _, limit := range order {
			fmt.Fprintf(&page, "- In part, %s: %s\n", limit, strings.Join(limits[limit], ", "))
		}
		fmt.Fprintf(&page, "- %s\n- Known from %s\n", f.Trap, f.Source)
		controls := "nothing by itself; it adds to another export"
		if len(decided[f.Tool]) > 0 {
			controls = strings.Join(slices.Sorted(maps.Keys(decided[f.Tool])), ", ")
		}
		fmt.Fprintf(&page, "- Decides: %s\n", controls)
	}
	if *update {
		require.NoError(t, os.WriteFile("FORMATS.md", []byte(page.String()), 0o644))
	}
	have, err := os.ReadFile("FORMATS.md")
	require.NoError(t, err)
	require.Equal(t, string(have), page.String(), "run the test with -update")
}

// Each tool's files are known by themselves, supply what the table says and
// nothing else, and never more than the table allows.
func TestFormatsSupplyWhatTheySay(t *testing.T) {
	bundle, err := tenants.FS("middling")
	require.NoError(t, err)
	f := factsOf(t, bundle)
	byTool := map[string]export.Format{}
	for _, format := range export.Formats() {
		byTool[format.Tool] = format
	}
	require.Len(t, tools, len(byTool))
	for _, tool := range tools {
		t.Run(tool.name, func(t *testing.T) {
			files := tool.write(t, f)
			delete(files, "users.json") // of PIM's CSV, which needs them for names
			delete(files, "groups.json")
			source := export.FS(bundleOf(files), export.Options{})
			reports, err := source.Inventory(context.Background())
			require.NoError(t, err)
			read := false
			for _, r := range reports {
				require.NotEqual(t, export.StatusMalformed, r.Status, "%s: %s", r.Path, r.Reason)
				read = read || slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, "read as "+tool.name) }) || strings.Contains(r.Reason, "read as "+tool.name)
			}
			require.True(t, read, "nothing was read as %s", tool.name)
			tenant, err := source.Load(context.Background(), nil)
			require.NoError(t, err)
			limits := map[string]string{}
			for _, s := range byTool[tool.name].Supplies {
				limits[s.Dataset] = s.Limit
			}
			for _, in := range tenant.Inputs() {
				limit, supplied := limits[in.Name]
				switch {
				case in.Status == model.Absent:
					if !supplied && in.Name != "declarations" {
						require.Contains(t, in.Detail, "the export of "+tool.name+" holds none", in.Name)
						require.Contains(t, in.Detail, in.Name+".json", "the request that adds it")
					}
				case !supplied:
					t.Errorf("%s: the table does not say that it is supplied", in.Name)
				case limit != "":
					require.Equal(t, model.Partial, in.Status, "%s: %s", in.Name, limit)
				}
			}
		})
	}
}
