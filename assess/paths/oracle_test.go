package paths_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/assesstest"
	"github.com/privpath/privpath/assess/paths"
	"github.com/privpath/privpath/model"
)

// The oracle plays the attacker forward over a small world: it keeps what the
// attacker has, tries every move until nothing new comes of it, and knows
// nothing of rules, of atoms or of the access engine.

const (
	globalAdministrator = "62e90394-69f5-4237-9190-012177145e10"
	helpdesk            = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
	authentication      = "c4e39bd9-1100-46d3-8c65-fb160da0071f"
	applications        = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
	conditionalAccess   = "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9"
	groupsAdministrator = "fdd7a751-b60b-444a-984c-02652fe8fa1c"
	readers             = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
	intune              = "3a2c62db-5318-420d-8d74-23affee5d9d5"
	domainNames         = "8329153b-31d0-4727-b945-745eb3bc5f31"
	exchange            = "29232cdf-9323-42fd-ade2-1d097af3e4de"
	pimRules            = "pim-rules"
	methodsPolicy       = "methods-policy"
)

var worldRoles = []string{globalAdministrator, helpdesk, authentication, applications, conditionalAccess, groupsAdministrator, readers,
	intune, domainNames, exchange, pimRules, methodsPolicy}

type worldHolding struct {
	user, role string
	eligible   bool
}

type world struct {
	users     []string
	holdings  []worldHolding
	approvers []string // of eligible Helpdesk Administrators; nil: no approval
	groupRole string   // role of the role-assignable group, "" for none
	members   []string
	owners    []string
	appOwners []string
	ruling    bool // the application can assign roles
	mfa       bool // a policy asks everybody for a second factor
	excluded  []string
	writers   []string // owners of the excluded group

	unregistered []string // users without a second factor
	asked        bool     // a policy asks something of whoever registers one

	synced, federated    []string // users from on-premises, and of the federated domain
	claims, provider     string   // what a second factor from the federated domain's identity provider counts for, and where that runs
	passkeys, passes     bool     // methods that are on
	unit, unitDesk       []string // users in a unit, and its helpdesk
	nested               []string // owners of a group in the excluded one
	devices              []string // users who sign in on a managed device
	appDesk              []string // Application Administrators over the application alone
	trusts               string   // whom the application trusts: "", pipeline or vm
	azure, azureRole     string   // who has the role over the vm, and which
	builders, builderBy  []string // members and owners of the group that may have it
	tool, toolBy         string   // for whom the tool has consent, and who owns it
	packaged, partnered  bool     // a catalogue holds the group; a partner is a provider
	leaves               bool     // the latter disables accounts too
	manager, passwordApp string   // who owns the application that manages the other, and the one that sets passwords
}

// Azure roles.
const (
	contributor = "b24988ac-6180-42a0-ab88-20f7382dd24c"
	azureReader = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
)

func worlds(t *rapid.T) world {
	w := world{users: []string{"u0", "u1", "u2", "u3"}}
	some := func(name string, most int) []string {
		list := rapid.SliceOfNDistinct(rapid.SampledFrom(w.users), 0, most, rapid.ID).Draw(t, name)
		slices.Sort(list)
		return list
	}
	for range rapid.IntRange(0, 4).Draw(t, "holdings") {
		h := worldHolding{rapid.SampledFrom(w.users).Draw(t, "user"), rapid.SampledFrom(worldRoles).Draw(t, "role"), rapid.Bool().Draw(t, "eligible")}
		other := h
		other.eligible = !h.eligible
		if !slices.Contains(w.holdings, h) && !slices.Contains(w.holdings, other) {
			w.holdings = append(w.holdings, h)
		}
	}
	if rapid.Bool().Draw(t, "approval") {
		w.approvers = some("approvers", 2)
		if len(w.approvers) == 0 {
			w.approvers = []string{"u3"}
		}
	}
	if rapid.Bool().Draw(t, "group") {
		w.groupRole = rapid.SampledFrom(worldRoles).Draw(t, "group role")
		w.members, w.owners = some("members", 2), some("owners", 1)
	}
	w.appOwners, w.ruling = some("app owners", 1), rapid.Bool().Draw(t, "ruling")
	if w.mfa = rapid.Bool().Draw(t, "mfa"); w.mfa {
		w.excluded, w.writers = some("excluded", 2), some("writers", 1)
	}
	w.unregistered, w.asked = some("unregistered", 2), rapid.Bool().Draw(t, "asked")
	one := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
	w.synced, w.federated = some("synced", 1), some("federated", 1)
	w.claims = one("claims", "", "null", "acceptIfMfaDoneByFederatedIdp", "enforceMfaByFederatedIdp", "rejectMfaByFederatedIdp")
	w.provider = one("provider", "", "https://idp.case.example/adfs/ls/", "https://case.okta.example/sso")
	w.passkeys, w.passes = rapid.Bool().Draw(t, "passkeys"), rapid.Bool().Draw(t, "passes")
	w.unit, w.unitDesk, w.nested = some("unit", 2), some("unit's helpdesk", 1), some("nested", 1)
	w.devices, w.appDesk = some("devices", 1), some("application's administrator", 1)
	if w.trusts = one("trusts", "", "pipeline", "vm"); w.trusts == "vm" {
		w.azure, w.azureRole = one("azure", "", "u0", "u1", "builders"), one("azure role", contributor, azureReader, "of-its-own")
		w.builders, w.builderBy = some("builders", 1), some("builders' owner", 1)
	}
	w.tool, w.toolBy = one("tool", "", "all", "u2"), one("tool's owner", "", "u1", "u3")
	w.packaged, w.partnered = rapid.IntRange(0, 5).Draw(t, "packaged") == 0, rapid.Bool().Draw(t, "partnered")
	w.manager, w.passwordApp = one("manager", "", "u1"), one("password application", "", "u0")
	w.leaves = rapid.Bool().Draw(t, "leaves")
	return w
}

