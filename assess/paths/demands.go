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
	variants []variant
	built    bool
	doubtful []string // groups of the last variant, see policyGroups
	owned    []string
	protects []string // authentication contexts of changes to Conditional Access
	freely   model.Truth
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
	offPIMRules
	offGroups   // policies that read a group which is not protected; subject: of one group only
	offDoubtful // the same, of groups about which something is not known, or of several at once
)

func newDemands(x *index, engine *access.Engine) *demands {
	d := &demands{base: engine, index: x, engines: map[int]*access.Engine{}}
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
	rows := model.RowsOf(d.index.tenant, model.ResourceActions, nil)
	d.freely = model.False
	seen := 0
	for row := range rows.All() {
		name := model.FoldID(textOf(row.Name, ""))
		if name != "microsoft.directory/conditionalaccesspolicies/basic/update" && name != "microsoft.directory/conditionalaccesspolicies/delete" {
			continue
		}
		seen++
		d.freely = model.Or(d.freely, model.Fold(row.AuthenticationContextID,
			func() model.Truth { return model.Unknown }, func() model.Truth { return model.True },
			func(id string) model.Truth {
				if id != "" && !slices.Contains(d.protects, id) {
					d.protects = append(d.protects, id)
				}
				return model.Of(id == "")
			}))
	}
	if seen < 2 {
		d.freely = model.Or(d.freely, model.Unknown)
	}
}

// ways lists the variants, once the base engine's policies are known: without
// Conditional Access, without PIM's rules, without both, without the policies
// that read a group anybody lower can write.
func (d *demands) ways() []variant {
	if d.built {
		return d.variants
	}
	d.built = true
	ca, pim := key{kind: atomOff, n: offConditionalAccess}, key{kind: atomOff, n: offPIMRules}
	every := func(*access.Policy) bool { return true }
	d.variants = []variant{
		{off: every, needs: []key{ca}},
		{noPIM: true, needs: []key{pim}},
		{off: every, noPIM: true, needs: []key{ca, pim}},
	}
	g := d.readGroups()
	if len(g.open) > 0 {
		d.variants = append(d.variants, variant{off: reads(g.open...), needs: []key{{kind: atomOff, n: offGroups}}})
	}
	for _, group := range g.owned {
		d.variants = append(d.variants, variant{off: reads(group), needs: []key{{kind: atomOff, n: offGroups, subject: group}}})
	}
	if len(g.doubtful) > 0 || len(g.owned) > 1 || g.more {
		d.doubtful, d.owned = g.doubtful, g.owned
		d.variants = append(d.variants, variant{off: reads(append(g.open, g.doubtful...)...), needs: []key{{kind: atomOff, n: offDoubtful}}})
	}
	return d.variants
}

// maxOwned bounds how many groups are taken one by one: each takes a compiled
// engine of its own.
const maxOwned = 12

// policyGroups are the groups that policies read, by who could write them.
type policyGroups struct {
	open     []string // neither role-assignable nor in a restricted unit
	owned    []string // of these, those that have owners of their own
	more     bool     // there are more owned ones than are taken one by one
	doubtful []string // whose protection or whose owners are not known
}

func (d *demands) readGroups() policyGroups {
	var g policyGroups
	owners := model.RowsOf(d.index.tenant, model.GroupOwners, nil)
	for _, id := range d.groupsRead() {
		group, ok := d.index.dir.Group(id)
		if !ok {
			if model.RowsOf(d.index.tenant, model.Groups, nil).Coverage().State != model.Complete {
				g.doubtful = append(g.doubtful, id)
			}
			continue
		}
		shielded := model.Or(set(group.IsAssignableToRole), set(group.IsManagementRestricted), set(group.OnPremisesSyncEnabled))
		of := owners.For(id)
		switch {
		case shielded == model.True:
			continue
		case shielded == model.Unknown, of.Coverage().State != model.Complete, ruled(group) != model.False:
			g.doubtful = append(g.doubtful, id)
		}
		if shielded == model.Unknown {
			continue
		}
		g.open = append(g.open, id)
		if of.Len() > 0 && len(g.owned) < maxOwned {
			g.owned = append(g.owned, id)
		} else if of.Len() > 0 {
			g.more = true
		}
	}
	return g
}

