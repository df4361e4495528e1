package model

import "time"

// RoleDefinition is a built-in or custom directory role.
type RoleDefinition struct {
	Object
	TemplateID      Field[string]           `json:"templateId,omitzero"`
	DisplayName     Field[string]           `json:"displayName,omitzero"`
	IsBuiltIn       Field[bool]             `json:"isBuiltIn,omitzero"`
	IsEnabled       Field[bool]             `json:"isEnabled,omitzero"`
	RolePermissions Field[[]RolePermission] `json:"rolePermissions,omitzero"`
}

// RolePermission lists actions that a role allows.
type RolePermission struct {
	AllowedResourceActions Field[[]string] `json:"allowedResourceActions,omitzero"`
	Condition              Field[string]   `json:"condition,omitzero"`
}

// DirectoryRole is an activated directory role object.
type DirectoryRole struct {
	Object
	DisplayName    Field[string] `json:"displayName,omitzero"`
	RoleTemplateID Field[string] `json:"roleTemplateId,omitzero"`
}

// RoleAssignment is an active assignment, made by PIM or outside it.
type RoleAssignment struct {
	Object
	PrincipalID      string                 `json:"principalId"`
	RoleDefinitionID string                 `json:"roleDefinitionId"`
	DirectoryScopeID Field[string]          `json:"directoryScopeId,omitzero"`
	AppScopeID       Field[string]          `json:"appScopeId,omitzero"`
	Principal        Field[DirectoryObject] `json:"principal,omitzero"`
	RoleDefinition   Field[RoleDefinition]  `json:"roleDefinition,omitzero"`
}

// RoleScheduleInstance is a row of roleAssignmentScheduleInstances (active) or
// roleEligibilityScheduleInstances (eligible). AssignmentType is "Assigned" or
// "Activated" and exists on active rows only; EndDateTime null is permanent.
type RoleScheduleInstance struct {
	Object
	PrincipalID          string                 `json:"principalId"`
	RoleDefinitionID     string                 `json:"roleDefinitionId"`
	DirectoryScopeID     Field[string]          `json:"directoryScopeId,omitzero"`
	AppScopeID           Field[string]          `json:"appScopeId,omitzero"`
	AssignmentType       Field[string]          `json:"assignmentType,omitzero"`
	MemberType           Field[string]          `json:"memberType,omitzero"` // Direct, Group or Inherited
	StartDateTime        Field[time.Time]       `json:"startDateTime,omitzero"`
	EndDateTime          Field[time.Time]       `json:"endDateTime,omitzero"`
	RoleAssignmentOrigin Field[string]          `json:"roleAssignmentOriginId,omitzero"`
	Principal            Field[DirectoryObject] `json:"principal,omitzero"`
	RoleDefinition       Field[RoleDefinition]  `json:"roleDefinition,omitzero"`
}

// RoleScheduleRequest is a PIM request, such as an activation.
type RoleScheduleRequest struct {
	Object
	Action           Field[string]       `json:"action,omitzero"`
	PrincipalID      string              `json:"principalId"`
	RoleDefinitionID string              `json:"roleDefinitionId"`
	DirectoryScopeID Field[string]       `json:"directoryScopeId,omitzero"`
	Status           Field[string]       `json:"status,omitzero"`
	Justification    Field[string]       `json:"justification,omitzero"`
	CreatedDateTime  Field[time.Time]    `json:"createdDateTime,omitzero"`
	ScheduleInfo     Field[ScheduleInfo] `json:"scheduleInfo,omitzero"`
	TicketInfo       Field[TicketInfo]   `json:"ticketInfo,omitzero"`
}

// ScheduleInfo is when a request starts and how long it lasts.
type ScheduleInfo struct {
	StartDateTime Field[time.Time]         `json:"startDateTime,omitzero"`
	Expiration    Field[ExpirationPattern] `json:"expiration,omitzero"`
}

// ExpirationPattern ends a schedule. Duration is ISO 8601, such as PT4H.
type ExpirationPattern struct {
	Type        Field[string]    `json:"type,omitzero"`
	Duration    Field[string]    `json:"duration,omitzero"`
	EndDateTime Field[time.Time] `json:"endDateTime,omitzero"`
}

