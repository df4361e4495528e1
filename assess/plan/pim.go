package plan

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/privpath/privpath/assess/activity"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// makeEligible turns a person's permanent assignment into an eligible one. It
// needs the declaration of break glass, whose assignments stay.
func makeEligible(v tenantView) []Candidate {
	var list []Candidate
	if !v.said || !v.pim {
		return nil
	}
	eligible := model.RoleEligibility.Name()
	for row := range model.RowsOf(v.Tenant, model.RoleAssignmentSchedule, nil).All() {
		if !v.standsForGood(row) {
			continue
		}
		body := object{"principalId": row.PrincipalID, "roleDefinitionId": row.RoleDefinitionID, "directoryScopeId": "/"}
		c := Candidate{Change: Change{Format: ChangeFormat, Title: "Make the assignment of " + v.names[row.PrincipalID] + " eligible: " + roleName(row.RoleDefinitionID)}}
		c.Change.Operations = append(c.Change.Operations, Operation{Op: OpDelete, Dataset: model.RoleAssignmentSchedule.Name(), ID: row.ID})
		for plain := range model.RowsOf(v.Tenant, model.RoleAssignments, nil).All() {
			if model.SameID(plain.PrincipalID, row.PrincipalID) && model.SameID(plain.RoleDefinitionID, row.RoleDefinitionID) && text(plain.DirectoryScopeID) == "/" {
				c.Change.Operations = append(c.Change.Operations, Operation{Op: OpDelete, Dataset: model.RoleAssignments.Name(), ID: plain.ID})
			}
		}
		record := object{"id": "proposed-" + row.ID, "memberType": "Direct", "appScopeId": nil,
			"startDateTime": v.Info().CollectedAt, "endDateTime": v.Info().CollectedAt.AddDate(1, 0, 0)}
		for key, value := range body {
			record[key] = value
		}
		c.Change.Operations = append(c.Change.Operations, Operation{Op: OpCreate, Dataset: eligible, Record: raw(record)})
		c.Requests = []Request{
			{"POST", "/roleManagement/directory/roleEligibilityScheduleRequests", raw(with(body, object{"action": "adminAssign", "justification": "Eligible in the place of permanent",
				"scheduleInfo": object{"expiration": object{"type": "afterDuration", "duration": "P365D"}}}))},
			{"POST", "/roleManagement/directory/roleAssignmentScheduleRequests", raw(with(body, object{"action": "adminRemove", "justification": "Eligible in the place of permanent"}))},
		}
		list = append(list, c)
	}
	return list
}

func with(a, b object) object {
	all := object{}
	for key, value := range a {
		all[key] = value
	}
	for key, value := range b {
		all[key] = value
	}
	return all
}

// standsForGood finds a person's own permanent, tenant-wide assignment of a Tier
// 0 role.
func (v tenantView) standsForGood(row model.RoleScheduleInstance) bool {
	return row.ID != "" && row.EndDateTime.Null() == model.True && text(row.AssignmentType) == "Assigned" && text(row.DirectoryScopeID) == "/" &&
		text(row.MemberType) == "Direct" && containsID(v.holders, row.PrincipalID) && containsID(v.roles, row.RoleDefinitionID)
}

func roleName(id string) string {
	if r, ok := model.RoleWithTemplate(id); ok {
		return r.Name
	}
	return id
}

// maxActivation is the longest activation that the framework takes for short.
const maxActivation = "PT4H"

// activationRules shortens activations and asks for a second factor, a
// justification, approval and an authentication context, for the Tier 0 roles
// that somebody is eligible for: one candidate for each over all roles.
func activationRules(v tenantView) []Candidate {
	if !v.pim {
		return nil
	}
	list := []Candidate{
		v.rules("End activations of Tier 0 roles after four hours", only(facts.RuleActivationExpiration, shorter)),
		v.rules("Ask for a second factor and a justification at activation", only(facts.RuleActivationEnablement, asking)),
		v.rules("Have activations of Tier 0 roles approved", only(facts.RuleActivationApproval, approved)),
	}
	return slices.DeleteFunc(append(list, v.contexts()...), func(c Candidate) bool { return len(c.Requests) == 0 })
}

func shorter(r model.PolicyRule) object {
	length, err := activity.Duration(text(r.MaximumDuration))
	if err == nil && length <= 4*time.Hour {
		return nil
	}
	return object{"isExpirationRequired": true, "maximumDuration": maxActivation}
}

func asking(r model.PolicyRule) object {
	rules := fieldOr(r.EnabledRules, nil)
	all := union(rules, []string{ownFactor, "Justification"})
	if len(all) == len(rules) || !r.EnabledRules.Exported() {
		return nil
	}
	return object{"enabledRules": all}
}

