package gen

import (
	"bytes"
	"fmt"
	"strings"
)

// bundle collects the files and counts the records of each data set.
type bundle struct {
	files    map[string][]byte
	datasets []dataset
}

type dataset struct {
	name, permission string
	count            int
}

const graphRoot = "https://graph.microsoft.com/v1.0/$metadata#"

func (b *bundle) count(name, permission string, records int) {
	for i := range b.datasets {
		if b.datasets[i].name == name {
			b.datasets[i].count += records
			return
		}
	}
	b.datasets = append(b.datasets, dataset{name, permission, records})
}

// list writes a collection at the path of its request; context is what Graph
// would say, without its root.
func (b *bundle) list(path, context, permission string, rows []rec) {
	b.listAs(path, path, context, permission, rows)
}

// listAs is list for one of many requests of a data set, such as the members of
// one group.
func (b *bundle) listAs(name, path, context, permission string, rows []rec) {
	var out bytes.Buffer
	out.WriteString(`{`)
	if context != "" {
		fmt.Fprintf(&out, `"@odata.context":%s,`, appendJSON(nil, graphRoot+context))
	}
	out.WriteString(`"value":[`)
	for i, row := range rows {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		out.Write(appendJSON(nil, row))
	}
	out.WriteString("\n]}\n")
	b.files[path+".json"] = out.Bytes()
	b.count(name, permission, len(rows))
}

// entity writes a single object.
func (b *bundle) entity(path, context, permission string, row rec) {
	b.files[path+".json"] = append(appendJSON(nil, append(obj("@odata.context", graphRoot+context), row...)), '\n')
	b.count(path, permission, 1)
}

func each[T any](items []T, record func(T) rec) []rec {
	var out []rec
	for _, item := range items {
		out = append(out, record(item))
	}
	return out
}

func split[T any](items []T, is func(T) bool) (yes, no []T) {
	for _, item := range items {
		if is(item) {
			yes = append(yes, item)
		} else {
			no = append(no, item)
		}
	}
	return yes, no
}

// bundle writes the tenant as architecture's export layout wants it: a response
// at the path of its request.
func (t *tenant) bundle() map[string][]byte {
	t.settleActivity()
	b := &bundle{files: map[string][]byte{}}
	t.writeDirectory(b)
	t.writeRoles(b)
	t.writePolicies(b)
	t.writeDevices(b)
	t.writeLogs(b)
	t.writeImports(b)
	t.writeManifest(b)
	return b.files
}

func (t *tenant) writeDirectory(b *bundle) {
	b.list("organization", "organization", "Organization.Read.All", []rec{t.organizationRecord()})
	b.list("domains", "domains", "Domain.Read.All", t.domainRecords())
	b.count("domains/{id}/federationConfiguration", "Domain-InternalFederation.Read.All", 0) // none is federated
	b.list("subscribedSkus", "subscribedSkus", "LicenseAssignment.Read.All", t.skuRecords())

	holders := t.roleHolders()
	for _, u := range t.users {
		u.isAdmin = holders[u.id]
	}
	admins, others := split(t.users, func(u *user) bool { return u.isAdmin })
	b.list("users", "users("+holderSelect+")", "User.Read.All", each(admins, t.holderRecord))
	b.listAs("users", "users.2", "users("+memberSelect+")", "User.Read.All", each(others, t.memberRecord))
	b.list("reports/authenticationMethods/userRegistrationDetails", "reports/authenticationMethods/userRegistrationDetails", "AuditLog.Read.All",
		each(admins, t.registration)) // $filter=isAdmin eq true
	for _, u := range admins {
		if !u.guest { // a guest's methods are registered at home
			b.listAs("users/{id}/authentication/methods", "users/"+u.id+"/authentication/methods", "users('"+u.id+"')/authentication/methods",
				"UserAuthenticationMethod.Read.All", t.methodRecords(u))
		}
	}

	b.list("groups", "groups(id,displayName,description,createdDateTime,groupTypes,securityEnabled,mailEnabled,isAssignableToRole,membershipRule,"+
		"membershipRuleProcessingState,onPremisesSyncEnabled,isManagementRestricted)", "GroupMember.Read.All", each(t.groups, t.groupRecord))
	const reference = "directoryObjects(id,displayName,userPrincipalName)"
	for _, g := range t.groups {
		if g.expanded {
			b.listAs("groups/{id}/members", "groups/"+g.id+"/members", reference, "GroupMember.Read.All", each(g.members, t.reference))
			b.listAs("groups/{id}/owners", "groups/"+g.id+"/owners", reference, "GroupMember.Read.All", each(g.owners, t.reference))
		}
	}
	b.list("directory/administrativeUnits", "directory/administrativeUnits", "AdministrativeUnit.Read.All", each(t.units, func(u *adminUnit) rec {
		return obj("id", u.id, "displayName", u.name, "description", u.description, "isMemberManagementRestricted", u.restricted, "visibility", nil,
			"membershipType", "Assigned", "membershipRule", nil)
	}))
	for _, u := range t.units {
		b.listAs("directory/administrativeUnits/{id}/members", "directory/administrativeUnits/"+u.id+"/members", reference, "AdministrativeUnit.Read.All",
			each(u.members, t.reference))
	}

	b.list("servicePrincipals", "servicePrincipals(id,appId,displayName,servicePrincipalType,alternativeNames,accountEnabled,appOwnerOrganizationId,createdDateTime,keyCredentials,passwordCredentials,appRoles)",
		"Application.Read.All", each(t.servicePrincipals, t.servicePrincipalRecord))
	graph := t.graph().id
	b.listAs("servicePrincipals/{id}/appRoleAssignedTo", "servicePrincipals/"+graph+"/appRoleAssignedTo", "servicePrincipals('"+graph+"')/appRoleAssignedTo",
		"Application.Read.All", each(t.grants, t.grantRecord))
	own, _ := split(t.servicePrincipals, func(sp *servicePrincipal) bool { return sp.own })
	b.list("applications", "applications(id,appId,displayName,createdDateTime,signInAudience,keyCredentials,passwordCredentials)", "Application.Read.All", each(own, t.applicationRecord))
	for _, sp := range own {
		b.listAs("applications/{id}/owners", "applications/"+t.guid("application", sp.name)+"/owners", reference, "Application.Read.All", each(sp.owners, t.reference))
		b.listAs("applications/{id}/federatedIdentityCredentials", "applications/"+t.guid("application", sp.name)+"/federatedIdentityCredentials",
			"applications('"+t.guid("application", sp.name)+"')/federatedIdentityCredentials", "Application.Read.All", nil)
		b.listAs("servicePrincipals/{id}/owners", "servicePrincipals/"+sp.id+"/owners", reference, "Application.Read.All", each(sp.owners, t.reference))
	}
	b.list("oauth2PermissionGrants", "oauth2PermissionGrants", "Directory.Read.All", t.delegated)
}

