// Command job is what the benchmarks time of ours, native and in wasm: the whole
// assessment of an export, or only the benchmarks' question, asked of what our
// reader gives. It prints one line of JSON.
//
//	go run ./examples/bench/job assess /tmp/m
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"
	_ "time/tzdata" // working hours are declared in a time zone

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/examples/tenants/synth"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/pillars"
)

// result is the line that every script prints, in whatever language.
type result struct {
	Seconds float64 `json:"seconds"`
	// PeakMB is the largest resident set (native) or the linear memory (wasm).
	PeakMB   int            `json:"peakMB"`
	Answers  *synth.Answers `json:"answers,omitempty"`
	Score    int            `json:"score,omitempty"`
	Decided  float64        `json:"decided,omitempty"`
	Findings int            `json:"findings,omitempty"`
	Paths    int            `json:"paths,omitempty"`
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "job:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	if len(args) != 2 {
		return fmt.Errorf("say what to do with which export: assess FOLDER, or count FOLDER")
	}
	jobs := map[string]func(*export.Source, *result) error{"assess": runAssess, "count": runCount}
	do, ok := jobs[args[0]]
	if !ok {
		return fmt.Errorf("no job is called %q: assess or count", args[0])
	}
	var r result
	started := time.Now()
	if err := do(export.FS(os.DirFS(args[1]), export.Options{}), &r); err != nil {
		return err
	}
	r.Seconds = time.Since(started).Seconds()
	r.PeakMB = peak()
	return json.NewEncoder(out).Encode(r)
}

func runAssess(src *export.Source, r *result) error {
	a, err := assess.Run(context.Background(), src, pillars.All(), assess.Options{})
	if err != nil {
		return err
	}
	r.Score, r.Decided, r.Findings, r.Paths = a.Headline.Score, a.Coverage, len(a.Findings), len(a.Paths)
	return nil
}

func runCount(src *export.Source, r *result) error {
	answers, err := count(src)
	r.Answers = &answers
	return err
}

// heap is what the Go runtime has from the system: in wasm, the linear memory,
// which is never given back.
func heap() int {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.Sys >> 20)
}
