package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/memfs"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"
	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/diff"
	"github.com/privpath/privpath/examples/fleet/internal/sample"
	"github.com/privpath/privpath/model"
)

// update writes what the run gives as the expected page: go test -run TestPage
// -write-page. Beam has a flag called update.
var update = flag.Bool("write-page", false, "write what the run gives as the expected page")

// TestMain is the command itself, or a job server, where a test starts this program
// as one.
func TestMain(m *testing.M) {
	if port := os.Getenv("FLEET_TEST_JOB_SERVER"); port != "" {
		slog.SetDefault(slog.New(slog.DiscardHandler))
		_, _ = fmt.Fprintln(os.Stderr, serveJobs(port))
		os.Exit(1)
	}
	if os.Getenv("FLEET_TEST_COMMAND") != "" {
		main()
		return
	}
	flag.Parse()
	beam.Init()
	log.SetLogger(quiet{})
	code := m.Run()
	if once.out != "" {
		_ = os.RemoveAll(filepath.Dir(once.out))
	}
	os.Exit(code)
}

const (
	dozen    = 12
	worsened = "tenant-07.zip" // fails ISO-01
	hostile  = "\"><img src=x onerror=alert(1)> \u202e${HOME} ..\\..\\evil\n.zip"
)

// writeBundles lays a folder out: a dozen tenants, one of them a folder and one
// with a hostile name, and what is none.
func writeBundles(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	write := func(name string, content []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), content, 0o600))
	}
	for i := range dozen {
		bundle, err := sample.Bundle(1, i)
		require.NoError(t, err)
		switch i {
		case 0:
			write("corrupt.zip", bundle[:len(bundle)/2])
			write(hostile, bundle)
		case 1:
			unpack(t, bundle, filepath.Join(folder, "as-folder"))
		default:
			write(fmt.Sprintf("tenant-%02d.zip", i), bundle)
		}
	}
	write("empty.zip", nil)
	require.NoError(t, os.Mkdir(filepath.Join(folder, "empty"), 0o700))
	var other bytes.Buffer
	w := zip.NewWriter(&other)
	_, err := w.Create("holiday/beach.jpg")
	require.NoError(t, err)
	require.NoError(t, w.Close())
	write("no-export.zip", other.Bytes())
	write("no-export.json", []byte(`{"hello": "world"}`))
	write("README.txt", []byte("no bundle by its name"))
	write(".hidden.zip", []byte("not looked at"))
	require.NoError(t, os.Symlink(filepath.Join(folder, "tenant-02.zip"), filepath.Join(folder, "link.zip")))
	return folder
}

// unreadable are the bundles that cannot be assessed.
var unreadable = []string{"corrupt.zip", "empty", "empty.zip", "link.zip", "no-export.json", "no-export.zip"}

func unpack(t *testing.T, bundle []byte, folder string) {
	r, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	require.NoError(t, err)
	for _, f := range r.File {
		from, err := f.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(from)
		require.NoError(t, err)
		name := filepath.Join(folder, filepath.FromSlash(f.Name))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
		require.NoError(t, os.WriteFile(name, text, 0o600))
	}
}

func configOf(in, out string) config {
	return config{In: in, Out: out, Page: strings.TrimSuffix(out, ".jsonl") + ".html", Workers: 2, MaxBytes: 1 << 30, Timeout: 10 * time.Minute}
}

// fleet is one run over the bundles, which most tests read.
type fleet struct{ in, out string }

var once = struct {
	sync.Once
	fleet
}{}

