package model

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
	"unsafe"

	"github.com/privpath/privpath/internal/jsonpull"
)

// A plan says how the properties of a struct are read: built once per type by
// reflection, run without it. It reads what encoding/json reads, into the same
// values; what it has no way for (maps of any, an enumeration with a reader of its
// own) it gives to encoding/json, value by value.
//
// The addresses are those of the fields of the value that is being read, by the
// offsets that reflection tells.
type plan struct {
	properties []property
	byLength   [][]uint8 // indices of properties, by the length of the name
}

// property is one name, and how its value is read.
type property struct {
	name   string
	offset uintptr
	read   reading
}

// reading reads the next value into the place at. A value of another type is
// skipped and noted as [jsonpull.Reader.Mismatch].
type reading func(r *jsonpull.Reader, at unsafe.Pointer)

// newPlan builds the plan of a struct type.
func newPlan(t reflect.Type) *plan {
	p := &plan{}
	p.add(t, 0)
	for i, property := range p.properties {
		n := len(property.name)
		for len(p.byLength) <= n {
			p.byLength = append(p.byLength, nil)
		}
		p.byLength[n] = append(p.byLength[n], uint8(i))
	}
	return p
}

// add adds the fields of a struct, and those of what it embeds.
func (p *plan) add(t reflect.Type, base uintptr) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("json")
		name, _, _ := strings.Cut(tag, ",")
		switch {
		case name == "-":
		case f.Anonymous && !tagged && f.Type.Kind() == reflect.Struct:
			p.add(f.Type, base+f.Offset)
		case f.IsExported():
			if name == "" {
				name = f.Name
			}
			p.properties = append(p.properties, property{name, base + f.Offset, readingOf(f.Type)})
		}
	}
}

// find gives the property of a name: the exact one, else, as encoding/json has it,
// one that differs in letter case. wide says that the name may not be ASCII.
func (p *plan) find(name []byte, wide bool) *property {
	if len(name) < len(p.byLength) {
		same := p.byLength[len(name)]
		for _, i := range same {
			if p.properties[i].name == string(name) {
				return &p.properties[i]
			}
		}
		for _, i := range same {
			if p.properties[i].name[0]|0x20 == name[0]|0x20 && strings.EqualFold(p.properties[i].name, string(name)) {
				return &p.properties[i]
			}
		}
	}
	if wide { // "ſ" folds to s, and is longer
		for i := range p.properties {
			if strings.EqualFold(p.properties[i].name, string(name)) {
				return &p.properties[i]
			}
		}
	}
	return nil
}

func (p *plan) read(r *jsonpull.Reader, at unsafe.Pointer) {
	switch r.Peek() {
	case '{':
	case 'n':
		r.Null()
		return
	default:
		mismatch(r)
		return
	}
	for more := r.Object(); more; more = r.More() {
		name := r.Name()
		if found := p.find(name, r.Wide()); found != nil {
			found.read(r, unsafe.Add(at, found.offset))
		} else {
			r.Skip()
		}
	}
}

func mismatch(r *jsonpull.Reader) {
	r.Mismatch()
	r.Skip()
}

// readingOf is how a value of a type is read.
func readingOf(t reflect.Type) reading {
	switch t {
	case reflect.TypeFor[time.Time]():
		return readTime
	case reflect.TypeFor[map[string]*string]():
		return readTexts
	}
	if value, ok := fieldValueOf(t); ok {
		return readingOfField(t, value)
	}
	if pointer := reflect.PointerTo(t); pointer.Implements(reflect.TypeFor[json.Unmarshaler]()) ||
		pointer.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return readingByLibrary(t)
	}
	switch t.Kind() {
	case reflect.String:
		return readText
	case reflect.Bool:
		return readBool
	case reflect.Int:
		return readInt
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 {
			return readingOfSlice(t)
		}
	case reflect.Struct:
		// Built when it is first met in a record: most never are, and a type may
		// hold itself.
		inner := sync.OnceValue(func() *plan { return newPlan(t) })
		return func(r *jsonpull.Reader, at unsafe.Pointer) { inner().read(r, at) }
	}
	return readingByLibrary(t)
}

func readText(r *jsonpull.Reader, at unsafe.Pointer) {
	switch r.Peek() {
	case '"':
		*(*string)(at) = r.Text()
	case 'n':
		r.Null()
	default:
		mismatch(r)
	}
}

