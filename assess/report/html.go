package report

import (
	_ "embed"
	"fmt"
	"io"
	"strings"

	"github.com/privpath/privpath/model"
)

//go:embed page.css
var pageCSS string

// HTML writes one page that needs nothing else: no script, no font, no picture,
// and its policy forbids to load any. It prints well and follows the reader's
// choice of a dark or a light page.
func HTML(w io.Writer, a *model.Assessment, opts Options) error {
	p := &page{a: a, expected: opts.Expected}
	p.head()
	p.raw("<body>\n<header>\n").element("h1", "Privileged Path: "+tenantName(a))
	p.paragraph(fmt.Sprintf("As of %s. %s, %s of them decided.", a.AsOf.UTC().Format("2006-01-02 15:04 MST"), plural(len(a.Findings), "control"), percent(a.Coverage)))
	p.raw("</header>\n<main>\n")
	p.headline()
	p.pillars()
	p.reach()
	p.paths()
	p.lockouts()
	p.findings()
	p.inputs()
	p.raw("</main>\n<footer>\n")
	p.paragraph(credit)
	p.raw("</footer>\n</body>\n</html>\n")
	_, err := io.WriteString(w, p.b.String())
	return err
}

// markup is HTML of ours: a constant converts to it, a tenant's text does not.
type markup string

// page collects the document. What a tenant holds gets in through text only.
type page struct {
	b        strings.Builder
	a        *model.Assessment
	expected map[string]string
}

func (p *page) raw(m markup) *page {
	p.b.WriteString(string(m))
	return p
}

func (p *page) text(s string) *page {
	p.b.WriteString(escaped(s))
	return p
}

func (p *page) element(tag markup, text string) *page {
	return p.raw("<" + tag + ">").text(text).raw("</" + tag + ">\n")
}

func (p *page) paragraph(text string) { p.element("p", text) }

func (p *page) head() {
	p.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n" +
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n" +
		"<meta name=\"color-scheme\" content=\"light dark\"/>\n" +
		"<meta name=\"referrer\" content=\"no-referrer\"/>\n" +
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\"/>\n")
	p.element("title", "Privileged Path: "+tenantName(p.a))
	p.raw("<style>\n").raw(markup(pageCSS)).raw("</style>\n</head>\n")
}

// cell is the content of one table cell: lines of text, and how it looks.
type cell struct {
	class markup
	lines []string
}

func plain(text string) cell { return cell{lines: []string{text}} }

// table writes a table with a caption; the first cell of each row heads it.
// Without rows it writes nothing. The frame scrolls by itself and can be reached
// by keyboard.
func (p *page) table(caption string, header []string, rows [][]cell) {
	if len(rows) == 0 {
		return
	}
	p.raw("<div class=\"frame\" role=\"region\" tabindex=\"0\" aria-label=\"").text(caption).raw("\">\n<table>\n").element("caption", caption).raw("<thead><tr>")
	for _, h := range header {
		p.raw("<th scope=\"col\">").text(h).raw("</th>")
	}
	p.raw("</tr></thead>\n<tbody>\n")
	for _, row := range rows {
		p.row(row)
	}
	p.raw("</tbody>\n</table>\n</div>\n")
}

func (p *page) row(cells []cell) {
	p.raw("<tr>")
	for i, c := range cells {
		open, end := markup("<td"), markup("</td>")
		if i == 0 {
			open, end = "<th scope=\"row\"", "</th>"
		}
		p.raw(open)
		if c.class != "" {
			p.raw(" class=\"" + c.class + "\"")
		}
		p.raw(">")
		for j, l := range c.lines {
			if j > 0 {
				p.raw("<br/>")
			}
			p.raw("<bdi>").text(l).raw("</bdi>")
		}
		p.raw(end)
	}
	p.raw("</tr>\n")
}

// more says how many rows were left out.
func (p *page) more(all int) {
	if all > maxRows {
		p.paragraph(fmt.Sprintf("… and %d more, in the assessment document.", all-maxRows))
	}
}

