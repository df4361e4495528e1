package export

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/privpath/privpath/model"
	"github.com/stretchr/testify/require"
)

func TestZeroTrustCoverage(t *testing.T) {
	config := `{"TenantID":"t1","User":true,"Device":true,"SignIn":true}`
	base := files{
		"zt-export/ztConfig.json":                  config,
		"zt-export/User/User-0.json":               `{"@odata.context":"https://graph.microsoft.com/beta/$metadata#users","@odata.nextLink":"https://x","value":[{"id":"u1"}]}`,
		"zt-export/User/User-1.json":               `{"value":[{"id":"u2"}]}`,
		"zt-export/User/User-10.json":              `{"value":[{"id":"u11"}]}`,
		"zt-export/Device/Device-0.json":           `{"value":[{"id":"d1"}],"@odata.nextLink":"https://x"}`,
		"zt-export/Application/Application-0.json": `{"value":[{"id":"a1"}]}`,
		"zt-export/RoleManagementPolicyAssignment/RoleManagementPolicyAssignment-0.json": `{"value":[{"id":"p1","policyId":"q","scopeId":"/","scopeType":"DirectoryRole","roleDefinitionId":"r"}]}`,
		"zt-export/SignIn/SignIn-0.json":                                                 `{"value":[{"id":"s1"}]}`,
		"zt-export/Odd/Odd-0.json":                                                       `{"value":[]}`,
		"zt-export/ServicePrincipal/ServicePrincipal-model.json":                         `{"@odata.context":"https://graph.microsoft.com/beta/$metadata#servicePrincipals","value":[{"isZtModelRow":true,"id":"00000000-0000-0000-0000-000000000000","displayName":"model"}]}`,
	}
	tenant := load(t, FS(base.fs(), Options{}))
	require.Equal(t, "t1", tenant.Info().ID)
	require.Len(t, rows(tenant, model.Users), 3)
	require.Contains(t, input(t, tenant, "users").Detail, `the page before "User/User-10.json" is missing`)
	require.Equal(t, model.Partial, input(t, tenant, "devices").Status, "its last page has a nextLink")
	require.Contains(t, input(t, tenant, "applications").Detail, "does not say that application was read to its end")
	require.Equal(t, model.Unknown, rows(tenant, model.RolePolicies)[0].Policy.Null(), "the rules were not asked for")
	require.Equal(t, model.Partial, input(t, tenant, "policies/roleManagementPolicyAssignments").Status)
	require.Equal(t, model.Absent, input(t, tenant, "auditLogs/signIns").Status)
	require.Contains(t, inventory(t, FS(base.fs(), Options{}))["SignIn/SignIn-0.json"].Reason, "one application only")
	require.Empty(t, rows(tenant, model.ServicePrincipals), "a list of which only the tool's model is there was not read")
	require.Equal(t, model.Absent, input(t, tenant, "servicePrincipals").Status)

	delete(base, "zt-export/User/User-10.json")
	tenant = load(t, base.zip(t, "report/"))
	require.Equal(t, model.Complete, input(t, tenant, "users").Status)
	base["zt-export/users.json"] = `{"value":[{"id":"own"}]}`
	require.Len(t, rows(load(t, FS(base.fs(), Options{})), model.Users), 1, "the bundle's own file comes first")
}

