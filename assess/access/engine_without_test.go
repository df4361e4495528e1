package access

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

// An engine without policies is the one that is compiled of what is left: it tells
// the same devices, networks and controls apart, and judges alike.
func TestWithoutEqualsNew(t *testing.T) {
	attackers := Attackers()
	differs := false
	for seed := range 60 {
		r := newRandomTenant(uint64(seed), 1+seed%12)
		r.devices(20)
		tenant := r.build(t)
		e := New(tenant, Options{})
		kept := map[string]bool{}
		for _, p := range e.in.Policies {
			kept[p.ID] = r.coin()
		}
		off := func(p *Policy) bool { return !kept[p.ID] }
		want, got := New(tenant, Options{Inputs: e.in.Without(off)}), e.Without(off)
		require.Equal(t, want.devices, got.devices)
		require.Equal(t, want.networks, got.networks)
		require.Equal(t, want.ways, got.ways)
		require.Equal(t, want.table, got.table)
		require.Equal(t, want.spaceCut, got.spaceCut)
		for _, h := range e.Holdings() {
			for _, c := range []Circumstances{{}, {NoPIMRules: true}} {
				verdicts := got.Judge(h, c, attackers)
				require.Equal(t, want.Judge(h, c, attackers), verdicts, "seed %d", seed)
				differs = differs || len(verdicts) > 0 && !slices.Equal(verdicts, e.Judge(h, c, attackers))
			}
		}
	}
	require.True(t, differs, "the policies that are gone matter")
}

// devices adds devices and what marks a PAW, each property one of several texts, null
// or not exported.
func (r *randomTenant) devices(n int) {
	var list []record
	for i := range n {
		d := record{"id": guid(900 + i), "accountEnabled": true}
		r.maybe(d, "deviceId", 1, func() any { return guid(700 + i) })
		r.maybe(d, "displayName", 2, func() any { return r.pick("PAW-1", "laptop") })
		r.maybe(d, "trustType", 2, func() any { return r.pick("AzureAd", "ServerAd") })
		r.maybe(d, "isCompliant", 2, func() any { return r.coin() })
		r.maybe(d, "isManaged", 2, func() any { return r.coin() })
		r.maybe(d, "extensionAttributes", 2, func() any { return record{"extensionAttribute1": r.pick("PAW", "SAW", "")} })
		list = append(list, d)
	}
	r.data["devices"] = list
	paw := record{}
	if r.coin() {
		paw["deviceFilter"] = r.pick(`device.extensionAttribute1 -eq "PAW"`, `device.displayName -startsWith "PAW"`, `device.trustType -ne "AzureAD" -and device.isCompliant -eq True`)
	}
	if r.coin() {
		paw["deviceIds"] = []string{guid(900), guid(701)}
	}
	r.data["declarations"] = []record{{"paw": paw}}
}

// Devices that are written alike are told apart by nothing, so that leaving all
// but the first out changes no class.
func TestDevicesWrittenAlike(t *testing.T) {
	alike, apart, paws := 0, 0, 0
	for seed := range 40 {
		r := newRandomTenant(uint64(seed), 12)
		r.devices(80)
		tenant := r.build(t)
		e := New(tenant, Options{})
		s := e.newDeviceSpace()
		seen := map[string]string{}
		for row := range model.RowsOf(tenant, model.Devices, nil).All() {
			if e.IsPAW(row) == model.True {
				paws++
			}
			written, told := string(s.asWritten(nil, &row)), s.tellsApart(row)
			if known, ok := seen[written]; ok {
				require.Equal(t, known, told, "seed %d", seed)
				alike++
			} else {
				apart++
			}
			seen[written] = told
		}
	}
	require.Positive(t, alike)
	require.Positive(t, apart)
	require.Positive(t, paws)
}
