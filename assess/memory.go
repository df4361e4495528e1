package assess

import "fmt"

// MemoryError says that an assessment needs more memory than [Options] allows.
type MemoryError struct {
	// Control is the one that was to be next.
	Control string
	// Used and Limit are in bytes.
	Used, Limit int64
}

// Error names the place, the bound and what to do.
func (e *MemoryError) Error() string {
	return fmt.Sprintf("assess: the assessment needs more memory: %d bytes are in use before %s, beyond MaxMemoryBytes (%d); raise that option where there is more memory",
		e.Used, e.Control, e.Limit)
}
