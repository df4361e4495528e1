package byid

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/privpath/privpath/model"
)

// TestIndexIsAMap holds the index to a map: same answers, of two alike the later.
func TestIndexIsAMap(t *testing.T) {
	id := rapid.OneOf(rapid.SampledFrom([]string{"", "a", "A", "É", "é", "K"}), rapid.StringMatching(`[a-cA-C]{1,3}`), rapid.StringMatching(`[0-9A-Fa-f]{8}`))
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfN(id, 0, 600).Draw(t, "ids")
		want := map[string]int{}
		for place, id := range ids {
			if key := model.FoldID(id); key != "" {
				want[key] = place
			}
		}
		x := New(assignments(ids), func(m *model.AppRoleAssignment) string { return m.ID })
		require.Equal(t, len(ids), x.Len())
		for _, id := range append(rapid.SliceOfN(id, 0, 20).Draw(t, "asked"), ids...) {
			got, ok := x.Find(id)
			place, known := want[model.FoldID(id)]
			require.Equal(t, known, ok, id)
			require.Equal(t, known, x.Has(id), id)
			if !known {
				require.Equal(t, -1, x.Place(id), id)
				continue
			}
			require.Equal(t, place, x.Place(id), id)
			require.Equal(t, ids[place], x.ID(place))
			require.Equal(t, ids[place], got.ID)
			require.Equal(t, fmt.Sprint(place), got.PrincipalID, "the record itself")
		}
	})
}

func BenchmarkIndex(b *testing.B) {
	ids := make([]string, 200_000)
	for i := range ids {
		ids[i] = string(rune('a'+i%26)) + string(rune(0x4e00+i%20_000)) + string(rune(0x4e00+i/20_000))
	}
	rows := assignments(ids)
	b.ReportAllocs()
	for b.Loop() {
		x := New(rows, func(m *model.AppRoleAssignment) string { return m.ID })
		for _, id := range ids {
			if !x.Has(id) {
				b.Fatal(id)
			}
		}
	}
}

// assignments makes records of the ids, empty ones among them, that tell their places.
func assignments(ids []string) model.Rows[model.AppRoleAssignment] {
	list := make([]model.AppRoleAssignment, len(ids))
	for place, id := range ids {
		list[place] = model.AppRoleAssignment{Object: model.Object{ID: id}, PrincipalID: fmt.Sprint(place)}
	}
	return model.NewRows(list)
}
