package access

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// whatIfTenant has one Global Administrator, one user with an eligible role in a
// nested group, an application of its own and a managed identity.
func whatIfTenant(t *testing.T) (*Inputs, *principals.Directory) {
	t.Helper()
	b := model.NewBuilder()
	add := func(name, parent string, rows ...string) {
		for _, row := range rows {
			at := model.Location{Dataset: name, File: name + ".json", Pointer: "/value/0"}
			require.NoError(t, b.Add(name, parent, at, []byte(row)), row)
		}
		b.Cover(name, parent, model.Coverage{State: model.Complete})
	}
	const tenant = "aaaaaaaa-0000-0000-0000-000000000000"
	const plain, app, identity = "66666666-6666-6666-6666-666666666666", "77777777-7777-7777-7777-777777777777", "77777777-7777-7777-7777-77777777777a"
	user := func(id string) string {
		return `{"id":"` + id + `","userPrincipalName":"u@x.example","userType":"Member","externalUserState":null}`
	}
	add("users", "", user(oUser), user(plain))
	add("groups", "", `{"id":"`+oGroup+`"}`, `{"id":"`+oGroup2+`"}`)
	add("groups/{id}/members", oGroup, `{"@odata.type":"#microsoft.graph.group","id":"`+oGroup2+`"}`)
	add("groups/{id}/members", oGroup2, `{"@odata.type":"#microsoft.graph.user","id":"`+plain+`"}`)
	add("applications", "", `{"id":"reg","appId":"`+oApp+`","signInAudience":"AzureADMyOrg"}`)
	add("servicePrincipals", "",
		`{"id":"`+app+`","appId":"`+oApp+`","servicePrincipalType":"Application","appOwnerOrganizationId":"`+tenant+`"}`,
		`{"id":"`+identity+`","appId":"`+oApp2+`","servicePrincipalType":"ManagedIdentity"}`)
	add("roleManagement/directory/roleDefinitions", "", `{"id":"`+oGA+`","templateId":"`+oGA+`","displayName":"Global Administrator","isBuiltIn":true}`)
	add("roleManagement/directory/roleAssignments", "", `{"id":"a1","principalId":"`+oUser+`","roleDefinitionId":"`+oGA+`","directoryScopeId":"/"}`)
	add("roleManagement/directory/roleAssignmentScheduleInstances", "",
		`{"id":"a1","principalId":"`+oUser+`","roleDefinitionId":"`+oGA+`","directoryScopeId":"/","assignmentType":"Assigned","endDateTime":null}`)
	add("roleManagement/directory/roleEligibilityScheduleInstances", "",
		`{"id":"e1","principalId":"`+plain+`","roleDefinitionId":"`+oGA+`","directoryScopeId":"/","endDateTime":null}`)
	add("identityGovernance/privilegedAccess/group/eligibilityScheduleInstances", "")
	add("identityGovernance/privilegedAccess/group/assignmentScheduleInstances", "")
	add("subscribedSkus", "", oP2)
	add("identity/conditionalAccess/namedLocations", "", oIPLocation(oPlace, true, "203.0.113.0/24"))
	add("policies/identitySecurityDefaultsEnforcementPolicy", "", `{"id":"d","isEnabled":false}`)
	add("identity/conditionalAccess/policies", "",
		oGraphShape(t, 0, oPolicy(oConditions(oForGA), oNeedMFA)),
		oGraphShape(t, 1, oPolicy(oConditions(`"users":{"includeGroups":["`+oGroup+`"]}`), oReport, oBlock)),
		oGraphShape(t, 2, oPolicy(oOff, oBlock)),
		oGraphShape(t, 3, oPolicy(oConditions(oLocationsOf("All", "AllTrusted"), oFilterOf("exclude", `device.isCompliant -eq True`)), oBlock)),
		oGraphShape(t, 4, oPolicy(oConditions(`"clientApplications":{"includeServicePrincipals":["ServicePrincipalsInMyTenant"],"excludeServicePrincipals":[],"servicePrincipalFilter":null}`), oBlock)),
		oGraphShape(t, 5, oPolicy(oConditions(oList("platforms", "includePlatforms", "windows")), oBlock)),
	)
	b.SetInfo(model.TenantInfo{ID: tenant})
	built := b.Tenant()
	return Compile(built), principals.Resolve(built)
}

