package access

import (
	gocontext "context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

// Every certificate of random tenants stands before the oracle, and one that is
// tampered with does not.
func TestCertificatesStand(t *testing.T) {
	tenants := 120
	if testing.Short() {
		tenants = 40
	}
	checked, tampered := 0, 0
	for seed := range tenants {
		r := newRandomTenant(uint64(5000+seed), 1+seed%25)
		e := New(r.build(t), Options{})
		for _, h := range e.Holdings() {
			for _, q := range e.stepsOf(h) {
				a := e.answer(q)
				for rd := range a.found {
					for _, p := range a.found[rd].points {
						c := e.certificate(reading(rd), a, p)
						require.NoError(t, VerifyCertificate(e.in, c), "seed %d, reading %d, %s", seed, rd, a.step)
						checked++
						o := oracle{in: e.in, s: c.SignIn}
						defaults, _ := o.securityDefaults()
						for i, l := range c.Because {
							if len(l.Failing) > 0 { // in the words of the whole oracle, of which a part was asked
								whole := Line{Failing: l.Failing}
								p := e.in.Policies[slices.IndexFunc(e.in.Policies, func(p *Policy) bool { return p.ID == l.Policy })]
								whole.explain(true, o.policy(p, defaults).Reasons)
								require.Equal(t, whole.Why, l.Why)
								require.Equal(t, whole.Evidence, l.Evidence)
							}
							if !l.WouldStop || l.State != "enabled" || len(l.Failing) == 0 {
								continue
							}
							broken := c
							broken.Because = slices.Delete(slices.Clone(c.Because), i, i+1)
							require.Error(t, VerifyCertificate(e.in, broken), "a line was left out")
							broken.Because = slices.Clone(c.Because)
							broken.Because[i].Failing = nil
							require.Error(t, VerifyCertificate(e.in, broken), "a reason was left out")
							tampered++
						}
						if len(c.Holds) > 0 {
							c.Holds = nil
							require.Error(t, VerifyCertificate(e.in, c), "nothing is held")
						}
					}
				}
			}
		}
	}
	t.Logf("%d certificates, %d tampered with", checked, tampered)
	require.Greater(t, tampered, tenants)
}

// ways gives, for each holding and step, everything that gets in, by reading.
func frontiersOf(e *Engine) map[string][2]antichain {
	all := map[string][2]antichain{}
	for i, h := range e.Holdings() {
		for _, q := range e.stepsOf(h) {
			a := e.answer(q)
			var readable [2]antichain
			copy(readable[:], a.demand[:])
			all[string(rune('0'+i))+string(q.step)] = readable
		}
	}
	return all
}

// Changes to a tenant whose effect on reach is known.
func TestMetamorphic(t *testing.T) {
	tenants := 150
	if testing.Short() {
		tenants = 25
	}
	shrank, grew := 0, 0
	for seed := range tenants {
		base := newRandomTenant(uint64(9000+seed), 2+seed%15)
		before := frontiersOf(New(base.build(t), Options{}))
		const path = "identity/conditionalAccess/policies"
		policies := base.data[path]
		with := func(change []record) map[string][2]antichain {
			base.data[path] = change
			defer func() { base.data[path] = policies }()
			return frontiersOf(New(base.build(t), Options{}))
		}
		each := func(after map[string][2]antichain, holds func(before, after antichain) bool, text string) {
			require.Equal(t, len(before), len(after))
			for key, b := range before {
				for rd := range b {
					require.True(t, holds(b[rd], after[key][rd]), "seed %d, %s, reading %d: %s: %v became %v", seed, key, rd, text, b[rd], after[key][rd])
				}
			}
		}

		shuffled := slices.Clone(policies)
		rand.New(rand.NewPCG(1, uint64(seed))).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		// The bits of controls that we cannot see into are given as they are met.
		sizes := func(a antichain) []int {
			var list []int
			for _, s := range a {
				list = append(list, sizeOf(s))
			}
			return list
		}
		each(with(shuffled), func(b, a antichain) bool { return slices.Equal(sizes(b), sizes(a)) }, "the order changed")

		// Turning an enabled policy off never shrinks reach. It stays in the tenant:
		// whether PIM falls back depends on it being there.
		victim := base.IntN(len(policies))
		off := slices.Clone(policies)
		off[victim] = clone(off[victim], "state", "disabled")
		if policies[victim]["state"] == "enabled" {
			after := with(off)
			if defaultsOff(base) {
				each(after, func(b, a antichain) bool { return b.allWithin(a) }, "a policy was turned off")
			}
			for key := range before {
				if !after[key][most].allWithin(before[key][most]) {
					grew++
				}
			}
		}

		// One more block never grows it.
		extra := base.policy(len(policies))
		extra["state"] = "enabled"
		extra["grantControls"] = record{"operator": "OR", "builtInControls": []string{"block"}, "customAuthenticationFactors": []string{},
			"termsOfUse": []string{}, "authenticationStrength": nil}
		extra["conditions"].(record)["applications"].(record)["includeAuthenticationContextClassReferences"] = []string{}
		if defaultsOff(base) {
			after := with(append(slices.Clone(policies), extra))
			each(after, func(b, a antichain) bool { return a.allWithin(b) }, "a block was added")
			for key := range before {
				if !before[key][least].allWithin(after[key][least]) {
					shrank++
				}
			}
		}
	}
	t.Logf("reach grew %d times, shrank %d times", grew, shrank)
	require.Positive(t, grew)
	require.Positive(t, shrank)
}

// defaultsOff: with security defaults on no policy counts, and one that is on
// says that they are off, so neither is a change of one policy alone.
func defaultsOff(r *randomTenant) bool {
	return r.data["policies/identitySecurityDefaultsEnforcementPolicy"][0]["isEnabled"] == false
}

func clone(p record, key string, value any) record {
	c := record{}
	for k, v := range p {
		c[k] = v
	}
	c[key] = value
	return c
}

// The document is the same whatever is asked before, and in whatever order.
func TestReachIsDeterministic(t *testing.T) {
	for seed := range 20 {
		r := newRandomTenant(uint64(12000+seed), 10)
		tenant := r.build(t)
		ctx := gocontext.Background()
		all, err := New(tenant, Options{}).ReachAll(ctx, nil)
		require.NoError(t, err)
		again := New(tenant, Options{})
		holdings := again.Holdings()
		require.Len(t, all, len(holdings))
		for i := len(holdings) - 1; i >= 0; i-- {
			one, err := again.Reach(ctx, holdings[i])
			require.NoError(t, err)
			if diff := cmp.Diff(all[i], one, cmp.AllowUnexported(model.Field[string]{})); diff != "" {
				t.Fatalf("seed %d: %s", seed, diff)
			}
		}
	}
}

// A search that is cut short may leave things unknown, and never says anything
// else than a full one.
func TestWorkBoundIsHonest(t *testing.T) {
	unknown := 0
	for seed := range 60 {
		r := newRandomTenant(uint64(15000+seed), 12)
		tenant := r.build(t)
		ctx := gocontext.Background()
		full, err := New(tenant, Options{}).ReachAll(ctx, nil)
		require.NoError(t, err)
		cut, err := New(tenant, Options{WorkBound: 1 + seed%12}).ReachAll(ctx, nil)
		require.NoError(t, err)
		for i := range full {
			for k, f := range full[i].From {
				c := cut[i].From[k]
				if c.Verdict == model.ReachUnknown {
					unknown++
				} else {
					require.Equal(t, f.Verdict, c.Verdict, "seed %d", seed)
				}
			}
			for name, v := range cut[i].Attackers {
				if v != model.ReachUnknown {
					require.Equal(t, full[i].Attackers[name], v, "seed %d %s", seed, name)
				}
			}
		}
	}
	require.Positive(t, unknown)
}

func TestCancelled(t *testing.T) {
	ctx, cancel := gocontext.WithCancel(gocontext.Background())
	cancel()
	_, err := New(newRandomTenant(1, 3).build(t), Options{}).ReachAll(ctx, nil)
	require.ErrorIs(t, err, gocontext.Canceled)
}
