package access

import (
	"slices"
	"strings"

	"github.com/privpath/privpath/model"
)

// oControl is one control of a grant in the two readings. An empty obligation
// asks for nothing; impossible means that this sign-in cannot meet it.
type oControl struct{ must, may oAsk }

type oAsk struct {
	obligation Obligation
	impossible bool
}

// control is a control that asks for an obligation which the sign-in can or
// cannot meet.
func (o *oracle) control(obligation Obligation, possible model.Truth) oControl {
	asked, refused := oAsk{obligation: obligation}, oAsk{impossible: true}
	switch possible {
	case model.True:
		return oControl{asked, asked}
	case model.False:
		return oControl{refused, refused}
	}
	return oControl{asked, refused}
}

// unknownControl asks for nothing in the first reading and blocks in the second.
var unknownControl = oControl{may: oAsk{impossible: true}}

// demandOf joins controls: any one of them is enough, or all are needed.
func demandOf(controls []oControl, anyOne bool, source string) (must, may Demand) {
	least := make([]oAsk, 0, len(controls))
	most := make([]oAsk, 0, len(controls))
	for _, c := range controls {
		least, most = append(least, c.must), append(most, c.may)
	}
	return joinAsks(least, anyOne, source), joinAsks(most, anyOne, source)
}

func joinAsks(asks []oAsk, anyOne bool, source string) Demand {
	var d Demand
	if len(asks) == 0 {
		return d
	}
	if !anyOne {
		for _, ask := range asks {
			switch {
			case ask.impossible:
				d.BlockedBy = []string{source}
			case ask.obligation != "":
				d.Clauses = append(d.Clauses, Clause{AnyOf: []Obligation{ask.obligation}, Source: source})
			}
		}
		d.Clauses = sortClauses(d.Clauses)
		return d
	}
	var alternatives []Obligation
	for _, ask := range asks {
		switch {
		case ask.impossible:
		case ask.obligation == "":
			return Demand{}
		default:
			alternatives = append(alternatives, ask.obligation)
		}
	}
	if len(alternatives) == 0 {
		d.BlockedBy = []string{source}
		return d
	}
	d.Clauses = []Clause{{AnyOf: sortedSet(alternatives), Source: source}}
	return d
}

// demands is what the policy asks of this sign-in once it applies.
func (o *oracle) demands(p *Policy) (must, may Demand) {
	granted := model.Fold(p.Record.GrantControls,
		func() [2]Demand { return [2]Demand{{}, {BlockedBy: []string{p.ID}}} },
		func() [2]Demand { return [2]Demand{} },
		func(g model.GrantControls) [2]Demand { return o.grant(p, g) })
	must, may = granted[0], granted[1]
	for _, c := range o.session(p) {
		m, y := demandOf([]oControl{c}, false, p.ID)
		must.join(m)
		may.join(y)
	}
	must.Clauses, may.Clauses = sortClauses(must.Clauses), sortClauses(may.Clauses)
	return must, may
}

// grant evaluates the grant controls.
func (o *oracle) grant(p *Policy, g model.GrantControls) [2]Demand {
	var controls []oControl
	blocks := false
	add := func(f model.Field[[]string], control func(string) oControl) {
		model.Fold(f,
			func() any { controls = append(controls, unknownControl); return nil },
			func() any { return nil },
			func(names []string) any {
				for _, name := range names {
					controls = append(controls, control(name))
				}
				return nil
			})
	}
	add(g.BuiltInControls, func(name string) oControl {
		blocks = blocks || name == "block"
		return o.builtIn(name)
	})
	add(g.CustomAuthenticationFactors, func(name string) oControl {
		return o.control(OtherControl(name), o.interactive())
	})
	add(g.TermsOfUse, func(string) oControl { return o.control(TermsOfUse, o.interactive()) })
	model.Fold(g.AuthenticationStrength,
		func() any { controls = append(controls, unknownControl); return nil },
		func() any { return nil },
		func(s model.AuthenticationStrength) any {
			controls = append(controls, o.strength(o.in.Strength(s)))
			return nil
		})
	if blocks {
		d := Demand{BlockedBy: []string{p.ID}}
		return [2]Demand{d, d}
	}
	if o.s.Subject.Kind.In(Workload) != model.False && len(controls) > 0 {
		// Block is the only control for workload identities.
		// Source: learn.microsoft.com/entra/identity/conditional-access/workload-identity.
		controls = []oControl{unknownControl}
	}
	anyMust, anyMay := demandOf(controls, true, p.ID)
	allMust, allMay := demandOf(controls, false, p.ID)
	operator, ok := known(g.Operator)
	switch {
	case len(controls) < 2, ok && strings.EqualFold(operator, "AND"):
		return [2]Demand{allMust, allMay}
	case ok && strings.EqualFold(operator, "OR"):
		return [2]Demand{anyMust, anyMay}
	}
	// An operator that we cannot read: the weaker reading, and the stronger one.
	return [2]Demand{anyMust, allMay}
}

