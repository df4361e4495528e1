package export

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/privpath/privpath/model"
	"github.com/stretchr/testify/require"
)

// facts is a small tenant as Graph writes it: no nulls, so that every dialect can
// say the same.
var facts = files{
	"users.json": `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","value":[
		{"id":"u1","userPrincipalName":"adm-zoë@contoso.com","displayName":"Zoë \"Z\" 𝄞","accountEnabled":true,"createdDateTime":"2024-02-03T04:05:06.789Z","userType":"Member",
		 "onPremisesExtensionAttributes":{"extensionAttribute1":"T0","extensionAttribute2":"x"},"assignedPlans":[{"service":"exchange","capabilityStatus":"Enabled"}],"signInActivity":{"lastSignInDateTime":"2026-11-01T00:00:00Z"}},
		{"id":"u2","userPrincipalName":"bob@contoso.com","accountEnabled":false,"assignedPlans":[]}]}`,
	"groups.json":                         `{"value":[{"id":"` + groupID + `","displayName":"Admins","isAssignableToRole":true,"securityEnabled":true,"groupTypes":["DynamicMembership"]}]}`,
	"groups/" + groupID + "/members.json": `{"value":[{"@odata.type":"#microsoft.graph.user","id":"u1","displayName":"Zoë"},{"@odata.type":"#microsoft.graph.group","id":"g2","displayName":"Nested"}]}`,
	"devices.json":                        `{"value":[{"id":"d1","deviceId":"dd1","isCompliant":true,"trustType":"AzureAd","extensionAttributes":{"extensionAttribute1":"PAW"},"physicalIds":["[HWID]:h:1"]}]}`,
	"identity/conditionalAccess/policies.json": `{"value":[{"id":"p1","displayName":"Admins need a PAW","state":"enabled",
		"conditions":{"users":{"includeUsers":[],"includeRoles":["62e90394-69f5-4237-9190-012177145e10"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"],
		 "devices":{"deviceFilter":{"mode":"exclude","rule":"device.extensionAttribute1 -eq \"PAW\""}}},
		"grantControls":{"operator":"OR","builtInControls":["block"],"authenticationStrength":{"id":"00000000-0000-0000-0000-000000000004","allowedCombinations":["fido2","windowsHelloForBusiness"]}},
		"sessionControls":{"signInFrequency":{"isEnabled":true,"value":4,"type":"hours"}}},
		{"id":"p2","displayName":"odd","state":"aStateOfTheFuture","conditions":{"clientAppTypes":["other"]}}]}`,
	"identity/conditionalAccess/namedLocations.json": `{"value":[{"@odata.type":"#microsoft.graph.ipNamedLocation","id":"l1","displayName":"HQ","isTrusted":true,"ipRanges":[{"@odata.type":"#microsoft.graph.iPv4CidrRange","cidrAddress":"192.0.2.0/24"}]}]}`,
	"policies/roleManagementPolicyAssignments.json": `{"value":[{"id":"a1","policyId":"q1","scopeId":"/","scopeType":"DirectoryRole","roleDefinitionId":"r1","policy":{"id":"q1","rules":[
		{"@odata.type":"#microsoft.graph.unifiedRoleManagementPolicyExpirationRule","id":"Expiration_EndUser_Assignment","isExpirationRequired":true,"maximumDuration":"PT8H"},
		{"@odata.type":"#microsoft.graph.unifiedRoleManagementPolicyEnablementRule","id":"Enablement_EndUser_Assignment","enabledRules":["MultiFactorAuthentication"]}]}}]}`,
	"policies/authorizationPolicy.json":                             `{"id":"authorizationPolicy","blockMsolPowerShell":true,"defaultUserRolePermissions":{"allowedToCreateApps":false}}`,
	"roleManagement/directory/roleAssignmentScheduleInstances.json": `{"value":[{"id":"i1","principalId":"u1","roleDefinitionId":"r1","directoryScopeId":"/","assignmentType":"Activated","startDateTime":"2026-11-01T08:00:00Z","endDateTime":"2026-11-01T16:00:00Z"}]}`,
}

// rewrite gives the facts with every file changed.
func rewrite(t *testing.T, change func(t *testing.T, name string, tree *node) map[string]string) files {
	t.Helper()
	out := files{}
	for name, text := range facts {
		require.NoError(t, checkJSON([]byte(text), 0, ""), name)
		tree, err := parseTree([]byte(text))
		require.NoError(t, err)
		for path, changed := range change(t, name, tree) {
			out[path] = changed
		}
	}
	return out
}

func list(tree *node) []*node {
	if value := tree.get("value"); value != nil {
		return value.items
	}
	return []*node{tree}
}

