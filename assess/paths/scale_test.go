package paths_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/assesstest"
	"github.com/privpath/privpath/assess/paths"
	"github.com/privpath/privpath/model"
)

// large is a tenant whose helpdesk is a group of n members, reached from a
// policy's group through a chain of nested groups, and whose application has an
// owner without a role. The chain ends where it began. Without mfa, no policy is in
// the way of anybody.
func large(t testing.TB, n, depth int, mfa bool) *assesstest.Case {
	w := world{users: []string{"u0"}, groupRole: helpdesk, appOwners: []string{"u0"}, ruling: true, mfa: mfa}
	c := w.tenant(t)
	c.Files = maps.Clone(c.Files)
	user := func(id string) map[string]any {
		return map[string]any{"id": id, "userPrincipalName": id + "@case.onmicrosoft.com", "accountEnabled": true, "userType": "Member",
			"onPremisesSyncEnabled": nil, "externalUserState": nil, "isManagementRestricted": nil}
	}
	var members []any
	for i := range n {
		id := fmt.Sprintf("h%06d", i)
		c.Files["users"] = append(c.Files["users"], user(id))
		members = append(members, map[string]any{"@odata.type": "#microsoft.graph.user", "id": id})
	}
	c.Files["groups/rulers/members"] = append(members, map[string]any{"@odata.type": "#microsoft.graph.user", "id": "gone"})
	for i := range depth {
		id := fmt.Sprintf("nest%d", i)
		c.Files["groups"] = append(c.Files["groups"], map[string]any{"id": id, "displayName": id, "isAssignableToRole": nil, "isManagementRestricted": nil, "onPremisesSyncEnabled": nil, "membershipRule": nil})
		c.Files["groups/"+id+"/members"] = []any{map[string]any{"@odata.type": "#microsoft.graph.group", "id": fmt.Sprintf("nest%d", (i+1)%depth)}}
		c.Files["groups/"+id+"/owners"] = []any{}
	}
	last := fmt.Sprintf("groups/nest%d/members", depth-1)
	c.Files[last] = append(c.Files[last], members...)
	c.Files["groups/exempt/members"] = []any{map[string]any{"@odata.type": "#microsoft.graph.group", "id": "nest0"}}
	return c
}

func TestDeepNestingAndLargeGroups(t *testing.T) {
	sizes := []int{300}
	if !testing.Short() {
		sizes = append(sizes, 100_000)
	}
	for _, members := range sizes {
		g := build(t, large(t, members, 200, true))
		helper := model.PrincipalRef{Kind: "user", ID: "h000299"}
		require.Equal(t, model.False, g.Verdict(helper, access.AttackerStolenPassword), "a password of the owner is not enough: the policy asks the owner for a second factor")
		require.Equal(t, model.True, g.Verdict(model.PrincipalRef{Kind: "user", ID: "u0"}, access.AttackerPhishedSession))
		require.NoError(t, g.Verify())
	}
}

// permitted is a tenant in which an application has n owners, and n others set
// passwords and methods.
func permitted(t testing.TB, n int) *assesstest.Case {
	c := large(t, 0, 1, false)
	owners := []any{}
	for i := range n {
		id := fmt.Sprintf("o%06d", i)
		c.Files["users"] = append(c.Files["users"], map[string]any{"id": id, "userPrincipalName": id + "@case.onmicrosoft.com", "accountEnabled": true, "userType": "Member",
			"onPremisesSyncEnabled": nil, "externalUserState": nil, "isManagementRestricted": nil})
		owners = append(owners, map[string]any{"@odata.type": "#microsoft.graph.user", "id": id})
		service := "hr" + id
		c.Files["servicePrincipals"] = append(c.Files["servicePrincipals"], map[string]any{"id": service, "appId": service, "displayName": service,
			"servicePrincipalType": "ManagedIdentity", "appOwnerOrganizationId": "tenant"})
		for _, permission := range []string{"741f803b-c850-494e-b5df-cde7c675a1ca", "50483e42-d915-4231-9639-7fdb7fd190e5"} {
			c.Files["servicePrincipals/graph/appRoleAssignedTo"] = append(c.Files["servicePrincipals/graph/appRoleAssignedTo"],
				map[string]any{"id": service + permission, "appRoleId": permission, "principalId": service, "resourceId": "graph"})
		}
	}
	c.Files["applications/app/owners"] = owners
	c.Files["policies/authenticationMethodsPolicy"] = []any{map[string]any{"id": "authenticationMethodsPolicy", "authenticationMethodConfigurations": []any{
		map[string]any{"id": "Fido2", "state": "enabled"}, map[string]any{"id": "TemporaryAccessPass", "state": "disabled"}, map[string]any{"id": "X509Certificate", "state": "disabled"}}}}
	return c
}

