package graphsource

import (
	"context"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/privpath/privpath/model"
	"github.com/stretchr/testify/require"
)

func TestRequestsCoverEveryDataset(t *testing.T) {
	var want, got []string
	for _, d := range model.Datasets() {
		if d.Name != model.OwnerDeclarations.Name() {
			want = append(want, d.Name)
		}
	}
	for _, r := range Requests() {
		got = append(got, r.Dataset)
		require.NotEmpty(t, r.Purpose, r.Dataset)
		require.NotEmpty(t, r.Delegated, r.Dataset)
		require.True(t, r.Application != "" || r.Dataset == "directory/onPremisesSynchronization", r.Dataset)
		require.True(t, (r.Version == "") == (r.Command != ""), r.Dataset)
		if r.Version != "" && r.Dataset != "deviceManagement/settings" {
			path, _, _ := strings.Cut(r.Query, "?")
			require.Equal(t, "/"+r.Dataset, path, "the path in the bundle is the path of the request")
		}
		require.Equal(t, r.Delegated, Permission(r.Dataset))
	}
	require.Equal(t, want, got)
	require.Empty(t, Permission("declarations"))
	require.Empty(t, Permission("nothing"))
}

// TestPermissions compares the table with Microsoft's permissions reference:
// every permission must read its path, and where the table does not name the one
// that the reference marks as the least, the reason stands here.
func TestPermissions(t *testing.T) {
	text, err := os.ReadFile("../../shared/data/graph-permissions/permissions.json")
	if err != nil {
		t.Skip("the permissions reference is not here: " + err.Error())
	}
	reads := readable(t, text)
	wider := map[string]string{
		"organization":                  "the least one is Intune's",
		"users":                         "User.ReadBasic.All has no accountEnabled, and signInActivity needs AuditLog.Read.All",
		"groups":                        "Group.ReadBasic.All has no isAssignableToRole",
		"groups/{id}/members":           "GroupMember.ReadBasic.All has no accountEnabled",
		"groups/{id}/transitiveMembers": "the same",
		"policies/roleManagementPolicyAssignments":                         "the reference marks RoleManagement.Read.All for applications, which reads more",
		"roleManagement/directory/roleAssignmentScheduleRequests":          "the reference has no read permission for it; the API page has",
		"identityGovernance/entitlementManagement/catalogs/{id}/resources": "the reference lists the beta path only",
		"policies/crossTenantAccessPolicy/default":                         "the reference marks none",
		"policies/crossTenantAccessPolicy/partners":                        "the same",
		"deviceManagement/settings":                                        "the least one is for apps; settings are configuration",
		"directory/administrativeUnits":                                    "marked for delegated use only",
	}
	for _, r := range Requests() {
		if r.Version == "" {
			continue
		}
		path, _, _ := strings.Cut(r.Query, "?")
		found := reads[fold(strings.Replace(path, "microsoft.directory", "{id}", 1))]
		for kind, permission := range map[string]string{"DelegatedWork": r.Delegated, "Application": r.Application} {
			permission, _, _ = strings.Cut(permission, " and ")
			least, ok := found[kind][permission]
			if permission == "" {
				require.Empty(t, found[kind], "%s can be read by %s", path, kind)
				continue
			}
			if r.Dataset == "roleManagement/directory/roleAssignmentScheduleRequests" || r.Dataset == "identityGovernance/entitlementManagement/catalogs/{id}/resources" {
				require.Empty(t, found[kind], "the reason below is out of date")
				continue
			}
			require.True(t, ok, "%s does not read %s (%s)", permission, path, kind)
			if !least {
				require.NotEmpty(t, wider[r.Dataset], "%s is not the least permission for %s (%s)", permission, path, kind)
			}
		}
	}
}

// readable gives, by path and kind of permission, which permissions read it and
// whether each is marked as the least.
func readable(t *testing.T, text []byte) map[string]map[string]map[string]bool {
	t.Helper()
	var reference struct {
		Permissions map[string]struct {
			PathSets []struct {
				SchemeKeys []string
				Methods    []string
				Paths      map[string]string
			}
		}
	}
	require.NoError(t, json.Unmarshal(text, &reference))
	reads := map[string]map[string]map[string]bool{}
	for name, p := range reference.Permissions {
		for _, set := range p.PathSets {
			if !slices.Contains(set.Methods, "GET") || strings.Contains(name, "Write") {
				continue
			}
			for path, marks := range set.Paths {
				for _, kind := range set.SchemeKeys {
					key := fold(path)
					if reads[key] == nil {
						reads[key] = map[string]map[string]bool{}
					}
					if reads[key][kind] == nil {
						reads[key][kind] = map[string]bool{}
					}
					reads[key][kind][name] = reads[key][kind][name] || strings.Contains(marks, "least=") && strings.Contains(marks, kind)
				}
			}
		}
	}
	return reads
}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

func fold(path string) string {
	path, _, _ = strings.Cut(path, ";")
	return strings.ToLower(parameter.ReplaceAllString(strings.TrimRight(path, "/"), "{id}"))
}

func TestMemory(t *testing.T) {
	collected := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	source := Memory{
		Info: model.TenantInfo{ID: "t", Name: "Contoso", CollectedAt: collected, Collector: "test"},
		Data: map[string]string{
			"users":            `{"value":[{"id":"u1"}]}`,
			"groups/g/members": `[{"id":"u1"}]`,
			"groups/h/members": `{"value":[],"@odata.nextLink":"x"}`,
			"declarations":     `{"version":1}`,
			"directoryRoles":   `[{"id":"r1"}]`,
			"directoryRoles.2": `[{"id":"r2"}]`,
		},
	}
	tenant, err := source.Load(context.Background(), nil)
	require.NoError(t, err)
	require.Equal(t, collected, tenant.Info().CollectedAt)
	require.Equal(t, "Contoso", tenant.Info().Name)
	require.Equal(t, 1, model.RowsOf(tenant, model.Users, nil).Len())
	require.Equal(t, 2, model.RowsOf(tenant, model.DirectoryRoles, nil).Len())
	require.Equal(t, model.Complete, model.RowsOf(tenant, model.GroupMembers, nil).For("g").Coverage().State)
	require.Equal(t, model.Partial, model.RowsOf(tenant, model.GroupMembers, nil).For("h").Coverage().State)
	require.Equal(t, 1, model.RowsOf(tenant, model.OwnerDeclarations, nil).Len())
	require.Len(t, source.Data, 6, "the caller's map is left alone")

	again, err := source.Load(context.Background(), []string{"users"})
	require.NoError(t, err)
	require.Equal(t, tenant.Info().Digest, again.Info().Digest)

	_, err = Memory{Data: map[string]string{"manifest": `{"format":"x"}`}}.Load(context.Background(), nil)
	require.ErrorContains(t, err, "/format")
	empty, err := Memory{}.Load(context.Background(), nil)
	require.NoError(t, err)
	require.Equal(t, model.Absent, model.RowsOf(empty, model.Users, nil).Coverage().State)
}
