package access

import (
	"slices"
	"strings"

	"github.com/privpath/privpath/model"
)

// reading is one of the two ways to read what the data leaves open.
type reading uint8

const (
	// least: what is undecided does not apply, and what may exist does. It gives
	// everything that may be reached.
	least reading = iota
	// most: what is undecided applies, and what may exist does not. It gives what
	// is reached for certain.
	most
)

// applies reads an answer to "does this policy apply".
func (r reading) applies(t model.Truth) bool {
	if r == most {
		return t != model.False
	}
	return t == model.True
}

// available reads an answer to "is there such a thing, or is this accepted".
func (r reading) available(t model.Truth) bool {
	if r == most {
		return t == model.True
	}
	return t != model.False
}

// source says what a box stands for.
type source uint8

const (
	fromPolicy     source = iota
	fromMandatory         // Microsoft's second factor at admin portals
	fromDefaults          // security defaults: second factor of administrators
	fromDefaultsAt        // security defaults: second factor at Azure
	fromNoLegacy          // security defaults: no legacy clients
	fromUnseen            // policies that were not read
	fromStep              // what the step itself asks
)

// box is a region of contexts with a demand: a policy, one client's part of a
// policy, or a rule of Microsoft's.
type box struct {
	source source
	policy int // index into Inputs.Policies
	// tokens marks the part of a policy that binds tokens, where only a part of
	// its region does.
	tokens bool
	client map[string]bool // nil: every client
	// platform holds the platforms, nil: every one.
	platform map[string]bool
}

// view is the tenant in one reading: its boxes, and for each value of each
// dimension the boxes that the value lies in.
type view struct {
	reading   reading
	boxes     []box
	width     int
	devices   memo[seenDevice, []uint64]
	networks  [][]uint64
	clients   map[string][]uint64
	platforms map[string][]uint64
	flows     map[string][]uint64
	targets   memo[target, []uint64]
}

// seenDevice is a device, by its index, as a filter sees it.
type seenDevice struct {
	device int
	sight  sight
}

func (v *view) bitset() []uint64 { return make([]uint64, v.width) }

func setBit(words []uint64, i int) { words[i/64] |= 1 << (i % 64) }

// conditionsOf gives a policy's conditions, and whether there are any to read.
func conditionsOf(p *Policy) (model.ConditionSet, bool) { return known(p.Record.Conditions) }

// enforced asks whether a policy's state protects.
func enforced(p *Policy) model.Truth {
	return model.Fold(p.Record.State,
		func() model.Truth { return model.Unknown },
		func() model.Truth { return model.Unknown },
		func(state string) model.Truth {
			switch state {
			case "enabled":
				return model.True
			case "disabled", "enabledForReportingButNotEnforced":
				return model.False
			}
			return model.Unknown
		})
}

// defaultsOn asks whether security defaults are in force. They exclude enabled
// policies, so one that is on shows that they are off.
func (e *Engine) defaultsOn() model.Truth {
	on := e.in.SecurityDefaults
	if on == model.Unknown && slices.ContainsFunc(e.in.Policies, func(p *Policy) bool { return enforced(p) == model.True }) {
		return model.False
	}
	return on
}

func (e *Engine) compileView(r reading) *view {
	v := &view{reading: r, clients: map[string][]uint64{}, platforms: map[string][]uint64{},
		flows: map[string][]uint64{}}
	defaults := e.defaultsOn()
	for i, p := range e.in.Policies {
		if defaults == model.True || !r.applies(enforced(p)) {
			continue
		}
		c, ok := conditionsOf(p)
		if !ok {
			if r == most {
				v.boxes = append(v.boxes, box{policy: i})
			}
			continue
		}
		if r.applies(e.quietMatch(c)) {
			v.boxes = append(v.boxes, splitPolicy(r, i, p, c)...)
		}
	}
	v.boxes = append(v.boxes, e.floor(r, defaults)...)
	v.boxes = append(v.boxes, box{source: fromStep})
	v.width = (len(v.boxes) + 63) / 64
	e.placeBoxes(v)
	return v
}

