package assess_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/assesstest"
	"github.com/privpath/privpath/model"
)

// parse reads a case; the cases of this test need no want.
func parse(t *testing.T, text string) *assesstest.Case {
	t.Helper()
	c, err := assesstest.Parse([]byte(text), nil)
	require.NoError(t, err)
	return c
}

// control makes a well-formed control around a Run function.
func control(id string, run func(*assess.Pass) (assess.Verdict, error), requires ...assess.Dependency) *assess.Control {
	return &assess.Control{
		ControlInfo: model.ControlInfo{ID: id, Title: id, Pillar: model.Foundation, Level: model.Developing, Severity: model.High,
			Basis: model.ConfidenceDecided, Domain: model.DomainIdentity, Rationale: "r", Decides: "d",
			Remediation: model.Remediation{Summary: "s"}, Statuses: model.Statuses()},
		Requires: requires, Run: run,
	}
}

// enabled passes when every user is enabled.
func enabled(p *assess.Pass) (assess.Verdict, error) {
	tally := p.Tally(assess.Words{One: "user", Many: "users", Good: "are enabled", Bad: "are disabled"})
	for u := range assess.Rows(p, model.Users).All() {
		tally.Judge(u.Ref("user", ""), model.Equals(u.AccountEnabled, true), "")
	}
	return tally.Every(), nil
}

func judge(t *testing.T, text string, c *assess.Control, opts assess.Options) model.Finding {
	t.Helper()
	a, err := assess.Run(context.Background(), parse(t, text), []*assess.Control{c}, opts)
	require.NoError(t, err)
	return a.Findings[0]
}

func TestVerdictsFollowTheData(t *testing.T) {
	c := control("X-1", enabled, model.Users)
	tests := []struct {
		name, text string
		want       model.Status
	}{
		{"all met", "-- users.json --\n[{\"id\":\"a\",\"accountEnabled\":true}]", model.StatusPass},
		{"one fails", "-- users.json --\n[{\"id\":\"a\",\"accountEnabled\":false}]", model.StatusFail},
		{"not exported", "-- users.json --\n[{\"id\":\"a\"}]", model.StatusUnknown},
		{"no users at all", "-- users.json --\n[]", model.StatusUnknown},
		{"nothing collected", "", model.StatusUnknown},
		{"cut off", "-- users.json --\n[{\"id\":\"a\",\"accountEnabled\":true}]\n-- partial --\nusers", model.StatusUnknown},
		{"cut off, but one fails", "-- users.json --\n[{\"id\":\"a\",\"accountEnabled\":false}]\n-- partial --\nusers", model.StatusFail},
		{"a record that nothing can join", "-- users.json --\n[{\"id\":\"a\",\"accountEnabled\":true},{}]", model.StatusUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, judge(t, tt.text, c, assess.Options{}).Status)
		})
	}
}

func TestUnknownSaysWhatWouldSettleIt(t *testing.T) {
	f := judge(t, "", control("X-1", enabled, model.Users), assess.Options{Permission: func(string) string { return "User.Read.All" }})
	require.Equal(t, model.NotCollected, f.Reason)
	require.Equal(t, []model.Need{{Dataset: "users", Reason: model.NotCollected, Permission: "User.Read.All"}}, f.Needs)
	require.Equal(t, "add users (User.Read.All)", f.Remedy)
}

func TestABrokenControlIsUnknown(t *testing.T) {
	for name, run := range map[string]func(*assess.Pass) (assess.Verdict, error){
		"panic": func(*assess.Pass) (assess.Verdict, error) { panic("oh") },
		"error": func(*assess.Pass) (assess.Verdict, error) { return assess.Verdict{}, errors.New("oh") },
		"undeclared": func(p *assess.Pass) (assess.Verdict, error) {
			assess.Rows(p, model.Groups)
			return assess.Verdict{}, nil
		},
	} {
		f := judge(t, "", control("X-1", run), assess.Options{})
		require.Equal(t, model.StatusUnknown, f.Status, name)
		require.Equal(t, model.ControlError, f.Reason, name)
	}
	require.Equal(t, model.StatusUnknown, assess.Verdict{}.Status(), "the zero verdict")
}

