package model

// ConditionalAccessPolicy is a policy as Graph v1.0 returns it. Enumerations
// are kept as the strings that were read: a value that nobody knows yet must
// stay visible.
type ConditionalAccessPolicy struct {
	Object
	TemplateID      Field[string]          `json:"templateId,omitzero"`
	DisplayName     Field[string]          `json:"displayName,omitzero"`
	State           Field[string]          `json:"state,omitzero"`
	Conditions      Field[ConditionSet]    `json:"conditions,omitzero"`
	GrantControls   Field[GrantControls]   `json:"grantControls,omitzero"`
	SessionControls Field[SessionControls] `json:"sessionControls,omitzero"`
}

// ConditionSet holds the assignments and conditions of a policy.
type ConditionSet struct {
	Users                      Field[ConditionUsers]               `json:"users,omitzero"`
	Applications               Field[ConditionApplications]        `json:"applications,omitzero"`
	ClientApplications         Field[ConditionClientApplications]  `json:"clientApplications,omitzero"`
	ClientAppTypes             Field[[]string]                     `json:"clientAppTypes,omitzero"`
	Platforms                  Field[ConditionPlatforms]           `json:"platforms,omitzero"`
	Locations                  Field[ConditionLocations]           `json:"locations,omitzero"`
	Devices                    Field[ConditionDevices]             `json:"devices,omitzero"`
	DeviceStates               Field[ConditionDeviceStates]        `json:"deviceStates,omitzero"`
	SignInRiskLevels           Field[[]string]                     `json:"signInRiskLevels,omitzero"`
	UserRiskLevels             Field[[]string]                     `json:"userRiskLevels,omitzero"`
	ServicePrincipalRiskLevels Field[[]string]                     `json:"servicePrincipalRiskLevels,omitzero"`
	InsiderRiskLevels          Field[FlagSet]                      `json:"insiderRiskLevels,omitzero"`
	AuthenticationFlows        Field[ConditionAuthenticationFlows] `json:"authenticationFlows,omitzero"`
	// Conditions that only Graph beta knows. Their presence (not null) makes a
	// policy's scope unknown.
	Times             Field[map[string]any] `json:"times,omitzero"`
	Agents            Field[map[string]any] `json:"agents,omitzero"`
	AgentContext      Field[map[string]any] `json:"agentContext,omitzero"`
	AgentIDRiskLevels Field[FlagSet]        `json:"agentIdRiskLevels,omitzero"`
	Clients           Field[map[string]any] `json:"clients,omitzero"`
}

// ConditionUsers says whom a policy is for. Roles are role template ids.
type ConditionUsers struct {
	IncludeUsers                 Field[[]string]      `json:"includeUsers,omitzero"`
	ExcludeUsers                 Field[[]string]      `json:"excludeUsers,omitzero"`
	IncludeGroups                Field[[]string]      `json:"includeGroups,omitzero"`
	ExcludeGroups                Field[[]string]      `json:"excludeGroups,omitzero"`
	IncludeRoles                 Field[[]string]      `json:"includeRoles,omitzero"`
	ExcludeRoles                 Field[[]string]      `json:"excludeRoles,omitzero"`
	IncludeGuestsOrExternalUsers Field[ExternalUsers] `json:"includeGuestsOrExternalUsers,omitzero"`
	ExcludeGuestsOrExternalUsers Field[ExternalUsers] `json:"excludeGuestsOrExternalUsers,omitzero"`
}

// ExternalUsers selects kinds of guests and external users, and their tenants.
type ExternalUsers struct {
	GuestOrExternalUserTypes Field[FlagSet]         `json:"guestOrExternalUserTypes,omitzero"`
	ExternalTenants          Field[ExternalTenants] `json:"externalTenants,omitzero"`
}

// ExternalTenants is all tenants, or those listed.
type ExternalTenants struct {
	MembershipKind Field[string]   `json:"membershipKind,omitzero"`
	Members        Field[[]string] `json:"members,omitzero"`
}