// roleHolders are the users who hold or can activate a role, by any way.
func (t *tenant) roleHolders() map[string]bool {
	out := map[string]bool{}
	var take func(id string)
	take = func(id string) {
		if t.user(id) != nil {
			out[id] = true
		} else if g := t.groupByID(id); g != nil {
			for _, m := range g.members {
				take(m)
			}
			for _, h := range t.groupHolding {
				if h.group == g.id {
					take(h.principal)
				}
			}
		}
	}
	for _, h := range t.assigned {
		take(h.principal)
	}
	for _, h := range t.eligible {
		take(h.principal)
	}
	return out
}

func (t *tenant) writeRoles(b *bundle) {
	const directory = "roleManagement/directory/"
	b.list(directory+"roleDefinitions", directory+"roleDefinitions(id,description,displayName,isBuiltIn,isEnabled,templateId,version,rolePermissions)",
		"RoleManagement.Read.Directory", each(t.roles, roleDefinition.record))
	assignments, active, eligible := t.assignmentRecords()
	b.list(directory+"roleAssignments", directory+"roleAssignments(principal())", "RoleManagement.Read.Directory", assignments)
	b.list(directory+"roleAssignmentScheduleInstances", directory+"roleAssignmentScheduleInstances(principal())", "RoleAssignmentSchedule.Read.Directory", active)
	b.list(directory+"roleEligibilityScheduleInstances", directory+"roleEligibilityScheduleInstances(principal())", "RoleEligibilitySchedule.Read.Directory", eligible)
	b.list(directory+"roleAssignmentScheduleRequests", directory+"roleAssignmentScheduleRequests", "RoleAssignmentSchedule.Read.Directory", t.requests)
	b.list("policies/roleManagementPolicyAssignments", "policies/roleManagementPolicyAssignments(policy(rules()))", "RoleManagementPolicy.Read.Directory", t.policyAssignments())

	const group = "identityGovernance/privilegedAccess/group/"
	active, eligible = t.groupHoldingRecords()
	b.list(group+"assignmentScheduleInstances", group+"assignmentScheduleInstances", "PrivilegedAssignmentSchedule.Read.AzureADGroup", active)
	b.list(group+"eligibilityScheduleInstances", group+"eligibilityScheduleInstances", "PrivilegedEligibilitySchedule.Read.AzureADGroup", eligible)

	b.list("identityGovernance/accessReviews/definitions", "identityGovernance/accessReviews/definitions", "AccessReview.Read.All",
		each(t.reviews, func(v *review) rec { return v.record(t) }))
	for _, v := range t.reviews {
		path := "identityGovernance/accessReviews/definitions/" + v.id(t) + "/instances"
		b.listAs("identityGovernance/accessReviews/definitions/{id}/instances", path, "identityGovernance/accessReviews/definitions('"+v.id(t)+"')/instances(id,startDateTime,endDateTime,status,decisions())",
			"AccessReview.Read.All", v.instances(t))
	}
	const catalogs = "identityGovernance/entitlementManagement/catalogs"
	general := t.guid("catalog", "General")
	b.list(catalogs, catalogs+"(id,displayName)", "EntitlementManagement.Read.All", []rec{obj("id", general, "displayName", "General")})
	b.listAs(catalogs+"/{id}/resources", catalogs+"/"+general+"/resources", catalogs+"('"+general+"')/resources", "EntitlementManagement.Read.All", nil)
	b.list(directory+"resourceNamespaces/microsoft.directory/resourceActions", directory+"resourceNamespaces('microsoft.directory')/resourceActions",
		"RoleManagement.Read.Directory", t.actions)
}

