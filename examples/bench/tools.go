package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/privpath/privpath/examples/tenants/synth"
)

// bench runs the measurements from the root of the repository.
type bench struct {
	ctx         context.Context
	dir         string
	size, large string
	progress    io.Writer
}

// result is the line of JSON that job and the scripts print.
type result struct {
	Seconds, Load, CPU     float64
	PeakMB                 int
	Answers                *synth.Answers
	Findings, Paths, Score int
	Decided                float64
	Records                int
}

func (r result) String() string {
	text := fmt.Sprintf("%.2f s, %d MB", r.Seconds, r.PeakMB)
	if r.CPU > 0 {
		text = fmt.Sprintf("%.2f s (%.2f of processor), %d MB", r.Seconds, r.CPU, r.PeakMB)
	}
	return text
}

// output runs a command and gives what it prints.
func (b *bench) output(env []string, name string, args ...string) ([]byte, error) {
	fmt.Fprintln(b.progress, name, strings.Join(args, " "))
	cmd := exec.CommandContext(b.ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w: %s%s", name, strings.Join(args, " "), err, stderr.Bytes(), out)
	}
	return out, nil
}

// result runs a command that prints a result.
func (b *bench) result(name string, args ...string) (result, error) {
	var r result
	out, err := b.output(nil, name, args...)
	if err == nil {
		err = json.Unmarshal(out, &r)
	}
	return r, err
}

// quickest is result of the quickest of three runs, which other work on the machine
// disturbed least.
func (b *bench) quickest(name string, args ...string) (result, error) {
	var best result
	for i := range 3 {
		r, err := b.result(name, args...)
		if err != nil {
			return r, err
		}
		if i == 0 || r.Seconds < best.Seconds {
			best = r
		}
	}
	return best, nil
}

// build builds a program of this folder, native or for wasm.
func (b *bench) build(name string, wasm bool) (string, error) {
	target, env := filepath.Join(b.dir, name), []string(nil)
	if wasm {
		target, env = target+".wasm", []string{"GOOS=js", "GOARCH=wasm"}
	}
	if _, err := os.Stat(target); err == nil {
		return target, nil
	}
	_, err := b.output(env, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", target, "./examples/bench/"+name)
	return target, err
}

// tenant writes a synthetic tenant and gives its folder and its answers.
func (b *bench) tenant(size string, more ...string) (string, synth.Answers, error) {
	var answers synth.Answers
	generate, err := b.build("generate", false)
	if err != nil {
		return "", answers, err
	}
	dir := filepath.Join(b.dir, size+strings.Join(more, ""))
	known := dir + ".json"
	out, err := os.ReadFile(known)
	if err != nil {
		out, err = b.output(nil, generate, append([]string{"-size", size, "-o", dir}, more...)...)
		if err == nil {
			err = errors.Join(warm(dir), os.WriteFile(known, out, 0o600))
		}
	}
	if err == nil {
		err = json.Unmarshal(out, &answers)
	}
	return dir, answers, err
}

// warm has what was written reach the disk, and reads it: what is measured is the
// program, for every size with the files in memory.
func warm(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, f)
		return errors.Join(f.Sync(), err, f.Close())
	})
}

// drop removes a tenant.
func (b *bench) drop(dir string) error {
	return errors.Join(os.RemoveAll(dir), os.RemoveAll(dir+".json"))
}

// node finds Node.
func (b *bench) node() (string, error) {
	path, err := exec.LookPath("node")
	if err != nil {
		return "", errors.New("node is not installed")
	}
	return path, nil
}

func (b *bench) wasmResult(program string, args ...string) (result, error) {
	node, err := b.node()
	if err != nil {
		return result{}, err
	}
	return b.result(node, append([]string{"--stack-size=8192", filepath.Join("examples", "bench", "wasm.mjs"), program}, args...)...)
}

// script runs a peer.
func (b *bench) script(name, dir string) (result, error) {
	node, err := b.node()
	if err != nil {
		return result{}, err
	}
	if _, err := os.Stat("examples/bench/node_modules"); err != nil {
		return result{}, errors.New("the peers are not installed: npm ci --prefix examples/bench")
	}
	return b.result(node, filepath.Join("examples", "bench", name), dir)
}

// metrics runs benchmarks of a package and gives every number they print, by
// benchmark and unit.
func (b *bench) metrics(env []string, pkg, pattern string, more ...string) (map[string]map[string]float64, error) {
	args := append([]string{"test", pkg, "-run", "^$", "-bench", pattern, "-benchmem"}, more...)
	out, err := b.output(env, "go", args...)
	if err != nil {
		return nil, err
	}
	found := parseMetrics(string(out))
	if len(found) == 0 {
		return nil, fmt.Errorf("%s has no benchmark %s", pkg, pattern)
	}
	return found, nil
}

var benchLine = regexp.MustCompile(`(?m)^(Benchmark\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

// parseMetrics reads what go test -bench prints. Names are without the number of
// processors.
func parseMetrics(out string) map[string]map[string]float64 {
	found := map[string]map[string]float64{}
	for _, m := range benchLine.FindAllStringSubmatch(out, -1) {
		units := map[string]float64{}
		for words := strings.Fields(m[2]); len(words) >= 2; words = words[2:] {
			if v, err := strconv.ParseFloat(words[0], 64); err == nil {
				units[words[1]] = v
			}
		}
		found[strings.TrimPrefix(m[1], "Benchmark")] = units
	}
	return found
}

func ratio(peer, ours float64) string { return fmt.Sprintf("%.2g×", peer/ours) }
