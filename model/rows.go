package model

import (
	"iter"
	"reflect"
	"slices"
	"sync"
	"unsafe"
)

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
	words        func() []wordKind
}

func newRowType(record reflect.Type) *rowType {
	object, ok := record.FieldByName("Object")
	if !ok || object.Type != reflect.TypeFor[Object]() {
		panic("model: " + record.Name() + " is no record: it has no Object")
	}
	return &rowType{record: record, list: reflect.SliceOf(record), zero: reflect.Zero(record).Interface(), size: record.Size(), object: object.Offset,
		plan: sync.OnceValue(func() *plan { return newPlan(record) }), words: sync.OnceValue(func() []wordKind { return wordsOf(record) })}
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

// new makes an empty row.
func (t *rowType) new() unsafe.Pointer { return reflect.New(t.record).UnsafePointer() }

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

// chunks are the rows of a table: packed, packRows at a time, and behind them fewer
// than that which are not packed yet.
type chunks struct {
	*rowType
	packed []packed
	tail   slice
	n      int
	packer *packer // of who adds; it is not there before there is anything to pack
}

// read puts a row where row is, which holds nothing yet or another row of the table.
func (c *chunks) read(i int, row unsafe.Pointer) {
	if i/packRows < len(c.packed) {
		p := &c.packed[i/packRows]
		c.of(row).Set(c.of(p.same))
		p.unpack(i%packRows, row)
		return
	}
	c.of(row).Set(c.of(c.at(&c.tail, i-packRows*len(c.packed))))
}

// row gives a copy of a row.
func (c *chunks) row(i int) unsafe.Pointer {
	row := c.new()
	c.read(i, row)
	return row
}

// all yields the rows one after the other, all at the same place: who keeps one copies
// it.
func (c *chunks) all() iter.Seq[unsafe.Pointer] {
	return func(yield func(unsafe.Pointer) bool) {
		if c.n == 0 {
			return
		}
		row := c.new()
		for i := range c.packed {
			p := &c.packed[i]
			c.of(row).Set(c.of(p.same))
			for j := range packRows {
				if p.unpack(j, row); !yield(row) {
					return
				}
			}
		}
		for i := range c.tail.len {
			if c.of(row).Set(c.of(c.at(&c.tail, i))); !yield(row) {
				return
			}
		}
	}
}

func (c *chunks) add(rows slice) {
	for done := 0; done < rows.len; {
		n := min(rows.len-done, packRows-c.tail.len)
		if c.tail.len+n > c.tail.cap {
			c.rows(&c.tail).Grow(n)
			c.tail.cap = min(c.tail.cap, packRows)
		}
		c.tail.len += n
		c.copy(c.part(c.tail, c.tail.len-n, n), c.part(rows, done, n))
		done += n
		if c.tail.len == packRows {
			c.pack()
		}
	}
	c.n += rows.len
}

// pack packs the tail.
func (c *chunks) pack() {
	if c.packer == nil {
		c.packer = &packer{}
	}
	c.packed = append(c.packed, c.rowType.pack(c.packer, c.tail))
	c.rows(&c.tail).Clear()
	c.tail.len = 0
}

func (c *chunks) clone() chunks {
	out := chunks{rowType: c.rowType, packed: slices.Clone(c.packed), tail: c.make(c.tail.len, c.tail.len), n: c.n}
	c.copy(out.tail, c.tail)
	return out
}

func (c *chunks) set(i int, row unsafe.Pointer) { c.splice(i, slice{row, 1, 1}) }

func (c *chunks) remove(i int) { c.splice(i, slice{}) }

// splice puts rows in the place of the i-th. Those behind it are packed anew.
func (c *chunks) splice(i int, with slice) {
	first := min(i/packRows, len(c.packed))
	behind := chunks{rowType: c.rowType, packed: slices.Clone(c.packed[first:]), tail: c.tail, n: c.n - first*packRows}
	*c = chunks{rowType: c.rowType, packed: c.packed[:first], n: first * packRows}
	for j := range behind.n {
		if first*packRows+j == i {
			c.add(with)
			continue
		}
		c.add(slice{behind.row(j), 1, 1})
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
