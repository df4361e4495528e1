package paths_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/assesstest"
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
)

var worldRoles = []string{globalAdministrator, helpdesk, authentication, applications, conditionalAccess, groupsAdministrator, readers}

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
}

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
		c.Files["users"] = append(c.Files["users"], row("id", u, "userPrincipalName", u+"@case.onmicrosoft.com", "accountEnabled", true,
			"userType", "Member", "onPremisesSyncEnabled", nil, "externalUserState", nil, "isManagementRestricted", nil))
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
	return &c
}

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
func (w world) play(h have, may bool) bool {
	for before := ""; before != fmt.Sprint(h); {
		before = fmt.Sprint(h)
		for _, u := range w.users {
			if h.credential[u] == 1 && slices.Contains(w.unregistered, u) && (may || !w.asked) {
				h.credential[u] = 2
			}
			w.take(&h, u)
			if w.acts(h, u) {
				h.robots = h.robots || slices.Contains(w.appOwners, u)
				h.groupOff = h.groupOff || w.mfa && slices.Contains(w.writers, u)
			}
		}
		h.robots = h.robots || h.roles[applications]
		h.policyOff = h.policyOff || h.roles[conditionalAccess]
		h.groupOff = h.groupOff || h.roles[groupsAdministrator]
		h.tier0 = h.tier0 || h.roles[globalAdministrator] || h.robots && w.ruling
		for _, u := range w.users {
			if h.roles[helpdesk] && w.resets(helpdesk, u, may) {
				h.credential[u] = max(h.credential[u], 1)
			}
			if h.roles[authentication] && w.resets(authentication, u, may) {
				h.credential[u] = 3
			}
		}
	}
	return h.tier0
}

// take puts every role into use that the user can bring into use.
func (w world) take(h *have, u string) {
	for _, holding := range w.holdings {
		switch {
		case holding.user != u:
		case h.session[u]:
			h.roles[holding.role] = true
		case !w.signsIn(*h, u):
		case holding.eligible && holding.role == helpdesk && w.approvers != nil:
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
	for _, h := range w.holdings {
		if h.user == target && h.role != actor && h.role != readers && (!h.eligible || !may) {
			return false
		}
	}
	return true
}

func TestVerdictsAgreeWithPlayingForward(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := worlds(rt)
		g := build(t, w.tenant(t))
		require.NoError(rt, g.Verify())
		for _, u := range w.users {
			for _, attacker := range everyAttacker[:5] {
				want := model.Unknown
				if must, may := w.play(begin(u, attacker), false), w.play(begin(u, attacker), true); must == may {
					want = model.Of(must)
				}
				require.Equal(rt, want, g.Verdict(model.PrincipalRef{Kind: "user", ID: u}, attacker), "%s as %s in %+v", u, attacker, w)
			}
		}
	})
}

func begin(user, attacker string) have {
	h := have{credential: map[string]int{}, session: map[string]bool{}, roles: map[string]bool{}}
	switch attacker {
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
