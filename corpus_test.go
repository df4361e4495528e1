package privpath_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryFuzzTargetHasACorpus: a part of what fuzzing found is kept beside each
// target, small enough that every run of the tests goes through it.
func TestEveryFuzzTargetHasACorpus(t *testing.T) {
	declared := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(\w+ \*testing\.F\)`)
	kept := map[string]bool{} // by folder
	for path, text := range testFiles(t) {
		for _, target := range declared.FindAllStringSubmatch(text, -1) {
			kept[filepath.Join(filepath.Dir(path), "testdata", "fuzz", target[1])] = true
		}
	}
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
