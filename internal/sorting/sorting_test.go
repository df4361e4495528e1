package sorting

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

type item struct{ key, place int }

func byKey(a, b item) int { return cmp.Compare(a.key, b.key) }

func TestStable(t *testing.T) {
	rnd := rand.New(rand.NewPCG(21, 22))
	for n := range 200 {
		list := make([]item, n)
		for i := range list {
			list[i] = item{rnd.IntN(1 + n/3), i}
		}
		if n%5 == 0 {
			slices.SortStableFunc(list, byKey)
		}
		want := slices.Clone(list)
		slices.SortStableFunc(want, byKey)
		Stable(list, byKey)
		require.Equal(t, want, list)
	}
}
