package synth

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"
)

// enc writes one JSON value after another, compactly and in the order given.
type enc struct{ b []byte }

// key writes a member's name, or nothing in an array, where it is empty.
func (e *enc) key(name string) {
	if n := len(e.b); n > 0 && e.b[n-1] != '{' && e.b[n-1] != '[' && e.b[n-1] != '\n' {
		e.b = append(e.b, ',')
	}
	if name != "" {
		e.b = append(append(append(e.b, '"'), name...), '"', ':')
	}
}

func (e *enc) open(name string)   { e.key(name); e.b = append(e.b, '{') }
func (e *enc) close()             { e.b = append(e.b, '}') }
func (e *enc) list(name string)   { e.key(name); e.b = append(e.b, '[') }
func (e *enc) end()               { e.b = append(e.b, ']') }
func (e *enc) raw(name, v string) { e.key(name); e.b = append(e.b, v...) }

func (e *enc) null(names ...string) {
	for _, name := range names {
		e.raw(name, "null")
	}
}

func (e *enc) empty(names ...string) {
	for _, name := range names {
		e.raw(name, "[]")
	}
}

func (e *enc) str(name, v string) {
	e.key(name)
	for i := range len(v) {
		if c := v[i]; c < ' ' || c == '"' || c == '\\' {
			text, _ := json.Marshal(v) // a string always marshals
			e.b = append(e.b, text...)
			return
		}
	}
	e.b = append(append(append(e.b, '"'), v...), '"')
}

func (e *enc) strs(name string, values ...string) {
	e.list(name)
	for _, v := range values {
		e.str("", v)
	}
	e.end()
}

func (e *enc) flag(name string, v bool) { e.key(name); e.b = strconv.AppendBool(e.b, v) }

func (e *enc) num(name string, v int) { e.key(name); e.b = strconv.AppendInt(e.b, int64(v), 10) }

func (e *enc) at(name string, v time.Time) {
	e.key(name)
	e.b = append(v.UTC().AppendFormat(append(e.b, '"'), "2006-01-02T15:04:05Z"), '"')
}

// kind is what a number is of: the n-th user, the n-th sign-in.
type kind uint64

const (
	kindUser kind = iota + 1
	kindGroup
	kindDevice
	kindDeviceObject
	kindManaged
	kindApp
	kindAppObject
	kindPrincipal
	kindSignIn
	kindAudit
	kindPolicy
	kindRequest
	kindOther
)

// roll gives the salt-th random number of a thing.
func (t *Tenant) roll(k kind, i int, salt uint64) uint64 {
	x := mix(t.seed ^ uint64(k)*0x9e3779b97f4a7c15)
	return mix(mix(x^uint64(i)) ^ salt*0xd1342543de82ef95)
}

// mix is the finaliser of splitmix64.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// one tells whether a chance of one in n came up.
func (t *Tenant) one(in uint64, k kind, i int, salt uint64) bool { return t.roll(k, i, salt)%in == 0 }

func pick[T any](from []T, roll uint64) T { return from[roll%uint64(len(from))] }

// guid is the id of a thing.
func (t *Tenant) guid(k kind, i int) string {
	var raw [16]byte
	binary.LittleEndian.PutUint64(raw[:8], t.roll(k, i, 101))
	binary.LittleEndian.PutUint64(raw[8:], t.roll(k, i, 102))
	raw[6], raw[8] = raw[6]&0x0f|0x40, raw[8]&0x3f|0x80
	var text [36]byte
	hex.Encode(text[:8], raw[:4])
	hex.Encode(text[9:13], raw[4:6])
	hex.Encode(text[14:18], raw[6:8])
	hex.Encode(text[19:23], raw[8:10])
	hex.Encode(text[24:], raw[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}

// page is one reply of Graph.
func page(context string, records []string, next string) []byte {
	e := &enc{}
	head(e, context, next)
	for i, r := range records {
		if i > 0 {
			e.b = append(e.b, ",\n"...)
		}
		e.b = append(e.b, r...)
	}
	return append(e.b, foot...)
}

func head(e *enc, context, next string) {
	e.open("")
	e.str("@odata.context", "https://graph.microsoft.com/v1.0/$metadata#"+context)
	if next != "" {
		e.str("@odata.nextLink", next)
	}
	e.raw("value", "[\n")
}

const foot = "\n]}\n"
