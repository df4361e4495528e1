package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// places are the columns of the matrix, as the engine lists them.
func places(all []model.Reach) []model.ReachFrom {
	for _, r := range all {
		if len(r.From) > 0 {
			return r.From
		}
	}
	return nil
}

// reach shows the matrix of roles against places in the report.
func (t *text) reach() {
	if len(t.a.Reach) == 0 {
		return
	}
	t.title("Who can use a Tier 0 role, from where")
	t.matrix(byRole(t.a.Reach))
	t.legend()
}

// row is one line of the matrix: the worst of everything that it stands for.
type row struct {
	label string
	of    []model.Reach
}

// byRole gathers the holders of each role, the gravest role first. Break-glass
// accounts, which are meant to get in, have rows of their own at the end.
func byRole(all []model.Reach) []row {
	var rows []row
	for _, r := range all {
		if r.BreakGlass {
			continue
		}
		i := slices.IndexFunc(rows, func(o row) bool { return model.SameID(o.of[0].Role.ID, r.Role.ID) })
		if i < 0 {
			rows = append(rows, row{label: clean(r.Role.Name)})
			i = len(rows) - 1
		}
		rows[i].of = append(rows[i].of, r)
	}
	sorting.Stable(rows, func(a, b row) int {
		return cmp.Or(order(!isGlobal(a), !isGlobal(b)), cmp.Compare(a.label, b.label))
	})
	emergency := row{label: "Break glass, meant to get in when all else fails"}
	for _, r := range all {
		if r.BreakGlass {
			emergency.of = append(emergency.of, r)
		}
	}
	if len(emergency.of) > 0 {
		rows = append(rows, emergency)
	}
	return rows
}

func isGlobal(r row) bool { return model.SameID(r.of[0].Role.ID, model.GlobalAdministrator) }

// byHolder gives each holding of a role a line of its own.
func byHolder(role row) []row {
	rows := make([]row, 0, len(role.of))
	for _, r := range role.of {
		suffix := ""
		if r.Holding == "standing" {
			suffix = " (standing)"
		}
		name := clean(cmp.Or(r.Principal.Name, r.Principal.ID))
		rows = append(rows, row{label: "  " + cut(name, labelWidth-4-len(suffix)) + suffix, of: []model.Reach{r}})
	}
	return rows
}

// signs of a verdict in the matrix.
var signs = map[string]struct{ sign, style string }{
	model.Reaches:      {"●", red},
	model.Blocked:      {"·", green},
	model.ReachUnknown: {"?", blue},
	model.NoActivation: {"-", dim},
}

// labelWidth and cellWidth lay the matrix out in 100 columns.
const (
	labelWidth = 42
	cellWidth  = 11
)

// matrix draws use and activation of each row from each place: two signs for
// each network, the networks of one device side by side.
func (t *text) matrix(rows []row) {
	columns := places(t.a.Reach)
	header, device := strings.Repeat(" ", labelWidth), ""
	for _, c := range columns {
		if c.Device != device {
			header += fmt.Sprintf("%-*s", cellWidth, c.Device)
			device = c.Device
		}
	}
	t.line("  %s", t.paint(dim, strings.TrimRight(header, " ")))
	for _, r := range rows {
		t.line("  %s", strings.TrimRight(fmt.Sprintf("%-*s", labelWidth, cut(r.label, labelWidth-2))+t.cells(r, columns), " "))
	}
}

func (t *text) cells(r row, columns []model.ReachFrom) string {
	line, width := "", 0
	for i, c := range columns {
		if i > 0 && columns[i-1].Device != c.Device {
			line += strings.Repeat(" ", max(1, cellWidth-width))
			width = 0
		}
		use := signs[r.worst(i, func(f model.ReachFrom) string { return f.Verdict })]
		activation := signs[r.worst(i, func(f model.ReachFrom) string { return f.Activation })]
		line += t.paint(use.style, use.sign) + t.paint(activation.style, activation.sign) + "  "
		width += 4
	}
	return line
}