func theFleet(t *testing.T) fleet {
	t.Helper()
	once.Do(func() {
		in := writeBundles(t)
		kept, err := os.MkdirTemp("", "fleet-test-*")
		require.NoError(t, err)
		require.NoError(t, os.Rename(in, filepath.Join(kept, "in")))
		require.NoError(t, os.Remove(filepath.Join(kept, "in", "link.zip")))
		require.NoError(t, os.Symlink(filepath.Join(kept, "in", "tenant-02.zip"), filepath.Join(kept, "in", "link.zip")))
		once.fleet = fleet{filepath.Join(kept, "in"), filepath.Join(kept, "fleet.jsonl")}
		require.NoError(t, run(t.Context(), localRunner, configOf(once.in, once.out)))
		require.Equal(t, []string{"fleet.html", "fleet.jsonl", "in"}, namesIn(t, kept), "nothing else is left")
	})
	return once.fleet
}

func namesIn(t *testing.T, folder string) []string {
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}

func records(t *testing.T, file string) []record {
	t.Helper()
	var all []record
	require.NoError(t, readLines(context.Background(), file, func(_ int, line record) (bool, error) {
		all = append(all, line)
		return true, nil
	}))
	return all
}

func only(all []record, kind string) []record {
	return slices.DeleteFunc(slices.Clone(all), func(r record) bool { return r.text("kind") != kind })
}

func TestEveryBundleHasItsRow(t *testing.T) {
	f := theFleet(t)
	all := records(t, f.out)
	require.Equal(t, record{"kind": "run", "schema": schemaName, "bundles": float64(dozen + len(unreadable)), "assessed": float64(dozen),
		"failed": float64(len(unreadable)), "engine": assess.Version, "compared": false}, all[0])
	rows := only(all, kindTenant)
	failed := map[string]string{}
	for _, r := range rows {
		if r.text("error") != "" {
			failed[r.text("bundle")] = r.text("error")
		}
	}
	require.Equal(t, unreadable, slices.Sorted(maps.Keys(failed)))
	require.Contains(t, failed["corrupt.zip"], "not a readable zip")
	require.Contains(t, failed["link.zip"], "symbolic links are not followed")
	for bundle, why := range failed {
		require.NotContainsf(t, why, f.in, "%s: a path of this machine", bundle)
	}
	require.Len(t, rows, dozen+len(unreadable))
	require.True(t, slices.ContainsFunc(rows, func(r record) bool { return r.text("bundle") == hostile }))
}

// TestRowsAreTheAssessment: what the file says of a tenant is what the engine says.
func TestRowsAreTheAssessment(t *testing.T) {
	f := theFleet(t)
	all := records(t, f.out)
	for _, bundle := range []string{"as-folder", "tenant-02.zip", hostile} {
		a, err := (&assessFn{Config: config{MaxBytes: 1 << 30}}).assess(t.Context(), filepath.Join(f.in, bundle), "")
		require.NoError(t, err)
		mine := slices.DeleteFunc(slices.Clone(all), func(r record) bool { return r.text("bundle") != bundle })
		tenant := only(mine, kindTenant)[0]
		require.Equal(t, a.Tenant.ID, tenant.text("tenantId"))
		require.EqualValues(t, a.Headline.Score, tenant.number("score"))
		findings := only(mine, kindFinding)
		require.Len(t, findings, len(a.Findings))
		needs := 0
		for i, want := range a.Findings {
			require.Equal(t, []string{want.Control, string(want.Status), want.Summary}, []string{findings[i].text("control"), findings[i].text("status"), findings[i].text("summary")})
			needs += len(want.Needs)
		}
		require.Len(t, only(mine, kindNeed), needs)
		require.Len(t, only(mine, kindReach), len(a.Reach))
		require.Len(t, only(mine, kindInput), len(a.Inputs.Datasets))

		back := newRestored(bundle)
		for _, r := range mine {
			require.NoError(t, back.add(r))
		}
		lean := *a
		lean.Paths, lean.Lockouts, lean.Tier0, lean.Domains, lean.Headline, lean.Findings, lean.Reach = nil, nil, nil, nil, back.a.Headline, nil, nil
		for _, f := range a.Findings {
			f.Subjects, f.Summary, f.Remedy = nil, "", ""
			lean.Findings = append(lean.Findings, f)
		}
		for _, r := range a.Reach {
			r.Weakest = nil
			lean.Reach = append(lean.Reach, r)
		}
		d := diff.Compare(&lean, back.a)
		require.Truef(t, d.Empty(), "%s: %+v", bundle, d)
		require.Len(t, back.a.Reach, len(a.Reach))
	}
}

