package export_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

// The files of other tools in this test are our own: made from the sample
// tenants, in the formats that the adapters describe. None comes from a tool.

// object is a record as decoded JSON.
type object = map[string]any

// facts are the records of a bundle by data set, each with its parent.
type facts map[string][]fact

type fact struct {
	parent string
	record object
}

func factsOf(t *testing.T, bundle fs.FS) facts {
	all := facts{}
	require.NoError(t, fs.WalkDir(bundle, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".json") {
			return err
		}
		text, err := fs.ReadFile(bundle, name)
		require.NoError(t, err)
		set, parent, ok := model.DatasetAt(strings.TrimSuffix(strings.TrimSuffix(name, ".json"), ".2"))
		if !ok || set.Name == "declarations" {
			return nil
		}
		var page struct{ Value []object }
		require.NoError(t, json.Unmarshal(text, &page))
		if page.Value == nil {
			var one object
			require.NoError(t, json.Unmarshal(text, &one))
			page.Value = []object{one}
		}
		for _, record := range page.Value {
			all[set.Name] = append(all[set.Name], fact{parent, record})
		}
		return nil
	}))
	return all
}

func (f facts) tenant() (id, name string) {
	o := f["organization"][0].record
	return o["id"].(string), o["displayName"].(string)
}

func jsonOf(t *testing.T, v any) []byte {
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return text
}

// tool writes the facts as one tool does.
type tool struct {
	name  string
	write func(t *testing.T, f facts) map[string][]byte
}

var tools = []tool{
	{"EntraExporter", writeEntraExporter}, {"ScubaGear", writeScubaGear}, {"IntuneManagement", writeIntuneManagement},
	{"Zero Trust Assessment", writeZeroTrust}, {"AzureHound", writeAzureHound}, {"EntraOps", writeEntraOps},
	{"IntuneCD", writeIntuneCD}, {"Entra portal (PIM CSV)", writePIM}, {"Azure diagnostic logs", writeLogs},
}

func bundleOf(files map[string][]byte) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: text}
	}
	return out
}

func writeEntraExporter(t *testing.T, f facts) map[string][]byte {
	files := map[string][]byte{}
	for name, file := range asEntraExporterFacts(t, f) {
		files[name] = file
	}
	for _, e := range f["roleManagement/directory/roleEligibilityScheduleInstances"] {
		row, role := clone(e.record), e.record["roleDefinitionId"]
		for _, p := range f["policies/roleManagementPolicyAssignments"] {
			if policy, ok := p.record["policy"].(object); ok && p.record["roleDefinitionId"] == role && p.record["scopeId"] == "/" {
				row["Policy"] = object{"RoleID": role, "PolicyID": p.record["policyId"], "RoleName": "x", "Rules": policy["rules"]}
			}
		}
		row["PrincipalName"], row["RoleName"] = "x", "y"
		id := e.record["id"].(string)
		files["backup/PIM/DirectoryRoles/"+id+"/"+id+".json"] = jsonOf(t, row)
	}
	return files
}

// asBeta puts what an authorization policy says of consent where beta has it.
func asBeta(record object) {
	if permissions, ok := record["defaultUserRolePermissions"].(object); ok {
		permissions = clone(permissions)
		record["permissionGrantPolicyIdsAssignedToDefaultUserRole"], record["defaultUserRolePermissions"] = permissions["permissionGrantPoliciesAssigned"], permissions
		delete(permissions, "permissionGrantPoliciesAssigned")
	}
}

func clone(o object) object {
	out := object{}
	for k, v := range o {
		out[k] = v
	}
	return out
}

// pascal writes names as .NET does and times as Windows PowerShell does.
func pascal(v any) any {
	switch v := v.(type) {
	case object:
		out := object{}
		for k, inner := range v {
			if k[0] != '@' {
				k = strings.ToUpper(k[:1]) + k[1:]
			}
			out[k] = pascal(inner)
		}
		return out
	case []any:
		out := []any{}
		for _, inner := range v {
			out = append(out, pascal(inner))
		}
		return out
	case string:
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			return fmt.Sprintf("/Date(%d)/", at.UnixMilli())
		}
	}
	return v
}