func joined(items []*node, separator string) string {
	var all []string
	for _, item := range items {
		all = append(all, string(item.json()))
	}
	return strings.Join(all, separator)
}

// sdk writes a value as an object of the Graph PowerShell SDK: PascalCase, typed
// payload in AdditionalProperties, everything that was not there null-filled,
// times as Windows PowerShell writes them.
func sdk(v *node, dates bool) *node {
	switch v.kind {
	case '[':
		out := &node{kind: '['}
		for _, item := range v.items {
			out.items = append(out.items, sdk(item, dates))
		}
		return out
	case '"':
		if at, err := time.Parse(time.RFC3339, v.text); dates && err == nil {
			return &node{kind: '"', text: fmt.Sprintf("/Date(%d)/", at.UnixMilli())}
		}
		return v
	case '{':
		out, more := &node{kind: '{'}, &node{kind: '{'}
		put := func(n *node, name string, value *node) {
			n.names, n.items = append(n.names, name), append(n.items, value)
		}
		typed := v.get("@odata.type") != nil
		for i, name := range v.names {
			// In the SDK, a typed object's own properties stay in camelCase.
			if typed && name != "id" && name != "displayName" {
				put(more, name, v.items[i])
			} else {
				put(out, strings.ToUpper(name[:1])+name[1:], sdk(v.items[i], dates))
			}
		}
		put(out, "NobodyAsked", nullNode)
		hollow := &node{kind: '{'}
		put(hollow, "Id", nullNode)
		put(hollow, "AllowedCombinations", nullNode)
		put(hollow, "AdditionalProperties", &node{kind: '{'})
		for _, name := range []string{"AuthenticationStrength", "PersistentBrowser", "Platforms", "Locations"} {
			if v.get(lowerFirst(name)) == nil {
				put(out, name, hollow)
			}
		}
		put(out, "AdditionalProperties", more)
		return out
	}
	return v
}

// The same facts in every dialect and container are the same rows, with the same
// coverage.
func TestSameFactsSameRows(t *testing.T) {
	want := dump(t, load(t, FS(facts.fs(), Options{})))
	require.Contains(t, want, "Admins need a PAW")
	require.Contains(t, want, "aStateOfTheFuture")
	require.NotContains(t, want, "unreadable")

	one := func(encode func(tree *node) string) func(*testing.T, string, *node) map[string]string {
		return func(_ *testing.T, name string, tree *node) map[string]string {
			return map[string]string{name: encode(tree)}
		}
	}
	recode := func(change func(string) string) func(*testing.T, string, *node) map[string]string {
		return func(_ *testing.T, name string, _ *node) map[string]string {
			return map[string]string{name: change(facts[name])}
		}
	}
	for name, changed := range map[string]files{
		"BOM":          rewrite(t, recode(func(s string) string { return "\ufeff" + s })),
		"UTF-16LE":     rewrite(t, recode(func(s string) string { return toUTF16(s, true, true) })),
		"UTF-16BE":     rewrite(t, recode(func(s string) string { return toUTF16(s, false, false) })),
		"bare array":   rewrite(t, one(func(tree *node) string { return "[" + joined(list(tree), " ,\n") + "]" })),
		"concatenated": rewrite(t, one(func(tree *node) string { return joined(list(tree), "") })),
		"JSON Lines": rewrite(t, func(_ *testing.T, name string, tree *node) map[string]string {
			return map[string]string{strings.TrimSuffix(name, "json") + "jsonl": joined(list(tree), "\n") + "\n"}
		}),
		"a page for each": rewrite(t, func(_ *testing.T, name string, tree *node) map[string]string {
			pages := map[string]string{}
			records := list(tree)
			for i, record := range records {
				link := `"@odata.nextLink":"https://graph.microsoft.com/next",`
				if i+1 == len(records) {
					link = ""
				}
				page := "." + strconv.Itoa(i+1)
				if i == 0 {
					page = ""
				}
				pages[strings.TrimSuffix(name, ".json")+page+".json"] = "{" + link + `"value":[` + string(record.json()) + "]}"
			}
			return pages
		}),
		"SDK of Windows PowerShell": rewrite(t, one(func(tree *node) string {
			value := &node{kind: '['}
			for _, record := range list(tree) {
				value.items = append(value.items, sdk(record, true))
			}
			if len(value.items) == 1 {
				return toUTF16(string(value.items[0].json()), true, true)
			}
			return toUTF16(string(value.json()), true, true)
		})),
		"SDK of PowerShell 7": rewrite(t, one(func(tree *node) string {
			value := &node{kind: '['}
			for _, record := range list(tree) {
				value.items = append(value.items, sdk(record, false))
			}
			return strings.ReplaceAll(string(value.json()), "2026-11-01T08:00:00Z", "2026-11-01T10:00:00.0000000+02:00")
		})),
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, want, dump(t, load(t, FS(changed.fs(), Options{}))))
		})
	}
	t.Run("zip", func(t *testing.T) { require.Equal(t, want, dump(t, load(t, facts.zip(t, "")))) })
	t.Run("zip with a top folder", func(t *testing.T) { require.Equal(t, want, dump(t, load(t, facts.zip(t, "Contoso 2026/")))) })
	t.Run("again", func(t *testing.T) { require.Equal(t, want, dump(t, load(t, FS(facts.fs(), Options{})))) })
}

