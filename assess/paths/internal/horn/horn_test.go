package horn

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// brute derives until nothing changes, over a map.
func brute(rules []Rule, starts []Atom) map[Atom]bool {
	known := map[Atom]bool{}
	for _, a := range starts {
		known[a] = true
	}
	for changed := true; changed; {
		changed = false
		for _, r := range rules {
			if known[r.If] && (r.And == None || known[r.And]) && !known[r.Head] {
				known[r.Head], changed = true, true
			}
		}
	}
	return known
}

// bruteCost is the cheapest cost of each atom, by iteration to the fixed point.
func bruteCost(rules []Rule, starts []Atom, atoms int, cost func(int) int64) []int64 {
	best := make([]int64, atoms)
	for a := range best {
		best[a] = math.MaxInt64
	}
	for _, a := range starts {
		best[a] = 0
	}
	for changed := true; changed; {
		changed = false
		for i, r := range rules {
			if best[r.If] == math.MaxInt64 || r.And != None && best[r.And] == math.MaxInt64 {
				continue
			}
			total := cost(i) + best[r.If]
			if r.And != None {
				total += best[r.And]
			}
			if total < best[r.Head] {
				best[r.Head], changed = total, true
			}
		}
	}
	return best
}

type problem struct {
	atoms  int
	rules  []Rule
	starts [][]Atom
	goals  []Atom
}

func problems(t *rapid.T, maxRules int) problem {
	p := problem{atoms: rapid.IntRange(1, 9).Draw(t, "atoms")}
	atom := rapid.Custom(func(t *rapid.T) Atom { return Atom(rapid.IntRange(0, p.atoms-1).Draw(t, "atom")) })
	for range rapid.IntRange(0, maxRules).Draw(t, "rules") {
		r := Rule{Head: atom.Draw(t, "head"), If: atom.Draw(t, "if"), And: None}
		if rapid.Bool().Draw(t, "two") {
			r.And = atom.Draw(t, "and")
		}
		p.rules = append(p.rules, r)
	}
	p.starts = rapid.SliceOfN(rapid.SliceOfN(atom, 0, 3), 1, 70).Draw(t, "starts")
	p.goals = rapid.SliceOfN(atom, 1, 2).Draw(t, "goals")
	return p
}

func (p problem) system(t require.TestingT) *System {
	s, err := New(p.atoms, p.rules)
	require.NoError(t, err)
	return s
}

func (p problem) reached(starts []Atom) bool {
	known := brute(p.rules, starts)
	return slices.ContainsFunc(p.goals, func(g Atom) bool { return known[g] })
}

func TestReachAgreesWithBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := problems(t, 14)
		s := p.system(t)
		for i, reached := range s.Reach(p.starts, p.goals) {
			require.Equal(t, p.reached(p.starts[i]), reached, "start %d", i)
			var want []Atom
			for a := range brute(p.rules, p.starts[i]) {
				want = append(want, a)
			}
			slices.Sort(want)
			require.Equal(t, want, s.Closure(p.starts[i]))
			closed, refuted := s.Refute(p.starts[i], p.goals)
			require.Equal(t, !reached, refuted)
			if refuted {
				require.NoError(t, VerifyClosed(p.rules, p.starts[i], p.goals, closed))
			}
		}
	})
}

func TestProofsAreCheapestAndVerified(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := problems(t, 14)
		weights := rapid.SliceOfN(rapid.Int64Range(0, 5), len(p.rules), len(p.rules)).Draw(t, "weights")
		cost := func(rule int) int64 { return weights[rule] }
		s := p.system(t)
		for _, starts := range p.starts[:min(len(p.starts), 4)] {
			best := bruteCost(p.rules, starts, p.atoms, cost)
			for a := range p.atoms {
				proof, ok := s.Prove(starts, Atom(a), cost)
				require.Equal(t, best[a] != math.MaxInt64, ok)
				if ok {
					require.NoError(t, VerifyProof(p.rules, starts, Atom(a), proof))
					require.Equal(t, best[a], costOf(p.rules, starts, Atom(a), proof, cost))
					tamper(t, p, starts, Atom(a), proof)
				}
			}
		}
	})
}

// TestProverAgreesWithProve: a prover that has answered for others before gives
// what a search without its bounds gives, rule by rule.
func TestProverAgreesWithProve(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := problems(t, 20)
		weights := rapid.SliceOfN(rapid.Int64Range(1, 5), len(p.rules), len(p.rules)).Draw(t, "weights")
		cost := func(rule int) int64 { return weights[rule] }
		s := p.system(t)
		for a := range p.atoms {
			prover := s.Prover(Atom(a), cost)
			for _, starts := range p.starts {
				want, reached := s.Prove(starts, Atom(a), cost)
				got, ok := prover.Prove(starts)
				require.Equal(t, reached, ok)
				require.Equal(t, want, got)
			}
		}
		_, ok := s.Prover(None, cost).Prove(p.starts[0])
		require.False(t, ok)
	})
}

// costOf is the cost of a proof's goal, each premise counted where it is used.
func costOf(rules []Rule, starts []Atom, goal Atom, proof Proof, cost func(int) int64) int64 {
	at := map[Atom]int64{None: 0}
	for _, a := range starts {
		at[a] = 0
	}
	for _, i := range proof {
		at[rules[i].Head] = cost(i) + at[rules[i].If] + at[rules[i].And]
	}
	return at[goal]
}

// tamper spoils a proof in every way, and the verifier must notice.
func tamper(t *rapid.T, p problem, starts []Atom, goal Atom, proof Proof) {
	for i := range proof {
		short := slices.Delete(slices.Clone(proof), i, i+1)
		require.Error(t, VerifyProof(p.rules, starts, goal, short), "without rule %d", i)
		twice := slices.Insert(slices.Clone(proof), i, proof[i])
		require.Error(t, VerifyProof(p.rules, starts, goal, twice))
	}
	require.Error(t, VerifyProof(p.rules, starts, goal, append(slices.Clone(proof), len(p.rules))))
}

