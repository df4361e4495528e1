package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess/report"
	"github.com/privpath/privpath/model"
)

func render(t *testing.T, name string, a *model.Assessment) string {
	t.Helper()
	f, err := report.Lookup(name)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, f.Write(&out, a, report.Options{}))
	return out.String()
}

// published compiles a schema as its standards body published it; every
// reference must lead into that file.
func published(t *testing.T, file string) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "schemas", file))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.LoadURL = func(url string) (io.ReadCloser, error) { return nil, os.ErrNotExist }
	c.AssertFormat = true
	require.NoError(t, c.AddResource("https://schema.invalid/"+file, bytes.NewReader(text)))
	schema, err := c.Compile("https://schema.invalid/" + file)
	require.NoError(t, err)
	return schema
}

func decoded(t *testing.T, text string) any {
	t.Helper()
	var value any
	require.NoError(t, json.Unmarshal([]byte(text), &value))
	return value
}

// cases are assessments that formats must cope with: everything at once, hostile
// names in every field, and nothing at all.
func cases() map[string]*model.Assessment {
	full := assessment()
	everyStatus(full)
	return map[string]*model.Assessment{"full": full, "hostile": hostileAssessment(), "empty": {SchemaVersion: model.SchemaVersion, AsOf: full.AsOf}}
}

// everyStatus adds a finding and a subject of each status, and an accepted risk.
func everyStatus(a *model.Assessment) {
	for i, status := range model.Statuses() {
		a.Findings = append(a.Findings, model.Finding{Control: "VAL-9" + string(rune('0'+i)), Pillar: model.Validation, Title: "Status", Status: status,
			Severity: model.Severities()[i%5], Confidence: model.ConfidenceDecided, Summary: "A summary.", Subjects: []model.Subject{{Kind: "group", ID: "g", Status: status}}})
	}
	a.Findings = append(a.Findings, model.Finding{Control: "OPS-90", Pillar: model.Operations, Title: "Waived", Status: model.StatusPartial, Severity: model.High,
		Waived:   &model.Waiver{Reason: "a reason", Owner: "an owner", Principals: []string{"U1"}},
		Subjects: []model.Subject{{Kind: "user", ID: "u1", Status: model.StatusPartial}, {Kind: "user", ID: "u2", Status: model.StatusFail}}})
}

func TestSARIFIsValid(t *testing.T) {
	schema := published(t, "sarif-schema-2.1.0.json")
	require.Error(t, schema.Validate(decoded(t, `{"version":"2.1.0","runs":[{}]}`)), "the schema refuses what is none")
	for name, a := range cases() {
		require.NoError(t, schema.Validate(decoded(t, render(t, "sarif", a))), name)
	}
}

func TestOSCALIsValid(t *testing.T) {
	schema := published(t, "oscal_complete_schema-1-1-3.json")
	require.Error(t, schema.Validate(decoded(t, `{"assessment-results":{"uuid":"1"}}`)), "the schema refuses what is none")
	for name, a := range cases() {
		require.NoError(t, schema.Validate(decoded(t, render(t, "oscal", a))), name)
	}
}

// TestOSCALReferencesLead: what the schema cannot see. Every UUID is defined
// once, and what refers to one leads somewhere.
func TestOSCALReferencesLead(t *testing.T) {
	defined, used := map[string]int{}, []string{}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			for key, x := range v {
				id, isText := x.(string)
				switch {
				case key == "uuid":
					defined[id]++
				case isText && strings.HasSuffix(key, "-uuid"):
					used = append(used, id)
				default:
					walk(x)
				}
			}
		}
	}
	walk(decoded(t, render(t, "oscal", cases()["full"])))
	require.NotEmpty(t, used)
	for id, n := range defined {
		require.Equal(t, 1, n, id)
	}
	for _, id := range used {
		require.Contains(t, defined, id)
	}
}

// TestOSCALStates: only what passes is satisfied, and what does not apply has no
// finding.
func TestOSCALStates(t *testing.T) {
	var doc struct {
		Results struct {
			Results []struct {
				Findings []struct {
					Target struct {
						ID     string `json:"target-id"`
						Status struct{ State, Reason string }
					}
				}
			}
		} `json:"assessment-results"`
	}
	a := cases()["full"]
	require.NoError(t, json.Unmarshal([]byte(render(t, "oscal", a)), &doc))
	got := map[string]string{}
	for _, f := range doc.Results.Results[0].Findings {
		got[f.Target.ID] = f.Target.Status.State + " " + f.Target.Status.Reason
	}
	for _, f := range a.Findings {
		want, found := map[model.Status]string{model.StatusPass: "satisfied pass", model.StatusFail: "not-satisfied fail", model.StatusNotApplicable: ""}[f.Status]
		if !found {
			want = "not-satisfied other"
		}
		require.Equal(t, want, got[f.Control], "%s is %s", f.Control, f.Status)
	}
}

