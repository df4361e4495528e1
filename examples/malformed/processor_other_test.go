//go:build !unix

package malformed_test

import "time"

// processorTime is not known here; the watchdog remains.
func processorTime() time.Duration { return 0 }
