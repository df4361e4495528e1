package model

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDatasetAt(t *testing.T) {
	tests := []struct{ path, name, parent string }{
		{"users", "users", ""},
		{"groups/4f/members", "groups/{id}/members", "4f"},
		{"users/u1/authentication/methods", "users/{id}/authentication/methods", "u1"},
		{"roleManagement/directory/roleAssignments", "roleManagement/directory/roleAssignments", ""},
		{"groups/{id}/members", "groups/{id}/members", "{id}"},
		{"groups//members", "", ""},
		{"groups/a/b/members", "", ""},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		d, parent, ok := DatasetAt(tt.path)
		require.Equal(t, tt.name != "", ok, tt.path)
		require.Equal(t, tt.name, d.Name)
		if ok {
			require.Equal(t, tt.parent, parent)
		}
	}
}

func TestEveryDatasetIsNamedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range Datasets() {
		require.Falsef(t, seen[d.Name], "%s", d.Name)
		seen[d.Name] = true
	}
	require.Len(t, datasetByName, len(datasets))
}

// Records that somebody saw by value are his; those that are seen in place only lie
// where the ones before them did.
func TestObserversKeepWhatTheyMay(t *testing.T) {
	of := func(observers ...func(*Builder)) {
		b := NewBuilder(Users.Name())
		for _, observe := range observers {
			observe(b)
		}
		for _, id := range []string{"a", "b", "c"} {
			require.NoError(t, b.Add(SignIns.Name(), "", Location{}, []byte(`{"id":"`+id+`"}`)))
		}
	}
	var kept []any
	var ids []string
	var places []*SignIn
	keep := func(b *Builder) { b.Observe(SignIns.Name(), func(record any) { kept = append(kept, record) }) }
	glance := func(b *Builder) {
		b.ObserveEach(SignIns.Name(), func(record any) {
			places = append(places, record.(*SignIn))
			ids = append(ids, places[len(places)-1].ID)
		})
	}
	of(glance, keep)
	of(keep, glance)
	require.Equal(t, []string{"a", "b", "c", "a", "b", "c"}, ids)
	for i, record := range kept {
		require.Equal(t, ids[i], record.(SignIn).ID)
	}
	places = nil
	of(glance)
	require.Same(t, places[0], places[2])
}

func TestBuilder(t *testing.T) {
	at := func(i string) Location { return Location{Dataset: "users", File: "users.json", Pointer: "/value/" + i} }
	b := NewBuilder(Users.Name(), GroupMembers.Name())
	seen := 0
	b.Observe(SignIns.Name(), func(record any) { seen += len(record.(SignIn).ID) })
	require.NoError(t, b.Add("users", "", at("0"), []byte(`{"id":"u1","accountEnabled":true}`)))
	require.ErrorContains(t, b.Add("users", "", at("1"), []byte(`{"displayName":"x"}`)), "users.json/value/1")
	require.Error(t, b.Add("users", "", at("2"), []byte(`[]`)))
	require.Error(t, b.Add("nothing", "", at("0"), []byte(`{}`)))
	require.NoError(t, b.Add(SignIns.Name(), "", Location{}, []byte(`{"id":"s1"}`)))
	require.NoError(t, b.Add(GroupMembers.Name(), "G1", Location{}, []byte(`{"id":"u1"}`)))
	b.Cover("users", "", Coverage{State: Complete})
	b.Cover("users", "", Coverage{State: Partial, Reason: Truncated})
	b.Cover("users", "", Coverage{State: Complete})
	b.Cover(GroupMembers.Name(), "G1", Coverage{State: Complete})
	tenant := b.Tenant()

	users := RowsOf(tenant, Users, nil)
	require.Equal(t, 1, users.Len())
	require.Equal(t, Partial, users.Coverage().State, "said twice, the worse one holds")
	user, _ := users.Only()
	require.Equal(t, Evidence{Dataset: "users", File: "users.json", Pointer: "/value/0/accountEnabled", Value: user.AccountEnabled},
		user.Evidence("/accountEnabled", user.AccountEnabled))
	require.Equal(t, 2, seen, "an observer sees records that are not kept")
	require.Zero(t, RowsOf(tenant, SignIns, nil).Len())

	var noted []string
	members := RowsOf(tenant, GroupMembers, func(name string, c Coverage) { noted = append(noted, name+" "+c.State.String()) })
	require.Equal(t, 1, members.For("g1").Len(), "ids are case-insensitive")
	require.Equal(t, Absent, members.For("g2").Coverage().State)
	require.Equal(t, []string{"groups/g1/members complete", "groups/g2/members missing"}, noted)
	require.Equal(t, NotCollected, RowsOf(tenant, Devices, nil).Coverage().Reason)
}

func TestWholeChildDatasetCaps(t *testing.T) {
	b := NewBuilder()
	b.Cover(GroupMembers.Name(), "g", Coverage{State: Complete})
	b.Cover(GroupMembers.Name(), "", Coverage{State: Absent, Reason: PermissionDenied})
	rows := RowsOf(b.Tenant(), GroupMembers, nil)
	require.Equal(t, PermissionDenied, rows.For("other").Coverage().Reason)
	require.NotEqual(t, Complete, rows.For("g").Coverage().State)
}

