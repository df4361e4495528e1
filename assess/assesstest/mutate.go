package assesstest

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

// Turns reports whether some change turns a control's pass of a case into
// another decision: one property, of those that its evidence points at before
// all others, an empty data set, or a later date. A control whose passing cases
// nothing can turn does not look at the tenant.
func Turns(control *assess.Control, c *Case) (bool, error) {
	before, err := Judge(control, c)
	if err != nil {
		return false, err
	}
	for _, change := range changes(c, before) {
		after, err := Judge(control, change)
		if err != nil {
			return false, err
		}
		if after.Status != model.StatusPass && after.Status != model.StatusUnknown {
			return true, nil
		}
	}
	return false, nil
}

// place is a property of a row.
type place struct {
	path  string
	row   int
	field []string
}

// changes lists copies of the case with one property changed, with one data set
// empty, and last one that is judged two years later.
func changes(c *Case, finding model.Finding) []*Case {
	var list []*Case
	seen := map[string]bool{}
	ids := c.ids()
	for _, p := range places(c, finding) {
		key := p.path + "#" + strconv.Itoa(p.row) + "/" + strings.Join(p.field, "/")
		if seen[key] {
			continue
		}
		seen[key] = true
		old := at(c.Files[p.path][p.row], p.field)
		values := others(old)
		if slices.Contains(ids, old) {
			values = append(slices.Clone(values), ids...)
		}
		for _, value := range values {
			copied := c.clone()
			rows, err := set(c.Files[p.path], append([]string{strconv.Itoa(p.row)}, p.field...), value, true)
			if err == nil {
				list = append(list, copied.replace(p.path, rows.([]any)))
			}
		}
	}
	for _, path := range slices.Sorted(maps.Keys(c.Files)) {
		list = append(list, c.clone().replace(path, nil))
	}
	later := c.clone()
	later.AsOf = later.AsOf.AddDate(2, 0, 0)
	return append(list, later)
}

// places gives what the evidence points at, with all that is below it, and then
// every property of the case.
func places(c *Case, finding model.Finding) []place {
	var list []place
	for _, s := range finding.Subjects {
		for _, e := range s.Evidence {
			path := strings.TrimSuffix(e.File, ".json")
			parts := strings.Split(strings.TrimPrefix(e.Pointer, "/"), "/")
			row, err := strconv.Atoi(parts[0])
			if err != nil || row >= len(c.Files[path]) {
				continue
			}
			list = append(list, below(c, path, row, parts[1:])...)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(c.Files)) {
		for row := range c.Files[path] {
			list = append(list, below(c, path, row, nil)...)
		}
	}
	return list
}

func below(c *Case, path string, row int, field []string) []place {
	var list []place
	if len(field) > 0 {
		list = append(list, place{path, row, field})
	}
	for _, f := range properties(at(c.Files[path][row], field), field) {
		list = append(list, place{path, row, f})
	}
	return list
}

// ids are the ids of all rows: a reference may point at another object.
func (c *Case) ids() []any {
	var list []any
	for _, path := range slices.Sorted(maps.Keys(c.Files)) {
		for _, row := range c.Files[path] {
			if id, ok := at(row, []string{"id"}).(string); ok {
				list = append(list, id)
			}
		}
	}
	return list
}

// at is the value at a path, nil where there is none.
func at(value any, path []string) any {
	for _, step := range path {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

// words are values that Graph uses, each of which makes something worse.
var words = []any{"disabled", "enabled", "Guest", "Federated", "Assigned", "atRisk", "failure", "P9999D", "PT24H",
	"Enabled", "exchange", "#microsoft.graph.group", model.GlobalAdministrator, roleManagementPermission,
	"00000000-0000-0000-0000-0000000000ff", "otherwise"}

// roleManagementPermission is RoleManagement.ReadWrite.Directory of Microsoft Graph.
const roleManagementPermission = "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8"

// others are values of the same kind as value, and what may stand in for null.
func others(value any) []any {
	switch v := value.(type) {
	case bool:
		return []any{!v}
	case json.Number:
		return []any{json.Number("0"), json.Number("99999"), json.Number("53003")}
	case string:
		for _, layout := range []string{time.RFC3339, time.DateOnly} {
			if at, err := time.Parse(layout, v); err == nil {
				return []any{at.AddDate(-3, 0, 0).Format(layout), at.AddDate(3, 0, 0).Format(layout)}
			}
		}
		return words
	case []any:
		return []any{[]any{}}
	case nil:
		return []any{true, "otherwise", "2001-01-01T00:00:00Z", []any{"otherwise"}}
	}
	return []any{nil}
}
