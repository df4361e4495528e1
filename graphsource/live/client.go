package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	abstractions "github.com/microsoft/kiota-abstractions-go"
	khttp "github.com/microsoft/kiota-http-go"
	msgraphgocore "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go-core/authentication"
)

// reply is what Graph answered: a status and the raw body.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// client sends requests through the SDK's adapter, one retry policy for all.
type client struct {
	opts    Options
	base    *url.URL
	adapter *msgraphgocore.GraphRequestAdapterBase
	lanes   map[string]*lane

	mu    sync.Mutex
	stats Stats
	// lacking are the properties that Graph refused, by data set.
	lacking map[string]map[string]bool
}

func newClient(opts Options) (*client, error) {
	base, err := url.Parse(opts.Cloud.Endpoint)
	if err != nil || base.Scheme != "https" || base.Host == "" {
		return nil, fmt.Errorf("live: %q is no https address", opts.Cloud.Endpoint)
	}
	provider, err := authentication.NewAzureIdentityAuthenticationProviderWithScopesAndValidHosts(
		credential{opts.Credential}, []string{opts.Cloud.Endpoint + "/.default"}, []string{base.Hostname()})
	if err != nil {
		return nil, fmt.Errorf("live: %w", err)
	}
	transport := opts.Transport
	if transport == nil {
		transport = khttp.GetDefaultTransport()
	}
	sdk := msgraphgocore.GraphClientOptions{GraphServiceVersion: "v1.0"}
	carrier := &http.Client{
		Transport:     khttp.NewCustomTransportWithParentTransport(transport, msgraphgocore.GetDefaultMiddlewaresWithOptions(&sdk)...),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	adapter, err := msgraphgocore.NewGraphRequestAdapterBaseWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(
		provider, sdk, nil, nil, carrier)
	if err != nil {
		return nil, fmt.Errorf("live: %w", err)
	}
	c := &client{opts: opts, base: base, adapter: adapter, lacking: map[string]map[string]bool{}}
	c.lanes = map[string]*lane{laneAccess: {gap: time.Second}, laneReports: {gap: 2 * time.Second}}
	return c, nil
}

// credential marks the errors of a credential, so that they are not taken for
// Graph's.
type credential struct{ inner azcore.TokenCredential }

// GetToken asks the credential.
func (c credential) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	token, err := c.inner.GetToken(ctx, options)
	if err != nil && ctx.Err() == nil {
		err = &tokenError{err}
	}
	return token, err
}

// tokenError says that no token could be had. Every further request would fail.
type tokenError struct{ cause error }

// Error says what azidentity said; it never holds a token.
func (e *tokenError) Error() string { return "no access token: " + e.cause.Error() }

func (e *tokenError) Unwrap() error { return e.cause }

// Lanes are groups of requests that Graph limits more tightly than others.
// Source: learn.microsoft.com/graph/throttling-limits: Conditional Access and
// identity protection take one request a second, without a Retry-After; reports
// and audit logs five in ten seconds.
const (
	laneAccess  = "access"
	laneReports = "reports"
)

func laneOf(path string) string {
	switch {
	case strings.Contains(path, "/identity/conditionalAccess/"), strings.Contains(path, "/identityProtection/"):
		return laneAccess
	case strings.Contains(path, "/auditLogs/"), strings.Contains(path, "/reports/"):
		return laneReports
	}
	return ""
}

// lane lets one request begin per gap.
type lane struct {
	gap  time.Duration
	mu   sync.Mutex
	next time.Time
}

func (l *lane) wait(ctx context.Context, o Options) error {
	l.mu.Lock()
	now := o.Now()
	start := now
	if l.next.After(now) {
		start = l.next
	}
	l.next = start.Add(l.gap)
	l.mu.Unlock()
	if start.After(now) {
		return o.Sleep(ctx, start.Sub(now))
	}
	return ctx.Err()
}

// own reports whether an address is below the Graph root: tokens go nowhere else.
func (c *client) own(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == c.base.Scheme && strings.EqualFold(u.Host, c.base.Host)
}

// address makes a request's full address.
func (c *client) address(version, query string) string {
	return c.opts.Cloud.Endpoint + "/" + version + escapeQuery(query)
}

// escapeQuery makes a query of the table fit for a request line.
func escapeQuery(query string) string { return strings.ReplaceAll(query, " ", "%20") }

