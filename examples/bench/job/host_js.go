package main

import (
	"io"
	"io/fs"
	"os"
	"syscall/js"

	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/internal/jshost"
)

// source reads and hashes by what examples/bench/wasm.mjs has for it, as the page does
// by what a browser has.
func source(dir string) *export.Source {
	host := js.Global().Get("benchHost")
	return export.FS(folder{os.DirFS(dir), jshost.NewFiles(host.Get("files"))},
		export.Options{SHA256: jshost.NewDigests(host.Get("digests")).New})
}

// folder reads its files at once: the standard library's way through Node takes a
// buffer and a turn of the event loop for every piece.
type folder struct {
	fs.FS
	files *jshost.Files
}

// Open implements fs.FS.
func (f folder) Open(name string) (fs.File, error) {
	opened, err := f.FS.Open(name)
	if on, ok := opened.(*os.File); ok {
		return &file{File: on, files: f.files, fd: int(on.Fd())}, err
	}
	return opened, err
}

type file struct {
	*os.File
	files *jshost.Files
	fd    int
	at    int64
}

// Read implements io.Reader.
func (f *file) Read(p []byte) (int, error) {
	n, err := f.files.ReadAt(f.fd, p, f.at)
	f.at += int64(n)
	if n > 0 && err == io.EOF {
		err = nil
	}
	return n, err
}
