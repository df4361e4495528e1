package model

import (
	"encoding/json"
	"strings"
)

// Object is what every record of a tenant has: its Graph id, and where in the
// export it was read.
type Object struct {
	ID string `json:"id"`

	row   row
	place *place
}

// NewObject makes an object with the parent and the place of one that was read
// before, for who keeps records in a form of his own.
func NewObject(id, parent string, at Location) Object {
	p, n := placeOf(nil, parent, at)
	return Object{ID: id, row: n, place: p}
}

// Place is the list that a record stands in, and the parent that the list is of. Two
// records that were read from one list one after the other have the same place.
type Place struct{ of *place }

// Place takes an object apart: beside its id it is its place and its number there.
func (o Object) Place() (list Place, number uint32) { return Place{o.place}, uint32(o.row) }

// Object puts an object together again.
func (p Place) Object(id string, number uint32) Object {
	return Object{ID: id, row: row(number), place: p.of}
}

// Parent is the id in the path of a child data set: of groups/{id}/members, the
// group's. It is empty for a top-level data set.
func (o Object) Parent() string {
	if o.place == nil {
		return ""
	}
	return o.place.parent
}

// Location is where the record was read.
func (o Object) Location() Location { return o.place.location(o.row) }

// Evidence points at a property of the record: path is a JSON pointer below the
// record ("" for the record itself), value what stands there.
func (o Object) Evidence(path string, value any) Evidence {
	at := o.Location()
	return Evidence{Dataset: at.Dataset, File: at.File, Pointer: at.Pointer + path, Value: value}
}

// Ref names the record as a subject of a finding, without evidence.
func (o Object) Ref(kind, name string) Ref {
	return Ref{Kind: kind, ID: o.ID, Name: name}
}

// Evidence is one fact behind a verdict: a JSON pointer into the export and the
// value found there.
type Evidence struct {
	Dataset string `json:"dataset"`
	File    string `json:"file,omitempty"`
	Pointer string `json:"pointer"`
	Value   any    `json:"value,omitempty"`
}

// UnmarshalJSON keeps the value as it is written, null and the order of
// properties included, so that a document that is read and written again keeps
// its bytes.
func (e *Evidence) UnmarshalJSON(data []byte) error {
	var written struct {
		Dataset string          `json:"dataset"`
		File    string          `json:"file"`
		Pointer string          `json:"pointer"`
		Value   json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(data, &written); err != nil {
		return err
	}
	*e = Evidence{Dataset: written.Dataset, File: written.File, Pointer: written.Pointer}
	if written.Value != nil {
		e.Value = written.Value
	}
	return nil
}

// Ref names one object that a verdict speaks of, with its evidence.
type Ref struct {
	Kind, ID, Name string
	Evidence       []Evidence
}

// With adds evidence and returns the result; the receiver is not changed.
func (r Ref) With(evidence ...Evidence) Ref {
	r.Evidence = append(append([]Evidence(nil), r.Evidence...), evidence...)
	return r
}

// SameID compares two directory ids, which are case-insensitive.
func SameID(a, b string) bool { return strings.EqualFold(a, b) }

// FoldID gives the form of an id used as a map key.
func FoldID(id string) string {
	if folded(id) {
		return id
	}
	return strings.ToLower(id)
}

// folded tells of most ids that they are their own folded form, eight bytes at a
// time: it is asked of every id of a tenant, again and again.
func folded(id string) bool {
	const ones = 0x0101010101010101
	for ; len(id) >= 8; id = id[8:] {
		w := uint64(id[0]) | uint64(id[1])<<8 | uint64(id[2])<<16 | uint64(id[3])<<24 |
			uint64(id[4])<<32 | uint64(id[5])<<40 | uint64(id[6])<<48 | uint64(id[7])<<56
		// The high bit of a byte: not ASCII, or from A on and not behind Z.
		if (w|(w+(0x80-'A')*ones)&^(w+(0x80-'Z'-1)*ones))&(0x80*ones) != 0 {
			return false
		}
	}
	for i := range len(id) {
		if c := id[i]; c >= 0x80 || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}
