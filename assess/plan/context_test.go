package plan_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/plan"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

// contextual lists the candidates that speak of an authentication context.
func contextual(t *testing.T, source assess.Source) []plan.Candidate {
	t.Helper()
	tenant, err := source.Load(t.Context(), nil)
	require.NoError(t, err)
	var list []plan.Candidate
	for _, c := range plan.Candidates(tenant) {
		if strings.Contains(c.Change.Title, "authentication context") {
			list = append(list, c)
		}
	}
	return list
}

// Where an enabled policy gives a context a meaning, PIM is to ask for it, and
// not for its own second factor beside it, which it cannot.
func TestActivationIsBoundToAContext(t *testing.T) {
	middling := sample(t, "middling")
	tenant, err := middling.Load(t.Context(), []string{model.ConditionalAccessPolicies.Name()})
	require.NoError(t, err)
	trial := ""
	for p := range model.RowsOf(tenant, model.ConditionalAccessPolicies, nil).All() {
		if strings.HasPrefix(p.DisplayName.String(), "CA120") {
			trial = p.ID
		}
	}
	on, err := plan.Parse([]byte(change(`{"op":"patch",` + policies + `,"id":"` + trial + `","record":{"state":"enabled"}}`)))
	require.NoError(t, err)
	list := contextual(t, plan.Apply(middling, on))
	require.Len(t, list, 1)
	require.Equal(t, "Require the authentication context c1 to activate Tier 0 roles", list[0].Change.Title)
	after, err := plan.Apply(plan.Apply(middling, on), list[0].Change).Load(t.Context(), nil)
	require.NoError(t, err)
	changed := map[string]bool{}
	for _, o := range list[0].Change.Operations {
		require.False(t, changed[o.ID], "a second patch of the same rules would undo the first")
		changed[o.ID] = true
	}
	asked := 0
	for row := range model.RowsOf(after, model.RolePolicies, nil).All() {
		if !changed[row.ID] {
			continue
		}
		row.Policy.Is(func(p model.RoleManagementPolicy) bool {
			return p.Rules.Is(func(rules []model.PolicyRule) bool {
				for _, r := range rules {
					switch r.ID {
					case "AuthenticationContext_EndUser_Assignment":
						require.Equal(t, model.True, model.Equals(r.IsEnabled, true))
						require.Equal(t, model.True, model.Equals(r.ClaimValue, "c1"))
						asked++
					case "Enablement_EndUser_Assignment":
						require.NotContains(t, r.EnabledRules.String(), "MultiFactorAuthentication")
						require.Contains(t, r.EnabledRules.String(), "Justification", "the rest stays")
					}
				}
				return true
			}) == model.True
		})
	}
	require.Positive(t, asked)
	require.Len(t, changed, asked)
	require.Empty(t, contextual(t, plan.Apply(plan.Apply(middling, on), list[0].Change)), "once is enough")
	require.Empty(t, contextual(t, sample(t, "mature")))
}

// Where no policy does, the context and its policy come first; who has no key
// would be locked out, and the guard says so.
func TestANewContextHasAPolicy(t *testing.T) {
	pimOnly := sample(t, "pim-only")
	list := contextual(t, pimOnly)
	require.Len(t, list, 1)
	require.Equal(t, model.ConditionalAccessPolicies.Name(), list[0].Change.Operations[0].Dataset)
	require.Contains(t, string(list[0].Change.Operations[0].Record), `"includeAuthenticationContextClassReferences":["c1"]`)
	require.Equal(t, []string{"PATCH", "POST", "PATCH"}, []string{list[0].Requests[0].Method, list[0].Requests[1].Method, list[0].Requests[2].Method})
	effect, err := plan.Judge(t.Context(), pimOnly, pillars.All(), list[0].Change, options())
	require.NoError(t, err)
	require.False(t, effect.Lockout.Safe)
	require.NotEmpty(t, effect.Lockout.Loses)

	gone, err := pimOnly.Load(t.Context(), []string{model.ConditionalAccessPolicies.Name(), model.RolePolicies.Name(), model.RoleEligibility.Name()})
	require.NoError(t, err)
	for _, c := range plan.Candidates(gone) {
		require.NotContains(t, c.Change.Title, "authentication context", "which ids are free is not known")
	}
}
