package model

import (
	"encoding/binary"
	"math"
	"reflect"
	"unsafe"
)

// A large tenant has half a million users, and each record is some seven hundred
// bytes, most of them as in every other: what was not exported, what nobody has, the
// length of an id. So rows are kept packed, packRows at a time and column by column:
// what is alike in all of them stands once. It tells nothing apart that a row tells,
// and leaves the collector of garbage little to look at.

// packRows is how many rows are packed as one; a byte tells one of them.
const packRows = 256

// packed are packRows rows. They do not change any more, so copies of a table share
// them.
type packed struct {
	same    unsafe.Pointer // a row of what is alike in all; the rest of it is zero
	columns []column
	bytes   []byte           // numbers, places in refs and texts, and texts, of all columns
	refs    []unsafe.Pointer // what columns of addresses choose from
	texts   []string         // what columns of texts choose from
}

// column is what differs in one word of the rows, or in the two of a text.
type column struct {
	kind   columnKind
	offset uint32 // in the row
	at     uint32 // of its values, in bytes; for addresses, in refs
	from   uint32 // where in refs or texts its choice begins; for spelt, where the texts do
	least  uint64 // of numbers; the bytes hold what is more
}

type columnKind uint8

const (
	oneByte    columnKind = iota // numbers, less the least, of as many bytes
	twoBytes                     // likewise
	fourBytes                    // likewise
	eightBytes                   // likewise
	addresses                    // one for each row, in refs
	choice                       // addresses: a byte for each row tells which of refs
	words                        // texts: a byte for each row tells which of texts
	spelt                        // texts: where each ends, in two bytes, and all texts one behind the other
)

// wordKind is what a word of a record is.
type wordKind uint8

const (
	number  wordKind = iota // anything without an address
	address                 // of something in memory
	text                    // the first word of a text
	length                  // the second
)

const wordSize = unsafe.Sizeof(uintptr(0))

// wordsOf says what each word of a record is.
func wordsOf(record reflect.Type) []wordKind {
	kinds := make([]wordKind, record.Size()/wordSize)
	markWords(kinds, record, 0)
	return kinds
}

func markWords(kinds []wordKind, t reflect.Type, offset uintptr) {
	at := offset / wordSize
	switch t.Kind() {
	case reflect.String:
		kinds[at], kinds[at+1] = text, length
	case reflect.Interface:
		kinds[at+1] = address // the first word is a type, which the collector does not look at
	case reflect.Slice, reflect.Map, reflect.Pointer, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		kinds[at] = address
	case reflect.Struct:
		for i := range t.NumField() {
			markWords(kinds, t.Field(i).Type, offset+t.Field(i).Offset)
		}
	case reflect.Array:
		for i := range t.Len() {
			markWords(kinds, t.Elem(), offset+uintptr(i)*t.Elem().Size())
		}
	}
}

// packer packs rows, with memory that it keeps for the next.
type packer struct {
	packed
	differ  []uintptr // for each word of a row, the bits that are not in all rows as in the first
	numbers [packRows]uint64
	choices choices
}

// pack packs packRows rows.
func (t *rowType) pack(p *packer, rows slice) packed {
	p.packed = packed{same: t.new(), columns: p.columns[:0], bytes: p.bytes[:0], refs: p.refs[:0], texts: p.texts[:0]}
	t.of(p.same).Set(t.of(rows.first))
	kinds := t.words()
	p.compare(rows, len(kinds))
	for i, kind := range kinds {
		offset := uintptr(i) * wordSize
		first := unsafe.Add(rows.first, offset)
		switch {
		case kind == number && p.differ[i] != 0:
			p.packNumbers(t.size, offset, first)
		case kind == address && p.differ[i] != 0:
			p.packAddresses(t.size, offset, first)
		case kind == text && p.differ[i]|p.differ[i+1] != 0:
			p.packTexts(t.size, offset, first)
		}
	}
	out := packed{same: p.same, columns: exact(p.columns), bytes: exact(p.bytes), refs: exact(p.refs), texts: exact(p.texts)}
	clear(p.refs) // what they name is not the packer's to keep
	clear(p.texts)
	return out
}

// exact gives a copy that takes no more memory than it needs.
func exact[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	own := make([]T, len(s))
	copy(own, s)
	return own
}

// compare finds the words, n in a row, that are not alike in all rows.
func (p *packer) compare(rows slice, n int) {
	p.differ = append(p.differ[:0], make([]uintptr, n)...)
	all := unsafe.Slice((*uintptr)(rows.first), n*packRows)
	first, differ := all[:n], p.differ[:n]
	for rest := all[n:]; len(rest) >= n; rest = rest[n:] {
		for i, word := range rest[:n] {
			differ[i] |= word ^ first[i]
		}
	}
}

func (p *packer) packNumbers(size, offset uintptr, first unsafe.Pointer) {
	least, most := uint64(math.MaxUint64), uint64(0)
	for i := range p.numbers {
		n := uint64(*(*uintptr)(unsafe.Add(first, uintptr(i)*size)))
		p.numbers[i], least, most = n, min(least, n), max(most, n)
	}
	*(*uintptr)(unsafe.Add(p.same, offset)) = 0
	c := column{offset: uint32(offset), at: uint32(len(p.bytes)), least: least}
	switch over := most - least; {
	case over <= math.MaxUint8:
		c.kind = oneByte
		for _, n := range p.numbers {
			p.bytes = append(p.bytes, byte(n-least))
		}
	case over <= math.MaxUint16:
		c.kind = twoBytes
		for _, n := range p.numbers {
			p.bytes = binary.LittleEndian.AppendUint16(p.bytes, uint16(n-least))
		}
	case over <= math.MaxUint32:
		c.kind = fourBytes
		for _, n := range p.numbers {
			p.bytes = binary.LittleEndian.AppendUint32(p.bytes, uint32(n-least))
		}
	default:
		c.kind = eightBytes
		for _, n := range p.numbers {
			p.bytes = binary.LittleEndian.AppendUint64(p.bytes, n-least)
		}
	}
	p.columns = append(p.columns, c)
}

