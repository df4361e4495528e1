package model

// The data sets of the bundle format. Each name is the Graph v1.0 path of the
// request; imports/… are not in Graph.
var (
	Organizations         = Key[Organization]{"organization"}
	TenantDomains         = Key[TenantDomain]{"domains"}
	DomainFederations     = Key[DomainFederation]{"domains/{id}/federationConfiguration"}
	SubscribedSkus        = Key[SubscribedSku]{"subscribedSkus"}
	Users                 = Key[User]{"users"}
	Groups                = Key[Group]{"groups"}
	Devices               = Key[Device]{"devices"}
	Applications          = Key[Application]{"applications"}
	ServicePrincipals     = Key[ServicePrincipal]{"servicePrincipals"}
	OAuth2Grants          = Key[OAuth2PermissionGrant]{"oauth2PermissionGrants"}
	GroupMembers          = Key[DirectoryObject]{"groups/{id}/members"}
	GroupTransitive       = Key[DirectoryObject]{"groups/{id}/transitiveMembers"}
	GroupOwners           = Key[DirectoryObject]{"groups/{id}/owners"}
	ApplicationOwners     = Key[DirectoryObject]{"applications/{id}/owners"}
	FederatedCredentials  = Key[FederatedIdentityCredential]{"applications/{id}/federatedIdentityCredentials"}
	ServicePrincipalOwner = Key[DirectoryObject]{"servicePrincipals/{id}/owners"}
	AppRoleAssignments    = Key[AppRoleAssignment]{"servicePrincipals/{id}/appRoleAssignments"}
	AppRoleAssignedTo     = Key[AppRoleAssignment]{"servicePrincipals/{id}/appRoleAssignedTo"}
	DeviceOwners          = Key[DirectoryObject]{"devices/{id}/registeredOwners"}
	AuthenticationMethods = Key[AuthenticationMethod]{"users/{id}/authentication/methods"}

	AdministrativeUnits       = Key[AdministrativeUnit]{"directory/administrativeUnits"}
	AdministrativeUnitMembers = Key[DirectoryObject]{"directory/administrativeUnits/{id}/members"}
	OnPremisesSync            = Key[OnPremisesSynchronization]{"directory/onPremisesSynchronization"}
	DirectoryRoles            = Key[DirectoryRole]{"directoryRoles"}
	DirectoryRoleMembers      = Key[DirectoryObject]{"directoryRoles/{id}/members"}

	RoleDefinitions        = Key[RoleDefinition]{"roleManagement/directory/roleDefinitions"}
	RoleAssignments        = Key[RoleAssignment]{"roleManagement/directory/roleAssignments"}
	RoleAssignmentSchedule = Key[RoleScheduleInstance]{"roleManagement/directory/roleAssignmentScheduleInstances"}
	RoleEligibility        = Key[RoleScheduleInstance]{"roleManagement/directory/roleEligibilityScheduleInstances"}
	RoleRequests           = Key[RoleScheduleRequest]{"roleManagement/directory/roleAssignmentScheduleRequests"}
	RolePolicies           = Key[RoleManagementPolicyAssignment]{"policies/roleManagementPolicyAssignments"}
	GroupAssignment        = Key[GroupScheduleInstance]{"identityGovernance/privilegedAccess/group/assignmentScheduleInstances"}
	GroupEligibility       = Key[GroupScheduleInstance]{"identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"}
	ResourceActions        = Key[ResourceAction]{"roleManagement/directory/resourceNamespaces/microsoft.directory/resourceActions"}

	ConditionalAccessPolicies = Key[ConditionalAccessPolicy]{"identity/conditionalAccess/policies"}
	NamedLocations            = Key[NamedLocation]{"identity/conditionalAccess/namedLocations"}
	AuthenticationContexts    = Key[AuthenticationContext]{"identity/conditionalAccess/authenticationContextClassReferences"}
	AuthenticationStrengths   = Key[AuthenticationStrength]{"policies/authenticationStrengthPolicies"}
	SecurityDefaults          = Key[SecurityDefaultsPolicy]{"policies/identitySecurityDefaultsEnforcementPolicy"}
	AuthorizationPolicies     = Key[AuthorizationPolicy]{"policies/authorizationPolicy"}
	MethodsPolicies           = Key[AuthenticationMethodsPolicy]{"policies/authenticationMethodsPolicy"}
	DeviceRegistration        = Key[DeviceRegistrationPolicy]{"policies/deviceRegistrationPolicy"}
	CrossTenantDefault        = Key[CrossTenantConfiguration]{"policies/crossTenantAccessPolicy/default"}
	CrossTenantPartners       = Key[CrossTenantConfiguration]{"policies/crossTenantAccessPolicy/partners"}

	ManagedDevices     = Key[ManagedDevice]{"deviceManagement/managedDevices"}
	CompliancePolicies = Key[CompliancePolicy]{"deviceManagement/deviceCompliancePolicies"}
	IntuneSettings     = Key[DeviceManagementSettings]{"deviceManagement/settings"}
	DetectedApps       = Key[DetectedApp]{"deviceManagement/detectedApps"}
	CloudPCs           = Key[CloudPC]{"deviceManagement/virtualEndpoint/cloudPCs"}
	IntuneRoles        = Key[IntuneRole]{"deviceManagement/roleDefinitions"}
	IntuneRoleLinks    = Key[IntuneRoleAssignment]{"deviceManagement/roleDefinitions/{id}/roleAssignments"}
	IntuneAssignments  = Key[IntuneRoleAssignment]{"deviceManagement/roleAssignments"}

	RegistrationDetails   = Key[UserRegistrationDetails]{"reports/authenticationMethods/userRegistrationDetails"}
	SignIns               = Key[SignIn]{"auditLogs/signIns"}
	DirectoryAudits       = Key[DirectoryAudit]{"auditLogs/directoryAudits"}
	AccessReviews         = Key[AccessReview]{"identityGovernance/accessReviews/definitions"}
	AccessReviewInstances = Key[AccessReviewInstance]{"identityGovernance/accessReviews/definitions/{id}/instances"}
	Catalogs              = Key[AccessPackageCatalog]{"identityGovernance/entitlementManagement/catalogs"}
	CatalogResources      = Key[AccessPackageResource]{"identityGovernance/entitlementManagement/catalogs/{id}/resources"}
	RiskyUsers            = Key[RiskyUser]{"identityProtection/riskyUsers"}
	RiskDetections        = Key[RiskDetection]{"identityProtection/riskDetections"}
	DiagnosticSettings    = Key[DiagnosticSetting]{"imports/arm/diagnosticSettings"}
	AzureRoleAssignments  = Key[AzureRoleAssignment]{"imports/arm/roleAssignments"}
	ExchangeAdminAuditLog = Key[AdminAuditLogConfig]{"imports/exo/adminAuditLogConfig"}
	OwnerDeclarations     = Key[Declarations]{"declarations"}
)

