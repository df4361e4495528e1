package gen

import (
	"strings"
	"time"
)

// attestation is a statement of the tenant's owner, good for so many days.
// evidence joins several references with "; ".
type attestation struct {
	control, statement, owner, evidence, performed string
	days                                           int
}

func attestations(list ...attestation) []rec {
	return each(list, func(a attestation) rec {
		return obj("control", a.control, "statement", a.statement, "owner", a.owner, "evidence", strings.Split(a.evidence, "; "),
			"performed", a.performed, "expires", day(a.performed, 0, 0).AddDate(0, 0, a.days).Format(time.DateOnly))
	})
}

// owners pairs administrators' accounts with the people behind them.
func owners(pairs ...[2]*user) []rec {
	return each(pairs, func(p [2]*user) rec { return obj("adminId", p[0].id, "ownerId", p[1].id) })
}

func breakGlass(accounts ...*user) []rec {
	return each(accounts, func(u *user) rec { return obj("id", u.id, "note", u.name) })
}

var officeHours = obj("timezone", "Europe/London", "days", []string{"mon", "tue", "wed", "thu", "fri"}, "from", "07:00", "to", "19:00")

// diagnosticSetting tells, as Azure Resource Manager does, which Entra logs go
// to the workspace.
func (t *tenant) diagnosticSetting(name string, on ...string) rec {
	var logs []rec
	for _, category := range []string{"AuditLogs", "SignInLogs", "NonInteractiveUserSignInLogs", "ServicePrincipalSignInLogs", "ManagedIdentitySignInLogs",
		"ProvisioningLogs", "RiskyUsers", "UserRiskEvents", "MicrosoftGraphActivityLogs"} {
		logs = append(logs, obj("category", category, "categoryGroup", nil, "enabled", has(on, category), "retentionPolicy", obj("enabled", false, "days", 0)))
	}
	return obj("id", "/providers/microsoft.aadiam/diagnosticSettings/"+name, "type", "microsoft.aadiam/diagnosticsettings", "name", name,
		"properties", obj("logs", logs, "metrics", []rec{}, "storageAccountId", nil, "serviceBusRuleId", nil, "eventHubAuthorizationRuleId", nil,
			"workspaceId", "/subscriptions/"+t.guid("subscription")+"/resourceGroups/rg-security/providers/Microsoft.OperationalInsights/workspaces/log-security"))
}

// azureRole is a role assignment of Azure, as Azure Resource Manager tells it.
// Role ids: Microsoft, "Azure built-in roles".
func (t *tenant) azureRole(scope, role, principal, kind string) rec {
	id := t.guid("azure role", scope, role, principal)
	return obj("id", scope+"/providers/Microsoft.Authorization/roleAssignments/"+id, "type", "Microsoft.Authorization/roleAssignments", "name", id,
		"properties", obj("roleDefinitionId", scope+"/providers/Microsoft.Authorization/roleDefinitions/"+role, "principalId", principal,
			"principalType", kind, "scope", scope))
}

// protectActions puts the authentication context on the actions that change the
// policies which protect administrators; others stay open. An empty context
// protects none. Names: Microsoft, "What are protected actions?".
func (t *tenant) protectActions(context string) {
	names := []struct {
		name, verb string
		protected  bool
	}{
		{"conditionalAccessPolicies/basic/update", "PATCH", true},
		{"conditionalAccessPolicies/create", "POST", true},
		{"conditionalAccessPolicies/delete", "DELETE", true},
		{"crossTenantAccessPolicy/allowedCloudEndpoints/update", "PATCH", true},
		{"crossTenantAccessPolicy/basic/update", "PATCH", true},
		{"crossTenantAccessPolicy/default/b2bCollaboration/update", "PATCH", true},
		{"crossTenantAccessPolicy/default/b2bDirectConnect/update", "PATCH", true},
		{"crossTenantAccessPolicy/default/crossCloudMeetings/update", "PATCH", true},
		{"crossTenantAccessPolicy/default/tenantRestrictions/update", "PATCH", true},
		{"crossTenantAccessPolicy/partners/b2bCollaboration/update", "PATCH", true},
		{"crossTenantAccessPolicy/partners/b2bDirectConnect/update", "PATCH", true},
		{"crossTenantAccessPolicy/partners/create", "POST", true},
		{"crossTenantAccessPolicy/partners/crossCloudMeetings/update", "PATCH", true},
		{"crossTenantAccessPolicy/partners/delete", "DELETE", true},
		{"crossTenantAccessPolicy/partners/tenantRestrictions/update", "PATCH", true},
		{"deletedItems/delete", "DELETE", true},
		{"namedLocations/basic/update", "PATCH", true},
		{"namedLocations/create", "POST", true},
		{"namedLocations/delete", "DELETE", true},
		{"resourceNamespaces/resourceActions/authenticationContext/update", "PATCH", true},
		{"applications/credentials/update", "PATCH", false},
		{"users/password/update", "PATCH", false},
	}
	for _, n := range names {
		claim := any(nil)
		if n.protected && context != "" {
			claim = context
		}
		t.actions = append(t.actions, obj("id", actionID(n.name, n.verb), "name", "microsoft.directory/"+n.name, "description", nil, "actionVerb", n.verb,
			"isAuthenticationContextSettable", n.protected, "authenticationContextId", claim, "resourceScopeId", nil))
	}
}

// actionID is the name with dashes and the verb, as Graph writes it.
func actionID(name, verb string) string {
	return "microsoft.directory-" + strings.ReplaceAll(name, "/", "-") + "-" + strings.ToLower(verb)
}
