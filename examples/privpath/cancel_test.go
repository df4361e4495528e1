package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// interrupted is a context that ends once it was asked so often whether it has, as
// if somebody pressed Ctrl-C there.
type interrupted struct {
	context.Context
	end  context.CancelFunc
	left atomic.Int64
}

func interruptedAfter(t *testing.T, asks int64) *interrupted {
	ctx, end := context.WithCancel(t.Context())
	c := &interrupted{Context: ctx, end: end}
	c.left.Store(asks)
	return c
}

func (c *interrupted) Err() error {
	if c.left.Add(-1) < 0 {
		c.end()
	}
	return c.Context.Err()
}

// TestInterruptedCommands: wherever a command that writes a file is interrupted, it
// says so, writes nothing, and leaves no goroutine. collect, which keeps what it has,
// is interrupted in TestCollectIsResumed and, at every request, in the live source's
// TestInterruption.
func TestInterruptedCommands(t *testing.T) {
	old, now := copyTenant(t, "pim-only", same), copyTenant(t, "mature", same)
	change := filepath.Join(t.TempDir(), "change.json")
	require.NoError(t, os.WriteFile(change, []byte(`{"format":"privpath-change/1","operations":[{"op":"delete","dataset":"identity/conditionalAccess/policies","id":"94143f21-e03e-416a-a0d0-313f35c7e1e7"}]}`), 0o600))
	for name, args := range map[string][]string{
		"assess":           {"assess", "-controls", "ISO-*", old},
		"assess, redacted": {"assess", "-controls", "ISO-01", "-redact", "-format", "json", old},
		"declare":          {"declare", old},
		"diff":             {"diff", "-force", "-format", "json", old, now},
		"plan":             {"plan", "-steps", "1", "-simulations", "1", "-format", "json", old},
		"plan -apply":      {"plan", "-apply", change, "-format", "json", old},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "out")
			call := func(ctx context.Context) (int, string) {
				var out, errs bytes.Buffer
				code := run(ctx, append(slices.Clone(args), "-o", file), streams{out: &out, err: &errs})
				require.Empty(t, out.String())
				return code, errs.String()
			}
			whole := interruptedAfter(t, 1<<60)
			code, stderr := call(whole)
			require.Equal(t, exitDone, code, stderr)
			require.FileExists(t, file)
			asks := 1<<60 - whole.left.Load()
			before := runtime.NumGoroutine()
			for i := range int64(4) {
				require.NoError(t, os.RemoveAll(file))
				code, stderr := call(interruptedAfter(t, asks*i/4))
				require.Equal(t, exitError, code, "at ask %d of %d: %s", asks*i/4, asks, stderr)
				require.Contains(t, stderr, "context canceled")
				require.NoFileExists(t, file)
				left, err := os.ReadDir(filepath.Dir(file))
				require.NoError(t, err)
				require.Empty(t, left)
			}
			for tries := 0; runtime.NumGoroutine() > before && tries < 1000; tries++ {
				time.Sleep(10 * time.Millisecond) // one that is ending may need the processor
			}
			require.LessOrEqual(t, runtime.NumGoroutine(), before, "a goroutine is left")
		})
	}
}
