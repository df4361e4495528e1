// Package report writes an assessment for people and for other tools.
//
// Every format is a function of the assessment and of [Options] alone: the same
// assessment gives the same bytes, and one that was written as JSON and read again
// gives them too.
package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/privpath/privpath/model"
)

// Options changes how a report looks. The zero value is plain text, 100 columns.
type Options struct {
	Color bool // ANSI colours, for a terminal
	Width int  // columns; 0 means 100
	// Expected is what each control expects, by its id, of the very catalogue that the
	// assessment was made with. An assessment holds only what was found.
	Expected map[string]string
}

// Format is one way to write an assessment.
type Format struct {
	Name        string   // how it is asked for
	Aliases     []string // other names that Lookup knows
	MediaType   string   // as in a Content-Type
	Extension   string   // of a file that holds it, with its dot
	Description string   // one line
	// Write writes the whole report. The error is the writer's.
	Write func(io.Writer, *model.Assessment, Options) error
}

// Formats lists the formats, the default first.
func Formats() []Format {
	return []Format{
		{"text", []string{"txt"}, "text/plain; charset=utf-8", ".txt", "a report for people at a terminal", Text},
		{"json", nil, "application/json", ".json", "the assessment document itself, which can be opened again", JSON},
		{"markdown", []string{"md"}, "text/markdown; charset=utf-8", ".md", "a report for wikis, tickets and pull requests", Markdown},
		{"csv", nil, "text/csv; charset=utf-8", ".csv", "one row for each object that a control judged, for spreadsheets", CSV},
		{"html", []string{"htm"}, "text/html; charset=utf-8", ".html", "one self-contained page without scripts, to read and to print", HTML},
		{"sarif", nil, "application/sarif+json", ".sarif", "SARIF 2.1.0, for code scanning and the tools around it", SARIF},
		{"junit", nil, "application/xml", ".junit.xml", "JUnit XML, a test suite for each pillar, for build servers", JUnit},
		{"oscal", nil, "application/oscal+json", ".oscal.json", "OSCAL 1.1.3 assessment results, for compliance tools", OSCAL},
	}
}

// Lookup finds a format by its name or an alias. The error lists the known ones.
func Lookup(name string) (Format, error) {
	var known []string
	for _, f := range Formats() {
		if f.Name == name || slices.Contains(f.Aliases, name) {
			return f, nil
		}
		known = append(known, f.Name)
	}
	return Format{}, fmt.Errorf("there is no format %q; the formats are %s", name, strings.Join(known, ", "))
}

// JSON writes the assessment document.
func JSON(w io.Writer, a *model.Assessment, _ Options) error {
	text, err := a.JSON()
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}