func TestCatalogue(t *testing.T) {
	ga, ok := RoleWithTemplate("62E90394-69F5-4237-9190-012177145E10")
	require.True(t, ok)
	require.True(t, ga.Tier0)
	require.Equal(t, "Global Administrator", ga.Name)
	tier0 := 0
	for _, r := range BuiltInRoles() {
		if r.Tier0 {
			tier0++
		}
	}
	require.Equal(t, 13, tier0)
	permission, ok := PermissionWithID(MicrosoftGraphAppID, "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8")
	require.True(t, ok)
	require.NotEmpty(t, Tier0Permission(permission.Value))
	known := map[string]bool{}
	for _, p := range appPermissions() {
		known[p.Value] = true
	}
	for value := range tier0Permissions() {
		require.Truef(t, known[value], "%s is not in the permission catalogue", value)
	}
	require.Empty(t, Tier0Permission("User.Read.All"))
}

func TestActionCovers(t *testing.T) {
	for _, tt := range []struct {
		wide, narrow string
		want         bool
	}{
		{"microsoft.directory/applications/credentials/update", "microsoft.directory/applications/credentials/update", true},
		{"microsoft.directory/applications/allProperties/allTasks", "microsoft.directory/applications/credentials/update", true},
		{"Microsoft.Directory/Applications/AllTasks", "microsoft.directory/applications/credentials/update", true},
		{"microsoft.directory/applications/allProperties/read", "microsoft.directory/applications/credentials/update", false},
		{"microsoft.directory/applications/allProperties/update", "microsoft.directory/applications/credentials/update", true},
		{"microsoft.directory/applications/basic/update", "microsoft.directory/applications/credentials/update", false},
		{"microsoft.directory/allEntities/allTasks", "microsoft.directory/applications/credentials/update", true},
		{"microsoft.directory/groups/members/update", "microsoft.directory/groups.security/members/update", true},
		{"microsoft.directory/groups.security/members/update", "microsoft.directory/groups/members/update", false},
		{"microsoft.directory/app/allProperties/allTasks", "microsoft.directory/applications/credentials/update", false},
	} {
		require.Equal(t, tt.want, ActionCovers(tt.wide, tt.narrow), "%s over %s", tt.wide, tt.narrow)
	}
	require.True(t, Tier0Action("microsoft.directory/conditionalAccessPolicies/allProperties/allTasks"))
	require.False(t, Tier0Action("microsoft.directory/users/standard/read"))
}

// TestTake: the records that match are the other tenant's, in the place of one's
// own; everything else stays, and neither tenant changes.
func TestTake(t *testing.T) {
	build := func(rows, members string) *Tenant {
		b := NewBuilder()
		for _, id := range rows {
			require.NoError(t, b.Add("users", "", Location{}, []byte(`{"id":"`+string(id)+`","displayName":"`+rows+`"}`)))
		}
		for _, id := range members {
			require.NoError(t, b.Add("groups/{id}/members", "G1", Location{}, []byte(`{"id":"`+string(id)+`"}`)))
		}
		b.Cover("users", "", Coverage{State: Complete})
		b.Cover("groups/{id}/members", "G1", Coverage{State: Complete})
		return b.Tenant()
	}
	shown := func(tenant *Tenant) (list []string) {
		for u := range RowsOf(tenant, Users, nil).All() {
			list = append(list, u.ID+u.DisplayName.String())
		}
		return list
	}
	is := func(id string) func(any) bool { return func(record any) bool { return record.(*User).ID == id } }
	a, b := build("xyz", "x"), build("wxy", "xw")

	require.Equal(t, []string{"xxyz", "ywxy", "zxyz"}, shown(a.Take(b, "users", is("y"))), "changed, in its place")
	require.Equal(t, []string{"xxyz", "yxyz"}, shown(a.Take(b, "users", is("z"))), "taken away")
	require.Equal(t, []string{"xxyz", "yxyz", "zxyz", "wwxy"}, shown(a.Take(b, "users", is("w"))), "added")
	require.Equal(t, []string{"xxyz", "yxyz", "zxyz"}, shown(a))
	require.Equal(t, []string{"wwxy", "xwxy", "ywxy"}, shown(b))
	require.Equal(t, a, a.Take(b, "nothing", is("y")), "no such data set")

	members := RowsOf(a.Take(b, "groups/{id}/members", func(record any) bool { return record.(*DirectoryObject).ID == "w" }), GroupMembers, nil).For("g1")
	require.Equal(t, 2, members.Len())
	require.Equal(t, Complete, members.Coverage().State)
	require.Equal(t, 1, RowsOf(a, GroupMembers, nil).For("G1").Len())

	none := NewBuilder().Tenant()
	require.Equal(t, []string{"ywxy"}, shown(none.Take(b, "users", is("y"))))
	require.Empty(t, shown(b.Take(none, "users", func(any) bool { return true })))
}