// tenant writes the world as an export.
func (w world) tenant(t testing.TB) *assesstest.Case {
	c := *base(t)
	c.Files = maps.Clone(c.Files)
	row := func(kv ...any) map[string]any {
		m := map[string]any{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i].(string)] = kv[i+1]
		}
		return m
	}
	refs := func(ids []string) []any {
		list := []any{}
		for _, id := range ids {
			list = append(list, row("@odata.type", "#microsoft.graph.user", "id", id))
		}
		return list
	}
	c.Files["users"] = nil
	c.Files["reports/authenticationMethods/userRegistrationDetails"] = nil
	for _, u := range w.users {
		c.Files["reports/authenticationMethods/userRegistrationDetails"] = append(c.Files["reports/authenticationMethods/userRegistrationDetails"],
			row("id", u, "isMfaRegistered", !slices.Contains(w.unregistered, u)))
	}
	for _, u := range w.users {
		domain, synced := "@case.onmicrosoft.com", any(nil)
		if slices.Contains(w.federated, u) {
			domain = "@case.example"
		}
		if slices.Contains(w.synced, u) {
			synced = true
		}
		c.Files["users"] = append(c.Files["users"], row("id", u, "userPrincipalName", u+domain, "accountEnabled", true,
			"userType", "Member", "onPremisesSyncEnabled", synced, "externalUserState", nil, "isManagementRestricted", nil))
	}
	const standing, eligible = "roleManagement/directory/roleAssignmentScheduleInstances", "roleManagement/directory/roleEligibilityScheduleInstances"
	c.Files[standing], c.Files[eligible] = []any{}, []any{}
	assign := func(path, principal, role string) {
		c.Files[path] = append(c.Files[path], row("id", fmt.Sprint(path, len(c.Files[path])), "principalId", principal, "roleDefinitionId", role,
			"directoryScopeId", "/", "assignmentType", "Assigned", "startDateTime", "2025-01-11T08:00:00Z", "endDateTime", nil))
	}
	for _, h := range w.holdings {
		path := standing
		if h.eligible {
			path = eligible
		}
		assign(path, h.user, h.role)
	}
	c.Files["groups"] = []any{
		row("id", "rulers", "displayName", "rulers", "isAssignableToRole", true, "isManagementRestricted", nil, "onPremisesSyncEnabled", nil, "membershipRule", nil),
		row("id", "exempt", "displayName", "exempt", "isAssignableToRole", nil, "isManagementRestricted", nil, "onPremisesSyncEnabled", nil, "membershipRule", nil)}
	if w.groupRole != "" {
		assign(standing, "rulers", w.groupRole)
	}
	c.Files["groups/rulers/members"], c.Files["groups/rulers/owners"] = refs(w.members), refs(w.owners)
	c.Files["groups/exempt/members"], c.Files["groups/exempt/owners"] = refs(w.excluded), refs(w.writers)
	c.Files["policies/roleManagementPolicyAssignments"] = nil
	for _, role := range worldRoles {
		var approvers []any
		for _, a := range w.approvers {
			approvers = append(approvers, row("@odata.type", "#microsoft.graph.singleUser", "userId", a))
		}
		asks := role == helpdesk && w.approvers != nil
		c.Files["policies/roleManagementPolicyAssignments"] = append(c.Files["policies/roleManagementPolicyAssignments"],
			row("id", "p"+role, "scopeId", "/", "scopeType", "DirectoryRole", "roleDefinitionId", role, "policy", row("id", "pp"+role, "rules", []any{
				row("id", "AuthenticationContext_EndUser_Assignment", "isEnabled", false, "claimValue", nil),
				row("id", "Enablement_EndUser_Assignment", "enabledRules", []any{}),
				row("id", "Approval_EndUser_Assignment", "setting", row("isApprovalRequired", asks, "approvalStages", []any{row("primaryApprovers", approvers)}))})))
	}
	c.Files["applications"] = []any{row("id", "app", "appId", "app-id", "displayName", "app", "servicePrincipalLockConfiguration", row("isEnabled", true, "allProperties", true))}
	c.Files["applications/app/owners"] = refs(w.appOwners)
	c.Files["servicePrincipals"] = append(slices.Clone(c.Files["servicePrincipals"]),
		row("id", "sp", "appId", "app-id", "displayName", "app", "servicePrincipalType", "Application", "appOwnerOrganizationId", "tenant"))
	c.Files["servicePrincipals/sp/owners"] = []any{}
	if w.ruling {
		c.Files["servicePrincipals/graph/appRoleAssignedTo"] = []any{row("id", "g", "appRoleId", "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8", "principalId", "sp", "resourceId", "graph")}
	}
	if w.mfa {
		c.Files["identity/conditionalAccess/policies"] = []any{mfaPolicy()}
	}
	if w.asked {
		asking := mfaPolicy()
		asking["id"] = "asking"
		applications := asking["conditions"].(map[string]any)["applications"].(map[string]any)
		applications["includeApplications"], applications["includeUserActions"] = []any{}, []any{"urn:user:registersecurityinfo"}
		c.Files["identity/conditionalAccess/policies"] = append(slices.Clone(c.Files["identity/conditionalAccess/policies"]), asking)
	}
	w.more(&c, row, refs)
	return &c
}

