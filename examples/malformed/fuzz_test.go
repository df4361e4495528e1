package malformed_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/examples/malformed"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
)

// small bounds keep one try of a fuzzer short.
var small = export.Options{MaxRecordBytes: 1 << 16, MaxEntryBytes: 1 << 20, MaxTotalBytes: 1 << 22, MaxEntries: 100}

// seed gives the fuzzer the files of a kind, each tenth of the large kinds, and
// what was found before.
func seed(f *testing.F, step int, add func(file string, text []byte), kinds ...string) {
	f.Helper()
	for _, kind := range kinds {
		files, err := filepath.Glob(filepath.Join("corpus", kind, "*.*"))
		require.NoError(f, err)
		require.NotEmpty(f, files)
		for i, file := range files {
			if i%step == 0 {
				text, err := os.ReadFile(file)
				require.NoError(f, err)
				add(file, text)
			}
		}
	}
}

// FuzzResponse gives any bytes as any data set of the corpus: nothing panics, and
// what is complete is JSON to its end.
func FuzzResponse(f *testing.F) {
	targets := malformed.Targets()
	seed(f, 10, func(file string, text []byte) {
		for i, target := range targets {
			if matched, _ := filepath.Match(target.Name+".*", filepath.Base(file)); matched {
				f.Add(uint8(i), text)
			}
		}
	}, malformed.Cut, malformed.Syntax, malformed.Text, malformed.Shape, malformed.Types, malformed.Values)
	f.Fuzz(func(t *testing.T, which uint8, text []byte) {
		target := targets[int(which)%len(targets)]
		source := export.FS(fstest.MapFS{target.Path: {Data: text}, "domains.json": {Data: []byte(`[{"id":"example.com"}]`)}}, small)
		_, _ = source.Inventory(context.Background())
		tenant, err := source.Load(context.Background(), nil)
		if err != nil || bytes.IndexByte(text, 0) >= 0 {
			return // refused, or UTF-16
		}
		for _, in := range tenant.Inputs() {
			if in.Name == datasetOf(t, target.Path) && in.Status == model.Complete {
				dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))))
				for {
					var any json.RawMessage
					if err = dec.Decode(&any); err != nil {
						break
					}
				}
				require.ErrorIs(t, err, io.EOF, "it is complete, and no JSON")
			}
		}
	})
}

// FuzzManifest: whatever a manifest says, a list that has a link to more is not
// complete.
func FuzzManifest(f *testing.F) {
	seed(f, 1, func(_ string, text []byte) { f.Add(text) }, malformed.Manifest)
	f.Fuzz(func(t *testing.T, text []byte) {
		source := export.FS(fstest.MapFS{"manifest.json": {Data: text},
			"users.json": {Data: []byte(`{"value":[{"id":"u"}],"@odata.nextLink":"https://graph.microsoft.com/v1.0/users?x"}`)}}, small)
		_, _ = source.Inventory(context.Background())
		tenant, err := source.Load(context.Background(), nil)
		if err != nil {
			return
		}
		for _, in := range tenant.Inputs() {
			require.False(t, in.Name == "users" && in.Status == model.Complete)
		}
	})
}

// FuzzDeclarations: declarations are refused, or read whole: a program that writes
// what was read and reads it again has the same.
func FuzzDeclarations(f *testing.F) {
	seed(f, 1, func(_ string, text []byte) { f.Add(text) }, malformed.Declarations)
	f.Fuzz(func(t *testing.T, text []byte) {
		read := func(text []byte) (model.Declarations, error) {
			tenant, err := export.FS(fstest.MapFS{"declarations.json": {Data: text}}, small).Load(context.Background(), nil)
			if err != nil {
				return model.Declarations{}, err
			}
			d, ok := model.RowsOf(tenant, model.OwnerDeclarations, nil).Only()
			require.True(t, ok, "neither read nor refused")
			return d, nil
		}
		first, err := read(text)
		if err != nil {
			return
		}
		written, err := json.Marshal(first)
		require.NoError(t, err)
		second, err := read(written)
		require.NoError(t, err, "%s", written)
		again, err := json.Marshal(second)
		require.NoError(t, err)
		require.Equal(t, string(written), string(again))
	})
}

// FuzzAssessment: an assessment is refused, or read so that it can be written and
// read again.
func FuzzAssessment(f *testing.F) {
	seed(f, 1, func(_ string, text []byte) { f.Add(text) }, malformed.Assessment)
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := model.ReadAssessment(text)
		if err != nil {
			return
		}
		written, err := a.JSON()
		require.NoError(t, err)
		b, err := model.ReadAssessment(written)
		require.NoError(t, err)
		again, err := b.JSON()
		require.NoError(t, err)
		require.Equal(t, string(written), string(again))
	})
}

// FuzzZip gives any bytes as a zip: nothing panics, and a data set is complete only
// if the standard library reads its one entry to the end.
func FuzzZip(f *testing.F) {
	seed(f, 1, func(_ string, text []byte) { f.Add(text) }, malformed.Archive)
	f.Fuzz(func(t *testing.T, text []byte) {
		source, err := export.Zip(bytes.NewReader(text), int64(len(text)), small)
		if err != nil {
			return
		}
		_, _ = source.Inventory(context.Background())
		tenant, err := source.Load(context.Background(), nil)
		if err != nil {
			return
		}
		for _, in := range tenant.Inputs() {
			if in.Name == "users" && in.Status == model.Complete {
				require.NoError(t, readsInFull(text))
			}
		}
	})
}

// readsInFull reads every entry of a zip whose name speaks of users.
func readsInFull(text []byte) error {
	archive, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if archive == nil {
		return err
	}
	for _, file := range archive.File {
		if !bytes.Contains(bytes.ToLower([]byte(file.Name)), []byte("users.")) {
			continue
		}
		entry, err := file.Open()
		if err == nil {
			_, err = io.Copy(io.Discard, entry)
			err = errors.Join(err, entry.Close())
		}
		if err == nil {
			return nil
		}
	}
	return errors.New("no entry of users can be read")
}
