package liveheap

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is kept is in use after a collection, and what is let go no longer after one.
func TestInUse(t *testing.T) {
	const size = 64 << 20
	var g Gauge
	runtime.GC()
	before := g.InUse()
	kept := make([]byte, size)
	runtime.GC()
	require.GreaterOrEqual(t, g.InUse(), before+size/2)
	runtime.KeepAlive(kept)
	runtime.GC()
	require.Less(t, g.InUse(), before+size/2)
}
