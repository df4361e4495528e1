package horn

// condensed is a smaller system, in which atoms that follow from each other by
// rules with one premise are one: whoever has one has them all. All goals are one
// too. of gives an atom's place in it, None for one that is left out.
type condensed struct {
	atoms int
	of    []Atom
	goal  Atom
	arcs  index
}

// condense leaves out what is not within, and what follows from a goal.
func (s *System) condense(within, goals []bool) *condensed {
	of, n := s.components(within, goals)
	c := &condensed{atoms: n + 1, of: of, goal: 0}
	size := 0
	s.between(within, goals, of, func(Rule) { size++ })
	rules := make([]Rule, 0, size)
	s.between(within, goals, of, func(r Rule) { rules = append(rules, r) })
	c.arcs = byBody(c.atoms, rules)
	return c
}

// between gives the rules that lead from one component to another.
func (s *System) between(within, goals []bool, of []Atom, give func(Rule)) {
	for a := range Atom(s.atoms) {
		if !within[a] || goals[a] {
			continue
		}
		arcs, first := s.byBody.from(a)
		for i, r := range arcs {
			if !within[r.to] || r.with != None && (r.with < a || !within[r.with] || goals[r.with]) || s.off(s.byBody.rule[first+int32(i)]) {
				continue // a rule with two premises stands with the smaller one
			}
			small := Rule{of[r.to], of[a], None}
			if r.with != None {
				small.And = of[r.with]
			}
			if small.Head != small.If && small.Head != small.And {
				give(small)
			}
		}
	}
}

// components numbers the strongly connected components of the rules with one
// premise from 1, those that follow from others first, and gives every goal the
// number 0: Tarjan's algorithm, with a stack of its own.
func (s *System) components(within, goals []bool) (of []Atom, n int) {
	of = make([]Atom, s.atoms)
	low, index := make([]int32, s.atoms), make([]int32, s.atoms) // index 0: not visited
	for a := range of {
		of[a] = None
		if within[a] && goals[a] {
			of[a] = 0
		}
	}
	type frame struct {
		atom Atom
		next int // position in the atom's rules
	}
	var open []Atom
	var calls []frame
	visited := int32(0)
	enter := func(a Atom) {
		visited++
		low[a], index[a] = visited, visited
		open = append(open, a)
		calls = append(calls, frame{atom: a})
	}
	for start := range Atom(s.atoms) {
		if !within[start] || goals[start] || index[start] != 0 {
			continue
		}
		enter(start)
		for len(calls) > 0 {
			top := &calls[len(calls)-1]
			a := top.atom
			if arcs, first := s.byBody.from(a); top.next < len(arcs) {
				r, i := arcs[top.next], s.byBody.rule[first+int32(top.next)]
				top.next++
				if r.with != None || !within[r.to] || goals[r.to] || s.off(i) {
					continue
				}
				switch {
				case index[r.to] == 0:
					enter(r.to)
				case of[r.to] == None:
					low[a] = min(low[a], index[r.to])
				}
				continue
			}
			calls = calls[:len(calls)-1]
			if len(calls) > 0 {
				parent := calls[len(calls)-1].atom
				low[parent] = min(low[parent], low[a])
			}
			if low[a] != index[a] {
				continue
			}
			for {
				member := open[len(open)-1]
				open = open[:len(open)-1]
				of[member] = Atom(n + 1)
				if member == a {
					break
				}
			}
			n++
		}
	}
	return of, n
}
