package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/privpath/privpath/model"
)

// maxRows bounds how many subjects or paths a document for people lists in one
// place; the assessment document holds them all.
const maxRows = 200

// Markdown writes a report in GitHub's dialect. Nothing that a tenant holds acts
// as markup.
func Markdown(w io.Writer, a *model.Assessment, opts Options) error {
	m := &markdown{a: a, expected: opts.Expected}
	m.heading()
	m.pillars()
	m.reach()
	m.paths()
	m.lockouts()
	m.findings()
	m.inputs()
	m.line("---", "")
	m.line(mdText(credit))
	_, err := io.WriteString(w, m.b.String())
	return err
}

type markdown struct {
	b        strings.Builder
	a        *model.Assessment
	expected map[string]string
}

func (m *markdown) line(lines ...string) {
	for _, l := range lines {
		m.b.WriteString(l + "\n")
	}
}

// table writes a table, or nothing where there are no rows. The cells are
// Markdown already.
func (m *markdown) table(header []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	m.line("| "+strings.Join(header, " | ")+" |", "|"+strings.Repeat("---|", len(header)))
	for _, row := range rows {
		m.line("| " + strings.Join(row, " | ") + " |")
	}
	m.line("")
}

// more says how many rows were left out.
func (m *markdown) more(all int) {
	if all > maxRows {
		m.line(fmt.Sprintf("… and %d more, in the assessment document.", all-maxRows), "")
	}
}

func (m *markdown) heading() {
	a := m.a
	m.line("# Privileged Path: "+mdText(tenantName(a)), "")
	m.line(fmt.Sprintf("As of %s. %s, %s of them decided.", a.AsOf.UTC().Format("2006-01-02 15:04 MST"), plural(len(a.Findings), "control"), percent(a.Coverage)), "")
	var rows [][]string
	for _, f := range headlineFacts(a) {
		rows = append(rows, []string{"**" + mdText(f.label) + "**", mdText(f.value)})
	}
	m.table([]string{"", ""}, rows)
}

func (m *markdown) pillars() {
	m.line("## Maturity", "")
	var rows [][]string
	for _, p := range m.a.Pillars {
		next := ""
		if p.Next != nil && len(p.Next.Missing) > 0 {
			next = fmt.Sprintf("level %d needs %s", p.Next.Level, strings.Join(p.Next.Missing, ", "))
		}
		rows = append(rows, []string{mdText(p.ID.Title()), levelText(p.Maturity.Confirmed), levelText(p.Maturity.Potential), mdText(string(p.Basis)), mdText(next)})
	}
	m.table([]string{"Pillar", "Held", "At most", "Basis", "Next"}, rows)
}

func (m *markdown) reach() {
	if len(m.a.Reach) == 0 {
		return
	}
	m.line("## Who can use a Tier 0 role, from where", "", "Each cell: use of the role, then activation. ● reaches, · blocked, ? unknown, - no activation needed.", "")
	columns := places(m.a.Reach)
	header := []string{"Role", "Holder", "Holding"}
	for _, c := range columns {
		header = append(header, mdText(c.Device+", "+c.Network))
	}
	var rows [][]string
	for _, r := range m.a.Reach[:min(len(m.a.Reach), maxRows)] {
		row := []string{mdText(r.Role.Name), mdText(refName(r.Principal)), mdText(holdingText(r))}
		for i := range columns {
			row = append(row, reachCell(r, i))
		}
		rows = append(rows, row)
	}
	m.table(header, rows)
	m.more(len(m.a.Reach))
}

func (m *markdown) paths() {
	if len(m.a.Paths) == 0 {
		return
	}
	m.line("## Ways into Tier 0 over somebody or something else", "")
	m.ways(m.a.Paths[:min(len(m.a.Paths), maxRows)], intoTier0)
	m.more(len(m.a.Paths))
	m.removals()
}

// lockouts tells who can lock administrators out.
func (m *markdown) lockouts() {
	list := toldLockouts(m.a)
	if len(list) == 0 {
		return
	}
	m.line("## "+LockoutTitle, "")
	for _, l := range list {
		m.line(mdText(lockoutWords(l)), "")
		m.ways(l.Paths, locksOut)
	}
}

