//go:build unix

package main

import (
	"runtime"
	"syscall"
	"time"
)

// used gives the largest resident set of the process, in MiB, and the seconds that
// it had of the processor.
func used() (peakMB int, cpu float64) {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return heap(), 0
	}
	cpu = time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
	if runtime.GOOS == "darwin" {
		return int(usage.Maxrss >> 20), cpu // bytes there, KiB elsewhere
	}
	return int(usage.Maxrss >> 10), cpu
}
