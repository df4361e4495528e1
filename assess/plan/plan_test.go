package plan_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/plan"
	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/graphsource"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
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

func levels(a *model.Assessment) map[model.Pillar]model.Level {
	list := map[model.Pillar]model.Level{}
	for _, p := range a.Pillars {
		list[p.ID] = p.Maturity.Confirmed
	}
	return list
}

func run(t *testing.T, source assess.Source) *model.Assessment {
	t.Helper()
	a, err := assess.Run(t.Context(), source, pillars.All(), options().Assess)
	require.NoError(t, err)
	return a
}

// TestPlanIsProved: the whole plan, applied to the PIM-only tenant by way of its
// JSON and assessed anew from the files, gives the promised levels and score;
// nobody is locked out, and no step opens anything.
func TestPlanIsProved(t *testing.T) {
	source := sample(t, "pim-only")
	made, err := plan.Make(t.Context(), source, pillars.All(), options())
	require.NoError(t, err)
	require.NotEmpty(t, made.Steps)
	require.Empty(t, made.Cut)
	before := made.Before
	for _, s := range made.Steps {
		require.Equal(t, before, s.Effect.Before, "each step stands on the one before")
		require.Zero(t, s.Effect.Opened+s.Effect.Let, s.Change.Title)
		require.True(t, s.Effect.Lockout.Safe, s.Change.Title)
		require.Empty(t, s.Effect.Lockout.Loses, s.Change.Title)
		require.Empty(t, s.Effect.Lost, s.Change.Title)
		require.NotEmpty(t, s.Requests, s.Change.Title)
		before = s.Effect.After
	}
	require.Equal(t, made.After, before)
	require.Positive(t, made.Steps[0].Effect.Closed)

	text, err := json.Marshal(made.Change)
	require.NoError(t, err)
	whole, err := plan.Parse(text)
	require.NoError(t, err)
	old, again := run(t, source), run(t, plan.Apply(source, whole))
	require.Equal(t, made.Before.Levels, levels(old))
	require.Equal(t, made.Before.Score, old.Headline.Score)
	require.Equal(t, made.After.Levels, levels(again))
	require.Equal(t, made.After.Score, again.Headline.Score)
	require.Greater(t, made.After.Levels[model.Isolation], made.Before.Levels[model.Isolation])
	require.NotEqual(t, old.Inputs.Digest, again.Inputs.Digest, "a changed tenant is another input")
	effect, err := plan.Judge(t.Context(), source, pillars.All(), whole, options())
	require.NoError(t, err)
	require.True(t, effect.Lockout.Safe)
	require.Empty(t, effect.Lockout.Loses)
	require.Equal(t, made.After, effect.After)
}

// What nobody has the key for is withheld with the reason, and nothing is made
// up where nothing is declared.
func TestWhatIsNotProposed(t *testing.T) {
	made, err := plan.Make(t.Context(), sample(t, "pim-only"), pillars.All(), options())
	require.NoError(t, err)
	text, err := json.Marshal(made.Change)
	require.NoError(t, err)
	require.NotContains(t, string(text), "deviceFilter\":{", "no workstation rule is declared")
	require.NotContains(t, string(text), "authenticationStrength\":{", "no Global Administrator has a key")
	found := false
	for _, w := range made.Withheld {
		found = found || strings.Contains(w.Title, "phishing-resistant") && strings.Contains(w.Why, "no Global Administrator is proved")
	}
	require.True(t, found, "%v", made.Withheld)
	require.Len(t, made.Advice, 2)
	again, err := plan.Make(t.Context(), sample(t, "pim-only"), pillars.All(), options())
	require.NoError(t, err)
	require.Equal(t, made, again, "the same tenant gives the same plan")
}

// A bound that cuts the search says so.
func TestBounds(t *testing.T) {
	opts := options()
	opts.Steps = 1
	made, err := plan.Make(t.Context(), sample(t, "pim-only"), pillars.All(), opts)
	require.NoError(t, err)
	require.Len(t, made.Steps, 1)
	require.Contains(t, made.Cut, "after 1 steps")
	opts = options()
	opts.Simulations = 3
	made, err = plan.Make(t.Context(), sample(t, "pim-only"), pillars.All(), opts)
	require.NoError(t, err)
	require.Contains(t, made.Cut, "after 3 assessments")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = plan.Make(ended, sample(t, "pim-only"), pillars.All(), options())
	require.ErrorIs(t, err, context.Canceled)
}

func change(operations string) string {
	return `{"format":"privpath-change/1","operations":[` + operations + `]}`
}

const policies = `"dataset":"identity/conditionalAccess/policies"`

