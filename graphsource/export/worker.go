package export

import (
	"context"
	"errors"
	"hash"
	"io"
	"io/fs"

	"github.com/privpath/privpath/internal/jsonpull"
	"github.com/privpath/privpath/internal/liveheap"
	"github.com/privpath/privpath/model"
)

// worker is what one goroutine reads files with.
type worker struct {
	scan     *scan
	ctx      context.Context
	splitter splitter
	batches  map[batchKey]*model.Batch
	sums     []fileSum
	job      *job // that it reads ahead, or nil: then the scan takes at once what it finds
	mute     bool // nobody takes it
}

// fileSum is the digest of a file's bytes, or nil where they were refused.
type fileSum struct {
	path string
	sum  hash.Hash
}

// batchKey tells batches apart. On a line more is declined than in a list.
type batchKey struct {
	dataset string
	line    bool
}

func newWorker(ctx context.Context, sc *scan) *worker {
	w := &worker{scan: sc, ctx: ctx, batches: map[batchKey]*model.Batch{}}
	w.splitter.reader = jsonpull.Reader{Suspicious: &oddFirst, Suspect: oddText}
	return w
}

// batch gives an empty batch, or the one that is being filled.
func (w *worker) batch(key batchKey) *model.Batch {
	batch, ok := w.batches[key]
	if !ok {
		batch = w.scan.spare(key)
		w.batches[key] = batch
	}
	return batch
}

// delivery is what a reading found, for the scan to take.
type delivery struct {
	key    batchKey
	batch  *model.Batch
	parent string
	child  *expandedPart // whose records these are, where they were expanded
}

// expandedPart is what an expanded list says of its part.
type expandedPart struct {
	target   target
	coverage []model.Coverage
}

// deliver hands over what was read.
func (w *worker) deliver(d delivery) error {
	if w.mute {
		return nil
	}
	if w.job == nil {
		w.scan.take(d)
		return nil
	}
	delete(w.batches, d.key) // it is the scan's now
	select {
	case w.job.found <- d:
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}

// beyondTotal counts bytes that were read, and reports whether they are more than
// all files may have: those before this one in order, and this one. Read ahead, it
// may see that late; [scan.readPage] looks again.
func (w *worker) beyondTotal(n int64) bool {
	most := w.scan.source.opts.MaxTotalBytes
	if w.job == nil {
		w.scan.total += n
		return w.scan.total > most
	}
	w.job.size += n
	select {
	case <-w.job.turn:
		return w.job.before+w.job.size > most
	default:
		return w.job.size > most
	}
}

// ends reports whether an error ends the whole scan, and not one file.
func (w *worker) ends(err error) bool {
	var limit *LimitError
	return errors.As(err, &limit) || w.ctx.Err() != nil
}

// notOpened is why a file was not even opened.
type notOpened string

func (e notOpened) Error() string { return string(e) }

// plain is an error's text without the path that it may hold, because a path of
// the export is written in quotation marks only.
func plain(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return err.Error()
}

// stream opens a file and gives its text as UTF-8 to use. It reads the file to
// its end for the digest even where use stops early.
func (w *worker) stream(e entry, f *FileReport, use func(io.Reader) error) error {
	if e.refused != "" {
		w.sums = append(w.sums, fileSum{path: e.path})
		return notOpened(e.refused)
	}
	if e.size > w.scan.source.opts.MaxEntryBytes {
		return &LimitError{Name: e.path, Option: "MaxEntryBytes", Limit: w.scan.source.opts.MaxEntryBytes, Offset: -1}
	}
	rc, err := e.open()
	if err != nil {
		w.sums = append(w.sums, fileSum{path: e.path})
		return notOpened("cannot be opened: " + plain(err))
	}
	defer func() { _ = rc.Close() }() // only read: every fault has shown
	raw := &rawReader{worker: w, entry: e, src: rc, sum: w.scan.newSum()}
	src, stop := w.ahead(raw, e.size)
	defer stop()
	text, encoding, skipped, err := decodeText(src)
	if err == nil && use != nil {
		f.Encoding = encoding
		err = use(text)
		var bad *textError
		if errors.As(err, &bad) {
			if bad.offset += skipped; encoding == utf16LE || encoding == utf16BE {
				bad.offset, bad.recoded = bad.offset-skipped, encoding
			}
		}
		var limit *LimitError
		if errors.As(err, &limit) {
			limit.Name = e.path
		}
	}
	if err == nil || !w.ends(err) {
		if _, rest := io.Copy(io.Discard, src); rest != nil && (err == nil || w.ends(rest)) {
			err = rest
		}
	}
	stop()
	f.Size = raw.n
	w.sums = append(w.sums, fileSum{e.path, raw.sum})
	if c, ok := raw.sum.(io.Closer); ok {
		_ = c.Close() // a hash has no error
	}
	return err
}

func (w *worker) digestOnly(e entry) error {
	err := w.stream(e, &FileReport{}, nil)
	if err != nil && w.ends(err) {
		return err
	}
	return nil
}

// rawReader counts, bounds and hashes the bytes of a file.
type rawReader struct {
	worker *worker
	entry  entry
	src    io.Reader
	sum    hash.Hash // or nil: nobody asks
	n      int64
	memory liveheap.Gauge
}

func (r *rawReader) Read(p []byte) (int, error) {
	if err := r.worker.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.src.Read(p)
	if r.sum != nil {
		_, _ = r.sum.Write(p[:n]) // a hash has no error
	}
	r.n += int64(n)
	opts := r.worker.scan.source.opts
	limit := func(option string, bound int64) error {
		return &LimitError{Name: r.entry.path, Option: option, Limit: bound, Offset: r.n}
	}
	switch {
	case r.n > opts.MaxEntryBytes:
		return 0, limit("MaxEntryBytes", opts.MaxEntryBytes)
	case r.worker.beyondTotal(int64(n)):
		return 0, limit("MaxTotalBytes", opts.MaxTotalBytes)
	case r.entry.packed > 0 && r.n > 1<<20 && r.n/int64(opts.MaxRatio) > r.entry.packed:
		return 0, limit("MaxRatio", int64(opts.MaxRatio))
	case opts.MaxMemoryBytes > 0 && r.memory.InUse() > opts.MaxMemoryBytes:
		return 0, limit(maxMemory, opts.MaxMemoryBytes)
	}
	return n, err
}
