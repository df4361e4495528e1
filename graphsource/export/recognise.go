package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// recognise finds the data set of a file whose name does not say it: by the
// response's @odata.context, else by the record's @odata.type, else by its
// properties. entity is true where the request was for one object. why says what
// is wrong where the data set is not found.
func recognise(context string, record []byte) (t target, entity bool, why string) {
	if context != "" {
		t, entity, ok := fromContext(context)
		if ok {
			return t, entity, ""
		}
		return target{}, false, fmt.Sprintf("its @odata.context %q names no data set of the bundle format; if it belongs to one, put it at that data set's path", clip(context))
	}
	var members map[string]json.RawMessage
	if record == nil || json.Unmarshal(record, &members) != nil {
		return target{}, false, "its name is no bundle path and its content does not say what it is"
	}
	var kind string
	_ = json.Unmarshal(members["@odata.type"], &kind)
	if name, ok := typeDatasets[strings.TrimPrefix(kind, "#microsoft.graph.")]; ok {
		return target{dataset: name}, false, ""
	}
	if strings.HasSuffix(kind, "CompliancePolicy") {
		return target{dataset: "deviceManagement/deviceCompliancePolicies"}, false, ""
	}
	for _, s := range shapes {
		if hasAll(members, s.members) {
			return target{dataset: s.dataset}, false, ""
		}
	}
	return target{}, false, "its name is no bundle path, and neither @odata.context nor the properties of its records tell for certain what it is; put it at its data set's path"
}

// fromContext reads the fragment of an @odata.context, such as
// "$metadata#groups('id')/members", "$metadata#users(id,displayName)/$entity".
func fromContext(context string) (t target, entity, ok bool) {
	_, fragment, ok := strings.Cut(context, "$metadata#")
	if !ok {
		return target{}, false, false
	}
	fragment, entity = strings.CutSuffix(strings.TrimPrefix(fragment, "/"), "/$entity")
	var path strings.Builder
	for fragment != "" {
		before, rest, found := strings.Cut(fragment, "(")
		path.WriteString(before)
		if !found {
			break
		}
		depth, end := 1, 0
		for end < len(rest) && depth > 0 {
			switch rest[end] {
			case '(':
				depth++
			case ')':
				depth--
			}
			end++
		}
		if depth > 0 {
			return target{}, false, false
		}
		// An id in quotation marks is a path segment; a list of properties is not.
		if id := rest[:end-1]; len(id) > 2 && id[0] == '\'' && id[len(id)-1] == '\'' {
			path.WriteString("/" + id[1:len(id)-1])
		}
		fragment = rest[end:]
	}
	name := path.String()
	if alias, ok := contextAliases[strings.ToLower(name)]; ok {
		name = alias
	}
	t, ok = targetAt(name)
	return t, entity, ok && !strings.HasPrefix(t.dataset, "imports/") && t.dataset != "declarations"
}

// contextAliases are the entity sets that Graph's contexts name in another way
// than the request's path (Microsoft Graph API reference, response examples).
var contextAliases = map[string]string{
	"conditionalaccess/policies":                                     "identity/conditionalAccess/policies",
	"conditionalaccess/namedlocations":                               "identity/conditionalAccess/namedLocations",
	"namedlocations":                                                 "identity/conditionalAccess/namedLocations",
	"conditionalaccess/authenticationcontextclassreferences":         "identity/conditionalAccess/authenticationContextClassReferences",
	"identity/conditionalaccess/authenticationcontextclassreference": "identity/conditionalAccess/authenticationContextClassReferences",
	"authenticationmethodspolicy":                                    "policies/authenticationMethodsPolicy",
	"deviceregistrationpolicy":                                       "policies/deviceRegistrationPolicy",
	"authorizationpolicy":                                            "policies/authorizationPolicy",
	"identitysecuritydefaultsenforcementpolicy":                      "policies/identitySecurityDefaultsEnforcementPolicy",
	"authenticationstrengthpolicies":                                 "policies/authenticationStrengthPolicies",
	"administrativeunits":                                            "directory/administrativeUnits",
}

