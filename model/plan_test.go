package model

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/internal/jsonpull"
)

// byPlan and byLibrary decode a record of the data set in both ways; one has the
// reader to itself, the other is encoding/json and Field's own method.
func byPlan(d Dataset, text []byte) (row any, taken bool, fault error) {
	b := NewBatch(d)
	var r jsonpull.Reader
	r.Reset(text, true, wholeDepth)
	taken = b.Read(&r, "", Location{})
	r.End()
	if !taken {
		return nil, false, r.Err()
	}
	return b.rows.pointer(b.rows.at(0)), true, r.Err()
}

func byLibrary(d Dataset, text []byte) (any, error) {
	row := reflect.New(d.rows.record).Interface()
	return row, json.Unmarshal(text, row)
}

// hold compares the two. What the plan takes, encoding/json reads into the same
// record; what is a record for encoding/json the plan takes, or leaves for one of
// the few reasons that it may have.
func hold(t *testing.T, d Dataset, text []byte) {
	t.Helper()
	got, taken, fault := byPlan(d, text)
	want, err := byLibrary(d, text)
	switch {
	case taken && fault == nil:
		require.NoError(t, err, "%s: %s", d.Name, text)
		require.Equal(t, want, got, "%s: %s", d.Name, text)
	case fault != nil:
		require.Falsef(t, json.Valid(text) && utf8.Valid(text), "%s: %s: %v", d.Name, text, fault)
	case err == nil:
		var r jsonpull.Reader
		r.Reset(text, true, wholeDepth)
		empty := r.Peek() != '{' || !r.Object()
		r.Reset(text, true, wholeDepth)
		r.Skip()
		if !empty && !r.Doubtful() && !(d.needsID && reflect.ValueOf(want).Elem().FieldByName("ID").String() == "") {
			t.Fatalf("%s: %s: encoding/json reads it", d.Name, text)
		}
	}
}

// properties lists the names of every property of a type, with the type.
func propertiesOf(t reflect.Type) map[string]reflect.Type {
	all := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" && f.IsExported() {
			all[name] = f.Type
		}
	}
	return all
}

// values writes JSON for places of the records' types: mostly of the right type,
// sometimes of another.
type values struct{ rnd *rand.Rand }

func (v values) pick(texts ...string) string { return texts[v.rnd.IntN(len(texts))] }

func (v values) text() string {
	return v.pick(`"x"`, `""`, `"é😀"`, `"\u00e9\n\"\\\/"`, `"\ud800"`, `"2026-01-02T03:04:05.123Z"`, `"2026-01-02T03:04:05+01:00"`,
		`"2026-01-02"`, `"a,b , c"`, `"0123456789abcdef0123456789abcdef0123456789abcdef0123456789"`, `"62e90394-69f5-4237-9190-012177145e10"`, `"System.Object[]"`)
}

func (v values) any(depth int) string {
	if depth == 0 {
		return v.pick("null", "true", "1", `"x"`)
	}
	return v.pick("null", "true", "false", "0", "-1", "7", "1.5", "1e3", "-0", "9223372036854775808", "123456789012345678901234567890",
		v.text(), "{}", "[]", "["+v.any(depth-1)+","+v.any(depth-1)+"]", `{"id":`+v.any(depth-1)+`}`, ` [ null , `+v.any(depth-1)+` ] `)
}

func (v values) of(t reflect.Type, depth int) string {
	if v.rnd.IntN(12) == 0 || depth == 0 {
		return v.any(2)
	}
	if f, ok := fieldValueOf(t); ok {
		return v.of(f.Type, depth)
	}
	switch t.Kind() {
	case reflect.Bool:
		return v.pick("true", "false")
	case reflect.Int:
		return v.pick("0", "-1", "42", "9007199254740993")
	case reflect.Slice:
		var items []string
		for range v.rnd.IntN(4) {
			items = append(items, v.of(t.Elem(), depth-1))
		}
		return "[" + strings.Join(items, ",") + "]"
	case reflect.Map:
		var items []string
		for i := range v.rnd.IntN(4) {
			items = append(items, fmt.Sprintf(`"k%d":%s`, i%3, v.of(t.Elem(), depth-1)))
		}
		return "{" + strings.Join(items, ",") + "}"
	case reflect.Pointer:
		return v.pick("null", v.of(t.Elem(), depth))
	case reflect.Struct:
		if len(propertiesOf(t)) > 0 {
			return v.object(t, depth)
		}
	}
	return v.text()
}