// sarifDocument is what the tests read of a SARIF log.
type sarifDocument struct {
	Runs []struct {
		Tool struct {
			Driver struct{ Rules []struct{ ID string } }
		}
		Results []struct {
			RuleID              string
			RuleIndex           int
			Kind, Level         string
			PartialFingerprints map[string]string
			Suppressions        *[]any
			Locations           []struct {
				PhysicalLocation struct{ ArtifactLocation struct{ URI string } }
			}
		}
	}
}

func readSARIF(t *testing.T, a *model.Assessment) (doc sarifDocument) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(render(t, "sarif", a)), &doc))
	return doc
}

func TestSARIFKinds(t *testing.T) {
	want := map[string][2]string{"VAL-91": {"fail", "warning"}, "VAL-92": {"fail", "warning"}, "VAL-94": {"open", "none"}, "VAL-95": {"review", "none"}, "VAL-96": {"review", "none"}}
	run := readSARIF(t, cases()["full"]).Runs[0]
	suppressed := 0
	for _, r := range run.Results {
		require.Equal(t, r.RuleID, run.Tool.Driver.Rules[r.RuleIndex].ID)
		require.NotContains(t, []string{"VAL-90", "VAL-93"}, r.RuleID, "what holds has no result")
		require.NotEmpty(t, r.Locations)
		require.NotEmpty(t, r.Locations[0].PhysicalLocation.ArtifactLocation.URI, "GitHub refuses a log with a result without a file")
		require.NotNil(t, r.Suppressions, "one says it, so all say it")
		suppressed += len(*r.Suppressions)
		if w, ok := want[r.RuleID]; ok {
			require.Equal(t, w, [2]string{r.Kind, r.Level}, r.RuleID)
			delete(want, r.RuleID)
		}
	}
	require.Empty(t, want)
	require.Equal(t, 1, suppressed, "the waiver names one of the two")
}

// TestSARIFBaseline: each result has a state; one that is gone is absent only where
// it is settled, and open else.
func TestSARIFBaseline(t *testing.T) {
	finding := func(control string, status model.Status, subjects ...model.Subject) model.Finding {
		return model.Finding{Control: control, Pillar: model.Control, Title: control, Status: status, Severity: model.High, Summary: "A summary.", Subjects: subjects}
	}
	user := func(id, detail string) model.Subject {
		return model.Subject{Kind: "user", ID: id, Status: model.StatusFail, Detail: detail}
	}
	older := &model.Assessment{SchemaVersion: model.SchemaVersion, Findings: []model.Finding{
		finding("A", model.StatusFail, user("same", "x"), user("other", "x"), user("gone", "x"), user("twice", "x"), user("twice", "y")),
		finding("B", model.StatusFail, user("lost", "x")), finding("C", model.StatusFail, user("u", "x"))}}
	a := &model.Assessment{SchemaVersion: model.SchemaVersion, Findings: []model.Finding{
		finding("A", model.StatusFail, user("SAME", "x"), user("other", "y"), user("come", "x"), user("twice", "y")),
		finding("B", model.StatusUnknown)}}
	var out bytes.Buffer
	require.NoError(t, report.SARIFBaseline(&out, older, a, func(control string, _ model.Subject) bool { return control == "A" }))
	require.NoError(t, published(t, "sarif-schema-2.1.0.json").Validate(decoded(t, out.String())))
	var doc struct {
		Runs []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Results []struct {
				RuleID, Kind, Level, BaselineState string
				RuleIndex                          int
				Message                            struct{ Text string }
			}
		}
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &doc))
	var got []string
	for _, r := range doc.Runs[0].Results {
		require.Equal(t, r.RuleID, doc.Runs[0].Tool.Driver.Rules[r.RuleIndex].ID)
		got = append(got, strings.Join([]string{r.RuleID, r.BaselineState, r.Kind, r.Level}, " ")+": "+r.Message.Text)
	}
	require.Equal(t, []string{
		"A unchanged fail error: user SAME: x: A summary.",
		"A updated fail error: user other: y: A summary.",
		"A new fail error: user come: x: A summary.",
		"A unchanged fail error: user twice: y: A summary.",
		"B new open none: A summary.",
		"A absent fail error: user gone: x: A summary.",
		"A absent fail error: user twice: x: A summary.",
		"B updated open none: user lost: x: A summary. This is no longer decided.",
		"C updated open none: user u: x: A summary. This is no longer decided.",
	}, got)
	for name, a := range cases() {
		out.Reset()
		require.NoError(t, report.SARIFBaseline(&out, a, a, func(string, model.Subject) bool { return true }))
		require.Equal(t, render(t, "sarif", a), strings.ReplaceAll(out.String(), "     \"baselineState\": \"unchanged\",\n", ""), "%s: against itself nothing else differs", name)
	}
}

