package access

import (
	"encoding/json"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

// FuzzLocation: a named location with any range in it holds an address exactly if
// the standard library says so, and a range that nobody can read is never said to
// hold or to miss an address.
func FuzzLocation(f *testing.F) {
	for _, seed := range [][2]string{{"203.0.113.0/24", "203.0.113.7"}, {"203.0.113.7/24", "203.0.114.7"}, {"2001:db8::/32", "2001:db8::1"}, {"::ffff:1.2.3.0/120", "1.2.3.4"},
		{"0.0.0.0/0", "255.255.255.255"}, {"::/0", "1.2.3.4"}, {"1.2.3.4", "1.2.3.4"}, {"1.2.3.4/33", "1.2.3.4"}, {"01.2.3.4/8", "1.2.3.4"}, {"fe80::1%eth0/64", "fe80::1"}, {"", ""}, {" 1.2.3.0/24", "1.2.3.4"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, cidr, address string) {
		text, err := json.Marshal(map[string]any{"@odata.type": "#microsoft.graph.ipNamedLocation", "id": "l", "isTrusted": true,
			"ipRanges": []any{map[string]any{"cidrAddress": cidr}}})
		require.NoError(t, err)
		b := model.NewBuilder()
		require.NoError(t, b.Add(model.NamedLocations.Name(), "", model.Location{}, text))
		b.Cover(model.NamedLocations.Name(), "", model.Coverage{State: model.Complete})
		location, exists := compileLocations(model.RowsOf(b.Tenant(), model.NamedLocations, nil)).Get("l")
		require.Equal(t, model.True, exists)
		at, err := netip.ParseAddr(address)
		if err != nil || at.Zone() != "" || at.Is4In6() {
			return
		}
		prefix, err := netip.ParsePrefix(cidr)
		switch {
		case err != nil:
			require.Equal(t, model.Unknown, location.Holds(Network{IP: at}))
		case prefix.Addr().Is4In6():
		default:
			require.Equal(t, model.Of(prefix.Masked().Contains(at)), location.Holds(Network{IP: at}), "%s in %s", at, prefix)
		}
	})
}