// builtIn evaluates one built-in control.
func (o *oracle) builtIn(name string) oControl {
	switch name {
	case "block":
		return oControl{oAsk{impossible: true}, oAsk{impossible: true}}
	case "mfa":
		return o.control(MFA, o.mfaPossible())
	case "compliantDevice":
		return o.control(CompliantDevice, model.And(o.deviceSeen(o.s.Device.Compliant), o.accepted(acceptsCompliant)))
	case "domainJoinedDevice":
		return o.control(HybridJoinedDevice, model.And(o.deviceSeen(o.s.Device.Hybrid), o.accepted(acceptsHybrid)))
	case "approvedApplication":
		// The control is being retired (announced for March 2026), so that it can
		// no longer be relied on.
		// Source: learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-grant.
		c := o.control(ManagedApp, o.managedApp(model.False))
		c.must = oAsk{}
		return c
	case "compliantApplication":
		// Generally available on phones, a preview for Edge on Windows (same page).
		return o.control(ManagedApp, o.managedApp(model.Unknown))
	case "passwordChange":
		return o.control(PasswordChange, model.And(o.interactive(), o.external().Not()))
	case "riskRemediation":
		return o.control(OtherControl(name), o.interactive())
	}
	return unknownControl
}

func acceptsMFA(c Claims) model.Truth       { return c.MFA }
func acceptsCompliant(c Claims) model.Truth { return c.Compliant }
func acceptsHybrid(c Claims) model.Truth    { return c.Hybrid }

// legacy asks whether the client is one that can neither do a second factor nor
// show its device (rule 27).
func (o *oracle) legacy() model.Truth {
	switch o.s.ClientApp {
	case ClientActiveSync, ClientOther:
		return model.True
	case ClientBrowser, ClientModern:
		return model.False
	}
	return model.Unknown
}

// interactive asks whether the client can show a prompt at all.
func (o *oracle) interactive() model.Truth { return o.legacy().Not() }

func (o *oracle) external() model.Truth { return o.s.Subject.Kind.In(External) }

// accepted asks whether a claim is accepted: always one of this tenant, one of a
// foreign tenant where the cross-tenant settings trust it (rule 40).
func (o *oracle) accepted(claim func(Claims) model.Truth) model.Truth {
	trusted := claim(o.in.trust.of(o.s.Subject.HomeTenant))
	return model.Or(o.external().Not(), trusted)
}

// mfaPossible: a guest can also do the second factor in this tenant, but for
// users of B2B direct connect, who have no object to register it on.
// Source: learn.microsoft.com/entra/external-id/authentication-conditional-access.
func (o *oracle) mfaPossible() model.Truth {
	direct := o.s.Subject.Kind.In(B2BDirectConnectUser)
	return model.And(o.interactive(), model.Or(direct.Not(), o.accepted(acceptsMFA)))
}

// strength evaluates an authentication strength: any of its combinations.
func (o *oracle) strength(s Strength) oControl {
	anywhere, ok := s.Weakest(nil)
	here, okHere := s.Weakest(Combination.inResourceTenant)
	c := oControl{must: oAsk{obligation: anywhere, impossible: !ok}, may: oAsk{obligation: anywhere, impossible: !ok}}
	switch o.accepted(acceptsMFA) {
	case model.False:
		ask := oAsk{obligation: here, impossible: !okHere}
		c = oControl{ask, ask}
	case model.Unknown:
		c.may = oAsk{obligation: here, impossible: !okHere}
	}
	if s.Unknown {
		c.must = oAsk{}
		if c.may.impossible && o.external() != model.True {
			c.may = oAsk{obligation: OtherControl("authenticationStrength")}
		}
	}
	switch o.mfaPossible() {
	case model.False:
		return oControl{oAsk{impossible: true}, oAsk{impossible: true}}
	case model.Unknown:
		c.may = oAsk{impossible: true}
	}
	return c
}