// TestFingerprintsAreStable: another wording, another order and another place
// leave the fingerprint; another object or control changes it.
func TestFingerprintsAreStable(t *testing.T) {
	prints := func(a *model.Assessment) map[string]bool {
		all := map[string]bool{}
		for _, r := range readSARIF(t, a).Runs[0].Results {
			require.Len(t, r.PartialFingerprints, 2)
			for _, p := range r.PartialFingerprints {
				require.False(t, all[p], "two results with one fingerprint")
				all[p] = true
			}
		}
		return all
	}
	before := prints(cases()["full"])
	changed := cases()["full"]
	for i := range changed.Findings {
		changed.Findings[i].Summary += " In other words."
		for j := range changed.Findings[i].Subjects {
			s := &changed.Findings[i].Subjects[j]
			s.Name, s.ID, s.Detail = "renamed", strings.ToUpper(s.ID), "other"
			s.Evidence = []model.Evidence{{Dataset: "users", Pointer: "/value/9"}}
		}
	}
	require.Equal(t, before, prints(changed))
	changed.Findings[0].Subjects[0].ID = "somebody else"
	require.NotEqual(t, before, prints(changed))
}

func TestJUnitCountsAddUp(t *testing.T) {
	type suite struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
		Cases    []struct {
			Name    string    `xml:"name,attr"`
			Failure *struct{} `xml:"failure"`
			Skipped *struct{} `xml:"skipped"`
		} `xml:"testcase"`
	}
	for name, a := range cases() {
		var doc struct {
			suite
			Suites []suite `xml:"testsuite"`
		}
		require.NoError(t, xml.Unmarshal([]byte(render(t, "junit", a)), &doc), name)
		total := suite{}
		for _, s := range doc.Suites {
			counted := suite{Tests: len(s.Cases), Cases: s.Cases}
			for _, c := range s.Cases {
				if c.Failure != nil {
					counted.Failures++
				}
				if c.Skipped != nil {
					counted.Skipped++
				}
			}
			require.Equal(t, counted, s)
			total.Tests, total.Failures, total.Skipped = total.Tests+s.Tests, total.Failures+s.Failures, total.Skipped+s.Skipped
		}
		require.Equal(t, []int{total.Tests, total.Failures, total.Errors}, []int{doc.Tests, doc.Failures, doc.Errors}, name)
		require.Equal(t, len(a.Findings), total.Tests)
		require.Equal(t, countStatus(a, model.StatusPass), total.Tests-total.Failures-total.Skipped, "only a pass passes")
	}
}

func countStatus(a *model.Assessment, s model.Status) (n int) {
	for _, f := range a.Findings {
		if f.Status == s {
			n++
		}
	}
	return n
}

func TestCSVCellsAreNoFormulas(t *testing.T) {
	a := assessment()
	formulas := []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "=HYPERLINK(\"https://x.invalid\",\"a,\nb\")"}
	for _, f := range formulas {
		a.Findings[0].Subjects = append(a.Findings[0].Subjects, model.Subject{Kind: "user", ID: "u", Name: f, Detail: f, Status: model.StatusFail})
	}
	text := render(t, "csv", a)
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1+1+len(formulas)+1, "a header, the subjects of one finding, the other finding")
	quoted := 0
	for _, row := range rows {
		require.Len(t, row, len(rows[0]))
		for _, cell := range row {
			if trimmed := strings.TrimSpace(cell); trimmed != "" {
				require.NotContains(t, "=+-@＝", string([]rune(trimmed)[0]), cell)
			}
			if strings.HasPrefix(cell, "'") {
				quoted++
			}
		}
	}
	require.Equal(t, 2*len(formulas), quoted, "nothing else is quoted")
	require.Equal(t, strings.Count(text, "\n"), strings.Count(text, "\r\n"))
}

