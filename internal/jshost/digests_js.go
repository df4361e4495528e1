package jshost

import (
	"crypto/sha256"
	"hash"
	"sync"
	"syscall/js"
)

// Digests makes SHA-256 digests on another thread. Go's own code has 60 to 90 MB/s of
// one in wasm, which is slower than reading what is hashed.
type Digests struct {
	host  js.Value // a Digests of wasm/web/src/engine/digests.js
	stage js.Value // its Uint8Array by which bytes are handed over
	size  int
	turn  sync.Mutex // who may use stage
}

// NewDigests takes an object that hashes, as wasm/web/src/engine/digests.js has it.
func NewDigests(host js.Value) *Digests {
	stage := host.Get("stage")
	return &Digests{host: host, stage: stage, size: stage.Get("byteLength").Int()}
}

// New begins a text. It may be one of many, and its Sum may be asked once.
// Write and Sum wait for the other thread, so they are not for a js.Func.
func (d *Digests) New() hash.Hash {
	return &digest{of: d, text: d.host.Call("begin")}
}

// digest is that of one text.
type digest struct {
	of    *Digests
	text  js.Value // its number
	ended bool
}

// Write hands over more of the text, and waits where much is handed over already that
// is not hashed yet.
func (d *digest) Write(p []byte) (int, error) {
	for at := 0; at < len(p); {
		n := min(len(p)-at, d.of.size)
		if room := d.of.hand(d.text, p[at:at+n]); room.Type() == js.TypeObject {
			if _, err := Await(room); err != nil {
				return at, err
			}
		}
		at += n
	}
	return len(p), nil
}

// hand copies into stage and has it taken out again before another goroutine uses it.
func (d *Digests) hand(text js.Value, p []byte) (room js.Value) {
	d.turn.Lock()
	defer d.turn.Unlock()
	js.CopyBytesToJS(d.stage, p)
	return d.host.Call("write", text, len(p))
}

// Close ends the text, so that its digest is made while others are read.
func (d *digest) Close() error {
	d.of.host.Call("end", d.text)
	d.ended = true
	return nil
}

// Sum appends the digest.
func (d *digest) Sum(b []byte) []byte {
	if !d.ended {
		_ = d.Close()
	}
	sum, err := Await(d.of.host.Call("sum", d.text))
	if err != nil {
		panic(err) // a hash has no error, and its worker none that it would tell
	}
	return append(b, Bytes(sum)...)
}

// Reset begins another text.
func (d *digest) Reset()         { d.text, d.ended = d.of.host.Call("begin"), false }
func (d *digest) Size() int      { return sha256.Size }
func (d *digest) BlockSize() int { return sha256.BlockSize }
