// Supply says what the project is built from: every module and package that is
// linked, under which licence, as a list to check and as a software bill of
// materials (CycloneDX 1.6, JSON).
//
//	go run ./tools/supply licences     list them; exit status 1 where a licence is not allowed
//	go run ./tools/supply sbom         write the bill of materials; the same input gives the same bytes
//	go run ./tools/supply vulndb DIR   write the vulnerability database of Go to a folder, for govulncheck -db
package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "supply:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	if len(args) == 2 && args[0] == "vulndb" {
		return fetchVulndb(args[1], out)
	}
	if len(args) != 1 || args[0] != "licences" && args[0] != "sbom" {
		return fmt.Errorf("call it with licences, sbom or vulndb DIR")
	}
	parts, err := linked(".")
	if err != nil {
		return err
	}
	if args[0] == "sbom" {
		return writeSBOM(out, parts)
	}
	for _, p := range parts {
		if _, err := fmt.Fprintf(out, "%-14s %s %s\n", p.Licence, p.Name, p.Version); err != nil {
			return err
		}
	}
	return allowed(parts)
}
