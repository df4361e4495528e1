//go:build unix

package main

import (
	"runtime"
	"syscall"
)

// peak is the largest resident set of the process, in MiB.
func peak() int {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return heap()
	}
	if runtime.GOOS == "darwin" {
		return int(usage.Maxrss >> 20) // bytes there, KiB elsewhere
	}
	return int(usage.Maxrss >> 10)
}
