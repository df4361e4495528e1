package access

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/privpath/privpath/model"
)

func oIPLocation(id string, trusted bool, ranges ...string) string {
	text := ""
	for i, r := range ranges {
		if i > 0 {
			text += ","
		}
		text += `{"@odata.type":"#microsoft.graph.iPv4CidrRange","cidrAddress":"` + r + `"}`
	}
	return fmt.Sprintf(`{"@odata.type":"#microsoft.graph.ipNamedLocation","id":%q,"displayName":%q,"isTrusted":%v,"ipRanges":[%s]}`,
		id, id, trusted, text)
}

func oCountryLocation(id string, unknown bool, codes string) string {
	return fmt.Sprintf(`{"@odata.type":"#microsoft.graph.countryNamedLocation","id":%q,"displayName":%q,
		"countriesAndRegions":%s,"includeUnknownCountriesAndRegions":%v,"countryLookupMethod":"clientIpAddress"}`,
		id, id, codes, unknown)
}

func TestLocationHolds(t *testing.T) {
	in := oTenant{locations: []string{
		oIPLocation("office", true, "203.0.113.0/24", "2001:db8::/32"),
		oIPLocation("lab", false, "203.0.113.128/25"),
		`{"@odata.type":"#microsoft.graph.ipNamedLocation","id":"span","isTrusted":false,
		  "ipRanges":[{"@odata.type":"#microsoft.graph.iPv4Range","lowerAddress":"198.51.100.7","upperAddress":"198.51.100.9"}]}`,
		`{"@odata.type":"#microsoft.graph.ipNamedLocation","id":"odd","isTrusted":false,
		  "ipRanges":[{"cidrAddress":"203.0.113.9/33"},{"cidrAddress":"192.0.2.0/24"}]}`,
		oCountryLocation("home", false, `["GB"]`), oCountryLocation("loose", true, `["gb"]`),
		`{"@odata.type":"#microsoft.graph.countryNamedLocation","id":"gps","countriesAndRegions":["GB"],
		  "includeUnknownCountriesAndRegions":false,"countryLookupMethod":"authenticatorAppGps"}`,
		`{"@odata.type":"#microsoft.graph.namedLocation","id":"3d46dbda-8382-466a-856d-eb00cbc6b910"}`,
		`{"@odata.type":"#microsoft.graph.planetNamedLocation","id":"new"}`,
	}}.compile(t)
	const y, n, u = model.True, model.False, model.Unknown
	at := func(ip string) Network { return Network{IP: netip.MustParseAddr(ip)} }
	tests := []struct {
		id   string
		from Network
		want model.Truth
	}{
		{"office", at("203.0.113.200"), y}, {"lab", at("203.0.113.200"), y}, {"lab", at("203.0.113.1"), n},
		{"office", at("2001:db8::1"), y}, {"office", at("::ffff:203.0.113.1"), y}, {"office", at("2001:db9::1"), n},
		{"office", Network{Locations: []string{"OFFICE"}}, y}, {"office", Network{}, n},
		{"span", at("198.51.100.7"), y}, {"span", at("198.51.100.9"), y}, {"span", at("198.51.100.10"), n}, {"span", at("198.51.100.6"), n},
		{"odd", at("192.0.2.1"), y}, {"odd", at("192.0.3.1"), u},
		{"home", Network{Country: "gb"}, y}, {"home", Network{Country: "FR"}, n}, {"home", Network{Country: NoCountry}, n},
		{"loose", Network{Country: NoCountry}, y}, {"home", Network{}, u},
		{"gps", Network{Country: "GB", GPSCountry: "FR"}, n}, {"gps", Network{Country: "FR", GPSCountry: "GB"}, y},
		{LocationCompliantNetwork, Network{CompliantNetwork: true}, y}, {LocationCompliantNetwork, Network{}, n},
		{"new", Network{}, u},
	}
	for _, test := range tests {
		loc, exists := in.Locations.Get(test.id)
		require.Equal(t, model.True, exists)
		require.Equal(t, test.want, loc.Holds(test.from), "%s from %+v", test.id, test.from)
	}
	require.Equal(t, y, in.Locations.Trusted(at("203.0.113.1")))
	require.Equal(t, u, in.Locations.Trusted(at("198.51.100.7")), "the location of a new kind may be trusted and hold it")
	require.Equal(t, y, in.Locations.Trusted(Network{MFATrusted: true}))
	require.Equal(t, []string{"GB"}, in.Locations.Countries())
	_, exists := in.Locations.Get("gone")
	require.Equal(t, n, exists)
}

