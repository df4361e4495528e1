package model

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
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
	number     int // of the readers' paths
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
// skipped and noted as [jsonpull.Reader.Mismatch]. step is the property's, or nil.
type reading func(r *jsonpull.Reader, at unsafe.Pointer, step *jsonpull.Step)

var plans atomic.Int64

// newPlan builds the plan of a struct type.
func newPlan(t reflect.Type) *plan {
	p := &plan{number: int(plans.Add(1) - 1)}
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

// find gives the number of the property of a name, from 1 on: the exact one, else,
// as encoding/json has it, one that differs in letter case; 0 is none. wide says
// that the name may not be ASCII.
func (p *plan) find(name []byte, wide bool) int {
	if len(name) < len(p.byLength) {
		same := p.byLength[len(name)]
		for _, i := range same {
			if p.properties[i].name == string(name) {
				return int(i) + 1
			}
		}
		for _, i := range same {
			if p.properties[i].name[0]|0x20 == name[0]|0x20 && strings.EqualFold(p.properties[i].name, string(name)) {
				return int(i) + 1
			}
		}
	}
	if wide { // "ſ" folds to s, and is longer
		for i := range p.properties {
			if strings.EqualFold(p.properties[i].name, string(name)) {
				return i + 1
			}
		}
	}
	return 0
}

func (p *plan) read(r *jsonpull.Reader, at unsafe.Pointer) {
	switch r.Peek() {
	case '{':
		p.members(r, at, r.Path(p.number), nil, r.Object())
	case 'n':
		r.Null()
	default:
		mismatch(r)
	}
}

// members reads the members of an object, where it has any. aside, where it is not
// nil, is told of names that a path does not foresee; those that it knows never are.
func (p *plan) members(r *jsonpull.Reader, at unsafe.Pointer, path *jsonpull.Path, aside func(name []byte) bool, more bool) {
	for before := path.Start(); more; more = r.More() {
		step := r.Follow(before)
		var property int
		if step != nil {
			property, before = step.Property, step
		} else {
			name := r.Name()
			property = p.find(name, r.Wide())
			if aside == nil || !aside(name) {
				step = path.Learn(r, before, name)
			}
			if step != nil {
				step.Property, before = property, step
			}
		}
		if property == 0 {
			r.SkipOf(step)
			continue
		}
		found := &p.properties[property-1]
		found.read(r, unsafe.Add(at, found.offset), step)
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
		return func(r *jsonpull.Reader, at unsafe.Pointer, _ *jsonpull.Step) { inner().read(r, at) }
	}
	return readingByLibrary(t)
}

func readText(r *jsonpull.Reader, at unsafe.Pointer, step *jsonpull.Step) {
	switch r.Peek() {
	case '"':
		*(*string)(at) = r.TextOf(step)
	case 'n':
		r.Null()
	default:
		mismatch(r)
	}
}

func readBool(r *jsonpull.Reader, at unsafe.Pointer, _ *jsonpull.Step) {
	switch r.Peek() {
	case 't', 'f':
		*(*bool)(at) = r.Bool()
	case 'n':
		r.Null()
	default:
		mismatch(r)
	}
}

func readInt(r *jsonpull.Reader, at unsafe.Pointer, _ *jsonpull.Step) {
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
func readTime(r *jsonpull.Reader, at unsafe.Pointer, _ *jsonpull.Step) {
	switch r.Peek() {
	case '"':
		raw := r.Raw()
		if at := (*time.Time)(at); !readUTC(raw, at) && at.UnmarshalJSON(raw) != nil {
			r.Mismatch()
		}
	case 'n':
		r.Null()
	default:
		mismatch(r)
	}
}

// readUTC reads "2006-01-02T15:04:05Z", the form that Graph writes, and reports
// whether it was that.
func readUTC(raw []byte, at *time.Time) bool {
	const form = `"0000-00-00T00:00:00Z"`
	if len(raw) != len(form) {
		return false
	}
	var digits [len(form)]int
	for i, c := range raw {
		if form[i] != '0' {
			if c != form[i] {
				return false
			}
			continue
		}
		if digits[i] = int(c - '0'); digits[i] > 9 {
			return false
		}
	}
	two := func(i int) int { return 10*digits[i] + digits[i+1] }
	year, month, day := 100*two(1)+two(3), two(6), two(9)
	hour, minute, second := two(12), two(15), two(18)
	if month < 1 || month > 12 || day < 1 || day > 28 && day > daysIn(month, year) || hour > 23 || minute > 59 || second > 59 {
		return false
	}
	*at = time.Unix(daysSince1970(year, month, day)*86400+int64(3600*hour+60*minute+second), 0).UTC()
	return true
}

func daysIn(month, year int) int {
	if month == 2 {
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 30 + (month+month/8)%2
}

// daysSince1970 counts the days of the Gregorian calendar; a year begins in March,
// so that the leap day is its last.
func daysSince1970(year, month, day int) int64 {
	if month -= 3; month < 0 {
		month, year = month+12, year-1
	}
	year += 400 // the year before the first is -1
	return int64(365*year+year/4-year/100+year/400+(153*month+2)/5+day-1) - 719468 - 146097
}

// readTexts reads an object of texts and nulls, such as the extension attributes.
func readTexts(r *jsonpull.Reader, at unsafe.Pointer, _ *jsonpull.Step) {
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

func readingByLibrary(t reflect.Type) reading {
	return func(r *jsonpull.Reader, at unsafe.Pointer, _ *jsonpull.Step) {
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
	switch value.Type {
	case reflect.TypeFor[string]():
		return readTextField
	case reflect.TypeFor[bool]():
		return readBoolField
	}
	inner := readingOf(value.Type)
	compound := value.Type.Kind() != reflect.Int && value.Type != reflect.TypeFor[time.Time]()
	return func(r *jsonpull.Reader, at unsafe.Pointer, step *jsonpull.Step) {
		state := (*fieldState)(at)
		if *state != fieldUnset { // the name stands here twice: the last one counts
			reflect.NewAt(t, at).Elem().SetZero()
		}
		if r.Null() {
			*state = fieldNull
			return
		}
		remembers := compound && step != nil
		if remembers {
			if item := r.Recall(&step.Values, step.Values.First()); item != nil {
				reflect.NewAt(t, at).Elem().Set(reflect.NewAt(t, item.Kept.(unsafe.Pointer)).Elem())
				return
			}
		}
		from, outside := r.Offset(), r.TakeMismatch(false)
		inner(r, unsafe.Add(at, value.Offset), step)
		*state = fieldValue
		if r.TakeMismatch(outside) {
			reflect.NewAt(t, at).Elem().SetZero()
			*state = fieldUnreadable
		}
		if !remembers {
			return
		}
		if item := r.Remember(&step.Values, step.Values.First(), from); item != nil && item.Kept == nil {
			item.Kept = kept(t, at)
		}
	}
}

// readTextField and readBoolField read the commonest fields.
func readTextField(r *jsonpull.Reader, at unsafe.Pointer, step *jsonpull.Step) {
	f := (*Field[string])(at)
	switch r.Peek() {
	case '"':
		f.state, f.value = fieldValue, r.TextOf(step)
	case 'n':
		r.Null()
		*f = Null[string]()
	default:
		r.Skip()
		*f = Field[string]{state: fieldUnreadable}
	}
}

func readBoolField(r *jsonpull.Reader, at unsafe.Pointer, _ *jsonpull.Step) {
	f := (*Field[bool])(at)
	switch r.Peek() {
	case 't', 'f':
		*f = Value(r.Bool())
	case 'n':
		r.Null()
		*f = Null[bool]()
	default:
		r.Skip()
		*f = Field[bool]{state: fieldUnreadable}
	}
}
