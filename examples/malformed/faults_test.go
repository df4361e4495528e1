package malformed_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/examples/malformed"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

// failing is a bundle on a disk that fails: one file can be read up to a byte.
type failing struct {
	fstest.MapFS
	path string
	at   int
}

var errDisk = errors.New("input/output error")

func (f failing) Open(name string) (fs.File, error) {
	file, err := f.MapFS.Open(name)
	if err != nil || name != f.path {
		return file, err
	}
	return &failingFile{file, f.at}, nil
}

type failingFile struct {
	fs.File
	left int
}

func (f *failingFile) Read(p []byte) (int, error) {
	if f.left <= 0 {
		return 0, errDisk
	}
	n, err := f.File.Read(p[:min(len(p), f.left)])
	f.left -= n
	return n, err
}

// TestReadErrors: wherever the disk fails in a file, its data set is not whole and
// the reason stands there, and no verdict becomes better or another decision. Cut
// at the same place, the file says as much.
func TestReadErrors(t *testing.T) {
	long(t)
	base := bundle(t, malformed.Tenant)
	for _, path := range slices.Sorted(maps.Keys(base)) {
		if _, _, ok := model.DatasetAt(strings.TrimSuffix(path, ".json")); !ok || path == "declarations.json" || strings.Count(path, "-") > 3 {
			continue // one parent's part of a data set is read by the same code
		}
		dataset := datasetOf(t, path)
		size := len(base[path].Data)
		for _, at := range []int{0, size / 2, size - 3} {
			for name, files := range map[string]fs.FS{"fails": failing{base, path, at}, "is cut": with(base, path, base[path].Data[:at])} {
				tenant, err := export.FS(files, export.Options{}).Load(t.Context(), []string{dataset})
				require.NoError(t, err, "%s %s at %d", path, name, at)
				in := inputOf(tenant, dataset)
				require.NotEqual(t, model.Complete, in.Status, "%s %s at %d", path, name, at)
				require.NotEmpty(t, in.Detail)
				if name == "fails" {
					require.Contains(t, in.Detail, errDisk.Error())
				}
			}
		}
		controls := readers(t, dataset)
		if len(controls) == 0 {
			continue // only the live source reads it
		}
		valid, err := judge(base, controls)
		require.NoError(t, err)
		got, err := judge(failing{base, path, size / 2}, controls)
		require.NoError(t, err)
		for control, status := range got.status {
			require.True(t, status == valid.status[control] || !status.Decided(), "%s fails: %s is %s, and was %s", path, control, status, valid.status[control])
		}
	}
}

func inputOf(tenant *model.Tenant, dataset string) model.Input {
	for _, in := range tenant.Inputs() {
		if in.Name == dataset {
			return in
		}
	}
	return model.Input{}
}

// packedBundle is the sample tenant as a zip, its manifest included.
func packedBundle(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	require.NoError(t, w.AddFS(bundle(t, malformed.Tenant)))
	require.NoError(t, w.Close())
	return out.Bytes()
}

// TestHalfWrittenZip: a zip that ends early has no list of its files, and is
// refused with that reason, wherever it ends.
func TestHalfWrittenZip(t *testing.T) {
	whole := packedBundle(t)
	for _, n := range []int{1, 100, len(whole) / 2, len(whole) - 30, len(whole) - 1} {
		_, err := export.Zip(bytes.NewReader(whole[:n]), int64(n), export.Options{})
		require.ErrorContains(t, err, "is the download complete?", "%d of %d bytes", n, len(whole))
	}
}

// flaky is a disk that fails at some offset.
type flaky struct {
	*bytes.Reader
	at int64
}

func (f flaky) ReadAt(p []byte, off int64) (int, error) {
	if off <= f.at && f.at < off+int64(len(p)) {
		return 0, errDisk
	}
	return f.Reader.ReadAt(p, off)
}

