package diff_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/diff"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
)

const (
	policiesFile = "identity/conditionalAccess/policies.json"
	activeFile   = "roleManagement/directory/roleAssignmentScheduleInstances.json"
	eligibleFile = "roleManagement/directory/roleEligibilityScheduleInstances.json"
)

type object = map[string]any

// rewrite changes the records of a file.
func rewrite(t testing.TB, files fstest.MapFS, path string, edit func([]any) []any) {
	t.Helper()
	require.Contains(t, files, path)
	var document object
	require.NoError(t, json.Unmarshal(files[path].Data, &document))
	document["value"] = edit(document["value"].([]any))
	data, err := json.Marshal(document)
	require.NoError(t, err)
	files[path] = &fstest.MapFile{Data: data}
	var manifest object
	require.NoError(t, json.Unmarshal(files["manifest.json"].Data, &manifest))
	name := path[:len(path)-len(".json")]
	if entry, ok := manifest["datasets"].(object)[name].(object); ok {
		entry["count"] = len(document["value"].([]any))
	}
	data, err = json.Marshal(manifest)
	require.NoError(t, err)
	files["manifest.json"] = &fstest.MapFile{Data: data}
}

// policy changes one Conditional Access policy, found by the start of its name.
func policy(t testing.TB, files fstest.MapFS, name string, edit func(object)) {
	t.Helper()
	found := false
	rewrite(t, files, policiesFile, func(rows []any) []any {
		for _, row := range rows {
			if p := row.(object); p["displayName"].(string)[:len(name)] == name {
				found = true
				edit(p)
			}
		}
		return rows
	})
	require.True(t, found, name)
}

func tenantOf(t testing.TB, files fs.FS) *model.Tenant {
	t.Helper()
	tenant, err := export.FS(files, export.Options{}).Load(context.Background(), nil)
	require.NoError(t, err)
	return tenant
}

func reachOf(ctx context.Context, tenant *model.Tenant) ([]model.Reach, error) {
	return access.New(tenant, access.Options{}).ReachAll(ctx, nil)
}

// attributed compares two exports with their causes proved.
func attributed(t testing.TB, old, new fs.FS) *diff.Diff {
	t.Helper()
	d := diff.Compare(assessed(t, old), assessed(t, new))
	require.NoError(t, d.Attribute(context.Background(), diff.Sides{Old: tenantOf(t, old), New: tenantOf(t, new), Reach: reachOf}))
	return d
}

func reportOnly(p object) { p["state"] = "enabledForReportingButNotEnforced" }

// TestCausesAreProved: of three policies that changed, those and only those are
// causes that moved the reach; and a whole assessment of the export with the cause
// undone has the reach as it was.
func TestCausesAreProved(t *testing.T) {
	const holder = "a4e83cc0-d71a-4b6c-9c0d-bdd364fe2bfa"
	change := func(skip string) fs.FS {
		return edited(t, "mature", func(files fstest.MapFS) {
			for _, name := range []string{"CA201", "CA204"} {
				if name != skip {
					policy(t, files, name, reportOnly)
				}
			}
			policy(t, files, "CA001", func(p object) {
				users := p["conditions"].(object)["users"].(object)
				users["excludeUsers"] = []any{holder}
			})
		})
	}
	old := edited(t, "mature", func(fstest.MapFS) {})
	d := attributed(t, old, change(""))

	require.Len(t, d.Configuration, 3)
	require.Equal(t, diff.Change{Dataset: "identity/conditionalAccess/policies", ID: d.Configuration[0].ID, Kind: "policy", Name: "CA001 Block legacy authentication", Move: diff.Changed,
		Properties: []diff.PropertyChange{{Path: "conditions.users.excludeUsers", Added: []diff.Item{{Value: holder, Name: "adm-pnovotnik@tarnbridgemutual.onmicrosoft.com"}}}}},
		d.Configuration[0].Shown())
	require.Equal(t, []diff.PropertyChange{{Path: "state", Old: "enabled", New: "enabledForReportingButNotEnforced"}}, d.Configuration[1].Properties)

	opened := 0
	for _, m := range d.Reach {
		if len(m.From)+len(m.Attackers) == 0 {
			continue
		}
		opened++
		require.Len(t, m.Causes, 2, m.Principal.Name)
		require.Equal(t, "CA201 T0 - only from a PAW", m.Causes[0].Name)
		require.Equal(t, m.Causes[0].Of, m.Causes[0].Undone)
		for _, c := range m.Causes {
			require.Equal(t, diff.Proved, c.Proof)
		}
	}
	require.Equal(t, 9, opened)

	undone := diff.Compare(assessed(t, old), assessed(t, change("CA201")))
	for _, m := range undone.Reach {
		require.Empty(t, m.From, "CA201 alone keeps it closed")
	}
}

