package assesstest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

// Degrade holds the control to the degrade law on one case. Every data set is
// taken away, then marked partial, then every row, then every property of every
// row at any depth; after each, the verdict must be the same or undecided.
//
// The owner's statements are data too. Some of them are choices and not facts, so
// for them the law is weaker: without declarations.exceptions, standing and
// attestations (or the whole file, where it accepts something) the verdict must
// not be better, and declarations.tier0 (which roles to judge) and
// trustedLocations (which networks count) are left alone.
//
// In short mode single properties are left alone.
func Degrade(t *testing.T, control *assess.Control, c *Case) {
	t.Helper()
	before, err := Judge(control, c)
	require.NoError(t, err)
	hold := func(what string, poorer *Case, weak bool) {
		after, err := Judge(control, poorer)
		require.NoErrorf(t, err, "without %s", what)
		kept := after.Status == before.Status || !after.Status.Decided()
		if weak {
			kept = kept || worth(after.Status) <= worth(before.Status)
		}
		require.Truef(t, kept, "%s breaks the degrade law: %s, and without %s %s\nbefore: %s\nafter: %s",
			control.ID, before.Status, what, after.Status, before.Summary, after.Summary)
	}
	for _, path := range slices.Sorted(maps.Keys(c.Files)) {
		gone := c.clone()
		delete(gone.Files, path)
		hold(path, gone, path == model.OwnerDeclarations.Name() && choices(c.Files[path]))
		hold("the rest of "+path, c.cut(path), false)
		for i, row := range c.Files[path] {
			if path != model.OwnerDeclarations.Name() {
				hold(fmt.Sprintf("row %d of %s", i, path), c.cut(path).replace(path, slices.Delete(slices.Clone(c.Files[path]), i, i+1)), false)
			}
			if testing.Short() {
				continue
			}
			for _, field := range properties(row, nil) {
				if path == model.OwnerDeclarations.Name() && (field[0] == "tier0" || field[0] == "trustedLocations" || widens(field)) {
					continue
				}
				weak := path == model.OwnerDeclarations.Name() && slices.Contains([]string{"exceptions", "standing", "attestations"}, field[0])
				rows := slices.Clone(c.Files[path])
				rows[i] = without(row, field)
				hold(fmt.Sprintf("/%d/%s of %s", i, strings.Join(field, "/"), path), c.clone().replace(path, rows), weak)
			}
		}
	}
}

// widens reports whether the property limits an acceptance to one principal, or
// a statement to a date: without it the owner says more, which is another
// statement and not a poorer one.
func widens(field []string) bool {
	last := field[len(field)-1]
	return field[0] == "exceptions" && last == "principalId" || field[0] == "attestations" && last == "expires"
}

// choices reports whether the declarations accept something.
func choices(rows []any) bool {
	return slices.ContainsFunc(rows, func(row any) bool {
		declared, _ := row.(map[string]any)
		return declared["exceptions"] != nil || declared["standing"] != nil
	})
}

func worth(s model.Status) int {
	switch s {
	case model.StatusPass, model.StatusNotApplicable:
		return 2
	case model.StatusPartial:
		return 1
	}
	return 0
}

func (c *Case) replace(path string, rows []any) *Case {
	c.Files[path] = rows
	return c
}

// cut marks a file as not read in full.
func (c *Case) cut(path string) *Case {
	copied := c.clone()
	copied.Partial[path] = model.Truncated
	return copied
}

// properties lists the path of every property below value.
func properties(value any, at []string) [][]string {
	var found [][]string
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			path := append(slices.Clone(at), key)
			found = append(found, path)
			found = append(found, properties(v[key], path)...)
		}
	case []any:
		for i, element := range v {
			found = append(found, properties(element, append(slices.Clone(at), strconv.Itoa(i)))...)
		}
	}
	return found
}

// without copies value and leaves out the property at path.
func without(value any, path []string) any {
	switch v := value.(type) {
	case map[string]any:
		copied := maps.Clone(v)
		if len(path) == 1 {
			delete(copied, path[0])
		} else {
			copied[path[0]] = without(v[path[0]], path[1:])
		}
		return copied
	case []any:
		copied := slices.Clone(v)
		i, _ := strconv.Atoi(path[0]) // the path was made from this very value
		copied[i] = without(v[i], path[1:])
		return copied
	}
	return value
}
