package export

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"hash/crc32"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/privpath/privpath/model"
	"github.com/stretchr/testify/require"
)

// zipOf writes a zip; write may do what a tool would not.
func zipOf(t testing.TB, write func(w *zip.Writer)) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	write(w)
	require.NoError(t, w.Close())
	return packed.Bytes()
}

func put(t testing.TB, w *zip.Writer, h *zip.FileHeader, text string) {
	t.Helper()
	part, err := w.CreateHeader(h)
	require.NoError(t, err)
	_, err = part.Write([]byte(text))
	require.NoError(t, err)
}

func openZip(packed []byte, opts Options) (*Source, error) {
	return Zip(bytes.NewReader(packed), int64(len(packed)), opts)
}

func TestZipNames(t *testing.T) {
	const users = `[{"id":"u1"}]`
	for name, reason := range map[string]string{
		"../users.json":          "leads out of the export",
		"a/../../users.json":     "leads out of the export",
		`..\..\users.json`:       "leads out of the export",
		"/users.json":            "absolute path",
		`\users.json`:            "absolute path",
		`C:\temp\users.json`:     "drive letter",
		"c:users.json":           "drive letter",
		"users.json\x00.txt":     "NUL",
		"a//users.json":          "not a valid path",
		"a/./users.json":         "not a valid path",
		"x/evil\x1b[2J.json":     "",
		"identity/../users.json": "leads out of the export",
	} {
		t.Run(name, func(t *testing.T) {
			source, err := openZip(zipOf(t, func(w *zip.Writer) {
				put(t, w, &zip.FileHeader{Name: name}, users)
				put(t, w, &zip.FileHeader{Name: "groups.json"}, `[{"id":"g"}]`)
			}), Options{})
			require.NoError(t, err)
			tenant := load(t, source)
			require.Empty(t, rows(tenant, model.Users))
			require.Len(t, rows(tenant, model.Groups), 1)
			for path, f := range inventory(t, source) {
				if path != "groups.json" {
					require.Contains(t, f.Reason, reason)
					require.NotContains(t, f.Reason, "\x1b")
				}
			}
		})
	}
	t.Run("backslashes of old Windows tools", func(t *testing.T) {
		source, err := openZip(zipOf(t, func(w *zip.Writer) {
			put(t, w, &zip.FileHeader{Name: `export\groups\` + groupID + `\members.json`}, users)
			put(t, w, &zip.FileHeader{Name: `./export/users.json`}, users)
			put(t, w, &zip.FileHeader{Name: `__MACOSX/._users.json`}, "x")
		}), Options{})
		require.NoError(t, err)
		tenant := load(t, source)
		require.Len(t, rows(tenant, model.Users), 1)
		require.Equal(t, groupID, rows(tenant, model.GroupMembers)[0].Parent())
		require.Len(t, inventory(t, source), 2)
	})
}

func TestZipEntries(t *testing.T) {
	link := &zip.FileHeader{Name: "users.json"}
	link.SetMode(fs.ModeSymlink | 0o777)
	for name, tc := range map[string]struct {
		write  func(w *zip.Writer)
		reason string
	}{
		"symbolic link": {func(w *zip.Writer) { put(t, w, link, "/etc/passwd") }, "symbolic links are not followed"},
		"encrypted":     {func(w *zip.Writer) { raw(t, w, &zip.FileHeader{Name: "users.json", Flags: 1}, "[]", 2) }, "encrypted"},
		"other method":  {func(w *zip.Writer) { raw(t, w, &zip.FileHeader{Name: "users.json", Method: 99}, "[]", 2) }, "method 99"},
		"twice": {func(w *zip.Writer) {
			put(t, w, &zip.FileHeader{Name: "users.json"}, "[]")
			put(t, w, &zip.FileHeader{Name: "users.json"}, `[{"id":"u2"}]`)
		}, "two files have this name"},
		"longer than declared": {func(w *zip.Writer) {
			raw(t, w, &zip.FileHeader{Name: "users.json", Method: zip.Deflate}, deflate(`[{"id":"u1"}]`), 3)
		}, "not a valid zip file"},
		"shorter than declared": {func(w *zip.Writer) {
			raw(t, w, &zip.FileHeader{Name: "users.json", Method: zip.Deflate}, deflate(`[{"id":"u1"}]`), 30)
		}, "unexpected EOF"},
		"wrong checksum": {func(w *zip.Writer) {
			raw(t, w, &zip.FileHeader{Name: "users.json", CRC32: 7}, `[{"id":"u1"}]`, 13)
		}, "checksum error"},
		"broken stream": {func(w *zip.Writer) {
			raw(t, w, &zip.FileHeader{Name: "users.json", Method: zip.Deflate}, "\xff\xff\xff", 30)
		}, "corrupt"},
		"zip in the zip": {func(w *zip.Writer) { put(t, w, &zip.FileHeader{Name: "users.zip"}, "PK") }, "a zip inside the export"},
	} {
		t.Run(name, func(t *testing.T) {
			source, err := openZip(zipOf(t, func(w *zip.Writer) {
				tc.write(w)
				put(t, w, &zip.FileHeader{Name: "groups.json"}, `[{"id":"g"}]`)
			}), Options{})
			require.NoError(t, err)
			tenant := load(t, source)
			require.NotEqual(t, model.Complete, input(t, tenant, "users").Status)
			require.Equal(t, model.Complete, input(t, tenant, "groups").Status)
			list, err := source.Inventory(context.Background())
			require.NoError(t, err)
			require.Contains(t, list[len(list)-1].Reason, tc.reason)
		})
	}
	_, err := openZip([]byte("PK nothing"), Options{})
	require.ErrorContains(t, err, "not a readable zip")
}

// raw writes an entry with the header as it is given, true or not.
func raw(t testing.TB, w *zip.Writer, h *zip.FileHeader, packed string, size uint64) {
	t.Helper()
	h.CompressedSize64, h.UncompressedSize64 = uint64(len(packed)), size
	part, err := w.CreateRaw(h)
	require.NoError(t, err)
	_, err = part.Write([]byte(packed))
	require.NoError(t, err)
}

func deflate(text string) string {
	var out bytes.Buffer
	w, _ := flate.NewWriter(&out, flate.BestCompression)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return out.String()
}

func TestZipOverlap(t *testing.T) {
	packed := zipOf(t, func(w *zip.Writer) { put(t, w, &zip.FileHeader{Name: "users.json", Method: zip.Store}, "[]") })
	// A second directory entry for the same bytes.
	end := bytes.LastIndex(packed, []byte("PK\x05\x06"))
	at := bytes.Index(packed, []byte("PK\x01\x02"))
	entry := bytes.Clone(packed[at:end])
	copy(entry[46:], "group")
	tail := bytes.Clone(packed[end:])
	binary.LittleEndian.PutUint16(tail[8:], 2)
	binary.LittleEndian.PutUint16(tail[10:], 2)
	binary.LittleEndian.PutUint32(tail[12:], uint32(2*len(entry)))
	packed = append(append(packed[:end:end], entry...), tail...)

	_, err := openZip(packed, Options{})
	require.ErrorContains(t, err, "share bytes")
}

func TestLimits(t *testing.T) {
	spaces := "[" + strings.Repeat(" ", 4<<20) + "]"
	for name, tc := range map[string]struct {
		files files
		opts  Options
		want  LimitError
	}{
		"entries":     {files{"users.json": "[]", "groups.json": "[]"}, Options{MaxEntries: 1}, LimitError{Option: "MaxEntries", Limit: 1, Offset: -1}},
		"entry bytes": {files{"users.json": spaces}, Options{MaxEntryBytes: 1000}, LimitError{Name: "users.json", Option: "MaxEntryBytes", Limit: 1000, Offset: -1}},
		"total bytes": {files{"users.json": spaces, "groups.json": spaces}, Options{MaxTotalBytes: 5 << 20}, LimitError{Name: "groups.json", Option: "MaxTotalBytes", Limit: 5 << 20}},
		"record":      {files{"users.json": `[{"id":"` + strings.Repeat("x", 1000) + `"}]`}, Options{MaxRecordBytes: 100}, LimitError{Name: "users.json", Option: "MaxRecordBytes", Limit: 100}},
		"values":      {files{"users.json": `[{"id":"u","x":[` + strings.Repeat("{},", 50) + `0]}]`}, Options{MaxRecordValues: 100}, LimitError{Name: "users.json", Option: "MaxRecordValues", Limit: 100}},
		"manifest":    {files{"manifest.json": spaces}, Options{MaxRecordBytes: 100}, LimitError{Name: "manifest.json", Option: "MaxRecordBytes", Limit: 100}},
		"depth":       {files{"users.json": `[{"id":[[[]]]}]`}, Options{MaxDepth: 3}, LimitError{Name: "users.json", Option: "MaxDepth", Limit: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			var limit *LimitError
			_, err := FS(tc.files.fs(), tc.opts).Load(context.Background(), nil)
			require.ErrorAs(t, err, &limit)
			require.Equal(t, []any{tc.want.Name, tc.want.Option, tc.want.Limit}, []any{limit.Name, limit.Option, limit.Limit})
			require.ErrorContains(t, err, tc.want.Option)
			_, err = FS(tc.files.fs(), tc.opts).Inventory(context.Background())
			require.ErrorAs(t, err, &limit)
		})
	}
}

func TestZipBomb(t *testing.T) {
	bomb := func(opts Options) error {
		source, err := openZip(zipOf(t, func(w *zip.Writer) {
			put(t, w, &zip.FileHeader{Name: "users.json", Method: zip.Deflate}, "["+strings.Repeat(" ", 4<<20)+"]")
		}), opts)
		if err == nil {
			_, err = source.Load(context.Background(), nil)
		}
		return err
	}
	var limit *LimitError
	require.NoError(t, bomb(Options{MaxRatio: 2000}), "nothing else is wrong with it")
	require.ErrorAs(t, bomb(Options{}), &limit)
	require.Equal(t, "MaxRatio", limit.Option)
	require.Equal(t, "users.json", limit.Name)
	require.ErrorAs(t, bomb(Options{MaxEntryBytes: 1 << 20}), &limit)
	require.Equal(t, "MaxEntryBytes", limit.Option)

	// The bound holds although the header says that the entry is small.
	lie := zipOf(t, func(w *zip.Writer) {
		raw(t, w, &zip.FileHeader{Name: "users.json", Method: zip.Deflate}, deflate("["+strings.Repeat(" ", 4<<20)+"]"), 10)
	})
	source, err := openZip(lie, Options{})
	require.NoError(t, err)
	_, err = source.Load(context.Background(), nil)
	require.ErrorContains(t, err, "not a valid zip file")

	_, err = openZip(zipOf(t, func(w *zip.Writer) {
		put(t, w, &zip.FileHeader{Name: "a.txt"}, "")
		put(t, w, &zip.FileHeader{Name: "b.txt"}, "")
	}), Options{MaxEntries: 1})
	require.ErrorAs(t, err, &limit)
	require.Equal(t, "MaxEntries", limit.Option)
}

func TestDecompressor(t *testing.T) {
	used := false
	source, err := openZip(zipOf(t, func(w *zip.Writer) {
		put(t, w, &zip.FileHeader{Name: "users.json", Method: zip.Deflate}, `[{"id":"u"}]`)
	}), Options{Decompressor: func(r io.Reader) io.ReadCloser { used = true; return flate.NewReader(r) }})
	require.NoError(t, err)
	require.Len(t, rows(load(t, source), model.Users), 1)
	require.True(t, used)
}

// endless gives head and then one byte for ever.
type endless struct {
	head string
	fill byte
	left int64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.head != "" {
		n := copy(p, e.head)
		e.head = e.head[n:]
		return n, nil
	}
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), e.left))
	e.left -= int64(n)
	for i := range p[:n] {
		p[i] = e.fill
	}
	return n, nil
}

func TestHugeText(t *testing.T) {
	for name, head := range map[string]string{
		"in a record":         `{"value":[{"id":"`,
		"in the response":     `{"value":[],"x":"`,
		"as a name":           `{"`,
		"of white space":      `{"a":1}`,
		"in a record, nested": `[{"a":[["`,
		"as a number":         `[1`,
		"of open brackets":    `[`,
		"behind an escape":    `["\`,
		"in UTF-16":           toUTF16(`[{"id":"`, true, true),
		"in a loose file":     `{"@odata.context":"`,
	} {
		fill := byte('1')
		switch name {
		case "of white space":
			fill = ' '
		case "of open brackets":
			fill = '['
		case "behind an escape":
			fill = '\\'
		}
		t.Run(name, func(t *testing.T) {
			source := File("users.json", 1<<30, func() (io.ReadCloser, error) {
				return io.NopCloser(&endless{head: head, fill: fill, left: 1 << 30}), nil
			}, Options{MaxRecordBytes: 4 << 20})
			_, err := source.Load(context.Background(), nil)
			var limit *LimitError
			require.ErrorAs(t, err, &limit)
			require.Equal(t, "users.json", limit.Name)
		})
	}
}

func TestDeepNesting(t *testing.T) {
	text := `{"value":[{"id":"u1","x":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}]}`
	_, err := oneFile("users.json", text).Load(context.Background(), nil)
	var limit *LimitError
	require.ErrorAs(t, err, &limit)
	require.Equal(t, "MaxDepth", limit.Option)
	require.Equal(t, int64(25+511), limit.Offset)

	// No option lifts the bound of encoding/json, and deeper text is no panic.
	_, err = FS(files{"users.json": text}.fs(), Options{MaxDepth: 1 << 30}).Load(context.Background(), nil)
	require.ErrorAs(t, err, &limit)
	require.Equal(t, int64(10_000), limit.Limit)
}

func TestFolderOddities(t *testing.T) {
	fsys := fstest.MapFS{
		"users.json":       {Data: []byte(`[{"id":"u1"}]`)},
		"groups.json":      {Data: []byte("users.json"), Mode: fs.ModeSymlink},
		"devices.json":     {Mode: fs.ModeNamedPipe},
		".git/config.json": {Data: []byte("{")},
		".DS_Store":        {Data: []byte("x")},
	}
	source := FS(fsys, Options{})
	tenant := load(t, source)
	require.Equal(t, model.Absent, input(t, tenant, "groups").Status)
	require.Equal(t, model.Malformed, input(t, tenant, "groups").Reason)
	require.Contains(t, input(t, tenant, "groups").Detail, "symbolic links")
	require.Contains(t, input(t, tenant, "devices").Detail, "not a regular file")
	require.Len(t, inventory(t, source), 3)
}

// FuzzLoad gives any bytes under any name: nothing panics, and a data set is
// complete only if the text is valid to its end.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{`{"value":[{"id":"u"}]}`, `{"Id":"u","AdditionalProperties":{"@odata.type":"x"},"A":{"B":null}}`,
		toUTF16(`[{"id":"u"}]`, true, true), `{"id":"u"}{"id":"v"}`, `{"error":{"code":"x"}}`, `[{"id":"u","members":[{"id":"m"}]}]`,
		`{"baseline_version":"1","module_version":"1","privileged_roles":[{"RoleTemplateId":"r","Rules":[{"Id":"x"}],"Assignments":{"Id":"a"}}]}`} {
		f.Add("users.json", []byte(seed))
		f.Add("x.json", []byte(seed))
	}
	f.Add("manifest.json", []byte(manifest(`"users":{"status":"partial"}`)))
	f.Add("declarations.json", []byte(`{"breakGlass":[{"id":"x"}]}`))
	f.Add("Groups/x/Members/y/y.json", []byte(`{"id":"y"}`))
	f.Add("groups/x/members.2.json", []byte("[]"))
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	put(f, w, &zip.FileHeader{Name: "users.json", Method: zip.Deflate}, `[{"id":"u"}]`)
	require.NoError(f, w.Close())
	f.Add("export.zip", packed.Bytes())

	opts := Options{MaxRecordBytes: 1 << 16, MaxEntryBytes: 1 << 20, MaxTotalBytes: 1 << 22, MaxEntries: 100}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		var source *Source
		switch {
		case strings.HasSuffix(name, ".zip"):
			var err error
			if source, err = openZip(data, opts); err != nil {
				return
			}
		case fs.ValidPath(name) && name != ".":
			source = FS(fstest.MapFS{name: {Data: data}, "groups.json": {Data: []byte(`[{"id":"g"}]`)}}, opts)
		default:
			return
		}
		tenant, err := source.Load(context.Background(), nil)
		_, _ = source.Inventory(context.Background())
		if err != nil || name != "users.json" || bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) || bytes.IndexByte(data, 0) >= 0 || bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
			return
		}
		if input(t, tenant, "users").Status == model.Complete {
			require.NoError(t, readAll(data))
		}
	})
}

func TestChecksumOfTest(t *testing.T) {
	// The lies of raw are about size only if the right checksum would pass.
	text := `[{"id":"u1"}]`
	source, err := openZip(zipOf(t, func(w *zip.Writer) {
		raw(t, w, &zip.FileHeader{Name: "users.json", Method: zip.Deflate, CRC32: crc32.ChecksumIEEE([]byte(text))}, deflate(text), uint64(len(text)))
	}), Options{})
	require.NoError(t, err)
	require.Equal(t, model.Complete, input(t, load(t, source), "users").Status)
}
