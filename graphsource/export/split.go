package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/privpath/privpath/internal/jsonpull"
)

// form is how a file holds its records.
type form uint8

const (
	formNone     form = iota
	formEnvelope      // {"value": [ … ]}, a Graph response
	formArray         // [ … ]
	formSingle        // one object
	formSequence      // JSON Lines, or objects one after the other
)

// sink takes what a splitter finds. Bytes are valid during the call only.
type sink interface {
	// element takes the reader's next value, which is a record, and reports whether
	// it did: if not, it has read it to its end or declined it, and record is given
	// it. Where the reader is left with a fault, nothing was taken; the same record
	// comes again once more of the text is there. line says that it is an object
	// that follows others, at the top of the text.
	element(r *jsonpull.Reader, pointer string, line bool) bool
	// record takes one record, which is valid JSON but for bytes that are not
	// UTF-8. An error of it ends the splitting.
	record(raw []byte, pointer string, offset int64) error
	// member takes a member of an outermost object, other than the records.
	member(name string, raw []byte)
}

// textError is a place where a file is not the JSON that it should be.
type textError struct {
	offset  int64  // in bytes of the file, or of its text as UTF-8 if that is recoded
	recoded string // the file's encoding, if it is neither UTF-8 nor ASCII
	pointer string
	what    string
	cut     bool // the file ends too early
}

func (e *textError) Error() string {
	text := fmt.Sprintf("%s at byte %d", e.what, e.offset)
	if e.recoded != "" {
		text += " (of the " + e.recoded + " text, counted as UTF-8)"
	}
	if e.pointer != "" {
		text += " (in " + e.pointer + ")"
	}
	return text
}

var (
	errWindow   = errors.New("record is larger than the window")
	errDeclined = errors.New("somebody else is to read this value")
)

// splitter cuts a JSON text into records and holds no more than one of them and a
// window. Everything is checked to be JSON on the way. A splitter can be used
// again for another text.
type splitter struct {
	src     io.Reader
	max     int64 // bytes of one record
	depth   int
	reader  jsonpull.Reader
	buf     []byte
	pos     int
	mark    int    // first byte that must be kept, or -1
	base    int64  // offset in the text of buf[0]
	ended   error  // what the source said last, after its bytes
	pointer string // of the record or member that is being read
}

const firstWindow = 256 << 10

// split reads src to its end and gives its records to out. depth and max bound
// a record; beyond them it returns a [*LimitError] without a name.
func (s *splitter) split(src io.Reader, max int64, depth int, out sink) (form, error) {
	s.src, s.max, s.depth = src, max, depth
	s.pos, s.mark, s.base, s.ended, s.pointer = 0, -1, 0, nil, ""
	if size := min(firstWindow, max); int64(cap(s.buf)) < size || int64(cap(s.buf)) > max {
		s.buf = make([]byte, 0, size)
	}
	s.buf = s.buf[:0]
	found, err := s.text(out)
	if errors.Is(err, errWindow) {
		err = &LimitError{Option: "MaxRecordBytes", Limit: max, Offset: s.offset()}
	}
	return found, err
}

func (s *splitter) text(out sink) (form, error) {
	c, err := s.token()
	if errors.Is(err, io.EOF) {
		return formNone, s.wrong("the file is empty", true)
	}
	if err != nil {
		return formNone, err
	}
	switch c {
	case '[':
		if err := s.array("", out); err != nil {
			return formArray, err
		}
		return formArray, s.end()
	case '{':
		return s.objects(out)
	}
	return formNone, s.wrong("this is not a JSON object or array", false)
}

// objects reads the objects that stand one after the other at the top of the
// text; most often it is one.
func (s *splitter) objects(out sink) (form, error) {
	found := formNone
	for i := 0; ; i++ {
		prefix := ""
		if i > 0 {
			prefix = "/" + strconv.Itoa(i)
		}
		kind, err := s.part(prefix, i == 0, out)
		found = max(found, kind)
		if i > 0 && found == formSingle {
			found = formSequence
		}
		if err != nil {
			return found, err
		}
		switch c, err := s.token(); {
		case errors.Is(err, io.EOF):
			return found, nil
		case err != nil:
			return found, err
		case c != '{':
			return found, s.wrong("something follows the JSON text", false)
		}
	}
}

// part reads one of the objects at the top. Those after the first are lines of
// records where they are that.
func (s *splitter) part(prefix string, first bool, out sink) (form, error) {
	if !first {
		if taken, err := s.line(prefix, out); taken || err != nil {
			return formSingle, err
		}
	}
	return s.object(prefix, first, out)
}

