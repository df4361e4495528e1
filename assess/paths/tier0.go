package paths

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/paths/internal/horn"
	"github.com/privpath/privpath/assess/paths/internal/powers"
	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// Tier0 lists what controls Tier 0: every user, workload identity, application,
// group, role and device from whose full control a way leads there, and what is
// outside the directory (an Azure resource, another tenant or identity provider,
// the on-premises directory), each with the first hop. A user counts by what the
// person at a privileged access workstation can do, or whoever has a session in
// which a role is active. The rules are closed under "controls what controls", so the
// list is a fixed point.
func (g *Graph) Tier0() []model.Tier0Member { return slices.Clone(g.tier0()) }

// strongest is the attacker who gets furthest from a start, and of those alike the
// one who has most: a session in which roles are active may be all that does.
func (g *Graph) strongest(s start) foothold {
	best, verdict := foothold{}, model.False
	for _, f := range s.attackers {
		if now := g.reached[startKey(s.ref)][f.attacker]; best.attacker == "" || model.Or(verdict, now) == now {
			best, verdict = f, now
		}
	}
	return best
}

func (g *Graph) readTier0() []model.Tier0Member {
	var list []model.Tier0Member
	held := g.holdTier0()
	for _, s := range g.starts {
		if s.ref.Kind == anybody.Kind {
			continue // nobody in particular: see Anyone
		}
		best := g.strongest(s)
		list = g.member(list, s.ref, best.attacker, best.atoms, held[model.FoldID(s.ref.ID)])
	}
	places := []horn.Atom{g.atomOf(key{kind: atomPlace, n: device}), g.atomOf(key{kind: atomPlace, n: paw})}
	for _, k := range g.b.keys {
		atoms := []horn.Atom{g.atomOf(k)}
		switch k.kind {
		case atomApplication:
			list = g.member(list, appRef(g.b.apps[k.subject]), AttackerControl, atoms, false)
		case atomDevice:
			list = g.member(list, g.b.deviceRefOf(k.subject), AttackerControl, atoms, g.workstation(k.subject))
		case atomRole:
			if k.other == tenantWide {
				list = g.role(list, k.subject, append(atoms, places...))
			}
		}
	}
	sorting.Stable(list, func(a, b model.Tier0Member) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// workstation reports whether a device is a declared privileged access
// workstation.
func (g *Graph) workstation(id string) bool {
	d, ok := g.b.devices.Find(id)
	return ok && g.b.demands.base.IsPAW(*d) == model.True
}

// role adds a role that leads to Tier 0, and the groups that hold it.
func (g *Graph) role(list []model.Tier0Member, id string, atoms []horn.Atom) []model.Tier0Member {
	entry := g.b.roles[id]
	if entry == nil {
		return list
	}
	before := len(list)
	list = g.member(list, roleRef(entry.role), AttackerControl, atoms, entry.role.Tier0 == model.True)
	if len(list) == before {
		return list
	}
	seen := map[string]bool{}
	for _, assignment := range g.b.groupRoles[id] {
		if assignment.scope != tenantWide || seen[model.FoldID(assignment.group)] {
			continue
		}
		seen[model.FoldID(assignment.group)] = true
		list = append(list, model.Tier0Member{PrincipalRef: g.b.groupRef(assignment.group), Reason: "its members hold " + entry.role.Name,
			Hops: list[before].Hops + 1, Declared: list[before].Declared, Certain: list[before].Certain})
	}
	return list
}

// member adds what a start controls, if a way leads from it to Tier 0.
func (g *Graph) member(list []model.Tier0Member, ref model.PrincipalRef, attacker string, atoms []horn.Atom, declared bool) []model.Tier0Member {
	certain := true
	proof, ok := g.alike.prove(g.goal, ref, attacker, atoms, true)
	if !ok {
		certain = false
		if proof, ok = g.alike.prove(g.goal, ref, attacker, atoms, false); !ok {
			return list
		}
	}
	reason, hops := "it rules the tenant by itself", 0
	for _, rule := range proof {
		hop := g.b.rules[rule].hop
		if hop < 0 || g.b.hops.at(hop).edge == edgeSignsIn {
			continue
		}
		if hops == 0 {
			reason = g.b.hops.at(hop).text
		}
		hops++
	}
	return append(list, model.Tier0Member{PrincipalRef: ref, Reason: reason, Hops: hops, Declared: declared, Certain: certain})
}

// holdTier0 tells who holds a Tier 0 role, by folded id.
func (g *Graph) holdTier0() map[string]bool {
	held := map[string]bool{}
	for _, p := range g.b.dir.Tier0().Principals() {
		held[model.FoldID(p.ID)] = true
	}
	return held
}

// outsideStart is a start that surely reaches Tier 0 and holds no Tier 0 role, as its
// weakest attacker who does. It stands for all that are alike where these are
// many.
type outsideStart struct {
	atoms  []horn.Atom
	owner  string // the one whose own hops are left out; empty for none
	counts int
}

// many is from how many starts on one stands for all that are alike. A cut of
// their own hops, one each, is then larger than any that is looked for.
const many = 16

func (g *Graph) outsiders() []outsideStart {
	held, alike := g.holdTier0(), g.crowds
	place := map[string]int{}
	var list []outsideStart
	for _, s := range g.starts {
		if held[model.FoldID(s.ref.ID)] {
			continue
		}
		for _, f := range s.attackers {
			if g.reached[startKey(s.ref)][f.attacker] != model.True {
				continue
			}
			class := alike.classOf(s.ref)
			at, ok := place[class]
			switch {
			case ok:
				list[at].counts++
			case alike.size[class] >= many:
				place[class] = len(list)
				list = append(list, outsideStart{f.atoms, model.FoldID(s.ref.ID), 1})
			default:
				list = append(list, outsideStart{atoms: f.atoms, counts: 1})
			}
			break
		}
	}
	return list
}

// crossing is what cutting outsiders off is asked of.
type crossing struct {
	starts []outsideStart
	groups []int // by certain rule: its hop, or -1
	of     []int // by hop: one of its rules
}

func (c crossing) group(rule int) int { return c.groups[rule] }

// readCrossing numbers the hops of the certain rules: rules that differ only in the
// credential or the place belong to one hop.
func (g *Graph) readCrossing() crossing {
	starts := g.outsiders()
	if len(starts) == 0 {
		return crossing{}
	}
	type crossed struct {
		edge                 edge
		kind, id, text, from string
	}
	ids, own := map[crossed]int{}, map[string]bool{"": true}
	for _, s := range starts {
		own[s.owner] = true
	}
	delete(own, "")
	alike := g.crowds
	var of []int
	groups := make([]int, len(g.mustRules))
	for i, rule := range g.mustRules {
		r := g.b.rules[rule]
		if groups[i] = -1; r.hop < 0 || own[alike.owner(r.If)] {
			continue
		}
		h := g.b.hops.at(r.hop)
		name := crossed{h.edge, h.to.Kind, h.to.ID, h.text, g.atomRef(r.If).ID}
		id, ok := ids[name]
		if !ok {
			id = len(of)
			ids[name] = id
			of = append(of, rule)
		}
		groups[i] = id
	}
	return crossing{starts, groups, of}
}

// ChokePoints lists the hops whose removal alone takes the last certain way from
// somebody who holds no Tier 0 role. It is exact, but for the own hops of one
// among many who are alike, which are not listed.
func (g *Graph) ChokePoints() []model.ChokePoint {
	c := g.crossing()
	starts := c.starts
	if len(starts) == 0 {
		return nil
	}
	var list []model.ChokePoint
	all := 0
	for _, s := range starts {
		all += s.counts
	}
	for _, choke := range g.must.Chokes(atomsOf(starts), []horn.Atom{g.goal}, c.group) {
		cuts := 0
		for _, i := range choke.Starts {
			cuts += starts[i].counts
		}
		list = append(list, model.ChokePoint{PathHop: g.pathHop(c.of[choke.Group]), Cuts: cuts, Of: all})
	}
	sorting.Stable(list, func(a, b model.ChokePoint) int { return cmp.Compare(b.Cuts, a.Cuts) })
	return list
}

func atomsOf(starts []outsideStart) [][]horn.Atom {
	var sets [][]horn.Atom
	for _, s := range starts {
		sets = append(sets, s.atoms)
	}
	return sets
}

// cutBound is how many removals the search for a smallest cut tries.
const cutBound = 2000

// Cut gives a smallest set of hops without which nobody who holds no Tier 0 role
// has a certain way into it; nil where there is none.
func (g *Graph) Cut() *model.Cut {
	c := g.crossing()
	starts := c.starts
	if len(starts) == 0 {
		return nil
	}
	groups, exact := g.must.Cut(atomsOf(starts), []horn.Atom{g.goal}, c.group, cutBound)
	if slices.ContainsFunc(starts, func(s outsideStart) bool { return s.owner != "" }) {
		exact = exact && len(groups) < many
	}
	cut := &model.Cut{Hops: []model.PathHop{}, Exact: exact}
	for _, id := range groups {
		cut.Hops = append(cut.Hops, g.pathHop(c.of[id]))
	}
	return cut
}

func (g *Graph) pathHop(rule int) model.PathHop {
	r := g.b.rules[rule]
	h := g.b.hops.at(r.hop)
	from := g.atomRef(r.If)
	if h.from.ID != "" {
		from = h.from
	}
	if h.over.passed() {
		from, _ = g.unitOf(h.over)
	}
	return model.PathHop{Edge: h.edge.String(), From: from, To: h.to, Explanation: h.text}
}

// atomRef names what an atom is about.
func (g *Graph) atomRef(a horn.Atom) model.PrincipalRef {
	k := g.b.keys[a]
	switch k.kind {
	case atomAt, atomSession, atomActs, atomService, atomAzure:
		return g.b.ref(k.subject)
	case atomInUse, atomInContext:
		return g.b.ref(g.b.holdings[k.n].Principal.ID)
	case atomRole:
		if entry := g.b.roles[k.subject]; entry != nil {
			return roleRef(entry.role)
		}
	case atomApplication:
		return appRef(g.b.apps[k.subject])
	case atomDevice:
		return g.b.deviceRefOf(k.subject)
	case atomIntune:
		return g.b.intuneRef(k.subject)
	case atomPower, atomAppPower:
		return model.PrincipalRef{Kind: "power", ID: fmt.Sprint("power-", k.n), Name: "whoever can " + powerName(k.n)}
	case atomPermitted:
		return model.PrincipalRef{Kind: "permission", ID: k.subject, Name: permissionName(k.subject)}
	case atomAnyone:
		return anybody
	case atomAnyService:
		return anyApplication
	case atomOutside:
		return outsider
	case atomExternal:
		return externalRef(k)
	case atomForeign:
		return model.PrincipalRef{Kind: "tenant", ID: k.subject, Name: "tenant " + k.subject}
	case atomHome:
		return model.PrincipalRef{Kind: "tenant", ID: k.subject, Name: "the tenant of " + k.subject}
	case atomIssuer:
		return issuerRef(k.subject)
	case atomOnPremises:
		return model.PrincipalRef{Kind: "onPremises", ID: "onPremises", Name: "the on-premises directory"}
	}
	return model.PrincipalRef{Kind: "state", ID: k.String(), Name: "what was reached before"}
}

// Blast lists everything that follows from the control of a principal by the
// strongest attacker of it: what its compromise costs. A device is found by its
// object id.
func (g *Graph) Blast(id string) (from model.PrincipalRef, reached []model.PrincipalRef, ok bool) {
	var atoms []horn.Atom
	for _, s := range g.starts {
		if model.SameID(s.ref.ID, id) || strings.EqualFold(s.ref.Name, id) {
			from, atoms = s.ref, s.attackers[len(s.attackers)-1].atoms
		}
	}
	for _, k := range g.b.keys {
		if ref := g.b.deviceRefOf(k.subject); k.kind == atomDevice && (model.SameID(k.subject, id) || strings.EqualFold(ref.Name, id)) {
			from, atoms = ref, []horn.Atom{g.atomOf(k)}
		}
	}
	if atoms == nil {
		return from, nil, false
	}
	seen := map[string]bool{startKey(from): true}
	for _, a := range g.must.Closure(atoms) {
		ref := g.atomRef(a)
		if a == g.goal {
			ref = model.PrincipalRef{Kind: "tier0", ID: "tier0", Name: "Tier 0"}
		}
		if ref.Kind == "state" || ref.Kind == anybody.Kind || seen[startKey(ref)] {
			continue
		}
		seen[startKey(ref)] = true
		reached = append(reached, ref)
	}
	sorting.Stable(reached, func(a, b model.PrincipalRef) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return from, reached, true
}

func powerName(n int) string { return powers.Power(n).String() }