func TestValidateNamesEveryProblem(t *testing.T) {
	bad := control("X-1", nil)
	bad.Title, bad.Pillar, bad.Level = "", "nowhere", 1
	err := assess.Validate([]*assess.Control{bad, control("X-1", enabled, model.Users)})
	for _, problem := range []string{"no title", "no Run", "unknown pillar", "level is not 2 to 5", "used twice"} {
		require.ErrorContains(t, err, problem)
	}
}

func TestFactsAreComputedOnce(t *testing.T) {
	computed := 0
	fact := &assess.Fact[int]{ID: "n", Requires: []assess.Dependency{model.Users}, Compute: func(p *assess.Pass) (int, error) {
		computed++
		return assess.Rows(p, model.Users).Len(), nil
	}}
	run := func(p *assess.Pass) (assess.Verdict, error) {
		n, err := assess.Value(p, fact)
		return assess.Fail("%d", n), err
	}
	a, err := assess.Run(context.Background(), parse(t, "-- users.json --\n[{\"id\":\"a\"}]"),
		[]*assess.Control{control("X-1", run, fact), control("X-2", run, fact)}, assess.Options{})
	require.NoError(t, err)
	require.Equal(t, 1, computed)
	require.Equal(t, "1", a.Findings[1].Summary)
	require.Equal(t, []string{"users"}, assess.Needs([]*assess.Control{control("X", run, fact)}))
}

func TestFoldingSeesAStreamThatIsNotKept(t *testing.T) {
	ids := &assess.Folding[model.SignIn, string]{ID: "signInIDs", Of: model.SignIns, New: func() *string { return new(string) },
		Add: func(s *string, row model.SignIn) { *s += row.ID }}
	run := func(p *assess.Pass) (assess.Verdict, error) { return assess.Fail("%s", *assess.Folded(p, ids)), nil }
	c := control("X-1", run, ids)
	require.Equal(t, []string{"auditLogs/signIns"}, assess.Needs([]*assess.Control{c}))
	log := parse(t, "-- auditLogs/signIns.json --\n[{\"id\":\"1\"},{\"id\":\"2\"}]")
	for range 2 { // by value first, then in place
		for _, source := range []assess.Source{log, log, valuesOnly{log}} { // each run starts anew
			a, err := assess.Run(context.Background(), source, []*assess.Control{c}, assess.Options{})
			require.NoError(t, err)
			require.Equal(t, "12", a.Findings[0].Summary)
			require.Equal(t, 2, a.Inputs.Datasets[0].Count, "records that are only folded are still inputs")
		}
		ids.Add, ids.Each = nil, func(s *string, row *model.SignIn) { *s += row.ID }
	}
}

// valuesOnly is a source that gives no pointers.
type valuesOnly struct{ assess.Source }

func (v valuesOnly) Load(ctx context.Context, want []string, observers ...assess.Observer) (*model.Tenant, error) {
	for i := range observers {
		observers[i].Each = nil
	}
	return v.Source.Load(ctx, want, observers...)
}

// What went before can hang on whose export it is, which is known once it is loaded.
func TestEarlierRunsOfTheLoadedTenant(t *testing.T) {
	var seen []assess.PreviousRun
	c := control("X-1", func(p *assess.Pass) (assess.Verdict, error) {
		seen = p.Previous()
		return enabled(p)
	}, model.Users)
	text := "-- users.json --\n[]\n"
	of := func(info model.TenantInfo) []assess.PreviousRun {
		return []assess.PreviousRun{{Digest: "of " + info.ID}}
	}
	judge(t, text, c, assess.Options{Previous: []assess.PreviousRun{{Digest: "of anybody"}}, PreviousOf: of, AsOf: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)})
	require.Equal(t, []assess.PreviousRun{{Digest: "of case"}}, seen)
}

func TestRunNeedsATimeAndStops(t *testing.T) {
	c := parse(t, "")
	c.AsOf = time.Time{}
	_, err := assess.Run(context.Background(), c, []*assess.Control{control("X-1", enabled, model.Users)}, assess.Options{})
	require.ErrorContains(t, err, "collectedAt")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = assess.Run(ctx, parse(t, ""), []*assess.Control{control("X-1", enabled, model.Users)}, assess.Options{})
	require.ErrorIs(t, err, context.Canceled)
}

