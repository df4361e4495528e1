package access

import (
	"slices"

	"github.com/privpath/privpath/model"
)

// mentions are all that the tenant's policies, and Microsoft's own rules, name of
// subjects. Of two subjects that are the same in what is mentioned, kind and home
// tenant, everything is said alike, to the word.
type mentions struct {
	ids           map[string]bool // folded
	groups, roles []string        // each once, as first written
}

func readMentions(policies []*Policy) *mentions {
	m := &mentions{ids: map[string]bool{}}
	seen := map[string]bool{}
	once := func(list *[]string, kind string) func([]string) bool {
		return func(ids []string) bool {
			for _, id := range ids {
				if key := kind + model.FoldID(id); !seen[key] {
					seen[key] = true
					*list = append(*list, id)
				}
			}
			return true
		}
	}
	byID := func(ids []string) bool {
		for _, id := range ids {
			m.ids[model.FoldID(id)] = true
		}
		return true
	}
	group, role := once(&m.groups, "group "), once(&m.roles, "role ")
	for _, p := range policies {
		c, _ := conditionsOf(p)
		u, _ := known(c.Users)
		a, _ := known(c.ClientApplications)
		for _, f := range []model.Field[[]string]{u.IncludeUsers, u.ExcludeUsers, a.IncludeServicePrincipals, a.ExcludeServicePrincipals} {
			f.Is(byID)
		}
		u.IncludeGroups.Is(group)
		u.ExcludeGroups.Is(group)
		u.IncludeRoles.Is(role)
		u.ExcludeRoles.Is(role)
	}
	role(defaultsRoles)
	role([]string{directorySync})
	return m
}

// of writes what is mentioned of a subject so that no other is written alike.
func (m *mentions) of(key keyText, s Subject) keyText {
	id := model.FoldID(s.ID)
	key = key.flags(id == "", m.ids[id], s.RolesUnknown, s.InGroup == nil)
	if m.ids[id] {
		key = key.text(id)
	}
	key = append(key.number(int(s.Kind)), byte(s.OwnTenantApp)).text(s.HomeTenant)
	for _, group := range m.groups {
		key = append(key, byte(groupEntry(group, s)))
	}
	for _, role := range m.roles {
		same := func(held string) bool { return model.SameID(role, held) }
		key = key.flags(slices.ContainsFunc(s.Roles, same), slices.ContainsFunc(s.MaybeRoles, same))
	}
	return key
}

// alike is what subjects share of which the same is mentioned.
type alike struct {
	mentioned string
	// users says for each policy whether it is for the subject, by reading.
	users [2][]model.Truth
	// what the subject can present, and what is accepted of it.
	external, secondFactor             model.Truth
	mfaAccepted, compliantOK, hybridOK model.Truth
	sight                              sight
	inDefaults, syncAccount            model.Truth
	key                                string // of two with the same, searches find the same
}

// question writes the step as all subjects that are alike have it.
func (q stepQuestion) question(key keyText) keyText {
	key = key.text(q.subject.mentioned).text(string(q.step))
	for _, demand := range q.pim.demand {
		key = key.number(len(demand))
		for _, set := range demand {
			key = key.set(set)
		}
	}
	key = key.text(q.pim.context).texts(q.pim.texts).number(len(q.pim.needs))
	for _, n := range q.pim.needs {
		key = key.text(n.Dataset).text(string(n.Reason)).text(n.Detail).text(n.Permission)
	}
	return q.region.appendKey(key)
}