// approved asks for approval by the approvers that the rule names. Where it names
// none, Privileged Role and Global Administrators are; the owner may choose
// better ones.
func approved(r model.PolicyRule) object {
	setting := fieldOr(r.Setting, model.ApprovalSettings{})
	if !r.Setting.Exported() || setting.IsApprovalRequired.Is(func(b bool) bool { return !b }) != model.True {
		return nil
	}
	approvers := []model.Approver{}
	for _, stage := range fieldOr(setting.ApprovalStages, nil) {
		approvers = append(approvers, fieldOr(stage.PrimaryApprovers, nil)...)
	}
	return object{"setting": object{"isApprovalRequired": true, "isApprovalRequiredForExtension": false, "isRequestorJustificationRequired": true,
		"approvalMode": "SingleStage", "approvalStages": []any{object{"approvalStageTimeOutInDays": 1, "isApproverJustificationRequired": true,
			"escalationTimeInMinutes": 0, "isEscalationEnabled": false, "primaryApprovers": approvers, "escalationApprovers": []any{}}}}}
}

// ruleEdit says what changes in the rules of one policy, by the rules' ids.
type ruleEdit func(rules []model.PolicyRule) map[string]object

// only changes the rule with an id, where change gives something to change.
func only(id string, change func(model.PolicyRule) object) ruleEdit {
	return func(rules []model.PolicyRule) map[string]object {
		for _, r := range rules {
			if r.ID == id {
				if body := change(r); body != nil {
					return map[string]object{id: body}
				}
			}
		}
		return nil
	}
}

// rules changes the policy of every Tier 0 role that somebody is eligible for.
func (v tenantView) rules(title string, edit ruleEdit) Candidate {
	c := Candidate{Change: Change{Format: ChangeFormat, Title: title}}
	for row := range model.RowsOf(v.Tenant, model.RolePolicies, nil).All() {
		if row.ID == "" || text(row.ScopeID) != "/" || !v.isActivated(text(row.RoleDefinitionID)) {
			continue
		}
		policy := fieldOr(row.Policy, model.RoleManagementPolicy{})
		rules := fieldOr(policy.Rules, nil)
		bodies := edit(rules)
		if len(bodies) == 0 {
			continue
		}
		list := make([]any, len(rules))
		for i, r := range rules {
			if list[i] = r; bodies[r.ID] != nil {
				list[i] = merged(r, bodies[r.ID])
			}
		}
		c.Change.Operations = append(c.Change.Operations, Operation{Op: OpPatch, Dataset: model.RolePolicies.Name(), ID: row.ID,
			Record: raw(object{"policy": object{"rules": list}})})
		for _, id := range slices.Sorted(maps.Keys(bodies)) {
			kind, _, _ := strings.Cut(id, "_") // Expiration_EndUser_Assignment
			send := with(bodies[id], object{"@odata.type": "#microsoft.graph.unifiedRoleManagementPolicy" + kind + "Rule", "id": id,
				"target": object{"caller": "EndUser", "operations": []string{"All"}, "level": "Assignment", "inheritableSettings": []string{}, "enforcedSettings": []string{}}})
			c.Requests = append(c.Requests, Request{"PATCH", "/policies/roleManagementPolicies/" + policy.ID + "/rules/" + id, raw(send)})
		}
	}
	return c
}

func merged(r model.PolicyRule, body object) any {
	tree := object{}
	_ = jsonRoundTrip(r, &tree) // a record that was decoded from JSON
	for key, value := range body {
		inner, ok := value.(object)
		if before, is := tree[key].(object); ok && is {
			tree[key] = with(before, inner)
			continue
		}
		tree[key] = value
	}
	return tree
}

func (v tenantView) isActivated(role string) bool {
	return role != "" && slices.ContainsFunc(v.tier0.Holdings, func(h principals.Holding) bool {
		return model.SameID(h.Role.ID, role) && h.Manner != principals.Standing
	})
}

// advise says what has to be declared before more can be proposed.
func advise(v tenantView) []Advice {
	var list []Advice
	if !v.said {
		list = append(list, Advice{"Declare the break-glass accounts", "Nobody said which they are, so no exclusion and no permanent assignment can be proposed away: list them under breakGlass in declarations.json."})
	}
	if strings.TrimSpace(v.filter) == "" {
		list = append(list, Advice{"Declare what marks a privileged access workstation", "Without paw.deviceFilter in declarations.json no policy for workstations can be proposed, and none is made up."})
	}
	return list
}
