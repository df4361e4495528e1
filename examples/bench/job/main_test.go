package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/examples/tenants/synth"
	"github.com/privpath/privpath/graphsource/export"
)

// TestCount: what the records say is what the generator knows without them.
func TestCount(t *testing.T) {
	for _, seed := range []uint64{1, synth.Seed} {
		tenant, err := synth.New(seed, synth.S)
		require.NoError(t, err)
		want := tenant.Expected()
		got, err := count(export.FS(tenant.FS(), export.Options{}))
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Greater(t, got.Privileged, got.Uncovered)
		require.Greater(t, got.Uncovered, 3, "the crowd has uncovered ones of its own")
		require.Positive(t, got.SingleFactor)
	}
}

func TestRun(t *testing.T) {
	tenant, err := synth.New(1, synth.Size{Users: 500, SignIns: 101})
	require.NoError(t, err)
	dir := t.TempDir() + "/export"
	_, err = tenant.WriteFolder(dir, "")
	require.NoError(t, err)
	for _, job := range []string{"assess", "count", "stream"} {
		var out bytes.Buffer
		require.NoError(t, run([]string{job, dir}, &out))
		var r result
		require.NoError(t, json.Unmarshal(out.Bytes(), &r))
		require.Positive(t, r.Seconds)
		require.Positive(t, r.PeakMB)
		require.True(t, r.Answers != nil || r.Findings > 100 || r.Records > 100)
	}
	require.ErrorContains(t, run([]string{"dance", dir}, nil), "dance")
	require.ErrorContains(t, run(nil, nil), "FOLDER")
	require.Error(t, run([]string{"count", dir + "/nothing"}, nil))
}
