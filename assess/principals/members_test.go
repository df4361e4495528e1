package principals

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/privpath/privpath/model"
)

// TestMembershipsOfIsMemberOf asks of random groups, nested and in cycles, read in
// full or not, direct or resolved, for each object both ways.
func TestMembershipsOfIsMemberOf(t *testing.T) {
	given := map[model.Truth]int{}
	rapid.Check(t, func(t *rapid.T) {
		b := model.NewBuilder()
		add := func(key interface{ Name() string }, parent, record string) {
			require.NoError(t, b.Add(key.Name(), parent, model.Location{}, []byte(record)))
		}
		cover := func(key interface{ Name() string }, parent string) {
			state := rapid.SampledFrom([]model.State{model.Complete, model.Complete, model.Complete, model.Complete, model.Complete, model.Complete, model.Partial}).Draw(t, key.Name())
			b.Cover(key.Name(), parent, model.Coverage{State: state})
		}
		objects := []string{"u0", "U1", "g0", "G1", "g2", "s0", "gone"}
		users, groups := objects[:2], objects[2:5]
		for _, id := range users {
			add(model.Users, "", fmt.Sprintf(`{"id":%q}`, id))
		}
		for _, id := range groups[:rapid.IntRange(2, 3).Draw(t, "groups")] {
			add(model.Groups, "", fmt.Sprintf(`{"id":%q}`, id))
		}
		for _, key := range []interface{ Name() string }{model.Users, model.Groups, model.ServicePrincipals} {
			cover(key, "")
		}
		for _, group := range groups {
			keys := []model.Key[model.DirectoryObject]{model.GroupMembers, model.GroupTransitive}
			for _, key := range keys[:rapid.IntRange(0, 2).Draw(t, "read")] {
				for _, member := range rapid.SliceOfN(rapid.SampledFrom(objects), 0, 3).Draw(t, group) {
					kind := rapid.SampledFrom([]string{`,"@odata.type":"#microsoft.graph.group"`, `,"@odata.type":"#microsoft.graph.device"`, ""}).Draw(t, "kind")
					add(key, group, fmt.Sprintf(`{"id":%q%s}`, member, kind))
				}
				cover(key, group)
			}
		}
		d := Resolve(b.Tenant())
		for _, id := range objects {
			of := d.MembershipsOf(id)
			for _, group := range append(objects, "other") {
				require.Equal(t, d.MemberOf(id, group), of(group), "%s in %s", id, group)
				given[of(group)]++
			}
		}
	})
	require.Len(t, given, 3, "%v", given)
}
