package powers

// Power is one thing that a principal can do to other objects.
type Power uint8

// The powers, in the order in which they are listed.
const (
	ResetPassword Power = iota
	UpdateUserAuthenticationMethods
	UpdateUserProperties // those that rules read
	DisableUsers         // or delete them
	UpdateApplicationCredentials
	UpdateApplicationOwners
	ManageServicePrincipalCredentials
	UpdateServicePrincipalOwners
	GroupMembersUpdate // groups that are not role-assignable
	GroupOwnersUpdate  // groups that are not role-assignable
	GroupRuleUpdate    // rules of dynamic groups
	RoleAssignableMembersUpdate
	AssignRoles
	UpdateRoleDefinitions
	UpdateRolePolicies
	UpdateGroupPolicies // PIM's rules for groups alone
	WriteConditionalAccess
	BlockSignIns // by policies of one's own
	WriteSecurityDefaults
	WriteNamedLocations
	WriteProtectedActions
	WriteCrossTenantAccess
	WriteAuthenticationMethodsPolicy
	WriteDomainsFederation
	WriteIdentityProviders
	WriteCertificateAuthorities
	WriteHybridSync
	WriteConsentPolicies
	GrantAppConsent // application permissions, to any application
	GrantDelegated  // to any application, in the name of who signs in to it
	DevicesUpdateExtensionAttributes
	DisableDevices // or delete them
	RunOnDevices
	ManageCloudPCs
	ReadBitLockerKeys
	ReadLocalAdminPasswords
	AdministrativeUnitMembersUpdate
	EntitlementManagement
	ManagePartners
	powerCount
)

// power names a power and the narrowest directory actions that give it by
// themselves. A power without actions comes from application permissions only.
//
// Source of the action names: Microsoft Entra built-in roles,
// https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
type power struct {
	name    string
	actions []string
}

