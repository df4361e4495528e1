package access

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

// record is a Graph object as a test writes it.
type record = map[string]any

// tenantFrom builds a tenant from records by data set; a data set with an {id}
// is given by its path. What is not named was not collected.
func tenantFrom(tb testing.TB, data map[string][]record) *model.Tenant {
	tb.Helper()
	b := model.NewBuilder()
	b.SetInfo(model.TenantInfo{ID: guid(999), Name: "random"})
	for path, rows := range data {
		d, parent, ok := model.DatasetAt(path)
		require.True(tb, ok, path)
		b.Cover(d.Name, parent, model.Coverage{State: model.Complete})
		for i, row := range rows {
			raw, err := json.Marshal(row)
			require.NoError(tb, err)
			at := model.Location{Dataset: d.Name, File: path + ".json", Pointer: fmt.Sprintf("/value/%d", i)}
			require.NoError(tb, b.Add(d.Name, parent, at, raw))
		}
	}
	return b.Tenant()
}

func guid(n int) string { return fmt.Sprintf("%08x-0000-4000-8000-%012x", n, n) }

// The objects of a random tenant.
var (
	rndUser, rndGuest            = guid(1), guid(2)
	rndGroup, rndNested, rndDark = guid(10), guid(11), guid(12) // rndDark: members not collected
	rndJoinable                  = guid(13)
	rndGlobal                    = model.GlobalAdministrator
	rndSecurity                  = "194ae4cb-b126-40b2-bd5b-6091b380977d"
	rndOffice, rndBranch, rndBad = guid(20), guid(21), guid(22)
	rndCountry, rndGPS           = guid(23), guid(24)
)

// randomTenant makes tenants that use every dimension. size scales the number of
// policies.
type randomTenant struct {
	*rand.Rand
	data map[string][]record
}

func newRandomTenant(seed uint64, policies int) *randomTenant {
	r := &randomTenant{Rand: rand.New(rand.NewPCG(seed, 77)), data: map[string][]record{}}
	r.directory()
	r.places()
	r.pim()
	var list []record
	for i := range policies {
		list = append(list, r.policy(i))
	}
	r.data["identity/conditionalAccess/policies"] = list
	r.data["policies/identitySecurityDefaultsEnforcementPolicy"] = []record{{"id": "d", "isEnabled": r.rare()}}
	r.data["policies/authenticationStrengthPolicies"] = nil
	if r.IntN(3) > 0 {
		r.data["subscribedSkus"] = []record{{"id": "p2", "capabilityStatus": "Enabled", "servicePlans": []record{
			{"servicePlanName": "AAD_PREMIUM_P2", "provisioningStatus": "Success"}}}}
	}
	if r.IntN(3) > 0 {
		r.data["servicePrincipals"] = nil
	}
	trust := func() record {
		return record{"isMfaAccepted": r.coin(), "isCompliantDeviceAccepted": r.coin(), "isHybridAzureADJoinedDeviceAccepted": r.coin()}
	}
	if r.coin() {
		r.data["policies/crossTenantAccessPolicy/default"] = []record{{"id": "x", "inboundTrust": trust()}}
		r.data["policies/crossTenantAccessPolicy/partners"] = nil
	}
	return r
}

func (r *randomTenant) coin() bool { return r.IntN(2) == 0 }
func (r *randomTenant) rare() bool { return r.IntN(25) == 0 }

func (r *randomTenant) pick(list ...string) string { return list[r.IntN(len(list))] }

// some picks up to most of a list.
func (r *randomTenant) some(most int, list ...string) []string {
	chosen := []string{}
	for _, i := range r.Perm(len(list))[:r.IntN(most+1)] {
		chosen = append(chosen, list[i])
	}
	return chosen
}

