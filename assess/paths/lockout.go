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

// Loss of availability is a goal of its own: an account is out once it is deleted
// or disabled, or kept from signing in by a policy or by where it comes from; and
// nobody is left once every enabled account of a person with Global Administrator
// is out, or can no longer activate that role. Global Administrator, since nobody
// else undoes all of this; accounts of persons, since an application gives nobody
// back their sign-in. Break-glass accounts are among them. What takes an account
// over, without taking it away, is a way into Tier 0 and no lock-out.

// wantLockouts wants the goals: every Tier 0 account, and those that must not all
// be out.
func (b *builder) wantLockouts() {
	for _, p := range b.dir.Tier0().Principals() {
		if b.awake(p) {
			b.atom(key{kind: atomOut, subject: p.ID})
		}
	}
	for _, gap := range b.dir.Of(model.GlobalAdministrator).Gaps() {
		b.unseen = append(b.unseen, needOf(gap))
	}
	for _, i := range b.byRole[model.GlobalAdministrator] {
		switch p := b.holdings[i].Principal; {
		case b.holdings[i].TenantWide() == model.False || p.Dangling == model.True || p.Kind == principals.KindServicePrincipal:
		case b.awake(p):
			b.rulers = append(b.rulers, p.ID)
		case p.Kind != principals.KindUser:
			b.unseen = append(b.unseen, model.Need{Dataset: model.Users.Name(), Reason: model.Unresolved, Permission: "User.Read.All", Detail: p.ID + " holds Global Administrator, and was not exported"})
		}
	}
	slices.Sort(b.rulers)
	b.rulers = slices.Compact(b.rulers)
	if len(b.rulers)+len(b.unseen) > 0 {
		b.atom(key{kind: atomAlways})
		b.atom(key{kind: atomLockedOut})
	}
}

// awake reports whether it is an account of a person that is not known to be
// disabled.
func (b *builder) awake(p principals.Principal) bool {
	return p.Kind == principals.KindUser && p.User != nil && p.Dangling != model.True && enabled(p) != model.False
}

// lockedOut: no account of a person that can use Global Administrator is left.
func (b *builder) lockedOut(head horn.Atom) {
	b.conclude(head, surely.shown(hop{edge: edgeDisablesAccount, to: everyRuler, text: "rules the tenant, and disables every other administrator"}), key{kind: atomTier0})
	b.conclude(head, surely, key{kind: atomBlocked})
	why := surely
	if len(b.unseen) > 0 {
		why = open(b.unseen[:min(len(b.unseen), 3)]...)
	}
	if len(b.rulers) == 0 {
		why = why.shown(hop{edge: edgeMayBlockSignIn, to: everyRuler, text: "may put out who holds Global Administrator: no holder is known"})
	}
	b.conclude(head, why, key{kind: atomLeft, n: len(b.rulers)})
}

// left: the first n who can use Global Administrator are gone.
func (b *builder) left(head horn.Atom, n int) {
	if n == 0 {
		b.conclude(head, surely, key{kind: atomAlways})
		return
	}
	b.conclude(head, surely, key{kind: atomLeft, n: n - 1}, key{kind: atomGone, subject: b.rulers[n-1]})
}

// gone: an account can no longer use Global Administrator. One that is only
// eligible is stopped by rules of PIM that nobody meets.
func (b *builder) gone(head horn.Atom, p principals.Principal) {
	b.conclude(head, surely, key{kind: atomOut, subject: p.ID})
	if enabled(p) != model.True {
		b.conclude(head, open(toEnable(p)), key{kind: atomAlways})
	}
	rules, why := []powers.Power{powers.UpdateRolePolicies, powers.UpdateGroupPolicies}, surely
	for _, i := range b.heldBy(p.ID) {
		h := b.holdings[i]
		wide := h.TenantWide()
		switch {
		case !model.SameID(h.Role.ID, model.GlobalAdministrator) || wide == model.False:
		case !h.ViaEligible && h.Manner == principals.Standing && wide == model.True:
			return
		case !h.ViaEligible && h.Manner == principals.Standing:
			why = open(model.Need{Dataset: model.RoleAssignments.Name(), Reason: model.Malformed, Detail: "the scope of an assignment was not exported"})
		case !h.ViaEligible:
			rules = rules[:1]
		}
	}
	shown := hop{edge: edgeBlocksActivation, to: b.ref(p.ID), text: "asks of " + p.Name + "'s activation what nobody meets", evidence: b.recordOf(b.ref(p.ID))}
	for _, rule := range rules {
		b.conclude(head, why.shown(shown), powerAtom(atomPower, rule))
	}
}

