package gen

import (
	"fmt"
	"time"
)

// pimSettings are the settings of one role in PIM.
type pimSettings struct {
	activation       string // longest activation, ISO 8601
	enablement       []string
	adminEnablement  []string
	context          string // authentication context at activation
	approvers        []string
	approval         bool
	eligibleExpires  bool
	assignedExpires  bool
	assignedDuration string
	alerts           []string // further recipients of the three alerts to administrators
	changed          bool
}

// defaultPIM is how Microsoft delivers a role's settings.
var defaultPIM = pimSettings{activation: "PT8H", enablement: []string{"MultiFactorAuthentication", "Justification"}, adminEnablement: []string{"Justification"},
	assignedDuration: "P180D"}

// rules are the 17 rules of a role management policy, in the order and form of
// Microsoft Graph ("Rules in PIM - mapping guide").
func (p pimSettings) rules(t *tenant) []rec {
	const prefix = "#microsoft.graph.unifiedRoleManagementPolicy"
	target := func(caller, level string) rec {
		return obj("caller", caller, "operations", []string{"all"}, "level", level, "inheritableSettings", []string{}, "enforcedSettings", []string{})
	}
	expiration := func(id string, required bool, longest, caller, level string) rec {
		return obj("@odata.type", prefix+"ExpirationRule", "id", id, "isExpirationRequired", required, "maximumDuration", longest, "target", target(caller, level))
	}
	enablement := func(id string, rules []string, caller, level string) rec {
		return obj("@odata.type", prefix+"EnablementRule", "id", id, "enabledRules", rules, "target", target(caller, level))
	}
	notifications := func(suffix, caller, level string) []rec {
		var out []rec
		for _, to := range []string{"Admin", "Requestor", "Approver"} {
			recipients := []string{}
			if to == "Admin" {
				recipients = append(recipients, p.alerts...)
			}
			out = append(out, obj("@odata.type", prefix+"NotificationRule", "id", "Notification_"+to+"_"+suffix, "notificationType", "Email",
				"recipientType", to, "notificationLevel", "All", "isDefaultRecipientsEnabled", true, "notificationRecipients", recipients,
				"target", target(caller, level)))
		}
		return out
	}
	var approvers []rec
	for _, id := range p.approvers {
		kind, key := "#microsoft.graph.singleUser", "userId"
		if t.groupByID(id) != nil {
			kind, key = "#microsoft.graph.groupMembers", "groupId"
		}
		approvers = append(approvers, obj("@odata.type", kind, key, id, "description", t.reference(id)[2].value))
	}
	claim := any(nil)
	if p.context != "" {
		claim = p.context
	}
	out := []rec{
		expiration("Expiration_Admin_Eligibility", p.eligibleExpires, "P365D", "Admin", "Eligibility"),
		enablement("Enablement_Admin_Eligibility", []string{}, "Admin", "Eligibility"),
	}
	out = append(out, notifications("Admin_Eligibility", "Admin", "Eligibility")...)
	out = append(out,
		expiration("Expiration_Admin_Assignment", p.assignedExpires, p.assignedDuration, "Admin", "Assignment"),
		enablement("Enablement_Admin_Assignment", p.adminEnablement, "Admin", "Assignment"))
	out = append(out, notifications("Admin_Assignment", "Admin", "Assignment")...)
	out = append(out,
		expiration("Expiration_EndUser_Assignment", true, p.activation, "EndUser", "Assignment"),
		enablement("Enablement_EndUser_Assignment", p.enablement, "EndUser", "Assignment"),
		obj("@odata.type", prefix+"ApprovalRule", "id", "Approval_EndUser_Assignment", "target", target("EndUser", "Assignment"),
			"setting", obj("isApprovalRequired", p.approval, "isApprovalRequiredForExtension", false, "isRequestorJustificationRequired", true,
				"approvalMode", "SingleStage", "approvalStages", []rec{obj("approvalStageTimeOutInDays", 1, "isApproverJustificationRequired", true,
					"escalationTimeInMinutes", 0, "isEscalationEnabled", false, "primaryApprovers", approvers, "escalationApprovers", []rec{})})),
		obj("@odata.type", prefix+"AuthenticationContextRule", "id", "AuthenticationContext_EndUser_Assignment",
			"isEnabled", p.context != "", "claimValue", claim, "target", target("EndUser", "Assignment")))
	return append(out, notifications("EndUser_Assignment", "EndUser", "Assignment")...)
}

func (t *tenant) policyAssignments() []rec {
	var out []rec
	for _, r := range t.roles {
		out = append(out, t.policyAssignment("/", "DirectoryRole", r.id, t.pim[r.id]))
	}
	for _, g := range t.groups {
		if p, ok := t.groupPIM[g.id]; ok {
			out = append(out, t.policyAssignment(g.id, "Group", "member", p))
		}
	}
	return out
}

