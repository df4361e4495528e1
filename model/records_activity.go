package model

import "time"

// SignIn is an interactive sign-in as Graph v1.0 reports it.
type SignIn struct {
	Object
	CreatedDateTime                  Field[time.Time]       `json:"createdDateTime,omitzero"`
	UserID                           Field[string]          `json:"userId,omitzero"`
	UserPrincipalName                Field[string]          `json:"userPrincipalName,omitzero"`
	AppID                            Field[string]          `json:"appId,omitzero"`
	AppDisplayName                   Field[string]          `json:"appDisplayName,omitzero"`
	ResourceID                       Field[string]          `json:"resourceId,omitzero"`
	ResourceDisplayName              Field[string]          `json:"resourceDisplayName,omitzero"`
	IPAddress                        Field[string]          `json:"ipAddress,omitzero"`
	ClientAppUsed                    Field[string]          `json:"clientAppUsed,omitzero"`
	IsInteractive                    Field[bool]            `json:"isInteractive,omitzero"`
	ConditionalAccessStatus          Field[string]          `json:"conditionalAccessStatus,omitzero"`
	Status                           Field[SignInStatus]    `json:"status,omitzero"`
	DeviceDetail                     Field[DeviceDetail]    `json:"deviceDetail,omitzero"`
	Location                         Field[SignInLocation]  `json:"location,omitzero"`
	AppliedConditionalAccessPolicies Field[[]AppliedPolicy] `json:"appliedConditionalAccessPolicies,omitzero"`
}

// SignInStatus says how a sign-in ended; ErrorCode 0 is success.
type SignInStatus struct {
	ErrorCode     Field[int]    `json:"errorCode,omitzero"`
	FailureReason Field[string] `json:"failureReason,omitzero"`
}

// DeviceDetail is the device that a sign-in came from.
type DeviceDetail struct {
	DeviceID        Field[string] `json:"deviceId,omitzero"`
	DisplayName     Field[string] `json:"displayName,omitzero"`
	OperatingSystem Field[string] `json:"operatingSystem,omitzero"`
	Browser         Field[string] `json:"browser,omitzero"`
	IsCompliant     Field[bool]   `json:"isCompliant,omitzero"`
	IsManaged       Field[bool]   `json:"isManaged,omitzero"`
	TrustType       Field[string] `json:"trustType,omitzero"`
}

// SignInLocation is where a sign-in came from.
type SignInLocation struct {
	City            Field[string] `json:"city,omitzero"`
	CountryOrRegion Field[string] `json:"countryOrRegion,omitzero"`
}

// AppliedPolicy is what a policy did in a sign-in.
type AppliedPolicy struct {
	ID                    string          `json:"id"`
	DisplayName           Field[string]   `json:"displayName,omitzero"`
	Result                Field[string]   `json:"result,omitzero"`
	EnforcedGrantControls Field[[]string] `json:"enforcedGrantControls,omitzero"`
}

// DirectoryAudit is an entry of the directory's audit log.
type DirectoryAudit struct {
	Object
	ActivityDateTime    Field[time.Time]       `json:"activityDateTime,omitzero"`
	ActivityDisplayName Field[string]          `json:"activityDisplayName,omitzero"`
	Category            Field[string]          `json:"category,omitzero"`
	LoggedByService     Field[string]          `json:"loggedByService,omitzero"`
	OperationType       Field[string]          `json:"operationType,omitzero"`
	Result              Field[string]          `json:"result,omitzero"`
	CorrelationID       Field[string]          `json:"correlationId,omitzero"`
	InitiatedBy         Field[AuditInitiator]  `json:"initiatedBy,omitzero"`
	TargetResources     Field[[]AuditTarget]   `json:"targetResources,omitzero"`
	AdditionalDetails   Field[[]AuditKeyValue] `json:"additionalDetails,omitzero"`
}

// AuditInitiator is who caused an audit entry.
type AuditInitiator struct {
	User Field[DirectoryObject] `json:"user,omitzero"`
	App  Field[AuditApp]        `json:"app,omitzero"`
}

// AuditApp is an application that caused an audit entry. Graph mostly leaves AppID
// null; ServicePrincipalID is the object id in the tenant, and DisplayName a name
// that anybody can give.
type AuditApp struct {
	DisplayName        Field[string] `json:"displayName,omitzero"`
	AppID              Field[string] `json:"appId,omitzero"`
	ServicePrincipalID Field[string] `json:"servicePrincipalId,omitzero"`
}

// AuditTarget is what an audit entry is about.
type AuditTarget struct {
	ID          Field[string] `json:"id,omitzero"`
	Type        Field[string] `json:"type,omitzero"`
	DisplayName Field[string] `json:"displayName,omitzero"`
}

// AuditKeyValue is one detail of an audit entry.
type AuditKeyValue struct {
	Key   Field[string] `json:"key,omitzero"`
	Value Field[string] `json:"value,omitzero"`
}

// AccessReview is the definition of a recurring review.
type AccessReview struct {
	Object
	DisplayName   Field[string]                 `json:"displayName,omitzero"`
	Status        Field[string]                 `json:"status,omitzero"`
	Scope         Field[map[string]any]         `json:"scope,omitzero"`
	Reviewers     Field[[]map[string]any]       `json:"reviewers,omitzero"`
	StageSettings Field[[]AccessReviewStage]    `json:"stageSettings,omitzero"`
	Settings      Field[AccessReviewSettings]   `json:"settings,omitzero"`
	Instances     Field[[]AccessReviewInstance] `json:"instances,omitzero"`
}

