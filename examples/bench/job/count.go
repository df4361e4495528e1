package main

import (
	"context"
	"slices"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/examples/tenants/synth"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
)

// count answers the benchmarks' question, as [synth.Answers] words it. The log
// comes before the users in an export, so sign-ins with one factor are counted by
// user, and those of the uncovered summed in the end.
func count(src *export.Source) (synth.Answers, error) {
	oneFactor := map[string]int{}
	log := assess.Observer{Dataset: model.SignIns.Name(), Each: func(record any) {
		if s := record.(*model.SignIn); succeeded(s) && !askedMFA(s) {
			s.UserID.Is(func(id string) bool { oneFactor[model.FoldID(id)]++; return true })
		}
	}}
	enabled := map[string]bool{}
	users := assess.Observer{Dataset: model.Users.Name(), Each: func(record any) {
		if u := record.(*model.User); u.AccountEnabled.Is(isTrue) == model.True {
			enabled[model.FoldID(u.ID)] = true
		}
	}}
	tenant, err := src.Load(context.Background(), []string{model.RoleAssignments.Name(), model.RoleEligibility.Name(),
		model.GroupMembers.Name(), model.ConditionalAccessPolicies.Name()}, log, users)
	if err != nil {
		return synth.Answers{}, err
	}
	var a synth.Answers
	groups := groupsOf(tenant)
	policies := mfaPolicies(tenant)
	for id, roles := range holders(tenant, groups, enabled) {
		a.Privileged++
		if !slices.ContainsFunc(policies, func(p model.ConditionUsers) bool { return covers(p, id, groups[id], roles) }) {
			a.Uncovered++
			a.SingleFactor += oneFactor[id]
		}
	}
	return a, nil
}

func isTrue(v bool) bool { return v }

func succeeded(s *model.SignIn) bool {
	return s.Status.Is(func(st model.SignInStatus) bool {
		return st.ErrorCode.Is(func(code int) bool { return code == 0 }) == model.True
	}) == model.True
}

func askedMFA(s *model.SignIn) bool {
	return s.AppliedConditionalAccessPolicies.Is(func(list []model.AppliedPolicy) bool {
		return slices.ContainsFunc(list, func(p model.AppliedPolicy) bool {
			return p.Result.Is(func(r string) bool { return r == "success" }) == model.True && holds(p.EnforcedGrantControls, "Mfa")
		})
	}) == model.True
}

// holds tells whether a list holds a word.
func holds(list model.Field[[]string], word string) bool {
	return list.Is(func(l []string) bool { return slices.Contains(l, word) }) == model.True
}

// groupsOf gives the groups of every user and group, to any depth.
func groupsOf(tenant *model.Tenant) map[string][]string {
	direct := map[string][]string{}
	for m := range model.RowsOf(tenant, model.GroupMembers, nil).All() {
		id := model.FoldID(m.ID)
		direct[id] = append(direct[id], model.FoldID(m.Parent()))
	}
	all := map[string][]string{}
	for id := range direct {
		for queue := direct[id]; len(queue) > 0; queue = queue[1:] {
			if !slices.Contains(all[id], queue[0]) {
				all[id] = append(all[id], queue[0])
				queue = append(slices.Clone(queue), direct[queue[0]]...)
			}
		}
	}
	return all
}

// holders gives the roles of every enabled user who holds or can activate one.
func holders(tenant *model.Tenant, groups map[string][]string, enabled map[string]bool) map[string][]string {
	held := map[string][]string{}
	for r := range model.RowsOf(tenant, model.RoleAssignments, nil).All() {
		held[model.FoldID(r.PrincipalID)] = append(held[model.FoldID(r.PrincipalID)], r.RoleDefinitionID)
	}
	for r := range model.RowsOf(tenant, model.RoleEligibility, nil).All() {
		held[model.FoldID(r.PrincipalID)] = append(held[model.FoldID(r.PrincipalID)], r.RoleDefinitionID)
	}
	users := map[string][]string{}
	for id := range enabled {
		roles := held[id]
		for _, g := range groups[id] {
			roles = append(roles[:len(roles):len(roles)], held[g]...)
		}
		if len(roles) > 0 {
			users[id] = roles
		}
	}
	return users
}

// mfaPolicies gives whom each MFA policy is for.
func mfaPolicies(tenant *model.Tenant) []model.ConditionUsers {
	var list []model.ConditionUsers
	for p := range model.RowsOf(tenant, model.ConditionalAccessPolicies, nil).All() {
		p.Conditions.Is(func(c model.ConditionSet) bool {
			return c.Users.Is(func(u model.ConditionUsers) bool {
				if p.State.Is(func(s string) bool { return s == "enabled" }) == model.True && unconditional(c) && demandsMFA(p) {
					list = append(list, u)
				}
				return true
			}) == model.True
		})
	}
	return list
}

func unconditional(c model.ConditionSet) bool {
	none := func(l model.Field[[]string]) bool {
		return l.Is(func(v []string) bool { return len(v) > 0 }) != model.True
	}
	return c.Applications.Is(func(a model.ConditionApplications) bool { return holds(a.IncludeApplications, "All") }) == model.True &&
		holds(c.ClientAppTypes, "all") && none(c.SignInRiskLevels) && none(c.UserRiskLevels) &&
		c.Platforms.Null() == model.True && c.Locations.Null() == model.True && c.Devices.Null() == model.True && c.AuthenticationFlows.Null() == model.True
}

func demandsMFA(p model.ConditionalAccessPolicy) bool {
	return p.GrantControls.Is(func(g model.GrantControls) bool {
		one := g.BuiltInControls.Is(func(l []string) bool { return len(l) == 1 }) == model.True
		none := g.BuiltInControls.Is(func(l []string) bool { return len(l) == 0 }) == model.True
		strength := g.AuthenticationStrength.Is(func(model.AuthenticationStrength) bool { return true }) == model.True
		return holds(g.BuiltInControls, "mfa") && one || strength && none
	}) == model.True
}

// covers tells whether a policy is for a user.
func covers(p model.ConditionUsers, id string, groups, roles []string) bool {
	any := func(list model.Field[[]string], of ...string) bool {
		return list.Is(func(l []string) bool {
			return slices.ContainsFunc(l, func(v string) bool { return slices.Contains(of, model.FoldID(v)) })
		}) == model.True
	}
	in := holds(p.IncludeUsers, "All") || any(p.IncludeUsers, id) || any(p.IncludeGroups, groups...) || any(p.IncludeRoles, roles...)
	return in && !any(p.ExcludeUsers, id) && !any(p.ExcludeGroups, groups...) && !any(p.ExcludeRoles, roles...)
}
