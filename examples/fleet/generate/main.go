// Generate writes a fleet of invented tenants as bundles, to measure with and to
// try queries on:
//
//	go -C examples/fleet run ./generate -n 1000 FOLDER
//
// Each is one of the three sample tenants under other ids and names, with some of
// its policies turned off and some of its files left out. The same seed gives the
// same bytes.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/privpath/privpath/examples/fleet/internal/sample"
)

func main() {
	n := flag.Int("n", 12, "how many tenants")
	seed := flag.Uint64("seed", 1, "what chance begins with")
	flag.Parse()
	if err := generate(flag.Arg(0), *n, *seed); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// generate writes the tenants, and one more that is cut off.
func generate(folder string, n int, seed uint64) error {
	if folder == "" {
		return fmt.Errorf("name the folder to write to")
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	var bundle []byte
	for i := range n {
		var err error
		if bundle, err = sample.Bundle(seed, i); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("tenant-%05d.zip", i)), bundle, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(folder, "corrupt.zip"), bundle[:len(bundle)/2], 0o644)
}
