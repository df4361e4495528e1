package main

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"syscall/js"
	"time"

	"github.com/privpath/privpath/internal/jshost"
)

// browserFile reads a browser File where it lies.
type browserFile struct {
	file  js.Value
	files *jshost.Files
	read  func(n int) // is told of every n bytes that were read
}

// open gives the content of a File, with small reads joined to large ones.
func (h host) open(file js.Value, read func(n int)) (io.ReaderAt, int64) {
	size := int64(file.Get("size").Float())
	direct := &browserFile{file: file, files: h.files, read: read}
	return &readAhead{content: direct, size: size}, size
}

// modified is the time that the browser gives for a File.
func modified(file js.Value) time.Time {
	return time.UnixMilli(int64(file.Get("lastModified").Float())).UTC()
}

// ReadAt implements io.ReaderAt.
func (f *browserFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.files.ReadAt(f.file, p, off)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, fmt.Errorf("the browser could not read the file; it may have moved or changed, so choose it again: %w", err)
	}
	f.read(n)
	// Reading never waits here, so nothing else would run: the collector of memory falls behind.
	runtime.Gosched()
	return n, err
}