func TestAzureHoundTraps(t *testing.T) {
	objects := `{"kind":"AZUser","data":{"id":"AAAA-U1","displayName":"ANNA","userPrincipalName":"ANNA@X.EXAMPLE","tenantId":"T1","lastPasswordChangeDateTime":"0001-01-01T00:00:00Z"}},
		{"kind":"AZDevice","data":{"id":"D1","deviceId":"DD1","displayName":"PC","isManaged":true}},
		{"kind":"AZGroupMember","data":{"groupId":"G1","members":[{"groupId":"G1","member":{"@odata.type":"#microsoft.graph.user","id":"AAAA-U1"}},{"groupId":"G1"}]}},
		{"kind":"AZRoleAssignment","data":{"roleDefinitionId":"R1","roleAssignments":[{"id":"RA1","roleDefinitionId":"R1","principalId":"AAAA-U1","directoryScopeId":"/"}]}},
		{"kind":"AZRoleManagementPolicyAssignment","data":{"id":"P1","roleDefinitionId":"R1","endUserAssignmentRequiresMFA":true,"endUserAssignmentRequiresApproval":true,"endUserAssignmentRequiresCAPAuthenticationContext":true}},
		{"kind":"AZApp","data":{"id":"AO1","appId":"AC1","displayName":"PORTAL"}},
		{"kind":"AZAppOwner","data":{"appId":"ac1","owners":[{"appId":"AO1","owner":{"id":"AAAA-U1"}},{"appId":"AO1","owner":{"id":"U2"}}]}},
		{"kind":"AZAppOwner","data":{"appId":"ac2","owners":null}},
		{"kind":"AZDeviceOwner","data":{"deviceId":"D1","owners":[{"deviceId":"D1","owner":{"@odata.type":"#microsoft.graph.user","id":"AAAA-U1"}}]}},
		{"kind":"AZOAuth2PermissionGrant","data":{"id":"Gr","clientId":"S1","consentType":"AllPrincipals","resourceId":"S2","scope":"Directory.ReadWrite.All","tenantId":"T1"}},
		{"kind":"AZFederatedIdentityCredential","data":{"appId":"ac1","fics":[{"appId":"ac1","fic":{"id":"f1","issuer":"https://token.example","subject":"repo:x"}}]}},
		{"kind":"AZKeyVault","data":{"id":"x"}}`
	for name, text := range map[string]string{
		"as it is written": `{"data":[` + objects + `],"meta":{"type":"azure","version":5,"count":6}}`,
		"meta first":       `{"meta":{"type":"azure","version":5,"count":6},"data":[` + objects + `]}`,
	} {
		t.Run(name, func(t *testing.T) {
			tenant := load(t, oneFile("20261120-azurehound.json", text))
			require.Equal(t, "t1", tenant.Info().ID)
			user := rows(tenant, model.Users)[0]
			require.Equal(t, "aaaa-u1", user.ID)
			require.Equal(t, "anna@x.example", user.UserPrincipalName.String())
			require.False(t, user.AccountEnabled.Exported(), "a false is left out, and so is what was not asked for")
			require.False(t, user.LastPasswordChangeDateTime.Exported(), "the zero time is no time")
			device := rows(tenant, model.Devices)[0]
			require.Equal(t, model.Unknown, device.IsCompliant.Is(func(bool) bool { return true }))
			require.Equal(t, model.True, device.IsManaged.Is(func(b bool) bool { return b }))
			members := model.RowsOf(tenant, model.GroupMembers, nil).For("g1")
			require.Equal(t, 1, members.Len())
			require.Equal(t, model.Partial, members.Coverage().State)
			require.Equal(t, 2, model.RowsOf(tenant, model.ApplicationOwners, nil).For("ao1").Len(), "the owners name the application's object")
			require.Zero(t, model.RowsOf(tenant, model.ApplicationOwners, nil).For("ac2").Len())
			require.NotEqual(t, model.Complete, model.RowsOf(tenant, model.ApplicationOwners, nil).For("ac2").Coverage().State)
			require.Equal(t, 1, model.RowsOf(tenant, model.DeviceOwners, nil).For("d1").Len())
			grant := rows(tenant, model.OAuth2Grants)[0]
			require.Equal(t, "s1", grant.ClientID)
			require.Equal(t, "Directory.ReadWrite.All", grant.Scope.String())
			require.Equal(t, model.Absent, input(t, tenant, "applications/{id}/federatedIdentityCredentials").Status)
			require.Equal(t, "r1", rows(tenant, model.RoleAssignments)[0].RoleDefinitionID)
			rules := model.Fold(rows(tenant, model.RolePolicies)[0].Policy, nil, nil, func(p model.RoleManagementPolicy) []model.PolicyRule {
				return model.Fold(p.Rules, nil, nil, func(rules []model.PolicyRule) []model.PolicyRule { return rules })
			})
			require.Len(t, rules, 2, "not all that may be demanded is, so which demands are not is unknown")
			require.Equal(t, "Approval_EndUser_Assignment", rules[0].ID)
			require.False(t, rules[1].ClaimValue.Exported(), "which context is not told")
			for _, in := range tenant.Inputs() {
				require.NotEqual(t, model.Complete, in.Status, in.Name)
			}
		})
	}
}

