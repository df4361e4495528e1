package powers

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

func role(condition model.Field[string], actions ...string) model.Field[[]model.RolePermission] {
	return model.Value([]model.RolePermission{{AllowedResourceActions: model.Value(actions), Condition: condition}})
}

func TestPowers(t *testing.T) {
	const password = "microsoft.directory/users/password/update"
	none := model.Null[string]()
	require.Empty(t, Powers(role(none, "microsoft.directory/users/standard/read", "microsoft.directory/users/photo/update")))
	require.Equal(t, []Held{{ResetPassword, model.True, password, ""}}, Powers(role(none, "microsoft.directory/users/standard/read", password)))

	wide := Powers(role(none, "microsoft.directory/users/allProperties/allTasks"))
	require.Len(t, wide, 4, "passwords, methods, properties, and the accounts themselves")
	require.Equal(t, UpdateUserAuthenticationMethods, wide[1].Power)

	owned := Powers(role(model.Value("$SubjectIsOwner"), password))
	require.Equal(t, model.Unknown, owned[0].Truth)
	require.Contains(t, owned[0].Reason, "$SubjectIsOwner")
	require.Equal(t, model.Unknown, Powers(role(model.Field[string]{}, password))[0].Truth)
	require.Equal(t, model.True, Powers(model.Value([]model.RolePermission{
		{AllowedResourceActions: model.Value([]string{password}), Condition: model.Value("$SubjectIsOwner")},
		{AllowedResourceActions: model.Value([]string{password}), Condition: none},
	}))[0].Truth, "the unconditional permission decides")
}

func TestMissingPermissionsLeaveEveryRolePowerOpen(t *testing.T) {
	fromRoles := 0
	for _, p := range All() {
		if len(catalogue[p].actions) > 0 {
			fromRoles++
		}
		require.NotEmpty(t, p.String())
	}
	for name, permissions := range map[string]model.Field[[]model.RolePermission]{
		"not exported": {}, "null": model.Null[[]model.RolePermission](),
		"actions not exported": model.Value([]model.RolePermission{{}}),
		"unreadable action":    role(model.Null[string](), "microsoft.directory/*/allTasks"),
	} {
		held := Powers(permissions)
		require.Len(t, held, fromRoles, name)
		for _, h := range held {
			require.Equal(t, model.Unknown, h.Truth, name)
			require.NotEmpty(t, h.Reason, name)
		}
	}
}

// Each id is Microsoft Graph's id of the permission that the row names, and
// every power comes from a role action or a permission.
func TestEffects(t *testing.T) {
	given := map[Power]bool{}
	for _, row := range graphEffects {
		p, ok := model.PermissionWithID(model.MicrosoftGraphAppID, row.id)
		require.True(t, ok, row.value)
		require.Equal(t, row.value, p.Value)
		given[row.Power] = true
	}
	for _, p := range All() {
		require.True(t, given[p] || len(catalogue[p].actions) > 0, "%s", p)
	}
	require.Equal(t, []Effect{{UpdateApplicationCredentials, Owned}, {ManageServicePrincipalCredentials, Owned}},
		EffectsOf(model.MicrosoftGraphAppID, "18A4783C-866B-4CC7-A460-3D5E5662C884"))
	require.Empty(t, EffectsOf("00000002-0000-0000-c000-000000000000", "18a4783c-866b-4cc7-a460-3d5e5662c884"))
}
