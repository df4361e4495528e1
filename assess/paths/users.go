package paths

import (
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/access"
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
	case secondFactor:
		b.registers(head, p)
		b.federates(head, p)
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
		case h.ViaEligible: // not shielded: see powers.Target
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

// restrictedScope asks whether a scope is a restricted management unit.
func (b *builder) restrictedScope(scope string) model.Truth {
	id, ok := strings.CutPrefix(model.FoldID(scope), unitScope)
	if !ok {
		return model.False
	}
	for unit := range model.RowsOf(b.tenant, model.AdministrativeUnits, nil).All() {
		if model.SameID(unit.ID, id) {
			return model.Or(model.Equals(unit.IsMemberManagementRestricted, true), model.False)
		}
	}
	return model.Unknown
}

// resets adds who can reset the user's password.
// Source of who can: [powers.ResetSource].
func (b *builder) resets(head horn.Atom, p principals.Principal) {
	target, shown := b.target(p), hop{edge: "resetsPassword", to: b.ref(p.ID), text: "resets the password of " + p.Name}
	restricted, synced := set(p.User.IsManagementRestricted), set(p.User.OnPremisesSyncEnabled)
	// A password kept on-premises changes only with writeback.
	// The password of a guest is kept elsewhere.
	whole := because{truth: model.And(restricted.Not(), model.Or(synced.Not(), model.Unknown), external(p.User).Not())}.needing(
		model.Need{Dataset: model.Users.Name(), Reason: model.Unresolved, Detail: p.Name + ": whether a restricted unit shields it, password writeback reaches it, or it is a guest, is not known"})
	for _, id := range b.roleIDs {
		if len(b.byRole[id])+len(b.groupRoles[id]) == 0 {
			continue
		}
		actor := powers.Actor{Role: b.roles[id].role.ID, Resets: b.roles[id].has(powers.ResetPassword).Truth}
		answer := powers.CanReset([]powers.Actor{actor}, target)
		b.targetedBy(head, id, p, target, answer, whole, shown)
	}
	for _, id := range b.granted {
		for _, g := range b.grants[id] {
			for _, effect := range powers.EffectsOf(g.resourceAppID, g.appRoleID) {
				if effect.Power == powers.ResetPassword {
					why := whole.and(unprotected(target), p.Name+": whether a role or a role-assignable group shields it is not known")
					granted := permissionHop(g)
					shown := shown
					shown.text = "uses " + granted.to.Name + " and " + shown.text
					shown.evidence = granted.evidence
					b.conclude(head, why.shown(shown), key{kind: atomService, subject: id})
				}
			}
		}
	}
}

// targetedBy adds the rule for one role, at tenant scope and at the scope of
// each unit that holds the user. In a unit the table's administrators reach
// users without a role; of others nothing is documented.
// Source: learn.microsoft.com/entra/identity/role-based-access-control/manage-roles-portal, roles with administrative unit scope.
func (b *builder) targetedBy(head horn.Atom, role string, p principals.Principal, target powers.Target, answer powers.Answer, whole because, shown hop, also ...key) {
	if answer.Truth == model.False {
		return
	}
	if p.User != nil && set(p.User.IsManagementRestricted) == model.True {
		taken := shown
		taken.text = "takes " + p.Name + " out of its restricted unit, and " + shown.text
		b.conclude(head, unfollowed(powers.AdministrativeUnitMembersUpdate).shown(taken), append(also, roleKey(role, tenantWide), powerAtom(atomPower, powers.AdministrativeUnitMembersUpdate))...)
	}
	shown.evidence = b.roles[role].evidence
	why := whole.and(answer.Truth, b.roles[role].role.Name+": "+answer.Reason)
	by := func(why because, scope string) {
		b.conclude(head, why.shown(shown), append([]key{roleKey(role, scope)}, also...)...)
	}
	by(why, tenantWide)
	inUnit := answer.Truth
	if inUnit == model.True && len(target.Roles)+len(target.Eligible) > 0 {
		inUnit = model.Unknown
	}
	why = surely.and(inUnit, "a role limited to an administrative unit, towards an account that holds a role")
	for _, unit := range b.unitsOf[model.FoldID(p.ID)] {
		by(why, unitScope+unit)
	}
	for _, unit := range b.openUnits {
		if !slices.Contains(b.unitsOf[model.FoldID(p.ID)], unit) {
			by(why.and(model.Unknown, "whether administrative unit "+unit+" holds "+p.Name), unitScope+unit)
		}
	}
}

// and adds a condition.
func (b because) and(truth model.Truth, detail string) because {
	before := b.truth
	b.truth = model.And(before, truth)
	if truth == model.Unknown {
		b.needs = append(slices.Clone(b.needs), model.Need{Dataset: model.RoleDefinitions.Name(), Reason: model.Unresolved, Detail: detail})
	}
	return b
}

// unprotected asks whether an application without a role may reset the user.
// Source: learn.microsoft.com/graph/api/user-update: sensitive actions on
// administrators take an administrator role.
func unprotected(t powers.Target) model.Truth {
	if len(t.Roles) > 0 {
		return model.False
	}
	return model.And(model.Or(model.Of(len(t.Eligible) == 0 && t.Complete), model.Unknown), t.RoleAssignable.Not(), t.Restricted.Not())
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
	shown := hop{edge: "addsMethod", to: b.ref(p.ID), text: "gives itself a " + name + " for " + p.Name}
	shielded := set(p.User.IsManagementRestricted)
	whole := surely.and(external(p.User).Not(), p.Name+": whether it is a guest is not known").and(shielded.Not(), p.Name+": whether a restricted unit shields it is not known").
		and(model.Or(enabled, enabled.Not()), "whether the authentication methods policy allows a "+name)
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
	for _, id := range b.granted {
		for _, g := range b.grants[id] {
			granted := permissionHop(g)
			sure := model.Unknown // one method's permission: the method that it gives is not looked at
			if granted.to.Name == "UserAuthenticationMethod.ReadWrite.All" {
				sure = model.True
			}
			for _, effect := range powers.EffectsOf(g.resourceAppID, g.appRoleID) {
				if effect.Power == powers.UpdateUserAuthenticationMethods {
					shown := shown
					shown.text, shown.evidence = "uses "+granted.to.Name+" and "+shown.text, granted.evidence
					b.conclude(head, whole.and(sure, granted.to.Name+": which method it gives").shown(shown), append([]key{{kind: atomService, subject: id}}, also...)...)
				}
			}
		}
	}
}

// domains says how users of each domain sign in.
type domains struct{ federated map[string]model.Truth }

func readDomains(t *model.Tenant) domains {
	d := domains{federated: map[string]model.Truth{}}
	for row := range model.RowsOf(t, model.TenantDomains, nil).All() {
		d.federated[strings.ToLower(row.ID)] = model.Equals(row.AuthenticationType, "Federated")
	}
	return d
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
		shown(hop{edge: "federatesDomain", to: b.ref(p.ID), text: "makes the domain of " + p.Name + " trust an issuer of its own, and signs in as it",
			evidence: []model.Evidence{p.User.Evidence("/userPrincipalName", p.User.UserPrincipalName)}}),
		powerAtom(atomPower, powers.WriteDomainsFederation))
}

