// Command generate rewrites the sample tenants. Run it from the root of the
// repository: go run ./examples/tenants/generate
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/privpath/privpath/examples/tenants/internal/gen"
)

func main() {
	root := filepath.Join("examples", "tenants")
	if _, err := os.Stat(filepath.Join(root, "tenants.go")); err != nil {
		fmt.Fprintln(os.Stderr, "generate: run this from the root of the repository:", err)
		os.Exit(1)
	}
	for _, name := range gen.Names() {
		if err := write(filepath.Join(root, name), name); err != nil {
			fmt.Fprintln(os.Stderr, "generate:", err)
			os.Exit(1)
		}
	}
}

// write replaces one tenant's folder, so that no file of an older run remains.
func write(dir, name string) error {
	files, err := gen.Tenant(name, gen.Seed)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("clear %s: %w", dir, err)
	}
	total := 0
	for path, content := range files {
		target := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return fmt.Errorf("make the folder of %s: %w", target, err)
		}
		if err := os.WriteFile(target, content, 0o644); err != nil {
			return fmt.Errorf("write %s: %w", target, err)
		}
		total += len(content)
	}
	fmt.Fprintf(os.Stderr, "%s: %d files, %d bytes\n", name, len(files), total)
	return nil
}
