package export

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"unicode/utf16"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/stretchr/testify/require"
)

const (
	groupID  = "11111111-2222-3333-4444-555555555555"
	graphCtx = `"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#`
)

// files is an export by path.
type files map[string]string

func (f files) fs() fs.FS {
	fsys := fstest.MapFS{}
	for name, text := range f {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func (f files) zip(t testing.TB, prefix string) *Source {
	t.Helper()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for _, name := range slices.Sorted(maps.Keys(f)) {
		part, err := w.Create(prefix + name)
		require.NoError(t, err)
		_, err = part.Write([]byte(f[name]))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	source, err := Zip(bytes.NewReader(packed.Bytes()), int64(packed.Len()), Options{})
	require.NoError(t, err)
	return source
}

func oneFile(name, text string) *Source {
	return File(name, int64(len(text)), func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }, Options{})
}

func load(t testing.TB, s *Source, want ...string) *model.Tenant {
	t.Helper()
	tenant, err := s.Load(context.Background(), want)
	require.NoError(t, err)
	return tenant
}

// input is what the tenant says of a data set.
func input(t testing.TB, tenant *model.Tenant, dataset string) model.Input {
	t.Helper()
	for _, in := range tenant.Inputs() {
		if in.Name == dataset {
			return in
		}
	}
	t.Fatalf("%s is not among the inputs", dataset)
	return model.Input{}
}

func rows[T any](tenant *model.Tenant, key model.Key[T]) []T {
	return slices.Collect(model.RowsOf(tenant, key, nil).All())
}

// dump writes the rows of some data sets as JSON, to compare two tenants.
func dump(t testing.TB, tenant *model.Tenant) string {
	t.Helper()
	parents := map[string][]string{}
	for _, m := range rows(tenant, model.GroupMembers) {
		parents[m.Parent()] = append(parents[m.Parent()], m.ID)
	}
	text, err := json.MarshalIndent(map[string]any{
		"inputs": tenant.Inputs(), "users": rows(tenant, model.Users), "groups": rows(tenant, model.Groups),
		"policies": rows(tenant, model.ConditionalAccessPolicies), "locations": rows(tenant, model.NamedLocations),
		"rules": rows(tenant, model.RolePolicies), "devices": rows(tenant, model.Devices),
		"members": rows(tenant, model.GroupMembers), "parents": parents,
		"authorization": rows(tenant, model.AuthorizationPolicies), "active": rows(tenant, model.RoleAssignmentSchedule),
	}, "", " ")
	require.NoError(t, err)
	return string(text)
}

func inventory(t testing.TB, s *Source) map[string]FileReport {
	t.Helper()
	list, err := s.Inventory(context.Background())
	require.NoError(t, err)
	byPath := map[string]FileReport{}
	for _, f := range list {
		byPath[f.Path] = f
	}
	return byPath
}

func TestCoverage(t *testing.T) {
	two := `{"id":"u1"},{"id":"u2"}`
	for name, tc := range map[string]struct {
		files   files
		dataset string // default users
		parent  string
		state   model.State
		reason  model.Reason
		detail  string
		count   int
	}{
		"response":                 {files: files{"users.json": `{` + graphCtx + `users","value":[` + two + `]}`}, state: model.Complete, count: 2},
		"bare array":               {files: files{"users.json": "[" + two + "]"}, state: model.Complete, count: 2},
		"JSON Lines":               {files: files{"users.jsonl": "{\"id\":\"u1\"}\n{\"id\":\"u2\"}\n"}, state: model.Complete, count: 2},
		"ndjson":                   {files: files{"users.ndjson": "{\"id\":\"u1\"}\n"}, state: model.Complete, count: 1},
		"concatenated":             {files: files{"users.json": `{"id":"u1"}{"id":"u2"}`}, state: model.Complete, count: 2},
		"one object":               {files: files{"users.json": `{"id":"u1"}`}, state: model.Complete, count: 1},
		"reply for one object":     {files: files{"users.json": `{` + graphCtx + `users/$entity","id":"u1"}`}, state: model.Partial, reason: model.Truncated, count: 1, detail: "request the list"},
		"empty response":           {files: files{"users.json": `{"value":[]}`}, state: model.Complete},
		"other letter case":        {files: files{"Users.JSON": "[" + two + "]"}, state: model.Complete, count: 2},
		"top folder":               {files: files{"tenant x/users.json": "[" + two + "]", "tenant x/README.md": "hello"}, state: model.Complete, count: 2},
		"absent":                   {files: files{"groups.json": "[]"}, state: model.Absent, reason: model.NotCollected, detail: "no users.json"},
		"pages":                    {files: files{"users.json": `{"@odata.nextLink":"n","value":[{"id":"u1"}]}`, "users.2.json": `{"value":[{"id":"u2"}]}`}, state: model.Complete, count: 2},
		"ten pages in order":       {files: files{"users.1.json": `[{"id":"u1"}]`, "users.10.json": `[]`, "users.2.json": `[]`, "users.3.json": `[]`, "users.4.json": `[]`, "users.5.json": `[]`, "users.6.json": `[]`, "users.7.json": `[]`, "users.8.json": `[]`, "users.9.json": `[]`}, state: model.Complete, count: 1},
		"page missing at end":      {files: files{"users.json": `{"value":[` + two + `],"@odata.nextLink":"https://n"}`}, state: model.Partial, reason: model.Truncated, detail: "nextLink", count: 2},
		"last page goes on":        {files: files{"users.json": `[]`, "users.2.json": `{"value":[` + two + `],"@odata.nextLink":"https://n"}`}, state: model.Partial, reason: model.Truncated, count: 2},
		"page missing between":     {files: files{"users.json": `{"@odata.nextLink":"n","value":[{"id":"u1"}]}`, "users.3.json": `[{"id":"u2"}]`}, state: model.Partial, reason: model.Truncated, detail: `the page before "users.3.json"`, count: 2},
		"first page missing":       {files: files{"users.2.json": `[{"id":"u2"}]`}, state: model.Partial, reason: model.Truncated, count: 1},
		"null link":                {files: files{"users.json": `{"value":[` + two + `],"@odata.nextLink":null}`}, state: model.Complete, count: 2},
		"Graph counted more":       {files: files{"users.json": `{"@odata.count":3,"value":[` + two + `]}`}, state: model.Partial, reason: model.Truncated, count: 2},
		"PowerShell wrapper":       {files: files{"users.json": `{"value":[` + two + `],"Count":2}`}, state: model.Complete, count: 2},
		"two files, one name":      {files: files{"users.json": "[" + two + "]", "Users.jsonl": `{"id":"u3"}`}, state: model.Absent, reason: model.Malformed, detail: "more than once"},
		"empty file":               {files: files{"users.json": ""}, state: model.Partial, reason: model.Malformed, detail: "empty"},
		"a record is no object":    {files: files{"users.json": `[{"id":"u1"},7,{"id":"u2"}]`}, state: model.Partial, reason: model.Malformed, detail: "of /1: it is not an object", count: 2},
		"a record has no id":       {files: files{"users.json": `[{"id":"u1"},{"displayName":"x"}]`}, state: model.Partial, reason: model.Malformed, detail: `no "id"`, count: 1},
		"a broken record":          {files: files{"users.json": `[{"id":"u1"},{"id":,{"id":"u2"}]`}, state: model.Partial, reason: model.Malformed, detail: "at byte 19", count: 1},
		"other records":            {files: files{"users.json": `{` + graphCtx + `groups","value":[{"id":"g"}]}`}, state: model.Absent, reason: model.Malformed, detail: "it holds groups"},
		"other records, told late": {files: files{"users.json": `{"value":[{"id":"g"}],` + graphCtx + `groups"}`}, state: model.Partial, reason: model.Malformed, detail: "it holds groups", count: 1},
		"mixed types":              {files: files{"users.json": `[{"@odata.type":"#microsoft.graph.user","id":"u"},{"@odata.type":"#microsoft.graph.group","id":"g"},{"@odata.type":"#microsoft.graph.agentUser","id":"a"}]`}, state: model.Partial, reason: model.Malformed, detail: `"#microsoft.graph.group"`, count: 2},
		"denied":                   {files: files{"users.json": `{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges"}}`}, state: model.Absent, reason: model.PermissionDenied, detail: "Insufficient privileges"},
		"not licensed":             {files: files{"users.json": `{"error":{"code":"AadPremiumLicenseRequired","message":"x"}}`}, state: model.Absent, reason: model.NotLicensed},
		"throttled":                {files: files{"users.json": `{"error":{"code":"TooManyRequests","message":"x"}}`}, state: model.Absent, reason: model.Throttled},
		"broke off":                {files: files{"users.json": `{"value":[{"id":"u1"}],"error":{"code":"x","message":"y"}}`}, state: model.Partial, reason: model.Malformed, detail: "broke off", count: 1},
		"UTF-32":                   {files: files{"users.json": "\xFF\xFE\x00\x00[\x00\x00\x00"}, state: model.Partial, reason: model.Malformed, detail: "UTF-32"},
		"lists cut at depth":       {files: files{"policies/crossTenantAccessPolicy/partners.json": `{` + graphCtx + `x","value":"@{tenantId=1} @{tenantId=2}"}`}, dataset: "policies/crossTenantAccessPolicy/partners", state: model.Partial, reason: model.Malformed, detail: "no records"},
		"empty single entity":      {files: files{"policies/authorizationPolicy.json": `{"value":[]}`}, dataset: "policies/authorizationPolicy", state: model.Partial, reason: model.Malformed},
		"single entity twice":      {files: files{"policies/authorizationPolicy.json": `[{"id":"a"},{"id":"b"}]`}, dataset: "policies/authorizationPolicy", state: model.Partial, reason: model.Malformed, count: 2},
		"single entity in list":    {files: files{"policies/authorizationPolicy.json": `{"value":[{"id":"authorizationPolicy"}]}`}, dataset: "policies/authorizationPolicy", state: model.Complete, count: 1},
		"an empty object":          {files: files{"policies/authorizationPolicy.json": `{}`}, dataset: "policies/authorizationPolicy", state: model.Partial, reason: model.Malformed},
		"members":                  {files: files{"groups/" + groupID + "/members.json": `{"value":[{"id":"u1"}]}`}, dataset: "groups/{id}/members", parent: groupID, state: model.Complete, count: 1},
		"another group":            {files: files{"groups/" + groupID + "/members.json": `{"value":[{"id":"u1"}]}`}, dataset: "groups/{id}/members", parent: "other", state: model.Absent, reason: model.NotCollected},

		"manifest says partial":    {files: files{"manifest.json": manifest(`"users":{"status":"partial","reason":"throttled","detail":"429"}`), "users.json": "[" + two + "]"}, state: model.Partial, reason: model.Throttled, detail: "429", count: 2},
		"manifest says missing":    {files: files{"manifest.json": manifest(`"users":{"status":"missing","reason":"permissionDenied","permission":"User.Read.All"}`)}, state: model.Absent, reason: model.PermissionDenied, detail: "User.Read.All"},
		"missing, yet there":       {files: files{"manifest.json": manifest(`"users":{"status":"missing"}`), "users.json": "[" + two + "]"}, state: model.Partial, reason: model.NotCollected, count: 2},
		"manifest counts more":     {files: files{"manifest.json": manifest(`"users":{"status":"complete","count":3}`), "users.json": "[" + two + "]"}, state: model.Partial, reason: model.Truncated, detail: "counts 3 records, the files hold 2", count: 2},
		"manifest counts right":    {files: files{"manifest.json": manifest(`"Users":{"status":"complete","count":2}`), "users.json": "[" + two + "]"}, state: model.Complete, count: 2},
		"complete without a file":  {files: files{"manifest.json": manifest(`"users":{"status":"complete","count":0}`)}, state: model.Absent, reason: model.NotCollected, detail: "the file is not there"},
		"complete cannot mend":     {files: files{"manifest.json": manifest(`"users":{"status":"complete"}`), "users.json": `{"value":[` + two + `],"@odata.nextLink":"n"}`}, state: model.Partial, reason: model.Truncated, count: 2},
		"one parent missing":       {files: files{"manifest.json": manifest(`"groups/` + groupID + `/members":{"status":"missing","reason":"throttled"}`)}, dataset: "groups/{id}/members", parent: groupID, state: model.Absent, reason: model.Throttled},
		"one parent partial":       {files: files{"manifest.json": manifest(`"GROUPS/` + strings.ToUpper(groupID) + `/members":{"status":"partial"}`), "groups/" + groupID + "/members.json": "[" + two + "]"}, dataset: "groups/{id}/members", parent: groupID, state: model.Partial, reason: model.Truncated, count: 2},
		"all parents missing":      {files: files{"manifest.json": manifest(`"groups/{id}/members":{"status":"missing","reason":"permissionDenied"}`)}, dataset: "groups/{id}/members", parent: groupID, state: model.Absent, reason: model.PermissionDenied},
		"all parents partial":      {files: files{"manifest.json": manifest(`"groups/{id}/members":{"status":"partial","reason":"throttled"}`), "groups/" + groupID + "/members.json": "[" + two + "]"}, dataset: "groups/{id}/members", parent: groupID, state: model.Partial, reason: model.Throttled, count: 2},
		"a parent's file is lost":  {files: files{"manifest.json": manifest(`"groups/{id}/members":{"status":"complete","count":3}`), "groups/" + groupID + "/members.json": "[" + two + "]"}, dataset: "groups/{id}/members", parent: groupID, state: model.Partial, reason: model.Truncated, detail: "counts 3 records", count: 2},
		"all parents are there":    {files: files{"manifest.json": manifest(`"groups/{id}/members":{"status":"complete","count":2}`), "groups/" + groupID + "/members.json": "[" + two + "]"}, dataset: "groups/{id}/members", parent: groupID, state: model.Complete, count: 2},
		"nothing to collect":       {files: files{"manifest.json": manifest(`"groups/{id}/members":{"status":"complete","count":0}`)}, dataset: "groups/{id}/members", state: model.Complete},
		"children said, not there": {files: files{"manifest.json": manifest(`"groups/{id}/members":{"status":"complete","count":4}`)}, dataset: "groups/{id}/members", state: model.Absent, reason: model.NotCollected},

		"expanded":            {files: files{"groups.json": expandedGroup(19, "")}, dataset: "groups/{id}/members", parent: groupID, state: model.Complete, count: 19},
		"expanded to the cap": {files: files{"groups.json": expandedGroup(20, "")}, dataset: "groups/{id}/members", parent: groupID, state: model.Partial, reason: model.Truncated, detail: "$expand stops at 20", count: 20},
		"expanded, goes on":   {files: files{"groups.json": expandedGroup(2, `"members@odata.nextLink":"n",`)}, dataset: "groups/{id}/members", parent: groupID, state: model.Partial, reason: model.Truncated, detail: "members@odata.nextLink", count: 2},
		"own file wins":       {files: files{"groups.json": expandedGroup(2, ""), "groups/" + groupID + "/members.json": "[" + two + `,{"id":"u3"}]`}, dataset: "groups/{id}/members", parent: groupID, state: model.Complete, count: 3},
		"expanded to null":    {files: files{"groups.json": `[{"id":"` + groupID + `","members":null}]`}, dataset: "groups/{id}/members", parent: groupID, state: model.Absent, reason: model.NotCollected},
		"expanded and cut":    {files: files{"groups.json": `[{"id":"` + groupID + `","members":["@{id=1}"]}]`}, dataset: "groups/{id}/members", parent: groupID, state: model.Partial, reason: model.Malformed},
		"expanded owners":     {files: files{"devices.json": `[{"id":"d","registeredOwners":[{"id":"u1"}]}]`}, dataset: "devices/{id}/registeredOwners", parent: "d", state: model.Complete, count: 1},
		"expanded grants":     {files: files{"servicePrincipals.json": `[{"id":"s","appRoleAssignments":[]}]`}, dataset: "servicePrincipals/{id}/appRoleAssignments", parent: "s", state: model.Complete},
		"settings":            {files: files{"deviceManagement.json": `{"id":"x","settings":{"secureByDefault":true}}`}, dataset: "deviceManagement/settings", state: model.Complete, count: 1},
	} {
		t.Run(name, func(t *testing.T) {
			dataset := tc.dataset
			if dataset == "" {
				dataset = "users"
			}
			// One file that can always be read: the case is about coverage.
			if _, ok := tc.files["manifest.json"]; !ok {
				tc.files["manifest.json"] = manifest("")
				if _, ok := tc.files["tenant x/users.json"]; ok {
					delete(tc.files, "manifest.json")
				}
			}
			tenant := load(t, FS(tc.files.fs(), Options{}), dataset)
			in := input(t, tenant, dataset)
			got := model.Coverage{State: in.Status, Reason: in.Reason, Detail: in.Detail}
			count := in.Count
			if tc.parent != "" {
				got, count = childCoverage(tenant, dataset, tc.parent)
			}
			require.Equal(t, tc.state, got.State, "%+v", got)
			require.Equal(t, tc.reason, got.Reason, "%+v", got)
			require.Contains(t, got.Detail, tc.detail)
			require.Equal(t, tc.count, count)
			// The inventory goes the same way and must not disagree about records.
			_, err := FS(tc.files.fs(), Options{}).Inventory(context.Background())
			require.NoError(t, err)
		})
	}
}

func childCoverage(tenant *model.Tenant, dataset, parent string) (model.Coverage, int) {
	switch dataset {
	case "groups/{id}/members":
		r := model.RowsOf(tenant, model.GroupMembers, nil).For(parent)
		return r.Coverage(), r.Len()
	case "devices/{id}/registeredOwners":
		r := model.RowsOf(tenant, model.DeviceOwners, nil).For(parent)
		return r.Coverage(), r.Len()
	default:
		r := model.RowsOf(tenant, model.AppRoleAssignments, nil).For(parent)
		return r.Coverage(), r.Len()
	}
}

func manifest(datasets string) string {
	return `{"format":"privpath-export/1","tenantId":"t","tenantName":"Contoso","collectedAt":"2026-11-20T09:00:00+01:00","collector":"test","datasets":{` + datasets + `}}`
}

func expandedGroup(members int, more string) string {
	var list []string
	for range members {
		list = append(list, `{"@odata.type":"#microsoft.graph.user","id":"u"}`)
	}
	return `{"value":[{"id":"` + groupID + `",` + more + `"members":[` + strings.Join(list, ",") + `]}]}`
}

func TestStrictFiles(t *testing.T) {
	for name, tc := range map[string]struct {
		files files
		wrong string
	}{
		"unknown format":        {files{"manifest.json": `{"format":"privpath-export/9"}`}, `"manifest.json" is not valid: /format is "privpath-export/9"`},
		"unknown property":      {files{"manifest.json": `{"format":"privpath-export/1","tennantId":"x"}`}, "/tennantId is not a known property"},
		"unknown data set":      {files{"manifest.json": manifest(`"usres":{"status":"partial"}`)}, "/datasets/usres is not a data set"},
		"unknown status":        {files{"manifest.json": manifest(`"users":{"status":"done"}`)}, `/datasets/users/status is "done"`},
		"unknown reason":        {files{"manifest.json": manifest(`"users":{"status":"partial","reason":"tired"}`)}, `/datasets/users/reason is "tired"`},
		"wrong time":            {files{"manifest.json": `{"format":"privpath-export/1","collectedAt":"yesterday"}`}, "/collectedAt: "},
		"negative count":        {files{"manifest.json": manifest(`"users":{"status":"partial","count":-1}`)}, "/datasets/users/count is negative"},
		"said twice":            {files{"manifest.json": manifest(`"users":{"status":"partial"},"users":{"status":"complete"}`)}, "/datasets/users stands here twice"},
		"no object":             {files{"manifest.json": `[]`}, "the file must be an object"},
		"cut":                   {files{"manifest.json": `{"format":`}, "not valid JSON"},
		"said in two spellings": {files{"manifest.json": manifest(`"users":{"status":"partial"},"Users":{"status":"complete"}`)}, "/datasets/users stands here twice"},
		"two manifests":         {files{"manifest.json": manifest(""), "Manifest.json": manifest("")}, "two files have this name"},
		"unknown declaration":   {files{"declarations.json": `{"breakGlass":[{"id":"x","nota":"y"}]}`}, `"declarations.json" is not valid: /breakGlass/0/nota is not a known property`},
		"wrong kind":            {files{"declarations.json": `{"breakGlass":"x"}`}, "/breakGlass must be an array"},
		"wrong date":            {files{"declarations.json": `{"standing":[{"principalId":"p","roleId":"r","reason":"x","owner":"o","expires":"soon"}]}`}, "/standing/0/expires: "},
		"wrong number":          {files{"declarations.json": `{"version":"1"}`}, "/version must be a int"},
		"control characters":    {files{"declarations.json": "{\"a\\u001b[31m/~\":1}"}, `/a\x1b[31m~1~0 is not a known property`},
		"declarations twice":    {files{"declarations.json": `{}`, "Declarations.json": `{}`}, "two files have this name"},
		"declarations as lines": {files{"declarations.json": `{"version":1}{"version":2}`}, "not valid JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			source := FS(tc.files.fs(), Options{})
			_, err := source.Load(context.Background(), []string{"users"})
			require.ErrorContains(t, err, tc.wrong)
			found := false
			for _, f := range inventory(t, source) {
				found = found || f.Status == StatusMalformed && strings.Contains(tc.wrong+f.Reason, f.Reason)
			}
			require.True(t, found, "the inventory shows it too")
		})
	}
}

func TestDeclarations(t *testing.T) {
	tenant := load(t, FS(files{"declarations.json": `{"$schema":"x","version":1,"breakGlass":[{"id":"bg","note":""}],"workingHours":null}`}.fs(), Options{}), "declarations")
	d, ok := model.RowsOf(tenant, model.OwnerDeclarations, nil).Only()
	require.True(t, ok)
	require.Equal(t, model.True, d.BreakGlass.Is(func(list []model.BreakGlass) bool { return len(list) == 1 }))
	require.Equal(t, model.Complete, input(t, tenant, "declarations").Status)
}

func TestTenantInfo(t *testing.T) {
	org := `{"value":[{"id":"t","displayName":"Fabrikam"}]}`
	info := load(t, FS(files{"manifest.json": manifest(""), "organization.json": org}.fs(), Options{}), "users").Info()
	require.Equal(t, "t", info.ID)
	require.Equal(t, "2026-11-20 08:00:00 +0000 UTC", info.CollectedAt.String())

	info = load(t, FS(files{"organization.json": org}.fs(), Options{}), "users").Info()
	require.Equal(t, "t", info.ID)
	require.Equal(t, "Fabrikam", info.Name)
	require.True(t, info.CollectedAt.IsZero())
	require.Regexp(t, "^sha256:[0-9a-f]{64}$", info.Digest)
}

func TestDigest(t *testing.T) {
	whole := files{"users.json": `[{"id":"u1"}]`, "groups.json": `[{"id":"g"`, "other.json": `{"x":1}`, "README.md": "a"}
	digest := func(f files, want ...string) string { return load(t, FS(f.fs(), Options{}), want...).Info().Digest }
	all := digest(whole)
	require.Equal(t, all, digest(whole, "users"), "what is asked for does not matter")
	require.Equal(t, all, load(t, whole.zip(t, "")).Info().Digest)
	require.Equal(t, all, load(t, whole.zip(t, "top/")).Info().Digest)

	whole["README.md"] = "b"
	require.Equal(t, all, digest(whole), "what is not read does not matter")
	whole["groups.json"] += " "
	require.NotEqual(t, all, digest(whole))
}

// lateHash is SHA-256 that counts how often it is asked for a sum.
type lateHash struct {
	hash.Hash
	sums *int
}

func (h lateHash) Sum(b []byte) []byte {
	*h.sums++
	return h.Hash.Sum(b)
}

// TestReplacedHash: whoever brings a hash gets the same digest of the export, is asked
// for every sum after the last file was begun, and is not asked where nothing tells it.
func TestReplacedHash(t *testing.T) {
	export := files{"users.json": `[{"id":"u1"}]`, "groups.json": `[{"id":"g"`, "groups/g/members.json": `[]`, "applications.json": ``}
	for name, parallel := range map[string]int{"one at a time": 1, "read ahead": 3} {
		t.Run(name, func(t *testing.T) {
			began, sums := 0, 0
			var turn sync.Mutex
			source := FS(export.fs(), Options{Parallel: parallel, SHA256: func() hash.Hash {
				turn.Lock()
				defer turn.Unlock()
				require.Zero(t, sums, "a sum was asked for before all files were read")
				began++
				return lateHash{sha256.New(), &sums}
			}})
			source.eager = true
			require.Equal(t, load(t, FS(export.fs(), Options{})).Info().Digest, load(t, source).Info().Digest)
			require.Equal(t, len(export), began)
			require.Equal(t, began, sums)

			_, err := source.Inventory(context.Background())
			require.NoError(t, err)
			require.Equal(t, len(export), began, "an inventory has no digest")
		})
	}
}

func TestObservers(t *testing.T) {
	source := FS(files{"users.json": `[{"id":"u1"},{"id":"u2"}]`, "groups.json": `[{"id":"g"}]`}.fs(), Options{})
	var seen []string
	tenant, err := source.Load(context.Background(), []string{"groups"}, assess.Observer{Dataset: "users", See: func(record any) {
		seen = append(seen, record.(model.User).ID)
	}})
	require.NoError(t, err)
	require.Equal(t, []string{"u1", "u2"}, seen)
	require.Empty(t, rows(tenant, model.Users), "observed is not kept")
	require.Equal(t, model.Complete, input(t, tenant, "users").Status)
	require.Len(t, rows(tenant, model.Groups), 1)
}

func TestCancel(t *testing.T) {
	source := FS(files{"users.json": "[" + strings.Repeat(`{"id":"u"},`, 1000) + `{"id":"u"}]`}.fs(), Options{})
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	_, err := source.Load(ctx, []string{"groups"}, assess.Observer{Dataset: "users", See: func(any) {
		if n++; n == 3 {
			cancel()
		}
	}})
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, n, 3+2*batchSize, "what is decoded already is seen; nothing else is read")
}

