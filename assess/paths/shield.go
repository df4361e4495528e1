package paths

import (
	"slices"

	"github.com/privpath/privpath/assess/paths/internal/powers"
	"github.com/privpath/privpath/model"
)

// lowerRoles reset passwords and are below Tier 0 by themselves: Microsoft's
// table of resets, see [powers.ResetSource].
var lowerRoles = []string{powers.PasswordAdministrator, powers.HelpdeskAdministrator, powers.AuthenticationAdministrator, powers.UserAdministrator}

// ResettableBelow says whether an administrator of some lower role, whoever holds
// it, could reset the user's password: whether nothing but the user's own roles
// and role-assignable groups shields it.
func (g *Graph) ResettableBelow(user string) (model.Truth, string) {
	target := g.b.target(g.b.principal(user))
	worst, reason := model.False, "lower roles cannot reset it, because of the roles or groups that it has"
	for _, role := range lowerRoles {
		answer := powers.CanReset([]powers.Actor{{Role: role, Resets: model.True}}, target)
		if model.Or(worst, answer.Truth) != worst {
			worst, reason = answer.Truth, answer.Reason
		}
	}
	return worst, reason
}

// Outsiders lists everybody who controls Tier 0, or may, and holds no Tier 0
// role: see [Graph.Tier0]. Applications, devices, groups and roles are not among
// them: who controls these is.
func (g *Graph) Outsiders() []model.Tier0Member {
	var list []model.Tier0Member
	for _, m := range g.tier0() {
		if !m.Declared && !slices.Contains([]string{"application", "device", "group", "role"}, m.Kind) {
			list = append(list, m)
		}
	}
	return list
}

// Anyone says whether an account or an application that the graph does not name
// reaches Tier 0: Unknown where something is missing that could make it so.
func (g *Graph) Anyone() model.Truth {
	return model.Or(g.reached[startKey(anybody)][AttackerControl], g.reached[startKey(anyApplication)][AttackerCredential])
}
