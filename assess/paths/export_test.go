package paths

import "github.com/privpath/privpath/model"

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
				h := g.b.hops[r.hop]
				for _, leg := range g.legs(h, s.ref) {
					list = append(list, SeenHop{s.ref.ID, f.attacker, leg.Edge, leg.To.ID, verdict == model.True, !doubt})
				}
			}
		}
	}
	return list
}
