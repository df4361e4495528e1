package horn

// condense gives a smaller system in which atoms that follow from each other by
// rules with one premise are one: whoever has one has them all. Atoms that cannot
// matter, and rules that are off, are left out. of gives an atom's place in the
// smaller system, None for one that is left out.
func (s *System) condense(within []bool) (small *System, of []Atom) {
	of, n := s.components(within)
	var rules []Rule
	seen := map[Rule]bool{}
	for i, r := range s.rules {
		if s.off(int32(i)) || !within[r.Head] {
			continue
		}
		r = Rule{of[r.Head], of[r.If], r.And}
		if r.And != None {
			r.And = of[r.And]
		}
		if r.And == r.If {
			r.And = None
		}
		if r.Head == r.If || r.Head == r.And || seen[r] {
			continue
		}
		if r.And != None {
			seen[r] = true // rules with one premise are many and rarely the same
		}
		rules = append(rules, r)
	}
	small, err := New(n, rules)
	if err != nil {
		panic("horn: condensed rules name atoms of their own: " + err.Error())
	}
	return small, of
}

// components numbers the strongly connected components of the rules with one
// premise: Tarjan's algorithm, with a stack of its own.
func (s *System) components(within []bool) (of []Atom, n int) {
	of = make([]Atom, s.atoms)
	low, index := make([]int32, s.atoms), make([]int32, s.atoms) // index 0: not visited
	for a := range of {
		of[a] = None
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
		if !within[start] || index[start] != 0 {
			continue
		}
		enter(start)
		for len(calls) > 0 {
			top := &calls[len(calls)-1]
			a, rules := top.atom, s.byBody.of(top.atom)
			if top.next < len(rules) {
				i := rules[top.next]
				top.next++
				r := s.rules[i]
				if r.And != None || s.off(i) || !within[r.Head] {
					continue
				}
				switch {
				case index[r.Head] == 0:
					enter(r.Head)
				case of[r.Head] == None:
					low[a] = min(low[a], index[r.Head])
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
				of[member] = Atom(n)
				if member == a {
					break
				}
			}
			n++
		}
	}
	return of, n
}
