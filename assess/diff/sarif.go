package diff

import (
	"io"

	"github.com/privpath/privpath/assess/report"
	"github.com/privpath/privpath/model"
)

// SARIF writes the new assessment's results, each with its baseline state, and
// those of the old one that are there no more. A result that is no longer decided
// is not absent: it is open. d is what [Compare] said of the two.
func SARIF(w io.Writer, d *Diff, old, new *model.Assessment) error {
	return report.SARIFBaseline(w, old, new, func(control string, s model.Subject) bool { return d.gone(control, s) == Fixed })
}
