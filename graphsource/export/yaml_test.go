package export

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/privpath/privpath/model"
)

// A policy as PyYAML's dump writes it: folded at 80 characters, '@' and what looks
// like something else than a text in quotation marks, lists under their name.
const yamlPolicy = `displayName: Administrators only from a workstation, on every platform that there is, with
  a long name
description: 'first line

  second line: with a colon'
state: enabled
'@odata.note': "tab\there, a caf\xE9 and \U0001F512 in a long text that goes on and \
  on\n and ends"
templateId: null
conditions:
  users:
    includeUsers: []
    includeRoles:
    - 62e90394-69f5-4237-9190-012177145e10
    - 'e8611ab8-c189-46e8-94e1-60213ab1f814'
    excludeGroups: []
  applications:
    includeApplications:
    - All
  clientAppTypes:
  - all
  devices:
    deviceFilter:
      mode: exclude
      rule: device.extensionAttribute1 -eq "PAW"
grantControls:
  operator: OR
  builtInControls:
  - block
nested:
- - 1
  - -2.5e+3
- name: x
  empty: {}
-
`

func TestYAML(t *testing.T) {
	root, err := parseYAML(yamlPolicy, 64)
	require.NoError(t, err)
	require.Equal(t, "Administrators only from a workstation, on every platform that there is, with a long name", root.get("displayName").str())
	require.Equal(t, "first line\nsecond line: with a colon", root.get("description").str())
	require.Equal(t, "tab\there, a café and 🔒 in a long text that goes on and on\n and ends", root.get("@odata.note").str())
	require.True(t, root.get("templateId").isNull())
	require.Equal(t, `device.extensionAttribute1 -eq "PAW"`, root.get("conditions").get("devices").get("deviceFilter").get("rule").str())
	require.JSONEq(t, `[[1,-2.5e3],{"name":"x","empty":{}},null]`, string(root.get("nested").json()))
	sameAsYAML(t, yamlPolicy, root)
}

// What the reader takes, a whole reader of YAML takes for the same.
func sameAsYAML(t *testing.T, text string, root *node) {
	t.Helper()
	var want any
	require.NoError(t, yaml.Unmarshal([]byte(text), &want), "%q", text)
	wanted, err := json.Marshal(want)
	require.NoError(t, err, "%q", text)
	require.JSONEq(t, string(wanted), string(root.json()), "%q", text)
}

func TestYAMLRefused(t *testing.T) {
	for text, why := range map[string]string{
		"":                                "the file is empty",
		"# nothing\n":                     "the file is empty",
		"just a text":                     "neither a mapping nor a list",
		"a: 1\nb: yes\n":                  `in line 2: "yes" means different things`,
		"a: 1e5":                          "different versions",
		"a: 012":                          "different versions",
		"a: 2026-01-01":                   "different versions",
		"a: 0x1f":                         "different versions",
		"a: 12:30":                        "different versions",
		"a: &x [1]":                       `begins with "&"`,
		"a: *x":                           `begins with "*"`,
		"a: !!str x":                      `begins with "!"`,
		"a: |\n  x\n":                     `begins with "|"`,
		"a: [1, 2]":                       "in brackets",
		"a: {b: 1}":                       "in brackets",
		"a: 1\na: 2\n":                    "stands here twice",
		"a: 1\n  b: 2\n":                  "and is not quoted",
		"a:\n    b: 1\n  c: 2\n":          "more than its neighbours",
		"a: 'x":                           "does not end",
		"a: 'x' y":                        "something follows",
		"a: \"\\q\"":                      "no escape",
		"a: \"\\/\"":                      "no escape",
		"a: \"\\uD800\"":                  "no character",
		"a: x # note":                     "must be quoted",
		"a: x\n b: y":                     "and is not quoted",
		"- 1\nb: 2\n":                     "does not belong",
		"b: 2\n- 1\n":                     "an item stands among",
		"a: 1\n---\nb: 2\n":               "the form name: value",
		"? a\n: b\n":                      "begins with",
		"1: x":                            "no name of a property",
		"0 :":                             "no name of a property",
		strings.Repeat("a", 1025) + ": 1": "longer than 1024",
		"a:\tb":                           "as an escape",
		"a: 1\n#\xd800":                   "as an escape",
		"a: 1\n...\nb: 2\n":               "the form name: value",
		"- 1\n...\n- 2\n":                 "does not belong",
		strings.Repeat("- ", 70) + "x\n":  "MaxDepth",
		"a: \"\x01\"":                     "as an escape",
		"a: \xff":                         "as an escape",
		"a: \"x\\\n\n  y\"":               "an empty line follows",
		"a: \"unfinished \\":              "does not end",
		"a:\n- b: 1\n   c: 2\n":           "and is not quoted",
		"a: b\n  - c: d\n":                "must be quoted",
		"a: one\n  two\nthree\n":          "the form name: value",
		"null: 1\n":                       "no name of a property",
		"'a': 1\n'a' : 2\n":               "the form name: value",
		"a: -\n":                          `begins with "-"`,
		"a: {}\n  b: 1\n":                 "more than its neighbours",
		"a: '@x'\n  'y'\n":                "more than its neighbours",
		"a: 1\n  2\n  # c\n  3\n":         "more than its neighbours",
		"- a: 1\n - b: 2\n":               "does not belong",
	} {
		_, err := parseYAML(text, 64)
		require.Error(t, err, "%q", text)
		require.ErrorContains(t, err, why, "%q", text)
	}
}

