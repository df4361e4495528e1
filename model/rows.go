package model

import (
	"iter"
	"reflect"
	"slices"
	"sync"
	"unsafe"
)

// chunkRows is how many rows are allocated at once: a large table is never copied
// to make room.
const chunkRows = 256

// rowType is what keeping rows needs to know of their record type. Rows are kept
// by their size and copied by reflection, so that there is one table, one batch and
// one plan for all types: Go would make a copy of the code a type, and the page
// would carry them all.
type rowType struct {
	record, list reflect.Type // T and []T
	zero         any          // a T
	size         uintptr
	object       uintptr // where the Object lies in a record
	plan         func() *plan
}

func newRowType(record reflect.Type) *rowType {
	object, ok := record.FieldByName("Object")
	if !ok || object.Type != reflect.TypeFor[Object]() {
		panic("model: " + record.Name() + " is no record: it has no Object")
	}
	return &rowType{record: record, list: reflect.SliceOf(record), zero: reflect.Zero(record).Interface(), size: record.Size(), object: object.Offset,
		plan: sync.OnceValue(func() *plan { return newPlan(record) })}
}

// of gives the row at an address, to read and to set.
func (t *rowType) of(at unsafe.Pointer) reflect.Value { return reflect.NewAt(t.record, at).Elem() }

// value gives the row at an address as a T, without a copy: it must not change any
// more.
func (t *rowType) value(at unsafe.Pointer) any {
	value := t.zero // an interface is its type and the address of its value
	(*[2]unsafe.Pointer)(unsafe.Pointer(&value))[1] = at
	return value
}

// pointer gives the row at an address as a *T.
func (t *rowType) pointer(at unsafe.Pointer) any { return reflect.NewAt(t.record, at).Interface() }

func (t *rowType) objectOf(at unsafe.Pointer) *Object { return (*Object)(unsafe.Add(at, t.object)) }

// make makes room for rows; the memory of all of it is zero.
func (t *rowType) make(length, capacity int) slice {
	return slice{reflect.MakeSlice(t.list, length, capacity).UnsafePointer(), length, capacity}
}

// rows gives a slice as a []T that can be set.
func (t *rowType) rows(s *slice) reflect.Value {
	return reflect.NewAt(t.list, unsafe.Pointer(s)).Elem()
}

func (t *rowType) at(s *slice, i int) unsafe.Pointer { return unsafe.Add(s.first, uintptr(i)*t.size) }

// part is the rows from i on, n of them.
func (t *rowType) part(s slice, i, n int) slice {
	if n == 0 {
		return slice{} // and not an address behind the last
	}
	return slice{t.at(&s, i), n, n}
}

func (t *rowType) copy(to, from slice) { reflect.Copy(t.rows(&to), t.rows(&from)) }

// chunks are the rows of a table. All chunks but the last hold chunkRows rows.
type chunks struct {
	*rowType
	list []slice
	n    int
}

func (c *chunks) at(i int) unsafe.Pointer { return c.rowType.at(&c.list[i/chunkRows], i%chunkRows) }

func (c *chunks) all() iter.Seq[unsafe.Pointer] {
	return func(yield func(unsafe.Pointer) bool) {
		for i := range c.list {
			chunk := &c.list[i]
			for j := range chunk.len {
				if !yield(c.rowType.at(chunk, j)) {
					return
				}
			}
		}
	}
}

func (c *chunks) add(rows slice) {
	for done := 0; done < rows.len; {
		last := len(c.list) - 1
		if last < 0 || c.list[last].len == chunkRows {
			c.list = append(c.list, c.room(rows.len-done))
			continue
		}
		chunk := &c.list[last]
		n := min(rows.len-done, chunkRows-chunk.len)
		if chunk.len+n > chunk.cap {
			c.rows(chunk).Grow(n)
			chunk.cap = min(chunk.cap, chunkRows)
		}
		chunk.len += n
		c.copy(c.part(*chunk, chunk.len-n, n), c.part(rows, done, n))
		done += n
	}
	c.n += rows.len
}

// room makes the next chunk: the first is as large as it needs to be, for most
// tables are small.
func (c *chunks) room(rows int) slice {
	if len(c.list) > 0 {
		rows = chunkRows
	}
	return c.make(0, min(rows, chunkRows))
}

func (c *chunks) clone() chunks {
	out := chunks{rowType: c.rowType, list: slices.Clone(c.list), n: c.n}
	for i, chunk := range out.list {
		out.list[i] = c.make(chunk.len, chunk.len)
		c.copy(out.list[i], chunk)
	}
	return out
}

func (c *chunks) set(i int, row unsafe.Pointer) { c.of(c.at(i)).Set(c.of(row)) }

func (c *chunks) remove(i int) {
	for ; i < c.n-1; i++ {
		c.set(i, c.at(i+1))
	}
	c.of(c.at(i)).SetZero()
	last := len(c.list) - 1
	c.n--
	if c.list[last].len--; c.list[last].len == 0 {
		c.list = c.list[:last]
	}
}

// batchRows are the rows of a batch, in one piece. The memory behind them is zero.
type batchRows struct {
	*rowType
	slice
}

// extend adds an empty row. It stays where it is until the next one is added.
func (b *batchRows) extend() unsafe.Pointer {
	if b.len == b.cap {
		more := b.make(b.len, max(1, 2*b.len))
		b.copy(more, b.slice)
		b.slice = more
	}
	b.len++
	return b.at(b.len - 1)
}

// shrink takes the row that was added last away again.
func (b *batchRows) shrink() {
	b.of(b.at(b.len - 1)).SetZero()
	b.len--
}

func (b *batchRows) clear() {
	b.rows(&b.slice).Clear()
	b.len = 0
}

// renew clears the rows and leaves their memory to others.
func (b *batchRows) renew() { b.slice = b.make(0, b.cap) }

func (b *batchRows) at(i int) unsafe.Pointer { return b.rowType.at(&b.slice, i) }

// show gives an observer every row.
func (b *batchRows) show(o observer) {
	give := b.value
	if o.inPlace {
		give = b.pointer
	}
	for i := range b.len {
		o.see(give(b.at(i)))
	}
}
