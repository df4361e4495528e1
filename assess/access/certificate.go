package access

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// Certificate is a claim that can be checked: who holds Holds gets in with
// SignIn, and of each policy in the way why it does not stop it.
type Certificate struct {
	Step   Step
	SignIn SignIn
	// Holds is what it takes, the obligations that the device and the network
	// meet among them. What PIM asks besides the sign-in is in it too.
	Holds []Obligation
	// Certain says that the claim holds whatever the undecided data turns out to
	// be; else it holds for the most favourable.
	Certain bool
	Because []Line
	// Context names the sign-in's context, Detail the device and the places in it
	// that are not plain.
	Context model.AccessContext
	Detail  string
}

// reading is the reading that the certificate speaks of.
func (c *Certificate) reading() reading {
	if c.Certain {
		return most
	}
	return least
}

// Line says why one policy does not stop a sign-in.
type Line struct {
	Policy      string // id
	Name, State string
	// Failing are the dimensions that keep the policy from applying: none where
	// it applies and is met. In a claim that is not certain, undecided dimensions
	// are among them.
	Failing []Dimension
	// WouldStop says that the policy, if it applied and were on, would ask for
	// more than is held.
	WouldStop bool
	// Why is the reason in words, Evidence the properties that it rests on.
	Why      string
	Evidence []model.Evidence

	// apart marks a policy for authentication contexts or user actions only,
	// where the sign-in asks for neither: it was made for something else.
	apart bool
}

// dimensionsOf judges the dimensions of the policy with an index in a context, in
// their fixed order.
func (e *Engine) dimensionsOf(index int, r reading, s *subjectView, c context) []dimensionTruth {
	p := e.in.Policies[index]
	conditions, ok := conditionsOf(p)
	if !ok {
		return []dimensionTruth{{DimOther, model.Unknown}}
	}
	return []dimensionTruth{
		{DimUsers, s.users[r][index]},
		{DimResources, e.targetMatch(conditions, c.target)},
		{DimClientApp, clientMatch(conditions, c.way.client, c.platform)},
		{DimPlatform, platformMatch(conditions, c.platform)},
		{DimLocation, e.networkMatch(conditions, e.networks[c.network].network)},
		{DimDevice, deviceMatch(p, conditions, e.devices[c.way.device].device, s.sight)},
		{dimQuiet, e.quietMatch(conditions)},
		{DimFlow, flowMatch(conditions, c.way.flow)},
	}
}

// dimQuiet joins the risk conditions and those that we do not know; the oracle
// lists them one by one.
const dimQuiet Dimension = "risk"

type dimensionTruth struct {
	dimension Dimension
	truth     model.Truth
}

func quietDimension(d Dimension) bool {
	return d == DimSignInRisk || d == DimUserRisk || d == DimInsiderRisk || d == DimOther
}

// certificate explains a point of a frontier: once for subjects that are alike,
// whatever was asked.
func (e *Engine) certificate(r reading, s stepAnswer, point frontierPoint) Certificate {
	c := e.contextOf(s.region, point)
	have := point.set | e.devices[c.way.device].meets()
	key := append(make(keyText, 0, 512).text(s.subject.mentioned).set(have), byte(r)).number(c.way.device).number(c.network)
	key = key.texts([]string{c.way.client, c.way.flow, c.platform, c.target.audience, c.target.action, c.target.context})
	signIn := e.signIn(s.subject.subject(r), c)
	cert := e.certificates.get(string(key), func() Certificate { return e.explain(r, s.subject, c, have, signIn) })
	cert.Step, cert.SignIn = s.step, signIn
	return cert
}

// explain says of every policy in the way why it does not stop the sign-in.
func (e *Engine) explain(r reading, s *subjectView, c context, have obligationSet, signIn SignIn) Certificate {
	cert := Certificate{Certain: r == most, Holds: e.table.names(have)}
	cert.Context, cert.Detail = e.describe(c)
	explain := e.explainer(signIn)
	for i, p := range e.in.Policies {
		line := Line{Policy: p.ID, Name: p.Name, State: p.State}
		for _, d := range e.dimensionsOf(i, r, s, c) {
			if !r.applies(d.truth) {
				line.Failing = append(line.Failing, d.dimension)
			}
		}
		on := r.applies(enforced(p)) && e.defaultsOn() != model.True
		line.apart = signIn.UserAction == "" && signIn.AuthenticationContext == "" && noApplications(p)
		line.WouldStop = !e.metInContext(r, p, s, c, have)
		applies := len(line.Failing) == 0
		switch {
		case !line.WouldStop && !(applies && on):
			continue // it could not have stopped this
		case enforced(p) == model.False && !applies:
			continue // neither on nor for this: switching it on changes nothing
		}
		line.explain(on, explain(p, line.Failing))
		cert.Because = append(cert.Because, line)
	}
	sorting.Stable(cert.Because, func(a, b Line) int { return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.Name, b.Name)) })
	return cert
}

