package horn

import (
	"cmp"
	"slices"

	"github.com/privpath/privpath/internal/sorting"
)

// Choke is a group of rules whose removal alone cuts some starts off.
type Choke struct {
	Group int
	// Starts are the starts that reach a goal and no longer do, as indices.
	Starts []int
}

// one is the cost of a derivation by number of rules.
func one(int) int64 { return 1 }

// Chokes lists every group of rules whose removal alone keeps some start from
// every goal, the group that cuts most first. group gives a rule's group, -1 for
// a rule that cannot be removed. It is exact: a group that cuts a start off is in
// every derivation of it, so looking at one derivation for each start is enough.
func (s *System) Chokes(starts [][]Atom, goals []Atom, group func(rule int) int) []Choke {
	places, candidates := s.derivations(starts, goals, group)
	reaching := make([][]Atom, len(places))
	for i, place := range places {
		reaching[i] = starts[place]
	}
	var chokes []Choke
	for _, g := range candidates {
		var cut []int
		for i, still := range s.without(func(rule int) bool { return group(rule) == g }).Reach(reaching, goals) {
			if !still {
				cut = append(cut, places[i])
			}
		}
		if len(cut) > 0 {
			chokes = append(chokes, Choke{g, cut})
		}
	}
	sorting.Stable(chokes, func(a, b Choke) int {
		return cmp.Or(cmp.Compare(len(b.Starts), len(a.Starts)), cmp.Compare(a.Group, b.Group))
	})
	return chokes
}

// derivations gives the starts that reach a goal as indices, and the groups in one
// derivation of each, ascending.
func (s *System) derivations(starts [][]Atom, goals []Atom, group func(rule int) int) (reaching, groups []int) {
	seen := map[int]bool{}
	for i, reached := range s.Reach(starts, goals) {
		if !reached {
			continue
		}
		reaching = append(reaching, i)
		for _, goal := range goals {
			proof, ok := s.Prove(starts[i], goal, one)
			for _, rule := range proof {
				if g := group(rule); g >= 0 && !seen[g] {
					seen[g] = true
					groups = append(groups, g)
				}
			}
			if ok {
				break
			}
		}
	}
	slices.Sort(groups)
	return reaching, groups
}

// Cut finds a smallest set of groups whose removal keeps every start from every
// goal: it branches on the groups of one derivation, for one removal, for two,
// and so on. bound limits how many removals are tried; exact is false where it
// was hit, and the set then holds every group of some derivation until none is
// left. Where derivations without a removable rule remain, it is nil.
func (s *System) Cut(starts [][]Atom, goals []Atom, group func(rule int) int, bound int) (groups []int, exact bool) {
	c := &cutter{s: s, starts: starts, goals: goals, group: group, left: bound}
	if _, open := c.open(func(rule int) bool { return group(rule) >= 0 }); open {
		return nil, true
	}
	for size := 0; ; size++ {
		found, ok := c.within(nil, size)
		if ok {
			return found, true
		}
		if c.left <= 0 {
			return c.greedy(), false
		}
	}
}

type cutter struct {
	s      *System
	starts [][]Atom
	goals  []Atom
	group  func(int) int
	left   int
}

// open gives the groups of one derivation that is left when rules are off.
func (c *cutter) open(off func(rule int) bool) ([]int, bool) {
	c.left--
	s := c.s.without(off)
	for i, reached := range s.Reach(c.starts, c.goals) {
		if reached {
			_, groups := s.derivations(c.starts[i:i+1], c.goals, c.group)
			return groups, true
		}
	}
	return nil, false
}

func (c *cutter) removed(groups []int) func(int) bool {
	return func(rule int) bool { return slices.Contains(groups, c.group(rule)) }
}

// within looks for a set that extends removed by at most size groups.
func (c *cutter) within(removed []int, size int) ([]int, bool) {
	if c.left <= 0 {
		return nil, false
	}
	groups, open := c.open(c.removed(removed))
	if !open {
		return slices.Sorted(slices.Values(removed)), true
	}
	if size == 0 {
		return nil, false
	}
	for _, g := range groups {
		if found, ok := c.within(append(slices.Clone(removed), g), size-1); ok {
			return found, true
		}
	}
	return nil, false
}

// greedy removes the groups of one derivation after another.
func (c *cutter) greedy() []int {
	var removed []int
	for {
		groups, open := c.open(c.removed(removed))
		if !open {
			return slices.Sorted(slices.Values(removed))
		}
		removed = append(removed, groups...)
	}
}
