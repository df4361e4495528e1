package gen

import "time"

// servicePrincipal is an application in the tenant, with its registration where
// the tenant owns it.
type servicePrincipal struct {
	id, appID, name string
	kind            string // Application, ManagedIdentity
	own             bool   // registered in this tenant
	external        bool   // registered in somebody else's
	owners          []string
	secretUntil     time.Time
	certificateTil  time.Time
	appRoles        []appRole
	created         time.Time
}

type appRole struct{ id, value string }

type appGrant struct {
	app     *servicePrincipal
	role    appRole
	granted time.Time
}

// microsoftTenant owns Microsoft's own applications.
const microsoftTenant = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"

// Application permissions of Microsoft Graph ("Microsoft Graph permissions reference").
var (
	graphRoleManagement   = appRole{"9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8", "RoleManagement.ReadWrite.Directory"}
	graphAppRoleGrant     = appRole{"06b708a9-e830-4db3-a914-8e69da51d44f", "AppRoleAssignment.ReadWrite.All"}
	graphAppReadWrite     = appRole{"1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9", "Application.ReadWrite.All"}
	graphUserReadWrite    = appRole{"741f803b-c850-494e-b5df-cde7c675a1ca", "User.ReadWrite.All"}
	graphUserRead         = appRole{"df021288-bdef-4463-88db-98f22de89214", "User.Read.All"}
	graphDirectoryRead    = appRole{"7ab1d382-f21e-4acd-a863-ba3e13f7da61", "Directory.Read.All"}
	graphAuditRead        = appRole{"b0afded3-3588-46d8-8b3d-9842eff778da", "AuditLog.Read.All"}
	graphDeviceRead       = appRole{"7438b122-aefc-4978-80ed-43db9fcc7715", "Device.Read.All"}
	graphMailSend         = appRole{"b633e1c5-b582-4048-a93e-9f11b44c7e96", "Mail.Send"}
	graphMemberRead       = appRole{"98830695-27a2-44f7-8c18-0c3ebc9698f6", "GroupMember.Read.All"}
	graphManagedRead      = appRole{"2f51be20-0bb4-4fed-bf7b-db946066c75e", "DeviceManagementManagedDevices.Read.All"}
	graphPolicyRead       = appRole{"246dd0d5-5bd0-4def-940b-0421030a5b68", "Policy.Read.All"}
	graphApplicationRoles = []appRole{graphRoleManagement, graphAppRoleGrant, graphAppReadWrite, graphUserReadWrite, graphUserRead, graphDirectoryRead,
		graphAuditRead, graphDeviceRead, graphMailSend, graphMemberRead, graphManagedRead, graphPolicyRead}
)

const graphAppID = "00000003-0000-0000-c000-000000000000"

// microsoftApps are the service principals that every tenant has. Application
// ids: Microsoft, "Verify first-party Microsoft applications in sign-in reports".
func (t *tenant) microsoftApps() {
	for _, app := range []struct{ id, name string }{
		{graphAppID, "Microsoft Graph"},
		{"00000002-0000-0000-c000-000000000000", "Windows Azure Active Directory"},
		{"797f4846-ba00-4fd7-ba43-dac1f8f63013", "Windows Azure Service Management API"},
		{"00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online"},
		{"00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online"},
		{"c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal"},
		{"01fc33a7-78ba-4d2f-a4b7-768e336e890e", "MS-PIM"},
		{"0000000a-0000-0000-c000-000000000000", "Microsoft Intune"},
		{"14d82eec-204b-4c2f-b7e8-296a70dab67e", "Microsoft Graph Command Line Tools"},
	} {
		sp := &servicePrincipal{id: t.guid("sp", app.name), appID: app.id, name: app.name, kind: "Application", created: t.created}
		if app.id == graphAppID {
			sp.appRoles = graphApplicationRoles
		}
		t.servicePrincipals = append(t.servicePrincipals, sp)
	}
}

// app registers an application of the tenant's own and gives it permissions on
// Microsoft Graph.
func (t *tenant) app(name string, owners []string, secretUntil time.Time, roles ...appRole) *servicePrincipal {
	sp := &servicePrincipal{id: t.guid("sp", name), appID: t.guid("app id", name), name: name, kind: "Application", own: true, owners: owners,
		secretUntil: secretUntil, created: t.created.AddDate(1, t.rng.IntN(14), t.rng.IntN(28))}
	return t.enrol(sp, roles)
}