// explainer gives the oracle's words for single policies at a sign-in: why each
// does not apply in the dimensions that fail, or with none failing all that it says.
func (e *Engine) explainer(s SignIn) func(p *Policy, failing []Dimension) []Reason {
	o := oracle{in: e.in, s: s}
	defaults, _ := o.securityDefaults()
	return func(p *Policy, failing []Dimension) []Reason {
		if len(failing) == 0 {
			return o.policy(p, defaults).Reasons
		}
		return o.reasons(p, func(d Dimension) bool {
			return slices.Contains(failing, d) || quietDimension(d) && slices.Contains(failing, dimQuiet)
		})
	}
}

// rank puts first what one change would repair, and of those what was meant for
// sign-ins like this one: a policy that is not on, then one that another user,
// device or place would be held by, last one that was made for a special flow.
func (l Line) rank() int {
	switch {
	case !l.WouldStop:
		return 100 // met
	case l.apart:
		return 99
	case len(l.Failing) == 0:
		return 0 // not on
	case len(l.Failing) == 1 && l.State == "enabled":
		return 1 + slices.Index([]Dimension{DimUsers, DimDevice, DimLocation, DimPlatform, DimClientApp, DimResources, dimQuiet, DimFlow, DimOther}, l.Failing[0])
	}
	return 10 + len(l.Failing)
}

// noApplications reports whether a policy is for no application at all.
func noApplications(p *Policy) bool {
	c, _ := conditionsOf(p)
	return c.Applications.Is(func(a model.ConditionApplications) bool {
		return a.IncludeApplications.Is(func(list []string) bool { return len(list) == 0 }) == model.True
	}) == model.True
}

// metInContext reports whether a policy, if it applied, would be met.
func (e *Engine) metInContext(r reading, p *Policy, s *subjectView, c context, have obligationSet) bool {
	v := e.views[r]
	index := slices.Index(e.ways, c.way)
	class := e.wayClass(v, s, index)
	can := class.can & platformCan(r, c.platform)
	demand := e.policyDemand(r, p, s)
	if at := model.FoldID(c.target.audience); r == least && bindsTokens(p) == model.True && c.way.client == ClientModern &&
		c.platform == PlatformWindows && (at == ResourceExchange || at == ResourceSharePoint) {
		demand = demand.and(antichain{bitBoundToken})
	}
	return reduceDemand(demand, can, class.given).covers(have)
}

// explain puts the reason into words, with the oracle's text for each dimension.
func (l *Line) explain(on bool, reasons []Reason) {
	applies := len(l.Failing) == 0
	var texts []string
	for _, d := range l.Failing {
		text := "its " + string(d) + " condition does not match"
		for _, reason := range reasons {
			if reason.Holds != model.True && (reason.Dimension == d || d == dimQuiet && quietDimension(reason.Dimension)) {
				text = reason.Text
				l.Evidence = append(l.Evidence, reason.Evidence)
			}
		}
		texts = append(texts, text)
	}
	switch {
	case applies && !on:
		for _, reason := range reasons {
			if reason.Dimension == DimState {
				texts = append(texts, reason.Text)
				l.Evidence = append(l.Evidence, reason.Evidence)
			}
		}
		l.Why = "it would close this way, but " + cmp.Or(strings.Join(texts, "; "), "it is not in force")
	case applies:
		l.Why = "it applies and is met"
		for _, reason := range reasons {
			if reason.Dimension == DimGrant {
				l.Why += ": it " + reason.Text
			}
		}
	case len(texts) == 1:
		l.Why = "only this keeps it from applying: " + texts[0]
	default:
		l.Why = strings.Join(texts, "; ")
	}
}

