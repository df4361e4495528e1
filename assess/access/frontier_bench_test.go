package access

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// The instances of the access benchmark: 200 policies, 2,000 principals and
// 1,032,192 contexts in eight dimensions; each policy restricts some of them.
var benchSizes = []int{9, 4, 16, 7, 4, 4, 4, 4}

const benchPolicies, benchPrincipals = 200, 2000

// benchInstance gives each principal the policies that reach it: nine in ten.
func benchInstance(seed uint64, restrict int) []frontierProblem {
	r := rand.New(rand.NewPCG(seed, uint64(restrict)))
	all := randomProblem(r, benchSizes, benchPolicies, restrict)
	// Every policy asks for something. Half of them block where boxes are small;
	// where they are large, few do, or nothing could be reached.
	oneIn := map[int]int{2: 12, 4: 2}[restrict]
	for i := range all.demands {
		all.demands[i] = testDemands[2+r.IntN(len(testDemands)-2)]
		if r.IntN(oneIn) == 0 {
			all.demands[i] = nil
		}
	}
	problems := make([]frontierProblem, benchPrincipals)
	for k := range problems {
		p := all
		p.demands = slices.Clone(all.demands)
		for i := range p.demands {
			if r.IntN(10) == 0 {
				p.demands[i] = always
			}
		}
		problems[k] = p
	}
	return problems
}

// bitsetEnumerate visits every context with the boxes that apply as a bitset
// that is narrowed dimension by dimension. naive tests each box in each context
// instead. Both stop when time is up and say how many contexts they did.
func bitsetEnumerate(p frontierProblem, deadline time.Time) (antichain, int) {
	s, _ := newFrontierSearch(frontierProblem{demands: p.demands, base: p.base, bound: p.bound})
	var best antichain
	done := 0
	width := (len(p.demands) + 63) / 64
	scratch := make([][]uint64, len(p.dims)+1)
	for d := range scratch {
		scratch[d] = make([]uint64, width)
	}
	for i := range p.demands {
		scratch[0][i/64] |= 1 << (i % 64)
	}
	var walk func(d int, at boundKey) bool
	walk = func(d int, at boundKey) bool {
		if d == len(p.dims) {
			done++
			leaf(s, scratch[d], at, &best)
			return done%4096 != 0 || deadline.IsZero() || time.Now().Before(deadline)
		}
		for i := range p.dims[d] {
			c := &p.dims[d][i]
			for w := range c.applies {
				scratch[d+1][w] = scratch[d][w] & c.applies[w]
			}
			if !walk(d+1, boundKey{cost: at.cost | c.cost, can: at.can & c.can, given: at.given | c.given}) {
				return false
			}
		}
		return true
	}
	walk(0, boundKey{cost: p.base, can: ^obligationSet(0)})
	return best, done
}

func naiveEnumerate(p frontierProblem, deadline time.Time) (antichain, int) {
	s, _ := newFrontierSearch(frontierProblem{demands: p.demands, base: p.base, bound: p.bound})
	var best antichain
	done := 0
	where := make([]int, len(p.dims))
	applies := make([]uint64, (len(p.demands)+63)/64)
	for {
		at := boundKey{cost: p.base, can: ^obligationSet(0)}
		for d, v := range where {
			c := &p.dims[d][v]
			at = boundKey{cost: at.cost | c.cost, can: at.can & c.can, given: at.given | c.given}
		}
		clear(applies)
	boxes:
		for i := range p.demands {
			for d, v := range where {
				if p.dims[d][v].applies[i/64]>>(i%64)&1 == 0 {
					continue boxes
				}
			}
			applies[i/64] |= 1 << (i % 64)
			if len(p.demands[i]) == 0 {
				break // blocked: an early exit
			}
		}
		leaf(s, applies, at, &best)
		if done++; done%4096 == 0 && !deadline.IsZero() && !time.Now().Before(deadline) {
			return best, done
		}
		d := len(where) - 1
		for ; d >= 0; d-- {
			if where[d]++; where[d] < len(p.dims[d]) {
				break
			}
			where[d] = 0
		}
		if d < 0 {
			return best, done
		}
	}
}

