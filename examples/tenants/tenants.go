// Package tenants holds three invented organisations as export bundles: raw
// Microsoft Graph responses, each at the path of its request. README.md tells
// their stories. They are embedded, so a program can assess one anywhere.
package tenants

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:generate go run -C ../.. ./examples/tenants/generate

//go:embed pim-only middling mature
var bundles embed.FS

// Names lists the sample tenants, the weakest first.
func Names() []string { return []string{"pim-only", "middling", "mature"} }

// FS opens one sample tenant as a folder bundle.
func FS(name string) (fs.FS, error) {
	for _, known := range Names() {
		if name == known {
			return fs.Sub(bundles, name)
		}
	}
	return nil, fmt.Errorf("no sample tenant is called %q: choose one of %q", name, Names())
}
