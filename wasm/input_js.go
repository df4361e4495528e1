package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall/js"

	"github.com/privpath/privpath/graphsource/export"
)

// source makes a source of what the page was given. declarations, when not nil,
// take the place of the export's own.
func (c call) source(input js.Value, declarations []byte, counter *byteCounter) (*export.Source, error) {
	opts := export.Options{Decompressor: inflate, SHA256: c.host.digests.New, Declarations: declarations, MaxMemoryBytes: mostMemory}
	switch kind := input.Get("kind").String(); kind {
	case "file":
		return c.host.oneFile(input.Get("file"), counter, opts)
	case "files":
		return c.host.looseFiles(entriesOf(input.Get("files")), counter, opts)
	case "several":
		return c.host.several(entriesOf(input.Get("files")), counter, opts)
	default:
		return nil, fmt.Errorf("an input of kind %q is not known", kind)
	}
}

// oneFile is a zip when it begins like one, whatever it is called.
func (h host) oneFile(file js.Value, counter *byteCounter, opts export.Options) (*export.Source, error) {
	name := file.Get("name").String()
	content, size := h.open(file, func(n int) { counter.add(name, n) })
	counter.total += size
	var magic [2]byte
	if _, err := content.ReadAt(magic[:], 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if string(magic[:]) == "PK" {
		return export.Zip(content, size, opts)
	}
	return export.File(name, size, func() (io.ReadCloser, error) {
		return io.NopCloser(io.NewSectionReader(content, 0, size)), nil
	}, opts), nil
}

// entriesOf lists what a person gave: {path, file}.
func entriesOf(list js.Value) []js.Value {
	entries := make([]js.Value, list.Length())
	for i := range entries {
		entries[i] = list.Index(i)
	}
	return entries
}

// looseFiles makes one source of files of one folder.
func (h host) looseFiles(entries []js.Value, counter *byteCounter, opts export.Options) (*export.Source, error) {
	files := make([]handle, len(entries))
	for i, item := range entries {
		file, path := item.Get("file"), item.Get("path").String()
		content, size := h.open(file, func(n int) { counter.add(path, n) })
		files[i] = handle{path: path, size: size, modified: modified(file), content: content}
		counter.total += size
	}
	fsys, err := newLooseFS(files)
	if err != nil {
		return nil, err
	}
	return export.FS(fsys, opts), nil
}

// several joins zips, and what lies beside them, of one tenant.
func (h host) several(entries []js.Value, counter *byteCounter, opts export.Options) (*export.Source, error) {
	var sources []*export.Source
	var loose []js.Value
	for _, item := range entries {
		if !strings.HasSuffix(strings.ToLower(item.Get("path").String()), ".zip") {
			loose = append(loose, item)
			continue
		}
		src, err := h.oneFile(item.Get("file"), counter, opts)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", item.Get("path").String(), err)
		}
		sources = append(sources, src)
	}
	if len(loose) > 0 {
		src, err := h.looseFiles(loose, counter, opts)
		if err != nil {
			return nil, err
		}
		sources = append(sources, src)
	}
	return export.Join(sources...), nil
}
