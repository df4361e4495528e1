package kit

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// RoleGroupNeeds is what [RoleGroups] requires.
var RoleGroupNeeds = []assess.Dependency{model.RoleAssignments, model.RoleAssignmentSchedule, model.RoleEligibility}

// RoleGroup is a group, or perhaps one, to which a role is assigned.
type RoleGroup struct {
	ID, Role string
	Known    bool        // it is a group
	Such     model.Truth // whether one of its roles is such as was asked for
	Wide     model.Truth // the same of roles that it has over the whole tenant; over less is perhaps
	At       model.Evidence
}

// RoleGroups lists each group to which a role is assigned, active or eligible,
// that is such or may be, each once, in the order of the export. Groups without
// members are among them.
func RoleGroups(p *assess.Pass, directory *principals.Directory, such func(principals.Role) model.Truth) []RoleGroup {
	var list []RoleGroup
	add := func(principal string, expanded model.Field[model.DirectoryObject], id string, definition model.Field[model.RoleDefinition], scope model.Field[string], at model.Evidence) {
		role, who := directory.Role(id, definition), directory.Principal(principal, expanded)
		is := such(role)
		if is == model.False || who.Dangling == model.True || who.Kind != principals.KindGroup && who.Kind != principals.KindUnknown {
			return
		}
		wide := model.And(is, model.Or(model.Equals(scope, "/"), model.Unknown))
		for i, known := range list {
			if model.SameID(known.ID, principal) {
				list[i].Such, list[i].Wide = model.Or(list[i].Such, is), model.Or(list[i].Wide, wide)
				return
			}
		}
		list = append(list, RoleGroup{ID: principal, Role: role.Name, Known: who.Kind == principals.KindGroup, Such: is, Wide: wide, At: at})
	}
	for _, key := range []model.Key[model.RoleScheduleInstance]{model.RoleAssignmentSchedule, model.RoleEligibility} {
		for row := range model.RowsOf(p.Tenant(), key, nil).All() {
			add(row.PrincipalID, row.Principal, row.RoleDefinitionID, row.RoleDefinition, row.DirectoryScopeID, row.Evidence("/principalId", row.PrincipalID))
		}
	}
	for row := range assess.Rows(p, model.RoleAssignments).All() {
		add(row.PrincipalID, row.Principal, row.RoleDefinitionID, row.RoleDefinition, row.DirectoryScopeID, row.Evidence("/principalId", row.PrincipalID))
	}
	return list
}