// describe names a context for the assessment document.
func (e *Engine) describe(c context) (named model.AccessContext, detail string) {
	d, n := e.devices[c.way.device], e.networks[c.network]
	named = model.AccessContext{Device: d.class(), Network: n.class(), ClientApp: c.way.client, Platform: c.platform,
		Flow: c.way.flow, Resource: c.target.text()}
	if d.kind != 0 {
		detail = " The device is " + d.from + "."
	}
	if len(n.places) > 0 {
		detail += " The network is in " + strings.Join(n.places, " and ") + "."
	}
	return named, detail
}

// weakest is the certificate as a line of the assessment document.
func (c Certificate) weakest(s stepAnswer) model.Weakest {
	w := model.Weakest{Step: string(c.Step), Context: c.Context, Because: []model.PolicyBecause{}}
	for _, l := range c.Because {
		w.Because = append(w.Because, model.PolicyBecause{Policy: l.Policy, Name: l.Name, Why: l.Why, Evidence: l.Evidence})
	}
	doing := map[Step]string{StepUse: "The role", StepActivate: "The activation of the role",
		StepJoin: "The activation of the group that holds the role", StepRegister: "The registration"}[c.Step]
	certainty := "can be reached"
	if !c.Certain {
		certainty = "may be reached"
	}
	names := make([]string, 0, len(c.Holds))
	for _, o := range c.Holds {
		names = append(names, string(o))
	}
	w.Explanation = fmt.Sprintf("%s %s with %s: device %s, network %s, client %s, platform %s, flow %s, at %s.%s",
		doing, certainty, strings.Join(names, ", "), w.Context.Device, w.Context.Network, w.Context.ClientApp, w.Context.Platform,
		w.Context.Flow, w.Context.Resource, c.Detail)
	for _, text := range s.pim.texts {
		w.Explanation += " " + strings.ToUpper(text[:1]) + text[1:] + "."
	}
	return w
}

// VerifyCertificate checks a certificate against the oracle: that what is held
// meets the sign-in's demand, that every line says what the oracle says, and that
// no policy in the way is left out. It shares nothing with the engine that made
// the certificate.
func VerifyCertificate(in *Inputs, c Certificate) error {
	d := Evaluate(in, c.SignIn)
	demand := d.Must
	if c.Certain {
		demand = d.May
	}
	if !demand.MetBy(c.Holds) {
		return fmt.Errorf("the sign-in asks for more than %v: blocked by %v, clauses %v", c.Holds, demand.BlockedBy, demand.Clauses)
	}
	lines := map[string]Line{}
	for _, l := range c.Because {
		lines[l.Policy] = l
	}
	for _, p := range d.Policies {
		own := p.Must
		if c.Certain {
			own = p.May
		}
		stops := !own.MetBy(c.Holds)
		failing := oracleFailing(p, c.Certain)
		line, ok := lines[p.ID]
		if !ok {
			if stops && p.State == "enabled" {
				return fmt.Errorf("policy %s could have stopped the sign-in, and no line says why it did not", p.Name)
			}
			continue
		}
		if line.WouldStop != stops {
			return fmt.Errorf("policy %s: the certificate says %t to whether it would stop the sign-in, the oracle %t", p.Name, line.WouldStop, stops)
		}
		if !slices.Equal(line.Failing, failing) {
			return fmt.Errorf("policy %s: the certificate blames %v, the oracle %v", p.Name, line.Failing, failing)
		}
	}
	return nil
}

// oracleFailing lists the dimensions that the oracle finds failing, in the
// certificate's terms.
func oracleFailing(p PolicyResult, certain bool) []Dimension {
	var failing []Dimension
	for _, reason := range p.Reasons {
		d := reason.Dimension
		if d == DimState || d == DimGrant || reason.Holds == model.True || certain && reason.Holds != model.False {
			continue
		}
		if quietDimension(d) {
			d = dimQuiet
		}
		if !slices.Contains(failing, d) {
			failing = append(failing, d)
		}
	}
	sorting.Stable(failing, func(a, b Dimension) int { return dimensionOrder(a) - dimensionOrder(b) })
	return failing
}

func dimensionOrder(d Dimension) int {
	return slices.Index([]Dimension{DimUsers, DimResources, DimClientApp, DimPlatform, DimLocation, DimDevice, dimQuiet, DimFlow}, d)
}
