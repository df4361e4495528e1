package access

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// enumerate answers a problem context by context.
func (p frontierProblem) enumerate() antichain {
	var best antichain
	width := (len(p.demands) + 63) / 64
	var walk func(d int, applies []uint64, at boundKey)
	walk = func(d int, applies []uint64, at boundKey) {
		if d == len(p.dims) {
			sets := antichain{at.cost}
			for i, demand := range p.demands {
				if applies[i/64]>>(i%64)&1 == 1 {
					sets = sets.and(reduceDemand(demand, at.can, at.given))
				}
			}
			best = best.or(sets)
			return
		}
		for _, c := range p.dims[d] {
			next := make([]uint64, width)
			for w := range next {
				next[w] = applies[w] & c.applies[w]
			}
			walk(d+1, next, boundKey{cost: at.cost | c.cost, can: at.can & c.can, given: at.given | c.given})
		}
	}
	every := make([]uint64, width)
	for i := range every {
		every[i] = ^uint64(0)
	}
	walk(0, every, boundKey{cost: p.base, can: ^obligationSet(0)})
	return best
}

var testDemands = []antichain{
	nil, always, {bitMFA.closure()}, {bitStrongMFA.closure()}, {bitCompliant}, {bitHybrid},
	{bitCompliant | bitMFA.closure()}, antichain{bitMFA.closure()}.add(bitCompliant),
	antichain{bitCompliant}.add(bitHybrid), {bitTermsOfUse}, {bitFreshSignIn}, {1 << firstOtherBit},
	antichain{bitStrongMFA.closure()}.add(bitHybrid).add(bitManagedApp),
}

// randomProblem makes a problem with boxes that restrict the given number of
// dimensions, and classes that cost, allow and meet something.
func randomProblem(r *rand.Rand, sizes []int, boxes, restrict int) frontierProblem {
	p := frontierProblem{base: bitPassword, bound: 1 << 40}
	width := (boxes + 63) / 64
	for d, size := range sizes {
		var classes []frontierClass
		for v := range size {
			c := frontierClass{applies: make([]uint64, width), can: ^obligationSet(0), value: v}
			switch d {
			case 0: // a device
				c.can &^= bitCompliant | bitHybrid
				switch v % 4 {
				case 1:
					c.cost, c.given = bitOnlyComplies, bitCompliant
				case 2:
					c.cost, c.given = bitOnlyHybrid, bitHybrid
				case 3:
					c.cost, c.given = bitPAW, bitCompliant|bitHybrid
				}
			case 1: // a client
				if v == size-1 {
					c.can &= bitPassword
				}
			case 2: // a network
				if v%2 == 1 {
					c.cost = bitTrustedNetwork
				}
			}
			classes = append(classes, c)
		}
		p.dims = append(p.dims, classes)
	}
	for i := range boxes {
		p.demands = append(p.demands, testDemands[r.IntN(len(testDemands))])
		limited := r.Perm(len(sizes))[:restrict]
		for d, classes := range p.dims {
			for v := range classes {
				if !slices.Contains(limited, d) || r.IntN(2) == 0 {
					classes[v].applies[i/64] |= 1 << (i % 64)
				}
			}
		}
	}
	return p
}

func TestFrontierEqualsEnumeration(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	sizes := map[int]int{}
	for range 3000 {
		p := randomProblem(r, []int{5, 3, 4, 3}, 1+r.IntN(70), r.IntN(5))
		f := p.solve()
		require.True(t, f.complete)
		want := p.enumerate()
		require.Equal(t, want, f.sets())
		sizes[min(len(want), 4)]++
		for _, point := range f.points {
			require.Contains(t, p.context(point.where), point.set, "the witness does not meet its set")
		}
	}
	for n := range 4 {
		require.Greater(t, sizes[n], 20, "hardly any problem had %d minimal sets: the test shows little", n)
	}
}

// context gives the minimal sets of one context.
func (p frontierProblem) context(where []int) antichain {
	one := frontierProblem{demands: p.demands, base: p.base}
	for d, v := range where {
		i := slices.IndexFunc(p.dims[d], func(c frontierClass) bool { return c.value == v })
		one.dims = append(one.dims, p.dims[d][i:i+1])
	}
	return one.enumerate()
}

func TestFrontierWorkBound(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	cut := 0
	for range 200 {
		p := randomProblem(r, []int{5, 3, 4, 3}, 40, 3)
		want := p.enumerate()
		p.bound = r.IntN(60)
		f := p.solve()
		for _, point := range f.points {
			require.True(t, want.covers(point.set), "a set was found that nobody reaches with")
		}
		if f.complete {
			require.Equal(t, want, f.sets())
		} else {
			cut++
		}
	}
	require.Positive(t, cut)
}

func TestTooManyDemandsIsIncomplete(t *testing.T) {
	var p frontierProblem
	p.bound = 1000
	for i := range maxDemandKinds + 1 {
		p.demands = append(p.demands, antichain{obligationSet(i + 1)})
	}
	require.False(t, p.solve().complete)
}
