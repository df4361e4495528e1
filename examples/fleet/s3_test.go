//go:build s3

package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// bucketServer is as much of S3 as AWS's client needs: objects of one bucket, lists in
// pages, uploads whole and in parts. It can refuse a request, or break it off.
type bucketServer struct {
	mu       sync.Mutex
	objects  map[string][]byte
	uploads  map[string]map[int][]byte
	pages    int // lists that were not the last
	unsigned int // requests without a signature
	refuse   func(r *http.Request) bool
	half     func(r *http.Request) bool
}

const pageSize = 2

// serveBucket starts a server and has AWS's client use it.
func serveBucket(t *testing.T) *bucketServer {
	s := &bucketServer{objects: map[string][]byte{}, uploads: map[string]map[int][]byte{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL_S3": server.URL, "AWS_REGION": "eu-west-2", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_MAX_ATTEMPTS": "1"} {
		t.Setenv(name, value)
	}
	return s
}

func (s *bucketServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=test/") {
		s.unsigned++
	}
	if s.refuse != nil && s.refuse(r) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`)
		return
	}
	key, ok := strings.CutPrefix(r.URL.Path, "/bucket")
	key = strings.TrimPrefix(key, "/")
	query := r.URL.Query()
	switch {
	case !ok:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodGet && query.Get("list-type") == "2":
		s.list(w, query.Get("prefix"), query.Get("continuation-token"))
	case r.Method == http.MethodGet:
		s.get(w, r, key)
	case r.Method == http.MethodPost && query.Has("uploads"):
		id := strconv.Itoa(len(s.uploads) + 1)
		s.uploads[id] = map[int][]byte{}
		_, _ = fmt.Fprintf(w, "<InitiateMultipartUploadResult><Bucket>bucket</Bucket><Key>%s</Key><UploadId>%s</UploadId></InitiateMultipartUploadResult>", key, id)
	case r.Method == http.MethodPut:
		s.put(w, r, key)
	case r.Method == http.MethodPost:
		parts := s.uploads[query.Get("uploadId")]
		var whole []byte
		for number := range len(parts) {
			whole = append(whole, parts[number+1]...)
		}
		s.objects[key] = whole
		_, _ = io.WriteString(w, "<CompleteMultipartUploadResult/>")
	case r.Method == http.MethodDelete && query.Has("uploadId"):
		delete(s.uploads, query.Get("uploadId"))
	case r.Method == http.MethodDelete:
		delete(s.objects, key)
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *bucketServer) list(w io.Writer, prefix, after string) {
	type object struct{ Key string }
	answer := struct {
		XMLName               xml.Name `xml:"ListBucketResult"`
		IsTruncated           bool
		NextContinuationToken string `xml:",omitempty"`
		Contents              []object
	}{}
	for _, key := range s.keys() {
		switch {
		case !strings.HasPrefix(key, prefix) || key <= after:
		case len(answer.Contents) == pageSize:
			answer.IsTruncated, answer.NextContinuationToken = true, answer.Contents[pageSize-1].Key
		default:
			answer.Contents = append(answer.Contents, object{key})
		}
	}
	if answer.IsTruncated {
		s.pages++
	}
	_ = xml.NewEncoder(w).Encode(answer)
}

func (s *bucketServer) keys() []string {
	var keys []string
	for key := range s.objects {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func (s *bucketServer) get(w http.ResponseWriter, r *http.Request, key string) {
	text, ok := s.objects[key]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>`)
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	if s.half != nil && s.half(r) {
		text = text[:len(text)/2]
	}
	_, _ = w.Write(text)
}

func (s *bucketServer) put(w http.ResponseWriter, r *http.Request, key string) {
	text, err := io.ReadAll(r.Body)
	if err != nil || r.Header.Get("Content-Encoding") == "aws-chunked" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.Header().Set("ETag", `"x"`)
	if id := r.URL.Query().Get("uploadId"); id != "" {
		number, _ := strconv.Atoi(r.URL.Query().Get("partNumber"))
		s.uploads[id][number] = text
		return
	}
	s.objects[key] = text
}

// TestS3 runs over a bucket of S3: more bundles than a page of its list holds, one
// that is refused and one whose reply breaks off.
func TestS3(t *testing.T) {
	f := theFleet(t)
	s := serveBucket(t)
	local := t.TempDir()
	for _, name := range []string{"corrupt.zip", "tenant-02.zip", "tenant-03.zip", "tenant-04.zip", "tenant-05.zip", "README.txt"} {
		text := []byte(read(t, filepath.Join(f.in, name)))
		s.objects["tenants/"+name] = text
		require.NoError(t, os.WriteFile(filepath.Join(local, name), text, 0o600))
	}
	cfg := configOf("s3://bucket/tenants/*", "s3://bucket/out/fleet.jsonl")
	require.NoError(t, run(t.Context(), localRunner, cfg))
	same := configOf(local, filepath.Join(t.TempDir(), "fleet.jsonl"))
	require.NoError(t, run(t.Context(), localRunner, same))
	require.Equal(t, read(t, same.Out), string(s.objects["out/fleet.jsonl"]), "a bucket gives what a folder gives")
	require.Equal(t, read(t, same.Page), string(s.objects["out/fleet.html"]))
	require.Len(t, s.keys(), 8, "nothing else is left")
	require.Positive(t, s.pages)
	require.Zero(t, s.unsigned)

	s.refuse = func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "tenant-02.zip") }
	s.half = func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "tenant-03.zip") }
	require.NoError(t, run(t.Context(), localRunner, cfg))
	wrong := map[string]string{}
	require.NoError(t, readLines(t.Context(), cfg.Out, func(_ int, line record) (bool, error) {
		if line.text("kind") == kindTenant {
			wrong[line.text("bundle")] = line.text("error")
		}
		return true, nil
	}))
	require.Contains(t, wrong["tenant-02.zip"], "AccessDenied")
	require.Contains(t, wrong["tenant-03.zip"], "unexpected EOF")
	require.Empty(t, wrong["tenant-04.zip"]+wrong["tenant-05.zip"])

	before := string(s.objects["out/fleet.jsonl"])
	s.refuse = func(r *http.Request) bool { return r.Method == http.MethodPut }
	require.ErrorContains(t, run(t.Context(), localRunner, cfg), "AccessDenied")
	require.Equal(t, before, string(s.objects["out/fleet.jsonl"]), "the earlier result stays")
	s.refuse = func(*http.Request) bool { return true }
	require.ErrorContains(t, run(t.Context(), localRunner, cfg), "cannot list s3://bucket/tenants/*")
}

// TestS3Uploads: a large file goes up in parts and comes back whole; one whose
// writing ends in an error is not there.
func TestS3Uploads(t *testing.T) {
	s := serveBucket(t)
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<20)
	require.NoError(t, writeFile(t.Context(), "s3://bucket/large", func(w io.Writer) error {
		_, err := w.Write(large)
		return err
	}))
	require.True(t, bytes.Equal(large, s.objects["large"]))
	require.NotEmpty(t, s.uploads, "in parts")
	back, err := openFile(context.Background(), "s3://bucket/large")
	require.NoError(t, err)
	text, err := io.ReadAll(back)
	require.NoError(t, err)
	require.NoError(t, back.Close())
	require.True(t, bytes.Equal(large, text))
	for _, size := range []int{100, len(large)} {
		require.Error(t, writeFile(t.Context(), "s3://bucket/broken", func(w io.Writer) error {
			_, _ = w.Write(large[:size])
			return errors.New("broken off")
		}))
		require.NotContains(t, s.objects, "broken")
	}
}
