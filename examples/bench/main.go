// Command bench prints a table of what was promised and what was measured, row by
// row, each with the command that prints it. Every row first compares the answers.
//
//	go run ./examples/bench                       all rows; needs 10 GB of disk for a while
//	go run ./examples/bench -rows job -size S     those rows whose name matches, on a small tenant
//
// DuckDB and Node are measured where they are installed (npm ci --prefix
// examples/bench). Only ratios within one run on a quiet machine mean anything.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"

	"github.com/privpath/privpath/examples/tenants/synth"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// row is a row of the targets. It may print several lines.
type row struct {
	name    string
	measure func(*bench) ([]line, error)
}

// line is a line of the table.
type line struct{ what, target, measured, ratio string }

func rows() []row {
	return []row{
		{"decode", (*bench).decode},
		{"job", (*bench).job},
		{"wasm", (*bench).wasm},
		{"stream", (*bench).stream},
		{"hostile", (*bench).hostile},
		{"page", (*bench).page},
		{"coverage", (*bench).coverage},
		{"graph", (*bench).graph},
		{"growth", (*bench).growth},
	}
}

func run(ctx context.Context, args []string, out, progress io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	only := flags.String("rows", ".", "a regular expression: only the rows whose name matches, of decode, job, wasm, stream, hostile, page, coverage, graph, growth")
	size := flags.String("size", "M", "the tenant of the rows job and wasm")
	large := flags.String("large", "L", "the largest tenant of the rows stream and growth")
	if err := flags.Parse(args); err != nil {
		return err
	}
	wanted, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	for _, letter := range []string{*size, *large} {
		if _, err := synth.Named(letter); err != nil {
			return err
		}
	}
	dir, err := os.MkdirTemp("", "privpath-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{ctx: ctx, dir: dir, size: strings.ToUpper(*size), large: strings.ToUpper(*large), progress: progress}
	fmt.Fprintln(out, "| what | target | measured | ratio | command |")
	fmt.Fprintln(out, "|---|---|---|---|---|")
	failed := 0
	for _, r := range rows() {
		if !wanted.MatchString(r.name) {
			continue
		}
		command := "go run ./examples/bench -rows " + r.name
		lines, err := r.measure(b)
		if err != nil {
			failed++
			fmt.Fprintf(progress, "%s: %v\n", r.name, err)
			lines = append(lines, line{what: r.name, measured: "not measured: " + strings.ReplaceAll(err.Error(), "\n", " ")})
		}
		for _, l := range lines {
			fmt.Fprintf(out, "| %s | %s | %s | %s | `%s` |\n", l.what, l.target, l.measured, l.ratio, command)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d rows could not be measured", failed)
	}
	return nil
}