func TestNothingToRead(t *testing.T) {
	for name, tc := range map[string]struct {
		source *Source
		wrong  string
	}{
		"empty folder":  {FS(files{}.fs(), Options{}), "this holds no file"},
		"other files":   {FS(files{"a\x1bb.txt": "x"}.fs(), Options{}), `"a\x1bb.txt": not a .json`},
		"unknown JSON":  {FS(files{"x.json": `{"a":1}`}.fs(), Options{}), `"x.json": its name is no bundle path`},
		"no JSON":       {oneFile("policies.json", "hello"), `"policies.json": this is not a JSON object or array at byte 0`},
		"cut at once":   {oneFile("users.json", `{"value":[`), "it was cut at byte 10"},
		"zip in folder": {FS(files{"x.ZIP": "PK"}.fs(), Options{}), "a zip inside the export"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tc.source.Load(context.Background(), nil)
			require.ErrorContains(t, err, tc.wrong)
		})
	}
}

func TestLooseFiles(t *testing.T) {
	policy := `{"id":"p","displayName":"x","state":"enabled","conditions":{},"grantControls":null,"sessionControls":null}`
	for name, tc := range map[string]struct {
		text    string
		dataset string
		state   model.State
	}{
		"response":            {`{` + graphCtx + `identity/conditionalAccess/policies","value":[` + policy + `]}`, "identity/conditionalAccess/policies", model.Partial},
		"older context":       {`{` + graphCtx + `conditionalAccess/policies","value":[]}`, "identity/conditionalAccess/policies", model.Partial},
		"selected properties": {`{` + graphCtx + `users(id,displayName)","value":[{"id":"u"}]}`, "users", model.Partial},
		"expanded":            {`{` + graphCtx + `policies/roleManagementPolicyAssignments(policy(rules()))","value":[]}`, "policies/roleManagementPolicyAssignments", model.Partial},
		"with an id":          {`{` + graphCtx + `groups('` + groupID + `')/members","value":[]}`, "groups/{id}/members", model.Partial},
		"goes on":             {`{` + graphCtx + `users","value":[{"id":"u"}],"@odata.nextLink":"n"}`, "users", model.Partial},
		"one object":          {`{` + graphCtx + `identity/conditionalAccess/policies/$entity",` + policy[1:], "identity/conditionalAccess/policies", model.Partial},
		"single entity":       {`{` + graphCtx + `policies/authorizationPolicy/$entity","id":"a"}`, "policies/authorizationPolicy", model.Complete},
		"by shape":            {policy, "identity/conditionalAccess/policies", model.Partial},
		"list by shape":       {"[" + policy + "]", "identity/conditionalAccess/policies", model.Partial},
		"by type":             {`[{"@odata.type":"#microsoft.graph.ipNamedLocation","id":"l"}]`, "identity/conditionalAccess/namedLocations", model.Partial},
		"SDK by shape":        {`[{"Id":"p","State":"enabled","Conditions":{"X":1},"GrantControls":null,"AdditionalProperties":{}}]`, "identity/conditionalAccess/policies", model.Partial},
	} {
		t.Run(name, func(t *testing.T) {
			for _, source := range []*Source{oneFile("my export.json", tc.text), FS(files{"some/where/x.json": tc.text}.fs(), Options{})} {
				in := input(t, load(t, source), tc.dataset)
				require.Equal(t, tc.state, in.Status, "%+v", in)
				require.NotEqual(t, model.Absent, in.Status)
			}
		})
	}
	for name, text := range map[string]string{
		"another role provider": `{` + graphCtx + `roleManagement/entitlementManagement/roleDefinitions","value":[{"id":"x"}]}`,
		"members of what":       `{` + graphCtx + `directoryObjects","value":[{"id":"x"}]}`,
		"settings of what":      `{` + graphCtx + `settings","value":[{"id":"x"}]}`,
		"open bracket":          `{` + graphCtx + `users(id","value":[{"id":"x"}]}`,
		"users by type":         `[{"@odata.type":"#microsoft.graph.user","id":"x","userPrincipalName":"x"}]`,
		"imports":               `{` + graphCtx + `imports/arm/roleAssignments","value":[]}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := oneFile("x.json", text).Load(context.Background(), nil)
			require.ErrorContains(t, err, `"x.json": `)
		})
	}
}

func TestFilePath(t *testing.T) {
	for name, dataset := range map[string]string{
		"users.json":          "users",
		"/home/me/users.json": "users",
		`C:\exports\identity\conditionalAccess\policies.2.json`: "identity/conditionalAccess/policies",
		"../t/groups/" + groupID + "/members.json":              "groups/{id}/members",
	} {
		found, err := oneFile(name, `[]`).Inventory(context.Background())
		require.NoError(t, err)
		require.Equal(t, dataset, found[0].Dataset, name)
	}
}

func TestLooseYieldsToNamed(t *testing.T) {
	source := FS(files{"users.json": `[{"id":"u1"}]`, "copy.json": `{` + graphCtx + `users","value":[{"id":"u1"},{"id":"u2"}]}`}.fs(), Options{})
	in := input(t, load(t, source), "users")
	require.Equal(t, 1, in.Count)
	require.Equal(t, model.Complete, in.Status)
	require.Equal(t, StatusIgnored, inventory(t, source)["copy.json"].Status)
}

func TestInventory(t *testing.T) {
	found := inventory(t, FS(files{
		"manifest.json": manifest(""), "declarations.json": "{}",
		"users.json":   `{"value":[{"Id":"u1","AdditionalProperties":{}}],"@odata.nextLink":"n"}`,
		"groups.json":  expandedGroup(1, ""),
		"devices.json": toUTF16(`[{"id":"d"},]`, true, true), "x.txt": "y", "a.json": "{",
	}.fs(), Options{}))
	require.Equal(t, KindManifest, found["manifest.json"].Kind)
	require.Equal(t, KindDeclarations, found["declarations.json"].Kind)
	require.Equal(t, StatusPartial, found["users.json"].Status)
	require.ElementsMatch(t, []string{"@odata.nextLink is left: there are more pages", notePascal, noteSDK}, found["users.json"].Notes)
	require.Equal(t, []string{"groups/{id}/members"}, found["groups.json"].Also)
	require.Equal(t, StatusMalformed, found["devices.json"].Status)
	require.Equal(t, utf16LE, found["devices.json"].Encoding)
	require.Contains(t, found["devices.json"].Reason, "at byte 12 (of the UTF-16LE text, counted as UTF-8)")
	require.Equal(t, 1, found["devices.json"].Records)
	require.Equal(t, StatusIgnored, found["x.txt"].Status)
	require.Equal(t, StatusMalformed, found["a.json"].Status)

	said := inventory(t, FS(files{"manifest.json": manifest(`"users":{"status":"complete","count":9},"groups":{"status":"missing","reason":"throttled","detail":"a\u0007b"}`), "users.json": "[]"}.fs(), Options{}))
	require.Equal(t, StatusPartial, said["users.json"].Status)
	require.Contains(t, said["users.json"].Reason, "counts 9 records")
	require.Equal(t, []string{"groups is missing: throttled a b"}, said["manifest.json"].Notes)

	missing := map[string]Missing{}
	for _, m := range MissingFrom(slices.Collect(maps.Values(found))) {
		missing[m.Dataset] = m
	}
	require.NotContains(t, missing, "users")
	require.NotContains(t, missing, "groups/{id}/members")
	require.Equal(t, "Policy.Read.All", missing["identity/conditionalAccess/policies"].Delegated)
	require.Equal(t, "GET https://graph.microsoft.com/beta/identity/conditionalAccess/policies", missing["identity/conditionalAccess/policies"].Request)
}

// A file that was cut anywhere never makes its data set complete.
func TestCut(t *testing.T) {
	texts := map[string]string{
		"users.json":                        `{` + graphCtx + `users","value":[{"id":"u1","displayName":"é\\"},{"id":"u2"}],"@odata.count":2}`,
		"groups.json":                       `[{"id":"g1"},{"id":"g2","members":[{"id":"u"}]}]`,
		"policies/authorizationPolicy.json": `{` + graphCtx + `policies/authorizationPolicy/$entity","id":"authorizationPolicy","blockMsolPowerShell":true}`,
	}
	encodings := map[string]func(string) string{
		"UTF-8":            func(s string) string { return s },
		"BOM":              func(s string) string { return "\ufeff" + s },
		"UTF-16LE":         func(s string) string { return toUTF16(s, true, true) },
		"UTF-16BE, no BOM": func(s string) string { return toUTF16(s, false, false) },
	}
	for name, text := range texts {
		dataset := strings.TrimSuffix(name, ".json")
		for encoding, encode := range encodings {
			raw := encode(text)
			complete := files{name: raw, "manifest.json": manifest("")}
			require.Equal(t, model.Complete, input(t, load(t, FS(complete.fs(), Options{}), dataset), dataset).Status, encoding)
			for cut := range len(raw) {
				source := FS(files{name: raw[:cut], "manifest.json": manifest("")}.fs(), Options{})
				in := input(t, load(t, source, dataset), dataset)
				require.NotEqual(t, model.Complete, in.Status, "%s %s cut at %d", name, encoding, cut)
				require.Equal(t, model.Malformed, in.Reason)
				require.NotEmpty(t, in.Detail)
			}
		}
	}
}

func toUTF16(text string, little, mark bool) string {
	var out bytes.Buffer
	if mark {
		text = "\ufeff" + text
	}
	for _, unit := range utf16.Encode([]rune(text)) {
		if little {
			out.Write([]byte{byte(unit), byte(unit >> 8)})
		} else {
			out.Write([]byte{byte(unit >> 8), byte(unit)})
		}
	}
	return out.String()
}

func TestEncodings(t *testing.T) {
	text := `[{"id":"u1","displayName":"Zoë 𝄞 \u00e9"}]`
	for name, raw := range map[string]string{
		"UTF-8": text, "BOM": "\ufeff" + text,
		"UTF-16LE": toUTF16(text, true, true), "UTF-16BE": toUTF16(text, false, true),
		"UTF-16LE without BOM": toUTF16(text, true, false), "UTF-16BE without BOM": toUTF16(text, false, false),
	} {
		t.Run(name, func(t *testing.T) {
			users := rows(load(t, FS(files{"users.json": raw}.fs(), Options{})), model.Users)
			require.Len(t, users, 1)
			require.Equal(t, model.True, model.Equals(users[0].DisplayName, "Zoë 𝄞 é"))
		})
	}
	half := toUTF16(`[{"id":"u1","displayName":"`, true, true) + "\x00\xd8a\x00" + toUTF16(`"}]`, true, false)
	users := rows(load(t, FS(files{"users.json": half}.fs(), Options{})), model.Users)
	require.Equal(t, model.True, model.Equals(users[0].DisplayName, "\ufffda"))

	ansi := FS(files{"users.json": "[{\"id\":\"u1\",\"displayName\":\"Zo\xeb\"}]"}.fs(), Options{})
	require.Equal(t, model.Complete, input(t, load(t, ansi), "users").Status)
	require.Contains(t, inventory(t, ansi)["users.json"].Notes[0], "not valid UTF-8")
}

func TestFileCannotBeRead(t *testing.T) {
	broken := errors.New("device lost")
	source := File("users.json", 10, func() (io.ReadCloser, error) { return nil, broken }, Options{})
	_, err := source.Load(context.Background(), nil)
	require.ErrorContains(t, err, `"users.json": cannot be opened: device lost`)

	source = File("users.json", 10, func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(`[{"id":"u1"},`), failing{broken})), nil
	}, Options{})
	in := input(t, load(t, source), "users")
	require.Equal(t, model.Partial, in.Status)
	require.Equal(t, 1, in.Count)
	require.Contains(t, in.Detail, "device lost")
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
