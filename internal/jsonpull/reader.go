// Package jsonpull reads JSON text value by value, as its caller asks for them.
//
// It is strict: what is not JSON by RFC 8259, or not valid UTF-8, is an error
// with its offset, also inside values that the caller skips. It decodes only what
// is asked for, and knows the end of a text that is not all there yet
// ([Short]) from a fault in it ([Syntax]), so that a window over an endless
// stream grows for a long value and never for a malformed one.
//
// Two things are as in encoding/json: of members with the same name the caller
// sees each, so that the last wins, and half a surrogate pair, which RFC 8259
// leaves open, reads as U+FFFD.
package jsonpull

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// Kind says what is wrong with a text.
type Kind uint8

// The kinds of an [Error].
const (
	Short    Kind = iota + 1 // the text so far is right and goes on
	Syntax                   // this is not JSON
	Encoding                 // this is not UTF-8
	Depth                    // objects and arrays are nested too deep
	Declined                 // nothing is wrong: see [Reader.Decline]
)

// Error is the first fault of a text.
type Error struct {
	Kind   Kind
	Offset int // of the first byte that is wrong, from the beginning of the text
	What   string
}

func (e *Error) Error() string { return fmt.Sprintf("%s at byte %d", e.What, e.Offset) }

// Reader reads one text. After a fault every method gives nothing at once, and
// [Reader.Err] tells the fault, so a caller may look once, at the end.
//
// A reader is for one goroutine. The zero value is not ready: see [Reader.Reset].
type Reader struct {
	text    []byte
	pos     int
	whole   bool
	limit   int
	open    []byte // '{' or '[' of what is being read, outermost first
	fault   Error
	scratch []byte
	known   [knownTexts]string
	paths   []*Path

	wide     bool // the text read last is not all ASCII
	capitals int
	doubtful bool
	mismatch bool

	// AnyBytes lets bytes pass that are not UTF-8; the reader is then doubtful, and
	// texts hold them as they are.
	AnyBytes bool
	// Suspect, when not nil, is asked about every text value that begins with one
	// of the bytes marked in Suspicious; where it holds, the reader is [Reader.Doubtful].
	Suspect    func(text []byte) bool
	Suspicious *[256]bool
}

// Reset begins a text. whole says that nothing follows it; depth is how deep
// objects and arrays may be nested.
func (r *Reader) Reset(text []byte, whole bool, depth int) {
	r.text, r.pos, r.whole, r.limit = text, 0, whole, depth
	r.open, r.fault = r.open[:0], Error{}
	r.capitals, r.doubtful, r.mismatch = 0, false, false
}

// Err tells the first fault, or gives nil.
func (r *Reader) Err() error {
	if r.fault.Kind == 0 {
		return nil
	}
	fault := r.fault
	return &fault
}

// Fault is the kind of the first fault; zero is none.
func (r *Reader) Fault() Kind { return r.fault.Kind }

// Offset is how many bytes of the text have been read.
func (r *Reader) Offset() int { return r.pos }

// Doubt marks the text as one that the caller must look at more closely.
func (r *Reader) Doubt() { r.doubtful = true }

// Doubtful reports whether [Reader.Doubt] was called, a text was suspect, or most
// names of the outermost object, annotations ("@…") aside, begin with a capital.
func (r *Reader) Doubtful() bool { return r.doubtful || r.capitals > 0 }

// Decline stops the reading: the caller wants the value read in another way.
func (r *Reader) Decline() { r.fail(Declined, r.pos, "declined") }

// Mismatch notes that a value is not of the type that its place asks for.
func (r *Reader) Mismatch() { r.mismatch = true }

// TakeMismatch reports whether there was a mismatch since was it last taken, and
// leaves behind what next says.
func (r *Reader) TakeMismatch(next bool) bool {
	had := r.mismatch
	r.mismatch = next
	return had
}

// fail notes a fault and leaves nothing to read.
func (r *Reader) fail(kind Kind, at int, what string) {
	if r.fault.Kind == 0 {
		r.fault = Error{Kind: kind, Offset: at, What: what}
	}
	r.text, r.pos, r.whole = nil, 0, false
}

// end is the fault of a text that stops before its value does.
func (r *Reader) end() {
	if r.whole {
		r.fail(Syntax, len(r.text), "unexpected end of the text")
		return
	}
	r.fail(Short, len(r.text), "the text goes on")
}

