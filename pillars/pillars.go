// Package pillars is the control catalogue of the Privileged Path Framework,
// one package a pillar and one control a file. Based on the Privileged Path
// Framework by Andy Kemp; the texts are ours.
package pillars

import (
	"slices"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/pillars/control"
	"github.com/privpath/privpath/pillars/foundation"
	"github.com/privpath/privpath/pillars/isolation"
	"github.com/privpath/privpath/pillars/operations"
	"github.com/privpath/privpath/pillars/validation"
)

//go:generate go run ./internal/generate
//go:generate go test . -run TestCatalogueIsCurrent -update

// All lists every control, in framework order. The slice is the caller's; the
// controls are shared and must not be changed.
func All() []*assess.Control {
	return slices.Concat(foundation.Controls(), control.Controls(), isolation.Controls(),
		operations.Controls(), validation.Controls())
}
