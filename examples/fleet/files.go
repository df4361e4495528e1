package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"

	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/schema"
)

// remote reports whether a path is in a bucket: scheme://…
func remote(name string) bool { return strings.Contains(name, "://") }

// listBundles lists the bundles that a folder holds or a pattern matches, sorted.
// Hidden files and those that are no bundle by their name are left out.
func listBundles(ctx context.Context, in string) ([]string, error) {
	if info, err := os.Stat(in); !remote(in) && err == nil && info.IsDir() {
		return bundlesIn(in)
	}
	pattern := in
	if !strings.ContainsAny(in, "*?[") && !isBundleName(in) {
		pattern = strings.TrimSuffix(in, "/") + "/*"
	}
	return matching(ctx, pattern, "cannot list "+in, func(name string) bool {
		if info, err := os.Stat(name); !remote(name) && err == nil && info.IsDir() {
			return hidden(name)
		}
		return hidden(name) || !isBundleName(name)
	})
}

// matching lists what a pattern matches and is wanted, each once, sorted. fault
// begins the error where the files cannot be listed.
func matching(ctx context.Context, pattern, fault string, unwanted func(name string) bool) ([]string, error) {
	files, err := filesystem.New(ctx, pattern)
	if err != nil {
		return nil, err
	}
	defer func() { _ = files.Close() }()
	names, err := files.List(ctx, pattern)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", fault, err)
	}
	names = slices.DeleteFunc(names, unwanted)
	slices.Sort(names)
	return slices.Compact(names), nil
}

func bundlesIn(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries { // ReadDir sorts
		if !hidden(e.Name()) && (e.IsDir() || isBundleName(e.Name())) {
			names = append(names, filepath.Join(folder, e.Name()))
		}
	}
	return names, nil
}

func hidden(name string) bool { return strings.HasPrefix(path.Base(filepath.ToSlash(name)), ".") }

func isBundleName(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return ext == ".zip" || ext == ".json"
}

// bundleName is how the results call a bundle: its path below what is common to
// all of a run, so that a run elsewhere gives the same names.
func bundleName(in, name string) string {
	root := in
	if i := strings.IndexAny(in, "*?["); i >= 0 {
		root = in[:i]
	}
	for _, r := range []string{root, path.Dir(root)} {
		if rest, ok := strings.CutPrefix(name, strings.TrimSuffix(r, "/")+"/"); ok {
			return filepath.ToSlash(rest)
		}
	}
	return path.Base(filepath.ToSlash(name))
}

// openBundle makes a source of a bundle. A remote one is copied to a temporary
// file, since a zip is read from its end.
func openBundle(ctx context.Context, name string, limit int64) (*export.Source, func(), error) {
	opts := export.Options{MaxTotalBytes: limit, Check: func(name string, text []byte) error {
		return schema.Validate(strings.TrimSuffix(name, ".json")+".schema.json", text)
	}}
	local, fetched := name, func() {}
	if remote(name) {
		var err error
		if local, err = fetch(ctx, name, limit); err != nil {
			return nil, fetched, err
		}
		fetched = func() { _ = os.Remove(local) }
	}
	info, err := os.Lstat(local)
	switch {
	case err != nil:
	case info.IsDir():
		return export.FS(os.DirFS(local), opts), fetched, nil
	case !info.Mode().IsRegular():
		err = errors.New("neither a file nor a folder: symbolic links are not followed")
	case info.Size() > limit:
		err = errTooLarge
	}
	if err != nil {
		return nil, fetched, err
	}
	file, err := os.Open(local)
	if err != nil {
		return nil, fetched, err
	}
	done := func() { _ = file.Close(); fetched() }
	var magic [2]byte
	if n, _ := file.ReadAt(magic[:], 0); n == 2 && string(magic[:]) == "PK" || strings.EqualFold(path.Ext(name), ".zip") {
		src, err := export.Zip(file, info.Size(), opts)
		return src, done, err
	}
	again := func() (io.ReadCloser, error) { return os.Open(local) }
	return export.File(path.Base(filepath.ToSlash(name)), info.Size(), again, opts), done, nil
}

var errTooLarge = errors.New("larger than -max-bytes; raise that if you trust the bundle")

