package jshost

import (
	"io"
	"sync"
	"syscall/js"
)

// Files reads files through one buffer of the host's. Whatever of the host's Go holds
// stays until a garbage collection of Go's finds it unused, so a buffer for each piece
// would be as much memory as the file.
type Files struct {
	host  js.Value // has stage and read, as Files of wasm/web/src/engine/files.js
	stage js.Value // its Uint8Array by which bytes are handed over
	turn  sync.Mutex
}

// NewFiles takes an object that reads.
func NewFiles(host js.Value) *Files { return &Files{host: host, stage: host.Get("stage")} }

// ReadAt is io.ReaderAt's for a file, which is whatever the host knows it by.
func (f *Files) ReadAt(file any, p []byte, off int64) (n int, err error) {
	f.turn.Lock()
	defer f.turn.Unlock()
	for n < len(p) {
		got := 0
		// Offsets travel as float64, which is exact up to 8 PiB.
		if err := Guard(func() { got = f.host.Call("read", file, float64(off)+float64(n), len(p)-n).Int() }); err != nil {
			return n, err
		}
		if got == 0 {
			return n, io.EOF
		}
		js.CopyBytesToGo(p[n:n+got], f.stage)
		n += got
	}
	return n, nil
}
