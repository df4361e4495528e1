package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/graphsource/export"
)

// memoryBound is how much memory may be in use while an export is read and assessed:
// three quarters of what GOMEMLIMIT or a container allows, so that an export that is
// too large ends with a message and not with a killed process. 0: nothing limits it.
var memoryBound = sync.OnceValue(func() int64 {
	limit := debug.SetMemoryLimit(-1)
	if most := containerLimit("/sys/fs/cgroup", "/proc/self/cgroup"); most < limit {
		limit = most
		debug.SetMemoryLimit(limit / 10 * 9) // the heap grows less freely as it comes near
	}
	if limit == math.MaxInt64 {
		return 0
	}
	return limit / 4 * 3
})

// containerLimit is the lowest limit of memory of Linux's control groups (version 2,
// mounted at root) that hold the process; self lists them.
func containerLimit(root, self string) int64 {
	lowest := int64(math.MaxInt64)
	text, err := os.ReadFile(self)
	if err != nil {
		return lowest
	}
	for line := range strings.Lines(string(text)) {
		group, ok := strings.CutPrefix(strings.TrimSpace(line), "0::/")
		for ok {
			limit, err := os.ReadFile(path.Join(root, group, "memory.max"))
			if n, bad := strconv.ParseInt(strings.TrimSpace(string(limit)), 10, 64); err == nil && bad == nil && n > 0 {
				lowest = min(lowest, n)
			}
			ok = group != "" && group != "."
			group = path.Dir(group)
		}
	}
	return lowest
}

// withRemedy says what a user of the command line can do about a bound that only a
// library's caller can raise.
func withRemedy(err error) error {
	var reading *export.LimitError
	var assessing *assess.MemoryError
	if errors.As(err, &reading) && reading.Option == "MaxMemoryBytes" || errors.As(err, &assessing) {
		return fmt.Errorf("%w: set GOMEMLIMIT higher, or give the container more memory", err)
	}
	return err
}
