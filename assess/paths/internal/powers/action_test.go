package powers

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func action(t *testing.T, text string) Action {
	t.Helper()
	a, err := ParseAction("microsoft.directory/" + text)
	require.NoError(t, err)
	return a
}

func TestCovers(t *testing.T) {
	for _, c := range []struct {
		wide, narrow string
		want         bool
	}{
		{"users/allProperties/allTasks", "users/password/update", true},
		{"users/allProperties/allTasks", "users/delete", true},
		{"users/allTasks", "users/password/update", true},
		{"users/allProperties/allTasks", "usersX/password/update", false},
		{"allEntities/allTasks", "users/password/update", true},
		{"allEntities/allProperties/read", "users/password/update", false},
		{"users/allProperties/read", "users/password/update", false},
		{"users/allProperties/update", "users/password/update", true},
		{"users/allProperties/update", "users/delete", false},
		{"users/standard/read", "users/password/update", false},
		{"users/basic/update", "users/password/update", false},
		{"users/basic/update", "users/basic/update", true},
		{"users/authenticationMethods/allTasks", "users/authenticationMethods/basic/update", true},
		{"users/password/update", "users/allProperties/allTasks", false},
		{"groups/members/update", "groups.security/members/update", true},
		{"groups.security/members/update", "groups/members/update", false},
		{"groups/allProperties/allTasks", "groupsAssignableToRoles/members/update", false},
		{"USERS/Password/Update", "users/password/update", true},
	} {
		require.Equal(t, c.want, action(t, c.wide).Covers(action(t, c.narrow)), "%s covers %s", c.wide, c.narrow)
	}
}

// brute lists, out of a small universe, the elementary actions that an action
// stands for.
func brute(a Action) map[Action]bool {
	all := map[Action]bool{}
	for _, entity := range []string{"e", "e.s", "f"} {
		for _, set := range []string{"", "p", "p/q", "r"} {
			for _, task := range []string{"read", "update"} {
				entityIn := a.Entity == "allentities" || a.Entity == entity || a.Entity+".s" == entity
				setIn := a.PropertySet == set || a.PropertySet == "p" && set == "p/q" ||
					a.PropertySet == "allproperties" && (set != "" || a.Task == "alltasks") ||
					a.PropertySet == "" && a.Task == "alltasks"
				if entityIn && setIn && (a.Task == "alltasks" || a.Task == task) {
					all[Action{"n", entity, set, task}] = true
				}
			}
		}
	}
	return all
}

func TestCoversAgreesWithBruteForce(t *testing.T) {
	for _, entity := range []string{"e", "e.s", "f", "allentities"} {
		for _, set := range []string{"", "p", "p/q", "r", "allproperties"} {
			for _, task := range []string{"read", "update", "alltasks"} {
				wide := Action{"n", entity, set, task}
				stands := brute(wide)
				for one := range brute(Action{"n", "allentities", "", "alltasks"}) {
					require.Equal(t, stands[one], wide.Covers(one), "%s covers %s", wide, one)
					require.False(t, wide.Covers(Action{"m", one.Entity, one.PropertySet, one.Task}))
				}
			}
		}
	}
}

func TestParseActionRefuses(t *testing.T) {
	for _, text := range []string{"", "users", "a/b", "a//update", "a/b/", "a/*/update", "a/b c/read"} {
		_, err := ParseAction(text)
		require.Error(t, err, text)
	}
}

// Every power that roles give stands on an action that Microsoft's roles hold.
func TestPowersStandOnRealActions(t *testing.T) {
	f, err := os.Open("../../../../../shared/data/resource-actions.csv")
	if err != nil {
		t.Skip("no list of resource actions: ", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	for p, list := range wanted() {
		real := len(list) == 0
		for _, row := range rows[1:] {
			held, err := ParseAction(row[0])
			require.NoError(t, err)
			for _, a := range list {
				real = real || held.Covers(a)
			}
		}
		require.True(t, real, "no known action gives %q", Power(p))
	}
}

func FuzzParseAction(f *testing.F) {
	f.Add("microsoft.directory/users/allProperties/allTasks")
	f.Add("a/b/c/d/e")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAction(text)
		if err != nil {
			return
		}
		again, err := ParseAction(a.String())
		require.NoError(t, err)
		require.Equal(t, a, again)
		require.True(t, a.Covers(a))
		require.True(t, Action{a.Namespace, "allentities", "allproperties", "alltasks"}.Covers(a))
		require.Equal(t, strings.ToLower(text), a.String())
	})
}
