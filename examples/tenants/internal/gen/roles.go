package gen

import (
	"strings"
	"time"
)

// roleDefinition is a built-in directory role. The actions are a part of what
// Microsoft documents for the role ("Microsoft Entra built-in roles"): those
// that decide what the role can reach.
type roleDefinition struct {
	id, name, description string
	actions               string
}

// Template ids: Microsoft, "Microsoft Entra built-in roles".
const (
	globalAdmin       = "62e90394-69f5-4237-9190-012177145e10"
	privRoleAdmin     = "e8611ab8-c189-46e8-94e1-60213ab1f814"
	privAuthAdmin     = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13"
	caAdmin           = "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9"
	securityAdmin     = "194ae4cb-b126-40b2-bd5b-6091b380977d"
	hybridAdmin       = "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2"
	appAdmin          = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
	cloudAppAdmin     = "158c047a-c907-4556-b7ef-446551a6b5f7"
	intuneAdmin       = "3a2c62db-5318-420d-8d74-23affee5d9d5"
	domainAdmin       = "8329153b-31d0-4727-b945-745eb3bc5f31"
	idpAdmin          = "be2f45a1-457d-42af-a067-6ec1fa63bc45"
	governanceAdmin   = "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e"
	partnerTier2      = "e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8"
	userAdmin         = "fe930be7-5e62-47db-91af-98c3a49a38b1"
	exchangeAdmin     = "29232cdf-9323-42fd-ade2-1d097af3e4de"
	recipientAdmin    = "31392ffb-586c-42d1-9346-e59415a2cc4e"
	sharePointAdmin   = "f28a1f50-f6e7-4571-818b-6a12f2af6b6c"
	helpdeskAdmin     = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
	globalReader      = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
	directorySyncRole = "d29b2b05-8046-44ba-8758-1e26182fcf32"
)

// tier0 are the roles that the sample tenants treat as Tier 0.
var tier0 = []string{globalAdmin, privRoleAdmin, privAuthAdmin, caAdmin, securityAdmin, hybridAdmin, appAdmin, cloudAppAdmin,
	intuneAdmin, domainAdmin, idpAdmin, governanceAdmin, partnerTier2}

