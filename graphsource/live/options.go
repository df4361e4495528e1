package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/privpath/privpath/model"
)

// Cloud is one of Microsoft's clouds: where Graph answers and where tokens come
// from.
type Cloud struct {
	// Name is how people name the cloud on a command line.
	Name string
	// Endpoint is Graph's root without a version, such as
	// "https://graph.microsoft.com".
	Endpoint string
	// Identity is the cloud's configuration for the credentials of azidentity.
	Identity cloud.Configuration
}

// Clouds lists the clouds in which Graph is offered; the first is the default.
// Source: learn.microsoft.com/graph/deployments.
func Clouds() []Cloud {
	return []Cloud{
		{"public", "https://graph.microsoft.com", cloud.AzurePublic},
		{"usgov", "https://graph.microsoft.us", cloud.AzureGovernment},
		{"usgov-dod", "https://dod-graph.microsoft.us", cloud.AzureGovernment},
		{"china", "https://microsoftgraph.chinacloudapi.cn", cloud.AzureChina},
	}
}

// CloudNamed finds a cloud by its name.
func CloudNamed(name string) (Cloud, error) {
	var names []string
	for _, c := range Clouds() {
		if strings.EqualFold(c.Name, name) {
			return c, nil
		}
		names = append(names, c.Name)
	}
	return Cloud{}, fmt.Errorf("there is no cloud %q; the clouds are %s", name, strings.Join(names, ", "))
}

// Options say what to read and how. Credential is required; the zero value of
// each other field stands for the default that its comment names.
type Options struct {
	// Credential gives the tokens, for instance one of azidentity.
	Credential azcore.TokenCredential
	// Cloud to read from. Default: the public one.
	Cloud Cloud
	// Only names the data sets to read, of those that are wanted; a name that ends
	// in "*" stands for all that begin so. Default: all that are wanted.
	Only []string
	// Since bounds the logs (sign-ins, audits): nothing older is asked for.
	// Default: all that Graph keeps.
	Since time.Time
	// EverySignIn reads the sign-ins of all users. Default: those of privileged
	// users, and the data set is then marked partial, for nobody else's sign-ins
	// are known.
	EverySignIn bool
	// Beside supplies the files that no Graph request gives: declarations.json and
	// imports/…, at their bundle paths. Default: none.
	Beside fs.FS
	// Declarations is the text of a declarations.json that takes the place of
	// Beside's. What it names counts as privileged. Default: Beside's.
	Declarations []byte
	// Resume is the bundle of an earlier collection of the same tenant: what it
	// holds in full is not asked for again. Default: none.
	Resume fs.FS
	// Parallel is how many data sets are read at a time. Default: 4.
	Parallel int
	// Attempts is how often one request is made at most. Default: 5.
	Attempts int
	// Timeout bounds one request with its reply. Default: 100 seconds.
	Timeout time.Duration
	// LongestWait is the longest Retry-After that is obeyed; beyond it the data set
	// is given up as throttled. Default: 5 minutes.
	LongestWait time.Duration
	// Collector is the name that the manifest gives. Default: "privpath".
	Collector string
	// Progress is called when a data set begins to come in and when it is done,
	// from one goroutine at a time. Default: nobody.
	Progress func(Progress)

	// Transport carries the requests below the SDK's middleware. Default: the
	// SDK's own.
	Transport http.RoundTripper
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Sleep waits, or returns the error of a context that ends first. Default: a
	// timer.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Progress is how far a collection has come.
type Progress struct {
	Dataset string
	// Status is "" while the data set is being read, and then complete, partial or
	// missing.
	Status  string
	Reason  model.Reason
	Records int
	// Done of Total data sets are finished.
	Done, Total int
	Stats       Stats
}

// Stats is what a collection cost.
type Stats struct {
	// Requests counts HTTP requests, repeated ones too; Batched the requests that
	// travelled inside $batch.
	Requests, Batched int
	// Bytes is the size of the replies, uncompressed.
	Bytes int64
}

func (o Options) withDefaults() (Options, error) {
	if o.Credential == nil {
		return o, errors.New("live: a credential is needed")
	}
	if o.Cloud.Endpoint == "" {
		o.Cloud = Clouds()[0]
	}
	o.Cloud.Endpoint = strings.TrimSuffix(o.Cloud.Endpoint, "/")
	o.Parallel = cmp.Or(o.Parallel, 4)
	o.Attempts = cmp.Or(o.Attempts, 5)
	o.Timeout = cmp.Or(o.Timeout, 100*time.Second)
	o.LongestWait = cmp.Or(o.LongestWait, 5*time.Minute)
	o.Collector = cmp.Or(o.Collector, "privpath")
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	for _, name := range o.Only {
		if !slices.ContainsFunc(model.Datasets(), func(d model.Dataset) bool { return matches(name, d.Name) }) {
			return o, fmt.Errorf("live: no data set is called %q", name)
		}
	}
	return o, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// matches compares a name of Options.Only with a data set's.
func matches(pattern, dataset string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(strings.ToLower(dataset), strings.ToLower(prefix))
	}
	return strings.EqualFold(pattern, dataset)
}
