package jsonpull

import "unsafe"

// word gives eight bytes of a text from i on, the first one lowest: one load, which
// the compiler does not make of eight for wasm.
func word(text []byte, i int) uint64 {
	_ = text[i+7]
	return *(*uint64)(unsafe.Pointer(&text[i]))
}

// begins reports whether a text begins with another one. The runtime compares byte
// by byte in wasm.
func begins(text []byte, with string) bool {
	n := len(with)
	if len(text) < n {
		return false
	}
	if n < 8 {
		return string(text[:n]) == with
	}
	a, b := unsafe.Pointer(unsafe.SliceData(text)), unsafe.Pointer(unsafe.StringData(with))
	at := func(p unsafe.Pointer, i int) uint64 { return *(*uint64)(unsafe.Add(p, i)) }
	for i := 0; i < n-8; i += 8 {
		if at(a, i) != at(b, i) {
			return false
		}
	}
	return at(a, n-8) == at(b, n-8)
}