func TestNullFilledInventsNothing(t *testing.T) {
	tenant := load(t, FS(files{"identity/conditionalAccess/policies.json": `[{
		"Id":"p1","DisplayName":"x","State":"enabled","TemplateId":null,
		"Conditions":{"Users":{"IncludeUsers":["All"],"IncludeGuestsOrExternalUsers":{"ExternalTenants":{"MembershipKind":null},"GuestOrExternalUserTypes":null}},
			"Locations":{"IncludeLocations":null,"ExcludeLocations":null},"Platforms":{"IncludePlatforms":[],"ExcludePlatforms":null},"AdditionalProperties":{}},
		"GrantControls":{"AuthenticationStrength":{"Id":null,"AllowedCombinations":null,"CombinationConfigurations":null},"BuiltInControls":["mfa"],"Operator":"OR","AdditionalProperties":{"authenticationStrength@odata.context":"x"}},
		"SessionControls":{"SignInFrequency":{"IsEnabled":null,"Value":null},"PersistentBrowser":{"IsEnabled":null,"Mode":null},"AdditionalProperties":{}},
		"AdditionalProperties":{}}]`}.fs(), Options{}))
	p := rows(tenant, model.ConditionalAccessPolicies)[0]
	require.False(t, p.TemplateID.Exported())
	require.False(t, p.SessionControls.Exported())
	require.Equal(t, model.True, p.GrantControls.Is(func(g model.GrantControls) bool {
		return !g.AuthenticationStrength.Exported() && g.BuiltInControls.Exported()
	}))
	require.Equal(t, model.True, p.Conditions.Is(func(c model.ConditionSet) bool {
		return !c.Locations.Exported() && !c.Platforms.Exported() && c.Users.Is(func(u model.ConditionUsers) bool {
			return u.IncludeUsers.Exported() && !u.IncludeGuestsOrExternalUsers.Exported()
		}) == model.True
	}))

	graph := rows(load(t, FS(files{"identity/conditionalAccess/policies.json": `[{"id":"p1","grantControls":null,"sessionControls":{"signInFrequency":null,"persistentBrowser":{"isEnabled":null}}}]`}.fs(), Options{})), model.ConditionalAccessPolicies)[0]
	require.Equal(t, model.True, graph.GrantControls.Null(), "in Graph's own JSON null says none")
	require.Equal(t, model.True, graph.SessionControls.Is(func(s model.SessionControls) bool { return s.PersistentBrowser.Exported() }))
}

// A selection of plain properties has no AdditionalProperties, and its nulls may
// be properties that were never requested.
func TestSelectedNullsAreUnknown(t *testing.T) {
	for _, text := range []string{`[{"Id":"u1","AccountEnabled":null}]`, `[{"mfa":1,"Id":"u1","AccountEnabled":null,"UserType":"Member"}]`} {
		u := rows(load(t, FS(files{"users.json": text}.fs(), Options{})), model.Users)[0]
		require.Equal(t, model.Unknown, model.Equals(u.AccountEnabled, true), text)
	}
}

func TestDepthCut(t *testing.T) {
	for _, cut := range []string{"Microsoft.Graph.PowerShell.Models.MicrosoftGraphConditionalAccessUsers", "System.Object[]",
		"System.Collections.Hashtable", "System.Collections.Generic.Dictionary`2[System.String,System.Object]", "@{IncludeUsers=System.Object[]; ExcludeUsers=}"} {
		for _, text := range []string{
			`[{"Id":"p1","DisplayName":"` + cut + `","State":"enabled","Conditions":"` + cut + `","GrantControls":{"BuiltInControls":"` + cut + `","Operator":"OR"}}]`,
			`[{"id":"p1","displayName":"` + cut + `","state":"enabled","conditions":"` + cut + `","grantControls":{"builtInControls":["` + cut + `"],"operator":"OR"}}]`,
		} {
			source := FS(files{"identity/conditionalAccess/policies.json": text}.fs(), Options{})
			p := rows(load(t, source), model.ConditionalAccessPolicies)[0]
			require.Equal(t, "<unreadable in the export>", p.DisplayName.String())
			require.Equal(t, "<unreadable in the export>", p.Conditions.String())
			require.Equal(t, model.True, p.GrantControls.Is(func(g model.GrantControls) bool {
				return g.BuiltInControls.String() == "<unreadable in the export>" && g.Operator.String() == "OR"
			}))
			require.Contains(t, inventory(t, source)["identity/conditionalAccess/policies.json"].Notes, noteCut)
		}
	}
	// An id that was cut costs the record.
	in := input(t, load(t, FS(files{"users.json": `[{"id":"@{x=1}"}]`, "manifest.json": manifest("")}.fs(), Options{})), "users")
	require.Equal(t, model.Partial, in.Status)
	// A flags enumeration would take any text.
	p := rows(load(t, FS(files{"identity/conditionalAccess/policies.json": `[{"id":"p","conditions":{"insiderRiskLevels":"System.String[]"}}]`}.fs(), Options{})), model.ConditionalAccessPolicies)[0]
	require.Equal(t, model.True, p.Conditions.Is(func(c model.ConditionSet) bool { return !c.InsiderRiskLevels.Exported() }))
}

