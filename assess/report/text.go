package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// Text writes a report for a person at a terminal: the headline, the pillar
// ladder, what to fix first, every finding, and what is not known and why.
func Text(w io.Writer, a *model.Assessment, opts Options) error {
	return writeText(w, a, opts, func(t *text) {
		t.heading()
		t.ladder()
		t.reach()
		t.paths()
		t.lockouts(false)
		t.first()
		t.findings()
		t.undecided()
		t.footer()
	})
}

// writeText sets a report up, has body write it, and gives the first error.
func writeText(w io.Writer, a *model.Assessment, opts Options, body func(*text)) error {
	if opts.Width <= 0 {
		opts.Width = 100
	}
	t := &text{out: bufio.NewWriter(w), opts: opts, a: inert(a)}
	body(t)
	return t.out.Flush()
}

// text writes into a buffer that keeps the first error for Flush.
type text struct {
	out  *bufio.Writer
	opts Options
	a    *model.Assessment

	starred bool // a control was named that the run did not include
}

func (t *text) line(format string, args ...any) {
	_, _ = fmt.Fprintf(t.out, format+"\n", args...)
}

// The ANSI styles in use.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	blue   = "36"
)

func (t *text) paint(style, s string) string {
	if !t.opts.Color {
		return s
	}
	return "\x1b[" + style + "m" + s + "\x1b[0m"
}

func (t *text) title(s string) { t.line("\n%s", t.paint(bold, s)) }

// block writes wrapped text under an indent.
func (t *text) block(indent int, s string) {
	for _, l := range wrap(s, t.opts.Width-indent) {
		t.line("%s%s", strings.Repeat(" ", indent), l)
	}
}

func (t *text) heading() {
	name := cmp.Or(clean(t.a.Tenant.DisplayName), clean(t.a.Tenant.ID), "A tenant without a name")
	t.line("%s", t.paint(bold, name))
	t.line("%s", t.paint(dim, fmt.Sprintf("Privileged Path assessment as of %s · %s · %s of them decided",
		t.a.AsOf.Format("2006-01-02 15:04 MST"), plural(len(t.a.Findings), "control"), percent(t.a.Coverage))))
	h := t.a.Headline
	t.line("")
	if h.Path != "" {
		t.labelled("Path", h.Path)
	}
	t.labelled("Weakest pillar", fmt.Sprintf("%s, level %d %s", h.WeakestPillar.Title(), h.Maturity, h.Maturity))
	score := fmt.Sprintf("%d %% %s", h.Score, h.Band)
	if len(h.Caps) > 0 {
		score += ", held down by " + strings.Join(h.Caps, " and ")
	}
	if h.Provisional {
		score += "; provisional, too little is decided"
	}
	t.labelled("Score", score)
}

func (t *text) labelled(label, value string) {
	for i, l := range wrap(value, t.opts.Width-18) {
		if i == 0 {
			t.line("  %s %s", t.paint(bold, fmt.Sprintf("%-15s", label)), l)
		} else {
			t.line("  %-15s %s", "", l)
		}
	}
}

// ladder draws each pillar's levels: held, possible once the unknown is settled,
// and not reached.
func (t *text) ladder() {
	t.title("Maturity")
	for _, p := range t.a.Pillars {
		steps := ""
		for level := model.Initial; level <= model.Optimised; level++ {
			switch {
			case level <= p.Maturity.Confirmed:
				steps += t.paint(green, "●") + " "
			case level <= p.Maturity.Potential:
				steps += t.paint(yellow, "◐") + " "
			default:
				steps += t.paint(dim, "○") + " "
			}
		}
		held := fmt.Sprintf("%d %s", p.Maturity.Confirmed, p.Maturity.Confirmed)
		if p.Maturity.Potential > p.Maturity.Confirmed {
			held += fmt.Sprintf(", at most %d", p.Maturity.Potential)
		}
		t.line("%s", strings.TrimRight(fmt.Sprintf("  %-11s %s %-25s%s", p.ID.Title(), steps, held, t.basis(p)), " "))
		if p.Next != nil && len(p.Next.Missing) > 0 {
			t.block(26, fmt.Sprintf("level %d needs %s", p.Next.Level, t.missing(p.Next.Missing)))
		}
	}
	t.line("  %s", t.paint(dim, "● held   ◐ possible once what is unknown is settled   ○ not reached"))
	if t.starred {
		t.line("  %s", t.paint(dim, "* not checked in this run, so not known"))
	}
}

// missing lists controls, and marks those that the run did not include.
func (t *text) missing(ids []string) string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = id
		if !slices.ContainsFunc(t.a.Findings, func(f model.Finding) bool { return f.Control == id }) {
			list[i] += "*"
			t.starred = true
		}
	}
	return strings.Join(list, " ")
}