// TestANewAssignmentIsACause: who came to hold a role, and that the assignment did
// it; the other way round the reach closes, and nobody is called fixed who is not.
func TestANewAssignmentIsACause(t *testing.T) {
	const newcomer = "7f8eef93-0000-0000-0000-000000000001"
	old := edited(t, "pim-only", func(fstest.MapFS) {})
	new := edited(t, "pim-only", func(files fstest.MapFS) {
		rewrite(t, files, "users.json", func(rows []any) []any {
			return append(rows, object{"id": newcomer, "userPrincipalName": "newcomer@fernhollow.example", "displayName": "New Comer", "accountEnabled": true, "userType": "Member"})
		})
		var manifest object
		require.NoError(t, json.Unmarshal(files["manifest.json"].Data, &manifest))
		delete(manifest["datasets"].(object), "users") // it has several pages
		data, err := json.Marshal(manifest)
		require.NoError(t, err)
		files["manifest.json"] = &fstest.MapFile{Data: data}
		rewrite(t, files, activeFile, func(rows []any) []any {
			return append(rows, object{"id": "x1", "principalId": newcomer, "roleDefinitionId": model.GlobalAdministrator, "directoryScopeId": "/",
				"assignmentType": "Assigned", "memberType": "Direct", "startDateTime": nil, "endDateTime": nil})
		})
	})
	check := func(d *diff.Diff, held, moved diff.Move) {
		t.Helper()
		i := slices.IndexFunc(d.Reach, func(m diff.ReachMove) bool { return m.Principal.ID == newcomer })
		require.GreaterOrEqual(t, i, 0)
		m := d.Reach[i]
		require.Equal(t, held, m.Held)
		for _, p := range m.From {
			require.Equal(t, moved, p.Move)
		}
		require.Equal(t, "newcomer@fernhollow.example is Global Administrator", m.Causes[0].Name)
		require.Equal(t, diff.Proved, m.Causes[0].Proof)
		// The account itself goes along, so putting back the assignment alone puts
		// nobody back: taking it away alone is the proof.
		require.Equal(t, m.Causes[0].Of, max(m.Causes[0].Undone, m.Causes[0].Alone))
		require.Equal(t, []diff.Move{held}, movesOf(d.Principals))
	}
	check(attributed(t, old, new), diff.Added, diff.Opened)
	check(attributed(t, new, old), diff.Removed, diff.Closed)
}

func movesOf(principals []diff.PrincipalMove) (moves []diff.Move) {
	for _, p := range principals {
		moves = append(moves, p.Move)
	}
	return moves
}

