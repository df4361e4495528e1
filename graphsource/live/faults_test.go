package live_test

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/graphsource"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/graphsource/live"
	"github.com/privpath/privpath/graphsource/live/livetest"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

// fault is one thing that goes wrong with a call.
type fault struct {
	name   string
	answer func(livetest.Call) *livetest.Answer
	// passes: the collection is whole when it happens once.
	passes bool
	// reasons that the manifest may give.
	reasons []model.Reason
}

func throttled(status int, header map[string]string) func(livetest.Call) *livetest.Answer {
	return func(livetest.Call) *livetest.Answer {
		a := livetest.Error(status, "TooManyRequests", "Too many requests.")
		a.Header = header
		return a
	}
}

func refused(status int, code, message string) func(livetest.Call) *livetest.Answer {
	return func(livetest.Call) *livetest.Answer { return livetest.Error(status, code, message) }
}

// linked puts a link to the next page into a list. It stands last, where it
// replaces the list's own.
func linked(link func(livetest.Call) string) func(livetest.Call) *livetest.Answer {
	return func(c livetest.Call) *livetest.Answer {
		return &livetest.Answer{Edit: func(body []byte) []byte {
			if !bytes.Contains(body, []byte(`"value":[`)) || !bytes.HasSuffix(body, []byte("]}")) {
				return body
			}
			return append(body[:len(body)-1], []byte(`,"@odata.nextLink":"`+link(c)+`"}`)...)
		}}
	}
}

func always(link string) func(livetest.Call) string {
	return func(livetest.Call) string { return link }
}

func edited(edit func(body []byte) []byte) func(livetest.Call) *livetest.Answer {
	return func(livetest.Call) *livetest.Answer { return &livetest.Answer{Edit: edit} }
}

