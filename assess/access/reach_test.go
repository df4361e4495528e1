package access

import (
	gocontext "context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

// story is a tenant in which one administrator holds Global Administrator.
type story struct {
	policies  []string // parts are filled in by oGraphShape
	holding   string   // standing or eligible
	pim       record   // rules that differ from "nothing is asked"
	paw       record   // the declaration
	trusted   []string // declared locations
	devices   []record
	noDevices bool // the devices were not collected
	change    func(data map[string][]record)
}

var (
	storyAdmin, storyOther = guid(1), guid(3)
	storyGroup             = guid(10)
	storyPAW               = record{"deviceFilter": `device.extensionAttribute1 -eq "PAW"`}
)

// storyDevice is a device as Graph lists it; ext is its extensionAttribute1.
func storyDevice(name string, compliant bool, trust, ext string) record {
	d := record{"id": "dev-" + name, "deviceId": "id-" + name, "displayName": name, "accountEnabled": true, "isCompliant": compliant,
		"isManaged": compliant, "trustType": trust, "profileType": "RegisteredDevice", "deviceOwnership": "Company", "enrollmentProfileName": nil,
		"manufacturer": "M", "model": "M1", "mdmAppId": nil, "operatingSystem": "Windows", "operatingSystemVersion": "10",
		"physicalIds": []string{}, "systemLabels": []string{}}
	marks := record{}
	for n := 1; n <= maxExtensionAttrs; n++ {
		marks[string(ExtensionAttribute(n))] = nil
	}
	if ext != "" {
		marks[string(ExtensionAttribute(1))] = ext
	}
	d["extensionAttributes"] = marks
	return d
}

func storyRules(changes record) []record {
	rule := func(kind, id string, fields record) record {
		fields["@odata.type"], fields["id"] = "#microsoft.graph.unifiedRoleManagementPolicy"+kind, id
		for k, v := range changes {
			if name, property, ok := strings.Cut(k, "."); ok && name == kind {
				fields[property] = v
			}
		}
		return fields
	}
	return []record{
		rule("EnablementRule", pimRuleEnablement, record{"enabledRules": []string{}}),
		rule("AuthenticationContextRule", pimRuleContext, record{"isEnabled": false, "claimValue": ""}),
		rule("ApprovalRule", pimRuleApproval, record{"setting": record{"isApprovalRequired": false}}),
	}
}

func (s story) tenant(t testing.TB) *model.Tenant {
	t.Helper()
	assignment := record{"id": "a", "principalId": storyAdmin, "roleDefinitionId": model.GlobalAdministrator, "directoryScopeId": "/",
		"assignmentType": "Assigned", "memberType": "Direct", "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": nil}
	data := map[string][]record{
		"users": {{"id": storyAdmin, "userPrincipalName": "admin@example.test", "userType": "Member", "externalUserState": nil},
			{"id": storyOther, "userPrincipalName": "other@example.test", "userType": "Member", "externalUserState": nil}},
		"groups":                                                                 {{"id": storyGroup, "displayName": "admins"}},
		"servicePrincipals":                                                      nil,
		"groups/" + storyGroup + "/members":                                      nil,
		"roleManagement/directory/roleDefinitions":                               nil,
		"roleManagement/directory/roleAssignments":                               nil,
		"roleManagement/directory/roleAssignmentScheduleInstances":               nil,
		"roleManagement/directory/roleEligibilityScheduleInstances":              nil,
		"identityGovernance/privilegedAccess/group/eligibilityScheduleInstances": nil,
		"identityGovernance/privilegedAccess/group/assignmentScheduleInstances":  nil,
		"identity/conditionalAccess/policies":                                    nil,
		"policies/authenticationStrengthPolicies":                                nil,
		"policies/identitySecurityDefaultsEnforcementPolicy":                     {{"id": "d", "isEnabled": false}},
		"policies/deviceRegistrationPolicy":                                      {{"id": "r", "multiFactorAuthConfiguration": "notRequired"}},
		"subscribedSkus":                                                         {{"id": "p2", "capabilityStatus": "Enabled", "servicePlans": []record{{"servicePlanName": "AAD_PREMIUM_P2", "provisioningStatus": "Success"}}}},
		"identity/conditionalAccess/namedLocations":                              {storyLocation(guid(20), true, "192.0.2.0/24"), storyLocation(guid(21), false, "203.0.113.0/24")},
		"policies/roleManagementPolicyAssignments":                               {storyPIM("/", "DirectoryRole", model.GlobalAdministrator, s.pim)},
		"devices": s.devices,
	}
	if s.holding == "eligible" {
		data["roleManagement/directory/roleEligibilityScheduleInstances"] = []record{assignment}
	} else {
		data["roleManagement/directory/roleAssignmentScheduleInstances"] = []record{assignment}
	}
	if s.noDevices {
		delete(data, "devices")
	}
	declared := record{"version": 1}
	if s.paw != nil {
		declared["paw"] = s.paw
	}
	if s.trusted != nil {
		declared["trustedLocations"] = s.trusted
	}
	data["declarations"] = []record{declared}
	for i, p := range s.policies {
		var row record
		require.NoError(t, jsonUnmarshal(oGraphShape(t, i, p), &row))
		row["displayName"] = fmt.Sprintf("policy %d", i)
		data["identity/conditionalAccess/policies"] = append(data["identity/conditionalAccess/policies"], row)
	}
	if s.change != nil {
		s.change(data)
	}
	return tenantFrom(t, data)
}

func storyLocation(id string, trusted bool, cidr string) record {
	return record{"id": id, "@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": "place " + id[:8], "isTrusted": trusted,
		"ipRanges": []record{{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": cidr}}}
}

func storyPIM(scope, scopeType, role string, rules record) record {
	return record{"id": scope + role, "scopeId": scope, "scopeType": scopeType, "roleDefinitionId": role, "policyId": "p",
		"policy": record{"id": "p", "rules": storyRules(rules)}}
}

// place gives the verdicts of one place, use then activation.
func place(reach model.Reach, device, network string) string {
	for _, f := range reach.From {
		if f.Device == device && f.Network == network {
			return f.Verdict + "/" + f.Activation
		}
	}
	return "?"
}

const (
	grantMFA       = `"grantControls":{"operator":"OR","builtInControls":["mfa"]}`
	grantCompliant = `"grantControls":{"operator":"OR","builtInControls":["compliantDevice"]}`
	grantBlock     = `"grantControls":{"operator":"OR","builtInControls":["block"]}`
	grantStrong    = `"grantControls":{"operator":"OR","authenticationStrength":{"id":"00000000-0000-0000-0000-000000000004"}}`
	forRole        = `"users":{"includeRoles":["62e90394-69f5-4237-9190-012177145e10"]}`
	forContext     = `"applications":{"includeAuthenticationContextClassReferences":["c1"]}`
)

func contextOn() record {
	return record{"AuthenticationContextRule.isEnabled": true, "AuthenticationContextRule.claimValue": "c1"}
}

func filter(mode, rule string) string {
	return fmt.Sprintf(`"devices":{"deviceFilter":{"mode":%q,"rule":%q}}`, mode, rule)
}

func conditions(parts ...string) string { return `"conditions":{` + strings.Join(parts, ",") + `}` }

func policyOf(parts ...string) string { return "{" + strings.Join(parts, ",") + "}" }

func TestReachStories(t *testing.T) {
	compliantPC := storyDevice("pc", true, "AzureAd", "")
	hybridPC := storyDevice("old", false, "ServerAd", "")
	pawPC := storyDevice("paw1", true, "AzureAd", "PAW")
	failingPAW := clone(storyDevice("paw1", false, "AzureAd", "PAW"), "isManaged", true)
	fleet := []record{compliantPC, hybridPC, pawPC}
	onlyPAW := policyOf(conditions(filter("exclude", `device.extensionAttribute1 -eq "PAW"`)), grantBlock)

	for _, test := range []struct {
		name  string
		story story
		// from is "device network use/activation" for some places.
		from      []string
		attackers map[string]string
		weakest   [][]string
	}{
		{name: "no policies, standing", story: story{devices: fleet},
			from:      []string{"unmanaged untrusted reaches/notApplicable", "paw trusted reaches/notApplicable"},
			attackers: map[string]string{"stolenPassword": "reaches", "paw": "reaches"},
			weakest:   [][]string{{"password"}}},
		{name: "T1, T5: a policy for the role does not bind activation", story: story{holding: "eligible", devices: fleet, paw: storyPAW,
			policies: []string{policyOf(conditions(forRole), grantCompliant)}},
			from: []string{"unmanaged untrusted blocked/reaches", "compliant untrusted reaches/reaches", "hybrid untrusted reaches/reaches"},
			attackers: map[string]string{"stolenPassword": "blocked", "phishedSession": "blocked", "activeSession": "blocked",
				"userDevice": "reaches", "paw": "reaches"},
			weakest: [][]string{{"password", "compliantDevice"}}},
		{name: "T5: the context binds activation and nothing binds use", story: story{holding: "eligible", pim: contextOn(), devices: fleet,
			policies: []string{policyOf(conditions(forContext), grantCompliant)}},
			from:      []string{"unmanaged untrusted reaches/blocked", "compliant untrusted reaches/reaches"},
			attackers: map[string]string{"activeSession": "reaches", "phishedSession": "blocked", "userDevice": "reaches"}},
		{name: "T4: no policy for the context, PIM falls back", story: story{holding: "eligible", pim: contextOn(), devices: fleet},
			from:      []string{"unmanaged untrusted reaches/reaches"},
			attackers: map[string]string{"stolenPassword": "blocked", "phishedSession": "reaches"},
			weakest:   [][]string{{"password", "mfa"}}},
		{name: "T3: the policy for the context only reports, no fallback", story: story{holding: "eligible", pim: contextOn(), devices: fleet,
			policies: []string{policyOf(`"state":"enabledForReportingButNotEnforced"`, conditions(forContext), grantCompliant)}},
			attackers: map[string]string{"stolenPassword": "reaches"}, weakest: [][]string{{"password"}}},
		{name: "T2: the policy for the context is for the role", story: story{holding: "eligible", pim: contextOn(), devices: fleet,
			policies: []string{policyOf(conditions(forContext, forRole), grantStrong)}},
			attackers: map[string]string{"stolenPassword": "reaches"}},
		{name: "approval stops everyone but the administrator in person", story: story{holding: "eligible", devices: fleet,
			pim: record{"ApprovalRule.setting": record{"isApprovalRequired": true}}},
			from:      []string{"unmanaged untrusted reaches/reaches"},
			attackers: map[string]string{"stolenPassword": "blocked", "userDevice": "blocked", "activeSession": "reaches", "paw": "reaches"},
			weakest:   [][]string{{"password", "approval"}}},
		{name: "only PAWs", story: story{devices: fleet, paw: storyPAW, policies: []string{onlyPAW, policyOf(grantStrong)}},
			from: []string{"unmanaged untrusted blocked/notApplicable", "registered trusted blocked/notApplicable",
				"hybrid trusted blocked/notApplicable", "compliant trusted blocked/notApplicable", "paw untrusted reaches/notApplicable"},
			attackers: map[string]string{"phishedSession": "blocked", "activeSession": "blocked", "userDevice": "blocked", "paw": "reaches"},
			weakest:   [][]string{{"phishingResistantMfa", "paw"}}},
		{name: "T8: a filter on the display name keeps nobody out", story: story{devices: fleet, paw: storyPAW, policies: []string{
			policyOf(conditions(filter("exclude", `device.displayName -startsWith "PAW"`)), grantBlock)}},
			from:      []string{"unmanaged untrusted blocked/notApplicable", "registered untrusted reaches/notApplicable"},
			attackers: map[string]string{"stolenPassword": "unknown", "activeSession": "blocked", "userDevice": "reaches"}},
		{name: "T8: and registering a device needs a second factor", story: story{devices: fleet, paw: storyPAW, policies: []string{
			policyOf(conditions(filter("exclude", `device.displayName -startsWith "PAW"`)), grantBlock)},
			change: func(data map[string][]record) {
				data["policies/deviceRegistrationPolicy"][0]["multiFactorAuthConfiguration"] = "required"
			}},
			attackers: map[string]string{"stolenPassword": "blocked", "phishedSession": "unknown"}},
		{name: "T7: block with a positive operator lets unknown devices in", story: story{devices: fleet, policies: []string{
			policyOf(conditions(filter("include", `device.isCompliant -eq False`)), grantBlock)}},
			from: []string{"unmanaged untrusted reaches/notApplicable"}},
		{name: "T7: and with a negative one does not", story: story{devices: fleet, policies: []string{
			policyOf(conditions(filter("include", `device.isCompliant -ne True`)), grantBlock)}},
			from: []string{"unmanaged untrusted blocked/notApplicable", "registered untrusted blocked/notApplicable", "compliant untrusted reaches/notApplicable"}},
		{name: "T9: a list of platforms leaves the rest open", story: story{devices: fleet, policies: []string{
			policyOf(conditions(`"platforms":{"includePlatforms":["windows","macOS","iOS","android"]}`), grantCompliant)}},
			attackers: map[string]string{"stolenPassword": "reaches"}},
		{name: "T11: mfa or a compliant device", story: story{devices: fleet, policies: []string{
			policyOf(`"grantControls":{"operator":"OR","builtInControls":["mfa","compliantDevice"]}`)}},
			attackers: map[string]string{"stolenPassword": "blocked", "phishedSession": "reaches"},
			weakest:   [][]string{{"password", "mfa"}, {"password", "compliantDevice"}}},
		{name: "T14: portals and Azure are covered, Graph is not", story: story{devices: fleet, policies: []string{
			policyOf(conditions(`"applications":{"includeApplications":["MicrosoftAdminPortals","797f4846-ba00-4fd7-ba43-dac1f8f63013"]}`), grantCompliant)}},
			attackers: map[string]string{"stolenPassword": "reaches"}},
		{name: "trap g: an administrator of a unit is not reached by role", story: story{devices: fleet,
			policies: []string{policyOf(conditions(forRole), grantCompliant)},
			change: func(data map[string][]record) {
				data["roleManagement/directory/roleAssignmentScheduleInstances"][0]["directoryScopeId"] = "/administrativeUnits/" + guid(30)
			}},
			attackers: map[string]string{"stolenPassword": "reaches"}},
		{name: "a trusted network", story: story{devices: fleet, policies: []string{
			policyOf(conditions(`"locations":{"includeLocations":["All"],"excludeLocations":["`+guid(20)+`"]}`), grantBlock)}},
			from:      []string{"unmanaged untrusted blocked/notApplicable", "unmanaged trusted reaches/notApplicable"},
			attackers: map[string]string{"stolenPassword": "blocked", "userDevice": "reaches"},
			weakest:   [][]string{{"password", "trustedNetwork"}}},
		{name: "a location that nobody marked as trusted is no barrier", story: story{devices: fleet, policies: []string{
			policyOf(conditions(`"locations":{"includeLocations":["All"],"excludeLocations":["`+guid(21)+`"]}`), grantBlock)}},
			from: []string{"unmanaged untrusted reaches/notApplicable"}},
		{name: "unless the owner declares it", story: story{devices: fleet, trusted: []string{guid(21)}, policies: []string{
			policyOf(conditions(`"locations":{"includeLocations":["All"],"excludeLocations":["`+guid(21)+`"]}`), grantBlock)}},
			from: []string{"unmanaged untrusted blocked/notApplicable", "unmanaged trusted reaches/notApplicable"}},
		{name: "a group that was not collected", story: story{devices: fleet, policies: []string{
			policyOf(conditions(`"users":{"includeUsers":["All"],"excludeGroups":["`+guid(77)+`"]}`), grantBlock)},
			change: func(data map[string][]record) {
				data["groups"] = append(data["groups"], record{"id": guid(77), "displayName": "dark"})
			}},
			from:      []string{"unmanaged untrusted unknown/notApplicable"},
			attackers: map[string]string{"stolenPassword": "unknown", "paw": "unknown"}},
		{name: "a way out through another eligibility is not overlooked", story: story{devices: fleet, policies: []string{
			policyOf(conditions(`"users":{"includeUsers":["All"],"excludeGroups":["`+storyGroup+`"]}`), grantBlock)},
			change: func(data map[string][]record) {
				data["identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"] = []record{
					{"id": "e", "groupId": storyGroup, "principalId": storyAdmin, "accessId": "member", "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": nil}}
			}},
			from:      []string{"unmanaged untrusted unknown/notApplicable"},
			attackers: map[string]string{"stolenPassword": "unknown"}},
		{name: "locked out", story: story{devices: fleet, paw: storyPAW, policies: []string{policyOf(grantBlock)}},
			attackers: map[string]string{"paw": "blocked", "userDevice": "blocked"}},
		{name: "locked out of the PAW alone", story: story{devices: []record{compliantPC, failingPAW}, paw: storyPAW,
			policies: []string{onlyPAW, policyOf(grantCompliant)}},
			attackers: map[string]string{"paw": "blocked"}},
		{name: "the devices were not collected", story: story{noDevices: true, paw: storyPAW, policies: []string{onlyPAW, policyOf(grantCompliant)}},
			from:      []string{"unmanaged untrusted blocked/notApplicable", "compliant untrusted blocked/notApplicable", "paw untrusted unknown/notApplicable"},
			attackers: map[string]string{"phishedSession": "blocked", "userDevice": "blocked", "paw": "unknown"}},
		{name: "fresh sign-in stops a replayed session", story: story{devices: fleet, policies: []string{policyOf(
			`"sessionControls":{"signInFrequency":{"isEnabled":true,"frequencyInterval":"everyTime","value":null}}`)}},
			attackers: map[string]string{"activeSession": "blocked", "phishedSession": "reaches"}},
		{name: "security defaults", story: story{devices: fleet, change: func(data map[string][]record) {
			data["policies/identitySecurityDefaultsEnforcementPolicy"][0]["isEnabled"] = true
		}},
			from:      []string{"unmanaged untrusted reaches/notApplicable"},
			attackers: map[string]string{"stolenPassword": "blocked", "phishedSession": "reaches"}},
		{name: "the policies were not collected", story: story{devices: fleet, change: func(data map[string][]record) {
			delete(data, "identity/conditionalAccess/policies")
		}},
			from:      []string{"unmanaged untrusted unknown/notApplicable"},
			attackers: map[string]string{"stolenPassword": "unknown", "paw": "unknown"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.story.holding == "" {
				test.story.holding = "standing"
			}
			e := New(test.story.tenant(t), Options{})
			all, err := e.ReachAll(gocontext.Background(), nil)
			require.NoError(t, err)
			require.Len(t, all, 1)
			reach := all[0]
			require.Equal(t, test.story.holding, reach.Holding)
			for _, want := range test.from {
				f := strings.Fields(want)
				require.Equal(t, f[2], place(reach, f[0], f[1]), "%s from %s", f[0], f[1])
			}
			for name, want := range test.attackers {
				require.Equal(t, want, reach.Attackers[name], name)
			}
			if test.weakest != nil {
				var got [][]string
				for _, w := range reach.Weakest {
					if w.Step == string(StepUse) {
						got = append(got, w.Requires)
					}
				}
				require.Equal(t, test.weakest, got)
			}
			unknown := false
			for _, f := range reach.From {
				unknown = unknown || f.Verdict == model.ReachUnknown || f.Activation == model.ReachUnknown
			}
			if unknown {
				require.NotEmpty(t, reach.Unknown, "an unknown verdict must say what would settle it")
			}
		})
	}
}

// The group is joined first, then the role is there (the group holds it
// actively), and a policy for the group binds the use and not the joining.
func TestGroupInFront(t *testing.T) {
	s := story{holding: "standing", policies: []string{
		policyOf(conditions(`"users":{"includeGroups":["`+storyGroup+`"]}`), grantCompliant)},
		devices: []record{storyDevice("pc", true, "AzureAd", "")}}
	s.change = func(data map[string][]record) {
		data["roleManagement/directory/roleAssignmentScheduleInstances"][0]["principalId"] = storyGroup
		data["identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"] = []record{
			{"id": "e", "groupId": storyGroup, "principalId": storyAdmin, "accessId": "member", "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": nil}}
		data["policies/roleManagementPolicyAssignments"] = append(data["policies/roleManagementPolicyAssignments"],
			storyPIM(storyGroup, "Group", "member", record{"EnablementRule.enabledRules": []string{"MultiFactorAuthentication"}}))
	}
	all, err := New(s.tenant(t), Options{}).ReachAll(gocontext.Background(), nil)
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, "eligible", all[0].Holding)
	require.Equal(t, []string{storyGroup}, all[0].Via)
	require.Equal(t, "blocked/reaches", place(all[0], DeviceUnmanaged, NetworkUntrusted))
	require.Equal(t, "reaches/reaches", place(all[0], DeviceCompliant, NetworkUntrusted))
	require.Equal(t, []string{"password", "mfa", "compliantDevice"}, all[0].Weakest[0].Requires)
	require.Equal(t, string(StepJoin), all[0].Weakest[0].Step)
	require.Equal(t, string(StepUse), all[0].Weakest[1].Step)
}

func TestServicePrincipalIsOutside(t *testing.T) {
	s := story{policies: []string{policyOf(grantBlock)}, change: func(data map[string][]record) {
		data["servicePrincipals"] = []record{{"id": guid(60), "appId": guid(61), "displayName": "robot", "servicePrincipalType": "Application"}}
		data["roleManagement/directory/roleAssignmentScheduleInstances"][0]["principalId"] = guid(60)
	}}
	e := New(s.tenant(t), Options{})
	all, err := e.ReachAll(gocontext.Background(), nil)
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Empty(t, all[0].From)
	require.Empty(t, all[0].Attackers)
	require.Contains(t, all[0].Weakest[0].Explanation, "outside Conditional Access")
	require.False(t, e.Query(e.Holdings()[0], Question{Step: StepUse}).Applicable)
}

func TestOwnAttacker(t *testing.T) {
	s := story{holding: "standing", policies: []string{policyOf(`"grantControls":{"operator":"AND","builtInControls":["mfa","domainJoinedDevice"]}`)}}
	e := New(s.tenant(t), Options{Attackers: []Attacker{
		{Name: "insider", Holds: []Obligation{Password, MFA, HybridJoinedDevice}},
		{Name: "lucky", Holds: []Obligation{Password, HybridJoinedDevice}, Perhaps: []Obligation{MFA}},
	}})
	reach, err := e.Reach(gocontext.Background(), e.Holdings()[0])
	require.NoError(t, err)
	require.Equal(t, model.Reaches, reach.Attackers["insider"])
	require.Equal(t, model.ReachUnknown, reach.Attackers["lucky"])
}

// The questions that controls ask.
func TestQuery(t *testing.T) {
	s := story{holding: "eligible", paw: storyPAW, devices: []record{storyDevice("paw1", true, "AzureAd", "PAW")}, policies: []string{
		policyOf(conditions(`"clientAppTypes":["browser","mobileAppsAndDesktopClients"]`), grantMFA),
		policyOf(conditions(`"authenticationFlows":{"transferMethods":"deviceCodeFlow"}`), grantBlock),
		policyOf(conditions(`"applications":{"includeApplications":["MicrosoftAdminPortals"]}`), grantStrong),
	}}
	e := New(s.tenant(t), Options{})
	h := e.Holdings()[0]
	for _, test := range []struct {
		name string
		q    Question
		want model.Truth
	}{
		{"ISO-01: from unmanaged devices", Question{Step: StepUse, Devices: []string{DeviceUnmanaged, DeviceRegistered}}, model.True},
		{"ISO-02: activation from there", Question{Step: StepActivate, Devices: []string{DeviceUnmanaged, DeviceRegistered}}, model.True},
		{"ISO-03: from the PAW", Question{Step: StepUse, Devices: []string{DevicePAW}}, model.True},
		{"ISO-05: portals without phishing-resistant methods", Question{Step: StepUse, ClientApps: []string{ClientBrowser},
			Resources: []string{ResourceAzurePortal}, Without: []Obligation{PhishingResistantMFA}}, model.False},
		{"CTL-11: anywhere without them", Question{Step: StepUse, Without: []Obligation{PhishingResistantMFA}}, model.True},
		{"modern clients without a second factor", Question{Step: StepUse, ClientApps: []string{ClientBrowser, ClientModern}, Without: []Obligation{MFA}}, model.False},
		{"CTL-14: legacy clients", Question{Step: StepUse, ClientApps: []string{ClientActiveSync, ClientOther}}, model.True},
		{"CTL-17: device code", Question{Step: StepUse, Flows: []string{FlowDeviceCode}, ClientApps: []string{ClientBrowser, ClientModern}}, model.False},
		{"CTL-17: transfer", Question{Step: StepUse, Flows: []string{FlowTransfer}}, model.True},
		{"ISO-19: security information", Question{Step: StepRegister, UserAction: ActionSecurityInfo, Without: []Obligation{MFA}, ClientApps: []string{ClientBrowser}}, model.False},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := e.Query(h, test.q)
			require.True(t, a.Applicable)
			require.Equal(t, test.want, a.Verdict)
			if test.want == model.False {
				require.Nil(t, a.Witness)
				return
			}
			require.NoError(t, VerifyCertificate(e.in, *a.Certificate))
			require.NotEmpty(t, a.Witness.Requires)
			require.Contains(t, a.Witness.Explanation, "can be reached")
		})
	}
	require.False(t, e.Query(h, Question{Step: StepJoin}).Applicable)
	require.Contains(t, e.Query(h, Question{Step: StepUse, ClientApps: []string{ClientOther}}).Witness.Because[0].Why, "only this keeps it from applying")
}

func jsonUnmarshal(text string, into any) error { return json.Unmarshal([]byte(text), into) }

// A holder that may be no person leaves everything unknown; one that is gone
// leaves nothing.
func TestHolderUnknownOrGone(t *testing.T) {
	s := story{holding: "eligible", policies: []string{policyOf(grantBlock)}, change: func(data map[string][]record) {
		data["users"] = data["users"][1:]
	}}
	gone := New(s.tenant(t), Options{})
	reach, err := gone.Reach(gocontext.Background(), gone.Holdings()[0])
	require.NoError(t, err)
	require.Empty(t, reach.From)
	require.False(t, gone.Query(gone.Holdings()[0], Question{Step: StepUse}).Applicable)

	without := s.change
	s.change = func(data map[string][]record) {
		without(data)
		delete(data, "servicePrincipals")
	}
	unclear := New(s.tenant(t), Options{})
	reach, err = unclear.Reach(gocontext.Background(), unclear.Holdings()[0])
	require.NoError(t, err)
	require.Equal(t, "unknown/unknown", place(reach, DeviceUnmanaged, NetworkUntrusted))
	require.Equal(t, model.ReachUnknown, reach.Attackers[AttackerPAW])
	require.NotEmpty(t, reach.Unknown)
	a := unclear.Query(unclear.Holdings()[0], Question{Step: StepUse})
	require.Equal(t, model.Unknown, a.Verdict)
	require.NotEmpty(t, a.Needs)
}
