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
	seed  maphash.Seed
}

// newTable makes a table that n places fill to two thirds at most.
func newTable(n int) table {
	return table{slots: make([]uint32, 1<<bits.Len(uint(n+n/2))), seed: maphash.MakeSeed()}
}

// slot is where the key stands, or where it would.
func (t *table) slot(key string, keyAt func(place int) string) int {
	mask := len(t.slots) - 1
	i := int(maphash.String(t.seed, key)) & mask
	for t.slots[i] != 0 && keyAt(int(t.slots[i]-1)) != key {
		i = (i + 1) & mask
	}
	return i
}

func (t *table) put(key string, place int, keyAt func(place int) string) {
	t.slots[t.slot(key, keyAt)] = uint32(place + 1)
}

func (t *table) find(key string, keyAt func(place int) string) int {
	if key == "" {
		return -1
	}
	return int(t.slots[t.slot(key, keyAt)]) - 1
}
