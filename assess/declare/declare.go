// Package declare writes a first declarations.json for a tenant: what its owner
// should state, and guesses to check. A guess stands under "suggestions", where
// no control reads it: break glass, for one, cannot be told from the data.
package declare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// Needs lists the data sets that the guesses rest on.
func Needs() []interface{ Name() string } {
	return append(principals.Needs(), model.ConditionalAccessPolicies, model.NamedLocations)
}

// Start gives a file that states nothing yet. The controls tell which
// attestations the framework asks for.
func Start(t *model.Tenant, controls []model.ControlInfo) model.Declarations {
	d := principals.Resolve(t)
	policies := enabledPolicies(t)
	emergency := breakGlass(d, policies)
	return model.Declarations{
		Version: model.Value(1),
		Comment: []string{
			"What stands here is your statement. It counts in an assessment, so state only what you know.",
			"Everything under suggestions is a guess from the export and counts for nothing: check each one, move what is true to the property of that name, and delete the rest.",
			"breakGlass takes {\"id\", \"note\"}; an empty list says that there is no such account. paw takes deviceFilter, groupIds or deviceIds, and formFactor (physical, virtual, windows365, avd).",
			"standing takes principalId, roleId, reason, owner and expires. attestations take control, statement, owner, evidence, performed and expires. Dates are YYYY-MM-DD.",
		},
		Suggestions: &model.Suggestions{
			BreakGlass:       emergency,
			DeviceFilter:     deviceFilters(policies),
			TrustedLocations: trustedLocations(t),
			AdminOwners:      adminOwners(t, d),
			Standing:         standing(d, emergency),
			Attestations:     attestations(controls),
		},
	}
}

func enabledPolicies(t *model.Tenant) []model.ConditionalAccessPolicy {
	var list []model.ConditionalAccessPolicy
	for p := range model.RowsOf(t, model.ConditionalAccessPolicies, nil).All() {
		if p.State.Is(func(state string) bool { return state == "enabled" }) == model.True {
			list = append(list, p)
		}
	}
	return list
}

// breakGlass guesses permanent Global Administrators that at least half of the
// enabled policies exclude.
func breakGlass(d *principals.Directory, policies []model.ConditionalAccessPolicy) []model.Suggestion {
	var found []model.Suggestion
	for _, h := range d.Of(model.GlobalAdministrator).Holdings {
		if h.Principal.Kind != principals.KindUser || h.Manner != principals.Standing || h.Permanent != model.True || known(found, h.Principal.ID) {
			continue
		}
		excluded := 0
		for _, p := range policies {
			if excludes(d, p, h.Principal.ID) {
				excluded++
			}
		}
		if excluded > 0 && 2*excluded >= len(policies) {
			found = append(found, model.Suggestion{Value: h.Principal.ID, Name: h.Principal.Name,
				Why: fmt.Sprintf("permanent Global Administrator that %d of %d enabled policies exclude", excluded, len(policies))})
		}
	}
	return found
}

func known(list []model.Suggestion, id string) bool {
	return slices.ContainsFunc(list, func(s model.Suggestion) bool { return model.SameID(s.Value, id) })
}

func excludes(d *principals.Directory, p model.ConditionalAccessPolicy, user string) bool {
	found := false
	users(p, func(u model.ConditionUsers) {
		each(u.ExcludeUsers, func(id string) { found = found || model.SameID(id, user) })
		each(u.ExcludeGroups, func(id string) { found = found || d.MemberOf(user, id) == model.True })
	})
	return found
}

func users(p model.ConditionalAccessPolicy, see func(model.ConditionUsers)) {
	p.Conditions.Is(func(c model.ConditionSet) bool {
		return c.Users.Is(func(u model.ConditionUsers) bool { see(u); return true }) == model.True
	})
}

func each(list model.Field[[]string], see func(string)) {
	list.Is(func(items []string) bool {
		for _, item := range items {
			see(item)
		}
		return true
	})
}