func (p *page) facts(facts []labelled) {
	p.raw("<dl>\n")
	for _, f := range facts {
		p.element("dt", f.label).raw("<dd><bdi>").text(f.value).raw("</bdi></dd>\n")
	}
	p.raw("</dl>\n")
}

func (p *page) headline() {
	p.raw("<section>\n").element("h2", "Result")
	p.facts(headlineFacts(p.a))
	p.raw("</section>\n")
}

func (p *page) pillars() {
	var rows [][]cell
	for _, s := range p.a.Pillars {
		next := ""
		if s.Next != nil && len(s.Next.Missing) > 0 {
			next = fmt.Sprintf("level %d needs %s", s.Next.Level, strings.Join(s.Next.Missing, ", "))
		}
		rows = append(rows, []cell{plain(s.ID.Title()), plain(levelText(s.Maturity.Confirmed)), plain(levelText(s.Maturity.Potential)), plain(string(s.Basis)), plain(next)})
	}
	p.raw("<section>\n").element("h2", "Maturity")
	p.table("Maturity of each pillar: what is held, and what is possible once the unknown is settled", []string{"Pillar", "Held", "At most", "Basis", "Next"}, rows)
	p.raw("</section>\n")
}

func (p *page) reach() {
	if len(p.a.Reach) == 0 {
		return
	}
	columns := places(p.a.Reach)
	header := []string{"Holder", "Role", "Holding"}
	for _, c := range columns {
		header = append(header, c.Device+", "+c.Network)
	}
	var rows [][]cell
	for _, r := range p.a.Reach[:min(len(p.a.Reach), maxRows)] {
		row := []cell{plain(refName(r.Principal)), plain(r.Role.Name), plain(holdingText(r))}
		for i := range columns {
			row = append(row, reachWords(r, i))
		}
		rows = append(rows, row)
	}
	p.raw("<section>\n").element("h2", "Who can use a Tier 0 role, from where")
	p.table("Use of the role from each device and network, and its activation where that is another verdict", header, rows)
	p.more(len(p.a.Reach))
	p.attackers()
	p.raw("</section>\n")
}

// reachWords names the verdicts of one place in words, which do not rest on
// colour or signs.
func reachWords(r model.Reach, place int) cell {
	if place >= len(r.From) {
		return cell{}
	}
	f := r.From[place]
	if f.Activation == model.NoActivation || f.Activation == f.Verdict {
		return cell{verdictClass(f.Verdict), []string{f.Verdict}}
	}
	return cell{verdictClass(f.Verdict), []string{"use " + f.Verdict, "activation " + f.Activation}}
}

func verdictClass(verdict string) markup {
	switch verdict {
	case model.Reaches:
		return "bad"
	case model.Blocked:
		return "good"
	}
	return "open"
}

func (p *page) attackers() {
	names := attackerNames(p.a.Reach)
	var rows [][]cell
	for _, r := range p.a.Reach[:min(len(p.a.Reach), maxRows)] {
		row := []cell{plain(refName(r.Principal)), plain(r.Role.Name)}
		for _, name := range names {
			row = append(row, cell{class: verdictClass(r.Attackers[name]), lines: []string{r.Attackers[name]}})
		}
		rows = append(rows, row)
	}
	header := []string{"Holder", "Role"}
	for _, name := range names {
		header = append(header, attackerWords(name))
	}
	p.table("Who ends up using the role, holding what an attacker of that kind holds", header, rows)
}

func (p *page) paths() {
	if len(p.a.Paths) == 0 {
		return
	}
	p.raw("<section>\n").element("h2", "Ways into Tier 0 over somebody or something else")
	p.ways(p.a.Paths[:min(len(p.a.Paths), maxRows)], intoTier0)
	p.more(len(p.a.Paths))
	p.removals()
	p.raw("</section>\n")
}

// lockouts tells who can lock administrators out.
func (p *page) lockouts() {
	list := toldLockouts(p.a)
	if len(list) == 0 {
		return
	}
	p.raw("<section>\n").element("h2", LockoutTitle)
	for _, l := range list {
		p.element("p", lockoutWords(l))
		p.ways(l.Paths, locksOut)
	}
	p.raw("</section>\n")
}