// certificates adds who can make the tenant trust a certificate authority of
// their own.
func (b *builder) certificates(head horn.Atom, p principals.Principal) {
	shown := hop{edge: "trustsAuthority", to: b.ref(p.ID), text: "makes the tenant trust a certificate authority of its own, and signs in as " + p.Name,
		evidence: []model.Evidence{p.User.Evidence("/userPrincipalName", p.User.UserPrincipalName)}}
	trust := powerAtom(atomPower, powers.WriteCertificateAuthorities)
	if b.methods.certificate == model.False {
		b.conclude(head, surely.shown(shown), trust, powerAtom(atomPower, powers.WriteAuthenticationMethodsPolicy))
		return
	}
	b.conclude(head, because{truth: b.methods.certificate}.needing(model.Need{Dataset: model.MethodsPolicies.Name(), Reason: model.NotCollected,
		Detail: "whether certificates are a method is not known"}).shown(shown), trust)
}

// onPremises adds whoever rules the on-premises directory that the user's
// password comes from.
func (b *builder) onPremises(head horn.Atom, p principals.Principal) {
	synced := set(p.User.OnPremisesSyncEnabled)
	why := because{truth: synced}.needing(model.Need{Dataset: model.Users.Name(), Reason: model.NotCollected, Detail: "whether " + p.Name + " is synchronised was not exported"})
	shown := hop{edge: "syncedFrom", to: b.ref(p.ID), text: "sets the password of " + p.Name + ", which is synchronised",
		evidence: []model.Evidence{p.User.Evidence("/onPremisesSyncEnabled", p.User.OnPremisesSyncEnabled)}}
	b.conclude(head, why.shown(shown), key{kind: atomOnPremises})
	b.conclude(head, why.and(model.Unknown, "how directory synchronisation is set up is not in the export").shown(shown), powerAtom(atomPower, powers.WriteHybridSync))
}

