// Fleet assesses many tenants: a folder or a bucket of bundles, as an Apache Beam
// pipeline, into one JSON Lines file for SQL engines and a summary page.
//
//	go -C examples/fleet run . -in BUNDLES -out fleet.jsonl
//
// README.md says what the file holds and how to run on Flink, Spark or Dataflow.
package main

import (
	_ "time/tzdata" // working hours are declared in a time zone, which not every machine knows

	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners"

	// Where bundles are read from.
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/gcs"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"

	// What the pipeline can run on.
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/dataflow"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/direct" //nolint:staticcheck // deprecated for prism, which opens a port; the tests hold both to the same bytes
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/flink"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/spark"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal"

	"github.com/privpath/privpath/assess/report"
)

// localRunner runs in this process and opens no port. Beam's own default, prism,
// listens on every interface of the machine without authentication.
const localRunner = "direct"

var options = struct {
	in, out, page, previous *string
	series, redactKey       *string
	workers                 *int
	maxBytes                *int64
	timeout                 *time.Duration
}{
	in:        flag.String("in", "", "assess the bundles of this `folder`, of one that a pattern names (tenants/*.zip), or of a bucket (gs://bucket/tenants/*.zip)"),
	out:       flag.String("out", "", "write the results to this `file` (JSON Lines)"),
	page:      flag.String("page", "", "write the summary page to this `file` (HTML); default: beside -out"),
	previous:  flag.String("previous", "", "an earlier run's `file` (JSON Lines): add what changed since"),
	series:    flag.String("series", "", "earlier runs of the tenants: a `folder` of results (JSON Lines), or a pattern; the control of drift over time (VAL-17) reads three and more of the last 90 days"),
	redactKey: flag.String("redact-key", "", "replace names, ids, addresses, domains and the bundles' names by pseudonyms, made with the secret in this `file`: with the same key they are the same in every run, so that -previous and -series still fit"),
	workers:   flag.Int("workers", runtime.NumCPU(), "how many tenants a process assesses at a time, which bounds its memory"),
	maxBytes:  flag.Int64("max-bytes", 4<<30, "how many bytes a bundle may have, packed and unpacked"),
	timeout:   flag.Duration("timeout", 10*time.Minute, "how long one tenant may take"),
}

func main() {
	flag.Usage = usage
	flag.Parse()
	beam.Init() // on a cluster's worker this serves the pipeline and does not return
	log.SetLogger(quiet{})
	slog.SetDefault(slog.New(slog.DiscardHandler)) // prism's; beam.Init sets it
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := command(ctx, os.Stderr)
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "fleet:", report.Inert(err.Error()))
		os.Exit(1)
	}
}

// usage leaves Beam's hundred options to Beam's documentation.
func usage() {
	w := flag.CommandLine.Output()
	_, _ = fmt.Fprintln(w, "usage: fleet -in BUNDLES -out FILE [options]")
	for _, name := range []string{"in", "out", "page", "previous", "series", "redact-key", "workers", "max-bytes", "timeout"} {
		f := flag.Lookup(name)
		kind, does := flag.UnquoteUsage(f)
		_, _ = fmt.Fprintf(w, "  -%s %s\n    \t%s\n", name, kind, does)
	}
	_, _ = fmt.Fprint(w, "  -runner name\n    \tdirect (default), prism, flink, spark, universal (any Beam job server) or dataflow; each has options of Beam's (-endpoint, -environment_type, -project, …)\n")
}

func command(ctx context.Context, w io.Writer) error {
	cfg := config{In: *options.in, Out: *options.out, Page: *options.page, Previous: *options.previous, Series: *options.series, RedactKey: *options.redactKey,
		Workers: *options.workers, MaxBytes: *options.maxBytes, Timeout: *options.timeout}
	switch {
	case cfg.In == "" || cfg.Out == "" || flag.NArg() > 0:
		return errors.New("name the bundles with -in and the result with -out; -h lists the options")
	case cfg.Workers < 1:
		return errors.New("-workers must be 1 or more")
	}
	if cfg.Page == "" {
		cfg.Page = strings.TrimSuffix(cfg.Out, filepath.Ext(cfg.Out)) + ".html"
	}
	if cfg.Page == cfg.Out {
		return fmt.Errorf("-page and -out are both %s", cfg.Out)
	}
	runner := *runners.Runner
	if runner == "" {
		runner = localRunner
	}
	if err := prepare(ctx, runner); err != nil {
		return err
	}
	done := showProgress(w)
	err := run(ctx, runner, cfg)
	done()
	if err == nil {
		_, _ = fmt.Fprintf(w, "fleet: wrote %s and %s\n", report.Inert(cfg.Out), report.Inert(cfg.Page))
	}
	return err
}

// showProgress counts on a terminal what this process has assessed. It names
// nothing.
func showProgress(w io.Writer) (done func()) {
	info, err := os.Stderr.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return func() {}
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				_, _ = fmt.Fprint(w, "\r\x1b[K")
				return
			case <-tick.C:
				_, _ = fmt.Fprintf(w, "\r\x1b[K%d tenants", assessed.Load())
			}
		}
	}()
	return func() { close(stop); <-stopped }
}

// quiet drops what Beam logs: the pipeline at length, and the elements that a
// worker stumbles over. What ends a run is its error.
type quiet struct{}

// Log writes nothing.
func (quiet) Log(context.Context, log.Severity, int, string) {}
