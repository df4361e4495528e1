package tenants

import (
	"encoding/json"
	"io/fs"
	"path"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/privpath/privpath/examples/tenants/internal/gen"
	"github.com/privpath/privpath/model"
)

// maxBytes bounds one tenant: the page embeds all of them.
const maxBytes = 700 << 10

// dangling are ids that a story leaves without an object on purpose.
var dangling = map[string]string{
	gen.DeletedGroup: "middling: CA004 still excludes a group that was deleted",
}

func TestCommittedFilesAreWhatTheGeneratorWrites(t *testing.T) {
	names := append([]string(nil), Names()...)
	sort.Strings(names)
	check(t, slices.Equal(names, gen.Names()), "embedded %v, generated %v", names, gen.Names())
	for _, name := range Names() {
		want, err := gen.Tenant(name, gen.Seed)
		must(t, err)
		got := read(t, name)
		check(t, slices.Equal(keys(want), keys(got)), "%s has other files: run go generate ./examples/tenants", name)
		for file := range want {
			if string(want[file]) != string(got[file]) {
				t.Errorf("%s/%s is not what the generator writes: run go generate ./examples/tenants", name, file)
			}
		}
	}
}

func TestGeneratorIsAFunctionOfItsSeed(t *testing.T) {
	for _, name := range Names() {
		first, err := gen.Tenant(name, 7)
		must(t, err)
		again, err := gen.Tenant(name, 7)
		must(t, err)
		check(t, reflect.DeepEqual(first, again), "%s: two runs differ", name)
		other, err := gen.Tenant(name, 8)
		must(t, err)
		check(t, string(first["users.json"]) != string(other["users.json"]), "%s: another seed must give other ids", name)
	}
}

func TestUnknownNameIsRefused(t *testing.T) {
	_, err := FS("mature/..")
	check(t, err != nil && strings.Contains(err.Error(), "no sample tenant"), "got %v", err)
	_, err = gen.Tenant("nobody", 1)
	check(t, err != nil && strings.Contains(err.Error(), "nobody"), "got %v", err)
}

func TestTenantsAreLargeEnoughAndSmallEnough(t *testing.T) {
	for _, name := range Names() {
		size := 0
		for _, content := range read(t, name) {
			size += len(content)
		}
		check(t, size <= maxBytes, "%s has %d bytes, more than %d", name, size, maxBytes)
		d := decode(t, name)
		check(t, len(d.rows["users"]) >= 200, "%s has %d users", name, len(d.rows["users"]))
		check(t, len(d.rows["auditLogs/signIns"]) >= 100, "%s has %d sign-ins", name, len(d.rows["auditLogs/signIns"]))
	}
}

func TestManifestTellsWhatIsThere(t *testing.T) {
	for _, name := range Names() {
		d := decode(t, name)
		var manifest struct {
			Format      string
			TenantID    string
			CollectedAt string
			Datasets    map[string]struct {
				Status, Reason string
				Count          int
			}
		}
		must(t, json.Unmarshal(d.files["manifest.json"], &manifest))
		check(t, manifest.Format == "privpath-export/1", "%s: format %q", name, manifest.Format)
		check(t, manifest.CollectedAt == "2026-11-20T09:00:00Z", "%s: collected %q", name, manifest.CollectedAt)
		check(t, d.rows["organization"][0]["id"] == manifest.TenantID, "%s: tenant %q", name, manifest.TenantID)
		for set, rows := range d.rows {
			entry := manifest.Datasets[set]
			check(t, entry.Status == "complete" && entry.Count == len(rows), "%s: %s has %d records, the manifest says %+v", name, set, len(rows), entry)
		}
		for set, entry := range manifest.Datasets {
			if _, there := d.rows[set]; !there {
				parentless := strings.Contains(set, "{id}") && entry.Status == "complete" && entry.Count == 0
				check(t, parentless || entry.Status == "missing" && entry.Reason != "", "%s: %s is not there, the manifest says %+v", name, set, entry)
			}
		}
	}
}

func TestIDsAreUnique(t *testing.T) {
	for _, name := range Names() {
		for set, rows := range decode(t, name).rows {
			if strings.Contains(set, "{id}") { // an object may be a member of many groups
				continue
			}
			seen := map[any]bool{}
			for _, row := range rows {
				if id, ok := row["id"]; ok {
					check(t, !seen[id], "%s: %s has %v twice", name, set, id)
					seen[id] = true
				}
			}
		}
	}
}

