package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

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
}

// row is one line of the matrix: the worst of everything that it stands for.
type row struct {
	label string
	of    []model.Reach
}

// byRole gathers the holders of each role, the gravest role first.
func byRole(all []model.Reach) []row {
	var rows []row
	for _, r := range all {
		i := slices.IndexFunc(rows, func(o row) bool { return model.SameID(o.of[0].Role.ID, r.Role.ID) })
		if i < 0 {
			rows = append(rows, row{label: r.Role.Name})
			i = len(rows) - 1
		}
		rows[i].of = append(rows[i].of, r)
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		return cmp.Or(order(!isGlobal(a), !isGlobal(b)), cmp.Compare(a.label, b.label))
	})
	return rows
}

func isGlobal(r row) bool { return model.SameID(r.of[0].Role.ID, model.GlobalAdministrator) }

// byHolder gives each holding a line of its own.
func byHolder(all []model.Reach) []row {
	rows := make([]row, 0, len(all))
	for _, r := range all {
		label := cmp.Or(r.Principal.Name, r.Principal.ID) + " · " + r.Role.Name
		if r.Holding == "standing" {
			label += " (standing)"
		}
		rows = append(rows, row{label: label, of: []model.Reach{r}})
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

// matrix draws use and activation of each row from each place: two signs a cell.
func (t *text) matrix(rows []row) {
	columns := places(t.a.Reach)
	const label, cell = 34, 10
	devices, networks := strings.Repeat(" ", label), strings.Repeat(" ", label)
	for i, c := range columns {
		device := c.Device
		if i > 0 && columns[i-1].Device == device {
			device = ""
		}
		devices += fmt.Sprintf("%-*s", cell, device)
		networks += fmt.Sprintf("%-*s", cell, c.Network)
	}
	t.line("  %s", t.paint(dim, strings.TrimRight(devices, " ")))
	t.line("  %s", t.paint(dim, strings.TrimRight(networks, " ")))
	for _, r := range rows {
		line := fmt.Sprintf("%-*s", label, cut(clean(r.label), label-1))
		for i := range columns {
			use := signs[r.worst(i, func(f model.ReachFrom) string { return f.Verdict })]
			activation := signs[r.worst(i, func(f model.ReachFrom) string { return f.Activation })]
			line += t.paint(use.style, use.sign) + " " + t.paint(activation.style, activation.sign) + strings.Repeat(" ", cell-3)
		}
		t.line("  %s", strings.TrimRight(line, " "))
	}
	t.line("  %s", t.paint(dim, "in each cell: use, activation   ● reaches   · blocked   ? unknown   - no activation needed"))
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
		t.title("By role")
		t.matrix(byRole(a.Reach))
		t.title("By holder")
		t.matrix(byHolder(a.Reach))
		t.attackers()
	})
}

// attackers shows for each holding which attacker ends up using the role.
func (t *text) attackers() {
	t.title("Who ends up with the role")
	for _, r := range t.a.Reach {
		t.line("  %s · %s", clean(r.Principal.Name), clean(r.Role.Name))
		names := make([]string, 0, len(r.Attackers))
		for name := range r.Attackers {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			verdict := r.Attackers[name]
			t.line("      %-16s %s", name, t.paint(signs[verdict].style, verdict))
		}
	}
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
				t.block(2, "through "+inert(strings.Join(r.Via, " > ")))
			}
			for _, way := range r.Weakest {
				t.way(way)
			}
			for _, need := range r.Unknown {
				t.block(2, "not known: "+inert(need.Dataset+" "+need.Detail))
			}
		}
	})
}

func (t *text) way(w model.Weakest) {
	t.line("")
	t.line("  %s with %s", t.paint(bold, cmp.Or(w.Step, "use")), strings.Join(w.Requires, " + "))
	c := w.Context
	t.block(4, inert(fmt.Sprintf("%s device, %s network, %s on %s, flow %s, to %s", c.Device, c.Network, c.ClientApp, c.Platform, c.Flow, c.Resource)))
	t.block(4, inert(w.Explanation))
	for _, b := range w.Because {
		t.block(6, "- "+clean(cmp.Or(b.Name, b.Policy))+": "+inert(b.Why))
	}
}
