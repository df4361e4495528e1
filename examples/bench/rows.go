package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/privpath/privpath/examples/tenants/synth"
)

// same compares answers with the generator's, which must say something.
func same(who string, got *synth.Answers, want synth.Answers) error {
	if want.Uncovered < 2 || want.Privileged <= want.Uncovered || want.SingleFactor < 1 {
		return fmt.Errorf("the answers are degenerate: %+v", want)
	}
	if got == nil || *got != want {
		return fmt.Errorf("%s answers %+v and not %+v", who, got, want)
	}
	return nil
}

// sound checks that an assessment decided most of what it was asked.
func sound(r result) error {
	if r.Findings < 100 || r.Decided < 50 || r.Paths == 0 {
		return fmt.Errorf("the assessment is degenerate: %+v", r)
	}
	return nil
}

// job compares the whole assessment with peers that load and count only.
func (b *bench) job() ([]line, error) {
	dir, want, err := b.tenant(b.size)
	if err != nil {
		return nil, err
	}
	program, err := b.build("job", false)
	if err != nil {
		return nil, err
	}
	ours, err := b.result(program, "assess", dir)
	if err != nil {
		return nil, err
	}
	count, err := b.result(program, "count", dir)
	if err := errors.Join(err, sound(ours), same("our reader", count.Answers, want)); err != nil {
		return nil, err
	}
	lines := []line{
		{what: b.size + ": load, resolve, assess all controls", measured: fmt.Sprintf("%v; loaded after %.2f s", ours, ours.Load)},
		{what: b.size + ": load and count, our reader", measured: count.String(), ratio: ratio(count.Seconds, ours.Seconds)},
	}
	for _, peer := range []struct{ script, name, target string }{
		{"duckdb.mjs", "DuckDB, 1 thread", "assess ≥ 2.5× faster"}, {"node.mjs", "Node JSON.parse", "assess ≥ 3.5× faster"}} {
		r, err := b.script(peer.script, dir)
		if err := errors.Join(err, same(peer.name, r.Answers, want)); err != nil {
			return lines, err
		}
		lines = append(lines, line{b.size + ": load and count, " + peer.name, peer.target, r.String(), ratio(r.Seconds, ours.Seconds)})
	}
	return lines, nil
}

// wasm does the same as job in wasm.
func (b *bench) wasm() ([]line, error) {
	dir, want, err := b.tenant(b.size)
	if err != nil {
		return nil, err
	}
	program, err := b.build("job", true)
	if err != nil {
		return nil, err
	}
	ours, err := b.wasmResult(program, "-reserve", "512", "assess", dir)
	if err != nil {
		return nil, err
	}
	count, err := b.wasmResult(program, "-reserve", "256", "count", dir)
	if err := errors.Join(err, sound(ours), same("our reader in wasm", count.Answers, want)); err != nil {
		return nil, err
	}
	peer, err := b.script("node.mjs", dir)
	if err := errors.Join(err, same("Node", peer.Answers, want)); err != nil {
		return nil, err
	}
	return []line{
		{b.size + ": assess in wasm, against Node JSON.parse that loads and counts", "≥ 1×", fmt.Sprintf("%v; Node %v", ours, peer), ratio(peer.Seconds, ours.Seconds)},
		{b.size + ": load and count in wasm, our reader", "", count.String(), ratio(peer.Seconds, count.Seconds)},
	}, nil
}

// stream reads the sign-ins of the largest tenant as one file, in wasm, and those
// of the smallest.
func (b *bench) stream() ([]line, error) {
	program, err := b.build("job", true)
	if err != nil {
		return nil, err
	}
	var lines []line
	var first int
	for _, size := range []string{"S", b.large} {
		dir, _, err := b.tenant(size, "-page", "1000000", "-only", "auditLogs/signIns")
		if err != nil {
			return lines, err
		}
		r, err := b.wasmResult(program, "stream", dir)
		if err := errors.Join(err, b.drop(dir)); err != nil {
			return lines, err
		}
		if named, _ := synth.Named(size); r.Records < named.SignIns {
			return lines, fmt.Errorf("%d sign-ins were read of %d", r.Records, named.SignIns)
		}
		if first == 0 {
			first = r.PeakMB
		}
		lines = append(lines, line{"streaming the sign-ins of " + size + " in wasm, one file", "≤ 16 MB of wasm memory", fmt.Sprintf("%d MB, %d sign-ins, %.1f s", r.PeakMB, r.Records, r.Seconds), ratio(float64(r.PeakMB), float64(first))})
	}
	return lines, nil
}

