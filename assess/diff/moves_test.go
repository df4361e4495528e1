package diff_test

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess/diff"
	"github.com/privpath/privpath/assess/report"
	"github.com/privpath/privpath/model"
)

// run is an assessment of one finding over complete users.
func run(f model.Finding, read ...model.State) *model.Assessment {
	a := &model.Assessment{SchemaVersion: model.SchemaVersion, Findings: []model.Finding{f}}
	a.Inputs.Datasets = []model.Input{{Name: "users", Status: model.Complete}}
	if len(read) > 0 {
		a.Inputs.Datasets[0].Status = read[0]
	}
	return a
}

func finding(status model.Status, subjects ...model.Subject) model.Finding {
	return model.Finding{Control: "X-1", Pillar: model.Control, Title: "T", Severity: model.High, Status: status, Subjects: subjects}
}

func subject(status model.Status, detail string) model.Subject {
	return model.Subject{Kind: "user", ID: "u", Status: status, Detail: detail}
}

// TestFindingMoves: every pair of statuses, and above all that what is not decided
// is never fixed.
func TestFindingMoves(t *testing.T) {
	want := map[string]diff.Move{
		"fail pass": diff.Fixed, "fail notApplicable": diff.Fixed, "fail partial": diff.Better, "partial pass": diff.Fixed, "partial notApplicable": diff.Fixed,
		"pass fail": diff.New, "pass partial": diff.New, "notApplicable fail": diff.New, "notApplicable partial": diff.New, "partial fail": diff.Worse,
		"pass notApplicable": diff.Changed, "notApplicable pass": diff.Changed,
	}
	for _, from := range model.Statuses() {
		for _, to := range model.Statuses() {
			expected := want[string(from)+" "+string(to)]
			switch {
			case from == to:
				continue
			case !from.Decided() && !to.Decided():
				expected = diff.Changed
			case !to.Decided():
				expected = diff.Undecided
			case !from.Decided():
				expected = diff.Decided
			}
			d := diff.Compare(run(finding(from)), run(finding(to)))
			require.Len(t, d.Findings, 1)
			require.Equal(t, expected, d.Findings[0].Move, "%s to %s", from, to)
		}
	}
}

func TestAcceptedRiskIsNotBetter(t *testing.T) {
	open := finding(model.StatusFail, subject(model.StatusFail, "x"))
	accepted := finding(model.StatusPartial, subject(model.StatusPartial, "x (accepted risk)"))
	accepted.Waived = &model.Waiver{Owner: "o", Reason: "r", Principals: []string{"U"}}
	there, back := diff.Compare(run(open), run(accepted)), diff.Compare(run(accepted), run(open))
	require.Equal(t, diff.Accepted, there.Findings[0].Move)
	require.Equal(t, diff.Accepted, there.Findings[0].Subjects[0].Move)
	require.Equal(t, diff.AcceptanceEnded, back.Findings[0].Move)
	require.Equal(t, diff.AcceptanceEnded, back.Findings[0].Subjects[0].Move)
}