func (v values) object(t reflect.Type, depth int) string {
	var members []string
	properties := propertiesOf(t)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		of := properties[name]
		for range []int{0, 1, 1, 1, 1, 1, 1, 2}[v.rnd.IntN(8)] {
			spelt := name
			switch v.rnd.IntN(25) {
			case 0:
				spelt = strings.ToUpper(name)
			case 1:
				spelt = strings.ReplaceAll(name, "s", "ſ")
			case 2:
				spelt = strings.ReplaceAll(name, "e", `\u0065`)
			}
			members = append(members, v.pick("", " ", "\n")+`"`+spelt+`" :`+v.of(of, depth-1))
		}
	}
	members = append(members, `"unneeded":`+v.any(3), `"@odata.etag":"x"`)
	v.rnd.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	return "{" + strings.Join(members, ",") + "}"
}

// Every type of record, filled at random, is read as encoding/json reads it.
func TestPlanEqualsLibrary(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	taken := 0
	for _, d := range Datasets() {
		for range 60 {
			text := []byte(values{rnd}.object(d.rows.record, 5))
			require.True(t, json.Valid(text), "%s", text)
			hold(t, d, text)
			if _, ok, _ := byPlan(d, text); ok {
				taken++
			}
			// And with something wrong.
			at := rnd.IntN(len(text))
			hold(t, d, text[:at])
			hold(t, d, slices.Insert(slices.Clone(text), at, `x",:]}{[0\`[rnd.IntN(10)]))
		}
	}
	require.Greater(t, taken, 1000, "hardly any record was taken")
}

// reader is one that suspects texts, as an export's does.
func reader() *jsonpull.Reader {
	return &jsonpull.Reader{Suspicious: &[256]bool{'S': true}, Suspect: func(text []byte) bool { return strings.HasPrefix(string(text), "Sys") }}
}

// remembered reads texts one after the other by one batch and reader, and requires
// of each what a reader without a memory says, and in the end that no record was
// changed by those after it.
func remembered(t *testing.T, d Dataset, depth int, texts ...[]byte) {
	t.Helper()
	b, r := NewBatch(d), reader()
	var want []any
	for _, text := range texts {
		one, fresh := NewBatch(d), reader()
		fresh.Reset(text, true, depth)
		taken := one.Read(fresh, "", Location{})
		fresh.End()
		r.Reset(slices.Clone(text), true, depth)
		require.Equal(t, taken, b.Read(r, "", Location{}), "%s", text)
		r.End()
		require.Equal(t, fresh.Err(), r.Err(), "%s", text)
		require.Equal(t, fresh.Doubtful(), r.Doubtful(), "%s", text)
		if taken {
			want = append(want, one.rows.pointer(one.rows.at(0)))
		}
	}
	require.Equal(t, len(want), b.Len())
	for i, row := range want {
		require.Equal(t, row, b.rows.pointer(b.rows.at(i)), "%s", d.Name)
	}
}

// Records that are alike, and those that are nearly so.
func TestPlanRemembersNothingWrong(t *testing.T) {
	rnd := rand.New(rand.NewPCG(15, 16))
	for _, d := range Datasets() {
		var texts [][]byte
		for range 4 {
			texts = append(texts, []byte(values{rnd}.object(d.rows.record, 4)))
		}
		sequence := slices.Clone(texts)
		for range 60 {
			text := slices.Clone(texts[rnd.IntN(len(texts))])
			switch at := rnd.IntN(len(text)); rnd.IntN(6) {
			case 0:
				text = text[:at]
			case 1:
				text = slices.Insert(text, at, `x",:]}{[0\ S1`[rnd.IntN(13)])
			case 2:
				text[at] = `x",:]}{[0\ S1`[rnd.IntN(13)]
			case 3:
				text = []byte(strings.Replace(string(text), `:"`, `:"Sys`, 1+rnd.IntN(3)))
			}
			sequence = append(sequence, text)
		}
		remembered(t, d, wholeDepth, sequence...)
		remembered(t, d, 3, sequence...)
	}
}

// Lists of elements that come again in any order, beside some that are nearly alike, of
// another type or too deep.
func TestPlanRemembersElements(t *testing.T) {
	rnd := rand.New(rand.NewPCG(19, 20))
	d, _ := DatasetNamed(SignIns.Name())
	elements := []string{`null`, `{}`, `{"id":1}`, `[]`, `{"id":"a","displayName":[{"b":[[]]}]}`, `{"id":"a","result":"Sys"}`, `{"id":"a" "b"}`, `{"id":"a","id":"b"}`}
	for i := range 12 {
		elements = append(elements, fmt.Sprintf(`{"id":"p%d","displayName":"Policy %d","enforcedGrantControls":["Mfa"],"result":%s}`, i/3, i/3, []string{`"success"`, `"notApplied"`, `null`}[i%3]))
	}
	var texts [][]byte
	for i := range 600 {
		usual := elements[len(elements)-12:]
		var list []string
		for range rnd.IntN(8) {
			if element := usual[rnd.IntN(len(usual))]; rnd.IntN(40) > 0 {
				list = append(list, element)
			} else {
				list = append(list, elements[rnd.IntN(len(elements))])
			}
		}
		text := `{"id":"s","appliedConditionalAccessPolicies":[` + strings.Join(list, []string{",", " ,", ",\n"}[rnd.IntN(3)]) + `]}`
		if i%20 == 19 {
			at := rnd.IntN(len(text))
			text = text[:at] + `x",:]}{[0\ S1`[rnd.IntN(13):][:1] + text[at:]
		}
		texts = append(texts, []byte(text))
	}
	remembered(t, d, wholeDepth, texts...)
	remembered(t, d, 5, texts...)
	remembered(t, d, 4, texts...)
}

// FuzzPlan does so with any text.
func FuzzPlan(f *testing.F) {
	rnd := rand.New(rand.NewPCG(7, 8))
	for i, d := range Datasets() {
		f.Add(uint8(i), []byte(values{rnd}.object(d.rows.record, 5)))
	}
	for _, text := range []string{`{"id":"a","id":null}`, `{"id":"a","id":1}`, `{"id":"a","Id":"b","ID":"c"}`, `null`, `[]`, `{"id":"\ud800"}`, "{\"id\":\"\xff\"}",
		`{"id":"a","accountEnabled":true,"accountEnabled":"x"}`, `{"id":"a","createdDateTime":"2026-01-02T03:04:05\u005a"}`} {
		f.Add(uint8(3), []byte(text))
	}
	f.Fuzz(func(t *testing.T, dataset uint8, text []byte) {
		d := datasets[int(dataset)%len(datasets)]
		hold(t, d, text)
		half := text[:len(text)/2]
		remembered(t, d, 20, text, half, text, append(slices.Clone(half), text...), text)
	})
}

// The form of a time that is read without encoding/json means the same.
func TestReadUTC(t *testing.T) {
	rnd := rand.New(rand.NewPCG(17, 18))
	good := 0
	for i := range 20_000 {
		text := fmt.Sprintf(`"%04d-%02d-%02dT%02d:%02d:%02dZ"`, rnd.IntN(10_000), rnd.IntN(14), rnd.IntN(33), rnd.IntN(26), rnd.IntN(62), rnd.IntN(62))
		if i%2 == 0 {
			text = `"` + time.Unix(rnd.Int64N(253402300800+62167219200)-62167219200, 0).UTC().Format(time.RFC3339) + `"`
		}
		if i%10 == 9 {
			at := rnd.IntN(len(text))
			text = text[:at] + string(`0T:-Z ."9`[rnd.IntN(9)]) + text[at+1:]
		}
		var got, want time.Time
		if err := want.UnmarshalJSON([]byte(text)); readUTC([]byte(text), &got) {
			require.NoError(t, err, text)
			require.Equal(t, want, got, text)
			good++
		} else {
			require.True(t, err != nil || i%10 == 9, text)
		}
	}
	require.Greater(t, good, 9_000)
}

// What a batch sets aside it does not read, and says that it is well-formed.
func TestBatchSetsAside(t *testing.T) {
	for text, want := range map[string]bool{
		`{"id":"1"}`: true,
		`{"id":"1","@odata.type":"#microsoft.graph.user"}`:                true,
		`{"id":"1","@odata.type":"#microsoft.graph.group"}`:               false,
		`{"id":"1","@odata.type":null}`:                                   false,
		`{"id":"1","@odata.type":"#microsoft.graph.us\u0065r"}`:           false,
		`{"id":"1","manager":{"@odata.type":"#microsoft.graph.contact"}}`: true,
		`{"id":"1","members":[]}`:                                         false,
		`{"id":"1","manager":{"members":1}}`:                              true,
		`{"Id":"1"}`:                                                      false,
		`{"id":""}`:                                                       false,
		`{}`:                                                              false,
		`7`:                                                               false,
	} {
		users, _ := DatasetNamed(Users.Name())
		b := NewBatch(users)
		b.Type, b.Aside = "#microsoft.graph.user", []string{"members"}
		var r jsonpull.Reader
		r.Reset([]byte(text), true, 10)
		require.Equal(t, want, b.Read(&r, "", Location{}), text)
		if r.Fault() != jsonpull.Declined {
			r.End()
			require.NoError(t, r.Err(), text)
		}
		require.Equal(t, map[bool]int{true: 1}[want], b.Len())
	}
}
