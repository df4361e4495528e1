package access

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

// Whatever device anyone can have, the engine has one that no filter tells from
// it, by the oracle's own matching; and the engine matches as the oracle does.
func TestDeviceAtomsAreComplete(t *testing.T) {
	vectors := 0
	for seed := range 400 {
		r := newRandomTenant(uint64(30_000+seed), 0)
		var list []record
		for i := range 1 + r.IntN(6) {
			p := r.policy(i)
			p["conditions"].(record)["devices"] = record{"deviceFilter": record{"mode": "include", "rule": rndRules[r.IntN(len(rndRules))]}}
			list = append(list, p)
		}
		r.data["identity/conditionalAccess/policies"] = list
		if r.coin() {
			r.data["devices"] = []record{storyDevice("PAW-9", true, "AzureAd", "PAW"), storyDevice("x-admin", true, "ServerAd", "")}
		}
		e := New(r.build(t), Options{})
		vector := func(d Device) string {
			var text strings.Builder
			for _, p := range e.in.Policies {
				if p.Filter != nil {
					fmt.Fprint(&text, p.Filter.Matches(d), " ")
				}
			}
			return text.String()
		}
		have := map[string]bool{}
		for _, v := range e.devices {
			for _, p := range e.in.Policies {
				if p.Filter != nil {
					require.Equal(t, p.Filter.Matches(v.device), filterHolds(p.Filter, v.device), "seed %d: %+v", seed, v.device)
				}
			}
			if v.exists == model.True {
				have[fmt.Sprint(v.kind, vector(v.device))] = true
			}
		}
		vectors += len(have)
		for range 200 {
			d, kind := r.sampleDevice()
			require.True(t, have[fmt.Sprint(kind, vector(d))], "seed %d: nothing like %+v", seed, d)
		}
	}
	require.Greater(t, vectors, 4000)
}

// The same of networks and locations.
func TestNetworkAtomsAreComplete(t *testing.T) {
	for seed := range 200 {
		r := newRandomTenant(uint64(40_000+seed), 3)
		var cidrs []record
		var probes []netip.Addr
		for range r.IntN(5) {
			base := netip.AddrFrom4([4]byte{10, 0, byte(r.IntN(4)), byte(r.IntN(256))})
			cidr := netip.PrefixFrom(base, 20+r.IntN(13))
			cidrs = append(cidrs, record{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": cidr.String()})
			probes = append(probes, base, base.Next(), base.Prev())
		}
		locations := r.data["identity/conditionalAccess/namedLocations"]
		locations[1]["ipRanges"] = append(locations[1]["ipRanges"].([]record), cidrs...)
		ids := []string{LocationAll, LocationAllTrusted, LocationMFATrusted, LocationCompliantNetwork, guid(29)}
		for _, l := range locations {
			ids = append(ids, l["id"].(string))
		}
		for _, p := range r.data["identity/conditionalAccess/policies"] {
			p["conditions"].(record)["locations"] = record{"includeLocations": ids, "excludeLocations": []string{}}
		}
		e := New(r.build(t), Options{})
		vector := func(n Network) string {
			o := oracle{in: e.in, s: SignIn{Network: n}}
			var text strings.Builder
			for _, id := range ids {
				truth, _ := o.inLocation(id)
				require.Equal(t, truth, e.inLocation(id, n), "seed %d: %s of %+v", seed, id, n)
				fmt.Fprint(&text, truth, " ")
			}
			return text.String()
		}
		have := map[string]bool{}
		for _, v := range e.networks {
			key := vector(v.network)
			cost, trusted := networkCost(e, v.network)
			if v.network.MFATrusted {
				trusted = model.True
			}
			if trusted != model.Unknown {
				if trusted == model.True {
					cost |= bitTrustedNetwork
				}
				require.Equal(t, cost, v.cost)
			}
			have[key] = true
		}
		for range 300 {
			s, _ := r.sampleSignIn(Subject{}, target{})
			if len(probes) > 0 && r.coin() {
				s.Network.IP = probes[r.IntN(len(probes))]
			}
			require.True(t, have[vector(s.Network)], "seed %d: nothing like %+v", seed, s.Network)
		}
	}
}

// Token protection binds native Windows apps for Exchange and SharePoint. What
// it does elsewhere is not documented: not counted on, and not excluded.
func TestTokenProtection(t *testing.T) {
	s := story{holding: "standing", policies: []string{policyOf(`"sessionControls":{"secureSignInSession":{"isEnabled":true}}`)}}
	e := New(s.tenant(t), Options{})
	ask := func(resource, client, platform string) model.Truth {
		return e.Query(e.Holdings()[0], Question{Step: StepUse, Resources: []string{resource}, ClientApps: []string{client},
			Platforms: []string{platform}, Without: []Obligation{BoundToken}}).Verdict
	}
	require.Equal(t, model.False, ask(ResourceExchange, ClientModern, PlatformWindows))
	require.Equal(t, model.False, ask(ResourceSharePoint, ClientModern, PlatformWindows))
	require.Equal(t, model.Unknown, ask(ResourceGraph, ClientModern, PlatformWindows))
	require.Equal(t, model.Unknown, ask(ResourceExchange, ClientBrowser, PlatformWindows))
	require.Equal(t, model.Unknown, ask(ResourceExchange, ClientModern, PlatformMacOS))
}
