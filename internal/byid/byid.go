// Package byid finds the records of a data set by their ids. A large tenant has
// half a million: a table of places takes a few bytes a record, where a map holds
// every id, and is copied again and again while it grows.
package byid

import (
	"hash/maphash"
	"iter"
	"math/bits"

	"github.com/privpath/privpath/model"
)

// Index finds records by id, in whatever case it is written. It is read-only after
// [New]; several goroutines may ask at once.
type Index[T any] struct {
	rows []*T
	id   func(*T) string
	table
}

// New indexes records, about n of them, by what id gives. A record for which that
// is empty is left out, and of two with the same id the later counts.
func New[T any](rows iter.Seq[*T], n int, id func(*T) string) *Index[T] {
	x := &Index[T]{id: id, rows: make([]*T, 0, n)}
	for row := range rows {
		x.rows = append(x.rows, row)
	}
	x.table = newTable(len(x.rows))
	for place := range x.rows {
		if key := x.key(place); key != "" {
			x.put(key, place, x.key)
		}
	}
	return x
}

func (x *Index[T]) key(place int) string { return model.FoldID(x.id(x.rows[place])) }

// Place is where the record with the id stands among those that were indexed, and -1
// where there is none.
func (x *Index[T]) Place(id string) int { return x.find(model.FoldID(id), x.key) }

// Find gives the record with the id.
func (x *Index[T]) Find(id string) (*T, bool) {
	if place := x.Place(id); place >= 0 {
		return x.rows[place], true
	}
	return nil, false
}

// At is the record at a place.
func (x *Index[T]) At(place int) *T { return x.rows[place] }

// Rows are all records, in their order. They must not be changed.
func (x *Index[T]) Rows() []*T { return x.rows }

// Len is how many records were indexed.
func (x *Index[T]) Len() int { return len(x.rows) }

// table is a hash table of places with open addressing, the same for all types.
type table struct {
	slots []uint32 // the place and 1; 0 is free
	marks []uint8  // beside each place a part of its key's hash, so that few others are fetched
	seed  maphash.Seed
}

// newTable makes a table that n places fill to two thirds at most.
func newTable(n int) table {
	size := 1 << bits.Len(uint(n+n/2))
	return table{slots: make([]uint32, size), marks: make([]uint8, size), seed: maphash.MakeSeed()}
}

// slot is where the key stands, or where it would, and the mark that goes with it.
func (t *table) slot(key string, keyAt func(place int) string) (slot int, mark uint8) {
	hash, last := maphash.String(t.seed, key), len(t.slots)-1
	mark = uint8(hash >> 56)
	slot = int(hash) & last
	for t.slots[slot] != 0 && (t.marks[slot] != mark || keyAt(int(t.slots[slot]-1)) != key) {
		slot = (slot + 1) & last
	}
	return slot, mark
}

func (t *table) put(key string, place int, keyAt func(place int) string) {
	slot, mark := t.slot(key, keyAt)
	t.slots[slot], t.marks[slot] = uint32(place+1), mark
}

func (t *table) find(key string, keyAt func(place int) string) int {
	if key == "" {
		return -1
	}
	slot, _ := t.slot(key, keyAt)
	return int(t.slots[slot]) - 1
}
