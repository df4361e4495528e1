package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

// config is what a run is asked to do. It travels to the workers.
type config struct {
	In, Out, Page, Previous string
	Series, RedactKey       string
	Parts                   string // the folder of what the workers write
	Workers                 int
	MaxBytes                int64
	Timeout                 time.Duration
}

// result is what is known of one bundle outside its part files: enough to put the
// parts in order, to find the tenant in an earlier run, and to sum up.
type result struct {
	Bundle, Tenant string
	Parts          []string // names in the parts folder, in the order of the file
	Totals         totals
}

// part is a bundle's share of the final file.
type part struct {
	Bundle string
	Names  []string
}

// whole is what is known of all bundles.
type whole struct {
	Totals totals
	Parts  []part
}

func init() { // Beam finds what it runs on a worker by registration
	for _, t := range []reflect.Type{reflect.TypeFor[result](), reflect.TypeFor[whole]()} {
		beam.RegisterType(t)
	}
	beam.RegisterCoder(reflect.TypeFor[result](), encodeResult, decodeResult)
	beam.RegisterCoder(reflect.TypeFor[whole](), encodeWhole, decodeWhole)
	register.DoFn3x1[context.Context, string, func(string), error](&listFn{})
	register.DoFn3x1[context.Context, string, func(result), error](&assessFn{})
	register.DoFn3x1[context.Context, string, func(string, string), error](&previousFn{})
	register.DoFn3x0[context.Context, result, func(string, result)](&tenantKeyFn{})
	register.DoFn5x1[context.Context, string, func(*result) bool, func(*string) bool, func(result), error](&driftFn{})
	register.DoFn2x1[context.Context, whole, error](&writeFn{})
	register.Combiner2[whole, result](&wholeFn{})
	register.Emitter1[string]()
	register.Emitter1[result]()
	register.Emitter2[string, string]()
	register.Emitter2[string, result]()
	register.Iter1[string]()
	register.Iter1[result]()
}

// Beam knows a coder's functions by their names, and all instances of a generic
// one share theirs.

func encodeResult(r result) ([]byte, error) { return json.Marshal(r) }
func encodeWhole(w whole) ([]byte, error)   { return json.Marshal(w) }

func decodeResult(text []byte) (r result, err error) {
	err = json.Unmarshal(text, &r)
	return r, err
}
func decodeWhole(text []byte) (w whole, err error) {
	err = json.Unmarshal(text, &w)
	return w, err
}

// build makes the pipeline: each bundle becomes a part file and a result, results
// are summed up, and one worker puts the parts in order. Rows never travel between
// workers, so no worker holds more than the tenants that it is assessing. There is no
// side input: Beam's prism at times starts a step before its side input is there.
func build(cfg config) *beam.Pipeline {
	p, s := beam.NewPipelineWithRoot()
	names := beam.Reshuffle(s, beam.ParDo(s.Scope("List"), &listFn{}, beam.Create(s, cfg.In)))
	results := beam.ParDo(s.Scope("Assess"), &assessFn{Config: cfg}, names)
	if cfg.Previous != "" {
		results = drift(s.Scope("Drift"), cfg, results)
	}
	beam.ParDo0(s.Scope("Write"), &writeFn{Config: cfg}, beam.Combine(s.Scope("Sum"), &wholeFn{}, results))
	return p
}

// drift joins the results with the lines of an earlier run, tenant by tenant.
func drift(s beam.Scope, cfg config, results beam.PCollection) beam.PCollection {
	lines := beam.ParDo(s, &previousFn{}, beam.Create(s, cfg.Previous))
	keyed := beam.ParDo(s, &tenantKeyFn{Previous: cfg.Previous}, results)
	return beam.ParDo(s, &driftFn{Config: cfg}, beam.CoGroupByKey(s, keyed, lines))
}

// run carries a pipeline out. Whatever happens, nothing is left but the results of
// a run that came to its end.
func run(ctx context.Context, runner string, cfg config) (err error) {
	if err := check(ctx, cfg); err != nil {
		return err
	}
	if cfg.Parts, err = makeParts(cfg.Out); err != nil {
		return err
	}
	assessed.Store(0)
	_, err = beam.Run(ctx, runner, build(cfg))
	room.empty() // a stopped run's last assessments end by themselves
	if ctx.Err() != nil {
		err = errors.New("stopped; nothing was written")
	}
	return errors.Join(short(err), removeParts(context.WithoutCancel(ctx), cfg.Parts))
}

// check finds the mistakes that need no pipeline.
func check(ctx context.Context, cfg config) error {
	bundles, err := listBundles(ctx, cfg.In)
	if err != nil {
		return err
	}
	if len(bundles) == 0 {
		return fmt.Errorf("there is no bundle in %s: a bundle is a .zip, a .json or a folder (in a bucket a .zip or a .json)", cfg.In)
	}
	if _, err := readVeil(ctx, cfg.RedactKey); err != nil {
		return err
	}
	if _, err := readHistory(ctx, cfg.Series); err != nil {
		return err
	}
	if cfg.Previous == "" {
		return nil
	}
	return readLines(ctx, cfg.Previous, func(number int, line record) (bool, error) {
		if number == 1 && line.text("schema") != schemaName {
			return false, fmt.Errorf("its first line does not say that it is the result of a run (%s)", cmp.Or(line.text("schema"), "no schema"))
		}
		return false, nil
	})
}

// short is what an error of Beam's is about: it tells of the pipeline first, at
// length, and of the matter on its last line.
func short(err error) error {
	var told *problem
	switch {
	case err == nil:
		return nil
	case errors.As(err, &told):
		return told
	}
	lines := strings.Split(strings.TrimSpace(err.Error()), "\n")
	return errors.New(strings.TrimSpace(lines[len(lines)-1]))
}

// problem is an error whose text is meant for people.
type problem struct{ error }

func (p *problem) Unwrap() error { return p.error }