// splitPolicy cuts a policy into boxes: clients and platforms hang together only
// where easSupported is listed, and token protection binds a part of the region.
func splitPolicy(r reading, index int, p *Policy, c model.ConditionSet) []box {
	whole := box{policy: index, client: map[string]bool{}}
	boxes := []box{}
	for _, client := range allClients {
		row := map[string]bool{}
		for _, platform := range allPlatforms {
			if r.applies(clientMatch(c, client, platform)) {
				row[platform] = true
			}
		}
		switch len(row) {
		case 0:
		case len(allPlatforms):
			whole.client[client] = true
		default:
			boxes = append(boxes, box{policy: index, client: map[string]bool{client: true}, platform: row})
		}
	}
	if len(whole.client) > 0 {
		boxes = append(boxes, whole)
	}
	if r == least && bindsTokens(p) == model.True {
		// In the other reading the demand is part of the policy's own, because
		// what token protection does elsewhere is not documented.
		for _, b := range slices.Clone(boxes) {
			if b.client[ClientModern] && (b.platform == nil || b.platform[PlatformWindows]) {
				boxes = append(boxes, box{policy: index, tokens: true,
					client: map[string]bool{ClientModern: true}, platform: map[string]bool{PlatformWindows: true}})
			}
		}
	}
	return boxes
}

// bindsTokens asks whether the policy has token protection on.
func bindsTokens(p *Policy) model.Truth {
	return sessionAsks(p, func(s model.SessionControls) model.Truth {
		return orNull(s.SecureSignInSession, func(c model.EnabledControl) model.Truth { return boolOr(c.IsEnabled, model.False) })
	})
}

// wantsFresh asks whether the policy asks for a sign-in every time.
func wantsFresh(p *Policy) model.Truth {
	return sessionAsks(p, func(s model.SessionControls) model.Truth {
		return orNull(s.SignInFrequency, func(f model.SignInFrequency) model.Truth {
			every := orNull(f.FrequencyInterval, func(interval string) model.Truth {
				switch interval {
				case "everyTime":
					return model.True
				case "timeBased":
					return model.False
				}
				return model.Unknown
			})
			return model.And(boolOr(f.IsEnabled, model.False), every)
		})
	})
}

func sessionAsks(p *Policy, question func(model.SessionControls) model.Truth) model.Truth {
	return orNull(p.Record.SessionControls, question)
}

// orNull asks a question of a setting: False where it is null, Unknown where it
// was not exported.
func orNull[T any](f model.Field[T], question func(T) model.Truth) model.Truth {
	if f.Null() == model.True {
		return model.False
	}
	return required(f, question)
}

// floor is what Microsoft itself asks, and what policies that were not read may.
func (e *Engine) floor(r reading, defaults model.Truth) []box {
	boxes := []box{{source: fromMandatory}}
	if r.applies(defaults) {
		legacy := map[string]bool{ClientActiveSync: true, ClientOther: true}
		boxes = append(boxes, box{source: fromDefaults}, box{source: fromDefaultsAt}, box{source: fromNoLegacy, client: legacy})
	}
	read := e.in.PoliciesRead
	if r == most && read.State != model.Complete && read.Reason != model.NotLicensed {
		boxes = append(boxes, box{source: fromUnseen})
	}
	return boxes
}

// place gives the boxes that a value lies in: what of them is a policy's, as the
// policy says.
func (e *Engine) place(v *view, inPolicy func(*Policy, model.ConditionSet) model.Truth, own func(box) bool) []uint64 {
	words := v.bitset()
	for i, b := range v.boxes {
		in := own(b)
		if in && b.source == fromPolicy {
			p := e.in.Policies[b.policy]
			if c, ok := conditionsOf(p); ok {
				in = v.reading.applies(inPolicy(p, c))
			}
		}
		if in {
			setBit(words, i)
		}
	}
	return words
}

