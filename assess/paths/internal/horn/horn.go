// Package horn solves propositional Horn rules with one premise or two: what
// follows from a start, for many starts at once, with cheapest derivations,
// closed sets as proofs that nothing leads to a goal, and the rules whose removal
// cuts a goal off. It knows nothing of tenants, and a small verifier of its own
// checks its certificates.
package horn

import "fmt"

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
	byBody   index // rules by premise
	byHead   index // rules by head
	disabled func(rule int) bool
}

// index is a compressed list of rules for each atom.
type index struct{ start, rule []int32 }

func (x index) of(a Atom) []int32 { return x.rule[x.start[a]:x.start[a+1]] }

// New indexes rules over atoms 0 to atoms-1. An atom outside is an error.
func New(atoms int, rules []Rule) (*System, error) {
	outside := func(a Atom) bool { return a < 0 || int(a) >= atoms }
	for i, r := range rules {
		if outside(r.Head) || outside(r.If) || r.And != None && outside(r.And) {
			return nil, fmt.Errorf("rule %d, %d from %d and %d: not every atom is one of the %d", i, r.Head, r.If, r.And, atoms)
		}
	}
	s := &System{rules: rules, atoms: atoms}
	s.byHead = group(atoms, rules, func(r Rule) (Atom, Atom) { return r.Head, None })
	s.byBody = group(atoms, rules, func(r Rule) (Atom, Atom) {
		if r.And == r.If {
			return r.If, None
		}
		return r.If, r.And
	})
	return s, nil
}

// group sorts rules by one atom or two in two passes, counting first.
func group(atoms int, rules []Rule, atomsOf func(Rule) (Atom, Atom)) index {
	x := index{start: make([]int32, atoms+1)}
	for _, r := range rules {
		a, b := atomsOf(r)
		x.start[a+1]++
		if b != None {
			x.start[b+1]++
		}
	}
	for a := range atoms {
		x.start[a+1] += x.start[a]
	}
	x.rule = make([]int32, x.start[atoms])
	next := append([]int32(nil), x.start...)
	place := func(a Atom, rule int) {
		x.rule[next[a]] = int32(rule)
		next[a]++
	}
	for i, r := range rules {
		a, b := atomsOf(r)
		place(a, i)
		if b != None {
			place(b, i)
		}
	}
	return x
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

// matters marks every atom that some derivation of a goal could use: whoever
// starts outside reaches no goal.
func (s *System) matters(goals []Atom) []bool {
	in := make([]bool, s.atoms)
	var queue []Atom
	mark := func(a Atom) {
		if a >= 0 && int(a) < s.atoms && !in[a] {
			in[a] = true
			queue = append(queue, a)
		}
	}
	for _, g := range goals {
		mark(g)
	}
	for len(queue) > 0 {
		a := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, i := range s.byHead.of(a) {
			if !s.off(i) {
				mark(s.rules[i].If)
				mark(s.rules[i].And)
			}
		}
	}
	return in
}

// lanes is how many starts one pass answers: one bit each.
const lanes = 64

// pass is the state of a pass, reused by the next.
type pass struct {
	s       *System
	has     []uint64
	queued  []bool
	queue   []Atom
	touched []Atom
}

func (s *System) newPass() *pass {
	return &pass{s: s, has: make([]uint64, s.atoms), queued: make([]bool, s.atoms)}
}

func (p *pass) clear() {
	for _, a := range p.touched {
		p.has[a] = 0
	}
	p.touched = p.touched[:0]
}

// give adds lanes to an atom.
func (p *pass) give(a Atom, bits uint64) {
	if a < 0 || int(a) >= p.s.atoms || p.has[a]|bits == p.has[a] {
		return
	}
	if p.has[a] == 0 {
		p.touched = append(p.touched, a)
	}
	p.has[a] |= bits
	if !p.queued[a] {
		p.queued[a] = true
		p.queue = append(p.queue, a)
	}
}

// run derives until nothing new follows. Each atom is taken up again only when a
// lane was added to it.
func (p *pass) run() {
	for head := 0; head < len(p.queue); head++ {
		a := p.queue[head]
		p.queued[a] = false
		for _, i := range p.s.byBody.of(a) {
			r := p.s.rules[i]
			bits := p.has[r.If]
			if r.And != None {
				bits &= p.has[r.And]
			}
			if bits != 0 && !p.s.off(i) {
				p.give(r.Head, bits)
			}
		}
	}
	p.queue = p.queue[:0]
}

// Closure lists every atom that follows from the starts, themselves included, in
// ascending order.
func (s *System) Closure(starts []Atom) []Atom {
	p := s.newPass()
	for _, a := range starts {
		p.give(a, 1)
	}
	p.run()
	var all []Atom
	for a, bits := range p.has {
		if bits != 0 {
			all = append(all, Atom(a))
		}
	}
	return all
}

// Reach answers for each set of starts whether a goal follows. It looks only at
// what somebody can have and what matters to the goals, and takes atoms that
// follow from each other as one.
func (s *System) Reach(starts [][]Atom, goals []Atom) []bool {
	live := s.live(starts)
	small, of := live.condense(live.matters(goals))
	place := func(a Atom) Atom {
		if a < 0 || int(a) >= s.atoms {
			return None
		}
		return of[a]
	}
	p := small.newPass()
	reached := make([]bool, len(starts))
	for first := 0; first < len(starts); first += lanes {
		batch := starts[first:min(first+lanes, len(starts))]
		for lane, atoms := range batch {
			for _, a := range atoms {
				p.give(place(a), 1<<lane)
			}
		}
		p.run()
		for _, g := range goals {
			if g = place(g); g == None {
				continue
			}
			for lane := range batch {
				reached[first+lane] = reached[first+lane] || p.has[g]>>lane&1 == 1
			}
		}
		p.clear()
	}
	return reached
}

// live is the system without the rules that no start can ever use, all starts
// taken together.
func (s *System) live(starts [][]Atom) *System {
	p := s.newPass()
	for _, atoms := range starts {
		for _, a := range atoms {
			p.give(a, 1)
		}
	}
	p.run()
	return s.without(func(rule int) bool {
		r := s.rules[rule]
		return s.off(int32(rule)) || p.has[r.If] == 0 || r.And != None && p.has[r.And] == 0
	})
}

// Closed is a set of atoms, ascending, that holds the starts, and with the
// premises of a rule also its head. Without a goal in it, it proves that no goal
// follows.
type Closed []Atom

// Refute gives a closed set that holds the starts and no goal, or false where a
// goal follows.
func (s *System) Refute(starts, goals []Atom) (Closed, bool) {
	closed := Closed(s.Closure(starts))
	for _, g := range goals {
		for _, a := range closed {
			if a == g {
				return nil, false
			}
		}
	}
	return closed, true
}