func readBool(r *jsonpull.Reader, at unsafe.Pointer) {
	switch r.Peek() {
	case 't', 'f':
		*(*bool)(at) = r.Bool()
	case 'n':
		r.Null()
	default:
		mismatch(r)
	}
}

func readInt(r *jsonpull.Reader, at unsafe.Pointer) {
	switch c := r.Peek(); {
	case c == '-' || c >= '0' && c <= '9':
		n, err := strconv.ParseInt(string(r.Number()), 10, strconv.IntSize)
		if err != nil {
			r.Mismatch()
			return
		}
		*(*int)(at) = int(n)
	case c == 'n':
		r.Null()
	default:
		mismatch(r)
	}
}

// readTime reads a time as time.Time does, which knows no escapes.
func readTime(r *jsonpull.Reader, at unsafe.Pointer) {
	switch r.Peek() {
	case '"':
		if (*time.Time)(at).UnmarshalJSON(r.Raw()) != nil {
			r.Mismatch()
		}
	case 'n':
		r.Null()
	default:
		mismatch(r)
	}
}

// readTexts reads an object of texts and nulls, such as the extension attributes.
func readTexts(r *jsonpull.Reader, at unsafe.Pointer) {
	texts := (*map[string]*string)(at)
	switch r.Peek() {
	case '{':
	case 'n':
		r.Null()
		*texts = nil
		return
	default:
		mismatch(r)
		return
	}
	if *texts == nil {
		*texts = map[string]*string{}
	}
	for more := r.Object(); more; more = r.More() {
		name := r.Name()
		switch known := r.Share(name); r.Peek() {
		case '"':
			text := r.Text()
			(*texts)[known] = &text
		case 'n':
			r.Null()
			(*texts)[known] = nil
		default:
			mismatch(r)
		}
	}
}

// slice is how Go lays out a slice.
type slice struct {
	first    unsafe.Pointer
	len, cap int
}

// readingOfSlice is how a list is read; the list of an empty array is empty and
// not nil.
func readingOfSlice(t reflect.Type) reading {
	element, size, again := readingOf(t.Elem()), t.Elem().Size(), readingByLibrary(t)
	return func(r *jsonpull.Reader, at unsafe.Pointer) {
		list := (*slice)(at)
		if list.len > 0 { // the name stands here twice, and encoding/json merges
			again(r, at)
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
		for more := r.Array(); more; more = r.More() {
			if list.len == list.cap {
				reflect.NewAt(t, at).Elem().Grow(1)
			}
			list.len++
			element(r, unsafe.Add(list.first, uintptr(list.len-1)*size))
		}
		if list.len == 0 {
			reflect.NewAt(t, at).Elem().Set(reflect.MakeSlice(t, 0, 0))
		}
	}
}

func readingByLibrary(t reflect.Type) reading {
	return func(r *jsonpull.Reader, at unsafe.Pointer) {
		raw := r.Raw()
		if r.Fault() == 0 && json.Unmarshal(raw, reflect.NewAt(t, at).Interface()) != nil {
			r.Mismatch()
		}
	}
}

// fieldValueOf gives the field "value" of a Field[T].
func fieldValueOf(t reflect.Type) (reflect.StructField, bool) {
	if t.Kind() != reflect.Struct || t.NumField() != 2 || t.Field(0).Type != reflect.TypeFor[fieldState]() {
		return reflect.StructField{}, false
	}
	return t.Field(1), true
}

// readingOfField is how a Field[T] is read. The first of its two fields is its
// state. A mismatch inside ends here: it makes the field unreadable.
func readingOfField(t reflect.Type, value reflect.StructField) reading {
	inner := readingOf(value.Type)
	return func(r *jsonpull.Reader, at unsafe.Pointer) {
		state := (*fieldState)(at)
		if *state != fieldUnset { // the name stands here twice: the last one counts
			reflect.NewAt(t, at).Elem().SetZero()
		}
		if r.Null() {
			*state = fieldNull
			return
		}
		outside := r.TakeMismatch(false)
		inner(r, unsafe.Add(at, value.Offset))
		*state = fieldValue
		if r.TakeMismatch(outside) {
			reflect.NewAt(t, at).Elem().SetZero()
			*state = fieldUnreadable
		}
	}
}