func TestTamperedClosedSetsAreRefused(t *testing.T) {
	rules := []Rule{{1, 0, None}, {2, 1, 3}}
	require.NoError(t, VerifyClosed(rules, []Atom{0}, []Atom{2}, Closed{0, 1}))
	for _, wrong := range []Closed{{0}, {1}, {0, 1, 2}, {0, 1, 3}, {1, 0}, nil} {
		require.Error(t, VerifyClosed(rules, []Atom{0}, []Atom{2}, wrong))
	}
}

// cutsOff reports whether removing the groups keeps every start from the goals.
func (p problem) cutsOff(group func(int) int, removed []int) bool {
	left := problem{atoms: p.atoms, goals: p.goals}
	for i, r := range p.rules {
		if !slices.Contains(removed, group(i)) {
			left.rules = append(left.rules, r)
		}
	}
	return !slices.ContainsFunc(p.starts, left.reached)
}

func TestChokesAndCutsAgreeWithBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := problems(t, 9)
		p.starts = p.starts[:min(len(p.starts), 3)]
		groups := rapid.SliceOfN(rapid.IntRange(-1, 5), len(p.rules), len(p.rules)).Draw(t, "groups")
		group := func(rule int) int { return groups[rule] }
		s := p.system(t)

		cuts := map[int]int{}
		for g := range 6 {
			for _, starts := range p.starts {
				one := problem{atoms: p.atoms, rules: p.rules, goals: p.goals, starts: [][]Atom{starts}}
				if p.reached(starts) && one.cutsOff(group, []int{g}) {
					cuts[g]++
				}
			}
		}
		found := map[int]int{}
		for _, c := range s.Chokes(p.starts, p.goals, group) {
			found[c.Group] = len(c.Starts)
			for _, i := range c.Starts {
				one := problem{atoms: p.atoms, rules: p.rules, goals: p.goals, starts: p.starts[i : i+1]}
				require.True(t, one.cutsOff(group, []int{c.Group}))
			}
		}
		require.Equal(t, cuts, found)

		least := -1
		for mask := range 64 {
			if size := bits.OnesCount(uint(mask)); (least < 0 || size < least) && p.cutsOff(group, members(mask)) {
				least = size
			}
		}
		cut, exact := s.Cut(p.starts, p.goals, group, 10_000)
		require.True(t, exact)
		if least < 0 {
			require.Nil(t, cut)
			return
		}
		require.Len(t, cut, least)
		require.True(t, p.cutsOff(group, cut))
		if rough, exact := s.Cut(p.starts, p.goals, group, 2); !exact {
			require.True(t, p.cutsOff(group, rough))
		}
	})
}

func members(mask int) []int {
	var list []int
	for g := range 6 {
		if mask>>g&1 == 1 {
			list = append(list, g)
		}
	}
	return list
}

func TestNewRefusesAtomsOutside(t *testing.T) {
	for _, r := range []Rule{{3, 0, None}, {0, 3, None}, {0, 0, 3}, {-1, 0, None}, {0, None, None}, {0, 0, -2}} {
		_, err := New(3, []Rule{r})
		require.Error(t, err, fmt.Sprint(r))
	}
	s, err := New(0, nil)
	require.NoError(t, err)
	require.Equal(t, []bool{false}, s.Reach([][]Atom{{}}, []Atom{0}))
}

func TestLongChainsAndHubs(t *testing.T) {
	const n = 200_000
	var chain, hub []Rule
	for i := range Atom(n - 1) {
		chain = append(chain, Rule{i + 1, i, None})
		hub = append(hub, Rule{0, i + 1, None})
	}
	s, err := New(n, append(chain, Rule{0, n - 1, None})) // and back: a cycle
	require.NoError(t, err)
	require.Equal(t, []bool{true, false}, s.Reach([][]Atom{{0}, {}}, []Atom{n - 1}))
	proof, ok := s.Prove([]Atom{0}, n-1, func(int) int64 { return math.MaxInt64 })
	require.True(t, ok)
	require.NoError(t, VerifyProof(s.Rules(), []Atom{0}, n-1, proof))
	s, err = New(n, hub)
	require.NoError(t, err)
	require.Equal(t, []bool{true}, s.Reach([][]Atom{{n - 1}}, []Atom{0}))
}

func FuzzSystem(f *testing.F) {
	f.Add([]byte{4, 1, 0, 255, 2, 1, 0, 3, 2, 2})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 || len(data) > 200 {
			return
		}
		p := problem{atoms: int(data[0]%16) + 1, goals: []Atom{0}}
		for rest := data[1:]; len(rest) >= 3; rest = rest[3:] {
			r := Rule{Atom(rest[0] % 16), Atom(rest[1] % 16), Atom(rest[2]%17) - 1}
			p.rules = append(p.rules, r)
		}
		s, err := New(p.atoms, p.rules)
		if err != nil {
			return
		}
		for a := range Atom(p.atoms) {
			starts := []Atom{a}
			reached := s.Reach([][]Atom{starts}, p.goals)[0]
			require.Equal(t, p.reached(starts), reached)
			if proof, ok := s.Prove(starts, 0, one); ok {
				require.NoError(t, VerifyProof(p.rules, starts, 0, proof))
			} else {
				closed, ok := s.Refute(starts, p.goals)
				require.True(t, ok)
				require.NoError(t, VerifyClosed(p.rules, starts, p.goals, closed))
			}
		}
	})
}