// deviceFilters guesses the rules that enabled policies exclude from a block,
// which is how a workstation is let through.
func deviceFilters(policies []model.ConditionalAccessPolicy) []model.Suggestion {
	var found []model.Suggestion
	for _, p := range policies {
		rule := ""
		p.Conditions.Is(func(c model.ConditionSet) bool {
			return c.Devices.Is(func(d model.ConditionDevices) bool {
				return d.DeviceFilter.Is(func(f model.ConditionFilter) bool {
					if f.Mode.Is(func(mode string) bool { return mode == "exclude" }) == model.True {
						rule = text(f.Rule)
					}
					return true
				}) == model.True
			}) == model.True
		})
		if rule != "" && !slices.ContainsFunc(found, func(s model.Suggestion) bool { return s.Value == rule }) {
			found = append(found, model.Suggestion{Value: rule, Why: fmt.Sprintf("policy %q lets devices of this kind through", text(p.DisplayName))})
		}
	}
	return found
}

func trustedLocations(t *model.Tenant) []model.Suggestion {
	var found []model.Suggestion
	for l := range model.RowsOf(t, model.NamedLocations, nil).All() {
		if l.IsTrusted.Is(func(trusted bool) bool { return trusted }) == model.True {
			found = append(found, model.Suggestion{Value: l.ID, Name: text(l.DisplayName), Why: "a named location that is marked trusted"})
		}
	}
	return found
}

// adminOwners pairs an administrator's account with the one other user whose
// employeeId is the same, or whose name is left when usual prefixes and suffixes
// of administrators' accounts are taken off.
func adminOwners(t *model.Tenant, d *principals.Directory) []model.OwnerSuggestion {
	admins := map[string]bool{}
	for _, p := range d.Tier0().Users() {
		admins[model.FoldID(p.ID)] = true
	}
	var people []model.User
	for u := range model.RowsOf(t, model.Users, nil).All() {
		if !admins[model.FoldID(u.ID)] {
			people = append(people, u)
		}
	}
	var found []model.OwnerSuggestion
	for _, p := range d.Tier0().Users() {
		if p.User == nil {
			continue
		}
		if owner, why := ownerOf(*p.User, people); owner != "" {
			found = append(found, model.OwnerSuggestion{AdminID: p.ID, OwnerID: owner, Why: why})
		}
	}
	return found
}

// ownerOf gives the only candidate; two are none.
func ownerOf(admin model.User, people []model.User) (owner, why string) {
	for _, question := range []struct {
		key  func(model.User) string
		text string
	}{
		{func(u model.User) string { return text(u.EmployeeID) }, "both have employeeId %q"},
		{func(u model.User) string { return personOf(text(u.UserPrincipalName)) }, "both are named %q"},
	} {
		want := question.key(admin)
		if want == "" {
			continue
		}
		var same []string
		for _, u := range people {
			if question.key(u) == want {
				same = append(same, u.ID)
			}
		}
		if len(same) == 1 {
			return same[0], fmt.Sprintf(question.text, want)
		}
	}
	return "", ""
}

var affixes = []string{"admin", "adm", "cloud", "priv", "tier0", "t0", "pa", "sa", "a"}

// personOf takes the administrators' marks off the local part of a name.
func personOf(name string) string {
	local, _, _ := strings.Cut(strings.ToLower(name), "@")
	for _, affix := range affixes {
		for _, sep := range []string{"-", "_", "."} {
			local = strings.TrimPrefix(local, affix+sep)
			local = strings.TrimSuffix(local, sep+affix)
		}
	}
	return local
}

// standing lists the permanent assignments that remain: each is either declared
// with a reason and an expiry, or removed.
func standing(d *principals.Directory, emergency []model.Suggestion) []model.Suggestion {
	var found []model.Suggestion
	for _, h := range d.Tier0().Holdings {
		if h.Manner == principals.Standing && h.Permanent == model.True && !known(emergency, h.Principal.ID) {
			found = append(found, model.Suggestion{Value: h.Principal.ID, Name: h.Principal.Name,
				Why: fmt.Sprintf("holds %s (%s) permanently: better made eligible than declared", h.Role.Name, h.Role.ID)})
		}
	}
	return slices.CompactFunc(found, func(a, b model.Suggestion) bool { return a == b })
}

func attestations(controls []model.ControlInfo) []model.AttestationNeeded {
	var list []model.AttestationNeeded
	for _, c := range controls {
		if slices.Contains(c.Statuses, model.StatusNotAttested) {
			list = append(list, model.AttestationNeeded{Control: c.ID, Asks: c.Title})
		}
	}
	sorting.Stable(list, func(a, b model.AttestationNeeded) int { return cmp.Compare(a.Control, b.Control) })
	return list
}

func text(f model.Field[string]) string {
	s := ""
	f.Is(func(v string) bool { s = v; return true })
	return s
}