var roleCatalogue = []roleDefinition{
	{globalAdmin, "Global Administrator", "Can manage all aspects of Microsoft Entra ID and Microsoft services that use Microsoft Entra identities.",
		"administrativeUnits applications conditionalAccessPolicies contacts contracts devices domains entitlementManagement groupSettings groups identityProtection oAuth2PermissionGrants organization policies privilegedIdentityManagement roleAssignments roleDefinitions scopedRoleMemberships servicePrincipals users :allProperties/allTasks namedLocations/create namedLocations/basic/update namedLocations/delete authorizationPolicy/allProperties/allTasks crossTenantAccessPolicy/basic/update crossTenantAccessPolicy/partners/create deletedItems/delete users/authenticationMethods/create users/authenticationMethods/delete users/password/update domains/federation/update"},
	{privRoleAdmin, "Privileged Role Administrator", "Can manage role assignments in Microsoft Entra ID, and all aspects of Privileged Identity Management.",
		"roleAssignments roleDefinitions privilegedIdentityManagement scopedRoleMemberships :allProperties/allTasks authorizationPolicy/allProperties/allTasks groupsAssignableToRoles/allProperties/update groupsAssignableToRoles/create groupsAssignableToRoles/delete oAuth2PermissionGrants/allProperties/allTasks servicePrincipals/appRoleAssignedTo/update servicePrincipals/managePermissionGrantsForAll.microsoft-company-admin"},
	{privAuthAdmin, "Privileged Authentication Administrator", "Can access to view, set and reset authentication method information for any user (admin or non-admin).",
		"users/authenticationMethods/create users/authenticationMethods/delete users/authenticationMethods/basic/update users/authenticationMethods/standard/read users/password/update users/invalidateAllRefreshTokens users/enable users/disable users/userPrincipalName/update"},
	{caAdmin, "Conditional Access Administrator", "Can manage Conditional Access capabilities.",
		"conditionalAccessPolicies/create conditionalAccessPolicies/delete conditionalAccessPolicies/standard/read conditionalAccessPolicies/basic/update conditionalAccessPolicies/tenantDefault/update namedLocations/create namedLocations/delete namedLocations/basic/update resourceNamespaces/resourceActions/authenticationContext/update"},
	{securityAdmin, "Security Administrator", "Can read security information and reports, and manage configuration in Microsoft Entra ID and Office 365.",
		"conditionalAccessPolicies/create conditionalAccessPolicies/delete conditionalAccessPolicies/basic/update conditionalAccessPolicies/standard/read crossTenantAccessPolicy/basic/update domains/federation/update identityProtection/allProperties/update namedLocations/create namedLocations/delete namedLocations/basic/update policies/create policies/delete policies/basic/update privilegedIdentityManagement/allProperties/read"},
	{hybridAdmin, "Hybrid Identity Administrator", "Can manage Active Directory to Microsoft Entra cloud provisioning, Microsoft Entra Connect and federation settings.",
		"domains/federation/update hybridAuthenticationPolicy/allProperties/allTasks onPremisesSynchronization/standard/read organization/dirSync/update passwordHashSync/allProperties/allTasks applications/credentials/update servicePrincipals/synchronizationCredentials/manage cloudProvisioning/allProperties/allTasks"},
	{appAdmin, "Application Administrator", "Can create and manage all aspects of app registrations and enterprise apps.",
		"applications/create applications/delete applications/credentials/update applications/owners/update applications/permissions/update servicePrincipals/create servicePrincipals/delete servicePrincipals/credentials/update servicePrincipals/owners/update servicePrincipals/appRoleAssignedTo/update"},
	{cloudAppAdmin, "Cloud Application Administrator", "Can create and manage all aspects of app registrations and enterprise apps except App Proxy.",
		"applications/create applications/delete applications/credentials/update applications/owners/update applications/permissions/update servicePrincipals/create servicePrincipals/delete servicePrincipals/credentials/update servicePrincipals/owners/update servicePrincipals/appRoleAssignedTo/update"},
	{intuneAdmin, "Intune Administrator", "Can manage all aspects of the Intune product.",
		"microsoft.intune/allEntities/allTasks devices/create devices/delete devices/disable devices/enable devices/extensionAttributeSet1/update devices/extensionAttributeSet2/update deviceManagementPolicies/basic/update bitlockerKeys/key/read groups.security/create groups.security/members/update deviceLocalCredentials/password/read"},
	{domainAdmin, "Domain Name Administrator", "Can manage domain names in cloud and on-premises.", "domains/allProperties/allTasks"},
	{idpAdmin, "External Identity Provider Administrator", "Can configure identity providers for use in direct federation.", "identityProviders/allProperties/allTasks domains/federation/update"},
	{governanceAdmin, "Identity Governance Administrator", "Manage access using Microsoft Entra ID for identity governance scenarios.", "accessReviews/allProperties/allTasks entitlementManagement/allProperties/allTasks groups/members/update servicePrincipals/appRoleAssignedTo/update"},
	{partnerTier2, "Partner Tier2 Support", "Do not use - not intended for general use.", "applications/appRoles/update applications/credentials/update users/password/update users/invalidateAllRefreshTokens groups/members/update"},
	{userAdmin, "User Administrator", "Can manage all aspects of users and groups, including resetting passwords for limited admins.",
		"users/create users/delete users/enable users/disable users/password/update users/invalidateAllRefreshTokens groups/create groups/delete groups/members/update groups/owners/update"},
	{recipientAdmin, "Exchange Recipient Administrator", "Can create or update Exchange Online recipients within the Exchange Online organization.", "microsoft.office365.exchange/recipients/allProperties/allTasks microsoft.office365.exchange/migration/allProperties/allTasks"},
	{exchangeAdmin, "Exchange Administrator", "Can manage all aspects of the Exchange product.", "microsoft.office365.exchange/allEntities/basic/allTasks groups.unified/create groups.unified/members/update"},
	{sharePointAdmin, "SharePoint Administrator", "Can manage all aspects of the SharePoint service.", "microsoft.office365.sharePoint/allEntities/allTasks groups.unified/create groups.unified/members/update"},
	{helpdeskAdmin, "Helpdesk Administrator", "Can reset passwords for non-administrators and Helpdesk Administrators.", "users/password/update users/invalidateAllRefreshTokens bitlockerKeys/key/read deviceLocalCredentials/standard/read"},
	{globalReader, "Global Reader", "Can read everything that a Global Administrator can, but not update anything.", "users/allProperties/read groups/allProperties/read roleAssignments/allProperties/read conditionalAccessPolicies/allProperties/read"},
	{directorySyncRole, "Directory Synchronization Accounts", "Only used by Microsoft Entra Connect service.", "onPremisesSynchronization/standard/read users/basic/update users/password/update organization/dirSync/update"},
}

// useRoles takes into the export the roles named, in the catalogue's order.
func (t *tenant) useRoles(more ...string) {
	for _, r := range roleCatalogue {
		if has(tier0, r.id) || has(more, r.id) {
			t.roles = append(t.roles, r)
			t.pim[r.id] = defaultPIM
		}
	}
}

