package tenants

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

const (
	globalAdministrator = "62e90394-69f5-4237-9190-012177145e10"
	active              = "roleManagement/directory/roleAssignmentScheduleInstances"
	canActivate         = "roleManagement/directory/roleEligibilityScheduleInstances"
	paw                 = "PAW"
)

// standing are the principals that hold the role for good.
func standing(d data, role string) []string {
	var out []string
	for _, r := range d.rows[active] {
		if r["roleDefinitionId"] == role && r["assignmentType"] == "Assigned" && r["endDateTime"] == nil {
			out = append(out, r["principalId"].(string))
		}
	}
	return out
}

func eligibleFor(d data, role string) []string {
	var out []string
	for _, r := range d.rows[canActivate] {
		if r["roleDefinitionId"] == role {
			out = append(out, r["principalId"].(string))
		}
	}
	return out
}

// rule finds one rule of a role's PIM settings.
func rule(d data, role, id string) row {
	for _, r := range d.rows["policies/roleManagementPolicyAssignments"] {
		if r["roleDefinitionId"] == role {
			for _, x := range r["policy"].(row)["rules"].([]any) {
				if x.(row)["id"] == id {
					return x.(row)
				}
			}
		}
	}
	return row{}
}

func enabledPolicies(d data) []row {
	var out []row
	for _, p := range d.rows["identity/conditionalAccess/policies"] {
		if p["state"] == "enabled" {
			out = append(out, p)
		}
	}
	return out
}

func at(v any, path ...string) any {
	for _, key := range path {
		object, ok := v.(row)
		if !ok {
			return nil
		}
		v = object[key]
	}
	return v
}

func declarations(t *testing.T, d data) row {
	t.Helper()
	var out row
	must(t, json.Unmarshal(d.files["declarations.json"], &out))
	return out
}

func emergencyAccounts(t *testing.T, d data) []string {
	var out []string
	for _, b := range asList(declarations(t, d)["breakGlass"]) {
		out = append(out, b.(row)["id"].(string))
	}
	return out
}

func TestPIMOnlyIsGoodInPIMAndOpenElsewhere(t *testing.T) {
	d := decode(t, "pim-only")
	check(t, d.files["declarations.json"] == nil, "it declares nothing")
	check(t, len(standing(d, globalAdministrator)) == 0, "it has a standing Global Administrator")
	check(t, len(eligibleFor(d, globalAdministrator)) == 3, "its eligible Global Administrators: %v", eligibleFor(d, globalAdministrator))
	check(t, at(rule(d, globalAdministrator, "Approval_EndUser_Assignment"), "setting", "isApprovalRequired") == true, "activation needs no approval")
	check(t, rule(d, globalAdministrator, "AuthenticationContext_EndUser_Assignment")["isEnabled"] == false, "activation asks for a context")
	for _, p := range enabledPolicies(d) {
		controls := asList(at(p, "grantControls", "builtInControls"))
		device := slices.Contains(controls, any("compliantDevice")) || slices.Contains(controls, any("domainJoinedDevice"))
		check(t, !device || at(p, "grantControls", "operator") == "OR" && slices.Contains(controls, any("mfa")), "%s binds a device", p["displayName"])
		check(t, at(p, "conditions", "locations") == nil && at(p, "conditions", "devices") == nil, "%s looks at place or device", p["displayName"])
	}
	check(t, d.rows["deviceManagement/settings"][0]["secureByDefault"] == false, "devices without a policy are not compliant")
	for _, device := range d.rows["devices"] {
		check(t, at(device, "extensionAttributes", "extensionAttribute1") == nil, "%s is a marked workstation", device["displayName"])
	}
	// A Global Administrator is active at collection, from a computer without identity.
	var seen bool
	for _, r := range d.rows[active] {
		if r["roleDefinitionId"] != globalAdministrator || r["assignmentType"] != "Activated" {
			continue
		}
		for _, s := range d.rows["auditLogs/signIns"] {
			inside := s["createdDateTime"].(string) >= r["startDateTime"].(string)
			seen = seen || s["userId"] == r["principalId"] && inside && at(s, "deviceDetail", "deviceId") == "" && at(s, "status", "errorCode") == 0.0
		}
	}
	check(t, seen, "the log shows no use of Global Administrator from an unknown computer")
}