// scubaRoles are the highly privileged roles that ScubaGear reads.
var scubaRoles = []string{"Global Administrator", "Privileged Role Administrator", "User Administrator", "SharePoint Administrator",
	"Exchange Administrator", "Hybrid Identity Administrator", "Application Administrator", "Cloud Application Administrator"}

func writeScubaGear(t *testing.T, f facts) map[string][]byte {
	id, name := f.tenant()
	var policies, roles []any
	for _, p := range f["identity/conditionalAccess/policies"] {
		policies = append(policies, pascal(p.record))
	}
	for _, role := range model.BuiltInRoles() {
		if !slices.Contains(scubaRoles, role.Name) {
			continue
		}
		var assignments, rules []any
		for _, a := range f["roleManagement/directory/roleAssignmentScheduleInstances"] {
			if a.record["roleDefinitionId"] == role.TemplateID {
				assignments = append(assignments, pascal(a.record))
			}
		}
		for _, p := range f["policies/roleManagementPolicyAssignments"] {
			if policy, ok := p.record["policy"].(object); ok && p.record["roleDefinitionId"] == role.TemplateID {
				for _, rule := range policy["rules"].([]any) {
					r := pascal(rule).(object)
					r["RuleSource"], r["RuleSourceType"] = role.Name, "Directory Role"
					rules = append(rules, r)
				}
			}
		}
		roles = append(roles, object{"DisplayName": role.Name, "RoleTemplateId": role.TemplateID, "Assignments": assignments, "Rules": rules})
	}
	var domains []any
	for _, d := range f["domains"] {
		domains = append(domains, pascal(d.record))
	}
	authorization := pascal(f["policies/authorizationPolicy"][0].record).(object)
	permissions := authorization["DefaultUserRolePermissions"].(object)
	authorization["PermissionGrantPolicyIdsAssignedToDefaultUserRole"] = permissions["PermissionGrantPoliciesAssigned"]
	delete(permissions, "PermissionGrantPoliciesAssigned")
	methods := pascal(f["policies/authenticationMethodsPolicy"][0].record).(object)
	features := methods["AuthenticationMethodConfigurations"]
	delete(methods, "AuthenticationMethodConfigurations")
	return map[string][]byte{"M365BaselineConformance/ProviderSettingsExport.json": jsonOf(t, object{
		"domain_settings": domains, "authorization_policies": []any{authorization},
		"authentication_method": []any{object{"authentication_method_policy": methods, "authentication_method_feature_settings": features}},
		"baseline_version":      "1", "module_version": "1.8.0", "timestamp_zulu": "2026-11-20T09:00:00Z",
		"tenant_details":              []any{object{"TenantId": id, "DisplayName": name}},
		"conditional_access_policies": policies, "privileged_roles": roles,
		"aad_successful_commands": []any{"Get-MgBetaIdentityConditionalAccessPolicy", "Get-MgBetaDomain", "Get-MgBetaPolicyAuthorizationPolicy", "Get-MgBetaPolicyAuthenticationMethodPolicy"}, "aad_unsuccessful_commands": []any{},
	})}
}

// fileName is a display name as a file's name.
func fileName(record object, i int) string {
	name, _ := record["displayName"].(string)
	return fmt.Sprintf("%s %d", regexp.MustCompile(`[^A-Za-z0-9 -]`).ReplaceAllString(name, "_"), i)
}

// windows is a text as Windows PowerShell writes it.
func windows(text []byte) []byte {
	out := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(string(text))) {
		out = append(out, byte(unit), byte(unit>>8))
	}
	return out
}

func writeIntuneManagement(t *testing.T, f facts) map[string][]byte {
	id, name := f.tenant()
	files := map[string][]byte{
		"Export/MigrationTable.json":          windows(jsonOf(t, object{"TenantId": id, "Organization": name, "Objects": []any{}})),
		"Export/SettingsCatalog/Windows.json": jsonOf(t, object{"id": "c1", "name": "Windows"}),
	}
	for folder, dataset := range map[string]string{"ConditionalAccess": "identity/conditionalAccess/policies",
		"NamedLocations": "identity/conditionalAccess/namedLocations", "AuthenticationStrengths": "policies/authenticationStrengthPolicies", "CompliancePolicies": "deviceManagement/deviceCompliancePolicies", "Groups": "groups"} {
		for i, r := range f[dataset] {
			record := clone(r.record)
			record["@odata.context"] = "https://graph.microsoft.com/beta/$metadata#" + dataset + "/$entity"
			record["@odata.id"], record["@odata.editLink"] = "x", "y"
			record["#microsoft.graph.restore"] = object{}
			record["assignments@odata.associationLink"] = "https://graph.microsoft.com/beta/x/$ref"
			files["Export/"+folder+"/"+fileName(record, i)+".json"] = windows(jsonOf(t, record))
		}
	}
	return files
}