// TestRunStopsBeyondTheMemoryBound: between two controls, and not while there is room.
func TestRunStopsBeyondTheMemoryBound(t *testing.T) {
	var kept []byte
	grows := func(p *assess.Pass) (assess.Verdict, error) {
		kept = make([]byte, 128<<20)
		runtime.GC()
		return assess.Fail("It holds %d bytes.", len(kept)), nil
	}
	controls := []*assess.Control{control("X-1", grows, model.Users), control("X-2", enabled, model.Users)}
	_, err := assess.Run(context.Background(), parse(t, ""), controls, assess.Options{MaxMemoryBytes: 4 << 30, Parallel: 1})
	require.NoError(t, err)
	kept = nil
	_, err = assess.Run(context.Background(), parse(t, ""), controls, assess.Options{MaxMemoryBytes: 96 << 20, Parallel: 1})
	var beyond *assess.MemoryError
	require.ErrorAs(t, err, &beyond)
	require.Equal(t, "X-2", beyond.Control)
	require.Greater(t, beyond.Used, int64(len(kept)))
	require.ErrorContains(t, err, "raise that option")
}

func TestTheSameInputGivesTheSameBytes(t *testing.T) {
	controls := []*assess.Control{control("X-2", enabled, model.Users), control("X-1", enabled, model.Users)}
	var first []byte
	for range 3 {
		a, err := assess.Run(context.Background(), parse(t, "-- users.json --\n[{\"id\":\"a\"}]"), controls, assess.Options{})
		require.NoError(t, err)
		text, err := a.JSON()
		require.NoError(t, err)
		if first == nil {
			first = text
		}
		require.Equal(t, string(first), string(text))
		slices.Reverse(controls)
	}
}

// together gives each control a Run function that waits until all of them run.
func together(n int, then func(p *assess.Pass) (assess.Verdict, error), requires ...assess.Dependency) []*assess.Control {
	var here sync.WaitGroup
	here.Add(n)
	var controls []*assess.Control
	for i := range n {
		controls = append(controls, control(fmt.Sprintf("X-%d", i+1), func(p *assess.Pass) (assess.Verdict, error) {
			here.Done()
			here.Wait()
			return then(p)
		}, requires...))
	}
	return controls
}

// threads has Go run n threads, or skips the test where it cannot, as in a browser.
func threads(t *testing.T, n int) {
	before := runtime.GOMAXPROCS(n)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
	if runtime.GOMAXPROCS(0) < n {
		t.Skipf("Go runs fewer than %d threads here, so controls run one after another", n)
	}
}

func TestControlsRunAtOnce(t *testing.T) {
	threads(t, 4)
	computed := 0
	fact := &assess.Fact[int]{ID: "n", Compute: func(*assess.Pass) (int, error) { computed++; return computed, nil }}
	broken := &assess.Fact[int]{ID: "broken", Compute: func(p *assess.Pass) (int, error) { panic("oh") }}
	controls := together(4, func(p *assess.Pass) (assess.Verdict, error) {
		n, err := assess.Value(p, fact)
		if p.Info().ID >= "X-3" {
			n, err = assess.Value(p, broken)
		}
		return assess.Fail("%d", n), err
	}, fact, broken)
	a, err := assess.Run(t.Context(), parse(t, ""), controls, assess.Options{})
	require.NoError(t, err)
	require.Equal(t, 1, computed)
	for i, f := range a.Findings {
		want := []string{"1", "1", "The control stopped: oh.", "The control stopped: oh."}[i]
		require.Equal(t, want, f.Summary, f.Control)
	}
}

func TestTwoFactsOfOneIDAreAnError(t *testing.T) {
	number := &assess.Fact[int]{ID: "n", Compute: func(*assess.Pass) (int, error) { return 1, nil }}
	text := &assess.Fact[string]{ID: "n", Compute: func(*assess.Pass) (string, error) { return "1", nil }}
	first := control("X-1", func(p *assess.Pass) (assess.Verdict, error) {
		n, err := assess.Value(p, number)
		return assess.Fail("%d", n), err
	}, number)
	second := control("X-2", func(p *assess.Pass) (assess.Verdict, error) {
		s, err := assess.Value(p, text)
		return assess.Fail("%s", s), err
	}, text)
	a, err := assess.Run(t.Context(), parse(t, ""), []*assess.Control{second, first}, assess.Options{})
	require.NoError(t, err)
	require.Equal(t, "1", a.Findings[0].Summary)
	require.Contains(t, a.Findings[1].Summary, "share the id")
}

