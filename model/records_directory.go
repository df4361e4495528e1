package model

import "time"

// Organization is the tenant itself.
type Organization struct {
	Object
	DisplayName           Field[string]           `json:"displayName,omitzero"`
	OnPremisesSyncEnabled Field[bool]             `json:"onPremisesSyncEnabled,omitzero"`
	TenantType            Field[string]           `json:"tenantType,omitzero"`
	VerifiedDomains       Field[[]VerifiedDomain] `json:"verifiedDomains,omitzero"`
	AssignedPlans         Field[[]AssignedPlan]   `json:"assignedPlans,omitzero"`
}

// VerifiedDomain is a domain as the organization lists it.
type VerifiedDomain struct {
	Name      Field[string] `json:"name,omitzero"`
	IsInitial Field[bool]   `json:"isInitial,omitzero"`
	IsDefault Field[bool]   `json:"isDefault,omitzero"`
	Type      Field[string] `json:"type,omitzero"`
}

// TenantDomain is a verified domain; its id is its name.
type TenantDomain struct {
	Object
	AuthenticationType Field[string] `json:"authenticationType,omitzero"` // Managed or Federated
	IsInitial          Field[bool]   `json:"isInitial,omitzero"`
	IsDefault          Field[bool]   `json:"isDefault,omitzero"`
	IsVerified         Field[bool]   `json:"isVerified,omitzero"`
	IsRoot             Field[bool]   `json:"isRoot,omitzero"`
}

// DomainFederation is what a federated domain trusts (Graph's
// internalDomainFederation). FederatedIdpMfaBehavior says whether a second factor
// counts that the identity provider asserts; where it was never set, SupportsMfa
// does, which Graph does not return and only the MSOnline module did.
type DomainFederation struct {
	Object
	DisplayName             Field[string] `json:"displayName,omitzero"`
	IssuerURI               Field[string] `json:"issuerUri,omitzero"`
	PassiveSignInURI        Field[string] `json:"passiveSignInUri,omitzero"`
	FederatedIdpMfaBehavior Field[string] `json:"federatedIdpMfaBehavior,omitzero"` // acceptIfMfaDoneByFederatedIdp, enforceMfaByFederatedIdp or rejectMfaByFederatedIdp
	SupportsMfa             Field[bool]   `json:"supportsMfa,omitzero"`
}

// SubscribedSku is a licence that the tenant bought.
type SubscribedSku struct {
	Object
	SkuPartNumber    Field[string]        `json:"skuPartNumber,omitzero"`
	CapabilityStatus Field[string]        `json:"capabilityStatus,omitzero"`
	ServicePlans     Field[[]ServicePlan] `json:"servicePlans,omitzero"`
}

// ServicePlan is one capability inside a licence.
type ServicePlan struct {
	ServicePlanName    Field[string] `json:"servicePlanName,omitzero"`
	ProvisioningStatus Field[string] `json:"provisioningStatus,omitzero"`
}

// User is a user account.
type User struct {
	Object
	UserPrincipalName            Field[string]             `json:"userPrincipalName,omitzero"`
	DisplayName                  Field[string]             `json:"displayName,omitzero"`
	AccountEnabled               Field[bool]               `json:"accountEnabled,omitzero"`
	UserType                     Field[string]             `json:"userType,omitzero"`
	Mail                         Field[string]             `json:"mail,omitzero"`
	CreatedDateTime              Field[time.Time]          `json:"createdDateTime,omitzero"`
	DeletedDateTime              Field[time.Time]          `json:"deletedDateTime,omitzero"`
	LastPasswordChangeDateTime   Field[time.Time]          `json:"lastPasswordChangeDateTime,omitzero"`
	OnPremisesSyncEnabled        Field[bool]               `json:"onPremisesSyncEnabled,omitzero"`
	OnPremisesImmutableID        Field[string]             `json:"onPremisesImmutableId,omitzero"`
	OnPremisesExtensionAttribute Field[map[string]*string] `json:"onPremisesExtensionAttributes,omitzero"`
	ExternalUserState            Field[string]             `json:"externalUserState,omitzero"`
	SignInActivity               Field[SignInActivity]     `json:"signInActivity,omitzero"`
	AssignedPlans                Field[[]AssignedPlan]     `json:"assignedPlans,omitzero"`
	AssignedLicenses             Field[[]AssignedLicense]  `json:"assignedLicenses,omitzero"`
	PasswordPolicies             Field[string]             `json:"passwordPolicies,omitzero"`
	IsManagementRestricted       Field[bool]               `json:"isManagementRestricted,omitzero"`
	EmployeeID                   Field[string]             `json:"employeeId,omitzero"`
	Manager                      Field[DirectoryObject]    `json:"manager,omitzero"`
	Sponsors                     Field[[]DirectoryObject]  `json:"sponsors,omitzero"`
}

