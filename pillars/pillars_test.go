package pillars_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

func TestCatalogueIsWellFormed(t *testing.T) {
	controls := pillars.All()
	require.NoError(t, assess.Validate(controls))
	bullets, gaps := map[model.Bullet]bool{}, map[model.GapTag]bool{}
	for _, b := range model.Bullets() {
		bullets[b.Key] = true
	}
	for _, g := range model.Gaps() {
		gaps[g.Key] = true
	}
	prefixes := map[model.Pillar]string{model.Foundation: "FND-", model.Control: "CTL-", model.Isolation: "ISO-",
		model.Operations: "OPS-", model.Validation: "VAL-"}
	perPillar := map[model.Pillar]int{}
	for _, c := range controls {
		perPillar[c.Pillar]++
		require.Truef(t, strings.HasPrefix(c.ID, prefixes[c.Pillar]), "%s does not belong to %s", c.ID, c.Pillar)
		require.NotEmptyf(t, c.Bullets, "%s answers no bullet of the framework", c.ID)
		for _, b := range c.Bullets {
			require.Truef(t, bullets[b], "%s: %q is no bullet of the framework", c.ID, b)
		}
		for _, g := range c.Gaps {
			require.Truef(t, gaps[g], "%s: %q is no gap of PIM", c.ID, g)
		}
		require.NotEmptyf(t, c.Remediation.Portal, "%s has no portal path", c.ID)
		require.NotEmptyf(t, c.Since, "%s has no Since", c.ID)
	}
	for _, pillar := range model.Pillars() {
		require.GreaterOrEqualf(t, perPillar[pillar], 6, "pillar %s", pillar)
	}
}

// TestGatesAgree holds the maturity table to the controls: a gate in one is a
// gate in the other.
func TestGatesAgree(t *testing.T) {
	for _, c := range pillars.All() {
		require.Equalf(t, c.Gate, assess.Gates(c.Pillar, c.Level, c.ID), "%s at level %d of %s", c.ID, c.Level, c.Pillar)
	}
}

var update = flag.Bool("update", false, "write CATALOGUE.md")

func TestCatalogueIsCurrent(t *testing.T) {
	want := pillars.Catalogue(pillars.All())
	if *update {
		require.NoError(t, os.WriteFile("CATALOGUE.md", []byte(want), 0o644))
	}
	got, err := os.ReadFile("CATALOGUE.md")
	require.NoError(t, err)
	require.Truef(t, want == string(got), "CATALOGUE.md is out of date: go generate ./pillars")
}

func TestEveryControlHasItsFolderOfCases(t *testing.T) {
	folders := map[string]bool{}
	for _, pillar := range model.Pillars() {
		entries, err := os.ReadDir(string(pillar) + "/testdata")
		require.NoError(t, err)
		for _, e := range entries {
			if e.IsDir() {
				folders[e.Name()] = true
			}
		}
	}
	for _, c := range pillars.All() {
		require.Truef(t, folders[c.ID], "%s has no cases", c.ID)
		delete(folders, c.ID)
	}
	require.Empty(t, folders, "cases without a control")
}
