package export

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/internal/jsonpull"
)

// collected is what a splitter gave.
type collected struct {
	records  []string
	pointers []string
	members  map[string]string
}

func (c *collected) element(r *jsonpull.Reader, _ string, _ bool) bool {
	r.Decline()
	return false
}

func (c *collected) record(raw []byte, pointer string, _ int64) error {
	c.records = append(c.records, string(raw))
	c.pointers = append(c.pointers, pointer)
	return nil
}

func (c *collected) member(name string, raw []byte) {
	if c.members == nil {
		c.members = map[string]string{}
	}
	c.members[name] = string(raw)
}

func TestSplit(t *testing.T) {
	for name, tc := range map[string]struct {
		text     string
		form     form
		records  []string
		pointers []string
		wrong    string
	}{
		"response":              {text: ` {"@odata.context":"c","value":[{"a":1}, {"b":"]}"}],"@odata.nextLink":"n"} `, form: formEnvelope, records: []string{`{"a":1}`, `{"b":"]}"}`}, pointers: []string{"/value/0", "/value/1"}},
		"value before the rest": {text: `{"value":[{}],"x":{"value":[1]}}`, form: formEnvelope, records: []string{`{}`}, pointers: []string{"/value/0"}},
		"empty response":        {text: `{"value":[]}`, form: formEnvelope},
		"bare array":            {text: `[{"a":1},2,"x",[3]]`, form: formArray, records: []string{`{"a":1}`, `2`, `"x"`, `[3]`}, pointers: []string{"/0", "/1", "/2", "/3"}},
		"single":                {text: `{"a":{"value":[1]}}`, form: formSingle, records: []string{`{"a":{"value":[1]}}`}, pointers: []string{""}},
		"value is an object":    {text: `{"@odata.context":"c","value":{"a":1}}`, form: formSingle, records: []string{`{"a":1}`}, pointers: []string{"/value"}},
		"value is a property":   {text: `{"key":"k","value":{"a":1}}`, form: formSingle, records: []string{`{"key":"k","value":{"a":1}}`}, pointers: []string{""}},
		"JSON Lines":            {text: "{\"a\":1}\n{\"b\":2}\n", form: formSequence, records: []string{`{"a":1}`, `{"b":2}`}, pointers: []string{"/0", "/1"}},
		"concatenated":          {text: `{"a":1}{"b":2}{"c":3}`, form: formSequence, records: []string{`{"a":1}`, `{"b":2}`, `{"c":3}`}, pointers: []string{"/0", "/1", "/2"}},
		"two responses":         {text: `{"value":[{"a":1}]}{"value":[{"b":2}]}`, form: formEnvelope, records: []string{`{"a":1}`, `{"b":2}`}, pointers: []string{"/value/0", "/1/value/0"}},
		"escapes":               {text: `[{"a":"\\"},{"a":"\\\""},{"a\"]":"}"}]`, form: formArray, records: []string{`{"a":"\\"}`, `{"a":"\\\""}`, `{"a\"]":"}"}`}, pointers: []string{"/0", "/1", "/2"}},

		"nothing":              {text: " \n", wrong: "the file is empty at byte 2"},
		"a number":             {text: "1", wrong: "not a JSON object or array at byte 0"},
		"cut in a record":      {text: `{"value":[{"a":1},{"a"`, wrong: "it was cut at byte 22 (in /value/1)", records: []string{`{"a":1}`}, pointers: []string{"/value/0"}},
		"cut behind a record":  {text: `[{"a":1}`, wrong: "it was cut at byte 8", records: []string{`{"a":1}`}, pointers: []string{"/0"}},
		"trailing comma":       {text: `[{"a":1},]`, wrong: "a value is missing at byte 9", records: []string{`{"a":1}`}, pointers: []string{"/0"}},
		"two commas":           {text: `[{"a":1},,{"a":2}]`, wrong: "a value is missing at byte 9", records: []string{`{"a":1}`}, pointers: []string{"/0"}},
		"comma in the object":  {text: `{"value":[],}`, wrong: "a property name is missing at byte 12"},
		"no comma":             {text: `[{} {}]`, wrong: "a comma or ] is missing at byte 4", records: []string{`{}`}, pointers: []string{"/0"}},
		"wrong bracket":        {text: `[{"a":[1}]]`, wrong: "invalid character '}' after array element at byte 8"},
		"bad literal":          {text: `{"x":nul,"value":[]}`, wrong: "invalid character ',' in literal null at byte 8"},
		"bad number":           {text: `{"value":[],"x":01}`, wrong: "at byte 17"},
		"text behind":          {text: `[] x`, wrong: "something follows the JSON text at byte 3"},
		"array behind":         {text: `{"a":1} []`, wrong: "something follows the JSON text at byte 8", records: []string{`{"a":1}`}, pointers: []string{"/0"}},
		"value twice":          {text: `{"value":[],"value":[]}`, wrong: `"value" stands here twice`},
		"value cut to a text":  {text: `{"@odata.context":"c","value":"System.Object[]"}`, wrong: "no records and no properties"},
		"nothing but a link":   {text: `{"@odata.context":"c"}`, wrong: "no records and no properties"},
		"no colon":             {text: `{"a" 1}`, wrong: "a colon is missing at byte 5"},
		"control char in name": {text: "{\"a\x01\":1}", wrong: "in string literal at byte 3"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, src := range []io.Reader{strings.NewReader(tc.text), iotest.OneByteReader(strings.NewReader(tc.text)), iotest.DataErrReader(strings.NewReader(tc.text))} {
				got := &collected{}
				found, err := new(splitter).split(src, 1<<20, 100, got)
				if tc.wrong != "" {
					require.ErrorContains(t, err, tc.wrong)
				} else {
					require.NoError(t, err)
					require.Equal(t, tc.form, found)
				}
				require.Equal(t, tc.records, got.records)
				require.Equal(t, tc.pointers, got.pointers)
			}
		})
	}
}