// vendorApp consents to an application of another organisation.
func (t *tenant) vendorApp(name string, roles ...appRole) *servicePrincipal {
	sp := &servicePrincipal{id: t.guid("sp", name), appID: t.guid("app id", name), name: name, kind: "Application", external: true,
		created: t.created.AddDate(1, t.rng.IntN(14), t.rng.IntN(28))}
	return t.enrol(sp, roles)
}

func (t *tenant) managedIdentity(name string, roles ...appRole) *servicePrincipal {
	sp := &servicePrincipal{id: t.guid("sp", name), appID: t.guid("app id", name), name: name, kind: "ManagedIdentity",
		created: t.created.AddDate(1, t.rng.IntN(14), t.rng.IntN(28))}
	return t.enrol(sp, roles)
}

func (t *tenant) enrol(sp *servicePrincipal, roles []appRole) *servicePrincipal {
	t.servicePrincipals = append(t.servicePrincipals, sp)
	for _, r := range roles {
		t.grants = append(t.grants, appGrant{sp, r, sp.created.Add(20 * time.Minute)})
	}
	return sp
}

// consent grants a delegated permission to an application for all users.
func (t *tenant) consent(client *servicePrincipal, scope string) {
	t.delegated = append(t.delegated, obj("id", assignmentID(client.id, t.graph().id, ""), "clientId", client.id, "consentType", "AllPrincipals",
		"principalId", nil, "resourceId", t.graph().id, "scope", scope))
}

func (t *tenant) graph() *servicePrincipal {
	for _, sp := range t.servicePrincipals {
		if sp.appID == graphAppID {
			return sp
		}
	}
	panic("gen: the tenant has no Microsoft Graph")
}

func (sp *servicePrincipal) home(t *tenant) any {
	switch {
	case sp.own:
		return t.id
	case sp.external:
		return t.guid("home tenant", sp.name)
	case sp.kind == "ManagedIdentity":
		return nil
	}
	return microsoftTenant
}

func (t *tenant) servicePrincipalRecord(sp *servicePrincipal) rec {
	var roles []rec
	for _, r := range sp.appRoles {
		roles = append(roles, obj("id", r.id, "value", r.value, "displayName", r.value, "isEnabled", true, "allowedMemberTypes", []string{"Application"}))
	}
	alternative := []string{}
	if sp.kind == "ManagedIdentity" {
		alternative = []string{"isExplicit=False", "/subscriptions/" + t.guid("subscription", "platform") +
			"/resourcegroups/rg-automation/providers/Microsoft.Automation/automationAccounts/" + sp.name}
	}
	return obj("id", sp.id, "appId", sp.appID, "displayName", sp.name, "servicePrincipalType", sp.kind, "alternativeNames", alternative, "accountEnabled", true,
		"appOwnerOrganizationId", sp.home(t), "createdDateTime", sp.created, "keyCredentials", []rec{}, "passwordCredentials", []rec{}, "appRoles", roles)
}

func (t *tenant) applicationRecord(sp *servicePrincipal) rec {
	var keys, secrets []rec
	if !sp.secretUntil.IsZero() {
		secrets = append(secrets, obj("keyId", t.guid("secret", sp.name), "displayName", "automation", "hint", "q4_", "customKeyIdentifier", nil,
			"startDateTime", sp.secretUntil.AddDate(-2, 0, 0), "endDateTime", sp.secretUntil, "secretText", nil))
	}
	if !sp.certificateTil.IsZero() {
		keys = append(keys, obj("keyId", t.guid("certificate", sp.name), "displayName", "CN="+sp.name, "type", "AsymmetricX509Cert", "usage", "Verify",
			"customKeyIdentifier", nil, "startDateTime", sp.certificateTil.AddDate(-1, 0, 0), "endDateTime", sp.certificateTil, "key", nil))
	}
	return obj("id", t.guid("application", sp.name), "appId", sp.appID, "displayName", sp.name, "createdDateTime", sp.created,
		"signInAudience", "AzureADMyOrg", "keyCredentials", keys, "passwordCredentials", secrets)
}

func (t *tenant) grantRecord(g appGrant) rec {
	return obj("id", assignmentID(g.app.id, g.role.id, ""), "appRoleId", g.role.id, "createdDateTime", g.granted, "deletedDateTime", nil,
		"principalDisplayName", g.app.name, "principalId", g.app.id, "principalType", "ServicePrincipal",
		"resourceDisplayName", t.graph().name, "resourceId", t.graph().id)
}