func TestRowsKeepTheirSchema(t *testing.T) {
	text := read(t, "rows.schema.json")
	schema := jsonschema.MustCompileString("rows.schema.json", text)
	seen, kinds := map[string]bool{}, map[string]string{}
	check := func(all []record) {
		last := ""
		for i, r := range all {
			require.NoErrorf(t, schema.Validate(map[string]any(r)), "line %d", i+1)
			require.LessOrEqual(t, last, r.text("bundle"), "sorted by bundle")
			last = r.text("bundle")
			for name, value := range r {
				seen[name] = true
				kind := fmt.Sprintf("%T", value)
				require.Equalf(t, kind, orElse(kinds[name], kind), "column %s has one type in all kinds of rows", name)
				kinds[name] = kind
			}
		}
	}
	f := theFleet(t)
	check(records(t, f.out))
	check(records(t, driftRun(t)))
	for name := range seen {
		if !slices.Contains([]string{"schema", "bundles", "assessed", "failed", "compared"}, name) { // the run's, which no view needs
			require.Containsf(t, read(t, "queries/views.sql"), "'"+name+"'", "no view has the column")
		}
		if !strings.HasPrefix(name, "use") && !strings.HasPrefix(name, "activate") { // one for each device and network
			require.Contains(t, read(t, "README.md"), "`"+name+"`", "README tells of every column")
		}
	}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// TestTheFileDoesNotDependOnTheRunner: nor on how many work at a time.
func TestTheFileDoesNotDependOnTheRunner(t *testing.T) {
	f := theFleet(t)
	for name, change := range map[string]func(*config) string{
		"one at a time": func(c *config) string { c.Workers = 1; return localRunner },
		"prism":         func(c *config) string { c.Workers = 4; return "prism" },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := configOf(f.in, filepath.Join(t.TempDir(), "again.jsonl"))
			require.NoError(t, run(t.Context(), change(&cfg), cfg))
			require.Equal(t, read(t, f.out), read(t, cfg.Out))
			require.Equal(t, read(t, configOf(f.in, f.out).Page), read(t, cfg.Page))
		})
	}
}

func TestPage(t *testing.T) {
	f := theFleet(t)
	page := read(t, configOf(f.in, f.out).Page)
	if *update {
		require.NoError(t, os.WriteFile("testdata/fleet.html", []byte(page), 0o644))
	}
	require.Equal(t, read(t, "testdata/fleet.html"), page)
	for _, banned := range []string{"<img", "<script", "\u202e", "http:", "https:"} {
		require.NotContains(t, page, banned)
	}
}

// TestSumsDoNotDependOnTheOrder: a runner adds in any order and grouping.
func TestSumsDoNotDependOnTheOrder(t *testing.T) {
	f := theFleet(t)
	fn := &assessFn{Config: configOf(f.in, f.out)}
	fn.Config.Parts = t.TempDir()
	var all []whole
	var sum wholeFn
	for _, name := range []string{"as-folder", "corrupt.zip", "empty", "tenant-02.zip", "tenant-03.zip", "tenant-04.zip"} {
		r, err := fn.one(t.Context(), filepath.Join(f.in, name))
		require.NoError(t, err)
		if name == "tenant-02.zip" {
			r.Totals.addDrift(name, []row{driftRow(name, model.TenantRef{}, "finding", "ISO-01", "pass", "fail", diff.New)})
		}
		all = append(all, sum.AddInput(sum.CreateAccumulator(), r))
	}
	var want []byte
	random := rand.New(rand.NewPCG(7, 7))
	for range 50 {
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		groups := slices.Clone(all)
		for len(groups) > 1 { // join two neighbours, as sums of sums
			i := random.IntN(len(groups) - 1)
			groups[i] = sum.MergeAccumulators(groups[i], groups[i+1])
			groups = slices.Delete(groups, i+1, i+2)
		}
		got, err := encodeWhole(whole{groups[0].Totals, inOrder(groups[0].Parts)})
		require.NoError(t, err)
		if want == nil {
			want = got
		}
		require.Equal(t, string(want), string(got))
		back, err := decodeWhole(got)
		require.NoError(t, err)
		again, err := encodeWhole(back)
		require.NoError(t, err)
		require.Equal(t, string(got), string(again))
	}
}

