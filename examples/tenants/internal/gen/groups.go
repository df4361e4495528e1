package gen

import "time"

// group is a security group. Only groups that carry a role or stand in a
// policy have their members in the export, as a collector would fetch them.
type group struct {
	id, name, description string
	assignable, synced    bool
	restricted            bool
	dynamic               string // membership rule
	created               time.Time
	members, owners       []string
	expanded              bool
	unified               bool
}

// group adds a security group whose members and owners the export holds.
func (t *tenant) group(name, description string, members ...string) *group {
	g := &group{id: t.guid("group", name), name: name, description: description, members: members, expanded: true,
		created: t.created.AddDate(0, 0, 30+t.rng.IntN(600))}
	t.groups = append(t.groups, g)
	return g
}

// roleGroup adds a role-assignable group. Such groups take no nested groups.
func (t *tenant) roleGroup(name, description string, members ...string) *group {
	g := t.group(name, description, members...)
	g.assignable = true
	return g
}

func (t *tenant) groupByID(id string) *group {
	for _, g := range t.groups {
		if g.id == id {
			return g
		}
	}
	return nil
}

// inGroup tells transitive membership.
func (t *tenant) inGroup(userID, groupID string) bool {
	g := t.groupByID(groupID)
	if g == nil {
		return false
	}
	for _, m := range g.members {
		if m == userID || t.groupByID(m) != nil && t.inGroup(userID, m) {
			return true
		}
	}
	return false
}

func (t *tenant) groupRecord(g *group) rec {
	types := []string{}
	rule, state := any(nil), any(nil)
	if g.dynamic != "" {
		types, rule, state = []string{"DynamicMembership"}, g.dynamic, "On"
	}
	if g.unified {
		types = []string{"Unified"}
	}
	return obj("id", g.id, "displayName", g.name, "description", g.description, "createdDateTime", g.created,
		"groupTypes", types, "securityEnabled", !g.unified, "mailEnabled", g.unified, "isAssignableToRole", orNullFlag(g.assignable),
		"membershipRule", rule, "membershipRuleProcessingState", state, "onPremisesSyncEnabled", orNullFlag(g.synced), "isManagementRestricted", orNullFlag(g.restricted))
}

// reference tells a directory object as $expand and member lists do.
func (t *tenant) reference(id string) rec {
	if u := t.user(id); u != nil {
		return obj("@odata.type", "#microsoft.graph.user", "id", u.id, "displayName", u.name, "userPrincipalName", u.upn)
	}
	if g := t.groupByID(id); g != nil {
		return obj("@odata.type", "#microsoft.graph.group", "id", g.id, "displayName", g.name)
	}
	for _, sp := range t.servicePrincipals {
		if sp.id == id {
			return obj("@odata.type", "#microsoft.graph.servicePrincipal", "id", sp.id, "displayName", sp.name, "appId", sp.appID)
		}
	}
	for _, d := range t.devices {
		if d.id == id {
			return obj("@odata.type", "#microsoft.graph.device", "id", d.id, "displayName", d.name, "deviceId", d.deviceID)
		}
	}
	panic("gen: nothing has the id " + id)
}

// adminUnit is an administrative unit.
type adminUnit struct {
	id, name, description string
	restricted            bool
	members               []string
}

func (t *tenant) unit(name, description string, restricted bool, members ...string) *adminUnit {
	u := &adminUnit{id: t.guid("unit", name), name: name, description: description, restricted: restricted, members: members}
	t.units = append(t.units, u)
	return u
}

func ids(users ...*user) []string {
	out := make([]string, 0, len(users))
	for _, u := range users {
		out = append(out, u.id)
	}
	return out
}
