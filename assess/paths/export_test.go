package paths

import (
	"slices"

	"github.com/privpath/privpath/assess/paths/internal/horn"
	"github.com/privpath/privpath/model"
)

// SeenHop is a hop as a case shows it: on the way of whom, and whether what it
// rests on is certain, the parts of it that are not shown included.
type SeenHop struct {
	Start, Attacker, Edge, To string
	Reaches, Certain          bool
}

// HopsSeen lists the hops of every start's ways into Tier 0.
func (g *Graph) HopsSeen() []SeenHop { return g.hopsSeen(g.goal, g.ask(g.goal)) }

// LockoutHopsSeen lists the hops of every start's ways of locking out everybody with
// Global Administrator, or one account.
func (g *Graph) LockoutHopsSeen() []SeenHop {
	var list []SeenHop
	for _, l := range g.lockouts() {
		for _, goal := range l.goals {
			list = append(list, g.hopsSeen(goal, l.verdicts)...)
		}
	}
	return list
}

func (g *Graph) hopsSeen(goal horn.Atom, verdicts verdicts) []SeenHop {
	var list []SeenHop
	for _, s := range g.starts {
		for n, f := range s.attackers {
			verdict := verdicts.of(s, n)
			if verdict == model.False {
				continue
			}
			proof, _ := g.alike.search(goal, f.atoms, verdict == model.True)
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

// LockoutVerdict says whether an attacker who starts at a principal puts out an
// account; all with Global Administrator where none is named. It is asked of starts
// and accounts that the graph names.
func (g *Graph) LockoutVerdict(start, attacker, target string) (model.Truth, bool) {
	for _, l := range g.lockouts() {
		at := slices.IndexFunc(l.targets, func(ref model.PrincipalRef) bool { return ref.ID == target })
		if l.every != (target == "") || !l.every && at < 0 {
			continue
		}
		for _, s := range g.starts {
			for n, f := range s.attackers {
				if s.ref.ID == start && f.attacker == attacker {
					return l.verdicts.of(s, n), true
				}
			}
		}
	}
	return model.Unknown, false
}

// DearerProofs lists the starts and devices whose shared proof costs more than one
// that is looked for, and how many proofs are shared at all.
func (g *Graph) DearerProofs() (dearer []string, shared int) {
	ask := func(ref model.PrincipalRef, attacker string, atoms []horn.Atom) {
		for _, certain := range []bool{true, false} {
			proof, ok := g.alike.prove(g.goal, ref, attacker, atoms, certain)
			own, proved := g.alike.search(g.goal, atoms, certain)
			if ok != proved || ok && g.costOf(proof) != g.costOf(own) {
				dearer = append(dearer, ref.ID+" as "+attacker)
			}
		}
		if g.alike.proofs[proofKey{g.goal, g.alike.classOf(ref), attacker, true}].of != g.alike.who(ref) {
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

// Rules counts the rules.
func (g *Graph) Rules() int { return len(g.b.rules) }
