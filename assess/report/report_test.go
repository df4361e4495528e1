package report_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess/report"
	"github.com/privpath/privpath/model"
)

// hostile names carry what a terminal would act on, and what reorders text.
const hostile = "x\x1b[2J\u202egnirts\r\nnew\x07"

func assessment() *model.Assessment {
	return &model.Assessment{
		SchemaVersion: model.SchemaVersion,
		Tenant:        model.TenantRef{ID: "t", DisplayName: hostile},
		AsOf:          time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC),
		Headline:      model.Headline{WeakestPillar: model.Isolation, Maturity: 1, Score: 54, Band: "Poor", Caps: []string{"CTL-01"}, Path: "Global Administrator can be used"},
		Pillars: []model.PillarScore{{ID: model.Isolation, Maturity: model.Maturity{Confirmed: 1, Potential: 2}, Basis: model.ConfidenceDecided,
			Next: &model.NextLevel{Level: 2, Missing: []string{"ISO-25"}}}},
		Findings: []model.Finding{
			{Control: "ISO-25", Pillar: model.Isolation, Title: "Some device control", Status: model.StatusFail, Severity: model.Medium, Gate: true, Level: 2,
				Summary: "None of 3 policies.", Remediation: model.Remediation{Summary: "Make one."},
				Subjects: []model.Subject{{Kind: "user", ID: "u", Name: hostile + strings.Repeat("long", 200), Status: model.StatusFail, Detail: hostile}}},
			{Control: "ISO-07", Pillar: model.Isolation, Title: "Workstations", Status: model.StatusUnknown, Severity: model.High, Summary: "Not decided.", Remedy: "add devices " + hostile},
		},
		Reach: []model.Reach{
			{Principal: model.PrincipalRef{Kind: "user", ID: "u", Name: hostile}, Role: model.RoleRef{ID: model.GlobalAdministrator, Name: "Global Administrator"}, Holding: "eligible",
				From: []model.ReachFrom{{Device: "unmanaged", Network: "untrusted", Verdict: model.Reaches, Activation: model.Blocked},
					{Device: "unmanaged", Network: "trusted", Verdict: model.ReachUnknown, Activation: model.NoActivation}},
				Attackers: map[string]string{"paw": model.Reaches, "mine": model.Blocked},
				Weakest: []model.Weakest{{Step: "use", Requires: []string{"password"}, Explanation: "It can be used.",
					Because: []model.PolicyBecause{{Policy: "p", Name: hostile, Why: "it is off"}}}}},
		},
	}
}

func TestTextSaysTheMainThings(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, report.Text(&out, assessment(), report.Options{}))
	for _, part := range []string{"Global Administrator can be used", "Isolation, level 1 Initial", "54 % Poor, held down by CTL-01", "● ◐ ○ ○ ○", "level 2 needs ISO-25",
		"1. ISO-25", "Fix: Make one.", "? unknown ISO-07", "add devices"} {
		require.Contains(t, out.String(), part)
	}
}

// TestTenantTextIsInert: nothing that a tenant holds moves the cursor, rings,
// breaks a line or reorders one, and no line is longer than the page.
func TestTenantTextIsInert(t *testing.T) {
	for name, write := range map[string]func(*bytes.Buffer) error{
		"report": func(b *bytes.Buffer) error { return report.Text(b, assessment(), report.Options{}) },
		"matrix": func(b *bytes.Buffer) error { return report.ReachMatrix(b, assessment(), report.Options{}) },
		"ways":   func(b *bytes.Buffer) error { return report.ReachExplained(b, assessment(), report.Options{}) },
	} {
		var out bytes.Buffer
		require.NoError(t, write(&out))
		for _, r := range []string{"\x1b", "\x07", "\r", "\u202e"} {
			require.NotContainsf(t, out.String(), r, "%s", name)
		}
		require.Containsf(t, out.String(), `\u{202e}`, "%s: it is shown", name)
		for line := range strings.Lines(out.String()) {
			require.LessOrEqualf(t, utf8.RuneCountInString(line), 260, "%s: %s", name, line)
		}
	}
}

func TestMatrixShowsTheWorstOfEachPlace(t *testing.T) {
	a := assessment()
	other := a.Reach[0]
	other.Principal.ID = "other"
	other.From = []model.ReachFrom{{Device: "unmanaged", Network: "untrusted", Verdict: model.Blocked, Activation: model.ReachUnknown},
		{Device: "unmanaged", Network: "trusted", Verdict: model.Blocked, Activation: model.NoActivation}}
	emergency := other
	emergency.BreakGlass, emergency.From = true, []model.ReachFrom{{Verdict: model.Reaches}, {Verdict: model.Reaches}}
	a.Reach = append(a.Reach, other, emergency)
	var out bytes.Buffer
	require.NoError(t, report.Text(&out, a, report.Options{}))
	require.Regexp(t, `Global Administrator +●\?  \?-`, out.String())
	require.Regexp(t, `Break glass.* +●-  ●-`, out.String())
}

