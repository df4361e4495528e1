package main

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"syscall/js"

	"github.com/privpath/privpath/internal/jshost"
)

// nativeChunk is how much packed data is handed to the browser at a time.
const nativeChunk = 256 << 10

// inflate is a zip.Decompressor that lets the browser inflate large entries,
// which takes half the time. Small entries, and browsers without
// DecompressionStream, use Go's. archive/zip checks size and checksum of both.
func inflate(r io.Reader) io.ReadCloser {
	whole, rest, err := peekSmall(r)
	switch {
	case err != nil:
		return io.NopCloser(failing{err})
	case rest == nil:
		return flate.NewReader(bytes.NewReader(whole))
	}
	var stream js.Value
	if err := jshost.Guard(func() { stream = js.Global().Get("DecompressionStream").New("deflate-raw") }); err != nil {
		return flate.NewReader(rest)
	}
	n := &nativeInflater{
		reader: stream.Get("readable").Call("getReader"),
		writer: stream.Get("writable").Call("getWriter"),
		fault:  make(chan error, 1),
	}
	go n.pump(rest)
	return n
}

// failing is a reader that only ever fails.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// nativeInflater reads what the browser inflates while pump feeds it.
type nativeInflater struct {
	reader, writer js.Value
	held           []byte
	ended          error
	fault          chan error
}

// pump writes the packed data. Each write waits until the stream wants more, so
// no more than a few chunks are in flight.
func (n *nativeInflater) pump(packed io.Reader) {
	buffer := make([]byte, nativeChunk)
	for {
		size, err := io.ReadFull(packed, buffer)
		if size > 0 {
			if _, failed := jshost.Await(n.writer.Call("write", jshost.Array(buffer[:size]))); failed != nil {
				return // the reading side is told the same
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			_, _ = jshost.Await(n.writer.Call("close"))
			return
		case err != nil:
			n.fault <- err
			_, _ = jshost.Await(n.writer.Call("abort"))
			return
		}
	}
}

// Read implements io.Reader.
func (n *nativeInflater) Read(p []byte) (int, error) {
	for len(n.held) == 0 && n.ended == nil {
		n.held, n.ended = n.next()
	}
	if len(n.held) == 0 {
		return 0, n.ended
	}
	size := copy(p, n.held)
	n.held = n.held[size:]
	return size, nil
}

func (n *nativeInflater) next() ([]byte, error) {
	part, err := jshost.Await(n.reader.Call("read"))
	if err != nil {
		select {
		case fault := <-n.fault:
			return nil, fault
		default:
			return nil, fmt.Errorf("flate: %w", err)
		}
	}
	if part.Get("done").Bool() {
		return nil, io.EOF
	}
	return jshost.Bytes(part.Get("value")), nil
}

// Close stops the browser's side; what it still holds is dropped.
func (n *nativeInflater) Close() error {
	if n.ended == nil {
		n.ended = errors.New("read after close")
		n.held = nil
		_, _ = jshost.Await(n.reader.Call("cancel"))
	}
	return nil
}
