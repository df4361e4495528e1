package schema

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// The names of the schemas.
const (
	Assessment   = "assessment.schema.json"
	Diff         = "diff.schema.json"
	Change       = "change.schema.json"
	Declarations = "declarations.schema.json"
	Manifest     = "manifest.schema.json"
)

//go:embed *.schema.json
var files embed.FS

// Text gives a schema's text.
func Text(name string) ([]byte, error) { return files.ReadFile(name) }

// Validate checks a document against a schema. The error names, for every
// violation, the JSON pointer of the place in the document.
func Validate(name string, document []byte) error {
	compiled, err := compile(name)
	if err != nil {
		return err
	}
	value, err := decode(document)
	if err != nil {
		return err
	}
	err = compiled.Validate(value)
	var invalid *jsonschema.ValidationError
	if errors.As(err, &invalid) {
		return errors.Join(violations(invalid)...)
	}
	return err
}

// decode reads exactly one JSON value, numbers as they are written.
func decode(document []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(document))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("not JSON: more text after the value, at byte %d", dec.InputOffset())
	}
	return value, nil
}

// violations lists the innermost causes, each with its place.
func violations(e *jsonschema.ValidationError) []error {
	if len(e.Causes) == 0 {
		place := e.InstanceLocation
		if place == "" {
			place = "/"
		}
		return []error{fmt.Errorf("%s: %s", place, e.Message)}
	}
	var all []error
	for _, cause := range e.Causes {
		all = append(all, violations(cause)...)
	}
	return all
}

var compiled = struct {
	sync.Mutex
	byName map[string]*jsonschema.Schema
}{byName: map[string]*jsonschema.Schema{}}

func compile(name string) (*jsonschema.Schema, error) {
	compiled.Lock()
	defer compiled.Unlock()
	if s, ok := compiled.byName[name]; ok {
		return s, nil
	}
	text, err := files.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("schema: there is no %q", name)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat = true
	c.LoadURL = func(url string) (io.ReadCloser, error) {
		return nil, fmt.Errorf("schema: refusing to load %s", url)
	}
	if err := c.AddResource(base+name, bytes.NewReader(text)); err != nil {
		return nil, err
	}
	s, err := c.Compile(base + name)
	if err != nil {
		return nil, err
	}
	compiled.byName[name] = s
	return s, nil
}
