package main

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/model"
)

// A sample tenant's assessment in short, as a golden document: read the change
// before you accept it (go test ./examples/privpath -update).
func TestSampleDocuments(t *testing.T) {
	type finding struct {
		Control    string           `json:"control"`
		Status     model.Status     `json:"status"`
		Confidence model.Confidence `json:"confidence"`
		Summary    string           `json:"summary"`
		Subjects   int              `json:"subjects"`
	}
	for _, name := range tenants.Names() {
		a := assessJSON(t, copyTenant(t, name, same))
		short := struct {
			Headline model.Headline      `json:"headline"`
			Coverage float64             `json:"coverage"`
			Pillars  []model.PillarScore `json:"pillars"`
			Domains  []model.DomainScore `json:"domains"`
			Findings []finding           `json:"findings"`
			Reach    int                 `json:"reach"`
			Paths    int                 `json:"paths"`
		}{a.Headline, a.Coverage, a.Pillars, a.Domains, nil, len(a.Reach), len(a.Paths)}
		for _, f := range a.Findings {
			short.Findings = append(short.Findings, finding{f.Control, f.Status, f.Confidence, f.Summary, len(f.Subjects)})
		}
		got, err := json.MarshalIndent(short, "", "  ")
		require.NoError(t, err)
		golden := filepath.Join("testdata", name+".json")
		if *update {
			require.NoError(t, os.WriteFile(golden, append(got, '\n'), 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got)+"\n", name)
	}
}

// The README of the samples says where each lands, pillar by pillar.
func TestSampleTenantsLandWhereTheirREADMESays(t *testing.T) {
	text, err := os.ReadFile("../tenants/README.md")
	require.NoError(t, err)
	row := regexp.MustCompile(`(?m)^\| (Foundation|Control|Isolation|Operations|Validation) \| (\d)(?: / (\d))?`)
	for _, name := range tenants.Names() {
		_, section, found := strings.Cut(string(text), "\n## "+name+":")
		require.True(t, found, name)
		section, _, _ = strings.Cut(section, "\n## ")
		said := map[string][2]string{}
		for _, m := range row.FindAllStringSubmatch(section, -1) {
			said[strings.ToLower(m[1])] = [2]string{m[2], cmp.Or(m[3], m[2])}
		}
		for _, p := range assessJSON(t, copyTenant(t, name, same)).Pillars {
			want := said[string(p.ID)]
			require.Equal(t, want[0], strconv.Itoa(int(p.Maturity.Confirmed)), "%s, %s", name, p.ID)
			if want[1] != want[0] {
				require.Equal(t, want[1], strconv.Itoa(int(p.Maturity.Potential)), "%s, %s", name, p.ID)
			}
		}
	}
}