func faults(s *livetest.Server) []fault {
	root := s.URL()
	unread := []model.Reason{model.NotCollected, model.Truncated}
	return []fault{
		{"429 with Retry-After", throttled(429, map[string]string{"Retry-After": "7"}), true, []model.Reason{model.Throttled}},
		{"429 without Retry-After", throttled(429, nil), true, []model.Reason{model.Throttled}},
		{"503 with Retry-After", throttled(503, map[string]string{"Retry-After": "Fri, 20 Nov 2026 09:00:30 GMT"}), true, []model.Reason{model.Throttled}},
		{"429 that asks for an hour", throttled(429, map[string]string{"Retry-After": "3600"}), false, []model.Reason{model.Throttled}},
		{"500", refused(500, "generalException", "An internal server error occurred."), true, unread},
		{"502", refused(502, "", ""), true, unread},
		{"a reply that never comes", func(livetest.Call) *livetest.Answer { return &livetest.Answer{Hang: true} }, true, unread},
		{"a connection reset", func(livetest.Call) *livetest.Answer { return &livetest.Answer{Drop: true} }, true, unread},
		{"a body that is cut", func(livetest.Call) *livetest.Answer { return &livetest.Answer{CutAt: 40} }, true, unread},
		{"a body that ends early without a broken connection", edited(func(body []byte) []byte { return body[:len(body)/2] }), true, []model.Reason{model.Truncated}},
		{"an empty body", edited(func([]byte) []byte { return nil }), true, []model.Reason{model.Truncated}},
		{"malformed JSON", edited(func(body []byte) []byte { return append(bytes.Clone(body), '}') }), true, []model.Reason{model.Truncated}},
		{"200 with a page of HTML", edited(func([]byte) []byte { return []byte(`<html>Sign in to the proxy</html>`) }), true, []model.Reason{model.Truncated}},
		{"200 with an error for a body", edited(func([]byte) []byte { return []byte(`{"error":{"code":"generalException","message":"No."}}`) }), true, []model.Reason{model.Truncated, model.NotCollected}},
		{"401", refused(401, "InvalidAuthenticationToken", "Access token has expired."), true, []model.Reason{model.PermissionDenied}},
		{"a token that expires", func(livetest.Call) *livetest.Answer { s.Expire(); return nil }, true, []model.Reason{model.PermissionDenied}},
		{"403", refused(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."), false, []model.Reason{model.PermissionDenied}},
		{"400 AadPremiumLicenseRequired", refused(400, "AadPremiumLicenseRequired", "The tenant needs an AAD Premium license."), false, []model.Reason{model.NotLicensed}},
		{"403 from a tenant without a premium licence", refused(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "Neither tenant is B2C or tenant doesn't have premium license"), false, []model.Reason{model.NotLicensed}},
		{"400", refused(400, "BadRequest", "Invalid filter clause."), false, unread},
		{"404", refused(404, "ResourceNotFound", "Resource not found for the segment."), false, []model.Reason{model.NotInAPI, model.Truncated}},
		{"410", refused(410, "Directory_ExpiredPageToken", "The specified page token value has expired."), false, []model.Reason{model.NotInAPI, model.Truncated}},
		{"a link that leads back", linked(func(c livetest.Call) string { return root + c.Path + "?" + c.Query.Encode() }), false, []model.Reason{model.Malformed}},
		{"a link that leads away", linked(always("https://graph.attacker.example/v1.0/users")), false, []model.Reason{model.Malformed}},
		{"a link to another name of the host", linked(always(strings.Replace(root, "127.0.0.1", "localhost", 1) + "/v1.0/users")), false, []model.Reason{model.Malformed}},
		{"a link without encryption", linked(always(strings.Replace(root, "https:", "http:", 1) + "/v1.0/users")), false, []model.Reason{model.Malformed}},
		{"a link to what is no list", linked(always(root + "/v1.0/policies/authorizationPolicy")), false, []model.Reason{model.Truncated}},
	}
}

// baseline is a collection without faults, and what its assessment says.
type baseline struct {
	server *livetest.Server
	opts   live.Options
	want   []string
	calls  []livetest.Call
	files  map[string]string
	said   map[string]model.ManifestDataset
	passed map[string]bool
	judged map[string]bool // bundles that were resumed and assessed already
	tried  int
}

// newBaseline collects what the controls need of a sample tenant.
func newBaseline(t *testing.T, name string) *baseline {
	t.Helper()
	tenant := sample(t, name)
	return baselineOf(t, serve(t, tenant), tenant)
}

func baselineOf(t *testing.T, s *livetest.Server, tenant fs.FS) *baseline {
	t.Helper()
	b := &baseline{server: s, judged: map[string]bool{}}
	b.opts = options(s)
	// One at a time, so that the n-th request is the same one in every collection.
	b.opts.Beside, b.opts.Parallel = tenant, 1
	b.want = append(assess.Needs(pillars.All()), model.SignIns.Name(), model.DirectoryAudits.Name())
	r, manifest, _ := collect(t, b.opts, b.want...)
	for name, d := range manifest.Datasets {
		if name == model.SignIns.Name() {
			require.Equal(t, "partial", d.Status)
			require.Contains(t, d.Detail, "privileged users")
			continue
		}
		// Microsoft's absent services and objects that nothing names are no faults.
		well := d.Status == "complete" || d.Status == "missing" && (d.Reason == model.NotInAPI || strings.HasPrefix(d.Detail, "no object"))
		require.Truef(t, well, "%s: %s %s", name, d.Reason, d.Detail)
	}
	b.calls, b.files, b.said = s.Calls(), contents(t, r), manifest.Datasets
	b.passed = passes(t, r)
	require.NotEmpty(t, b.passed)
	return b
}

func contents(t testing.TB, r *zip.Reader) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, f := range r.File {
		from, err := f.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(from)
		require.NoError(t, err)
		files[f.Name] = string(text)
	}
	return files
}

// passes gives the controls that pass.
func passes(t testing.TB, r fs.FS) map[string]bool {
	t.Helper()
	result, err := assess.Run(t.Context(), export.FS(r, export.Options{}), pillars.All(),
		assess.Options{Permission: graphsource.Permission, AsOf: collectedAt})
	require.NoError(t, err)
	passed := map[string]bool{}
	for _, f := range result.Findings {
		if f.Status == model.StatusPass {
			passed[f.Control] = true
		}
	}
	return passed
}

// afresh gives the options a clock of their own.
func (b *baseline) afresh() live.Options {
	o := b.opts
	c := &clock{now: collectedAt}
	o.Now, o.Sleep = c.Now, c.Sleep
	b.server.Answer = nil
	b.server.Reset()
	return o
}

// target is the call's own identity, whatever its index: this method and address.
func target(want livetest.Call) func(livetest.Call) bool {
	query := want.Query.Encode()
	return func(c livetest.Call) bool {
		return c.Path == want.Path && c.Method == want.Method && c.Query.Encode() == query &&
			(want.Method != http.MethodPost || bytes.Equal(c.Body, want.Body))
	}
}

// small is a sample tenant cut down to a few objects of each kind, with pages of
// three records, so that a collection of it makes every kind of request that a
// collection can make and little else.
func small(t *testing.T) (*livetest.Server, fs.FS) {
	t.Helper()
	const (
		emergency = "cc810128-a2cb-4998-8a9d-9a54faa5f6bb"
		permanent = "8c67eea4-0731-4be4-93be-8401f38266d6"
		eligible  = "038fa008-9ac6-44e0-8d2c-b9f30db88f66"
		perPage   = 3
	)
	bundle, _ := offline(t, sample(t, "middling"))
	paged := []string{"users.json", "identity/conditionalAccess/policies.json", "policies/roleManagementPolicyAssignments.json", "auditLogs/signIns.json"}
	gone := regexp.MustCompile(strings.Join(without(t, bundle["users.json"].Data, emergency, permanent, eligible), "|"))
	for name, file := range bundle {
		var list struct {
			Value []json.RawMessage `json:"value"`
		}
		if json.Unmarshal(file.Data, &list) != nil || list.Value == nil {
			continue
		}
		list.Value = slices.DeleteFunc(list.Value, func(record json.RawMessage) bool {
			return name != "identity/conditionalAccess/policies.json" && gone.Match(record)
		})
		most := perPage
		if dataset, _, _ := model.DatasetAt(strings.TrimSuffix(name, ".json")); dataset.Child() || slices.Contains(paged, name) {
			most++
		}
		if name != "roleManagement/directory/roleDefinitions.json" {
			list.Value = list.Value[:min(most, len(list.Value))]
		}
		text, err := json.Marshal(list)
		require.NoError(t, err)
		bundle[name] = &fstest.MapFile{Data: text}
	}
	// One whom the report does not count as an administrator is asked for alone.
	report := bundle[model.RegistrationDetails.Name()+".json"]
	require.Contains(t, string(report.Data), `"isAdmin":true`)
	report.Data = bytes.Replace(report.Data, []byte(`"isAdmin":true`), []byte(`"isAdmin":false`), 1)
	for _, name := range []string{"directory/onPremisesSynchronization.json", "deviceManagement/detectedApps.json"} {
		bundle[name] = &fstest.MapFile{Data: []byte(`{"value":[]}`)}
	}
	s := &livetest.Server{Tenant: bundle, PageSize: perPage}
	s.Start()
	t.Cleanup(s.Close)
	return s, bundle
}

// without lists the ids of a list but for some.
func without(t *testing.T, list []byte, but ...string) []string {
	t.Helper()
	var all struct {
		Value []struct{ ID string } `json:"value"`
	}
	require.NoError(t, json.Unmarshal(list, &all))
	var ids []string
	for _, v := range all.Value {
		if !slices.Contains(but, v.ID) {
			ids = append(ids, v.ID)
		}
	}
	return ids
}

// TestFaultsAtEveryRequest lets every kind of fault happen at every request of a
// collection, those inside $batch too: once, and at every attempt. Either the
// collection is whole all the same, or its manifest says what is missing and why,
// nothing else is lost or invented, no control passes that did not pass before,
// and the collection that resumes it is whole.
func TestFaultsAtEveryRequest(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // thousands of short-lived collections
	s, tenant := small(t)
	b := baselineOf(t, s, tenant)
	b.opts.Transport = s.Direct()
	for _, class := range classes {
		require.Truef(t, slices.ContainsFunc(b.calls, func(c livetest.Call) bool { return classOf(c) == class }), "no request is %s", class)
	}
	for _, f := range faults(s) {
		t.Run(f.name, func(t *testing.T) {
			for i, c := range b.calls {
				first := slices.IndexFunc(b.calls, func(other livetest.Call) bool { return classOf(other) == classOf(c) })
				if testing.Short() && i != first {
					continue // the race detector makes it ten times as long
				}
				b.strike(t, f, c, 1)
				b.strike(t, f, c, -1)
			}
		})
	}
	t.Logf("%d requests, %d collections with faults, %d bundles resumed and assessed", len(b.calls), b.tried, len(b.judged))
}

// TestFaultsOverTLS does the same over real connections, for the first request of
// each class.
func TestFaultsOverTLS(t *testing.T) {
	s, tenant := small(t)
	b := baselineOf(t, s, tenant)
	b.opts.Timeout = 200 * time.Millisecond
	for _, f := range faults(s) {
		t.Run(f.name, func(t *testing.T) {
			for _, class := range classes {
				i := slices.IndexFunc(b.calls, func(c livetest.Call) bool { return classOf(c) == class })
				b.strike(t, f, b.calls[i], 1)
			}
		})
	}
}

// classes are the kinds of requests that a collection makes.
var classes = []string{"the organization", "a list", "a further page of a list", "a single object", "a batch",
	"in a batch: a list", "in a batch: a list with a filter", "a further page of a list in a batch",
	"a list with a filter", "a row of a report", "the sign-ins of one user"}

func classOf(c livetest.Call) string {
	filter, token := c.Query.Get("$filter") != "", c.Query.Has("$skiptoken")
	dataset, _, _ := model.DatasetAt(strings.TrimPrefix(strings.TrimPrefix(c.Path, "/v1.0/"), "/beta/"))
	switch {
	case c.Method == http.MethodPost:
		return "a batch"
	case strings.HasPrefix(c.Path, "/v1.0/"+model.RegistrationDetails.Name()+"/"):
		return "a row of a report"
	case c.Batched && filter:
		return "in a batch: a list with a filter"
	case c.Batched:
		return "in a batch: a list"
	case dataset.Name == model.Organizations.Name():
		return "the organization"
	case dataset.Name == model.SignIns.Name():
		return "the sign-ins of one user"
	case token && dataset.Child():
		return "a further page of a list in a batch"
	case token:
		return "a further page of a list"
	case dataset.Single:
		return "a single object"
	case filter:
		return "a list with a filter"
	}
	return "a list"
}

// strike lets a fault happen at a request, so often or (-1) always, and judges what
// the collection says and holds.
func (b *baseline) strike(t *testing.T, f fault, at livetest.Call, times int) {
	t.Helper()
	if at.Method == http.MethodPost && strings.HasPrefix(f.name, "a link") {
		return // a batch has no link of its own; the lists inside have
	}
	if classOf(at) == "a row of a report" && (f.name == "404" || f.name == "410") {
		return // that is how Graph says that the report has no row of the user
	}
	b.tried++
	what := fmt.Sprintf("%s, %d times, at call %d %s?%s", f.name, times, at.Index, at.Path, at.Query.Encode())
	left, is, opts := times, target(at), b.afresh()
	b.server.Answer = func(c livetest.Call) *livetest.Answer {
		if left == 0 || !is(c) {
			return nil
		}
		left--
		return f.answer(c)
	}
	r, manifest := b.gather(t, opts, what)
	b.server.Answer = nil
	require.Lessf(t, left, max(times, 0), "%s: it did not happen", what)
	if b.whole(t, f, manifest, r.texts(), what) {
		return
	}
	require.Falsef(t, f.passes && times == 1, "%s: it should have passed", what)
	key := bundleKey(r, manifest)
	if b.judged[key] {
		return
	}
	b.judged[key] = true
	b.resumes(t, r, what)
	for control := range passes(t, r) {
		require.Truef(t, b.passed[control], "%s: %s passes with less data", what, control)
	}
}

// gather collects into memory: packing would cost more than all else.
func (b *baseline) gather(t *testing.T, opts live.Options, what string) (bundle, *model.Manifest) {
	t.Helper()
	store := &memory{files: bundle{}}
	c, err := live.New(opts)
	require.NoError(t, err)
	manifest, _, err := c.Collect(t.Context(), store, b.want)
	require.NoError(t, err, what)
	return store.files, manifest
}

// bundle is a bundle in memory.
type bundle fstest.MapFS

func (b bundle) Open(name string) (fs.File, error) { return fstest.MapFS(b).Open(name) }

func (b bundle) texts() map[string]string {
	files := map[string]string{}
	for name, f := range b {
		files[name] = string(f.Data)
	}
	return files
}

// memory is a store of a bundle in memory. The collections here are of one
// goroutine at a time.
type memory struct{ files bundle }

func (m *memory) Create(name string) (io.WriteCloser, error) {
	return &memoryFile{to: m, name: name}, nil
}

type memoryFile struct {
	bytes.Buffer
	to   *memory
	name string
}

func (f *memoryFile) Close() error {
	f.to.files[f.name] = &fstest.MapFile{Data: f.Bytes()}
	return nil
}

// whole reports whether a collection equals the one without faults. Where it does
// not, it says so itself: what it calls complete is so, and the rest has a reason.
func (b *baseline) whole(t *testing.T, f fault, manifest *model.Manifest, files map[string]string, what string) bool {
	t.Helper()
	gaps := 0
	for name, d := range manifest.Datasets {
		if d.Status == "complete" && d.Detail == "" {
			text, ok := files[name+".json"]
			if !strings.Contains(name, "{id}") {
				require.Truef(t, ok, "%s: %s is said to be complete, and is not there", what, name)
				require.Equalf(t, b.files[name+".json"], text, "%s: %s is said to be complete", what, name)
			}
			continue
		}
		if before := b.said[name]; before.Reason == d.Reason && before.Detail == d.Detail && before.Status == d.Status && *before.Count == *cmp.Or(d.Count, new(int)) {
			continue
		}
		gaps++
		require.NotEmptyf(t, d.Detail, "%s: %s", what, name)
		if d.Status == "complete" {
			continue // but for a property, which its detail names
		}
		require.Containsf(t, append([]model.Reason{model.NotCollected}, f.reasons...), d.Reason, "%s: %s: %s", what, name, d.Detail)
	}
	if gaps == 0 {
		require.Equalf(t, b.files, files, "%s: nothing is said to be missing", what)
	}
	return gaps == 0
}

// resumes: without the fault, what is missing is fetched, and nothing else but the
// organization and the logs.
func (b *baseline) resumes(t *testing.T, r bundle, what string) {
	t.Helper()
	opts := b.afresh()
	opts.Resume = r
	whole, _ := b.gather(t, opts, what)
	require.Equalf(t, b.files, whole.texts(), "%s: resumed", what)
	require.Lessf(t, len(b.server.Calls()), len(b.calls), "%s: resumed", what)
}

// bundleKey tells bundles apart by all but the words for what is missing: those
// that it does not tell apart are resumed and assessed alike.
func bundleKey(r bundle, manifest *model.Manifest) string {
	var key strings.Builder
	for _, name := range slices.Sorted(maps.Keys(manifest.Datasets)) {
		d := manifest.Datasets[name]
		fmt.Fprintln(&key, name, d.Status, d.Reason, d.Detail != "")
	}
	files := r.texts()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if name != "manifest.json" {
			fmt.Fprintln(&key, name, crc32.ChecksumIEEE([]byte(files[name])), len(files[name]))
		}
	}
	return key.String()
}