func TestTimes(t *testing.T) {
	for text, want := range map[string]string{
		`/Date(1769788627239)/`:            "2026-01-30T15:57:07.239Z",
		`\/Date(1769788627239)\/`:          "2026-01-30T15:57:07.239Z",
		`\/Date(1769788627239+0200)\/`:     "2026-01-30T15:57:07.239Z",
		`/Date(-62135596800000)/`:          "0001-01-01T00:00:00Z",
		`2026-01-30T15:57:07.2390000Z`:     "2026-01-30T15:57:07.239Z",
		`2026-01-30T17:57:07.239+02:00`:    "2026-01-30T15:57:07.239Z",
		`2026-01-30T15:57:07`:              "", // whose time zone?
		`/Date(99999999999999)/`:           "5138-11-16T09:46:39.999Z",
		`/Date(999999999999999)/`:          "",
		`/Date(1769788627239)/ and others`: "",
	} {
		for _, id := range []string{"id", "Id"} {
			u := rows(load(t, FS(files{"users.json": `[{"` + id + `":"u1","createdDateTime":"` + text + `"}]`}.fs(), Options{})), model.Users)[0]
			if want == "" {
				require.Equal(t, "<unreadable in the export>", u.CreatedDateTime.String(), text)
				continue
			}
			at, err := time.Parse(time.RFC3339, want)
			require.NoError(t, err)
			require.Equal(t, model.True, u.CreatedDateTime.Is(at.Equal), "%s is %s", text, u.CreatedDateTime)
		}
	}
}

func TestAdditionalProperties(t *testing.T) {
	users := rows(load(t, FS(files{"users.json": `[
		{"Id":"u1","DisplayName":"mine","Mail":null,"AdditionalProperties":{"@odata.type":"#microsoft.graph.user","displayName":"theirs","mail":"a@b.c"}},
		{"Id":"u2","AdditionalProperties":"System.Collections.Generic.Dictionary"}]`}.fs(), Options{})), model.Users)
	require.Equal(t, "mine", users[0].DisplayName.String())
	require.Equal(t, "a@b.c", users[0].Mail.String())
	require.Len(t, users, 2)

	group := `[{"Id":"` + groupID + `","Members":[],"Owners":null,"AdditionalProperties":{}}]`
	members := model.RowsOf(load(t, FS(files{"groups.json": group}.fs(), Options{})), model.GroupMembers, nil).For(groupID)
	require.Equal(t, model.Absent, members.Coverage().State, "the SDK names relationships that nobody asked for")

	one := FS(files{"users.json": `{"Id":"u1","AdditionalProperties":{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users/$entity"}}`}.fs(), Options{})
	require.Equal(t, model.Partial, input(t, load(t, one), "users").Status)

	empty := FS(files{"users.json": `[{"Id":null,"DisplayName":null,"AdditionalProperties":{}}]`, "manifest.json": manifest("")}.fs(), Options{})
	require.Contains(t, input(t, load(t, empty), "users").Detail, "nothing in it has a value")
}

// What unusual lets pass must not need a normaliser.
func TestUnusual(t *testing.T) {
	for text, want := range map[string]bool{
		`{"id":"x"}`: false, `{}`: false, `{"@odata.type":"t","id":"x"}`: false,
		`{"Id":"x"}`: true, `{"@odata.type":"t","DisplayName":"x"}`: true, `{"@odata.type":"a\"b","DisplayName":"x"}`: true,
		`{"@x":{"y":1},"DisplayName":"x"}`: true, `{"id":"/Date(1)/"}`: true, `{"id":"@{x}"}`: true, `{"a":1,"Id":2}`: true,
	} {
		require.Equal(t, want, unusual([]byte(text)), text)
	}
}
