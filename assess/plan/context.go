package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
)

// ownFactor is PIM's own second factor. PIM asks for it or for an authentication
// context, not for both.
// Source: learn.microsoft.com/entra/id-governance/privileged-identity-management/pim-how-to-change-default-settings.
const ownFactor = "MultiFactorAuthentication"

// contexts binds the activation of Tier 0 roles to each authentication context
// that an enabled policy asks something for; where there is none, to a new one,
// with a policy that asks for phishing-resistant MFA.
func (v tenantView) contexts() []Candidate {
	var list []Candidate
	targeted := v.targeted()
	for _, id := range slices.Sorted(maps.Keys(targeted)) {
		if targeted[id] {
			list = append(list, v.rules(fmt.Sprintf("Require the authentication context %s to activate Tier 0 roles", id), contextRule(id)))
		}
	}
	if len(list) == 0 {
		if id := v.freeContext(targeted); id != "" {
			list = append(list, v.newContext(id))
		}
	}
	return list
}

// targeted lists the authentication contexts that policies target, and whether
// an enabled one does.
func (v tenantView) targeted() map[string]bool {
	found := map[string]bool{}
	for p := range model.RowsOf(v.Tenant, model.ConditionalAccessPolicies, nil).All() {
		applications := fieldOr(fieldOr(p.Conditions, model.ConditionSet{}).Applications, model.ConditionApplications{})
		for _, id := range fieldOr(applications.IncludeAuthenticationContextClassReferences, nil) {
			found[strings.ToLower(id)] = found[strings.ToLower(id)] || text(p.State) == stateEnabled
		}
	}
	return found
}

// freeContext is the first id that nothing uses, "" where that is not known.
func (v tenantView) freeContext(targeted map[string]bool) string {
	known := model.RowsOf(v.Tenant, model.AuthenticationContexts, nil)
	if known.Coverage().State != model.Complete {
		return ""
	}
	used := maps.Clone(targeted)
	for c := range known.All() {
		used[strings.ToLower(c.ID)] = true
	}
	for n := 1; n <= 99; n++ {
		id := fmt.Sprintf("c%d", n)
		if _, ok := used[id]; !ok {
			return id
		}
	}
	return ""
}

// newContext publishes a context, makes the policy that gives it a meaning, and
// has PIM ask for it, in that order: a context without a policy asks for nothing.
// Its publication is a request only; no verdict hangs on it.
func (v tenantView) newContext(id string) Candidate {
	c := v.rules("Require an authentication context with phishing-resistant MFA to activate Tier 0 roles", contextRule(id))
	if len(c.Requests) == 0 {
		return c
	}
	context := object{"id": id, "displayName": "Activation of privileged roles", "description": "Asked for by PIM", "isAvailable": true}
	policy := v.policy(7, "Administrators - activation", object{"applications": object{"includeApplications": []string{}, "excludeApplications": []string{},
		"includeUserActions": []string{}, "includeAuthenticationContextClassReferences": []string{id}, "applicationFilter": nil}},
		object{"operator": "OR", "builtInControls": []string{}, "authenticationStrength": v.strength()}, nil)
	c.Change.Operations = slices.Concat(policy.Change.Operations, c.Change.Operations)
	c.Requests = slices.Concat([]Request{{"PATCH", "/" + model.AuthenticationContexts.Name() + "/" + id, raw(context)}}, policy.Requests, c.Requests)
	return c
}

// contextRule has PIM ask for a context where it asks for none, and not for its
// own second factor beside it.
func contextRule(id string) ruleEdit {
	ask := only(facts.RuleActivationContext, func(r model.PolicyRule) object {
		if r.IsEnabled.Is(func(b bool) bool { return !b }) != model.True {
			return nil
		}
		return object{"isEnabled": true, "claimValue": id}
	})
	drop := only(facts.RuleActivationEnablement, func(r model.PolicyRule) object {
		rules := fieldOr(r.EnabledRules, nil)
		if !slices.Contains(rules, ownFactor) {
			return nil
		}
		return object{"enabledRules": orEmpty(slices.DeleteFunc(slices.Clone(rules), func(rule string) bool { return rule == ownFactor }))}
	})
	return func(rules []model.PolicyRule) map[string]object {
		bodies := ask(rules)
		if bodies != nil {
			maps.Copy(bodies, drop(rules))
		}
		return bodies
	}
}
