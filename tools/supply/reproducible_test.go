package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBuildsAreReproducible: the program and the page's program come out the same
// from two folders. `make reproducible` does the same with empty caches, for every
// platform and for the page.
func TestBuildsAreReproducible(t *testing.T) {
	if testing.Short() {
		t.Skip("links the programs four times")
	}
	digests := map[string][]string{}
	for _, folder := range []string{"one", "another/and/deeper"} {
		root := filepath.Join(t.TempDir(), folder)
		copyModule(t, root)
		for name, platform := range map[string][]string{"./examples/privpath": {"CGO_ENABLED=0"}, "./wasm": {"GOOS=js", "GOARCH=wasm"}} {
			out := filepath.Join(t.TempDir(), "program")
			build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", out, name)
			build.Dir, build.Env = root, append(os.Environ(), platform...)
			said, err := build.CombinedOutput()
			require.NoError(t, err, "%s", said)
			program, err := os.ReadFile(out)
			require.NoError(t, err)
			require.NotContains(t, string(program), root, "%s holds the folder that it was built in", name)
			sum := sha256.Sum256(program)
			digests[name] = append(digests[name], hex.EncodeToString(sum[:]))
		}
	}
	for name, sums := range digests {
		require.Len(t, sums, 2)
		require.Equal(t, sums[0], sums[1], name)
	}
}

// copyModule copies the files that git tracks and what is new.
func copyModule(t *testing.T, to string) {
	t.Helper()
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = "../.."
	out, err := list.Output()
	require.NoError(t, err)
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Join("../..", name))
		if os.IsNotExist(err) {
			continue // deleted and not committed
		}
		require.NoError(t, err)
		target := filepath.Join(to, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(target), 0o755))
		require.NoError(t, os.WriteFile(target, text, 0o644))
	}
}