// fetch copies a remote file to a temporary one.
func fetch(ctx context.Context, name string, limit int64) (string, error) {
	files, err := filesystem.New(ctx, name)
	if err != nil {
		return "", err
	}
	defer func() { _ = files.Close() }()
	from, err := files.OpenRead(ctx, name)
	if err != nil {
		return "", err
	}
	defer func() { _ = from.Close() }()
	to, err := os.CreateTemp("", "fleet-*")
	if err != nil {
		return "", err
	}
	n, err := io.Copy(to, io.LimitReader(from, limit+1))
	if err == nil && n > limit {
		err = errTooLarge
	}
	if err = errors.Join(err, to.Close()); err != nil {
		return "", errors.Join(err, os.Remove(to.Name()))
	}
	return to.Name(), nil
}

// writeFile writes a file that is either whole or not there. An object store does
// that by itself; on a disk the file gets its name once it is complete.
func writeFile(ctx context.Context, name string, content func(io.Writer) error) error {
	if !remote(name) {
		return writeLocal(name, content)
	}
	ctx, cancel := context.WithCancel(ctx) // an object whose writing is cancelled is not made
	defer cancel()
	files, err := filesystem.New(ctx, name)
	if err != nil {
		return err
	}
	defer func() { _ = files.Close() }()
	to, err := files.OpenWrite(ctx, name)
	if err != nil {
		return err
	}
	if err := buffered(to, content); err != nil {
		cancel()
		_ = to.Close()
		return err
	}
	return to.Close()
}

func writeLocal(name string, content func(io.Writer) error) error {
	temporary, err := os.CreateTemp(filepath.Dir(name), ".fleet-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // gone already once it is renamed
	if err := errors.Join(buffered(temporary, content), temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), name)
}

func buffered(w io.Writer, content func(io.Writer) error) error {
	b := bufio.NewWriterSize(w, 1<<16)
	return cmp.Or(content(b), b.Flush())
}

// makeParts makes the folder of the part files beside the result, so that every
// worker reaches it.
func makeParts(out string) (string, error) {
	if !remote(out) {
		return os.MkdirTemp(filepath.Dir(out), ".fleet-parts-*")
	}
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails
	return out + ".parts-" + hex.EncodeToString(id[:]), nil
}

// removeParts removes the part files. Workers that a stopped run has left behind
// cannot write there any more where the folder itself is gone.
func removeParts(ctx context.Context, parts string) error {
	if !remote(parts) {
		return os.RemoveAll(parts)
	}
	files, err := filesystem.New(ctx, parts)
	if err != nil {
		return err
	}
	defer func() { _ = files.Close() }()
	names, err := files.List(ctx, parts+"/*")
	if err != nil {
		return err
	}
	remover, ok := files.(filesystem.Remover)
	if !ok {
		return fmt.Errorf("remove %s yourself: this storage does not let a program", parts)
	}
	for _, name := range names {
		err = errors.Join(err, remover.Remove(ctx, name))
	}
	return err
}

// openFile opens any file to read.
func openFile(ctx context.Context, name string) (io.ReadCloser, error) {
	if !remote(name) {
		return os.Open(name)
	}
	files, err := filesystem.New(ctx, name)
	if err != nil {
		return nil, err
	}
	from, err := files.OpenRead(ctx, name)
	if err != nil {
		return nil, errors.Join(err, files.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{from, closers{from, files}}, nil
}

type closers []io.Closer

// Close closes all.
func (all closers) Close() error {
	var err error
	for _, c := range all {
		err = errors.Join(err, c.Close())
	}
	return err
}

// maxLine is how long a line of a results file may be.
const maxLine = 16 << 20

// readLines reads a results file line by line until see wants no more. An error
// names the file and the line.
func readLines(ctx context.Context, name string, see func(number int, line record) (more bool, err error)) error {
	file, err := openFile(ctx, name)
	if err != nil {
		return &problem{err}
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	lines.Buffer(make([]byte, 0, 1<<16), maxLine)
	number := 0
	for lines.Scan() {
		number++
		line, err := parse(bytes.TrimSpace(lines.Bytes()))
		more := false
		if err == nil {
			more, err = see(number, line)
		}
		if err != nil {
			return &problem{fmt.Errorf("%s, line %d: %w", name, number, err)}
		}
		if !more {
			return nil
		}
	}
	if err := lines.Err(); err != nil {
		return &problem{fmt.Errorf("%s, line %d: %w", name, number+1, err)}
	}
	if number == 0 {
		return &problem{fmt.Errorf("%s is empty", name)}
	}
	return ctx.Err()
}

// plain is an error's text without the path of the machine that it happened on.
func plain(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}
