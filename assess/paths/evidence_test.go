package paths_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess/paths"
	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
)

// Every hop of every way, of our own cases and of the sample tenants, shows a
// record that is there, and knows what it demands: by itself, or of the sign-ins
// that it rests on. What is not known for want of a data set names that.
func TestEveryHopHasEvidenceAndObligations(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	var names []string
	for _, d := range model.Datasets() {
		names = append(names, d.Name)
	}
	kinds, edges := map[string]bool{}, map[string]bool{}
	check := func(name string, g *paths.Graph, there func(model.Evidence) bool) {
		ways := g.Paths()
		for _, l := range g.Lockouts() {
			ways = append(ways, l.Paths...)
		}
		for _, p := range ways {
			knows(t, name, p, there)
			for _, n := range p.Nodes {
				kinds[n.Kind] = true
			}
			for _, h := range p.Hops {
				edges[h.Edge] = true
			}
		}
	}
	for _, file := range files {
		c := parse(t, file)
		check(file, build(t, c), func(e model.Evidence) bool {
			rows, ok := c.Files[strings.TrimSuffix(e.File, ".json")]
			return ok && stands(rows, e.Pointer) || e.File == "declarations.json"
		})
	}
	for _, name := range tenants.Names() {
		bundle, err := tenants.FS(name)
		require.NoError(t, err)
		whole, err := export.FS(bundle, export.Options{}).Load(context.Background(), names)
		require.NoError(t, err)
		g, err := paths.Build(context.Background(), whole, paths.Options{})
		require.NoError(t, err)
		check(name, g, func(e model.Evidence) bool {
			text, err := fs.ReadFile(bundle, e.File)
			require.NoError(t, err)
			var document any
			require.NoError(t, json.Unmarshal(text, &document))
			return stands(document, e.Pointer)
		})
	}
	for _, e := range paths.Edges() {
		require.True(t, edges[e.Name], "no way takes %s", e.Name)
	}
	known := map[string]bool{}
	for _, n := range paths.Nodes() {
		known[n.Name] = true
		require.True(t, kinds[n.Name], "no way passes a node of kind %s", n.Name)
	}
	for kind := range kinds {
		require.True(t, known[kind], "kind %s is not listed", kind)
	}
}

// knows holds a way's hops to their evidence and their obligations.
func knows(t *testing.T, name string, p model.Path, there func(model.Evidence) bool) {
	absent := p.Verdict != model.Reaches && len(p.Unknown) > 0
	for i, h := range p.Hops {
		at := name + ": " + h.Edge + ": " + h.From.Name + " " + h.Explanation
		require.True(t, len(h.Evidence) > 0 || absent && h.From.Kind == "anyone", "%s: no evidence", at)
		for _, e := range h.Evidence {
			if !there(e) && absent { // a property that is not known, of a record that is
				e.Pointer = e.Pointer[:strings.LastIndex(e.Pointer, "/")]
			}
			require.True(t, there(e), "%s: nothing stands at %s of %s", at, e.Pointer, e.File)
		}
		demanded := append(slices.Clone(h.Requires), h.RestsOn...)
		for _, before := range slices.Backward(p.Hops[:i]) {
			if before.To == h.From { // the last that leads straight here
				require.Subset(t, demanded, ownDemands(before, h), at)
				break
			}
		}
		signsIn := slices.Contains([]string{"usesRole", "activatesRole", "activatesMembership", "signsIn", "ridesSession"}, h.Edge)
		require.False(t, signsIn && len(h.Requires) == 0, "%s: a sign-in without an obligation", at)
	}
}

// ownDemands are what a hop demanded of whoever goes on from where it led: one that
// signs in goes on with demands of its own.
func ownDemands(before, next model.Hop) []string {
	if len(next.Requires) > 0 {
		return nil
	}
	return append(slices.Clone(before.Requires), before.RestsOn...)
}

// stands reports whether a JSON pointer leads to something, null included.
func stands(document any, pointer string) bool {
	for _, segment := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		switch at := document.(type) {
		case []any:
			i, err := strconv.Atoi(segment)
			if err != nil || i >= len(at) {
				return false
			}
			document = at[i]
		case map[string]any:
			next, ok := at[strings.NewReplacer("~1", "/", "~0", "~").Replace(segment)]
			if !ok {
				return false
			}
			document = next
		default:
			return false
		}
	}
	return true
}
