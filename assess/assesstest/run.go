package assesstest

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

var update = flag.Bool("update", false, "rewrite the want sections of control cases")

// Run holds a control to every case in dir (*.txtar, over the base file, which
// may be ""): the verdict, its subjects and evidence, the degrade law, that a
// passing case can be turned, and that each status that the control says it can
// return has a case.
func Run(t *testing.T, control *assess.Control, dir, base string) {
	t.Helper()
	require.NoError(t, assess.Validate([]*assess.Control{control}))
	files, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	require.NoError(t, err)
	var ground *Case
	if base != "" {
		ground = readBase(t, base)
	}
	seen, turned := map[model.Status]bool{}, false
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			status, c := runCase(t, control, file, ground)
			seen[status] = true
			if status == model.StatusPass && !turned {
				turns, err := Turns(control, c)
				require.NoError(t, err)
				turned = turns
			}
		})
	}
	require.Truef(t, turned || !seen[model.StatusPass], "%s passes, and no change of a property of its passing cases makes it another decision", control.ID)
	for _, status := range control.Statuses {
		require.Truef(t, seen[status], "%s can return %q and has no case for it in %s", control.ID, status, dir)
	}
}

func runCase(t *testing.T, control *assess.Control, file string, ground *Case) (model.Status, *Case) {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	if other := otherBase(text); other != "" {
		ground = readBase(t, filepath.Join(filepath.Dir(file), filepath.FromSlash(other)))
	}
	c, err := Parse(text, ground)
	require.NoError(t, err)
	require.NotEmpty(t, c.Why, "the comment must say why the case exists")
	finding, err := Judge(control, c)
	require.NoError(t, err)
	require.NotEqual(t, model.ControlError, finding.Reason, finding.Summary)
	require.Contains(t, control.Statuses, finding.Status, "the control does not list this status")
	require.NotEmpty(t, finding.Summary)
	got := Describe(finding)
	if *update {
		writeWant(t, file, text, got)
	} else {
		require.Equal(t, c.Want, got, "%s: %s", c.Why, finding.Summary)
	}
	Degrade(t, control, c)
	return finding.Status, c
}

func readBase(t *testing.T, file string) *Case {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	ground, err := Parse(text, nil)
	require.NoError(t, err, file)
	return ground
}

// baseSection names another base than the pillar's.
const baseSection = "base"

func otherBase(text []byte) string {
	for _, f := range txtar.Parse(text).Files {
		if f.Name == baseSection {
			return strings.TrimSpace(string(f.Data))
		}
	}
	return ""
}

func writeWant(t *testing.T, file string, text []byte, want string) {
	archive := txtar.Parse(text)
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
	archive.Files = append(archive.Files, txtar.File{Name: "want", Data: []byte(want + "\n")})
	require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o644))
}