// driftRun compares the fleet with an earlier run in which some things were other
// than they are.
func driftRun(t *testing.T) string {
	t.Helper()
	f := theFleet(t)
	var b strings.Builder
	for line := range strings.Lines(read(t, f.out)) {
		r, err := parse([]byte(line))
		require.NoError(t, err)
		switch bundle := r.text("bundle"); {
		case bundle == worsened && r.text("control") == "ISO-01" && r.text("kind") == kindFinding:
			r["status"] = string(model.StatusPass) // passed before
		case bundle == "tenant-03.zip":
			continue // was not there
		case bundle == "tenant-04.zip":
			r["bundle"] = "of-last-month.zip" // had another name
		case bundle == "tenant-05.zip":
			r["bundle"], r["tenantId"] = "corrupt.zip", "11111111-2222-4333-8444-555555555555" // could be read
		case bundle == "corrupt.zip":
			r["bundle"] = "tenant-05.zip" // could not be read
		case bundle == "tenant-06.zip":
			other := maps.Clone(r)
			other["bundle"], other["tenantId"], other["tenantName"] = "gone.zip", "99999999-2222-4333-8444-555555555555", "Gone"
			b.WriteString(lineOf(t, other)) // left the fleet
		}
		b.WriteString(lineOf(t, r))
	}
	previous := filepath.Join(t.TempDir(), "previous.jsonl")
	require.NoError(t, os.WriteFile(previous, []byte(b.String()), 0o600))
	cfg := configOf(f.in, filepath.Join(t.TempDir(), "drift.jsonl"))
	cfg.Previous = previous
	require.NoError(t, run(t.Context(), localRunner, cfg))
	return cfg.Out
}

func lineOf(t *testing.T, r record) string {
	text, err := json.Marshal(r)
	require.NoError(t, err)
	return string(text) + "\n"
}

func TestDrift(t *testing.T) {
	var got []string
	out := driftRun(t)
	for _, r := range only(records(t, out), kindDrift) {
		got = append(got, strings.Join([]string{r.text("bundle"), r.text("what"), r.text("subject"), r.text("before"), r.text("after"), r.text("move")}, "|"))
	}
	status := ""
	for _, r := range only(records(t, theFleet(t).out), kindFinding) {
		if r.text("bundle") == worsened && r.text("control") == "ISO-01" {
			status = r.text("status")
		}
	}
	require.Equal(t, string(model.StatusFail), status, "the sample has changed: choose another tenant")
	require.Equal(t, []string{
		"corrupt.zip|tenant||assessed|failed|undecided",
		"gone.zip|tenant||assessed|missing|removed",
		"tenant-03.zip|tenant||missing|assessed|added",
		"tenant-05.zip|tenant||failed|assessed|decided",
		worsened + "|finding|ISO-01|pass|fail|new",
	}, got)
	page := read(t, strings.TrimSuffix(out, ".jsonl")+".html")
	require.Contains(t, page, "What changed since the earlier run")
}