func TestEntraOpsShapes(t *testing.T) {
	user := `{"ObjectId":"u1","ObjectType":"user","ObjectDisplayName":"Anna","ObjectUserPrincipalName":"anna@x.example","OnPremSynchronized":false,"RoleSystem":"EntraID","Classification":[],
		"RoleAssignments":[{"RoleAssignmentId":"a1","RoleAssignmentScopeId":"/","RoleAssignmentType":"Direct","PIMAssignmentType":"Eligible","RoleDefinitionId":"r1","TransitiveByObjectId":""},
			{"RoleAssignmentId":"a2","RoleAssignmentScopeId":"/","RoleAssignmentType":"Transitive","RoleAssignmentSubType":"","PIMAssignmentType":"Permanent","RoleDefinitionId":"r1","TransitiveByObjectId":"g1"},
			{"RoleAssignmentId":"a3","RoleAssignmentScopeId":"/","RoleAssignmentType":"Transitive","RoleAssignmentSubType":"Eligible member","PIMAssignmentType":"Permanent","RoleDefinitionId":"r1","TransitiveByObjectId":"g2"},
			{"RoleAssignmentId":"a4","RoleAssignmentScopeId":"/","RoleAssignmentType":"Direct","PIMAssignmentType":"TimeBounded","RoleDefinitionId":"r1","TransitiveByObjectId":""}]}`
	governance := `{"ObjectId":"u2","ObjectType":"user","RoleSystem":"IdentityGovernance","Classification":[],"RoleAssignments":[{"RoleAssignmentId":"c1","RoleAssignmentType":"Direct","PIMAssignmentType":"Permanent","RoleDefinitionId":"catalog"}]}`
	tenant := load(t, FS(files{
		"PrivilegedEAM/EntraID/EntraID.json":                       "[" + user + "]",
		"PrivilegedEAM/EntraID/user/u1.json":                       user,
		"PrivilegedEAM/IdentityGovernance/IdentityGovernance.json": "[" + governance + "," + `{"ObjectId":"x","ObjectType":"unknown","Classification":[],"RoleAssignments":[]}` + "]",
	}.fs(), Options{}))
	require.Len(t, rows(tenant, model.Users), 2, "the same object from two files is one")
	require.False(t, rows(tenant, model.Users)[0].OnPremisesSyncEnabled.Exported())
	require.Len(t, rows(tenant, model.RoleEligibility), 1)
	active := rows(tenant, model.RoleAssignments)
	require.Len(t, active, 2, "of the groups; neither the time-bound one nor a catalogue's")
	require.Equal(t, "g1", active[0].PrincipalID)
	require.Len(t, rows(tenant, model.GroupMembers), 1, "an eligible member is none")
	require.Equal(t, model.Partial, input(t, tenant, "users").Status)
}

