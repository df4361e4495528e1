package malformed_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/plan"
	"github.com/privpath/privpath/examples/malformed"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
	"github.com/privpath/privpath/schema"
)

// TestCorpusIsCurrent: the folder holds what the generator makes, and nothing else
// but what fuzzing found.
func TestCorpusIsCurrent(t *testing.T) {
	long(t)
	want, err := malformed.Generate()
	require.NoError(t, err)
	require.Greater(t, len(want), 500)
	require.NoError(t, filepath.WalkDir("corpus", func(path string, d fs.DirEntry, err error) error {
		name := filepath.ToSlash(strings.TrimPrefix(path, "corpus"+string(filepath.Separator)))
		if err != nil || d.IsDir() || d.Name() == ".gitattributes" || strings.HasPrefix(name, "found/") {
			return err
		}
		text, err := os.ReadFile(path)
		equalBytes(t, want[name], text, name)
		delete(want, name)
		return err
	}))
	require.Empty(t, want, "files are missing: go generate ./examples/malformed")
}

// aSmallFile is how much reading one file of the corpus may allocate in all. It
// lies far below the window cap of 64 MiB, so a size that a file only claims is
// never allocated.
const aSmallFile = 48 << 20

// TestEveryFileIsReadOrRefused: no file of the corpus, whichever data set it is
// named for, makes the reader panic, hang or take memory.
func TestEveryFileIsReadOrRefused(t *testing.T) {
	paths := map[string]string{"manifest": "manifest.json", "declarations": "declarations.json", "assessment": "unknown.json", "change": "unknown.json"}
	for _, target := range malformed.Targets() {
		paths[target.Name] = target.Path
	}
	for _, kind := range malformed.Kinds() {
		for _, file := range corpusFiles(t, kind) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			name, _, _ := strings.Cut(filepath.Base(file), ".")
			var source *export.Source
			quick(t, file, aSmallFile, func() {
				if kind == malformed.Archive {
					if source, err = export.Zip(bytes.NewReader(text), int64(len(text)), export.Options{}); err != nil {
						return
					}
				} else {
					source = export.FS(fstest.MapFS{paths[name]: {Data: text}, "domains.json": {Data: []byte(`{"value":[{"id":"example.com"}]}`)}}, export.Options{})
				}
				_, _ = source.Load(context.Background(), nil)
				_, _ = source.Inventory(context.Background())
			})
		}
	}
}

// inPlace is what a target's small valid response gives in its place in the sample
// tenant: as it is, and marked as not whole.
type inPlace struct {
	target         malformed.Target
	dataset        string
	files          fstest.MapFS
	controls       []*assess.Control
	valid, partial judged
	known          map[string]judged // by what was read
}

// judge assesses the tenant with the text in place. Where the reader gave what it
// gave for another text, to the last word and gap, the verdicts are the same.
func (p inPlace) judge(t *testing.T, text []byte) (judged, error) {
	files := with(p.files, p.target.Path, text)
	tenant, err := export.FS(files, checked()).Load(t.Context(), []string{p.dataset})
	if err != nil {
		return judged{}, err
	}
	key := readAs(t, tenant, p.dataset)
	got, ok := p.known[key]
	if !ok {
		if got, err = judge(files, p.controls); err != nil {
			return judged{}, err
		}
		p.known[key] = got
	}
	for _, in := range tenant.Inputs() {
		if in.Name == p.dataset {
			got.input = in
		}
	}
	return got, nil
}

func newInPlace(t *testing.T, target malformed.Target) inPlace {
	t.Helper()
	text, err := malformed.Valid(target)
	require.NoError(t, err)
	p := inPlace{target: target, dataset: datasetOf(t, target.Path), files: bundle(t, malformed.Tenant), known: map[string]judged{}}
	p.controls = readers(t, p.dataset)
	require.NotEmpty(t, p.controls)
	p.valid, err = p.judge(t, text)
	require.NoError(t, err)
	if target.Name != "members" {
		require.Equal(t, model.Complete, p.valid.input.Status, "%s: %s", target.Path, p.valid.input.Detail)
	}
	said := map[string]model.ManifestDataset{strings.TrimSuffix(target.Path, ".json"): {Status: "partial", Reason: model.Truncated}}
	p.partial, err = judge(with(saying(t, p.files, said), target.Path, text), p.controls)
	require.NoError(t, err)
	return p
}

// TestNothingMalformedPasses puts each response of the corpus in its place in a
// tenant that otherwise passes. No verdict of a control that looks at it may be
// better than with the same records as they were, nor, where the response is not
// whole, than with those records and the word that there are more. What is cut or
// no JSON is never whole, and what is of the wrong type is not known: it leaves the
// verdict as it was or takes it away. Values that mean nothing win nothing.
func TestNothingMalformedPasses(t *testing.T) {
	kinds := []string{malformed.Cut, malformed.Syntax, malformed.Text, malformed.Shape, malformed.Types, malformed.Values}
	for _, target := range sample(malformed.Targets(), 5) {
		t.Run(target.Name, func(t *testing.T) {
			t.Parallel()
			p := newInPlace(t, target)
			tried := 0
			for _, kind := range kinds {
				files, err := filepath.Glob(filepath.Join("corpus", kind, target.Name+".*.json"))
				require.NoError(t, err)
				for _, file := range sample(files, 5) {
					tried++
					p.try(t, kind, file)
				}
			}
			require.Positive(t, tried)
		})
	}
}

