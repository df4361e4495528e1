// Command job is what the benchmarks time of ours, native and in wasm: the whole
// assessment of an export, only what it loads, only the benchmarks' question, asked
// of what our reader gives, or only the sign-ins read and counted. It prints one line
// of JSON.
//
//	go run ./examples/bench/job assess /tmp/m
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"time"
	_ "time/tzdata" // working hours are declared in a time zone

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/examples/tenants/synth"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/internal/jobs"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

// result is the line that every script prints, in whatever language.
type result struct {
	Seconds float64 `json:"seconds"`
	// Load is the part of it until the export was read.
	Load float64 `json:"load,omitempty"`
	// CPU is the processor's time, which other work on the machine disturbs less.
	CPU float64 `json:"cpu,omitempty"`
	// PeakMB is the largest resident set (native) or the linear memory (wasm).
	PeakMB   int            `json:"peakMB"`
	Answers  *synth.Answers `json:"answers,omitempty"`
	Score    int            `json:"score,omitempty"`
	Decided  float64        `json:"decided,omitempty"`
	Findings int            `json:"findings,omitempty"`
	Paths    int            `json:"paths,omitempty"`
	Records  int            `json:"records,omitempty"`
}

func main() {
	if runtime.GOOS != "js" {
		jobs.HoldHeap() // as the command does, and the page does not
	}
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "job:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("job", flag.ContinueOnError)
	cpu := flags.String("cpuprofile", "", "write a profile of the processor's time to this file")
	mem := flags.String("memprofile", "", "write a profile of what is still in memory at the end to this file")
	memory := flags.Int("reserve", 0, "take so many MiB of memory at once, before the work")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if args = flags.Args(); len(args) != 2 {
		return fmt.Errorf("say what to do with which export: assess FOLDER, load FOLDER, count FOLDER or stream FOLDER")
	}
	jobs := map[string]func(*export.Source, *result) error{"assess": runAssess, "load": runLoad, "count": runCount, "stream": runStream}
	do, ok := jobs[args[0]]
	if !ok {
		return fmt.Errorf("no job is called %q: assess, load, count or stream", args[0])
	}
	stop, err := profile(*cpu)
	if err != nil {
		return err
	}
	reserve(*memory)
	var r result
	started := time.Now()
	if err := do(source(args[1]), &r); err != nil {
		return err
	}
	r.Seconds = time.Since(started).Seconds()
	r.PeakMB, r.CPU = used()
	stop()
	if err := writeHeap(*mem); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(r)
}

// reserve has the heap hold so much that is free. In wasm Go grows its memory by half a
// megabyte at a time, and the V8 of Node 20 collects its own garbage every other time, as
// a browser's does not: for M that is 450 collections, a sixth of the load.
func reserve(mb int) {
	if mb > 0 {
		runtime.KeepAlive(make([]byte, mb<<20))
		runtime.GC()
	}
}

// profile starts a profile, where a file is named for it.
func profile(name string) (stop func(), err error) {
	if name == "" {
		return func() {}, nil
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	return pprof.StopCPUProfile, pprof.StartCPUProfile(f)
}

func writeHeap(name string) error {
	if name == "" {
		return nil
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	runtime.GC()
	err = pprof.WriteHeapProfile(f)
	runtime.KeepAlive(kept)
	return err
}

// kept keeps what a job gives reachable for a profile of the memory.
var kept any

// timed notes how long loading took.
type timed struct {
	assess.Source
	took time.Duration
	only bool // what is loaded is not assessed
}

var errLoaded = errors.New("loaded")

// Load loads.
func (s *timed) Load(ctx context.Context, want []string, observers ...assess.Observer) (*model.Tenant, error) {
	started := time.Now()
	tenant, err := s.Source.Load(ctx, want, observers...)
	s.took = time.Since(started)
	if err == nil && s.only {
		kept, err = []any{tenant, observers}, errLoaded
	}
	return tenant, err
}

func runAssess(export *export.Source, r *result) error {
	src := &timed{Source: export}
	a, err := assess.Run(context.Background(), src, pillars.All(), assess.Options{})
	if err != nil {
		return err
	}
	kept, r.Load = a, src.took.Seconds()
	r.Score, r.Decided, r.Findings, r.Paths = a.Headline.Score, a.Coverage, len(a.Findings), len(a.Paths)
	return nil
}

// runLoad loads what an assessment does.
func runLoad(export *export.Source, _ *result) error {
	_, err := assess.Run(context.Background(), &timed{Source: export, only: true}, pillars.All(), assess.Options{})
	if errors.Is(err, errLoaded) {
		return nil
	}
	return err
}

func runCount(src *export.Source, r *result) error {
	answers, err := count(src)
	r.Answers = &answers
	return err
}

// runStream reads the sign-ins and keeps none.
func runStream(src *export.Source, r *result) error {
	_, err := src.Load(context.Background(), []string{model.Organizations.Name()}, assess.Observer{Dataset: model.SignIns.Name(),
		Each: func(any) { r.Records++ }})
	return err
}

// heap is what the Go runtime has from the system: in wasm, the linear memory,
// which is never given back.
func heap() int {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.Sys >> 20)
}
