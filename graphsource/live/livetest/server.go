// Package livetest serves a bundle as Microsoft Graph would, for tests of programs
// that read a live tenant: over TLS on the loopback interface, with paging, $batch,
// $select, $filter and $top as far as the requests of graphsource use them, and
// with faults where a test asks for them.
//
// It speaks as the API reference describes: lists are {"@odata.context", "value",
// "@odata.nextLink"}, errors {"error": {"code", "message"}}, a batch takes up to
// twenty requests and gives each a status of its own.
package livetest

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// Call is one request that reached the server.
type Call struct {
	// Index counts the calls from 0, those inside $batch too.
	Index int
	// Method, Path (with the version) and Query of the request.
	Method, Path string
	Query        url.Values
	// Batched is true for a request inside $batch.
	Batched bool
	Body    []byte
}

// Answer replaces what the server would reply.
type Answer struct {
	// Status of the reply; 0 leaves the server's own, to be changed by Edit.
	Status int
	Header map[string]string
	Body   string
	// Edit changes the server's own body.
	Edit func(body []byte) []byte
	// Drop breaks the connection off before anything is sent, CutAt after so many
	// bytes of the body. Inside $batch, which one connection carries, they drop the
	// response and cut its body.
	Drop  bool
	CutAt int
	// Hang never answers, until the client gives up. Inside $batch it is what Graph
	// says of a service behind it that does not answer in time.
	Hang bool
}

// Error is an answer as Graph gives it when it refuses.
func Error(status int, code, message string) *Answer {
	return &Answer{Status: status, Body: errorBody(code, message)}
}

func errorBody(code, message string) string {
	text, _ := json.Marshal(map[string]any{"error": map[string]any{"code": code, "message": message,
		"innerError": map[string]any{"request-id": "0d2a6ab7-1f4e-4f1f-9f4b-6d2b6f0a6a61"}}})
	return string(text)
}

// Server is a tenant behind Graph.
type Server struct {
	// Tenant holds the data, as a folder bundle.
	Tenant fs.FS
	// PageSize is how many records a page holds at most. Default: 100.
	PageSize int
	// Answer, when not nil, may answer a call in the server's place; nil leaves it.
	Answer func(Call) *Answer

	server *httptest.Server
	mu     sync.Mutex
	calls  []Call
	tokens int
	ended  map[string]bool
	lists  map[string][]json.RawMessage
	kept   map[string][]byte
}

// Start begins to serve. Close ends it.
func (s *Server) Start() {
	if s.PageSize == 0 {
		s.PageSize = 100
	}
	s.ended, s.lists, s.kept = map[string]bool{}, map[string][]json.RawMessage{}, map[string][]byte{}
	s.server = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.server.Config.ErrorLog = nil
	s.server.EnableHTTP2 = false
	s.server.StartTLS()
}

// Close ends the server.
func (s *Server) Close() { s.server.Close() }

// URL is the server's root, in the place of https://graph.microsoft.com.
func (s *Server) URL() string { return s.server.URL }

// Transport reaches the server and trusts its certificate.
func (s *Server) Transport() http.RoundTripper { return s.server.Client().Transport }

// Calls lists the calls so far.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// Reset forgets the calls and makes all tokens good again.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls, s.ended = nil, map[string]bool{}
}

// Expire makes every token given so far worthless.
func (s *Server) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.tokens + 1 {
		s.ended[token(i)] = true
	}
}

func token(i int) string { return fmt.Sprintf("secret-token-%d", i) }

// GetToken makes the server a credential: it gives the token that is good now.
func (s *Server) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended[token(s.tokens)] {
		s.tokens++
	}
	return azcore.AccessToken{Token: token(s.tokens), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

func (s *Server) allowed(r *http.Request) bool {
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	defer s.mu.Unlock()
	return ok && given == token(s.tokens) && !s.ended[given]
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	call, answer := s.note(Call{Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Body: body})
	if answer != nil && answer.Hang {
		hangs(r)()
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	if answer != nil && answer.Drop {
		panic(http.ErrAbortHandler)
	}
	var own result
	switch {
	case !s.allowed(r):
		own = refuse(http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
	case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/$batch"):
		own = s.batch(body)
	default:
		own = s.reply(call)
	}
	own = own.changed(answer)
	for name, value := range own.header {
		w.Header().Set(name, value)
	}
	w.Header().Set("Content-Type", "application/json")
	if answer != nil && answer.CutAt > 0 {
		w.Header().Set("Content-Length", strconv.Itoa(len(own.body)))
		own.body = own.body[:min(answer.CutAt, len(own.body)-1)]
	}
	w.WriteHeader(own.status)
	_, _ = w.Write(own.body) // the client may have gone
	if answer != nil && answer.CutAt > 0 {
		panic(http.ErrAbortHandler)
	}
}

func readBody(r *http.Request) ([]byte, error) {
	var from io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, err
		}
		from = unpacked
	}
	return io.ReadAll(from)
}

// note counts a call and asks the test for an answer to it.
func (s *Server) note(c Call) (Call, *Answer) {
	s.mu.Lock()
	c.Index = len(s.calls)
	s.calls = append(s.calls, c)
	s.mu.Unlock()
	if s.Answer == nil {
		return c, nil
	}
	return c, s.Answer(c)
}

type result struct {
	status int
	header map[string]string
	body   []byte
}

func refuse(status int, code, message string) result {
	return result{status: status, body: []byte(errorBody(code, message))}
}

func (r result) changed(a *Answer) result {
	if a == nil {
		return r
	}
	if a.Status != 0 {
		return result{a.Status, a.Header, []byte(a.Body)}
	}
	if a.Edit != nil {
		r.body = a.Edit(r.body)
	}
	return r
}

// batch answers a $batch.
func (s *Server) batch(body []byte) result {
	var asked struct {
		Requests []struct{ ID, Method, URL string }
	}
	if err := json.Unmarshal(body, &asked); err != nil || len(asked.Requests) == 0 || len(asked.Requests) > 20 {
		return refuse(http.StatusBadRequest, "BadRequest", "Number of batch request steps exceeds the maximum value of 20.")
	}
	type response struct {
		ID      string            `json:"id"`
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers,omitempty"`
		Body    json.RawMessage   `json:"body"`
	}
	var responses []response
	// Graph answers in any order; the last first is as good as any.
	for i := len(asked.Requests) - 1; i >= 0; i-- {
		q := asked.Requests[i]
		u, err := url.Parse(q.URL)
		if err != nil || strings.Contains(q.URL, " ") {
			return refuse(http.StatusBadRequest, "BadRequest", "Invalid batch payload format.")
		}
		call, answer := s.note(Call{Method: q.Method, Path: "/v1.0" + u.Path, Query: u.Query(), Batched: true})
		if answer != nil && answer.Drop {
			continue
		}
		if answer != nil && answer.Hang {
			answer = Error(http.StatusGatewayTimeout, "UnknownError", "The service did not answer in time.")
		}
		r := s.reply(call).changed(answer)
		if answer != nil && answer.CutAt > 0 {
			cut, _ := json.Marshal(string(r.body[:min(answer.CutAt, len(r.body)-1)]))
			r.body = cut
		}
		if !json.Valid(r.body) {
			r.body, _ = json.Marshal(string(r.body))
		}
		responses = append(responses, response{q.ID, r.status, r.header, bytes.TrimSpace(r.body)})
	}
	text, err := json.Marshal(map[string]any{"responses": responses})
	if err != nil {
		return refuse(http.StatusInternalServerError, "generalException", err.Error())
	}
	return result{status: http.StatusOK, body: text}
}
