package graphsource_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/graphsource"
)

// published is the part of permissions.json of microsoft-graph-devx-content that
// says which permission reads which path.
type published struct {
	Permissions map[string]struct {
		PathSets []struct {
			SchemeKeys, Methods []string
			Paths               map[string]string
		}
	}
}

// differences from the published table, each with its reason: for these, the
// table's permission is not the one that is flagged least, or the path is not
// listed.
var differences = map[string]string{
	"organization":                  "the one flagged least (DeviceManagementServiceConfig.Read.All) is Intune's and unneeded otherwise; Organization.Read.All is listed as enough",
	"users":                         "User.ReadBasic.All, flagged least, does not read accountEnabled, onPremisesSyncEnabled and the rest; signInActivity also needs AuditLog.Read.All, which is not listed by path",
	"groups":                        "Group.ReadBasic.All, flagged least, does not read membership rules; GroupMember.Read.All, needed for the members anyway, is listed as enough",
	"groups/{id}/members":           "GroupMember.ReadBasic.All, flagged least, gives members without their properties; owners need GroupMember.Read.All anyway",
	"groups/{id}/transitiveMembers": "as groups/{id}/members",
	"directory/administrativeUnits": "nothing is flagged least for applications; AdministrativeUnit.Read.All is the least of those listed",
	"policies/roleManagementPolicyAssignments":                         "RoleManagement.Read.All, flagged least for applications, also reads other role systems; RoleManagement.Read.Directory is listed as enough",
	"identityGovernance/entitlementManagement/catalogs/{id}/resources": "the published table lists the beta path only; the API page of v1.0 (accessPackageCatalog: List resources) gives EntitlementManagement.Read.All",
	"policies/crossTenantAccessPolicy/default":                         "nothing is flagged least; Policy.Read.All is the only one listed that cannot write",
	"policies/crossTenantAccessPolicy/partners":                        "nothing is flagged least; Policy.Read.All is the only one listed that cannot write",
	"deviceManagement/settings":                                        "DeviceManagementApps.Read.All, flagged least, is unneeded otherwise; DeviceManagementConfiguration.Read.All is listed as enough and reads the compliance policies too",
}

// unlisted are permissions that the published table does not list for the path;
// the differences say why they are asked for all the same.
var unlisted = []string{"users AuditLog.Read.All",
	"identityGovernance/entitlementManagement/catalogs/{id}/resources EntitlementManagement.Read.All"}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

// pathOf is a request's path as the published table writes it.
func pathOf(query string) string {
	path, _, _ := strings.Cut(query, "?")
	path = strings.Replace(path, "resourceNamespaces/microsoft.directory", "resourceNamespaces/{id}", 1)
	return strings.ToLower(parameter.ReplaceAllString(path, "{id}"))
}

// granting lists the permissions that read a path, and those flagged least.
func (p published) granting(path, scheme string) (all, least []string) {
	for name, permission := range p.Permissions {
		for _, set := range permission.PathSets {
			if !slices.Contains(set.SchemeKeys, scheme) || !slices.Contains(set.Methods, "GET") {
				continue
			}
			for listed, flags := range set.Paths {
				if strings.ToLower(parameter.ReplaceAllString(listed, "{id}")) != path {
					continue
				}
				all = append(all, name)
				if regexp.MustCompile(`least=[^;]*\b` + scheme + `\b`).MatchString(flags) {
					least = append(least, name)
				}
			}
		}
	}
	slices.Sort(all)
	slices.Sort(least)
	return slices.Compact(all), slices.Compact(least)
}

// TestPermissionsAreThePublishedOnes: each request's permissions read its path,
// and are those flagged as least privileged, but for the differences explained.
func TestPermissionsAreThePublishedOnes(t *testing.T) {
	text, err := os.ReadFile("../../shared/data/graph-permissions/permissions.json")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("../shared/data/graph-permissions is not there: the permissions cannot be compared")
	}
	require.NoError(t, err)
	var p published
	require.NoError(t, json.Unmarshal(text, &p))
	used := map[string]bool{}
	for _, r := range graphsource.Requests() {
		if r.Version == "" {
			continue
		}
		for scheme, asked := range map[string]string{"DelegatedWork": r.Delegated, "Application": r.Application} {
			all, least := p.granting(pathOf(r.Query), scheme)
			explained, key := false, r.Dataset
			for name := range strings.SplitSeq(asked, " and ") {
				if slices.Contains(least, name) && slices.Contains(all, name) || name == "" && len(all) == 0 {
					continue
				}
				explained = true
				if name != "" && !slices.Contains(all, name) {
					require.Containsf(t, unlisted, r.Dataset+" "+name, "%s does not read it: %q do", name, all)
				}
			}
			if explained && differences[key] == "" {
				t.Errorf("%q asks for %q (%s); published as least: %q, as enough: %q", key, asked, scheme, least, all)
			}
			if explained {
				used[key] = true
			}
		}
	}
	for key := range differences {
		require.Truef(t, used[key], "%s: the tables agree, so nothing is to be explained", key)
	}
}
