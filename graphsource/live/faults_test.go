package live_test

import (
	"archive/zip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"testing"
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
	// passes: the collection is whole all the same when it happens once.
	passes bool
	// reasons that the manifest may give when it happens to every attempt.
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

// linked puts a link to the next page into a list.
func linked(link string) func(livetest.Call) *livetest.Answer {
	return func(c livetest.Call) *livetest.Answer {
		return &livetest.Answer{Edit: func(body []byte) []byte {
			to := link
			if to == "" {
				to = c.Path + "?" + c.Query.Encode()
			}
			return []byte(strings.Replace(string(body), `"value":[`, `"@odata.nextLink":"`+to+`","value":[`, 1))
		}}
	}
}

func faults(root string) []fault {
	return []fault{
		{"429 with Retry-After", throttled(429, map[string]string{"Retry-After": "7"}), true, []model.Reason{model.Throttled}},
		{"429 without Retry-After", throttled(429, nil), true, []model.Reason{model.Throttled}},
		{"503 with Retry-After", throttled(503, map[string]string{"Retry-After": "Fri, 20 Nov 2026 09:00:30 GMT"}), true, []model.Reason{model.Throttled}},
		{"429 that asks for an hour", throttled(429, map[string]string{"Retry-After": "3600"}), false, []model.Reason{model.Throttled}},
		{"500", refused(500, "generalException", "An internal server error occurred."), true, []model.Reason{model.NotCollected, model.Truncated}},
		{"502", refused(502, "", ""), true, []model.Reason{model.NotCollected, model.Truncated}},
		{"a broken connection", func(livetest.Call) *livetest.Answer { return &livetest.Answer{Drop: true} }, true, []model.Reason{model.NotCollected, model.Truncated}},
		{"a body that is cut", func(livetest.Call) *livetest.Answer { return &livetest.Answer{CutAt: 40} }, true, []model.Reason{model.NotCollected, model.Truncated}},
		{"a body that ends early without a broken connection", func(livetest.Call) *livetest.Answer {
			return &livetest.Answer{Edit: func(body []byte) []byte { return body[:len(body)/2] }}
		}, true, []model.Reason{model.Truncated}},
		{"an empty body", func(livetest.Call) *livetest.Answer {
			return &livetest.Answer{Edit: func([]byte) []byte { return nil }}
		}, true, []model.Reason{model.Truncated}},
		{"200 with an error for a body", func(livetest.Call) *livetest.Answer {
			return &livetest.Answer{Status: 200, Body: `<html>Sign in to the proxy</html>`}
		}, true, []model.Reason{model.Truncated}},
		{"401", refused(401, "InvalidAuthenticationToken", "Access token has expired."), true, []model.Reason{model.PermissionDenied}},
		{"403", refused(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."), false, []model.Reason{model.PermissionDenied}},
		{"400 AadPremiumLicenseRequired", refused(400, "AadPremiumLicenseRequired", "The tenant needs an AAD Premium license."), false, []model.Reason{model.NotLicensed}},
		{"403 from a tenant without a premium licence", refused(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "Neither tenant is B2C or tenant doesn't have premium license"), false, []model.Reason{model.NotLicensed}},
		{"400", refused(400, "BadRequest", "Invalid filter clause."), false, []model.Reason{model.NotCollected, model.Truncated}},
		{"404", refused(404, "ResourceNotFound", "Resource not found for the segment."), false, []model.Reason{model.NotInAPI, model.Truncated}},
		{"a link that leads back", linked(""), false, nil},
		{"a link that leads away", linked("https://graph.attacker.example/v1.0/users"), false, []model.Reason{model.Malformed}},
		{"a link to another service of the host", linked(strings.Replace(root, "127.0.0.1", "localhost", 1) + "/v1.0/users"), false, []model.Reason{model.Malformed}},
	}
}

// baseline is a collection without faults, and what its assessment says.
type baseline struct {
	server *livetest.Server
	opts   live.Options
	calls  []livetest.Call
	files  map[string]string
	passed map[string]bool
}

func newBaseline(t *testing.T, name string) *baseline {
	t.Helper()
	tenant := sample(t, name)
	b := &baseline{server: serve(t, tenant)}
	b.opts = options(b.server)
	b.opts.Beside, b.opts.EverySignIn, b.opts.Parallel = tenant, true, 1
	_, complete := offline(t, tenant)
	b.opts.Only = complete
	r, manifest, _ := collect(t, b.opts)
	for name, d := range manifest.Datasets {
		require.Equalf(t, "complete", d.Status, "%s: %s %s", name, d.Reason, d.Detail)
	}
	b.calls, b.files = b.server.Calls(), contents(t, r)
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

// passes gives the controls that pass, and the records that each of them judged
// good.
func passes(t testing.TB, r *zip.Reader) map[string]bool {
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
	b.server.Reset()
	return o
}

// target is the call's own identity, whatever its index: the n-th to this address.
func target(calls []livetest.Call, i int) func(livetest.Call) bool {
	want := calls[i]
	return func(c livetest.Call) bool {
		return c.Path == want.Path && c.Query.Encode() == want.Query.Encode() && c.Method == want.Method &&
			(want.Method != http.MethodPost || string(c.Body) == string(want.Body))
	}
}

var allFaults = flag.Bool("allfaults", false, "let every kind of fault happen at every request (half an hour), not some kinds at each")

// TestFaultsAtEveryRequest lets faults happen at every request of a collection:
// once, and at every attempt. Once, what passes leaves no trace. At every attempt,
// the manifest says what is missing and why, no other data is lost, no control
// passes that did not pass before, and a resumed collection is whole. Each request
// meets one kind of fault, and each kind requests all over the collection; with
// -allfaults every request meets every kind.
func TestFaultsAtEveryRequest(t *testing.T) {
	b := newBaseline(t, "middling")
	kinds := faults(b.server.URL())
	require.Greater(t, len(b.calls), 3*len(kinds))
	judged := map[string]bool{}
	for k, f := range kinds {
		t.Run(f.name, func(t *testing.T) {
			for i := range b.calls {
				if b.calls[i].Method == http.MethodPost && strings.HasPrefix(f.name, "a link") ||
					!*allFaults && (i+i/len(kinds))%len(kinds) != k {
					continue
				}
				if f.passes {
					b.once(t, f, i)
				}
				b.always(t, f, i, judged)
			}
		})
	}
}

// once: the fault strikes one call.
func (b *baseline) once(t *testing.T, f fault, i int) {
	t.Helper()
	struck, is := false, target(b.calls, i)
	opts := b.afresh()
	b.server.Answer = func(c livetest.Call) *livetest.Answer {
		if struck || !is(c) {
			return nil
		}
		struck = true
		return f.answer(c)
	}
	r, _, _ := collect(t, opts)
	b.server.Answer = nil
	require.Truef(t, struck, "call %d", i)
	got := contents(t, r)
	require.Equalf(t, b.files, got, "%s once at call %d %s", f.name, i, b.calls[i].Path)
}

// always: the fault strikes every attempt.
func (b *baseline) always(t *testing.T, f fault, i int, judged map[string]bool) {
	t.Helper()
	is := target(b.calls, i)
	opts := b.afresh()
	b.server.Answer = func(c livetest.Call) *livetest.Answer {
		if !is(c) {
			return nil
		}
		return f.answer(c)
	}
	r, manifest, _ := collect(t, opts)
	b.server.Answer = nil
	got, at := contents(t, r), fmt.Sprintf("%s always at call %d %s?%s", f.name, i, b.calls[i].Path, b.calls[i].Query.Encode())
	gaps := 0
	for name, d := range manifest.Datasets {
		file := name + ".json"
		if d.Status == "complete" {
			if !strings.Contains(name, "{id}") {
				require.Equalf(t, b.files[file], got[file], "%s: %s is said to be complete", at, name)
			}
			continue
		}
		gaps++
		require.NotEmptyf(t, d.Detail, "%s: %s", at, name)
		if f.reasons != nil {
			require.Containsf(t, append(slices.Clone(f.reasons), model.NotCollected), d.Reason, "%s: %s: %s", at, name, d.Detail)
		}
	}
	same := true
	for file, text := range b.files {
		same = same && (file == "manifest.json" || got[file] == text)
	}
	if gaps == 0 {
		require.Truef(t, same, "%s: nothing is said to be missing, yet files differ", at)
		return
	}
	b.resumes(t, r, at)
	key := fmt.Sprint(manifest.Datasets)
	if judged[key] {
		return
	}
	judged[key] = true
	for control := range passes(t, r) {
		require.Truef(t, b.passed[control], "%s: %s passes with less data", at, control)
	}
}

// resumes: without the fault, what is missing is fetched, and nothing else but the
// organization and the logs.
func (b *baseline) resumes(t *testing.T, r *zip.Reader, at string) {
	t.Helper()
	opts := b.afresh()
	opts.Resume = r
	whole, _, _ := collect(t, opts)
	require.Equalf(t, b.files, contents(t, whole), "%s: resumed", at)
	require.Lessf(t, len(b.server.Calls()), len(b.calls), "%s: resumed", at)
}

// TestExpiredToken: a token that ends half-way is replaced by a fresh one, at
// whatever request.
func TestExpiredToken(t *testing.T) {
	b := newBaseline(t, "pim-only")
	for i := range b.calls {
		if b.calls[i].Batched {
			continue
		}
		expired, is := false, target(b.calls, i)
		opts := b.afresh()
		b.server.Answer = func(c livetest.Call) *livetest.Answer {
			if !expired && is(c) {
				expired = true
				b.server.Expire()
			}
			return nil
		}
		r, _, _ := collect(t, opts)
		b.server.Answer = nil
		require.True(t, expired)
		require.Equalf(t, b.files, contents(t, r), "call %d", i)
	}
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

// TestInterruption: a collection that is cancelled leaves a bundle that says what
// it lacks, and resuming completes it.
func TestInterruption(t *testing.T) {
	b := newBaseline(t, "middling")
	for i := 0; i < len(b.calls); i += 5 {
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
		manifest, _, err := c.Collect(ctx, folder, nil)
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
		whole, _, _ := collect(t, opts)
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