func TestSubjectMoves(t *testing.T) {
	fail, pass, unknown := subject(model.StatusFail, "x"), subject(model.StatusPass, "x"), subject(model.StatusUnknown, "x")
	evident := fail
	evident.Evidence = []model.Evidence{{Dataset: "users"}}
	other := model.Subject{Kind: "user", ID: "v", Status: model.StatusUnknown}
	tests := []struct {
		name     string
		old, new *model.Assessment
		move     diff.Move // empty: nothing moved
	}{
		{"fixed", run(finding(model.StatusFail, fail)), run(finding(model.StatusPass, pass)), diff.Fixed},
		{"good as far as was read", run(finding(model.StatusFail, fail)), run(finding(model.StatusUnknown, pass)), diff.Undecided},
		{"no longer known", run(finding(model.StatusFail, fail)), run(finding(model.StatusUnknown, unknown)), diff.Undecided},
		{"gone", run(finding(model.StatusFail, evident)), run(finding(model.StatusPass)), diff.Fixed},
		{"gone, but less was read", run(finding(model.StatusFail, evident)), run(finding(model.StatusPass), model.Partial), diff.Undecided},
		{"gone, and what it stood in is never complete", run(finding(model.StatusFail, evident), model.Partial), run(finding(model.StatusFail), model.Partial), diff.Undecided},
		{"gone, but not all is decided", run(finding(model.StatusFail, fail)), run(finding(model.StatusFail, other)), diff.Undecided},
		{"gone from a finding that is not decided", run(finding(model.StatusFail, fail)), run(finding(model.StatusUnknown)), diff.Undecided},
		{"come", run(finding(model.StatusPass)), run(finding(model.StatusFail, fail)), diff.New},
		{"come to light", run(finding(model.StatusPass), model.Partial), run(finding(model.StatusFail, fail)), diff.Decided},
		{"said otherwise", run(finding(model.StatusFail, fail)), run(finding(model.StatusFail, subject(model.StatusFail, "y"))), diff.Changed},
		{"two rows in another order", run(finding(model.StatusFail, fail, pass)), run(finding(model.StatusFail, pass, fail)), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := diff.Compare(tt.old, tt.new)
			if tt.move == "" {
				require.Empty(t, d.Findings)
				return
			}
			for _, s := range d.Findings[0].Subjects {
				if s.ID == "u" {
					require.Equal(t, tt.move, s.Move)
					return
				}
			}
			require.Fail(t, "the object did not move")
		})
	}
	// With the data sets of the control known, one that it does not look at is no
	// reason to doubt.
	less := run(finding(model.StatusPass))
	before := run(finding(model.StatusFail, evident))
	before.Inputs.Datasets = append(before.Inputs.Datasets, model.Input{Name: "devices", Status: model.Complete})
	require.Equal(t, diff.Undecided, diff.Compare(before, less).Findings[0].Subjects[0].Move)
	opts := diff.Options{Reads: func(string) ([]string, bool) { return []string{"users"}, true }}
	require.Equal(t, diff.Fixed, opts.Compare(before, less).Findings[0].Subjects[0].Move)
}

func TestWarnings(t *testing.T) {
	base := func() *model.Assessment {
		return &model.Assessment{Tenant: model.TenantRef{ID: "A"}, AsOf: sample(t, "mature").AsOf, Engine: model.Engine{Version: "1", Catalogue: "c"}}
	}
	tests := map[string]func(*model.Assessment){
		diff.OtherTenant:    func(a *model.Assessment) { a.Tenant.ID = "b" },
		diff.NoTenant:       func(a *model.Assessment) { a.Tenant.ID = "" },
		diff.OtherCatalogue: func(a *model.Assessment) { a.Engine.Catalogue = "d" },
		diff.OtherEngine:    func(a *model.Assessment) { a.Engine.Version = "2" },
		diff.WrongOrder:     func(a *model.Assessment) { a.AsOf = a.AsOf.Add(-1) },
	}
	for kind, edit := range tests {
		changed := base()
		edit(changed)
		d := diff.Compare(base(), changed)
		require.Len(t, d.Warnings, 1, kind)
		require.True(t, d.Has(kind))
	}
	same := base()
	same.Tenant.ID = "a"
	require.Empty(t, diff.Compare(base(), same).Warnings, "ids are not case-sensitive")
}

// TestOtherControlsAreNoReach: a run of other controls, which did not ask for the
// reach, closes nothing.
func TestOtherControlsAreNoReach(t *testing.T) {
	whole := sample(t, "pim-only")
	part := whole.Rewrite(func(_, text string) string { return text })
	part.Reach, part.Paths, part.Tier0, part.Lockouts, part.Engine.Catalogue = nil, nil, nil, nil, "other"
	d := diff.Compare(whole, part)
	require.True(t, d.Has(diff.OtherCatalogue))
	require.NotEmpty(t, d.Reach)
	for _, m := range d.Reach {
		require.Equal(t, diff.Undecided, m.Held)
	}
	for _, m := range d.Tier0 {
		require.Equal(t, diff.Undecided, m.Move)
	}
	for _, m := range d.Paths {
		require.Equal(t, diff.Undecided, m.Move)
	}
	require.NotEmpty(t, d.Lockouts)
	for _, m := range d.Lockouts {
		require.Equal(t, diff.Undecided, m.Move)
	}
}

