package paths

import (
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/paths/internal/horn"
	"github.com/privpath/privpath/assess/paths/internal/powers"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// at: somebody has a credential of a user, at a place.
func (b *builder) at(head horn.Atom, k key) {
	credential, place := k.n/places, k.n%places
	if credential+1 < credentials {
		b.conclude(head, surely, key{kind: atomAt, subject: k.subject, n: at(credential+1, place)})
	}
	if place != own {
		b.conclude(head, surely, key{kind: atomAt, subject: k.subject, n: at(credential, own)}, key{kind: atomPlace, n: place})
		if place == paw {
			b.marks(head, key{kind: atomAt, subject: k.subject, n: at(credential, device)})
		}
		if credential == phishingResistant {
			b.takeovers(head, k.subject, place)
		}
		return
	}
	p := b.principal(k.subject)
	if p.User == nil {
		if p.Dangling != model.True {
			b.conclude(head, open(model.Need{Dataset: model.Users.Name(), Reason: model.Unresolved, Permission: "User.Read.All", Detail: p.ID + " was not exported"}),
				key{kind: atomAnyone})
		}
		return
	}
	switch credential {
	case password:
		b.resets(head, p)
		b.onPremises(head, p)
		b.matched(head, p)
		b.vouched(head, p, surely)
	case secondFactor:
		b.registers(head, p)
		b.federates(head, p)
		b.vouched(head, p, open(model.Need{Dataset: model.TenantDomains.Name(), Reason: model.NotCollected,
			Detail: "whether a second factor counts that the home of " + p.Name + " asserts is not in the export (federatedIdpMfaBehavior, inboundTrust)"}))
		b.givesMethod(head, p, b.methods.pass, "temporary access pass")
	case phishingResistant:
		b.givesMethod(head, p, b.methods.passkey, "passkey")
		b.certificates(head, p)
	}
}

// target is a user as whoever resets a password sees it.
func (b *builder) target(p principals.Principal) powers.Target {
	t := powers.Target{RoleAssignable: b.assigned(p.ID), Restricted: model.False, Complete: len(b.gaps) == 0}
	for _, i := range b.heldBy(p.ID) {
		h := b.holdings[i]
		switch {
		case h.ViaEligible:
			t.EligibleMember = true
		case h.Manner == principals.Eligible:
			t.Eligible = append(t.Eligible, h.Role.ID)
		default:
			t.Roles = append(t.Roles, h.Role.ID)
		}
		t.Restricted = model.Or(t.Restricted, b.restrictedScope(h.Scope))
	}
	return t
}

func (b *builder) heldBy(id string) []int {
	if b.byHolder == nil {
		b.byHolder = map[string][]int{}
		for _, list := range b.byRole {
			for _, i := range list {
				holder := model.FoldID(b.holdings[i].Principal.ID)
				b.byHolder[holder] = append(b.byHolder[holder], i)
			}
		}
		for _, list := range b.byHolder {
			slices.Sort(list)
		}
	}
	return b.byHolder[model.FoldID(id)]
}

const unitScope = "/administrativeunits/"

// unitMembers is the data set of who is in the unit of a scope.
func unitMembers(scope string) string {
	return "directory/administrativeUnits/" + strings.TrimPrefix(scope, unitScope) + "/members"
}

// resets adds who can reset the user's password.
// Source of who can: [powers.ResetSource].
func (b *builder) resets(head horn.Atom, p principals.Principal) {
	target, shown := b.target(p), hop{edge: edgeResetsPassword, to: b.ref(p.ID), text: "resets the password of " + p.Name, credential: passwordOf(p)}
	// A password kept on-premises changes only with writeback.
	// The password of a guest is kept elsewhere.
	whole := surely.about(model.And(model.Or(set(p.User.OnPremisesSyncEnabled).Not(), model.Unknown), external(p.User).Not()), model.Users.Name(),
		p.Name+": whether password writeback reaches it, or it is a guest, is not known")
	for _, id := range b.roleIDs {
		if len(b.byRole[id])+len(b.groupRoles[id]) == 0 {
			continue
		}
		actor := powers.Actor{Role: b.roles[id].role.ID, Resets: b.roles[id].has(powers.ResetPassword).Truth}
		answer := powers.CanReset([]powers.Actor{actor}, target)
		b.targetedBy(head, id, p, target, answer, whole, shown)
	}
	for _, may := range b.permitted[powers.ResetPassword] {
		granted := permissionHop(may.grant)
		why := whole.about(set(p.User.IsManagementRestricted).Not(), model.Users.Name(), p.Name+": whether a restricted unit shields it is not known").
			and(unprotected(target), p.Name+": whether a role or a role-assignable group shields it is not known").
			and(model.Unknown, granted.to.Name+" sets passwords of others only together with a role such as User Administrator, as Microsoft says: whether it does alone is not known")
		shown := shown
		shown.text = "uses " + granted.to.Name + " and " + shown.text
		shown.evidence = granted.evidence
		b.conclude(head, why.shown(shown), key{kind: atomActs, subject: may.service})
	}
}

// targetedBy adds the rules for one role, at tenant scope and over the units that
// hold the user or can be made to. Over a unit the table's administrators reach
// users without a role; of others nothing is documented. A user in a restricted
// unit is reached over such a unit alone, or is taken out of it first.
// Source: learn.microsoft.com/entra/identity/role-based-access-control/manage-roles-portal, roles with
// administrative unit scope, and admin-units-restricted-management.
func (b *builder) targetedBy(head horn.Atom, role string, p principals.Principal, target powers.Target, answer powers.Answer, whole because, shown hop, also ...key) {
	if answer.Truth == model.False {
		return
	}
	entry, does := b.roles[role], shown.text
	shown.evidence = entry.evidence
	restricted, shields := set(p.User.IsManagementRestricted), p.Name+": whether a restricted unit shields it is not known"
	by := func(why because, text string, premises ...key) {
		shown.text = text
		b.conclude(head, why.shown(shown), append(premises, also...)...)
	}
	moves := powerAtom(atomPower, powers.AdministrativeUnitMembersUpdate)
	why := whole.and(answer.Truth, entry.role.Name+": "+answer.Reason)
	by(why.about(restricted.Not(), model.Users.Name(), shields), does, roleKey(role, tenantWide))
	if restricted != model.False {
		by(why.with(unfollowed(powers.AdministrativeUnitMembersUpdate)), "takes "+p.Name+" out of its restricted unit, and "+does, roleKey(role, tenantWide), moves)
	}
	reach := answer.Truth
	if reach == model.True && target.Administrator() {
		reach = model.Unknown
	}
	reached := whole.and(reach, entry.role.Name+", limited to an administrative unit, towards "+p.Name+": "+answer.Reason)
	for _, s := range b.scopes {
		if s.role != role {
			continue
		}
		unit, in := b.scopeName(s.scope), b.within(s.scope, p.ID)
		shown.over = inUnit{s.scope, p.ID}
		why := reached.about(model.Or(restricted.Not(), b.restrictedScope(s.scope)), model.Users.Name(), shields)
		by(why.about(in, unitMembers(s.scope), "whether "+unit+" holds "+p.Name), "holds "+p.Name+", so that the role over it "+does, roleKey(role, s.scope))
		if in != model.True && strings.HasPrefix(s.scope, unitScope) {
			ruled := b.ruledUnit(s.scope)
			by(why.about(model.Or(ruled.Not(), model.Unknown), model.AdministrativeUnits.Name(), "whether a rule decides who is in "+unit), "holds "+p.Name+" once it is put there, so that the role over it "+does, roleKey(role, s.scope), moves)
			if ruled != model.False {
				by(why.with(unfollowed(powers.UpdateUserProperties)), "holds "+p.Name+" once what its rule reads is written, so that the role over it "+does, roleKey(role, s.scope), powerAtom(atomPower, powers.UpdateUserProperties))
			}
		}
	}
}

// unprotected asks whether an application without a role may reset the user.
// Source: learn.microsoft.com/graph/api/user-update: sensitive actions on
// administrators take an administrator role.
func unprotected(t powers.Target) model.Truth {
	if len(t.Roles) > 0 {
		return model.False
	}
	return model.And(model.Or(model.Of(!t.Administrator() && t.Complete), model.Unknown), t.RoleAssignable.Not(), t.Restricted.Not())
}

// methods says which sign-in methods administrators can hand out.
type methods struct{ pass, passkey, certificate model.Truth }

func readMethods(t *model.Tenant) methods {
	policy, _ := model.RowsOf(t, model.MethodsPolicies, nil).Only()
	state := func(id string) model.Truth {
		found := model.Unknown
		policy.AuthenticationMethodConfigurations.Is(func(list []model.MethodConfiguration) bool {
			for _, c := range list {
				if strings.EqualFold(c.ID, id) {
					found = model.Equals(c.State, "enabled")
				}
			}
			return true
		})
		return found
	}
	return methods{pass: state("TemporaryAccessPass"), passkey: state("Fido2"), certificate: state("X509Certificate")}
}

// givesMethod adds who can register a method for the user and sign in with it.
// The same roles as for passwords, where they may change methods at all.
// Source: learn.microsoft.com/entra/identity/authentication/howto-authentication-temporary-access-pass
// and learn.microsoft.com/graph/api/authentication-post-fido2methods.
func (b *builder) givesMethod(head horn.Atom, p principals.Principal, enabled model.Truth, name string) {
	shown := hop{edge: edgeAddsMethod, to: b.ref(p.ID), text: "gives itself a " + name + " for " + p.Name, credential: credentialOf(p.ID, name, "a "+name+" of "+p.Name)}
	whole := surely.about(external(p.User).Not(), model.Users.Name(), p.Name+": whether it is a guest is not known").
		about(model.Or(enabled, enabled.Not()), model.MethodsPolicies.Name(), "whether the authentication methods policy allows a "+name)
	// A method that is off can be turned on first.
	var also []key
	if enabled == model.False {
		also = []key{powerAtom(atomPower, powers.WriteAuthenticationMethodsPolicy)}
	}
	target := b.target(p)
	for _, id := range b.roleIDs {
		held := b.roles[id].has(powers.UpdateUserAuthenticationMethods)
		if held.Truth == model.False || len(b.byRole[id])+len(b.groupRoles[id]) == 0 {
			continue
		}
		answer := powers.CanReset([]powers.Actor{{Role: b.roles[id].role.ID, Resets: held.Truth}}, target)
		b.targetedBy(head, id, p, target, answer, whole.and(held.Truth, b.roles[id].role.Name+": "+held.Reason), shown, also...)
	}
	for _, may := range b.permitted[powers.UpdateUserAuthenticationMethods] {
		granted := permissionHop(may.grant)
		sure := model.Unknown // one method's permission: the method that it gives is not looked at
		if granted.to.Name == "UserAuthenticationMethod.ReadWrite.All" {
			sure = model.True
		}
		shown := shown
		shown.text, shown.evidence = "uses "+granted.to.Name+" and "+shown.text, granted.evidence
		b.conclude(head, whole.about(set(p.User.IsManagementRestricted).Not(), model.Users.Name(), p.Name+": whether a restricted unit shields it is not known").and(sure, granted.to.Name+": which method it gives").shown(shown), append([]key{{kind: atomActs, subject: may.service}}, also...)...)
	}
}

// federates adds who can make the user's domain trust an issuer of their own,
// whose tokens may claim a second factor.
// Source: learn.microsoft.com/entra/identity/authentication/how-to-mfa-server-migration-utility and
// learn.microsoft.com/graph/api/resources/internaldomainfederation, federatedIdpMfaBehavior.
func (b *builder) federates(head horn.Atom, p principals.Principal) {
	custom := p.User.UserPrincipalName.Is(func(upn string) bool {
		return !strings.HasSuffix(strings.ToLower(upn), ".onmicrosoft.com") && !strings.Contains(strings.ToUpper(upn), "#EXT#")
	})
	b.conclude(head, because{truth: custom}.needing(model.Need{Dataset: model.Users.Name(), Reason: model.NotCollected, Detail: "the user principal name of " + p.ID + " was not exported"}).
		shown(hop{edge: edgeFederatesDomain, to: b.ref(p.ID), text: "makes the domain of " + p.Name + " trust an issuer of its own, and signs in as it",
			evidence: []model.Evidence{p.User.Evidence("/userPrincipalName", p.User.UserPrincipalName)}}),
		powerAtom(atomPower, powers.WriteDomainsFederation))
}

// certificates adds who can make the tenant trust a certificate authority of
// their own.
func (b *builder) certificates(head horn.Atom, p principals.Principal) {
	shown := hop{edge: edgeTrustsAuthority, to: b.ref(p.ID), text: "makes the tenant trust a certificate authority of its own, and signs in as " + p.Name,
		evidence: []model.Evidence{p.User.Evidence("/userPrincipalName", p.User.UserPrincipalName)}}
	trust := powerAtom(atomPower, powers.WriteCertificateAuthorities)
	if b.methods.certificate == model.False {
		b.conclude(head, surely.shown(shown), trust, powerAtom(atomPower, powers.WriteAuthenticationMethodsPolicy))
		return
	}
	b.conclude(head, because{truth: b.methods.certificate}.needing(model.Need{Dataset: model.MethodsPolicies.Name(), Reason: model.NotCollected,
		Detail: "whether certificates are a method is not known"}).shown(shown), trust)
}
