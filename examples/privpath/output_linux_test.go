package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/graphsource/live/livetest"
)

// filesOf are the names in a folder.
func filesOf(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// The environment of a child process: the arguments of the command line, joined
// by unit separators, the size that no file may grow beyond, and the sample tenant that
// stands for Graph.
const childArgs, childLimit, childGraph = "PRIVPATH_TEST_ARGS", "PRIVPATH_TEST_LIMIT", "PRIVPATH_TEST_GRAPH"

// TestMain is the command line where a test starts this program as one.
func TestMain(m *testing.M) {
	args, ok := os.LookupEnv(childArgs)
	if !ok {
		os.Exit(m.Run())
	}
	os.Exit(asCommand(strings.Split(args, "\x1f")))
}

// asCommand runs the command line under the limits of the environment.
func asCommand(args []string) int {
	s := streams{out: os.Stdout, err: os.Stderr}
	if name := os.Getenv(childGraph); name != "" {
		tenant, err := tenants.FS(name)
		if err != nil {
			panic(err)
		}
		server := &livetest.Server{Tenant: tenant}
		server.Start()
		defer server.Close()
		s.graph = graphOptions(server)
	}
	if n, err := strconv.ParseUint(os.Getenv(childLimit), 10, 64); err == nil {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
			panic(err)
		}
	}
	return run(context.Background(), args, s)
}

// callLimited runs the command line in a process of its own, in which no file can
// grow beyond limit bytes: the kernel fails the write, as a full disk does.
func callLimited(t *testing.T, limit int64, args ...string) (code int, stderr string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childArgs+"="+strings.Join(args, "\x1f"), fmt.Sprintf("%s=%d", childLimit, limit), childGraph+"=pim-only")
	return outcome(t, child)
}

// outcome runs a child to its end.
func outcome(t *testing.T, child *exec.Cmd) (code int, stderr string) {
	t.Helper()
	var errs bytes.Buffer
	child.Stderr = &errs
	err := child.Run()
	if exit := new(exec.ExitError); !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return child.ProcessState.ExitCode(), errs.String()
}

// TestMemoryLimit: an export that needs more than GOMEMLIMIT ends with the file, the
// place and the remedy, and leaves the file that was there before.
func TestMemoryLimit(t *testing.T) {
	dir := t.TempDir()
	export, file := filepath.Join(dir, "users.json"), filepath.Join(dir, "out")
	user := `{"id":"u","displayName":"` + strings.Repeat("x", 4000) + `"}`
	require.NoError(t, writeFile(export, func(w io.Writer) error {
		_, err := io.WriteString(w, `{"value":[`+strings.Repeat(user+",", 30_000)+user+"]}")
		return err
	}))
	require.NoError(t, os.WriteFile(file, []byte("what stood here"), 0o644))
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childArgs+"="+strings.Join([]string{"assess", "-as-of", "2026-11-20", "-o", file, export}, "\x1f"), "GOMEMLIMIT=64MiB")
	code, stderr := outcome(t, child)
	require.Equal(t, exitError, code, stderr)
	require.Regexp(t, `"users.json" at byte \d+ goes beyond MaxMemoryBytes \(50331648\)`, stderr)
	require.Contains(t, stderr, "set GOMEMLIMIT higher")
	require.Equal(t, "what stood here", readFile(t, file))
	require.Equal(t, []string{"out", "users.json"}, filesOf(t, dir))
}

// TestContainerLimit: the lowest limit of the groups that hold the process counts.
func TestContainerLimit(t *testing.T) {
	root := t.TempDir()
	self := filepath.Join(root, "self")
	write := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o644))
	}
	require.Equal(t, int64(math.MaxInt64), containerLimit(root, self), "not Linux")
	write("self", "4:memory:/elsewhere\n0::/outer/inner\n")
	require.Equal(t, int64(math.MaxInt64), containerLimit(root, self), "no limit is set")
	write("outer/inner/memory.max", "max\n")
	write("outer/memory.max", "1073741824\n")
	require.Equal(t, int64(1<<30), containerLimit(root, self))
	write("outer/inner/memory.max", "536870912\n")
	require.Equal(t, int64(1<<29), containerLimit(root, self))
	write("memory.max", "1048576\n")
	require.Equal(t, int64(1<<20), containerLimit(root, self))
	write("self", "0::/\n")
	require.Equal(t, int64(1<<20), containerLimit(root, self))
}

// TestDiskFull: wherever the disk fills up, the command says so, and leaves the
// file that was there before and nothing else.
func TestDiskFull(t *testing.T) {
	old, now := copyTenant(t, "pim-only", same), copyTenant(t, "mature", same)
	for name, args := range map[string][]string{
		"assess":           {"assess", "-controls", "ISO-01", old},
		"assess json":      {"assess", "-controls", "ISO-01", "-format", "json", old},
		"diff":             {"diff", "-force", "-prove=false", "-format", "json", old, now},
		"plan":             {"plan", "-steps", "1", "-simulations", "1", "-format", "json", old},
		"assess, redacted": {"assess", "-controls", "ISO-01", "-redact", old},
		"declare":          {"declare", old},
		"collect":          {"collect", "-only", "users,groups"},
	} {
		t.Run(name, func(t *testing.T) {
			whole := filepath.Join(t.TempDir(), "whole")
			code, stderr := callLimited(t, 1<<30, append(args, "-o", whole)...)
			require.Equal(t, exitDone, code, stderr)
			size := fileSize(t, whole)
			require.Positive(t, size)
			for _, n := range []int64{0, size / 2, size - 1} {
				dir := t.TempDir()
				file := filepath.Join(dir, "out")
				want := []string{"out"}
				if name == "declare" { // it never replaces a file
					want = nil
				} else {
					require.NoError(t, os.WriteFile(file, []byte("what stood here"), 0o644))
				}
				code, stderr := callLimited(t, n, append(args, "-o", file)...)
				require.Equal(t, exitError, code, "%d of %d bytes: %s", n, size, stderr)
				require.Contains(t, stderr, "file too large")
				if name == "collect" {
					require.Contains(t, stderr, partial(file))
					require.NoError(t, os.RemoveAll(partial(file)))
				} else {
					require.Contains(t, stderr, "cannot write "+file)
				}
				require.Equal(t, want, filesOf(t, dir))
				if want != nil {
					require.Equal(t, "what stood here", readFile(t, file))
				}
			}
		})
	}
}