// TestHostileNames: nothing that a tenant holds acts on a terminal or as markup.
func TestHostileNames(t *testing.T) {
	const hostile = "\x1b[31m\n# <script>alert(1)</script> [x](javascript:1) | `y`\u202e"
	spoil := func(a *model.Assessment) *model.Assessment {
		return a.Rewrite(func(field, text string) string {
			switch field {
			case "PrincipalRef.Name", "Subject.Name", "Subject.Detail", "Finding.Summary", "TenantRef.DisplayName", "PolicyBecause.Name", "Hop.Explanation", "Tier0Member.Reason", "Input.Detail":
				return hostile + text
			}
			return text
		})
	}
	d := diff.Compare(spoil(sample(t, "pim-only")), spoil(sample(t, "mature")))
	for _, f := range diff.Formats() {
		var out bytes.Buffer
		require.NoError(t, f.Write(&out, d, report.Options{}))
		if f.Name == "json" {
			continue
		}
		for _, r := range out.String() {
			require.True(t, r == '\n' || unicode.IsPrint(r), "%s: %q", f.Name, r)
		}
		if f.Name == "markdown" {
			require.Empty(t, regexp.MustCompile(`[^\\][<\[\x60]`).FindString(out.String()), "markup without a backslash")
		}
	}
}

func TestColourAndWidth(t *testing.T) {
	d := diff.Compare(sample(t, "pim-only"), sample(t, "mature"))
	var plain, coloured bytes.Buffer
	require.NoError(t, diff.Text(&plain, d, report.Options{}))
	require.NoError(t, diff.Text(&coloured, d, report.Options{Color: true}))
	require.NotContains(t, plain.String(), "\x1b")
	require.Contains(t, coloured.String(), "\x1b[31m")
	for line := range strings.Lines(plain.String()) {
		require.LessOrEqual(t, len([]rune(line)), 140, line)
	}
}

// TestTooManyChangesToProve says so instead of taking for ever.
func TestTooManyChangesToProve(t *testing.T) {
	build := func(state string) *model.Tenant {
		b := model.NewBuilder()
		for i := range 200 {
			require.NoError(t, b.Add(policiesData, "", model.Location{}, []byte(`{"id":"p`+string(rune('A'+i%26))+string(rune('a'+i/26))+`","state":"`+state+`"}`)))
		}
		b.Cover(policiesData, "", model.Coverage{State: model.Complete})
		return b.Tenant()
	}
	row := func(verdict string) *model.Assessment {
		return &model.Assessment{Reach: []model.Reach{{Principal: model.PrincipalRef{ID: "u"}, From: []model.ReachFrom{{Device: "paw", Network: "trusted", Verdict: verdict, Activation: model.NoActivation}}}}}
	}
	d := diff.Compare(row(model.Blocked), row(model.Reaches))
	never := func(context.Context, *model.Tenant) ([]model.Reach, error) {
		require.Fail(t, "asked")
		return nil, nil
	}
	require.NoError(t, d.Attribute(context.Background(), diff.Sides{Old: build("enabled"), New: build("disabled"), Reach: never}))
	require.True(t, d.Has(diff.Unproved))
}

// FuzzCompare: any two documents that are assessments are compared without a
// panic, one with itself has not changed, and every format writes.
func FuzzCompare(f *testing.F) {
	f.Add([]byte(`{"schemaVersion":"1"}`), []byte(`{"schemaVersion":"1","findings":[{"control":"A","status":"fail","subjects":[{"kind":"user","id":"u","status":"x"}]}]}`))
	f.Add([]byte(`{"schemaVersion":"1","reach":[{"principal":{"id":"u"},"from":[{"device":"paw","verdict":"reaches"}],"attackers":{"paw":"x"},"weakest":[{"because":[{"policy":"p"}]}]}]}`),
		[]byte(`{"schemaVersion":"1","paths":[{"from":{"id":"u"},"verdict":"unknown","attacker":"x"},{"from":{"id":"u"},"verdict":"reaches"}],"tier0":[{"kind":"user","id":"u"}],"pillars":[{"id":"x"}],"domains":[{"id":"y"}]}`))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		a, err := model.ReadAssessment(first)
		if err != nil {
			return
		}
		require.True(t, diff.Compare(a, a).Empty())
		b, err := model.ReadAssessment(second)
		if err != nil {
			return
		}
		d := diff.Compare(a, b)
		var out bytes.Buffer
		for _, format := range diff.Formats() {
			require.NoError(t, format.Write(&out, d, report.Options{}))
		}
		for _, g := range diff.Gates() {
			g.Met(d)
		}
		require.NoError(t, diff.SARIF(&out, d, a, b))
	})
}
