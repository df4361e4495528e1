package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/privpath/privpath/model"
)

// CSV writes one row for each subject of each finding, and one for a finding
// that has none: RFC 4180, UTF-8. No cell can act as a spreadsheet's formula.
func CSV(w io.Writer, a *model.Assessment, _ Options) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	rows := [][]string{{"control", "title", "pillar", "level", "gate", "severity", "confidence", "status", "summary", "reason", "remedy",
		"subjectKind", "subjectId", "subjectName", "subjectStatus", "subjectDetail", "evidence", "remediation", "waived"}}
	for _, f := range a.Findings {
		for _, s := range subjectsOrNone(f) {
			rows = append(rows, csvRow(f, s))
		}
	}
	for _, row := range rows {
		for i, cell := range row {
			row[i] = safeCell(cell)
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// subjectsOrNone gives one empty subject where a finding has none.
func subjectsOrNone(f model.Finding) []model.Subject {
	if len(f.Subjects) == 0 {
		return []model.Subject{{}}
	}
	return f.Subjects
}

func csvRow(f model.Finding, s model.Subject) []string {
	var evidence []string
	for _, e := range s.Evidence {
		evidence = append(evidence, evidenceText(e))
	}
	return []string{f.Control, f.Title, string(f.Pillar), strconv.Itoa(int(f.Level)), strconv.FormatBool(f.Gate), string(f.Severity),
		string(f.Confidence), string(f.Status), f.Summary, string(f.Reason), f.Remedy,
		s.Kind, s.ID, s.Name, string(s.Status), s.Detail, strings.Join(evidence, "; "), f.Remediation.Summary, waiverText(f.Waived)}
}

// safeCell puts an apostrophe before what a spreadsheet would take for a formula
// (the full-width signs count in some locales), and shows control characters as
// escapes.
func safeCell(cell string) string {
	first := strings.TrimLeft(cell, " \n\u00a0\u3000")
	if first != "" && strings.ContainsRune("=+-@\t\r＝＋－＠", []rune(first)[0]) {
		return "'" + Inert(cell)
	}
	return Inert(cell)
}
