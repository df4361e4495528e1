// Package horn solves propositional Horn rules with one premise or two: what
// follows from a start, for many starts at once, with cheapest derivations,
// closed sets as proofs that nothing leads to a goal, and the rules whose removal
// cuts a goal off. It knows nothing of tenants, and a small verifier of its own
// checks its certificates.
package horn

import (
	"fmt"
	"slices"
)

// Atom is a fact, numbered from 0.
type Atom int32

// None stands for the premise that a rule does not have.
const None Atom = -1

// Rule says that Head follows from If, and from And too where it is not [None].
// A rule's id is its place in the list.
type Rule struct{ Head, If, And Atom }

// System is a list of rules, indexed by premise and by head. It is read-only
// after New; the solvers keep their own state.
type System struct {
	rules    []Rule
	atoms    int
	byBody   index // rules by premise: to is the head, with the other premise
	byHead   index // rules by head: to and with are the premises
	disabled func(rule int) bool
}

// index lists for each atom the rules that it is in. What a search asks of a rule
// stands beside it, so that memory is read in order.
type index struct {
	start, rule []int32
	arcs        []arc
}

// arc is a rule as seen from one of its atoms; with is [None] where it does not
// count.
type arc struct{ to, with Atom }

func (x *index) of(a Atom) []int32 { return x.rule[x.start[a]:x.start[a+1]] }

// from gives an atom's arcs, and the place of the first in rule.
func (x *index) from(a Atom) ([]arc, int32) {
	return x.arcs[x.start[a]:x.start[a+1]], x.start[a]
}

// New indexes rules over atoms 0 to atoms-1. An atom outside is an error.
func New(atoms int, rules []Rule) (*System, error) {
	outside := func(a Atom) bool { return a < 0 || int(a) >= atoms }
	for i, r := range rules {
		if outside(r.Head) || outside(r.If) || r.And != None && outside(r.And) {
			return nil, fmt.Errorf("rule %d, %d from %d and %d: not every atom is one of the %d", i, r.Head, r.If, r.And, atoms)
		}
	}
	return &System{rules: rules, atoms: atoms, byBody: byBody(atoms, rules), byHead: byHead(atoms, rules)}, nil
}

// second is the premise that a rule has besides the first.
func (r Rule) second() Atom {
	if r.And == r.If {
		return None
	}
	return r.And
}

func byBody(atoms int, rules []Rule) index {
	x := index{start: make([]int32, atoms+1)}
	for _, r := range rules {
		x.start[r.If+1]++
		if second := r.second(); second != None {
			x.start[second+1]++
		}
	}
	place := x.places()
	for i, r := range rules {
		second := r.second()
		place(r.If, i, arc{r.Head, second})
		if second != None {
			place(second, i, arc{r.Head, r.If})
		}
	}
	return x
}

func byHead(atoms int, rules []Rule) index {
	x := index{start: make([]int32, atoms+1)}
	for _, r := range rules {
		x.start[r.Head+1]++
	}
	place := x.places()
	for i, r := range rules {
		place(r.Head, i, arc{r.If, r.second()})
	}
	return x
}

// places turns counts into starts, and gives what puts a rule into its place.
func (x *index) places() func(a Atom, rule int, as arc) {
	for a := range len(x.start) - 1 {
		x.start[a+1] += x.start[a]
	}
	n := x.start[len(x.start)-1]
	x.rule, x.arcs = make([]int32, n), make([]arc, n)
	next := append([]int32(nil), x.start...)
	return func(a Atom, rule int, as arc) {
		x.rule[next[a]], x.arcs[next[a]] = int32(rule), as
		next[a]++
	}
}

// Rules are the rules as given.
func (s *System) Rules() []Rule { return s.rules }

// without is the system without some rules.
func (s *System) without(off func(rule int) bool) *System {
	left := *s
	left.disabled = off
	return &left
}

func (s *System) off(rule int32) bool { return s.disabled != nil && s.disabled(int(rule)) }

// marks are atoms, each once, in the order in which they came.
type marks struct {
	in   []bool
	list []Atom
}

func (s *System) newMarks() *marks { return &marks{in: make([]bool, s.atoms)} }

func (m *marks) add(a Atom) {
	if a >= 0 && int(a) < len(m.in) && !m.in[a] {
		m.in[a] = true
		m.list = append(m.list, a)
	}
}

// derive marks everything that follows from what is marked. What follows from an
// atom in stop is left out.
func (s *System) derive(m *marks, stop []bool) {
	for head := 0; head < len(m.list); head++ {
		a := m.list[head]
		if stop != nil && stop[a] {
			continue
		}
		arcs, first := s.byBody.from(a)
		for i, r := range arcs {
			if !m.in[r.to] && (r.with == None || m.in[r.with]) && !s.off(s.byBody.rule[first+int32(i)]) {
				m.add(r.to)
			}
		}
	}
}

// alone marks every atom from which a goal follows by rules with one premise:
// whoever has it reaches a goal, whatever else there is.
func (s *System) alone(goals []Atom) []bool {
	m := s.newMarks()
	for _, g := range goals {
		m.add(g)
	}
	for head := 0; head < len(m.list); head++ {
		arcs, first := s.byHead.from(m.list[head])
		for i, r := range arcs {
			if r.with == None && !m.in[r.to] && !s.off(s.byHead.rule[first+int32(i)]) {
				m.add(r.to)
			}
		}
	}
	return m.in
}

// matters marks every atom among the live ones that some derivation of what is
// wanted could use.
func (s *System) matters(live *marks, wanted []bool) []bool {
	m := s.newMarks()
	for _, a := range live.list {
		if wanted[a] {
			m.add(a)
		}
	}
	for head := 0; head < len(m.list); head++ {
		arcs, first := s.byHead.from(m.list[head])
		for i, r := range arcs {
			if live.in[r.to] && (r.with == None || live.in[r.with]) && !s.off(s.byHead.rule[first+int32(i)]) {
				m.add(r.to)
				m.add(r.with)
			}
		}
	}
	return m.in
}

// Closure lists every atom that follows from the starts, themselves included, in
// ascending order.
func (s *System) Closure(starts []Atom) []Atom {
	m := s.newMarks()
	for _, a := range starts {
		m.add(a)
	}
	s.derive(m, nil)
	slices.Sort(m.list)
	return m.list
}

// Reach answers for each set of starts whether a goal follows. A start that has an
// atom from which a goal follows alone is answered at once. The others are asked
// together, over what one of them can have and what matters then.
func (s *System) Reach(starts [][]Atom, goals []Atom) []bool {
	reached := make([]bool, len(starts))
	alone := s.alone(goals)
	var open []int
	live := s.newMarks()
	for i, atoms := range starts {
		if reached[i] = slices.ContainsFunc(atoms, func(a Atom) bool { return a >= 0 && int(a) < s.atoms && alone[a] }); reached[i] {
			continue
		}
		open = append(open, i)
		for _, a := range atoms {
			live.add(a)
		}
	}
	s.derive(live, alone)
	if !slices.ContainsFunc(live.list, func(a Atom) bool { return alone[a] }) {
		return reached
	}
	for i, answer := range s.condense(s.matters(live, alone), alone).reach(starts, open) {
		reached[open[i]] = answer
	}
	return reached
}
