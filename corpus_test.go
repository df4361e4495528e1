package privpath_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryFuzzTargetHasACorpus: a part of what fuzzing found is kept beside each
// target, small enough that every run of the tests goes through it.
func TestEveryFuzzTargetHasACorpus(t *testing.T) {
	declared := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(\w+ \*testing\.F\)`)
	kept := map[string]bool{} // by folder
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == "node_modules" || d.Name() == ".git" {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, target := range declared.FindAllStringSubmatch(string(text), -1) {
			kept[filepath.Join(filepath.Dir(path), "testdata", "fuzz", target[1])] = true
		}
		return nil
	}))
	require.Greater(t, len(kept), 15)
	total := int64(0)
	for folder := range kept {
		inputs, err := os.ReadDir(folder)
		require.NoError(t, err, "fuzz it, then: go run ./tools/corpus %s", filepath.Base(folder))
		require.NotEmpty(t, inputs, folder)
		for _, input := range inputs {
			info, err := input.Info()
			require.NoError(t, err)
			total += info.Size()
		}
	}
	require.Less(t, total, int64(2<<20), "the kept inputs are to be few and small")
}