func TestIntuneManagementFolder(t *testing.T) {
	export := files{
		"MigrationTable.json":                    `{"TenantId":"t1","Organization":"Contoso","Objects":[]}`,
		"ConditionalAccess/Block.json":           `{"id":"p1","state":"enabled","conditions":{"users":{"includeGroups":["%OrganizationId%"]}},"#microsoft.graph.restore":{}}`,
		"Groups/Admins.json":                     `{"@odata.type":"#microsoft.graph.group","id":"g1"}`,
		"AuthenticationStrengths/Pass.json":      `{"@odata.type":"#microsoft.graph.authenticationStrengthPolicy","id":"s1","policyType":"custom","requirementsSatisfied":"none","allowedCombinations":["fido2"],"combinationConfigurations@odata.associationLink":"https://x"}`,
		"NamedLocations/Compliant.json":          `{"@odata.type":"#microsoft.graph.compliantNetworkNamedLocation","id":"%CompliantNetworkLocationId%","displayName":"All","modifiedDateTime":"%CreatedDateTime%","compliantNetworkType":"allTenantCompliantNetworks","isTrusted":true}`,
		"SettingsCatalog/PAW.json":               `{"id":"s1"}`,
		"CompliancePolicies/Windows/deep.json":   `{"id":"c1"}`,
		"elsewhere/ConditionalAccess/Block.json": `{"id":"p2"}`,
	}
	source := FS(export.fs(), Options{})
	tenant := load(t, source)
	require.Equal(t, "Contoso", tenant.Info().Name)
	require.Len(t, rows(tenant, model.ConditionalAccessPolicies), 1)
	require.Contains(t, input(t, tenant, "identity/conditionalAccess/policies").Detail, "does not say what was")
	require.Contains(t, input(t, tenant, "deviceManagement/deviceCompliancePolicies").Detail, "the export of IntuneManagement holds none; add deviceManagement/deviceCompliancePolicies.json with the reply of GET https://")
	require.Len(t, rows(tenant, model.AuthenticationStrengths), 1)
	require.Len(t, rows(tenant, model.NamedLocations), 1, "a placeholder is no date, and not a reason to lose the location")
	require.Contains(t, inventory(t, source)["SettingsCatalog/PAW.json"].Reason, "decide nothing here")

	export["organization.json"] = `{"id":"another"}`
	_, err := FS(export.fs(), Options{}).Load(context.Background(), nil)
	require.ErrorContains(t, err, "several tenants (another, t1)")
	export["MigrationTable.json"] = `{"TenantId":`
	delete(export, "organization.json")
	require.Equal(t, StatusMalformed, inventory(t, FS(export.fs(), Options{}))["MigrationTable.json"].Status)
}

func TestIntuneCDNames(t *testing.T) {
	source := FS(files{
		"backup/Conditional Access/Block all__0f0f.json":    `{"displayName":"Block all","state":"enabled"}`,
		"backup/Conditional Access/Plain.json":              `{"displayName":"Plain","state":"disabled"}`,
		"backup/Compliance Policies/Policies/Windows.json":  `{"displayName":"Windows","@odata.type":"#microsoft.graph.windows10CompliancePolicy"}`,
		"backup/Compliance Policies/Scripts/Something.json": `{"displayName":"x"}`,
	}.fs(), Options{})
	tenant := load(t, source)
	policies := rows(tenant, model.ConditionalAccessPolicies)
	require.Len(t, policies, 2)
	require.Equal(t, []string{"0f0f", "Plain"}, []string{policies[0].ID, policies[1].ID})
	require.Len(t, rows(tenant, model.CompliancePolicies), 1)
	require.Equal(t, model.Partial, input(t, tenant, "deviceManagement/deviceCompliancePolicies").Status)
}

