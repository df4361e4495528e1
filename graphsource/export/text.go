package export

import (
	"bufio"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// The encodings that JSON is found in. Windows PowerShell's Out-File and ">"
// write UTF-16LE with a byte order mark.
const (
	utf8Plain = "UTF-8"
	utf8BOM   = "UTF-8 with BOM"
	utf16LE   = "UTF-16LE"
	utf16BE   = "UTF-16BE"
)

var (
	errOddByte = errors.New("the UTF-16 text ends in half a character: it was cut")
	errUTF32   = errors.New("the text is UTF-32; save it as UTF-8")
)

// decodeText gives the text of src as UTF-8, and says which encoding it has.
// Without a byte order mark UTF-16 shows in the zero bytes around the first
// character, which in JSON is always ASCII. skipped is the size of the mark.
func decodeText(src io.Reader) (text io.Reader, encoding string, skipped int64, err error) {
	in := bufio.NewReaderSize(src, 32<<10)
	head, err := in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, "", 0, err
	}
	at := func(i int) int {
		if i < len(head) {
			return int(head[i])
		}
		return -1
	}
	drop := func(n int) int64 { _, _ = in.Discard(n); return int64(n) }
	switch a, b := at(0), at(1); {
	case a == 0xFF && b == 0xFE && at(2) == 0 && at(3) == 0, a == 0 && b == 0:
		return nil, "", 0, errUTF32
	case a == 0xEF && b == 0xBB && at(2) == 0xBF:
		return in, utf8BOM, drop(3), nil
	case a == 0xFF && b == 0xFE:
		skipped = drop(2)
		return &utf16Reader{src: in}, utf16LE, skipped, nil
	case a == 0xFE && b == 0xFF:
		skipped = drop(2)
		return &utf16Reader{src: in, big: true}, utf16BE, skipped, nil
	case a > 0 && b == 0:
		return &utf16Reader{src: in}, utf16LE, 0, nil
	case a == 0 && b > 0:
		return &utf16Reader{src: in, big: true}, utf16BE, 0, nil
	}
	return in, utf8Plain, 0, nil
}

// utf16Reader gives UTF-16 as UTF-8. Half a surrogate pair becomes U+FFFD.
type utf16Reader struct {
	src  *bufio.Reader
	big  bool
	out  []byte // decoded and not yet given
	held [2 * utf8.UTFMax]byte
	high rune // first half of a pair that waits for its second, or 0
	err  error
}

func (r *utf16Reader) Read(p []byte) (int, error) {
	n := copy(p, r.out)
	r.out = r.out[n:]
	for n < len(p) && r.err == nil {
		// Stop before a read that could block when there is something to give.
		if n > 0 && r.src.Buffered() < 2 {
			break
		}
		char := r.next()
		m := copy(p[n:], char)
		n, r.out = n+m, char[m:]
	}
	if n > 0 || len(p) == 0 {
		return n, nil
	}
	return 0, r.err
}

// next decodes one code unit; it gives nothing while half a pair waits.
func (r *utf16Reader) next() []byte {
	out := r.held[:0]
	unit, err := r.unit()
	if err != nil {
		r.err = err
		if r.high != 0 {
			out, r.high = utf8.AppendRune(out, utf8.RuneError), 0
		}
		return out
	}
	if r.high != 0 {
		pair := utf16.DecodeRune(r.high, unit)
		r.high = 0
		out = utf8.AppendRune(out, pair)
		if pair != utf8.RuneError {
			return out
		}
	}
	switch {
	case unit >= 0xD800 && unit < 0xDC00:
		r.high = unit
	default:
		out = utf8.AppendRune(out, unit) // a lone second half becomes U+FFFD
	}
	return out
}

func (r *utf16Reader) unit() (rune, error) {
	a, err := r.src.ReadByte()
	if err != nil {
		return 0, err
	}
	b, err := r.src.ReadByte()
	if errors.Is(err, io.EOF) {
		err = errOddByte
	}
	if err != nil {
		return 0, err
	}
	if r.big {
		a, b = b, a
	}
	return rune(a) | rune(b)<<8, nil
}