// leaf adds one context's minimal sets.
func leaf(s *frontierSearch, applies []uint64, at boundKey, best *antichain) {
	for w, word := range applies {
		if word&s.blocks[w] != 0 {
			return
		}
	}
	for i, k := range s.kind {
		if applies[i/64]>>(i%64)&1 == 1 {
			at.kinds |= 1 << k
		}
	}
	if sets := s.lowerBound(at); !sets.allWithin(*best) {
		*best = best.or(sets)
	}
}

// BenchmarkCoverage asks less: whether any context at all is open where every
// policy blocks. It is the question that other tools ask.
func BenchmarkCoverage(b *testing.B) {
	for _, restrict := range []int{2, 4} {
		problems := benchInstance(11, restrict)
		for k := range problems {
			for i, d := range problems[k].demands {
				if !slices.Equal(d, always) {
					problems[k].demands[i] = nil
				}
			}
		}
		for _, k := range []int{0, len(problems) - 1} {
			want, _ := bitsetEnumerate(problems[k], time.Time{})
			if got := problems[k].solve().sets(); !slices.Equal(got, want) {
				b.Fatalf("k=%d: search gives %v, enumeration %v", restrict, got, want)
			}
		}
		b.Run("restrict="+string(rune('0'+restrict)), func(b *testing.B) {
			open := 0
			for b.Loop() {
				open = 0
				for _, p := range problems {
					if len(p.solve().points) > 0 {
						open++
					}
				}
			}
			b.ReportMetric(float64(open), "open")
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/tenant")
		})
	}
}

func BenchmarkFrontier(b *testing.B) {
	for _, restrict := range []int{2, 4} {
		problems := benchInstance(7, restrict)
		contexts := 1
		for _, n := range benchSizes {
			contexts *= n
		}
		shape := map[int]int{}
		for _, k := range []int{0, len(problems) / 2, len(problems) - 1} {
			want, _ := bitsetEnumerate(problems[k], time.Time{})
			if got := problems[k].solve().sets(); !slices.Equal(got, want) {
				b.Fatalf("k=%d: search gives %v, enumeration %v", restrict, got, want)
			}
		}
		if restrict == 4 {
			if want, _ := naiveEnumerate(problems[0], time.Time{}); !slices.Equal(problems[0].solve().sets(), want) {
				b.Fatal("naive enumeration gives another answer")
			}
		}
		total := float64(contexts) * float64(len(problems))
		perContext := func(enumerate func(frontierProblem, time.Time) (antichain, int)) float64 {
			start, done := time.Now(), 0
			deadline := start.Add(1500 * time.Millisecond)
			for k := 0; time.Now().Before(deadline); k++ {
				_, n := enumerate(problems[k%len(problems)], deadline)
				done += n
			}
			return time.Since(start).Seconds() / float64(done)
		}
		bitset, naive := perContext(bitsetEnumerate)*total, perContext(naiveEnumerate)*total
		b.Run("restrict="+string(rune('0'+restrict)), func(b *testing.B) {
			nodes := 0
			for b.Loop() {
				nodes = 0
				clear(shape)
				for _, p := range problems {
					f := p.solve()
					nodes += f.nodes
					shape[len(f.points)]++
				}
			}
			perRun := b.Elapsed().Seconds() / float64(b.N)
			b.ReportMetric(perRun, "s/tenant")
			b.ReportMetric(float64(nodes), "nodes")
			b.ReportMetric(naive/perRun, "x-naive")
			b.ReportMetric(bitset/perRun, "x-bitset")
			b.Logf("naive %.0f s, bitset %.0f s; minimal sets per principal: %v", naive, bitset, shape)
		})
	}
}
