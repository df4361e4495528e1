package horn

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// random makes a system of a million atoms and five million rules, of which a
// share has two premises.
func random(b *testing.B, share float64) *System {
	const atoms, count = 1_000_000, 5_000_000
	r := rand.New(rand.NewPCG(1, 2))
	rules := make([]Rule, count)
	for i := range rules {
		rules[i] = Rule{Atom(r.IntN(atoms)), Atom(r.IntN(atoms)), None}
		if r.Float64() < share {
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
		for _, i := range s.byBody.of(queue[head]) {
			if h := s.rules[i].Head; !seen[h] {
				seen[h] = true
				queue = append(queue, h)
			}
		}
	}
	return queue
}

// The answers are compared where every rule has one premise; times-bfs is how
// many searches breadth first take as long as all the starts together.
func BenchmarkReach(b *testing.B) {
	const goal = 999_999
	for _, share := range []float64{0, 0.1} {
		s := random(b, share)
		for _, n := range []int{64, 640} {
			starts := make([][]Atom, n)
			for i := range starts {
				starts[i] = []Atom{Atom(i * 13)}
			}
			b.Run(fmt.Sprintf("atoms=1M/rules=5M/two=%.0f%%/starts=%d", share*100, n), func(b *testing.B) {
				reached := s.Reach(starts, []Atom{goal})
				var queue []Atom
				began := time.Now()
				const floors = 8
				for i := range floors {
					seen := make([]bool, s.atoms)
					queue = s.breadthFirst(starts[i][0], seen, queue)
					if seen[goal] != reached[i] && (share == 0 || reached[i]) {
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
			})
		}
	}
}

func BenchmarkNew(b *testing.B) {
	s := random(b, 0.1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New(s.atoms, s.rules); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkProve(b *testing.B) {
	s := random(b, 0.1)
	b.ReportAllocs()
	for b.Loop() {
		s.Prove([]Atom{0, 1, 2}, 999_999, one)
	}
}