var catalogue = [powerCount]power{
	ResetPassword: {"reset passwords", []string{"microsoft.directory/users/password/update"}},
	UpdateUserAuthenticationMethods: {"change sign-in methods of users", []string{
		"microsoft.directory/users/authenticationMethods/create",
		"microsoft.directory/users/authenticationMethods/basic/update"}},
	UpdateUserProperties:              {"change properties of users", []string{"microsoft.directory/users/basic/update"}},
	DisableUsers:                      {"delete or disable users", []string{"microsoft.directory/users/delete", "microsoft.directory/users/disable"}},
	UpdateApplicationCredentials:      {"add credentials to applications", []string{"microsoft.directory/applications/credentials/update", "microsoft.directory/applications.myOrganization/credentials/update"}},
	UpdateApplicationOwners:           {"change owners of applications", []string{"microsoft.directory/applications/owners/update", "microsoft.directory/applications.myOrganization/owners/update"}},
	ManageServicePrincipalCredentials: {"add credentials to service principals", []string{"microsoft.directory/servicePrincipals/credentials/update"}},
	UpdateServicePrincipalOwners:      {"change owners of service principals", []string{"microsoft.directory/servicePrincipals/owners/update"}},
	GroupMembersUpdate: {"change members of groups", []string{"microsoft.directory/groups/members/update",
		"microsoft.directory/groups.security/members/update", "microsoft.directory/groups.unified/members/update"}},
	GroupOwnersUpdate: {"change owners of groups", []string{"microsoft.directory/groups/owners/update",
		"microsoft.directory/groups.security/owners/update", "microsoft.directory/groups.unified/owners/update"}},
	GroupRuleUpdate: {"change rules of dynamic groups", []string{"microsoft.directory/groups/dynamicMembershipRule/update",
		"microsoft.directory/groups.security/dynamicMembershipRule/update"}},
	RoleAssignableMembersUpdate: {"change members of role-assignable groups", []string{
		"microsoft.directory/groupsAssignableToRoles/members/update", "microsoft.directory/groupsAssignableToRoles/owners/update"}},
	AssignRoles: {"assign directory roles", []string{"microsoft.directory/roleAssignments/create",
		"microsoft.directory/roleAssignments/update", "microsoft.directory/roleAssignments/allProperties/update"}},
	UpdateRoleDefinitions: {"change what roles allow", []string{"microsoft.directory/roleDefinitions/permissions/update"}},
	UpdateRolePolicies:    {"change rules of PIM", []string{"microsoft.directory/privilegedIdentityManagement/allProperties/update"}},
	UpdateGroupPolicies:   {"change rules of PIM for groups", nil},
	WriteSecurityDefaults: {"change the security defaults", nil},
	WriteConditionalAccess: {"change Conditional Access policies", []string{"microsoft.directory/conditionalAccessPolicies/basic/update",
		"microsoft.directory/conditionalAccessPolicies/delete", "microsoft.directory/conditionalAccessPolicies/owners/update"}},
	BlockSignIns: {"write Conditional Access policies", []string{"microsoft.directory/conditionalAccessPolicies/create",
		"microsoft.directory/conditionalAccessPolicies/basic/update"}},
	WriteNamedLocations: {"change named locations", []string{"microsoft.directory/namedLocations/basic/update", "microsoft.directory/namedLocations/delete"}},
	WriteProtectedActions: {"change what protected actions demand", []string{
		"microsoft.directory/resourceNamespaces/resourceActions/authenticationContext/update"}},
	WriteCrossTenantAccess: {"change cross-tenant access", []string{"microsoft.directory/crossTenantAccessPolicy/basic/update",
		"microsoft.directory/crossTenantAccessPolicy/default/b2bCollaboration/update",
		"microsoft.directory/crossTenantAccessPolicy/partners/create",
		"microsoft.directory/crossTenantAccessPolicy/partners/b2bCollaboration/update"}},
	WriteAuthenticationMethodsPolicy: {"change the authentication methods policy", []string{"microsoft.directory/organization/strongAuthentication/update"}},
	WriteDomainsFederation: {"change federation of domains", []string{"microsoft.directory/domains/federation/update",
		"microsoft.directory/domains/federationConfiguration/basic/update", "microsoft.directory/domains/federationConfiguration/create"}},
	WriteIdentityProviders:      {"change identity providers", []string{"microsoft.directory/identityProviders/allProperties/update"}},
	WriteCertificateAuthorities: {"add certificate authorities", nil},
	WriteHybridSync: {"change directory synchronisation", []string{"microsoft.directory/organization/dirSync/update",
		"microsoft.directory/onPremisesSynchronization/basic/update", "microsoft.directory/hybridAuthenticationPolicy/allProperties/update",
		"microsoft.directory/passwordHashSync/allProperties/update", "microsoft.directory/cloudProvisioning/allProperties/update"}},
	WriteConsentPolicies: {"change consent policies", []string{"microsoft.directory/permissionGrantPolicies/basic/update",
		"microsoft.directory/permissionGrantPolicies/create"}},
	GrantAppConsent: {"grant application permissions", []string{
		"microsoft.directory/servicePrincipals/managePermissionGrantsForAll.microsoft-company-admin"}},
	GrantDelegated: {"grant applications delegated permissions", nil},
	DevicesUpdateExtensionAttributes: {"change extension attributes of devices", []string{
		"microsoft.directory/devices/extensionAttributeSet1/update", "microsoft.directory/devices/extensionAttributeSet2/update",
		"microsoft.directory/devices/extensionAttributeSet3/update"}},
	DisableDevices:          {"disable or delete devices", []string{"microsoft.directory/devices/disable", "microsoft.directory/devices/delete"}},
	RunOnDevices:            {"run code on managed devices", []string{"microsoft.intune/allEntities/update"}},
	ManageCloudPCs:          {"manage Cloud PCs", []string{"microsoft.cloudPC/allEntities/allProperties/update"}},
	ReadBitLockerKeys:       {"read BitLocker keys", []string{"microsoft.directory/bitlockerKeys/key/read"}},
	ReadLocalAdminPasswords: {"read local administrator passwords", []string{"microsoft.directory/deviceLocalCredentials/password/read"}},
	AdministrativeUnitMembersUpdate: {"change members of administrative units", []string{
		"microsoft.directory/administrativeUnits/members/update"}},
	EntitlementManagement: {"change access packages and catalogues", []string{"microsoft.directory/entitlementManagement/allProperties/update"}},
	ManagePartners:        {"change partners' delegated administration", nil},
}

// All lists the powers in their order.
func All() []Power {
	all := make([]Power, powerCount)
	for i := range all {
		all[i] = Power(i)
	}
	return all
}

// String says what the power does.
func (p Power) String() string { return catalogue[p].name }