// TestTokensAreNotStored: no file of a bundle and no message holds a token.
func TestTokensAreNotStored(t *testing.T) {
	b := newBaseline(t, "pim-only")
	for file, text := range b.files {
		require.NotContains(t, text, "secret-token", file)
		require.NotContains(t, text, "Bearer", file)
	}
}

// timeouts fails requests to an address like a server that never answers.
type timeouts struct {
	http.RoundTripper
	to string
}

func (t timeouts) RoundTrip(r *http.Request) (*http.Response, error) {
	if path.Base(r.URL.Path) == t.to {
		return nil, context.DeadlineExceeded
	}
	return t.RoundTripper.RoundTrip(r)
}

func TestTimeout(t *testing.T) {
	s := serve(t, sample(t, "pim-only"))
	opts := options(s)
	opts.Transport = timeouts{s.Transport(), "devices"}
	_, manifest, _ := collect(t, opts)
	require.Equal(t, "missing", manifest.Datasets["devices"].Status)
	require.Equal(t, model.NotCollected, manifest.Datasets["devices"].Reason)
	require.Contains(t, manifest.Datasets["devices"].Detail, "deadline")
	require.NotContains(t, manifest.Datasets["devices"].Detail, s.URL())
	require.Equal(t, "complete", manifest.Datasets["users"].Status)
}