// more writes what else there is in the world.
func (w world) more(c *assesstest.Case, row func(...any) map[string]any, refs func([]string) []any) {
	list := func(path string, rows ...any) { c.Files[path] = append(slices.Clone(c.Files[path]), rows...) }
	c.Files["domains"] = []any{row("id", "case.onmicrosoft.com", "authenticationType", "Managed"), row("id", "case.example", "authenticationType", "Federated")}
	federation := row("id", "fc", "displayName", "Provider", "passiveSignInUri", w.provider)
	switch w.claims {
	case "":
	case "null":
		federation["federatedIdpMfaBehavior"] = nil
	default:
		federation["federatedIdpMfaBehavior"] = w.claims
	}
	c.Files["domains/case.example/federationConfiguration"] = []any{federation}
	state := map[bool]string{true: "enabled", false: "disabled"}
	c.Files["policies/authenticationMethodsPolicy"] = []any{row("id", "authenticationMethodsPolicy", "authenticationMethodConfigurations", []any{
		row("id", "Fido2", "state", state[w.passkeys]), row("id", "TemporaryAccessPass", "state", state[w.passes]), row("id", "X509Certificate", "state", "disabled")})}
	for id, action := range map[string]string{exchange: "microsoft.office365.exchange/allEntities/basic/allTasks",
		pimRules: "microsoft.directory/privilegedIdentityManagement/allProperties/update", methodsPolicy: "microsoft.directory/organization/strongAuthentication/update"} {
		list("roleManagement/directory/roleDefinitions", row("id", id, "templateId", id, "displayName", id, "isBuiltIn", id == exchange, "isEnabled", true,
			"rolePermissions", []any{row("allowedResourceActions", []any{action}, "condition", nil)}))
	}
	const standing = "roleManagement/directory/roleAssignmentScheduleInstances"
	scoped := func(who []string, role, scope string) {
		for _, u := range who {
			list(standing, row("id", "scoped"+u+role, "principalId", u, "roleDefinitionId", role, "directoryScopeId", scope, "assignmentType", "Assigned",
				"startDateTime", "2025-01-11T08:00:00Z", "endDateTime", nil))
		}
	}
	c.Files["directory/administrativeUnits"] = []any{row("id", "au", "displayName", "Unit", "isMemberManagementRestricted", false, "membershipType", nil)}
	c.Files["directory/administrativeUnits/au/members"] = refs(w.unit)
	scoped(w.unitDesk, helpdesk, "/administrativeUnits/au")
	scoped(w.appDesk, applications, "/app")
	if w.nested != nil {
		list("groups", row("id", "inner", "displayName", "inner", "isAssignableToRole", nil, "isManagementRestricted", nil, "onPremisesSyncEnabled", nil, "membershipRule", nil))
		list("groups/exempt/members", row("@odata.type", "#microsoft.graph.group", "id", "inner"))
		c.Files["groups/inner/members"], c.Files["groups/inner/owners"] = []any{}, refs(w.nested)
	}
	for _, u := range w.devices {
		list("devices", row("id", "pc"+u, "deviceId", "d"+u, "displayName", "PC", "accountEnabled", true, "isManaged", true, "isCompliant", true, "trustType", "AzureAd", "extensionAttributes", map[string]any{}))
		c.Files["devices/pc"+u+"/registeredOwners"] = refs([]string{u})
	}
	application := func(id, owner string) {
		list("applications", row("id", id+"-app", "appId", id+"-id", "displayName", id, "servicePrincipalLockConfiguration", row("isEnabled", true, "allProperties", true)))
		list("servicePrincipals", row("id", id, "appId", id+"-id", "displayName", id, "servicePrincipalType", "Application", "appOwnerOrganizationId", "tenant"))
		c.Files["applications/"+id+"-app/owners"], c.Files["servicePrincipals/"+id+"/owners"] = []any{}, []any{}
		c.Files["applications/"+id+"-app/federatedIdentityCredentials"] = []any{}
		if owner != "" {
			c.Files["applications/"+id+"-app/owners"] = refs([]string{owner})
		}
	}
	granted := func(id, permission string) {
		list("servicePrincipals/graph/appRoleAssignedTo", row("id", "g"+id, "appRoleId", permission, "principalId", id, "resourceId", "graph"))
	}
	trusted := []any{}
	switch w.trusts {
	case "pipeline":
		trusted = []any{row("id", "f", "issuer", pipelineIssuer, "subject", "main")}
	case "vm":
		trusted = []any{row("id", "f", "issuer", "https://login.microsoftonline.com/tenant/v2.0", "subject", "vm")}
		list("servicePrincipals", row("id", "vm", "appId", "vm-id", "displayName", "vm", "servicePrincipalType", "ManagedIdentity", "appOwnerOrganizationId", "tenant",
			"alternativeNames", []any{"isExplicit=False", "/subscriptions/s1/resourcegroups/rg/providers/microsoft.compute/virtualmachines/vm"}))
		list("groups", row("id", "builders", "displayName", "builders", "isAssignableToRole", nil, "isManagementRestricted", nil, "onPremisesSyncEnabled", nil, "membershipRule", nil))
		c.Files["groups/builders/members"], c.Files["groups/builders/owners"] = refs(w.builders), refs(w.builderBy)
		assignment := func(who, role string) any {
			return row("properties", row("principalId", who, "principalType", "User", "roleDefinitionId", "/providers/Microsoft.Authorization/roleDefinitions/"+role, "scope", "/subscriptions/s1"))
		}
		c.Files["imports/arm/roleAssignments"] = []any{assignment("nobody", azureReader)}
		if w.azure != "" {
			list("imports/arm/roleAssignments", assignment(w.azure, w.azureRole))
		}
	}
	c.Files["applications/app/federatedIdentityCredentials"] = trusted
	if w.tool != "" {
		application("tool", w.toolBy)
		consent := row("id", "o", "clientId", "tool", "resourceId", "graph", "scope", "RoleManagement.ReadWrite.Directory", "consentType", "AllPrincipals", "principalId", nil)
		if w.tool != "all" {
			consent["consentType"], consent["principalId"] = "Principal", w.tool
		}
		c.Files["oauth2PermissionGrants"] = []any{consent}
	}
	if w.packaged {
		c.Files["identityGovernance/entitlementManagement/catalogs/general/resources"] = []any{row("id", "r", "displayName", "rulers", "originId", "rulers", "originSystem", "AadGroup")}
	}
	if w.partnered {
		c.Files["policies/crossTenantAccessPolicy/partners"] = []any{row("tenantId", "provider", "isServiceProvider", true)}
	}
	if w.manager != "" {
		application("manager", w.manager)
		granted("manager", "18a4783c-866b-4cc7-a460-3d5e5662c884")
		list("applications/app/owners", row("@odata.type", "#microsoft.graph.servicePrincipal", "id", "manager"))
	}
	if w.passwordApp != "" {
		application("hr", w.passwordApp)
		granted("hr", "cc117bb9-00cf-4eb8-b580-ea2a878fe8f7")
		if w.leaves {
			granted("hr", "3011c876-62b7-4ada-afa2-506cbbecc68c")
		}
	}
}

