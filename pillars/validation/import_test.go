package validation_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess/assesstest"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/validation"
)

// TestAttestationChangesNothingAboutAnImport is no case file, since taking the
// import away does leave the statement: that is what the statement is for.
func TestAttestationChangesNothingAboutAnImport(t *testing.T) {
	for _, control := range validation.Controls() {
		folder := filepath.Join("testdata", control.ID)
		attested, err := os.ReadFile(filepath.Join(folder, "pass-attested.txtar"))
		if err != nil {
			continue
		}
		refuted, err := os.ReadFile(filepath.Join(folder, "fail.txtar"))
		require.NoError(t, err)
		base, err := os.ReadFile("testdata/base.txtar")
		require.NoError(t, err)
		ground, err := assesstest.Parse(base, nil)
		require.NoError(t, err)
		stated, err := assesstest.Parse(attested, ground)
		require.NoError(t, err)
		both, err := assesstest.Parse(refuted, stated)
		require.NoError(t, err)
		finding, err := assesstest.Judge(control, both)
		require.NoError(t, err)
		require.Equal(t, model.StatusFail, finding.Status, "%s: %s", control.ID, finding.Summary)
	}
}
