package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/privpath/privpath/model"
)

// JUnit writes a test suite for each pillar and a test case for each control.
// A failed or partly met control is a failure; one that is not decided or does
// not apply is skipped with the reason, never passed.
func JUnit(w io.Writer, a *model.Assessment, _ Options) error {
	var out bytes.Buffer
	out.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	tests, failures, _ := tallyOf(a.Findings)
	fmt.Fprintf(&out, "<testsuites name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"0\">\n", escaped("Privileged Path: "+tenantName(a)), tests, failures)
	for _, pillar := range model.Pillars() {
		junitSuite(&out, a, pillar)
	}
	out.WriteString("</testsuites>\n")
	_, err := w.Write(out.Bytes())
	return err
}

func junitSuite(out *bytes.Buffer, a *model.Assessment, pillar model.Pillar) {
	var cases []model.Finding
	for _, f := range a.Findings {
		if f.Pillar == pillar {
			cases = append(cases, f)
		}
	}
	if len(cases) == 0 {
		return
	}
	tests, failures, skipped := tallyOf(cases)
	fmt.Fprintf(out, " <testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"0\" skipped=\"%d\" timestamp=\"%s\">\n",
		escaped(pillar.Title()), tests, failures, skipped, a.AsOf.UTC().Format("2006-01-02T15:04:05"))
	for _, f := range cases {
		junitCase(out, f)
	}
	out.WriteString(" </testsuite>\n")
}

func junitCase(out *bytes.Buffer, f model.Finding) {
	fmt.Fprintf(out, "  <testcase classname=\"%s\" name=\"%s\" time=\"0\"", escaped("privpath."+string(f.Pillar)), escaped(f.Control+" "+f.Title))
	switch junitOutcome(f.Status) {
	case junitPassed:
		out.WriteString("/>\n")
	case junitFailed:
		fmt.Fprintf(out, ">\n   <failure type=\"%s\" message=\"%s\">", escaped(string(f.Status)+"."+string(f.Severity)), escaped(f.Summary))
		out.WriteString(entities.Replace(junitBody(f)))
		out.WriteString("</failure>\n  </testcase>\n")
	case junitSkipped:
		fmt.Fprintf(out, ">\n   <skipped>%s</skipped>\n  </testcase>\n", escaped(statusWords(f.Status)+": "+strings.TrimSpace(f.Summary+" "+f.Remedy)))
	}
}

type junitResult int

const (
	junitPassed junitResult = iota + 1
	junitFailed
	junitSkipped
)

func junitOutcome(s model.Status) junitResult {
	switch s {
	case model.StatusPass:
		return junitPassed
	case model.StatusFail, model.StatusPartial:
		return junitFailed
	}
	return junitSkipped
}

// junitBody lists what to do and whom the failure is about.
func junitBody(f model.Finding) string {
	lines := []string{"Fix: " + Inert(f.Remediation.Summary)}
	if waived := waiverText(f.Waived); waived != "" {
		lines = append(lines, Inert(waived))
	}
	for _, s := range openSubjects(f) {
		lines = append(lines, Inert(statusWords(s.Status)+": "+s.Kind+" "+subjectName(s)+": "+s.Detail))
	}
	return strings.Join(lines, "\n")
}

// tallyOf counts outcomes.
func tallyOf(findings []model.Finding) (tests, failures, skipped int) {
	for _, f := range findings {
		switch junitOutcome(f.Status) {
		case junitFailed:
			failures++
		case junitSkipped:
			skipped++
		}
	}
	return len(findings), failures, skipped
}

// escaped is text for XML and HTML, inside quoted attributes and between tags.
// Control characters, which XML does not allow, are shown as escapes.
func escaped(text string) string { return entities.Replace(Inert(text)) }

var entities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")
