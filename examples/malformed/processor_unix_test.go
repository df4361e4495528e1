//go:build unix

package malformed_test

import (
	"syscall"
	"time"
)

// processorTime is how long the process has computed, not waited.
func processorTime() time.Duration {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano())
}
