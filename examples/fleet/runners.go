package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
)

// The runners that are linked. The portable ones are one client of Beam's job API
// under the names of the servers that speak it.
var (
	localRunners    = []string{localRunner, "prism"}
	portableRunners = []string{"universal", "flink", "spark"}
	runnerNames     = slices.Concat(localRunners, portableRunners, []string{"dataflow"})
)

// prepare finds the mistakes in a runner's options that Beam answers with silence, by
// waiting for ever, or with words about Go modules.
func prepare(ctx context.Context, runner string) error {
	if !slices.Contains(runnerNames, runner) {
		return fmt.Errorf("there is no runner %q; the runners are %s", runner, strings.Join(runnerNames, ", "))
	}
	if slices.Contains(portableRunners, runner) && *jobopts.Endpoint != "" {
		dialer := net.Dialer{Timeout: 10 * time.Second}
		connection, err := dialer.DialContext(ctx, "tcp", *jobopts.Endpoint)
		if err != nil {
			return fmt.Errorf("no Beam job server answers at -endpoint: %w", err)
		}
		_ = connection.Close()
	}
	if slices.Contains(localRunners, runner) || jobopts.IsLoopback() || *jobopts.WorkerBinary != "" {
		return nil
	}
	return stageSelf(runtime.GOOS, runtime.GOARCH)
}

// stageSelf sends this very program to the workers, which Beam would build anew from
// its sources.
func stageSelf(system, processor string) error {
	if system != "linux" || processor != "amd64" {
		return fmt.Errorf("this program is for %s/%s: name one that was built for the workers (GOOS=linux GOARCH=amd64 go build) with -worker_binary", system, processor)
	}
	self, err := os.Executable()
	*jobopts.WorkerBinary = self
	return err
}
