package access

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/privpath/privpath/model"
)

func TestClosureFollowsSatisfies(t *testing.T) {
	var table obligationTable
	for _, o := range obligationNames {
		for _, wanted := range obligationNames {
			require.Equal(t, o.Satisfies(wanted), table.set(wanted).within(table.set(o)), "%s for %s", o, wanted)
		}
	}
}

func TestNamesAreMinimal(t *testing.T) {
	var table obligationTable
	custom := OtherControl("custom")
	for _, test := range []struct{ have, want []Obligation }{
		{nil, []Obligation{}},
		{[]Obligation{MFA}, []Obligation{Password, MFA}},
		{[]Obligation{PhishingResistantMFA, MFA}, []Obligation{PhishingResistantMFA}},
		{[]Obligation{Password, custom}, []Obligation{Password, custom}},
	} {
		require.Equal(t, test.want, table.names(table.set(test.have...)))
	}
}

func TestObligationTableOverflows(t *testing.T) {
	var table obligationTable
	for i := range 64 - firstOtherBit {
		require.NotZero(t, table.bit(OtherControl(string(rune('A'+i)))))
	}
	require.False(t, table.full)
	table.bit(OtherControl("one too many"))
	require.True(t, table.full)
}

func drawAntichain(t *rapid.T, label string) antichain {
	var a antichain
	for _, s := range rapid.SliceOfN(rapid.Uint64Range(0, 63), 0, 5).Draw(t, label) {
		a = a.add(obligationSet(s))
	}
	return a
}

// An antichain is an up-set: its operations must be those of the sets of
// everything that it covers.
func TestAntichainIsAnUpSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawAntichain(t, "a"), drawAntichain(t, "b")
		or, and := a.or(b), a.and(b)
		within := true
		for s := obligationSet(0); s < 64; s++ {
			require.Equal(t, a.covers(s) || b.covers(s), or.covers(s))
			require.Equal(t, a.covers(s) && b.covers(s), and.covers(s))
			within = within && (!a.covers(s) || b.covers(s))
		}
		require.Equal(t, within, a.allWithin(b))
		for _, chain := range []antichain{or, and} {
			for i, x := range chain {
				for j, y := range chain {
					require.True(t, i == j || !x.within(y), "not minimal")
				}
			}
		}
	})
}

func TestMetBy(t *testing.T) {
	strict, lenient := antichain{bitMFA.closure()}, antichain{bitPassword}
	require.Equal(t, model.True, metBy(strict, lenient, bitMFA.closure(), 0))
	require.Equal(t, model.Unknown, metBy(strict, lenient, bitPassword, 0))
	require.Equal(t, model.Unknown, metBy(lenient, lenient, 0, bitPassword))
	require.Equal(t, model.False, metBy(strict, lenient, 0, 0))
}
