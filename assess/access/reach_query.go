package access

import (
	"cmp"
	"slices"

	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// Question asks of one step of a holding whether it can be passed in some
// contexts. A nil list is every value.
type Question struct {
	Step Step
	// Devices and Networks are classes; a device that is compliant and hybrid
	// joined is in both classes. Nobody is taken to show less than the class
	// says: ask for [DeviceUnmanaged] too where that matters.
	Devices, Networks            []string
	ClientApps, Platforms, Flows []string
	// Resources are audiences; by default those that serve the step. UserAction
	// asks for an action in place of resources.
	Resources  []string
	UserAction string
	// Context is an authentication context that the resource asks for, as for a
	// protected action; it does not take the place of the one that PIM asks for.
	Context string
	// Without are obligations that whoever comes does not meet.
	Without []Obligation
}

// Answer is the answer to a question.
type Answer struct {
	// Applicable is false where the holding has no such step, or nobody who could
	// sign in, as with a service principal; Verdict is then False.
	Applicable bool
	// Verdict says whether the step can be passed.
	Verdict model.Truth
	// Requires are the minimal sets of obligations that are enough, where Verdict
	// is True those that surely are.
	Requires [][]Obligation
	// Witness is the weakest way, and Certificate its proof; nil where Verdict is
	// False. Answers about subjects that are alike share them, but for who signs in:
	// they are read-only.
	Witness     *model.Weakest
	Certificate *Certificate
	// Needs says what would settle an unknown.
	Needs []model.Need
}

// Query answers a question about one step of a holding.
func (e *Engine) Query(h principals.Holding, q Question) Answer {
	switch {
	case h.Principal.Kind == principals.KindServicePrincipal || h.Principal.Dangling == model.True:
		return Answer{Verdict: model.False}
	case h.Principal.Kind != principals.KindUser:
		return Answer{Applicable: true, Needs: []model.Need{nobodyKnown(h)}}
	}
	step, ok := e.stepFor(h, q)
	if !ok {
		return Answer{Verdict: model.False}
	}
	return e.ask(step, q.Without)
}

// Passes is the verdict of [Engine.Query] alone, which costs much less than the
// whole answer.
func (e *Engine) Passes(h principals.Holding, q Question) model.Truth {
	switch {
	case h.Principal.Kind == principals.KindServicePrincipal || h.Principal.Dangling == model.True:
		return model.False
	case h.Principal.Kind != principals.KindUser:
		return model.Unknown
	}
	step, ok := e.stepFor(h, q)
	if !ok {
		return model.False
	}
	return e.answer(step).verdict(e.without(q.Without))
}

// stepFor is the step that a question asks of, in the question's contexts.
func (e *Engine) stepFor(h principals.Holding, q Question) (stepQuestion, bool) {
	for _, step := range e.allSteps(h) {
		if step.step == q.Step {
			q.narrow(&step)
			return step, true
		}
	}
	return stepQuestion{}, false
}

// narrow limits a step to the question's contexts.
func (q Question) narrow(step *stepQuestion) {
	r := &step.region
	if q.Devices != nil {
		r.devices = q.Devices
	}
	r.networks, r.clients, r.platforms, r.flows = q.Networks, q.ClientApps, q.Platforms, q.Flows
	switch {
	case q.UserAction != "":
		r.targets = []target{{action: q.UserAction}}
		if q.UserAction != ActionDevice {
			// What the device settings ask is asked of registering a device alone.
			step.pim = activation{demand: [2]antichain{always, always}}
		}
	case q.Resources != nil:
		r.targets = nil
		for _, audience := range q.Resources {
			r.targets = append(r.targets, target{audience: audience, context: step.pim.context})
		}
	}
	if q.Context != "" {
		r.targets = slices.Clone(r.targets)
		for i := range r.targets {
			r.targets[i].context = cmp.Or(r.targets[i].context, q.Context)
		}
	}
}

// without is everything but some obligations.
func (e *Engine) without(list []Obligation) obligationSet {
	have := everything
	for _, o := range list {
		have &^= e.table.own(o)
		switch o {
		case CompliantDevice:
			have &^= bitOnlyComplies | bitComplyHybrid
		case HybridJoinedDevice:
			have &^= bitOnlyHybrid | bitComplyHybrid
		}
	}
	return have
}

// verdict says whether whoever holds have passes.
func (a stepAnswer) verdict(have obligationSet) model.Truth {
	return metBy(a.demand[most], a.demand[least], have, have)
}

// ask answers a question about one step. It is worked out once for all subjects that
// are alike; each gets the certificate of their own sign-in.
func (e *Engine) ask(step stepQuestion, without []Obligation) Answer {
	have := e.without(without)
	key := step.question(make(keyText, 0, 512)).set(have)
	a := e.answers.get(string(key), func() Answer { return e.workOut(step, have) })
	if a.Certificate != nil {
		own := *a.Certificate
		own.SignIn.Subject = step.subject.subject(own.reading())
		a.Certificate = &own
	}
	return a
}

func (e *Engine) workOut(step stepQuestion, have obligationSet) Answer {
	found := e.answer(step)
	a := Answer{Applicable: true, Verdict: found.verdict(have)}
	if a.Verdict == model.False {
		return a
	}
	r := most
	if a.Verdict == model.Unknown {
		r = least
		a.Needs = slices.Clip(e.needsAt(found, have))
	}
	points := slices.Clone(found.found[r].points)
	points = slices.DeleteFunc(points, func(p frontierPoint) bool { return !p.set.within(have) })
	sorting.Stable(points, func(x, y frontierPoint) int { return sizeOf(x.set) - sizeOf(y.set) })
	for i, p := range points {
		a.Requires = append(a.Requires, e.table.names(e.project(p.set)))
		if i == 0 {
			c := e.certificate(r, found, p)
			w := c.weakest(found)
			w.Requires = e.requires(e.project(p.set))
			a.Certificate, a.Witness = &c, &w
		}
	}
	a.Requires = slices.Clip(a.Requires)
	return a
}

// needs collects what would settle the undecided parts of a holding's steps.
func (e *Engine) needs(steps []stepAnswer) []model.Need {
	var list []model.Need
	for _, s := range steps {
		if !slices.Equal(s.demand[least], s.demand[most]) {
			list = append(list, e.needsAt(s, everything)...)
		}
	}
	return distinctNeeds(list)
}

func distinctNeeds(list []model.Need) []model.Need {
	var kept []model.Need
	for _, n := range list {
		if !slices.Contains(kept, n) {
			kept = append(kept, n)
		}
	}
	return kept
}

// needsAt says what would settle a step: it looks at each way that may be open
// and is not certain, and names what is undecided there.
func (e *Engine) needsAt(s stepAnswer, have obligationSet) []model.Need {
	list := slices.Clone(s.pim.needs)
	if !s.found[least].complete || !s.found[most].complete {
		list = append(list, model.Need{Dataset: model.ConditionalAccessPolicies.Name(), Reason: model.Truncated,
			Detail: "the search was cut short by its work bound"})
	}
	if read := e.in.PoliciesRead; read.State != model.Complete && read.Reason != model.NotLicensed {
		list = append(list, model.Need{Dataset: model.ConditionalAccessPolicies.Name(), Reason: read.Reason, Detail: read.Detail,
			Permission: "Policy.Read.All"})
	}
	for _, p := range s.found[least].points {
		if p.set.within(have) && !s.demand[most].covers(p.set) {
			list = append(list, e.undecidedAt(s, e.contextOf(s.region, p))...)
		}
	}
	return distinctNeeds(list)
}

// undecidedAt names what is undecided in one context.
func (e *Engine) undecidedAt(s stepAnswer, c context) []model.Need {
	var list []model.Need
	if d := e.devices[c.way.device]; d.kind == bitPAW && e.paw.declared != model.True {
		list = append(list, model.Need{Dataset: model.OwnerDeclarations.Name(), Reason: model.NotCollected,
			Detail: "what makes a device a PAW is not declared"})
	} else if d.exists == model.Unknown {
		list = append(list, model.Need{Dataset: model.Devices.Name(), Reason: reasonOr(model.RowsOf(e.tenant, model.Devices, nil).Coverage()),
			Detail: "whether such a device exists is not known: " + d.from, Permission: "Device.Read.All"})
	}
	if e.networks[c.network].exists == model.Unknown {
		list = append(list, model.Need{Dataset: model.NamedLocations.Name(), Reason: model.NotInAPI,
			Detail: "whether the network is a trusted one is not known"})
	}
	o := oracle{in: e.in, s: e.signIn(s.subject.subject(least), c)}
	defaults, _ := o.securityDefaults()
	for i, policy := range e.in.Policies {
		if !e.mayApply(i, s.subject, c) {
			continue
		}
		p := o.policy(policy, defaults)
		if p.Applies == model.False || p.Result != ResultUnknown {
			continue
		}
		named := false
		for _, reason := range p.Reasons {
			if reason.Holds == model.Unknown {
				named = true
				if reason.Dimension == DimDevice {
					list = append(list, e.unreadTrust(s.subject)...)
				}
				list = append(list, needFor(reason, p))
			}
		}
		if !named {
			list = append(list, e.unreadTrust(s.subject)...)
			list = append(list, model.Need{Dataset: model.ConditionalAccessPolicies.Name(), Reason: model.UnknownValue,
				Detail: "policy " + p.Name + ": what it asks is not known"})
		}
	}
	return list
}

// mayApply reports whether nothing certain keeps the policy with an index from
// applying.
func (e *Engine) mayApply(index int, s *subjectView, c context) bool {
	return enforced(e.in.Policies[index]) != model.False && !slices.ContainsFunc(e.dimensionsOf(index, least, s, c), func(d dimensionTruth) bool {
		return d.truth == model.False
	})
}

func reasonOr(c model.Coverage) model.Reason {
	if c.Reason == "" {
		return model.Unresolved
	}
	return c.Reason
}

// unreadTrust names what would tell whether the claims of a guest's tenant count.
func (e *Engine) unreadTrust(s *subjectView) []model.Need {
	if s.external == model.False {
		return nil
	}
	var list []model.Need
	for _, key := range []model.Key[model.CrossTenantConfiguration]{model.CrossTenantDefault, model.CrossTenantPartners} {
		if c := model.RowsOf(e.tenant, key, nil).Coverage(); c.State != model.Complete {
			list = append(list, model.Need{Dataset: key.Name(), Reason: reasonOr(c), Permission: "Policy.Read.All",
				Detail: "which claims of other tenants are trusted is not known"})
		}
	}
	return list
}

// needFor names the data set that a reason waits for.
func needFor(reason Reason, p PolicyResult) model.Need {
	n := model.Need{Dataset: model.ConditionalAccessPolicies.Name(), Reason: model.Unresolved,
		Detail: "policy " + p.Name + ": " + reason.Text}
	switch reason.Dimension {
	case DimUsers:
		n.Dataset, n.Permission = model.GroupMembers.Name(), "GroupMember.Read.All"
		if id, ok := reason.Evidence.Value.(string); ok && looksLikeID(id) {
			n.Dataset = "groups/" + id + "/members"
		}
	case DimLocation:
		n.Dataset, n.Permission = model.NamedLocations.Name(), "Policy.Read.All"
	case DimSignInRisk, DimUserRisk:
		n.Dataset = model.SubscribedSkus.Name()
	case DimState, DimOther, DimDevice, DimResources, DimClientApp, DimPlatform, DimFlow:
		n.Reason = model.UnknownValue
	}
	return n
}
