package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/graphsource/live"
	"github.com/privpath/privpath/graphsource/live/livetest"
	"github.com/privpath/privpath/internal/jobs"
	"github.com/privpath/privpath/model"
)

// graphOf serves a sample tenant as Graph, and runs the command line against it.
func graphOf(t *testing.T, name string) (*livetest.Server, func(ctx context.Context, args ...string) (int, string, string)) {
	t.Helper()
	tenant, err := tenants.FS(name)
	require.NoError(t, err)
	s := &livetest.Server{Tenant: tenant}
	s.Start()
	t.Cleanup(s.Close)
	return s, func(ctx context.Context, args ...string) (int, string, string) {
		var out, errs bytes.Buffer
		code := run(ctx, args, streams{out: &out, err: &errs, graph: graphOptions(s)})
		return code, out.String(), errs.String()
	}
}

// graphOptions reach the server, at the time of the sample tenants.
func graphOptions(s *livetest.Server) *live.Options {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	return &live.Options{Credential: s, Cloud: live.Cloud{Endpoint: s.URL()}, Transport: s.Transport(),
		Now:   func() time.Time { return now },
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
}

// TestCollectThenAssessEqualsAssessLive: a saved collection is assessed as the
// live tenant is, byte for byte and with the same digest of what was read.
func TestCollectThenAssessEqualsAssessLive(t *testing.T) {
	for _, name := range tenants.Names() {
		for _, flags := range [][]string{nil, {"-every-sign-in"}} {
			t.Run(strings.Join(append([]string{name}, flags...), " "), func(t *testing.T) {
				with := copyTenant(t, name, func(_ string, text []byte) []byte { return text })
				_, privpath := graphOf(t, name)
				bundle := filepath.Join(t.TempDir(), "bundle.zip")
				code, out, errs := privpath(t.Context(), append([]string{"collect", "-o", bundle, "-with", with}, flags...)...)
				require.Equal(t, exitDone, code, errs)
				require.Empty(t, out)
				require.Contains(t, errs, "parts complete")
				require.NoDirExists(t, partial(bundle))
				code, saved, errs := privpath(t.Context(), "assess", bundle, "-format", "json")
				require.Equal(t, exitDone, code, errs)
				code, direct, errs := privpath(t.Context(), append([]string{"assess", "-live", "-with", with, "-format", "json"}, flags...)...)
				require.Equal(t, exitDone, code, errs)
				var a model.Assessment
				require.NoError(t, json.Unmarshal([]byte(saved), &a))
				require.NotEmpty(t, a.Findings)
				require.NotEmpty(t, a.Inputs.Digest)
				require.Equal(t, saved, direct)
			})
		}
	}
}

// noCredential is a credential of somebody who has not signed in.
type noCredential struct{}

func (noCredential) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{}, errors.New("please run 'az login'")
}

// TestCollectWithoutSigningIn says what to do, and leaves nothing behind that
// would stand in the way of the next try.
func TestCollectWithoutSigningIn(t *testing.T) {
	s, _ := graphOf(t, "mature")
	dir := t.TempDir()
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"collect", "-o", filepath.Join(dir, "bundle.zip")}, streams{out: &out, err: &errs,
		graph: &live.Options{Credential: noCredential{}, Cloud: live.Cloud{Endpoint: s.URL()}, Transport: s.Transport()}})
	require.Equal(t, exitError, code)
	require.Contains(t, errs.String(), "please run 'az login'")
	require.Contains(t, errs.String(), "-auth device-code")
	require.NotContains(t, errs.String(), "-resume")
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
	require.Empty(t, s.Calls())
}

func TestCollectIsResumed(t *testing.T) {
	s, privpath := graphOf(t, "middling")
	dir := t.TempDir()
	bundle := filepath.Join(dir, "bundle.zip")
	ctx, cancel := context.WithCancel(t.Context())
	s.Answer = func(c livetest.Call) *livetest.Answer {
		if c.Index == 40 {
			cancel()
		}
		return nil
	}
	code, _, errs := privpath(ctx, "collect", "-o", bundle)
	require.Equal(t, exitError, code)
	require.Contains(t, errs, "go on with -resume")
	require.NoFileExists(t, bundle)
	require.DirExists(t, partial(bundle))
	s.Answer = nil
	code, _, errs = privpath(t.Context(), "collect", "-o", bundle)
	require.Equal(t, exitError, code)
	require.Contains(t, errs, "holds an interrupted collection")
	s.Reset()
	code, _, errs = privpath(t.Context(), "collect", "-o", bundle, "-resume")
	require.Equal(t, exitDone, code, errs)
	for _, c := range s.Calls() {
		require.NotContains(t, c.Path, "/domains", "it was there already")
	}
	code, _, errs = privpath(t.Context(), "validate", bundle)
	require.Equal(t, exitDone, code, errs)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1)
}