// wrong is the fault of a byte that cannot stand where it does.
func (r *Reader) wrong(at int, where string) {
	char, size := utf8.DecodeRune(r.text[at:])
	what := fmt.Sprintf("invalid character %q %s", char, where)
	if char == utf8.RuneError && size < 2 {
		what = fmt.Sprintf("invalid byte 0x%02x %s", r.text[at], where)
	}
	r.fail(Syntax, at, what)
}

// Peek gives the next byte that is not white space, and 0 where there is none;
// only the first byte of the next value or a closing bracket is told apart from
// a fault.
func (r *Reader) Peek() byte {
	if r.pos < len(r.text) {
		if c := r.text[r.pos]; c > ' ' {
			return c
		}
	}
	return r.pastSpace()
}

func (r *Reader) pastSpace() byte {
	for r.pos < len(r.text) {
		switch c := r.text[r.pos]; c {
		case ' ', '\t', '\r', '\n':
			r.pos++
		case 0: // is no JSON anywhere, and stands for "nothing" below
			r.wrong(r.pos, "between values")
			return 0
		default:
			return c
		}
	}
	r.end()
	return 0
}

// Object opens an object and reports whether it has a first member; the caller
// reads [Reader.Name] and the value, and asks [Reader.More] for the next. The
// next value must be an object.
func (r *Reader) Object() bool { return r.enter('{', '}') }

// Array opens an array and reports whether it has a first element. The next
// value must be an array.
func (r *Reader) Array() bool { return r.enter('[', ']') }

func (r *Reader) enter(opening, closing byte) bool {
	if c := r.Peek(); c != opening {
		if c != 0 {
			r.wrong(r.pos, "looking for beginning of value")
		}
		return false
	}
	if len(r.open) >= r.limit {
		r.fail(Depth, r.pos, "nested too deep")
		return false
	}
	r.open = append(r.open, opening)
	r.pos++
	switch r.Peek() {
	case 0:
		return false
	case closing:
		r.pos++
		r.open = r.open[:len(r.open)-1]
		return false
	}
	return true
}

// More reports, behind a value, whether the object or array has another one, and
// closes it where it has not.
func (r *Reader) More() bool {
	if r.pos < len(r.text) && r.text[r.pos] == ',' {
		r.pos++
		return true
	}
	return r.moreOrEnd()
}

func (r *Reader) moreOrEnd() bool {
	c := r.Peek()
	if c == 0 {
		return false
	}
	if c == ',' {
		r.pos++
		return true
	}
	inner := r.open[len(r.open)-1]
	if c == inner+2 { // } and ] lie two behind { and [
		r.pos++
		r.open = r.open[:len(r.open)-1]
		return false
	}
	if inner == '{' {
		r.wrong(r.pos, "after object key:value pair")
	} else {
		r.wrong(r.pos, "after array element")
	}
	return false
}

// Name reads a member's name and the colon behind it. The bytes are valid until
// the next call.
func (r *Reader) Name() []byte {
	if c := r.Peek(); c != '"' {
		if c != 0 {
			r.wrong(r.pos, "looking for beginning of object key string")
		}
		return nil
	}
	name, escaped := r.quoted()
	if escaped {
		name = r.unescape(name)
	}
	if len(r.open) == 1 {
		r.capitals += weightOf(name)
	}
	// Most often the colon follows at once.
	if r.pos < len(r.text) && r.text[r.pos] == ':' {
		r.pos++
		return name
	}
	if c := r.Peek(); c != ':' {
		if c != 0 {
			r.wrong(r.pos, "after object key")
		}
		return nil
	}
	r.pos++
	return name
}

// weightOf is what a name says about the letter case of names.
func weightOf(name []byte) int {
	switch {
	case len(name) > 0 && name[0] == '@':
		return 0
	case len(name) > 0 && name[0] >= 'A' && name[0] <= 'Z':
		return 1
	}
	return -1
}

// Null reads null, if that is the next value, and reports whether it was.
func (r *Reader) Null() bool { return r.Peek() == 'n' && r.literal("null") }

// Bool reads true or false. The next value must be one of them.
func (r *Reader) Bool() bool {
	if r.Peek() == 't' {
		return r.literal("true")
	}
	r.literal("false")
	return false
}

func (r *Reader) literal(word string) bool {
	if rest := r.text[r.pos:]; len(rest) >= len(word) && string(rest[:len(word)]) == word {
		r.pos += len(word)
		return true
	}
	for i := range len(word) {
		if r.pos+i >= len(r.text) {
			r.end()
			break
		}
		if r.text[r.pos+i] != word[i] {
			r.wrong(r.pos+i, "in literal "+word)
			break
		}
	}
	return false
}