// references are the members that name another object by its id.
var references = regexp.MustCompile(`^(principalId|userId|groupId|roleDefinitionId|clientId|resourceId|appRoleId|policyId|deviceId|azureADDeviceId|` +
	`includeUsers|excludeUsers|includeGroups|excludeGroups|includeRoles|excludeRoles|includeLocations|excludeLocations|` +
	`adminId|ownerId|roleId|deviceIds|groupIds|trustedLocations|addServicePrincipals|query)$`)

var guid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

func TestReferencesResolve(t *testing.T) {
	used := map[string]bool{}
	for _, name := range Names() {
		d := decode(t, name)
		known := d.known()
		resolve := func(where, id string) {
			if !known[id] {
				used[id] = true
				check(t, dangling[id] != "", "%s: %s names %s, which is nowhere", name, where, id)
			}
		}
		for file, content := range d.files {
			var value any
			must(t, json.Unmarshal(content, &value))
			for _, id := range guid.FindAllString(path.Dir(file), -1) {
				resolve("the path "+file, id)
			}
			walk("", value, func(key, text string) {
				azureRole := key == "roleDefinitionId" && strings.HasPrefix(file, "imports/arm/")
				if references.MatchString(key) && !azureRole { // Azure's own roles are in no export
					for _, id := range guid.FindAllString(text, -1) {
						resolve(file+" "+key, id)
					}
				}
			})
		}
		for _, set := range []string{"groups/{id}/members", "groups/{id}/owners", "directory/administrativeUnits/{id}/members", "devices/{id}/registeredOwners"} {
			for _, row := range d.rows[set] {
				resolve(set, row["id"].(string))
			}
		}
		for _, row := range d.rows["auditLogs/signIns"] {
			for _, p := range row["appliedConditionalAccessPolicies"].([]any) {
				resolve("sign-in", p.(map[string]any)["id"].(string))
			}
		}
	}
	for id, why := range dangling {
		check(t, used[id], "%s (%s) is listed as dangling and is not", id, why)
	}
}

func TestLogsAgree(t *testing.T) {
	for _, name := range Names() {
		d := decode(t, name)
		eligible := map[string]bool{}
		for _, row := range d.rows["roleManagement/directory/roleEligibilityScheduleInstances"] {
			who := row["principalId"].(string)
			eligible[who+row["roleDefinitionId"].(string)] = true
			for _, member := range d.byFile["groups/"+who+"/members"] {
				eligible[member["id"].(string)+row["roleDefinitionId"].(string)] = true
			}
		}
		completed := map[string]bool{}
		for _, row := range d.rows["auditLogs/directoryAudits"] {
			if row["activityDisplayName"] == "Add member to role completed (PIM activation)" {
				completed[row["correlationId"].(string)] = true
			}
		}
		signIns := map[string][]string{}
		for _, row := range d.rows["auditLogs/signIns"] {
			signIns[row["userId"].(string)] = append(signIns[row["userId"].(string)], row["createdDateTime"].(string))
		}
		requests := d.rows["roleManagement/directory/roleAssignmentScheduleRequests"]
		check(t, len(requests) > 0, "%s has no activations", name)
		for _, row := range requests {
			if row["action"] != "selfActivate" {
				continue
			}
			who, role, start := row["principalId"].(string), row["roleDefinitionId"].(string), row["completedDateTime"].(string)
			check(t, eligible[who+role], "%s: %s activates %s without being eligible", name, who, role)
			check(t, completed[row["id"].(string)], "%s: no audit event of %s", name, row["id"])
			before := ""
			for _, at := range signIns[who] {
				if at <= start && at > before {
					before = at
				}
			}
			check(t, strings.HasPrefix(before, start[:10]), "%s: %s activates at %s without having signed in that day", name, who, start)
		}
		for _, row := range d.rows["users"] {
			activity, ok := row["signInActivity"].(map[string]any)
			if log := signIns[row["id"].(string)]; len(log) > 0 {
				check(t, ok, "%s: %s is in the log", name, row["id"])
				sort.Strings(log)
				check(t, activity["lastSignInDateTime"] == log[len(log)-1], "%s: %s last signed in at %s", name, row["userPrincipalName"], log[len(log)-1])
			}
			if !ok {
				continue
			}
			for key, at := range activity {
				if at, ok := at.(string); ok {
					check(t, row["createdDateTime"].(string) < at && at <= "2026-11-20T09:00:00Z", "%s: %s of %s", name, key, row["userPrincipalName"])
				}
			}
		}
	}
}

