package model

import (
	"bytes"
	"hash/maphash"
	"reflect"
	"slices"
	"unsafe"

	"github.com/privpath/privpath/internal/jsonpull"
)

// Lists are most of what a large export holds: what twenty policies did, in each of a
// million sign-ins. Their elements come again and again, and so do whole lists; both
// are kept once, and what comes again is compared with what came before it and not
// read.

// slice is how Go lays out a slice.
type slice struct {
	first    unsafe.Pointer
	len, cap int
}

// bytes is the memory of the elements.
func (s slice) bytes(size uintptr) []byte {
	return unsafe.Slice((*byte)(s.first), uintptr(s.len)*size)
}

// listType is how lists of a type are read.
type listType struct {
	list, element reflect.Type
	size          uintptr // of an element
	read          reading // of an element
	again         reading // of a list whose name stands in the object twice
	empty         slice
}

// lists is the memory of a step for lists.
type lists struct {
	room     slice // to read one into, all zero between two
	busy     bool
	elements jsonpull.Memory
	known    []*jsonpull.Item // of the elements read so far, as long as all are known
	spelt    [64]speltList
	kept     [16]slice // by their bytes
}

// speltList is a list with the items of its elements.
type speltList struct {
	items []*jsonpull.Item
	list  slice
}

const (
	maxRoom   = 64 << 10 // bytes that are kept for the next list
	maxShared = 8 << 10  // bytes of a list that is kept for sharing
)

func listsOf(step *jsonpull.Step) *lists {
	if step == nil {
		return nil
	}
	if step.List == nil {
		step.List = &lists{}
	}
	return step.List.(*lists)
}

// readingOfSlice is how a list is read; the list of an empty array is empty and not
// nil. It takes no more memory than it needs, and none where it is as one before.
func readingOfSlice(t reflect.Type) reading {
	l := &listType{list: t, element: t.Elem(), size: t.Elem().Size(), read: readingOf(t.Elem()), again: readingByLibrary(t)}
	l.empty = slice{first: reflect.MakeSlice(t, 0, 0).UnsafePointer()}
	return l.value
}

func (l *listType) value(r *jsonpull.Reader, at unsafe.Pointer, step *jsonpull.Step) {
	list := (*slice)(at)
	if list.len > 0 { // the name stands here twice, and encoding/json merges
		l.again(r, at, nil)
		return
	}
	switch r.Peek() {
	case '[':
	case 'n':
		r.Null()
		*list = slice{}
		return
	default:
		mismatch(r)
		return
	}
	if !r.Array() {
		*list = l.empty
		return
	}
	memory := listsOf(step)
	if memory == nil || memory.busy {
		for more := true; more; more = r.More() {
			l.read(r, l.extend(list), nil)
		}
		return
	}
	memory.busy = true
	*list = l.elements(r, memory)
	memory.busy = false
}

// elements reads the elements of a list that has some.
func (l *listType) elements(r *jsonpull.Reader, m *lists) slice {
	m.known = m.known[:0]
	before, spelt := m.elements.First(), true
	for more := true; more; more = r.More() {
		r.Peek()
		item := r.Recall(&m.elements, before)
		switch {
		case item == nil:
			if spelt {
				l.spell(m)
				spelt = false
			}
			item = l.learn(r, m, before, l.extend(&m.room))
		case spelt:
			m.known = append(m.known, item)
		default:
			l.copy(l.extend(&m.room), item)
		}
		if before = item; item == nil {
			before = m.elements.First()
		}
	}
	if spelt {
		return l.whole(m)
	}
	return l.settle(m)
}

// spell puts the elements that are known into the room.
func (l *listType) spell(m *lists) {
	for _, item := range m.known {
		l.copy(l.extend(&m.room), item)
	}
}

func (l *listType) copy(at unsafe.Pointer, item *jsonpull.Item) {
	reflect.NewAt(l.element, at).Elem().Set(reflect.NewAt(l.element, item.Kept.(unsafe.Pointer)).Elem())
}

// learn reads an element and gives its item, where it is one to remember.
func (l *listType) learn(r *jsonpull.Reader, m *lists, before *jsonpull.Item, at unsafe.Pointer) *jsonpull.Item {
	from, outside := r.Offset(), r.TakeMismatch(false)
	l.read(r, at, nil)
	if r.TakeMismatch(outside) {
		r.Mismatch()
		return nil
	}
	item := r.Remember(&m.elements, before, from)
	if item != nil && item.Kept == nil {
		item.Kept = kept(l.element, at)
	}
	return item
}

// kept gives the place of a copy of the value at an address.
func kept(t reflect.Type, at unsafe.Pointer) unsafe.Pointer {
	value := reflect.New(t)
	value.Elem().Set(reflect.NewAt(t, at).Elem())
	return value.UnsafePointer()
}

// extend gives the place of one more element of a list.
func (l *listType) extend(s *slice) unsafe.Pointer {
	if s.len == s.cap {
		reflect.NewAt(l.list, unsafe.Pointer(s)).Elem().Grow(1)
	}
	s.len++
	return unsafe.Add(s.first, uintptr(s.len-1)*l.size)
}

// whole gives the list whose elements are all known.
func (l *listType) whole(m *lists) slice {
	hash := uintptr(len(m.known))
	for _, item := range m.known {
		hash = hash*31 + uintptr(unsafe.Pointer(item))>>4
	}
	place := &m.spelt[uint64(hash)*0x9E3779B97F4A7C15>>58]
	if slices.Equal(place.items, m.known) {
		return place.list
	}
	l.spell(m)
	list := l.settle(m)
	if uintptr(list.len)*l.size <= maxShared {
		place.items, place.list = append(place.items[:0], m.known...), list
	}
	return list
}

// settle gives the list in the room a place of its own, or that of one before where
// all bytes are the same: then so is what they point at. It leaves the room empty.
func (l *listType) settle(m *lists) slice {
	list := l.own(m)
	if uintptr(m.room.cap)*l.size > maxRoom {
		m.room = slice{}
		return list
	}
	reflect.NewAt(l.list, unsafe.Pointer(&m.room)).Elem().Clear()
	m.room.len = 0
	return list
}

func (l *listType) own(m *lists) slice {
	content := m.room.bytes(l.size)
	if len(content) > maxShared {
		return l.clone(m.room)
	}
	place := &m.kept[maphash.Bytes(listSeed, content)%uint64(len(m.kept))]
	if place.len != m.room.len || !bytes.Equal(place.bytes(l.size), content) {
		*place = l.clone(m.room)
	}
	return *place
}

var listSeed = maphash.MakeSeed()

func (l *listType) clone(s slice) slice {
	own := reflect.MakeSlice(l.list, s.len, s.len)
	reflect.Copy(own, reflect.NewAt(l.list, unsafe.Pointer(&s)).Elem())
	return slice{own.UnsafePointer(), s.len, s.len}
}
