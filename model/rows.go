package model

import (
	"iter"
	"slices"
	"unsafe"
)

// chunkRows is how many rows are allocated at once: a large table is never copied
// to make room.
const chunkRows = 256

// chunks are the rows of a table. All chunks but the last hold chunkRows rows; a
// single one may hold more.
type chunks[T any] struct {
	list [][]T
	n    int
}

func (c *chunks[T]) at(i int) *T {
	if len(c.list) == 1 {
		return &c.list[0][i]
	}
	return &c.list[i/chunkRows][i%chunkRows]
}

func (c *chunks[T]) all() iter.Seq[*T] {
	list := c.list
	return func(yield func(*T) bool) {
		for _, rows := range list {
			for i := range rows {
				if !yield(&rows[i]) {
					return
				}
			}
		}
	}
}

func (c *chunks[T]) add(rows []T) {
	c.n += len(rows)
	for len(rows) > 0 {
		last := len(c.list) - 1
		switch {
		case last < 0:
			c.list = append(c.list, nil)
			continue
		case len(c.list[last]) == chunkRows:
			c.list = append(c.list, make([]T, 0, chunkRows))
			continue
		}
		n := min(len(rows), chunkRows-len(c.list[last]))
		c.list[last] = append(c.list[last], rows[:n]...)
		rows = rows[n:]
	}
}

func (c *chunks[T]) clone() chunks[T] {
	out := chunks[T]{list: slices.Clone(c.list), n: c.n}
	for i := range out.list {
		out.list[i] = slices.Clone(out.list[i])
	}
	return out
}

func (c *chunks[T]) remove(i int) {
	for ; i < c.n-1; i++ {
		*c.at(i) = *c.at(i + 1)
	}
	last := &c.list[len(c.list)-1]
	*last = (*last)[:len(*last)-1]
	if c.n--; len(*last) == 0 {
		c.list = c.list[:len(c.list)-1]
	}
}

// batchRows are the rows of a batch, in one piece.
type batchRows interface {
	extend() (row record, at unsafe.Pointer)
	shrink()
	clear()
	at(i int) any
	values(see func(any))
}

// flatRows are rows behind which all memory is zero.
type flatRows[T any] struct{ rows []T }

// extend adds an empty row. It stays where it is until the next one is added.
func (f *flatRows[T]) extend() (record, unsafe.Pointer) {
	n := len(f.rows)
	if n == cap(f.rows) {
		more := make([]T, n, max(1, 2*n))
		copy(more, f.rows)
		f.rows = more
	}
	f.rows = f.rows[:n+1]
	row := &f.rows[n]
	return any(row).(record), unsafe.Pointer(row)
}

// shrink takes the row that was added last away again.
func (f *flatRows[T]) shrink() {
	last := len(f.rows) - 1
	clear(f.rows[last:])
	f.rows = f.rows[:last]
}

func (f *flatRows[T]) clear() {
	clear(f.rows)
	f.rows = f.rows[:0]
}

func (f *flatRows[T]) at(i int) any { return &f.rows[i] }

func (f *flatRows[T]) values(see func(any)) {
	for _, row := range f.rows {
		see(row)
	}
}
