package live

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// Store keeps the files of a bundle as they come in. It is used by several
// goroutines at a time.
type Store interface {
	// Create opens a new file at a bundle path. Closing it puts the file into the
	// bundle, whole; a file that is never closed is never seen.
	Create(path string) (io.WriteCloser, error)
}

// checkpointer is a store that can replace its manifest, and so is a valid bundle
// at any time: what a collection left there when its process died can be resumed.
type checkpointer interface {
	checkpoint(manifest []byte) error
}

// Folder is a store in a folder. After every data set it holds a manifest of what
// is there, so it is a bundle even if the process dies.
type Folder struct{ root string }

var _ Store = (*Folder)(nil)

// NewFolder makes the folder, for the user's eyes only, where it is not there.
func NewFolder(root string) (*Folder, error) {
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("live: %w", err)
	}
	return &Folder{root}, nil
}

// Create opens a file below the folder.
func (f *Folder) Create(path string) (io.WriteCloser, error) {
	if !filepath.IsLocal(filepath.FromSlash(path)) {
		return nil, fmt.Errorf("live: %q is no bundle path", path)
	}
	full := filepath.Join(f.root, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
		return nil, fmt.Errorf("live: %w", err)
	}
	file, err := os.CreateTemp(filepath.Dir(full), ".privpath-*")
	if err != nil {
		return nil, fmt.Errorf("live: %w", err)
	}
	return &renamed{file, full}, nil
}

func (f *Folder) checkpoint(manifest []byte) error { return save(f, manifestName, manifest) }

// save writes a file in one go.
func save(store Store, path string, text []byte) error {
	file, err := store.Create(path)
	if err != nil {
		return err
	}
	if _, err := file.Write(text); err != nil {
		discard(file)
		return err
	}
	return file.Close()
}

// discard gives up a file that could not be written. A store of somebody else's
// may keep what it needs for that to itself: a file that is never closed is never
// seen.
func discard(file io.WriteCloser) {
	if d, ok := file.(interface{ discard() }); ok {
		d.discard()
	}
}

// renamed is a file that takes its name when it is whole.
type renamed struct {
	*os.File
	name string
}

func (r *renamed) Close() error {
	err := r.File.Close()
	if err == nil {
		err = os.Rename(r.Name(), r.name)
	}
	if err != nil {
		r.discard()
		return fmt.Errorf("live: %w", err)
	}
	return nil
}

// discard removes what was written.
func (r *renamed) discard() {
	_ = r.File.Close()
	_ = os.Remove(r.Name()) // what stays is hidden from every reader
}

// Zip is a store in a zip that is written to w. Files are packed while they come
// in and held in memory, packed, until they are whole.
type Zip struct {
	mu  sync.Mutex
	zip *zip.Writer
}

var _ Store = (*Zip)(nil)

// NewZip makes a store that writes to w. Close it when the collection is over.
func NewZip(w io.Writer) *Zip { return &Zip{zip: zip.NewWriter(w)} }

// Create opens an entry.
func (z *Zip) Create(path string) (io.WriteCloser, error) {
	if !fs.ValidPath(path) {
		return nil, fmt.Errorf("live: %q is no bundle path", path)
	}
	e := &zipEntry{zip: z, path: path, sum: crc32.NewIEEE()}
	packer, err := flate.NewWriter(&e.packed, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	e.packer = packer
	return e, nil
}

// Close ends the zip.
func (z *Zip) Close() error {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.zip.Close()
}

type zipEntry struct {
	zip    *Zip
	path   string
	packed bytes.Buffer
	packer *flate.Writer
	sum    hash.Hash32
	size   uint64
}

func (e *zipEntry) Write(p []byte) (int, error) {
	_, _ = e.sum.Write(p) // a hash never fails
	e.size += uint64(len(p))
	return e.packer.Write(p)
}

func (e *zipEntry) Close() error {
	if err := e.packer.Close(); err != nil {
		return err
	}
	e.zip.mu.Lock()
	defer e.zip.mu.Unlock()
	w, err := e.zip.zip.CreateRaw(&zip.FileHeader{Name: e.path, Method: zip.Deflate, CRC32: e.sum.Sum32(),
		CompressedSize64: uint64(e.packed.Len()), UncompressedSize64: e.size})
	if err == nil {
		_, err = w.Write(e.packed.Bytes())
	}
	return err
}

const manifestName = "manifest.json"

// FS opens what is in the folder, to resume or to assess.
func (f *Folder) FS() fs.FS { return os.DirFS(f.root) }