func TestWhatIf(t *testing.T) {
	in, dir := whatIfTenant(t)
	app := func(identity, conditions string) string {
		return `{"signInIdentity":{` + identity + `},"signInContext":{"@odata.type":"#microsoft.graph.applicationContext","includeApplications":["` +
			ResourceGraph + `"]},"signInConditions":{` + conditions + `}}`
	}
	const user = `"@odata.type":"#microsoft.graph.userSignIn","userId":"` + oUser + `"`
	const told = `"devicePlatform":"linux","clientAppType":"browser","ipAddress":"203.0.113.9","country":"GB"`
	tests := []struct {
		name, request, reasons, outcome string
	}{
		{"the administrator from a trusted place", app(user, told),
			"notSet users policyNotEnabled location users devicePlatform", "granted"},
		{"on a compliant device elsewhere", app(user, `"devicePlatform":"linux","clientAppType":"browser","ipAddress":"192.0.2.1","deviceInfo":{"isCompliant":true}`),
			"notSet users policyNotEnabled devices users devicePlatform", "granted"},
		{"elsewhere", app(user, `"devicePlatform":"linux","clientAppType":"browser","ipAddress":"192.0.2.1","country":"GB"`),
			"notSet users policyNotEnabled notSet users devicePlatform", "blocked"},
		{"a member through a nested group, whose role is eligible only", app(`"userId":"66666666-6666-6666-6666-666666666666"`, told),
			"users notSet policyNotEnabled location users devicePlatform", "granted"},
		{"the platform is not told", app(user, `"clientAppType":"browser","ipAddress":"203.0.113.9"`),
			"notSet users policyNotEnabled location users notEnoughInformation", "unknown"},
		{"an application of the tenant", app(`"servicePrincipalId":"77777777-7777-7777-7777-777777777777"`, `"ipAddress":"192.0.2.1"`),
			"workloadIdentities workloadIdentities policyNotEnabled workloadIdentities notSet workloadIdentities", "blocked"},
		{"a managed identity", app(`"servicePrincipalId":"77777777-7777-7777-7777-77777777777a"`, `"ipAddress":"192.0.2.1"`),
			"workloadIdentities workloadIdentities policyNotEnabled workloadIdentities workloadIdentities workloadIdentities", "granted"},
		{"a guest without an object", app(`"externalUserType":"b2bDirectConnectUser","externalTenantId":"`+oPartner+`"`, told),
			"users users policyNotEnabled location users devicePlatform", "granted"},
		{"a user action", strings.Replace(app(user, told), `"@odata.type":"#microsoft.graph.applicationContext","includeApplications":["`+ResourceGraph+`"]`,
			`"userAction":"registerSecurityInformation"`, 1),
			"notSet users policyNotEnabled location users devicePlatform", "granted"},
		{"an authentication context", strings.Replace(app(user, told), `"@odata.type":"#microsoft.graph.applicationContext","includeApplications":["`+ResourceGraph+`"]`,
			`"authenticationContextValue":"c1"`, 1),
			"authenticationContext users policyNotEnabled authenticationContext users authenticationContext", "granted"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			request, err := ParseWhatIf([]byte(test.request))
			require.NoError(t, err)
			response, err := WhatIf(in, dir, request)
			require.NoError(t, err)
			var reasons []string
			for _, r := range response.Value {
				reasons = append(reasons, r.AnalysisReasons)
				require.Equal(t, r.AnalysisReasons == "notSet", r.PolicyApplies)
			}
			require.Equal(t, test.reasons, strings.Join(reasons, " "))
			require.Equal(t, Outcome(test.outcome), response.Decision.Outcome)

			request.AppliedPoliciesOnly = true
			applied, err := WhatIf(in, dir, request)
			require.NoError(t, err)
			require.Len(t, applied.Value, strings.Count(test.reasons, "notSet"))
		})
	}
}

// TestWhatIfSpeaksGraph: a result holds the policy in Graph's shape, and the
// request that we write is the request that we read.
func TestWhatIfSpeaksGraph(t *testing.T) {
	in, dir := whatIfTenant(t)
	request, err := ParseWhatIf([]byte(`{"signInIdentity":{"userId":"` + oUser + `"},"signInContext":{"includeApplications":["` +
		ResourceGraph + `"]},"signInConditions":{"ipAddress":"203.0.113.9","deviceInfo":{"trustType":"EntraID","physicalIds":["[ZTDId]:1"],"extensionAttribute15":"x"}}}`))
	require.NoError(t, err)
	text, err := json.Marshal(request)
	require.NoError(t, err)
	again, err := ParseWhatIf(text)
	require.NoError(t, err)
	require.Equal(t, request, again)

	response, err := WhatIf(in, dir, request)
	require.NoError(t, err)
	text, err = json.Marshal(response)
	require.NoError(t, err)
	var graph struct {
		Value []struct {
			ID              string
			State           string
			PolicyApplies   *bool
			AnalysisReasons string
			Conditions      struct {
				Users map[string]any
			}
			GrantControls map[string]any
		}
	}
	require.NoError(t, json.Unmarshal(text, &graph))
	require.Equal(t, "p0", graph.Value[0].ID)
	require.Equal(t, "enabled", graph.Value[0].State)
	require.True(t, *graph.Value[0].PolicyApplies)
	require.Equal(t, []any{oGA}, graph.Value[0].Conditions.Users["includeRoles"])
	require.Equal(t, []any{"mfa"}, graph.Value[0].GrantControls["builtInControls"])
}