// redirects sends requests to an address away to another host, which answers with
// an empty list.
type redirects struct {
	http.RoundTripper
	from     string
	followed atomic.Int64
}

func (r *redirects) RoundTrip(req *http.Request) (*http.Response, error) {
	answer := &http.Response{StatusCode: http.StatusTemporaryRedirect, Header: http.Header{"Location": {"https://elsewhere.example/v1.0/devices"}}, Request: req}
	switch {
	case req.URL.Host == "elsewhere.example":
		r.followed.Add(1)
		answer.StatusCode, answer.Header = http.StatusOK, http.Header{"Content-Type": {"application/json"}}
		answer.Body = io.NopCloser(strings.NewReader(`{"value":[]}`))
	case path.Base(req.URL.Path) == r.from:
		answer.Body = http.NoBody
	default:
		return r.RoundTripper.RoundTrip(req)
	}
	return answer, nil
}

// TestRedirectsAreNotFollowed: what another host would answer is not Graph's data.
func TestRedirectsAreNotFollowed(t *testing.T) {
	s := serve(t, sample(t, "pim-only"))
	opts := options(s)
	away := &redirects{RoundTripper: s.Transport(), from: "devices"}
	opts.Transport = away
	_, manifest, _ := collect(t, opts)
	require.Zero(t, away.followed.Load())
	require.Equal(t, "missing", manifest.Datasets["devices"].Status)
	require.Contains(t, manifest.Datasets["devices"].Detail, "HTTP 307")
	require.Equal(t, "complete", manifest.Datasets["users"].Status)
}