func roleName(id string) string {
	for _, r := range roleCatalogue {
		if r.id == id {
			return r.name
		}
	}
	panic("gen: no role " + id)
}

func (r roleDefinition) record() rec {
	var actions []string
	words := strings.Fields(r.actions)
	for i, w := range words {
		if w == ":allProperties/allTasks" { // applies to the words before it
			for j := range actions {
				actions[j] += "/allProperties/allTasks"
			}
			continue
		}
		if !strings.HasPrefix(words[i], "microsoft.") {
			w = "microsoft.directory/" + w
		}
		actions = append(actions, w)
	}
	return obj("id", r.id, "description", r.description, "displayName", r.name, "isBuiltIn", true, "isEnabled", true, "templateId", r.id, "version", "1",
		"rolePermissions", []rec{obj("allowedResourceActions", actions, "condition", nil)})
}

// holding is a role held now, or one that its principal may activate.
type holding struct {
	principal, role, scope string
	start, end             time.Time
	activated              bool
	outsidePIM             bool
}

// assign gives a role for as long as end says; a zero end is for good.
func (t *tenant) assign(role, principal string, start, end time.Time) *holding {
	t.assigned = append(t.assigned, holding{principal: principal, role: role, scope: "/", start: start, end: end})
	return &t.assigned[len(t.assigned)-1]
}

// allow makes the principal eligible for the role.
func (t *tenant) allow(role, principal string, start, end time.Time) *holding {
	t.eligible = append(t.eligible, holding{principal: principal, role: role, scope: "/", start: start, end: end})
	return &t.eligible[len(t.eligible)-1]
}

// groupHolding is membership of a group that PIM for Groups manages.
type groupHolding struct {
	principal, group string
	start, end       time.Time
	eligible         bool
}

// holdsActive tells whether the user holds the role, directly or through a
// group, at that time: standing, or by an activation that has not run out.
func (t *tenant) holdsActive(u *user, role string, at time.Time) bool {
	for _, h := range t.assigned {
		if h.activated || h.role != role || h.scope != "/" {
			continue
		}
		if h.principal == u.id || t.inGroup(u.id, h.principal) {
			return true
		}
	}
	for _, a := range t.activations {
		if a.user == u && a.role == role && !at.Before(a.start) && at.Before(a.end()) {
			return true
		}
	}
	return false
}

func (t *tenant) assignmentRecords() (assignments, active, eligible []rec) {
	for _, h := range t.assigned {
		id := assignmentID(h.role, h.principal, "-1")
		if h.scope != "/" {
			id = assignmentID(h.role, t.guid("scoped", h.principal, h.scope), "-1")
		}
		who := t.reference(h.principal)
		assignments = append(assignments, obj("id", id, "principalId", h.principal, "roleDefinitionId", h.role, "directoryScopeId", h.scope, "principal", who))
		kind, schedule, start := "Assigned", t.guid("schedule", id), any(h.start)
		if h.activated {
			kind = "Activated"
		}
		if h.outsidePIM { // Entra itself made it: PIM knows no start and no schedule
			schedule, start = id, nil
		}
		active = append(active, obj("id", id, "principalId", h.principal, "roleDefinitionId", h.role, "directoryScopeId", h.scope, "appScopeId", nil,
			"startDateTime", start, "endDateTime", h.end, "assignmentType", kind, "memberType", "Direct",
			"roleAssignmentOriginId", id, "roleAssignmentScheduleId", schedule, "principal", who))
	}
	for _, h := range t.eligible {
		id := assignmentID(h.role, h.principal, "-1-e")
		eligible = append(eligible, obj("id", id, "principalId", h.principal, "roleDefinitionId", h.role, "directoryScopeId", h.scope, "appScopeId", nil,
			"startDateTime", h.start, "endDateTime", h.end, "memberType", "Direct",
			"roleEligibilityScheduleId", t.guid("schedule", id, h.scope), "principal", t.reference(h.principal)))
	}
	return assignments, active, eligible
}

func (t *tenant) groupHoldingRecords() (active, eligible []rec) {
	for _, h := range t.groupHolding {
		schedule := h.group + "_member_" + t.guid("group schedule", h.group, h.principal)
		common := obj("id", schedule, "principalId", h.principal, "groupId", h.group, "accessId", "member", "memberType", "Direct",
			"startDateTime", h.start, "endDateTime", h.end)
		if h.eligible {
			eligible = append(eligible, common.with("eligibilityScheduleId", schedule))
		} else {
			active = append(active, common.with("assignmentType", "Assigned", "assignmentScheduleId", schedule))
		}
	}
	return active, eligible
}
