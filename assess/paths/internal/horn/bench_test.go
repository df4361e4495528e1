package horn

import (
	"fmt"
	"math/rand/v2"
	"testing"

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

func BenchmarkReach(b *testing.B) {
	for _, share := range []float64{0, 0.1} {
		s := random(b, share)
		for _, n := range []int{64, 640} {
			starts := make([][]Atom, n)
			for i := range starts {
				starts[i] = []Atom{Atom(i * 13)}
			}
			b.Run(fmt.Sprintf("atoms=1M/rules=5M/two=%.0f%%/starts=%d", share*100, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					s.Reach(starts, []Atom{999_999})
				}
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