// out: an account cannot sign in any more.
func (b *builder) out(head horn.Atom, p principals.Principal) {
	to := b.ref(p.ID)
	shown := hop{edge: edgeDisablesAccount, to: to, text: "deletes or disables " + p.Name, evidence: b.recordOf(to)}
	b.conclude(head, surely.shown(shown), key{kind: atomTier0})
	b.conclude(head, surely, key{kind: atomBlocked})
	b.conclude(head, surely, key{kind: atomHindered})
	b.disabled(head, p, shown)
	b.withheld(head, p)
	reset := hop{edge: edgeMayBlockSignIn, to: to, text: "resets the password of " + p.Name + ", which may keep it out"}
	b.resets(head, p, open(model.Need{Dataset: model.AuthenticationMethods.Name(), Reason: model.Unresolved,
		Detail: "whether " + p.Name + " signs in without its password is not decided"}), reset)
}

// disabled adds who deletes or disables the account by a role or a permission. What
// is synchronised is managed on-premises.
// Source of who can: [powers.ResetSource]; of permissions: learn.microsoft.com/graph/api/user-delete and user-update.
func (b *builder) disabled(head horn.Atom, p principals.Principal, shown hop) {
	target := b.target(p)
	whole := surely.about(model.Or(set(p.User.OnPremisesSyncEnabled).Not(), model.Unknown), model.Users.Name(),
		p.Name+": whether an account that is synchronised can be disabled in the cloud is not documented")
	for _, id := range b.roleIDs {
		if len(b.byRole[id])+len(b.groupRoles[id]) > 0 {
			actor := powers.Actor{Role: b.roles[id].role.ID, Resets: b.roles[id].has(powers.DisableUsers).Truth}
			b.targetedBy(head, id, p, target, powers.CanDisable(actor, target), whole, shown)
		}
	}
	for _, permission := range b.permissions[powers.DisableUsers] {
		why := whole.about(set(p.User.IsManagementRestricted).Not(), model.Users.Name(), p.Name+": whether a restricted unit shields it is not known").
			and(unprotected(target), p.Name+": whether a role or a role-assignable group shields it is not known")
		b.conclude(head, why.shown(shown), permittedTo(permission))
	}
}

// withheld adds who keeps the account from signing in as where it comes from, and
// who writes what that hangs on. An identity provider may: somebody with a passkey of
// Entra ID does without it.
func (b *builder) withheld(head horn.Atom, p principals.Principal) {
	upn := strings.ToLower(textOf(p.User.UserPrincipalName, ""))
	evidence := []model.Evidence{p.User.Evidence("/userPrincipalName", p.User.UserPrincipalName)}
	by := func(why because, text string, premise key) {
		b.conclude(head, why.shown(hop{edge: edgeWithholdsSignIn, to: b.ref(p.ID), text: text, evidence: evidence}), premise)
	}
	may := func(list ...powers.Power) {
		for _, power := range list {
			b.conclude(head, unfollowed(power).shown(hop{edge: edgeMayBlockSignIn, to: b.ref(p.ID), text: "has the power to " + power.String() + ", which may keep " + p.Name + " out"}), powerAtom(atomPower, power))
		}
	}
	synced := set(p.User.OnPremisesSyncEnabled)
	by(because{truth: synced}.needing(model.Need{Dataset: model.Users.Name(), Reason: model.NotCollected, Detail: "whether " + p.Name + " is synchronised was not exported"}),
		"disables on-premises the account that "+p.Name+" is synchronised from", key{kind: atomOnPremises})
	if synced != model.False {
		may(powers.WriteHybridSync)
	}
	if name, _, guest := strings.Cut(upn, "#ext#"); guest {
		by(surely, "disables the account of "+p.Name+" in its home tenant", key{kind: atomHome, subject: name[strings.LastIndex(name, "_")+1:]})
		may(powers.WriteCrossTenantAccess, powers.WriteIdentityProviders)
		return
	}
	_, domain, ok := strings.Cut(upn, "@")
	if ok && strings.HasSuffix(domain, ".onmicrosoft.com") {
		return
	}
	may(powers.WriteDomainsFederation)
	if federated := model.Equals(b.sources.domains[domain].AuthenticationType, "Federated"); ok && federated != model.False {
		by(open(model.Need{Dataset: model.AuthenticationMethods.Name(), Reason: model.Unresolved, Detail: "whether " + p.Name + " signs in without its identity provider is not decided"}),
			"signs "+p.Name+" in no longer, as the identity provider of its domain", key{kind: atomIssuer, subject: domain})
	}
}