// TestChangesThatActTogether: neither change alone does it and undoing neither one
// undoes it.
func TestChangesThatActTogether(t *testing.T) {
	build := func(states ...string) *model.Tenant {
		b := model.NewBuilder()
		for i, state := range states {
			require.NoError(t, b.Add(policiesData, "", model.Location{}, []byte(`{"id":"`+string(rune('a'+i))+`","displayName":"P","state":"`+state+`"}`)))
		}
		b.Cover(policiesData, "", model.Coverage{State: model.Complete})
		return b.Tenant()
	}
	// Three policies; two that are off open the way.
	reach := func(_ context.Context, tenant *model.Tenant) ([]model.Reach, error) {
		off := 0
		for p := range model.RowsOf(tenant, model.ConditionalAccessPolicies, nil).All() {
			if p.State.String() == "disabled" {
				off++
			}
		}
		verdict := model.Blocked
		if off == 2 {
			verdict = model.Reaches
		}
		return []model.Reach{{Principal: model.PrincipalRef{Kind: "user", ID: "u"}, Holding: "standing",
			From: []model.ReachFrom{{Device: "unmanaged", Network: "trusted", Verdict: verdict, Activation: model.NoActivation}}}}, nil
	}
	assessment := func(tenant *model.Tenant) *model.Assessment {
		rows, _ := reach(context.Background(), tenant)
		return &model.Assessment{Reach: rows}
	}
	old, new := build("enabled", "enabled", "enabled", "disabled"), build("disabled", "disabled", "disabled", "enabled")
	// Undoing one of the first three leaves two off and the way as it is, or one
	// more; only all together put it back.
	require.Empty(t, diff.Compare(assessment(old), assessment(new)).Reach, "one off and three off: both closed")

	old, new = build("enabled", "enabled", "enabled", "enabled"), build("disabled", "disabled", "enabled", "enabled")
	d := diff.Compare(assessment(old), assessment(new))
	require.NoError(t, d.Attribute(context.Background(), diff.Sides{Old: old, New: new, Reach: reach}))
	require.Len(t, d.Reach, 1)
	for _, c := range d.Reach[0].Causes {
		require.Equal(t, diff.Proved, c.Proof)
		require.Equal(t, []int{1, 0, 1}, []int{c.Undone, c.Alone, c.Of}, "each is needed, none is enough")
	}
	require.Len(t, d.Reach[0].Causes, 2)

	// At least two of three: undoing one changes nothing, one alone does nothing.
	atLeast := func(_ context.Context, tenant *model.Tenant) ([]model.Reach, error) {
		off := 0
		for p := range model.RowsOf(tenant, model.ConditionalAccessPolicies, nil).All() {
			if p.State.String() == "disabled" {
				off++
			}
		}
		rows, err := reach(context.Background(), tenant)
		rows[0].From[0].Verdict = map[bool]string{true: model.Reaches, false: model.Blocked}[off >= 2]
		return rows, err
	}
	old, new = build("enabled", "enabled", "enabled"), build("disabled", "disabled", "disabled")
	before, _ := atLeast(context.Background(), old)
	now, _ := atLeast(context.Background(), new)
	d = diff.Compare(&model.Assessment{Reach: before}, &model.Assessment{Reach: now})
	require.NoError(t, d.Attribute(context.Background(), diff.Sides{Old: old, New: new, Reach: atLeast}))
	require.Len(t, d.Reach[0].Causes, 3)
	for _, c := range d.Reach[0].Causes {
		require.Equal(t, diff.ProvedTogether, c.Proof)
	}

	failing := func(context.Context, *model.Tenant) ([]model.Reach, error) { return nil, errors.New("no") }
	d = diff.Compare(&model.Assessment{Reach: before}, &model.Assessment{Reach: now})
	require.ErrorContains(t, d.Attribute(context.Background(), diff.Sides{Old: old, New: new, Reach: failing}), "no")
}

const policiesData = "identity/conditionalAccess/policies"