func writeZeroTrust(t *testing.T, f facts) map[string][]byte {
	id, _ := f.tenant()
	config := object{"TenantID": id, "Pillar": "All"}
	files := map[string][]byte{}
	write := func(list string, records []object) {
		config[list] = true
		for i := 0; i == 0 || i*100 < len(records); i++ {
			page := object{"@odata.context": "https://graph.microsoft.com/beta/$metadata#x", "value": records[min(i*100, len(records)):min(i*100+100, len(records))]}
			if i*100+100 < len(records) {
				page["@odata.nextLink"] = "https://graph.microsoft.com/beta/next"
			}
			if list == "ServicePrincipal" {
				page = object{"value": page["value"]}
			}
			files[fmt.Sprintf("ZeroTrustReport/zt-export/%s/%s-%d.json", list, list, i)] = jsonOf(t, page)
		}
	}
	members := map[string][]object{}
	for _, m := range f["groups/{id}/members"] {
		members[m.parent] = append(members[m.parent], m.record)
	}
	groupRows := func(rows []object) []object {
		out := []object{}
		for _, row := range rows {
			for _, m := range members[row["principalId"].(string)] {
				m := clone(m)
				m["privilegedGroupId"], m["roleDefinitionId"] = row["principalId"], row["roleDefinitionId"]
				out = append(out, m)
			}
		}
		return out
	}
	for list, dataset := range map[string]string{"Application": "applications", "ServicePrincipal": "servicePrincipals", "User": "users", "Device": "devices",
		"RoleDefinition": "roleManagement/directory/roleDefinitions", "RoleAssignment": "roleManagement/directory/roleAssignments",
		"RoleAssignmentScheduleInstance":  "roleManagement/directory/roleAssignmentScheduleInstances",
		"RoleEligibilityScheduleInstance": "roleManagement/directory/roleEligibilityScheduleInstances",
		"RoleManagementPolicyAssignment":  "policies/roleManagementPolicyAssignments",
		"UserRegistrationDetails":         "reports/authenticationMethods/userRegistrationDetails", "SignIn": "auditLogs/signIns"} {
		records := []object{}
		for _, r := range f[dataset] {
			record := clone(r.record)
			if list == "RoleManagementPolicyAssignment" {
				delete(record, "policy")
			}
			if list != "RoleAssignmentScheduleInstance" || record["assignmentType"] == "Assigned" {
				records = append(records, record)
			}
		}
		write(list, records)
		if strings.HasPrefix(dataset, "roleManagement/directory/role") && list != "RoleDefinition" {
			write(list+"Group", groupRows(records))
		}
	}
	// The models that the tool lays beside the pages, in the shapes of its own
	// (microsoft/zerotrustassessment, src/powershell/assets/export-model): a row of
	// nulls, one that looks like a real one, and one of a list that was not read.
	for list, row := range map[string]object{
		"Device":                          {"id": nil, "deviceId": nil, "trustType": nil, "approximateLastSignInDateTime": "1900-01-01T00:00:00Z"},
		"RoleEligibilityScheduleInstance": {"id": nil, "roleDefinitionId": nil, "principalId": nil, "principal": object{"@odata.type": nil, "id": nil}},
		"ServicePrincipal": {"@odata.type": "#microsoft.graph.servicePrincipal", "id": nobody, "appId": nobody, "displayName": "model", "accountEnabled": true,
			"servicePrincipalType": "Application", "appOwnerOrganizationId": nobody, "appRoleAssignments": []object{{"id": nil}}, "owners": []object{{"id": nil}}},
		"AgentIdentity": {"@odata.type": "#microsoft.graph.agentIdentity", "id": nobody},
	} {
		row["isZtModelRow"] = true
		files["ZeroTrustReport/zt-export/"+list+"/"+list+"-model.json"] = jsonOf(t, object{"@odata.context": "https://graph.microsoft.com/beta/$metadata#servicePrincipals", "value": []object{row}})
	}
	files["ZeroTrustReport/zt-export/ztConfig.json"] = jsonOf(t, config)
	return files
}