func TestPIMCSV(t *testing.T) {
	table := "\ufeffAssignment State,User Group Name,Role Name,PrincipalName,Member Type,Assignment Start Time (UTC)\r\n" +
		"Eligible,Anna,Global Administrator,Anna@x.example,Direct,1/2/2026\r\nActive,\"Admins, all\",Security Administrator,\"Admins, all\",Direct,\r\n" +
		"Active,Bob,Global Administrator,bob@x.example,Direct,\r\nActive,Anna,Administrateur général,anna@x.example,Direct,\r\nActif,Anna,Global Administrator,anna@x.example,Direct,\r\nActive\r\n"
	export := files{"roles.csv": table, "other.csv": "a,b\n1,2\n", "empty.csv": "",
		"users.json": `[{"id":"u1","userPrincipalName":"anna@x.example"}]`, "groups.json": `[{"id":"g1","displayName":"Admins, all"},{"id":"g2","displayName":"Twins"},{"id":"g3","displayName":"Twins"}]`}
	source := FS(export.fs(), Options{})
	tenant := load(t, source)
	eligible, active := rows(tenant, model.RoleEligibility), rows(tenant, model.RoleAssignmentSchedule)
	require.Len(t, eligible, 1)
	require.Equal(t, "u1", eligible[0].PrincipalID)
	require.Equal(t, model.GlobalAdministrator, eligible[0].RoleDefinitionID)
	require.False(t, eligible[0].EndDateTime.Exported(), "a date in the reader's own order is not read")
	require.Len(t, active, 1)
	require.Equal(t, "g1", active[0].PrincipalID)
	report := inventory(t, source)["roles.csv"]
	require.Equal(t, StatusMalformed, report.Status)
	require.Contains(t, report.Reason, `4 records left out, the first because of /3: no user or group of the export, or more than one, is called "bob@x.example"`)
	require.Equal(t, StatusIgnored, inventory(t, source)["other.csv"].Status)
	require.Contains(t, inventory(t, source)["empty.csv"].Reason, "the file is empty")

	alone := load(t, oneFile("roles.csv", table))
	require.Equal(t, "anna@x.example", rows(alone, model.RoleEligibility)[0].PrincipalID, "the name stands for the account")

	export["roles.csv"] = strings.ReplaceAll(table, "Admins, all", "Twins")
	require.Empty(t, rows(load(t, FS(export.fs(), Options{})), model.RoleAssignmentSchedule), "two groups have that name")

	azure := "Assignment State,Role Name,PrincipalName,Resource Type\n"
	for i, kind := range []string{"Directory", "", "subscription", "Resource Group", "managementgroup", "Microsoft.Compute/virtualMachines"} {
		azure += fmt.Sprintf("Active,Security Reader,u%d@x.example,%s\n", i, kind)
	}
	require.Len(t, rows(load(t, oneFile("RoleAssignments.csv", azure)), model.RoleAssignmentSchedule), 2, "Azure has a role of that name")
}

func TestPIMTimes(t *testing.T) {
	table := "Assignment State,Role Name,PrincipalName,Assignment Start Time (UTC),Assignment End Time (UTC)\n"
	for i, at := range []struct{ start, end, want string }{
		{"2026-11-20T08:00:00Z", "2026-12-01 09:30:00", "2026-11-20T08:00:00Z 2026-12-01T09:30:00Z"},
		{"2026-11-20T10:00:00+02:00", "Permanent", "2026-11-20T08:00:00Z null"},
		{"11/20/2026 8:00:00 AM", "20.11.2026 17:00", "2026-11-20T08:00:00Z 2026-11-20T17:00:00Z"},
		{"1/2/2026 3:04:05 PM", "2/2/2026", "none 2026-02-02T00:00:00Z"},
		{"", "soon", "none none"},
	} {
		source := oneFile("roles.csv", table+fmt.Sprintf("Eligible,Global Administrator,u%d@x.example,%s,%s\n", i, at.start, at.end))
		row := rows(load(t, source), model.RoleEligibility)[0]
		none := func() string { return "none" }
		null := func() string { return "null" }
		show := func(at time.Time) string { return at.Format(time.RFC3339) }
		require.Equal(t, at.want, model.Fold(row.StartDateTime, none, null, show)+" "+model.Fold(row.EndDateTime, none, null, show), "%v", at)
	}
}