func (r *randomTenant) directory() {
	member := func(id string) record { return record{"id": id, "@odata.type": "#microsoft.graph.user"} }
	r.data["users"] = []record{
		{"id": rndUser, "userPrincipalName": "admin@example.test", "userType": "Member", "externalUserState": nil},
		{"id": rndGuest, "userPrincipalName": "g_x.test#EXT#@example.test", "userType": "Guest", "externalUserState": "Accepted"},
	}
	r.data["groups"] = []record{{"id": rndGroup, "displayName": "g"}, {"id": rndNested, "displayName": "n"},
		{"id": rndDark, "displayName": "dark"}, {"id": rndJoinable, "displayName": "join"}}
	r.data["groups/"+rndGroup+"/members"] = []record{{"id": rndNested, "@odata.type": "#microsoft.graph.group"}}
	r.data["groups/"+rndNested+"/members"] = []record{member(rndUser)}
	r.data["groups/"+rndJoinable+"/members"] = nil
	r.data["roleManagement/directory/roleDefinitions"] = nil
	assigned := func(kind, principal, role string) {
		path := "roleManagement/directory/" + kind
		scope := "/"
		if r.IntN(6) == 0 {
			scope = "/administrativeUnits/" + guid(30)
		}
		r.data[path] = append(r.data[path], record{"id": fmt.Sprint(kind, len(r.data[path])), "principalId": principal,
			"roleDefinitionId": role, "directoryScopeId": scope, "assignmentType": "Assigned", "memberType": "Direct",
			"startDateTime": "2026-01-01T00:00:00Z", "endDateTime": nil})
	}
	r.data["roleManagement/directory/roleAssignments"] = nil
	r.data["roleManagement/directory/roleAssignmentScheduleInstances"] = nil
	r.data["roleManagement/directory/roleEligibilityScheduleInstances"] = nil
	assigned("roleEligibilityScheduleInstances", rndUser, rndGlobal)
	if r.coin() {
		assigned("roleEligibilityScheduleInstances", rndUser, rndSecurity)
	}
	if r.coin() {
		assigned("roleAssignmentScheduleInstances", rndUser, rndSecurity)
	}
	assigned("roleAssignmentScheduleInstances", rndGuest, rndGlobal)
	r.data["identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"] = []record{
		{"id": "ge", "groupId": rndJoinable, "principalId": rndUser, "accessId": "member"}}
	if r.IntN(3) == 0 {
		assigned("roleAssignmentScheduleInstances", rndJoinable, rndGlobal)
	}
}

