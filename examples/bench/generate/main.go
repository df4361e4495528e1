// Command generate writes a synthetic tenant as an export: a folder, or a zip
// where the name ends in .zip. It prints what the answers to the benchmarks'
// question are, as JSON.
//
//	go run ./examples/bench/generate -size M -o /tmp/m
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/privpath/privpath/examples/tenants/synth"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	size := flags.String("size", "S", "S (1,000 users), M (100,000) or L (500,000)")
	users := flags.Int("users", 0, "as many users in the place of a size, with twice as many sign-ins")
	page := flags.Int("page", 0, "records in a file; 0: 1,000, as Graph pages them")
	seed := flags.Uint64("seed", synth.Seed, "the same seed gives the same bytes")
	only := flags.String("only", "", "write only the files whose path begins with this")
	target := flags.String("o", "", "folder or .zip to write; it must not exist")
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := synth.Named(*size)
	if err != nil {
		return err
	}
	if *users > 0 {
		chosen = synth.Size{Users: *users, SignIns: 2 * *users}
	}
	chosen.Page = *page
	tenant, err := synth.New(*seed, chosen)
	if err != nil {
		return err
	}
	if err := write(tenant, *target, *only); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(tenant.Expected())
}

// write refuses to write into what is there: pages of a larger tenant would stay.
func write(tenant *synth.Tenant, target, only string) error {
	if target == "" {
		return fmt.Errorf("say where to write: -o FOLDER or -o FILE.zip")
	}
	if _, err := os.Stat(target); err == nil {
		return fmt.Errorf("%s is there already: remove it first", target)
	}
	if !strings.HasSuffix(target, ".zip") {
		_, err := tenant.WriteFolder(target, only)
		return err
	}
	f, err := os.Create(target)
	if err != nil {
		return err
	}
	err = tenant.WriteZip(f, only)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
