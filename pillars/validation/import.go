package validation

import (
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

const day = 24 * time.Hour

// attestationLife is how long a statement counts about something that Graph does
// not show and that an import would.
const attestationLife = 365 * day

// attestedUnless gives the owner's statement where the import is not there. An
// import that is there decides, and no statement changes it.
func attestedUnless[T any](p *assess.Pass, rows model.Rows[T]) (v assess.Verdict, attested bool) {
	if rows.Coverage().State == model.Absent {
		return assess.Attested(p, attestationLife), true
	}
	return assess.Verdict{}, false
}

func unknown() model.Truth { return model.Unknown }
