package access

import (
	"github.com/privpath/privpath/model"
)

// pimRules is what a PIM policy asks of an activation.
type pimRules struct {
	assignment model.RoleManagementPolicyAssignment
	rules      map[string]model.PolicyRule
	readable   bool
}

func (in *Inputs) compilePIM(t *model.Tenant) {
	rows := model.RowsOf(t, model.RolePolicies, nil)
	in.rulesRead = rows.Coverage()
	in.roleRules = map[string][]pimRules{}
	in.groupRules = map[string][]pimRules{}
	for row := range rows.All() {
		r := pimRules{assignment: row, rules: map[string]model.PolicyRule{}}
		policy, _ := known(row.Policy)
		rules, ok := known(policy.Rules)
		r.readable = ok
		for _, rule := range rules {
			r.rules[rule.ID] = rule
		}
		switch textOr(row.ScopeType, "") {
		case "DirectoryRole", "Directory":
			id := model.FoldID(textOr(row.RoleDefinitionID, ""))
			in.roleRules[id] = append(in.roleRules[id], r)
		case "Group":
			// roleDefinitionId is "member" or "owner" there.
			if textOr(row.RoleDefinitionID, "member") == "member" {
				id := model.FoldID(textOr(row.ScopeID, ""))
				in.groupRules[id] = append(in.groupRules[id], r)
			}
		}
	}
}