const nobody = "00000000-0000-0000-0000-000000000000"

// hounded is a record as AzureHound writes it: capitals, and no false, empty
// text or empty list.
func hounded(record object, keep ...string) object {
	out := object{}
	for _, name := range keep {
		value := record[name]
		switch v := value.(type) {
		case nil:
			continue
		case bool:
			if !v {
				continue
			}
		case string:
			if v == "" {
				continue
			}
			if _, err := time.Parse(time.RFC3339, v); err != nil && name != "membershipRule" {
				value = strings.ToUpper(v)
			}
		case []any:
			if len(v) == 0 {
				continue
			}
		}
		out[name] = value
	}
	return out
}

func writeAzureHound(t *testing.T, f facts) map[string][]byte {
	id, name := f.tenant()
	tenant := strings.ToUpper(id)
	data := []any{object{"kind": "AZTenant", "data": object{"id": tenant, "tenantId": tenant, "displayName": name}}}
	add := func(kind string, record object) {
		record["tenantId"] = tenant
		data = append(data, object{"kind": kind, "data": record})
	}
	for kind, from := range map[string]struct {
		dataset string
		keep    []string
	}{
		"AZUser":             {"users", []string{"id", "displayName", "userPrincipalName", "accountEnabled", "createdDateTime", "lastPasswordChangeDateTime", "mail", "onPremisesSyncEnabled", "userType"}},
		"AZGroup":            {"groups", []string{"id", "displayName", "securityEnabled", "isAssignableToRole", "groupTypes", "membershipRule", "onPremisesSyncEnabled"}},
		"AZDevice":           {"devices", []string{"id", "deviceId", "displayName", "isCompliant", "isManaged", "accountEnabled", "operatingSystem", "trustType"}},
		"AZApp":              {"applications", []string{"id", "appId", "displayName", "signInAudience", "keyCredentials", "passwordCredentials"}},
		"AZServicePrincipal": {"servicePrincipals", []string{"id", "appId", "displayName", "servicePrincipalType", "accountEnabled", "appOwnerOrganizationId", "keyCredentials", "passwordCredentials", "appRoles"}},
		"AZRole":             {"roleManagement/directory/roleDefinitions", []string{"id", "templateId", "displayName", "isBuiltIn", "isEnabled", "rolePermissions"}},
		"AZRoleEligibilityScheduleInstance": {"roleManagement/directory/roleEligibilityScheduleInstances",
			[]string{"id", "roleDefinitionId", "principalId", "directoryScopeId", "startDateTime"}},
	} {
		for _, r := range f[from.dataset] {
			add(kind, hounded(r.record, from.keep...))
		}
	}
	list := func(kind, dataset, parent, list, item string) {
		byParent := map[string][]any{}
		for _, r := range f[dataset] {
			byParent[r.parent] = append(byParent[r.parent], object{parent: strings.ToUpper(r.parent), item: r.record})
		}
		for p, items := range byParent {
			add(kind, object{parent: strings.ToUpper(p), list: items})
		}
	}
	list("AZGroupMember", "groups/{id}/members", "groupId", "members", "member")
	list("AZGroupOwner", "groups/{id}/owners", "groupId", "owners", "owner")
	list("AZServicePrincipalOwner", "servicePrincipals/{id}/owners", "servicePrincipalId", "owners", "owner")
	list("AZDeviceOwner", "devices/{id}/registeredOwners", "deviceId", "owners", "owner")
	for _, app := range f["applications"] {
		owners := []any{}
		for _, o := range f["applications/{id}/owners"] {
			if o.parent == app.record["id"] {
				owners = append(owners, object{"appId": strings.ToUpper(o.parent), "owner": o.record})
			}
		}
		add("AZAppOwner", object{"appId": app.record["appId"], "owners": owners})
	}
	for _, g := range f["oauth2PermissionGrants"] {
		grant := clone(g.record)
		maps.DeleteFunc(grant, func(_ string, v any) bool { return v == nil || v == "" })
		add("AZOAuth2PermissionGrant", grant)
	}
	byRole := map[string][]any{}
	for _, r := range f["roleManagement/directory/roleAssignments"] {
		role := r.record["roleDefinitionId"].(string)
		byRole[role] = append(byRole[role], hounded(r.record, "id", "roleDefinitionId", "principalId", "directoryScopeId"))
	}
	for role, rows := range byRole {
		add("AZRoleAssignment", object{"roleDefinitionId": strings.ToUpper(role), "roleAssignments": rows})
	}
	for _, r := range f["servicePrincipals/{id}/appRoleAssignedTo"] {
		add("AZAppRoleAssignment", hounded(r.record, "id", "appRoleId", "principalId", "principalType", "resourceId", "resourceDisplayName"))
	}
	for _, p := range f["policies/roleManagementPolicyAssignments"] {
		policy, ok := p.record["policy"].(object)
		if !ok || p.record["scopeId"] != "/" {
			continue
		}
		out := object{"id": strings.ToUpper(p.record["id"].(string)), "roleDefinitionId": strings.ToUpper(p.record["roleDefinitionId"].(string))}
		for _, r := range policy["rules"].([]any) {
			rule := r.(object)
			switch rule["id"] {
			case "Enablement_EndUser_Assignment":
				for _, e := range rule["enabledRules"].([]any) {
					out["endUserAssignmentRequires"+map[string]string{"MultiFactorAuthentication": "MFA", "Justification": "Justification", "Ticketing": "TicketInformation"}[e.(string)]] = true
				}
			case "Approval_EndUser_Assignment":
				if rule["setting"].(object)["isApprovalRequired"] == true {
					out["endUserAssignmentRequiresApproval"] = true
				}
			case "AuthenticationContext_EndUser_Assignment":
				if rule["isEnabled"] == true {
					out["endUserAssignmentRequiresCAPAuthenticationContext"] = true
				}
			}
		}
		add("AZRoleManagementPolicyAssignment", out)
	}
	add("AZVM", object{"id": "/SUBSCRIPTIONS/X"})
	text := append([]byte(`{"data":`), jsonOf(t, data)...)
	return map[string][]byte{"azurehound.json": append(text, []byte(fmt.Sprintf(`,"meta":{"type":"azure","version":5,"count":%d}}`, len(data)))...)}
}