// takeovers adds who can run code on a device of the kind that the user signs in
// on: the session there is theirs.
func (b *builder) takeovers(head horn.Atom, user string, place int) {
	for _, d := range b.devicesOf[user] {
		is := b.demands.base.IsPAW(d)
		if place == device {
			is = is.Not()
		}
		b.conclude(head, because{truth: model.And(is, managedBy(d))}.needing(model.Need{Dataset: model.Devices.Name(), Reason: model.Unresolved,
			Detail: "whether " + textOf(d.DisplayName, d.ID) + " is managed, and a privileged access workstation, is not known"}).
			shown(hop{edge: "signsInOn", to: b.ref(user), from: deviceRef(d), text: "waits there for the session of " + b.ref(user).Name,
				evidence: []model.Evidence{d.Evidence("/isManaged", d.IsManaged)}}),
			key{kind: atomDevice, subject: d.ID})
	}
	if len(b.devicesOf[user]) > 0 || b.managed == model.False {
		return
	}
	for _, p := range []powers.Power{powers.RunOnDevices, powers.ReadLocalAdminPasswords, powers.ReadBitLockerKeys} {
		b.conclude(head, open(model.Need{Dataset: model.ManagedDevices.Name(), Reason: model.Unresolved, Permission: "DeviceManagementManagedDevices.Read.All",
			Detail: "on which device " + b.ref(user).Name + " signs in is not known"}).
			shown(hop{edge: "signsInOn", to: b.ref(user), text: "waits for the session of " + b.ref(user).Name + " on a managed device"}),
			powerAtom(atomPower, p))
	}
}

func managedBy(d model.Device) model.Truth { return model.Equals(d.IsManaged, true) }

// place: a device of a kind is at hand.
func (b *builder) place(head horn.Atom, k key) {
	what := model.PrincipalRef{Kind: "device", ID: "managed", Name: "a managed device"}
	exists := b.managed
	if k.n == paw {
		what = model.PrincipalRef{Kind: "device", ID: "paw", Name: "a privileged access workstation"}
		exists = model.False
		for d := range model.RowsOf(b.tenant, model.Devices, nil).All() {
			exists = model.Or(exists, model.And(b.demands.base.IsPAW(d), managedBy(d)))
		}
	}
	need := model.Need{Dataset: model.Devices.Name(), Reason: model.Unresolved, Permission: "Device.Read.All", Detail: "whether " + what.Name + " exists is not known"}
	b.conclude(head, because{truth: exists}.needing(need).shown(hop{edge: "runsCodeOn", to: what, text: "runs code on " + what.Name + " through its management"}),
		powerAtom(atomPower, powers.RunOnDevices))
	if k.n == paw {
		b.conclude(head, because{truth: b.markedByAttribute()}.needing(need).
			shown(hop{edge: "marksDevice", to: what, text: "writes the marker of a privileged access workstation onto another managed device"}),
			powerAtom(atomPower, powers.DevicesUpdateExtensionAttributes), key{kind: atomPlace, n: device})
	}
}

// markedByAttribute asks whether an extension attribute alone makes a device a
// PAW.
func (b *builder) markedByAttribute() model.Truth {
	declared, _ := model.RowsOf(b.tenant, model.OwnerDeclarations, nil).Only()
	return model.Fold(declared.PAW, func() model.Truth { return model.Unknown }, func() model.Truth { return model.False },
		func(rule model.PAWRule) model.Truth {
			return model.Fold(rule.DeviceFilter, func() model.Truth { return model.False }, func() model.Truth { return model.False },
				func(text string) model.Truth {
					filter, err := access.ParseFilter(text)
					if err != nil {
						return model.Unknown
					}
					comparisons := filter.Comparisons()
					if slices.ContainsFunc(comparisons, func(c *access.Filter) bool { return !c.Attribute.Extension() }) {
						return model.Unknown
					}
					return model.Of(len(comparisons) > 0)
				})
		})
}

// external asks whether the user signs in with an account of another tenant.
func external(u *model.User) model.Truth {
	return u.UserPrincipalName.Is(func(upn string) bool { return strings.Contains(strings.ToUpper(upn), "#EXT#") })
}

func (b *builder) deviceRefOf(id string) model.PrincipalRef {
	if d, ok := b.devices[model.FoldID(id)]; ok {
		return deviceRef(d)
	}
	return model.PrincipalRef{Kind: "device", ID: id, Name: id}
}
