package horn

import (
	"container/heap"
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
	k := newKnuth(s, cost)
	for _, a := range starts {
		if a >= 0 && int(a) < s.atoms && k.best[a] != 0 {
			k.best[a], k.by[a] = 0, fromStart
			heap.Push(k, entry{0, fromStart, a})
		}
	}
	k.run(goal)
	if k.by[goal] == underived || !k.done[goal] {
		return nil, false
	}
	return k.proof(goal), true
}

const (
	underived int32 = -2
	fromStart int32 = -1
)

type entry struct {
	cost int64
	rule int32
	atom Atom
}

// knuth is the state of a search: a heap of atoms by cost.
type knuth struct {
	s    *System
	cost func(int) int64
	best []int64
	by   []int32
	done []bool
	heap []entry
}

func newKnuth(s *System, cost func(int) int64) *knuth {
	k := &knuth{s: s, cost: cost, best: make([]int64, s.atoms), by: make([]int32, s.atoms), done: make([]bool, s.atoms)}
	for a := range k.best {
		k.best[a], k.by[a] = math.MaxInt64, underived
	}
	return k
}

func (k *knuth) Len() int { return len(k.heap) }
func (k *knuth) Less(i, j int) bool {
	a, b := k.heap[i], k.heap[j]
	if a.cost != b.cost {
		return a.cost < b.cost
	}
	if a.rule != b.rule {
		return a.rule < b.rule
	}
	return a.atom < b.atom
}
func (k *knuth) Swap(i, j int) { k.heap[i], k.heap[j] = k.heap[j], k.heap[i] }
func (k *knuth) Push(x any)    { k.heap = append(k.heap, x.(entry)) }
func (k *knuth) Pop() any {
	last := k.heap[len(k.heap)-1]
	k.heap = k.heap[:len(k.heap)-1]
	return last
}

func (k *knuth) run(goal Atom) {
	for len(k.heap) > 0 {
		next := heap.Pop(k).(entry)
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
		k.best[r.Head], k.by[r.Head] = total, i
		heap.Push(k, entry{total, i, r.Head})
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