func (t *text) basis(p model.PillarScore) string {
	if p.Maturity.Confirmed > model.Initial && p.Basis != model.ConfidenceDecided {
		return "rests on " + map[model.Confidence]string{model.ConfidenceAttested: "statements", model.ConfidenceObserved: "observed events"}[p.Basis]
	}
	return ""
}

// maxFirst is how many findings "what to fix first" shows, maxSubjects how many
// subjects each of them names.
const (
	maxFirst    = 5
	maxSubjects = 4
)

// first shows the failed controls that hold the most: gates before others, the
// lowest level first, then by severity.
func (t *text) first() {
	open := slices.DeleteFunc(slices.Clone(t.a.Findings), func(f model.Finding) bool { return f.Status != model.StatusFail })
	if len(open) == 0 {
		return
	}
	sorting.Stable(open, func(a, b model.Finding) int {
		return cmp.Or(cmp.Compare(a.Severity.Rank(), b.Severity.Rank()), order(!a.Gate, !b.Gate), cmp.Compare(a.Level, b.Level))
	})
	t.title("What to fix first")
	for i, f := range open {
		if i == maxFirst {
			t.line("  %s", t.paint(dim, fmt.Sprintf("… and %s more below", plural(len(open)-maxFirst, "failed control"))))
			break
		}
		t.line("  %d. %s %s  %s", i+1, t.paint(bold, f.Control), f.Title, t.paint(red, string(f.Severity)))
		t.block(5, Inert(f.Summary))
		t.subjects(f)
		t.block(5, "Fix: "+f.Remediation.Summary)
	}
}

func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func (t *text) subjects(f model.Finding) {
	shown := 0
	for _, s := range f.Subjects {
		if s.Status != model.StatusFail {
			continue
		}
		if shown++; shown > maxSubjects {
			continue
		}
		line := "- " + cmp.Or(clean(s.Name), clean(s.ID))
		if s.Detail != "" {
			line += ": " + Inert(s.Detail)
		}
		t.line("     %s", cut(line, t.opts.Width-5))
	}
	if shown > maxSubjects {
		t.line("     %s", t.paint(dim, fmt.Sprintf("  and %d more", shown-maxSubjects)))
	}
}

// marks show each status by a sign and a word, not by colour alone.
var marks = map[model.Status]struct{ sign, word, style string }{
	model.StatusPass:               {"✓", "pass", green},
	model.StatusPartial:            {"◐", "partial", yellow},
	model.StatusFail:               {"✗", "FAIL", red},
	model.StatusNotApplicable:      {"–", "n/a", dim},
	model.StatusUnknown:            {"?", "unknown", blue},
	model.StatusNotAttested:        {"?", "no word", blue},
	model.StatusAttestationExpired: {"?", "expired", blue},
}

func (t *text) findings() {
	for _, pillar := range model.Pillars() {
		first := true
		for _, f := range t.a.Findings {
			if f.Pillar != pillar {
				continue
			}
			if first {
				t.title(pillar.Title())
				first = false
			}
			t.finding(f)
		}
	}
}

func (t *text) finding(f model.Finding) {
	m := marks[f.Status]
	lines := wrap(Inert(f.Summary), t.opts.Width-20)
	t.line("  %s %s %s  %s", t.paint(m.style, m.sign), t.paint(m.style, fmt.Sprintf("%-7s", m.word)), t.paint(bold, f.Control), f.Title)
	for _, l := range lines {
		t.line("            %s", t.paint(dim, l))
	}
}

// undecided lists, by what would settle it, which controls are open.
func (t *text) undecided() {
	open := map[string][]string{}
	var order []string
	for _, f := range t.a.Findings {
		if f.Status != model.StatusUnknown {
			continue
		}
		remedy := cmp.Or(f.Remedy, f.Summary)
		if open[remedy] == nil {
			order = append(order, remedy)
		}
		open[remedy] = append(open[remedy], f.Control)
	}
	if len(order) == 0 {
		return
	}
	t.title("Not known, and what would settle it")
	for _, remedy := range order {
		t.line("  %s", t.paint(bold, strings.Join(open[remedy], " ")))
		t.block(4, Inert(remedy))
	}
}

func (t *text) footer() {
	t.line("")
	t.block(0, "Based on the Privileged Path Framework by Andy Kemp. The score is derived from data; it is not the author's Quick Assessment. "+
		"`privpath explain CONTROL` says what a control asks and how to fix it.")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func percent(p float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", p), ".0") + " %" }