// ConditionApplications says for which resources a policy is.
type ConditionApplications struct {
	IncludeApplications                         Field[[]string]        `json:"includeApplications,omitzero"`
	ExcludeApplications                         Field[[]string]        `json:"excludeApplications,omitzero"`
	IncludeUserActions                          Field[[]string]        `json:"includeUserActions,omitzero"`
	IncludeAuthenticationContextClassReferences Field[[]string]        `json:"includeAuthenticationContextClassReferences,omitzero"`
	ApplicationFilter                           Field[ConditionFilter] `json:"applicationFilter,omitzero"`
	NetworkAccess                               Field[map[string]any]  `json:"networkAccess,omitzero"`
	GlobalSecureAccess                          Field[map[string]any]  `json:"globalSecureAccess,omitzero"`
}

// ConditionFilter is a rule and whether it includes or excludes.
type ConditionFilter struct {
	Mode Field[string] `json:"mode,omitzero"`
	Rule Field[string] `json:"rule,omitzero"`
}

// ConditionClientApplications says for which service principals a policy is.
type ConditionClientApplications struct {
	IncludeServicePrincipals Field[[]string]        `json:"includeServicePrincipals,omitzero"`
	ExcludeServicePrincipals Field[[]string]        `json:"excludeServicePrincipals,omitzero"`
	ServicePrincipalFilter   Field[ConditionFilter] `json:"servicePrincipalFilter,omitzero"`
}

// ConditionPlatforms limits a policy to platforms.
type ConditionPlatforms struct {
	IncludePlatforms Field[[]string] `json:"includePlatforms,omitzero"`
	ExcludePlatforms Field[[]string] `json:"excludePlatforms,omitzero"`
}

// ConditionLocations limits a policy to named locations.
type ConditionLocations struct {
	IncludeLocations Field[[]string] `json:"includeLocations,omitzero"`
	ExcludeLocations Field[[]string] `json:"excludeLocations,omitzero"`
}

// ConditionDevices limits a policy by a device filter.
type ConditionDevices struct {
	DeviceFilter        Field[ConditionFilter] `json:"deviceFilter,omitzero"`
	IncludeDevices      Field[[]string]        `json:"includeDevices,omitzero"`
	ExcludeDevices      Field[[]string]        `json:"excludeDevices,omitzero"`
	IncludeDeviceStates Field[[]string]        `json:"includeDeviceStates,omitzero"`
	ExcludeDeviceStates Field[[]string]        `json:"excludeDeviceStates,omitzero"`
}

// ConditionDeviceStates is the deprecated device state condition.
type ConditionDeviceStates struct {
	IncludeStates Field[[]string] `json:"includeStates,omitzero"`
	ExcludeStates Field[[]string] `json:"excludeStates,omitzero"`
}

// ConditionAuthenticationFlows limits a policy to authentication flows.
type ConditionAuthenticationFlows struct {
	TransferMethods Field[FlagSet] `json:"transferMethods,omitzero"`
}

// GrantControls is what a policy demands.
type GrantControls struct {
	Operator                    Field[string]                 `json:"operator,omitzero"`
	BuiltInControls             Field[[]string]               `json:"builtInControls,omitzero"`
	CustomAuthenticationFactors Field[[]string]               `json:"customAuthenticationFactors,omitzero"`
	TermsOfUse                  Field[[]string]               `json:"termsOfUse,omitzero"`
	AuthenticationStrength      Field[AuthenticationStrength] `json:"authenticationStrength,omitzero"`
}

// SessionControls limit the session that a policy grants.
type SessionControls struct {
	SignInFrequency            Field[SignInFrequency]   `json:"signInFrequency,omitzero"`
	PersistentBrowser          Field[PersistentBrowser] `json:"persistentBrowser,omitzero"`
	SecureSignInSession        Field[EnabledControl]    `json:"secureSignInSession,omitzero"`
	ContinuousAccessEvaluation Field[ModeControl]       `json:"continuousAccessEvaluation,omitzero"`
	CloudAppSecurity           Field[CloudAppSecurity]  `json:"cloudAppSecurity,omitzero"`
	AppEnforcedRestrictions    Field[EnabledControl]    `json:"applicationEnforcedRestrictions,omitzero"`
	DisableResilienceDefaults  Field[bool]              `json:"disableResilienceDefaults,omitzero"`
}