// ruled asks whether a rule decides who is a member: then whoever writes what the
// rule reads writes the group.
func ruled(group *model.Group) model.Truth {
	if group.MembershipRule.Null() == model.True {
		return model.False
	}
	if !group.MembershipRule.Exported() {
		return group.GroupTypes.Is(func(types []string) bool { return slices.Contains(types, "DynamicMembership") })
	}
	return group.MembershipRule.Is(func(rule string) bool { return rule != "" })
}

// set asks whether a flag is on; null is off.
func set(f model.Field[bool]) model.Truth {
	if f.Null() == model.True {
		return model.False
	}
	return f.Is(func(on bool) bool { return on })
}

// groupsRead lists the groups that policies read, each once.
func (d *demands) groupsRead() []string {
	var list []string
	for _, p := range d.base.Inputs().Policies {
		for _, id := range groupsOf(p) {
			if !slices.ContainsFunc(list, func(o string) bool { return model.SameID(o, id) }) {
				list = append(list, id)
			}
		}
	}
	return list
}

func groupsOf(p *access.Policy) []string {
	var ids []string
	p.Record.Conditions.Is(func(c model.ConditionSet) bool {
		return c.Users.Is(func(u model.ConditionUsers) bool {
			u.IncludeGroups.Is(func(list []string) bool { ids = append(ids, list...); return true })
			u.ExcludeGroups.Is(func(list []string) bool { ids = append(ids, list...); return true })
			return true
		}) == model.True
	})
	return ids
}

// reads reports whether a policy reads one of the groups.
func reads(groups ...string) func(*access.Policy) bool {
	return func(p *access.Policy) bool {
		return slices.ContainsFunc(groupsOf(p), func(id string) bool {
			return slices.ContainsFunc(groups, func(g string) bool { return model.SameID(g, id) })
		})
	}
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
		d.engines[i] = access.New(d.index.tenant, access.Options{Directory: d.index.dir, Inputs: d.base.Inputs().Without(v.off)})
	}
	return d.engines[i]
}

// demandOf adds the rules of using a holding: one for each place, with the
// weakest credential that is enough, and one for each way of taking policies out
// of the way that makes less enough.
func (b *builder) demandOf(head horn.Atom, i int, authContext string) {
	h := b.holdings[i]
	asked := access.Circumstances{AuthContext: authContext}
	base := b.demands.base.Judge(h, asked, attackers)
	shown := b.useHop(i, authContext)
	b.passes(head, h, base, nil, shown)
	if alive := model.And(base[session], enabled(h.Principal)); alive != model.False && h.Role.ID != "" {
		shown := shown.by(session)
		shown.edge, shown.text = "ridesSession", "replays a session in which "+h.Role.Name+" is active"
		b.conclude(head, b.undecided(alive, h).shown(shown), key{kind: atomSession, subject: h.Principal.ID})
	}
	for n, v := range b.demands.ways() {
		asked.NoPIMRules = v.noPIM
		without := b.demands.engine(n).Judge(h, asked, attackers)
		for c := range without {
			if without[c] == base[c] {
				without[c] = model.False // no better than before
			}
		}
		b.passes(head, h, without, v.needs, shown)
	}
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
		b.conclude(head, surely, key{kind: atomService, subject: k.subject})
		return
	case p.Kind != principals.KindUser:
		b.conclude(head, open(model.Need{Dataset: model.Users.Name(), Reason: model.Unresolved, Detail: k.subject + " was not exported"}), key{kind: atomAnyone})
		return
	}
	h := principals.Holding{Principal: p, Manner: principals.Standing, Scope: tenantWide}
	i := len(b.holdings)
	b.holdings = append(b.holdings, h)
	b.demandOf(head, i, "")
	b.conclude(head, because{truth: enabled(p)}.needing(toEnable(p)), key{kind: atomSession, subject: k.subject})
}

// off: policies that stood in the way are gone.
func (b *builder) off(head horn.Atom, k key) {
	switch k.n {
	case offConditionalAccess:
		b.conditionalAccessOff(head)
	case offPIMRules:
		b.conclude(head, surely.shown(hop{edge: "writesPIMPolicy", to: model.PrincipalRef{Kind: "policy", ID: "pim", Name: "PIM rules"},
			text: "takes the activation rules of PIM away"}), powerAtom(atomPower, powers.UpdateRolePolicies))
	case offGroups:
		b.groupsOff(head, k)
	case offDoubtful:
		b.doubtfulOff(head)
	}
}

