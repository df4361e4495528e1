// Package requests is the table of data sets: which request supplies each, which
// permission the request needs, and what the data is for. Package graphsource
// publishes it; it lies here so that graphsource/export can read it too.
package requests

// Request is how one data set is collected.
type Request struct {
	// Dataset is the data set's name; {id} stands for a parent's id.
	Dataset string `json:"dataset"`
	// Version is "v1.0" or "beta" for Microsoft Graph, and empty for what other
	// services supply.
	Version string `json:"version,omitempty"`
	// Query is the path and query below the version. {id} is a parent's id.
	Query string `json:"query,omitempty"`
	// Command collects what Graph does not have.
	Command string `json:"command,omitempty"`
	// Delegated and Application are the least privileged permission of each kind
	// that reads all that the query selects. Application is "" where only a
	// signed-in person may read it.
	Delegated   string `json:"delegated"`
	Application string `json:"application"`
	// Licence that the tenant needs, or "" where every tenant has the data.
	Licence string `json:"licence,omitempty"`
	// Purpose says in one line what the data decides.
	Purpose string `json:"purpose"`
	// Also lists further queries whose replies are saved as further pages.
	Also []string `json:"also,omitempty"`
}

// String is the request as a person would make it.
func (r Request) String() string {
	if r.Version == "" {
		return r.Command
	}
	return "GET https://graph.microsoft.com/" + r.Version + r.Query
}

const (
	v1   = "v1.0"
	beta = "beta"

	p1     = "Microsoft Entra ID P1"
	p2     = "Microsoft Entra ID P2 or ID Governance"
	intune = "Microsoft Intune"

	people   = "?$select=id,displayName,userPrincipalName,accountEnabled,appId&$top=999"
	role     = "RoleManagement.Read.Directory"
	policies = "Policy.Read.All"
	member   = "GroupMember.Read.All"
	apps     = "Application.Read.All"
	units    = "AdministrativeUnit.Read.All"
	audit    = "AuditLog.Read.All"
	reviews  = "AccessReview.Read.All"
	config   = "DeviceManagementConfiguration.Read.All"
	managed  = "DeviceManagementManagedDevices.Read.All"
	rbac     = "DeviceManagementRBAC.Read.All"
)