// blocked adds who writes a policy that blocks everybody.
func (b *builder) blocked(head horn.Atom) {
	why := because{truth: b.licensed()}.needing(model.Need{Dataset: model.SubscribedSkus.Name(), Reason: model.Unresolved, Permission: "LicenseAssignment.Read.All",
		Detail: "whether the tenant is licensed for Conditional Access is not known"}).
		shown(hop{edge: edgeBlocksSignIn, to: model.PrincipalRef{Kind: "policy", ID: "conditionalAccess", Name: "Conditional Access"}, text: "writes a Conditional Access policy that blocks everybody"})
	b.conclude(head, why, powerAtom(atomAppPower, powers.BlockSignIns))
	b.writesPolicies(head, why, powers.BlockSignIns, b.demands.writes)
}

// licensed asks whether the tenant can have policies of Conditional Access.
func (b *builder) licensed() model.Truth {
	if len(b.demands.base.Inputs().Policies) > 0 {
		return model.True
	}
	skus := model.RowsOf(b.tenant, model.SubscribedSkus, nil)
	licensed := model.False
	if skus.Coverage().State != model.Complete {
		licensed = model.Unknown
	}
	for sku := range skus.All() {
		licensed = model.Or(licensed, model.Fold(sku.ServicePlans, unsaid, unsaid, func(plans []model.ServicePlan) model.Truth {
			premium := model.False
			for _, plan := range plans {
				premium = model.Or(premium, plan.ServicePlanName.Is(func(name string) bool { return strings.HasPrefix(name, "AAD_PREMIUM") }))
			}
			return premium
		}))
	}
	return licensed
}

func unsaid() model.Truth { return model.Unknown }

// hindered adds who writes what sign-ins hang on. Whether an administrator is kept
// out by it is not followed.
func (b *builder) hindered(head horn.Atom) {
	list := []powers.Power{powers.WriteNamedLocations, powers.WriteAuthenticationMethodsPolicy, powers.WriteSecurityDefaults}
	if slices.ContainsFunc(b.demands.base.Inputs().Policies, asksForDevice) {
		list = append(list, powers.DisableDevices, powers.RunOnDevices)
	}
	policy := model.PrincipalRef{Kind: "policy", ID: "signIn", Name: "what policies ask of sign-ins"}
	for _, p := range list {
		b.conclude(head, unfollowed(p).shown(hop{edge: edgeMayBlockSignIn, to: policy, text: "has the power to " + p.String() + ", which may keep administrators out"}), powerAtom(atomPower, p))
	}
	for _, id := range b.demands.groupsRead().all {
		for _, w := range b.writersOf(id) {
			why := w.with(open(model.Need{Dataset: model.ConditionalAccessPolicies.Name(), Reason: model.Unresolved,
				Detail: "whether a policy that reads " + b.groupRef(id).Name + " keeps out whom somebody puts there is not decided"}))
			b.conclude(head, why.shown(hop{edge: edgeMayBlockSignIn, to: policy, from: w.from, text: w.how + ", and changes whom policies act on", evidence: w.evidence, over: w.over}), w.premises()...)
		}
	}
}

// asksForDevice reports whether a policy asks for a device that somebody manages,
// or may.
func asksForDevice(p *access.Policy) bool {
	if model.Equals(p.Record.State, "enabled") == model.False {
		return false
	}
	grants := p.Record.GrantControls.Is(func(g model.GrantControls) bool {
		return g.BuiltInControls.Is(func(list []string) bool {
			return slices.Contains(list, "compliantDevice") || slices.Contains(list, "domainJoinedDevice")
		}) != model.False
	})
	filters := p.Record.Conditions.Is(func(c model.ConditionSet) bool { return c.Devices.Null() != model.True })
	return model.Or(grants, filters) != model.False
}
