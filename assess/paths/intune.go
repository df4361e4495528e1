package paths

import (
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/paths/internal/horn"
	"github.com/privpath/privpath/model"
)

// byIntune adds who manages a device by a role of Intune whose assignment is over
// it. What a role reaches depends on scope tags, and on policies that are not in
// the export: it may manage the device, no more.
// Source: learn.microsoft.com/intune/intune-service/fundamentals/role-based-access-control.
func (b *builder) byIntune(head horn.Atom, device model.PrincipalRef, over func(model.IntuneRoleAssignment) model.Truth) {
	for _, a := range b.intuneRoles() {
		if over(a) == model.False {
			continue
		}
		b.conclude(head, open(unmanaged(model.Unresolved, intuneName(a))).shown(hop{edge: edgeManagesDevice, to: device, text: "may manage " + device.Name,
			evidence: []model.Evidence{a.Evidence("/id", a.ID)}}), key{kind: atomIntune, subject: a.ID})
	}
	c := model.RowsOf(b.tenant, model.IntuneAssignments, nil).Coverage()
	if c.State != model.Complete && c.Reason != model.NotLicensed {
		b.conclude(head, open(unmanaged(missing(model.IntuneAssignments, c, "").Reason, "the roles of Intune")).
			shown(hop{edge: edgeManagesDevice, to: device, text: "may manage " + device.Name + " by a role of Intune"}), key{kind: atomAnyone})
	}
}

func anyDevice(model.IntuneRoleAssignment) model.Truth { return model.Unknown }

// unmanaged is what would settle whom a role of Intune makes master of a device.
func unmanaged(reason model.Reason, role string) model.Need {
	return model.Need{Dataset: model.IntuneAssignments.Name(), Reason: reason, Permission: "DeviceManagementRBAC.Read.All",
		Detail: "which devices " + role + " can run code on or open is not decided"}
}

// intuneRoles lists the assignments of roles of Intune that do more than read, or
// may.
func (x *index) intuneRoles() []model.IntuneRoleAssignment {
	if x.intuneActs == nil {
		x.intuneActs = []model.IntuneRoleAssignment{}
		reads := x.readingRoles()
		for a := range model.RowsOf(x.tenant, model.IntuneAssignments, nil).All() {
			if !reads[model.FoldID(a.ID)] {
				x.intuneActs = append(x.intuneActs, a)
			}
		}
	}
	return x.intuneActs
}

// readingRoles lists the assignments, by folded id, whose role surely does nothing
// but read.
func (x *index) readingRoles() map[string]bool {
	reads := map[string]bool{}
	links := model.RowsOf(x.tenant, model.IntuneRoleLinks, nil)
	for role := range model.RowsOf(x.tenant, model.IntuneRoles, nil).All() {
		if !onlyReads(role) {
			continue
		}
		for a := range links.For(role.ID).All() {
			reads[model.FoldID(a.ID)] = true
		}
	}
	return reads
}

// onlyReads reports whether every action of a role of Intune surely reads.
func onlyReads(role model.IntuneRole) bool {
	return all(role.RolePermissions, func(p model.IntuneRolePermission) bool {
		return all(p.ResourceActions, func(a model.IntuneResourceActions) bool {
			return all(a.AllowedResourceActions, func(action string) bool { return strings.HasSuffix(strings.ToLower(action), "_read") })
		})
	})
}

// all reports whether a list was exported and holds nothing else.
func all[T any](list model.Field[[]T], holds func(T) bool) bool {
	return list.Is(func(list []T) bool {
		return !slices.ContainsFunc(list, func(v T) bool { return !holds(v) })
	}) == model.True
}

// intuneScope asks whether an assignment is over a device: one over groups is over
// the devices in them, and over those of the users in them.
func (b *builder) intuneScope(a model.IntuneRoleAssignment, d *model.Device) model.Truth {
	if model.Equals(a.ScopeType, "resourceScope") != model.True {
		return model.Unknown // over everything, or nobody knows over what
	}
	in := a.ResourceScopes.Is(func(groups []string) bool {
		return slices.ContainsFunc(groups, func(group string) bool {
			held := b.dir.MemberOf(d.ID, group)
			for _, user := range b.usersOf(d.ID) {
				held = model.Or(held, b.dir.MemberOf(user, group))
			}
			return held != model.False
		})
	})
	return model.And(in, model.Unknown)
}

// usersOf lists the users of a device: devicesOf the other way round.
func (x *index) usersOf(device string) []string {
	if x.deviceUsers == nil {
		x.deviceUsers = map[string][]string{}
		for user, device := range x.users() {
			x.deviceUsers[device] = append(x.deviceUsers[device], user)
		}
	}
	return x.deviceUsers[device]
}

// intuneMembers: somebody acts by an assignment of a role of Intune.
func (b *builder) intuneMembers(head horn.Atom, k key) {
	for _, a := range b.intuneRoles() {
		if model.FoldID(a.ID) != k.subject {
			continue
		}
		shown := hop{edge: edgeHoldsIntuneRole, to: intuneRefOf(a), text: "has " + intuneName(a) + " through a group", evidence: []model.Evidence{a.Evidence("/members", a.Members)}}
		why := open(unmanaged(model.Unresolved, intuneName(a))).shown(shown)
		if !a.Members.Exported() {
			b.conclude(head, why, key{kind: atomAnyone})
		}
		a.Members.Is(func(groups []string) bool {
			for _, group := range groups {
				b.actsAs(head, why, group)
			}
			return true
		})
	}
}

func intuneName(a model.IntuneRoleAssignment) string {
	return "the Intune role assignment " + textOf(a.DisplayName, a.ID)
}

func (x *index) intuneRef(id string) model.PrincipalRef {
	for _, a := range x.intuneRoles() {
		if model.SameID(a.ID, id) {
			return intuneRefOf(a)
		}
	}
	return model.PrincipalRef{Kind: KindIntuneRole, ID: id, Name: id}
}

func intuneRefOf(a model.IntuneRoleAssignment) model.PrincipalRef {
	return model.PrincipalRef{Kind: KindIntuneRole, ID: a.ID, Name: intuneName(a)}
}
