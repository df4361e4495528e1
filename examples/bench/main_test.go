package main

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/examples/tenants/synth"
)

func TestParseMetrics(t *testing.T) {
	m := parseMetrics(`goos: linux
BenchmarkReach/atoms=1M/rules=5M/two=10%/starts=640-2         	       1	1874041293 ns/op	158219776 B/op	      42 allocs/op
BenchmarkFrontier/restrict=2 	      12	  95 ns/op	         0.25 s/tenant	      4100 x-naive
--- BENCH: BenchmarkFrontier/restrict=2
ok  	x	1.2s
`)
	require.Equal(t, 158219776.0, m["Reach/atoms=1M/rules=5M/two=10%/starts=640"]["B/op"])
	require.Equal(t, 4100.0, m["Frontier/restrict=2"]["x-naive"])
	require.Len(t, m, 2)
}

// TestAnswersAreCompared: a peer that answers something else, and a tenant that
// shows nothing, are errors.
func TestAnswersAreCompared(t *testing.T) {
	want := synth.Answers{Privileged: 20, Uncovered: 4, SingleFactor: 9}
	require.NoError(t, same("peer", &want, want))
	require.ErrorContains(t, same("peer", nil, want), "peer")
	require.ErrorContains(t, same("peer", &synth.Answers{Privileged: 20, Uncovered: 4, SingleFactor: 8}, want), "peer")
	require.ErrorContains(t, same("peer", &synth.Answers{}, synth.Answers{}), "degenerate")
	require.ErrorContains(t, sound(result{Findings: 111}), "degenerate")
}

func TestGrowthIsOfFurtherRecords(t *testing.T) {
	s := step{records: 10, seconds: 5, cpu: 8, mb: 100}
	require.Equal(t, step{1, 0.5, 1, 2}, step{records: 20, seconds: 10, cpu: 18, mb: 120}.since(s))
	require.Equal(t, []string{"S", "M"}, sizesUpTo("M"))
}

func TestFlags(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(context.Background(), []string{"-rows", "^nothing$"}, &out, io.Discard))
	require.Contains(t, out.String(), "| what | target |")
	require.ErrorContains(t, run(context.Background(), []string{"-size", "XL"}, &out, io.Discard), "XL")
	require.Error(t, run(context.Background(), []string{"-rows", "("}, &out, io.Discard))
}