// TestZipReadErrors: an offset that cannot be read costs the zip, or the data sets
// that lie there, and never gives a better verdict.
func TestZipReadErrors(t *testing.T) {
	long(t)
	whole := packedBundle(t)
	controls := readers(t, model.ConditionalAccessPolicies.Name())[:5]
	valid, err := judge(bundle(t, malformed.Tenant), controls)
	require.NoError(t, err)
	read := 0
	for i := range int64(24) {
		source, err := export.Zip(flaky{bytes.NewReader(whole), int64(len(whole)) * i / 24}, int64(len(whole)), export.Options{})
		var a *model.Assessment
		if err == nil {
			a, err = assess.Run(t.Context(), source, controls, assess.Options{})
		}
		if err != nil {
			require.NotErrorIs(t, err, context.Canceled)
			continue
		}
		read++
		for _, f := range a.Findings {
			require.True(t, f.Status == valid.status[f.Control] || !f.Status.Decided(), "%d: %s is %s", i, f.Control, f.Status)
		}
	}
	require.Positive(t, read)
}

// TestMissingFiles: what the manifest names and no file holds is missing, and the
// reason says which of the two is at fault.
func TestMissingFiles(t *testing.T) {
	base := saying(t, bundle(t, malformed.Tenant), map[string]model.ManifestDataset{"devices": {Status: "complete"}})
	delete(base, "devices.json")
	tenant, err := export.FS(base, export.Options{}).Load(t.Context(), nil)
	require.NoError(t, err)
	in := inputOf(tenant, "devices")
	require.Equal(t, model.Absent, in.Status)
	require.Contains(t, in.Detail, "the file is not there")
}

// countdown is a context that ends when it was asked n times.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestCancellation: at whichever of the places where it is looked at the context
// ends, a run ends with its error, gives no result, and leaves no goroutine.
func TestCancellation(t *testing.T) {
	long(t)
	base := bundle(t, malformed.Tenant)
	counted := &countdown{context.Background(), 1 << 30}
	_, err := assess.Run(counted, export.FS(base, export.Options{}), pillars.All(), assess.Options{})
	require.NoError(t, err)
	places := 1<<30 - counted.left
	require.Greater(t, places, 200)
	before := runtime.NumGoroutine()
	for i := range 25 {
		a, err := assess.Run(&countdown{context.Background(), places * i / 25}, export.FS(base, export.Options{}), pillars.All(), assess.Options{})
		require.ErrorIs(t, err, context.Canceled, "at place %d of %d", places*i/25, places)
		require.Nil(t, a)
	}
	for tries := 0; runtime.NumGoroutine() > before && tries < 1000; tries++ {
		time.Sleep(10 * time.Millisecond) // one that is ending may need the processor
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before, "a goroutine is left")
}

// TestClockSkew: an assessment may speak of a time before its data or far behind
// it, and data may come from the future. No control stops over it, and what is not
// of its time makes no verdict better than unknown allows: nothing passes that did
// not, unless the calendar alone decides it.
func TestClockSkew(t *testing.T) {
	long(t)
	base := bundle(t, malformed.Tenant)
	for _, year := range []int{1, 1970, 2020, 2027, 2060, 9000} {
		a, err := assess.Run(t.Context(), export.FS(base, export.Options{}), pillars.All(), assess.Options{AsOf: time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)})
		require.NoError(t, err, year)
		for _, f := range a.Findings {
			require.NotEqual(t, model.ControlError, f.Reason, "%d: %s: %s", year, f.Control, f.Summary)
		}
	}
	text := bytes.ReplaceAll(base["auditLogs/signIns.json"].Data, []byte(`"createdDateTime":"2026`), []byte(`"createdDateTime":"2096`))
	a, err := assess.Run(t.Context(), export.FS(with(base, "auditLogs/signIns.json", text), export.Options{}), pillars.All(), assess.Options{})
	require.NoError(t, err)
	valid, err := judge(base, pillars.All())
	require.NoError(t, err)
	for _, f := range a.Findings {
		require.NotEqual(t, model.ControlError, f.Reason, "%s: %s", f.Control, f.Summary)
		require.LessOrEqual(t, worth(f.Status), worth(valid.status[f.Control]), "%s is %s, and was %s", f.Control, f.Status, valid.status[f.Control])
	}
}