func writeEntraOps(t *testing.T, f facts) map[string][]byte {
	objects := map[string]object{}
	find := func(id string) object {
		if objects[id] != nil {
			return objects[id]
		}
		for dataset, kind := range map[string]string{"users": "user", "groups": "group", "servicePrincipals": "servicePrincipal"} {
			for _, r := range f[dataset] {
				if r.record["id"] == id {
					objects[id] = object{"ObjectId": id, "ObjectType": kind, "ObjectDisplayName": r.record["displayName"], "ObjectUserPrincipalName": r.record["userPrincipalName"],
						"OnPremSynchronized": r.record["onPremisesSyncEnabled"] == true, "RoleSystem": "EntraID", "Classification": []any{}, "RoleAssignments": []any{}}
					return objects[id]
				}
			}
		}
		return object{"RoleAssignments": []any{}}
	}
	assign := func(r object, pim string) {
		row := object{"RoleAssignmentId": r["id"], "RoleAssignmentScopeId": r["directoryScopeId"], "RoleAssignmentType": "Direct", "RoleAssignmentSubType": "",
			"PIMManagedRole": true, "PIMAssignmentType": pim, "RoleDefinitionId": r["roleDefinitionId"], "TransitiveByObjectId": ""}
		o := find(r["principalId"].(string))
		o["RoleAssignments"] = append(o["RoleAssignments"].([]any), row)
		for _, m := range f["groups/{id}/members"] {
			if m.parent == r["principalId"] {
				through := clone(row)
				through["RoleAssignmentType"], through["TransitiveByObjectId"] = "Transitive", m.parent
				o := find(m.record["id"].(string))
				o["RoleAssignments"] = append(o["RoleAssignments"].([]any), through)
			}
		}
	}
	for _, r := range f["roleManagement/directory/roleAssignments"] {
		assign(r.record, "Permanent")
	}
	for _, r := range f["roleManagement/directory/roleEligibilityScheduleInstances"] {
		assign(r.record, "Eligible")
	}
	files := map[string][]byte{}
	var all []object
	for id, o := range objects {
		all = append(all, o)
		files["PrivilegedEAM/EntraID/"+o["ObjectType"].(string)+"/"+id+".json"] = jsonOf(t, o)
	}
	files["PrivilegedEAM/EntraID/EntraID.json"] = jsonOf(t, all)
	return files
}

