package diff_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/diff"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/graphsource"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

// sample assesses a sample tenant, once.
func sample(t testing.TB, name string) *model.Assessment {
	t.Helper()
	samples.Lock()
	defer samples.Unlock()
	if samples.byName[name] == nil {
		files, err := tenants.FS(name)
		require.NoError(t, err)
		samples.byName[name] = assessed(t, files)
	}
	return samples.byName[name]
}

var samples = struct {
	sync.Mutex
	byName map[string]*model.Assessment
}{byName: map[string]*model.Assessment{}}

func assessed(t testing.TB, files fs.FS) *model.Assessment {
	t.Helper()
	a, err := assess.Run(context.Background(), export.FS(files, export.Options{}), pillars.All(), assess.Options{Permission: graphsource.Permission})
	require.NoError(t, err)
	return a
}

// without is a sample tenant without a file.
func without(t testing.TB, name string, missing ...string) *model.Assessment {
	t.Helper()
	return assessed(t, edited(t, name, func(files fstest.MapFS) {
		for _, path := range missing {
			require.Contains(t, files, path)
			delete(files, path)
		}
	}))
}

// edited is a sample tenant with some files changed.
func edited(t testing.TB, name string, edit func(files fstest.MapFS)) fs.FS {
	t.Helper()
	source, err := tenants.FS(name)
	require.NoError(t, err)
	files := fstest.MapFS{}
	require.NoError(t, fs.WalkDir(source, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(source, path)
		files[path] = &fstest.MapFile{Data: text}
		return err
	}))
	edit(files)
	return files
}

func TestNothingChanged(t *testing.T) {
	for _, name := range tenants.Names() {
		a := sample(t, name)
		d := diff.Compare(a, a)
		require.True(t, d.Empty(), name)
		require.Empty(t, d.Warnings)
		require.Equal(t, len(a.Findings), d.Unchanged)
	}
}

// TestRoundTrip: an assessment that was written and read again is the same one.
func TestRoundTrip(t *testing.T) {
	for _, name := range tenants.Names() {
		a := sample(t, name)
		document, err := a.JSON()
		require.NoError(t, err)
		again, err := model.ReadAssessment(document)
		require.NoError(t, err)
		d := diff.Compare(a, again)
		require.True(t, d.Empty(), name)
		require.Empty(t, d.Warnings)
	}
}

// TestWhatIsMissingIsNeverFixed: take any file away, and nothing is fixed, better,
// closed, removed or risen; what the data no longer exclude stands apart.
func TestWhatIsMissingIsNeverFixed(t *testing.T) {
	for _, name := range tenants.Names() {
		whole := sample(t, name)
		for _, path := range files(t, name) {
			if path == "manifest.json" || path == "declarations.json" {
				continue // declarations are choices: without them a verdict may be another
			}
			poorer := without(t, name, path)
			d := diff.Options{Reads: reads}.Compare(whole, poorer)
			for _, f := range d.Findings {
				assert.NotContainsf(t, []diff.Move{diff.Fixed, diff.Better}, f.Move, "%s without %s: %s", name, path, f.Control)
				for _, s := range f.Subjects {
					assert.NotContainsf(t, []diff.Move{diff.Fixed}, s.Move, "%s without %s: %s: %s %s", name, path, f.Control, s.Kind, s.Name)
				}
			}
			for _, r := range d.Reach {
				assert.NotEqualf(t, diff.Removed, r.Held, "%s without %s: %s", name, path, r.Principal.Name)
				for _, p := range r.From {
					assert.NotEqualf(t, diff.Closed, p.Move, "%s without %s: %s %+v", name, path, r.Principal.Name, p)
				}
				for _, p := range r.Attackers {
					assert.NotEqualf(t, diff.Closed, p.Move, "%s without %s: %s %+v", name, path, r.Principal.Name, p)
				}
			}
			for _, p := range d.Principals {
				assert.NotEqualf(t, diff.Removed, p.Move, "%s without %s: %s", name, path, p.Principal.Name)
			}
			for _, p := range d.Paths {
				assert.NotContainsf(t, []diff.Move{diff.Closed, diff.Better}, p.Move, "%s without %s: %s", name, path, p.From.Name)
			}
			for _, l := range d.Lockouts {
				for _, p := range l.Ways {
					assert.NotContainsf(t, []diff.Move{diff.Closed, diff.Better}, p.Move, "%s without %s: %s", name, path, p.From.Name)
				}
			}
			for _, m := range d.Tier0 {
				assert.NotEqualf(t, diff.Removed, m.Move, "%s without %s: %s", name, path, m.Name)
			}
		}
	}
}

func reads(control string) ([]string, bool) {
	for _, c := range pillars.All() {
		if c.ID == control {
			return assess.Needs([]*assess.Control{c}), true
		}
	}
	return nil, false
}