func (t *tenant) writePolicies(b *bundle) {
	const ca = "identity/conditionalAccess/"
	b.list(ca+"policies", ca+"policies", "Policy.Read.All", each(t.policies, (*caPolicy).record))
	b.list(ca+"namedLocations", ca+"namedLocations", "Policy.Read.All", each(t.locations, func(l *namedLocation) rec { return l.record(t) }))
	b.list(ca+"authenticationContextClassReferences", ca+"authenticationContextClassReferences", "AuthenticationContext.Read.All", t.contexts)
	var ids []string
	for _, s := range strengths {
		ids = append(ids, s.id)
	}
	b.list("policies/authenticationStrengthPolicies", "policies/authenticationStrengthPolicies", "Policy.Read.All", each(ids, strengthRecord))
	b.entity("policies/identitySecurityDefaultsEnforcementPolicy", "policies/identitySecurityDefaultsEnforcementPolicy/$entity", "Policy.Read.All",
		obj("id", "00000000-0000-0000-0000-000000000005", "displayName", "Security Defaults",
			"description", "Security defaults is a set of basic identity security mechanisms recommended by Microsoft.", "isEnabled", false))
	b.entity("policies/authorizationPolicy", "policies/authorizationPolicy/$entity", "Policy.Read.All", t.authorizationPolicy())
	b.entity("policies/authenticationMethodsPolicy", "policies/authenticationMethodsPolicy/$entity", "Policy.Read.All", t.methodsPolicy())
	b.entity("policies/deviceRegistrationPolicy", "policies/deviceRegistrationPolicy/$entity", "Policy.Read.DeviceConfiguration", t.deviceRegistrationPolicy())
	b.entity("policies/crossTenantAccessPolicy/default", "policies/crossTenantAccessPolicy/default/$entity", "Policy.Read.All", t.crossTenantDefault())
	b.list("policies/crossTenantAccessPolicy/partners", "policies/crossTenantAccessPolicy/partners", "Policy.Read.All", t.settings.partners)
}

func (t *tenant) writeDevices(b *bundle) {
	b.list("devices", "devices("+deviceSelect+")", "Device.Read.All", each(t.devices, t.deviceRecord))
	for _, d := range t.devices {
		if d.marker != "" {
			b.listAs("devices/{id}/registeredOwners", "devices/"+d.id+"/registeredOwners", "directoryObjects(id,displayName,userPrincipalName)", "Device.Read.All",
				[]rec{t.reference(d.owner.id)})
		}
	}
	managed, _ := split(t.devices, func(d *device) bool { return d.managed })
	const intune = "DeviceManagementManagedDevices.Read.All"
	b.list("deviceManagement/managedDevices", "deviceManagement/managedDevices("+managedSelect+")", intune, each(managed, t.managedRecord))
	b.list("deviceManagement/deviceCompliancePolicies", "deviceManagement/deviceCompliancePolicies(assignments())", "DeviceManagementConfiguration.Read.All", t.compliance)
	b.entity("deviceManagement/settings", "deviceManagement/settings", "DeviceManagementConfiguration.Read.All",
		obj("deviceComplianceCheckinThresholdDays", 30, "isScheduledActionEnabled", true, "secureByDefault", t.secureBy))
	if t.detectedApps != nil {
		b.list("deviceManagement/detectedApps", "deviceManagement/detectedApps(managedDevices())", intune, t.detectedApps)
	}
	b.list("deviceManagement/virtualEndpoint/cloudPCs", "deviceManagement/virtualEndpoint/cloudPCs", "CloudPC.Read.All", nil)
	b.list("deviceManagement/roleDefinitions", "deviceManagement/roleDefinitions", "DeviceManagementRBAC.Read.All", []rec{obj("id", helpDeskOperator,
		"displayName", "Help Desk Operator", "isBuiltIn", true, "rolePermissions", []rec{obj("resourceActions", []rec{
			obj("allowedResourceActions", []string{"Microsoft.Intune_ManagedDevices_Read", "Microsoft.Intune_RemoteTasks_RebootNow", "Microsoft.Intune_RemoteTasks_Wipe"}, "notAllowedResourceActions", []string{})})})})
	b.listAs("deviceManagement/roleDefinitions/{id}/roleAssignments", "deviceManagement/roleDefinitions/"+helpDeskOperator+"/roleAssignments",
		"deviceManagement/roleDefinitions('"+helpDeskOperator+"')/roleAssignments", "DeviceManagementRBAC.Read.All", nil)
	b.list("deviceManagement/roleAssignments", "deviceManagement/roleAssignments", "DeviceManagementRBAC.Read.All", nil)
}