// object reads an outermost object: a Graph response whose "value" array holds
// the records, or a record itself.
func (s *splitter) object(prefix string, first bool, out sink) (form, error) {
	s.mark, s.pointer = s.pos, prefix
	start := s.offset()
	inner := [2]int64{} // "value" where it is one object
	enveloped, named := false, 0
	s.pos++
	for n := 0; ; n++ {
		c, err := s.need()
		if err != nil {
			return formNone, err
		}
		if c == '}' && n == 0 {
			break
		}
		name, err := s.name(c)
		if err != nil {
			return formNone, err
		}
		if c, err = s.need(); err != nil {
			return formNone, err
		}
		switch {
		case (name == "value" || (name == "data" || name == "records") && n == 0) && c == '[': // "data" is AzureHound's, "records" Azure Monitor's
			if enveloped {
				return formEnvelope, s.wrong(`"value" stands here twice`, false)
			}
			enveloped, s.mark = true, -1
			if err := s.array(prefix+"/"+name, out); err != nil {
				return formEnvelope, err
			}
			s.pointer = prefix
		default:
			if !annotation(name) && name != "value" {
				named++
			}
			from := s.offset()
			raw, err := s.value()
			if err != nil {
				return formNone, err
			}
			if name == "value" && raw[0] == '{' {
				inner = [2]int64{from, s.offset()}
			}
			out.member(name, raw)
		}
		if c, err = s.need(); err != nil {
			return formNone, err
		}
		if c == '}' {
			break
		}
		if c != ',' {
			return formNone, s.wrong("a comma or } is missing", false)
		}
		s.pos++
	}
	s.pos++
	if enveloped {
		return formEnvelope, nil
	}
	end := s.offset()
	pointer := prefix
	switch {
	case named == 0 && inner[1] > 0:
		start, end, pointer = inner[0], inner[1], prefix+"/value"
	case named == 0:
		// {}, or a response whose list was cut at a depth limit.
		return formSingle, s.wrong("this object holds no records and no properties", false)
	case first:
		// Only what follows tells a single object from the first of several.
		if _, err := s.token(); err == nil {
			pointer = "/0"
		} else if !errors.Is(err, io.EOF) {
			return formSingle, err
		}
	}
	err := out.record(s.buf[start-s.base:end-s.base], pointer, start)
	s.mark = -1
	return formSingle, err
}

func annotation(name string) bool { return len(name) > 0 && name[0] == '@' }

// line gives an object that follows others to out. It stays where it is when out
// does not take it.
func (s *splitter) line(pointer string, out sink) (taken bool, err error) {
	s.pointer = pointer
	_, err = s.parse(func(r *jsonpull.Reader) {
		if taken = out.element(r, pointer, true); !taken {
			r.Decline()
		}
	})
	var bad *textError
	if errors.Is(err, errDeclined) || errors.As(err, &bad) && !bad.cut {
		return false, nil // object reads it, and says what is wrong
	}
	return taken, err
}

// name reads a member's name and the colon behind it.
func (s *splitter) name(c byte) (string, error) {
	if c != '"' {
		return "", s.wrong("a property name is missing", false)
	}
	var name string
	if _, err := s.parse(func(r *jsonpull.Reader) { name = r.Text() }); err != nil {
		return "", err
	}
	c, err := s.need()
	if err != nil {
		return "", err
	}
	if c != ':' {
		return "", s.wrong("a colon is missing", false)
	}
	s.pos++
	return name, nil
}

// value reads any value. The bytes are valid until the next read.
func (s *splitter) value() ([]byte, error) {
	return s.parse(func(r *jsonpull.Reader) { r.Skip() })
}

// array gives every element of an array to out.
func (s *splitter) array(pointer string, out sink) error {
	taken := false
	element := func(r *jsonpull.Reader) { taken = out.element(r, s.pointer, false) }
	place := append([]byte(pointer), '/')
	s.pos++
	for i := 0; ; i++ {
		s.pointer = pointer
		c, err := s.need()
		if err != nil {
			return err
		}
		if c == ']' && i == 0 {
			s.pos++
			return nil
		}
		s.pointer = string(strconv.AppendInt(place, int64(i), 10))
		from := s.offset()
		raw, err := s.parse(element)
		if errors.Is(err, errDeclined) {
			raw, err = s.value()
		}
		if err != nil {
			return err
		}
		if !taken {
			if err := out.record(raw, s.pointer, from); err != nil {
				return err
			}
		}
		if c, err = s.need(); err != nil {
			return err
		}
		s.pos++
		switch c {
		case ']':
			return nil
		case ',':
		default:
			s.pos--
			return s.wrong("a comma or ] is missing", false)
		}
	}
}

