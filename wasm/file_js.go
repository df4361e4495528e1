package main

import (
	"fmt"
	"io"
	"runtime"
	"syscall/js"
	"time"

	"github.com/privpath/privpath/internal/jshost"
)

// browserFile reads a browser File where it lies. It works in a worker only:
// FileReaderSync is not offered to a page.
type browserFile struct {
	file   js.Value
	reader js.Value
	size   int64
	read   func(n int) // is told of every n bytes that were read
}

// openFile gives the content of a File, with small reads joined to large ones.
func openFile(file js.Value, read func(n int)) (io.ReaderAt, int64) {
	size := int64(file.Get("size").Float())
	direct := &browserFile{file: file, reader: js.Global().Get("FileReaderSync").New(), size: size, read: read}
	return &readAhead{content: direct, size: size}, size
}

// modified is the time that the browser gives for a File.
func modified(file js.Value) time.Time {
	return time.UnixMilli(int64(file.Get("lastModified").Float())).UTC()
}

// ReadAt implements io.ReaderAt.
func (f *browserFile) ReadAt(p []byte, off int64) (int, error) {
	if off >= f.size {
		return 0, io.EOF
	}
	end := min(off+int64(len(p)), f.size)
	var n int
	err := jshost.Guard(func() {
		// Offsets travel as float64, which is exact up to 8 PiB.
		slice := f.file.Call("slice", float64(off), float64(end))
		buffer := f.reader.Call("readAsArrayBuffer", slice)
		n = js.CopyBytesToGo(p, js.Global().Get("Uint8Array").New(buffer))
	})
	if err != nil {
		return 0, fmt.Errorf("the browser could not read the file; it may have moved or changed, so choose it again: %w", err)
	}
	f.read(n)
	// Reading never waits here, so nothing else would run: the collector of memory falls behind.
	runtime.Gosched()
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
