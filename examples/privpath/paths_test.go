package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/model"
)

// TestSamplePaths are the ways into Tier 0 of each sample tenant. Read the change
// before you accept it: go test ./examples/privpath -update.
func TestSamplePaths(t *testing.T) {
	for _, name := range tenants.Names() {
		code, out, stderr := call(t, "paths", copyTenant(t, name, same))
		require.Equal(t, exitDone, code, stderr)
		golden := filepath.Join("testdata", name+"-paths.txt")
		if *update {
			require.NoError(t, os.WriteFile(golden, []byte(out), 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), out, name)
	}
}

// The document holds the same paths as the assessment, and every hop leads
// between nodes of its path.
func TestPathsDocument(t *testing.T) {
	tenant := copyTenant(t, "middling", same)
	code, out, stderr := call(t, "paths", "-format", "json", tenant)
	require.Equal(t, exitDone, code, stderr)
	var doc pathsDocument
	require.NoError(t, json.Unmarshal([]byte(out), &doc))
	code, out, stderr = call(t, "assess", "-format", "json", tenant)
	require.Equal(t, exitDone, code, stderr)
	var a model.Assessment
	require.NoError(t, json.Unmarshal([]byte(out), &a))
	require.Equal(t, a.Paths, doc.Paths)
	require.Equal(t, a.Tier0, doc.Tier0)
	require.NotEmpty(t, doc.Paths)
	for _, p := range doc.Paths {
		places := map[[2]int]bool{}
		for _, n := range p.Nodes {
			require.False(t, places[[2]int{n.Layer, n.Row}], "two nodes in one place")
			places[[2]int{n.Layer, n.Row}] = true
		}
		for _, h := range p.Hops {
			require.Equal(t, h.From, p.Nodes[h.Source].PrincipalRef)
			require.Equal(t, h.To, p.Nodes[h.Target].PrincipalRef)
		}
		require.Equal(t, p.Verdict == model.Reaches, len(p.Unknown) == 0)
	}
}

func TestPathsAsDOT(t *testing.T) {
	code, out, stderr := call(t, "paths", "-format", "dot", copyTenant(t, "middling", same))
	require.Equal(t, exitDone, code, stderr)
	require.True(t, strings.HasPrefix(out, "digraph paths {") && strings.HasSuffix(out, "}\n"))
	require.Contains(t, out, "ownsApplication")
}

func TestPathsOfOnePrincipalAndItsBlastRadius(t *testing.T) {
	tenant := copyTenant(t, "middling", same)
	code, out, _ := call(t, "paths", "-from", "edda", tenant)
	require.Equal(t, exitDone, code)
	require.Contains(t, out, "owns the application Joiner Mover Leaver automation")
	require.NotContains(t, out, "hanako.harkaway@quillmarsh.example with")
	code, out, _ = call(t, "paths", "-blast", "edda.oxbarrow@quillmarsh.example", tenant)
	require.Equal(t, exitDone, code)
	require.Contains(t, out, "tier0")
	code, _, stderr := call(t, "paths", "-blast", "nobody", tenant)
	require.Equal(t, exitError, code)
	require.Contains(t, stderr, "leads nowhere")
	code, _, stderr = call(t, "paths", "-format", "png", tenant)
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "no format")
}
