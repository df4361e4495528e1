package export

import (
	"archive/zip"
	"bytes"
	"cmp"
	"fmt"
	"hash"
	"io"
	"runtime"
	"slices"
	"strings"
)

// Options bound what a source reads. The zero value of each field stands for
// the default that its comment names; the defaults fit the largest tenants and
// stop what only a hostile file needs.
type Options struct {
	// MaxEntries is how many files an export may hold. Default: 50,000.
	MaxEntries int
	// MaxEntryBytes is how large one file may be, unpacked. Default: 8 GiB.
	MaxEntryBytes int64
	// MaxTotalBytes is how large all files may be together, unpacked.
	// Default: 64 GiB.
	MaxTotalBytes int64
	// MaxRecordBytes is how large one record may be, and so how much text is in
	// memory at any time. Default: 64 MiB.
	MaxRecordBytes int64
	// MaxRecordValues is how many values (properties and elements, at any depth) one
	// record may hold, because in memory the smallest take hundreds of times their
	// text. Default: 1,000,000.
	MaxRecordValues int
	// MaxDepth is how deep objects and arrays may be nested, at most 10,000, where
	// encoding/json ends too. Default: 512.
	MaxDepth int
	// MaxRatio is how many times larger than packed a zip entry may be once it
	// is unpacked; the first MiB is free. Default: 1000.
	MaxRatio int
	// MaxMemoryBytes is how much of the heap may be in use, as the last garbage
	// collection found it and for the whole program, while an export is read. A
	// program that must not be killed for its memory sets it well below what it may
	// have, since the heap grows between collections. Default: no bound.
	MaxMemoryBytes int64
	// Decompressor replaces the one for deflated zip entries; a browser has a
	// faster one. Default: the standard library's.
	Decompressor zip.Decompressor
	// SHA256 replaces the standard library's, which is slow in wasm. A Load begins one
	// for each file, of which several may be written to at once, closes it when the file
	// was read, where it is an io.Closer, and asks each for its Sum once, when all files
	// were read: what hashes on another thread need not be waited for before. Default:
	// the standard library's.
	SHA256 func() hash.Hash

	// Parallel is how many files are decoded at once, which needs a file system (or
	// an io.ReaderAt) that several goroutines may read. What a Load gives, and what
	// observers see in which order, is the same for every number. Default:
	// GOMAXPROCS, at most 8; 1 in a browser, which has one thread.
	Parallel int
	// ReadAheadBytes bounds the memory of Parallel: how much text, about, may be
	// decoded before its turn. Each file that is being read takes a window besides.
	// Default: 64 MiB.
	ReadAheadBytes int64

	// Declarations is the text of a declarations.json that takes the place of the
	// export's own. Default: the export's own.
	Declarations []byte
	// Check sees the text of manifest.json and of declarations.json, by that name,
	// once it is known to be strict JSON of the right shape; an error refuses the
	// export. A caller that can afford a JSON Schema validator plugs it in here.
	Check func(name string, text []byte) error
}

func (o Options) withDefaults() Options {
	o.MaxEntries = cmp.Or(o.MaxEntries, 50_000)
	o.MaxEntryBytes = cmp.Or(o.MaxEntryBytes, 8<<30)
	o.MaxTotalBytes = cmp.Or(o.MaxTotalBytes, 64<<30)
	o.MaxRecordBytes = cmp.Or(o.MaxRecordBytes, 64<<20)
	o.MaxRecordValues = cmp.Or(o.MaxRecordValues, 1_000_000)
	o.MaxDepth = min(cmp.Or(o.MaxDepth, 512), 10_000)
	o.MaxRatio = cmp.Or(o.MaxRatio, 1000)
	o.ReadAheadBytes = cmp.Or(o.ReadAheadBytes, 64<<20)
	return o
}

// parallel is how many files are decoded at once.
func (o Options) parallel() int {
	if runtime.GOOS == "js" {
		return 1
	}
	return max(1, cmp.Or(o.Parallel, min(runtime.GOMAXPROCS(0), 8)))
}

// check asks the caller's Check, where there is one.
func (o Options) check(name string, text []byte) error {
	if o.Check == nil {
		return nil
	}
	return o.Check(name, text)
}

// withDeclarations puts the caller's declarations in the place of the export's.
func (o Options) withDeclarations(entries []entry) []entry {
	if o.Declarations == nil {
		return entries
	}
	entries = slices.DeleteFunc(entries, func(e entry) bool { return strings.EqualFold(e.path, declarationsName) })
	return append(entries, entry{path: declarationsName, size: int64(len(o.Declarations)),
		open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(o.Declarations)), nil }})
}

const (
	declarationsName = "declarations.json"
	maxMemory        = "MaxMemoryBytes"
)

// LimitError says that a bound was hit. Nothing of the export is used then.
type LimitError struct {
	// Name is the file as the export names it; it is empty where the bound is on
	// the export as a whole.
	Name string
	// Option is the field of [Options] that holds the bound.
	Option string
	Limit  int64
	// Offset is where in the text of the file the bound was hit, in bytes, or -1.
	Offset int64
}

// Error names the file, the bound and what to do.
func (e *LimitError) Error() string {
	place := "the export"
	if e.Name != "" {
		place = fmt.Sprintf("%q", e.Name)
	}
	if e.Offset >= 0 {
		place += fmt.Sprintf(" at byte %d", e.Offset)
	}
	remedy := "if you trust the file"
	if e.Option == maxMemory {
		remedy = "where there is more memory"
	}
	return fmt.Sprintf("export: %s goes beyond %s (%d); raise that option %s", place, e.Option, e.Limit, remedy)
}