// ask makes a request until it is answered well or must be given up. valid judges
// the body of a good reply: a body that was cut is asked for again. Where Graph
// refuses a property, it is asked without it. The failure is nil where the reply
// is good.
func (c *client) ask(ctx context.Context, method abstractions.HttpMethod, address string, body []byte, valid func(reply) error) (reply, *failure) {
	var without []string
	for {
		r, bad := c.insist(ctx, method, address, body, valid)
		property := refusedProperty(address, bad)
		if property == "" {
			if bad == nil {
				c.lack(address, without)
			}
			return r, bad
		}
		without, address = append(without, property), deselect(address, property)
	}
}

// insist makes a request as often as it may.
func (c *client) insist(ctx context.Context, method abstractions.HttpMethod, address string, body []byte, valid func(reply) error) (reply, *failure) {
	renewed := false
	for attempt := 1; ; attempt++ {
		if l := c.lanes[laneOf(address)]; l != nil {
			if err := l.wait(ctx, c.opts); err != nil {
				return reply{}, interrupted(err)
			}
		}
		r, err := c.send(ctx, method, address, body)
		var bad *failure
		switch {
		case err != nil:
			bad = transportFailure(ctx, err)
		case r.status/100 == 2:
			if err := valid(r); err == nil {
				return r, nil
			} else {
				bad = cut(err)
			}
		default:
			bad = statusFailure(r)
		}
		if r.status == http.StatusUnauthorized && !renewed {
			renewed = true // the adapter asks the credential anew for every request
			attempt--
			continue
		}
		wait, again := c.backOff(bad, attempt, r.header)
		if !again {
			return r, bad
		}
		if err := c.opts.Sleep(ctx, wait); err != nil {
			return r, interrupted(err)
		}
	}
}

// backOff says whether to try again, and after how long.
func (c *client) backOff(bad *failure, attempt int, header http.Header) (time.Duration, bool) {
	if !bad.passing || attempt >= c.opts.Attempts {
		return 0, false
	}
	wait, ok := retryAfter(header, c.opts.Now())
	if !ok {
		wait = min(time.Second<<attempt, time.Minute)
	}
	return wait, wait <= c.opts.LongestWait
}

// retryAfter reads the header: seconds, or a date.
func retryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if text == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && seconds >= 0 && seconds < 1e9 {
		return time.Duration(seconds * float64(time.Second)), true
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0), true
	}
	return 0, false
}

// send makes one request through the adapter.
func (c *client) send(ctx context.Context, method abstractions.HttpMethod, address string, body []byte) (reply, error) {
	if !c.own(address) {
		return reply{}, errForeign
	}
	u, err := url.Parse(address)
	if err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.opts.Timeout)
	defer cancel()
	info := abstractions.NewRequestInformation()
	info.Method = method
	info.SetUri(*u)
	info.Headers.Add("Accept", "application/json")
	if body != nil {
		info.SetStreamContentAndContentType(body, "application/json")
	}
	var got reply
	handler := abstractions.NewRequestHandlerOption()
	handler.SetResponseHandler(func(response any, _ abstractions.ErrorMappings) (any, error) {
		var err error
		got, err = take(response)
		return nil, err
	})
	// One retry policy, in ask, serves whole requests and those inside $batch, and
	// its waits can be tested; the SDK's own would hide the status from it.
	never := &khttp.RetryHandlerOptions{ShouldRetry: func(time.Duration, int, *http.Request, *http.Response) bool { return false }}
	// Nor does it follow a redirect: what another address answers is not Graph's data.
	stay := &khttp.RedirectHandlerOptions{ShouldRedirect: func(*http.Request, *http.Response) bool { return false }}
	info.AddRequestOptions([]abstractions.RequestOption{handler, never, stay})
	_, err = c.adapter.SendPrimitive(ctx, info, "[]byte", nil)
	c.mu.Lock()
	c.stats.Requests++
	c.stats.Bytes += int64(len(got.body))
	c.mu.Unlock()
	return got, err
}

var errForeign = errors.New("the address is not Graph's")

// take reads a response to its end.
func take(response any) (reply, error) {
	r, ok := response.(*http.Response)
	if !ok || r == nil {
		return reply{}, errors.New("no response")
	}
	defer func() { _ = r.Body.Close() }()
	body, err := io.ReadAll(r.Body)
	return reply{status: r.StatusCode, header: r.Header, body: body}, err
}

func (c *client) spent() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stats
}

func (c *client) batched(n int) {
	c.mu.Lock()
	c.stats.Batched += n
	c.mu.Unlock()
}

const (
	get  = abstractions.GET
	post = abstractions.POST
)
