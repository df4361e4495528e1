// Package sorting sorts slices of any type by the code of one: what slices has for
// sorting Go copies for every type, and the page carried half a megabyte of that.
package sorting

import (
	"cmp"
	"slices"
)

// Stable sorts the list in place, stably: what compares equal keeps its order. compare
// is as for [slices.SortStableFunc].
func Stable[S ~[]E, E any](list S, compare func(a, b E) int) {
	places := sorted(len(list), func(i, j uint32) int { return compare(list[i], list[j]) })
	if places == nil {
		return
	}
	before := append(S(nil), list...)
	for i, from := range places {
		list[i] = before[from]
	}
}

// sorted tells which of n comes first, second and so on, or nil where they are in
// order as they stand.
func sorted(n int, compare func(i, j uint32) int) []uint32 {
	inOrder := true
	for i := 1; i < n && inOrder; i++ {
		inOrder = compare(uint32(i-1), uint32(i)) <= 0
	}
	if inOrder {
		return nil
	}
	places := make([]uint32, n)
	for i := range places {
		places[i] = uint32(i)
	}
	slices.SortFunc(places, func(i, j uint32) int {
		if c := compare(i, j); c != 0 {
			return c
		}
		return cmp.Compare(i, j)
	})
	return places
}