func TestLogRecords(t *testing.T) {
	lines := `{"time":"2026-11-20T09:00:00Z","category":"SignInLogs","tenantId":"T1","properties":{"id":"s1","userId":"u1","createdDateTime":"2026-11-20T08:59:00Z"}}
{"time":"2026-11-20T09:00:00Z","category":"ServicePrincipalSignInLogs","properties":{"id":"s2"}}
{"time":"2026-11-20T09:00:00Z","category":"AuditLogs","properties":{"id":"a1","activityDisplayName":"Add user"}}
{"time":"2026-11-20T09:00:00Z","category":"AuditLogs","properties":"cut"}
{"time":"2026-11-20T09:00:00Z","category":"NetworkLogs","properties":{"id":"n1"}}
`
	tenant := load(t, FS(files{"insights-logs-signinlogs/y=2026/PT1H.json": lines,
		"InteractiveSignIns_2026-11-01_2026-11-08.json": `[{"id":"s3","createdDateTime":"2026-11-07T00:00:00Z","userId":"u1","appId":"x","clientAppUsed":"Browser","conditionalAccessStatus":"success"}]`}.fs(), Options{}))
	require.Equal(t, "t1", tenant.Info().ID)
	wrapped := load(t, oneFile("hub.json", `{"records":[{"time":"2026-11-20T09:00:00Z","category":"AuditLogs","tenantId":"T1","properties":{"id":"a1","activityDisplayName":"Update policy","result":0}},
		{"time":"2026-11-20T09:00:01Z","category":"AuditLogs","properties":{"id":"a2","result":1}},{"time":"2026-11-20T09:00:02Z","category":"AuditLogs","properties":{"id":"a3","result":"success"}}]}
{"records":[{"time":"2026-11-20T09:00:03Z","category":"AuditLogs","properties":{"id":"a4","result":7}}]}`))
	var results []string
	for _, audit := range rows(wrapped, model.DirectoryAudits) {
		results = append(results, audit.Result.String())
	}
	require.Equal(t, []string{"success", "failure", "success", "<unreadable in the export>"}, results, "a number that Graph does not name is no result")
	require.Len(t, rows(tenant, model.SignIns), 2)
	require.Len(t, rows(tenant, model.DirectoryAudits), 1)
	require.Equal(t, model.Partial, input(t, tenant, "auditLogs/signIns").Status)
	require.Equal(t, model.Partial, input(t, tenant, "auditLogs/directoryAudits").Status)
}

func TestEntraExporterPIM(t *testing.T) {
	policy := `"Policy":{"RoleName":"x","RoleID":"r1","PolicyID":"q1","Rules":[{"id":"Expiration_EndUser_Assignment","maximumDuration":"PT8H"}]}`
	tenant := load(t, FS(files{
		"PIM/DirectoryRoles/e1/e1.json": `{"id":"e1","principalId":"u1","roleDefinitionId":"r1","directoryScopeId":"/","PrincipalName":"x","RoleName":"y",` + policy + `}`,
		"PIM/DirectoryRoles/e2/e2.json": `{"id":"e2","principalId":"u2","roleDefinitionId":"r1","directoryScopeId":"/","PrincipalName":"x","RoleName":"y",` + policy + `}`,
		"PIM/Groups/s1/s1.json":         `{"id":"s1","principalId":"u1","groupId":"g1","accessId":"member","scheduleInfo":{},"Policy":{"PolicyID":"q2","Rules":[]}}`,
	}.fs(), Options{}))
	require.Len(t, rows(tenant, model.RoleEligibility), 2)
	require.Len(t, rows(tenant, model.GroupEligibility), 1)
	rules := rows(tenant, model.RolePolicies)
	require.Len(t, rules, 2, "a role's policy stands beside each of its assignments")
	require.Equal(t, "PT8H", model.Fold(rules[0].Policy, nil, nil, func(p model.RoleManagementPolicy) string {
		return model.Fold(p.Rules, nil, nil, func(rules []model.PolicyRule) string { return rules[0].MaximumDuration.String() })
	}))
	require.Equal(t, model.Partial, input(t, tenant, "policies/roleManagementPolicyAssignments").Status)
}

