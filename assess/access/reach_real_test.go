package access

import (
	gocontext "context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

// sharedData finds the published samples, or skips.
func sharedData(t *testing.T, parts ...string) string {
	root := filepath.Join(append([]string{"..", "..", "..", "shared", "data"}, parts...)...)
	if _, err := os.Stat(root); err != nil {
		t.Skip("the published samples are not here: ", err)
	}
	return root
}

// realPolicies reads the policies below a folder. What the templates leave to the
// reader is filled in: the groups by name, and the state, which is on.
func realPolicies(t *testing.T, root string) (policies []string) {
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		text := plainText(data)
		for name, id := range map[string]string{"<AdministratorGroup>": storyGroup, "<ExclusionTempGroup>": guid(11), "<ExclusionPermGroup>": guid(12),
			"<EmergencyAccessAccountsGroup>": guid(13), "<SynchronizationServiceAccountsGroup>": guid(14), "<AADP2Group>": guid(15),
			"enabledForReportingButNotEnforced": "enabled"} {
			text = strings.ReplaceAll(text, `"`+name+`"`, `"`+id+`"`)
		}
		var policy struct {
			Conditions map[string]any `json:"conditions"`
		}
		if json.Unmarshal([]byte(text), &policy) == nil && policy.Conditions != nil {
			policies = append(policies, text)
		}
		return nil
	}))
	return policies
}

// plainText reads UTF-8 with or without a mark, and UTF-16.
func plainText(data []byte) string {
	if len(data) > 1 && data[0] == 0xff && data[1] == 0xfe {
		units := make([]uint16, 0, len(data)/2)
		for i := 2; i+1 < len(data); i += 2 {
			units = append(units, uint16(data[i])|uint16(data[i+1])<<8)
		}
		return string(utf16.Decode(units))
	}
	return strings.TrimPrefix(string(data), "\ufeff")
}

// reachOfPolicies runs a policy set for synthetic administrators, one standing
// and one eligible, in and out of the administrators' group, and has the oracle
// confirm every witness.
func reachOfPolicies(t *testing.T, policies []string) (verdicts map[string]int) {
	verdicts = map[string]int{}
	for _, holding := range []string{"standing", "eligible"} {
		for _, inGroup := range []bool{true, false} {
			s := story{holding: holding, policies: policies, paw: storyPAW, devices: []record{
				storyDevice("pc", true, "AzureAd", ""), storyDevice("old", false, "ServerAd", ""), storyDevice("paw1", true, "AzureAd", "PAW")},
				change: func(data map[string][]record) {
					if inGroup {
						data["groups/"+storyGroup+"/members"] = []record{{"id": storyAdmin, "@odata.type": "#microsoft.graph.user"}}
					}
					for n := 11; n <= 15; n++ {
						data["groups"] = append(data["groups"], record{"id": guid(n), "displayName": "g"})
						data["groups/"+guid(n)+"/members"] = nil
					}
				}}
			e := New(s.tenant(t), Options{})
			all, err := e.ReachAll(gocontext.Background(), nil)
			require.NoError(t, err)
			for _, reach := range all {
				for _, f := range reach.From {
					verdicts[f.Verdict]++
				}
				confirmWitnesses(t, reach)
			}
			for _, h := range e.Holdings() {
				for _, q := range e.stepsOf(h) {
					a := e.answer(q)
					for rd := range a.found {
						require.True(t, a.found[rd].complete)
						for _, p := range a.found[rd].points {
							require.NoError(t, VerifyCertificate(e.in, e.certificate(reading(rd), a, p)))
						}
					}
				}
			}
		}
	}
	return verdicts
}

// confirmWitnesses: a "reaches" without a witness would be a claim without proof.
func confirmWitnesses(t *testing.T, reach model.Reach) {
	t.Helper()
	for _, f := range reach.From {
		if f.Verdict == model.Reaches && (f.Activation == model.Reaches || f.Activation == model.NoActivation) {
			require.True(t, slices.ContainsFunc(reach.Weakest, func(w model.Weakest) bool { return w.Step == string(StepUse) }))
		}
	}
}

func TestPublishedPolicySets(t *testing.T) {
	root := sharedData(t, "ca-policies")
	sets, err := filepath.Glob(filepath.Join(root, "*", "PolicySets", "*"))
	require.NoError(t, err)
	more, err := filepath.Glob(filepath.Join(root, "*"))
	require.NoError(t, err)
	total := map[string]int{}
	for _, set := range append(sets, more...) {
		policies := realPolicies(t, set)
		if len(policies) == 0 {
			continue
		}
		verdicts := reachOfPolicies(t, policies)
		t.Logf("%s: %d policies, %v", filepath.Base(set), len(policies), verdicts)
		for v, n := range verdicts {
			total[v] += n
		}
	}
	require.Positive(t, total[model.Reaches])
	require.Positive(t, total[model.Blocked])
}

// The provider settings of SCuBAGear hold a real tenant's policies, with the
// property names of the Graph PowerShell SDK.
func TestScubaPolicies(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(sharedData(t, "scubagear"), "ProviderSettingsExport.json"))
	require.NoError(t, err)
	var export struct {
		Policies []map[string]any `json:"conditional_access_policies"`
	}
	require.NoError(t, json.Unmarshal([]byte(plainText(data)), &export))
	var policies []string
	for _, p := range export.Policies {
		text, err := json.Marshal(camelCase(p))
		require.NoError(t, err)
		policies = append(policies, string(text))
	}
	require.NotEmpty(t, policies)
	t.Log(reachOfPolicies(t, policies))
}

// camelCase turns the SDK's property names into Graph's.
func camelCase(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, value := range v {
			out[strings.ToLower(key[:1])+key[1:]] = camelCase(value)
		}
		return out
	case []any:
		for i := range v {
			v[i] = camelCase(v[i])
		}
	}
	return v
}