const pipelineIssuer = "https://token.actions.githubusercontent.com"

// mfaPolicy asks everybody but the excluded group for a second factor.
func mfaPolicy() map[string]any {
	none := []any{}
	return map[string]any{"id": "mfa", "displayName": "mfa", "state": "enabled", "sessionControls": nil,
		"grantControls": map[string]any{"operator": "OR", "builtInControls": []any{"mfa"}, "customAuthenticationFactors": none, "termsOfUse": none, "authenticationStrength": nil},
		"conditions": map[string]any{"clientAppTypes": []any{"all"}, "platforms": nil, "locations": nil, "devices": nil, "clientApplications": nil,
			"authenticationFlows": nil, "signInRiskLevels": none, "userRiskLevels": none, "insiderRiskLevels": nil,
			"users": map[string]any{"includeUsers": []any{"All"}, "excludeUsers": none, "includeGroups": none, "excludeGroups": []any{"exempt"},
				"includeRoles": none, "excludeRoles": none, "includeGuestsOrExternalUsers": nil, "excludeGuestsOrExternalUsers": nil},
			"applications": map[string]any{"includeApplications": []any{"All"}, "excludeApplications": none, "includeUserActions": none,
				"includeAuthenticationContextClassReferences": none, "applicationFilter": nil}}}
}