// typeDatasets are the types that only one data set of a tenant returns. Users,
// groups and role definitions are not among them: they also come as members of
// something, or from another role provider.
var typeDatasets = map[string]string{
	"conditionalAccessPolicy":                          "identity/conditionalAccess/policies",
	"ipNamedLocation":                                  "identity/conditionalAccess/namedLocations",
	"countryNamedLocation":                             "identity/conditionalAccess/namedLocations",
	"compliantNetworkNamedLocation":                    "identity/conditionalAccess/namedLocations",
	"authenticationStrengthPolicy":                     "policies/authenticationStrengthPolicies",
	"authorizationPolicy":                              "policies/authorizationPolicy",
	"identitySecurityDefaultsEnforcementPolicy":        "policies/identitySecurityDefaultsEnforcementPolicy",
	"deviceRegistrationPolicy":                         "policies/deviceRegistrationPolicy",
	"authenticationMethodsPolicy":                      "policies/authenticationMethodsPolicy",
	"unifiedRoleManagementPolicyAssignment":            "policies/roleManagementPolicyAssignments",
	"unifiedRoleAssignmentScheduleInstance":            "roleManagement/directory/roleAssignmentScheduleInstances",
	"unifiedRoleEligibilityScheduleInstance":           "roleManagement/directory/roleEligibilityScheduleInstances",
	"unifiedRoleAssignmentScheduleRequest":             "roleManagement/directory/roleAssignmentScheduleRequests",
	"privilegedAccessGroupAssignmentScheduleInstance":  "identityGovernance/privilegedAccess/group/assignmentScheduleInstances",
	"privilegedAccessGroupEligibilityScheduleInstance": "identityGovernance/privilegedAccess/group/eligibilityScheduleInstances",
	"riskyUser":                      "identityProtection/riskyUsers",
	"riskDetection":                  "identityProtection/riskDetections",
	"accessReviewScheduleDefinition": "identityGovernance/accessReviews/definitions",
	"signIn":                         "auditLogs/signIns",
	"directoryAudit":                 "auditLogs/directoryAudits",
	"userRegistrationDetails":        "reports/authenticationMethods/userRegistrationDetails",
	"managedDevice":                  "deviceManagement/managedDevices",
}

// shapes are properties that together occur in one data set only.
var shapes = []struct {
	dataset string
	members []string
}{
	{"identity/conditionalAccess/policies", []string{"state", "conditions", "sessionControls"}},
	{"identity/conditionalAccess/policies", []string{"state", "conditions", "grantControls"}},
	{"identity/conditionalAccess/namedLocations", []string{"isTrusted", "ipRanges"}},
	{"identity/conditionalAccess/namedLocations", []string{"countriesAndRegions", "includeUnknownCountriesAndRegions"}},
	{"policies/authenticationStrengthPolicies", []string{"allowedCombinations", "requirementsSatisfied"}},
	{"policies/authorizationPolicy", []string{"allowInvitesFrom", "defaultUserRolePermissions"}},
	{"policies/authenticationMethodsPolicy", []string{"authenticationMethodConfigurations"}},
	{"policies/deviceRegistrationPolicy", []string{"multiFactorAuthConfiguration", "azureADJoin"}},
	{"policies/roleManagementPolicyAssignments", []string{"policyId", "scopeId", "scopeType", "roleDefinitionId"}},
	{"roleManagement/directory/roleAssignmentScheduleInstances", []string{"roleAssignmentScheduleId", "roleDefinitionId", "principalId", "assignmentType"}},
	{"roleManagement/directory/roleEligibilityScheduleInstances", []string{"roleEligibilityScheduleId", "roleDefinitionId", "principalId"}},
	{"subscribedSkus", []string{"skuPartNumber", "capabilityStatus", "servicePlans"}},
	{"devices", []string{"deviceId", "trustType", "approximateLastSignInDateTime"}},
	{"servicePrincipals", []string{"appId", "servicePrincipalType", "appOwnerOrganizationId"}},
	{"deviceManagement/managedDevices", []string{"azureADDeviceId", "complianceState"}},
	{"reports/authenticationMethods/userRegistrationDetails", []string{"isMfaRegistered", "isMfaCapable", "methodsRegistered"}},
	{"auditLogs/signIns", []string{"conditionalAccessStatus", "clientAppUsed", "userId", "createdDateTime"}},
	{"auditLogs/directoryAudits", []string{"activityDisplayName", "loggedByService", "targetResources"}},
}

func hasAll(members map[string]json.RawMessage, names []string) bool {
	for _, name := range names {
		if _, ok := members[name]; ok {
			continue
		}
		if _, ok := members[strings.ToUpper(name[:1])+name[1:]]; !ok {
			return false
		}
	}
	return true
}

// recordTypes are the types of the records of the directory's collections.
// getByIds and members mix them. A type that is not here may be derived from the
// right one (agentUser, say) and is let in.
var recordTypes = map[string]string{
	"users": "user", "groups": "group", "devices": "device", "applications": "application",
	"servicePrincipals": "servicePrincipal", "directory/administrativeUnits": "administrativeUnit",
}

// wrongType reports the type of a record that does not belong to the data set.
func wrongType(dataset string, record []byte) (string, bool) {
	want, ok := recordTypes[dataset]
	if !ok || !bytes.Contains(record, []byte(`"@odata.type"`)) {
		return "", false
	}
	var typed struct {
		Type string `json:"@odata.type"`
	}
	if json.Unmarshal(record, &typed) != nil || typed.Type == "" {
		return "", false
	}
	kind := strings.TrimPrefix(typed.Type, "#microsoft.graph.")
	for _, other := range recordTypes {
		if kind == other && kind != want {
			return typed.Type, true
		}
	}
	return "", false
}

// clip shortens a text from the export for a message.
func clip(text string) string {
	if len(text) > 200 {
		return text[:200] + "…"
	}
	return text
}
