package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/privpath/privpath/model"
)

const (
	stateEnabled = "enabled"
	// strengthPhishingResistant is the built-in authentication strength.
	strengthPhishingResistant = "00000000-0000-0000-0000-000000000004"
)

// proposedID begins the ids that new policies have in the simulation.
const proposedID = "00000000-0000-0000-0000-0000000000"

// policies lists the tenant's own policies: one that the plan creates has no id
// yet that a further step could name.
func (v tenantView) policies() []model.ConditionalAccessPolicy {
	all := slices.Collect(model.RowsOf(v.Tenant, model.ConditionalAccessPolicies, nil).All())
	return slices.DeleteFunc(all, func(p model.ConditionalAccessPolicy) bool { return strings.HasPrefix(p.ID, proposedID) })
}

func policyPatch(p model.ConditionalAccessPolicy, what string, body object) Candidate {
	return patched(fmt.Sprintf(what, text(p.DisplayName)), model.ConditionalAccessPolicies.Name(), p.ID, body)
}

// enablePolicies turns on what only reports or is off.
func enablePolicies(v tenantView) []Candidate {
	var list []Candidate
	for _, p := range v.policies() {
		if state := text(p.State); state == "disabled" || state == "enabledForReportingButNotEnforced" {
			list = append(list, policyPatch(p, "Turn on the policy %q", object{"state": stateEnabled}))
		}
	}
	return list
}

// enabledConditions reads what an enabled policy says; ok is false where the
// policy is not on or its conditions were not exported.
func enabledConditions(p model.ConditionalAccessPolicy) (model.ConditionSet, bool) {
	conditions := fieldOr(p.Conditions, model.ConditionSet{})
	return conditions, text(p.State) == stateEnabled && p.ID != "" && p.Conditions.Exported()
}

// closeExclusions takes users and groups other than break glass off a policy's
// exclusions. Where break glass is not declared, any of them may be it.
func closeExclusions(v tenantView) []Candidate {
	var list []Candidate
	if !v.said {
		return nil
	}
	for _, p := range v.policies() {
		conditions, ok := enabledConditions(p)
		users := fieldOr(conditions.Users, model.ConditionUsers{})
		excluded, groups := fieldOr(users.ExcludeUsers, nil), fieldOr(users.ExcludeGroups, nil)
		left := slices.DeleteFunc(slices.Clone(excluded), func(id string) bool { return !v.isBreakGlass(id) })
		keep := slices.DeleteFunc(slices.Clone(groups), func(id string) bool { return !v.holdsBreakGlass(id) })
		if !ok || len(left) == len(excluded) && len(keep) == len(groups) {
			continue
		}
		list = append(list, policyPatch(p, "Exclude break glass only from the policy %q", object{"conditions": object{"users": object{
			"excludeUsers": orEmpty(left), "excludeGroups": orEmpty(keep)}}}))
	}
	return list
}

