package access

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

// TestEvaluateExplains: every dimension that fails is named, with a pointer to
// the entry that decides, and not only the first.
func TestEvaluateExplains(t *testing.T) {
	in := oTenant{defaults: "false", locations: []string{oIPLocation(oPlace, true, "203.0.113.0/24")}, policies: []string{oPolicy(oReport, oConditions(
		`"users":{"includeUsers":["All"],"excludeGroups":["`+oGroup2+`","`+oGroup+`"]}`,
		`"platforms":{"includePlatforms":["windows"],"excludePlatforms":[]}`,
		oLocationsOf("All", oPlace), oFilterOf("include", `device.isCompliant -eq False`)), oBlock)}}.compile(t)
	d := Evaluate(in, oSignIn(oIn(oGroup), oFrom(oAddress("203.0.113.9"))))
	type line struct {
		dimension Dimension
		holds     model.Truth
		pointer   string
		value     any
	}
	var got []line
	for _, r := range d.Policies[0].Reasons {
		got = append(got, line{r.Dimension, r.Holds, r.Evidence.Pointer, r.Evidence.Value})
	}
	require.Equal(t, []line{
		{DimUsers, model.False, "/value/0/conditions/users/excludeGroups/1", oGroup},
		{DimPlatform, model.False, "/value/0/conditions/platforms/includePlatforms", []string{"windows"}},
		{DimLocation, model.False, "/value/0/conditions/locations/excludeLocations/0", oPlace},
		{DimDevice, model.False, "/value/0/conditions/devices/deviceFilter/rule", "device.isCompliant -eq False"},
		{DimState, model.False, "/value/0/state", "enabledForReportingButNotEnforced"},
	}, got)
	require.Equal(t, ResultNotApplied, d.Policies[0].Result)
	require.Equal(t, "excluded: member of group "+oGroup, d.Policies[0].Reasons[0].Text)
}

func TestEvaluateResults(t *testing.T) {
	tests := []struct {
		policy string
		want   Result
	}{
		{oPolicy(oBlock), ResultBlocks},
		{oPolicy(oNeedComp), ResultBlocks},
		{oPolicy(oNeedMFA), ResultDemands},
		{oPolicy(), ResultNoDemand},
		{oPolicy(oReport, oBlock), ResultReportOnly},
		{oPolicy(oOff, oBlock), ResultDisabled},
		{oPolicy(oConditions(oNoRole), oBlock), ResultNotApplied},
		{oPolicy(`"state":"new"`, oBlock), ResultUnknown},
		{oPolicy(oGrantOf("OR", "new")), ResultUnknown},
	}
	for _, test := range tests {
		in := oTenant{defaults: "false", policies: []string{test.policy}}.compile(t)
		require.Equal(t, test.want, Evaluate(in, oSignIn()).Policies[0].Result, test.policy)
	}
	in := oTenant{defaults: "true", policies: []string{oPolicy(oBlock)}}.compile(t)
	require.Equal(t, ResultInert, Evaluate(in, oSignIn()).Policies[0].Result)
}

// TestBaselineScopes is case T13 with the tenant's setting known, which no
// export tells.
func TestBaselineScopes(t *testing.T) {
	in := oTenant{defaults: "false", policies: []string{oPolicy(oConditions(
		`"applications":{"includeApplications":["All"],"excludeApplications":["`+oApp+`"]}`), oNeedMFA)}}.compile(t)
	low := func(s *SignIn) { s.BaselineScopesOnly = true }
	in.Baseline = BaselineLegacy
	require.Equal(t, "granted: password", oShow(Evaluate(in, oSignIn(low))))
	require.Equal(t, "granted: mfa password", oShow(Evaluate(in, oSignIn())))
	in.Baseline = BaselineEnforced
	require.Equal(t, "granted: mfa password", oShow(Evaluate(in, oSignIn(low))))
	require.Equal(t, "granted: mfa password", oShow(Evaluate(in, oSignIn(low, oTo(oApp)))))
}

// TestSecurityDefaultsNotCollected: a policy that is on shows that security
// defaults are off; without one they may be on.
func TestSecurityDefaultsNotCollected(t *testing.T) {
	in := oTenant{policies: []string{oPolicy(oConditions(oNoRole), oNeedMFA)}}.compile(t)
	require.Equal(t, "granted: password", oShow(Evaluate(in, oSignIn())))
	in = oTenant{}.compile(t)
	require.Equal(t, "granted: password .. mfa password", oShow(Evaluate(in, oSignIn())))
	require.Equal(t, "unknown: password .. block", oShow(Evaluate(in, oSignIn(oClient(ClientOther)))))
}

func TestActivationDemandDetails(t *testing.T) {
	in := oTenant{defaults: "false", pim: []string{oPIM("c1", "Justification Ticketing", true)}}.compile(t)
	a := ActivationDemand(in, oSignIn(), oGA)
	require.Equal(t, "c1", a.Context)
	require.Equal(t, model.True, a.Fallback)
	require.Equal(t, []model.Truth{model.True, model.True, model.True}, []model.Truth{a.Approval, a.Justification, a.Ticket})
	require.Len(t, a.Evidence, 3)
	require.Equal(t, "/value/0/policy/rules/0", a.Evidence[0].Pointer)
	require.Equal(t, "granted: approval mfa password", oShow(a.Decision))
}

func TestDemandMetBy(t *testing.T) {
	d := Demand{Clauses: []Clause{{AnyOf: []Obligation{Password}}, {AnyOf: []Obligation{MFA, CompliantDevice}}}}
	require.False(t, d.MetBy([]Obligation{Password}))
	require.True(t, d.MetBy([]Obligation{Password, CompliantDevice}))
	require.True(t, d.MetBy([]Obligation{PhishingResistantMFA}), "a passkey is a first and a second factor")
	require.False(t, Demand{BlockedBy: []string{"p"}}.MetBy([]Obligation{PhishingResistantMFA}))
}
