package diff

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/report"
)

// Format is one way to write a diff. SARIF is not among them: it needs the
// assessments themselves ([SARIF]).
type Format struct {
	Name        string
	Aliases     []string
	Extension   string
	Description string
	// Write writes the whole. The error is the writer's.
	Write func(io.Writer, *Diff, report.Options) error
}

// Formats lists the formats, the default first.
func Formats() []Format {
	return []Format{
		{"text", []string{"txt"}, ".txt", "for people at a terminal", Text},
		{"json", nil, ".json", "the whole diff, for other programs", JSON},
		{"markdown", []string{"md"}, ".md", "for wikis, tickets and pull requests", Markdown},
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

// JSON writes the document ([Diff.JSON]).
func JSON(w io.Writer, d *Diff, _ report.Options) error {
	text, err := d.JSON()
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// Text writes the diff for a person at a terminal.
func Text(w io.Writer, d *Diff, opts report.Options) error {
	if opts.Width <= 0 {
		opts.Width = 100
	}
	t := &textWriter{out: bufio.NewWriter(w), opts: opts}
	p := d.page()
	t.line("%s", t.paint("1", report.Inert(p.title)))
	t.line("%s", t.paint("2", p.subtitle))
	for _, warning := range p.warnings {
		t.block("! ", "33", 2, warning)
	}
	t.line("")
	for _, f := range p.facts {
		t.block("  "+fmt.Sprintf("%-15s ", f.label), "1", 18, f.value)
	}
	for _, s := range p.sections {
		t.line("\n%s", t.paint("1", s.title))
		for _, i := range s.items {
			t.block("  "+i.mark.sign+" ", i.mark.style, 4, i.head)
			for _, l := range i.lines {
				t.block("      ", "", 8, l)
			}
		}
	}
	return t.out.Flush()
}

// textWriter writes into a buffer that keeps the first error for Flush.
type textWriter struct {
	out  *bufio.Writer
	opts report.Options
}

func (t *textWriter) line(format string, args ...any) {
	_, _ = fmt.Fprintf(t.out, format+"\n", args...)
}

func (t *textWriter) paint(style, s string) string {
	if !t.opts.Color || style == "" {
		return s
	}
	return "\x1b[" + style + "m" + s + "\x1b[0m"
}

// block writes text after a head, wrapped, its further lines indented.
func (t *textWriter) block(head, style string, indent int, text string) {
	for i, l := range report.Wrap(report.Inert(text), t.opts.Width-indent) {
		if i == 0 {
			t.line("%s%s", t.paint(style, head), l)
			continue
		}
		t.line("%s%s", strings.Repeat(" ", indent), l)
	}
}

// Markdown writes the diff in GitHub's dialect. Nothing that a tenant holds acts
// as markup.
func Markdown(w io.Writer, d *Diff, _ report.Options) error {
	var b strings.Builder
	p := d.page()
	fmt.Fprintf(&b, "# Privileged Path: %s\n\n%s.\n", report.EscapeMarkdown(p.title), report.EscapeMarkdown(p.subtitle))
	for _, warning := range p.warnings {
		fmt.Fprintf(&b, "\n> **Note** %s\n", report.EscapeMarkdown(warning))
	}
	b.WriteString("\n| | |\n|---|---|\n")
	for _, f := range p.facts {
		fmt.Fprintf(&b, "| **%s** | %s |\n", report.EscapeMarkdown(f.label), report.EscapeMarkdown(f.value))
	}
	for _, s := range p.sections {
		fmt.Fprintf(&b, "\n## %s\n\n", report.EscapeMarkdown(s.title))
		for _, i := range s.items {
			fmt.Fprintf(&b, "- %s %s\n", report.EscapeMarkdown(i.mark.sign), report.EscapeMarkdown(i.head))
			for _, l := range i.lines {
				fmt.Fprintf(&b, "  - %s\n", report.EscapeMarkdown(l))
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