// hostileAssessment has markup, formulas and marks that reorder text in every
// field that a tenant, an export or a vendor's control fills.
func hostileAssessment() *model.Assessment {
	const name = "=\"'><script>alert(1)</script><img src=x onerror=alert(1)>]]>&amp;|`![a](javascript:x)\u202e\u2066\u200f\ufeff\x00\x1b[2J\r\n# h\n"
	ref := model.PrincipalRef{Kind: name, ID: name, Name: name}
	evidence := []model.Evidence{{Dataset: name, File: "//" + name, Pointer: "/" + name, Value: map[string]any{name: name}}}
	needs := []model.Need{{Dataset: name, Detail: name}}
	return &model.Assessment{
		SchemaVersion: model.SchemaVersion, AsOf: assessment().AsOf, Tenant: model.TenantRef{ID: name, DisplayName: name},
		Engine: model.Engine{Version: name, Catalogue: name}, Inputs: model.Inputs{Digest: name, Datasets: []model.Input{{Name: name, Reason: name, Detail: name}}},
		Headline: model.Headline{Band: name, Path: name, Caps: []string{name}, WeakestPillar: name},
		Pillars:  []model.PillarScore{{ID: name, Basis: name, Next: &model.NextLevel{Missing: []string{name}}}},
		Findings: []model.Finding{{Control: name, Pillar: model.Isolation, Title: name, Status: name, Severity: name, Confidence: name, Summary: name, Reason: name, Remedy: name, Needs: needs,
			Subjects:    []model.Subject{{Kind: name, ID: name, Name: name, Status: name, Detail: name, Evidence: evidence}, {}},
			Remediation: model.Remediation{Summary: name, Portal: name, Graph: name, PowerShell: name},
			References:  model.References{NIST80053: []string{name}, Docs: []string{name}}, Waived: &model.Waiver{Reason: name, Owner: name, ApprovedBy: name}}},
		Reach: []model.Reach{{Principal: ref, Role: model.RoleRef{ID: name, Name: name}, Holding: name, Via: []string{name}, ViaNames: []string{name}, Scope: name,
			From: []model.ReachFrom{{Device: name, Network: name, Verdict: name, Activation: name}}, Attackers: map[string]string{name: name}}},
		Paths: []model.Path{{From: ref, To: ref, Attacker: name, Verdict: name, Hops: []model.Hop{{Edge: name, From: ref, To: ref, With: &ref, Requires: []string{name}, Explanation: name, Evidence: evidence}}, Unknown: needs}},
		Lockouts: []model.Lockout{{Targets: []model.PrincipalRef{ref, ref, ref, ref}, Perhaps: 1, Paths: []model.Path{{From: ref, To: ref, Attacker: name, Verdict: name,
			Hops: []model.Hop{{Edge: name, From: ref, To: ref, Explanation: name, Evidence: evidence}}, Unknown: needs}}}},
		Cut: &model.Cut{Hops: []model.PathHop{{Edge: name, From: ref, To: ref, Explanation: name}}},
	}
}

func TestHostileNamesAreInert(t *testing.T) {
	for _, f := range report.Formats() {
		if f.Name == "json" {
			continue // the document itself: its reader decides how to show it
		}
		text := render(t, f.Name, hostileAssessment())
		for _, r := range []string{"\u202e", "\u2066", "\u200f", "\ufeff", "\x00", "\x1b"} {
			require.NotContainsf(t, text, r, "%s", f.Name)
		}
		require.Contains(t, text, "202e", "%s: it is shown", f.Name)
	}
	for _, name := range []string{"html", "junit"} {
		text := render(t, name, hostileAssessment())
		for _, tag := range []string{"<script", "<img", "]]>", "&amp;amp"} {
			require.Equalf(t, tag == "&amp;amp", strings.Contains(text, tag), "%s: %s", name, tag)
		}
	}
	md := render(t, "markdown", hostileAssessment())
	require.NotRegexp(t, `(^|[^\\])<(script|img)`, md)
	require.NotRegexp(t, `(^|[^\\])\[a`, md)
	for line := range strings.Lines(md) {
		require.NotRegexp(t, `^# h`, line)
	}
}

