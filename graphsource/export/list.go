package export

import (
	"archive/zip"
	"cmp"
	"compress/flate"
	"context"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"slices"
	"strings"

	"github.com/privpath/privpath/internal/sorting"
)

// entry is one file of an export.
type entry struct {
	path    string // in the bundle: with slashes, without the shared top folder
	size    int64  // unpacked, as declared
	packed  int64  // size in the zip, or 0
	refused string // why it is not read
	open    func() (io.ReadCloser, error)
}

// lister lists the files of an export, sorted by path.
type lister func(ctx context.Context) ([]entry, error)

// FS makes a source of a folder.
func FS(fsys fs.FS, opts Options) *Source {
	opts = opts.withDefaults()
	return &Source{opts: opts, list: func(ctx context.Context) ([]entry, error) {
		var entries []entry
		err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if name == "." {
				return err
			}
			if d != nil && d.IsDir() && hidden(d.Name()) {
				return fs.SkipDir
			}
			if err == nil && d.IsDir() {
				return nil
			}
			e := entry{path: name, open: func() (io.ReadCloser, error) { return fsys.Open(name) }}
			switch {
			case err != nil:
				e.refused = "cannot be read: " + plain(err)
			case d.Type()&fs.ModeSymlink != 0:
				e.refused = "symbolic links are not followed"
			case !d.Type().IsRegular():
				e.refused = "not a regular file"
			default:
				if info, err := d.Info(); err == nil {
					e.size = info.Size()
				}
			}
			if entries = append(entries, e); len(entries) > opts.MaxEntries {
				return &LimitError{Option: "MaxEntries", Limit: int64(opts.MaxEntries), Offset: -1}
			}
			if err != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("export: list the folder: %w", err)
		}
		return arrange(entries), nil
	}}
}

// File makes a source of one JSON file. Where its path does not end in a bundle
// path, what the file holds is told by its content.
func File(name string, size int64, open func() (io.ReadCloser, error), opts Options) *Source {
	e := entry{path: bundlePath(strings.ReplaceAll(name, `\`, "/")), size: size, open: open}
	return &Source{opts: opts.withDefaults(), alone: true,
		list: func(context.Context) ([]entry, error) { return []entry{e}, nil }}
}

// Zip makes a source of a zip of size bytes. Nothing is unpacked to disk. An
// entry that no honest tool writes is not read and the inventory says why.
func Zip(r io.ReaderAt, size int64, opts Options) (*Source, error) {
	opts = opts.withDefaults()
	archive, err := zip.NewReader(r, size)
	if archive == nil {
		return nil, fmt.Errorf("export: this is not a readable zip: %w; is the download complete?", err)
	}
	if opts.Decompressor != nil {
		archive.RegisterDecompressor(zip.Deflate, opts.Decompressor)
	} else {
		archive.RegisterDecompressor(zip.Deflate, flate.NewReader)
	}
	if len(archive.File) > opts.MaxEntries {
		return nil, &LimitError{Option: "MaxEntries", Limit: int64(opts.MaxEntries), Offset: -1}
	}
	entries, err := zipEntries(archive)
	if err != nil {
		return nil, err
	}
	entries = arrange(entries)
	return &Source{opts: opts, list: func(context.Context) ([]entry, error) { return slices.Clone(entries), nil }}, nil
}

// Join makes one source of several of one tenant, such as the results of two
// tools. A file that lies at the same path in two of them is read from neither.
// The bounds are those of the first.
func Join(sources ...*Source) *Source {
	joined := &Source{opts: Options{}.withDefaults()}
	if len(sources) > 0 {
		joined.opts = sources[0].opts
	}
	joined.list = func(ctx context.Context) ([]entry, error) {
		var all []entry
		for _, s := range sources {
			entries, err := s.list(ctx)
			if err != nil {
				return nil, err
			}
			if all = append(all, entries...); len(all) > joined.opts.MaxEntries {
				return nil, &LimitError{Option: "MaxEntries", Limit: int64(joined.opts.MaxEntries), Offset: -1}
			}
		}
		sorting.Stable(all, func(a, b entry) int { return strings.Compare(a.path, b.path) })
		return all, nil
	}
	return joined
}

func zipEntries(archive *zip.Reader) ([]entry, error) {
	var entries []entry
	var spans []span
	for _, f := range archive.File {
		name := strings.ReplaceAll(f.Name, `\`, "/")
		if strings.HasSuffix(name, "/") {
			continue
		}
		e := entry{path: strings.TrimPrefix(name, "./"), open: f.Open,
			size: clamp(f.UncompressedSize64), packed: max(clamp(f.CompressedSize64), 1)}
		if slices.ContainsFunc(strings.Split(e.path, "/"), func(part string) bool { return hidden(part) && part != ".." }) {
			continue
		}
		e.refused = refuseName(e.path)
		switch {
		case e.refused != "":
		case f.Flags&1 != 0:
			e.refused = "is encrypted; zip the export without a password"
		case f.Mode()&fs.ModeSymlink != 0:
			e.refused = "symbolic links are not followed"
		case !f.Mode().IsRegular():
			e.refused = "not a regular file"
		case f.Method != zip.Store && f.Method != zip.Deflate:
			e.refused = fmt.Sprintf("is packed by method %d; zip the export with the usual method (deflate)", f.Method)
		case !isJSON(e.path):
		default:
			from, err := f.DataOffset()
			if err != nil {
				e.refused = "cannot be found in the zip: " + err.Error()
				break
			}
			spans = append(spans, span{from, from + clamp(f.CompressedSize64), e.path})
		}
		entries = append(entries, e)
	}
	return entries, overlapping(spans)
}

// span is where in a zip the bytes of an entry lie.
type span struct {
	from, to int64
	name     string
}

// overlapping refuses a zip in which two entries share bytes: no tool writes
// that, and it is how the densest zip bombs are built.
func overlapping(spans []span) error {
	sorting.Stable(spans, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), strings.Compare(a.name, b.name))
	})
	last := span{}
	for _, s := range spans {
		if s.from < last.to && s.from < s.to {
			return fmt.Errorf("export: the zip is refused: its entries %q and %q share bytes", last.name, s.name)
		}
		if s.to > last.to {
			last = s
		}
	}
	return nil
}

// refuseName says why a name has no place in an export.
func refuseName(name string) string {
	switch {
	case strings.ContainsRune(name, 0):
		return "its name holds a NUL"
	case strings.HasPrefix(name, "/"):
		return "its name is an absolute path"
	case len(name) > 1 && name[1] == ':':
		return "its name begins with a drive letter"
	case slices.Contains(strings.Split(name, "/"), ".."):
		return `its name leads out of the export (..)`
	case !fs.ValidPath(name):
		return "its name is not a valid path"
	}
	return ""
}

// hidden tells what file managers leave behind: .DS_Store, .git, __MACOSX.
func hidden(part string) bool {
	return len(part) > 1 && part[0] == '.' || part == "__MACOSX"
}

func clamp(n uint64) int64 {
	return int64(min(n, math.MaxInt64))
}

// arrange strips the shared top folder and sorts.
func arrange(entries []entry) []entry {
	entries = slices.DeleteFunc(entries, func(e entry) bool { return e.refused == "" && hidden(path.Base(e.path)) })
	stripTop(entries)
	sorting.Stable(entries, func(a, b entry) int { return strings.Compare(a.path, b.path) })
	return entries
}