func (p *packer) packAddresses(size, offset uintptr, first unsafe.Pointer) {
	ref := func(i int) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Add(first, uintptr(i)*size)) }
	p.choices.reset()
	for i := range packRows {
		p.choices.add(i, uintptr(ref(i)), 0)
	}
	n := len(p.choices.firsts)
	*(*unsafe.Pointer)(unsafe.Add(p.same, offset)) = nil
	c := column{kind: choice, offset: uint32(offset), at: uint32(len(p.bytes)), from: uint32(len(p.refs))}
	if n > packRows-packRows/int(wordSize) {
		c.kind, c.at = addresses, c.from
		for i := range packRows {
			p.refs = append(p.refs, ref(i))
		}
	} else {
		p.bytes = append(p.bytes, p.choices.of[:]...)
		for _, i := range p.choices.firsts {
			p.refs = append(p.refs, ref(int(i)))
		}
	}
	p.columns = append(p.columns, c)
}

func (p *packer) packTexts(size, offset uintptr, first unsafe.Pointer) {
	text := func(i int) string { return *(*string)(unsafe.Add(first, uintptr(i)*size)) }
	p.choices.reset()
	total := 0
	for i := range packRows {
		t := text(i)
		total += len(t)
		p.choices.add(i, uintptr(unsafe.Pointer(unsafe.StringData(t))), len(t))
	}
	*(*string)(unsafe.Add(p.same, offset)) = ""
	c := column{kind: words, offset: uint32(offset), at: uint32(len(p.bytes)), from: uint32(len(p.texts))}
	if len(p.choices.firsts) <= packRows/4 || total > math.MaxUint16 {
		p.bytes = append(p.bytes, p.choices.of[:]...)
		for _, i := range p.choices.firsts {
			p.texts = append(p.texts, text(int(i)))
		}
	} else {
		c.kind, c.from = spelt, c.at+2*packRows
		end := 0
		for i := range packRows {
			end += len(text(i))
			p.bytes = binary.LittleEndian.AppendUint16(p.bytes, uint16(end))
		}
		for i := range packRows {
			p.bytes = append(p.bytes, text(i)...)
		}
	}
	p.columns = append(p.columns, c)
}

// choices tells the values of a column that differ, by where they lie and how long
// they are.
type choices struct {
	of     [packRows]uint8 // which of the values a row has
	firsts []uint8         // the row that had each first
	keys   [packRows]struct {
		at  uintptr
		len int
	}
	slots [2 * packRows]uint16 // a value's number and 1, by its hash
}

func (c *choices) reset() {
	c.firsts = c.firsts[:0]
	c.slots = [2 * packRows]uint16{}
}

func (c *choices) add(row int, at uintptr, length int) {
	key := struct {
		at  uintptr
		len int
	}{at, length}
	if row > 0 && c.keys[c.of[row-1]] == key { // as in the row before, most often
		c.of[row] = c.of[row-1]
		return
	}
	slot := uint64(at) * 0x9E3779B97F4A7C15 >> 55
	for ; c.slots[slot] != 0; slot = (slot + 1) % uint64(len(c.slots)) {
		if n := c.slots[slot] - 1; c.keys[n] == key {
			c.of[row] = uint8(n)
			return
		}
	}
	n := len(c.firsts)
	c.slots[slot], c.keys[n], c.of[row] = uint16(n+1), key, uint8(n)
	c.firsts = append(c.firsts, uint8(row))
}

// unpack puts what differs in the rows of p into one: row, which holds what is alike
// in all.
func (p *packed) unpack(i int, row unsafe.Pointer) {
	for j := range p.columns {
		c := &p.columns[j]
		at := unsafe.Add(row, c.offset)
		switch c.kind {
		case oneByte:
			*(*uintptr)(at) = uintptr(c.least + uint64(p.bytes[int(c.at)+i]))
		case twoBytes:
			*(*uintptr)(at) = uintptr(c.least + uint64(binary.LittleEndian.Uint16(p.bytes[int(c.at)+2*i:])))
		case fourBytes:
			*(*uintptr)(at) = uintptr(c.least + uint64(binary.LittleEndian.Uint32(p.bytes[int(c.at)+4*i:])))
		case eightBytes:
			*(*uintptr)(at) = uintptr(c.least + binary.LittleEndian.Uint64(p.bytes[int(c.at)+8*i:]))
		case addresses:
			*(*unsafe.Pointer)(at) = p.refs[int(c.at)+i]
		case choice:
			*(*unsafe.Pointer)(at) = p.refs[int(c.from)+int(p.bytes[int(c.at)+i])]
		case words:
			*(*string)(at) = p.texts[int(c.from)+int(p.bytes[int(c.at)+i])]
		case spelt:
			*(*string)(at) = p.spelt(c, i)
		}
	}
}

// spelt gives the text of a row: a part of the bytes of the column.
func (p *packed) spelt(c *column, i int) string {
	from, ends := 0, p.bytes[c.at:]
	if i > 0 {
		from = int(binary.LittleEndian.Uint16(ends[2*i-2:]))
	}
	written := p.bytes[int(c.from)+from : int(c.from)+int(binary.LittleEndian.Uint16(ends[2*i:]))]
	return unsafe.String(unsafe.SliceData(written), len(written))
}
