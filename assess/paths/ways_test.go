package paths_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/assesstest"
	"github.com/privpath/privpath/assess/paths"
	"github.com/privpath/privpath/assess/paths/internal/powers"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

// ways says which kinds of hops each control that stands on the privilege graph
// is about: where it passes, nobody who holds no Tier 0 role surely goes that way.
// Who marks a workstation (ISO-11), manages one by a role (ISO-12), or writes
// Conditional Access by a role without a phishing-resistant method (CTL-23) holds
// Tier 0 unless the owner has declared otherwise. FND-12 names everybody who
// controls Tier 0. FND-21 (what users may do by default), CTL-21 (what joining a
// group demands), ISO-13 (an account in two tiers) and ISO-18 (local
// administrators of a device) are about settings that no hop stands for.
var ways = map[string]func(model.Path) bool{
	"FND-08": func(p model.Path) bool { return takes(p, "ownsGroup", tier0Role) },
	"FND-18": func(p model.Path) bool { return takes(p, "holdsRole", tier0Role) },
	"FND-19": func(p model.Path) bool {
		return takes(p, "hasPermission", func(model.Hop) bool { return len(p.Hops) == 2 || p.Hops[len(p.Hops)-2].Edge == "hasPermission" })
	},
	"FND-20": func(p model.Path) bool {
		return takes(p, "ownsApplication", nil) && p.Hops[len(p.Hops)-2].Edge == "hasPermission" || takes(p, "ownsServicePrincipal", nil)
	},
	"FND-22": func(p model.Path) bool { return takes(p, "matchesAccount", nil) },
	"ISO-11": func(p model.Path) bool { return takes(p, "marksDevice", nil) },
	"ISO-12": func(p model.Path) bool {
		return takes(p, "runsCodeOn", func(h model.Hop) bool {
			return h.From.Kind == "role" && h.To.Kind == "device" && strings.Contains(strings.ToLower(h.To.Name), "paw")
		})
	},
	"CTL-23": func(p model.Path) bool {
		return takes(p, "writesConditionalAccess", func(h model.Hop) bool {
			return h.From.Kind != "permission" && !slices.Contains(h.RestsOn, string(access.PhishingResistantMFA))
		})
	},
	"CTL-22": func(p model.Path) bool {
		return takes(p, "ownsGroup", func(h model.Hop) bool { return h.To.Kind == "group" }) || takes(p, "writesGroup", func(h model.Hop) bool { return h.To.Kind == "policy" }) && !takes(p, "hasPermission", func(h model.Hop) bool { return writesAssignable[h.To.Name] })
	},
}

func takes(p model.Path, edge string, such func(model.Hop) bool) bool {
	return slices.ContainsFunc(p.Hops, func(h model.Hop) bool { return h.Edge == edge && (such == nil || such(h)) })
}

// writesAssignable are the application permissions that write role-assignable groups:
// FND-19 is about them, and CTL-22 about roles and owners.
var writesAssignable = map[string]bool{"PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup": true, "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup": true,
	"PrivilegedAccess.ReadWrite.AzureADGroup": true, "RoleManagement.ReadWrite.Directory": true}

// ordinary knows which roles are Tier 0 where nothing is declared.
var ordinary = principals.Resolve(model.NewBuilder().Tenant())

func tier0Role(h model.Hop) bool {
	return ordinary.Role(h.To.ID, model.Field[model.RoleDefinition]{}).Tier0 == model.True
}

func pillarOf(control string) string {
	return map[string]string{"FND": "foundation", "CTL": "control", "ISO": "isolation"}[control[:3]]
}

// world reads a case of a control.
func controlsCase(t *testing.T, file string) *assesstest.Case {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	base := filepath.Join(filepath.Dir(filepath.Dir(file)), "base.txtar")
	if _, err := os.Stat(base); err != nil {
		base = "../../pillars/testdata/base.txtar"
	}
	for _, f := range txtar.Parse(text).Files {
		if f.Name == "base" {
			base = filepath.Join(filepath.Dir(file), filepath.FromSlash(strings.TrimSpace(string(f.Data))))
		}
	}
	under, err := os.ReadFile(base)
	require.NoError(t, err)
	ground, err := assesstest.Parse(under, nil)
	require.NoError(t, err)
	c, err := assesstest.Parse(text, ground)
	require.NoError(t, err)
	return c
}