func writeIntuneCD(t *testing.T, f facts) map[string][]byte {
	files := map[string][]byte{}
	for folder, dataset := range map[string]string{"Conditional Access": "identity/conditionalAccess/policies", "Compliance Policies/Policies": "deviceManagement/deviceCompliancePolicies",
		"Entra/Authorization Policy": "policies/authorizationPolicy", "Entra/Authentication Methods": "policies/authenticationMethodsPolicy", "Entra/Domains": "domains",
		"Entra/Device Registration Policy": "policies/deviceRegistrationPolicy", "Entra/Security Defaults": "policies/identitySecurityDefaultsEnforcementPolicy"} {
		for i, r := range f[dataset] {
			record := clone(r.record)
			if folder == "Entra/Domains" {
				files["backup/Entra/Domains/"+record["id"].(string)+".json"] = jsonOf(t, record)
				continue
			}
			for _, gone := range []string{"id", "createdDateTime", "modifiedDateTime", "lastModifiedDateTime"} {
				delete(record, gone)
			}
			asBeta(record)
			files["backup/"+folder+"/"+fileName(record, i)+".json"] = jsonOf(t, record)
		}
	}
	return files
}

func writePIM(t *testing.T, f facts) map[string][]byte {
	names := map[string]string{}
	users := []object{}
	for _, u := range f["users"] {
		names[u.record["id"].(string)] = u.record["userPrincipalName"].(string)
		users = append(users, u.record)
	}
	groups := []object{}
	for _, g := range f["groups"] {
		names[g.record["id"].(string)] = g.record["displayName"].(string)
		groups = append(groups, g.record)
	}
	var text strings.Builder
	text.WriteString("\ufeffAssignment State,User Group Name,Role Name,PrincipalName,Member Type,Assignment Start Time (UTC),Assignment End Time (UTC)\r\n")
	for state, dataset := range map[string]string{"Active": "roleManagement/directory/roleAssignmentScheduleInstances", "Eligible": "roleManagement/directory/roleEligibilityScheduleInstances"} {
		for _, r := range f[dataset] {
			role, _ := model.RoleWithTemplate(r.record["roleDefinitionId"].(string))
			end, _ := r.record["endDateTime"].(string)
			if end == "" {
				end = "Permanent"
			}
			fmt.Fprintf(&text, "%s,%q,%q,%s,%s,%v,%s\r\n", state, "somebody", role.Name, names[r.record["principalId"].(string)], r.record["memberType"], r.record["startDateTime"], end)
		}
	}
	return map[string][]byte{"assignments.csv": []byte(text.String()), "users.json": jsonOf(t, object{"value": users}), "groups.json": jsonOf(t, object{"value": groups})}
}

func writeLogs(t *testing.T, f facts) map[string][]byte {
	files := map[string][]byte{}
	id, _ := f.tenant()
	for category, dataset := range map[string]string{"SignInLogs": "auditLogs/signIns", "AuditLogs": "auditLogs/directoryAudits", "RiskyUsers": "identityProtection/riskyUsers"} {
		var text []byte
		for _, r := range f[dataset] {
			text = append(append(text, jsonOf(t, object{"time": "2026-11-20T09:00:00Z", "category": category, "tenantId": id, "properties": r.record})...), '\n')
		}
		if text != nil {
			files[path.Join("insights-logs-"+strings.ToLower(category), "y=2026/m=11/d=20/h=09/m=00/PT1H.json")] = text
		}
	}
	return files
}

// judged is a finding that says something of the tenant.
func judged(s model.Status) bool {
	return s == model.StatusPass || s == model.StatusFail || s == model.StatusPartial || s == model.StatusNotApplicable
}

