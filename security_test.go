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

// TestSecurityNamesTests: every test that SECURITY.md names exists, and every
// threat has one.
func TestSecurityNamesTests(t *testing.T) {
	var tests strings.Builder
	for _, text := range testFiles(t) {
		tests.WriteString(text)
	}
	text, err := os.ReadFile("SECURITY.md")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(text), "| threat |")
	require.True(t, found)
	_, table, _ = strings.Cut(table, "\n")    // the rest of the heading
	table, _, _ = strings.Cut(table, "\n## ") // what follows the table
	threats := 0
	for line := range strings.Lines(table) {
		if !strings.HasPrefix(line, "| ") {
			continue
		}
		columns := strings.Split(line, "|")
		named := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(columns[len(columns)-2], -1)
		threats++
		require.NotEmpty(t, named, line)
		for _, name := range named {
			if strings.HasSuffix(name[1], ".mjs") {
				require.FileExists(t, filepath.Join("wasm", "web", "test", name[1]))
				continue
			}
			require.Contains(t, tests.String(), "\nfunc "+name[1]+"(", "SECURITY.md names a test that does not exist")
		}
	}
	require.GreaterOrEqual(t, threats, 10)
}

// testFiles are the texts of all test files below the module's folder, by path.
func testFiles(t *testing.T) map[string]string {
	texts := map[string]string{}
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == "node_modules" || d.Name() == ".git" {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, "_test.go") {
			text, err := os.ReadFile(path)
			texts[path] = string(text)
			return err
		}
		return nil
	}))
	return texts
}