func (b *builder) conditionalAccessOff(head horn.Atom) {
	shown := hop{edge: "writesConditionalAccess", to: model.PrincipalRef{Kind: "policy", ID: "conditionalAccess", Name: "Conditional Access"},
		text: "switches Conditional Access policies off, or excludes an account from them"}
	b.conclude(head, surely.shown(shown), powerAtom(atomAppPower, powers.WriteConditionalAccess))
	for _, p := range []powers.Power{powers.WriteNamedLocations, powers.WriteCrossTenantAccess} {
		b.conclude(head, unfollowed(p).shown(hop{edge: "loosensConditionalAccess", to: shown.to, text: "loosens what policies ask, with the power to " + p.String()}), powerAtom(atomPower, p))
	}
	unknown := model.Need{Dataset: model.ResourceActions.Name(), Reason: missing(model.ResourceActions, model.RowsOf(b.tenant, model.ResourceActions, nil).Coverage(), "").Reason,
		Permission: "RoleManagement.Read.Directory", Detail: "whether changing Conditional Access is a protected action is not known"}
	for _, id := range b.roleIDs {
		held := b.roles[id].has(powers.WriteConditionalAccess)
		if held.Truth == model.False {
			continue
		}
		why := because{truth: held.Truth}.needing(model.Need{Dataset: model.RoleDefinitions.Name(), Reason: model.Unresolved, Detail: b.roles[id].role.Name + ": " + held.Reason})
		plain := why
		if plain.truth = model.And(plain.truth, b.demands.freely); b.demands.freely == model.Unknown {
			plain.needs = append(plain.needs, unknown)
		}
		shown := shown
		shown.evidence = b.roles[id].evidence
		b.conclude(head, plain.shown(shown), roleKey(id, tenantWide))
		if b.demands.freely == model.True {
			continue
		}
		for _, i := range b.byRole[id] {
			why := why.and(b.holdings[i].TenantWide(), "the scope of an assignment was not exported")
			for _, context := range b.demands.protects {
				b.conclude(head, why.shown(shown), key{kind: atomInContext, n: i, other: context})
			}
		}
	}
}

// groupsOff: the policies that read some group are out of the way of whoever is
// put into it, or taken out of it.
func (b *builder) groupsOff(head horn.Atom, k key) {
	if k.subject == "" {
		shown := hop{edge: "writesGroup", to: model.PrincipalRef{Kind: "policy", ID: "conditionalAccess", Name: "Conditional Access"},
			text: "changes the members of a group that a policy includes or excludes"}
		b.conclude(head, surely.shown(shown), powerAtom(atomPower, powers.GroupMembersUpdate))
		b.conclude(head, surely.shown(shown), powerAtom(atomPower, powers.GroupOwnersUpdate))
		b.conclude(head, unfollowed(powers.GroupRuleUpdate).shown(shown), powerAtom(atomPower, powers.GroupRuleUpdate))
		return
	}
	group := b.groupRef(k.subject)
	for owner := range model.RowsOf(b.tenant, model.GroupOwners, nil).For(k.subject).All() {
		b.conclude(head, surely.shown(hop{edge: "ownsGroup", to: group, from: b.ref(owner.ID),
			text: "changes the members of " + group.Name + ", which it owns and a policy reads", evidence: []model.Evidence{owner.Evidence("/id", owner.ID)}}),
			key{kind: atomActs, subject: owner.ID})
	}
}

// doubtfulOff is what may be: groups whose protection or owners are not known are
// written by anybody, and several owners act together.
func (b *builder) doubtfulOff(head horn.Atom) {
	shown := hop{edge: "writesGroup", to: model.PrincipalRef{Kind: "policy", ID: "conditionalAccess", Name: "Conditional Access"},
		text: "may change the members of groups that policies include or exclude"}
	for _, group := range b.demands.doubtful {
		b.conclude(head, open(model.Need{Dataset: "groups/" + group + "/owners", Reason: model.Unresolved, Permission: "GroupMember.Read.All",
			Detail: "who can write the group, which a policy reads, is not known"}).shown(shown), key{kind: atomAnyone})
	}
	for _, group := range b.demands.owned {
		b.conclude(head, open(model.Need{Dataset: model.ConditionalAccessPolicies.Name(), Reason: model.Unresolved,
			Detail: "what writing several groups at once opens is not decided"}).shown(shown), key{kind: atomOff, n: offGroups, subject: group})
	}
}
