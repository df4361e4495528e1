package access

import (
	"math/bits"
	"slices"

	"github.com/privpath/privpath/internal/sorting"
)

// frontierClass is a class of values of one dimension that the policies at hand
// do not tell apart.
type frontierClass struct {
	// applies has a bit for every policy box that the class lies in.
	applies []uint64
	// cost is what being in the class takes: a device, a network.
	cost obligationSet
	// can is what can be presented there; given is what the class itself meets.
	can, given obligationSet
	// value is the caller's index of the plainest value of the class.
	value int
}

// frontierProblem asks for the minimal obligation sets over all contexts. A
// context is one class of each dimension. A box applies in a context when each
// of its classes lies in it, and then its demand must be met.
type frontierProblem struct {
	demands []antichain // of each box
	dims    [][]frontierClass
	base    obligationSet // what every context takes
	bound   int           // nodes to visit at most
}

// frontierPoint is a minimal set and the first context found that takes no more.
type frontierPoint struct {
	set   obligationSet
	where []int // the value of each dimension
}

// frontier is the answer to a problem.
type frontier struct {
	points []frontierPoint
	// complete is false when the work bound was hit: every point can be reached,
	// but there may be smaller ones.
	complete bool
	nodes    int
}

// sets gives the frontier's minimal sets.
func (f frontier) sets() antichain {
	var list antichain
	for _, p := range f.points {
		list = append(list, p.set)
	}
	sorting.Stable(list, compareSets)
	return list
}

// maxDemandKinds bounds how many different demands a search tells apart: one
// word of bits.
const maxDemandKinds = 64

// frontierSearch walks the space of contexts region by region. It fixes one
// dimension after the other and carries the boxes that can still apply. A box
// that lies across everything that is left applies for sure; the demands of
// those boxes bound from below what any context in the region takes. A region
// whose bound adds nothing to what was found is cut, and that is the only cut:
// the answer is exact.
type frontierSearch struct {
	dims  [][]frontierClass
	order []int // the problem's index of each dimension
	base  obligationSet
	bound int

	width  int
	blocks []uint64        // boxes whose demand nothing meets
	sure   [][]uint64      // by dimension: boxes that it and all later ones lie in
	gifts  []obligationSet // by dimension: what it and later ones may meet
	kind   []uint8         // of each box: index into kinds
	kinds  []antichain
	memo   map[boundKey]antichain
	active [][]uint64 // scratch by dimension
	where  []int
	best   []frontierPoint
	bestOf antichain
	nodes  int
	full   bool // the work bound was hit
	// version counts what was found; lastKey was worthwhile at lastVersion.
	version, lastVersion int
	lastKey              boundKey
}

type boundKey struct {
	kinds            uint64
	cost, can, given obligationSet
}

// solve finds the frontier.
func (p frontierProblem) solve() frontier {
	s, ok := newFrontierSearch(p)
	if !ok {
		return frontier{}
	}
	if s.visit(0, s.active[0], boundKey{cost: p.base, can: ^obligationSet(0)}) {
		s.full = true
	}
	points := s.best
	for i := range points {
		where := make([]int, len(points[i].where))
		for level, value := range points[i].where {
			where[s.order[level]] = value
		}
		points[i].where = where
	}
	sorting.Stable(points, func(a, b frontierPoint) int { return compareSets(a.set, b.set) })
	return frontier{points: points, complete: !s.full, nodes: s.nodes}
}

// plainest moves a context to the first values of each dimension in which the
// set is still enough, so that a witness holds nothing that does not matter.
func (p frontierProblem) plainest(where []int, set obligationSet) []int {
	at := make([]*frontierClass, len(p.dims))
	for d, classes := range p.dims {
		at[d] = &classes[slices.IndexFunc(classes, func(c frontierClass) bool { return c.value == where[d] })]
	}
	for d, classes := range p.dims {
		found := at[d]
		for i := range classes {
			at[d] = &classes[i]
			if at[d] == found || p.enough(at, set) {
				break
			}
		}
		where[d] = at[d].value
	}
	return where
}

