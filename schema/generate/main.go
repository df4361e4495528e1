// Generate writes the JSON Schemas beside this package's parent.
//
//	go generate ./schema
package main

import (
	"fmt"
	"os"

	"github.com/privpath/privpath/schema"
)

func main() {
	files, err := schema.Generate()
	if err == nil {
		for name, text := range files {
			if err = os.WriteFile(name, text, 0o644); err != nil {
				break
			}
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
