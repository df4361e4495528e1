package horn

import (
	"math"
	"slices"
)

// Proof is a derivation: the ids of its rules, each once, each after the rules
// that conclude its premises. The last one concludes the goal; a proof of a
// start is empty.
type Proof []int

// Prove finds a cheapest derivation of the goal, by Knuth's generalisation of
// Dijkstra's algorithm: a head costs what its rule costs and what each premise
// costs, so that a premise used twice counts twice. Costs must not be negative;
// of equals the derivation whose rules have the smaller ids is kept.
func (s *System) Prove(starts []Atom, goal Atom, cost func(rule int) int64) (Proof, bool) {
	if goal < 0 || int(goal) >= s.atoms {
		return nil, false
	}
	return newKnuth(s, cost, nil).prove(starts, goal)
}

// Prover finds cheapest derivations of one goal from many starts, as
// [System.Prove] does from one. It is for one goroutine.
type Prover struct {
	goal Atom
	k    *knuth
}

// Prover asks for every rule's cost once, and from each atom how much the rules
// on the way to the goal cost at least, as if other premises were there for
// nothing. A search that takes up first what may end cheapest (A*) then hardly
// leaves the ways that it is looking for.
func (s *System) Prover(goal Atom, cost func(rule int) int64) *Prover {
	costs := make([]int64, len(s.rules))
	for i := range costs {
		costs[i] = cost(i)
	}
	price := func(rule int) int64 { return costs[rule] }
	return &Prover{goal, newKnuth(s, price, s.remaining(goal, price))}
}

// Prove finds a cheapest derivation from the starts; of equals, where every rule
// costs something, the one that [System.Prove] finds.
func (p *Prover) Prove(starts []Atom) (Proof, bool) {
	if p.goal < 0 || int(p.goal) >= p.k.s.atoms {
		return nil, false
	}
	defer p.k.clear()
	return p.k.prove(starts, p.goal)
}

// remaining gives of each atom the least cost of the rules from it to the goal,
// unreachable where no rule leads there.
func (s *System) remaining(goal Atom, cost func(int) int64) []int64 {
	left := make([]int64, s.atoms)
	for a := range left {
		left[a] = unreachable
	}
	if goal < 0 || int(goal) >= s.atoms {
		return left
	}
	left[goal] = 0
	open := queue{{atom: goal}}
	for len(open) > 0 {
		next := open.pop()
		if next.cost > left[next.atom] {
			continue
		}
		for _, i := range s.byHead.of(next.atom) {
			if s.off(i) {
				continue
			}
			total := plus(cost(int(i)), next.cost)
			for _, premise := range []Atom{s.rules[i].If, s.rules[i].And} {
				if premise != None && total < left[premise] {
					left[premise] = total
					open.push(entry{rank: total, cost: total, atom: premise})
				}
			}
		}
	}
	return left
}

const (
	underived int32 = -2
	fromStart int32 = -1

	unreachable = math.MaxInt64
)

// entry is an atom in a search: what its derivation costs, and rank, what the
// goal's costs at least if it uses that.
type entry struct {
	rank, cost int64
	rule       int32
	atom       Atom
}

func (e entry) before(other entry) bool {
	switch {
	case e.rank != other.rank:
		return e.rank < other.rank
	case e.cost != other.cost: // premises before what follows from them
		return e.cost < other.cost
	case e.rule != other.rule:
		return e.rule < other.rule
	}
	return e.atom < other.atom
}

// queue is a binary heap of entries, the first before all others.
type queue []entry

func (q *queue) push(e entry) {
	*q = append(*q, e)
	heap := *q
	for i := len(heap) - 1; i > 0; {
		parent := (i - 1) / 2
		if !heap[i].before(heap[parent]) {
			break
		}
		heap[i], heap[parent] = heap[parent], heap[i]
		i = parent
	}
}