// TestAnUnknownIsNeverFixed: data that is gone does not close anything.
func TestAnUnknownIsNeverFixed(t *testing.T) {
	f := theFleet(t)
	then, now := newRestored("b"), newRestored("b")
	for _, r := range records(t, f.out) {
		if r.text("bundle") != hostile {
			continue
		}
		require.NoError(t, then.add(r))
		switch {
		case r.text("kind") == kindFinding:
			r["status"] = string(model.StatusUnknown)
		case r.text("kind") == kindInput:
			r["status"] = model.Absent.String()
		case r.text("kind") == kindReach:
			continue
		}
		require.NoError(t, now.add(r))
	}
	rows := driftRows(then, now)
	require.NotEmpty(t, rows)
	for _, r := range rows {
		move := r[len(r)-1]
		require.NotContains(t, []any{"fixed", "better", "closed", "removed"}, move.value, "%v", r)
	}
}

func TestBucket(t *testing.T) {
	f := theFleet(t)
	for _, name := range []string{"corrupt.zip", "tenant-02.zip", "tenant-03.zip", "README.txt"} {
		memfs.Write("memfs://bucket/tenants/"+name, []byte(read(t, filepath.Join(f.in, name))))
	}
	cfg := configOf("memfs://bucket/tenants/*", "memfs://bucket/out/fleet.jsonl")
	require.NoError(t, run(t.Context(), localRunner, cfg))
	local := t.TempDir()
	for _, name := range []string{"corrupt.zip", "tenant-02.zip", "tenant-03.zip", "README.txt"} {
		require.NoError(t, os.WriteFile(filepath.Join(local, name), []byte(read(t, filepath.Join(f.in, name))), 0o600))
	}
	same := configOf(local, filepath.Join(t.TempDir(), "fleet.jsonl"))
	require.NoError(t, run(t.Context(), localRunner, same))
	got, err := openFile(t.Context(), cfg.Out)
	require.NoError(t, err)
	text, err := io.ReadAll(got)
	require.NoError(t, err)
	require.Equal(t, read(t, same.Out), string(text), "a bucket gives what a folder gives")
	left, err := memfs.New(t.Context()).List(t.Context(), "memfs://bucket/out/*")
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"memfs://bucket/out/fleet.html", "memfs://bucket/out/fleet.jsonl"}, left)
}

// A tenant's earlier runs are found by its id, however its bundle is called, and
// feed the control that compares them.
func TestSeries(t *testing.T) {
	f := theFleet(t)
	in, series := t.TempDir(), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(in, "renamed.zip"), []byte(read(t, filepath.Join(f.in, "tenant-02.zip"))), 0o600))
	verdict := func(cfg config) record {
		require.NoError(t, run(t.Context(), localRunner, cfg))
		for _, r := range only(records(t, cfg.Out), kindFinding) {
			if r.text("control") == "VAL-17" {
				return r
			}
		}
		return nil
	}
	cfg := configOf(in, filepath.Join(t.TempDir(), "now.jsonl"))
	require.Equal(t, "unknown", verdict(cfg).text("status"))
	now := only(records(t, cfg.Out), kindTenant)[0].text("asOf")
	at, err := time.Parse(time.RFC3339, now)
	require.NoError(t, err)
	for i := range 3 {
		earlier := strings.ReplaceAll(read(t, f.out), now, at.AddDate(0, 0, -10*(i+1)).Format(time.RFC3339))
		require.NoError(t, os.WriteFile(filepath.Join(series, fmt.Sprintf("run-%d.jsonl", i)), []byte(earlier), 0o600))
	}
	cfg.Series = series
	require.Equal(t, "pass", verdict(cfg).text("status"), "nothing moved")
	require.NoError(t, os.WriteFile(filepath.Join(series, "odd.jsonl"), []byte(`{"kind":"run"}`+"\n"), 0o600))
	require.ErrorContains(t, run(t.Context(), localRunner, cfg), "odd.jsonl, line 1: it is not the result of a run")
	cfg.Series = t.TempDir()
	require.ErrorContains(t, run(t.Context(), localRunner, cfg), "no earlier run")
}