func files(t *testing.T, name string) []string {
	var paths []string
	source, err := tenants.FS(name)
	require.NoError(t, err)
	require.NoError(t, fs.WalkDir(source, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, path)
		}
		return err
	}))
	if testing.Short() {
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
		paths = paths[:12]
	}
	return paths
}

// TestDataListsAreTheEngines: what excludes a holder or a path is what the engine
// reads for it.
func TestDataListsAreTheEngines(t *testing.T) {
	needs := func(dep assess.Dependency) []string {
		return assess.Needs([]*assess.Control{{Requires: []assess.Dependency{dep}}})
	}
	require.ElementsMatch(t, needs(facts.Directory), diff.HolderData())
	require.ElementsMatch(t, needs(facts.Paths), diff.PathData())
}

// drawn is a sample tenant's assessment in which verdicts were changed at will.
func drawn(t *rapid.T, base *model.Assessment) *model.Assessment {
	a := base.Rewrite(func(_, text string) string { return text })
	for i := range a.Findings {
		f := &a.Findings[i]
		if rapid.IntRange(0, 3).Draw(t, "finding") == 0 {
			f.Status = rapid.SampledFrom(model.Statuses()).Draw(t, "status")
		}
		for j := range f.Subjects {
			if rapid.IntRange(0, 5).Draw(t, "subject") == 0 {
				f.Subjects[j].Status = rapid.SampledFrom(model.Statuses()).Draw(t, "subject status")
			}
		}
		if len(f.Subjects) > 0 && rapid.IntRange(0, 9).Draw(t, "fewer") == 0 {
			f.Subjects = f.Subjects[1:]
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "fewer findings") == 0 {
		a.Findings = a.Findings[rapid.IntRange(0, 3).Draw(t, "cut"):]
	}
	verdicts := []string{model.Reaches, model.Blocked, model.ReachUnknown}
	for i := range a.Reach {
		for j := range a.Reach[i].From {
			if rapid.IntRange(0, 5).Draw(t, "place") == 0 {
				a.Reach[i].From[j].Verdict = rapid.SampledFrom(verdicts).Draw(t, "verdict")
			}
		}
	}
	a.Reach = a.Reach[rapid.IntRange(0, len(a.Reach)).Draw(t, "fewer holdings"):]
	a.Paths = a.Paths[rapid.IntRange(0, len(a.Paths)).Draw(t, "fewer paths"):]
	a.Tier0 = a.Tier0[rapid.IntRange(0, len(a.Tier0)).Draw(t, "fewer members"):]
	a.Lockouts = a.Lockouts[rapid.IntRange(0, len(a.Lockouts)).Draw(t, "fewer lock-outs"):]
	for i := range a.Lockouts {
		l := &a.Lockouts[i]
		l.Paths = l.Paths[rapid.IntRange(0, len(l.Paths)).Draw(t, "fewer who lock out"):]
		l.Surely, l.Perhaps = rapid.IntRange(0, 1).Draw(t, "not told"), 0
		for j := range l.Paths {
			if l.Paths[j].Verdict = rapid.SampledFrom([]string{model.Reaches, model.ReachUnknown}).Draw(t, "lock-out"); l.Paths[j].Verdict == model.Reaches {
				l.Surely++
			} else {
				l.Perhaps++
			}
			l.Paths[j].Attacker = rapid.SampledFrom([]string{"control", "stolenPassword", "userDevice"}).Draw(t, "attacker")
		}
	}
	for i := range a.Inputs.Datasets {
		if rapid.IntRange(0, 19).Draw(t, "input") == 0 {
			a.Inputs.Datasets[i].Status = rapid.SampledFrom([]model.State{model.Absent, model.Partial, model.Complete}).Draw(t, "state")
		}
	}
	for i := range a.Pillars {
		a.Pillars[i].Maturity.Confirmed = model.Level(rapid.IntRange(1, 3).Draw(t, "held"))
		a.Pillars[i].Maturity.Potential = model.Level(rapid.IntRange(3, 5).Draw(t, "possible"))
	}
	a.Headline.Score = rapid.IntRange(0, 3).Draw(t, "score")
	return a
}

func pair(t *rapid.T, base *model.Assessment) (a, b *model.Assessment) {
	return drawn(t, base), drawn(t, base)
}

// mirrors says what a move is when old and new change place, independently of how
// it was found.
func mirrors(m diff.Move) []diff.Move {
	switch m {
	case diff.Fixed:
		return []diff.Move{diff.New}
	case diff.New:
		return []diff.Move{diff.Fixed}
	case diff.Better:
		return []diff.Move{diff.Worse}
	case diff.Worse:
		return []diff.Move{diff.Better, diff.Undecided}
	case diff.Undecided:
		return []diff.Move{diff.Decided, diff.Opened, diff.Worse}
	case diff.Decided:
		return []diff.Move{diff.Undecided}
	case diff.Added:
		return []diff.Move{diff.Removed}
	case diff.Removed:
		return []diff.Move{diff.Added}
	case diff.Opened:
		return []diff.Move{diff.Closed, diff.Undecided}
	case diff.Closed:
		return []diff.Move{diff.Opened}
	case diff.Rose:
		return []diff.Move{diff.Fell}
	case diff.Fell:
		return []diff.Move{diff.Rose}
	case diff.Accepted:
		return []diff.Move{diff.AcceptanceEnded}
	case diff.AcceptanceEnded:
		return []diff.Move{diff.Accepted}
	}
	return []diff.Move{m}
}

// TestMirror: the comparison the other way round tells the same in the mirror.
func TestMirror(t *testing.T) {
	base := sample(t, "middling")
	rapid.Check(t, func(t *rapid.T) {
		a, b := pair(t, base)
		there, back := diff.Compare(a, b), diff.Compare(b, a)
		require.Equal(t, there.Unchanged, back.Unchanged)
		equal := func(name string, there, back map[string]diff.Move) {
			require.Lenf(t, back, len(there), "%s", name)
			for key, move := range there {
				require.Containsf(t, mirrors(move), back[key], "%s %s: %s", name, key, move)
			}
		}
		equal("findings", findingMoves(there), findingMoves(back))
		equal("subjects", subjectMoves(there, false), subjectMoves(back, true))
		equal("reach", reachMoves(there), reachMoves(back))
		equal("principals", principalMoves(there), principalMoves(back))
		equal("tier 0", tier0Moves(there), tier0Moves(back))
		equal("paths", pathMoves(there), pathMoves(back))
		equal("lock-outs", lockoutMoves(there), lockoutMoves(back))
		equal("inputs", inputMoves(there), inputMoves(back))
		for i, p := range there.Pillars {
			require.Equal(t, p.Old, back.Pillars[i].New)
			require.Contains(t, mirrors(p.Move), back.Pillars[i].Move)
		}
	})
}

func findingMoves(d *diff.Diff) map[string]diff.Move {
	all := map[string]diff.Move{}
	for _, f := range d.Findings {
		all[f.Control] = f.Move
	}
	return all
}

func subjectMoves(d *diff.Diff, swapped bool) map[string]diff.Move {
	all := map[string]diff.Move{}
	for _, f := range d.Findings {
		for _, s := range f.Subjects {
			before, now := string(s.Old)+s.OldDetail, string(s.New)+s.NewDetail
			if swapped {
				before, now = now, before
			}
			all[f.Control+s.Kind+s.ID+before+">"+now] = s.Move
		}
	}
	return all
}

func reachMoves(d *diff.Diff) map[string]diff.Move {
	all := map[string]diff.Move{}
	for _, r := range d.Reach {
		key := r.Principal.ID + r.Role.ID + r.Scope + r.Holding
		all[key] = r.Held
		for _, p := range r.From {
			all[key+p.Device+p.Network+p.Step] = p.Move
		}
		for _, p := range r.Attackers {
			all[key+p.Attacker] = p.Move
		}
	}
	return all
}

func principalMoves(d *diff.Diff) map[string]diff.Move {
	all := map[string]diff.Move{}
	for _, p := range d.Principals {
		all[p.Principal.ID] = p.Move
	}
	return all
}

func tier0Moves(d *diff.Diff) map[string]diff.Move {
	all := map[string]diff.Move{}
	for _, m := range d.Tier0 {
		all[m.Kind+m.ID] = m.Move
	}
	return all
}

func pathMoves(d *diff.Diff) map[string]diff.Move {
	all := map[string]diff.Move{}
	for _, p := range d.Paths {
		all[p.From.Kind+p.From.ID] = p.Move
	}
	return all
}

func lockoutMoves(d *diff.Diff) map[string]diff.Move {
	all := map[string]diff.Move{}
	for _, l := range d.Lockouts {
		for _, target := range l.Targets {
			for _, p := range l.Ways {
				all[target.ID+" "+p.From.Kind+p.From.ID] = p.Move
			}
		}
	}
	return all
}

func inputMoves(d *diff.Diff) map[string]diff.Move {
	all := map[string]diff.Move{}
	for _, in := range d.Inputs {
		all[in.Name] = in.Move
	}
	return all
}

// TestOldAndTheMovesGiveNew: the moves, applied to the old assessment, give the
// new one's verdicts.
func TestOldAndTheMovesGiveNew(t *testing.T) {
	base := sample(t, "middling")
	rapid.Check(t, func(t *rapid.T) {
		a, b := pair(t, base)
		d := diff.Compare(a, b)
		statuses := statusesOf(a)
		for _, f := range d.Findings {
			delete(statuses, f.Control)
			if f.New != nil {
				statuses[f.Control] = f.New.Status
			}
		}
		require.Equal(t, statusesOf(b), statuses)

		levels := levelsOf(a)
		for _, p := range d.Pillars {
			levels[p.ID] = *p.New
		}
		require.Equal(t, levelsOf(b), levels)

		places := placesOf(a)
		for _, r := range d.Reach {
			for _, p := range r.From {
				key := r.Principal.ID + r.Role.ID + r.Scope + r.Holding + p.Device + p.Network + p.Step
				require.Equal(t, places[key], unless(p.Old, r.Held == diff.Decided))
				delete(places, key)
				if now := unless(p.New, r.Held == diff.Undecided); now != "" {
					places[key] = now
				}
			}
			if r.Held == diff.Removed || r.Held == diff.Undecided {
				forget(places, r)
			}
			if r.Held == diff.Added || r.Held == diff.Decided {
				for key, verdict := range placesOf(&model.Assessment{Reach: only(b, r)}) {
					places[key] = verdict
				}
			}
		}
		require.Equal(t, placesOf(b), places)
	})
}

// unless leaves a verdict out that stands for a holding that is not listed.
func unless(verdict string, absent bool) string {
	if absent {
		return ""
	}
	return verdict
}

func only(a *model.Assessment, r diff.ReachMove) []model.Reach {
	return slices.DeleteFunc(slices.Clone(a.Reach), func(o model.Reach) bool {
		return o.Principal.ID != r.Principal.ID || o.Role.ID != r.Role.ID || o.Scope != r.Scope || o.Holding != r.Holding
	})
}

func forget(places map[string]string, r diff.ReachMove) {
	for _, f := range []string{"unmanaged", "registered", "hybrid", "compliant", "paw"} {
		for _, n := range []string{"untrusted", "trusted"} {
			for _, s := range []string{diff.StepUse, diff.StepActivate} {
				delete(places, r.Principal.ID+r.Role.ID+r.Scope+r.Holding+f+n+s)
			}
		}
	}
}

func statusesOf(a *model.Assessment) map[string]model.Status {
	all := map[string]model.Status{}
	for _, f := range a.Findings {
		all[f.Control] = f.Status
	}
	return all
}

func levelsOf(a *model.Assessment) map[model.Pillar]model.Maturity {
	all := map[model.Pillar]model.Maturity{}
	for _, p := range a.Pillars {
		all[p.ID] = p.Maturity
	}
	return all
}

func placesOf(a *model.Assessment) map[string]string {
	all := map[string]string{}
	for _, r := range a.Reach {
		for _, f := range r.From {
			key := r.Principal.ID + r.Role.ID + r.Scope + r.Holding + f.Device + f.Network
			all[key+diff.StepUse], all[key+diff.StepActivate] = f.Verdict, f.Activation
		}
	}
	return all
}

// TestOrderDoesNotMatter: however the lists of the two documents are ordered, the
// bytes are the same.
func TestOrderDoesNotMatter(t *testing.T) {
	base := sample(t, "middling")
	rapid.Check(t, func(t *rapid.T) {
		a, b := pair(t, base)
		want, err := diff.Compare(a, b).JSON()
		require.NoError(t, err)
		shuffle := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		got, err := diff.Compare(shuffled(a, shuffle), shuffled(b, shuffle)).JSON()
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(string(want), string(got)))
	})
}

func shuffled(a *model.Assessment, r *rand.Rand) *model.Assessment {
	a = a.Rewrite(func(_, text string) string { return text })
	mix(r, a.Findings)
	for _, f := range a.Findings {
		mix(r, f.Subjects)
	}
	mix(r, a.Reach)
	for _, p := range a.Reach {
		mix(r, p.From)
		mix(r, p.Weakest)
	}
	mix(r, a.Paths)
	mix(r, a.Tier0)
	mix(r, a.Inputs.Datasets)
	mix(r, a.Pillars)
	mix(r, a.Domains)
	return a
}

func mix[T any](r *rand.Rand, list []T) {
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

func TestDocumentHasListsAndNoNulls(t *testing.T) {
	a := sample(t, "pim-only")
	text, err := diff.Compare(a, a).JSON()
	require.NoError(t, err)
	var tree map[string]any
	require.NoError(t, json.Unmarshal(text, &tree))
	for key, value := range tree {
		if key == "configuration" {
			require.Nil(t, value, "not compared")
			continue
		}
		require.NotNil(t, value, key)
	}
}
