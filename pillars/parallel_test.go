package pillars_test

import (
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

// TestControlsAtOnceGiveTheSameBytes: eight controls at once, in whatever order
// they end, give the document that one after another gives.
func TestControlsAtOnceGiveTheSameBytes(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	names := tenants.Names()
	if testing.Short() {
		names = names[:1]
	}
	for _, name := range names {
		bundle, err := tenants.FS(name)
		require.NoError(t, err)
		assessed := func(parallel int) (string, []model.Progress) {
			var told []model.Progress
			a, err := assess.Run(t.Context(), export.FS(bundle, export.Options{}), pillars.All(), assess.Options{Parallel: parallel,
				Progress: func(p model.Progress) { told = append(told, p) }})
			require.NoError(t, err)
			text, err := a.JSON()
			require.NoError(t, err)
			return string(text), slices.DeleteFunc(told, func(p model.Progress) bool { return p.Stage != "evaluate" })
		}
		want, order := assessed(1)
		require.Len(t, order, len(pillars.All()))
		for range 2 {
			got, told := assessed(8)
			require.True(t, want == got, "%s: the document depends on which controls run at once", name)
			require.Equal(t, order, told)
		}
	}
}
