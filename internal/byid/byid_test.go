package byid

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/privpath/privpath/model"
)

// TestIndexIsAMap holds the index to a map: same answers, of two alike the later.
func TestIndexIsAMap(t *testing.T) {
	id := rapid.OneOf(rapid.SampledFrom([]string{"", "a", "A", "É", "é", "K"}), rapid.StringMatching(`[a-cA-C]{1,3}`), rapid.StringMatching(`[0-9A-Fa-f]{8}`))
	rapid.Check(t, func(t *rapid.T) {
		var rows []*model.User
		want := map[string]*model.User{}
		for _, id := range rapid.SliceOfN(id, 0, 200).Draw(t, "ids") {
			row := &model.User{Object: model.Object{ID: id}}
			rows = append(rows, row)
			if key := model.FoldID(id); key != "" {
				want[key] = row
			}
		}
		x := New(slices.Values(rows), rapid.IntRange(0, 10).Draw(t, "about"), func(u *model.User) string { return u.ID })
		require.Equal(t, len(rows), x.Len())
		asked := rapid.SliceOfN(id, 0, 20).Draw(t, "asked")
		for _, row := range rows {
			asked = append(asked, row.ID)
		}
		for _, id := range asked {
			got, ok := x.Find(id)
			require.Equal(t, want[model.FoldID(id)] != nil, ok, id)
			require.Same(t, want[model.FoldID(id)], got, id)
			if ok {
				require.Same(t, got, x.At(x.Place(id)))
			}
		}
	})
}

func BenchmarkIndex(b *testing.B) {
	rows := make([]*model.User, 200_000)
	for i := range rows {
		rows[i] = &model.User{Object: model.Object{ID: string(rune('a'+i%26)) + string(rune(0x4e00+i%20_000)) + string(rune(0x4e00+i/20_000))}}
	}
	b.ReportAllocs()
	for b.Loop() {
		x := New(slices.Values(rows), len(rows), func(u *model.User) string { return u.ID })
		for _, row := range rows {
			if _, ok := x.Find(row.ID); !ok {
				b.Fatal(row.ID)
			}
		}
	}
}
