package principals

import (
	"slices"

	"github.com/privpath/privpath/internal/byid"
	"github.com/privpath/privpath/model"
)

// Role is a directory role. ID is the template id of a built-in role, or the
// custom role's own id.
type Role struct {
	ID, Name string
	// BuiltIn is Unknown when the definition was not exported.
	BuiltIn model.Truth
	// Tier0 says whether holding the role is holding Tier 0.
	Tier0 model.Truth
}

// Ref names the role in an assessment.
func (r Role) Ref() model.RoleRef {
	tier := model.TierUnknown
	switch r.Tier0 {
	case model.True:
		tier = 0
	case model.False:
		tier = 1
		if known, ok := model.RoleWithTemplate(r.ID); ok && known.Tier > 0 {
			tier = known.Tier
		}
	}
	return model.RoleRef{ID: r.ID, Name: r.Name, Tier: tier}
}

type tier0Set struct{ add, remove []string }

// goals can never be declared out of Tier 0.
var goals = []string{model.GlobalAdministrator, model.PrivilegedRoleAdministrator, model.PrivilegedAuthenticationAdministrator}

func (d *Directory) readRoles() {
	d.roles = byid.New(model.RowsOf(d.tenant, model.RoleDefinitions, nil), func(r *model.RoleDefinition) string { return r.ID })
	declarations, _ := model.RowsOf(d.tenant, model.OwnerDeclarations, nil).Only()
	declarations.Tier0.Is(func(t model.Tier0Declaration) bool {
		d.tier0 = tier0Set{add: t.AddRoles, remove: t.RemoveRoles}
		return true
	})
}

// Role resolves a role definition id.
func (d *Directory) Role(id string, expanded model.Field[model.RoleDefinition]) Role {
	definition, ok := d.roles.Find(id)
	if !ok {
		expanded.Is(func(r model.RoleDefinition) bool { definition = &r; return true })
	}
	template := id
	if definition != nil {
		definition.TemplateID.Is(func(t string) bool {
			if _, known := model.RoleWithTemplate(t); known {
				template = t
			}
			return true
		})
	}
	if known, ok := model.RoleWithTemplate(template); ok {
		return Role{ID: known.TemplateID, Name: known.Name, BuiltIn: model.True, Tier0: d.declared(known.TemplateID, model.Of(known.Tier0))}
	}
	if definition == nil {
		return Role{ID: id, Name: id, Tier0: d.declared(id, model.Unknown)}
	}
	return Role{ID: id, Name: nameOf(id, definition.DisplayName),
		BuiltIn: definition.IsBuiltIn.Is(func(b bool) bool { return b }),
		Tier0:   d.declared(id, tier0ByActions(definition))}
}

func (d *Directory) declared(id string, tier0 model.Truth) model.Truth {
	same := func(other string) bool { return model.SameID(id, other) }
	switch {
	case slices.ContainsFunc(d.tier0.add, same):
		return model.True
	case slices.ContainsFunc(d.tier0.remove, same) && !slices.ContainsFunc(goals, same):
		return model.False
	}
	return tier0
}

// tier0ByActions decides by what a custom (or newer built-in) role may do.
func tier0ByActions(r *model.RoleDefinition) model.Truth {
	unknown := func() model.Truth { return model.Unknown }
	none := func() model.Truth { return model.False }
	return model.Fold(r.RolePermissions, unknown, none, func(permissions []model.RolePermission) model.Truth {
		found := model.False
		for _, permission := range permissions {
			found = model.Or(found, model.Fold(permission.AllowedResourceActions, unknown, none, func(actions []string) model.Truth {
				return model.Of(slices.ContainsFunc(actions, model.Tier0Action))
			}))
		}
		return found
	})
}