func (m *markdown) ways(list []model.Path, verdict func(model.Path) string) {
	for i, p := range list {
		m.line(fmt.Sprintf("%d. **%s** %s: %s", i+1, mdText(refName(p.From)), mdText(attackerWords(p.Attacker)), mdText(verdict(p))))
		for _, h := range p.Hops {
			m.line("   - " + mdText(hopText(h)))
		}
	}
	m.line("")
}

func (m *markdown) removals() {
	if m.a.Cut == nil || len(m.a.Cut.Hops) == 0 {
		return
	}
	m.line("Remove these, and no certain way is left to those who hold no Tier 0 role:", "")
	for _, h := range m.a.Cut.Hops {
		m.line("- " + mdText(refName(h.From)+" "+h.Explanation))
	}
	m.line("")
}

func (m *markdown) findings() {
	for _, pillar := range model.Pillars() {
		var rows [][]string
		var details []model.Finding
		for _, f := range m.a.Findings {
			if f.Pillar != pillar {
				continue
			}
			rows = append(rows, []string{mdText(f.Control), mdText(f.Title), mdText(statusWords(f.Status)), mdText(string(f.Severity)), mdText(f.Summary)})
			if !settled(f.Status) {
				details = append(details, f)
			}
		}
		if len(rows) == 0 {
			continue
		}
		m.line("## "+pillar.Title(), "")
		m.table([]string{"Control", "Title", "Status", "Severity", "Summary"}, rows)
		for _, f := range details {
			m.finding(f)
		}
	}
}

func (m *markdown) finding(f model.Finding) {
	m.line("### "+mdText(f.Control+" "+f.Title), "")
	m.line(fmt.Sprintf("**%s**, severity %s. %s", mdText(statusWords(f.Status)), mdText(string(f.Severity)), mdText(f.Summary)), "")
	if expected := m.expected[f.Control]; expected != "" {
		m.line("- Expected: " + mdText(expected))
	}
	for _, l := range findingFacts(f) {
		m.line("- " + l.label + ": " + mdText(l.value))
	}
	m.line("")
	open := openSubjects(f)
	var rows [][]string
	for _, s := range open[:min(len(open), maxRows)] {
		var evidence []string
		for _, e := range s.Evidence {
			evidence = append(evidence, mdText(evidenceText(e)))
		}
		rows = append(rows, []string{mdText(s.Kind), mdText(subjectName(s)), mdText(statusWords(s.Status)), mdText(s.Detail), strings.Join(evidence, "<br>")})
	}
	m.table([]string{"Kind", "Name", "Status", "Detail", "Evidence"}, rows)
	m.more(len(open))
}

func (m *markdown) inputs() {
	m.line("## Inputs", "", "Digest "+mdText(m.a.Inputs.Digest), "")
	var rows [][]string
	for _, in := range m.a.Inputs.Datasets {
		rows = append(rows, []string{mdText(in.Name), mdText(in.Status.String()), fmt.Sprint(in.Count), mdText(strings.TrimSpace(string(in.Reason) + " " + in.Detail))})
	}
	m.table([]string{"Data set", "Status", "Records", "Reason"}, rows)
}

// mdText writes text so that no part of it is markup: every character that
// Markdown may act on gets a backslash, bare addresses do not become links, and
// what would start a list or a heading at the start of a line does not.
func mdText(text string) string {
	var b strings.Builder
	text = Inert(strings.TrimSpace(text))
	for i, r := range text {
		switch {
		case strings.ContainsRune("\\`*_[]<>&|~$#!{}", r),
			i == 0 && strings.ContainsRune("+-=", r),
			r == ':' && strings.HasPrefix(text[i:], "://"),
			r == '.' && strings.HasSuffix(strings.ToLower(text[:i]), "www"),
			(r == '.' || r == ')') && i > 0 && strings.Trim(text[:i], "0123456789") == "":
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