// TestCollectResumesAfterAFullDisk: what was collected before the disk was full
// holds no half file, and with room again the collection ends as if nothing had
// been.
func TestCollectResumesAfterAFullDisk(t *testing.T) {
	dir := t.TempDir()
	undisturbed, file := filepath.Join(dir, "undisturbed.zip"), filepath.Join(dir, "bundle.zip")
	code, stderr := callLimited(t, 1<<30, "collect", "-o", undisturbed)
	require.Equal(t, exitDone, code, stderr)
	want := assessJSON(t, undisturbed).Findings
	for _, n := range []int64{100, 20_000} {
		code, stderr := callLimited(t, n, "collect", "-o", file)
		require.Equal(t, exitError, code)
		require.Contains(t, stderr, "go on with -resume")
		require.NoError(t, filepath.WalkDir(partial(file), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			require.NotContains(t, d.Name(), ".privpath-")
			require.True(t, json.Valid([]byte(readFile(t, path))), "%s is half written", path)
			return nil
		}))
		code, stderr = callLimited(t, 1<<30, "collect", "-o", file, "-resume")
		require.Equal(t, exitDone, code, stderr)
		require.Equal(t, want, assessJSON(t, file).Findings)
		require.NoError(t, os.Remove(file))
	}
}

// TestFullDevice: a device is written to and not replaced, and results that go to
// standard output say when they did not arrive.
func TestFullDevice(t *testing.T) {
	code, _, stderr := call(t, "assess", "-o", "/dev/full")
	require.Equal(t, exitError, code)
	require.Contains(t, stderr, "no space left on device")
	code, _, stderr = call(t, "assess", "-o", os.DevNull)
	require.Equal(t, exitDone, code, stderr)
	info, err := os.Stat(os.DevNull)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeDevice)

	for _, args := range [][]string{{"assess"}, {"assess", "-format", "csv"}, {"assess", "-fail-on", "high"}, {"reach"}, {"reach", "-format", "json"},
		{"paths"}, {"controls"}, {"explain", "ISO-01"}, {"declare"},
		{"collect", "-permissions"}, {"whatif", "-user", "deepika.netherwood@fernhollow.example"}, {"validate", copyTenant(t, "pim-only", same)}} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		require.NoError(t, err)
		var errs bytes.Buffer
		require.Equal(t, exitError, run(t.Context(), args, streams{out: full, err: &errs}), "%v: %s", args, errs.String())
		require.Contains(t, errs.String(), "no space left on device", args)
		require.NoError(t, full.Close())
	}
}

// TestWriteFile: whatever goes wrong while a file is filled, what was there stays.
func TestWriteFile(t *testing.T) {
	broken := errors.New("broken")
	text := bytes.Repeat([]byte("0123456789"), 20_000) // beyond the buffer
	for _, n := range []int{0, 1, 10, 1 << 16, 1<<16 + 1, len(text)} {
		dir := t.TempDir()
		file := filepath.Join(dir, "out")
		require.NoError(t, os.WriteFile(file, []byte("old"), 0o640))
		half := func(w io.Writer) error {
			_, err := w.Write(text[:n])
			return errors.Join(err, broken)
		}
		require.ErrorIs(t, writeFile(file, half), broken)
		require.Equal(t, "old", readFile(t, file))
		require.Error(t, createFile(file, half))
		require.ErrorIs(t, createFile(filepath.Join(dir, "new"), half), broken)
		require.Equal(t, []string{"out"}, filesOf(t, dir))
	}
	all := func(w io.Writer) error { _, err := w.Write(text); return err }
	dir := t.TempDir()
	file, link := filepath.Join(dir, "out"), filepath.Join(dir, "link")
	require.NoError(t, createFile(file, all))
	require.Equal(t, os.FileMode(0o600), mode(t, file), "results are for their owner")
	require.ErrorContains(t, createFile(file, all), "it exists")
	require.NoError(t, os.Chmod(file, 0o640))
	require.NoError(t, os.Symlink("out", link))
	require.NoError(t, writeFile(link, func(w io.Writer) error { _, err := fmt.Fprint(w, "new"); return err }))
	require.Equal(t, "new", readFile(t, file))
	require.Equal(t, os.FileMode(0o640), mode(t, file))
	require.Equal(t, []string{"link", "out"}, filesOf(t, dir))
	require.ErrorContains(t, writeFile(dir, all), "it is a folder")
	require.ErrorContains(t, writeFile(filepath.Join(dir, "none", "out"), all), "no such file")
	require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "dangling")))
	require.NoError(t, writeFile(filepath.Join(dir, "dangling"), all))
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}

func fileSize(t *testing.T, name string) int64 {
	t.Helper()
	info, err := os.Stat(name)
	require.NoError(t, err)
	return info.Size()
}

func mode(t *testing.T, name string) os.FileMode {
	t.Helper()
	info, err := os.Stat(name)
	require.NoError(t, err)
	return info.Mode().Perm()
}
