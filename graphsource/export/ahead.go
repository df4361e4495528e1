package export

import (
	"context"
	"sync"

	"github.com/privpath/privpath/model"
)

// Files at bundle paths are read ahead: several workers decode them, in order, and
// hand over what they find in batches. The scan takes the batches file by file, as
// if it had read them itself, so that nothing tells the two ways apart: records,
// coverage, reports and errors come in the same order with the same words.

// ahead is the reading of pages before it is their turn.
type ahead struct {
	jobs    []*job
	next    int           // that no worker has begun
	taken   int           // that the scan takes next
	waiting sync.Mutex    // guards next
	room    chan struct{} // holds as many as there may be jobs begun and not yet taken
}

// job is the reading of one page.
type job struct {
	page    page
	report  *FileReport
	found   chan delivery // closed when the reading is over
	reading *reading
	err     error
	size    int64         // bytes read so far
	turn    chan struct{} // closed when everything before it has been taken
	before  int64         // bytes of the files before it, once it is its turn
}

// jobsPerWorker is how many files per worker may be begun and not yet taken: many
// are small, and the scan takes them in order.
const jobsPerWorker = 4

// aheadFrom is how many bytes must be there for it.
const aheadFrom = 1 << 20

// readAhead begins to read the pages, where that is worth it. stop ends it, and
// waits until it has ended.
func (sc *scan) readAhead(pages []page) (stop func()) {
	workers := sc.source.opts.parallel()
	a := &ahead{room: make(chan struct{}, workers*jobsPerWorker)}
	queue := max(1, int(sc.source.opts.ReadAheadBytes/batchBytes)/cap(a.room))
	size := int64(0)
	for i, p := range pages {
		if sc.readsAhead(pages, i) {
			p.target = sc.part(p.target, true).target // in the letter case of the first
			a.jobs = append(a.jobs, &job{page: p, report: newReport(p), found: make(chan delivery, queue), turn: make(chan struct{})})
			size += p.entry.size
		}
	}
	if workers < 2 || len(a.jobs) == 0 || size < aheadFrom && !sc.source.eager {
		return func() {}
	}
	workers = min(workers, len(a.jobs))
	ctx, cancel := context.WithCancel(sc.ctx)
	sc.ahead = a
	var running sync.WaitGroup
	hands := make([]*worker, workers)
	for i := range hands {
		hands[i] = newWorker(ctx, sc)
		running.Go(func() { a.work(hands[i]) })
	}
	return func() {
		cancel()
		running.Wait()
		for _, w := range hands {
			sc.own.sums = append(sc.own.sums, w.sums...)
		}
		sc.ahead = nil
	}
}

// readsAhead reports whether a page is one that a worker can read.
func (sc *scan) readsAhead(pages []page, i int) bool {
	return !twin(pages, i) && pages[i].target.dataset != model.OwnerDeclarations.Name()
}

// readPage reads a page, or takes what was read of it ahead.
func (sc *scan) readPage(pg page, f *FileReport, t *target) (*reading, error) {
	if sc.ahead == nil || t.dataset == model.OwnerDeclarations.Name() {
		return sc.own.read(pg.entry, f, t)
	}
	j := sc.ahead.jobs[sc.ahead.taken]
	sc.ahead.taken++
	j.before = sc.total
	close(j.turn)
	for d := range j.found {
		sc.take(d)
		sc.keep(d.key, d.batch)
	}
	<-sc.ahead.room
	if sc.total+j.size > sc.source.opts.MaxTotalBytes {
		// Only reading it once more tells where the bound was hit.
		w := newWorker(sc.ctx, sc)
		w.mute = true
		if _, err := w.read(pg.entry, f, &j.page.target); err != nil {
			return nil, err
		}
		return nil, &LimitError{Name: pg.entry.path, Option: "MaxTotalBytes", Limit: sc.source.opts.MaxTotalBytes, Offset: -1}
	}
	if j.err != nil {
		return nil, j.err
	}
	sc.total += j.size
	*f, j.reading.file = *j.report, f
	return j.reading, nil
}

// spare gives an empty batch, one that was used before where there is one.
func (sc *scan) spare(key batchKey) *model.Batch {
	sc.spares.Lock()
	defer sc.spares.Unlock()
	list := sc.spares.of[key]
	if len(list) == 0 {
		return sc.newBatch(key)
	}
	sc.spares.of[key] = list[:len(list)-1]
	return list[len(list)-1]
}

// keep keeps an empty batch for [scan.spare].
func (sc *scan) keep(key batchKey, batch *model.Batch) {
	sc.spares.Lock()
	defer sc.spares.Unlock()
	if sc.spares.of == nil {
		sc.spares.of = map[batchKey][]*model.Batch{}
	}
	sc.spares.of[key] = append(sc.spares.of[key], batch)
}

// spares are the batches that nobody uses.
type spares struct {
	sync.Mutex
	of map[batchKey][]*model.Batch
}

func newReport(p page) *FileReport {
	return &FileReport{Path: p.entry.path, Size: p.entry.size, Kind: KindRecords, Dataset: p.target.dataset, Parent: p.target.parent}
}

// work reads jobs until none is left or the context ends.
func (a *ahead) work(w *worker) {
	for {
		select {
		case a.room <- struct{}{}:
		case <-w.ctx.Done():
			return
		}
		j := a.begin()
		if j == nil {
			return
		}
		w.job = j
		j.reading, j.err = w.read(j.page.entry, j.report, &j.page.target)
		close(j.found)
	}
}

func (a *ahead) begin() *job {
	a.waiting.Lock()
	defer a.waiting.Unlock()
	if a.next == len(a.jobs) {
		return nil
	}
	a.next++
	return a.jobs[a.next-1]
}
