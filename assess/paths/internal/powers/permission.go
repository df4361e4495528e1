package powers

import "github.com/privpath/privpath/model"

// Scope says on which targets an application permission has its power.
type Scope uint8

// The scopes. Unprotected leaves out administrators, role-assignable groups and
// members of restricted management units; Owned is what the application owns;
// IfMethodEnabled is any user, where the methods policy allows the method.
const (
	Any Scope = iota
	Unprotected
	Owned
	IfMethodEnabled
)

// Effect is a power that an application permission gives, and on what.
type Effect struct {
	Power Power
	Scope Scope
}

// EffectsOf lists what an application permission gives. The same permission id
// occurs on several APIs, so the resource's application id is part of the key.
func EffectsOf(resourceAppID, appRoleID string) []Effect {
	if !model.SameID(resourceAppID, model.MicrosoftGraphAppID) {
		return nil
	}
	var effects []Effect
	for _, row := range graphEffects {
		if model.SameID(row.id, appRoleID) {
			effects = append(effects, row.Effect)
		}
	}
	return effects
}

// graphEffects are permissions of Microsoft Graph. Ids and names: Microsoft Graph
// permissions reference, https://learn.microsoft.com/graph/permissions-reference
var graphEffects = []struct {
	id, value string
	Effect
}{
	{"9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8", "RoleManagement.ReadWrite.Directory", Effect{AssignRoles, Any}},
	{"9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8", "RoleManagement.ReadWrite.Directory", Effect{UpdateRoleDefinitions, Any}},
	{"9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8", "RoleManagement.ReadWrite.Directory", Effect{RoleAssignableMembersUpdate, Any}},
	{"dd199f4a-f148-40a4-a2ec-f0069cc799ec", "RoleAssignmentSchedule.ReadWrite.Directory", Effect{AssignRoles, Any}},
	{"fee28b28-e1f3-4841-818e-2704dc62245f", "RoleEligibilitySchedule.ReadWrite.Directory", Effect{AssignRoles, Any}},
	{"854d9ab1-6657-4ec8-be45-823027bcd009", "PrivilegedAccess.ReadWrite.AzureAD", Effect{AssignRoles, Any}},
	{"31e08e0a-d3f7-4ca2-ac39-7343fb83e8ad", "RoleManagementPolicy.ReadWrite.Directory", Effect{UpdateRolePolicies, Any}},
	{"b38dcc4d-a239-4ed6-aa84-6c65b284f97c", "RoleManagementPolicy.ReadWrite.AzureADGroup", Effect{UpdateGroupPolicies, Any}},
	{"06b708a9-e830-4db3-a914-8e69da51d44f", "AppRoleAssignment.ReadWrite.All", Effect{GrantAppConsent, Any}},
	{"8e8e4742-1d95-4f68-9d56-6ee75648c72a", "DelegatedPermissionGrant.ReadWrite.All", Effect{GrantDelegated, Any}},
	{"19dbc75e-c2e2-444c-a770-ec69d8559fc7", "Directory.ReadWrite.All", Effect{GrantDelegated, Any}},
	{"1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9", "Application.ReadWrite.All", Effect{UpdateApplicationCredentials, Any}},
	{"1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9", "Application.ReadWrite.All", Effect{ManageServicePrincipalCredentials, Any}},
	{"fc023787-fd04-4e44-9bc7-d454f00c0f0a", "Application.ReadUpdate.All", Effect{UpdateApplicationCredentials, Any}},
	{"fc023787-fd04-4e44-9bc7-d454f00c0f0a", "Application.ReadUpdate.All", Effect{ManageServicePrincipalCredentials, Any}},
	{"18a4783c-866b-4cc7-a460-3d5e5662c884", "Application.ReadWrite.OwnedBy", Effect{UpdateApplicationCredentials, Owned}},
	{"18a4783c-866b-4cc7-a460-3d5e5662c884", "Application.ReadWrite.OwnedBy", Effect{ManageServicePrincipalCredentials, Owned}},
	{"2f6817f8-7b12-4f0f-bc18-eeaf60705a9e", "PrivilegedAccess.ReadWrite.AzureADGroup", Effect{RoleAssignableMembersUpdate, Any}},
	{"2f6817f8-7b12-4f0f-bc18-eeaf60705a9e", "PrivilegedAccess.ReadWrite.AzureADGroup", Effect{GroupMembersUpdate, Any}},
	{"41202f2c-f7ab-45be-b001-85c9728b9d69", "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup", Effect{RoleAssignableMembersUpdate, Any}},
	{"41202f2c-f7ab-45be-b001-85c9728b9d69", "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup", Effect{GroupMembersUpdate, Any}},
	{"618b6020-bca8-4de6-99f6-ef445fa4d857", "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup", Effect{RoleAssignableMembersUpdate, Any}},
	{"618b6020-bca8-4de6-99f6-ef445fa4d857", "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup", Effect{GroupMembersUpdate, Any}},
	{"50483e42-d915-4231-9639-7fdb7fd190e5", "UserAuthenticationMethod.ReadWrite.All", Effect{UpdateUserAuthenticationMethods, IfMethodEnabled}},
	{"e8ecb853-1435-4a49-95ba-ec5b31b11672", "UserAuthMethod-Email.ReadWrite.All", Effect{UpdateUserAuthenticationMethods, IfMethodEnabled}},
	{"c7a22c2e-5b01-4129-8159-6c8be2c78f16", "UserAuthMethod-External.ReadWrite.All", Effect{UpdateUserAuthenticationMethods, IfMethodEnabled}},
	{"7e9ebcc1-90aa-4471-8051-e68d6b4e9c89", "UserAuthMethod-HardwareOATH.ReadWrite.All", Effect{UpdateUserAuthenticationMethods, IfMethodEnabled}},
	{"c833c349-a1ab-4b6d-94a2-fa9a8674420c", "UserAuthMethod-MicrosoftAuthApp.ReadWrite.All", Effect{UpdateUserAuthenticationMethods, IfMethodEnabled}},
	{"0400e371-7db1-4338-a269-96069eb65227", "UserAuthMethod-Passkey.ReadWrite.All", Effect{UpdateUserAuthenticationMethods, IfMethodEnabled}},
	{"f6d38dfd-ec08-4995-8f07-23e929df0936", "UserAuthMethod-Password.ReadWrite.All", Effect{UpdateUserAuthenticationMethods, IfMethodEnabled}},
	{"6e85d483-7092-4375-babe-0a94a8213a58", "UserAuthMethod-Phone.ReadWrite.All", Effect{UpdateUserAuthenticationMethods, IfMethodEnabled}},
	{"1a87acf4-a9ca-4576-a974-452ea265d5f6", "UserAuthMethod-PlatformCred.ReadWrite.All", Effect{UpdateUserAuthenticationMethods, IfMethodEnabled}},
	{"4869299f-18c3-40c8-98f2-222657e67db1", "UserAuthMethod-QR.ReadWrite.All", Effect{UpdateUserAuthenticationMethods, IfMethodEnabled}},
	{"1bf7461f-222a-4525-9760-f7739228d0f4", "UserAuthMethod-ResourceKey.ReadWrite.All", Effect{UpdateUserAuthenticationMethods, IfMethodEnabled}},
	{"787442d4-3c6e-4e99-aa95-8ccca20a48ff", "UserAuthMethod-SoftwareOATH.ReadWrite.All", Effect{UpdateUserAuthenticationMethods, IfMethodEnabled}},
	{"627169a8-8c15-451c-861a-5b80e383de5c", "UserAuthMethod-TAP.ReadWrite.All", Effect{UpdateUserAuthenticationMethods, IfMethodEnabled}},
	{"f14eee8a-713e-45aa-8223-2ab74632db1a", "UserAuthMethod-WindowsHello.ReadWrite.All", Effect{UpdateUserAuthenticationMethods, IfMethodEnabled}},
	{"cc117bb9-00cf-4eb8-b580-ea2a878fe8f7", "User-PasswordProfile.ReadWrite.All", Effect{ResetPassword, Unprotected}},
	{"741f803b-c850-494e-b5df-cde7c675a1ca", "User.ReadWrite.All", Effect{ResetPassword, Unprotected}},
	{"741f803b-c850-494e-b5df-cde7c675a1ca", "User.ReadWrite.All", Effect{UpdateUserProperties, Any}},
	{"741f803b-c850-494e-b5df-cde7c675a1ca", "User.ReadWrite.All", Effect{DisableUsers, Unprotected}},
	{"5639c449-cfd9-4088-bc48-3e16da108bf8", "User.ReadUpdate.All", Effect{DisableUsers, Unprotected}},
	{"3011c876-62b7-4ada-afa2-506cbbecc68c", "User.EnableDisableAccount.All", Effect{DisableUsers, Unprotected}},
	{"eccc023d-eccf-4e7b-9683-8813ab36cecc", "User.DeleteRestore.All", Effect{DisableUsers, Unprotected}},
	{"19dbc75e-c2e2-444c-a770-ec69d8559fc7", "Directory.ReadWrite.All", Effect{DisableUsers, Unprotected}},
	{"19dbc75e-c2e2-444c-a770-ec69d8559fc7", "Directory.ReadWrite.All", Effect{ResetPassword, Unprotected}},
	{"19dbc75e-c2e2-444c-a770-ec69d8559fc7", "Directory.ReadWrite.All", Effect{UpdateUserProperties, Any}},
	{"19dbc75e-c2e2-444c-a770-ec69d8559fc7", "Directory.ReadWrite.All", Effect{GroupMembersUpdate, Unprotected}},
	{"62a82d76-70ea-41e2-9197-370581804d09", "Group.ReadWrite.All", Effect{GroupMembersUpdate, Unprotected}},
	{"dbaae8cf-10b5-4b86-a4a1-f871c94c6695", "GroupMember.ReadWrite.All", Effect{GroupMembersUpdate, Unprotected}},
	{"19dbc75e-c2e2-444c-a770-ec69d8559fc7", "Directory.ReadWrite.All", Effect{GroupOwnersUpdate, Unprotected}},
	{"62a82d76-70ea-41e2-9197-370581804d09", "Group.ReadWrite.All", Effect{GroupOwnersUpdate, Unprotected}},
	{"01c0a623-fc9b-48e9-b794-0756f8e8f067", "Policy.ReadWrite.ConditionalAccess", Effect{WriteConditionalAccess, Any}},
	{"01c0a623-fc9b-48e9-b794-0756f8e8f067", "Policy.ReadWrite.ConditionalAccess", Effect{WriteNamedLocations, Any}},
	{"01c0a623-fc9b-48e9-b794-0756f8e8f067", "Policy.ReadWrite.ConditionalAccess", Effect{BlockSignIns, Any}},
	{"1c6e93a6-28e2-4cbb-9f64-1a46a821124d", "Policy.ReadWrite.SecurityDefaults", Effect{WriteSecurityDefaults, Any}},
	{"90db2b9a-d928-4d33-a4dd-8442ae3d41e4", "IdentityProvider.ReadWrite.All", Effect{WriteIdentityProviders, Any}},
	{"29c18626-4985-4dcd-85c0-193eef327366", "Policy.ReadWrite.AuthenticationMethod", Effect{WriteAuthenticationMethodsPolicy, Any}},
	{"a402ca1c-2696-4531-972d-6e5ee4aa11ea", "Policy.ReadWrite.PermissionGrant", Effect{WriteConsentPolicies, Any}},
	{"338163d7-f101-4c92-94ba-ca46fe52447c", "Policy.ReadWrite.CrossTenantAccess", Effect{WriteCrossTenantAccess, Any}},
	{"7e05723c-0bb0-42da-be95-ae9f08a6e53c", "Domain.ReadWrite.All", Effect{WriteDomainsFederation, Any}},
	{"64d40371-8d58-4270-bc8a-b4a66de36b9a", "Domain-InternalFederation.ReadWrite.All", Effect{WriteDomainsFederation, Any}},
	{"292d869f-3427-49a8-9dab-8c70152b74e9", "Organization.ReadWrite.All", Effect{WriteCertificateAuthorities, Any}},
	{"a2b63618-5350-462d-b1b3-ba6eb3684e26", "PublicKeyInfrastructure.ReadWrite.All", Effect{WriteCertificateAuthorities, Any}},
	{"c22a92cc-79bf-4bb1-8b6c-e0a05d3d80ce", "OnPremDirectorySynchronization.ReadWrite.All", Effect{WriteHybridSync, Any}},
	{"9acd699f-1e81-4958-b001-93b1d2506e19", "EntitlementManagement.ReadWrite.All", Effect{EntitlementManagement, Any}},
	{"9241abd9-d0e6-425a-bd4f-47ba86e767a4", "DeviceManagementConfiguration.ReadWrite.All", Effect{RunOnDevices, Any}},
	{"78145de6-330d-4800-a6ce-494ff2d33d07", "DeviceManagementApps.ReadWrite.All", Effect{RunOnDevices, Any}},
	{"3b4349e1-8cf5-45a3-95b7-69d1751d3e6a", "CloudPC.ReadWrite.All", Effect{ManageCloudPCs, Any}},
	{"274d0592-d1b6-44bd-af1d-26d259bcb43a", "RoleManagement.ReadWrite.CloudPC", Effect{ManageCloudPCs, Any}},
	{"1138cb37-bd11-4084-a2b7-9f71582aeddb", "Device.ReadWrite.All", Effect{DevicesUpdateExtensionAttributes, Any}},
	{"1138cb37-bd11-4084-a2b7-9f71582aeddb", "Device.ReadWrite.All", Effect{DisableDevices, Any}},
	{"19dbc75e-c2e2-444c-a770-ec69d8559fc7", "Directory.ReadWrite.All", Effect{DevicesUpdateExtensionAttributes, Any}},
	{"9255e99d-faf5-445e-bbf7-cb71482737c4", "DeviceManagementScripts.ReadWrite.All", Effect{RunOnDevices, Any}},
	{"e330c4f0-4170-414e-a55a-2f022ec2b57b", "DeviceManagementRBAC.ReadWrite.All", Effect{RunOnDevices, Any}},
	{"57f1cf28-c0c4-4ec3-9a30-19a2eaaf2f6e", "BitlockerKey.Read.All", Effect{ReadBitLockerKeys, Any}},
	{"884b599e-4d48-43a5-ba94-15c414d00588", "DeviceLocalCredential.Read.All", Effect{ReadLocalAdminPasswords, Any}},
	{"5eb59dd3-1da2-4329-8733-9dabdc435916", "AdministrativeUnit.ReadWrite.All", Effect{AdministrativeUnitMembersUpdate, Any}},
	{"cc13eba4-8cd8-44c6-b4d4-f93237adce58", "DelegatedAdminRelationship.ReadWrite.All", Effect{ManagePartners, Any}},
}
