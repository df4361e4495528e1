package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime/debug"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/pillars"
)

func loose(t *testing.T, files map[string]string) *looseFS {
	t.Helper()
	var list []handle
	for path, text := range files {
		list = append(list, handle{path: path, size: int64(len(text)), modified: time.Unix(0, 0), content: strings.NewReader(text)})
	}
	l, err := newLooseFS(list)
	require.NoError(t, err)
	return l
}

func TestLooseFSKeepsTheRulesOfFS(t *testing.T) {
	l := loose(t, map[string]string{
		"users.json": `[]`,
		"identity/conditionalAccess/policies.json": `{"value":[]}`,
		"identity/empty.json":                      ``,
	})
	require.NoError(t, fstest.TestFS(l, "users.json", "identity/conditionalAccess/policies.json", "identity/empty.json"))
	require.NoError(t, fstest.TestFS(loose(t, nil)))
}

func TestLooseFSRefuses(t *testing.T) {
	for name, paths := range map[string][]string{
		"a path that leaves the export": {"../users.json"},
		"an absolute path":              {"/users.json"},
		"an empty path":                 {""},
		"the folder itself":             {"."},
		"two files of one path":         {"users.json", "users.json"},
		"a file that is also a folder":  {"users", "users/a.json"},
		"the same, the other way round": {"users/a.json", "users"},
	} {
		t.Run(name, func(t *testing.T) {
			var list []handle
			for _, p := range paths {
				list = append(list, handle{path: p, content: strings.NewReader("")})
			}
			_, err := newLooseFS(list)
			require.ErrorContains(t, err, fmt.Sprintf("%q", strings.TrimSuffix(paths[0], "/a.json")))
		})
	}
}

// counted counts the reads that reach the browser.
type counted struct {
	io.ReaderAt
	reads int
}

func (c *counted) ReadAt(p []byte, off int64) (int, error) {
	c.reads++
	return c.ReaderAt.ReadAt(p, off)
}

func TestReadAheadGivesTheSameBytesInFewerReads(t *testing.T) {
	content := make([]byte, 3*window+17)
	for i := range content {
		content[i] = byte(i * 7 / 3)
	}
	under := &counted{ReaderAt: bytes.NewReader(content)}
	r := &readAhead{content: under, size: int64(len(content))}

	require.NoError(t, iotest.TestReader(io.NewSectionReader(r, 0, r.size), content))

	under.reads = 0
	buffer := make([]byte, 4096)
	for off := int64(0); off < r.size; off += int64(len(buffer)) {
		n, err := r.ReadAt(buffer, off)
		require.Equal(t, content[off:min(off+int64(len(buffer)), r.size)], buffer[:n])
		require.Equal(t, n < len(buffer), errors.Is(err, io.EOF))
	}
	require.LessOrEqual(t, under.reads, 5)

	_, err := r.ReadAt(buffer, r.size+1)
	require.Equal(t, io.EOF, err)
}

func TestReadAheadDoesNotHideAFileThatShrank(t *testing.T) {
	r := &readAhead{content: strings.NewReader("short"), size: 1000}
	n, err := r.ReadAt(make([]byte, 10), 0)
	require.Zero(t, n)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestPeekSmall(t *testing.T) {
	for _, size := range []int{0, 1, smallEntry - 1, smallEntry, smallEntry + 1, 3 * smallEntry} {
		content := bytes.Repeat([]byte{'x'}, size)
		whole, rest, err := peekSmall(iotest.HalfReader(bytes.NewReader(content)))
		require.NoError(t, err)
		require.Equal(t, size < smallEntry, rest == nil, size)
		if rest != nil {
			whole, err = io.ReadAll(rest)
			require.NoError(t, err)
		}
		require.Equal(t, len(content), len(whole))
	}
	_, _, err := peekSmall(iotest.ErrReader(fs.ErrPermission))
	require.ErrorIs(t, err, fs.ErrPermission)
}

func TestAnExportWithoutATimeIsToldFromABadOne(t *testing.T) {
	run := func(files map[string]string) error {
		source := export.FS(loose(t, files), export.Options{})
		_, err := assess.Run(t.Context(), source, pillars.All(), assess.Options{})
		return err
	}
	require.Equal(t, "time", faultOf(run(map[string]string{"users.json": `{"value":[]}`})))
	require.Equal(t, "input", faultOf(run(map[string]string{"notes.txt": ``})))
}

func TestCrashReportSaysNothingOfTheTenant(t *testing.T) {
	const secret = "ana.silva@contoso.com"
	report := func(fault func()) (text string) {
		defer func() { text = crashReport(recover(), debug.Stack()) }()
		fault()
		return ""
	}
	for name, fault := range map[string]func(){
		"a text":   func() { panic("cannot resolve " + secret) },
		"an error": func() { panic(fmt.Errorf("cannot resolve %q", secret)) },
		"a value":  func() { panic(struct{ name string }{secret}) },
	} {
		text := report(fault)
		require.NotContains(t, text, "ana", name)
		require.NotContains(t, text, "contoso", name)
		require.Contains(t, text, "panic of type", name)
		require.Contains(t, text, "handles_test.go", name)
	}
	var list []string
	require.Contains(t, report(func() { _ = list[len(secret)] }), "index out of range")
}

func TestByteCounterStopsAtTheTotal(t *testing.T) {
	var told []int64
	c := &byteCounter{total: 10, tell: func(_, _ string, done, _ int64) { told = append(told, done) }}
	c.restart("read")
	c.add("a.json", 6)
	c.add("a.json", 6) // read ahead, and again
	require.Equal(t, []int64{0, 6, 10}, told)
}