// A proposal that blocks everybody is judged as what it is, also where break
// glass is declared.
func TestLockout(t *testing.T) {
	blockAll := change(`{"op":"create",` + policies + `,"record":{"id":"x","displayName":"Block","state":"enabled","conditions":{
		"users":{"includeUsers":["All"],"excludeUsers":[],"includeGroups":[],"excludeGroups":[],"includeRoles":[],"excludeRoles":[],"includeGuestsOrExternalUsers":null,"excludeGuestsOrExternalUsers":null},
		"applications":{"includeApplications":["All"],"excludeApplications":[],"includeUserActions":[],"includeAuthenticationContextClassReferences":[],"applicationFilter":null},
		"clientAppTypes":["all"],"platforms":null,"locations":null,"devices":null,"signInRiskLevels":[],"userRiskLevels":[],"servicePrincipalRiskLevels":[],"insiderRiskLevels":null,"authenticationFlows":null,"clientApplications":null},
		"grantControls":{"operator":"OR","builtInControls":["block"],"customAuthenticationFactors":[],"termsOfUse":[],"authenticationStrength":null},"sessionControls":null}}`)
	for name, why := range map[string]string{
		"pim-only": "break glass is not declared, and no Global Administrator is proved",
		"mature":   "no declared break-glass account is proved",
	} {
		c, err := plan.Parse([]byte(blockAll))
		require.NoError(t, err)
		effect, err := plan.Judge(t.Context(), sample(t, name), pillars.All(), c, options())
		require.NoError(t, err)
		require.False(t, effect.Lockout.Safe, name)
		require.Contains(t, effect.Lockout.Why, why, name)
		require.NotEmpty(t, effect.Lockout.Loses, name)
	}
}

// A change that opens a way is shown to open it.
func TestOpening(t *testing.T) {
	var off []string
	tenant, err := sample(t, "mature").Load(t.Context(), []string{model.ConditionalAccessPolicies.Name()})
	require.NoError(t, err)
	for p := range model.RowsOf(tenant, model.ConditionalAccessPolicies, nil).All() {
		off = append(off, `{"op":"patch",`+policies+`,"id":"`+p.ID+`","record":{"state":"disabled"}}`)
	}
	c, err := plan.Parse([]byte(change(strings.Join(off, ","))))
	require.NoError(t, err)
	effect, err := plan.Judge(t.Context(), sample(t, "mature"), pillars.All(), c, options())
	require.NoError(t, err)
	require.Positive(t, effect.Opened)
	require.Positive(t, effect.Let)
	require.Contains(t, effect.Lost, "ISO-01")
	require.Negative(t, effect.Levels())
}

func TestParseIsStrict(t *testing.T) {
	for text, why := range map[string]string{
		`{}`: "its format",
		`{"format":"privpath-change/1","operations":[]}`:                                                   "no operations",
		change(`{"op":"rename",` + policies + `}`):                                                         "no operation \"rename\"",
		change(`{"op":"delete","dataset":"nonsense","id":"x"}`):                                            "not a data set",
		change(`{"op":"delete","dataset":"auditLogs/signIns","id":"x"}`):                                   "what happened",
		change(`{"op":"patch","dataset":"declarations","record":{}}`):                                      "-declarations",
		change(`{"op":"delete","dataset":"groups/{id}/members","id":"x"}`):                                 "parent",
		change(`{"op":"patch",` + policies + `,"record":{}}`):                                              "id is missing",
		change(`{"op":"patch",` + policies + `,"id":"x","record":[]}`):                                     "record is an object",
		change(`{"op":"create",` + policies + `,"id":"x","record":{}}`):                                    "in the record",
		change(`{"op":"delete",` + policies + `,"id":"x","record":{}}`):                                    "only named",
		change(`{"op":"delete",` + policies + `,"id":"x","why":1}`):                                        "unknown field",
		change(`{"op":"delete",` + policies + `,"ID":"x"}`):                                                "unknown",
		change(`{"op":"patch",` + policies + `,"id":"x","record":{"state":"enabled","state":"disabled"}}`): "twice",
		change(`{"op":"delete",`+policies+`,"id":"x"}`) + "1":                                              "after top-level value",
	} {
		_, err := plan.Parse([]byte(text))
		require.ErrorContains(t, err, why, text)
	}
}

// FuzzParse: whatever parses is whole, and parses again to the same.
func FuzzParse(f *testing.F) {
	f.Add([]byte(change(`{"op":"patch",` + policies + `,"id":"x","record":{"state":"enabled"}}`)))
	f.Add([]byte(change(`{"op":"create","dataset":"groups/{id}/members","parent":"g","record":{"id":"u"}}`)))
	f.Add([]byte(`{"format":1}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := plan.Parse(text)
		if err != nil {
			return
		}
		again, err := json.Marshal(c)
		require.NoError(t, err)
		same, err := plan.Parse(again)
		require.NoError(t, err)
		twice, err := json.Marshal(same)
		require.NoError(t, err)
		require.Equal(t, string(again), string(twice))
	})
}
