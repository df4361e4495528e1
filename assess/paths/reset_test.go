package paths_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/assesstest"
	"github.com/privpath/privpath/assess/paths"
	"github.com/privpath/privpath/model"
)

// resetTable is Microsoft's table of who resets whose password, row by row, for
// Password, Helpdesk, Authentication and User Administrators. The two columns
// that are Tier 0 reset everybody.
// Source: learn.microsoft.com/entra/identity/role-based-access-control/privileged-roles-permissions.
var resetTable = []struct{ role, name, marks string }{
	{"", "no role", "xxxx"},
	{"group", "member of a role-assignable group", "...."},
	{"owner", "owner of a role-assignable group", "...."},
	{"restricted", "role over a restricted unit", "...."},
	{"88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "Directory Readers", "xxxx"},
	{"95e79109-95c0-4d8e-aee3-d01accf2d47b", "Guest Inviter", "xxxx"},
	{"966707d0-3269-4727-9be2-8c3a10f19b9d", "Password Administrator", "xxxx"},
	{"790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b", "Message Center Reader", ".xxx"},
	{"4a5d8f65-41da-4de4-8968-e035b65339cf", "Reports Reader", ".xxx"},
	{"75934031-6c7e-415a-99d7-48dbd49e875e", "Usage Summary Reports Reader", ".xxx"},
	{"27460883-1df1-4691-b032-3b79643e5e63", "User Experience Success Manager", ".xxx"},
	{"729827e3-9c14-49f7-bb1b-9608f156bbb8", "Helpdesk Administrator", ".x.x"},
	{"c4e39bd9-1100-46d3-8c65-fb160da0071f", "Authentication Administrator", "..x."},
	{"fdd7a751-b60b-444a-984c-02652fe8fa1c", "Groups Administrator", "...x"},
	{"fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator", "...x"},
	{"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "any other built-in role", "...."},
	{"own", "a custom role", "...."},
}

var resetColumns = []string{"966707d0-3269-4727-9be2-8c3a10f19b9d", "729827e3-9c14-49f7-bb1b-9608f156bbb8",
	"c4e39bd9-1100-46d3-8c65-fb160da0071f", "fe930be7-5e62-47db-91af-98c3a49a38b1"}

// Each cell as a tenant: helen has the column's role, and olga, who owns an
// application that rules, the row's. Being only eligible for the row's role is
// settled by no source: where that decides, it is unknown, and said so.
func TestResetTableRowByRow(t *testing.T) {
	for _, row := range resetTable {
		for i, column := range resetColumns {
			holds := row.marks[i] == 'x'
			role := len(row.role) == 36
			require.Equal(t, model.Of(holds), helens(build(t, resetCell(t, row.role, column, false))), "%s by column %d", row.name, i)
			if !role {
				continue
			}
			g := build(t, resetCell(t, row.role, column, true))
			want := model.Unknown
			if holds {
				want = model.True
			}
			require.Equal(t, want, helens(g), "eligible for %s by column %d", row.name, i)
			if !holds {
				require.Contains(t, needsOf(g), "whether that protects is not documented", "eligible for %s by column %d", row.name, i)
			}
		}
	}
}

func helens(g *paths.Graph) model.Truth {
	return g.Verdict(model.PrincipalRef{Kind: "user", ID: "helen"}, access.AttackerStolenPassword)
}

func needsOf(g *paths.Graph) string {
	text := ""
	for _, p := range g.Paths() {
		for _, n := range p.Unknown {
			text += n.Detail + "\n"
		}
	}
	return text
}

func resetCell(t *testing.T, role, column string, eligible bool) *assesstest.Case {
	c := *parse(t, "testdata/app-owner.txtar")
	c.Files = maps.Clone(c.Files)
	const standing, eligibility = "roleManagement/directory/roleAssignmentScheduleInstances", "roleManagement/directory/roleEligibilityScheduleInstances"
	list := func(path string, row map[string]any) { c.Files[path] = append(slices.Clone(c.Files[path]), row) }
	assign := func(path, who, role, scope string) {
		list(path, map[string]any{"id": who + role, "principalId": who, "roleDefinitionId": role, "directoryScopeId": scope, "assignmentType": "Assigned",
			"startDateTime": "2025-01-11T08:00:00Z", "endDateTime": nil})
	}
	define := func(id string, builtIn bool, actions ...any) {
		if !slices.ContainsFunc(c.Files["roleManagement/directory/roleDefinitions"], func(row any) bool { return row.(map[string]any)["id"] == id }) {
			list("roleManagement/directory/roleDefinitions", map[string]any{"id": id, "templateId": id, "displayName": id, "isBuiltIn": builtIn, "isEnabled": true,
				"rolePermissions": []any{map[string]any{"allowedResourceActions": actions, "condition": nil}}})
		}
	}
	c.Files["roleManagement/directory/roleDefinitions"] = slices.Clone(c.Files["roleManagement/directory/roleDefinitions"][:1]) // Global Administrator
	define(column, true, "microsoft.directory/users/password/update")
	assign(standing, "helen", column, "/")
	const harmless = "microsoft.directory/users/standard/read"
	olga := map[string]any{"@odata.type": "#microsoft.graph.user", "id": "olga"}
	switch role {
	case "":
	case "group", "owner":
		list("groups", map[string]any{"id": "g", "displayName": "g", "isAssignableToRole": true, "isManagementRestricted": nil, "onPremisesSyncEnabled": nil, "membershipRule": nil})
		c.Files["groups/g/members"], c.Files["groups/g/owners"] = []any{}, []any{}
		c.Files["groups/g/"+map[string]string{"group": "members", "owner": "owners"}[role]] = []any{olga}
	case "restricted":
		c.Files["directory/administrativeUnits"] = []any{map[string]any{"id": "au", "displayName": "au", "isMemberManagementRestricted": true, "membershipType": nil}}
		c.Files["directory/administrativeUnits/au/members"] = []any{}
		assign(standing, "olga", "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "/administrativeUnits/au")
	default:
		define(role, role != "own", harmless)
		path := standing
		if eligible {
			path = eligibility
		}
		assign(path, "olga", role, "/")
	}
	return &c
}