// hostile runs the tests of a reader that must stop.
func (b *bench) hostile() ([]line, error) {
	const pattern = "Limit|Hostile|Malformed"
	out, err := b.output(nil, "go", "test", "-count=1", "-run", pattern, "-v", "./graphsource/export")
	if err != nil {
		return nil, err
	}
	passed := bytes.Count(out, []byte("--- PASS: "))
	if passed == 0 {
		return nil, fmt.Errorf("no test matches %s", pattern)
	}
	return []line{{what: "a malformed or hostile element", target: "stops at the window cap, with file and offset", measured: fmt.Sprintf("%d tests pass", passed)}}, nil
}

// weigh makes of a program what the page's build does, and tells what is sent of
// its two parts, in gzip, and what the whole would be without all that.
const weigh = `import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { pack } from './wasm/web/pack.mjs';
import { programParts } from './wasm/web/program.mjs';
const packed = pack(readFileSync(process.argv[1]));
console.log(JSON.stringify([...programParts(packed).map(({ sent }) => sent.length), gzipSync(packed, { level: 9 }).length]));`

// page weighs the program that the page loads.
func (b *bench) page() ([]line, error) {
	node, err := b.node()
	if err != nil {
		return nil, err
	}
	program := filepath.Join(b.dir, "page.wasm")
	if _, err := b.output([]string{"GOOS=js", "GOARCH=wasm"}, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, "./wasm"); err != nil {
		return nil, err
	}
	out, err := b.output(nil, node, "--input-type=module", "--eval", weigh, program)
	if err != nil {
		return nil, err
	}
	var sizes [3]float64
	if err := json.Unmarshal(out, &sizes); err != nil {
		return nil, err
	}
	first, rest, whole := sizes[0]/1e6, sizes[1]/1e6, sizes[2]/1e6
	measured := fmt.Sprintf("%.2f MB start and assess, %.2f MB follow; %.2f MB as one, unfolded", first, rest, whole)
	return []line{{"the page's wasm, gzip", "≤ 1.5 MB", measured, fmt.Sprintf("%.2g× of the target", first/1.5)}}, nil
}

// coverage is the exact Conditional Access answer against two enumerations.
func (b *bench) coverage() ([]line, error) {
	m, err := b.metrics(nil, "./assess/access", "BenchmarkCoverage|BenchmarkFrontier")
	if err != nil {
		return nil, err
	}
	var lines []line
	for _, k := range []struct{ dimensions, target string }{{"2", "≤ 0.1 s, ≥ 50×"}, {"4", "≤ 5 s, ≥ 50×"}} {
		cover, all := m["Coverage/restrict="+k.dimensions], m["Frontier/restrict="+k.dimensions]
		lines = append(lines, line{"200 policies × 2,000 principals, " + k.dimensions + " dimensions each", k.target,
			fmt.Sprintf("anything open: %.2f s; the weakest sets: %.2f s", cover["s/tenant"], all["s/tenant"]),
			fmt.Sprintf("%.0f× naive, %.0f× bitset", all["x-naive"], all["x-bitset"])})
	}
	return lines, nil
}

