package jsonpull

import (
	"bytes"
	"hash/maphash"
)

// Memory is the values of one place that come again and again, as they were written:
// the same bytes are the same value, so that who reads one of them needs only to
// compare it. Like a [Path] it belongs to one reader at a time and changes nothing but
// the time and the memory that reading takes.
type Memory struct {
	items  map[string]*Item
	size   int  // of the items
	first  Item // stands before the first value
	met    [64]uint32
	misses uint8 // how many values in a row were not known
}

// Item is a value of a [Memory].
type Item struct {
	raw  string
	room int               // how much deeper than it objects and arrays could be nested
	next [likelyNext]*Item // what came behind it, most lately first

	// Kept is the caller's: what the value was read as.
	Kept any
}

const (
	likelyNext = 6
	maxItem    = 2 << 10   // bytes of a value
	maxItems   = 128 << 10 // bytes of all values of a memory
	objectSize = 128       // bytes that an object counts for more: it may be written in two and take hundreds
	unknown    = 16        // values in a row that are looked at, although none was known
)

// First stands before the first value of a list.
func (m *Memory) First() *Item { return &m.first }

// Recall reads a value where it is, byte for byte, one that came behind another
// lately, and gives nil where it is not.
func (r *Reader) Recall(m *Memory, before *Item) *Item {
	rest, room := r.text[r.pos:], r.limit-len(r.open)
	for i, item := range before.next {
		if item == nil {
			return nil
		}
		n := len(item.raw)
		if len(rest) <= n || string(rest[:n]) != item.raw || !ends(rest[n]) || room < item.room {
			continue
		}
		r.pos += n
		m.misses = 0
		if i > 0 {
			before.expect(item, i)
		}
		return item
	}
	return nil
}

// ends tells what may stand behind a value at once.
func ends(c byte) bool { return c == ',' || c == '}' || c == ']' }

// expect puts an item before the others that came behind this one, in the place of
// the one at i.
func (m *Item) expect(item *Item, i int) {
	copy(m.next[1:i+1], m.next[:i])
	m.next[0] = item
}

// Remember gives the item of a value that began at an offset, behind another, and has
// just been read; nil where it is not one to remember, which is so for the first time
// that it is met. That of an item that is new has nothing Kept.
func (r *Reader) Remember(m *Memory, before *Item, from int) *Item {
	if m.misses++; m.misses > unknown && m.misses%seldom != 0 {
		return nil
	}
	if r.fault.Kind != 0 || r.doubtful || r.AnyBytes || r.pos-from > maxItem {
		return nil
	}
	raw := r.text[from:r.pos]
	item, known := m.items[string(raw)]
	if !known {
		if item = m.meet(raw); item == nil {
			return nil
		}
	}
	if room := r.limit - len(r.open); !known || room < item.room {
		item.room = room
	}
	i := 0
	for i < likelyNext-1 && before.next[i] != nil && before.next[i] != item {
		i++
	}
	before.expect(item, i)
	return item
}

var seed = maphash.MakeSeed()

// meet gives a new item for a value that was met before.
func (m *Memory) meet(raw []byte) *Item {
	hash := maphash.Bytes(seed, raw)
	if slot := &m.met[hash%uint64(len(m.met))]; *slot != uint32(hash>>32) {
		*slot = uint32(hash >> 32)
		return nil
	}
	if m.items == nil || m.size > maxItems {
		m.forget()
	}
	m.size += len(raw) + objectSize*bytes.Count(raw, []byte("{"))
	item := &Item{raw: string(raw)}
	m.items[item.raw] = item
	return item
}

// forget begins anew. Items are parted, so that none that is still in use keeps
// others.
func (m *Memory) forget() {
	for _, item := range m.items {
		item.next = [likelyNext]*Item{}
	}
	m.items, m.size, m.first = map[string]*Item{}, 0, Item{}
}