// have is what the attacker has.
type have struct {
	credential                  map[string]int // 1 password, 2 second factor, 3 any method
	session                     map[string]bool
	roles                       map[string]bool
	policyOff, groupOff, robots bool
	tier0                       bool

	unitDesk                  bool
	vm, tool, manager, hr     bool // applications that are controlled
	inside                    bool // an account or an application of the tenant
	pipeline, partner, ground bool // what is outside: the pipeline, the provider, the on-premises directory
	issuer                    bool // the identity provider of the federated domain

	blocked, hindered bool            // policies block everybody; something that sign-ins hang on is written
	out               map[string]bool // accounts that cannot sign in
}

func (w world) signsIn(h have, user string) bool {
	need := 1
	if w.mfa && !slices.Contains(w.excluded, user) && !h.policyOff && !h.groupOff {
		need = 2
	}
	return h.credential[user] >= need
}

func (w world) acts(h have, user string) bool { return h.session[user] || w.signsIn(h, user) }

// play makes every move until nothing changes. may says how open questions are
// answered: in favour of the attacker, or not.
func (w world) play(h *have, may bool) bool {
	for before := ""; before != fmt.Sprint(*h); {
		before = fmt.Sprint(*h)
		for _, u := range w.users {
			if h.credential[u] == 1 && slices.Contains(w.unregistered, u) && (may || !w.asked) {
				h.credential[u] = 2
			}
			w.take(h, u)
			if w.acts(*h, u) {
				h.robots = h.robots || slices.Contains(w.appOwners, u)
				h.groupOff = h.groupOff || w.mfa && slices.Contains(w.writers, u)
			}
		}
		w.moveMore(h, may)
		h.robots = h.robots || h.roles[applications]
		h.policyOff = h.policyOff || h.roles[conditionalAccess]
		h.groupOff = h.groupOff || h.roles[groupsAdministrator]
		h.tier0 = h.tier0 || h.roles[globalAdministrator] || h.robots && w.ruling
		for _, u := range w.users {
			writeback := may || !slices.Contains(w.synced, u)
			if h.roles[helpdesk] && w.resets(helpdesk, u, may) && writeback {
				h.credential[u] = max(h.credential[u], 1)
			}
			if !h.roles[authentication] || !w.resets(authentication, u, may) {
				continue
			}
			if writeback {
				h.credential[u] = max(h.credential[u], 1)
			}
			if w.passes || h.roles[methodsPolicy] {
				h.credential[u] = max(h.credential[u], 2)
			}
			if w.passkeys || h.roles[methodsPolicy] {
				h.credential[u] = 3
			}
		}
	}
	return h.tier0
}

// lockOut makes the moves that take accounts out of action, once all others are made.
func (w world) lockOut(h *have, may bool) {
	h.out = map[string]bool{}
	any := func(owners []string) bool {
		return slices.ContainsFunc(owners, func(o string) bool { return w.acts(*h, o) })
	}
	h.blocked = h.roles[conditionalAccess]
	groups := (w.mfa || w.asked) && (any(w.writers) || any(w.nested) || h.roles[groupsAdministrator])
	h.hindered = may && (h.roles[methodsPolicy] || groups)
	for _, u := range w.users {
		sure := !slices.Contains(w.synced, u)
		disables := h.roles[authentication] && w.resets(authentication, u, may) && (may || sure)
		resets := may && (h.roles[helpdesk] && w.resets(helpdesk, u, true) || h.roles[authentication] && w.resets(authentication, u, true) ||
			h.unitDesk && slices.Contains(w.unit, u) && w.resets(helpdesk, u, true) || h.hr && w.resets("", u, true) && !w.holdsNow(u))
		if h.hr && w.leaves && w.resets("", u, may) && !w.holdsNow(u) {
			disables = disables || may || !w.administers(u) && sure
		}
		withheld := h.ground && slices.Contains(w.synced, u) || may && slices.Contains(w.federated, u) && (h.issuer || h.roles[domainNames])
		h.out[u] = h.tier0 || h.blocked || h.hindered || disables || resets || withheld
	}
}