func TestTrustedNeedsAllLocations(t *testing.T) {
	in := oTenant{locations: []string{oIPLocation("office", true, "203.0.113.0/24")}}.compile(t)
	require.Equal(t, model.True, in.Locations.Trusted(Network{Locations: []string{"office"}}))
	require.Equal(t, model.False, in.Locations.Trusted(Network{}))
	in.Locations.read.State = model.Partial
	require.Equal(t, model.Unknown, in.Locations.Trusted(Network{}))
	_, exists := in.Locations.Get("gone")
	require.Equal(t, model.Unknown, exists)
}

func TestAddressAtoms(t *testing.T) {
	in := oTenant{locations: []string{
		oIPLocation("a", true, "10.0.0.0/8"), oIPLocation("b", false, "10.1.0.0/16", "2001:db8::/32"),
		oIPLocation("c", false, "10.1.2.0/24", "0.0.0.0/1", "255.255.255.255/32"),
	}}.compile(t)
	var got []string
	for _, atom := range in.Locations.AddressAtoms() {
		got = append(got, fmt.Sprint(atom.Locations, " ", atom.Trusted))
	}
	require.Equal(t, []string{"[] false", "[a b c] true", "[a c] true", "[b] false", "[c] false"}, got)
}

// TestAddressAtomsAreEveryClass: each address is in exactly the class that the
// atoms list, and the example of each atom is in its class.
func TestAddressAtomsAreEveryClass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &Locations{byID: map[string]*Location{}, read: model.Coverage{State: model.Complete}}
		for i := range rapid.IntRange(0, 6).Draw(t, "locations") {
			loc := &Location{ID: fmt.Sprint("l", i), Kind: LocationIP, Trusted: model.Of(rapid.Bool().Draw(t, "trusted"))}
			for range rapid.IntRange(0, 3).Draw(t, "ranges") {
				loc.Ranges = append(loc.Ranges, prefixRange(drawPrefix(t)))
			}
			l.list = append(l.list, loc)
			l.byID[loc.ID] = loc
		}
		classes := map[string]LocationAtom{}
		for _, atom := range l.AddressAtoms() {
			classes[fmt.Sprint(atom.Locations)] = atom
			hits, trusted := hitsOf(l, atom.Example)
			require.Equal(t, hits, atom.Locations)
			require.Equal(t, trusted, atom.Trusted)
		}
		for range 20 {
			hits, _ := hitsOf(l, drawPrefix(t).Addr().Unmap())
			require.Contains(t, classes, fmt.Sprint(hits))
		}
	})
}

func drawPrefix(t *rapid.T) netip.Prefix {
	if rapid.Bool().Draw(t, "v4") {
		b := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 127, 128, 255}), 4, 4).Draw(t, "bytes")
		return netip.PrefixFrom(netip.AddrFrom4([4]byte(b)), rapid.IntRange(0, 32).Draw(t, "bits")).Masked()
	}
	b := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 255}), 16, 16).Draw(t, "bytes")
	return netip.PrefixFrom(netip.AddrFrom16([16]byte(b)), rapid.IntRange(0, 128).Draw(t, "bits")).Masked()
}

func hitsOf(l *Locations, a netip.Addr) (hits []string, trusted model.Truth) {
	trusted = model.False
	for _, loc := range l.list {
		if loc.Holds(Network{IP: a}) == model.True {
			hits = append(hits, loc.ID)
			trusted = model.Or(trusted, loc.Trusted)
		}
	}
	return hits, trusted
}
