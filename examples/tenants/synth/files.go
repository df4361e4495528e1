package synth

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/privpath/privpath/examples/tenants/internal/gen"
)

// Files are the paths of the export, sorted.
func (t *Tenant) Files() []string { return slices.Sorted(maps.Keys(t.files)) }

// Open gives a file of the export. It is made while it is read.
func (t *Tenant) Open(name string) (io.Reader, error) {
	f, ok := t.files[name]
	if !ok {
		return nil, fmt.Errorf("synth: the export has no file %q", name)
	}
	return f(), nil
}

// index lists the files: the sample's, with the crowd's as further pages.
func (t *Tenant) index() {
	t.files = map[string]func() io.Reader{}
	for name, text := range t.sample {
		t.files[name] = func() io.Reader { return strings.NewReader(string(text)) }
	}
	for _, d := range t.sets {
		pages := max(1, (d.count+t.size.Page-1)/t.size.Page)
		for n := range pages {
			from, to := n*t.size.Page, min((n+1)*t.size.Page, d.count)
			t.files[d.file(d.first+n)] = func() io.Reader {
				return &pageReader{set: d, next: from, to: to, last: n == pages-1, skip: n + 1}
			}
		}
	}
}

func (d dataset) file(page int) string {
	if page == 1 {
		return d.path + ".json"
	}
	return d.path + "." + strconv.Itoa(page) + ".json"
}

// pageReader makes a page of a data set, one record at a time.
type pageReader struct {
	set      dataset
	next, to int
	last     bool
	skip     int
	started  bool
	ended    bool
	e        enc
	unread   []byte
}

func (p *pageReader) Read(into []byte) (int, error) {
	for len(p.unread) == 0 {
		if p.ended {
			return 0, io.EOF
		}
		p.fill()
	}
	n := copy(into, p.unread)
	p.unread = p.unread[n:]
	return n, nil
}

func (p *pageReader) fill() {
	p.e.b = p.e.b[:0]
	switch {
	case !p.started:
		p.started = true
		context, link := orElse(p.set.context, p.set.path), ""
		if !p.last {
			link = "https://graph.microsoft.com/v1.0/" + p.set.path + "?$skiptoken=" + strconv.Itoa(p.skip)
		}
		head(&p.e, context, link)
	case p.next == p.to:
		p.ended = true
		p.e.b = append(p.e.b, foot...)
	default:
		p.set.record(&p.e, p.next)
		if p.next++; p.next < p.to {
			p.e.b = append(p.e.b, ",\n"...)
		}
	}
	p.unread = p.e.b
}

// WriteFolder writes the files whose path begins with a prefix, or all, into a
// folder, which need not exist, and says how many bytes that is.
func (t *Tenant) WriteFolder(dir, prefix string) (int64, error) {
	total := int64(0)
	for _, name := range t.filesBelow(prefix) {
		target := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return total, err
		}
		f, err := os.Create(target)
		if err != nil {
			return total, err
		}
		n, err := io.Copy(f, t.files[name]())
		total += n
		if closed := f.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return total, fmt.Errorf("write %s: %w", target, err)
		}
	}
	return total, nil
}

// WriteZip writes the same files as a zip.
func (t *Tenant) WriteZip(w io.Writer, prefix string) error {
	z := zip.NewWriter(w)
	for _, name := range t.filesBelow(prefix) {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: gen.Collected})
		if err == nil {
			_, err = io.Copy(f, t.files[name]())
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return z.Close()
}

func (t *Tenant) filesBelow(prefix string) []string {
	return slices.DeleteFunc(t.Files(), func(name string) bool { return !strings.HasPrefix(name, prefix) })
}

// FS gives the export as a file system, for tests that need no disk. Each look at
// a file's size makes the file.
func (t *Tenant) FS() fs.FS {
	s := filesystem{tenant: t, dirs: map[string][]fs.DirEntry{".": nil}}
	for _, name := range t.Files() {
		s.add(name, false)
	}
	return s
}

type filesystem struct {
	tenant *Tenant
	dirs   map[string][]fs.DirEntry
}

// add enters a file or a folder into its folder.
func (s filesystem) add(name string, dir bool) {
	parent := path.Dir(name)
	if _, known := s.dirs[parent]; !known {
		s.dirs[parent] = nil
		s.add(parent, true)
	}
	s.dirs[parent] = append(s.dirs[parent], info{tenant: s.tenant, name: name, dir: dir})
}

func (s filesystem) Open(name string) (fs.File, error) {
	if _, ok := s.dirs[name]; ok {
		return &openDir{info: info{tenant: s.tenant, name: name, dir: true}, left: s.dirs[name]}, nil
	}
	r, err := s.tenant.Open(name)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return openFile{info{tenant: s.tenant, name: name}, r}, nil
}

type info struct {
	tenant *Tenant
	name   string
	dir    bool
}

func (i info) Name() string               { return path.Base(i.name) }
func (i info) IsDir() bool                { return i.dir }
func (i info) Type() fs.FileMode          { return i.Mode().Type() }
func (i info) Info() (fs.FileInfo, error) { return i, nil }
func (i info) ModTime() time.Time         { return gen.Collected }
func (i info) Sys() any                   { return nil }

func (i info) Mode() fs.FileMode {
	if i.dir {
		return fs.ModeDir | 0o555
	}
	return 0o444
}

func (i info) Size() int64 {
	if i.dir {
		return 0
	}
	n, _ := io.Copy(io.Discard, i.tenant.files[i.name]()) // neither end can fail
	return n
}

type openFile struct {
	info
	io.Reader
}

func (f openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f openFile) Close() error               { return nil }

type openDir struct {
	info
	left []fs.DirEntry
}

func (d *openDir) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *openDir) Close() error               { return nil }

func (d *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.name, Err: fs.ErrInvalid}
}

// ReadDir lists the next n entries, or all.
func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		n = len(d.left)
	} else if len(d.left) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.left))
	entries := slices.Clone(d.left[:n])
	d.left = d.left[n:]
	return entries, nil
}
