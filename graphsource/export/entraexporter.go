package export

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/privpath/privpath/model"
)

// entraExporter reads the folders of Microsoft's EntraExporter: one object a
// file, at <folder>/<id>/<id>.json, what belongs to an object in a folder below
// its own. Source of the folders: the tool's schema of 2025,
// Get-EEDefaultSchema.ps1 (microsoft/EntraExporter, MIT).
var entraExporter = &layout{
	Format: Format{
		Tool:   "EntraExporter",
		Known:  "its folders, such as Identity/Conditional/AccessPolicies/<id>/<id>.json, below any other",
		Trap:   "It passes over what it was refused and keeps no record of it: a folder that is not there is unknown, and no list is whole.",
		Source: "the tool's own list of requests and its functions that write PIM's files (microsoft/EntraExporter). No export of it was found in public.",
		Supplies: supplies(
			inFull("organization", "policies/identitySecurityDefaultsEnforcementPolicy", setAuthorization, "policies/crossTenantAccessPolicy/default"),
			inPart("it asks for permanent assignments only, and leaves activations out", setActive),
			inPart("without -All it asks for dynamic groups only", "groups"),
			inPart("every partner without an id overwrites the one before", "policies/crossTenantAccessPolicy/partners"),
			inPart("it has the rules of roles and groups that somebody is eligible for", setRules),
			inPart("it keeps no record of what it was refused or could not read", slices.Concat([]string{
				"directory/onPremisesSynchronization", setEligible, setGroupEligible},
				slices.DeleteFunc(slices.Compact(slices.Sorted(maps.Values(entraFolders))), func(name string) bool {
					d, _ := model.DatasetNamed(name)
					return d.Single || name == setActive || name == "groups" || name == "policies/crossTenantAccessPolicy/partners"
				}))...),
		),
	},
	place: placeEntra,
}

// entraFolders are the data sets by folder, in small letters; {id} stands for
// the parent's folder.
var entraFolders = map[string]string{
	"domains":                       "domains",
	"subscribedskus":                "subscribedSkus",
	"users":                         "users",
	"groups":                        "groups",
	"devices":                       "devices",
	"applications":                  "applications",
	"serviceprincipals":             "servicePrincipals",
	"directoryroles":                "directoryRoles",
	"administrativeunits":           "directory/administrativeUnits",
	"groups/{id}/members":           setMembers,
	"groups/{id}/owners":            "groups/{id}/owners",
	"applications/{id}/owners":      "applications/{id}/owners",
	"serviceprincipals/{id}/owners": "servicePrincipals/{id}/owners",
	"serviceprincipals/{id}/approleassignments":                "servicePrincipals/{id}/appRoleAssignments",
	"serviceprincipals/{id}/approleassignedto":                 "servicePrincipals/{id}/appRoleAssignedTo",
	"serviceprincipals/{id}/oauth2permissiongrants":            "oauth2PermissionGrants",
	"directoryroles/{id}/members":                              "directoryRoles/{id}/members",
	"administrativeunits/{id}/members":                         "directory/administrativeUnits/{id}/members",
	"identity/conditional/accesspolicies":                      setPolicies,
	"identity/conditional/namedlocations":                      setLocations,
	"identity/conditional/authenticationcontexts":              "identity/conditionalAccess/authenticationContextClassReferences",
	"identitygovernance/accessreviews":                         "identityGovernance/accessReviews/definitions",
	"policies/identitysecuritydefaultsenforcementpolicy":       "policies/identitySecurityDefaultsEnforcementPolicy",
	"policies/authorizationpolicy":                             setAuthorization,
	"policies/crosstenantaccesspolicy/default":                 "policies/crossTenantAccessPolicy/default",
	"policies/crosstenantaccesspolicy/partners":                "policies/crossTenantAccessPolicy/partners",
	"rolemanagement/directory/roledefinitions":                 setDefinitions,
	"rolemanagement/directory/roleassignments":                 setAssignments,
	"rolemanagement/directory/roleassignmentscheduleinstances": setActive,
}

// entraFiles are single files.
var entraFiles = map[string]string{
	"organization/organization.json":           "organization",
	"directory/onpremisessynchronization.json": "directory/onPremisesSynchronization",
}

func placeEntra(name string) (placed, bool) {
	segments := strings.Split(name, "/")
	for i := range segments {
		if dataset, ok := entraFiles[strings.ToLower(strings.Join(segments[i:], "/"))]; ok {
			return placed{target: target{dataset: dataset}}, true
		}
	}
	last := len(segments) - 1
	if last < 2 || !strings.EqualFold(strings.TrimSuffix(segments[last], path.Ext(segments[last])), segments[last-1]) {
		return placed{}, false
	}
	folder := segments[:last-1]
	switch strings.ToLower(strings.Join(folder[max(0, len(folder)-2):], "/")) {
	case "pim/directoryroles":
		return placed{adapter: entraRoles}, true
	case "pim/groups":
		return placed{adapter: entraGroups}, true
	}
	t, ok := inFolder(entraFolders, folder)
	return placed{target: t}, ok
}

// entraRoles reads PIM/DirectoryRoles: an eligible assignment, with the PIM
// policy of its role beside Graph's properties. The wrapper's names are .NET's.
var entraRoles = &adapter{Format: entraPIM, adapt: func(record *node, at spot) adapted {
	found := adapted{supplies: []supply{entraPIM.supply(setEligible, "", located{at.pointer, record})}}
	policy := record.get("policy")
	if rule := entraRules(policy, policy.get("roleID"), text("/"), text("DirectoryRole"), at); rule != nil {
		found.supplies = append(found.supplies, *rule)
	}
	return found
}}

// entraGroups reads PIM/Groups: the schedule of an eligible membership, which
// is not Graph's instance of it, and says nothing of its end there.
var entraGroups = &adapter{Format: entraPIM, adapt: func(record *node, at spot) adapted {
	row := object("id groupId principalId accessId memberType", record.get("id"), record.get("groupId"), record.get("principalId"), record.get("accessId"), record.get("memberType"))
	found := adapted{supplies: []supply{entraPIM.supply(setGroupEligible, "", located{at.pointer, row})}}
	if rule := entraRules(record.get("policy"), record.get("accessId"), record.get("groupId"), text("Group"), at); rule != nil {
		found.supplies = append(found.supplies, *rule)
	}
	return found
}}

// entraPIM is the part of the format that the adapters write.
var entraPIM = Format{
	Tool: "EntraExporter",
	Supplies: supplies(
		inPart("it keeps no record of what it was refused or could not read", setEligible, setGroupEligible),
		inPart("it has the rules of roles and groups that somebody is eligible for", setRules),
	),
}

// entraRules makes the policy assignment of a role or group from the policy that
// stands beside each of its eligible assignments.
func entraRules(policy, role, scope, scopeType *node, at spot) *supply {
	rules := policy.get("rules")
	if rules == nil || role.str() == "" || scope.str() == "" {
		return nil
	}
	id := text(scope.str() + "_" + role.str())
	s := entraPIM.supply(setRules, "", located{at.pointer + "/Policy", object("id policyId scopeId scopeType roleDefinitionId policy", id, policy.get("policyID"), scope, scopeType, role, object("id rules", id, rules))})
	return &s
}
