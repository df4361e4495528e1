package synth_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/examples/tenants/synth"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

// small is the least tenant.
var small = synth.Size{Users: 500, SignIns: 300, Page: 100}

func tenant(t *testing.T, seed uint64, size synth.Size) *synth.Tenant {
	t.Helper()
	tenant, err := synth.New(seed, size)
	require.NoError(t, err)
	return tenant
}

func read(t *testing.T, from *synth.Tenant, name string) []byte {
	t.Helper()
	r, err := from.Open(name)
	require.NoError(t, err)
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	return text
}

// TestSameSeedSameBytes: whether as files, in a folder or in a zip.
func TestSameSeedSameBytes(t *testing.T) {
	one, two, other := tenant(t, 7, small), tenant(t, 7, small), tenant(t, 8, small)
	dir := t.TempDir()
	_, err := one.WriteFolder(dir, "")
	require.NoError(t, err)
	var packed, again bytes.Buffer
	require.NoError(t, one.WriteZip(&packed, ""))
	require.NoError(t, two.WriteZip(&again, ""))
	require.Equal(t, packed.Bytes(), again.Bytes())
	archive, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	require.NoError(t, err)
	require.Equal(t, one.Files(), two.Files())
	require.NotEqual(t, one.Files(), other.Files(), "ids hang on the seed")
	require.Len(t, archive.File, len(one.Files()))
	for _, name := range one.Files() {
		want := read(t, one, name)
		require.Equal(t, want, read(t, two, name), name)
		onDisk, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Equal(t, want, onDisk, name)
		zipped, err := fs.ReadFile(archive, name)
		require.NoError(t, err)
		require.Equal(t, want, zipped, name)
	}
	_, err = one.Open("nothing.json")
	require.ErrorContains(t, err, "nothing.json")
}

func TestFileSystem(t *testing.T) {
	from := tenant(t, 7, small)
	require.NoError(t, fstest.TestFS(from.FS(), "users.3.json", "auditLogs/signIns.2.json", "manifest.json"))
}

// TestGraphShape: every file is JSON, every page but the last has a link to the
// next, and no id comes twice.
func TestGraphShape(t *testing.T) {
	from := tenant(t, 7, small)
	for _, name := range []string{"users.3.json", "users.4.json", "users.5.json"} {
		var reply struct {
			Next  string `json:"@odata.nextLink"`
			Value []struct{ ID string }
		}
		require.NoError(t, json.Unmarshal(read(t, from, name), &reply))
		require.Len(t, reply.Value, 100)
		require.Equal(t, name != "users.5.json", reply.Next != "")
	}
	seen := map[string]bool{}
	for _, name := range from.Files() {
		text := read(t, from, name)
		require.True(t, json.Valid(text), name)
		if !strings.Contains(name, "/") {
			var reply struct{ Value []struct{ ID string } }
			_ = json.Unmarshal(text, &reply) // a single entity has no value
			for _, record := range reply.Value {
				require.False(t, seen[name[:4]+record.ID], "%s: %s", name, record.ID)
				seen[name[:4]+record.ID] = true
			}
		}
	}
}

// TestAssessed: the engine reads all of it, and finds what the tenant was made
// to hold.
func TestAssessed(t *testing.T) {
	size := synth.Size{Users: synth.S.Users, SignIns: 300}
	from := tenant(t, synth.Seed, size)
	source := export.FS(from.FS(), export.Options{})
	files, err := source.Inventory(context.Background())
	require.NoError(t, err)
	for _, f := range files {
		require.NotEqual(t, export.StatusMalformed, f.Status, "%s: %s", f.Path, f.Reason)
	}
	a, err := assess.Run(context.Background(), source, pillars.All(), assess.Options{})
	require.NoError(t, err)
	for _, in := range a.Inputs.Datasets {
		if in.Status == model.Partial {
			t.Errorf("%s is partial: %s", in.Name, in.Detail)
		}
		if in.Name == model.Users.Name() {
			require.Equal(t, size.Users, in.Count)
		}
	}
	counts := map[model.Status]int{}
	for _, f := range a.Findings {
		counts[f.Status]++
	}
	require.Greater(t, a.Coverage, 75.0, "most controls are decided")
	require.Greater(t, counts[model.StatusPass], 10)
	require.Greater(t, counts[model.StatusFail], 10)
	through := 0
	for _, p := range a.Paths {
		for _, hop := range p.Hops {
			if strings.Contains(hop.From.Name, "Business application") {
				through++
			}
		}
	}
	require.Positive(t, through, "the crowd opens a way into Tier 0")
}

// TestScales: bytes for a record are the same at every size, and so are the
// answers' shares.
func TestScales(t *testing.T) {
	for _, set := range []struct {
		file  string
		bytes int // as performance.md measured real exports, within a fifth
	}{{"users.3.json", 4200}, {"auditLogs/signIns.2.json", 4300}} {
		for _, size := range []synth.Size{synth.S, synth.M, synth.L} {
			from := tenant(t, synth.Seed, size)
			text := read(t, from, set.file)
			perRecord := len(text) / bytes.Count(text, []byte("\n{"))
			require.InEpsilon(t, set.bytes, perRecord, 0.2, set.file)
		}
	}
	s := tenant(t, synth.Seed, synth.Size{Users: 10_000, SignIns: 20_000}).Expected()
	l := tenant(t, synth.Seed, synth.Size{Users: 50_000, SignIns: 100_000}).Expected()
	require.InEpsilon(t, 5*s.Privileged, l.Privileged, 0.1)
	require.InEpsilon(t, 5*s.Uncovered, l.Uncovered, 0.4)
	require.Greater(t, l.SingleFactor, s.SingleFactor)
}

func TestSizes(t *testing.T) {
	for _, letter := range []string{"S", "m", "L"} {
		_, err := synth.Named(letter)
		require.NoError(t, err)
	}
	_, err := synth.Named("XL")
	require.ErrorContains(t, err, "XL")
	_, err = synth.New(1, synth.Size{Users: 10})
	require.ErrorContains(t, err, "500")
}
