// Generate writes the corpus of malformed input to examples/malformed/corpus.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/privpath/privpath/examples/malformed"
)

func main() {
	if err := write("examples/malformed/corpus"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(root string) error {
	files, err := malformed.Generate()
	if err != nil {
		return err
	}
	for _, kind := range malformed.Kinds() {
		if err := os.RemoveAll(filepath.Join(root, kind)); err != nil {
			return err
		}
	}
	for name, content := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
