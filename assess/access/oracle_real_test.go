package access

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

// TestRealPolicies evaluates published policy sets. They are templates, which
// leave out what Graph would write; with that filled in they are decided.
func TestRealPolicies(t *testing.T) {
	root := filepath.Join("..", "..", "..", "shared", "data", "ca-policies")
	if _, err := os.Stat(root); err != nil {
		t.Skip("the sample policies are not here: ", err)
	}
	read := 0
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		text := strings.TrimPrefix(string(data), "\ufeff")
		if !strings.Contains(text, `"conditions"`) || strings.HasPrefix(strings.TrimSpace(text), "[") {
			return nil
		}
		read++
		in := oTenant{defaults: "false", skus: []string{oP2}, policies: []string{text}}.compile(t)
		require.NoError(t, in.Policies[0].FilterError, path)
		for _, s := range oFuzzSignIns() {
			oRequireSound(t, Evaluate(in, s))
		}
		for _, reason := range Evaluate(in, oSignIn()).Policies[0].Reasons {
			// Some templates hold a list where Graph has an object, and some target
			// traffic profiles, which only Graph beta knows.
			if reason.Holds == model.Unknown {
				require.Contains(t, []Dimension{DimLocation, DimResources}, reason.Dimension, "%s: %s", path, reason.Text)
			}
		}
		return nil
	}))
	require.Greater(t, read, 100)
}
