package paths

import (
	"slices"

	"github.com/privpath/privpath/model"
)

// layOut gives a path's nodes their places: a node stands right of everything
// that leads to it, and below what came before it in its column. A hop that leads
// back to where it came from, as a sign-in does, has one node at both ends.
func layOut(p *model.Path) {
	p.Nodes = []model.PathNode{{PrincipalRef: p.From}}
	leads := []bool{false} // nodes that something leads from keep their column
	node := func(ref model.PrincipalRef, layer int) int {
		i := slices.IndexFunc(p.Nodes, func(n model.PathNode) bool { return startKey(n.PrincipalRef) == startKey(ref) })
		if i < 0 {
			p.Nodes, leads = append(p.Nodes, model.PathNode{PrincipalRef: ref, Layer: layer}), append(leads, false)
			return len(p.Nodes) - 1
		}
		if !leads[i] && i > 0 {
			p.Nodes[i].Layer = max(p.Nodes[i].Layer, layer)
		}
		return i
	}
	for i := range p.Hops {
		h := &p.Hops[i]
		h.Source = node(h.From, 0)
		layer := p.Nodes[h.Source].Layer + 1
		if h.With != nil {
			with := node(*h.With, 0)
			leads[with] = true
			layer = max(layer, p.Nodes[with].Layer+1)
		}
		leads[h.Source] = true
		h.Target = node(h.To, layer)
	}
	rows := map[int]int{}
	for i := range p.Nodes {
		p.Nodes[i].Row = rows[p.Nodes[i].Layer]
		rows[p.Nodes[i].Layer]++
	}
}