// Nothing that names a tenant is in the results of a redacted run, and runs with
// one key compare.
func TestRedacted(t *testing.T) {
	f := theFleet(t)
	in, key := t.TempDir(), filepath.Join(t.TempDir(), "key")
	for _, name := range []string{"corrupt.zip", "tenant-02.zip", "tenant-03.zip"} {
		require.NoError(t, os.WriteFile(filepath.Join(in, name), []byte(read(t, filepath.Join(f.in, name))), 0o600))
	}
	require.NoError(t, os.WriteFile(key, []byte("a secret of many letters"), 0o600))
	clear := configOf(in, filepath.Join(t.TempDir(), "clear.jsonl"))
	require.NoError(t, run(t.Context(), localRunner, clear))
	cfg := configOf(in, filepath.Join(t.TempDir(), "redacted.jsonl"))
	cfg.RedactKey = key
	require.NoError(t, run(t.Context(), localRunner, cfg))
	got := strings.ToLower(read(t, cfg.Out) + read(t, cfg.Page))
	found := 0
	for _, r := range records(t, clear.Out) {
		for _, column := range []string{"bundle", "tenantId", "tenantName", "principalId", "principalName"} {
			if secret := r.text(column); secret != "" && secret != "Everybody" {
				found++
				require.NotContains(t, got, strings.ToLower(secret), column)
			}
		}
	}
	require.Greater(t, found, 100)
	require.Len(t, only(records(t, cfg.Out), kindReach), len(only(records(t, clear.Out), kindReach)))
	again := cfg
	again.Out, again.Page, again.Previous = filepath.Join(t.TempDir(), "again.jsonl"), filepath.Join(t.TempDir(), "again.html"), cfg.Out
	require.NoError(t, run(t.Context(), localRunner, again))
	require.Empty(t, only(records(t, again.Out), kindDrift), "the same tenants are found")
	require.NoError(t, os.WriteFile(key, []byte("short"), 0o600))
	require.ErrorContains(t, run(t.Context(), localRunner, cfg), "can be guessed")
}

func TestBoundsAreErrorsOfTheBundle(t *testing.T) {
	f := theFleet(t)
	for want, change := range map[string]func(*config){
		"-max-bytes": func(c *config) { c.MaxBytes = 1000 },
		"-timeout":   func(c *config) { c.Timeout = time.Nanosecond },
	} {
		fn := &assessFn{Config: configOf(f.in, f.out)}
		fn.Config.Parts = t.TempDir()
		change(&fn.Config)
		r, err := fn.one(t.Context(), filepath.Join(f.in, "tenant-02.zip"))
		require.NoError(t, err)
		require.Contains(t, records(t, filepath.Join(fn.Config.Parts, r.Parts[0]))[0].text("error"), want)
	}
}

// commandOf runs this program as the command.
func commandOf(t *testing.T, args ...string) (*exec.Cmd, *bytes.Buffer) {
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), "FLEET_TEST_COMMAND=1")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	return cmd, &output
}

func TestLogsNameNoTenant(t *testing.T) {
	f := theFleet(t)
	in := t.TempDir()
	for _, name := range []string{"corrupt.zip", "tenant-02.zip"} {
		require.NoError(t, os.WriteFile(filepath.Join(in, name), []byte(read(t, filepath.Join(f.in, name))), 0o600))
	}
	for _, runner := range []string{"direct", "prism"} {
		out := filepath.Join(t.TempDir(), "fleet.jsonl")
		cmd, output := commandOf(t, "-in", in, "-out", out, "-runner", runner)
		require.NoError(t, cmd.Run(), output)
		require.Equalf(t, fmt.Sprintf("fleet: wrote %s and %s\n", out, strings.TrimSuffix(out, "jsonl")+"html"), output.String(), runner)
	}
}