// A run that is stopped waits for the controls that it started and starts no more.
func TestStoppingWaitsForWhatRuns(t *testing.T) {
	threads(t, 2)
	ctx, cancel := context.WithCancel(t.Context())
	var ended atomic.Int32
	controls := together(2, func(p *assess.Pass) (assess.Verdict, error) {
		cancel()
		<-p.Context().Done()
		ended.Add(1)
		return assess.Fail("stopped"), nil
	})
	controls = append(controls, control("X-3", func(*assess.Pass) (assess.Verdict, error) {
		ended.Add(100)
		return assess.Fail("started"), nil
	}))
	_, err := assess.Run(ctx, parse(t, ""), controls, assess.Options{})
	require.ErrorIs(t, err, context.Canceled)
	require.EqualValues(t, 2, ended.Load())
}

func attested(p *assess.Pass) (assess.Verdict, error) {
	return assess.Attested(p, 90*24*time.Hour), nil
}

func TestAttestations(t *testing.T) {
	c := control("X-1", attested, model.OwnerDeclarations)
	tests := []struct {
		name, attestations string
		want               model.Status
	}{
		{"none", `[]`, model.StatusNotAttested},
		{"fresh", `[{"control":"X-1","statement":"s","owner":"o","performed":"2026-11-01","expires":"2026-12-31"}]`, model.StatusPass},
		{"on its last day", `[{"control":"X-1","statement":"s","owner":"o","performed":"2026-11-01","expires":"2026-11-20"}]`, model.StatusPass},
		{"expired", `[{"control":"X-1","statement":"s","owner":"o","performed":"2026-11-01","expires":"2026-11-19"}]`, model.StatusAttestationExpired},
		{"performed too long ago, whatever it claims", `[{"control":"X-1","statement":"s","owner":"o","performed":"2026-01-01","expires":"2030-01-01"}]`, model.StatusAttestationExpired},
		{"performed in the future", `[{"control":"X-1","statement":"s","owner":"o","performed":"2026-12-01","expires":"2027-01-01"}]`, model.StatusNotAttested},
		{"nobody's", `[{"control":"X-1","statement":"s","performed":"2026-11-01","expires":"2026-12-31"}]`, model.StatusNotAttested},
		{"of another control", `[{"control":"X-2","statement":"s","owner":"o","performed":"2026-11-01","expires":"2026-12-31"}]`, model.StatusNotAttested},
		{"an old and a fresh one", `[{"control":"X-1","statement":"s","owner":"o","performed":"2025-11-01","expires":"2025-12-31"},
			{"control":"X-1","statement":"s","owner":"o","performed":"2026-11-01","expires":"2026-12-31"}]`, model.StatusPass},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := judge(t, "-- declarations.json --\n{\"version\":1,\"attestations\":"+tt.attestations+"}", c, assess.Options{})
			require.Equal(t, tt.want, f.Status, f.Summary)
			require.Equal(t, model.ConfidenceAttested, f.Confidence)
		})
	}
}

func TestExceptions(t *testing.T) {
	c := control("X-1", enabled, model.Users)
	users := "-- users.json --\n[{\"id\":\"a\",\"accountEnabled\":false},{\"id\":\"b\",\"accountEnabled\":false}]\n"
	exception := func(principal, expires string) string {
		return `{"control":"X-1","principalId":"` + principal + `","reason":"r","owner":"o","expires":"` + expires + `"}`
	}
	tests := []struct {
		name, exceptions string
		want             model.Status
		waived           bool
	}{
		{"every subject accepted", exception("a", "2027-01-01") + "," + exception("B", "2027-01-01"), model.StatusPartial, true},
		{"one subject open", exception("a", "2027-01-01"), model.StatusFail, true},
		{"expired", exception("a", "2026-11-19") + "," + exception("b", "2026-11-19"), model.StatusFail, false},
		{"the whole control", `{"control":"X-1","reason":"r","owner":"o","expires":"2027-01-01"}`, model.StatusPartial, true},
		{"nobody's", `{"control":"X-1","reason":"r","owner":"","expires":"2027-01-01"}`, model.StatusFail, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := judge(t, users+"-- declarations.json --\n{\"version\":1,\"exceptions\":["+tt.exceptions+"]}", c, assess.Options{})
			require.Equal(t, tt.want, f.Status, f.Summary)
			require.Equal(t, tt.waived, f.Waived != nil)
		})
	}
}
