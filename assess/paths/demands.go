package paths

import (
	"slices"

	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/paths/internal/horn"
	"github.com/privpath/privpath/assess/paths/internal/powers"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// demands asks the access engine what using a holding takes, also after somebody
// took policies out of the way.
type demands struct {
	base     *access.Engine
	index    *index
	engines  map[int]*access.Engine // by variant
	answers  map[question][]model.Truth
	classes  map[int]string // by index of a holding
	interned map[string]string
	variants []variant
	built    bool
	groups   policyGroups
	changes  gate        // changing or deleting a policy of Conditional Access
	writes   gate        // changing or creating one
	unbound  model.Truth // changes to what protected actions demand ask for nothing by themselves
	bound    string      // the context that these demand instead, if one is known
}

// gate is what protected actions demand, of which somebody takes the cheapest:
// nothing by itself, or one of some authentication contexts.
type gate struct {
	freely   model.Truth
	contexts []string
}

// variant is one way of taking policies out of the way.
type variant struct {
	off   func(*access.Policy) bool // nil: Conditional Access stays
	noPIM bool
	needs []key // the atoms that it takes
}

// The numbers of the atoms of [atomOff].
const (
	offConditionalAccess = iota
	offPIMRules          // the rules of PIM; subject: joining of groups only
	offGroups            // policies that read groups which are not protected; subject: one group only
	offAssignable        // policies that read role-assignable groups
	offSynced            // policies that read synchronised groups
	offDoubtful          // policies that read groups which somebody may write, or several at once
)

func newDemands(x *index, engine *access.Engine) *demands {
	d := &demands{base: engine, index: x, engines: map[int]*access.Engine{}, answers: map[question][]model.Truth{}, classes: map[int]string{}, interned: map[string]string{}}
	d.readProtectedActions()
	return d
}

// The attackers that the engine is asked about: each credential at each place,
// without and with an approver who agrees, and last a session in which the role
// is active already.
const session = 2 * credentials * places

var attackers = func() []access.Attacker {
	held := [credentials][]access.Obligation{
		{access.Password, access.TermsOfUse, access.FreshSignIn},
		{access.Password, access.MFA, access.TermsOfUse, access.FreshSignIn},
		{access.Password, access.MFA, access.PhishingResistantMFA, access.TermsOfUse, access.FreshSignIn, access.PasswordChange},
	}
	var list []access.Attacker
	for _, approved := range []bool{false, true} {
		for c := range credentials {
			for p := range places {
				a := access.Attacker{Holds: slices.Clone(held[c]), Perhaps: []access.Obligation{access.ManagedApp, access.BoundToken}, MaybeAnyControl: true}
				if c == secondFactor {
					a.Perhaps = append(a.Perhaps, access.PasswordChange)
				}
				if p != own {
					a.Holds = append(a.Holds, access.TrustedNetwork, access.CompliantNetwork, access.ManagedApp, access.BoundToken)
					a.AnyControl = c == phishingResistant
				}
				if p == device {
					a.ManagedDevice = true
				}
				if p == paw {
					a.Holds = append(a.Holds, access.PAW)
				}
				if approved {
					a.Holds = append(a.Holds, access.Approval)
				}
				list = append(list, a)
			}
		}
	}
	for _, a := range access.Attackers() {
		if a.Name == access.AttackerActiveSession {
			list = append(list, a)
		}
	}
	return list
}()

// readProtectedActions reads what changes to Conditional Access demand by
// themselves. Whoever may both change and delete policies takes the cheaper.
// Source: learn.microsoft.com/entra/identity/role-based-access-control/protected-actions-overview.
func (d *demands) readProtectedActions() {
	d.unbound = model.Unknown
	contexts := map[string]model.Field[string]{}
	for row := range model.RowsOf(d.index.tenant, model.ResourceActions, nil).All() {
		contexts[model.FoldID(textOf(row.Name, ""))] = row.AuthenticationContextID
	}
	if context, ok := contexts["microsoft.directory/resourcenamespaces/resourceactions/authenticationcontext/update"]; ok {
		d.unbound = model.Or(context.Null(), model.Equals(context, ""))
		d.bound = textOf(context, "")
	}
	gateOf := func(actions ...string) gate {
		g := gate{freely: model.False}
		for _, action := range actions {
			context := contexts["microsoft.directory/conditionalaccesspolicies/"+action] // not exported where it is not listed
			g.freely = model.Or(g.freely, model.Or(context.Null(), model.Equals(context, "")))
			if id := textOf(context, ""); id != "" && !slices.Contains(g.contexts, id) {
				g.contexts = append(g.contexts, id)
			}
		}
		return g
	}
	d.changes, d.writes = gateOf("basic/update", "delete"), gateOf("basic/update", "create")
}

// ways lists the variants, once the base engine's policies are known: without
// Conditional Access, without the policies that read groups somebody lower can
// write, without PIM's rules, and each of the former without these rules too.
func (d *demands) ways() []variant {
	if d.built {
		return d.variants
	}
	d.built = true
	d.variants = []variant{{off: func(*access.Policy) bool { return true }, needs: []key{{kind: atomOff, n: offConditionalAccess}}}}
	d.variants = append(d.variants, d.readGroups()...)
	pim := key{kind: atomOff, n: offPIMRules}
	for _, v := range append([]variant{{}}, d.variants...) {
		d.variants = append(d.variants, variant{off: v.off, noPIM: true, needs: append(slices.Clone(v.needs), pim)})
	}
	return d.variants
}

func (d *demands) engine(i int) *access.Engine {
	v := d.variants[i]
	if v.off == nil {
		return d.base
	}
	for j := range i { // two variants may switch the same policies off
		if d.variants[j].off != nil && len(d.variants[j].needs) > 0 && d.variants[j].needs[0] == v.needs[0] {
			return d.engine(j)
		}
	}
	if _, ok := d.engines[i]; !ok {
		d.engines[i] = d.base.Without(v.off)
	}
	return d.engines[i]
}

// question is what is asked about the holdings of a class.
type question struct {
	variant int // -1 for none
	class   string
	access.Circumstances
}

// classOf gives the class of the holding with an index.
func (d *demands) classOf(i int, h principals.Holding) string {
	class, ok := d.classes[i]
	if !ok {
		class = d.base.Class(h)
		if known, ok := d.interned[class]; ok {
			class = known
		}
		d.interned[class], d.classes[i] = class, class
	}
	return class
}

// judge asks once for all holdings that an engine does not tell apart.
func (d *demands) judge(variant int, class string, h principals.Holding, asked access.Circumstances) []model.Truth {
	q := question{variant, class, asked}
	verdicts, ok := d.answers[q]
	if !ok {
		engine := d.base
		if variant >= 0 {
			engine = d.engine(variant)
		}
		verdicts = engine.Judge(h, asked, attackers)
		d.answers[q] = verdicts
	}
	return verdicts
}

// demandOf adds the rules of using a holding: one for each place, with the
// weakest credential that is enough, and one for each way of taking policies out
// of the way that makes less enough.
func (b *builder) demandOf(head horn.Atom, i int, authContext string) {
	h := b.holdings[i]
	asked := access.Circumstances{AuthContext: authContext}
	class := b.demands.classOf(i, h)
	base := b.demands.judge(-1, class, h, asked)
	shown := b.useHop(i, authContext)
	b.passes(head, h, base, nil, shown)
	if alive := model.And(base[session], enabled(h.Principal)); alive != model.False && h.Role.ID != "" {
		shown := shown.by(session)
		shown.edge, shown.text = edgeRidesSession, "replays a session in which "+h.Role.Name+" is active"
		b.conclude(head, b.undecided(alive, h).shown(shown), key{kind: atomSession, subject: h.Principal.ID})
	}
	activates := h.Manner != principals.Standing || h.ViaEligible
	for n, v := range b.demands.ways() {
		if v.noPIM && !activates {
			continue
		}
		asked.NoPIMRules = v.noPIM
		without := slices.Clone(b.demands.judge(n, class, h, asked))
		for c := range without {
			if without[c] == base[c] {
				without[c] = model.False // no better than before
			}
		}
		b.passes(head, h, without, b.takes(v, h), shown.without(n))
	}
}

// takes are the atoms of a variant for a holding: where joining a group is all that
// PIM rules, who writes the rules of groups is enough.
func (b *builder) takes(v variant, h principals.Holding) []key {
	if !v.noPIM || !h.ViaEligible || !slices.ContainsFunc(b.groupRoles[model.FoldID(h.Role.ID)], func(g groupAssignment) bool {
		return g.manner == principals.Standing && model.SameID(g.group, h.Via[0])
	}) {
		return v.needs
	}
	needs := slices.Clone(v.needs)
	needs[len(needs)-1].subject = "groups"
	return needs
}

// passes adds the rules for the credentials and places that are enough.
func (b *builder) passes(head horn.Atom, h principals.Holding, verdicts []model.Truth, also []key, shown hop) {
	for _, approved := range []bool{false, true} {
		offset := 0
		if approved {
			offset = credentials * places
		}
		for p := range places {
			best := model.False
			for c := range credentials {
				truth := verdicts[offset+at(c, p)]
				if approved && verdicts[at(c, p)] == truth || model.Or(best, truth) == best {
					continue
				}
				best = truth
				why := b.undecided(truth, h).shown(shown.by(offset + at(c, p)))
				if enabled(h.Principal) != model.True {
					why.truth = model.And(why.truth, model.Unknown)
					why.needs = append(why.needs, toEnable(h.Principal))
				}
				premises := []key{{kind: atomAt, subject: h.Principal.ID, n: at(c, p)}}
				if approved {
					premises = append(premises, key{kind: atomApprover, n: shown.use.holding})
				}
				b.conclude(head, why, append(premises, also...)...)
			}
		}
	}
}

// enabled asks whether the account can sign in. One that is disabled can after
// somebody enabled it, and until then has no session.
func enabled(p principals.Principal) model.Truth {
	if p.User == nil {
		return model.Unknown
	}
	return model.Equals(p.User.AccountEnabled, true)
}

// toEnable is what keeps an account that is not surely enabled from certainty.
func toEnable(p principals.Principal) model.Need {
	return model.Need{Dataset: model.Users.Name(), Reason: model.Unresolved, Detail: p.Name + " is disabled, or not known to be enabled: somebody must enable it first"}
}

// by is the hop as somebody does it.
func (h hop) by(attacker int) hop {
	use := *h.use
	use.attacker, h.use = attacker, &use
	return h
}

// without is the hop after policies were taken out of the way.
func (h hop) without(variant int) hop {
	use := *h.use
	use.variant, h.use = variant, &use
	return h
}

// undecided is a demand's verdict, with what would settle it.
func (b *builder) undecided(truth model.Truth, h principals.Holding) because {
	if truth != model.Unknown {
		return because{truth: truth}
	}
	return open(b.settles(h)...)
}

// settles names what would settle a demand that is not known.
func (b *builder) settles(h principals.Holding) []model.Need {
	var needs []model.Need
	for _, step := range []access.Step{access.StepJoin, access.StepActivate, access.StepUse} {
		needs = append(needs, b.demands.base.Query(h, access.Question{Step: step}).Needs...)
	}
	if len(needs) == 0 {
		needs = []model.Need{{Dataset: model.ConditionalAccessPolicies.Name(), Reason: model.Unresolved,
			Detail: "what the sign-in of " + h.Principal.Name + " demands is not decided"}}
	}
	return needs[:min(len(needs), 3)]
}

// acts: the user is signed in, without any role of its own.
func (b *builder) acts(head horn.Atom, k key) {
	p := b.principal(k.subject)
	switch {
	case p.Dangling == model.True:
		return // nobody is left
	case p.Kind == principals.KindServicePrincipal:
		service := key{kind: atomService, subject: k.subject}
		free := b.workloadPolicies(p)
		b.conclude(head, free, service)
		if free.truth == model.Unknown {
			b.conclude(head, surely, service, key{kind: atomOff, n: offConditionalAccess})
		}
		return
	case p.Kind != principals.KindUser:
		b.conclude(head, open(model.Need{Dataset: model.Users.Name(), Reason: model.Unresolved, Detail: k.subject + " was not exported"}), key{kind: atomAnyone})
		return
	}
	h := principals.Holding{Principal: p, Manner: principals.Standing, Scope: tenantWide,
		Evidence: []model.Evidence{p.User.Evidence("/accountEnabled", p.User.AccountEnabled)}}
	i := len(b.holdings)
	b.holdings = append(b.holdings, h)
	b.demandOf(head, i, "")
	b.conclude(head, because{truth: enabled(p)}.needing(toEnable(p)), key{kind: atomSession, subject: k.subject})
}

// inContext adds who changes what protected actions demand by meeting what that
// demands itself.
func (b *builder) inContext(head horn.Atom, why because, also key) {
	for _, id := range b.roleIDs {
		if held := b.roles[id].has(powers.WriteProtectedActions); held.Truth != model.False {
			b.usedInContext(head, why.and(held.Truth, b.roles[id].role.Name+": "+held.Reason), id, []string{b.demands.bound}, also)
		}
	}
}

// usedInContext adds who uses a role in the whole tenant and meets one of the
// contexts: its holders, and whoever joins a group that holds it. Of a joiner who
// is not known that is open, but an application is asked for no context.
func (b *builder) usedInContext(head horn.Atom, why because, role string, contexts []string, also ...key) {
	uses := func(why because, scope model.Truth, holding int, premises ...key) {
		for _, context := range contexts {
			b.conclude(head, why.and(scope, "the scope of an assignment was not exported"), slices.Concat(premises, []key{{kind: atomInContext, n: holding, other: context}}, also)...)
		}
	}
	for _, i := range b.byRole[role] {
		uses(why, b.holdings[i].TenantWide(), i)
	}
	for _, g := range b.groupRoles[role] {
		for _, j := range b.joinersOf(g) {
			if j.holding >= 0 {
				uses(why, b.holdings[j.holding].TenantWide(), j.holding, j.by...)
				continue
			}
			joins := why.with(j.because)
			if j.by[0].kind != atomAppPower {
				joins = joins.with(open(model.Need{Dataset: model.ConditionalAccessPolicies.Name(), Reason: model.Unresolved, Detail: "whether a new member of " + b.groupRef(g.group).Name + " meets what the protected action demands is not known"}))
			}
			shown := *why.hop
			shown.text, shown.evidence = j.hop.text+", and "+shown.text, append(slices.Clone(j.hop.evidence), shown.evidence...)
			wide := model.Of(g.scope == tenantWide)
			if g.scope == "" {
				wide = model.Unknown
			}
			b.conclude(head, joins.and(wide, "the scope of an assignment was not exported").shown(shown), slices.Concat(j.by, also)...)
		}
	}
}

// workloadPolicies asks whether a service principal signs in from anywhere. Only a
// policy that names workloads binds it, one of the tenant's own applications and
// no managed identity; what the policy asks is not judged.
// Source: learn.microsoft.com/entra/identity/conditional-access/workload-identity.
func (b *builder) workloadPolicies(p principals.Principal) because {
	why := surely
	if s := p.ServicePrincipal; s != nil && model.Equals(s.ServicePrincipalType, "ManagedIdentity") == model.True || b.elsewhere(p) {
		return why
	}
	if c := model.RowsOf(b.tenant, model.ConditionalAccessPolicies, nil).Coverage(); c.State != model.Complete {
		why = why.with(because{truth: model.Unknown}.needing(missing(model.ConditionalAccessPolicies, c, "a policy for workload identities may bind "+p.Name)))
	}
	for _, policy := range b.demands.base.Inputs().Policies {
		if model.Equals(policy.Record.State, "enabled") == model.False || !namesWorkload(policy, p.ID) {
			continue
		}
		why = why.about(model.Unknown, model.ConditionalAccessPolicies.Name(), "what policy "+policy.Name+" asks of "+p.Name+" is not judged")
	}
	return why
}

// elsewhere reports whether an application's registration is in another tenant.
func (b *builder) elsewhere(p principals.Principal) bool {
	home, ok := model.RowsOf(b.tenant, model.Organizations, nil).Only()
	return ok && p.ServicePrincipal != nil && p.ServicePrincipal.AppOwnerOrganizationID.Is(func(id string) bool { return !model.SameID(id, home.ID) }) == model.True
}

// namesWorkload reports whether a policy is for a service principal, or may be.
func namesWorkload(p *access.Policy, id string) bool {
	lists := func(f model.Field[[]string]) model.Truth {
		if f.Null() == model.True {
			return model.False
		}
		return f.Is(func(list []string) bool {
			return slices.ContainsFunc(list, func(entry string) bool { return entry == "ServicePrincipalsInMyTenant" || model.SameID(entry, id) })
		})
	}
	no, may := func() bool { return false }, func() bool { return true }
	return model.Fold(p.Record.Conditions, may, no, func(c model.ConditionSet) bool {
		return model.Fold(c.ClientApplications, may, no, func(a model.ConditionClientApplications) bool {
			return model.And(lists(a.IncludeServicePrincipals), lists(a.ExcludeServicePrincipals).Not()) != model.False
		})
	})
}

// off: policies that stood in the way are gone.
func (b *builder) off(head horn.Atom, k key) {
	switch k.n {
	case offConditionalAccess:
		b.conditionalAccessOff(head)
	case offPIMRules:
		shown := hop{edge: edgeWritesPIMPolicy, to: model.PrincipalRef{Kind: "policy", ID: "pim", Name: "PIM rules"}, text: "takes the activation rules of PIM away"}
		b.conclude(head, surely.shown(shown), powerAtom(atomPower, powers.UpdateRolePolicies))
		if k.subject != "" {
			b.conclude(head, surely.shown(shown), powerAtom(atomPower, powers.UpdateGroupPolicies))
		}
	default:
		b.groupsOff(head, k)
	}
}

func (b *builder) conditionalAccessOff(head horn.Atom) {
	shown := hop{edge: edgeWritesConditionalAccess, to: model.PrincipalRef{Kind: "policy", ID: "conditionalAccess", Name: "Conditional Access"},
		text: "switches Conditional Access policies off, or excludes an account from them"}
	b.conclude(head, surely.shown(shown), powerAtom(atomAppPower, powers.WriteConditionalAccess))
	for _, p := range []powers.Power{powers.WriteNamedLocations, powers.WriteCrossTenantAccess, powers.WriteSecurityDefaults} {
		b.conclude(head, unfollowed(p).shown(hop{edge: edgeLoosensConditionalAccess, to: shown.to, text: "loosens what policies ask, with the power to " + p.String()}), powerAtom(atomPower, p))
	}
	b.writesPolicies(head, surely.shown(shown), powers.WriteConditionalAccess, b.demands.changes)
}

// writesPolicies adds the roles that change Conditional Access, with what protected
// actions ask of that.
func (b *builder) writesPolicies(head horn.Atom, whole because, p powers.Power, asks gate) {
	unknown := model.Need{Dataset: model.ResourceActions.Name(), Reason: missing(model.ResourceActions, model.RowsOf(b.tenant, model.ResourceActions, nil).Coverage(), "").Reason,
		Permission: "RoleManagement.Read.Directory", Detail: "whether changing Conditional Access is a protected action is not known"}
	for _, id := range b.roleIDs {
		held := b.roles[id].has(p)
		if held.Truth == model.False {
			continue
		}
		why := whole.with(because{truth: held.Truth}.needing(model.Need{Dataset: model.RoleDefinitions.Name(), Reason: model.Unresolved, Detail: b.roles[id].role.Name + ": " + held.Reason}))
		shown := *whole.hop
		shown.evidence = b.roles[id].evidence
		plain := why
		if plain.truth = model.And(plain.truth, asks.freely); asks.freely == model.Unknown {
			plain.needs = append(plain.needs, unknown)
		}
		b.conclude(head, plain.shown(shown), roleKey(id, tenantWide))
		if asks.freely == model.True {
			continue
		}
		undone := why.about(b.demands.unbound, model.ResourceActions.Name(), "whether changing what protected actions demand is one itself is not known")
		b.conclude(head, undone.shown(shown), roleKey(id, tenantWide), powerAtom(atomPower, powers.WriteProtectedActions))
		if b.demands.bound != "" {
			b.inContext(head, why.shown(shown), roleKey(id, tenantWide))
		}
		b.usedInContext(head, why.shown(shown), id, asks.contexts)
	}
}
