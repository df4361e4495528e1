package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/redact"
	"github.com/privpath/privpath/graphsource"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

// listFn lists the bundles.
type listFn struct{}

// ProcessElement emits the path of each bundle of a folder or pattern.
func (*listFn) ProcessElement(ctx context.Context, in string, emit func(string)) error {
	names, err := listBundles(ctx, in)
	for _, name := range names {
		emit(name)
	}
	return err
}

// assessFn assesses bundles. Runners hand a worker its elements one by one, so it
// starts several by itself and emits what is done.
type assessFn struct {
	Config config

	past  history
	veil  *veil
	group *errgroup.Group
	mu    sync.Mutex
	ready []result
}

// Setup reads what every assessment of this worker needs.
func (f *assessFn) Setup(ctx context.Context) error {
	var err error
	if f.veil, err = readVeil(ctx, f.Config.RedactKey); err == nil {
		f.past, err = readHistory(ctx, f.Config.Series)
	}
	return err
}

// StartBundle begins a batch of elements.
func (f *assessFn) StartBundle(context.Context, func(result)) {
	f.group, f.ready = new(errgroup.Group), nil
}

// ProcessElement starts the assessment of a bundle once there is room for it.
func (f *assessFn) ProcessElement(ctx context.Context, name string, emit func(result)) error {
	f.flush(emit)
	if err := room.enter(ctx, f.Config.Workers); err != nil {
		return err
	}
	f.group.Go(func() error {
		defer room.leave()
		r, err := f.one(ctx, name)
		if err == nil {
			assessed.Add(1)
			f.mu.Lock()
			f.ready = append(f.ready, r)
			f.mu.Unlock()
		}
		return err
	})
	return nil
}

// FinishBundle waits for what was started.
func (f *assessFn) FinishBundle(_ context.Context, emit func(result)) error {
	err := f.group.Wait()
	f.flush(emit)
	return err
}

func (f *assessFn) flush(emit func(result)) {
	f.mu.Lock()
	ready := f.ready
	f.ready = nil
	f.mu.Unlock()
	for _, r := range ready {
		emit(r)
	}
}

// one assesses a bundle and writes its part. What is wrong with the bundle becomes
// its row; an error is one of the run.
func (f *assessFn) one(ctx context.Context, name string) (result, error) {
	bundle := f.veil.bundle(bundleName(f.Config.In, name))
	limited, cancel := context.WithTimeout(ctx, f.Config.Timeout)
	defer cancel()
	a, err := f.assess(limited, name, bundle)
	switch {
	case ctx.Err() != nil:
		return result{}, ctx.Err()
	case limited.Err() != nil:
		err = fmt.Errorf("it took longer than %v (-timeout)", f.Config.Timeout)
	}
	if err != nil {
		err = errors.New(f.veil.text(err.Error()))
	}
	r := result{Bundle: bundle, Parts: []string{partName(bundle, "")}}
	var rows []row
	if err != nil {
		rows = []row{failedRow(bundle, err)}
		r.Totals = failedTotals(bundle, err)
	} else {
		r.Tenant = a.Tenant.ID
		rows = rowsOf(bundle, a)
		r.Totals = totalsOf(bundle, a)
	}
	return r, writeRows(ctx, f.Config.Parts, r.Parts[0], rows)
}

// assess assesses one tenant. Nothing in a bundle should make the library panic; one
// that does is isolated like one that cannot be read.
func (f *assessFn) assess(ctx context.Context, name, bundle string) (a *model.Assessment, err error) {
	defer func() {
		if p := recover(); p != nil {
			a, err = nil, fmt.Errorf("the assessment broke off, please report this: %v", p)
		}
	}()
	src, done, err := openBundle(ctx, name, f.Config.MaxBytes)
	defer done()
	if err != nil {
		return nil, errors.New(plain(err))
	}
	opts := assess.Options{Permission: graphsource.Permission, PreviousOf: func(t model.TenantInfo) []assess.PreviousRun {
		return f.past[key(f.veil.text(t.ID), bundle)]
	}}
	if f.veil == nil {
		return assess.Run(ctx, src, pillars.All(), opts)
	}
	hide := redact.Options{Key: f.veil.key}
	if a, err = assess.Run(ctx, hide.Over(src), pillars.All(), opts); err != nil {
		return nil, err
	}
	return redact.Redact(a, hide)
}

// partName names a part file by the bundle's digest, since a bundle may be called
// anything.
func partName(bundle, kind string) string {
	sum := sha256.Sum256([]byte(bundle))
	return hex.EncodeToString(sum[:16]) + kind + ".jsonl"
}

// writeRows writes a part file, or writes it anew when a runner tries again.
func writeRows(ctx context.Context, parts, name string, rows []row) error {
	return writeFile(ctx, join(parts, name), func(w io.Writer) error {
		var line []byte
		for _, r := range rows {
			var err error
			if line, err = r.append(line[:0]); err != nil {
				return err
			}
			if _, err = w.Write(line); err != nil {
				return err
			}
		}
		return nil
	})
}

func join(folder, name string) string {
	if remote(folder) {
		return folder + "/" + name
	}
	return path.Join(folder, name)
}

// assessed counts what this process has done, for its progress line.
var assessed atomic.Int64

// room bounds how many tenants this process has in memory, however many batches a
// runner gives it at a time.
var room = newGate()

type gate struct {
	mu     sync.Mutex
	inside int
	left   chan struct{}
}

func newGate() *gate { return &gate{left: make(chan struct{}, 1)} }

// enter waits until fewer than limit are inside.
func (g *gate) enter(ctx context.Context, limit int) error {
	for ctx.Err() == nil {
		g.mu.Lock()
		if g.inside < limit {
			g.inside++
			more := g.inside < limit
			g.mu.Unlock()
			if more {
				g.wake() // a signal may stand for more than one who left
			}
			return nil
		}
		g.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-g.left:
		}
	}
	return ctx.Err()
}

// empty waits until nobody is inside.
func (g *gate) empty() {
	if g.enter(context.Background(), 1) == nil {
		g.leave()
	}
}

func (g *gate) leave() {
	g.mu.Lock()
	g.inside--
	g.mu.Unlock()
	g.wake()
}

func (g *gate) wake() {
	select {
	case g.left <- struct{}{}:
	default:
	}
}
