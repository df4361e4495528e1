package model

import (
	"encoding/json"
	"errors"
	"strings"
	"unsafe"

	"github.com/privpath/privpath/internal/jsonpull"
)

// Batch decodes records of one data set that are not yet part of a tenant, so that
// they can be decoded apart and in any order; [Builder.Take] takes them in turn. A
// Batch is for one goroutine at a time.
type Batch struct {
	// Both are for Read, and set before the first. Type, where it is not empty, is the only "@odata.type" whose records are
	// read, and Aside are names of properties whose records are not: the others
	// are declined, for the caller to look at.
	Type  string
	Aside []string

	dataset Dataset
	plan    *plan
	rows    batchRows
	n       int
	last    *place           // of the record before
	reader  *jsonpull.Reader // of whole records
	chosen  jsonpull.Path    // of those that Read reads
	whole   jsonpull.Path    // of those that Add does
	of      *jsonpull.Reader // that Read was given
	aside   func(name []byte) bool
}

// NewBatch makes an empty batch.
func NewBatch(d Dataset) *Batch {
	return &Batch{dataset: d, plan: d.rows.plan(), rows: batchRows{rowType: d.rows}}
}

// Len is the number of records.
func (b *Batch) Len() int { return b.n }

// Read decodes the reader's next value as a record and reports whether it now is
// one of the batch. Where it is not, either the reader tells a fault, or the value
// is well-formed and has been read to its end, but needs a closer look: it is no
// object of this data set, or the reader is doubtful.
func (b *Batch) Read(r *jsonpull.Reader, parent string, at Location) bool {
	if b.aside == nil {
		b.aside = func(name []byte) bool { return b.consider(b.of, name) }
	}
	b.of = r
	return b.take(r, parent, at, &b.chosen, b.aside)
}

// take is Read of any record, or of those that aside lets pass.
func (b *Batch) take(r *jsonpull.Reader, parent string, place Location, path *jsonpull.Path, aside func(name []byte) bool) bool {
	at := b.rows.extend()
	row := b.rows.objectOf(at)
	b.record(r, at, path, aside)
	if r.Fault() != 0 || r.TakeMismatch(false) || r.Doubtful() || b.dataset.needsID && row.ID == "" {
		b.rows.shrink()
		return false
	}
	b.locate(row, parent, place)
	b.n++
	return true
}

func (b *Batch) locate(o *Object, parent string, at Location) {
	o.place, o.row = placeOf(b.last, parent, at)
	b.last = o.place
}

func (b *Batch) record(r *jsonpull.Reader, at unsafe.Pointer, path *jsonpull.Path, aside func(name []byte) bool) {
	if r.Peek() != '{' {
		mismatch(r)
		return
	}
	more := r.Object()
	if !more {
		r.Doubt()
	}
	b.plan.members(r, at, path, aside, more)
}

// consider declines a record because of one of its names, and reports whether the
// name is one that may be a reason.
func (b *Batch) consider(r *jsonpull.Reader, name []byte) bool {
	for _, aside := range b.Aside {
		if len(name) == len(aside) && strings.EqualFold(string(name), aside) {
			r.Decline()
			return true
		}
	}
	if b.Type == "" || len(name) != len(typeName) || name[0] != '@' || !strings.EqualFold(string(name), typeName) {
		return false
	}
	if !r.NextIs(b.Type) {
		r.Decline()
	}
	return true
}

const typeName = "@odata.type"

var errNoID = errors.New(`the record has no "id"`)

// wholeDepth is as deep as encoding/json reads.
const wholeDepth = 10_000

// Add decodes one whole record, whatever its type and properties. What Read does
// not take is encoding/json's to judge: it reads what is not UTF-8, and says what
// else is wrong. An error means that raw is not a JSON object of the data set; the
// record is then left out.
func (b *Batch) Add(raw []byte, parent string, at Location) error {
	if b.reader == nil {
		b.reader = &jsonpull.Reader{}
	}
	r := b.reader
	r.Reset(raw, true, wholeDepth)
	if b.take(r, parent, at, &b.whole, nil) {
		if r.End(); r.Fault() == 0 {
			return nil
		}
		b.rows.shrink()
		b.n--
	}
	added := b.rows.extend()
	row := b.rows.objectOf(added)
	err := json.Unmarshal(raw, b.rows.pointer(added))
	// Without an id nothing could be joined to a record: taking it would lose it
	// without saying so.
	if err == nil && b.dataset.needsID && row.ID == "" {
		err = errNoID
	}
	if err != nil {
		b.rows.shrink()
		return err
	}
	b.locate(row, parent, at)
	b.n++
	return nil
}
