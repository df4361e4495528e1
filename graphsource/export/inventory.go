package export

import (
	"slices"

	"github.com/privpath/privpath/graphsource/internal/requests"
	"github.com/privpath/privpath/model"
)

// Kind says what a file was taken for.
type Kind string

// The kinds of files.
const (
	KindRecords      Kind = "records"
	KindManifest     Kind = "manifest"
	KindDeclarations Kind = "declarations"
	KindIgnored      Kind = "ignored"
)

// Status says how a file was read.
type Status string

// The statuses of a file, from best to worst. StatusIgnored is a file of which
// nothing was used.
const (
	StatusComplete  Status = "complete"
	StatusPartial   Status = "partial"
	StatusMalformed Status = "malformed"
	StatusIgnored   Status = "ignored"
)

// FileReport is what an export's file was taken for, and why.
type FileReport struct {
	Path     string   `json:"path"`
	Size     int64    `json:"size"` // bytes, unpacked
	Encoding string   `json:"encoding,omitempty"`
	Kind     Kind     `json:"kind"`
	Dataset  string   `json:"dataset,omitempty"`
	Parent   string   `json:"parent,omitempty"` // in a child data set
	Also     []string `json:"also,omitempty"`   // other data sets that it supplies
	Records  int      `json:"records"`
	Status   Status   `json:"status"`
	Reason   string   `json:"reason,omitempty"`
	Notes    []string `json:"notes,omitempty"`
}

func (f *FileReport) fail(reason string) { f.Status, f.Reason = StatusMalformed, reason }

func (f *FileReport) note(text string) { f.Notes = append(f.Notes, text) }

func (f *FileReport) also(dataset string) {
	if f.Dataset != dataset && !slices.Contains(f.Also, dataset) {
		f.Also = append(f.Also, dataset)
	}
}

// worse is the worse of two statuses.
func worse(a, b Status) Status {
	order := []Status{"", StatusComplete, StatusPartial, StatusMalformed, StatusIgnored}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// Missing is a data set that an export does not hold, with what would supply it.
type Missing struct {
	Dataset     string `json:"dataset"`
	Request     string `json:"request"`
	Delegated   string `json:"delegated,omitempty"`
	Application string `json:"application,omitempty"`
	Licence     string `json:"licence"`
	Purpose     string `json:"purpose"`
}

// MissingFrom lists the data sets that none of the files supplies, with the
// request and the permission that would.
func MissingFrom(files []FileReport) []Missing {
	have := map[string]bool{model.OwnerDeclarations.Name(): true}
	for _, f := range files {
		if f.Status == StatusComplete || f.Records > 0 {
			have[f.Dataset] = true
			for _, name := range f.Also {
				have[name] = true
			}
		}
	}
	var missing []Missing
	for _, r := range requests.All() {
		if !have[r.Dataset] {
			missing = append(missing, Missing{r.Dataset, r.String(), r.Delegated, r.Application, r.Licence, r.Purpose})
		}
	}
	return missing
}