// SignInActivity holds the times (UTC) of a user's last sign-ins.
type SignInActivity struct {
	LastSignInDateTime               Field[time.Time] `json:"lastSignInDateTime,omitzero"`
	LastSuccessfulSignInDateTime     Field[time.Time] `json:"lastSuccessfulSignInDateTime,omitzero"`
	LastNonInteractiveSignInDateTime Field[time.Time] `json:"lastNonInteractiveSignInDateTime,omitzero"`
}

// AssignedPlan is a service plan that a user or organization has.
type AssignedPlan struct {
	Service          Field[string] `json:"service,omitzero"`
	ServicePlanID    Field[string] `json:"servicePlanId,omitzero"`
	CapabilityStatus Field[string] `json:"capabilityStatus,omitzero"`
}

// AssignedLicense is a licence that a user has.
type AssignedLicense struct {
	SkuID Field[string] `json:"skuId,omitzero"`
}

// DirectoryObject is a reference to an object, as member, owner or principal.
// Type is Graph's @odata.type, such as "#microsoft.graph.user".
type DirectoryObject struct {
	Object
	Type              Field[string] `json:"@odata.type,omitzero"`
	DisplayName       Field[string] `json:"displayName,omitzero"`
	UserPrincipalName Field[string] `json:"userPrincipalName,omitzero"`
	AccountEnabled    Field[bool]   `json:"accountEnabled,omitzero"`
	AppID             Field[string] `json:"appId,omitzero"`
}

// Group is a group.
type Group struct {
	Object
	DisplayName                   Field[string]   `json:"displayName,omitzero"`
	SecurityEnabled               Field[bool]     `json:"securityEnabled,omitzero"`
	MailEnabled                   Field[bool]     `json:"mailEnabled,omitzero"`
	GroupTypes                    Field[[]string] `json:"groupTypes,omitzero"`
	MembershipRule                Field[string]   `json:"membershipRule,omitzero"`
	MembershipRuleProcessingState Field[string]   `json:"membershipRuleProcessingState,omitzero"`
	IsAssignableToRole            Field[bool]     `json:"isAssignableToRole,omitzero"`
	IsManagementRestricted        Field[bool]     `json:"isManagementRestricted,omitzero"`
	OnPremisesSyncEnabled         Field[bool]     `json:"onPremisesSyncEnabled,omitzero"`
	Visibility                    Field[string]   `json:"visibility,omitzero"`
}

// AdministrativeUnit is a scope of administration.
type AdministrativeUnit struct {
	Object
	DisplayName                  Field[string] `json:"displayName,omitzero"`
	IsMemberManagementRestricted Field[bool]   `json:"isMemberManagementRestricted,omitzero"`
	MembershipType               Field[string] `json:"membershipType,omitzero"`
	MembershipRule               Field[string] `json:"membershipRule,omitzero"`
}

// OnPremisesSynchronization is the configuration of directory synchronisation.
type OnPremisesSynchronization struct {
	Object
	Features Field[SynchronizationFeatures] `json:"features,omitzero"`
}

// SynchronizationFeatures says what directory synchronisation may do to accounts
// that are in the cloud already.
type SynchronizationFeatures struct {
	BlockCloudObjectTakeoverThroughHardMatch Field[bool] `json:"blockCloudObjectTakeoverThroughHardMatchEnabled,omitzero"`
	BlockSoftMatch                           Field[bool] `json:"blockSoftMatchEnabled,omitzero"`
}

// Application is an app registration.
type Application struct {
	Object
	AppID                             Field[string]          `json:"appId,omitzero"`
	DisplayName                       Field[string]          `json:"displayName,omitzero"`
	SignInAudience                    Field[string]          `json:"signInAudience,omitzero"`
	CreatedDateTime                   Field[time.Time]       `json:"createdDateTime,omitzero"`
	KeyCredentials                    Field[[]AppCredential] `json:"keyCredentials,omitzero"`
	PasswordCredentials               Field[[]AppCredential] `json:"passwordCredentials,omitzero"`
	ServicePrincipalLockConfiguration Field[AppLock]         `json:"servicePrincipalLockConfiguration,omitzero"`
}

// AppLock says which properties of an app's service principals are locked.
type AppLock struct {
	IsEnabled     Field[bool] `json:"isEnabled,omitzero"`
	AllProperties Field[bool] `json:"allProperties,omitzero"`
}

