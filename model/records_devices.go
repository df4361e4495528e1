package model

import "time"

// Device is a device known to Entra ID. DeviceID is the id that device filters
// and Intune use; ID is the directory object's.
type Device struct {
	Object
	DeviceID               Field[string]             `json:"deviceId,omitzero"`
	DisplayName            Field[string]             `json:"displayName,omitzero"`
	AccountEnabled         Field[bool]               `json:"accountEnabled,omitzero"`
	IsCompliant            Field[bool]               `json:"isCompliant,omitzero"`
	IsManaged              Field[bool]               `json:"isManaged,omitzero"`
	IsManagementRestricted Field[bool]               `json:"isManagementRestricted,omitzero"`
	TrustType              Field[string]             `json:"trustType,omitzero"` // AzureAd, ServerAd or Workplace
	ProfileType            Field[string]             `json:"profileType,omitzero"`
	DeviceOwnership        Field[string]             `json:"deviceOwnership,omitzero"`
	EnrollmentProfileName  Field[string]             `json:"enrollmentProfileName,omitzero"`
	Manufacturer           Field[string]             `json:"manufacturer,omitzero"`
	Model                  Field[string]             `json:"model,omitzero"`
	MdmAppID               Field[string]             `json:"mdmAppId,omitzero"`
	OperatingSystem        Field[string]             `json:"operatingSystem,omitzero"`
	OperatingSystemVersion Field[string]             `json:"operatingSystemVersion,omitzero"`
	PhysicalIDs            Field[[]string]           `json:"physicalIds,omitzero"`
	SystemLabels           Field[[]string]           `json:"systemLabels,omitzero"`
	ExtensionAttributes    Field[map[string]*string] `json:"extensionAttributes,omitzero"`
	ApproximateLastSignIn  Field[time.Time]          `json:"approximateLastSignInDateTime,omitzero"`
	OnPremisesSyncEnabled  Field[bool]               `json:"onPremisesSyncEnabled,omitzero"`
	RegisteredOwners       Field[[]DirectoryObject]  `json:"registeredOwners,omitzero"`
}

// ManagedDevice is a device in Intune.
type ManagedDevice struct {
	Object
	AzureADDeviceID        Field[string]    `json:"azureADDeviceId,omitzero"`
	DeviceName             Field[string]    `json:"deviceName,omitzero"`
	ComplianceState        Field[string]    `json:"complianceState,omitzero"`
	ManagedDeviceOwnerType Field[string]    `json:"managedDeviceOwnerType,omitzero"`
	OperatingSystem        Field[string]    `json:"operatingSystem,omitzero"`
	OSVersion              Field[string]    `json:"osVersion,omitzero"`
	IsEncrypted            Field[bool]      `json:"isEncrypted,omitzero"`
	LastSyncDateTime       Field[time.Time] `json:"lastSyncDateTime,omitzero"`
	UserID                 Field[string]    `json:"userId,omitzero"`
	UserPrincipalName      Field[string]    `json:"userPrincipalName,omitzero"`
}

// CompliancePolicy is an Intune compliance policy. Type is its @odata.type.
type CompliancePolicy struct {
	Object
	Type                           Field[string]             `json:"@odata.type,omitzero"`
	DisplayName                    Field[string]             `json:"displayName,omitzero"`
	BitLockerEnabled               Field[bool]               `json:"bitLockerEnabled,omitzero"`
	SecureBootEnabled              Field[bool]               `json:"secureBootEnabled,omitzero"`
	CodeIntegrityEnabled           Field[bool]               `json:"codeIntegrityEnabled,omitzero"`
	EarlyLaunchAntiMalwareDriver   Field[bool]               `json:"earlyLaunchAntiMalwareDriverEnabled,omitzero"`
	StorageRequireEncryption       Field[bool]               `json:"storageRequireEncryption,omitzero"`
	RequireHealthyDeviceReport     Field[bool]               `json:"requireHealthyDeviceReport,omitzero"`
	OSMinimumVersion               Field[string]             `json:"osMinimumVersion,omitzero"`
	TPMRequired                    Field[bool]               `json:"tpmRequired,omitzero"`
	DeviceThreatProtectionRequired Field[string]             `json:"deviceThreatProtectionRequiredSecurityLevel,omitzero"`
	Assignments                    Field[[]PolicyAssignment] `json:"assignments,omitzero"`
}

// PolicyAssignment says to whom an Intune policy is assigned.
type PolicyAssignment struct {
	ID     string                  `json:"id"`
	Target Field[AssignmentTarget] `json:"target,omitzero"`
}

// AssignmentTarget is a group, all devices or all users. FilterType is none,
// include or exclude: a filter takes off some of them. Graph beta only.
type AssignmentTarget struct {
	Type       Field[string] `json:"@odata.type,omitzero"`
	GroupID    Field[string] `json:"groupId,omitzero"`
	FilterType Field[string] `json:"deviceAndAppManagementAssignmentFilterType,omitzero"`
}

// DeviceManagementSettings is deviceManagement/settings. SecureByDefault makes
// a device without any compliance policy non-compliant.
type DeviceManagementSettings struct {
	Object
	SecureByDefault                      Field[bool] `json:"secureByDefault,omitzero"`
	DeviceComplianceCheckinThresholdDays Field[int]  `json:"deviceComplianceCheckinThresholdDays,omitzero"`
	IsScheduledActionEnabled             Field[bool] `json:"isScheduledActionEnabled,omitzero"`
}

// DetectedApp is software that Intune found.
type DetectedApp struct {
	Object
	DisplayName    Field[string]          `json:"displayName,omitzero"`
	Version        Field[string]          `json:"version,omitzero"`
	DeviceCount    Field[int]             `json:"deviceCount,omitzero"`
	ManagedDevices Field[[]ManagedDevice] `json:"managedDevices,omitzero"`
}

// IntuneRole is what a role of Intune allows. Intune keeps roles of its own, apart
// from those of the directory.
type IntuneRole struct {
	Object
	DisplayName     Field[string]                 `json:"displayName,omitzero"`
	IsBuiltIn       Field[bool]                   `json:"isBuiltIn,omitzero"`
	RolePermissions Field[[]IntuneRolePermission] `json:"rolePermissions,omitzero"`
}

// IntuneRolePermission holds the actions of a role of Intune.
type IntuneRolePermission struct {
	ResourceActions Field[[]IntuneResourceActions] `json:"resourceActions,omitzero"`
}

// IntuneResourceActions lists what a role of Intune allows, as
// Microsoft.Intune_ManagedDevices_Read.
type IntuneResourceActions struct {
	AllowedResourceActions Field[[]string] `json:"allowedResourceActions,omitzero"`
}

// IntuneRoleAssignment gives a role of Intune to groups (Members) over what other
// groups hold (ResourceScopes), or over everything (ScopeType). Which role it
// gives, the record does not say: it is listed below the role, and there its
// members are left out.
type IntuneRoleAssignment struct {
	Object
	DisplayName    Field[string]   `json:"displayName,omitzero"`
	Members        Field[[]string] `json:"members,omitzero"`
	ResourceScopes Field[[]string] `json:"resourceScopes,omitzero"`
	ScopeType      Field[string]   `json:"scopeType,omitzero"`
}

// CloudPC is a Windows 365 device.
type CloudPC struct {
	Object
	DisplayName          Field[string] `json:"displayName,omitzero"`
	AADDeviceID          Field[string] `json:"aadDeviceId,omitzero"`
	UserPrincipalName    Field[string] `json:"userPrincipalName,omitzero"`
	ProvisioningPolicyID Field[string] `json:"provisioningPolicyId,omitzero"`
}
