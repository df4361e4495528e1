package paths

import (
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/paths/internal/horn"
	"github.com/privpath/privpath/assess/paths/internal/powers"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// role: somebody uses a role at a scope.
func (b *builder) role(head horn.Atom, k key) {
	for _, i := range b.byRole[k.subject] {
		scope, in := b.holdings[i].Scope, model.False
		switch {
		case model.FoldID(scope) == k.other:
			in = model.True
		case scope == "":
			in = model.Unknown
		}
		b.conclude(head, because{truth: in}.needing(model.Need{Dataset: model.RoleAssignments.Name(), Reason: model.Malformed,
			Detail: "the scope of an assignment was not exported"}), key{kind: atomInUse, n: i})
	}
	for _, g := range b.groupRoles[k.subject] {
		if model.FoldID(g.scope) == k.other || g.scope == "" {
			b.throughGroup(head, g)
		}
	}
}

// throughGroup: whoever can write the members of a group that holds the role
// becomes one of them.
func (b *builder) throughGroup(head horn.Atom, g groupAssignment) {
	for _, j := range b.joinersOf(g) {
		if j.holding >= 0 {
			b.conclude(head, surely, append(j.by, key{kind: atomInUse, n: j.holding})...)
			continue
		}
		b.conclude(head, j.because, j.by...)
	}
}

// joiner is somebody who becomes a member of a group that holds a role, with a
// holding of its own where it is known who that is, and else -1 and a hop.
type joiner struct {
	because
	by      []key
	holding int
}

func (b *builder) joinersOf(g groupAssignment) []joiner {
	var list []joiner
	add := func(why because, by ...key) { list = append(list, joiner{why, by, -1}) }
	group := b.groupRef(g.group)
	restricted := model.Unknown
	if record, ok := b.dir.Group(g.group); ok {
		restricted = set(record.IsManagementRestricted)
	}
	// A restricted unit keeps owners and applications off its groups.
	free := surely.about(restricted.Not(), model.Groups.Name(), "whether a restricted unit shields "+group.Name+" is not known")
	for _, w := range b.ownersOf(g.group, free) {
		p := b.principal(w.by.subject)
		if w.by.kind == atomActs && w.truth != model.Unknown && p.Kind == principals.KindUser {
			list = append(list, joiner{surely, []key{w.by}, b.joinOf(g, p, append(slices.Clone(w.evidence), g.evidence))})
			continue
		}
		add(w.shown(hop{edge: w.edge, to: roleRef(g.role), from: w.from, text: w.how + ", and adds itself to the group, which holds " + g.role.Name, evidence: append(slices.Clone(w.evidence), g.evidence)}), w.by)
	}
	for _, w := range b.packagesOf(g.group, group.Name) {
		shown := hop{edge: edgeRequestsPackage, to: roleRef(g.role), text: "may get the membership of " + group.Name + ", which holds the role, by an access package", evidence: w.evidence}
		add(w.about(restricted.Not(), model.Groups.Name(), "whether a restricted unit shields "+group.Name+" is not known").shown(shown), w.by)
	}
	writes := hop{edge: edgeWritesGroup, to: roleRef(g.role), text: "adds itself to " + group.Name + ", which holds the role", evidence: []model.Evidence{g.evidence}}
	application := powerAtom(atomAppPower, powers.RoleAssignableMembersUpdate)
	add(free.shown(writes), application)
	if restricted != model.False {
		add(unfollowed(powers.AdministrativeUnitMembersUpdate).shown(writes), application, powerAtom(atomPower, powers.AdministrativeUnitMembersUpdate))
	}
	writes.text = "adds a member to " + group.Name + ", which holds the role"
	add(open(model.Need{Dataset: model.RoleDefinitions.Name(), Reason: model.Unresolved, Detail: "what the new member's sign-in must meet depends on whom is added"}).shown(writes),
		powerAtom(atomPower, powers.RoleAssignableMembersUpdate))
	return list
}

// joinOf is the holding of an owner who adds itself to a group that holds a role.
// It is no holding of the role's: it is used where it is made alone.
func (b *builder) joinOf(g groupAssignment, p principals.Principal, evidence []model.Evidence) int {
	b.holdings = append(b.holdings, principals.Holding{Principal: p, Role: g.role, Manner: g.manner, Scope: g.scope, Via: []string{g.group}, Evidence: evidence})
	return len(b.holdings) - 1
}

// power: somebody can do something in the whole tenant.
func (b *builder) power(head horn.Atom, p powers.Power) {
	for _, id := range b.roleIDs {
		entry := b.roles[id]
		held := entry.has(p)
		if held.Truth == model.False || len(b.byRole[id])+len(b.groupRoles[id]) == 0 {
			continue
		}
		b.conclude(head, because{truth: held.Truth}.needing(model.Need{Dataset: model.RoleDefinitions.Name(), Reason: model.Unresolved,
			Detail: entry.role.Name + ": " + held.Reason}), roleKey(id, tenantWide))
	}
	b.conclude(head, surely, powerAtom(atomAppPower, p))
}

// appPower: an application has the permission.
func (b *builder) appPower(head horn.Atom, p powers.Power) {
	if targeted(p) {
		return
	}
	for _, may := range b.permitted[p] {
		if may.scope == powers.Any || may.scope == powers.Unprotected {
			b.conclude(head, surely.shown(permissionHop(may.grant)), key{kind: atomActs, subject: may.service})
		}
	}
}

// targeted powers of applications depend on the target, which the target's own
// rules ask.
func targeted(p powers.Power) bool {
	return p == powers.ResetPassword || p == powers.UpdateUserAuthenticationMethods || p == powers.DisableUsers
}

func permissionHop(g grant) hop {
	name := permissionName(g.appRoleID)
	return hop{edge: edgeHasPermission, to: model.PrincipalRef{Kind: "permission", ID: g.appRoleID, Name: name},
		text: "has the application permission " + name, evidence: []model.Evidence{g.evidence}}
}

// permissionName names a permission of Microsoft Graph.
func permissionName(id string) string {
	if known, ok := model.PermissionWithID(model.MicrosoftGraphAppID, id); ok {
		return known.Value
	}
	return id
}

// permitted: an application that has a permission acts. It stands between many
// applications and many targets, so that the rules are as many as both, not as
// their pairs.
func (b *builder) permittedActs(head horn.Atom, k key) {
	for _, g := range b.granted[k.subject] {
		b.conclude(head, surely.shown(permissionHop(g.grant)), key{kind: atomActs, subject: g.service})
	}
}

// permittedTo is that an application with the permission acts.
func permittedTo(permission string) key { return key{kind: atomPermitted, subject: permission} }

// inUse: a holding is in use. Who is no user meets no policy for users.
func (b *builder) inUse(head horn.Atom, k key) {
	h := b.holdings[k.n]
	switch {
	case h.Principal.Dangling == model.True:
	case h.Principal.Kind == principals.KindServicePrincipal:
		b.conclude(head, surely.shown(hop{edge: edgeHoldsRole, to: b.heldRole(h.Role, h.Scope), text: "holds " + b.heldRole(h.Role, h.Scope).Name + "; no device and no network is asked of it",
			evidence: h.Evidence}), key{kind: atomActs, subject: h.Principal.ID})
	case h.Principal.Kind == principals.KindUser:
		b.demandOf(head, k.n, k.other)
	case h.Principal.Kind == principals.KindGroup:
		b.conclude(head, open(model.Need{Dataset: "groups/" + h.Principal.ID + "/members", Reason: model.Unresolved, Permission: "GroupMember.Read.All",
			Detail: "the members of the group that holds " + h.Role.Name + " are not known"}).
			shown(hop{edge: edgeMemberOf, to: roleRef(h.Role), text: "may be a member of " + h.Principal.Name}), key{kind: atomAnyone})
	default:
		b.conclude(head, open(model.Need{Dataset: model.Users.Name(), Reason: model.Unresolved, Permission: "User.Read.All",
			Detail: h.Principal.ID + " holds " + h.Role.Name + ", and was not exported"}).
			shown(hop{edge: edgeHoldsRole, to: roleRef(h.Role), text: "may be " + h.Principal.ID + ", which holds the role"}), key{kind: atomAnyone})
	}
}

// heldRole names a role and over what it is held, where that is not the tenant.
func (b *builder) heldRole(role principals.Role, scope string) model.PrincipalRef {
	ref := roleRef(role)
	if scope != "" && scope != tenantWide {
		ref.ID += scope
		ref.Name += " over " + b.scopeName(scope)
	}
	return ref
}

// useHop is what a path shows of the use of a holding.
func (b *builder) useHop(i int, authContext string) hop {
	h := b.holdings[i]
	edge, to := edgeUsesRole, b.heldRole(h.Role, h.Scope)
	text := "uses " + to.Name
	switch {
	case h.Role.ID == "":
		edge, to, text = edgeSignsIn, b.ref(h.Principal.ID), "signs in"
	case h.ViaEligible:
		edge, text = edgeActivatesMembership, "activates the membership of "+b.groupRef(h.Via[0]).Name+" and uses "+to.Name
	case len(h.Evidence) > 0 && strings.HasSuffix(h.Evidence[0].Dataset, "/owners"):
		edge, text = edgeOwnsGroup, "adds itself to "+b.groupRef(h.Via[0]).Name+", which it owns, and uses "+to.Name
	case h.Manner != principals.Standing:
		edge, text = edgeActivatesRole, "activates and uses "+to.Name
	}
	if authContext != "" {
		text += ", with authentication context " + authContext + " for a protected action"
	}
	return hop{edge: edge, to: to, text: text, evidence: h.Evidence, use: &usage{holding: i, authContext: authContext, variant: -1}}
}

// approver: somebody who may approve the activation agrees, and is not the one
// who asks.
func (b *builder) approver(head horn.Atom, k key) {
	h := b.holdings[k.n]
	list, groups, known, evidence := b.approvers(h)
	if !known {
		b.conclude(head, open(model.Need{Dataset: model.RolePolicies.Name(), Reason: model.Unresolved, Detail: "who approves " + h.Role.Name + " is not known"}).
			shown(hop{edge: edgeApproves, to: roleRef(h.Role), text: "may be an approver"}), key{kind: atomAnyone})
	}
	for _, id := range list {
		if !model.SameID(id, h.Principal.ID) {
			b.conclude(head, surely.shown(hop{edge: edgeApproves, to: roleRef(h.Role), text: "approves the activation", from: b.ref(id), evidence: evidence}),
				key{kind: atomActs, subject: id})
		}
	}
	for _, id := range groups {
		b.joinsApprovers(head, h, id, evidence)
	}
}

// joinsApprovers adds who makes somebody an approver by writing the group that
// approves. An owner who is not the one who asks approves; others must put
// somebody there who is controlled and does not ask.
func (b *builder) joinsApprovers(head horn.Atom, h principals.Holding, group string, evidence []model.Evidence) {
	second := open(model.Need{Dataset: "groups/" + group + "/members", Reason: model.Unresolved,
		Detail: "whether somebody else who is controlled can be made an approver of " + h.Role.Name + " is not decided"})
	for _, w := range append(b.writersOf(group), b.eligibleFor(group, "member", "the membership of "+b.groupRef(group).Name)...) {
		why := w.because
		if w.by.kind != atomActs || model.SameID(w.by.subject, h.Principal.ID) {
			why = why.with(second)
		}
		shown := hop{edge: edgeApproves, to: roleRef(h.Role), from: w.from, text: w.how + ", joins the approvers, and approves the activation", evidence: append(slices.Clone(w.evidence), evidence...), over: w.over}
		b.conclude(head, why.shown(shown), w.premises()...)
	}
}

const approvalRule = "Approval_EndUser_Assignment"

// approvers lists who approves the activation of a holding. A policy that names
// nobody leaves it to Privileged Role and Global Administrators, who are at the
// goal already.
// Source: learn.microsoft.com/entra/id-governance/privileged-identity-management/pim-how-to-change-default-settings.
func (b *builder) approvers(h principals.Holding) (list, groups []string, known bool, evidence []model.Evidence) {
	known = true
	found := false
	for row := range model.RowsOf(b.tenant, model.RolePolicies, nil).All() {
		if !b.governs(row, h) {
			continue
		}
		row.Policy.Is(func(policy model.RoleManagementPolicy) bool {
			return policy.Rules.Is(func(rules []model.PolicyRule) bool {
				for _, rule := range rules {
					if rule.ID != approvalRule {
						continue
					}
					found = true
					evidence = append(evidence, row.Evidence("/policy/rules", rule.ID))
					ids, in, all := b.approversOf(rule)
					list, groups, known = append(list, ids...), append(groups, in...), known && all
				}
				return true
			}) == model.True
		})
	}
	return list, groups, known && found, evidence
}

// governs reports whether a PIM policy is about the activation of the holding.
func (b *builder) governs(row model.RoleManagementPolicyAssignment, h principals.Holding) bool {
	scope, target := textOf(row.ScopeID, ""), textOf(row.RoleDefinitionID, "")
	if h.ViaEligible {
		return model.Equals(row.ScopeType, "Group") == model.True && model.SameID(scope, h.Via[0]) && target != "owner"
	}
	return model.Equals(row.ScopeType, "Group") != model.True && scope == "/" && model.SameID(b.dir.Role(target, model.Field[model.RoleDefinition]{}).ID, h.Role.ID)
}

func (b *builder) approversOf(rule model.PolicyRule) (ids, groups []string, all bool) {
	all = rule.Setting.Is(func(s model.ApprovalSettings) bool {
		return s.ApprovalStages.Is(func(stages []model.ApprovalStage) bool {
			whole := true
			for _, stage := range stages {
				whole = stage.PrimaryApprovers.Is(func(approvers []model.Approver) bool {
					seen := true
					for _, a := range approvers {
						a.UserID.Is(func(id string) bool { ids = append(ids, id); return true })
						a.GroupID.Is(func(id string) bool {
							members := b.dir.Members(id)
							ids, groups = append(ids, members.IDs()...), append(groups, id)
							seen = seen && len(members.Gaps) == 0
							return true
						})
						seen = seen && (a.UserID.Exported() || a.GroupID.Exported())
					}
					return seen
				}) == model.True && whole
			}
			return whole
		}) == model.True
	}) == model.True
	return ids, groups, all
}