func TestIntuneCDAsYAML(t *testing.T) {
	source := FS(files{
		"backup/Conditional Access/Workstation__0f0f.yaml":                           yamlPolicy,
		"backup/Conditional Access/Odd.yaml":                                         "state: on\n",
		"backup/Entra/Authorization Policy/authorization_policy.yaml":                "allowInvitesFrom: none\npermissionGrantPolicyIdsAssignedToDefaultUserRole: []\ndefaultUserRolePermissions:\n  allowedToCreateApps: false\n",
		"backup/Entra/Security Defaults/security_defaults.json":                      `{"displayName":"Security Defaults","isEnabled":false}`,
		"backup/Entra/Device Registration Policy/device_registration_policy.json":    `{"userDeviceQuota":5,"multiFactorAuthConfiguration":"1","azureADJoin":{"isAdminConfigurable":true}}`,
		"backup/Entra/Authentication Methods/authentication_methods.json":            `{"displayName":"x","authenticationMethodConfigurations":[{"@odata.type":"#microsoft.graph.fido2AuthenticationMethodConfiguration","id":"Fido2","state":"enabled"}]}`,
		"backup/Entra/Domains/x.example.json":                                        `{"id":"x.example","authenticationType":"Managed","isDefault":true}`,
		"backup/Entra/Applications/Portal.json":                                      `{"appId":"a1","displayName":"Portal"}`,
		"backup/Compliance Policies/Policies/Windows_windows10CompliancePolicy.json": `{"@odata.type":"#microsoft.graph.windows10CompliancePolicy","displayName":"Windows","assignments":[{"source":"direct","target":{"@odata.type":"#microsoft.graph.allDevicesAssignmentTarget"}}]}`,
		"backup/Compliance Policies/Policies/Compliance Policies.md":                 "# Compliance Policies",
		"elsewhere/notes.yaml":                                                       "a: 1",
	}.fs(), Options{})
	tenant := load(t, source)
	policies := rows(tenant, model.ConditionalAccessPolicies)
	require.Len(t, policies, 1)
	require.Equal(t, "0f0f", policies[0].ID)
	require.Equal(t, "enabled", policies[0].State.String())
	authorization := rows(tenant, model.AuthorizationPolicies)[0]
	require.Equal(t, model.True, authorization.DefaultUserRolePermissions.Is(func(p model.DefaultUserRolePermissions) bool {
		return p.PermissionGrantPoliciesAssigned.Is(func(list []string) bool { return len(list) == 0 }) == model.True
	}), "beta's place of the grant policies")
	for _, name := range []string{"policies/authorizationPolicy", "policies/identitySecurityDefaultsEnforcementPolicy", "policies/deviceRegistrationPolicy", "policies/authenticationMethodsPolicy"} {
		require.Equal(t, model.Complete, input(t, tenant, name).Status, name)
	}
	require.Equal(t, model.Partial, input(t, tenant, "domains").Status)
	require.Empty(t, rows(tenant, model.Applications))
	found := inventory(t, source)
	require.Contains(t, found["backup/Conditional Access/Odd.yaml"].Reason, `in line 1: "on" means different things`)
	require.Contains(t, found["backup/Entra/Applications/Portal.json"].Reason, "takes the ids off")
	require.Contains(t, found["elsewhere/notes.yaml"].Reason, "in IntuneCD's folders only")
	require.Equal(t, model.Partial, input(t, tenant, "identity/conditionalAccess/policies").Status)
}

// FuzzYAML: what is read is what YAML means, and nothing panics or hangs.
func FuzzYAML(f *testing.F) {
	f.Add(yamlPolicy)
	for _, text := range []string{"a: 'b''c\n\n  d'\n", "a: \"b\\\n  \\ c\\x41\"\n", "- - a\n  - b: c\n    d:\n    - e\n", "---\na: {}\n...\n", "a:\n\n\n  b: []\n# c\n", "x: a\n  b\n\n  c\n", "\"a b\": ~\r\n'c': -1.5e-3\r\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		root, err := parseYAML(text, 64)
		if err != nil {
			return
		}
		sameAsYAML(t, text, root)
	})
}
