package access

import (
	gocontext "context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// crowd is a tenant with many administrators in random groups, and policies for
// and without those groups.
func crowd(tb testing.TB, policies, administrators int) *Engine {
	tb.Helper()
	r := newRandomTenant(4242, 0)
	var groups []string
	members := map[string][]record{}
	for g := range 25 {
		groups = append(groups, guid(3000+g))
		r.data["groups"] = append(r.data["groups"], record{"id": guid(3000 + g), "displayName": fmt.Sprint("group ", g)})
	}
	for _, kind := range []string{"Assignment", "Eligibility"} {
		r.data["roleManagement/directory/role"+kind+"ScheduleInstances"] = nil
	}
	delete(r.data, "identityGovernance/privilegedAccess/group/eligibilityScheduleInstances")
	for i := range administrators {
		id := guid(10_000 + i)
		r.data["users"] = append(r.data["users"], record{"id": id, "userPrincipalName": fmt.Sprintf("adm%d@example.test", i),
			"userType": "Member", "externalUserState": nil})
		for _, g := range r.some(6, groups...) {
			members[g] = append(members[g], record{"id": id, "@odata.type": "#microsoft.graph.user"})
		}
		kind := r.pick("Assignment", "Eligibility")
		path := "roleManagement/directory/role" + kind + "ScheduleInstances"
		r.data[path] = append(r.data[path], record{"id": id + kind, "principalId": id, "roleDefinitionId": r.pick(rndGlobal, rndSecurity),
			"directoryScopeId": "/", "assignmentType": "Assigned", "memberType": "Direct", "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": nil})
	}
	for _, g := range groups {
		r.data["groups/"+g+"/members"] = members[g]
	}
	var list []record
	for i := range policies {
		p := r.policy(i)
		p["state"] = "enabled"
		c := p["conditions"].(record)
		u := c["users"].(record)
		u["includeGroups"], u["excludeGroups"] = r.some(2, groups...), r.some(2, groups...)
		u["includeUsers"], u["excludeUsers"] = []string{}, []string{}
		if r.IntN(10) == 0 {
			u["includeUsers"] = []string{"All"}
		}
		// Few block and most offer a choice, or nobody would get in anywhere.
		p["sessionControls"] = nil
		g := record{"operator": "OR", "builtInControls": append(r.some(2, "compliantDevice", "domainJoinedDevice", "passwordChange"), "mfa"),
			"customAuthenticationFactors": []string{}, "termsOfUse": []string{}, "authenticationStrength": nil}
		switch r.IntN(12) {
		case 0:
			g["builtInControls"] = []string{"block"}
		case 1:
			g["builtInControls"], g["authenticationStrength"] = []string{}, record{"id": StrengthPhishingResistant, "allowedCombinations": []string{"fido2"}}
		case 2:
			g["builtInControls"] = []string{"compliantDevice", "domainJoinedDevice"}
		}
		p["grantControls"] = g
		list = append(list, p)
	}
	r.data["identity/conditionalAccess/policies"] = list
	r.data["policies/identitySecurityDefaultsEnforcementPolicy"] = []record{{"id": "d", "isEnabled": false}}
	return New(r.build(tb), Options{})
}

// BenchmarkReachAll answers for 2,000 administrators under 200 policies in every
// dimension, certificates included.
func BenchmarkReachAll(b *testing.B) {
	e := crowd(b, 200, 2000)
	for b.Loop() {
		e.findings = &findings{}
		all, err := e.ReachAll(gocontext.Background(), nil)
		require.NoError(b, err)
		require.Len(b, all, 2000)
		shapes, open := map[string]int{}, 0
		for _, reach := range all {
			shapes[fmt.Sprint(reach.From, len(reach.Weakest))]++
			if len(reach.Weakest) > 0 {
				open++
			}
		}
		require.Greater(b, open, 500, "almost nobody gets in anywhere: the tenant shows little")
		b.ReportMetric(float64(len(shapes)), "kinds")
		b.ReportMetric(float64(open), "open")
	}
	b.ReportMetric(float64(e.frontiers.len()), "searches")
	b.Logf("%d ways, %d networks, %d policies", len(e.ways), len(e.networks), len(e.in.Policies))
}