// graph is the reach of attackers in a large system of rules.
func (b *bench) graph() ([]line, error) {
	m, err := b.metrics(nil, "./assess/paths/internal/horn", "BenchmarkReach")
	if err != nil {
		return nil, err
	}
	var lines []line
	for _, share := range []string{"two=10%/guards=0", "two=50%/guards=64"} {
		r, ok := m["Reach/atoms=1M/rules=5M/"+share+"/starts=640"]
		if !ok {
			return nil, fmt.Errorf("the benchmark of a million atoms with %s is not there", share)
		}
		lines = append(lines, line{"privilege graph, 1M nodes, 5M edges, 640 starts, " + share, "≤ 2 s, ≤ 500 MB",
			fmt.Sprintf("%.2f s, %.0f MB", r["ns/op"]/1e9, r["B/op"]/1e6), fmt.Sprintf("%.2g searches breadth first", r["times-bfs"])})
	}
	return lines, nil
}

// growth assesses S, M and L, one at a time on disk. Of a fixed part (the program,
// the controls, the sample's own administrators) every size has one, so what is
// compared is the time and memory for each further user or sign-in: from M to L
// against from S to M.
func (b *bench) growth() ([]line, error) {
	program, err := b.build("job", false)
	if err != nil {
		return nil, err
	}
	var lines []line
	var before, last step
	for _, size := range sizesUpTo(b.large) {
		named, err := synth.Named(size)
		if err != nil {
			return lines, err
		}
		dir, _, err := b.tenant(size)
		if err != nil {
			return lines, err
		}
		r, err := b.quickest(program, "assess", dir)
		if size == "L" {
			err = errors.Join(err, b.drop(dir))
		}
		if err := errors.Join(err, sound(r)); err != nil {
			return lines, err
		}
		now := step{records: float64(named.Users + named.SignIns), seconds: r.Seconds, cpu: r.CPU, mb: float64(r.PeakMB)}
		l := line{what: "assess " + size, measured: r.String()}
		if before.records > 0 {
			further := now.since(before)
			l.measured += fmt.Sprintf("; %.1f µs (%.1f of processor) and %.2f kB for each further record", 1e6*further.seconds, 1e6*further.cpu, 1e3*further.mb)
			if last.records > 0 {
				l.target, l.ratio = "within 20 % of constant; ≤ 1 GiB", fmt.Sprintf("%.2f× time (%.2f× processor), %.2f× memory", further.seconds/last.seconds, further.cpu/last.cpu, further.mb/last.mb)
			}
			last = further
		}
		before = now
		lines = append(lines, l)
	}
	return lines, nil
}

// step is what a run took, or what one record more did.
type step struct{ records, seconds, cpu, mb float64 }

func (s step) since(before step) step {
	more := s.records - before.records
	return step{1, (s.seconds - before.seconds) / more, (s.cpu - before.cpu) / more, (s.mb - before.mb) / more}
}

func sizesUpTo(large string) []string {
	sizes := []string{"S", "M", "L"}
	return sizes[:1+slices.Index(sizes, large)]
}

// decode compares our strict reader with encoding/json into plain structs, over
// the same bytes, native and in wasm. The benchmark compares the records first.
func (b *bench) decode() ([]line, error) {
	var lines []line
	for _, where := range []struct {
		name, target string
		env          []string
	}{
		{name: "native", target: "≥ 7× encoding/json"},
		{name: "wasm", target: "≥ 8× encoding/json", env: []string{"GOOS=js", "GOARCH=wasm"}},
	} {
		var more []string
		if where.env != nil {
			root, err := b.output(nil, "go", "env", "GOROOT")
			if err != nil {
				return lines, err
			}
			more = []string{"-exec", filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "go_js_wasm_exec")}
		}
		m, err := b.metrics(where.env, "./graphsource/export", "BenchmarkDecode", more...)
		if err != nil {
			return lines, err
		}
		for _, what := range []string{"users", "signIns"} {
			ours, library := m["Decode/"+what+"/ours"]["MB/s"], m["Decode/"+what+"/encodingjson"]["MB/s"]
			if ours == 0 || library == 0 {
				return lines, fmt.Errorf("BenchmarkDecode does not print %s", what)
			}
			lines = append(lines, line{"decode " + what + ", strict, " + where.name, where.target,
				fmt.Sprintf("%.0f MB/s, encoding/json %.0f MB/s", ours, library), ratio(ours, library)})
		}
	}
	return lines, nil
}