func TestMiddlingHasItsHoles(t *testing.T) {
	d := decode(t, "middling")
	emergency := emergencyAccounts(t, d)
	check(t, len(emergency) == 2, "emergency accounts: %v", emergency)
	holders := map[string]bool{}
	for _, id := range append(standing(d, globalAdministrator), eligibleFor(d, globalAdministrator)...) {
		if !slices.Contains(emergency, id) {
			holders[id] = true
		}
	}
	check(t, len(holders) == 6, "it has %d Global Administrators", len(holders))
	check(t, rule(d, globalAdministrator, "AuthenticationContext_EndUser_Assignment")["claimValue"] == "c1", "activation asks for no context")
	bound := 0
	for _, p := range enabledPolicies(d) {
		bound += len(asList(at(p, "conditions", "applications", "includeAuthenticationContextClassReferences")))
		if strings.HasPrefix(p["displayName"].(string), "CA110") {
			platforms := asList(at(p, "conditions", "platforms", "includePlatforms"))
			check(t, len(platforms) > 0 && !slices.Contains(platforms, any("linux")) && !slices.Contains(platforms, any("all")), "CA110 has no hole: %v", platforms)
			excluded := asList(at(p, "conditions", "users", "excludeUsers"))
			check(t, slices.Contains(excluded, any(emergency[0])) && !slices.Contains(excluded, any(emergency[1])), "CA110 excludes %v", excluded)
		}
	}
	check(t, bound == 0, "an enabled policy binds the context")
	users := map[string]row{}
	for _, u := range d.rows["users"] {
		users[u["id"].(string)] = u
	}
	var guest, disabled, stale bool
	for _, r := range d.rows[canActivate] {
		u := users[r["principalId"].(string)]
		last, _ := at(u, "signInActivity", "lastSuccessfulSignInDateTime").(string)
		guest = guest || u["userType"] == "Guest"
		disabled = disabled || u["accountEnabled"] == false
		stale = stale || u["accountEnabled"] == true && last < "2026-08-22" && last != ""
	}
	check(t, guest && disabled && stale, "a guest %v, a disabled account %v, a stale one %v", guest, disabled, stale)
	var grant bool
	for _, g := range d.rows["servicePrincipals/{id}/appRoleAssignedTo"] {
		grant = grant || g["appRoleId"] == "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8" // RoleManagement.ReadWrite.Directory
	}
	check(t, grant, "no application may manage roles")
	expired := 0
	for _, a := range asList(declarations(t, d)["attestations"]) {
		if a.(row)["expires"].(string) < "2026-11-20" {
			expired++
		}
	}
	check(t, expired == 1, "%d attestations have expired", expired)
}

func TestMatureLetsTierZeroInFromItsWorkstationsOnly(t *testing.T) {
	d := decode(t, "mature")
	declared := declarations(t, d)
	emergency := emergencyAccounts(t, d)
	slices.Sort(emergency)
	holders := standing(d, globalAdministrator)
	slices.Sort(holders)
	check(t, slices.Equal(emergency, holders), "standing %v, emergency %v", holders, emergency)
	check(t, len(eligibleFor(d, globalAdministrator)) == 3, "eligible %v", eligibleFor(d, globalAdministrator))

	marked := map[any]bool{}
	owned := map[any]int{}
	for _, device := range d.rows["devices"] {
		if at(device, "extensionAttributes", "extensionAttribute1") == paw {
			marked[device["deviceId"]] = true
			check(t, device["isCompliant"] == true && device["isManagementRestricted"] == true, "%s is not in order", device["displayName"])
			for _, owner := range d.byFile["devices/"+device["id"].(string)+"/registeredOwners"] {
				owned[owner["id"]]++
			}
		}
	}
	tier0 := map[any]bool{}
	for _, r := range d.rows[canActivate] {
		if rule(d, r["roleDefinitionId"].(string), "AuthenticationContext_EndUser_Assignment")["isEnabled"] == true {
			tier0[r["principalId"]] = true
			check(t, owned[r["principalId"]] == 1, "%s has %d workstations", r["principalId"], owned[r["principalId"]])
		}
	}
	check(t, len(tier0) == 8, "%d Tier 0 administrators", len(tier0))

	for _, p := range enabledPolicies(d) {
		exempt := map[string]bool{}
		for _, g := range asList(at(p, "conditions", "users", "excludeGroups")) {
			for _, m := range d.byFile["groups/"+g.(string)+"/members"] {
				exempt[m["id"].(string)] = true
			}
		}
		own := asList(at(p, "conditions", "users", "includeUsers"))
		onlyTheirs := len(own) == 2 && slices.Contains(emergency, own[0].(string)) && slices.Contains(emergency, own[1].(string))
		check(t, onlyTheirs || exempt[emergency[0]] && exempt[emergency[1]], "%s reaches the emergency accounts", p["displayName"])
		check(t, len(asList(at(p, "conditions", "applications", "excludeApplications"))) == 0, "%s leaves applications out", p["displayName"])
		for _, g := range asList(at(p, "conditions", "users", "includeGroups")) {
			members := d.byFile["groups/"+g.(string)+"/members"]
			if strings.HasPrefix(p["displayName"].(string), "CA20") {
				for who := range tier0 {
					check(t, slices.ContainsFunc(members, func(m row) bool { return m["id"] == who }), "%s misses %s", p["displayName"], who)
				}
			}
		}
	}
	blocked := 0
	for _, s := range d.rows["auditLogs/signIns"] {
		if !tier0[s["userId"]] {
			check(t, !marked[at(s, "deviceDetail", "deviceId")] || slices.Contains(emergency, s["userId"].(string)), "%s used a workstation", s["userPrincipalName"])
			continue
		}
		if at(s, "status", "errorCode") == 0.0 {
			check(t, marked[at(s, "deviceDetail", "deviceId")], "%s came in from %v", s["userPrincipalName"], s["deviceDetail"])
		} else {
			blocked++
		}
	}
	check(t, blocked == 3, "the negative test shows %d refusals", blocked)
	for _, a := range asList(declared["attestations"]) {
		check(t, a.(row)["expires"].(string) > "2026-11-20" && a.(row)["performed"].(string) < "2026-11-20", "%v is not fresh", a)
	}
}