func everyBox(box) bool { return true }

// deviceBits are the boxes that a device lies in for those whose filters see it so.
func (e *Engine) deviceBits(v *view, d seenDevice) []uint64 {
	return v.devices.get(d, func() []uint64 {
		return e.place(v, func(p *Policy, c model.ConditionSet) model.Truth {
			return deviceMatch(p, c, e.devices[d.device].device, d.sight)
		}, everyBox)
	})
}

// placeBoxes fills the bitsets of every value but the devices and the targets, which
// depend on the question.
func (e *Engine) placeBoxes(v *view) {
	place := func(inPolicy func(*Policy, model.ConditionSet) model.Truth, own func(box) bool) []uint64 {
		return e.place(v, inPolicy, own)
	}
	for _, n := range e.networks {
		v.networks = append(v.networks, place(func(_ *Policy, c model.ConditionSet) model.Truth {
			return e.networkMatch(c, n.network)
		}, everyBox))
	}
	for _, client := range allClients {
		v.clients[client] = place(func(*Policy, model.ConditionSet) model.Truth { return model.True },
			func(b box) bool { return b.client == nil || b.client[client] })
	}
	for _, platform := range allPlatforms {
		v.platforms[platform] = place(func(_ *Policy, c model.ConditionSet) model.Truth {
			return platformMatch(c, platform)
		}, func(b box) bool { return b.platform == nil || b.platform[platform] })
	}
	for _, flow := range allFlows {
		v.flows[flow] = place(func(_ *Policy, c model.ConditionSet) model.Truth { return flowMatch(c, flow) }, everyBox)
	}
}

// targetBits are the boxes that are for a target.
func (e *Engine) targetBits(v *view, t target) []uint64 {
	return v.targets.get(t, func() []uint64 {
		words := v.bitset()
		for i, b := range v.boxes {
			if e.boxTargets(v.reading, b, t) {
				setBit(words, i)
			}
		}
		return words
	})
}

func (e *Engine) boxTargets(r reading, b box, t target) bool {
	at := model.FoldID(t.audience)
	switch b.source {
	case fromPolicy:
		if b.tokens && at != ResourceExchange && at != ResourceSharePoint {
			return false
		}
		c, ok := conditionsOf(e.in.Policies[b.policy])
		return !ok || r.applies(e.targetMatch(c, t))
	case fromMandatory:
		return r.applies(mandatoryAt(at))
	case fromDefaultsAt:
		return at == ResourceAzureManagement || at == ResourceAzurePortal
	}
	return true
}

// mandatoryAt asks whether Microsoft itself demands a second factor there: at
// the portals; at Azure Resource Manager only of some clients, and a tenant may
// have postponed it.
// Source: learn.microsoft.com/entra/identity/authentication/concept-mandatory-multifactor-authentication.
func mandatoryAt(audience string) model.Truth {
	switch audience {
	case ResourceAzurePortal, ResourceM365Admin:
		return model.True
	case ResourceAzureManagement, model.FoldID(GroupPortals):
		return model.Unknown
	}
	return model.False
}

// demandOf is what a box asks of a kind of subject.
func (e *Engine) demandOfBox(r reading, b box, s *subjectView) antichain {
	switch b.source {
	case fromPolicy:
		if b.tokens {
			return antichain{bitBoundToken}
		}
		return e.policyDemand(r, e.in.Policies[b.policy], s)
	case fromMandatory, fromDefaults, fromDefaultsAt:
		if !r.available(s.secondFactor) {
			return nil
		}
		return antichain{bitMFA.closure()}
	case fromStep:
		return always
	}
	return nil
}