// TestHTMLIsWellFormed: the page is XML but for its void elements, so every tag
// is closed; headings do not skip a level, and each table has a caption and
// headers with a scope.
func TestHTMLIsWellFormed(t *testing.T) {
	for name, a := range cases() {
		text := render(t, "html", a)
		require.Contains(t, text, `<html lang="en">`)
		for _, banned := range []string{"<script", "http-equiv=\"refresh", "src=", "@import", "url("} {
			require.NotContains(t, strings.ToLower(strings.ReplaceAll(text, escapedHostile, "")), banned, name)
		}
		dec := xml.NewDecoder(strings.NewReader(text))
		dec.Strict = true
		level, tables, captions, unscoped := 0, 0, 0, 0
		for {
			token, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err, name)
			start, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			switch tag := start.Name.Local; tag {
			case "h1", "h2", "h3", "h4":
				require.LessOrEqual(t, int(tag[1]-'0'), level+1, "%s: a heading skips a level", name)
				level = int(tag[1] - '0')
			case "table":
				tables++
			case "caption":
				captions++
			case "th":
				if len(start.Attr) == 0 || start.Attr[0].Name.Local != "scope" {
					unscoped++
				}
			}
		}
		require.Equal(t, tables, captions)
		require.Zero(t, unscoped)
		require.Equal(t, 1, strings.Count(text, "<h1>"))
	}
}

// escapedHostile is how the hostile name's picture stands in the page: as text.
const escapedHostile = "&lt;img src=x"

// TestFormatsAreDistinct: names, aliases and what is said of a format are there
// and lead to one format each.
func TestFormatsAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range report.Formats() {
		require.NotEmpty(t, f.Description)
		require.Contains(t, f.MediaType, "/")
		require.True(t, strings.HasPrefix(f.Extension, "."))
		for _, name := range append([]string{f.Name}, f.Aliases...) {
			require.False(t, seen[name], name)
			seen[name] = true
			found, err := report.Lookup(name)
			require.NoError(t, err)
			require.Equal(t, f.Name, found.Name)
		}
	}
	require.Len(t, report.Formats(), 8)
}

// TestRoundTrip: a document that is read again gives the same bytes in every
// format, whatever evidence values look like.
func TestRoundTrip(t *testing.T) {
	for name, a := range cases() {
		for i := range a.Findings {
			for j := range a.Findings[i].Subjects {
				a.Findings[i].Subjects[j].Evidence = append(a.Findings[i].Subjects[j].Evidence,
					model.Evidence{Dataset: "users", File: "users.json", Pointer: "/value/0", Value: struct {
						B string
						A *int
					}{"<&>", nil}},
					model.Evidence{Dataset: "users", Pointer: "/value/1", Value: json.RawMessage("null")},
					model.Evidence{Dataset: "users", Pointer: "/value/2", Value: 1e3}, model.Evidence{Dataset: "users", Pointer: "/value/3"})
			}
		}
		first := map[string]string{}
		for _, f := range report.Formats() {
			first[f.Name] = render(t, f.Name, a)
		}
		again, err := model.ReadAssessment([]byte(first["json"]))
		require.NoError(t, err)
		for _, f := range report.Formats() {
			require.Equal(t, first[f.Name], render(t, f.Name, again), "%s: %s", name, f.Name)
		}
	}
}

func TestReadingIsStrict(t *testing.T) {
	a := assessment()
	a.Findings[0].Subjects[0].Evidence = []model.Evidence{{Dataset: "users", Pointer: "/value/0", Value: map[string]string{"pointer": "p", "more": "m"}}}
	good := render(t, "json", a)
	_, err := model.ReadAssessment([]byte(good))
	require.NoError(t, err)
	_, err = model.ReadAssessment([]byte(strings.ReplaceAll(good, "\n", "")))
	require.NoError(t, err, "spaces do not count")
	for _, bad := range []string{"", "null", "{}", good + "{}", strings.Replace(good, `"asOf"`, `"asof2"`, 1), strings.Replace(good, `"pointer": "/`, `"point": "/`, 1), strings.Replace(good, `"dataset": "u`, `"sorted": 1, "dataset": "u`, 1), strings.Replace(good, `"schemaVersion": "1"`, `"schemaVersion": "2"`, 1)} {
		_, err := model.ReadAssessment([]byte(bad))
		require.ErrorContains(t, err, "not an assessment")
	}
}
