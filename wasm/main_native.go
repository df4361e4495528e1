//go:build !js

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "wasm: this program runs in the page; build it with GOOS=js GOARCH=wasm, or use examples/privpath here")
	os.Exit(2)
}
