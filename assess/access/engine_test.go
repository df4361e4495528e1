package access

import (
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// contextSets gives the minimal sets of one sign-in by the oracle alone, in one
// reading. place is what the device and the network take; what the device meets
// is met.
func contextSets(table *obligationTable, r reading, d Decision, place, given obligationSet) antichain {
	demand := d.Must
	if r == most {
		demand = d.May
	}
	if demand.Blocked() {
		return nil
	}
	sets := antichain{place | bitPassword}
	for _, c := range demand.Clauses {
		var any antichain
		for _, o := range c.AnyOf {
			any = any.add(table.set(o) &^ given)
		}
		sets = sets.and(any)
	}
	return sets
}

// oracleDecision judges a sign-in of a step by the oracle: PIM's part included.
func oracleDecision(e *Engine, h principals.Holding, step Step, s SignIn) Decision {
	switch step {
	case StepActivate:
		s.AuthenticationContext = ""
		return ActivationDemand(e.in, s, h.Role.ID).Decision
	case StepJoin:
		s.AuthenticationContext = ""
		return GroupActivationDemand(e.in, s, h.Via[0]).Decision
	}
	return Evaluate(e.in, s)
}

// compareAll holds a step's frontier against every context of the engine's
// space, by the oracle.
func compareAll(t *testing.T, e *Engine, h principals.Holding, a stepAnswer) (contexts int) {
	t.Helper()
	var want [2]antichain
	same := slices.Equal(a.subject.users[least], a.subject.users[most])
	for i, w := range e.ways {
		d := e.devices[w.device]
		if !e.deviceChosen(a.region, &d) {
			continue
		}
		for _, platform := range allPlatforms {
			if !chosen(a.region.platforms, platform) {
				continue
			}
			for n, network := range e.networks {
				for _, tg := range a.region.targets {
					contexts++
					c := context{way: e.ways[i], platform: platform, network: n, target: tg}
					var decisions [2]Decision
					for r := range decisions {
						if r == int(most) && same {
							decisions[r] = decisions[least]
							continue
						}
						decisions[r] = oracleDecision(e, h, a.step, e.signIn(a.subject.subject(reading(r)), c))
					}
					for r := range want {
						if !reading(r).available(d.exists) || !reading(r).available(network.exists) {
							continue
						}
						given := d.meets()
						want[r] = want[r].or(contextSets(&e.table, reading(r), decisions[r], d.kind|network.cost, given))
					}
				}
			}
		}
	}
	for r := range want {
		require.True(t, a.found[r].complete)
		require.Equal(t, want[r], a.found[r].sets(), "reading %d of %s", r, a.step)
	}
	return contexts
}

// thin keeps only some of the engine's values, so that a small tenant can be
// enumerated in full. The first of each stays.
func (e *Engine) thin(r *randomTenant, devices, networks int) {
	keep := func(n, of int) []int {
		if of <= n {
			n = of
		}
		list := append([]int{0}, r.Perm(of)[:n]...)
		slices.Sort(list)
		return slices.Compact(list)
	}
	var ds []deviceValue
	for _, i := range keep(devices, len(e.devices)) {
		ds = append(ds, e.devices[i])
	}
	var ns []networkValue
	for _, i := range keep(networks, len(e.networks)) {
		ns = append(ns, e.networks[i])
	}
	e.devices, e.networks = ds, ns
	e.compile()
}

func TestEngineEqualsOracle(t *testing.T) {
	tenants := 1000
	if testing.Short() {
		tenants = 60
	}
	contexts, shapes := 0, map[string]int{}
	for seed := range tenants {
		r := newRandomTenant(uint64(seed), 1+seed%12)
		e := New(r.build(t), Options{})
		require.False(t, e.spaceCut)
		e.thin(r, 2, 2)
		holdings := e.Holdings()
		require.NotEmpty(t, holdings)
		h := holdings[r.IntN(len(holdings))]
		for _, q := range e.stepsOf(h) {
			if q.step == StepActivate && slices.Contains(q.subject.certain.Roles, h.Role.ID) {
				continue // also held for good, which the oracle's activation leaves out
			}
			targets := q.region.targets
			for len(targets) > 3 {
				i := r.IntN(len(targets))
				targets = slices.Delete(slices.Clone(targets), i, i+1)
			}
			q.region.targets = targets
			q.region.platforms = append([]string{PlatformIOS}, r.pick(allPlatforms...))
			a := e.answer(q)
			shapes[fmt.Sprintf("%s sure=%d maybe=%d", q.step, min(2, len(a.demand[most])), min(2, len(a.demand[least])))]++
			contexts += compareAll(t, e, h, a)
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
		}
		a := e.answer(e.registerStep(h))
		a.pim.demand = [2]antichain{always, always}
		a = e.answer(a.stepQuestion)
		contexts += compareAll(t, e, h, a)
	}
	t.Logf("%d contexts; %v", contexts, shapes)
	require.Greater(t, len(shapes), 8, "the tenants are too much alike")
}

// proofContexts is how many contexts the sampling test draws.
func proofContexts(t *testing.T) int {
	if text := os.Getenv("PRIVPATH_PROOF"); text != "" {
		n, err := strconv.Atoi(text)
		require.NoError(t, err, "PRIVPATH_PROOF")
		return n
	}
	if testing.Short() {
		return 2_000
	}
	return 60_000
}

// sampleSignIn draws a sign-in that owes nothing to the engine's values.
func (r *randomTenant) sampleSignIn(s Subject, t target) (in SignIn, place obligationSet) {
	in = SignIn{Subject: s, ClientApp: allClients[r.IntN(4)], Platform: allPlatforms[r.IntN(7)], Flow: FlowNone,
		SignInRisk: RiskNone, UserRisk: RiskNone, InsiderRisk: RiskNone, UserAction: t.action, AuthenticationContext: t.context}
	if t.audience != "" {
		in.Resources = []string{t.audience}
	}
	if !legacyClient(in.ClientApp) {
		in.Flow = allFlows[r.IntN(3)]
		if in.Flow != FlowDeviceCode {
			in.Device, place = r.sampleDevice()
		}
	}
	address := netip.MustParseAddr
	in.Network = Network{Country: r.pick("GB", "SE", "US", "DE", NoCountry), GPSCountry: r.pick("GB", "SE", NoCountry), CompliantNetwork: r.IntN(6) == 0}
	in.Network.IP = []netip.Addr{address("8.8.8.8"), address("192.0.2.1"), address("192.0.2.200"), address("203.0.113.7"),
		address("198.51.100.5"), address("198.51.100.200"), address("2001:db8::5"), address("2a00::1"), address("0.0.0.0"),
		address("255.255.255.255"), address("192.0.3.0"), address("203.0.113.200")}[r.IntN(12)]
	return in, place
}

// sampleDevice draws no device, one that anyone can register, or a managed one
// that nothing marks.
func (r *randomTenant) sampleDevice() (Device, obligationSet) {
	text := func(list ...string) FilterValue { return Text(r.pick(list...)) }
	d := Device{Registered: true, Attributes: map[Attribute]FilterValue{
		AttrDisplayName: text("PAW-1", "paw-", "xPAW-", "LAPTOP", "", "x-admin", "PAW-x-admin", "paw-test-admin"), AttrModel: text("Virtual Machine", "a virtual b", "Surface"),
		AttrManufacturer: text("ACME", ""), AttrOS: text("Linux", "Windows", "linux2"), AttrOSVersion: text("10"),
		AttrDeviceID: text(guid(70)), AttrPhysicalIDs: List("[USER-GID]:x"), AttrProfileType: text("RegisteredDevice"),
	}}
	switch r.IntN(6) {
	case 0, 1:
		return Device{}, 0
	case 2:
		d.Attributes[AttrTrustType] = text("AzureAD", "Workplace")
		return d, bitRegistered
	case 3:
		d.Compliant, d.Managed = true, true
		d.Attributes[AttrTrustType], d.Attributes[AttrOwnership] = text("AzureAD", "Workplace"), text("Company", "Personal")
		return d, bitOnlyComplies
	case 4:
		d.Hybrid = true
		d.Attributes[AttrOwnership] = text("Company", "Personal")
		return d, bitOnlyHybrid
	}
	d.Compliant, d.Hybrid, d.Managed = true, true, true
	d.Attributes[AttrOwnership] = text("Company", "Personal")
	return d, bitComplyHybrid
}

// networkCost says what a sampled network takes: the trusted locations as they
// are marked, read by the oracle.
func networkCost(e *Engine, n Network) (obligationSet, model.Truth) {
	trusted := model.False
	for _, loc := range e.in.Locations.All() {
		trusted = model.Or(trusted, model.And(loc.Trusted, loc.Holds(n)))
	}
	var cost obligationSet
	if n.CompliantNetwork {
		cost |= bitCompliantNetwork
	}
	return cost, trusted
}

// TestSampledContexts draws contexts that the engine did not choose: whatever
// the oracle lets in there, the engine must have found, with no more.
func TestSampledContexts(t *testing.T) {
	total := proofContexts(t)
	perTenant := 2000
	done, open := 0, 0
	for seed := uint64(1); done < total; seed++ {
		if seed%500 == 0 {
			t.Logf("%d of %d contexts, no disagreement", done, total)
		}
		r := newRandomTenant(1_000_000+seed, 1+int(seed%60))
		e := New(r.build(t), Options{})
		require.False(t, e.spaceCut)
		holdings := e.Holdings()
		h := holdings[r.IntN(len(holdings))]
		var answers []stepAnswer
		for _, q := range e.stepsOf(h) {
			if q.step != StepActivate || !slices.Contains(q.subject.certain.Roles, h.Role.ID) {
				answers = append(answers, e.answer(q))
			}
		}
		for _, a := range answers {
			for rd := range a.found {
				require.True(t, a.found[rd].complete)
				for _, p := range a.found[rd].points {
					c := e.contextOf(a.region, p)
					d := e.devices[c.way.device]
					sets := contextSets(&e.table, reading(rd), oracleDecision(e, h, a.step, e.signIn(a.subject.subject(reading(rd)), c)),
						d.kind|e.networks[c.network].cost, d.meets())
					require.Contains(t, sets, p.set, "seed %d: the oracle does not confirm the witness", seed)
				}
			}
		}
		for range perTenant {
			done++
			a := answers[r.IntN(len(answers))]
			rd := reading(r.IntN(2))
			s, place := r.sampleSignIn(a.subject.subject(rd), a.region.targets[r.IntN(len(a.region.targets))])
			cost, trusted := networkCost(e, s.Network)
			if rd == most && trusted == model.Unknown {
				continue
			}
			if trusted == model.True {
				cost |= bitTrustedNetwork
			}
			given := deviceValue{device: s.Device}.meets()
			for _, set := range contextSets(&e.table, rd, oracleDecision(e, h, a.step, s), place|cost, given) {
				open++
				require.True(t, a.demand[rd].covers(set), "seed %d, reading %d, %s: %v gets in with %+v and the engine has %v",
					seed, rd, a.step, e.table.names(set), s, a.demand[rd])
			}
		}
	}
	t.Logf("%d contexts, %d sets that get in", done, open)
	require.Greater(t, open, done/50)
}