// rulers are the users with Global Administrator, and whether each must activate it.
func (w world) rulers() map[string]bool {
	list := map[string]bool{}
	for _, h := range w.holdings {
		if h.role == globalAdministrator {
			list[h.user] = h.eligible
		}
	}
	if w.groupRole == globalAdministrator {
		for _, m := range w.members {
			list[m] = false
		}
	}
	return list
}

// locksOut says whether an attacker puts everybody with Global Administrator out of
// action.
func (w world) locksOut(h have) bool {
	if h.tier0 || h.blocked {
		return true
	}
	for u, eligible := range w.rulers() {
		if !h.out[u] && !(eligible && h.roles[pimRules]) {
			return false
		}
	}
	return true
}

// moveMore makes the moves of what else there is in the world.
func (w world) moveMore(h *have, may bool) {
	by := func(owner string) bool { return owner != "" && w.acts(*h, owner) }
	any := func(owners []string) bool { return slices.ContainsFunc(owners, by) }
	groups := h.roles[groupsAdministrator]
	h.unitDesk = h.unitDesk || any(w.unitDesk)
	h.groupOff = h.groupOff || w.mfa && any(w.nested)
	h.robots = h.robots || any(w.appDesk) || h.pipeline && w.trusts == "pipeline" || h.vm && w.trusts == "vm" || h.manager
	h.manager = h.manager || w.manager != "" && (by(w.manager) || h.roles[applications])
	h.hr = h.hr || w.passwordApp != "" && (by(w.passwordApp) || h.roles[applications])
	h.tool = h.tool || w.tool != "" && (by(w.toolBy) || h.roles[applications])
	if w.trusts == "vm" && (w.azureRole == contributor || may && w.azureRole == "of-its-own") {
		h.vm = h.vm || by(w.azure) || w.azure == "builders" && (any(w.builders) || any(w.builderBy) || groups)
	}
	if may {
		administers := w.tool == "all" || w.administers(w.tool)
		h.tier0 = h.tier0 || h.tool && administers || h.partner && w.partnered || h.roles[exchange]
		if w.packaged && w.groupRole != "" && h.inside {
			h.roles[w.groupRole] = true
		}
	}
	h.issuer = h.issuer || h.ground && (w.provider == "https://idp.case.example/adfs/ls/" || may)
	for _, u := range w.users {
		get := func(credential int) { h.credential[u] = max(h.credential[u], credential) }
		if h.ground && slices.Contains(w.synced, u) {
			get(1)
		}
		if slices.Contains(w.federated, u) {
			if h.issuer {
				get(1)
			}
			claimed := w.claims == "acceptIfMfaDoneByFederatedIdp" || w.claims == "enforceMfaByFederatedIdp" || may && w.claims != "rejectMfaByFederatedIdp"
			if h.roles[domainNames] || h.issuer && claimed {
				get(2)
			}
		}
		if h.roles[intune] && (slices.Contains(w.devices, u) || may && len(w.devices) > 0) {
			get(3)
		}
		if h.unitDesk && slices.Contains(w.unit, u) && w.resets(helpdesk, u, may) && (may || !w.administers(u) && !slices.Contains(w.synced, u)) {
			get(1)
		}
		if h.hr && may && w.resets("", u, true) && !w.holdsNow(u) {
			get(1)
		}
	}
}

// holdsNow says whether a user has an active role, administers also whether an
// eligible one, or one of the group.
func (w world) holdsNow(u string) bool {
	return slices.Contains(w.unitDesk, u) || slices.Contains(w.appDesk, u) ||
		slices.ContainsFunc(w.holdings, func(h worldHolding) bool { return h.user == u && !h.eligible })
}

func (w world) administers(u string) bool {
	return w.holdsNow(u) || slices.ContainsFunc(w.holdings, func(h worldHolding) bool { return h.user == u }) ||
		w.groupRole != "" && slices.Contains(w.members, u)
}

