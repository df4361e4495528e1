// Package byid finds the records of a data set by their ids. A large tenant has
// half a million: a table of places takes a few bytes a record, where a map is copied
// again and again while it grows.
package byid

import (
	"hash/maphash"
	"math/bits"

	"github.com/privpath/privpath/model"
)

// Index finds records by id, in whatever case it is written. It is read-only after
// [New]; several goroutines may ask at once.
type Index[T any] struct {
	rows model.Rows[T]
	table
}

// New indexes records by what id gives. A record for which that is empty is left out,
// and of two with the same id the later counts.
func New[T any](rows model.Rows[T], id func(*T) string) *Index[T] {
	x := &Index[T]{rows: rows, table: newTable(rows.Len())}
	for row := range rows.Each() {
		x.put(id(row))
	}
	return x
}

// Place is where the record with the id stands among those that were indexed, and -1
// where there is none.
func (t *table) Place(id string) int { return t.find(model.FoldID(id)) }

// Has reports whether there is a record with the id.
func (t *table) Has(id string) bool { return t.Place(id) >= 0 }

// ID is the id of the record at a place, as the export has it.
func (t *table) ID(place int) string { return t.ids[place] }

// Len is how many records were indexed.
func (t *table) Len() int { return len(t.ids) }

// Find gives a copy of the record with the id.
func (x *Index[T]) Find(id string) (*T, bool) {
	if place := x.Place(id); place >= 0 {
		return x.At(place), true
	}
	return nil, false
}

// At is a copy of the record at a place.
func (x *Index[T]) At(place int) *T { return x.rows.At(place) }

// table is a hash table of places with open addressing, the same for all types.
type table struct {
	ids   []string
	slots []uint32 // the place and 1; 0 is free
	marks []uint8  // beside each place a part of its key's hash, so that few others are fetched
	seed  maphash.Seed
}

// newTable makes a table that n places fill to two thirds at most.
func newTable(n int) table {
	size := 1 << bits.Len(uint(n+n/2))
	return table{ids: make([]string, 0, n), slots: make([]uint32, size), marks: make([]uint8, size), seed: maphash.MakeSeed()}
}

// slot is where the key stands, or where it would, and the mark that goes with it.
func (t *table) slot(key string) (slot int, mark uint8) {
	hash, last := maphash.String(t.seed, key), len(t.slots)-1
	mark = uint8(hash >> 56)
	slot = int(hash) & last
	for t.slots[slot] != 0 && (t.marks[slot] != mark || model.FoldID(t.ids[t.slots[slot]-1]) != key) {
		slot = (slot + 1) & last
	}
	return slot, mark
}

// put adds the next place.
func (t *table) put(id string) {
	t.ids = append(t.ids, id)
	if id == "" {
		return
	}
	slot, mark := t.slot(model.FoldID(id))
	t.slots[slot], t.marks[slot] = uint32(len(t.ids)), mark
}

func (t *table) find(key string) int {
	if key == "" {
		return -1
	}
	slot, _ := t.slot(key)
	return int(t.slots[slot]) - 1
}
