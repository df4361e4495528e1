package paths_test

import (
	"context"
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/assesstest"
	"github.com/privpath/privpath/assess/paths"
	"github.com/privpath/privpath/model"
)

// large is a tenant whose helpdesk is a group of n members, reached from a
// policy's group through a chain of nested groups, and whose application has an
// owner without a role. The chain ends where it began.
func large(t testing.TB, n, depth int) *assesstest.Case {
	w := world{users: []string{"u0"}, groupRole: helpdesk, appOwners: []string{"u0"}, ruling: true, mfa: true}
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
	g := build(t, large(t, 300, 200))
	helper := model.PrincipalRef{Kind: "user", ID: "h000299"}
	require.Equal(t, model.False, g.Verdict(helper, access.AttackerStolenPassword), "a password of the owner is not enough: the policy asks the owner for a second factor")
	require.Equal(t, model.True, g.Verdict(model.PrincipalRef{Kind: "user", ID: "u0"}, access.AttackerPhishedSession))
	require.NoError(t, g.Verify())
}

func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		whole := tenant(b, large(b, n, 200))
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