// The same object from two tools is one, and its list is partial.
func TestToolsOverlap(t *testing.T) {
	hound := oneFile("hound.json", `{"data":[{"kind":"AZUser","data":{"id":"U1"}},{"kind":"AZUser","data":{"id":"U2"}}],"meta":{"type":"azure"}}`)
	ops := oneFile("EntraID.json", `[{"ObjectId":"u1","ObjectType":"user","Classification":[],"RoleAssignments":[]},{"ObjectId":"u3","ObjectType":"user","Classification":[],"RoleAssignments":[]}]`)
	tenant := load(t, Join(hound, ops))
	require.Len(t, rows(tenant, model.Users), 3)
	require.Contains(t, input(t, tenant, "devices").Detail, "the export of EntraOps and AzureHound holds none")
	own := FS(fstest.MapFS{"users.json": {Data: []byte(`[{"id":"u9"}]`)}}, Options{})
	tenant = load(t, Join(hound, ops, own))
	require.Len(t, rows(tenant, model.Users), 1, "a file of Graph's own comes first")
	require.Equal(t, model.Complete, input(t, tenant, "users").Status)
}

// A tool's file of which nothing is used is not called complete.
func TestUnusedFilesOfTools(t *testing.T) {
	export := files{"users.json": `[]`,
		"hound.json":                  `{"data":[{"kind":"AZKeyVault","data":{"id":"x"}},{"kind":"AZVM","data":{"id":"y"}}],"meta":{"type":"azure"}}`,
		"ProviderSettingsExport.json": `{"baseline_version":"1","module_version":"2","teams":[]}`,
		"pim.csv":                     "Assignment State,Role Name,PrincipalName\n",
		"EntraID.json":                `[{"ObjectId":"u1","ObjectType":"user","Classification":[],"RoleAssignments":[]}]`,
		"part.json":                   `{"data":[{"kind":"AZVM","data":{"id":"y"}},{"kind":"AZGroup","data":{"id":"g"}}],"meta":{"type":"azure"}}`,
	}
	list := inventory(t, FS(export.fs(), Options{}))
	for name, notes := range map[string]string{"hound.json": "2 records of kinds that decide nothing here", "ProviderSettingsExport.json": "read as ScubaGear",
		"pim.csv": "read as Entra portal (PIM CSV)", "EntraID.json": "users comes from its own file"} {
		require.Equal(t, StatusIgnored, list[name].Status, name)
		require.Equal(t, "nothing in it is used here", list[name].Reason, name)
		require.Contains(t, list[name].Notes, notes, name)
	}
	require.Equal(t, StatusPartial, list["part.json"].Status)
	require.Contains(t, list["part.json"].Notes, "1 record of kinds that decide nothing here")
}

// fuzzed are, for each format, where a file lies and what one holds.
var fuzzed = []struct{ path, text string }{
	{"Users/u/u.json", `{"id":"u"}`},
	{"PIM/DirectoryRoles/e/e.json", `{"id":"e","principalId":"u","roleDefinitionId":"r","Policy":{"RoleID":"r","PolicyID":"q","Rules":[{"id":"x"}]}}`},
	{"PIM/Groups/e/e.json", `{"id":"e","principalId":"u","groupId":"g","accessId":"member","Policy":{"Rules":[]}}`},
	{"ProviderSettingsExport.json", `{"baseline_version":"1","module_version":"2","conditional_access_policies":[{"Id":"p"}],"privileged_roles":[{"RoleTemplateId":"r","Assignments":[{"Id":"a"}],"Rules":[]}],"aad_successful_commands":["Get-MgBetaIdentityConditionalAccessPolicy"]}`},
	{"MigrationTable.json", `{"TenantId":"t","Organization":"o"}`},
	{"ConditionalAccess/x.json", `{"id":"p","state":"enabled"}`},
	{"ztConfig.json", `{"TenantID":"t","User":true}`},
	{"User/User-0.json", `{"value":[{"id":"u"}]}`},
	{"RoleAssignmentGroup/RoleAssignmentGroup-0.json", `{"value":[{"id":"u","privilegedGroupId":"g"}]}`},
	{"hound.json", `{"data":[{"kind":"AZUser","data":{"id":"U"}},{"kind":"AZGroupMember","data":{"groupId":"G","members":[{"member":{"id":"U"}}]}}],"meta":{"type":"azure"}}`},
	{"EntraID.json", `[{"ObjectId":"u","ObjectType":"user","Classification":[],"RoleAssignments":[{"RoleAssignmentId":"a","RoleAssignmentType":"Direct","PIMAssignmentType":"Permanent","RoleDefinitionId":"r"}]}]`},
	{"Conditional Access/x__y.json", `{"state":"enabled"}`},
	{"Entra/Authorization Policy/authorization_policy.yaml", "allowInvitesFrom: none\ndefaultUserRolePermissions:\n  allowedToCreateApps: false\n"},
	{"pim.csv", "Assignment State,Role Name,PrincipalName\nActive,Global Administrator,anna\n"},
	{"PT1H.json", `{"time":"t","category":"AuditLogs","properties":{"id":"a"}}`},
}

