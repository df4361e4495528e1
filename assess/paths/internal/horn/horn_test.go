package horn

import (
	"errors"
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

// refute gives one closed set of its own that holds the starts and no goal, or
// false where a goal follows.
func (s *System) refute(starts, goals []Atom) (Closed, bool) {
	closed := Closed(s.Closure(starts))
	for _, g := range goals {
		if _, found := slices.BinarySearch(closed, g); found {
			return nil, false
		}
	}
	return closed, true
}

// verifyClosed checks one set by going through all rules: that it holds every
// start and no goal, and that no rule leads out of it.
func verifyClosed(rules []Rule, starts, goals []Atom, closed Closed) error {
	in := map[Atom]bool{}
	for _, a := range closed {
		in[a] = true
	}
	for _, a := range starts {
		if !in[a] {
			return fmt.Errorf("start %d is not in the set", a)
		}
	}
	for _, g := range goals {
		if in[g] {
			return fmt.Errorf("goal %d is in the set", g)
		}
	}
	for i, r := range rules {
		if in[r.If] && (r.And == None || in[r.And]) && !in[r.Head] {
			return fmt.Errorf("rule %d leads out of the set", i)
		}
	}
	if !slices.IsSorted(closed) {
		return errors.New("the set is not sorted")
	}
	return nil
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
			closed, refuted := s.refute(p.starts[i], p.goals)
			require.Equal(t, !reached, refuted)
			if refuted {
				require.NoError(t, verifyClosed(p.rules, p.starts[i], p.goals, closed))
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
	require.NoError(t, verifyClosed(rules, []Atom{0}, []Atom{2}, Closed{0, 1}))
	for _, wrong := range []Closed{{0}, {1}, {0, 1, 2}, {0, 1, 3}, {1, 0}, nil} {
		require.Error(t, verifyClosed(rules, []Atom{0}, []Atom{2}, wrong))
	}
}

// Refutations of all starts that reach nothing are accepted, one start more is
// not refuted, and what is spoilt is noticed.
func TestRefutationsAreVerified(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := problems(t, 14)
		s := p.system(t)
		var starts [][]Atom
		var reaching []Atom
		for _, atoms := range p.starts {
			if p.reached(atoms) {
				reaching = atoms
				continue
			}
			starts = append(starts, atoms)
		}
		r, ok := s.RefuteAll(starts, p.goals)
		require.True(t, ok)
		require.NoError(t, VerifyRefutations(p.rules, starts, p.goals, r))
		if reaching != nil {
			_, ok := s.RefuteAll(append(slices.Clone(starts), reaching), p.goals)
			require.False(t, ok)
			require.Error(t, VerifyRefutations(p.rules, append(slices.Clone(starts), reaching), p.goals, Refutations{r.Grounds, append(slices.Clone(r.Of), Refutation{Ground: -1})}))
		}
		spoil(t, p, starts, r)
	})
}

// spoil takes atoms out of the sets one by one, and puts goals in: the verifier
// must notice where the set no longer holds a start or is no longer closed.
func spoil(t *rapid.T, p problem, starts [][]Atom, r Refutations) {
	noticed := func(spoilt Refutations, what string, expect bool) {
		if err := VerifyRefutations(p.rules, starts, p.goals, spoilt); expect {
			require.Error(t, err, what)
		} else {
			require.NoError(t, err, what)
		}
	}
	whole := func(one Refutation, grounds []Closed) Closed {
		if one.Ground < 0 {
			return one.Beside
		}
		list := slices.Concat(grounds[one.Ground], one.Beside)
		slices.Sort(list)
		return list
	}
	sound := func(spoilt Refutations) bool { // by the verifier of one set
		for i, one := range spoilt.Of {
			if verifyClosed(p.rules, starts[i], p.goals, whole(one, spoilt.Grounds)) != nil {
				return false
			}
		}
		for _, g := range spoilt.Grounds {
			if verifyClosed(p.rules, nil, p.goals, g) != nil {
				return false
			}
		}
		return true
	}
	for g := range r.Grounds {
		for i := range r.Grounds[g] {
			spoilt := Refutations{slices.Clone(r.Grounds), r.Of}
			spoilt.Grounds[g] = slices.Delete(slices.Clone(r.Grounds[g]), i, i+1)
			noticed(spoilt, "an atom less in a ground", !sound(spoilt))
		}
		spoilt := Refutations{slices.Clone(r.Grounds), r.Of}
		spoilt.Grounds[g] = append(slices.Clone(r.Grounds[g]), p.goals[0])
		noticed(spoilt, "a goal in a ground", true)
		if len(r.Grounds[g]) > 1 {
			spoilt.Grounds[g] = slices.Clone(r.Grounds[g])
			slices.Reverse(spoilt.Grounds[g])
			noticed(spoilt, "a ground in another order", true)
		}
	}
	for i, one := range r.Of {
		with := func(other Refutation) Refutations {
			of := slices.Clone(r.Of)
			of[i] = other
			return Refutations{r.Grounds, of}
		}
		for j := range one.Beside {
			spoilt := with(Refutation{one.Ground, slices.Delete(slices.Clone(one.Beside), j, j+1)})
			noticed(spoilt, "an atom less", !sound(spoilt))
		}
		noticed(with(Refutation{one.Ground, append(slices.Clone(one.Beside), p.goals[0])}), "a goal", true)
		noticed(with(Refutation{len(r.Grounds), one.Beside}), "no such ground", true)
		if len(starts[i]) > 0 {
			noticed(with(Refutation{Ground: -1}), "nothing holds the start", true)
		}
	}
	if len(r.Of) > 0 {
		noticed(Refutations{r.Grounds, r.Of[1:]}, "a start less", true)
	}
}

// Starts that reach a goal two by two, behind a hub that all have: their sets
// share the hub and are no larger than the system.
func TestRefutationsShareTheirGround(t *testing.T) {
	const n, hub = 2000, 500
	goal, first := Atom(0), Atom(1)
	rules := []Rule{}
	for i := range Atom(hub) {
		rules = append(rules, Rule{first + i + 1, first + i, None})
	}
	var starts [][]Atom
	own := first + hub + 1
	for i := range Atom(n) {
		starts = append(starts, []Atom{own + i})
		rules = append(rules, Rule{first, own + i, None}, Rule{goal, own + i, own + (i+1)%n})
	}
	s, err := New(int(own)+n, rules)
	require.NoError(t, err)
	r, ok := s.RefuteAll(starts, []Atom{goal})
	require.True(t, ok)
	require.NoError(t, VerifyRefutations(rules, starts, []Atom{goal}, r))
	size := 0
	for _, g := range r.Grounds {
		size += len(g)
	}
	for _, one := range r.Of {
		size += len(one.Beside)
	}
	require.Less(t, size, 4*(int(own)+n))
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
				closed, ok := s.refute(starts, p.goals)
				require.True(t, ok)
				require.NoError(t, verifyClosed(p.rules, starts, p.goals, closed))
			}
		}
	})
}