func TestSplitMembers(t *testing.T) {
	got := &collected{}
	_, err := new(splitter).split(strings.NewReader(`{"@odata.context":"c","value":[],"@odata.nextLink":"n","n":[1,2]}`), 1<<20, 100, got)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"@odata.context": `"c"`, "@odata.nextLink": `"n"`, "n": "[1,2]"}, got.members)
}

// A window of the size of one record must do for any number of them.
func TestSplitWindow(t *testing.T) {
	text := "[" + strings.Repeat(`{"name":"\\\"0123456789"},`, 1000) + `{}]`
	got := &collected{}
	_, err := new(splitter).split(iotest.HalfReader(strings.NewReader(text)), 64, 10, got)
	require.NoError(t, err)
	require.Len(t, got.records, 1001)

	_, err = new(splitter).split(strings.NewReader(`[{"name":"`+strings.Repeat("x", 100)+`"}]`), 64, 10, got)
	var limit *LimitError
	require.ErrorAs(t, err, &limit)
	require.Equal(t, "MaxRecordBytes", limit.Option)
}

func TestSplitNoProgress(t *testing.T) {
	_, err := new(splitter).split(stuck{}, 64, 10, &collected{})
	require.ErrorIs(t, err, io.ErrNoProgress)
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

// FuzzSplit compares the splitter with encoding/json: what it accepts is valid
// and has the same elements; what encoding/json accepts it accepts too, but for
// the few texts that hold no records.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{`{"value":[{"a":1}]}`, `[1,{"x":[[]]}]`, `{"a":"\""}`, `{"a":1}{"b":2}`, `{"value":{"a":1}}`, `{}`, "[\"\\u00e9\x80\"]", `{"value":[],"value":[]}`, `[`, `{"v\u0061lue":[1]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, again := &collected{}, &collected{}
		found, err := new(splitter).split(bytes.NewReader(text), 1<<20, 200, got)
		foundAgain, errAgain := new(splitter).split(iotest.OneByteReader(bytes.NewReader(text)), 1<<20, 200, again)
		require.Equal(t, found, foundAgain)
		require.Equal(t, err == nil, errAgain == nil)
		require.Equal(t, got.records, again.records)

		valid := json.Valid(text)
		switch {
		case err != nil:
			if valid && !holdsNoRecords(text) {
				t.Fatalf("encoding/json reads it, the splitter says %v", err)
			}
		case found == formSequence || !valid:
			// Several texts in a row: encoding/json reads them with a Decoder.
			require.NoError(t, readAll(text))
		default:
			require.Equal(t, wantRecords(t, text), got.records)
		}
	})
}

func readAll(text []byte) error {
	for dec := json.NewDecoder(bytes.NewReader(text)); ; {
		var any json.RawMessage
		if err := dec.Decode(&any); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// holdsNoRecords lists what a splitter refuses although it is valid JSON.
func holdsNoRecords(text []byte) bool {
	tree, err := parseTree(text)
	if err != nil || tree.kind != '{' {
		return err != nil || tree.kind != '['
	}
	lists, named := 0, 0
	for i, name := range tree.names {
		switch {
		case name == "value" && tree.items[i].kind == '[':
			lists++
		case name != "value" && !annotation(name):
			named++
		}
	}
	return lists > 1 || lists == 0 && named == 0 || deep(tree) > 190
}

func deep(n *node) int {
	most := 0
	for _, item := range n.items {
		most = max(most, deep(item))
	}
	return most + 1
}

func wantRecords(t *testing.T, text []byte) []string {
	var list []json.RawMessage
	if json.Unmarshal(text, &list) == nil {
		return texts(list)
	}
	tree, err := parseTree(text)
	require.NoError(t, err)
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(text, &members))
	named := 0
	for i, name := range tree.names {
		if name == "value" && tree.items[i].kind == '[' {
			// Of two members called value, one is a list: encoding/json keeps the last.
			var pairs struct{ items []json.RawMessage }
			if json.Unmarshal(members["value"], &pairs.items) == nil && len(pairs.items) == len(tree.items[i].items) {
				return texts(pairs.items)
			}
			t.Skip("a repeated member")
		}
		if name != "value" && !annotation(name) {
			named++
		}
	}
	if value := bytes.TrimSpace(members["value"]); named == 0 && len(value) > 0 && value[0] == '{' {
		return []string{string(value)}
	}
	if named == 0 {
		t.Skip("a repeated member")
	}
	return []string{string(bytes.TrimSpace(text))}
}

func texts(list []json.RawMessage) []string {
	var all []string
	for _, raw := range list {
		all = append(all, string(raw))
	}
	return all
}