// TestInterruption: a collection that is cancelled leaves a bundle that says what
// it lacks, and no goroutine; resuming completes it.
func TestInterruption(t *testing.T) {
	s, tenant := small(t)
	b := baselineOf(t, s, tenant)
	b.opts.Transport = s.Direct()
	before := runtime.NumGoroutine()
	defer func() {
		for tries := 0; runtime.NumGoroutine() > before && tries < 1000; tries++ {
			time.Sleep(10 * time.Millisecond) // one that is ending may need the processor
		}
		require.LessOrEqual(t, runtime.NumGoroutine(), before, "a goroutine is left")
	}()
	for i := range b.calls {
		if testing.Short() && i%4 != 0 {
			continue
		}
		ctx, cancel := context.WithCancel(t.Context())
		opts := b.afresh()
		b.server.Answer = func(c livetest.Call) *livetest.Answer {
			if c.Index == i {
				cancel()
			}
			return nil
		}
		root := t.TempDir()
		folder, err := live.NewFolder(root)
		require.NoError(t, err)
		c, err := live.New(opts)
		require.NoError(t, err)
		manifest, _, err := c.Collect(ctx, folder, b.want)
		cancel()
		b.server.Answer = nil
		if err == nil {
			require.GreaterOrEqual(t, i, len(b.calls)-20, "the last batch was answered already")
			continue
		}
		require.ErrorIs(t, err, context.Canceled)
		require.NotEmpty(t, manifest.Datasets)
		opts = b.afresh()
		opts.Resume = folder.FS()
		whole, _, _ := collect(t, opts, b.want...)
		require.Equalf(t, b.files, contents(t, whole), "interrupted at call %d", i)
	}
}