// The same facts as each tool writes them give the same verdicts, or unknown,
// and so do those of all tools together.
func TestSameFactsOfEveryTool(t *testing.T) {
	decided := map[string]map[string]bool{}
	for _, name := range tenants.Names() {
		bundle, err := tenants.FS(name)
		require.NoError(t, err)
		f := factsOf(t, bundle)
		wholly := assessment(t, export.FS(bundle, export.Options{}))
		declarations, _ := fs.ReadFile(bundle, "declarations.json")
		var sources []*export.Source
		check := func(tool string, source *export.Source) {
			less := assessment(t, source)
			if decided[tool] == nil {
				decided[tool] = map[string]bool{}
			}
			for i, finding := range less.Findings {
				if judged(finding.Status) {
					require.Equal(t, wholly.Findings[i].Status, finding.Status, "%s of %s: %s %s", tool, name, finding.Control, finding.Summary)
					decided[tool][finding.Control] = true
				}
			}
			sameReach(t, wholly, less, tool+" of "+name)
			samePaths(t, wholly, less, tool+" of "+name)
		}
		said := export.FS(bundleOf(map[string][]byte{"manifest.json": []byte(`{"format":"privpath-export/1"}`)}), export.Options{Declarations: declarations})
		check(declared, said)
		for _, tool := range tools {
			files := bundleOf(tool.write(t, f))
			source := export.FS(files, export.Options{Declarations: declarations})
			check(tool.name, source)
			if tool.name != "Entra portal (PIM CSV)" { // it stands beside users.json, as in the first source
				sources = append(sources, source)
			}
		}
		check("all together", export.Join(sources...))
	}
	for tool := range decided { // what the declarations alone decide is no merit of a tool
		if tool != declared {
			maps.DeleteFunc(decided[tool], func(control string, _ bool) bool { return decided[declared][control] })
		}
	}
	compareFormats(t, decided)
}

const declared = "declarations alone"

// sameReach compares where both answer for the same holding.
func sameReach(t *testing.T, wholly, less *model.Assessment, what string) {
	key := func(r model.Reach) string {
		return strings.ToLower(r.Principal.ID + "|" + r.Role.ID + "|" + r.Holding + "|" + r.Scope + "|" + strings.Join(r.Via, ","))
	}
	known := map[string]model.Reach{}
	for _, r := range wholly.Reach {
		known[key(r)] = r
	}
	for _, r := range less.Reach {
		other, ok := known[key(r)]
		for i := range r.From {
			if ok && r.From[i].Verdict != model.ReachUnknown {
				require.Equal(t, other.From[i], r.From[i], "%s: %s from %s", what, key(r), r.From[i].Device)
			}
		}
	}
}

// samePaths: whoever reaches Tier 0 by less data reaches it by all.
func samePaths(t *testing.T, wholly, less *model.Assessment, what string) {
	reaches := map[string]bool{}
	for _, p := range wholly.Paths {
		if p.Verdict == model.Reaches {
			reaches[model.FoldID(p.From.ID)] = true
		}
	}
	for _, p := range less.Paths {
		if p.Verdict == model.Reaches {
			require.True(t, reaches[model.FoldID(p.From.ID)], "%s: %s %s", what, p.From.Kind, p.From.Name)
		}
	}
}

// A tool's file that was cut anywhere decides nothing else.
func TestCutFilesOfTools(t *testing.T) {
	bundle, err := tenants.FS("pim-only")
	require.NoError(t, err)
	f := factsOf(t, bundle)
	declarations, _ := fs.ReadFile(bundle, "declarations.json")
	wholly := assessment(t, export.FS(bundle, export.Options{}))
	random := rand.New(rand.NewPCG(1, 2))
	for _, tool := range tools {
		for range 4 {
			files := tool.write(t, f)
			for name, text := range files {
				if path.Base(name) != "users.json" && path.Base(name) != "groups.json" && random.IntN(3) == 0 || len(files) == 1 {
					files[name] = text[:random.IntN(len(text))]
				}
			}
			less, err := assess.Run(context.Background(), export.FS(bundleOf(files), export.Options{Declarations: declarations}), pillars.All(), assess.Options{AsOf: asOf})
			if err != nil {
				require.ErrorContains(t, err, "nothing could be read")
				continue
			}
			for i, finding := range less.Findings {
				if judged(finding.Status) {
					require.Equal(t, wholly.Findings[i].Status, finding.Status, "%s: %s %s", tool.name, finding.Control, finding.Summary)
				}
			}
		}
	}
}
