package malformed_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
	"github.com/privpath/privpath/schema"
)

// patience is when a piece of work counts as hung whatever the machine does beside
// it, and busy how much processor time it may take. A small file takes a
// thousandth of either.
const (
	patience = 60 * time.Second
	busy     = time.Second
)

// sample thins a list in short mode, for the race detector, which takes ten times the
// time and the memory that are bounded here.
func sample[T any](list []T, step int) []T {
	if !testing.Short() {
		return list
	}
	var some []T
	for i := 0; i < len(list); i += step {
		some = append(some, list[i])
	}
	return some
}

// long leaves a test to the run without -short.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs without -short only")
	}
}

// quick is bounded for a small file, which must take next to no time.
func quick(t *testing.T, name string, allocate uint64, work func()) {
	t.Helper()
	used := processorTime()
	bounded(t, name, allocate, work)
	require.True(t, testing.Short() || processorTime()-used < busy, "%s: too slow", name)
}

// bounded runs work that must end and allocate little: at most so many bytes in
// all, freed ones included, which is more than it ever held.
func bounded(t *testing.T, name string, allocate uint64, work func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	done := make(chan any, 1)
	go func() {
		defer func() { done <- recover() }()
		work()
	}()
	select {
	case problem := <-done:
		require.Nil(t, problem, "%s: it panics", name)
	case <-time.After(patience):
		stacks := make([]byte, 1<<20)
		t.Fatalf("%s: it hangs\n%s", name, stacks[:runtime.Stack(stacks, true)])
	}
	runtime.ReadMemStats(&after)
	require.True(t, testing.Short() || after.TotalAlloc-before.TotalAlloc <= allocate, "%s: too much memory", name)
}

// corpusFiles lists the files of a kind, by name.
func corpusFiles(t *testing.T, kind string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("corpus", kind, "*.*"))
	require.NoError(t, err)
	require.NotEmpty(t, files, kind)
	return sample(files, 20)
}

// bundle is a sample tenant whose manifest says only whose it is and when it was
// collected: what is cut must show by itself.
func bundle(t testing.TB, name string) fstest.MapFS {
	t.Helper()
	sample, err := tenants.FS(name)
	require.NoError(t, err)
	files := fstest.MapFS{}
	require.NoError(t, fs.WalkDir(sample, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(sample, path)
		files[path] = &fstest.MapFile{Data: text}
		return err
	}))
	var m model.Manifest
	require.NoError(t, json.Unmarshal(files["manifest.json"].Data, &m))
	m.Datasets = nil
	text, err := json.Marshal(m)
	require.NoError(t, err)
	files["manifest.json"] = &fstest.MapFile{Data: text}
	return files
}

func saying(t testing.TB, files fstest.MapFS, datasets map[string]model.ManifestDataset) fstest.MapFS {
	t.Helper()
	var m model.Manifest
	require.NoError(t, json.Unmarshal(files["manifest.json"].Data, &m))
	m.Datasets = datasets
	text, err := json.Marshal(m)
	require.NoError(t, err)
	return with(files, "manifest.json", text)
}

// with copies a bundle, one file replaced and its further pages gone.
func with(files fstest.MapFS, path string, text []byte) fstest.MapFS {
	copied := fstest.MapFS{}
	stem := strings.TrimSuffix(path, ".json")
	for name, file := range files {
		if rest, ok := strings.CutPrefix(name, stem+"."); !ok || rest == "json" {
			copied[name] = file
		}
	}
	copied[path] = &fstest.MapFile{Data: text}
	return copied
}

// checked holds documents to their schemas, as the command line does.
func checked() export.Options {
	return export.Options{Check: func(name string, text []byte) error {
		return schema.Validate(strings.TrimSuffix(name, ".json")+".schema.json", text)
	}}
}

// readers are the controls that look at a data set, streams among them.
func readers(t *testing.T, dataset string) []*assess.Control {
	t.Helper()
	var list []*assess.Control
	for _, c := range pillars.All() {
		var p probe
		_, _ = assess.Run(context.Background(), &p, []*assess.Control{c}, assess.Options{}) // ends with the probe's own error
		if slices.Contains(p.asked, dataset) {
			list = append(list, c)
		}
	}
	return list
}

// probe is a source that only notes what it is asked for.
type probe struct{ asked []string }

func (p *probe) Load(_ context.Context, want []string, observers ...assess.Observer) (*model.Tenant, error) {
	p.asked = slices.Clone(want)
	for _, o := range observers {
		p.asked = append(p.asked, o.Dataset)
	}
	return nil, context.Canceled
}

// judged is an assessment in short.
type judged struct {
	status map[string]model.Status
	input  model.Input // of the data set in question
	a      *model.Assessment
}

func judge(files fs.FS, controls []*assess.Control) (judged, error) {
	a, err := assess.Run(context.Background(), export.FS(files, checked()), controls, assess.Options{})
	if err != nil {
		return judged{}, err
	}
	j := judged{status: map[string]model.Status{}, a: a}
	for _, f := range a.Findings {
		j.status[f.Control] = f.Status
	}
	return j, nil
}

// readAs says what was read of a data set: the gap, and each record with what of
// it could be read.
func readAs(t *testing.T, tenant *model.Tenant, dataset string) string {
	records, ok := map[string]func(*model.Tenant) string{
		model.ConditionalAccessPolicies.Name(): recordsOf(model.ConditionalAccessPolicies),
		model.Users.Name():                     recordsOf(model.Users),
		model.RoleAssignmentSchedule.Name():    recordsOf(model.RoleAssignmentSchedule),
		model.RoleEligibility.Name():           recordsOf(model.RoleEligibility),
		model.NamedLocations.Name():            recordsOf(model.NamedLocations),
		model.Groups.Name():                    recordsOf(model.Groups),
		model.Devices.Name():                   recordsOf(model.Devices),
		model.SignIns.Name():                   recordsOf(model.SignIns),
		model.AuthorizationPolicies.Name():     recordsOf(model.AuthorizationPolicies),
		model.AuthenticationStrengths.Name():   recordsOf(model.AuthenticationStrengths),
		model.GroupMembers.Name():              recordsOf(model.GroupMembers),
	}[dataset]
	require.True(t, ok, "%s is a target that this does not know", dataset)
	read := records(tenant)
	for _, in := range tenant.Inputs() {
		if in.Name == dataset {
			read += fmt.Sprint(in.Status, in.Reason, in.Count)
		}
	}
	return read
}

func recordsOf[T any](key model.Key[T]) func(*model.Tenant) string {
	return func(tenant *model.Tenant) string {
		return fmt.Sprintf("%#v", slices.Collect(model.RowsOf(tenant, key, nil).All()))
	}
}

// worth orders verdicts: nothing that is wrong with the data may raise one.
func worth(s model.Status) int {
	switch s {
	case model.StatusPass, model.StatusNotApplicable:
		return 2
	case model.StatusPartial:
		return 1
	}
	return 0
}

// datasetOf is the data set, and its path without extension, of a file.
func datasetOf(t *testing.T, path string) string {
	t.Helper()
	d, _, ok := model.DatasetAt(strings.TrimSuffix(path, ".json"))
	require.True(t, ok, path)
	return d.Name
}

func equalBytes(t *testing.T, want, got []byte, name string) {
	t.Helper()
	if !bytes.Equal(want, got) {
		t.Errorf("%s is not what its generator makes: go generate ./examples/malformed", name)
	}
}
