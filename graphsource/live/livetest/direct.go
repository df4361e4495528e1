package livetest

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"syscall"
)

// Direct reaches the server without a network, for tests that make very many
// requests: the client fails with the errors that it would meet on a connection,
// and a reply that never comes fails at once, as if its time had passed.
func (s *Server) Direct() http.RoundTripper { return direct{s} }

type direct struct{ server *Server }

// RoundTrip runs the server's handler.
func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	hung := false
	ctx = context.WithValue(ctx, hangKey{}, func() { hung = true; cancel() })
	recorder := httptest.NewRecorder()
	broken := d.handle(recorder, r.Clone(ctx))
	switch {
	case r.Context().Err() != nil:
		return nil, r.Context().Err()
	case hung:
		return nil, context.DeadlineExceeded
	case broken && recorder.Body.Len() == 0:
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	response := recorder.Result()
	response.Request = r
	if broken {
		response.Body = io.NopCloser(io.MultiReader(recorder.Body, reset{}))
	}
	return response, nil
}

// handle reports whether the handler broke the connection off.
func (d direct) handle(w http.ResponseWriter, r *http.Request) (broken bool) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	defer func() {
		if caught := recover(); caught != nil {
			if caught != any(http.ErrAbortHandler) {
				panic(caught)
			}
			broken = true
		}
	}()
	d.server.serve(w, r)
	return false
}

// reset is the rest of a body whose connection broke.
type reset struct{}

// Read fails as a broken connection does.
func (reset) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// hangKey finds, in a request's context, what to call when its reply would never
// come.
type hangKey struct{}

func hangs(r *http.Request) func() {
	if hung, ok := r.Context().Value(hangKey{}).(func()); ok {
		return hung
	}
	return func() {}
}