// TestConfiguration: what counts as a change, and what is not known.
func TestConfiguration(t *testing.T) {
	type files = map[string][]string
	build := func(data files) *model.Tenant {
		b := model.NewBuilder()
		for name, rows := range data {
			for _, row := range rows {
				require.NoError(t, b.Add(name, "", model.Location{}, []byte(row)))
			}
			b.Cover(name, "", model.Coverage{State: model.Complete})
		}
		return b.Tenant()
	}
	const p = policiesData
	tests := []struct {
		name     string
		old, new files
		want     []string // move and properties
	}{
		{"nothing", files{p: {`{"id":"a","state":"enabled"}`}}, files{p: {`{"id":"A","state":"enabled"}`}}, nil},
		{"the order of a list", files{p: {`{"id":"a","conditions":{"users":{"includeUsers":["x","y"]}}}`}}, files{p: {`{"id":"a","conditions":{"users":{"includeUsers":["Y","x"]}}}`}}, nil},
		{"null for an empty list", files{p: {`{"id":"a","conditions":{"platforms":null,"clientAppTypes":[]}}`}},
			files{p: {`{"id":"a","conditions":{"platforms":{"includePlatforms":[],"excludePlatforms":null},"clientAppTypes":null}}`}}, nil},
		{"added and removed", files{p: {`{"id":"a","state":"disabled"}`}}, files{p: {`{"id":"b","state":"enabled"}`}},
			[]string{"removed state: disabled → nothing", "added state: nothing → enabled"}},
		{"a condition that is set", files{p: {`{"id":"a","conditions":{"devices":null}}`}}, files{p: {`{"id":"a","conditions":{"devices":{"deviceFilter":{"mode":"exclude","rule":"r"}}}}`}},
			[]string{"changed conditions.devices.deviceFilter.mode: nothing → exclude, conditions.devices.deviceFilter.rule: nothing → r"}},
		{"not exported before", files{p: {`{"id":"a"}`}}, files{p: {`{"id":"a","state":"enabled"}`}}, []string{"undecided state: was not exported before"}},
		{"unreadable now", files{p: {`{"id":"a","state":"enabled"}`}}, files{p: {`{"id":"a","state":7}`}}, []string{"undecided state: is not exported any more"}},
		{"a data set that one side lacks", files{p: {`{"id":"a"}`}}, files{}, nil},
		{"an activation", files{"roleManagement/directory/roleAssignmentScheduleInstances": {}},
			files{"roleManagement/directory/roleAssignmentScheduleInstances": {`{"id":"1","principalId":"u","roleDefinitionId":"r","assignmentType":"Activated"}`}}, nil},
		{"an assignment that ends now", files{"roleManagement/directory/roleEligibilityScheduleInstances": {`{"id":"1","principalId":"u","roleDefinitionId":"r","endDateTime":null}`}},
			files{"roleManagement/directory/roleEligibilityScheduleInstances": {`{"id":"2","principalId":"U","roleDefinitionId":"r","endDateTime":"2027-01-01T00:00:00Z"}`}},
			[]string{"changed endDateTime: nothing → 2027-01-01T00:00:00Z"}},
		{"a rule of PIM", files{"policies/roleManagementPolicyAssignments": {`{"id":"x","scopeType":"DirectoryRole","scopeId":"/","roleDefinitionId":"r","policy":{"id":"p1","rules":[{"id":"A","isEnabled":true},{"id":"B"}]}}`}},
			files{"policies/roleManagementPolicyAssignments": {`{"id":"y","scopeType":"DirectoryRole","scopeId":"/","roleDefinitionId":"r","policy":{"id":"p1","rules":[{"id":"B"},{"id":"A","isEnabled":false}]}}`}},
			[]string{"changed policy.rules[A].isEnabled: true → false"}},
		{"declarations that are new", files{}, files{"declarations": {`{"version":1,"adminNaming":"^adm"}`}}, []string{"added "}},
		{"declarations that changed", files{"declarations": {`{"version":1}`}}, files{"declarations": {`{"version":1,"breakGlass":[{"id":"u"}],"$comment":["x"]}`}},
			[]string{"changed breakGlass: added u"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, c := range diff.Configuration(build(tt.old), build(tt.new)) {
				got = append(got, diff.ChangeText(c))
			}
			slices.Sort(got)
			slices.Sort(tt.want)
			require.Equal(t, tt.want, got)
		})
	}

	partial := model.NewBuilder()
	require.NoError(t, partial.Add(p, "", model.Location{}, []byte(`{"id":"a"}`)))
	partial.Cover(p, "", model.Coverage{State: model.Partial, Reason: model.Truncated})
	part, whole := partial.Tenant(), build(files{p: {`{"id":"a"}`, `{"id":"b"}`}})
	require.Equal(t, diff.Decided, diff.Configuration(part, whole)[0].Move, "it may have been there before")
	require.Equal(t, diff.Undecided, diff.Configuration(whole, part)[0].Move, "it may be there still")
}