func TestResumeRefusesAnotherTenant(t *testing.T) {
	first := newBaseline(t, "pim-only")
	second := newBaseline(t, "mature")
	r, _, _ := collect(t, first.afresh())
	opts := second.afresh()
	opts.Resume = r
	c, err := live.New(opts)
	require.NoError(t, err)
	_, _, err = c.Collect(t.Context(), live.NewZip(io.Discard), nil)
	require.ErrorContains(t, err, "the earlier collection is of tenant")
}

// full is a store that takes so many files.
type full struct {
	live.Store
	left int
}

func (f *full) Create(name string) (io.WriteCloser, error) {
	if f.left--; f.left < 0 {
		return nil, errors.New("the disk is full")
	}
	return f.Store.Create(name)
}

func TestStoreThatFails(t *testing.T) {
	b := newBaseline(t, "pim-only")
	for left := 0; left < 12; left += 3 {
		c, err := live.New(b.afresh())
		require.NoError(t, err)
		_, _, err = c.Collect(t.Context(), &full{live.NewZip(io.Discard), left}, nil)
		require.ErrorContains(t, err, "the disk is full")
	}
}

// TestPace: Conditional Access takes one request a second, the logs five in ten
// seconds, whatever the parallelism.
func TestPace(t *testing.T) {
	s := serve(t, sample(t, "mature"))
	opts := options(s)
	now := opts.Now
	times := map[string][]time.Time{}
	s.Answer = func(c livetest.Call) *livetest.Answer {
		for _, lane := range []string{"/identity/conditionalAccess/", "/auditLogs/"} {
			if strings.Contains(c.Path, lane) {
				times[lane] = append(times[lane], now())
			}
		}
		return nil
	}
	opts.Parallel = 1
	_, _, _ = collect(t, opts)
	require.GreaterOrEqual(t, len(times["/identity/conditionalAccess/"]), 3)
	require.GreaterOrEqual(t, len(times["/auditLogs/"]), 10)
	for i, at := range times["/identity/conditionalAccess/"][1:] {
		require.GreaterOrEqual(t, at.Sub(times["/identity/conditionalAccess/"][i]), time.Second)
	}
	for i, at := range times["/auditLogs/"][1:] {
		require.GreaterOrEqual(t, at.Sub(times["/auditLogs/"][i]), 2*time.Second)
	}
}

// TestPrivilegedSignIns: by default only privileged users' sign-ins are asked for,
// and the data set never counts as whole.
func TestPrivilegedSignIns(t *testing.T) {
	s := serve(t, sample(t, "mature"))
	opts := options(s)
	opts.Since = collectedAt.AddDate(0, 0, -3)
	_, manifest, _ := collect(t, opts, model.SignIns.Name())
	d := manifest.Datasets[model.SignIns.Name()]
	require.Equal(t, "partial", d.Status)
	require.Equal(t, model.NotCollected, d.Reason)
	require.Contains(t, d.Detail, "privileged users")
	require.Positive(t, *d.Count)
	asked := 0
	for _, c := range s.Calls() {
		if strings.HasSuffix(c.Path, "/signIns") {
			asked++
			require.Contains(t, c.Query.Get("$filter"), "userId eq '")
			require.Contains(t, c.Query.Get("$filter"), "createdDateTime ge 2026-11-17T09:00:00Z")
		}
	}
	require.Positive(t, asked)
}
