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
		Tool:  "EntraExporter",
		Known: "its folders, such as Identity/Conditional/AccessPolicies/<id>/<id>.json, below any other",
		Trap:  "It passes over what it was refused and keeps no record of it: a folder that is not there is unknown, and no list is whole.",
		Supplies: supplies(
			inFull(model.Organizations.Name(), model.SecurityDefaults.Name(), model.AuthorizationPolicies.Name(), model.CrossTenantDefault.Name()),
			inPart("it asks for permanent assignments only, and leaves activations out", model.RoleAssignmentSchedule.Name()),
			inPart("without -All it asks for dynamic groups only", model.Groups.Name()),
			inPart("every partner without an id overwrites the one before", model.CrossTenantPartners.Name()),
			inPart("it has the rules of roles and groups that somebody is eligible for", model.RolePolicies.Name()),
			inPart("it keeps no record of what it was refused or could not read", slices.Concat([]string{
				model.OnPremisesSync.Name(), model.RoleEligibility.Name(), model.GroupEligibility.Name()},
				slices.DeleteFunc(slices.Compact(slices.Sorted(maps.Values(entraFolders))), func(name string) bool {
					d, _ := model.DatasetNamed(name)
					return d.Single || name == model.RoleAssignmentSchedule.Name() || name == model.Groups.Name() || name == model.CrossTenantPartners.Name()
				}))...),
		),
	},
	place: placeEntra,
}

// entraFolders are the data sets by folder, in small letters; {id} stands for
// the parent's folder.
var entraFolders = map[string]string{
	"domains":                       model.TenantDomains.Name(),
	"subscribedskus":                model.SubscribedSkus.Name(),
	"users":                         model.Users.Name(),
	"groups":                        model.Groups.Name(),
	"devices":                       model.Devices.Name(),
	"applications":                  model.Applications.Name(),
	"serviceprincipals":             model.ServicePrincipals.Name(),
	"directoryroles":                model.DirectoryRoles.Name(),
	"administrativeunits":           model.AdministrativeUnits.Name(),
	"groups/{id}/members":           model.GroupMembers.Name(),
	"groups/{id}/owners":            model.GroupOwners.Name(),
	"applications/{id}/owners":      model.ApplicationOwners.Name(),
	"serviceprincipals/{id}/owners": model.ServicePrincipalOwner.Name(),
	"serviceprincipals/{id}/approleassignments":                model.AppRoleAssignments.Name(),
	"serviceprincipals/{id}/approleassignedto":                 model.AppRoleAssignedTo.Name(),
	"serviceprincipals/{id}/oauth2permissiongrants":            model.OAuth2Grants.Name(),
	"directoryroles/{id}/members":                              model.DirectoryRoleMembers.Name(),
	"administrativeunits/{id}/members":                         model.AdministrativeUnitMembers.Name(),
	"identity/conditional/accesspolicies":                      model.ConditionalAccessPolicies.Name(),
	"identity/conditional/namedlocations":                      model.NamedLocations.Name(),
	"identity/conditional/authenticationcontexts":              model.AuthenticationContexts.Name(),
	"identitygovernance/accessreviews":                         model.AccessReviews.Name(),
	"policies/identitysecuritydefaultsenforcementpolicy":       model.SecurityDefaults.Name(),
	"policies/authorizationpolicy":                             model.AuthorizationPolicies.Name(),
	"policies/crosstenantaccesspolicy/default":                 model.CrossTenantDefault.Name(),
	"policies/crosstenantaccesspolicy/partners":                model.CrossTenantPartners.Name(),
	"rolemanagement/directory/roledefinitions":                 model.RoleDefinitions.Name(),
	"rolemanagement/directory/roleassignments":                 model.RoleAssignments.Name(),
	"rolemanagement/directory/roleassignmentscheduleinstances": model.RoleAssignmentSchedule.Name(),
}

// entraFiles are single files.
var entraFiles = map[string]string{
	"organization/organization.json":           model.Organizations.Name(),
	"directory/onpremisessynchronization.json": model.OnPremisesSync.Name(),
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
	found := adapted{supplies: []supply{entraPIM.supply(model.RoleEligibility.Name(), "", located{at.pointer, record})}}
	policy := record.get("policy")
	if rule := entraRules(policy, policy.get("roleID"), text("/"), text("DirectoryRole"), at); rule != nil {
		found.supplies = append(found.supplies, *rule)
	}
	return found
}}

// entraGroups reads PIM/Groups: the schedule of an eligible membership, which
// is not Graph's instance of it, and says nothing of its end there.
var entraGroups = &adapter{Format: entraPIM, adapt: func(record *node, at spot) adapted {
	row := object("id", record.get("id"), "groupId", record.get("groupId"), "principalId", record.get("principalId"),
		"accessId", record.get("accessId"), "memberType", record.get("memberType"))
	found := adapted{supplies: []supply{entraPIM.supply(model.GroupEligibility.Name(), "", located{at.pointer, row})}}
	if rule := entraRules(record.get("policy"), record.get("accessId"), record.get("groupId"), text("Group"), at); rule != nil {
		found.supplies = append(found.supplies, *rule)
	}
	return found
}}

// entraPIM is the part of the format that the adapters write.
var entraPIM = Format{
	Tool: "EntraExporter",
	Supplies: supplies(
		inPart("it keeps no record of what it was refused or could not read", model.RoleEligibility.Name(), model.GroupEligibility.Name()),
		inPart("it has the rules of roles and groups that somebody is eligible for", model.RolePolicies.Name()),
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
	s := entraPIM.supply(model.RolePolicies.Name(), "", located{at.pointer + "/Policy", object(
		"id", id, "policyId", policy.get("policyID"), "scopeId", scope, "scopeType", scopeType, "roleDefinitionId", role,
		"policy", object("id", id, "rules", rules))})
	return &s
}