func (q *queue) pop() entry {
	heap := *q
	first, last := heap[0], len(heap)-1
	heap[0] = heap[last]
	heap = heap[:last]
	*q = heap
	for i := 0; ; {
		child := 2*i + 1
		if child >= last {
			break
		}
		if child+1 < last && heap[child+1].before(heap[child]) {
			child++
		}
		if !heap[child].before(heap[i]) {
			break
		}
		heap[i], heap[child] = heap[child], heap[i]
		i = child
	}
	return first
}

// knuth is the state of a search. left bounds what remains to the goal; nil knows
// nothing.
type knuth struct {
	s       *System
	cost    func(int) int64
	left    []int64
	best    []int64
	by      []int32
	done    []bool
	open    queue
	touched []Atom // what clear must undo
}

func newKnuth(s *System, cost func(int) int64, left []int64) *knuth {
	k := &knuth{s: s, cost: cost, left: left, best: make([]int64, s.atoms), by: make([]int32, s.atoms), done: make([]bool, s.atoms)}
	for a := range k.best {
		k.best[a], k.by[a] = unreachable, underived
	}
	return k
}

func (k *knuth) clear() {
	for _, a := range k.touched {
		k.best[a], k.by[a], k.done[a] = unreachable, underived, false
	}
	k.touched, k.open = k.touched[:0], k.open[:0]
}

func (k *knuth) prove(starts []Atom, goal Atom) (Proof, bool) {
	for _, a := range starts {
		if a >= 0 && int(a) < k.s.atoms && k.best[a] != 0 {
			k.offer(a, 0, fromStart)
		}
	}
	k.run(goal)
	if k.by[goal] == underived || !k.done[goal] {
		return nil, false
	}
	return k.proof(goal), true
}

// offer notes a cheaper derivation of an atom from which a way leads to the goal.
func (k *knuth) offer(a Atom, cost int64, rule int32) {
	rank := cost
	if k.left != nil {
		if k.left[a] == unreachable {
			return
		}
		rank = plus(cost, k.left[a])
	}
	if k.by[a] == underived {
		k.touched = append(k.touched, a)
	}
	k.best[a], k.by[a] = cost, rule
	k.open.push(entry{rank, cost, rule, a})
}

func (k *knuth) run(goal Atom) {
	for len(k.open) > 0 {
		next := k.open.pop()
		if k.done[next.atom] {
			continue
		}
		k.done[next.atom] = true
		if next.atom == goal {
			return
		}
		for _, i := range k.s.byBody.of(next.atom) {
			k.fire(i)
		}
	}
}

// fire offers a rule's head once both premises are settled.
func (k *knuth) fire(i int32) {
	r := k.s.rules[i]
	if k.s.off(i) || !k.done[r.If] || r.And != None && !k.done[r.And] || k.done[r.Head] {
		return
	}
	total := plus(k.cost(int(i)), k.best[r.If])
	if r.And != None {
		total = plus(total, k.best[r.And])
	}
	if total < k.best[r.Head] || total == k.best[r.Head] && i < k.by[r.Head] {
		k.offer(r.Head, total, i)
	}
}

// plus adds without overflow, and leaves the greatest value for "not derived".
func plus(a, b int64) int64 {
	if a > math.MaxInt64-1-b {
		return math.MaxInt64 - 1
	}
	return a + b
}

// proof collects the rules behind an atom, premises first.
func (k *knuth) proof(goal Atom) Proof {
	var list Proof
	seen := map[Atom]bool{}
	stack := []Atom{goal}
	for len(stack) > 0 {
		a := stack[len(stack)-1]
		i := k.by[a]
		if seen[a] || i == fromStart {
			stack = stack[:len(stack)-1]
			continue
		}
		r := k.s.rules[i]
		waiting := false
		for _, premise := range []Atom{r.And, r.If} {
			if premise != None && !seen[premise] && k.by[premise] != fromStart {
				stack = append(stack, premise)
				waiting = true
			}
		}
		if !waiting {
			seen[a] = true
			list = append(list, int(i))
			stack = stack[:len(stack)-1]
		}
	}
	return slices.Clip(list)
}