func TestInterrupted(t *testing.T) {
	f := theFleet(t)
	for _, runner := range []string{"direct", "prism"} {
		folder := t.TempDir()
		out := filepath.Join(folder, "fleet.jsonl")
		require.NoError(t, os.WriteFile(out, []byte("of yesterday"), 0o600))
		cmd, output := commandOf(t, "-in", f.in, "-out", out, "-workers", "1", "-runner", runner)
		require.NoError(t, cmd.Start())
		require.Eventually(t, func() bool {
			parts, err := filepath.Glob(filepath.Join(folder, ".fleet-parts-*", "*.jsonl"))
			return err == nil && len(parts) > 0
		}, time.Minute, time.Millisecond, "a part is written")
		require.NoError(t, cmd.Process.Signal(os.Interrupt))
		require.Error(t, cmd.Wait())
		require.Contains(t, output.String(), "stopped; nothing was written")
		require.Equal(t, []string{"fleet.jsonl"}, namesIn(t, folder), "nothing is left")
		require.Equal(t, "of yesterday", read(t, out))
	}
}

// TestDiskFull: where no file can grow beyond some size, as on a full disk, the
// command says so, and leaves the file that was there and nothing else.
func TestDiskFull(t *testing.T) {
	f := theFleet(t)
	folder := t.TempDir()
	out := filepath.Join(folder, "fleet.jsonl")
	blocks := len(read(t, f.out)) / 512
	require.Greater(t, blocks, 10)
	require.NoError(t, os.WriteFile(out, []byte("of yesterday"), 0o600))
	for _, limit := range []int{0, blocks / 2} {
		cmd, output := commandOf(t, "-in", f.in, "-out", out)
		cmd.Args = append([]string{"sh", "-c", fmt.Sprintf(`ulimit -f %d; exec "$0" "$@"`, limit), cmd.Path}, cmd.Args[1:]...)
		cmd.Path = "/bin/sh"
		require.Error(t, cmd.Run())
		require.Contains(t, output.String(), "file too large")
		require.Equal(t, []string{"fleet.jsonl"}, namesIn(t, folder), "nothing is left")
		require.Equal(t, "of yesterday", read(t, out))
	}
}

func TestMistakes(t *testing.T) {
	f := theFleet(t)
	folder := t.TempDir()
	bad := filepath.Join(folder, "bad.jsonl")
	require.NoError(t, os.WriteFile(bad, []byte(`{"kind":"run","schema":"privpath-fleet/1"}`+"\n{\"kind\":\n"), 0o600))
	for _, c := range []struct {
		change func(*config)
		want   string
	}{
		{func(c *config) { c.In = filepath.Join(folder, "nowhere") }, "there is no bundle in"},
		{func(c *config) { c.In = t.TempDir() }, "there is no bundle in"},
		{func(c *config) { c.In = "s3q://bucket" }, "not registered"},
		{func(c *config) { c.Out = filepath.Join(folder, "nowhere", "fleet.jsonl") }, "no such file or directory"},
		{func(c *config) { c.Previous = filepath.Join(folder, "nowhere") }, "no such file or directory"},
		{func(c *config) { c.Previous = filepath.Join(f.in, "no-export.json") }, "its first line does not say"},
		{func(c *config) { c.Previous = bad }, "bad.jsonl, line 2: not a row"},
	} {
		cfg := configOf(f.in, filepath.Join(t.TempDir(), "fleet.jsonl"))
		c.change(&cfg)
		require.ErrorContains(t, run(t.Context(), localRunner, cfg), c.want)
		require.NoFileExists(t, cfg.Out)
	}
}

// TestGate: no more than the limit are inside, and who waits leaves when the run
// stops.
func TestGate(t *testing.T) {
	g := newGate()
	var inside, most int
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			require.NoError(t, g.enter(t.Context(), 3))
			mu.Lock()
			inside++
			most = max(most, inside)
			mu.Unlock()
			time.Sleep(time.Millisecond)
			mu.Lock()
			inside--
			mu.Unlock()
			g.leave()
		})
	}
	all.Wait()
	require.Equal(t, 3, most)
	g.empty()
	require.NoError(t, g.enter(t.Context(), 1))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, g.enter(ctx, 1), context.Canceled)
}
