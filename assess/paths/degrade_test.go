package paths_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/assesstest"
	"github.com/privpath/privpath/assess/paths"
	"github.com/privpath/privpath/model"
)

var everyAttacker = []string{access.AttackerStolenPassword, access.AttackerPhishedSession, access.AttackerActiveSession,
	access.AttackerUserDevice, access.AttackerPAW, paths.AttackerCredential, paths.AttackerControl}

// verdicts asks of everybody in the tenant, as every attacker.
func verdicts(c *assesstest.Case, g *paths.Graph) map[string]model.Truth {
	all := map[string]model.Truth{}
	ask := func(kind string, rows []any) {
		for _, row := range rows {
			id, _ := row.(map[string]any)["id"].(string)
			for _, attacker := range everyAttacker {
				workload := attacker == paths.AttackerCredential
				if attacker != paths.AttackerControl && workload == (kind == "servicePrincipal") {
					all[kind+" "+id+" "+attacker] = g.Verdict(model.PrincipalRef{Kind: kind, ID: id}, attacker)
					for _, target := range []string{"", "ga", "olga"} {
						if verdict, ok := g.LockoutVerdict(id, attacker, target); ok {
							all[kind+" "+id+" "+attacker+" locks out "+target] = verdict
						}
					}
				}
			}
		}
	}
	ask("user", c.Files["users"])
	ask("servicePrincipal", c.Files["servicePrincipals"])
	all["anyone"] = g.Verdict(model.PrincipalRef{Kind: "anyone", ID: "anyone"}, paths.AttackerControl)
	return all
}

// deep are the cases in which the base's own rows lose their properties too.
var deep = map[string]bool{"app-admin.txtar": true, "approval-two.txtar": true, "policy-writer.txtar": true, "intune.txtar": true, "group-owner.txtar": true}

// Taking a data set away, or reading it in part, leaves a verdict or makes it
// unknown. What an owner declares is a choice, and not judged here.
func TestDegrade(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	ground := base(t)
	for n, file := range files {
		if testing.Short() && n%8 != 0 {
			continue
		}
		c := parse(t, file)
		whole := verdicts(c, build(t, c))
		for _, path := range slices.Sorted(maps.Keys(c.Files)) {
			if path == "declarations" {
				continue
			}
			without := *c
			without.Files = maps.Clone(c.Files)
			delete(without.Files, path)
			holds(t, file+" without "+path, whole, verdicts(c, build(t, &without)))

			partial := *c
			partial.Partial = maps.Clone(c.Partial)
			partial.Partial[path] = model.Truncated
			holds(t, file+" with a part of "+path, whole, verdicts(c, build(t, &partial)))
			for i, row := range c.Files[path] {
				for _, property := range slices.Sorted(maps.Keys(row.(map[string]any))) {
					if property == "id" || sameRows(c.Files[path], ground.Files[path]) && !deep[filepath.Base(file)] {
						continue // a row without an id is refused
					}
					poorer := *c
					poorer.Files = maps.Clone(c.Files)
					poorer.Files[path] = slices.Clone(c.Files[path])
					less := maps.Clone(row.(map[string]any))
					delete(less, property)
					poorer.Files[path][i] = less
					holds(t, fmt.Sprintf("%s without %s/%d/%s", file, path, i, property), whole, verdicts(c, build(t, &poorer)))
				}
				fewer := partial
				fewer.Files = maps.Clone(c.Files)
				fewer.Files[path] = slices.Delete(slices.Clone(c.Files[path]), i, i+1)
				holds(t, file+" with a part of "+path+", a row less", whole, verdicts(c, build(t, &fewer)))
			}
		}
	}
}

// sameRows reports whether a case has a file from the base.
func sameRows(a, b []any) bool { return len(a) > 0 && reflect.DeepEqual(a, b) }

func holds(t *testing.T, what string, whole, less map[string]model.Truth) {
	t.Helper()
	for who, before := range whole {
		if after := less[who]; after != model.Unknown && after != before {
			t.Errorf("%s: %s was %v and is %v", what, who, before, after)
		}
	}
}