func (p inPlace) try(t *testing.T, kind, file string) {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	got, err := p.judge(t, text)
	if err != nil {
		require.Contains(t, err.Error(), "export: ", "%s: an error that does not say where it comes from", file)
		return
	}
	whole := got.input.Status == model.Complete
	if kind == malformed.Cut || kind == malformed.Syntax {
		require.False(t, whole, "%s is taken for a whole response", file)
		require.NotEmpty(t, got.input.Detail, "%s: nothing says what is wrong", file)
	}
	for control, status := range got.status {
		limit := p.valid.status[control]
		if !whole {
			limit = p.partial.status[control]
		}
		require.LessOrEqual(t, worth(status), worth(limit), "%s: %s is %s, and with the records as they were %s", file, control, status, limit)
		if kind == malformed.Cut || kind == malformed.Types {
			require.True(t, status == p.valid.status[control] || !status.Decided(), "%s: %s is %s, and with the records as they were %s",
				file, control, status, p.valid.status[control])
		}
	}
}

// TestValuesThatMeanNothing: JSON of the right shape with ids that collide, dates
// that are none and nulls everywhere is data, and may be judged; no control stops
// over it. Several data sets are spoilt at a time.
func TestValuesThatMeanNothing(t *testing.T) {
	long(t)
	base := bundle(t, malformed.Tenant)
	for i := 0; ; i++ {
		files, names := base, []string{}
		for _, target := range malformed.Targets() {
			list, err := filepath.Glob(filepath.Join("corpus", malformed.Values, target.Name+".*.json"))
			require.NoError(t, err)
			if i < len(list) {
				text, err := os.ReadFile(list[i])
				require.NoError(t, err)
				files, names = with(files, target.Path, text), append(names, list[i])
			}
		}
		if len(names) == 0 {
			require.Greater(t, i, 30)
			return
		}
		got, err := judge(files, pillars.All())
		require.NoError(t, err, names)
		for _, f := range got.a.Findings {
			require.NotEqual(t, model.ControlError, f.Reason, "%v: %s: %s", names, f.Control, f.Summary)
		}
	}
}

// TestDocumentsAreRefused: our own documents are read strictly.
func TestDocumentsAreRefused(t *testing.T) {
	refuse := map[string]func(text []byte) error{
		malformed.Assessment: func(text []byte) error {
			if err := schema.Validate(schema.Assessment, text); err != nil {
				return err
			}
			_, err := model.ReadAssessment(text)
			return err
		},
		malformed.Change: func(text []byte) error {
			if _, err := plan.Parse(text); err != nil {
				return err
			}
			return schema.Validate(schema.Change, text)
		},
	}
	base := bundle(t, malformed.Tenant)
	for _, name := range []string{malformed.Manifest, malformed.Declarations} {
		refuse[name] = func(text []byte) error {
			files := with(base, name+".json", text)
			_, err := export.FS(files, checked()).Load(context.Background(), []string{model.OwnerDeclarations.Name()})
			return err
		}
	}
	for kind, read := range refuse {
		for _, file := range corpusFiles(t, kind) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			_, name, _ := strings.Cut(filepath.Base(file), ".")
			quick(t, file, 256<<20, func() { err = read(text) })
			if strings.HasPrefix(name, malformed.Lie) {
				require.NoError(t, err, file)
				continue
			}
			require.Error(t, err, file)
			require.Greater(t, len(err.Error()), 10, "%s: an error that says nothing: %v", file, err)
		}
	}
}

// TestLiesGainNothing: a manifest cannot make a verdict better, and no declaration
// turns a decided fail into a pass.
func TestLiesGainNothing(t *testing.T) {
	long(t)
	each := func(kind string, base fstest.MapFS, hold func(file string, got judged)) {
		for _, file := range lies(t, kind) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			got, err := judge(with(base, kind+".json", text), pillars.All())
			require.NoError(t, err, file)
			hold(file, got)
		}
	}
	base := bundle(t, malformed.Tenant)
	truth, err := judge(base, pillars.All())
	require.NoError(t, err)
	each(malformed.Manifest, base, func(file string, got judged) {
		for control, status := range got.status {
			require.LessOrEqual(t, worth(status), worth(truth.status[control]), "%s: %s is %s, and was %s", file, control, status, truth.status[control])
		}
	})
	weak := bundle(t, "pim-only") // where most fails
	undeclared, err := judge(weak, pillars.All())
	require.NoError(t, err)
	each(malformed.Declarations, weak, func(file string, got judged) {
		for control, status := range got.status {
			if undeclared.status[control] == model.StatusFail {
				require.NotEqual(t, model.StatusPass, status, "%s: %s", file, control)
			}
		}
	})
}

func lies(t *testing.T, kind string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("corpus", kind, kind+"."+malformed.Lie+"*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

// TestNoArchivePasses: nothing passes on what a hostile zip holds.
func TestNoArchivePasses(t *testing.T) {
	long(t)
	refused, read := 0, 0
	for _, file := range corpusFiles(t, malformed.Archive) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		source, err := export.Zip(bytes.NewReader(text), int64(len(text)), export.Options{})
		var a *model.Assessment
		if err == nil {
			a, err = assess.Run(t.Context(), source, pillars.All(), assess.Options{AsOf: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)})
		}
		if err != nil {
			refused++
			require.Contains(t, err.Error(), "export: ", file)
			continue
		}
		read++
		for _, f := range a.Findings {
			require.NotEqual(t, model.StatusPass, f.Status, "%s: %s: %s", file, f.Control, f.Summary)
		}
	}
	t.Logf("%d refused, %d read", refused, read)
	require.Positive(t, refused)
	require.Positive(t, read)
}