// SignInFrequency is how often a user must sign in again.
type SignInFrequency struct {
	IsEnabled          Field[bool]   `json:"isEnabled,omitzero"`
	Value              Field[int]    `json:"value,omitzero"`
	Type               Field[string] `json:"type,omitzero"`              // hours or days
	FrequencyInterval  Field[string] `json:"frequencyInterval,omitzero"` // timeBased or everyTime
	AuthenticationType Field[string] `json:"authenticationType,omitzero"`
}

// PersistentBrowser says whether a browser session outlives the browser.
type PersistentBrowser struct {
	IsEnabled Field[bool]   `json:"isEnabled,omitzero"`
	Mode      Field[string] `json:"mode,omitzero"` // always or never
}

// EnabledControl is a session control that is only on or off.
type EnabledControl struct {
	IsEnabled Field[bool] `json:"isEnabled,omitzero"`
}

// ModeControl is a session control with a mode.
type ModeControl struct {
	Mode Field[string] `json:"mode,omitzero"`
}

// CloudAppSecurity routes a session through Defender for Cloud Apps.
type CloudAppSecurity struct {
	IsEnabled            Field[bool]   `json:"isEnabled,omitzero"`
	CloudAppSecurityType Field[string] `json:"cloudAppSecurityType,omitzero"`
}

// AuthenticationStrength is a named set of method combinations. Each allowed
// combination is a comma-joined list of modes.
type AuthenticationStrength struct {
	Object
	DisplayName               Field[string]                     `json:"displayName,omitzero"`
	PolicyType                Field[string]                     `json:"policyType,omitzero"`
	RequirementsSatisfied     Field[string]                     `json:"requirementsSatisfied,omitzero"`
	AllowedCombinations       Field[[]string]                   `json:"allowedCombinations,omitzero"`
	CombinationConfigurations Field[[]CombinationConfiguration] `json:"combinationConfigurations,omitzero"`
}

// CombinationConfiguration narrows a combination to some keys or issuers.
type CombinationConfiguration struct {
	Type                  Field[string]   `json:"@odata.type,omitzero"`
	AppliesToCombinations Field[[]string] `json:"appliesToCombinations,omitzero"`
	AllowedAAGUIDs        Field[[]string] `json:"allowedAAGUIDs,omitzero"`
	AllowedIssuerSkis     Field[[]string] `json:"allowedIssuerSkis,omitzero"`
	AllowedPolicyOIDs     Field[[]string] `json:"allowedPolicyOIDs,omitzero"`
}

// NamedLocation is a place: IP ranges, countries, or the compliant network.
// Type is Graph's @odata.type.
type NamedLocation struct {
	Object
	Type                              Field[string]    `json:"@odata.type,omitzero"`
	DisplayName                       Field[string]    `json:"displayName,omitzero"`
	IsTrusted                         Field[bool]      `json:"isTrusted,omitzero"`
	IPRanges                          Field[[]IPRange] `json:"ipRanges,omitzero"`
	CountriesAndRegions               Field[[]string]  `json:"countriesAndRegions,omitzero"`
	IncludeUnknownCountriesAndRegions Field[bool]      `json:"includeUnknownCountriesAndRegions,omitzero"`
	CountryLookupMethod               Field[string]    `json:"countryLookupMethod,omitzero"`
	CompliantNetworkType              Field[string]    `json:"compliantNetworkType,omitzero"`
}

// IPRange is a CIDR range, or a lower and an upper address.
type IPRange struct {
	Type         Field[string] `json:"@odata.type,omitzero"`
	CIDRAddress  Field[string] `json:"cidrAddress,omitzero"`
	LowerAddress Field[string] `json:"lowerAddress,omitzero"`
	UpperAddress Field[string] `json:"upperAddress,omitzero"`
}