// policyDemand is what a policy asks. Alternatives that a client, a platform or
// a device rules out are left to the context; see frontierClass.
func (e *Engine) policyDemand(r reading, p *Policy, s *subjectView) antichain {
	demand := model.Fold(p.Record.GrantControls,
		func() antichain { return undecided(r) },
		func() antichain { return always },
		func(g model.GrantControls) antichain { return e.grantDemand(r, g, s) })
	if r.applies(wantsFresh(p)) {
		demand = demand.and(antichain{bitFreshSignIn})
	}
	if r == most && bindsTokens(p) != model.False {
		demand = demand.and(antichain{bitBoundToken})
	}
	return demand
}

// undecided is a demand of which nothing is known.
func undecided(r reading) antichain {
	if r == most {
		return nil
	}
	return always
}

func (e *Engine) grantDemand(r reading, g model.GrantControls, s *subjectView) antichain {
	var controls []antichain
	blocks := false
	each := func(f model.Field[[]string], demand func(string) antichain) {
		model.Fold(f,
			func() any { controls = append(controls, undecided(r)); return nil },
			func() any { return nil },
			func(names []string) any {
				for _, name := range names {
					controls = append(controls, demand(name))
				}
				return nil
			})
	}
	each(g.BuiltInControls, func(name string) antichain {
		blocks = blocks || name == "block"
		return e.controlDemand(r, name, s)
	})
	each(g.CustomAuthenticationFactors, func(name string) antichain { return antichain{e.table.bit(OtherControl(name))} })
	each(g.TermsOfUse, func(string) antichain { return antichain{bitTermsOfUse} })
	model.Fold(g.AuthenticationStrength,
		func() any { controls = append(controls, undecided(r)); return nil },
		func() any { return nil },
		func(strength model.AuthenticationStrength) any {
			controls = append(controls, e.strengthDemand(r, strength, s))
			return nil
		})
	if blocks {
		return nil
	}
	all, any := always, antichain(nil)
	for _, c := range controls {
		all, any = all.and(c), any.or(c)
	}
	operator := strings.ToUpper(textOr(g.Operator, ""))
	switch {
	case len(controls) < 2 || operator == "AND":
		return all
	case operator == "OR" || r == least:
		return any
	}
	return all
}

func (e *Engine) controlDemand(r reading, name string, s *subjectView) antichain {
	only := func(possible model.Truth, bit obligationSet) antichain {
		if !r.available(possible) {
			return nil
		}
		return antichain{bit}
	}
	switch name {
	case "block":
		return nil
	case "mfa":
		return only(s.secondFactor, bitMFA.closure())
	case "compliantDevice":
		return antichain{bitCompliant}
	case "domainJoinedDevice":
		return antichain{bitHybrid}
	case "approvedApplication":
		// Retired: it cannot be relied on (announced for March 2026,
		// learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-grant).
		if r == least {
			return always
		}
		return only(s.external.Not(), bitManagedApp)
	case "compliantApplication":
		return only(s.external.Not(), bitManagedApp)
	case "passwordChange":
		return only(s.external.Not(), bitPasswordChange)
	case "riskRemediation":
		return antichain{e.table.bit(OtherControl(name))}
	}
	return undecided(r)
}

// strengthDemand maps an authentication strength to the weakest of its allowed
// combinations. An external user whose second factor is not accepted has only
// the combinations that can be registered in this tenant.
func (e *Engine) strengthDemand(r reading, record model.AuthenticationStrength, s *subjectView) antichain {
	strength := e.in.Strength(record)
	if !r.available(s.secondFactor) {
		return nil
	}
	foreign := s.mfaAccepted == model.False || r == most && s.mfaAccepted != model.True
	var demand antichain
	for _, c := range strength.Combinations {
		if foreign && !c.inResourceTenant() {
			continue
		}
		if class, ok := c.Class(); ok {
			demand = demand.add(e.table.set(class))
		}
	}
	if strength.Unknown {
		switch {
		case r == least:
			demand = always
		case len(demand) == 0 && s.external != model.True:
			demand = antichain{e.table.bit(OtherControl("authenticationStrength"))}
		}
	}
	return demand.and(antichain{bitInteractive})
}
