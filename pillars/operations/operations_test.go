package operations_test

import (
	"path/filepath"
	"testing"

	"github.com/privpath/privpath/assess/assesstest"
	"github.com/privpath/privpath/pillars/operations"
)

func TestControls(t *testing.T) {
	for _, control := range operations.Controls() {
		t.Run(control.ID, func(t *testing.T) {
			assesstest.Run(t, control, filepath.Join("testdata", control.ID), "../testdata/base.txtar")
		})
	}
}
