package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/graphsource/live"
	"github.com/privpath/privpath/graphsource/live/livetest"
)

// credentialOf is what the flags make of -auth and the rest.
func credentialOf(t *testing.T, args ...string) (azcore.TokenCredential, error) {
	t.Helper()
	set := flags("collect", "", streams{err: &bytes.Buffer{}})
	f := addLiveFlags(set)
	require.NoError(t, set.Parse(args))
	opts, err := f.options(streams{err: &bytes.Buffer{}})
	return opts.Credential, err
}

func TestEveryWayToSignIn(t *testing.T) {
	for _, name := range []string{"AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE"} {
		t.Setenv(name, "")
	}
	federated := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(federated, []byte("federated"), 0o600))
	const app = "11111111-2222-4333-8444-555555555555"
	common := []string{"-tenant", "contoso.example", "-client-id", app}
	for kind, more := range map[string][]string{
		"DefaultAzureCredential":      {},
		"DeviceCodeCredential":        append([]string{"-auth", "device-code"}, common...),
		"ManagedIdentityCredential":   {"-auth", "managed-identity", "-client-id", app},
		"WorkloadIdentityCredential":  append([]string{"-auth", "workload-identity"}, common...),
		"ClientCertificateCredential": append([]string{"-auth", "certificate", "-certificate", selfSigned(t)}, common...),
	} {
		for _, cloud := range live.Clouds() {
			if kind == "WorkloadIdentityCredential" {
				t.Setenv("AZURE_FEDERATED_TOKEN_FILE", federated)
			}
			c, err := credentialOf(t, append([]string{"-cloud", cloud.Name}, more...)...)
			require.NoErrorf(t, err, "%s in %s", kind, cloud.Name)
			require.Equal(t, "*azidentity."+kind, fmt.Sprintf("%T", c))
			t.Setenv("AZURE_FEDERATED_TOKEN_FILE", "")
		}
	}
	_, err := credentialOf(t, "-auth", "workload-identity")
	require.ErrorContains(t, err, "cannot sign in")
}

// selfSigned writes a key and its certificate.
func selfSigned(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "app.pem")
	text := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})...)
	require.NoError(t, os.WriteFile(name, text, 0o600))
	return name
}

// noted is a credential and a transport that say what they were asked.
type noted struct{ scopes, hosts []string }

func (n *noted) GetToken(_ context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	n.scopes = append(n.scopes, o.Scopes...)
	return azcore.AccessToken{Token: "token", ExpiresOn: time.Now().Add(time.Hour)}, nil
}

func (n *noted) RoundTrip(r *http.Request) (*http.Response, error) {
	n.hosts = append(n.hosts, r.URL.Scheme+"://"+r.URL.Host)
	return nil, errors.New("no network in tests")
}

// TestEachCloudIsAskedAtItsOwnPlace: tokens are for the cloud's Graph, and go
// there only.
func TestEachCloudIsAskedAtItsOwnPlace(t *testing.T) {
	for _, cloud := range live.Clouds() {
		n := &noted{}
		var out, errs bytes.Buffer
		run(t.Context(), []string{"collect", "-only", "domains", "-o", filepath.Join(t.TempDir(), "x.zip")}, streams{out: &out, err: &errs,
			graph: &live.Options{Credential: n, Cloud: cloud, Transport: n, Attempts: 1, Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}})
		require.NotEmpty(t, n.hosts, cloud.Name)
		for _, host := range n.hosts {
			require.Equal(t, cloud.Endpoint, host)
		}
		for _, scope := range n.scopes {
			require.Equal(t, cloud.Endpoint+"/.default", scope)
		}
		require.NotEmpty(t, cloud.Identity.ActiveDirectoryAuthorityHost)
	}
}

func TestSince(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"30d": "2026-10-21T09:00:00Z", "12h": "2026-11-19T21:00:00Z", "2026-11-01": "2026-11-01T00:00:00Z", "2026-11-01T10:00:00+02:00": "2026-11-01T08:00:00Z",
	} {
		at, err := parseSince(text, now)
		require.NoError(t, err, text)
		require.Equal(t, want, at.UTC().Format(time.RFC3339))
	}
	for _, text := range []string{"", "soon", "-1d", "0d", "-5h", "2026-13-01", "99999999999d"} {
		_, err := parseSince(text, now)
		require.ErrorContains(t, err, "neither a span", text)
	}
}

// TestTokensReachNoFileAndNoMessage: neither in what an interrupted and then
// resumed collection leaves on disk, nor in what is printed, progress among it.
func TestTokensReachNoFileAndNoMessage(t *testing.T) {
	s, _ := graphOf(t, "middling")
	dir := t.TempDir()
	var said bytes.Buffer
	privpath := func(ctx context.Context, args ...string) int {
		return run(ctx, args, streams{out: &said, err: &said, errTTY: true, graph: graphOptions(s)})
	}
	clean := func() {
		files := 0
		require.NoError(t, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			files++
			text, err := os.ReadFile(name)
			require.NotContains(t, string(text), "secret-token", name)
			require.NotContains(t, string(text), "Bearer", name)
			return err
		}))
		require.NotZero(t, files)
		require.NotContains(t, said.String(), "secret-token")
		require.NotContains(t, said.String(), "Bearer")
	}
	ctx, cancel := context.WithCancel(t.Context())
	bearers := 0
	s.Answer = func(c livetest.Call) *livetest.Answer {
		bearers++
		switch {
		case c.Index == 40:
			cancel()
		case c.Index%7 == 3:
			s.Expire() // a token that ends half-way is asked for anew
		case strings.HasSuffix(c.Path, "/domains"):
			return livetest.Error(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
		}
		return nil
	}
	bundle := filepath.Join(dir, "bundle.zip")
	require.Equal(t, exitError, privpath(ctx, "collect", "-o", bundle))
	require.Greater(t, bearers, 40)
	clean()
	s.Answer = nil
	require.Equal(t, exitDone, privpath(t.Context(), "collect", "-o", bundle, "-resume"))
	require.Equal(t, exitDone, privpath(t.Context(), "assess", "-live", "-format", "json"))
	clean()
	text, err := os.ReadFile(bundle)
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(text, []byte("PK")))
}