func (t *tenant) policyAssignment(scope, kind, role string, p pimSettings) rec {
	policy := fmt.Sprintf("%s_%s_%s", kind, t.id, t.guid("pim policy", scope, role))
	changed, by := any(nil), obj("displayName", nil, "id", nil)
	if p.changed {
		changed = t.created.AddDate(1, 2, 0)
		by = obj("displayName", "", "id", nil)
	}
	return obj("id", policy+"_"+role, "policyId", policy, "scopeId", scope, "scopeType", kind, "roleDefinitionId", role,
		"policy", obj("id", policy, "displayName", kind, "description", kind, "isOrganizationDefault", false, "scopeId", scope, "scopeType", kind,
			"lastModifiedDateTime", changed, "lastModifiedBy", by, "rules", p.rules(t)))
}

// activation is one use of an eligibility: the request, its approval and the
// sign-ins around it hang together.
type activation struct {
	user          *user
	role          string
	start         time.Time
	hours         int
	justification string
	ticket        string
	approver      *user // nil where the role needs no approval
	from          station
}

func (a activation) end() time.Time { return a.start.Add(time.Duration(a.hours) * time.Hour) }

// activate records the request, the audit events, the sign-in that came before
// and one or more that use the role. The last may still run when collected.
func (t *tenant) activate(a activation, uses ...application) {
	before := a.start.Add(-time.Duration(4+t.rng.IntN(8)) * time.Minute)
	t.signIn(attempt{user: a.user, at: before, app: azurePortal, station: a.from})
	if c := t.pim[a.role].context; c != "" && t.enforced(c) {
		t.signIn(attempt{user: a.user, at: a.start.Add(-2 * time.Minute), app: pimPortal, station: a.from, context: c})
	}
	t.activations = append(t.activations, a)
	for i, app := range uses {
		at := a.start.Add(time.Duration(6+31*i+t.rng.IntN(20)) * time.Minute)
		if at.Before(Collected) && at.Before(a.end()) {
			t.signIn(attempt{user: a.user, at: at, app: app, station: a.from})
		}
	}
	if a.end().After(Collected) {
		t.assigned = append(t.assigned, holding{principal: a.user.id, role: a.role, scope: "/", start: a.start, end: a.end(), activated: true})
	}

	request := t.guid("request", a.user.id, a.role, stamp(a.start))
	ticket, system, approval := any(nil), any(nil), any(nil)
	if a.ticket != "" {
		ticket, system = a.ticket, "Service desk"
	}
	if a.approver != nil {
		approval = request
	}
	t.requests = append(t.requests, obj("id", request, "status", "Provisioned", "createdDateTime", a.start.Add(-90*time.Second), "completedDateTime", a.start,
		"approvalId", approval, "action", "selfActivate", "principalId", a.user.id, "roleDefinitionId", a.role, "directoryScopeId", "/", "appScopeId", nil,
		"isValidationOnly", false, "targetScheduleId", request, "justification", a.justification,
		"createdBy", obj("application", nil, "device", nil, "user", obj("displayName", nil, "id", a.user.id)),
		"scheduleInfo", obj("startDateTime", a.start, "recurrence", nil, "expiration", obj("type", "afterDuration", "endDateTime", nil, "duration", fmt.Sprintf("PT%dH", a.hours))),
		"ticketInfo", obj("ticketNumber", ticket, "ticketSystem", system)))

	details := []rec{obj("key", "TemplateId", "value", a.role),
		obj("key", "StartTime", "value", stamp(a.start)), obj("key", "ExpirationTime", "value", stamp(a.end())),
		obj("key", "Justification", "value", a.justification)}
	if a.ticket != "" {
		details = append(details, obj("key", "TicketNumber", "value", a.ticket), obj("key", "TicketSystem", "value", "Service desk"))
	}
	targets := []rec{
		obj("id", a.role, "displayName", roleName(a.role), "type", "Role", "modifiedProperties", []rec{}),
		obj("id", request, "displayName", nil, "type", "Request", "modifiedProperties", []rec{}),
		obj("id", a.user.id, "displayName", a.user.name, "type", "User", "userPrincipalName", a.user.upn, "modifiedProperties", []rec{}),
	}
	event := func(at time.Time, name string, by *user, ip, operation string) {
		t.audits = append(t.audits, audit{at: at, category: "RoleManagement", service: "PIM", activity: name, operation: operation, reason: a.justification,
			by: by, ip: ip, correlation: request, targets: targets, details: details})
	}
	event(a.start.Add(-90*time.Second), "Add member to role requested (PIM activation)", a.user, a.from.at.ip, "CreateRequestActivation")
	if a.approver != nil {
		event(a.start.Add(-20*time.Second), "Add member to role request approved (PIM activation)", a.approver, "", "ActivateRoleRequestApproved")
	}
	event(a.start, "Add member to role completed (PIM activation)", a.user, a.from.at.ip, "ActivateRole")
}

// enforced tells whether any enabled policy asks for the authentication context.
func (t *tenant) enforced(context string) bool {
	for _, p := range t.policies {
		if has(p.contexts, context) && p.state != stateDisabled {
			return true
		}
	}
	return false
}