// AccessReviewStage is one stage of a review that is held in several; each has
// its own reviewers.
type AccessReviewStage struct {
	Reviewers Field[[]map[string]any] `json:"reviewers,omitzero"`
}

// AccessReviewSettings holds a review's recurrence.
type AccessReviewSettings struct {
	Recurrence Field[Recurrence] `json:"recurrence,omitzero"`
}

// Recurrence is how often a review is held.
type Recurrence struct {
	Pattern Field[RecurrencePattern] `json:"pattern,omitzero"`
	Range   Field[RecurrenceRange]   `json:"range,omitzero"`
}

// RecurrencePattern is, say, every 3 absoluteMonthly.
type RecurrencePattern struct {
	Type     Field[string] `json:"type,omitzero"`
	Interval Field[int]    `json:"interval,omitzero"`
}

// RecurrenceRange is how long a recurrence goes on: noEnd, until endDate, or
// numbered.
type RecurrenceRange struct {
	Type                Field[string] `json:"type,omitzero"`
	StartDate           Field[Date]   `json:"startDate,omitzero"`
	EndDate             Field[Date]   `json:"endDate,omitzero"`
	NumberOfOccurrences Field[int]    `json:"numberOfOccurrences,omitzero"`
}

// AccessPackageCatalog holds access packages and what they give.
type AccessPackageCatalog struct {
	Object
	DisplayName Field[string] `json:"displayName,omitzero"`
}

// AccessPackageResource is a group, application or site that the access packages
// of a catalogue may give. OriginID is its object id where OriginSystem is
// "AadGroup".
type AccessPackageResource struct {
	Object
	DisplayName  Field[string] `json:"displayName,omitzero"`
	OriginID     Field[string] `json:"originId,omitzero"`
	OriginSystem Field[string] `json:"originSystem,omitzero"`
}

// AccessReviewInstance is one round of a review.
type AccessReviewInstance struct {
	Object
	Status        Field[string]                 `json:"status,omitzero"`
	StartDateTime Field[time.Time]              `json:"startDateTime,omitzero"`
	EndDateTime   Field[time.Time]              `json:"endDateTime,omitzero"`
	Decisions     Field[[]AccessReviewDecision] `json:"decisions,omitzero"`
}

// AccessReviewDecision is one reviewed assignment.
type AccessReviewDecision struct {
	ID       string        `json:"id"`
	Decision Field[string] `json:"decision,omitzero"`
}

// RiskyUser is a user whom Identity Protection watches.
type RiskyUser struct {
	Object
	UserPrincipalName   Field[string]    `json:"userPrincipalName,omitzero"`
	RiskState           Field[string]    `json:"riskState,omitzero"`
	RiskLevel           Field[string]    `json:"riskLevel,omitzero"`
	RiskLastUpdatedTime Field[time.Time] `json:"riskLastUpdatedDateTime,omitzero"`
}

// RiskDetection is one detection of Identity Protection.
type RiskDetection struct {
	Object
	UserID           Field[string]    `json:"userId,omitzero"`
	RiskState        Field[string]    `json:"riskState,omitzero"`
	RiskLevel        Field[string]    `json:"riskLevel,omitzero"`
	DetectedDateTime Field[time.Time] `json:"detectedDateTime,omitzero"`
}

// DiagnosticSetting is an Azure Resource Manager diagnostic setting of Entra ID.
type DiagnosticSetting struct {
	Object
	Name       Field[string]               `json:"name,omitzero"`
	Properties Field[DiagnosticProperties] `json:"properties,omitzero"`
}

// DiagnosticProperties says which logs go where.
type DiagnosticProperties struct {
	Logs             Field[[]DiagnosticLog] `json:"logs,omitzero"`
	WorkspaceID      Field[string]          `json:"workspaceId,omitzero"`
	StorageAccountID Field[string]          `json:"storageAccountId,omitzero"`
	EventHubRuleID   Field[string]          `json:"eventHubAuthorizationRuleId,omitzero"`
}

// DiagnosticLog is one log category and whether it is exported.
type DiagnosticLog struct {
	Category Field[string] `json:"category,omitzero"`
	Enabled  Field[bool]   `json:"enabled,omitzero"`
}

// AzureRoleAssignment is an Azure RBAC assignment.
type AzureRoleAssignment struct {
	Object
	Properties Field[AzureRoleProperties] `json:"properties,omitzero"`
}

// AzureRoleProperties is who has which Azure role where.
type AzureRoleProperties struct {
	PrincipalID      Field[string] `json:"principalId,omitzero"`
	PrincipalType    Field[string] `json:"principalType,omitzero"`
	RoleDefinitionID Field[string] `json:"roleDefinitionId,omitzero"`
	Scope            Field[string] `json:"scope,omitzero"`
}

// AdminAuditLogConfig is what Exchange Online's Get-AdminAuditLogConfig says.
type AdminAuditLogConfig struct {
	Object
	UnifiedAuditLogIngestionEnabled Field[bool] `json:"unifiedAuditLogIngestionEnabled,omitzero"`
}
