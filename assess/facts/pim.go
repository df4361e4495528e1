package facts

import (
	"fmt"
	"slices"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// The ids of the PIM policy rules that controls read. Caller EndUser is an
// activation, Admin an assignment that an administrator makes.
const (
	RuleActivationExpiration  = "Expiration_EndUser_Assignment"
	RuleActivationEnablement  = "Enablement_EndUser_Assignment"
	RuleActivationApproval    = "Approval_EndUser_Assignment"
	RuleActivationContext     = "AuthenticationContext_EndUser_Assignment"
	RuleAssignmentEnablement  = "Enablement_Admin_Assignment"
	RuleEligibilityExpiration = "Expiration_Admin_Eligibility"
	RuleAssignmentExpiration  = "Expiration_Admin_Assignment"
	RuleAssignedNotification  = "Notification_Admin_Admin_Assignment"
	RuleEligibleNotification  = "Notification_Admin_Admin_Eligibility"
	RuleActivatedNotification = "Notification_Admin_EndUser_Assignment"
)

// PIMRules finds the rules that PIM applies to a role or a group.
type PIMRules struct {
	byRole, byGroup map[string][]model.RoleManagementPolicyAssignment
}

// Rule is one PIM rule and where it stands in the export. Known is False when
// the policy or the rule was not exported; every question is then Unknown.
type Rule struct {
	model.PolicyRule
	Known bool
	at    model.RoleManagementPolicyAssignment
	index int
}

// Evidence points at a property of the rule, or at nothing when it is not known.
func (r Rule) Evidence(property string, value any) []model.Evidence {
	if !r.Known {
		return nil
	}
	return []model.Evidence{r.at.Evidence(fmt.Sprintf("/policy/rules/%d/%s", r.index, property), value)}
}

// PIM is the fact of the PIM policies. What is missing of them is a gap of the
// control that reads a rule, through the unknown answers of that rule.
var PIM = &assess.Fact[PIMRules]{
	ID:       "pim",
	Requires: []assess.Dependency{model.RolePolicies},
	Compute: func(p *assess.Pass) (PIMRules, error) {
		rules := PIMRules{byRole: map[string][]model.RoleManagementPolicyAssignment{}, byGroup: map[string][]model.RoleManagementPolicyAssignment{}}
		for row := range assess.Rows(p, model.RolePolicies).All() {
			row.RoleDefinitionID.Is(func(role string) bool {
				key := model.FoldID(role)
				switch {
				case model.Equals(row.ScopeType, "Group") == model.True:
					row.ScopeID.Is(func(group string) bool {
						rules.byGroup[model.FoldID(group)] = append(rules.byGroup[model.FoldID(group)], row)
						return true
					})
				case row.ScopeID.Is(func(s string) bool { return s == "/" }) == model.True:
					rules.byRole[key] = append(rules.byRole[key], row)
				}
				return true
			})
		}
		return rules, nil
	},
}

// Rule finds a rule of a role's policy.
func (r PIMRules) Rule(role, id string) Rule { return find(r.byRole[model.FoldID(role)], id) }

// GroupRule finds a rule of the policy of a group's membership.
func (r PIMRules) GroupRule(group, id string) Rule {
	members := slices.DeleteFunc(slices.Clone(r.byGroup[model.FoldID(group)]), func(a model.RoleManagementPolicyAssignment) bool {
		return a.RoleDefinitionID.Is(func(access string) bool { return access == "owner" }) == model.True
	})
	return find(members, id)
}

// find gives the rule only when exactly one policy governs: two would contradict.
func find(policies []model.RoleManagementPolicyAssignment, id string) Rule {
	found := Rule{}
	if len(policies) != 1 {
		return found
	}
	policies[0].Policy.Is(func(policy model.RoleManagementPolicy) bool {
		return policy.Rules.Is(func(rules []model.PolicyRule) bool {
			for i, rule := range rules {
				if rule.ID == id {
					found = Rule{PolicyRule: rule, Known: true, at: policies[0], index: i}
				}
			}
			return true
		}) == model.True
	})
	return found
}

// RoleInUse is a Tier 0 role that someone holds. Exempt says whether only
// break-glass accounts hold it, permanently, so that activation rules do not
// speak of it.
type RoleInUse struct {
	principals.Role
	Exempt model.Truth
	// Evidence shows one holding of the role.
	Evidence []model.Evidence
}

// Ref names the role as a subject.
func (r RoleInUse) Ref() model.Ref {
	return model.Ref{Kind: "role", ID: r.ID, Name: r.Name, Evidence: r.Evidence}
}

// RolesInUse lists the roles of a view with at least one holder, by name.
func RolesInUse(view principals.View, emergency assess.EmergencyAccounts) []RoleInUse {
	var list []RoleInUse
	for _, role := range view.Roles() {
		inUse := RoleInUse{Role: role, Exempt: model.True}
		for _, h := range view.Holdings {
			if h.Role.ID != role.ID {
				continue
			}
			if inUse.Evidence == nil {
				inUse.Evidence = h.Evidence
			}
			inUse.Exempt = model.And(inUse.Exempt, EmergencyHolding(h, emergency))
		}
		list = append(list, inUse)
	}
	return list
}

// EmergencyHolding says whether a holding is a break-glass account's permanent
// active assignment. An eligible or time-bound one never is: an account that
// must first activate is no way in when PIM is down.
func EmergencyHolding(h principals.Holding, emergency assess.EmergencyAccounts) model.Truth {
	if h.Manner != principals.Standing || h.Principal.Kind == principals.KindServicePrincipal {
		return model.False
	}
	return model.And(h.Permanent, emergency.Is(h.Principal.ID))
}

// EmergencyUser says whether a user of the view is a break-glass account: one
// that was declared, and has a permanent active assignment in the view (see
// [EmergencyHolding]).
func EmergencyUser(view principals.View, id string, emergency assess.EmergencyAccounts) model.Truth {
	result := model.False
	if emergency.Is(id) == model.False {
		return result // most are not declared, and need no look at every holding
	}
	for _, h := range view.Holdings {
		if model.SameID(h.Principal.ID, id) {
			result = model.Or(result, EmergencyHolding(h, emergency))
		}
	}
	return result
}
