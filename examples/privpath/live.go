package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/graphsource/live"
)

// liveFlags say whose tenant is read, and how to sign in.
type liveFlags struct {
	auth, tenant, client, certificate, cloud, beside *string
	everySignIn                                      *bool
	since                                            *string
}

func addLiveFlags(set *flag.FlagSet) liveFlags {
	return liveFlags{
		auth:        set.String("auth", "default", "how to sign in: default (environment, workload or managed identity, az login), device-code, certificate, managed-identity or workload-identity"),
		tenant:      set.String("tenant", "", "the tenant's id or domain; default: the credential's"),
		client:      set.String("client-id", "", "the application `id` to sign in as"),
		certificate: set.String("certificate", "", "a PEM or PFX `file` with certificate and key, for -auth certificate; its password is read from PRIVPATH_CERTIFICATE_PASSWORD"),
		cloud:       set.String("cloud", "public", "public, usgov, usgov-dod or china"),
		beside:      set.String("with", "", "a `folder` with declarations.json and imports/, which Graph does not have"),
		everySignIn: set.Bool("every-sign-in", false, "read the sign-ins of all users, not of privileged users only"),
		since:       set.String("since", "30d", "read logs from this `time` on: 30d, 12h, or a date such as 2026-11-01"),
	}
}

// collector makes the collector that the flags describe.
func (f liveFlags) collector(s streams, change func(*live.Options)) (*live.Collector, error) {
	opts, err := f.options(s)
	if err != nil {
		return nil, err
	}
	change(&opts)
	c, err := live.New(opts)
	if err != nil {
		return nil, usageError{err}
	}
	return c, nil
}

func (f liveFlags) options(s streams) (live.Options, error) {
	opts := live.Options{EverySignIn: *f.everySignIn}
	if s.graph != nil {
		opts = *s.graph
		opts.EverySignIn = *f.everySignIn
	}
	now := time.Now
	if opts.Now != nil {
		now = opts.Now
	}
	since, err := parseSince(*f.since, now())
	if err != nil {
		return opts, usageError{fmt.Errorf("-since: %w", err)}
	}
	opts.Since = since
	if *f.beside != "" {
		if info, err := os.Stat(*f.beside); err != nil || !info.IsDir() {
			return opts, usageError{fmt.Errorf("-with: %s is no folder", *f.beside)}
		}
		opts.Beside = os.DirFS(*f.beside)
	}
	if opts.Credential != nil {
		return opts, nil
	}
	if opts.Cloud, err = live.CloudNamed(*f.cloud); err != nil {
		return opts, usageError{fmt.Errorf("-cloud: %w", err)}
	}
	opts.Credential, err = f.credential(opts.Cloud, s)
	return opts, err
}

// credential makes the credential that -auth names. It signs in when the first
// token is asked for. Nothing caches tokens on disk.
func (f liveFlags) credential(in live.Cloud, s streams) (azcore.TokenCredential, error) {
	common := azcore.ClientOptions{Cloud: in.Identity}
	switch *f.auth {
	case "default":
		return made(azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{ClientOptions: common, TenantID: *f.tenant}))
	case "device-code":
		return made(azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{ClientOptions: common,
			TenantID: *f.tenant, ClientID: *f.client,
			UserPrompt: func(_ context.Context, message azidentity.DeviceCodeMessage) error {
				_, err := fmt.Fprintln(s.err, message.Message)
				return err
			}}))
	case "managed-identity":
		o := azidentity.ManagedIdentityCredentialOptions{ClientOptions: common}
		if *f.client != "" {
			o.ID = azidentity.ClientID(*f.client)
		}
		return made(azidentity.NewManagedIdentityCredential(&o))
	case "workload-identity":
		return made(azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{ClientOptions: common,
			TenantID: *f.tenant, ClientID: *f.client}))
	case "certificate":
		return f.certified(common)
	}
	return nil, usageError{fmt.Errorf("-auth: %q is none of default, device-code, certificate, managed-identity, workload-identity", *f.auth)}
}

func (f liveFlags) certified(common azcore.ClientOptions) (azcore.TokenCredential, error) {
	if *f.certificate == "" || *f.tenant == "" || *f.client == "" {
		return nil, usageError{errors.New("-auth certificate needs -certificate, -tenant and -client-id")}
	}
	text, err := os.ReadFile(*f.certificate)
	if err != nil {
		return nil, fmt.Errorf("-certificate: %w", err)
	}
	certificates, key, err := azidentity.ParseCertificates(text, []byte(os.Getenv("PRIVPATH_CERTIFICATE_PASSWORD")))
	if err != nil {
		return nil, fmt.Errorf("-certificate: %s: %w", *f.certificate, err)
	}
	return made(azidentity.NewClientCertificateCredential(*f.tenant, *f.client, certificates, key,
		&azidentity.ClientCertificateCredentialOptions{ClientOptions: common}))
}

// made keeps a nil pointer of a failed constructor from becoming a credential.
func made[T azcore.TokenCredential](credential T, err error) (azcore.TokenCredential, error) {
	if err != nil {
		return nil, fmt.Errorf("cannot sign in: %w", err)
	}
	return credential, nil
}

// liveSource reads the live tenant into memory and nowhere else.
func (f liveFlags) liveSource(s streams, declarations string) (live.Source, error) {
	var text []byte
	if declarations != "" {
		var err error
		if text, err = os.ReadFile(declarations); err != nil {
			return live.Source{}, err
		}
	}
	c, err := f.collector(s, func(o *live.Options) { o.Progress, o.Declarations = liveProgress(s), text })
	return live.Source{Collector: c, Export: export.Options{Check: checkSchema, MaxMemoryBytes: memoryBound()}}, err
}

// openEither makes a source of the live tenant, or of the paths.
func (f liveFlags) openEither(online bool, paths []string, declarations string, s streams) (assess.Source, func(), error) {
	if !online {
		return open(paths, declarations)
	}
	if len(paths) > 0 {
		return nil, nil, usageError{errors.New("-live reads the tenant itself: give either -live or a path")}
	}
	src, err := f.liveSource(s, declarations)
	return src, func() {}, err
}

// liveProgress shows what is being read, on a terminal only.
func liveProgress(s streams) func(live.Progress) {
	if !s.errTTY {
		return nil
	}
	return func(p live.Progress) {
		switch p.Status {
		case "":
			fmt.Fprintf(s.err, "\r\x1b[K%d/%d %s", p.Done, p.Total, p.Dataset)
		case "complete":
			fmt.Fprintf(s.err, "\r\x1b[K%-75s %9d\n", p.Dataset, p.Records)
		default:
			fmt.Fprintf(s.err, "\r\x1b[K%-75s %9d  %s: %s\n", p.Dataset, p.Records, p.Status, p.Reason)
		}
	}
}

func trimmed(text string) []string {
	var parts []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// parseSince reads a date, a time, or a span back from now.
func parseSince(text string, now time.Time) (time.Time, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n < 10_000 {
			return now.AddDate(0, 0, -n), nil
		}
	}
	if span, err := time.ParseDuration(text); err == nil && span > 0 {
		return now.Add(-span), nil
	}
	for _, form := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(form, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is neither a span such as 30d nor a date such as 2026-11-01", text)
}
