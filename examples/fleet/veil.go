package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/privpath/privpath/assess/redact"
)

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
	key, err := redact.ParseKey(text)
	if err != nil {
		return nil, &problem{fmt.Errorf("-redact-key: %s: %w", file, err)}
	}
	return &veil{key}, nil
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