func (r *randomTenant) places() {
	cidr := func(s string) record {
		return record{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": s}
	}
	ip := func(id string, trusted any, ranges ...record) record {
		return record{"id": id, "@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": id, "isTrusted": trusted, "ipRanges": ranges}
	}
	country := func(id, method string, codes ...string) record {
		return record{"id": id, "@odata.type": "#microsoft.graph.countryNamedLocation", "displayName": id,
			"countriesAndRegions": codes, "includeUnknownCountriesAndRegions": r.coin(), "countryLookupMethod": method}
	}
	bad := ip(rndBad, r.coin(), cidr("198.51.100.0/25"))
	if r.IntN(4) == 0 {
		bad["ipRanges"] = []record{cidr("not a range")}
	}
	r.data["identity/conditionalAccess/namedLocations"] = []record{
		ip(rndOffice, true, cidr("192.0.2.0/24"), record{"@odata.type": "#microsoft.graph.iPv6CidrRange", "cidrAddress": "2001:db8::/32"}),
		ip(rndBranch, r.coin(), cidr("192.0.2.128/25"), cidr("203.0.113.0/24"), cidr("203.0.113.0/26")),
		bad, country(rndCountry, "clientIpAddress", "GB", "SE"), country(rndGPS, r.pick("clientIpAddress", "authenticatorAppGps"), "SE"),
	}
}

func (r *randomTenant) pim() {
	rule := func(kind, id string, fields record) record {
		fields["@odata.type"], fields["id"] = "#microsoft.graph.unifiedRoleManagementPolicy"+kind, id
		return fields
	}
	policy := func(scope, scopeType, role string) record {
		enabled := []string{"Justification"}
		if r.coin() {
			enabled = append(enabled, "MultiFactorAuthentication")
		}
		return record{"id": scope + role, "scopeId": scope, "scopeType": scopeType, "roleDefinitionId": role, "policyId": "p",
			"policy": record{"id": "p", "rules": []record{
				rule("EnablementRule", "Enablement_EndUser_Assignment", record{"enabledRules": enabled}),
				rule("AuthenticationContextRule", "AuthenticationContext_EndUser_Assignment",
					record{"isEnabled": r.coin(), "claimValue": r.pick("c1", "c2")}),
				rule("ApprovalRule", "Approval_EndUser_Assignment", record{"setting": record{"isApprovalRequired": r.coin()}}),
			}}}
	}
	r.data["policies/roleManagementPolicyAssignments"] = []record{
		policy("/", "DirectoryRole", rndGlobal), policy("/", "DirectoryRole", rndSecurity), policy(rndJoinable, "Group", "member")}
}

// maybe gives a condition, or null, or nothing at all.
func (r *randomTenant) maybe(into record, name string, oneIn int, value func() any) {
	switch {
	case r.IntN(60) == 0:
	case r.IntN(oneIn) == 0:
		into[name] = value()
	default:
		into[name] = nil
	}
}

var rndRules = []string{
	`device.isCompliant -eq True`, `device.isCompliant -ne True`, `device.isCompliant -eq False`,
	`device.extensionAttribute1 -eq "PAW"`, `device.extensionAttribute1 -ne "PAW"`,
	`device.displayName -startsWith "PAW-"`, `device.displayName -notStartsWith "PAW-" -or device.model -contains "Virtual"`,
	`-not (device.trustType -in ["AzureAD","ServerAD"])`, `device.trustType -eq "Workplace" -and device.deviceOwnership -ne "Company"`,
	`device.operatingSystem -eq "Linux" -or device.extensionAttribute2 -notIn ["a","b"]`,
	`device.physicalIds -contains "[OrderId]:PAW"`, `device.enrollmentProfileName -endsWith "paw" -and -not device.isCompliant -ne True`,
	`device.displayName -notEndsWith "-admin" -and device.model -notContains "Virtual"`, `device.trustType -eq "Workplace"`,
	`device.profileType -ne "RegisteredDevice" -or device.displayName -in ["LAPTOP","PAW-1"]`,
	`device.displayName -startsWith "PAW-" -and device.displayName -endsWith "-admin" -and -not (device.displayName -contains "test")`,
	`device.manufacturer -eq`, // cannot be parsed
}

func (r *randomTenant) policy(i int) record {
	state := r.pick("enabled", "enabled", "enabled", "enabled", "enabled", "disabled", "enabledForReportingButNotEnforced")
	if r.IntN(30) == 0 {
		state = "unknownFutureValue"
	}
	conditions := record{"users": r.users(), "applications": r.applications(), "clientApplications": nil, "servicePrincipalRiskLevels": []string{}}
	conditions["clientAppTypes"] = []string{"all"}
	if r.IntN(5) == 0 {
		conditions["clientAppTypes"] = r.some(3, ClientBrowser, ClientModern, ClientActiveSync, ClientOther, "easSupported")
		if r.IntN(10) == 0 {
			conditions["clientAppTypes"] = []string{"unknownFutureValue", ClientBrowser}
		}
	}
	platforms := []string{"all", PlatformWindows, PlatformIOS, PlatformAndroid, PlatformMacOS, PlatformLinux, PlatformPhone}
	if r.rare() {
		platforms = append(platforms, "unknownFutureValue", "unknownFutureValue")
	}
	r.maybe(conditions, "platforms", 5, func() any {
		return record{"includePlatforms": r.some(3, platforms...), "excludePlatforms": r.some(2, platforms[1:]...)}
	})
	places := []string{LocationAll, LocationAllTrusted, rndOffice, rndBranch, rndBad, rndCountry, rndGPS, LocationCompliantNetwork,
		LocationMFATrusted, guid(29)}
	r.maybe(conditions, "locations", 4, func() any {
		return record{"includeLocations": r.some(2, places...), "excludeLocations": r.some(2, places[1:]...)}
	})
	r.maybe(conditions, "devices", 4, func() any {
		return record{"deviceFilter": record{"mode": r.pick("include", "exclude"), "rule": rndRules[r.IntN(len(rndRules))]}}
	})
	for _, risk := range []string{"signInRiskLevels", "userRiskLevels"} {
		conditions[risk] = []string{}
		if r.IntN(12) == 0 {
			conditions[risk] = r.some(2, "none", "low", "medium", "high")
		}
	}
	r.maybe(conditions, "insiderRiskLevels", 20, func() any { return r.pick("minor,elevated", "none", "moderate") })
	r.maybe(conditions, "authenticationFlows", 8, func() any {
		return record{"transferMethods": r.pick("deviceCodeFlow", "deviceCodeFlow,authenticationTransfer", "none", "authenticationTransfer,unknownFutureValue")}
	})
	if r.rare() {
		conditions["times"] = record{"includedRanges": []string{"x"}}
	}
	p := record{"id": guid(100 + i), "displayName": fmt.Sprintf("policy %d", i), "state": state, "conditions": conditions}
	r.maybe(p, "grantControls", 1, func() any { return r.grant() })
	r.maybe(p, "sessionControls", 6, func() any {
		return record{
			"signInFrequency":     record{"isEnabled": r.coin(), "frequencyInterval": r.pick("everyTime", "timeBased"), "value": nil},
			"secureSignInSession": record{"isEnabled": r.coin()},
		}
	})
	return p
}

func (r *randomTenant) users() record {
	guests := func() any {
		if r.IntN(6) > 0 {
			return nil
		}
		tenants := record{"membershipKind": "all"}
		if r.coin() {
			tenants = record{"membershipKind": "enumerated", "members": []string{guid(999), guid(998)}}
		}
		return record{"guestOrExternalUserTypes": r.pick("internalGuest,b2bCollaborationGuest", "serviceProvider", "b2bCollaborationMember,internalGuest"),
			"externalTenants": tenants}
	}
	groups := []string{rndGroup, rndNested, rndJoinable, guid(19)}
	if r.IntN(4) == 0 {
		groups = append(groups, rndDark)
	}
	users := []string{rndUser, rndGuest, "GuestsOrExternalUsers", guid(9)}
	u := record{
		"includeUsers": []string{"All"}, "excludeUsers": r.some(1, append(users, users[3], users[3])...),
		"includeGroups": []string{}, "excludeGroups": r.some(1, groups...),
		"includeRoles": []string{}, "excludeRoles": []string{}, "includeGuestsOrExternalUsers": nil, "excludeGuestsOrExternalUsers": guests(),
	}
	if r.IntN(3) == 0 {
		u["excludeRoles"] = r.some(1, rndSecurity, rndGlobal)
	}
	if r.coin() {
		u["includeUsers"] = r.some(1, users...)
		u["includeGroups"] = r.some(2, groups...)
		u["includeRoles"] = r.some(2, rndGlobal, rndSecurity)
		u["includeGuestsOrExternalUsers"] = guests()
	}
	return u
}

func (r *randomTenant) applications() record {
	apps := []string{GroupPortals, GroupOffice365, ResourceAzureManagement, ResourceDirectory, ResourceExchange, ResourceIntune, guid(40)}
	a := record{"includeApplications": []string{"All"}, "excludeApplications": r.some(1, apps...), "includeUserActions": []string{},
		"includeAuthenticationContextClassReferences": []string{}, "applicationFilter": nil}
	switch r.IntN(8) {
	case 0, 1:
		a["includeApplications"] = r.some(3, apps...)
	case 2:
		a["includeApplications"], a["includeUserActions"] = []string{}, r.some(1, ActionDevice, ActionSecurityInfo, "urn:user:new")
	case 3:
		a["includeApplications"], a["includeAuthenticationContextClassReferences"] = []string{}, r.some(2, "c1", "c2", "c3")
	}
	if r.rare() {
		a["applicationFilter"] = record{"mode": r.pick("include", "exclude"), "rule": "x"}
	}
	return a
}

func (r *randomTenant) grant() record {
	g := record{"operator": r.pick("AND", "OR", "OR"), "builtInControls": []string{}, "customAuthenticationFactors": []string{},
		"termsOfUse": []string{}, "authenticationStrength": nil}
	controls := []string{"mfa", "mfa", "compliantDevice", "compliantDevice", "domainJoinedDevice", "approvedApplication",
		"compliantApplication", "passwordChange", "riskRemediation"}
	if r.rare() {
		controls = append(controls, "unknownFutureValue", "unknownFutureValue", "unknownFutureValue")
	}
	switch r.IntN(8) {
	case 0, 1:
		g["builtInControls"] = []string{"block"}
		return g
	case 2:
		strengths := [][]string{{"fido2"}, {"windowsHelloForBusiness", "fido2"}, {"password,sms", "fido2"}, {"deviceBasedPush"},
			{"x509CertificateSingleFactor"}, {"x509CertificateSingleFactor"}, {"brandNew", "fido2"}, {"password,softwareOath"}}
		g["authenticationStrength"] = record{"id": guid(50), "allowedCombinations": strengths[r.IntN(len(strengths))]}
		g["builtInControls"] = r.some(1, controls...)
	default:
		g["builtInControls"] = slices.Compact(r.some(3, controls...))
	}
	if r.IntN(10) == 0 {
		g["customAuthenticationFactors"] = []string{"Duo"}
	}
	if r.IntN(10) == 0 {
		g["termsOfUse"] = []string{guid(51)}
	}
	if r.rare() {
		delete(g, "operator")
	}
	return g
}

func (r *randomTenant) build(tb testing.TB) *model.Tenant { return tenantFrom(tb, r.data) }
