package main

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/diff"
	"github.com/privpath/privpath/assess/report"
	"github.com/privpath/privpath/model"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"inert": report.Inert,
	"css":   func() template.CSS { return template.CSS(pageCSS) },
	"count": counted,
}).Parse(pageHTML))

// writePage writes the summary: one page that needs nothing else.
func writePage(w io.Writer, sum totals) error {
	return pageTemplate.Execute(w, view{sum})
}

// view is what the page shows of the totals.
type view struct{ totals }

// Assessed is how many tenants the page speaks of.
func (v view) Assessed() int { return v.Bundles - v.Failed }

// When says of which time the data are.
func (v view) When() string {
	const form = "2006-01-02 15:04 UTC"
	first, last := v.First.Format(form), v.Last.Format(form)
	switch {
	case v.Assessed() == 0:
		return ""
	case first == last:
		return "Data of " + first + "."
	}
	return "Data of " + first + " to " + last + "."
}

// Open is how many tenants have Global Administrator open to unmanaged devices.
func (v view) Open() int { return v.Unmanaged[model.Reaches] }

// OpenUnknown is of how many tenants that is not known.
func (v view) OpenUnknown() int { return v.Unmanaged[model.ReachUnknown] }

// OpenNot is how many tenants surely have it closed.
func (v view) OpenNot() int { return v.Unmanaged[model.Blocked] }

// pillarLine is a pillar and how many tenants are at each level.
type pillarLine struct {
	Title  string
	Levels []bar
}

// bar is a count among all.
type bar struct{ Count, Of int }

// Percent is the bar's length.
func (b bar) Percent() int {
	if b.Of == 0 {
		return 0
	}
	return (100*b.Count + b.Of/2) / b.Of
}

// LevelNames heads the table of levels.
func (view) LevelNames() []string {
	var names []string
	for l := model.Initial; l <= model.Optimised; l++ {
		names = append(names, fmt.Sprintf("%d %s", l, l))
	}
	return names
}

// Pillars is the distribution of the confirmed levels.
func (v view) Pillars() []pillarLine {
	var lines []pillarLine
	for _, p := range model.Pillars() {
		line := pillarLine{Title: p.Title()}
		for l := model.Initial; l <= model.Optimised; l++ {
			line.Levels = append(line.Levels, bar{at(v.Levels[p], int(l)), v.Assessed()})
		}
		lines = append(lines, line)
	}
	return lines
}

// controlLine is a control and how many tenants fail it.
type controlLine struct {
	ID, Title, Severity          string
	Fail, Partial, Open, Settled bar
}

// FailingControls lists the controls that most tenants fail, the gravest first
// among equals.
func (v view) FailingControls() []controlLine {
	var lines []controlLine
	for id, c := range v.Controls {
		of := func(statuses ...model.Status) bar {
			b := bar{Of: v.Assessed()}
			for _, s := range statuses {
				b.Count += c.Statuses[s]
			}
			return b
		}
		line := controlLine{id, c.Title, c.Severity, of(model.StatusFail), of(model.StatusPartial),
			of(model.StatusUnknown, model.StatusNotAttested, model.StatusAttestationExpired), of(model.StatusPass, model.StatusNotApplicable)}
		if line.Fail.Count+line.Partial.Count > 0 {
			lines = append(lines, line)
		}
	}
	slices.SortFunc(lines, func(a, b controlLine) int {
		return cmp.Or(cmp.Compare(b.Fail.Count, a.Fail.Count), cmp.Compare(model.Severity(a.Severity).Rank(), model.Severity(b.Severity).Rank()),
			cmp.Compare(b.Partial.Count, a.Partial.Count), strings.Compare(a.ID, b.ID))
	})
	return lines[:min(len(lines), listed)]
}

// needLine is what would settle findings.
type needLine struct {
	What string
	needTotal
}

// MissingInputs lists what would settle most findings.
func (v view) MissingInputs() []needLine {
	var lines []needLine
	for what, n := range v.Needs {
		lines = append(lines, needLine{what, n})
	}
	slices.SortFunc(lines, func(a, b needLine) int {
		return cmp.Or(cmp.Compare(b.Findings, a.Findings), cmp.Compare(b.Tenants, a.Tenants), strings.Compare(a.What, b.What))
	})
	return lines[:min(len(lines), listed)]
}

// bandLine is a band of scores.
type bandLine struct {
	Name string
	bar
}

// BandLines lists the bands, the worst first.
func (v view) BandLines() []bandLine {
	order := []string{"Critical", "Poor", "Developing", "Good", "Strong"}
	var lines []bandLine
	for _, name := range slices.Sorted(maps.Keys(v.Bands)) {
		lines = append(lines, bandLine{name, bar{v.Bands[name], v.Assessed()}})
	}
	slices.SortStableFunc(lines, func(a, b bandLine) int { return slices.Index(order, a.Name) - slices.Index(order, b.Name) })
	return lines
}

// moveLine counts a kind of change.
type moveLine struct {
	What, Move string
	Count      int
	Class      string
}

// MoveLines lists what changed since the earlier run.
func (v view) MoveLines() []moveLine {
	var lines []moveLine
	for _, id := range slices.Sorted(maps.Keys(v.Moves)) {
		what, move, _ := strings.Cut(id, " ")
		class := ""
		switch diff.Move(move) {
		case diff.New, diff.Worse, diff.Opened, diff.Fell:
			class = "bad"
		case diff.Fixed, diff.Better, diff.Closed, diff.Rose:
			class = "good"
		case diff.Undecided:
			class = "open"
		}
		lines = append(lines, moveLine{what, move, v.Moves[id], class})
	}
	return lines
}

func scoreText(h model.Headline) string {
	text := fmt.Sprintf("%d %% %s", h.Score, h.Band)
	if h.Provisional {
		text += ", provisional"
	}
	return text
}

func weakest(h model.Headline) string {
	return fmt.Sprintf("%s, %d %s", h.WeakestPillar.Title(), h.Maturity, h.Maturity)
}

// counted is a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
