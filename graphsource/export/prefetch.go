package export

import (
	"io"
	"sync"
)

// prefetch reads a source in a goroutine of its own, a few pieces ahead of who reads
// from it, and gives the same bytes and errors in the same order. A large file is so
// read, unpacked and hashed beside its being decoded.
type prefetch struct {
	full  chan piece
	empty chan []byte
	quit  chan struct{}
	piece piece
	given int // bytes of the piece
}

// piece is what one reading of the source gave.
type piece struct {
	text []byte
	err  error
}

const (
	prefetchFrom  = 8 << 20 // bytes of a file
	prefetchPiece = 256 << 10
	prefetchAhead = 3 // pieces
)

// ahead gives a source that is read ahead, where the file is large enough for it to
// be worth it. stop ends it and waits until it has ended.
func (w *worker) ahead(src io.Reader, size int64) (ahead io.Reader, stop func()) {
	if w.scan.source.opts.parallel() < 2 || size < prefetchFrom && !w.scan.source.eager {
		return src, func() {}
	}
	p := &prefetch{full: make(chan piece, prefetchAhead), empty: make(chan []byte, prefetchAhead), quit: make(chan struct{})}
	for range prefetchAhead {
		p.empty <- make([]byte, min(prefetchPiece, max(size, 1)))
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.run(src)
	}()
	return p, sync.OnceFunc(func() {
		close(p.quit)
		<-ended
	})
}

// run reads until the source ends or nobody wants more.
func (p *prefetch) run(src io.Reader) {
	for {
		select {
		case <-p.quit:
			return
		case text := <-p.empty:
			n, err := src.Read(text[:cap(text)])
			p.full <- piece{text[:n], err} // there is room for all pieces
			if err != nil {
				return
			}
		}
	}
}

// Read gives what stands next.
func (p *prefetch) Read(b []byte) (int, error) {
	if p.given == len(p.piece.text) && p.piece.err == nil {
		if p.piece.text != nil {
			p.empty <- p.piece.text
		}
		p.piece, p.given = <-p.full, 0
	}
	n := copy(b, p.piece.text[p.given:])
	if p.given += n; p.given < len(p.piece.text) {
		return n, nil
	}
	return n, p.piece.err
}