// TestWhatIfReadsGraphsExamples reads the bodies of the documented examples.
// Source: learn.microsoft.com/graph/api/conditionalaccessroot-evaluate.
func TestWhatIfReadsGraphsExamples(t *testing.T) {
	for _, body := range []string{
		`{"signInIdentity":{"@odata.type":"#microsoft.graph.userSignIn","userId":"15dc174b-f34c-4588-ac45-61d6e05dce93"},
		  "signInContext":{"@odata.type":"#microsoft.graph.applicationContext","includeApplications":["00000003-0000-0ff1-ce00-000000000000"]},
		  "signInConditions":{"devicePlatform":"android","clientAppType":"browser","signInRiskLevel":"high","userRiskLevel":"high","country":"US",
		  "ipAddress":"40.77.182.32","insiderRiskLevel":"elevated","authenticationFlow":{"transferMethod":"deviceCodeFlow"},"deviceInfo":{"isCompliant":true}},
		  "appliedPoliciesOnly":true}`,
		`{"signInIdentity":{"@odata.type":"#microsoft.graph.userSignIn","userId":"15dc174b-f34c-4588-ac45-61d6e05dce93"},
		  "signInContext":{"@odata.type":"#microsoft.graph.authContext","authenticationContextValue":"c37"},
		  "signInConditions":{"devicePlatform":"windows","clientAppType":"mobileAppsAndDesktopClients","signInRiskLevel":"medium","userRiskLevel":"none",
		  "country":"US","ipAddress":"40.77.182.32","insiderRiskLevel":"moderate","authenticationFlow":{"transferMethod":"authenticationTransfer"},
		  "deviceInfo":{"profileType":"Standard"}},"appliedPoliciesOnly":true}`,
		`{"signInIdentity":{"@odata.type":"#microsoft.graph.servicePrincipalSignIn","servicePrincipalId":"c65b94a5-0049-439a-a6fd-bce307077730"},
		  "signInContext":{"@odata.type":"#microsoft.graph.applicationContext","includeApplications":["00000003-0000-0ff1-ce00-000000000000"]},
		  "signInConditions":{"servicePrincipalRiskLevel":"high","country":"CA","ipAddress":"40.77.182.32"},"appliedPoliciesOnly":true}`,
	} {
		_, err := ParseWhatIf([]byte(body))
		require.NoError(t, err)
	}
}

func TestWhatIfRefuses(t *testing.T) {
	const identity = `"signInIdentity":{"userId":"u"}`
	const context = `"signInContext":{"includeApplications":["All"]}`
	tests := []struct{ body, problem string }{
		{`{`, "unexpected EOF"},
		{`{` + identity + `,` + context + `,"signInConditions":{}} x`, "something follows"},
		{`{` + identity + `,` + context + `,"signInConditions":{"devicePlatfrom":"iOS"}}`, `unknown field "devicePlatfrom"`},
		{`{` + identity + `,` + context + `,"signInConditions":{"devicePlatform":"solaris"}}`, `devicePlatform: "solaris" is none of`},
		{`{` + identity + `,` + context + `,"signInConditions":{"signInRiskLevel":"hidden"}}`, `signInRiskLevel: "hidden" is none of`},
		{`{` + identity + `,` + context + `,"signInConditions":{"ipAddress":"300.1.1.1"}}`, "ipAddress"},
		{`{` + identity + `,"signInContext":{},"signInConditions":{}}`, "give one of includeApplications"},
		{`{` + identity + `,"signInContext":{"userAction":"dance"},"signInConditions":{}}`, `userAction: "dance"`},
		{`{"signInIdentity":{},` + context + `,"signInConditions":{}}`, "give a userId"},
		{`{"signInIdentity":{"userId":"u","servicePrincipalId":"s"},` + context + `,"signInConditions":{}}`, "give a userId"},
		{`{"signInIdentity":{"externalUserType":"alien"},` + context + `,"signInConditions":{}}`, `externalUserType: "alien"`},
	}
	for _, test := range tests {
		_, err := ParseWhatIf([]byte(test.body))
		require.ErrorContains(t, err, test.problem, test.body)
	}
	in, dir := whatIfTenant(t)
	request, err := ParseWhatIf([]byte(`{"signInIdentity":{"userId":"12345678-1234-1234-1234-123456789012"},` + context + `,"signInConditions":{}}`))
	require.NoError(t, err)
	_, err = WhatIf(in, dir, request)
	require.ErrorContains(t, err, "the tenant has no user or service principal")
	request.SignInIdentity.UserID = "77777777-7777-7777-7777-777777777777"
	_, err = WhatIf(in, dir, request)
	require.ErrorContains(t, err, "is a servicePrincipal")
}
