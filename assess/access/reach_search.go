package access

import (
	"slices"
	"strings"
)

// region narrows a search to some values of some dimensions; nil is every value.
type region struct {
	targets                                      []target
	devices, networks, clients, platforms, flows []string
}

// appendKey writes the region so that no other is written alike.
func (r region) appendKey(key keyText) keyText {
	for _, list := range [][]string{r.devices, r.networks, r.clients, r.platforms, r.flows} {
		key = key.texts(list)
	}
	key = key.number(len(r.targets))
	for _, t := range r.targets {
		key = key.text(t.audience).text(t.action).text(t.context)
	}
	return key
}

func chosen(list []string, value string) bool { return list == nil || slices.Contains(list, value) }

// credentials of a client: a legacy client sends a password and nothing else,
// and what a session control asks later does not depend on the client.
const legacyCan = bitPassword | bitFreshSignIn | bitBoundToken

// search finds the frontier of a region for a subject in one reading. extra is
// what the step itself asks. Equal questions share one search.
func (e *Engine) search(r reading, s *subjectView, q region, extra antichain) frontier {
	v := e.views[r]
	live := e.live(v, s)
	key := append(make(keyText, 0, 256), byte(r), byte(s.external), byte(s.secondFactor), byte(s.mfaAccepted), byte(s.compliantOK), byte(s.hybridOK), byte(s.sight))
	for _, w := range live {
		key = key.set(obligationSet(w))
	}
	key = key.number(len(extra))
	for _, set := range extra {
		key = key.set(set)
	}
	return e.frontiers.get(string(q.appendKey(key)), func() frontier {
		p := e.problem(v, s, q, live, extra)
		f := p.solve()
		for i, point := range f.points {
			f.points[i].where = p.plainest(point.where, point.set)
		}
		if e.spaceCut {
			f.complete = false
		}
		return f
	})
}

// The dimensions of a search.
const (
	dimWay = iota
	dimPlatform
	dimNetwork
	dimTarget
	dims
)

func (e *Engine) problem(v *view, s *subjectView, q region, live []uint64, extra antichain) frontierProblem {
	p := frontierProblem{base: bitPassword, bound: e.bound, dims: make([][]frontierClass, dims)}
	p.demands = make([]antichain, len(v.boxes))
	for i, b := range v.boxes {
		p.demands[i] = always
		if live[i/64]>>(i%64)&1 == 0 {
			continue
		}
		if b.source == fromStep {
			p.demands[i] = extra
		} else {
			p.demands[i] = e.demandOfBox(v.reading, b, s)
		}
	}
	for i, w := range e.ways {
		d := &e.devices[w.device]
		if !v.reading.available(d.exists) || !e.deviceChosen(q, d) || !chosen(q.clients, w.client) || !chosen(q.flows, w.flow) {
			continue
		}
		p.dims[dimWay] = append(p.dims[dimWay], e.wayClass(v, s, i))
	}
	for i, platform := range allPlatforms {
		if chosen(q.platforms, platform) {
			p.dims[dimPlatform] = append(p.dims[dimPlatform], frontierClass{applies: v.platforms[platform],
				can: platformCan(v.reading, platform), value: i})
		}
	}
	for i, n := range e.networks {
		if v.reading.available(n.exists) && (q.networks == nil || slices.ContainsFunc(q.networks, n.inClass)) {
			p.dims[dimNetwork] = append(p.dims[dimNetwork], frontierClass{applies: v.networks[i], cost: n.cost,
				can: ^obligationSet(0), value: i})
		}
	}
	for i, t := range q.targets {
		p.dims[dimTarget] = append(p.dims[dimTarget], frontierClass{applies: e.targetBits(v, t), can: ^obligationSet(0), value: i})
	}
	return p
}

func (e *Engine) deviceChosen(q region, d *deviceValue) bool {
	return q.devices == nil || slices.ContainsFunc(q.devices, d.inClass)
}

// wayClass is a device as a client shows it in a flow.
func (e *Engine) wayClass(v *view, s *subjectView, index int) frontierClass {
	w := e.ways[index]
	d := &e.devices[w.device]
	c := frontierClass{cost: d.kind, can: ^(bitCompliant | bitHybrid), given: d.meets(), value: index,
		applies: slices.Clone(e.deviceBits(v, seenDevice{w.device, s.sight}))}
	if !v.reading.available(s.compliantOK) {
		c.given &^= bitCompliant
	}
	if !v.reading.available(s.hybridOK) {
		c.given &^= bitHybrid
	}
	if legacyClient(w.client) {
		// What PIM asks of a person is not asked of the client.
		c.can &= legacyCan | bitApproval
	} else {
		c.given |= bitInteractive
	}
	for i, word := range v.clients[w.client] {
		c.applies[i] &= word & v.flows[w.flow][i]
	}
	return c
}

// platformCan: apps are managed on phones; on Windows that is a preview, so it
// is open there.
func platformCan(r reading, platform string) obligationSet {
	switch platform {
	case PlatformIOS, PlatformAndroid:
		return ^obligationSet(0)
	case PlatformWindows:
		if r == least {
			return ^obligationSet(0)
		}
	}
	return ^bitManagedApp
}

// context is one concrete context of a search.
type context struct {
	way      way
	platform string
	network  int
	target   target
}

func (e *Engine) contextOf(q region, p frontierPoint) context {
	return context{way: e.ways[p.where[dimWay]], platform: allPlatforms[p.where[dimPlatform]],
		network: p.where[dimNetwork], target: q.targets[p.where[dimTarget]]}
}

// signIn is the context as a sign-in that [Evaluate] takes.
func (e *Engine) signIn(s Subject, c context) SignIn {
	in := SignIn{Subject: s, Device: e.devices[c.way.device].device, Network: e.networks[c.network].network,
		UserAction: c.target.action, AuthenticationContext: c.target.context,
		ClientApp: c.way.client, Platform: c.platform, Flow: c.way.flow,
		SignInRisk: e.signInRisk, UserRisk: e.userRisk, InsiderRisk: RiskNone}
	if c.target.audience != "" {
		in.Resources = []string{c.target.audience}
	}
	return in
}

// text names what is asked for.
func (t target) text() string {
	var parts []string
	if t.audience != "" {
		parts = append(parts, resourceName(t.audience))
	}
	if t.action != "" {
		parts = append(parts, "user action "+t.action)
	}
	if t.context != "" {
		parts = append(parts, "authentication context "+t.context)
	}
	return strings.Join(parts, " with ")
}

func resourceName(id string) string {
	switch strings.ToLower(id) {
	case ResourceGraph:
		return "Microsoft Graph"
	case ResourceDirectory:
		return "Windows Azure Active Directory"
	case ResourceAzureManagement:
		return "Azure management"
	case ResourceAzurePortal:
		return "the Azure portal and Entra admin centre"
	case ResourceM365Admin:
		return "the Microsoft 365 admin centre"
	case ResourceExchange:
		return "Exchange Online"
	case ResourceSharePoint:
		return "SharePoint Online"
	case ResourceIntune:
		return "Microsoft Intune"
	case ResourceOther:
		return "an application that no policy names"
	case strings.ToLower(GroupPortals):
		return "an admin portal that no policy names by itself"
	case strings.ToLower(GroupOffice365):
		return "an Office 365 service that no policy names by itself"
	}
	return "application " + id
}
