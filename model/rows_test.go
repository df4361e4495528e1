package model

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Chunks hold what one slice would, and a clone is on its own.
func TestChunks(t *testing.T) {
	rnd := rand.New(rand.NewPCG(19, 20))
	for range 50 {
		var c chunks[int]
		var want []int
		for range rnd.IntN(30) {
			var rows []int
			for range rnd.IntN(3 * chunkRows / 2) {
				rows = append(rows, rnd.Int())
			}
			c.add(rows)
			want = append(want, rows...)
		}
		before, kept := c.clone(), slices.Clone(want)
		for range min(rnd.IntN(5), len(want)) {
			i := rnd.IntN(len(want))
			c.remove(i)
			want = slices.Delete(want, i, i+1)
			c.add([]int{i})
			want = append(want, i)
		}
		for _, tc := range []struct {
			c    chunks[int]
			want []int
		}{{c, want}, {before, kept}} {
			require.Equal(t, len(tc.want), tc.c.n)
			var all []int
			for row := range tc.c.all() {
				require.Equal(t, *row, *tc.c.at(len(all)))
				all = append(all, *row)
			}
			require.Equal(t, tc.want, all)
		}
	}
}
