package paths_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/privpath/privpath/assess/assesstest"
	"github.com/privpath/privpath/assess/paths"
	"github.com/privpath/privpath/model"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the want sections of the cases")

func base(t testing.TB) *assesstest.Case { return parse(t, "testdata/base.txtar") }

// parse reads a case. It lies over the tenant of another case, if a section base
// names one, and else over base.txtar.
func parse(t testing.TB, file string) *assesstest.Case {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var under *assesstest.Case
	if filepath.Base(file) != "base.txtar" {
		name := "base.txtar"
		for _, f := range txtar.Parse(text).Files {
			if f.Name == "base" {
				name = strings.TrimSpace(string(f.Data))
			}
		}
		under = parse(t, filepath.Join(filepath.Dir(file), name))
	}
	c, err := assesstest.Parse(text, under)
	require.NoError(t, err)
	return c
}

func tenant(t testing.TB, c *assesstest.Case) *model.Tenant {
	var names []string
	for _, d := range model.Datasets() {
		names = append(names, d.Name)
	}
	loaded, err := c.Load(context.Background(), names)
	require.NoError(t, err)
	return loaded
}

func build(t testing.TB, c *assesstest.Case) *paths.Graph {
	g, err := paths.Build(context.Background(), tenant(t, c), paths.Options{})
	require.NoError(t, err)
	return g
}

// describe writes each way on a line: who, holding what, the verdict, and the
// hops with where they lead.
func describe(g *paths.Graph) string {
	var lines []string
	add := func(what string, p model.Path) {
		line := what + fmt.Sprintf("%s %s %s:", p.From.ID, p.Attacker, p.Verdict)
		for _, h := range p.Hops {
			line += fmt.Sprintf(" %s(%s)", h.Edge, h.To.Name)
		}
		for _, n := range p.Unknown {
			line += " ?" + n.Dataset
		}
		lines = append(lines, line)
	}
	for _, p := range g.Paths() {
		add("", p)
	}
	for _, l := range g.Lockouts() {
		names := "every Global Administrator"
		if !l.Every {
			names = ""
			for _, t := range l.Targets {
				names += " " + t.ID
			}
		}
		for _, p := range l.Paths {
			add("locks out "+strings.TrimSpace(names)+": ", p)
		}
	}
	return strings.Join(lines, "\n")
}

// shownBare lists the hops that show no evidence, but for those from what the
// export does not hold.
func shownBare(g *paths.Graph) []string {
	var list []string
	for _, p := range g.Paths() {
		for _, h := range p.Hops {
			if len(h.Evidence) == 0 && len(p.Unknown) == 0 {
				list = append(list, h.Edge+": "+h.From.Name+" "+h.Explanation)
			}
		}
	}
	return list
}

func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		if name == "base" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			c := parse(t, file)
			require.NotEmpty(t, c.Why, "the comment must say why the case exists")
			g := build(t, c)
			require.NoError(t, g.Verify())
			got := describe(g)
			require.Empty(t, shownBare(g), "hops without evidence")
			if *rewrite {
				text, err := os.ReadFile(file)
				require.NoError(t, err)
				archive := txtar.Parse(text)
				for i, f := range archive.Files {
					if f.Name == "want" {
						archive.Files = append(archive.Files[:i], archive.Files[i+1:]...)
						break
					}
				}
				archive.Files = append(archive.Files, txtar.File{Name: "want", Data: []byte(got + "\n")})
				require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o644))
				return
			}
			require.Equal(t, c.Want, got, c.Why)
		})
	}
}