func TestEachRoleHasItsSeventeenRules(t *testing.T) {
	for _, name := range Names() {
		d := decode(t, name)
		covered := map[any]bool{}
		for _, row := range d.rows["policies/roleManagementPolicyAssignments"] {
			covered[row["roleDefinitionId"]] = true
			ids := map[any]bool{}
			for _, rule := range row["policy"].(map[string]any)["rules"].([]any) {
				ids[rule.(map[string]any)["id"]] = true
			}
			check(t, len(ids) == 17, "%s: %s has %d rules", name, row["roleDefinitionId"], len(ids))
		}
		for _, role := range d.rows["roleManagement/directory/roleDefinitions"] {
			check(t, covered[role["id"]], "%s: no settings for %s", name, role["displayName"])
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func check(t *testing.T, ok bool, format string, args ...any) {
	t.Helper()
	if !ok {
		t.Errorf(format, args...)
	}
}

type row = map[string]any

// data is one tenant decoded: rows by data set, and by file without its ending.
type data struct {
	files  map[string][]byte
	rows   map[string][]row
	byFile map[string][]row
}

var page = regexp.MustCompile(`\.[0-9]+$`)

func decode(t *testing.T, name string) data {
	t.Helper()
	d := data{files: read(t, name), rows: map[string][]row{}, byFile: map[string][]row{}}
	for file, content := range d.files {
		if file == "manifest.json" || file == "declarations.json" {
			continue
		}
		var response row
		if err := json.Unmarshal(content, &response); err != nil {
			t.Fatalf("%s/%s: %v", name, file, err)
		}
		check(t, response["@odata.nextLink"] == nil, "%s/%s is cut off", name, file)
		rows := []row{response}
		if list, ok := response["value"].([]any); ok {
			rows = nil
			for _, item := range list {
				rows = append(rows, item.(row))
			}
		}
		bare := page.ReplaceAllString(strings.TrimSuffix(file, ".json"), "")
		set := guid.ReplaceAllString(bare, "{id}")
		_, _, known := model.DatasetAt(bare)
		check(t, known, "%s/%s is no data set of the bundle format", name, file)
		d.rows[set] = append(d.rows[set], rows...)
		d.byFile[bare] = append(d.byFile[bare], rows...)
	}
	return d
}

// known are the ids of the objects that the bundle holds.
func (d data) known() map[string]bool {
	out := map[string]bool{}
	for set, rows := range d.rows {
		if strings.HasPrefix(set, "auditLogs/") || strings.HasSuffix(set, "/members") || strings.HasSuffix(set, "/owners") {
			continue // these refer, they do not define
		}
		for _, r := range rows {
			for _, key := range []string{"id", "appId", "deviceId"} {
				if id, ok := r[key].(string); ok {
					out[id] = true
				}
			}
			for _, role := range asList(r["appRoles"]) {
				out[role.(row)["id"].(string)] = true
			}
			if policy, ok := r["policyId"].(string); ok {
				out[guid.FindAllString(policy, 2)[1]] = true
			}
		}
	}
	return out
}

func asList(v any) []any {
	list, _ := v.([]any)
	return list
}

// walk visits every string with the key that holds it, or holds its list.
func walk(key string, value any, visit func(key, text string)) {
	switch v := value.(type) {
	case row:
		for k, item := range v {
			walk(k, item, visit)
		}
	case []any:
		for _, item := range v {
			walk(key, item, visit)
		}
	case string:
		visit(key, v)
	}
}

func read(t *testing.T, name string) map[string][]byte {
	t.Helper()
	folder, err := FS(name)
	must(t, err)
	out := map[string][]byte{}
	must(t, fs.WalkDir(folder, ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		out[file], err = fs.ReadFile(folder, file)
		return err
	}))
	return out
}

func keys(m map[string][]byte) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