// AuthenticationContext is a tag c1 to c99 that policies can target.
type AuthenticationContext struct {
	Object
	DisplayName Field[string] `json:"displayName,omitzero"`
	IsAvailable Field[bool]   `json:"isAvailable,omitzero"`
}

// SecurityDefaultsPolicy is Microsoft's baseline switch.
type SecurityDefaultsPolicy struct {
	Object
	IsEnabled Field[bool] `json:"isEnabled,omitzero"`
}

// AuthorizationPolicy holds the directory's default permissions.
type AuthorizationPolicy struct {
	Object
	AllowedToUseSSPR           Field[bool]                       `json:"allowedToUseSSPR,omitzero"`
	AllowInvitesFrom           Field[string]                     `json:"allowInvitesFrom,omitzero"`
	GuestUserRoleID            Field[string]                     `json:"guestUserRoleId,omitzero"`
	BlockMsolPowerShell        Field[bool]                       `json:"blockMsolPowerShell,omitzero"`
	DefaultUserRolePermissions Field[DefaultUserRolePermissions] `json:"defaultUserRolePermissions,omitzero"`
}

// DefaultUserRolePermissions is what every member may do.
type DefaultUserRolePermissions struct {
	AllowedToCreateApps             Field[bool]     `json:"allowedToCreateApps,omitzero"`
	AllowedToCreateSecurityGroups   Field[bool]     `json:"allowedToCreateSecurityGroups,omitzero"`
	AllowedToCreateTenants          Field[bool]     `json:"allowedToCreateTenants,omitzero"`
	AllowedToReadOtherUsers         Field[bool]     `json:"allowedToReadOtherUsers,omitzero"`
	PermissionGrantPoliciesAssigned Field[[]string] `json:"permissionGrantPoliciesAssigned,omitzero"`
}

// AuthenticationMethodsPolicy says which methods the tenant allows.
type AuthenticationMethodsPolicy struct {
	Object
	PolicyMigrationState               Field[string]                `json:"policyMigrationState,omitzero"`
	AuthenticationMethodConfigurations Field[[]MethodConfiguration] `json:"authenticationMethodConfigurations,omitzero"`
}

// MethodConfiguration is one method's switch; its id is the method's name.
type MethodConfiguration struct {
	ID           string        `json:"id"`
	State        Field[string] `json:"state,omitzero"`
	IsUsableOnce Field[bool]   `json:"isUsableOnce,omitzero"`
}

// DeviceRegistrationPolicy says who may register devices and how.
type DeviceRegistrationPolicy struct {
	Object
	MultiFactorAuthConfiguration Field[string]         `json:"multiFactorAuthConfiguration,omitzero"`
	UserDeviceQuota              Field[int]            `json:"userDeviceQuota,omitzero"`
	LocalAdminPassword           Field[EnabledControl] `json:"localAdminPassword,omitzero"`
	AzureADJoin                  Field[map[string]any] `json:"azureADJoin,omitzero"`
	AzureADRegistration          Field[map[string]any] `json:"azureADRegistration,omitzero"`
}

// CrossTenantConfiguration is the default, or one partner's, access settings.
type CrossTenantConfiguration struct {
	Object
	TenantID          Field[string]       `json:"tenantId,omitzero"`
	IsServiceProvider Field[bool]         `json:"isServiceProvider,omitzero"`
	InboundTrust      Field[InboundTrust] `json:"inboundTrust,omitzero"`
}

// InboundTrust says which claims of a foreign tenant are accepted.
type InboundTrust struct {
	IsMfaAccepted                       Field[bool] `json:"isMfaAccepted,omitzero"`
	IsCompliantDeviceAccepted           Field[bool] `json:"isCompliantDeviceAccepted,omitzero"`
	IsHybridAzureADJoinedDeviceAccepted Field[bool] `json:"isHybridAzureADJoinedDeviceAccepted,omitzero"`
}