// enough reports whether a set is enough in one context.
func (p frontierProblem) enough(at []*frontierClass, set obligationSet) bool {
	cost, can, given := p.base, ^obligationSet(0), obligationSet(0)
	for _, c := range at {
		cost, can, given = cost|c.cost, can&c.can, given|c.given
	}
	if !cost.within(set) {
		return false
	}
	for i, demand := range p.demands {
		applies := true
		for _, c := range at {
			applies = applies && c.applies[i/64]>>(i%64)&1 == 1
		}
		if applies && !reduceDemand(demand, can, given).covers(set) {
			return false
		}
	}
	return true
}

func newFrontierSearch(p frontierProblem) (*frontierSearch, bool) {
	s := &frontierSearch{base: p.base, bound: p.bound, width: (len(p.demands) + 63) / 64, memo: map[boundKey]antichain{}}
	if !s.internDemands(p.demands) {
		return nil, false
	}
	live := s.liveBoxes(p)
	for d, classes := range p.dims {
		s.dims = append(s.dims, reduceClasses(classes, live))
		s.order = append(s.order, d)
	}
	s.orderDims()
	s.findSure(live)
	for range len(s.dims) + 1 {
		s.active = append(s.active, make([]uint64, s.width))
	}
	copy(s.active[0], live)
	s.where = make([]int, len(s.dims))
	return s, true
}

// internDemands numbers the different demands and notes those that block.
func (s *frontierSearch) internDemands(demands []antichain) bool {
	s.blocks = make([]uint64, s.width)
	s.kind = make([]uint8, len(demands))
	for i, d := range demands {
		if len(d) == 0 {
			s.blocks[i/64] |= 1 << (i % 64)
			continue
		}
		k := slices.IndexFunc(s.kinds, func(other antichain) bool { return slices.Equal(other, d) })
		if k < 0 {
			if len(s.kinds) == maxDemandKinds {
				return false
			}
			k = len(s.kinds)
			s.kinds = append(s.kinds, d)
		}
		s.kind[i] = uint8(k)
	}
	return true
}

// liveBoxes are the boxes that apply in some context and ask for something.
func (s *frontierSearch) liveBoxes(p frontierProblem) []uint64 {
	live := make([]uint64, s.width)
	for i, d := range p.demands {
		if !d.covers(p.base) {
			live[i/64] |= 1 << (i % 64)
		}
	}
	for _, classes := range p.dims {
		some := make([]uint64, s.width)
		for _, c := range classes {
			for w := range some {
				some[w] |= c.applies[w]
			}
		}
		for w := range live {
			live[w] &= some[w]
		}
	}
	return live
}

// reduceClasses drops every class that another one is at least as good as,
// whatever the other dimensions hold: fewer boxes, no more cost, no less that
// can be presented. Of equals the first stays.
func reduceClasses(classes []frontierClass, live []uint64) []frontierClass {
	var kept []frontierClass
	for _, c := range classes {
		applies := make([]uint64, len(live))
		for w := range applies {
			applies[w] = c.applies[w] & live[w]
		}
		c.applies = applies
		if slices.ContainsFunc(kept, func(k frontierClass) bool { return k.betterThan(c) }) {
			continue
		}
		kept = slices.DeleteFunc(kept, c.betterThan)
		kept = append(kept, c)
	}
	// Few boxes first: a small set found early cuts the most. The order is
	// stable, so that plain values stay before others.
	sorting.Stable(kept, func(a, b frontierClass) int { return onesCount(a.applies) - onesCount(b.applies) })
	return kept
}

func (c frontierClass) betterThan(d frontierClass) bool {
	if !c.cost.within(d.cost) || !d.given.within(c.given) || !d.can.within(c.can|c.given) {
		return false
	}
	for w := range c.applies {
		if c.applies[w]&^d.applies[w] != 0 {
			return false
		}
	}
	return true
}

func onesCount(words []uint64) int {
	n := 0
	for _, w := range words {
		n += bits.OnesCount64(w)
	}
	return n
}