// holdsBreakGlass says whether a group has, or may have, a break-glass account
// among its members.
func (v tenantView) holdsBreakGlass(group string) bool {
	members := model.RowsOf(v.Tenant, model.GroupMembers, nil).For(group)
	if members.Coverage().State != model.Complete {
		return true
	}
	for m := range members.All() {
		if v.isBreakGlass(m.ID) {
			return true
		}
	}
	return false
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// addRoles completes the Tier 0 roles, and their eligible holders, of policies
// that name one.
func addRoles(v tenantView) []Candidate {
	var list []Candidate
	for _, p := range v.policies() {
		conditions, ok := enabledConditions(p)
		users := fieldOr(conditions.Users, model.ConditionUsers{})
		roles, named := fieldOr(users.IncludeRoles, nil), fieldOr(users.IncludeUsers, nil)
		about := slices.ContainsFunc(roles, func(id string) bool { return containsID(v.roles, id) })
		all, people := union(roles, v.roles), named
		if !slices.Contains(named, "All") {
			people = union(named, v.holders)
		}
		if !ok || !about || len(all) == len(roles) && len(people) == len(named) {
			continue
		}
		list = append(list, policyPatch(p, "Bind every Tier 0 role, and whoever is eligible for one, by the policy %q",
			object{"conditions": object{"users": object{"includeRoles": all, "includeUsers": withoutNone(people)}}}))
	}
	return list
}

func containsID(list []string, id string) bool {
	return slices.ContainsFunc(list, func(known string) bool { return model.SameID(known, id) })
}

func union(list, more []string) []string {
	all := slices.Clone(list)
	for _, id := range more {
		if !containsID(all, id) {
			all = append(all, id)
		}
	}
	return all
}

func withoutNone(list []string) []string {
	return orEmpty(slices.DeleteFunc(slices.Clone(list), func(id string) bool { return strings.EqualFold(id, "None") }))
}

// widenConditions has administrators' policies hold on every platform, which
// whoever signs in chooses, and for all resources.
func widenConditions(v tenantView) []Candidate {
	var list []Candidate
	for _, p := range v.policies() {
		conditions, ok := enabledConditions(p)
		users := fieldOr(conditions.Users, model.ConditionUsers{})
		about := slices.ContainsFunc(fieldOr(users.IncludeRoles, nil), func(id string) bool { return containsID(v.roles, id) })
		if ok && about && conditions.Platforms.Exported() && conditions.Platforms.Null() == model.False {
			list = append(list, policyPatch(p, "Have the policy %q hold on every platform", object{"conditions": object{"platforms": nil}}))
		}
		applications := fieldOr(conditions.Applications, model.ConditionApplications{})
		apps := fieldOr(applications.IncludeApplications, nil)
		if ok && about && len(apps) > 0 && !slices.Contains(apps, "All") {
			list = append(list, policyPatch(p, "Have the policy %q hold for all resources",
				object{"conditions": object{"applications": object{"includeApplications": []string{"All"}}}}))
		}
	}
	return list
}

// newPolicies are those that a tenant for administrators has. The one for
// workstations is only there where the owner declared what marks one.
func newPolicies(v tenantView) []Candidate {
	if len(v.roles) == 0 || model.RowsOf(v.Tenant, model.ConditionalAccessPolicies, nil).Coverage().State == model.Absent {
		return nil
	}
	block := object{"operator": "OR", "builtInControls": []string{"block"}}
	list := []Candidate{
		v.policy(1, "Administrators - phishing-resistant MFA", nil, object{"operator": "OR", "builtInControls": []string{},
			"authenticationStrength": v.strength()}, nil),
		v.policy(2, "Administrators - compliant device", nil, object{"operator": "AND", "builtInControls": []string{"compliantDevice"}}, nil),
		v.policy(3, "Administrators - block legacy clients", object{"clientAppTypes": []string{"exchangeActiveSync", "other"}}, block, nil),
		v.policy(4, "Administrators - block device code and transfer",
			object{"authenticationFlows": object{"transferMethods": "deviceCodeFlow,authenticationTransfer"}}, block, nil),
		v.policy(5, "Administrators - short sessions", nil, nil, object{
			"signInFrequency":   object{"isEnabled": true, "type": "hours", "value": 4, "frequencyInterval": "timeBased", "authenticationType": "primaryAndSecondaryAuthentication"},
			"persistentBrowser": object{"isEnabled": true, "mode": "never"}}),
	}
	if v.filter != "" {
		list = append(list, v.policy(6, "Administrators - block all but workstations",
			object{"devices": object{"deviceFilter": object{"mode": "exclude", "rule": v.filter}}}, block, nil))
	}
	return slices.DeleteFunc(list, v.created)
}

// created says whether a step before made the policy.
func (v tenantView) created(c Candidate) bool {
	for p := range model.RowsOf(v.Tenant, model.ConditionalAccessPolicies, nil).All() {
		if strings.Contains(string(c.Change.Operations[0].Record), `"id":"`+p.ID+`"`) && strings.HasPrefix(p.ID, proposedID) {
			return true
		}
	}
	return false
}

// strength is the built-in strength as the export has it.
func (v tenantView) strength() any {
	for s := range model.RowsOf(v.Tenant, model.AuthenticationStrengths, nil).All() {
		if model.SameID(s.ID, strengthPhishingResistant) {
			return s
		}
	}
	return object{"id": strengthPhishingResistant}
}

// policy makes a new policy for administrators on all resources. Its id in the
// simulation is a marker; Graph gives the real one.
func (v tenantView) policy(n int, name string, conditions, grant, session object) Candidate {
	all := object{
		"users": object{"includeUsers": orEmpty(v.holders), "excludeUsers": orEmpty(v.breakGlass), "includeGroups": []string{}, "excludeGroups": []string{},
			"includeRoles": v.roles, "excludeRoles": []string{}, "includeGuestsOrExternalUsers": nil, "excludeGuestsOrExternalUsers": nil},
		"applications": object{"includeApplications": []string{"All"}, "excludeApplications": []string{}, "includeUserActions": []string{},
			"includeAuthenticationContextClassReferences": []string{}, "applicationFilter": nil},
		"clientAppTypes": []string{"all"}, "platforms": nil, "locations": nil, "devices": nil, "clientApplications": nil,
		"signInRiskLevels": []string{}, "userRiskLevels": []string{}, "servicePrincipalRiskLevels": []string{}, "insiderRiskLevels": nil, "authenticationFlows": nil,
	}
	for key, value := range conditions {
		all[key] = value
	}
	body := object{"displayName": name, "state": stateEnabled, "conditions": all, "grantControls": nil, "sessionControls": nil}
	if grant != nil {
		grant["customAuthenticationFactors"], grant["termsOfUse"] = []string{}, []string{}
		if _, ok := grant["authenticationStrength"]; !ok {
			grant["authenticationStrength"] = nil
		}
		body["grantControls"] = grant
	}
	if session != nil {
		body["sessionControls"] = session
	}
	send := object{}
	for key, value := range body {
		send[key] = value
	}
	if grant != nil && grant["authenticationStrength"] != nil {
		sent := object{}
		for key, value := range grant {
			sent[key] = value
		}
		sent["authenticationStrength"] = object{"id": strengthPhishingResistant}
		send["grantControls"] = sent
	}
	body["id"], body["templateId"] = proposedID+strconv.Itoa(10+n), nil
	dataset := model.ConditionalAccessPolicies.Name()
	return Candidate{
		Change: Change{Format: ChangeFormat, Title: fmt.Sprintf("Create the policy %q", name),
			Operations: []Operation{{Op: OpCreate, Dataset: dataset, Record: raw(body)}}},
		Requests: []Request{{Method: "POST", Path: "/" + dataset, Body: raw(send)}},
	}
}
