package horn

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// random makes a system of a million atoms and five million rules, of which a
// share has two premises. With guards the second premise is one of these, each
// start has half of them, and only what it cannot reach alone is asked.
func random(b *testing.B, share float64, guards int) *System {
	const atoms, count = 1_000_000, 5_000_000
	r := rand.New(rand.NewPCG(1, 2))
	rules := make([]Rule, count)
	for i := range rules {
		rules[i] = Rule{Atom(r.IntN(atoms)), Atom(r.IntN(atoms)), None}
		switch {
		case r.Float64() >= share:
		case guards > 0:
			rules[i].And = Atom(r.IntN(guards))
		default:
			rules[i].And = Atom(r.IntN(atoms))
		}
	}
	s, err := New(atoms, rules)
	require.NoError(b, err)
	return s
}

// breadthFirst is the floor: what a start reaches over the same arrays, with every
// premise taken for enough.
func (s *System) breadthFirst(start Atom, seen []bool, queue []Atom) []Atom {
	queue = append(queue[:0], start)
	seen[start] = true
	for head := 0; head < len(queue); head++ {
		arcs, _ := s.byBody.from(queue[head])
		for _, r := range arcs {
			if !seen[r.to] {
				seen[r.to] = true
				queue = append(queue, r.to)
			}
		}
	}
	return queue
}

// The answers are compared where every rule has one premise, and else must not be
// better than the floor's; times-bfs is how many searches breadth first take as
// long as all the starts together.
func BenchmarkReach(b *testing.B) {
	const goal = 999_999
	for _, shape := range []struct {
		share  float64
		guards int
	}{{0, 0}, {0.1, 0}, {0.5, 64}, {1, 64}} {
		s := random(b, shape.share, shape.guards)
		for _, n := range []int{64, 640} {
			starts := make([][]Atom, n)
			for i := range starts {
				starts[i] = []Atom{Atom(1000 + i*13)}
				for g := range shape.guards / 2 {
					starts[i] = append(starts[i], Atom((i+2*g)%shape.guards))
				}
			}
			b.Run(fmt.Sprintf("atoms=1M/rules=5M/two=%.0f%%/guards=%d/starts=%d", shape.share*100, shape.guards, n), func(b *testing.B) {
				reached := s.Reach(starts, []Atom{goal})
				var queue []Atom
				began := time.Now()
				const floors = 8
				for i := range floors {
					seen := make([]bool, s.atoms)
					queue = s.breadthFirst(starts[i][0], seen, queue)
					if seen[goal] != reached[i] && (shape.share == 0 || reached[i] && shape.guards == 0) {
						b.Fatal("the search breadth first finds otherwise for start ", i)
					}
				}
				floor := time.Since(began) / floors
				b.ReportAllocs()
				b.ResetTimer()
				for b.Loop() {
					s.Reach(starts, []Atom{goal})
				}
				b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(floor), "times-bfs")
				b.ReportMetric(float64(count(reached)), "reached")
			})
		}
	}
}

func count(list []bool) (n int) {
	for _, is := range list {
		if is {
			n++
		}
	}
	return n
}

func BenchmarkNew(b *testing.B) {
	s := random(b, 0.1, 0)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New(s.atoms, s.rules); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkProve(b *testing.B) {
	s := random(b, 0.1, 0)
	b.ReportAllocs()
	for b.Loop() {
		s.Prove([]Atom{0, 1, 2}, 999_999, one)
	}
}