// Number reads a number as it is written. The next value must be one.
func (r *Reader) Number() []byte {
	r.Peek()
	text, i := r.text, r.pos
	digits := func(where string) bool {
		from := i
		for i < len(text) && text[i]-'0' <= 9 {
			i++
		}
		switch {
		case i > from:
			return true
		case i == len(text):
			r.end()
		default:
			r.wrong(i, where)
		}
		return false
	}
	if i < len(text) && text[i] == '-' {
		i++
	}
	if i < len(text) && text[i] == '0' {
		i++
	} else if !digits("in numeric literal") {
		return nil
	}
	if i < len(text) && text[i] == '.' {
		i++
		if !digits("after decimal point in numeric literal") {
			return nil
		}
	}
	if i < len(text) && text[i]|0x20 == 'e' {
		i++
		if i < len(text) && (text[i] == '+' || text[i] == '-') {
			i++
		}
		if !digits("in exponent of numeric literal") {
			return nil
		}
	}
	if i == len(text) && !r.whole {
		r.end() // there may be more digits
		return nil
	}
	number := text[r.pos:i]
	r.pos = i
	return number
}

// Wide reports whether the name or text that was read last may hold more than
// ASCII.
func (r *Reader) Wide() bool { return r.wide }

// Bytes reads a text value. The next value must be a text; the bytes are valid
// until the next call.
func (r *Reader) Bytes() []byte {
	text, _ := r.content()
	return text
}

func (r *Reader) suspect(text []byte) {
	if len(text) > 0 && r.Suspicious[text[0]] && r.Suspect(text) {
		r.doubtful = true
	}
}

// Text reads a text value that is likely to come again, and shares its memory
// with those before it. The next value must be a text.
func (r *Reader) Text() string { return r.Share(r.Bytes()) }

// NextIs reports whether the next value is exactly this text, written without
// escapes, and leaves it to be read.
func (r *Reader) NextIs(text string) bool {
	r.Peek()
	rest := r.text[r.pos:]
	return len(rest) >= len(text)+2 && rest[0] == '"' && rest[len(text)+1] == '"' && string(rest[1:len(text)+1]) == text
}

// Raw skips a value and gives it as it is written.
func (r *Reader) Raw() []byte {
	r.Peek()
	text, from := r.text, r.pos
	r.Skip()
	if r.fault.Kind != 0 {
		return nil
	}
	return text[from:r.pos]
}

// Skip reads past any value and checks it.
func (r *Reader) Skip() {
	outside := len(r.open)
	for {
		more := false
		switch c := r.Peek(); c {
		case '"':
			r.skipText()
		case '{':
			if more = r.Object(); more {
				r.Name()
			}
		case '[':
			more = r.Array()
		case 't':
			r.literal("true")
		case 'f':
			r.literal("false")
		case 'n':
			r.literal("null")
		case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			r.Number()
		case 0:
		default:
			r.wrong(r.pos, "looking for beginning of value")
		}
		for !more {
			if r.fault.Kind != 0 || len(r.open) == outside {
				return
			}
			if more = r.More(); more && r.open[len(r.open)-1] == '{' {
				r.Name()
			}
		}
		if r.fault.Kind != 0 {
			return
		}
	}
}

// skipText is Bytes for a text that nobody wants to see.
func (r *Reader) skipText() {
	text, escaped := r.quoted()
	if len(text) == 0 || r.Suspicious == nil || text[0] != '\\' && !r.Suspicious[text[0]] {
		return
	}
	if escaped {
		text = r.unescape(text)
	}
	r.suspect(text)
}

// End reads the white space behind the value; anything else there is a fault.
func (r *Reader) End() {
	for ; r.pos < len(r.text); r.pos++ {
		switch r.text[r.pos] {
		case ' ', '\t', '\r', '\n':
		default:
			r.wrong(r.pos, "after top-level value")
			return
		}
	}
}

