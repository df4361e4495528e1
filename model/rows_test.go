package model

import (
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// Chunks hold what one slice would, and a clone is on its own.
func TestChunks(t *testing.T) {
	rnd := rand.New(rand.NewPCG(19, 20))
	of := newRowType(reflect.TypeFor[User]())
	add := func(c *chunks, rows ...User) {
		c.add(slice{unsafe.Pointer(unsafe.SliceData(rows)), len(rows), len(rows)})
	}
	row := func() User {
		return User{Object: Object{ID: "u" + string(rune('a'+rnd.IntN(26)))}, Mail: Value(string(rune('a' + rnd.IntN(26))))}
	}
	for range 20 {
		c := chunks{rowType: of}
		var want []User
		for range rnd.IntN(30) {
			var rows []User
			for range rnd.IntN(3 * packRows / 2) {
				rows = append(rows, row())
			}
			add(&c, rows...)
			want = append(want, rows...)
		}
		runtime.GC() // finds what the rows point at
		before, kept := c.clone(), slices.Clone(want)
		for range min(rnd.IntN(5), len(want)) {
			i := rnd.IntN(len(want))
			c.remove(i)
			want = slices.Delete(want, i, i+1)
			more := row()
			add(&c, more)
			want = append(want, more)
		}
		for _, tc := range []struct {
			c    chunks
			want []User
		}{{c, want}, {before, kept}} {
			require.Equal(t, len(tc.want), tc.c.n)
			var all []User
			for row := range tc.c.all() {
				all = append(all, *(*User)(row))
			}
			require.Equal(t, tc.want, all)
			for i := range all {
				all[i] = *(*User)(tc.c.row(i))
			}
			require.Equal(t, tc.want, all)
		}
	}
}