// take puts every role into use that the user can bring into use.
func (w world) take(h *have, u string) {
	for _, holding := range w.holdings {
		switch {
		case holding.user != u:
		case h.session[u]:
			h.roles[holding.role] = true
		case !w.signsIn(*h, u):
		case holding.eligible && holding.role == helpdesk && w.approvers != nil && !h.roles[pimRules]:
			for _, a := range w.approvers {
				h.roles[helpdesk] = h.roles[helpdesk] || a != u && w.acts(*h, a)
			}
		default:
			h.roles[holding.role] = true
		}
	}
	if w.groupRole != "" && w.acts(*h, u) && (slices.Contains(w.members, u) || slices.Contains(w.owners, u)) {
		h.roles[w.groupRole] = true
	}
}

// resets says whether a role resets a user: Microsoft's table, its rows for the
// roles of this world, and eligible roles as an open question.
func (w world) resets(actor, target string, may bool) bool {
	if slices.Contains(w.members, target) || slices.Contains(w.owners, target) {
		return false // the group is role-assignable, whether it holds a role or not
	}
	if slices.Contains(w.appDesk, target) || slices.Contains(w.unitDesk, target) && actor != helpdesk {
		return false
	}
	for _, h := range w.holdings {
		if h.user == target && h.role != actor && h.role != readers && (!h.eligible || !may) {
			return false
		}
	}
	return true
}

func TestVerdictsAgreeWithPlayingForward(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) { agrees(t, rt, worlds(rt)) })
}

// agrees asks from every start, as every attacker, and gives the graph.
func agrees(t testing.TB, rt require.TestingT, w world) *paths.Graph {
	g := build(t, w.tenant(t))
	require.NoError(rt, g.Verify())
	ask := func(kind, id, attacker string, start func() have) {
		must, may := start(), start()
		want := model.Unknown
		if surely, perhaps := w.play(&must, false), w.play(&may, true); surely == perhaps {
			want = model.Of(surely)
		}
		require.Equal(rt, want, g.Verdict(model.PrincipalRef{Kind: kind, ID: id}, attacker), "%s as %s in %+v", id, attacker, w)
		agreesOnLockouts(rt, g, w, id, attacker, must, may)
	}
	for _, u := range w.users {
		for _, attacker := range everyAttacker[:5] {
			ask("user", u, attacker, func() have { return begin(u, attacker) })
		}
	}
	for id, has := range map[string]func(*have){"sp": func(h *have) { h.robots = true }, "vm": func(h *have) { h.vm = true }, "tool": func(h *have) { h.tool = true },
		"manager": func(h *have) { h.manager = true }, "hr": func(h *have) { h.hr = true }} {
		if id == "sp" || id == "vm" && w.trusts == "vm" || id == "tool" && w.tool != "" || id == "manager" && w.manager != "" || id == "hr" && w.passwordApp != "" {
			ask("servicePrincipal", id, paths.AttackerCredential, func() have {
				h := begin("", "")
				h.inside = true
				has(&h)
				return h
			})
		}
	}
	for id, has := range map[string]func(*have){"onPremises": func(h *have) { h.ground = true }, pipelineIssuer + "#main": func(h *have) { h.pipeline = true },
		"provider": func(h *have) { h.partner = true }, "case.example": func(h *have) { h.issuer = true }} {
		kind := map[string]string{"onPremises": "onPremises", "provider": "tenant", "case.example": "identityProvider"}[id]
		ask(cmp.Or(kind, "externalIdentity"), id, paths.AttackerControl, func() have {
			h := begin("", "")
			has(&h)
			return h
		})
	}
	return g
}

// agreesOnLockouts asks who is put out of action by what was played.
func agreesOnLockouts(rt require.TestingT, g *paths.Graph, w world, id, attacker string, must, may have) {
	w.lockOut(&must, false)
	w.lockOut(&may, true)
	want := func(surely, perhaps bool) model.Truth {
		if surely == perhaps {
			return model.Of(surely)
		}
		return model.Unknown
	}
	for u := range w.rulers() {
		if got, ok := g.LockoutVerdict(id, attacker, u); ok {
			require.Equal(rt, want(must.out[u], may.out[u]), got, "%s as %s, lock-out of %s in %+v", id, attacker, u, w)
		}
	}
	if got, ok := g.LockoutVerdict(id, attacker, ""); ok {
		require.Equal(rt, want(w.locksOut(must), w.locksOut(may)), got, "%s as %s, lock-out of all in %+v", id, attacker, w)
	}
}