// All lists the requests in the order of [model.Datasets]. Declarations are the
// owner's own words and have no request.
//
// Sources: the pages of the Microsoft Graph API reference for each request, and
// the permissions reference (permissions.json of microsoft-graph-devx-content,
// August 2026). Where the reference names a permission that does not read all of
// the selected properties (User.ReadBasic.All, Group.ReadBasic.All) or one of
// another service (organization), the next wider one stands here.
func All() []Request {
	both := func(dataset, version, query, permission, licence, purpose string) Request {
		return Request{Dataset: dataset, Version: version, Query: query, Delegated: permission,
			Application: permission, Licence: licence, Purpose: purpose}
	}
	return []Request{
		both("organization", v1, "/organization?$select=id,displayName,tenantType,verifiedDomains,onPremisesSyncEnabled,assignedPlans",
			"Organization.Read.All", "", "the tenant itself, and whether it is synchronised from on-premises"),
		both("domains", v1, "/domains", "Domain.Read.All", "", "which domains are federated to another identity provider"),
		both("domains/{id}/federationConfiguration", v1, "/domains/{id}/federationConfiguration", "Domain-InternalFederation.Read.All", "", "whether a second factor counts that the identity provider of a federated domain asserts"),
		both("subscribedSkus", v1, "/subscribedSkus?$select=id,skuId,skuPartNumber,capabilityStatus,consumedUnits,prepaidUnits,servicePlans",
			"LicenseAssignment.Read.All", "", "what the tenant is licensed for"),
		both("users", v1, "/users?$select=id,userPrincipalName,displayName,accountEnabled,userType,mail,createdDateTime,deletedDateTime,lastPasswordChangeDateTime,onPremisesSyncEnabled,onPremisesImmutableId,onPremisesExtensionAttributes,isManagementRestricted,externalUserState,assignedPlans,assignedLicenses,passwordPolicies,employeeId,signInActivity&$top=500",
			"User.Read.All and "+audit, p1+" for signInActivity", "the accounts behind roles: cloud-only, enabled, in use"),
		both("groups", v1, "/groups?$select=id,displayName,securityEnabled,mailEnabled,groupTypes,membershipRule,membershipRuleProcessingState,isAssignableToRole,isManagementRestricted,onPremisesSyncEnabled,visibility&$top=999",
			member, "", "the groups that hold roles or that policies name"),
		both("devices", v1, "/devices?$select=id,deviceId,displayName,accountEnabled,isCompliant,isManaged,trustType,profileType,deviceOwnership,enrollmentProfileName,manufacturer,model,mdmAppId,isManagementRestricted,operatingSystem,operatingSystemVersion,physicalIds,systemLabels,extensionAttributes,approximateLastSignInDateTime,onPremisesSyncEnabled&$top=999",
			"Device.Read.All", "", "which devices match the device filters of policies"),
		both("applications", v1, "/applications?$select=id,appId,displayName,signInAudience,createdDateTime,keyCredentials,passwordCredentials,servicePrincipalLockConfiguration&$top=999",
			apps, "", "who can add a credential to a privileged application"),
		both("servicePrincipals", v1, "/servicePrincipals?$select=id,appId,displayName,servicePrincipalType,alternativeNames,accountEnabled,appOwnerOrganizationId,keyCredentials,passwordCredentials,appRoles,tags&$top=999",
			apps, "", "the applications that hold roles or permissions"),
		both("oauth2PermissionGrants", v1, "/oauth2PermissionGrants?$top=999", "Directory.Read.All", "", "what applications may do in a user's name"),
		both("groups/{id}/members", v1, "/groups/{id}/members"+people, member, "", "who holds a role through a group, or is excluded from a policy"),
		both("groups/{id}/transitiveMembers", v1, "/groups/{id}/transitiveMembers"+people, member, "", "members of nested groups"),
		both("groups/{id}/owners", v1, "/groups/{id}/owners"+people, member, "", "who can add members to a privileged group"),
		both("applications/{id}/owners", v1, "/applications/{id}/owners"+people, apps, "", "who can take over an application"),
		both("applications/{id}/federatedIdentityCredentials", v1, "/applications/{id}/federatedIdentityCredentials", apps, "", "which outside identities sign in as an application"),
		both("servicePrincipals/{id}/owners", v1, "/servicePrincipals/{id}/owners"+people, apps, "", "who can take over a service principal"),
		both("servicePrincipals/{id}/appRoleAssignments", v1, "/servicePrincipals/{id}/appRoleAssignments?$top=999", apps, "", "which application permissions a service principal has"),
		both("servicePrincipals/{id}/appRoleAssignedTo", v1, "/servicePrincipals/{id}/appRoleAssignedTo?$top=999", apps, "", "who has the permissions that a resource (Microsoft Graph) offers"),
		both("devices/{id}/registeredOwners", v1, "/devices/{id}/registeredOwners"+people, "Device.Read.All", "", "whose workstation a device is"),
		both("users/{id}/authentication/methods", v1, "/users/{id}/authentication/methods", "UserAuthenticationMethod.Read.All", "", "which methods an admin has registered"),
		both("directory/administrativeUnits", v1, "/directory/administrativeUnits?$select=id,displayName,isMemberManagementRestricted,membershipType,membershipRule&$top=999",
			units, "", "which accounts are in restricted management"),
		both("directory/administrativeUnits/{id}/members", v1, "/directory/administrativeUnits/{id}/members"+people, units, "", "what a scoped role reaches"),
		{Dataset: "directory/onPremisesSynchronization", Version: v1, Query: "/directory/onPremisesSynchronization", Delegated: "OnPremDirectorySynchronization.Read.All",
			Purpose: "whether the on-premises directory can take over cloud accounts"},
		both("directoryRoles", v1, "/directoryRoles", role, "", "the roles in use, where there is no PIM"),
		both("directoryRoles/{id}/members", v1, "/directoryRoles/{id}/members"+people, role, "", "the holders of a role, where there is no PIM"),
		both("roleManagement/directory/roleDefinitions", v1, "/roleManagement/directory/roleDefinitions?$select=id,templateId,displayName,isBuiltIn,isEnabled,rolePermissions", role, "", "what built-in and custom roles allow"),
		both("roleManagement/directory/roleAssignments", v1, "/roleManagement/directory/roleAssignments?$expand=principal($select=id,displayName)", role, "", "every active role assignment, also those outside PIM"),
		both("roleManagement/directory/roleAssignmentScheduleInstances", v1, "/roleManagement/directory/roleAssignmentScheduleInstances?$expand=principal", "RoleAssignmentSchedule.Read.Directory", p2, "which active assignments are permanent and which are activations"),
		both("roleManagement/directory/roleEligibilityScheduleInstances", v1, "/roleManagement/directory/roleEligibilityScheduleInstances?$expand=principal", "RoleEligibilitySchedule.Read.Directory", p2, "who may activate a role"),
		// Graph reads these only for permissions that can write, as permissions.json
		// and the API reference say (unifiedRoleAssignmentScheduleRequest: Get). Its
		// refusal of the read permission names the same ones
		// (learn.microsoft.com/answers/questions/1656176, of eligibility requests).
		both("roleManagement/directory/roleAssignmentScheduleRequests", v1, "/roleManagement/directory/roleAssignmentScheduleRequests", "RoleAssignmentSchedule.ReadWrite.Directory", p2, "who activated what, for how long and why"),
		{Dataset: "policies/roleManagementPolicyAssignments", Version: v1,
			Query: "/policies/roleManagementPolicyAssignments?$filter=scopeId eq '/' and scopeType eq 'DirectoryRole'&$expand=policy($expand=rules)",
			Also:  []string{"/policies/roleManagementPolicyAssignments?$filter=scopeId eq '{groupId}' and scopeType eq 'Group'&$expand=policy($expand=rules)"},
			// permissions.json marks RoleManagement.Read.All for applications; the
			// API reference gives the narrower one, which is also listed there.
			Delegated: "RoleManagementPolicy.Read.Directory", Application: role, Licence: p2,
			Purpose: "what PIM demands when a role is activated"},
		both("identityGovernance/privilegedAccess/group/assignmentScheduleInstances", v1, "/identityGovernance/privilegedAccess/group/assignmentScheduleInstances?$filter=groupId eq '{groupId}'",
			"PrivilegedAssignmentSchedule.Read.AzureADGroup", p2, "who is an active member of a group through PIM"),
		both("identityGovernance/privilegedAccess/group/eligibilityScheduleInstances", v1, "/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances?$filter=groupId eq '{groupId}'",
			"PrivilegedEligibilitySchedule.Read.AzureADGroup", p2, "who may activate membership of a group"),
		both("roleManagement/directory/resourceNamespaces/microsoft.directory/resourceActions", beta, "/roleManagement/directory/resourceNamespaces/microsoft.directory/resourceActions", role, p1, "which protected actions demand an authentication context"),
		// v1.0 leaves out conditions that narrow a policy (agentIdRiskLevels is in the
		// reference of the beta condition set only) and whole policies with preview
		// features: a policy without its condition would look wider than it is.
		both("identity/conditionalAccess/policies", beta, "/identity/conditionalAccess/policies", policies, p1, "what stands between an attacker and a role"),
		both("identity/conditionalAccess/namedLocations", v1, "/identity/conditionalAccess/namedLocations", policies, p1, "what trusted networks are"),
		both("identity/conditionalAccess/authenticationContextClassReferences", v1, "/identity/conditionalAccess/authenticationContextClassReferences", "AuthenticationContext.Read.All", p1, "the authentication contexts that PIM can demand"),
		both("policies/authenticationStrengthPolicies", v1, "/policies/authenticationStrengthPolicies", "Policy.Read.AuthenticationMethod", p1, "which methods a strength allows"),
		both("policies/identitySecurityDefaultsEnforcementPolicy", v1, "/policies/identitySecurityDefaultsEnforcementPolicy", policies, "", "whether security defaults are on"),
		both("policies/authorizationPolicy", v1, "/policies/authorizationPolicy", policies, "", "what every user may do in the directory"),
		both("policies/authenticationMethodsPolicy", v1, "/policies/authenticationMethodsPolicy", "Policy.Read.AuthenticationMethod", "", "which methods the tenant allows"),
		both("policies/deviceRegistrationPolicy", v1, "/policies/deviceRegistrationPolicy", "Policy.Read.DeviceConfiguration", "", "who may join devices, and whether joining needs MFA"),
		both("policies/crossTenantAccessPolicy/default", v1, "/policies/crossTenantAccessPolicy/default", policies, "", "whether claims of other tenants are trusted"),
		both("policies/crossTenantAccessPolicy/partners", v1, "/policies/crossTenantAccessPolicy/partners", policies, "", "which partner tenants' claims are trusted"),
		both("deviceManagement/managedDevices", v1, "/deviceManagement/managedDevices?$select=id,azureADDeviceId,deviceName,complianceState,managedDeviceOwnerType,operatingSystem,osVersion,isEncrypted,lastSyncDateTime,userId,userPrincipalName",
			managed, intune, "the state of managed workstations"),
		// v1.0 leaves out the filters that narrow an assignment.
		both("deviceManagement/deviceCompliancePolicies", beta, "/deviceManagement/deviceCompliancePolicies?$expand=assignments", config, intune, "what a compliant device is"),
		both("deviceManagement/settings", v1, "/deviceManagement?$select=settings", config, intune, "whether a device without a policy counts as compliant; save the reply as deviceManagement.json"),
		both("deviceManagement/detectedApps", v1, "/deviceManagement/detectedApps?$expand=managedDevices($select=id)", managed, intune, "what software is on workstations"),
		both("deviceManagement/virtualEndpoint/cloudPCs", v1, "/deviceManagement/virtualEndpoint/cloudPCs", "CloudPC.Read.All", "Windows 365", "which workstations are Cloud PCs"),
		both("deviceManagement/roleDefinitions", v1, "/deviceManagement/roleDefinitions", rbac, intune, "what the roles of Intune allow"),
		both("deviceManagement/roleDefinitions/{id}/roleAssignments", v1, "/deviceManagement/roleDefinitions/{id}/roleAssignments", rbac, intune, "which assignment gives which role of Intune"),
		// v1.0 documents no scopeType, without which an assignment over everything
		// looks like one over nothing; $expand=roleDefinition gives null and drops it.
		both("deviceManagement/roleAssignments", beta, "/deviceManagement/roleAssignments", rbac, intune, "who manages workstations by a role of Intune"),
		both("reports/authenticationMethods/userRegistrationDetails", v1, "/reports/authenticationMethods/userRegistrationDetails", audit, p1, "who has registered which methods"),
		both("auditLogs/signIns", v1, "/auditLogs/signIns?$top=1000", audit, p1, "what happened: where admins really sign in from"),
		both("auditLogs/directoryAudits", v1, "/auditLogs/directoryAudits?$top=1000", audit, "", "what happened: activations and changes to policies and roles"),
		both("identityGovernance/accessReviews/definitions", v1, "/identityGovernance/accessReviews/definitions?$top=100", reviews, p2, "which role holders are reviewed, and how often"),
		both("identityGovernance/accessReviews/definitions/{id}/instances", v1, "/identityGovernance/accessReviews/definitions/{id}/instances?$expand=decisions", reviews, p2, "whether reviews are really held"),
		both("identityGovernance/entitlementManagement/catalogs", v1, "/identityGovernance/entitlementManagement/catalogs?$select=id,displayName", "EntitlementManagement.Read.All", p2, "whether access packages can give a privileged group"),
		both("identityGovernance/entitlementManagement/catalogs/{id}/resources", v1, "/identityGovernance/entitlementManagement/catalogs/{id}/resources", "EntitlementManagement.Read.All", p2, "which groups access packages can give"),
		both("identityProtection/riskyUsers", v1, "/identityProtection/riskyUsers", "IdentityRiskyUser.Read.All", p2, "which accounts are at risk now"),
		both("identityProtection/riskDetections", v1, "/identityProtection/riskDetections", "IdentityRiskEvent.Read.All", p2, "which risks were detected"),
		command("imports/arm/diagnosticSettings", `az rest --url "https://management.azure.com/providers/microsoft.aadiam/diagnosticSettings?api-version=2017-04-01"`,
			"Security Administrator (Entra role)", "whether the logs leave the tenant"),
		command("imports/arm/roleAssignments", `az rest --url "https://management.azure.com/subscriptions/{subscriptionId}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01"`,
			"Reader (Azure role) on the subscription", "who rules the machines that privileged work runs on"),
		command("imports/exo/adminAuditLogConfig", "Get-AdminAuditLogConfig | Select-Object UnifiedAuditLogIngestionEnabled | ConvertTo-Json",
			"View-Only Audit Logs (Exchange role)", "whether the unified audit log is on"),
	}
}

func command(dataset, line, permission, purpose string) Request {
	return Request{Dataset: dataset, Command: line, Delegated: permission, Application: permission, Purpose: purpose}
}