// quoted reads a text, whose quotation mark is next, and gives what is between
// the marks.
func (r *Reader) quoted() (content []byte, escaped bool) {
	text, from := r.text, r.pos+1
	r.wide = false
	for i := from; ; {
		i = plain(text, i)
		if i >= len(text) {
			r.end()
			return nil, false
		}
		switch c := text[i]; {
		case c == '"':
			r.pos = i + 1
			return text[from:i], escaped
		case c == '\\':
			escaped, r.wide = true, true // it may stand for anything
			if i = r.escape(i); i < 0 {
				return nil, false
			}
		case c < ' ':
			r.wrong(i, "in string literal")
			return nil, false
		default:
			r.wide = true
			if i = r.runes(i); i < 0 {
				return nil, false
			}
		}
	}
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// plain finds the first byte from i on that is a quotation mark, a backslash, a
// control character or not ASCII. Of the bytes of a word only the first hit is
// certain: a borrow may mark those above it.
func plain(text []byte, i int) int {
	for ; i+8 <= len(text); i += 8 {
		word := binary.LittleEndian.Uint64(text[i:])
		hits := (word | (word - ' '*ones) | (word ^ '"'*ones - ones) | (word ^ '\\'*ones - ones)) & highs
		if hits != 0 {
			return i + bits.TrailingZeros64(hits)/8
		}
	}
	for ; i < len(text); i++ {
		if c := text[i]; c == '"' || c == '\\' || c < ' ' || c >= utf8.RuneSelf {
			break
		}
	}
	return i
}

// escape checks the escape at i and gives the offset behind it, or -1.
func (r *Reader) escape(i int) int {
	text := r.text
	if i+1 >= len(text) {
		r.end()
		return -1
	}
	switch text[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
	default:
		r.wrong(i+1, "in string escape code")
		return -1
	}
	for j := i + 2; j < i+6; j++ {
		if j >= len(text) {
			r.end()
			return -1
		}
		if hexDigit(text[j]) < 0 {
			r.wrong(j, "in \\u hexadecimal character escape")
			return -1
		}
	}
	return i + 6
}

func hexDigit(c byte) rune {
	switch {
	case c-'0' <= 9:
		return rune(c - '0')
	case c|0x20-'a' <= 'f'-'a':
		return rune(c|0x20-'a') + 10
	}
	return -1
}

// runes checks the characters that are not ASCII from i on and gives the offset
// behind them, or -1.
func (r *Reader) runes(i int) int {
	for text := r.text; ; {
		_, size := utf8.DecodeRune(text[i:])
		if size == 1 {
			switch {
			case !r.whole && !utf8.FullRune(text[i:]):
				r.end()
				return -1
			case !r.AnyBytes:
				r.fail(Encoding, i, fmt.Sprintf("byte 0x%02x is not UTF-8", text[i]))
				return -1
			}
			r.doubtful = true
		}
		if i += size; i >= len(text) || text[i] < utf8.RuneSelf {
			return i
		}
	}
}

// unescape gives the text that checked content stands for.
func (r *Reader) unescape(content []byte) []byte {
	out := r.scratch[:0]
	for i := 0; i < len(content); {
		c := content[i]
		if c != '\\' {
			out = append(out, c)
			i++
			continue
		}
		switch c = content[i+1]; c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			char := unit(content[i:])
			i += 6
			if utf16.IsSurrogate(char) {
				if char = utf16.DecodeRune(char, unit(content[i:])); char != utf8.RuneError {
					i += 6
				}
			}
			out = utf8.AppendRune(out, char)
			continue
		}
		out = append(out, c)
		i += 2
	}
	r.scratch = out
	return out
}

// unit reads a \uXXXX escape, or gives -1 where there is none.
func unit(content []byte) rune {
	if len(content) < 6 || content[0] != '\\' || content[1] != 'u' {
		return -1
	}
	var char rune
	for _, c := range content[2:6] {
		char = char<<4 | hexDigit(c)
	}
	return char
}

// Texts that come again and again (types, states, names of applications and
// places) are shared: a tenant's rows hold them once, and a stream allocates
// nothing for them.
const (
	knownTexts = 1 << 10
	knownSize  = 48
)

// Share gives a text of its own for bytes, the same one for the same bytes where
// they are short and were seen lately.
func (r *Reader) Share(text []byte) string {
	shared, _ := r.share(text)
	return shared
}

// share is Share, and reports whether the text was known.
func (r *Reader) share(text []byte) (shared string, known bool) {
	n := len(text)
	if n == 0 {
		return "", true
	}
	if n > knownSize {
		return string(text), false
	}
	var head, tail uint64
	if n >= 8 {
		head, tail = binary.LittleEndian.Uint64(text), binary.LittleEndian.Uint64(text[n-8:])
	} else {
		for _, c := range text {
			head = head<<8 | uint64(c)
		}
	}
	hash := (head ^ bits.RotateLeft64(tail, 29) ^ uint64(n)) * 0x9E3779B97F4A7C15
	slot := &r.known[hash>>54]
	if known = *slot == string(text); !known {
		*slot = string(text)
	}
	return *slot, known
}
