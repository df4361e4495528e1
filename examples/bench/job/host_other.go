//go:build !js

package main

import (
	"os"

	"github.com/privpath/privpath/graphsource/export"
)

func source(dir string) *export.Source { return export.FS(os.DirFS(dir), export.Options{}) }