// Datasets lists every data set of the bundle format, in the order of the
// architecture's list.
func Datasets() []Dataset { return datasets }

// DatasetNamed finds a data set by its exact name.
func DatasetNamed(name string) (Dataset, bool) {
	d, ok := datasetByName[name]
	return d, ok
}

// DatasetAt finds the data set that a bundle path (without extension and page
// number) belongs to, and the parent's id for a child data set.
func DatasetAt(path string) (d Dataset, parent string, ok bool) {
	if d, ok := datasetByName[path]; ok && !d.Child() {
		return d, "", true
	}
	for _, d := range datasets {
		if d.Child() {
			if parent, ok := d.Match(path); ok {
				return d, parent, true
			}
		}
	}
	return Dataset{}, "", false
}

var datasets = []Dataset{
	single(Organizations), define(TenantDomains), define(DomainFederations), define(SubscribedSkus), define(Users), define(Groups),
	define(Devices), define(Applications), define(ServicePrincipals), define(OAuth2Grants),
	define(GroupMembers), define(GroupTransitive), define(GroupOwners), define(ApplicationOwners),
	define(FederatedCredentials), define(ServicePrincipalOwner), anonymous(AppRoleAssignments), anonymous(AppRoleAssignedTo),
	define(DeviceOwners), define(AuthenticationMethods),
	define(AdministrativeUnits), define(AdministrativeUnitMembers), anonymous(OnPremisesSync), define(DirectoryRoles),
	define(DirectoryRoleMembers), define(RoleDefinitions), define(RoleAssignments),
	define(RoleAssignmentSchedule), define(RoleEligibility), define(RoleRequests),
	define(RolePolicies), define(GroupAssignment), define(GroupEligibility), anonymous(ResourceActions),
	anonymous(ConditionalAccessPolicies), define(NamedLocations), define(AuthenticationContexts),
	define(AuthenticationStrengths), single(SecurityDefaults), single(AuthorizationPolicies),
	single(MethodsPolicies), single(DeviceRegistration), single(CrossTenantDefault),
	anonymous(CrossTenantPartners), define(ManagedDevices), define(CompliancePolicies),
	single(IntuneSettings), define(DetectedApps), define(CloudPCs),
	define(IntuneRoles), define(IntuneRoleLinks), define(IntuneAssignments), define(RegistrationDetails),
	define(SignIns), define(DirectoryAudits), define(AccessReviews), define(AccessReviewInstances),
	define(Catalogs), define(CatalogResources),
	define(RiskyUsers), define(RiskDetections), anonymous(DiagnosticSettings),
	anonymous(AzureRoleAssignments), single(ExchangeAdminAuditLog), single(OwnerDeclarations),
}

var datasetByName = func() map[string]Dataset {
	byName := make(map[string]Dataset, len(datasets))
	for _, d := range datasets {
		byName[d.Name] = d
	}
	return byName
}()
