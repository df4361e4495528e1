package assesstest

import (
	"io/fs"
	"testing"
	"testing/fstest"
)

// Files copies an export into memory, so that a test can take files away and change
// them. It fails the test where one cannot be read.
func Files(t testing.TB, source fs.FS) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(source, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(source, path)
		files[path] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatalf("assesstest: %v", err)
	}
	return files
}
