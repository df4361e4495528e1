package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/graphsource/live"
	"github.com/privpath/privpath/graphsource/live/livetest"
)

// TestFailures runs the example against a Graph on the loopback interface.
func TestFailures(t *testing.T) {
	tenant, err := tenants.FS("pim-only")
	require.NoError(t, err)
	s := &livetest.Server{Tenant: tenant}
	s.Start()
	defer s.Close()
	var out strings.Builder
	require.NoError(t, failures(t.Context(), live.Options{Credential: s, Cloud: live.Cloud{Endpoint: s.URL()}, Transport: s.Transport(),
		Now:   func() time.Time { return time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC) },
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}, &out))
	require.Contains(t, out.String(), "critical")
	require.Contains(t, out.String(), "Fernhollow Freight: maturity of")
}