// FuzzTools reads whatever stands in the place of a tool's file: it never
// panics, and nothing is whole that the table does not allow.
func FuzzTools(f *testing.F) {
	for i, seed := range fuzzed {
		f.Add(uint8(i), []byte(seed.text))
	}
	allowed := map[string]bool{}
	for _, format := range Formats() {
		for _, s := range format.Supplies {
			allowed[s.Dataset] = allowed[s.Dataset] || s.Limit == ""
		}
	}
	f.Fuzz(func(t *testing.T, at uint8, text []byte) {
		fsys := fstest.MapFS{}
		for i, seed := range fuzzed {
			fsys[seed.path] = &fstest.MapFile{Data: []byte(seed.text)}
			if i == int(at)%len(fuzzed) {
				fsys[seed.path] = &fstest.MapFile{Data: text}
			}
		}
		source := FS(fsys, Options{MaxRecordBytes: 1 << 20, MaxDepth: 64})
		if _, err := source.Inventory(context.Background()); err != nil {
			require.ErrorContains(t, err, "goes beyond")
			return
		}
		tenant, err := source.Load(context.Background(), nil)
		if err != nil {
			require.ErrorContains(t, err, "several tenants")
			return
		}
		for _, in := range tenant.Inputs() {
			d, _ := model.DatasetNamed(in.Name)
			if in.Status == model.Complete && !allowed[in.Name] && !d.Single {
				t.Errorf("%s is whole", in.Name)
			}
		}
	})
}

// A group's members stand beside each role that the group has; they are whole
// once both lists are.
func TestZeroTrustMembers(t *testing.T) {
	member := `{"value":[{"id":"u1","@odata.type":"#microsoft.graph.user","privilegedGroupId":"g1","roleDefinitionId":"r"}]}`
	export := files{
		"ztConfig.json": `{"TenantID":"t1","RoleAssignmentGroup":true,"RoleEligibilityScheduleInstanceGroup":true}`,
		"RoleAssignmentGroup/RoleAssignmentGroup-0.json":                                   member,
		"RoleEligibilityScheduleInstanceGroup/RoleEligibilityScheduleInstanceGroup-0.json": member,
	}
	of := func(group string) model.Rows[model.DirectoryObject] {
		return model.RowsOf(load(t, FS(export.fs(), Options{})), model.GroupMembers, nil).For(group)
	}
	require.Equal(t, 1, of("g1").Len())
	require.Equal(t, model.Complete, of("g1").Coverage().State)
	require.Equal(t, model.Absent, of("g2").Coverage().State, "a group without rows is not an empty group")
	export["RoleEligibilityScheduleInstanceGroup/RoleEligibilityScheduleInstanceGroup-0.json"] = strings.NewReplacer("[", "", "]", "").Replace(member)
	require.Equal(t, 1, of("g1").Len(), "a list of one is an object (microsoft/zerotrustassessment issue 679)")
	require.Equal(t, model.Complete, of("g1").Coverage().State)
	export["ztConfig.json"] = `{"TenantID":"t1","RoleAssignmentGroup":true}`
	require.Equal(t, model.Partial, of("g1").Coverage().State)
}