// helpDeskOperator is a built-in role of Intune.
const helpDeskOperator = "9e0cc482-82df-4ab2-a24c-0c23a3f52e1e"

func (t *tenant) writeLogs(b *bundle) {
	b.list("auditLogs/signIns", "auditLogs/signIns", "AuditLog.Read.All", each(t.attempts, t.signInRecord))
	b.list("auditLogs/directoryAudits", "auditLogs/directoryAudits", "AuditLog.Read.All", each(t.audits, t.auditRecord))
	b.list("identityProtection/riskyUsers", "identityProtection/riskyUsers", "IdentityRiskyUser.Read.All", t.riskyUsers)
	b.list("identityProtection/riskDetections", "identityProtection/riskDetections", "IdentityRiskEvent.Read.All", t.detections)
}

func (t *tenant) writeImports(b *bundle) {
	if t.unified != nil { // as "Get-AdminAuditLogConfig | ConvertTo-Json" writes it
		b.files["imports/exo/adminAuditLogConfig.json"] = append(appendJSON(nil, obj("Name", "Admin Audit Log Settings", "AdminAuditLogEnabled", true,
			"UnifiedAuditLogIngestionEnabled", *t.unified, "AdminAuditLogAgeLimit", "90.00:00:00", "LogLevel", "None", "IsValid", true)), '\n')
		b.count("imports/exo/adminAuditLogConfig", "", 1)
	}
	if t.diagnostics != nil {
		b.listAs("imports/arm/diagnosticSettings", "imports/arm/diagnosticSettings", "", "", t.diagnostics)
	}
	if t.azureRoles != nil {
		b.listAs("imports/arm/roleAssignments", "imports/arm/roleAssignments", "", "", t.azureRoles)
	}
	if t.declarations != nil {
		b.files["declarations.json"] = indent(*t.declarations)
	}
}

// indent writes a file that people edit: one member a line.
func indent(r rec) []byte {
	var out bytes.Buffer
	out.WriteString("{\n")
	for i, m := range r {
		fmt.Fprintf(&out, "  %q: ", m.key)
		if rows, ok := m.value.([]rec); ok {
			var lines []string
			for _, row := range rows {
				lines = append(lines, "    "+string(appendJSON(nil, row)))
			}
			out.WriteString("[\n" + strings.Join(lines, ",\n") + "\n  ]")
		} else {
			out.Write(appendJSON(nil, m.value))
		}
		if i < len(r)-1 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
	}
	out.WriteString("}\n")
	return out.Bytes()
}

func (t *tenant) writeManifest(b *bundle) {
	var sets rec
	for _, d := range b.datasets {
		entry := obj("status", "complete", "count", d.count)
		if d.permission != "" {
			entry = entry.with("permission", d.permission)
		}
		sets = append(sets, member{d.name, entry})
	}
	missing := func(name, reason string) {
		for _, d := range b.datasets {
			if d.name == name {
				return
			}
		}
		sets = append(sets, member{name, obj("status", "missing", "count", 0, "reason", reason)})
	}
	for _, name := range []string{"directoryRoles", "deviceManagement/detectedApps", "imports/arm/diagnosticSettings", "imports/arm/roleAssignments", "imports/exo/adminAuditLogConfig"} {
		missing(name, "notCollected")
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\n  \"format\": \"privpath-export/1\",\n  \"tenantId\": %q,\n  \"tenantName\": %q,\n  \"collectedAt\": %q,\n  \"collector\": \"privpath sample tenants\",\n  \"datasets\": {\n",
		t.id, t.display, stamp(Collected))
	for i, m := range sets {
		fmt.Fprintf(&out, "    %q: %s", m.key, appendJSON(nil, m.value))
		if i < len(sets)-1 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
	}
	out.WriteString("  }\n}\n")
	b.files["manifest.json"] = out.Bytes()
}