// orderDims puts dimensions with few classes first: it was 7 to 15 times faster
// than the other way round on hard instances.
func (s *frontierSearch) orderDims() {
	sorting.Stable(s.order, func(a, b int) int { return len(s.dims[a]) - len(s.dims[b]) })
	sorted := make([][]frontierClass, len(s.dims))
	for level, d := range s.order {
		sorted[level] = s.dims[d]
	}
	s.dims = sorted
}

func (s *frontierSearch) findSure(live []uint64) {
	s.sure = make([][]uint64, len(s.dims)+1)
	s.gifts = make([]obligationSet, len(s.dims)+1)
	after := slices.Clone(live)
	s.sure[len(s.dims)] = after
	for d := len(s.dims) - 1; d >= 0; d-- {
		after = slices.Clone(after)
		s.gifts[d] = s.gifts[d+1]
		for _, c := range s.dims[d] {
			s.gifts[d] |= c.given
			for w := range after {
				after[w] &= c.applies[w]
			}
		}
		s.sure[d] = after
	}
}

// visit explores the region that is left from dimension d on. active are the
// boxes that can still apply and are not yet counted in at. It reports whether
// the work bound was hit.
func (s *frontierSearch) visit(d int, active []uint64, at boundKey) bool {
	if s.nodes++; s.nodes > s.bound {
		return true
	}
	sure := s.sure[d]
	for w := range active {
		hit := active[w] & sure[w]
		if hit == 0 {
			continue
		}
		if hit&s.blocks[w] != 0 {
			return false
		}
		active[w] &^= hit
		for ; hit != 0; hit &= hit - 1 {
			at.kinds |= 1 << s.kind[w*64+bits.TrailingZeros64(hit)]
		}
	}
	// What a later dimension may still meet cannot be held against the region.
	bound := at
	bound.given |= s.gifts[d]
	if !s.worthwhile(bound) {
		return false
	}
	if d == len(s.dims) {
		s.found(s.lowerBound(at))
		return false
	}
	next := s.active[d+1]
	for i := range s.dims[d] {
		c := &s.dims[d][i]
		for w, applies := range c.applies {
			next[w] = active[w] & applies
		}
		s.where[d] = c.value
		found := s.version
		if s.visit(d+1, next, boundKey{kinds: at.kinds, cost: at.cost | c.cost, can: at.can & c.can, given: at.given | c.given}) {
			return true
		}
		if found != s.version && !s.worthwhile(bound) {
			return false
		}
	}
	return false
}

// worthwhile reports whether a region with this bound can hold a set that is
// not yet found.
func (s *frontierSearch) worthwhile(at boundKey) bool {
	if at == s.lastKey && s.version == s.lastVersion {
		return true
	}
	if s.lowerBound(at).allWithin(s.bestOf) {
		return false
	}
	s.lastKey, s.lastVersion = at, s.version
	return true
}

// lowerBound gives the least that a region takes, from the demands that apply
// in all of it. Only what can be presented counts.
func (s *frontierSearch) lowerBound(at boundKey) antichain {
	if known, ok := s.memo[at]; ok {
		return known
	}
	bound := antichain{at.cost}
	for rest := at.kinds; rest != 0; rest &= rest - 1 {
		bound = bound.and(reduceDemand(s.kinds[bits.TrailingZeros64(rest)], at.can, at.given))
	}
	s.memo[at] = bound
	return bound
}

// reduceDemand gives what is left of a demand where only can be presented and
// the context itself meets given.
func reduceDemand(demand antichain, can, given obligationSet) antichain {
	var left antichain
	for _, m := range demand {
		if m &^= given; m.within(can) {
			left = left.add(m)
		}
	}
	return left
}

func (s *frontierSearch) found(sets antichain) {
	for _, set := range sets {
		if s.bestOf.covers(set) {
			continue
		}
		s.best = slices.DeleteFunc(s.best, func(p frontierPoint) bool { return set.within(p.set) })
		s.best = append(s.best, frontierPoint{set: set, where: slices.Clone(s.where)})
		s.bestOf = s.bestOf.add(set)
		s.version++
	}
}