// parse has read, which must read one value to its end, read what comes next, and
// gives its bytes, valid until the next read. Where the window ends first it reads
// once more from the value's beginning; the window doubles each time, so that all
// readings together cost no more than two. A value that read declines stays where
// it is, and the error is errDeclined.
func (s *splitter) parse(read func(r *jsonpull.Reader)) ([]byte, error) {
	held := s.mark >= 0
	if !held {
		s.mark = s.pos
		defer func() { s.mark = -1 }()
	}
	if c, err := s.need(); err != nil {
		return nil, err
	} else if c == ',' || c == ':' || c == ']' || c == '}' {
		return nil, s.wrong("a value is missing", false)
	}
	r := &s.reader
	for r.AnyBytes = false; ; {
		r.Reset(s.buf[s.pos:], false, s.depth)
		read(r)
		if r.Fault() == 0 {
			from := s.pos
			s.pos += r.Offset()
			return s.buf[from:s.pos], nil
		}
		var fault *jsonpull.Error
		errors.As(r.Err(), &fault)
		at := s.offset() + int64(fault.Offset)
		switch fault.Kind {
		case jsonpull.Short:
			if err := s.fill(); err != nil {
				s.pos = len(s.buf)
				return nil, s.short(err)
			}
		case jsonpull.Encoding:
			r.AnyBytes = true
		case jsonpull.Declined:
			return nil, errDeclined
		case jsonpull.Depth:
			return nil, &LimitError{Option: "MaxDepth", Limit: int64(s.depth), Offset: at}
		default:
			return nil, &textError{offset: at, pointer: s.pointer, what: "this is not valid JSON: " + fault.What}
		}
	}
}

func (s *splitter) end() error {
	_, err := s.token()
	switch {
	case err == nil:
		return s.wrong("something follows the JSON text", false)
	case errors.Is(err, io.EOF):
		return nil
	}
	return err
}

// token moves to the next byte that is not white space; io.EOF says that there
// is none.
func (s *splitter) token() (byte, error) {
	for {
		for s.pos < len(s.buf) {
			switch c := s.buf[s.pos]; c {
			case ' ', '\t', '\r', '\n':
				s.pos++
			default:
				return c, nil
			}
		}
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
}

// need is token where the text must go on.
func (s *splitter) need() (byte, error) {
	c, err := s.token()
	return c, s.short(err)
}

func (s *splitter) short(err error) error {
	if errors.Is(err, io.EOF) {
		return s.wrong("the file ends in the middle: it was cut", true)
	}
	return err
}

// fill reads more text behind buf, until the window is full or the source ends. It
// drops what nobody needs any more, and doubles the window, up to the bound, where
// all of it is needed.
func (s *splitter) fill() error {
	if s.ended != nil {
		return s.ended
	}
	keep := s.pos
	if s.mark >= 0 {
		keep, s.mark = s.mark, 0
	}
	s.base += int64(keep)
	s.pos -= keep
	left := copy(s.buf[:cap(s.buf)], s.buf[keep:])
	if left == cap(s.buf) {
		if int64(left) >= s.max {
			return errWindow
		}
		grown := make([]byte, left, min(int64(left)*2, s.max))
		copy(grown, s.buf[:left])
		s.buf = grown
	}
	s.buf = s.buf[:left]
	for idle := 0; len(s.buf) < cap(s.buf) && s.ended == nil; {
		n, err := s.src.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf, s.ended = s.buf[:len(s.buf)+n], err
		if idle++; n > 0 {
			idle = 0
		} else if idle == 100 && err == nil {
			s.ended = io.ErrNoProgress
		}
	}
	if len(s.buf) == left {
		return s.ended
	}
	return nil
}

func (s *splitter) offset() int64 { return s.base + int64(s.pos) }

func (s *splitter) wrong(what string, cut bool) error {
	return &textError{offset: s.offset(), pointer: s.pointer, what: what, cut: cut}
}

// checkJSON reports the first byte of raw, which begins at offset, that is not
// valid JSON.
func checkJSON(raw []byte, offset int64, pointer string) error {
	var any json.RawMessage
	err := json.Unmarshal(raw, &any)
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		return &textError{offset: offset + max(syntax.Offset-1, 0), pointer: pointer, what: "this is not valid JSON: " + syntax.Error()}
	}
	return &textError{offset: offset, pointer: pointer, what: "this is not valid JSON: " + err.Error()}
}