// TicketInfo names the ticket behind a request.
type TicketInfo struct {
	TicketNumber Field[string] `json:"ticketNumber,omitzero"`
	TicketSystem Field[string] `json:"ticketSystem,omitzero"`
}

// GroupScheduleInstance is a row of PIM for Groups, active or eligible.
type GroupScheduleInstance struct {
	Object
	GroupID        string                 `json:"groupId"`
	PrincipalID    string                 `json:"principalId"`
	AccessID       Field[string]          `json:"accessId,omitzero"` // member or owner
	AssignmentType Field[string]          `json:"assignmentType,omitzero"`
	MemberType     Field[string]          `json:"memberType,omitzero"`
	StartDateTime  Field[time.Time]       `json:"startDateTime,omitzero"`
	EndDateTime    Field[time.Time]       `json:"endDateTime,omitzero"`
	Principal      Field[DirectoryObject] `json:"principal,omitzero"`
}

// RoleManagementPolicyAssignment ties a PIM policy, with its rules expanded, to
// a role (scopeType DirectoryRole, scopeId /) or to a group (scopeType Group,
// scopeId the group).
type RoleManagementPolicyAssignment struct {
	Object
	PolicyID         Field[string]               `json:"policyId,omitzero"`
	ScopeID          Field[string]               `json:"scopeId,omitzero"`
	ScopeType        Field[string]               `json:"scopeType,omitzero"`
	RoleDefinitionID Field[string]               `json:"roleDefinitionId,omitzero"`
	Policy           Field[RoleManagementPolicy] `json:"policy,omitzero"`
}

// RoleManagementPolicy is a PIM policy.
type RoleManagementPolicy struct {
	ID    string              `json:"id"`
	Rules Field[[]PolicyRule] `json:"rules,omitzero"`
}

// PolicyRule is one rule of a PIM policy; which properties are there depends on
// its type. MaximumDuration is ISO 8601.
type PolicyRule struct {
	ID                         string                  `json:"id"`
	Type                       Field[string]           `json:"@odata.type,omitzero"`
	IsExpirationRequired       Field[bool]             `json:"isExpirationRequired,omitzero"`
	MaximumDuration            Field[string]           `json:"maximumDuration,omitzero"`
	EnabledRules               Field[[]string]         `json:"enabledRules,omitzero"`
	IsEnabled                  Field[bool]             `json:"isEnabled,omitzero"`
	ClaimValue                 Field[string]           `json:"claimValue,omitzero"`
	Setting                    Field[ApprovalSettings] `json:"setting,omitzero"`
	NotificationType           Field[string]           `json:"notificationType,omitzero"`
	NotificationLevel          Field[string]           `json:"notificationLevel,omitzero"`
	RecipientType              Field[string]           `json:"recipientType,omitzero"`
	NotificationRecipients     Field[[]string]         `json:"notificationRecipients,omitzero"`
	IsDefaultRecipientsEnabled Field[bool]             `json:"isDefaultRecipientsEnabled,omitzero"`
}

// ApprovalSettings is the payload of an approval rule.
type ApprovalSettings struct {
	IsApprovalRequired Field[bool]            `json:"isApprovalRequired,omitzero"`
	ApprovalMode       Field[string]          `json:"approvalMode,omitzero"`
	ApprovalStages     Field[[]ApprovalStage] `json:"approvalStages,omitzero"`
}

// ApprovalStage lists the approvers of a stage.
type ApprovalStage struct {
	PrimaryApprovers Field[[]Approver] `json:"primaryApprovers,omitzero"`
}

// Approver is a user, or a group's members.
type Approver struct {
	Type    Field[string] `json:"@odata.type,omitzero"`
	UserID  Field[string] `json:"userId,omitzero"`
	GroupID Field[string] `json:"groupId,omitzero"`
}

// ResourceAction is a directory action that may demand an authentication context.
type ResourceAction struct {
	Object
	Name                            Field[string] `json:"name,omitzero"`
	IsAuthenticationContextSettable Field[bool]   `json:"isAuthenticationContextSettable,omitzero"`
	AuthenticationContextID         Field[string] `json:"authenticationContextId,omitzero"`
}
