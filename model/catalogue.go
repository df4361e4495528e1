package model

import (
	_ "embed"
	"encoding/csv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed catalogue/directory-roles.csv
var rolesCSV string

//go:embed catalogue/app-permissions.csv
var permissionsCSV string

//go:embed catalogue/tier0-permissions.csv
var tier0PermissionsCSV string

//go:embed catalogue/tier0-actions.csv
var tier0ActionsCSV string

// Template ids of roles that rules single out.
const (
	GlobalAdministrator                   = "62e90394-69f5-4237-9190-012177145e10"
	PrivilegedRoleAdministrator           = "e8611ab8-c189-46e8-94e1-60213ab1f814"
	PrivilegedAuthenticationAdministrator = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13"
)

// MicrosoftGraphAppID is the application id of Microsoft Graph in every tenant.
const MicrosoftGraphAppID = "00000003-0000-0000-c000-000000000000"

// BuiltInRole is a built-in Entra role as the embedded catalogue knows it.
type BuiltInRole struct {
	TemplateID, Name string
	IsPrivileged     bool // Microsoft's mark
	Tier             Tier // EntraOps' classification
	Tier0            bool // in this project's default Tier 0 set
	ScubaPrivileged  bool // among CISA SCuBA's highly privileged roles
}

// AppPermission is an application permission of a first-party resource.
type AppPermission struct {
	ResourceAppID, ID, Value string
	Tier                     Tier // EntraOps' classification, a label
}

// RoleWithTemplate finds a built-in role by its template id.
func RoleWithTemplate(id string) (BuiltInRole, bool) {
	role, ok := builtInRoles()[FoldID(id)]
	return role, ok
}

// RoleNamed finds a built-in role by its English name, whatever the letter case.
func RoleNamed(name string) (BuiltInRole, bool) {
	for _, role := range builtInRoles() {
		if strings.EqualFold(role.Name, name) {
			return role, true
		}
	}
	return BuiltInRole{}, false
}

// BuiltInRoles lists the catalogue's roles by name.
func BuiltInRoles() []BuiltInRole {
	return slices.SortedFunc(maps.Values(builtInRoles()), func(a, b BuiltInRole) int {
		return strings.Compare(a.Name, b.Name)
	})
}

// AppPermissions lists the catalogue's application permissions by resource and id.
func AppPermissions() []AppPermission {
	permissions := appPermissions()
	all := make([]AppPermission, 0, len(permissions))
	for _, key := range slices.Sorted(maps.Keys(permissions)) {
		all = append(all, permissions[key])
	}
	return all
}

// PermissionWithID finds an application permission. The same id occurs on more
// than one resource, so the resource is part of the key.
func PermissionWithID(resourceAppID, id string) (AppPermission, bool) {
	p, ok := appPermissions()[FoldID(resourceAppID)+"/"+FoldID(id)]
	return p, ok
}

// Tier0Permission says why an application permission of Microsoft Graph reaches
// Tier 0 by itself, or "" when it does not.
func Tier0Permission(value string) string { return tier0Permissions()[value] }

// Tier0Action says whether holding the directory action makes a custom role
// Tier 0. A wider action (…/allTasks) counts when it covers a listed one.
func Tier0Action(action string) bool {
	for listed := range tier0Actions() {
		if ActionCovers(action, listed) {
			return true
		}
	}
	return false
}

// ActionCovers reports whether holding the directory action wide
// (namespace/entity[/propertySet]/task) allows narrow. allEntities, allProperties
// and allTasks widen their own segment, and an entity includes its subtypes
// (groups has groups.security).
//
// Source: learn.microsoft.com/entra/identity/role-based-access-control/privileged-roles-permissions.
func ActionCovers(wide, narrow string) bool {
	wide, narrow = strings.ToLower(wide), strings.ToLower(narrow)
	if wide == narrow {
		return true
	}
	w, n := strings.Split(wide, "/"), strings.Split(narrow, "/")
	if len(w) < 3 || len(n) < 3 || w[0] != n[0] {
		return false
	}
	task, set := w[len(w)-1], strings.Join(w[2:len(w)-1], "/")
	narrowTask, narrowSet := n[len(n)-1], strings.Join(n[2:len(n)-1], "/")
	entity := w[1] == "allentities" || w[1] == n[1] || strings.HasPrefix(n[1], w[1]+".")
	all := task == "alltasks"
	properties := set == narrowSet || all && (set == "" || set == "allproperties") ||
		set == "allproperties" && narrowSet != "" || set != "" && strings.HasPrefix(narrowSet, set+"/")
	return entity && (all || task == narrowTask) && properties
}

var builtInRoles = sync.OnceValue(func() map[string]BuiltInRole {
	roles := map[string]BuiltInRole{}
	for _, row := range readCSV(rolesCSV) {
		roles[FoldID(row["templateId"])] = BuiltInRole{
			TemplateID: row["templateId"], Name: row["displayName"],
			IsPrivileged: row["isPrivileged"] == "true", Tier: tierOf(row["entraOpsTier"]),
			Tier0: row["tier0Default"] == "true", ScubaPrivileged: row["scubaHighlyPrivileged"] == "true",
		}
	}
	return roles
})

var appPermissions = sync.OnceValue(func() map[string]AppPermission {
	permissions := map[string]AppPermission{}
	for _, row := range readCSV(permissionsCSV) {
		p := AppPermission{ResourceAppID: row["resourceAppId"], ID: row["appRoleId"],
			Value: row["value"], Tier: tierOf(row["entraOpsTier"])}
		permissions[FoldID(p.ResourceAppID)+"/"+FoldID(p.ID)] = p
	}
	return permissions
})

var tier0Permissions = sync.OnceValue(func() map[string]string {
	reasons := map[string]string{}
	for _, row := range readCSV(tier0PermissionsCSV) {
		reasons[row["value"]] = row["reason"]
	}
	return reasons
})

var tier0Actions = sync.OnceValue(func() map[string]bool {
	actions := map[string]bool{}
	for _, row := range readCSV(tier0ActionsCSV) {
		actions[row["action"]] = true
	}
	return actions
})

func tierOf(text string) Tier {
	n, err := strconv.Atoi(text)
	if err != nil {
		return TierUnknown
	}
	return Tier(n)
}

// readCSV reads an embedded table: comment lines start with '#', the first row
// names the columns. The tables are part of the program and tested, so a
// malformed one is a programming error.
func readCSV(text string) []map[string]string {
	r := csv.NewReader(strings.NewReader(text))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		panic("model: embedded catalogue: " + err.Error())
	}
	var records []map[string]string
	for _, row := range rows[1:] {
		record := map[string]string{}
		for i, column := range rows[0] {
			record[column] = row[i]
		}
		records = append(records, record)
	}
	return records
}
