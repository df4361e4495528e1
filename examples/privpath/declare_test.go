package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/model"
)

// What declare writes is a good file, and it states nothing: an assessment with
// it equals one with a file that says no more than its version.
func TestDeclareStatesNothing(t *testing.T) {
	for _, name := range tenants.Names() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			sample, err := tenants.FS(name)
			require.NoError(t, err)
			require.NoError(t, os.CopyFS(filepath.Join(dir, "export"), sample))
			written, bare := filepath.Join(dir, "declarations.json"), filepath.Join(dir, "bare.json")
			code, out, stderr := call(t, "declare", "-o", written, filepath.Join(dir, "export"))
			require.Zero(t, code, stderr)
			require.Empty(t, out)
			require.Contains(t, stderr, "states nothing yet")
			require.NoError(t, os.WriteFile(bare, []byte(`{"version":1}`), 0o644))

			findings := func(file string) []model.Finding {
				code, out, stderr := call(t, "assess", "-format", "json", "-declarations", file, filepath.Join(dir, "export"))
				require.Zero(t, code, stderr)
				var a model.Assessment
				require.NoError(t, json.Unmarshal([]byte(out), &a))
				return a.Findings
			}
			require.Equal(t, findings(bare), findings(written))

			code, _, stderr = call(t, "declare", "-o", written, filepath.Join(dir, "export"))
			require.Equal(t, exitError, code, "a file that a person may have edited is not overwritten")
			require.Contains(t, stderr, "exists")
		})
	}
}

func TestDeclareGuesses(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"users.json": `{"value":[
			{"id":"00000000-0000-0000-0000-000000000001","userPrincipalName":"adm-ada@x.test","employeeId":null,"accountEnabled":true},
			{"id":"00000000-0000-0000-0000-000000000002","userPrincipalName":"ada@x.test","employeeId":null,"accountEnabled":true},
			{"id":"00000000-0000-0000-0000-000000000003","userPrincipalName":"rescue@x.test","employeeId":null,"accountEnabled":true},
			{"id":"00000000-0000-0000-0000-000000000004","userPrincipalName":"kept@x.test","employeeId":"7","accountEnabled":true},
			{"id":"00000000-0000-0000-0000-000000000005","userPrincipalName":"bo@x.test","employeeId":"7","accountEnabled":true},
			{"id":"00000000-0000-0000-0000-000000000006","userPrincipalName":"bo2@x.test","employeeId":"7","accountEnabled":true}]}`,
		"roleManagement/directory/roleEligibilityScheduleInstances.json": `{"value":[
			{"id":"e1","principalId":"00000000-0000-0000-0000-000000000001","roleDefinitionId":"62e90394-69f5-4237-9190-012177145e10","directoryScopeId":"/","memberType":"Direct","endDateTime":null}]}`,
		"roleManagement/directory/roleAssignmentScheduleInstances.json": `{"value":[
			{"id":"a3","principalId":"00000000-0000-0000-0000-000000000003","roleDefinitionId":"62e90394-69f5-4237-9190-012177145e10","directoryScopeId":"/","memberType":"Direct","assignmentType":"Assigned","endDateTime":null},
			{"id":"a4","principalId":"00000000-0000-0000-0000-000000000004","roleDefinitionId":"62e90394-69f5-4237-9190-012177145e10","directoryScopeId":"/","memberType":"Direct","assignmentType":"Assigned","endDateTime":null}]}`,
		"identity/conditionalAccess/policies.json": `{"value":[{"id":"p1","displayName":"Workstations","state":"enabled","conditions":{
			"users":{"includeUsers":["All"],"excludeUsers":["00000000-0000-0000-0000-000000000003"]},
			"devices":{"deviceFilter":{"mode":"exclude","rule":"device.extensionAttribute1 -eq \"PAW\""}}}}]}`,
		"identity/conditionalAccess/namedLocations.json": `{"value":[{"id":"n1","displayName":"Office","isTrusted":true},{"id":"n2","displayName":"Café","isTrusted":false}]}`,
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	code, out, stderr := call(t, "declare", dir)
	require.Zero(t, code, stderr)
	var got model.Declarations
	require.NoError(t, json.Unmarshal([]byte(out), &got))
	require.NotNil(t, got.Suggestions)
	values := func(list []model.Suggestion) (ids []string) {
		for _, s := range list {
			ids = append(ids, s.Value)
		}
		return ids
	}
	require.Equal(t, []string{"00000000-0000-0000-0000-000000000003"}, values(got.Suggestions.BreakGlass))
	require.Equal(t, []string{`device.extensionAttribute1 -eq "PAW"`}, values(got.Suggestions.DeviceFilter))
	require.Equal(t, []string{"n1"}, values(got.Suggestions.TrustedLocations))
	require.Equal(t, []string{"00000000-0000-0000-0000-000000000004"}, values(got.Suggestions.Standing))
	// Two accounts with one employeeId: neither is guessed.
	require.Equal(t, []model.OwnerSuggestion{{AdminID: "00000000-0000-0000-0000-000000000001", OwnerID: "00000000-0000-0000-0000-000000000002",
		Why: `both are named "ada"`}}, got.Suggestions.AdminOwners)
	require.NotEmpty(t, got.Suggestions.Attestations)
}
