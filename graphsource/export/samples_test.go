package export

import (
	"context"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/privpath/privpath/model"
	"github.com/stretchr/testify/require"
)

// samples opens a folder of public samples that is not part of the repository.
func samples(t *testing.T, folder string) fs.FS {
	t.Helper()
	path := "../../../shared/data/" + folder
	if _, err := os.Stat(path); err != nil {
		t.Skip("the public samples are not here: " + err.Error())
	}
	return os.DirFS(path)
}

// Every sample file, by itself and in its folder, is read or refused with a
// reason; no list is complete, because nothing says that it was not filtered.
func TestPublicSamples(t *testing.T) {
	for folder, want := range map[string]struct{ files, read int }{
		"ca-policies":         {214, 0},
		"graph-docs-examples": {249, 120},
	} {
		t.Run(folder, func(t *testing.T) {
			fsys := samples(t, folder)
			tally := map[string]int{}
			total, read := 0, 0
			require.NoError(t, fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
				if err != nil || !strings.HasSuffix(path, ".json") {
					return err
				}
				total++
				source := File(path, 0, func() (io.ReadCloser, error) { return fsys.Open(path) }, Options{})
				list, err := source.Inventory(context.Background())
				require.NoError(t, err)
				require.Len(t, list, 1)
				f := list[0]
				tenant, err := source.Load(context.Background(), nil)
				if err != nil {
					require.ErrorContains(t, err, f.Reason)
					require.NotEmpty(t, f.Reason)
					require.NotEqual(t, StatusComplete, f.Status)
				} else if f.Records > 0 {
					read++
					in := input(t, tenant, f.Dataset)
					require.Equal(t, f.Records, in.Count)
					d, _ := model.DatasetNamed(f.Dataset)
					require.True(t, d.Single || in.Status == model.Partial, path)
				}
				tally[string(f.Status)+" "+reasonKind(f.Reason)]++
				return nil
			}))
			require.Equal(t, want.files, total)
			require.GreaterOrEqual(t, read, want.read)
			for what, n := range tally {
				t.Logf("%4d %s", n, what)
			}
			_, err := FS(fsys, Options{}).Inventory(context.Background())
			require.NoError(t, err)
		})
	}
}

func reasonKind(reason string) string {
	for _, kind := range []string{`no "id"`, "@odata.context", "no bundle path", "reply for one object", "recognised by its content", "nextLink", "more pages", "not valid JSON", "is missing at", "left out"} {
		if strings.Contains(reason, kind) {
			return kind
		}
	}
	return reason
}

func TestScubaGearSample(t *testing.T) {
	source := FS(samples(t, "scubagear"), Options{})
	tenant := load(t, source)
	require.Equal(t, "2026-05-04 17:15:48.307 +0000 UTC", tenant.Info().CollectedAt.String())
	require.Equal(t, "ScubaGear 1.8.0", tenant.Info().Collector)

	policies := rows(tenant, model.ConditionalAccessPolicies)
	require.Len(t, policies, 7)
	require.Equal(t, model.Complete, input(t, tenant, "identity/conditionalAccess/policies").Status)
	require.Equal(t, model.True, policies[0].GrantControls.Null(), "ScubaGear keeps Graph's nulls")
	require.Equal(t, "/conditional_access_policies/0", policies[0].Location().Pointer)

	rules := input(t, tenant, "policies/roleManagementPolicyAssignments")
	require.Equal(t, 8, rules.Count)
	require.Equal(t, model.Partial, rules.Status, "eight roles are not all")
	for _, a := range rows(tenant, model.RolePolicies) {
		require.Equal(t, model.True, a.Policy.Is(func(p model.RoleManagementPolicy) bool {
			return p.Rules.Is(func(list []model.PolicyRule) bool { return len(list) == 17 }) == model.True
		}), "without the rules of groups")
	}
	active := rows(tenant, model.RoleAssignmentSchedule)
	require.Len(t, active, 26)
	require.Equal(t, model.Partial, input(t, tenant, "roleManagement/directory/roleAssignmentScheduleInstances").Status)
	require.Equal(t, model.False, active[0].EndDateTime.Null())
	require.Equal(t, model.True, active[2].EndDateTime.Null())
	require.Equal(t, model.Absent, input(t, tenant, "identity/conditionalAccess/namedLocations").Status)
	for _, whole := range []string{"domains", "policies/authorizationPolicy", "policies/authenticationMethodsPolicy"} {
		require.Equal(t, 1, input(t, tenant, whole).Count, whole)
		require.Equal(t, model.Complete, input(t, tenant, whole).Status, whole)
	}
	require.Contains(t, rows(tenant, model.AuthorizationPolicies)[0].DefaultUserRolePermissions.String(), "microsoft-user-default-low")
	methods := model.Fold(rows(tenant, model.MethodsPolicies)[0].AuthenticationMethodConfigurations, nil, nil, func(list []model.MethodConfiguration) []model.MethodConfiguration { return list })
	require.Len(t, methods, 12)
	require.Equal(t, model.True, model.Equals(methods[0].State, "enabled"))
	require.Equal(t, StatusPartial, inventory(t, source)["ProviderSettingsExport.json"].Status)
}

func TestScubaGearShapes(t *testing.T) {
	settings := `{"baseline_version":"1","module_version":"1.4","timestamp_zulu":"2026-05-04T17:15:48Z","tenant_details":{"TenantId":"t","DisplayName":"Contoso"},
		"conditional_access_policies":{"Id":"p1","State":"enabled","GrantControls":{"AuthenticationStrength":{"Id":null},"Operator":null,"AdditionalProperties":{}},"AdditionalProperties":{}},
		"privileged_roles":[{"RoleTemplateId":"r1","Assignments":null,"Rules":{"Id":"Expiration_EndUser_Assignment","AdditionalProperties":{"@odata.type":"#microsoft.graph.unifiedRoleManagementPolicyExpirationRule","maximumDuration":"PT8H"}}},{"RoleTemplateId":"r2","Assignments":[7],"Rules":[]}],
		"aad_successful_commands":["Get-MgIdentityConditionalAccessPolicy"],"aad_unsuccessful_commands":["Get-MgIdentityConditionalAccessPolicy"]}`
	for _, text := range []string{settings, `{"Results":{},"Raw":` + settings + `}`} {
		tenant := load(t, oneFile("ScubaResults.json", text))
		require.Equal(t, "t", tenant.Info().ID)
		p := rows(tenant, model.ConditionalAccessPolicies)
		require.Len(t, p, 1)
		require.False(t, p[0].GrantControls.Exported(), "SDK objects of its first versions are null-filled")
		require.Equal(t, model.Partial, input(t, tenant, "identity/conditionalAccess/policies").Status, "the command failed")
		rules := rows(tenant, model.RolePolicies)
		require.Len(t, rules, 1)
		require.Equal(t, model.True, rules[0].Policy.Is(func(p model.RoleManagementPolicy) bool {
			return p.Rules.Is(func(list []model.PolicyRule) bool { return list[0].MaximumDuration.String() == "PT8H" }) == model.True
		}))
	}
}