// Many applications that set the passwords of many users: rules are as many as
// both together.
func TestPermissionsOverUsersAreLinear(t *testing.T) {
	few, many := build(t, permitted(t, 100)), build(t, permitted(t, 200))
	require.Less(t, float64(many.Rules()), 2.1*float64(few.Rules()))
	hr := model.PrincipalRef{Kind: "servicePrincipal", ID: "hro000007"}
	require.Equal(t, model.True, many.Verdict(hr, paths.AttackerCredential), "it gives itself a method of an owner")
	require.NoError(t, many.Verify())
}

func BenchmarkPermitted(b *testing.B) {
	for _, n := range []int{1_000, 4_000} {
		whole := tenant(b, permitted(b, n))
		b.Run(fmt.Sprintf("users=%d/applications=%d", n, n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := paths.Build(context.Background(), whole, paths.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		whole := tenant(b, large(b, n, 200, true))
		b.Run(fmt.Sprintf("helpdesk=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := paths.Build(context.Background(), whole, paths.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The certificates of all starts are about as large as the rules, so that checking
// them takes a time that grows as the tenant does.
func BenchmarkVerify(b *testing.B) {
	for _, mfa := range []bool{true, false} {
		for _, n := range []int{1_000, 10_000, 100_000} {
			g := build(b, large(b, n, 5, mfa))
			b.Run(fmt.Sprintf("mfa=%v/helpdesk=%d", mfa, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := g.Verify(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// A helpdesk without a policy in its way: every member has a way into Tier 0, the
// same as all the others.
func TestAlikeStartsHaveTheirOwnPaths(t *testing.T) {
	g := build(t, large(t, 300, 5, false))
	require.NoError(t, g.Verify())
	starts := map[string]bool{}
	for _, p := range g.Paths() {
		if strings.HasPrefix(p.From.ID, "h") {
			require.Equal(t, model.Reaches, p.Verdict)
			starts[p.From.ID] = true
			require.Len(t, p.Hops, 8)
			require.Equal(t, p.From.ID, p.Hops[0].From.ID)
			require.Contains(t, p.Hops[0].Evidence[0].Dataset, "roleAssignmentScheduleInstances")
		}
	}
	require.Len(t, starts, 300)
	cut := g.Cut()
	require.True(t, cut.Exact)
	require.Len(t, cut.Hops, 1)
	chokes := g.ChokePoints()
	require.Equal(t, chokes[0].Of, chokes[0].Cuts)
	require.Equal(t, 302, chokes[0].Of, "every helper, the owner and the application")
	require.Less(t, len(chokes), 10, "the own hops of the alike are left out")
}

func BenchmarkPaths(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		g := build(b, large(b, n, 5, false))
		b.Run(fmt.Sprintf("helpdesk=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if list := g.Paths(); len(list) < n {
					b.Fatal("ways are missing: ", len(list))
				}
				g.Tier0()
				g.ChokePoints()
				g.Cut()
			}
		})
	}
}

// Who locks administrators out, where n people write policies, and there are as
// many accounts to lock out as large tenants have. The first question is the dear
// one, so each graph is asked once.
func BenchmarkLockouts(b *testing.B) {
	for _, admins := range []int{10, 300} {
		for _, n := range []int{1_000, 10_000, 100_000} {
			whole := tenant(b, lockable(b, n, admins))
			b.Run(fmt.Sprintf("administrators=%d/writers=%d", admins, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					b.StopTimer()
					g, err := paths.Build(context.Background(), whole, paths.Options{})
					if err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
					list := g.Lockouts()
					if !list[0].Every || list[0].Surely < n {
						b.Fatal("lock-outs are missing")
					}
					b.ReportMetric(float64(len(list)), "lock-outs")
				}
			})
		}
	}
}

// lockable is a tenant in which n people write policies of Conditional Access, and
// administrators with a Tier 0 role of their own are each synchronised or not, of one
// domain or another.
func lockable(t testing.TB, n, admins int) *assesstest.Case {
	c := large(t, n, 5, false)
	for _, row := range c.Files["roleManagement/directory/roleAssignmentScheduleInstances"] {
		if row := row.(map[string]any); row["roleDefinitionId"] == helpdesk {
			row["roleDefinitionId"] = conditionalAccess
		}
	}
	for i := range admins {
		id := fmt.Sprintf("a%04d", i)
		c.Files["users"] = append(c.Files["users"], map[string]any{"id": id, "userPrincipalName": fmt.Sprintf("%s@d%d.example", id, i%50), "accountEnabled": true, "userType": "Member",
			"onPremisesSyncEnabled": i%2 == 0, "externalUserState": nil, "isManagementRestricted": nil})
		c.Files["roleManagement/directory/roleAssignmentScheduleInstances"] = append(c.Files["roleManagement/directory/roleAssignmentScheduleInstances"],
			map[string]any{"id": "of" + id, "principalId": id, "roleDefinitionId": globalAdministrator, "directoryScopeId": "/", "assignmentType": "Assigned", "memberType": "Direct", "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": nil})
	}
	for i := range 50 {
		c.Files["domains"] = append(c.Files["domains"], map[string]any{"id": fmt.Sprintf("d%d.example", i), "authenticationType": "Federated"})
	}
	return c
}