// legend explains the matrix.
func (t *text) legend() {
	t.line("  %s", t.paint(dim, "for each device: untrusted network, trusted network; in each pair: use of the role, activation"))
	t.line("  %s", t.paint(dim, "● reaches   · blocked   ? unknown   - no activation needed"))
}

// worst is the gravest verdict of the row in one column. A holder for whom there
// is no verdict (a service principal) has no place.
func (r row) worst(column int, of func(model.ReachFrom) string) string {
	gravity := []string{model.NoActivation, model.Blocked, model.ReachUnknown, model.Reaches}
	worst := model.NoActivation
	for _, reach := range r.of {
		if column < len(reach.From) {
			if v := of(reach.From[column]); slices.Index(gravity, v) > slices.Index(gravity, worst) {
				worst = v
			}
		}
	}
	return worst
}

// ReachMatrix writes the matrix of every holding, and the attackers' verdicts.
func ReachMatrix(w io.Writer, a *model.Assessment, opts Options) error {
	return writeText(w, a, opts, func(t *text) {
		t.line("%s", t.paint(bold, clean(cmp.Or(a.Tenant.DisplayName, a.Tenant.ID))))
		if a.Headline.Path != "" {
			t.block(0, a.Headline.Path+".")
		}
		for _, role := range byRole(a.Reach) {
			t.title(role.label)
			t.matrix(byHolder(role))
		}
		t.line("")
		t.legend()
		t.attackers()
	})
}

// attackers shows for each holding which attacker ends up using the role.
func (t *text) attackers() {
	names := attackerNames(t.a.Reach)
	t.title("Who ends up using the role, holding what an attacker of that kind holds")
	header := strings.Repeat(" ", labelWidth)
	for _, name := range names {
		header += fmt.Sprintf("%-*s", len(name)+2, name)
	}
	t.line("  %s", t.paint(dim, strings.TrimRight(header, " ")))
	for _, role := range byRole(t.a.Reach) {
		t.line("  %s", role.label)
		for _, holder := range byHolder(role) {
			line := fmt.Sprintf("%-*s", labelWidth, holder.label)
			for _, name := range names {
				verdict := cmp.Or(holder.of[0].Attackers[name], model.NoActivation)
				line += t.paint(signs[verdict].style, signs[verdict].sign) + strings.Repeat(" ", len(name)+1)
			}
			t.line("  %s", strings.TrimRight(line, " "))
		}
	}
}

// attackerNames lists the attackers from the weakest to the strongest, then the
// caller's own.
func attackerNames(all []model.Reach) []string {
	names := []string{"stolenPassword", "phishedSession", "activeSession", "userDevice", "paw"}
	seen := map[string]bool{}
	for _, r := range all {
		for name := range r.Attackers {
			seen[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// ReachExplained writes the ways into each holding step by step: what each
// requires, one sign-in that shows it, and why no policy stopped it.
func ReachExplained(w io.Writer, a *model.Assessment, opts Options) error {
	return writeText(w, a, opts, func(t *text) {
		for i, r := range a.Reach {
			if i > 0 {
				t.line("")
			}
			t.line("%s", t.paint(bold, clean(r.Principal.Name)+" · "+clean(r.Role.Name)+" ("+r.Holding+")"))
			if len(r.Via) > 0 {
				t.block(2, "through "+Inert(viaText(r)))
			}
			for _, way := range r.Weakest {
				t.way(way)
			}
			for _, need := range r.Unknown {
				t.block(2, "not known: "+Inert(need.Dataset+" "+need.Detail))
			}
		}
	})
}

func (t *text) way(w model.Weakest) {
	t.line("")
	t.line("  %s with %s", t.paint(bold, cmp.Or(w.Step, "use")), strings.Join(w.Requires, " + "))
	c := w.Context
	t.block(4, Inert(fmt.Sprintf("%s device, %s network, %s on %s, flow %s, to %s", c.Device, c.Network, c.ClientApp, c.Platform, c.Flow, c.Resource)))
	t.block(4, Inert(w.Explanation))
	for _, b := range w.Because {
		t.block(6, "- "+clean(cmp.Or(b.Name, b.Policy))+": "+Inert(b.Why))
	}
}