func (p *page) ways(list []model.Path, verdict func(model.Path) string) {
	for _, way := range list {
		p.element("h3", refName(way.From)+" "+attackerWords(way.Attacker)+": "+verdict(way))
		p.raw("<ol>\n")
		for _, h := range way.Hops {
			p.raw("<li><bdi>").text(hopText(h)).raw("</bdi>")
			for _, e := range h.Evidence {
				p.raw("<br/><code>").text(evidenceText(e)).raw("</code>")
			}
			p.raw("</li>\n")
		}
		p.raw("</ol>\n")
	}
}

func (p *page) removals() {
	if p.a.Cut == nil || len(p.a.Cut.Hops) == 0 {
		return
	}
	p.element("h3", "Remove these, and no certain way is left to those who hold no Tier 0 role")
	p.raw("<ul>\n")
	for _, h := range p.a.Cut.Hops {
		p.element("li", refName(h.From)+" "+h.Explanation)
	}
	p.raw("</ul>\n")
}

func (p *page) findings() {
	for _, pillar := range model.Pillars() {
		var rows [][]cell
		var details []model.Finding
		for _, f := range p.a.Findings {
			if f.Pillar != pillar {
				continue
			}
			rows = append(rows, []cell{plain(f.Control), plain(f.Title), {statusClass(f.Status), []string{statusWords(f.Status)}}, plain(string(f.Severity)), plain(f.Summary)})
			if !settled(f.Status) {
				details = append(details, f)
			}
		}
		if len(rows) == 0 {
			continue
		}
		p.raw("<section>\n").element("h2", pillar.Title())
		p.table("Controls of "+pillar.Title(), []string{"Control", "Title", "Status", "Severity", "Summary"}, rows)
		for _, f := range details {
			p.finding(f)
		}
		p.raw("</section>\n")
	}
}

func statusClass(s model.Status) markup {
	switch s {
	case model.StatusPass:
		return "good"
	case model.StatusFail:
		return "bad"
	case model.StatusNotApplicable:
		return ""
	}
	return "open"
}

func (p *page) finding(f model.Finding) {
	p.raw("<article>\n").element("h3", f.Control+" "+f.Title)
	facts := []labelled{{"Status", statusWords(f.Status) + ", severity " + string(f.Severity)}}
	if expected := p.expected[f.Control]; expected != "" {
		facts = append(facts, labelled{"Expected", expected})
	}
	p.facts(append(append(facts, labelled{"Found", f.Summary}), findingFacts(f)...))
	open := openSubjects(f)
	var rows [][]cell
	for _, s := range open[:min(len(open), maxRows)] {
		evidence := cell{class: "code"}
		for _, e := range s.Evidence {
			evidence.lines = append(evidence.lines, evidenceText(e))
		}
		rows = append(rows, []cell{plain(subjectName(s)), plain(s.Kind), {statusClass(s.Status), []string{statusWords(s.Status)}}, plain(s.Detail), evidence})
	}
	p.table(f.Control+": what it is about, and where that stands in the export", []string{"Name", "Kind", "Status", "Detail", "Evidence"}, rows)
	p.more(len(open))
	p.raw("</article>\n")
}

func (p *page) inputs() {
	var rows [][]cell
	for _, in := range p.a.Inputs.Datasets {
		rows = append(rows, []cell{plain(in.Name), plain(in.Status.String()), plain(fmt.Sprint(in.Count)), plain(strings.TrimSpace(string(in.Reason) + " " + in.Detail))})
	}
	p.raw("<section>\n").element("h2", "Inputs")
	p.facts([]labelled{{"Digest", p.a.Inputs.Digest}, {"Engine", p.a.Engine.Version}, {"Catalogue", p.a.Engine.Catalogue}})
	p.table("Data sets that were read", []string{"Data set", "Status", "Records", "Reason"}, rows)
	p.raw("</section>\n")
}
