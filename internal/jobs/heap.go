package jobs

import (
	"os"
	"runtime"
	"runtime/debug"

	"github.com/privpath/privpath/internal/liveheap"
)

// How far the heap grows before it is collected: by leastGrowth bytes, so that a small
// tenant waits for nothing, and by heapGrowth per cent of what is in use. What an
// assessment holds is large and stays, and with Go's 100 per cent half of the memory
// would be what waits for the collector.
const (
	heapGrowth  = 25
	leastGrowth = 192 << 20
)

// HoldHeap has the heap grow no further than that, unless GOGC says how far. It is for
// a command: a library leaves it to its program, and a page to the limit of memory.
func HoldHeap() {
	if os.Getenv("GOGC") == "" {
		atNextCollection()
	}
}

// atNextCollection sets how far the heap grows, now and after each collection.
func atNextCollection() {
	debug.SetGCPercent(growth(new(liveheap.Gauge).InUse()))
	runtime.SetFinalizer(new(*int), func(**int) { atNextCollection() })
}

// growth is in per cent of what is in use, as the collector wants it.
func growth(live int64) int {
	return int(max(heapGrowth, min(leastGrowth*100/max(live, 1), 1000)))
}
