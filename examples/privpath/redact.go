package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/redact"
	"github.com/privpath/privpath/model"
)

// veil redacts a run. The zero value lets everything through.
type veil struct {
	on   bool
	opts redact.Options
}

// addRedactFlags adds -redact and -redact-key to a command. What it returns makes
// the veil once the flags are read.
func addRedactFlags(set *flag.FlagSet) func() (*veil, error) {
	on := set.Bool("redact", false, "replace names, ids, addresses and domains by pseudonyms")
	key := set.String("redact-key", "", "make the pseudonyms of -redact with the secret in this `file`: they are then the same in every report; keep it to yourself")
	return func() (*veil, error) { return newVeil(*on, *key) }
}

func newVeil(on bool, keyFile string) (*veil, error) {
	v := &veil{on: on}
	if keyFile == "" {
		return v, nil
	}
	if !on {
		return nil, usageError{errors.New("-redact-key does nothing without -redact")}
	}
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, fmt.Errorf("-redact-key: %w", err)
	}
	if v.opts.Key, err = redact.ParseKey(key); err != nil {
		return nil, fmt.Errorf("-redact-key: %s: %w", keyFile, err)
	}
	return v, nil
}

func (v *veil) over(src assess.Source) assess.Source {
	if !v.on {
		return src
	}
	return v.opts.Over(src)
}

// redactor knows the names of the tenants that were read under the veil and of the
// assessments; nil lets everything through.
func (v *veil) redactor(of ...*model.Assessment) (*redact.Redactor, error) {
	if !v.on {
		return nil, nil
	}
	return redact.New(v.opts, of...)
}

// hidden redacts what was made of the assessments.
func hidden[T any](r *redact.Redactor, document T) T {
	if r == nil {
		return document
	}
	return redact.Document(r, document)
}

func (v *veil) redact(a *model.Assessment) (*model.Assessment, error) {
	if !v.on {
		return a, nil
	}
	return redact.Redact(a, v.opts)
}
