package powers

import (
	"fmt"
	"strings"
)

// Action is a parsed role action, namespace/entity/propertySet/task in lower
// case. PropertySet is empty for actions on the whole object (users/delete) and
// may have several segments.
//
// Source: "How to understand role permissions",
// https://learn.microsoft.com/entra/identity/role-based-access-control/privileged-roles-permissions
type Action struct{ Namespace, Entity, PropertySet, Task string }

// ParseAction reads an action as rolePermissions list it. Text of another form
// is an error: what it would allow is not known.
func ParseAction(text string) (Action, error) {
	parts := strings.Split(strings.ToLower(text), "/")
	for _, part := range parts {
		if part == "" || strings.ContainsAny(part, "* \t\r\n") {
			return Action{}, fmt.Errorf("role action %q: a segment is empty or has a space or wildcard", text)
		}
	}
	last := len(parts) - 1
	if last < 2 {
		return Action{}, fmt.Errorf("role action %q: want namespace/entity[/propertySet]/task", text)
	}
	return Action{parts[0], parts[1], strings.Join(parts[2:last], "/"), parts[last]}, nil
}

// String writes the action as it is parsed, in lower case.
func (a Action) String() string {
	if a.PropertySet == "" {
		return a.Namespace + "/" + a.Entity + "/" + a.Task
	}
	return a.Namespace + "/" + a.Entity + "/" + a.PropertySet + "/" + a.Task
}

// Covers reports whether holding a allows b. allEntities, allProperties and
// allTasks widen their own segment, and an entity includes its subtypes (groups
// has groups.security). standard and basic are property sets like any other:
// they never stand for privileged properties, and read never for a write.
func (a Action) Covers(b Action) bool {
	if a.Namespace != b.Namespace {
		return false
	}
	if a.Entity != "allentities" && a.Entity != b.Entity && !strings.HasPrefix(b.Entity, a.Entity+".") {
		return false
	}
	return a.coversTask(b) && a.coversProperties(b)
}

func (a Action) coversTask(b Action) bool { return a.Task == "alltasks" || a.Task == b.Task }

// coversProperties: an action without a property set is about the whole object,
// so it reaches properties only when it means every task.
func (a Action) coversProperties(b Action) bool {
	switch a.PropertySet {
	case b.PropertySet:
		return true
	case "":
		return a.Task == "alltasks"
	case "allproperties":
		return a.Task == "alltasks" || b.PropertySet != ""
	}
	return strings.HasPrefix(b.PropertySet, a.PropertySet+"/")
}
