//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWorkerPool has the workers in processes of their own: a pool, Beam's boot
// loader as on a cluster's nodes, fetches the program from the job server and starts
// it. FLEET_WORKER_POOL is that loader:
//
//	go build -o boot github.com/apache/beam/sdks/v2/go/container
func TestWorkerPool(t *testing.T) {
	loader := os.Getenv("FLEET_WORKER_POOL")
	if loader == "" {
		t.Skip("FLEET_WORKER_POOL names no boot loader; it takes port 50000 and leaves the program in /tmp")
	}
	in, want := threeBundles(t)
	pool := exec.CommandContext(t.Context(), loader, "--worker_pool")
	pool.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the workers that it starts end with it
	require.NoError(t, pool.Start())
	t.Cleanup(func() { _ = syscall.Kill(-pool.Process.Pid, syscall.SIGKILL); _ = pool.Wait() })
	endpoint, out := jobServer(t), filepath.Join(t.TempDir(), "fleet.jsonl")
	program := filepath.Join(t.TempDir(), "fleet")
	require.NoError(t, exec.Command("go", "build", "-o", program, ".").Run())
	cmd := exec.CommandContext(t.Context(), program, "-in", in, "-out", out, "-runner", "flink", "-endpoint", endpoint, "-environment_type", "external", "-environment_config", "localhost:50000")
	output, err := cmd.CombinedOutput()
	require.NoError(t, err, string(output))
	require.Equal(t, want, read(t, out))
}
