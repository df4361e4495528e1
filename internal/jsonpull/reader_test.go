package jsonpull

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

const deep = 10_000 // encoding/json's own bound

// tree reads a whole text through the reader's methods, as encoding/json would
// into an any with UseNumber.
func tree(r *Reader) any {
	switch r.Peek() {
	case '{':
		out := map[string]any{}
		for more := r.Object(); more; more = r.More() {
			name := string(r.Name())
			out[name] = tree(r)
		}
		return out
	case '[':
		out := []any{}
		for more := r.Array(); more; more = r.More() {
			out = append(out, tree(r))
		}
		return out
	case '"':
		return r.Text()
	case 't', 'f':
		return r.Bool()
	case 'n':
		r.Null()
		return nil
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return json.Number(r.Number())
	}
	r.Skip() // says what is wrong
	return nil
}

func read(text []byte, whole bool, depth int) (any, error) {
	var r Reader
	r.Reset(text, whole, depth)
	value := tree(&r)
	r.End()
	return value, r.Err()
}

func skip(text []byte, whole bool, depth int) error {
	var r Reader
	r.Reset(text, whole, depth)
	r.Skip()
	r.End()
	return r.Err()
}

func library(text []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var value any
	err := dec.Decode(&value)
	return value, err
}

// malformed is the table of what is not JSON: the text, and the offset of the
// first wrong byte.
var malformed = []struct {
	name, text string
	offset     int
}{
	{"nothing", "", 0},
	{"white space", " \n", 2},
	{"a byte order mark", "\xef\xbb\xbf{}", 0},
	{"a form feed is no white space", "[1,\f2]", 3},
	{"trailing garbage", `{"a":1}x`, 7},
	{"a second value", `{} {}`, 3},
	{"a closing bracket too many", `[]]`, 2},
	{"the wrong bracket", `[1}`, 2},
	{"the wrong bracket deeper", `{"a":[{"b":1]}]`, 12},
	{"two commas", `[1,,2]`, 3},
	{"a comma before the end", `[1,]`, 3},
	{"a comma before the end of an object", `{"a":1,}`, 7},
	{"a comma at the beginning", `[,1]`, 1},
	{"no comma", `[1 2]`, 3},
	{"no comma between members", `{"a":1 "b":2}`, 7},
	{"no colon", `{"a" 1}`, 5},
	{"two colons", `{"a"::1}`, 5},
	{"no value", `{"a":}`, 5},
	{"a name without quotation marks", `{a:1}`, 1},
	{"a name in single marks", `{'a':1}`, 1},
	{"a number as a name", `{1:2}`, 1},
	{"a comment", `[1/**/]`, 2},
	{"a bad literal", `[nul]`, 4},
	{"a literal in capitals", `[True]`, 1},
	{"not a number", `[NaN]`, 1},
	{"infinity", `[-Infinity]`, 2},
	{"a leading zero", `[01]`, 2},
	{"a negative leading zero", `[-01]`, 3},
	{"a plus", `[+1]`, 1},
	{"no digit behind the point", `[1.]`, 3},
	{"no digit before the point", `[.5]`, 1},
	{"no digit in the exponent", `[1e]`, 3},
	{"no digit behind the exponent's sign", `[1e+]`, 4},
	{"a minus alone", `[-]`, 2},
	{"two minuses", `[--1]`, 2},
	{"a hexadecimal number", `[0x10]`, 2},
	{"a bad escape", `["\x41"]`, 3},
	{"a bad unicode escape", `["\u12g4"]`, 6},
	{"a unicode escape cut by the mark", `["\u12"]`, 6},
	{"a control character in a text", "[\"a\nb\"]", 3},
	{"a zero byte in a text", "[\"a\x00b\"]", 3},
	{"a zero byte", "[\x00]", 1},
	{"a control character in a name", "{\"a\x01\":1}", 3},
	{"cut in a text", `["ab`, 4},
	{"cut in an escape", `["ab\`, 5},
	{"cut in a literal", `[tru`, 4},
	{"cut in an object", `{"a":1`, 6},
	{"cut behind a name", `{"a"`, 4},
	{"cut behind a colon", `{"a":`, 5},
	{"cut behind a comma", `[1,`, 3},
	{"cut in a number", `-`, 1},
}

// invalidUTF8 is what encoding/json lets pass, reading U+FFFD, and we do not.
var invalidUTF8 = []struct {
	name, text string
	offset     int
}{
	{"Latin-1", "[\"Andr\xe9\"]", 6},
	{"half a rune at the end", "[\"\xe2\x82\"]", 2},
	{"overlong", "[\"\xc0\xaf\"]", 2},
	{"a surrogate", "[\"\xed\xa0\x80\"]", 2},
	{"beyond Unicode", "[\"\xf5\x80\x80\x80\"]", 2},
	{"in a name", "{\"\xff\":1}", 2},
}

func faultOf(t require.TestingT, err error) *Error {
	var fault *Error
	require.ErrorAs(t, err, &fault)
	return fault
}

func TestMalformed(t *testing.T) {
	for _, tc := range malformed {
		_, err := read([]byte(tc.text), true, deep)
		require.Errorf(t, err, tc.name)
		require.False(t, json.Valid([]byte(tc.text)), "%s: encoding/json takes it", tc.name)
		fault := faultOf(t, err)
		require.Equal(t, Syntax, fault.Kind, tc.name)
		require.Equal(t, tc.offset, fault.Offset, "%s: %v", tc.name, err)
		require.Equal(t, err, skip([]byte(tc.text), true, deep), tc.name)
	}
	for _, tc := range invalidUTF8 {
		_, err := read([]byte(tc.text), true, deep)
		fault := faultOf(t, err)
		require.Equal(t, Encoding, fault.Kind, tc.name)
		require.Equal(t, tc.offset, fault.Offset, tc.name)
		require.Equal(t, err, skip([]byte(tc.text), true, deep), tc.name)
	}
}

// A text that is fine so far is short, whatever stands at its end; the same text
// is wrong when nothing follows. A fault is a fault in both.
func TestShortIsNotWrong(t *testing.T) {
	text := []byte(`{"a\u00e9":[-10.25e+3,true,null,"é\ud83d\ude00\n"],"b":{},"c":[] }`)
	require.NoError(t, skip(text, true, deep))
	for cut := range len(text) {
		err := skip(text[:cut], false, deep)
		require.Equal(t, Short, faultOf(t, err).Kind, "%s", text[:cut])
		_, again := read(text[:cut], false, deep)
		require.Equal(t, err, again)
		err = skip(text[:cut], true, deep)
		require.NotEqual(t, Short, faultOf(t, err).Kind, "%s", text[:cut])
	}
	for _, tc := range malformed {
		whole, part := skip([]byte(tc.text), true, deep), skip([]byte(tc.text), false, deep)
		if faultOf(t, whole).What == "unexpected end of the text" {
			require.Equal(t, Short, faultOf(t, part).Kind, tc.name)
		} else {
			require.Equal(t, whole, part, tc.name)
		}
	}
}

func TestDepth(t *testing.T) {
	nested := strings.Repeat(`[{"a":`, 5) + "1" + strings.Repeat("}]", 5)
	require.NoError(t, skip([]byte(nested), true, 10))
	err := skip([]byte(nested), true, 9)
	require.Equal(t, &Error{Kind: Depth, Offset: strings.LastIndex(nested, "{"), What: "nested too deep"}, err)
	_, again := read([]byte(nested), true, 9)
	require.Equal(t, err, again)
}

func TestTexts(t *testing.T) {
	for text, want := range map[string]string{
		`"\"\\\/\b\f\n\r\t"`:        "\"\\/\b\f\n\r\t",
		`"\u00e9\u20AC"`:            "é€",
		`"\ud83d\ude00"`:            "😀",
		`"\ud83d"`:                  "\ufffd",
		`"\ud83d\ud83d\ude00"`:      "\ufffd😀",
		`"\ude00\ud83d"`:            "\ufffd\ufffd",
		`"\ud83dx"`:                 "\ufffdx",
		`"\ud83d\n"`:                "\ufffd\n",
		`"\u0000"`:                  "\x00",
		`"0123456789abcdef\\":{}é"`: `0123456789abcdef\":{}é`,
	} {
		if text == `"0123456789abcdef\\":{}é"` {
			text, want = `"0123456789abcdef\\\":{}é"`, `0123456789abcdef\":{}é`
		}
		got, err := read([]byte(text), true, deep)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
		var library string
		require.NoError(t, json.Unmarshal([]byte(text), &library))
		require.Equal(t, library, got)
	}
}

// plain must find the same byte at every place of a word.
func TestPlainFindsTheFirst(t *testing.T) {
	for _, odd := range []byte{'"', '\\', 0, 0x1f, 0x80, 0xff} {
		for size := range 20 {
			for at := range size {
				for _, fill := range []byte{' ', '!', '#', '[', ']', 0x7f, 'a'} {
					text := bytes.Repeat([]byte{fill}, size)
					require.Equal(t, size, plain(text, 0))
					text[at] = odd
					require.Equal(t, at, plain(text, 0))
					text[size-1] = odd
					require.Equal(t, at, plain(text, 0))
				}
			}
		}
	}
}

func TestDoubtful(t *testing.T) {
	var marked [256]bool
	marked['S'] = true
	for text, want := range map[string]bool{
		`{"a":"x"}`: false, `{"a":"System.Object"}`: true, `{"a":{"b":["System.Object"]}}`: true,
		`{"a":"\u0053ystem.Object"}`: true, `{"a":1,"System.Object":1}`: false, `{"a":"no System.Object"}`: false,
		`{"Id":1}`: true, `{"@odata.type":1,"Id":1}`: true, `{"Id":1,"b":2}`: false, `{"Id":1,"b":2,"C":{"d":1}}`: true, `{}`: false,
	} {
		for _, walk := range []func(*Reader){func(r *Reader) { r.Skip() }, func(r *Reader) { tree(r) }} {
			r := Reader{Suspicious: &marked, Suspect: func(text []byte) bool { return bytes.HasPrefix(text, []byte("System.")) }}
			r.Reset([]byte(text), true, deep)
			walk(&r)
			require.NoError(t, r.Err())
			require.Equal(t, want, r.Doubtful(), text)
		}
	}
}

// randomJSON writes a random value with every kind of white space, number and
// escape.
func randomJSON(rnd *rand.Rand, depth int) string {
	space := func() string { return []string{"", "", "", " ", "\n\t", "\r "}[rnd.IntN(6)] }
	text := func() string {
		var b strings.Builder
		b.WriteByte('"')
		for range rnd.IntN(20) {
			b.WriteString([]string{"a", "Z9", "é", "€", "😀", `\n`, `\"`, `\\`, `\/`, `\u00e9`, `\ud83d\ude00`, `\ud800`, `\uDC00`, "\u2028", "{[:,]}", "01234567"}[rnd.IntN(16)])
		}
		return b.String() + `"`
	}
	kind := rnd.IntN(8)
	if depth == 0 {
		kind = 2 + rnd.IntN(6)
	}
	var parts []string
	switch kind {
	case 0:
		for range rnd.IntN(5) {
			parts = append(parts, space()+text()+space()+":"+space()+randomJSON(rnd, depth-1)+space())
		}
		return "{" + strings.Join(parts, ",") + space() + "}"
	case 1:
		for range rnd.IntN(5) {
			parts = append(parts, space()+randomJSON(rnd, depth-1)+space())
		}
		return "[" + strings.Join(parts, ",") + space() + "]"
	case 2, 3:
		return text()
	case 4:
		return strconv.Itoa(rnd.IntN(2000) - 1000)
	case 5:
		return strconv.FormatFloat(rnd.NormFloat64()*1e10, "eEfg"[rnd.IntN(4)], rnd.IntN(8), 64)
	}
	return []string{"true", "false", "null"}[rnd.IntN(3)]
}

// Random valid texts read as encoding/json reads them; cut anywhere they are
// short, and a window that grows by random steps comes to the same end.
func TestRandomChunks(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		text := []byte("[" + randomJSON(rnd, 4) + "]")
		want, err := library(text)
		require.NoError(t, err, "%s", text)
		got, err := read(text, true, deep)
		require.NoError(t, err, "%s", text)
		require.Equal(t, want, got, "%s", text)
		require.NoError(t, skip(text, true, deep))
		for seen := 0; seen < len(text); seen += 1 + rnd.IntN(8) {
			require.Equal(t, Short, faultOf(t, skip(text[:seen], false, deep)).Kind)
		}
	}
}

// FuzzReader holds the reader to encoding/json: what one takes the other takes
// with the same value, but for invalid UTF-8; the fault of a text is the same
// wherever the text is cut behind it.
func FuzzReader(f *testing.F) {
	for _, tc := range malformed {
		f.Add([]byte(tc.text))
	}
	for _, tc := range invalidUTF8 {
		f.Add([]byte(tc.text))
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		f.Add([]byte(randomJSON(rnd, 4)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := read(text, true, deep)
		require.Equal(t, err, skip(text, true, deep), "skipping and reading disagree")
		switch valid := json.Valid(text) && utf8.Valid(text); {
		case valid != (err == nil):
			t.Fatalf("encoding/json: valid %v; here: %v", valid, err)
		case valid:
			want, err := library(text)
			require.NoError(t, err)
			require.Equal(t, want, got)
			return
		}
		fault := faultOf(t, err)
		if !json.Valid(text) && fault.Kind == Syntax && utf8.Valid(text) {
			var syntax *json.SyntaxError
			require.ErrorAs(t, json.Unmarshal(text, new(any)), &syntax)
			if fault.What != "unexpected end of the text" {
				require.Equal(t, int(syntax.Offset)-1, fault.Offset, "the place of the fault")
			}
		}
		if fault.Kind != Depth && fault.Offset < len(text) {
			part := skip(text[:fault.Offset], false, deep)
			if part != nil { // a value may be whole, and wrong only by what follows
				require.Equal(t, Short, faultOf(t, part).Kind)
			}
		}
	})
}