// TestExpectedStandsBesideFound: an assessment does not hold what a control expects, so without being told nothing is said.
func TestExpectedStandsBesideFound(t *testing.T) {
	expected := map[string]string{"ISO-25": "Every <one> of them is a PAW."}
	for name, want := range map[string][2]string{
		"markdown": {"- Expected: Every", "PAW."},
		"html":     {"<dt>Expected</dt>\n<dd><bdi>Every &lt;one&gt; of them is a PAW.</bdi></dd>\n<dt>Found</dt>", "PAW."},
	} {
		format, err := report.Lookup(name)
		require.NoError(t, err)
		var told, plain strings.Builder
		require.NoError(t, format.Write(&told, assessment(), report.Options{Expected: expected}))
		require.NoError(t, format.Write(&plain, assessment(), report.Options{}))
		require.Contains(t, told.String(), want[0], name)
		require.NotContains(t, plain.String(), want[1], name)
	}
}

func TestColourOnlyWhereAsked(t *testing.T) {
	var plain, coloured bytes.Buffer
	require.NoError(t, report.Text(&plain, assessment(), report.Options{}))
	require.NoError(t, report.Text(&coloured, assessment(), report.Options{Color: true}))
	require.NotContains(t, plain.String(), "\x1b[")
	require.Contains(t, coloured.String(), "\x1b[")
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteErrorsAreReported(t *testing.T) {
	for _, f := range report.Formats() {
		require.ErrorContains(t, f.Write(broken{}, assessment(), report.Options{}), "disk full", f.Name)
	}
	_, err := report.Lookup("xml")
	require.ErrorContains(t, err, "text, json")
}

// TestLockouts: every form for people says whom a lock-out is about, how many can, and
// how; of one account that nobody locks out it says nothing.
func TestLockouts(t *testing.T) {
	a := assessment()
	ada, bo := model.PrincipalRef{Kind: "user", ID: "ada", Name: "Ada"}, model.PrincipalRef{Kind: "user", ID: "bo", Name: "Bo"}
	carl := model.PrincipalRef{Kind: "user", ID: "carl", Name: "Carl"}
	a.Lockouts = []model.Lockout{{Targets: []model.PrincipalRef{ada, bo}, Every: true, Surely: 1, Perhaps: 2, Paths: []model.Path{{From: carl, To: ada, Attacker: "stolenPassword", Verdict: model.Reaches,
		Hops: []model.Hop{{Edge: "blocksSignIn", From: carl, To: ada, Target: 1, Explanation: "writes a policy that blocks everybody"}}}}},
		{Targets: []model.PrincipalRef{bo}}}
	for _, write := range []func(*bytes.Buffer) error{
		func(b *bytes.Buffer) error { return report.Text(b, a, report.Options{}) },
		func(b *bytes.Buffer) error { return report.Paths(b, a, report.Options{}) },
		func(b *bytes.Buffer) error { return report.Markdown(b, a, report.Options{}) },
		func(b *bytes.Buffer) error { return report.HTML(b, a, report.Options{}) },
	} {
		var out bytes.Buffer
		require.NoError(t, write(&out))
		require.Contains(t, out.String(), "Every Global Administrator at once (Ada, Bo): 1 surely, 2 more may.")
		require.Contains(t, out.String(), "Carl")
		require.NotContains(t, out.String(), "Bo: nobody")
	}
	var dot bytes.Buffer
	require.NoError(t, report.PathsDOT(&dot, a))
	require.Contains(t, dot.String(), `"user:carl" -> "user:ada" [label="blocksSignIn"]`)
}

// TestReachIsThroughNamedGroups: a group is told by its name, and by its id where an
// earlier version knew no more.
func TestReachIsThroughNamedGroups(t *testing.T) {
	const id, name = "f053df49-0000-0000-0000-000000000001", "Helpdesk leads"
	a := assessment()
	require.NotEmpty(t, a.Reach)
	write := func() string {
		var out bytes.Buffer
		require.NoError(t, report.ReachExplained(&out, a, report.Options{}))
		return out.String() + render(t, "markdown", a) + render(t, "html", a)
	}
	a.Reach[0].Via, a.Reach[0].ViaNames = []string{id}, []string{name}
	require.Equal(t, 3, strings.Count(write(), "through "+name))
	require.NotContains(t, write(), id)
	a.Reach[0].ViaNames = nil
	require.Equal(t, 3, strings.Count(write(), "through "+id))
}
