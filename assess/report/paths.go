package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/privpath/privpath/model"
)

// maxPathsShown bounds how many paths the report of an assessment shows; the
// paths command shows them all.
const maxPathsShown = 5

// paths shows the weakest ways into Tier 0 in the report.
func (t *text) paths() {
	if len(t.a.Paths) == 0 {
		return
	}
	t.title("Ways into Tier 0 over somebody or something else")
	for _, p := range t.a.Paths[:min(len(t.a.Paths), maxPathsShown)] {
		t.block(2, sign(p)+" "+clean(p.From.Name)+" ("+attackerWords(p.Attacker)+"): "+Inert(chain(p)))
	}
	if more := len(t.a.Paths) - maxPathsShown; more > 0 {
		t.line("  %s", t.paint(dim, fmt.Sprintf("… and %d more: privpath paths", more)))
	}
}

// lockouts shows who can lock administrators out. Steps are told in whole where all
// is.
func (t *text) lockouts(whole bool) {
	list := toldLockouts(t.a)
	if len(list) == 0 {
		return
	}
	t.title(LockoutTitle)
	for _, l := range list {
		t.block(2, Inert(lockoutWords(l)))
		for i, p := range l.Paths {
			switch {
			case whole:
				t.path(p)
			case i < maxPathsShown:
				t.block(4, sign(p)+" "+clean(p.From.Name)+" ("+attackerWords(p.Attacker)+"): "+Inert(chain(p)))
			}
		}
		if more := l.Surely + l.Perhaps - len(l.Paths); whole && more > 0 {
			t.line("  %s", t.paint(dim, fmt.Sprintf("… and %d more", more)))
		}
	}
}

// LockoutTitle heads who can lock administrators out.
const LockoutTitle = "Who can lock administrators out without a way into Tier 0"

// toldLockouts leaves out that nobody locks out those whom nobody holds.
func toldLockouts(a *model.Assessment) []model.Lockout {
	return slices.DeleteFunc(slices.Clone(a.Lockouts), func(l model.Lockout) bool { return !l.Every && len(l.Paths) == 0 })
}

// lockoutWords says whom a lock-out puts out of action, and how many can.
func lockoutWords(l model.Lockout) string {
	const named = 3
	names := []string{}
	for _, t := range l.Targets[:min(len(l.Targets), named)] {
		names = append(names, clean(cmp.Or(t.Name, t.ID)))
	}
	whom := strings.Join(names, ", ")
	if more := len(l.Targets) - named; more > 0 {
		whom += fmt.Sprintf(" and %d more", more)
	}
	if l.Every {
		whom = "Every Global Administrator at once (" + whom + ")"
	}
	switch {
	case l.Surely+l.Perhaps == 0:
		return whom + ": nobody."
	case l.Perhaps == 0:
		return fmt.Sprintf("%s: %d surely.", whom, l.Surely)
	}
	return fmt.Sprintf("%s: %d surely, %d more may.", whom, l.Surely, l.Perhaps)
}

// chain names what a path leads through.
func chain(p model.Path) string {
	var names []string
	for _, h := range p.Hops {
		if h.Source != h.Target && h.To.Kind != "credential" { // what it opens comes next
			names = append(names, clean(cmp.Or(h.To.Name, h.To.ID)))
		}
	}
	return "→ " + strings.Join(slices.Compact(names), " → ")
}

func sign(p model.Path) string { return signs[p.Verdict].sign }

// attackerWords says what is held of the start at first.
func attackerWords(attacker string) string {
	words, ok := map[string]string{
		"stolenPassword": "with a stolen password", "phishedSession": "with a phished sign-in", "activeSession": "with a stolen session",
		"userDevice": "on the user's device", "paw": "at the workstation", "workloadCredential": "with its credential", "control": "by controlling it",
	}[attacker]
	if !ok {
		return attacker
	}
	return words
}

// Paths writes every way into Tier 0, hop by hop, then what controls Tier 0 and
// the hops that are worth removing.
func Paths(w io.Writer, a *model.Assessment, opts Options) error {
	return writeText(w, a, opts, func(t *text) {
		t.line("%s", t.paint(bold, clean(cmp.Or(a.Tenant.DisplayName, a.Tenant.ID))))
		t.title("Ways into Tier 0 over somebody or something else")
		if len(a.Paths) == 0 {
			t.line("  There is none in the data.")
		} else {
			t.line("  %s", t.paint(dim, "Of the places to start from, "+counted(a.Paths)))
		}
		for _, p := range a.Paths {
			t.path(p)
		}
		t.tier0()
		t.remove()
		t.lockouts(true)
	})
}