// TestCollectSaysWhatIsMissing: a refused data set is named with its permission,
// and -resume fetches it once the permission is there.
func TestCollectSaysWhatIsMissing(t *testing.T) {
	s, privpath := graphOf(t, "mature")
	bundle := filepath.Join(t.TempDir(), "bundle.zip")
	s.Answer = func(c livetest.Call) *livetest.Answer {
		if strings.HasSuffix(c.Path, "/devices") {
			return livetest.Error(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
		}
		return nil
	}
	code, _, errs := privpath(t.Context(), "collect", "-o", bundle)
	require.Equal(t, exitDone, code, errs)
	require.Contains(t, errs, "devices is missing (permissionDenied): HTTP 403 Authorization_RequestDenied")
	require.Contains(t, errs, "it needs Device.Read.All")
	require.NotContains(t, errs, "secret-token")
	s.Answer = nil
	code, _, errs = privpath(t.Context(), "collect", "-o", bundle, "-resume")
	require.Equal(t, exitDone, code, errs)
	require.NotContains(t, errs, "permissionDenied")
}

func TestCollectPermissions(t *testing.T) {
	s, privpath := graphOf(t, "mature")
	code, out, errs := privpath(t.Context(), "collect", "-permissions")
	require.Equal(t, exitDone, code, errs)
	require.Empty(t, s.Calls())
	for _, want := range []string{"Policy.Read.All", "RoleManagement.Read.Directory", "RoleManagementPolicy.Read.AzureADGroup",
		"foreach ($name in @(", "    'AuditLog.Read.All',\n", "New-MgServicePrincipalAppRoleAssignment"} {
		require.Contains(t, out, want)
	}
	_, script, _ := strings.Cut(out, "foreach")
	require.NotContains(t, script, "ReadWrite", "nothing is granted that could write")
	code, out, errs = privpath(t.Context(), "collect", "-permissions", "-only", "domains")
	require.Equal(t, exitDone, code, errs)
	require.Contains(t, out, "Domain.Read.All")
	require.NotContains(t, out, "Policy.Read.All")
}

func TestCollectUsage(t *testing.T) {
	_, privpath := graphOf(t, "mature")
	for _, args := range [][]string{{}, {"-o", "x.zip", "path"}, {"-o", "x.zip", "-only", "nonsense"}, {"-o", "x.zip", "-since", "soon"}} {
		code, _, errs := privpath(t.Context(), append([]string{"collect"}, args...)...)
		require.Equal(t, exitUsage, code, errs)
	}
	for _, args := range [][]string{{"-cloud", "moon"}, {"-auth", "password"}, {"-auth", "certificate"}} {
		code, _, errs := call(t, append([]string{"collect", "-o", "x.zip"}, args...)...)
		require.Equal(t, exitUsage, code, errs)
	}
	code, _, errs := privpath(t.Context(), "assess", "-live", "somewhere")
	require.Equal(t, exitUsage, code, errs)
}

// TestWhatIfLive compares with a Graph that answers as the engine does, and then
// with one that says the opposite of the first policy.
func TestWhatIfLive(t *testing.T) {
	s, privpath := graphOf(t, "mature")
	tenant, err := export.FS(s.Tenant, export.Options{}).Load(t.Context(), assess.Needs([]*assess.Control{jobs.ReachOnly}))
	require.NoError(t, err)
	var user string
	for u := range model.RowsOf(tenant, model.Users, nil).All() {
		user = u.ID
		break
	}
	opposite, asked := false, 0
	var added []graphVerdict // of policies that only Graph knows
	s.Answer = func(c livetest.Call) *livetest.Answer {
		if !strings.HasSuffix(c.Path, "/identity/conditionalAccess/evaluate") {
			return nil
		}
		asked++
		request, err := access.ParseWhatIf(c.Body)
		if err != nil {
			return livetest.Error(http.StatusBadRequest, "BadRequest", err.Error())
		}
		response, err := access.WhatIf(access.Compile(tenant), principals.Resolve(tenant), request)
		if err != nil {
			return livetest.Error(http.StatusBadRequest, "BadRequest", err.Error())
		}
		var verdicts []graphVerdict
		for i, p := range response.Value {
			verdicts = append(verdicts, graphVerdict{ID: p.ID, PolicyApplies: p.PolicyApplies != (opposite && i == 0), AnalysisReasons: p.AnalysisReasons})
		}
		body, _ := json.Marshal(map[string]any{"value": append(verdicts, added...)})
		return &livetest.Answer{Status: http.StatusOK, Body: string(body)}
	}
	code, out, errs := privpath(t.Context(), "whatif", "-live", "-user", user, "-ip", "198.51.100.7", "-country", "DE")
	require.Equal(t, exitDone, code, errs)
	require.Contains(t, out, "No verdict differs.")
	require.Equal(t, 1, asked)
	opposite = true
	code, out, errs = privpath(t.Context(), "whatif", "-live", "-user", user, "-ip", "198.51.100.7", "-country", "DE")
	require.Equal(t, exitError, code, out)
	require.Contains(t, out, "DIFFERENT: ")
	require.Contains(t, errs, "1 verdicts differ from Graph's")

	added = append(added, graphVerdict{ID: "11111111-2222-3333-4444-555555555555", DisplayName: "Xanthippe may pass"})
	_, catalogue, _ := call(t, "controls", "-format", "json")
	secrets := originals(t, "mature")
	maps.DeleteFunc(secrets, func(secret string, _ bool) bool { return standsIn(plainText(catalogue), secret) })
	secrets["Xanthippe"], secrets[added[0].ID] = true, true
	for _, format := range []string{"text", "json"} {
		args := []string{"whatif", "-live", "-user", user, "-ip", "198.51.100.7", "-country", "DE", "-format", format}
		code, out, _ = privpath(t.Context(), args...)
		require.Equal(t, exitError, code, out)
		require.Contains(t, out, "Xanthippe may pass")
		code, out, errs = privpath(t.Context(), append(args, "-redact")...)
		require.Equal(t, exitError, code, out)
		require.Contains(t, errs, "2 verdicts differ from Graph's")
		require.Empty(t, survivors(secrets, out), format)
		require.Equal(t, format == "json", json.Valid([]byte(out)))
	}
}
