package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/privpath/privpath/internal/sorting"
)

// window is how much is read ahead of a small read. A read of a browser file
// costs the same for a byte as for a quarter of a mebibyte.
const window = 256 << 10

// readAhead serves small reads from one window of the content, which is what
// archive/zip and bufio ask for again and again.
type readAhead struct {
	content io.ReaderAt
	size    int64

	mu    sync.Mutex
	start int64
	held  []byte
}

// ReadAt implements io.ReaderAt.
func (r *readAhead) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off > r.size {
		return 0, io.EOF
	}
	if len(p) >= window {
		return r.content.ReadAt(p, off)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	end := min(off+int64(len(p)), r.size)
	if off < r.start || end > r.start+int64(len(r.held)) {
		r.held = slices.Grow(r.held[:0], window)[:min(window, r.size-off)]
		r.start = off
		if n, err := r.content.ReadAt(r.held, off); n < len(r.held) {
			r.held = r.held[:0]
			return 0, errors.Join(err, io.ErrUnexpectedEOF)
		}
	}
	n := copy(p, r.held[off-r.start:end-r.start])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// handle is one loose file that a person gave.
type handle struct {
	path     string
	size     int64
	modified time.Time
	content  io.ReaderAt
}

// looseFS is a read-only file system of loose files. Folders are those that the
// paths name.
type looseFS struct {
	files   map[string]handle
	folders map[string][]fs.DirEntry
}

// newLooseFS refuses two files of one path: which of them counts would be chance.
func newLooseFS(files []handle) (*looseFS, error) {
	l := &looseFS{files: map[string]handle{}, folders: map[string][]fs.DirEntry{".": nil}}
	for _, h := range files {
		if !fs.ValidPath(h.path) || h.path == "." {
			return nil, fmt.Errorf("%q is not a path inside an export", h.path)
		}
		if _, twice := l.files[h.path]; twice {
			return nil, fmt.Errorf("two of the files are called %q: give the folder that holds them, or one of them", h.path)
		}
		l.files[h.path] = h
		l.list(h.path, entry{name: path.Base(h.path), size: h.size, modified: h.modified})
	}
	for folder, entries := range l.folders {
		if _, both := l.files[folder]; both {
			return nil, fmt.Errorf("%q is both a file and a folder", folder)
		}
		sorting.Stable(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	}
	return l, nil
}

// list adds an entry to its folder, and the folder to its own.
func (l *looseFS) list(name string, e entry) {
	folder := path.Dir(name)
	_, known := l.folders[folder]
	l.folders[folder] = append(l.folders[folder], e)
	if !known {
		l.list(folder, entry{name: path.Base(folder), folder: true})
	}
}

// Open implements fs.FS.
func (l *looseFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if h, ok := l.files[name]; ok {
		info := entry{name: path.Base(name), size: h.size, modified: h.modified}
		return &looseFile{io.NewSectionReader(h.content, 0, h.size), info}, nil
	}
	if entries, ok := l.folders[name]; ok {
		return &looseFolder{entry{name: path.Base(name), folder: true}, entries}, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// entry is a file or a folder, as fs.FileInfo and as fs.DirEntry.
type entry struct {
	name     string
	size     int64
	modified time.Time
	folder   bool
}

func (e entry) Name() string               { return e.name }
func (e entry) Size() int64                { return e.size }
func (e entry) ModTime() time.Time         { return e.modified }
func (e entry) IsDir() bool                { return e.folder }
func (e entry) Sys() any                   { return nil }
func (e entry) Type() fs.FileMode          { return e.Mode().Type() }
func (e entry) Info() (fs.FileInfo, error) { return e, nil }

func (e entry) Mode() fs.FileMode {
	if e.folder {
		return fs.ModeDir | 0o555
	}
	return 0o444
}

// looseFile is an open file.
type looseFile struct {
	*io.SectionReader
	info entry
}

func (f *looseFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *looseFile) Close() error               { return nil }

// looseFolder is an open folder; rest is what ReadDir has not handed out.
type looseFolder struct {
	info entry
	rest []fs.DirEntry
}

func (f *looseFolder) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *looseFolder) Close() error               { return nil }

func (f *looseFolder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: f.info.name, Err: errors.New("it is a folder")}
}

// ReadDir implements fs.ReadDirFile.
func (f *looseFolder) ReadDir(n int) ([]fs.DirEntry, error) {
	if n > 0 && len(f.rest) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(f.rest) {
		n = len(f.rest)
	}
	out := slices.Clone(f.rest[:n])
	f.rest = f.rest[n:]
	return out, nil
}

// smallEntry is the packed size below which starting the browser's inflater
// costs more than it saves.
const smallEntry = 32 << 10

// peekSmall reads up to smallEntry bytes. When that was all, whole is the
// content; else rest yields everything, the bytes that were read first.
func peekSmall(r io.Reader) (whole []byte, rest io.Reader, err error) {
	head := make([]byte, smallEntry)
	n, err := io.ReadFull(r, head)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return head[:n], nil, nil
	case err != nil:
		return nil, nil, err
	}
	return nil, io.MultiReader(bytes.NewReader(head), r), nil
}

// byteCounter tells how much of the files was read. A zip's list is read twice,
// and what is read ahead may be read again, so the count stops at the total.
type byteCounter struct {
	stage       string
	done, total int64
	tell        func(stage, name string, done, total int64)
}

func (c *byteCounter) add(name string, n int) {
	c.done = min(c.done+int64(n), c.total)
	c.tell(c.stage, name, c.done, c.total)
}

func (c *byteCounter) restart(stage string) {
	c.stage, c.done = stage, 0
	c.tell(stage, "", 0, c.total)
}
