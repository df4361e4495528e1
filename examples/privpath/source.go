package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/schema"
)

// open makes a source of what the user named: nothing (the sample tenant), or
// folders, zips and JSON files of one tenant.
func open(paths []string, declarations string) (*export.Source, func(), error) {
	opts := export.Options{Check: checkSchema, MaxMemoryBytes: memoryBound()}
	if declarations != "" {
		text, err := os.ReadFile(declarations)
		if err != nil {
			return nil, nil, err
		}
		opts.Declarations = text
	}
	if len(paths) == 0 {
		sample, err := tenants.FS(sampleTenant)
		return export.FS(sample, opts), func() {}, err
	}
	if len(paths) == 1 {
		return openOne(paths[0], opts)
	}
	if slices.ContainsFunc(paths, isContainer) {
		return openAll(paths, opts)
	}
	files := map[string]string{}
	for _, p := range paths {
		name := filepath.Base(p)
		if files[name] != "" {
			return nil, nil, usageError{fmt.Errorf("two of the files are named %s", name)}
		}
		files[name] = p
	}
	return export.FS(looseFiles(files), opts), func() {}, nil
}

// isContainer reports whether a path is a folder or a zip.
func isContainer(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir() || strings.EqualFold(filepath.Ext(path), ".zip")
}

// openAll joins several folders, zips and files of one tenant.
func openAll(paths []string, opts export.Options) (*export.Source, func(), error) {
	var sources []*export.Source
	var closers []func()
	done := func() {
		for _, c := range closers {
			c()
		}
	}
	for _, p := range paths {
		src, c, err := openOne(p, opts)
		if err != nil {
			done()
			return nil, nil, err
		}
		sources, closers = append(sources, src), append(closers, c)
	}
	return export.Join(sources...), done, nil
}

func openOne(path string, opts export.Options) (*export.Source, func(), error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if info.IsDir() {
		return export.FS(os.DirFS(path), opts), func() {}, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	var magic [4]byte
	if n, _ := file.ReadAt(magic[:], 0); n == 4 && string(magic[:2]) == "PK" {
		src, err := export.Zip(file, info.Size(), opts)
		if err != nil {
			_ = file.Close()
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
		return src, func() { _ = file.Close() }, nil
	}
	_ = file.Close()
	again := func() (io.ReadCloser, error) { return os.Open(path) }
	return export.File(filepath.Base(path), info.Size(), again, opts), func() {}, nil
}

// checkSchema holds the files that people write by hand to their JSON Schema.
func checkSchema(name string, text []byte) error {
	return schema.Validate(strings.TrimSuffix(name, ".json")+".schema.json", text)
}

func decodeAssessment(text []byte) (*model.Assessment, error) {
	if err := schema.Validate(schema.Assessment, text); err != nil {
		return nil, err
	}
	return model.ReadAssessment(text)
}

// looseFiles is a flat file system of files from anywhere, by name.
type looseFiles map[string]string

// Open opens one of the files, or the folder that holds them.
func (l looseFiles) Open(name string) (fs.File, error) {
	path, ok := l[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return os.Open(path)
}

// ReadDir lists the files.
func (l looseFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	if name != "." {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	var entries []fs.DirEntry
	for _, path := range l {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		entries = append(entries, fs.FileInfoToDirEntry(info))
	}
	return entries, nil
}

// Stat describes a file, or the folder that holds them.
func (l looseFiles) Stat(name string) (fs.FileInfo, error) {
	if name == "." {
		return os.Stat(".")
	}
	path, ok := l[name]
	if !ok {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return os.Stat(path)
}