// rareWorlds are those in which hops surely lead in that seldom do by chance.
func rareWorlds() []world {
	var list []world
	add := func(change func(*world)) {
		w := world{users: []string{"u0", "u1", "u2", "u3"}, appOwners: []string{"u2"}, ruling: true, passkeys: true}
		change(&w)
		list = append(list, w)
	}
	for _, approver := range []string{"u1", "u3"} {
		add(func(w *world) {
			w.holdings = []worldHolding{{"u0", helpdesk, true}}
			w.approvers, w.synced = []string{approver}, []string{"u0", "u1"}
			if approver == "u3" {
				w.holdings = append(w.holdings, worldHolding{"u1", pimRules, false})
			}
		})
	}
	add(func(w *world) {
		w.holdings, w.mfa = []worldHolding{{"u0", conditionalAccess, false}}, true
		w.excluded, w.synced = []string{"u0"}, []string{"u0", "u2"}
	})
	add(func(w *world) {
		w.holdings, w.approvers = []worldHolding{{"u0", helpdesk, true}}, []string{"u3"}
	})
	for _, provider := range []string{"https://idp.case.example/adfs/ls/", "https://case.okta.example/sso"} {
		add(func(w *world) {
			w.federated, w.provider, w.mfa, w.claims = []string{"u2"}, provider, true, "enforceMfaByFederatedIdp"
		})
	}
	for _, role := range []string{authentication, domainNames, intune} {
		add(func(w *world) {
			w.holdings, w.mfa, w.excluded = []worldHolding{{"u0", role, false}}, true, []string{"u0"}
			w.federated, w.devices = []string{"u2"}, []string{"u2"}
		})
	}
	return list
}

// Every kind of hop that the oracle plays occurs in the random tenants, certain
// where it can be, and else unknown. PATHS_WORLDS asks for more of them.
func TestEveryKindOfHopIsPlayed(t *testing.T) {
	worldsAsked, first := 300, 1
	if text := os.Getenv("PATHS_WORLDS"); text != "" {
		_, err := fmt.Sscan(text, &worldsAsked, &first)
		require.NoError(t, err, "PATHS_WORLDS is how many, and the number of the first")
	}
	generator, seen := rapid.Custom(worlds), map[string]int{}
	played := rareWorlds()
	for i := range worldsAsked {
		played = append(played, generator.Example(first+i))
	}
	for _, w := range played {
		for _, p := range agrees(t, t, w).Paths() {
			for _, h := range p.Hops {
				seen[h.Edge+" "+p.Verdict]++
			}
		}
	}
	for _, edge := range []string{"usesRole", "activatesRole", "approves", "signsIn", "ownsGroup", "writesGroup", "resetsPassword", "addsMethod", "registersMethod", "ownsApplication",
		"managesApplication", "addsCredential", "hasPermission", "assignsRole", "writesConditionalAccess", "writesPIMPolicy", "ridesSession", "federatesDomain", "federatesWorkload",
		"controlsResource", "hostsIdentity", "runsCodeOn", "signsInOn", "syncedFrom", "vouchesFor", "runsProvider"} {
		require.NotZero(t, seen[edge+" "+model.Reaches], "%s never reaches: %v", edge, seen)
	}
	for _, edge := range []string{"actsInTheName", "requestsPackage", "administersAsPartner", "leadsOn"} {
		require.NotZero(t, seen[edge+" "+model.ReachUnknown], "%s is never unknown: %v", edge, seen)
	}
}

func begin(user, attacker string) have {
	h := have{credential: map[string]int{}, session: map[string]bool{}, roles: map[string]bool{}, inside: user != ""}
	switch attacker {
	case "":
	case access.AttackerStolenPassword:
		h.credential[user] = 1
	case access.AttackerPhishedSession:
		h.credential[user] = 2
	case access.AttackerActiveSession:
		h.session[user] = true
	default:
		h.credential[user] = 3
	}
	return h
}

// A proof that starts share costs none of them more than one of its own.
func TestSharedProofsAreCheapest(t *testing.T) {
	shared := 0
	rapid.Check(t, func(rt *rapid.T) {
		w := worlds(rt)
		role := rapid.SampledFrom([]string{helpdesk, authentication, intune}).Draw(rt, "role of many")
		for _, u := range []string{"v0", "v1", "v2", "v3", "v4", "v5"} { // most of whom nothing tells apart
			w.users = append(w.users, u)
			w.holdings = append(w.holdings, worldHolding{u, role, w.approvers != nil})
			if rapid.IntRange(0, 3).Draw(rt, "device of "+u) > 0 {
				w.devices = append(w.devices, u)
			}
		}
		dearer, n := build(t, w.tenant(t)).DearerProofs()
		require.Empty(rt, dearer)
		shared += n
	})
	require.Positive(t, shared)
}
