package validation_test

import (
	"path/filepath"
	"testing"

	"github.com/privpath/privpath/assess/assesstest"
	"github.com/privpath/privpath/pillars/validation"
)

func TestControls(t *testing.T) {
	for _, c := range validation.Controls() {
		t.Run(c.ID, func(t *testing.T) {
			assesstest.Run(t, c, filepath.Join("testdata", c.ID), "testdata/base.txtar")
		})
	}
}