// TestOneChangeIsTheWholeCause: where one record changed and nothing else, it alone
// moved whatever moved, and undoing it puts all of it back.
func TestOneChangeIsTheWholeCause(t *testing.T) {
	moved := map[string]int{}
	for _, name := range []string{"pim-only", "middling", "mature"} {
		old := edited(t, name, func(fstest.MapFS) {})
		for _, e := range singleEdits(t, old) {
			before, now := tenantOf(t, old), tenantOf(t, edited(t, name, func(files fstest.MapFS) { e.apply(t, files) }))
			d := diff.Compare(onlyReach(t, before), onlyReach(t, now))
			require.NoError(t, d.Attribute(context.Background(), diff.Sides{Old: before, New: now, Reach: reachOf}))
			require.Len(t, d.Configuration, 1, "%s: %s", name, e.what)
			for _, m := range d.Reach {
				if len(m.From)+len(m.Attackers) == 0 {
					continue
				}
				moved[e.kind]++
				require.Lenf(t, m.Causes, 1, "%s: %s: %s", name, e.what, m.Principal.Name)
				c := m.Causes[0]
				require.Equal(t, diff.Cause{Dataset: d.Configuration[0].Dataset, ID: d.Configuration[0].ID, Name: d.Configuration[0].Name,
					Proof: diff.Proved, Undone: c.Of, Alone: c.Of, Of: len(m.From) + len(m.Attackers)}, c)
			}
		}
	}
	for _, kind := range []string{"policy", "assignment"} {
		require.Positive(t, moved[kind], "no %s moved anything", kind)
	}
}

// onlyReach is an assessment of nothing but the reach.
func onlyReach(t testing.TB, tenant *model.Tenant) *model.Assessment {
	t.Helper()
	rows, err := reachOf(context.Background(), tenant)
	require.NoError(t, err)
	return &model.Assessment{Reach: rows, Inputs: model.Inputs{Datasets: tenant.Inputs()}}
}

// edit changes one record.
type edit struct {
	kind, what string
	apply      func(testing.TB, fstest.MapFS)
}

// singleEdits switch each policy and take each eligibility away.
func singleEdits(t testing.TB, files fs.FS) []edit {
	tenant := tenantOf(t, files)
	var edits []edit
	at := func(kind, file string, i int, what string, change func([]any, int) []any) {
		edits = append(edits, edit{kind, what, func(t testing.TB, files fstest.MapFS) {
			rewrite(t, files, file, func(rows []any) []any { return change(rows, i) })
		}})
	}
	for i := range model.RowsOf(tenant, model.ConditionalAccessPolicies, nil).Len() {
		at("policy", policiesFile, i, "policy", func(rows []any, i int) []any {
			p := rows[i].(object)
			p["state"] = map[bool]string{true: "disabled", false: "enabled"}[p["state"] == "enabled"]
			return rows
		})
	}
	for i := range model.RowsOf(tenant, model.RoleEligibility, nil).Len() {
		at("assignment", eligibleFile, i, "eligibility", func(rows []any, i int) []any { return slices.Delete(rows, i, i+1) })
	}
	return edits
}

// TestConfigurationDoesNotHangOnOrder: the rows of the two exports may come in any
// order.
func TestConfigurationDoesNotHangOnOrder(t *testing.T) {
	old, new := sampleFiles(t, "pim-only"), sampleFiles(t, "middling")
	want, err := json.Marshal(diff.Configuration(tenantOf(t, old), tenantOf(t, new)))
	require.NoError(t, err)
	require.Greater(t, len(want), 10_000)
	for _, files := range []fstest.MapFS{old, new} {
		for _, path := range []string{policiesFile, activeFile, eligibleFile, "policies/roleManagementPolicyAssignments.json", "identity/conditionalAccess/namedLocations.json"} {
			rewrite(t, files, path, func(rows []any) []any {
				slices.Reverse(rows)
				return rows
			})
		}
	}
	got, err := json.Marshal(diff.Configuration(tenantOf(t, old), tenantOf(t, new)))
	require.NoError(t, err)
	require.JSONEq(t, string(want), string(got))
	require.Empty(t, diff.Configuration(tenantOf(t, old), tenantOf(t, old)))
}

func sampleFiles(t testing.TB, name string) (all fstest.MapFS) {
	edited(t, name, func(files fstest.MapFS) { all = files })
	return all
}