func (t *text) path(p model.Path) {
	t.line("")
	style := signs[p.Verdict]
	t.line("  %s %s %s", t.paint(style.style, style.sign), t.paint(bold, clean(cmp.Or(p.From.Name, p.From.ID))), attackerWords(p.Attacker))
	for i, h := range p.Hops {
		line := fmt.Sprintf("%d. %s %s", i+1, clean(cmp.Or(h.From.Name, h.From.ID)), Inert(h.Explanation))
		if h.With != nil {
			line += withWords(*h.With)
		}
		if len(h.Requires) > 0 {
			line += " [" + strings.Join(h.Requires, " + ") + "]"
		}
		t.block(4, line)
	}
	for _, n := range p.Unknown {
		t.block(6, "not known: "+Inert(n.Detail)+" ("+Inert(n.Dataset)+")")
	}
}

// withWords says what a hop takes besides where it starts.
func withWords(with model.PrincipalRef) string {
	name := clean(cmp.Or(with.Name, with.ID))
	if with.Kind == "policy" {
		return ", now that " + name + " no longer stands in the way"
	}
	return ", with the help of " + name
}

// counted says how many starts surely get there, and how many may.
func counted(list []model.Path) string {
	surely, perhaps := map[model.PrincipalRef]bool{}, map[model.PrincipalRef]bool{}
	for _, p := range list {
		if p.Verdict == model.Reaches {
			surely[p.From] = true
		} else {
			perhaps[p.From] = true
		}
	}
	for start := range surely {
		delete(perhaps, start)
	}
	return fmt.Sprintf("%d surely lead there, %d more may; the weakest attackers come first.", len(surely), len(perhaps))
}

func (t *text) tier0() {
	var others []model.Tier0Member
	for _, m := range t.a.Tier0 {
		if !m.Declared {
			others = append(others, m)
		}
	}
	if len(others) == 0 {
		return
	}
	t.title("What controls Tier 0 and does not count as Tier 0")
	for _, m := range others {
		mark := signs[model.Reaches]
		if !m.Certain {
			mark = signs[model.ReachUnknown]
		}
		name := clean(cmp.Or(m.Name, m.ID))
		if !slices.Contains([]string{"tenant", "onPremises", "azureResource", "identityProvider"}, m.Kind) { // whose names say it
			name = clean(m.Kind) + " " + name
		}
		t.block(2, t.paint(mark.style, mark.sign)+" "+name+": "+Inert(m.Reason))
	}
}

// remove shows the hops whose removal closes ways.
func (t *text) remove() {
	if t.a.Cut != nil && len(t.a.Cut.Hops) > 0 {
		t.title("Remove these, and no certain way is left to those who hold no Tier 0 role")
		for _, h := range t.a.Cut.Hops {
			t.block(2, hopWords(h))
		}
		if !t.a.Cut.Exact {
			t.line("  %s", t.paint(dim, "A smaller set may do: the search was cut short."))
		}
	}
	if len(t.a.ChokePoints) > 0 {
		t.title("Choke points: one removal, and so many lose their last certain way")
		for _, c := range t.a.ChokePoints {
			t.block(2, fmt.Sprintf("%d of %d: %s", c.Cuts, c.Of, hopWords(c.PathHop)))
		}
	}
}

func hopWords(h model.PathHop) string {
	return clean(cmp.Or(h.From.Name, h.From.ID)) + " " + Inert(h.Explanation)
}

// PathsDOT writes the paths, and the ways of locking administrators out, as one graph in the DOT language of Graphviz.
func PathsDOT(w io.Writer, a *model.Assessment) error {
	var b strings.Builder
	b.WriteString("digraph paths {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n")
	seen := map[string]bool{}
	once := func(line string) {
		if !seen[line] {
			seen[line] = true
			b.WriteString(line)
		}
	}
	ways := slices.Clone(a.Paths)
	for _, l := range a.Lockouts {
		ways = append(ways, l.Paths...)
	}
	for _, p := range ways {
		for _, n := range p.Nodes {
			once(fmt.Sprintf("  %s [label=%s];\n", dotID(n.PrincipalRef), dotQuote(cmp.Or(n.Name, n.ID)+"\n"+n.Kind)))
		}
		style := ""
		if p.Verdict != model.Reaches {
			style = ", style=dashed"
		}
		for _, h := range p.Hops {
			once(fmt.Sprintf("  %s -> %s [label=%s%s];\n", dotID(h.From), dotID(h.To), dotQuote(h.Edge), style))
			if h.With != nil && *h.With != h.From {
				once(fmt.Sprintf("  %s -> %s [label=%s, style=dotted];\n", dotID(*h.With), dotID(h.To), dotQuote("and")))
			}
		}
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func dotID(r model.PrincipalRef) string { return dotQuote(r.Kind + ":" + r.ID) }

// dotQuote writes a quoted id of DOT, in which only quotes, backslashes and line
// ends need care.
func dotQuote(s string) string {
	s = strings.ReplaceAll(s, `\`, `\\`)
	s = strings.ReplaceAll(s, `"`, `\"`)
	return `"` + strings.ReplaceAll(s, "\n", `\n`) + `"`
}