// complete gives a case what it does not have from the tenant of our own cases.
func complete(c, from *assesstest.Case) *assesstest.Case {
	for path, rows := range from.Files {
		if _, ok := c.Files[path]; !ok && path != "declarations" {
			c.Files[path] = rows
		}
	}
	return c
}

type row = map[string]any

// opened gives the case with one way more that begins with low, who holds nothing.
func opened(control string, c *assesstest.Case) map[string]*assesstest.Case {
	all := map[string]*assesstest.Case{}
	var current *assesstest.Case
	change := func(name string, list func(add func(path string, rows ...any))) {
		copied := *c
		copied.Files = maps.Clone(c.Files)
		current = &copied
		add := func(path string, rows ...any) { copied.Files[path] = append(slices.Clone(copied.Files[path]), rows...) }
		add("users", row{"id": "low", "userPrincipalName": "low@case.onmicrosoft.com", "displayName": "low", "accountEnabled": true, "userType": "Member",
			"onPremisesSyncEnabled": nil, "onPremisesImmutableId": nil, "externalUserState": nil, "isManagementRestricted": nil})
		list(add)
		all[name] = &copied
	}
	low := row{"@odata.type": "#microsoft.graph.user", "id": "low"}
	assign := func(add func(string, ...any), who, role string) {
		add("roleManagement/directory/roleAssignmentScheduleInstances", row{"id": "low-" + role, "principalId": who, "roleDefinitionId": role, "directoryScopeId": "/",
			"assignmentType": "Assigned", "memberType": "Direct", "startDateTime": "2025-01-11T08:00:00Z", "endDateTime": nil})
		add("roleManagement/directory/roleAssignments", row{"id": "low-a" + role, "principalId": who, "roleDefinitionId": role, "directoryScopeId": "/"})
	}
	id := func(r any) string { return r.(row)["id"].(string) }
	for _, g := range c.Files["groups"] {
		change("owner of group "+id(g), func(add func(string, ...any)) { add("groups/"+id(g)+"/owners", low) })
	}
	for _, a := range c.Files["applications"] {
		change("owner of application "+id(a), func(add func(string, ...any)) { add("applications/"+id(a)+"/owners", low) })
	}
	for _, s := range c.Files["servicePrincipals"] {
		change("owner of service principal "+id(s), func(add func(string, ...any)) { add("servicePrincipals/"+id(s)+"/owners", low) })
	}
	app := func(add func(string, ...any)) {
		add("applications", row{"id": "low-app", "appId": "low-id", "displayName": "low", "servicePrincipalLockConfiguration": nil, "passwordCredentials": []any{}, "keyCredentials": []any{}})
		add("servicePrincipals", row{"id": "low-sp", "appId": "low-id", "displayName": "low", "servicePrincipalType": "Application", "appOwnerOrganizationId": "tenant", "accountEnabled": true,
			"passwordCredentials": []any{}, "keyCredentials": []any{}})
		add("applications/low-app/owners", low)
		add("servicePrincipals/low-sp/owners")
	}
	for _, permission := range model.AppPermissions() {
		if control == "FND-19" && len(powers.EffectsOf(permission.ResourceAppID, permission.ID)) > 0 {
			change("application with "+permission.Value, func(add func(string, ...any)) {
				app(add)
				add("servicePrincipals/graph/appRoleAssignedTo", row{"id": "low-p", "appRoleId": permission.ID, "principalId": "low-sp", "principalType": "ServicePrincipal", "resourceId": "graph"})
			})
		}
	}
	change("matches are open", func(add func(string, ...any)) {
		set := func(path string, only row) { current.Files[path] = []any{only} }
		app(add)
		add("servicePrincipals/graph/appRoleAssignedTo", row{"id": "low-p", "appRoleId": "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8", "principalId": "low-sp", "resourceId": "graph"})
		synced := maps.Clone(c.Files["organization"][0].(row))
		synced["onPremisesSyncEnabled"] = true
		set("organization", synced)
		set("directory/onPremisesSynchronization", row{"id": "tenant", "features": row{"blockCloudObjectTakeoverThroughHardMatchEnabled": false, "blockSoftMatchEnabled": false}})
	})
	for _, powerful := range []struct{ name, id, action string }{
		{"Global Administrator", model.GlobalAdministrator, "microsoft.directory/roleAssignments/allProperties/allTasks"},
		{"Intune Administrator", "3a2c62db-5318-420d-8d74-23affee5d9d5", "microsoft.intune/allEntities/allTasks"},
		{"Cloud Device Administrator", "7698a772-787b-4ac8-901f-60d6b08affd2", "microsoft.directory/devices/extensionAttributeSet1/update"},
		{"Conditional Access Administrator", "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", "microsoft.directory/conditionalAccessPolicies/basic/update"},
		{"Groups Administrator", "fdd7a751-b60b-444a-984c-02652fe8fa1c", "microsoft.directory/groups/members/update"},
		{"Application Administrator", "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "microsoft.directory/applications/credentials/update"},
		{"a custom role", "custom", "microsoft.directory/devices/extensionAttributeSet1/update"},
		{"a custom role for policies", "custom-policies", "microsoft.directory/conditionalAccessPolicies/basic/update"}} {
		define := func(add func(string, ...any)) {
			if !slices.ContainsFunc(c.Files["roleManagement/directory/roleDefinitions"], func(r any) bool { return id(r) == powerful.id }) {
				add("roleManagement/directory/roleDefinitions", row{"id": powerful.id, "templateId": powerful.id, "displayName": powerful.name, "isBuiltIn": !strings.HasPrefix(powerful.id, "custom"), "isEnabled": true,
					"rolePermissions": []any{row{"allowedResourceActions": []any{powerful.action}, "condition": nil}}})
			}
		}
		change("low has "+powerful.name, func(add func(string, ...any)) { define(add); assign(add, "low", powerful.id) })
		change("low has "+powerful.name+", declared no Tier 0", func(add func(string, ...any)) {
			define(add)
			assign(add, "low", powerful.id)
			current.Files["declarations"] = []any{notTier0(c.Files["declarations"], powerful.id)}
		})
		change("an application has "+powerful.name, func(add func(string, ...any)) { define(add); app(add); assign(add, "low-sp", powerful.id) })
		change("low owns a group that has "+powerful.name, func(add func(string, ...any)) {
			define(add)
			add("groups", row{"id": "low-group", "displayName": "low group", "securityEnabled": true, "groupTypes": []any{}, "isAssignableToRole": true, "isManagementRestricted": nil,
				"onPremisesSyncEnabled": nil, "membershipRule": nil})
			add("groups/low-group/members")
			add("groups/low-group/owners", low)
			assign(add, "low-group", powerful.id)
		})
	}
	return all
}

// notTier0 declares a role to be no Tier 0 role, beside what is declared.
func notTier0(declared []any, role string) row {
	all := row{"version": 1}
	if len(declared) > 0 {
		all = maps.Clone(declared[0].(row))
	}
	all["tier0"] = row{"removeRoles": []any{role}}
	return all
}

// Where a control passes, the graph has no certain way of the kind that it is
// about, from anybody who holds no Tier 0 role: in its own passing cases, and in
// each of them with one way more.
func TestWhereControlsPassTheGraphHasNoWay(t *testing.T) {
	held := map[string]int{}
	for _, control := range pillars.All() {
		way, ok := ways[control.ID]
		if !ok {
			continue
		}
		files, err := filepath.Glob(filepath.Join("../../pillars", pillarOf(control.ID), "testdata", control.ID, "pass*.txtar"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files[:min(len(files), 2)] {
			c := complete(controlsCase(t, file), base(t))
			worlds := opened(control.ID, c)
			worlds["as it is"] = c
			for _, name := range slices.Sorted(maps.Keys(worlds)) {
				finding, err := assesstest.Judge(control, worlds[name])
				require.NoError(t, err)
				if finding.Status != model.StatusPass && held[control.ID] > 0 {
					continue // that the graph can go that way was seen
				}
				found := first(fromOutside(t, worlds[name]), func(p model.Path) bool { return (p.Verdict == model.Reaches || control.ID == "FND-22") && way(p) })
				if found != "" {
					held[control.ID]++
				}
				if finding.Status == model.StatusPass && found != "" {
					t.Errorf("%s passes on %s, %s, and the graph has: %s", control.ID, file, name, found)
				}
			}
		}
	}
	ownCases(t, held)
	for control := range ways {
		require.NotZero(t, held[control], "%s: the graph never goes its way", control)
	}
}

// ownCases asks the same the other way round of the graph's own cases: where it
// has a way of a control's kind, the control does not pass.
func ownCases(t *testing.T, held map[string]int) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	for _, file := range files {
		c := parse(t, file)
		list := fromOutside(t, c)
		for _, control := range pillars.All() {
			way := ways[control.ID]
			if way == nil {
				continue
			}
			if found := first(list, func(p model.Path) bool { return p.Verdict == model.Reaches && way(p) }); found != "" {
				held[control.ID]++
				finding, err := assesstest.Judge(control, c)
				require.NoError(t, err)
				require.NotEqual(t, model.StatusPass, finding.Status, "%s passes on %s, and the graph has: %s", control.ID, file, found)
			}
		}
	}
}

// Whoever has a way into Tier 0 and holds no Tier 0 role has a finding, of
// whatever kind it is: FND-12 names it, and fails where the way is certain.
func TestEveryPrincipalThatControlsTier0HasAFinding(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	control := pillars.All()[slices.IndexFunc(pillars.All(), func(c *assess.Control) bool { return c.ID == "FND-12" })]
	found := map[string]bool{}
	for _, file := range files {
		c := parse(t, file)
		finding, err := assesstest.Judge(control, c)
		require.NoError(t, err)
		for _, p := range fromOutside(t, c) {
			if p.From.Kind == "anyone" {
				require.NotEqual(t, model.StatusPass, finding.Status, file)
				continue
			}
			i := slices.IndexFunc(finding.Subjects, func(s model.Subject) bool { return s.Kind == p.From.Kind && model.SameID(s.ID, p.From.ID) })
			require.GreaterOrEqual(t, i, 0, "%s: %s %s has no finding", file, p.From.Kind, p.From.ID)
			status := finding.Subjects[i].Status
			if p.Verdict == model.Reaches {
				found[p.From.Kind] = true
				require.Equal(t, model.StatusFail, status, "%s: %s", file, p.From.ID)
			}
			require.Contains(t, []model.Status{model.StatusFail, model.StatusUnknown}, status, "%s: %s", file, p.From.ID)
		}
	}
	require.ElementsMatch(t, []string{"user", "servicePrincipal", "externalIdentity", "tenant", "identityProvider", "azureResource", "onPremises"}, slices.Collect(maps.Keys(found)))
}

// The same of the sample tenants.
func TestWhereControlsPassTheSamplesHaveNoWay(t *testing.T) {
	for _, name := range tenants.Names() {
		files, err := tenants.FS(name)
		require.NoError(t, err)
		controls := slices.DeleteFunc(pillars.All(), func(c *assess.Control) bool { return ways[c.ID] == nil && c.ID != "FND-12" })
		a, err := assess.Run(context.Background(), export.FS(files, export.Options{}), controls, assess.Options{})
		require.NoError(t, err)
		require.NotEmpty(t, a.Tier0)
		for _, f := range a.Findings {
			way, ok := ways[f.Control]
			if !ok || f.Status != model.StatusPass {
				continue
			}
			for _, p := range a.Paths {
				holds := slices.ContainsFunc(a.Tier0, func(m model.Tier0Member) bool { return m.Declared && m.ID == p.From.ID })
				require.False(t, !holds && p.Verdict == model.Reaches && way(p), "%s passes on %s, and %s goes its way", f.Control, name, p.From.Name)
			}
		}
	}
}

// fromOutside lists the paths of those who hold no Tier 0 role.
func fromOutside(t *testing.T, c *assesstest.Case) []model.Path {
	whole := tenant(t, c)
	directory := principals.Resolve(whole)
	g, err := paths.Build(context.Background(), whole, paths.Options{Directory: directory})
	require.NoError(t, err)
	holders := directory.Tier0().Principals()
	return slices.DeleteFunc(g.Paths(), func(p model.Path) bool {
		return slices.ContainsFunc(holders, func(h principals.Principal) bool { return model.SameID(h.ID, p.From.ID) })
	})
}

// first writes the first path that is such, "" for none.
func first(list []model.Path, such func(model.Path) bool) string {
	i := slices.IndexFunc(list, such)
	if i < 0 {
		return ""
	}
	text := list[i].From.ID + " as " + list[i].Attacker + ":"
	for _, h := range list[i].Hops {
		text += " " + h.Edge + "(" + h.To.Name + ")"
	}
	return text
}
