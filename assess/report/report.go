// Package report writes an assessment for people and for other tools.
package report

import (
	"fmt"
	"io"

	"github.com/privpath/privpath/model"
)

// Options changes how a report looks. The zero value is plain text, 100 columns.
type Options struct {
	Color bool // ANSI colours, for a terminal
	Width int  // columns; 0 means 100
}

// Format is one way to write an assessment.
type Format struct {
	Name  string
	Write func(io.Writer, *model.Assessment, Options) error
}

// Formats lists the formats, the default first.
func Formats() []Format {
	return []Format{{"text", Text}, {"json", JSON}}
}

// Named finds a format. The error lists the known ones.
func Named(name string) (Format, error) {
	known := ""
	for i, f := range Formats() {
		if f.Name == name {
			return f, nil
		}
		if i > 0 {
			known += ", "
		}
		known += f.Name
	}
	return Format{}, fmt.Errorf("there is no format %q; the formats are %s", name, known)
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
