package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/redact"
	"github.com/privpath/privpath/model"
)

// minKey is how many bytes the key of pseudonyms must have.
const minKey = 16

// veil replaces the tenants' names by pseudonyms, the same in every run with the
// same key, so that runs still compare. nil lets everything through.
type veil struct{ key []byte }

// readVeil reads the key of -redact-key. Each worker does, so that the key is not
// part of the pipeline, which runners show.
func readVeil(ctx context.Context, file string) (*veil, error) {
	if file == "" {
		return nil, nil
	}
	from, err := openFile(ctx, file)
	if err != nil {
		return nil, &problem{fmt.Errorf("-redact-key: %w", err)}
	}
	defer func() { _ = from.Close() }()
	text, err := io.ReadAll(io.LimitReader(from, 1<<16))
	if err != nil {
		return nil, &problem{fmt.Errorf("-redact-key: %w", err)}
	}
	v := &veil{key: bytes.TrimSpace(text)}
	if len(v.key) < minKey {
		return nil, &problem{fmt.Errorf("-redact-key: %s holds fewer than %d bytes, which can be guessed", file, minKey)}
	}
	return v, nil
}

// bundle is what the results call a bundle, whose name may tell whose it is.
func (v *veil) bundle(name string) string {
	if v == nil {
		return name
	}
	mac := hmac.New(sha256.New, v.key)
	mac.Write([]byte("bundle\x00" + name))
	return "bundle-" + hex.EncodeToString(mac.Sum(nil))[:16]
}

// text redacts a sentence of which no assessment is known, and a tenant's id.
func (v *veil) text(s string) string {
	if v == nil {
		return s
	}
	r, err := redact.New(redact.Options{Key: v.key})
	if err != nil {
		return "redacted"
	}
	return redact.Document(r, s)
}

// over notes the names of what a source loads.
func (v *veil) over(src assess.Source, names *[]string) assess.Source {
	if v == nil {
		return src
	}
	return &veiled{src, names}
}

func (v *veil) assessment(a *model.Assessment, names []string) (*model.Assessment, error) {
	if v == nil {
		return a, nil
	}
	return redact.Redact(a, redact.Options{Key: v.key, Names: names})
}

type veiled struct {
	assess.Source
	names *[]string
}

// Load loads the tenant and notes its names.
func (s *veiled) Load(ctx context.Context, want []string, observers ...assess.Observer) (*model.Tenant, error) {
	t, err := s.Source.Load(ctx, want, observers...)
	if err == nil {
		*s.names = append(*s.names, redact.Names(t)...)
	}
	return t, err
}