// deviceSeen asks whether a property of the device can be shown. Legacy clients
// show no device, and in the device code flow the device that gets the token is
// not the one that authenticates.
// Source: learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-grant.
func (o *oracle) deviceSeen(has bool) model.Truth {
	return model.And(model.Of(o.s.Device.Registered && has), o.legacy().Not(), o.inFlow(FlowDeviceCode).Not())
}

func (o *oracle) inFlow(flow string) model.Truth {
	if o.s.Flow == "" {
		return model.Unknown
	}
	return model.Of(o.s.Flow == flow)
}

// managedApp asks whether an app can be managed on the platform.
func (o *oracle) managedApp(onWindows model.Truth) model.Truth {
	platform := model.False
	switch o.s.Platform {
	case PlatformIOS, PlatformAndroid:
		platform = model.True
	case PlatformWindows:
		platform = onWindows
	case "":
		platform = model.Unknown
	}
	return model.And(platform, o.interactive(), o.external().Not())
}

// session lists what the session controls ask. Those that only shape a session
// once it is granted ask for nothing.
func (o *oracle) session(p *Policy) []oControl {
	maybe := func(obligation Obligation) oControl { return oControl{may: oAsk{obligation: obligation}} }
	return model.Fold(p.Record.SessionControls,
		func() []oControl { return []oControl{maybe(FreshSignIn), maybe(BoundToken)} },
		func() []oControl { return nil },
		func(s model.SessionControls) []oControl {
			var controls []oControl
			add := func(obligation Obligation, asked model.Truth) {
				ask := oAsk{obligation: obligation}
				switch asked {
				case model.True:
					controls = append(controls, oControl{ask, ask})
				case model.Unknown:
					controls = append(controls, oControl{may: ask})
				}
			}
			add(FreshSignIn, fieldTruth(s.SignInFrequency, func(f model.SignInFrequency) model.Truth {
				return model.And(boolOr(f.IsEnabled, model.False), everyTime(f.FrequencyInterval))
			}))
			add(BoundToken, model.And(o.tokenProtection(), fieldTruth(s.SecureSignInSession, func(c model.EnabledControl) model.Truth {
				return boolOr(c.IsEnabled, model.False)
			})))
			return controls
		})
}

// fieldTruth asks a three-valued question of a field: Unknown where it was not
// exported, False where it is null.
func fieldTruth[T any](f model.Field[T], question func(T) model.Truth) model.Truth {
	return model.Fold(f,
		func() model.Truth { return model.Unknown },
		func() model.Truth { return model.False },
		question)
}

// everyTime reads a sign-in frequency's interval; null is a time.
func everyTime(f model.Field[string]) model.Truth {
	return fieldTruth(f, func(interval string) model.Truth {
		switch interval {
		case "everyTime":
			return model.True
		case "timeBased":
			return model.False
		}
		return model.Unknown
	})
}

// tokenProtection asks whether token protection works for the sign-in: it binds
// the tokens of native Windows apps for Exchange and SharePoint (and Teams,
// Azure Virtual Desktop and Windows 365, whose ids we do not rely on), never
// those of admin portals; on other clients its effect is not documented.
// Source: learn.microsoft.com/entra/identity/conditional-access/concept-token-protection.
func (o *oracle) tokenProtection() model.Truth {
	supported := len(o.s.Resources) > 0 && !slices.ContainsFunc(o.s.Resources, func(r string) bool {
		return !model.SameID(r, ResourceExchange) && !model.SameID(r, ResourceSharePoint)
	})
	if supported && o.s.ClientApp == ClientModern && o.s.Platform == PlatformWindows {
		return model.True
	}
	return model.Unknown
}
