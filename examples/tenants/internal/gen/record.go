package gen

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// rec is a JSON object that keeps the order of its members.
type rec []member

type member struct {
	key   string
	value any
}

// obj makes a rec of alternating keys and values.
func obj(pairs ...any) rec {
	out := make(rec, 0, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, member{pairs[i].(string), pairs[i+1]})
	}
	return out
}

// with returns the rec with further members at its end.
func (r rec) with(pairs ...any) rec {
	return append(r[:len(r):len(r)], obj(pairs...)...)
}

// appendJSON writes a value compactly. A zero time is null, as Graph has it.
func appendJSON(dst []byte, value any) []byte {
	switch v := value.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, v)
	case int:
		return strconv.AppendInt(dst, int64(v), 10)
	case float64:
		return strconv.AppendFloat(dst, v, 'f', -1, 64)
	case string:
		text, err := json.Marshal(v)
		if err != nil {
			panic(err) // a string always marshals
		}
		return append(dst, text...)
	case time.Time:
		if v.IsZero() {
			return append(dst, "null"...)
		}
		return append(append(append(dst, '"'), stamp(v)...), '"')
	case rec:
		dst = append(dst, '{')
		for i, m := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSON(dst, m.key)
			dst = append(dst, ':')
			dst = appendJSON(dst, m.value)
		}
		return append(dst, '}')
	case []rec:
		return appendList(dst, v)
	case []string:
		return appendList(dst, v)
	}
	panic(fmt.Sprintf("gen: no JSON form for %T", value))
}

func appendList[T any](dst []byte, list []T) []byte {
	dst = append(dst, '[')
	for i, item := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendJSON(dst, item)
	}
	return append(dst, ']')
}

// orNull is null for an empty string.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// orNullFlag is true or null: how Graph tells onPremisesSyncEnabled.
func orNullFlag(set bool) any {
	if set {
		return true
	}
	return nil
}

func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05Z") }

// day reads a date; the time of day is given in hours and minutes.
func day(date string, hour, minute int) time.Time {
	at, err := time.Parse("2006-01-02", date)
	if err != nil {
		panic(err) // a literal in this package
	}
	return at.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

// guid names a thing of this tenant: the same thing has the same id in every run.
func (t *tenant) guid(parts ...string) string {
	whole := sha256.Sum256(fmt.Appendf(nil, "%d|%s|%s", t.seed, t.key, strings.Join(parts, "|")))
	b := whole[:16]
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	s := hex.EncodeToString(b)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// assignmentID writes the id that Entra gives a role assignment: both GUIDs in
// their little-endian byte form, in base64url.
func assignmentID(role, principal, suffix string) string {
	return base64.RawURLEncoding.EncodeToString(append(guidBytes(role), guidBytes(principal)...)) + suffix
}

func guidBytes(guid string) []byte {
	raw, err := hex.DecodeString(strings.ReplaceAll(guid, "-", ""))
	if err != nil || len(raw) != 16 {
		panic("gen: not a GUID: " + guid)
	}
	out := make([]byte, 0, 16)
	out = binary.LittleEndian.AppendUint32(out, binary.BigEndian.Uint32(raw))
	out = binary.LittleEndian.AppendUint16(out, binary.BigEndian.Uint16(raw[4:]))
	out = binary.LittleEndian.AppendUint16(out, binary.BigEndian.Uint16(raw[6:]))
	return append(out, raw[8:]...)
}
