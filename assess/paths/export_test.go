package paths

import (
	"github.com/privpath/privpath/assess/paths/internal/horn"
	"github.com/privpath/privpath/model"
)

// SeenHop is a hop as a case shows it: on the way of whom, and whether what it
// rests on is certain, the parts of it that are not shown included.
type SeenHop struct {
	Start, Attacker, Edge, To string
	Reaches, Certain          bool
}

// HopsSeen lists the hops of every start's paths.
func (g *Graph) HopsSeen() []SeenHop {
	var list []SeenHop
	for _, s := range g.starts {
		for _, f := range s.attackers {
			verdict := g.reached[startKey(s.ref)][f.attacker]
			if verdict == model.False {
				continue
			}
			proof, _ := g.alike.search(f.atoms, verdict == model.True)
			open := map[int32]bool{} // atoms that a part rests on which is not certain
			for _, rule := range proof {
				r := g.b.rules[rule]
				doubt := !r.certain || open[int32(r.If)] || open[int32(r.And)]
				if r.hop < 0 {
					open[int32(r.Head)] = doubt
					continue
				}
				h := *g.b.hops.at(r.hop)
				for _, leg := range g.legs(h, s.ref) {
					list = append(list, SeenHop{s.ref.ID, f.attacker, leg.Edge, leg.To.ID, verdict == model.True, !doubt})
				}
			}
		}
	}
	return list
}

// DearerProofs lists the starts and devices whose shared proof costs more than one
// that is looked for, and how many proofs are shared at all.
func (g *Graph) DearerProofs() (dearer []string, shared int) {
	ask := func(ref model.PrincipalRef, attacker string, atoms []horn.Atom) {
		for _, certain := range []bool{true, false} {
			proof, ok := g.alike.prove(ref, attacker, atoms, certain)
			own, proved := g.alike.search(atoms, certain)
			if ok != proved || ok && g.costOf(proof) != g.costOf(own) {
				dearer = append(dearer, ref.ID+" as "+attacker)
			}
		}
		if g.alike.proofs[g.alike.classOf(ref)+"|"+attacker+"|true"].of != g.alike.who(ref) {
			shared++
		}
	}
	for _, s := range g.starts {
		for _, f := range s.attackers {
			ask(s.ref, f.attacker, f.atoms)
		}
	}
	for i, k := range g.b.keys {
		if k.kind == atomDevice {
			ask(g.b.deviceRefOf(k.subject), AttackerControl, []horn.Atom{horn.Atom(i)})
		}
	}
	return dearer, shared
}

// costOf is what a derivation costs, a premise that is used twice counted twice.
func (g *Graph) costOf(proof horn.Proof) int64 {
	cost := map[horn.Atom]int64{}
	for _, rule := range proof {
		r := g.b.rules[rule]
		cost[r.Head] = g.cost(rule) + cost[r.If]
		if r.And != horn.None {
			cost[r.Head] += cost[r.And]
		}
	}
	return cost[g.goal]
}
