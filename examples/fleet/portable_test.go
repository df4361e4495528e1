package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	"github.com/stretchr/testify/require"
)

// serveJobs is a Beam job server, prism's, in a process of its own, as those of
// Flink and Spark are.
func serveJobs(port string) error {
	number, err := strconv.Atoi(port)
	if err != nil {
		return err
	}
	if _, err := prism.CreateJobServer(context.Background(), prism.Options{Port: number}); err != nil {
		return err
	}
	select {} // until it is killed
}

// jobServer starts a job server and gives its address.
func jobServer(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	server := exec.CommandContext(t.Context(), os.Args[0])
	server.Env = append(os.Environ(), "FLEET_TEST_JOB_SERVER="+port)
	require.NoError(t, server.Start())
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	endpoint := "127.0.0.1:" + port
	require.Eventually(t, func() bool {
		connection, err := net.DialTimeout("tcp", endpoint, time.Second)
		if err == nil {
			_ = connection.Close()
		}
		return err == nil
	}, time.Minute, 10*time.Millisecond, "the job server listens")
	return endpoint
}

// threeBundles is a folder with a few of the fleet's bundles, and what a run in one
// process makes of them.
func threeBundles(t *testing.T) (in, result string) {
	f, in := theFleet(t), t.TempDir()
	for _, name := range []string{"corrupt.zip", "tenant-02.zip", "tenant-03.zip"} {
		require.NoError(t, os.WriteFile(filepath.Join(in, name), []byte(read(t, filepath.Join(f.in, name))), 0o600))
	}
	cfg := configOf(in, filepath.Join(t.TempDir(), "fleet.jsonl"))
	require.NoError(t, run(t.Context(), localRunner, cfg))
	return in, read(t, cfg.Out)
}

// TestPortableRunners runs the pipeline through Beam's job API, over the network and
// by every name that it has: pipeline, worker and state go between processes as
// with a server of Flink or Spark.
func TestPortableRunners(t *testing.T) {
	in, want := threeBundles(t)
	endpoint := jobServer(t)
	for _, runner := range portableRunners {
		out := filepath.Join(t.TempDir(), "fleet.jsonl")
		cmd, output := commandOf(t, "-in", in, "-out", out, "-runner", runner, "-endpoint", endpoint, "-environment_type", "loopback")
		cmd.Env = append(cmd.Environ(), "TMPDIR="+t.TempDir()) // Beam leaves an empty file there
		require.NoError(t, cmd.Run(), output)
		require.Equal(t, want, read(t, out), runner)
	}
}

// TestRunnerOptions: what is wrong with them is said before anything starts.
func TestRunnerOptions(t *testing.T) {
	in := filepath.Join(theFleet(t).in, "*.zip")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-runner", "flnk"}, `there is no runner "flnk"; the runners are direct, prism, universal, flink, spark, dataflow`},
		{[]string{"-runner", "flink"}, "no job service endpoint specified. Use --endpoint"},
		{[]string{"-runner", "spark", "-endpoint", "127.0.0.1:1"}, "no Beam job server answers at -endpoint: dial tcp 127.0.0.1:1"},
		{[]string{"-runner", "dataflow"}, "no Google Cloud project specified. Use --project"},
		{[]string{"-runner", "dataflow", "-project", "p", "-region", "r"}, "no GCS staging location specified. Use --staging_location"},
	} {
		folder := t.TempDir()
		cmd, output := commandOf(t, append([]string{"-in", in, "-out", filepath.Join(folder, "fleet.jsonl")}, c.args...)...)
		require.Error(t, cmd.Run())
		require.Contains(t, output.String(), c.want)
		require.Empty(t, namesIn(t, folder), "nothing is left")
	}
	t.Cleanup(func(before string) func() { return func() { *jobopts.WorkerBinary = before } }(*jobopts.WorkerBinary))
	require.ErrorContains(t, stageSelf("darwin", "arm64"), "GOOS=linux GOARCH=amd64")
	require.NoError(t, stageSelf("linux", "amd64"))
	require.Equal(t, os.Args[0], fmt.Sprint(*jobopts.WorkerBinary), "this very program")
}
