package live_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/graphsource"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/graphsource/live"
	"github.com/privpath/privpath/graphsource/live/livetest"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

// clock is a clock that only sleeping moves.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	slept time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now, c.slept = c.now.Add(d), c.slept+d
	return ctx.Err()
}

// collectedAt is when the sample tenants were collected.
var collectedAt = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// serve starts a Graph over a tenant.
func serve(t testing.TB, tenant fs.FS) *livetest.Server {
	t.Helper()
	s := &livetest.Server{Tenant: tenant, PageSize: 30}
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// options reach the server; sleeping costs no time.
func options(s *livetest.Server) live.Options {
	c := &clock{now: collectedAt}
	return live.Options{Credential: s, Cloud: live.Cloud{Endpoint: s.URL()}, Transport: s.Transport(),
		Now: c.Now, Sleep: c.Sleep, Collector: "privpath sample tenants"}
}

func sample(t testing.TB, name string) fs.FS {
	t.Helper()
	tenant, err := tenants.FS(name)
	require.NoError(t, err)
	return tenant
}

// offline is a sample tenant's bundle as a collector lays it out: pages of one
// list in one file, and no word about data sets that were not asked for.
func offline(t testing.TB, tenant fs.FS) (bundle fstest.MapFS, complete []string) {
	t.Helper()
	bundle = fstest.MapFS{}
	require.NoError(t, fs.WalkDir(tenant, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(tenant, path)
		bundle[path] = &fstest.MapFile{Data: text}
		return err
	}))
	for page := 2; bundle[fmt.Sprintf("users.%d.json", page)] != nil; page++ {
		name := fmt.Sprintf("users.%d.json", page)
		bundle["users.json"] = &fstest.MapFile{Data: joined(t, bundle["users.json"].Data, bundle[name].Data)}
		delete(bundle, name)
	}
	var manifest model.Manifest
	require.NoError(t, json.Unmarshal(bundle["manifest.json"].Data, &manifest))
	for _, name := range slices.Sorted(maps.Keys(manifest.Datasets)) {
		if manifest.Datasets[name].Status == "missing" {
			delete(manifest.Datasets, name)
			continue
		}
		complete = append(complete, name)
	}
	text, err := json.Marshal(manifest)
	require.NoError(t, err)
	bundle["manifest.json"] = &fstest.MapFile{Data: text}
	return bundle, complete
}

func joined(t testing.TB, first, second []byte) []byte {
	t.Helper()
	var a, b struct {
		Value []json.RawMessage `json:"value"`
	}
	require.NoError(t, json.Unmarshal(first, &a))
	require.NoError(t, json.Unmarshal(second, &b))
	a.Value = append(a.Value, b.Value...)
	text, err := json.Marshal(a)
	require.NoError(t, err)
	return text
}

// assessed is the assessment of a source as JSON. The digest is left out: it is of
// the files' bytes, and spaces between records differ.
func assessed(t testing.TB, src assess.Source) string {
	t.Helper()
	result, err := assess.Run(t.Context(), src, pillars.All(), assess.Options{Permission: graphsource.Permission, AsOf: collectedAt})
	require.NoError(t, err)
	require.NotEmpty(t, result.Inputs.Digest)
	result.Inputs.Digest = ""
	text, err := json.MarshalIndent(result, "", " ")
	require.NoError(t, err)
	return string(text)
}

// TestLiveEqualsOffline: a live sample tenant is assessed as its bundle is, in
// every byte but the digest, which is of the files as they are laid out: a
// collector writes a list into one file with its own spaces, where the sample has
// pages. For the same reason offline joins the pages, so that the places of the
// records are the same. Only the data sets that the sample says it holds are
// asked for, for of the others it says that nobody collected them, and Graph that
// it has none. What collect saves and what is assessed live agree in all bytes,
// digest and all (TestCollectThenAssessEqualsAssessLive in examples/privpath).
func TestLiveEqualsOffline(t *testing.T) {
	for _, name := range tenants.Names() {
		t.Run(name, func(t *testing.T) {
			tenant := sample(t, name)
			bundle, complete := offline(t, tenant)
			s := serve(t, tenant)
			opts := options(s)
			opts.Only, opts.EverySignIn, opts.Beside = complete, true, tenant
			c, err := live.New(opts)
			require.NoError(t, err)
			want := assessed(t, export.FS(bundle, export.Options{}))
			got := assessed(t, live.Source{Collector: c})
			if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("offline (-) and live (+) differ:\n%s", diff)
			}
		})
	}
}

// collect collects into a zip and opens it.
func collect(t testing.TB, opts live.Options, want ...string) (*zip.Reader, *model.Manifest, live.Stats) {
	t.Helper()
	c, err := live.New(opts)
	require.NoError(t, err)
	var packed bytes.Buffer
	store := live.NewZip(&packed)
	manifest, stats, err := c.Collect(t.Context(), store, want)
	require.NoError(t, err)
	require.NoError(t, store.Close())
	r, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	require.NoError(t, err)
	return r, manifest, stats
}
