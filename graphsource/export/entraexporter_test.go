package export_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

// asOf is the sample tenants' time of collection.
var asOf = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// folders are where EntraExporter puts the data sets that the test moves.
var folders = map[string]string{
	"users": "Users", "groups": "Groups", "devices": "Devices", "domains": "Domains", "applications": "Applications", "servicePrincipals": "ServicePrincipals",
	"directory/administrativeUnits":            "AdministrativeUnits",
	"identity/conditionalAccess/policies":      "Identity/Conditional/AccessPolicies",
	"roleManagement/directory/roleDefinitions": "RoleManagement/Directory/RoleDefinitions", "roleManagement/directory/roleAssignments": "RoleManagement/Directory/RoleAssignments",
	"identity/conditionalAccess/namedLocations": "Identity/Conditional/NamedLocations",
	"policies/authorizationPolicy":              "Policies/AuthorizationPolicy",
	"groups/{id}/members":                       "Groups/{id}/Members", "groups/{id}/owners": "Groups/{id}/Owners",
	"applications/{id}/owners": "Applications/{id}/Owners",
}

// asEntraExporterFacts writes a sample tenant as the tool would: one object a
// file, below a folder of the user's own, without what the tool does not ask for.
func asEntraExporterFacts(t *testing.T, f facts) map[string][]byte {
	out := map[string][]byte{"backup/Organization/Organization.json": jsonOf(t, f["organization"][0].record)}
	for dataset, folder := range folders {
		for _, r := range f[dataset] {
			record, id := clone(r.record), r.record["id"].(string)
			asBeta(record)
			out["backup/"+strings.Replace(folder, "{id}", r.parent, 1)+"/"+id+"/"+id+".json"] = jsonOf(t, record)
		}
	}
	return out
}

func assessment(t *testing.T, src assess.Source) *model.Assessment {
	a, err := assess.Run(context.Background(), src, pillars.All(), assess.Options{AsOf: asOf})
	require.NoError(t, err)
	return a
}

func TestEntraExporterFolders(t *testing.T) {
	source := export.FS(fstest.MapFS{
		"Users/u1/u1.json":                                    {Data: []byte(`{"id":"u1","userPrincipalName":"u1@x.example"}`)},
		"Users/u2/other.json":                                 {Data: []byte(`{"id":"u2"}`)},
		"Groups/g1/g1.json":                                   {Data: []byte(`{"id":"g1"}`)},
		"Groups/g1/Members/u1/u1.json":                        {Data: []byte(`{"id":"u1"}`)},
		"ServicePrincipals/s/Oauth2PermissionGrants/o/o.json": {Data: []byte(`{"id":"o","clientId":"s","resourceId":"r"}`)},
		"Policies/AuthorizationPolicy/authorizationPolicy/authorizationPolicy.json": {Data: []byte(`{"id":"authorizationPolicy","allowInvitesFrom":"none","defaultUserRolePermissions":{}}`)},
		"devices.json":     {Data: []byte(`[]`)},
		"Devices/d/d.json": {Data: []byte(`{"id":"d"}`)},
	}, export.Options{})
	reports, err := source.Inventory(context.Background())
	require.NoError(t, err)
	taken := map[string]string{}
	for _, r := range reports {
		taken[r.Path] = string(r.Status) + " " + r.Dataset + " " + r.Parent
	}
	require.Equal(t, map[string]string{
		"Users/u1/u1.json":                                    "partial users ",
		"Users/u2/other.json":                                 "ignored  ",
		"Groups/g1/g1.json":                                   "partial groups ",
		"Groups/g1/Members/u1/u1.json":                        "partial groups/{id}/members g1",
		"ServicePrincipals/s/Oauth2PermissionGrants/o/o.json": "partial oauth2PermissionGrants ",
		"Policies/AuthorizationPolicy/authorizationPolicy/authorizationPolicy.json": "complete policies/authorizationPolicy ",
		"devices.json":     "complete devices ",
		"Devices/d/d.json": "ignored devices ",
	}, taken)
}

func TestJoin(t *testing.T) {
	one := func(name, text string) *export.Source {
		return export.FS(fstest.MapFS{name: {Data: []byte(text)}}, export.Options{})
	}
	load := func(sources ...*export.Source) (*model.Tenant, error) {
		return export.Join(sources...).Load(context.Background(), []string{"users", "groups", "organization"})
	}
	home := one("organization.json", `{"id":"T1","displayName":"Home"}`)
	tenant, err := load(home, one("users.json", `[{"id":"u"}]`), one("Groups/g/g.json", `{"id":"g"}`))
	require.NoError(t, err)
	require.Equal(t, "Home", tenant.Info().Name)
	require.Equal(t, model.Complete, model.RowsOf(tenant, model.Users, nil).Coverage().State)
	require.Equal(t, model.Partial, model.RowsOf(tenant, model.Groups, nil).Coverage().State)

	// The same file from two sources is read from neither.
	tenant, err = load(home, one("users.json", `[{"id":"u"}]`), one("users.json", `[{"id":"v"}]`))
	require.NoError(t, err)
	require.Zero(t, model.RowsOf(tenant, model.Users, nil).Len())
	require.NotEqual(t, model.Complete, model.RowsOf(tenant, model.Users, nil).Coverage().State)

	_, err = load(home, one("manifest.json", `{"format":"privpath-export/1","tenantId":"T2"}`))
	require.ErrorContains(t, err, "several tenants (t1, t2)")
	_, err = load()
	require.ErrorContains(t, err, "holds no file")
}
