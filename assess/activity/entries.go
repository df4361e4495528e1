package activity

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"hash/maphash"
)

// entries gives the same number to the same bytes, from 0 on in the order in which
// they come. There are a great many: the bytes lie one behind the other in a few
// large blocks, in which a garbage collector finds nothing to follow. Where an entry
// ends is for the entry to tell, so that none may be the beginning of another.
type entries struct {
	arena
	n      int
	places []*[chunk]place
	slots  []slot // a power of two of them, at most three quarters of them taken
}

// slot is where the number of an entry is looked for, from the place of its hash on.
type slot struct {
	hash uint32
	next uint32 // the number, and 1; 0 is a slot that is not taken
	at   place  // of the entry
}

// Nobody who names a user can know the seed, and so choose names that lie together.
var seed = maphash.MakeSeed()

// number gives the number of an entry, of which a copy is kept.
func (e *entries) number(entry []byte) uint32 {
	hash := uint32(maphash.Bytes(seed, entry))
	if len(e.slots) > 0 {
		last := uint32(len(e.slots) - 1)
		for i := hash & last; e.slots[i].next != 0; i = (i + 1) & last {
			if s := &e.slots[i]; s.hash == hash && bytes.HasPrefix(e.from(s.at), entry) {
				return s.next - 1
			}
		}
	}
	if 4*e.n >= 3*len(e.slots) {
		e.grow()
	}
	if e.n%chunk == 0 {
		e.places = append(e.places, new([chunk]place))
	}
	at := e.add(entry)
	e.places[e.n/chunk][e.n%chunk] = at
	e.n++
	put(e.slots, slot{hash, uint32(e.n), at})
	return uint32(e.n - 1)
}

// entry gives the entry of a number, and what lies behind it.
func (e *entries) entry(number uint32) []byte { return e.from(e.places[number/chunk][number%chunk]) }

func (e *entries) grow() {
	more := make([]slot, max(16, 2*len(e.slots)))
	for _, s := range e.slots {
		if s.next != 0 {
			put(more, s)
		}
	}
	e.slots = more
}

func put(slots []slot, s slot) {
	last := uint32(len(slots) - 1)
	i := s.hash & last
	for slots[i].next != 0 {
		i = (i + 1) & last
	}
	slots[i] = s
}

// seal gives up what only finding the number of an entry needs; number must not be
// called any more.
func (e *entries) seal() { e.slots = nil }

// arena keeps bytes.
type arena struct {
	blocks [][]byte
	size   int
}

// place is where something lies in an arena.
type place struct{ block, offset uint32 }

// maxBlock is how many bytes a block has, once as many are kept.
const maxBlock = 64 << 10

func (a *arena) add(b []byte) place {
	last := len(a.blocks) - 1
	if last < 0 || len(a.blocks[last])+len(b) > cap(a.blocks[last]) {
		a.blocks = append(a.blocks, make([]byte, 0, max(len(b), min(max(a.size, 256), maxBlock))))
		last++
	}
	at := place{uint32(last), uint32(len(a.blocks[last]))}
	a.blocks[last] = append(a.blocks[last], b...)
	a.size += len(b)
	return at
}

// from gives what lies at a place, and behind it in the same block.
func (a *arena) from(at place) []byte { return a.blocks[at.block][at.offset:] }

// An entry is made of texts and of numbers below 128, each a byte or more. A text is
// its length and 1 as a varint, and its bytes; a GUID is a zero, and sixteen bytes.

func appendText(entry []byte, text string) []byte {
	if id, ok := parseGUID(text); ok {
		return append(append(entry, 0), id[:]...)
	}
	return append(binary.AppendUvarint(entry, uint64(len(text))+1), text...)
}

// cutText takes the text at the beginning of an entry, and appends it to text.
func cutText(entry, text []byte) (rest, _ []byte) {
	n, size := binary.Uvarint(entry)
	if entry = entry[size:]; n == 0 {
		return entry[16:], appendGUID(text, [16]byte(entry))
	}
	return entry[n-1:], append(text, entry[:n-1]...)
}

// cutTexts takes the texts at the beginning of an entry, in memory of their own.
func cutTexts(entry []byte, into ...*string) (rest []byte) {
	var room [256]byte
	var ends [8]int
	texts := room[:0]
	for i := range into {
		entry, texts = cutText(entry, texts)
		ends[i] = len(texts)
	}
	all, from := string(texts), 0
	for i, text := range into {
		*text, from = all[from:ends[i]], ends[i]
	}
	return entry
}

// digits are the values of hexadecimal digits, in lower case as Graph writes them.
var digits = func() (values [256]byte) {
	for i := range values {
		values[i] = 0xFF
	}
	for i, c := range []byte("0123456789abcdef") {
		values[c] = byte(i)
	}
	return values
}()

// parseGUID reads a GUID in the form in which Graph writes it, and no other.
func parseGUID(text string) (id [16]byte, ok bool) {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return id, false
	}
	odd, at := byte(0), 0
	for i := range id {
		if at == 8 || at == 13 || at == 18 || at == 23 {
			at++
		}
		high, low := digits[text[at]], digits[text[at+1]]
		odd |= high | low
		id[i] = high<<4 | low
		at += 2
	}
	return id, odd < 16
}

func appendGUID(text []byte, id [16]byte) []byte {
	text = hex.AppendEncode(text, id[:4])
	for _, group := range [...][]byte{id[4:6], id[6:8], id[8:10], id[10:]} {
		text = hex.AppendEncode(append(text, '-'), group)
	}
	return text
}
