//go:build !wasm

package jsonpull

import "encoding/binary"

// word gives eight bytes of a text from i on, the first one lowest.
func word(text []byte, i int) uint64 { return binary.LittleEndian.Uint64(text[i:]) }

// begins reports whether a text begins with another one.
func begins(text []byte, with string) bool {
	return len(text) >= len(with) && string(text[:len(with)]) == with
}