// AppCredential is a secret or certificate of an application; the secret itself
// is never exported by Graph.
type AppCredential struct {
	KeyID         Field[string]    `json:"keyId,omitzero"`
	DisplayName   Field[string]    `json:"displayName,omitzero"`
	StartDateTime Field[time.Time] `json:"startDateTime,omitzero"`
	EndDateTime   Field[time.Time] `json:"endDateTime,omitzero"`
	Usage         Field[string]    `json:"usage,omitzero"`
}

// FederatedIdentityCredential is an identity outside the application that may
// sign in as it: the subject, as the issuer names it. Subject is null where an
// expression matches several.
type FederatedIdentityCredential struct {
	Object
	Name      Field[string]   `json:"name,omitzero"`
	Issuer    Field[string]   `json:"issuer,omitzero"`
	Subject   Field[string]   `json:"subject,omitzero"`
	Audiences Field[[]string] `json:"audiences,omitzero"`
}

// ServicePrincipal is an application or managed identity in this tenant. The
// alternative names of a managed identity hold the path of its Azure resource.
type ServicePrincipal struct {
	Object
	AppID                  Field[string]              `json:"appId,omitzero"`
	DisplayName            Field[string]              `json:"displayName,omitzero"`
	ServicePrincipalType   Field[string]              `json:"servicePrincipalType,omitzero"`
	AlternativeNames       Field[[]string]            `json:"alternativeNames,omitzero"`
	AccountEnabled         Field[bool]                `json:"accountEnabled,omitzero"`
	AppOwnerOrganizationID Field[string]              `json:"appOwnerOrganizationId,omitzero"`
	KeyCredentials         Field[[]AppCredential]     `json:"keyCredentials,omitzero"`
	PasswordCredentials    Field[[]AppCredential]     `json:"passwordCredentials,omitzero"`
	AppRoles               Field[[]AppRole]           `json:"appRoles,omitzero"`
	AppRoleAssignments     Field[[]AppRoleAssignment] `json:"appRoleAssignments,omitzero"`
	Tags                   Field[[]string]            `json:"tags,omitzero"`
}

// AppRole is a permission that a resource application offers.
type AppRole struct {
	ID    string        `json:"id"`
	Value Field[string] `json:"value,omitzero"`
}

// AppRoleAssignment grants an application permission to a principal.
type AppRoleAssignment struct {
	Object
	AppRoleID            string        `json:"appRoleId"`
	PrincipalID          string        `json:"principalId"`
	PrincipalType        Field[string] `json:"principalType,omitzero"`
	PrincipalDisplayName Field[string] `json:"principalDisplayName,omitzero"`
	ResourceID           string        `json:"resourceId"`
	ResourceDisplayName  Field[string] `json:"resourceDisplayName,omitzero"`
}

// OAuth2PermissionGrant is a delegated permission grant.
type OAuth2PermissionGrant struct {
	Object
	ClientID    string        `json:"clientId"`
	ConsentType Field[string] `json:"consentType,omitzero"`
	PrincipalID Field[string] `json:"principalId,omitzero"`
	ResourceID  string        `json:"resourceId"`
	Scope       Field[string] `json:"scope,omitzero"`
}

// AuthenticationMethod is one method that a user registered. Type is Graph's
// @odata.type, such as "#microsoft.graph.fido2AuthenticationMethod".
type AuthenticationMethod struct {
	Object
	Type   Field[string] `json:"@odata.type,omitzero"`
	AAGUID Field[string] `json:"aaGuid,omitzero"`
	// AttestationLevel says whether a passkey's maker vouches for it: attested, notAttested.
	AttestationLevel Field[string]    `json:"attestationLevel,omitzero"`
	Model            Field[string]    `json:"model,omitzero"`
	PhoneType        Field[string]    `json:"phoneType,omitzero"`
	DisplayName      Field[string]    `json:"displayName,omitzero"`
	CreatedDateTime  Field[time.Time] `json:"createdDateTime,omitzero"`
}

// UserRegistrationDetails is a user's line in the registration report.
type UserRegistrationDetails struct {
	Object
	UserPrincipalName     Field[string]   `json:"userPrincipalName,omitzero"`
	IsAdmin               Field[bool]     `json:"isAdmin,omitzero"`
	IsMfaRegistered       Field[bool]     `json:"isMfaRegistered,omitzero"`
	IsMfaCapable          Field[bool]     `json:"isMfaCapable,omitzero"`
	IsPasswordlessCapable Field[bool]     `json:"isPasswordlessCapable,omitzero"`
	MethodsRegistered     Field[[]string] `json:"methodsRegistered,omitzero"`
}
