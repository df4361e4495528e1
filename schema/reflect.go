package schema

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/privpath/privpath/assess/diff"
	"github.com/privpath/privpath/assess/plan"
	"github.com/privpath/privpath/model"
)

const base = "https://github.com/privpath/privpath/schema/"

// Generate makes every schema from the Go types, by file name.
func Generate() (map[string][]byte, error) {
	documents := []struct {
		name, title string
		value       any
		refine      func(*jsonschema.Schema)
	}{
		{Assessment, "Privileged Path assessment", model.Assessment{}, refineAssessment},
		{Diff, "Privileged Path diff", diff.Diff{}, refineDiff},
		{Change, "Privileged Path change", plan.Change{}, refineChange},
		{Declarations, "Privileged Path declarations", model.Declarations{}, refineDeclarations},
		{Manifest, "Privileged Path export manifest", model.Manifest{}, refineManifest},
	}
	files := map[string][]byte{}
	for _, d := range documents {
		s := reflector().Reflect(d.value)
		s.ID, s.Title = jsonschema.ID(base+d.name), d.title
		d.refine(s)
		text, err := json.MarshalIndent(s, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("schema %s: %w", d.name, err)
		}
		files[d.name] = append(text, '\n')
	}
	return files, nil
}

func reflector() *jsonschema.Reflector {
	r := &jsonschema.Reflector{DoNotReference: true, ExpandedStruct: true}
	r.Mapper = func(t reflect.Type) *jsonschema.Schema { return mapped(r, t) }
	return r
}

// mapped gives the schema of types whose JSON form is not that of their Go
// fields.
func mapped(r *jsonschema.Reflector, t reflect.Type) *jsonschema.Schema {
	if t.PkgPath() == "github.com/privpath/privpath/model" && strings.HasPrefix(t.Name(), "Field[") {
		value, _ := t.FieldByName("value")
		inner := r.ReflectFromType(value.Type)
		inner.Version, inner.ID = "", ""
		return inner
	}
	switch t {
	case reflect.TypeFor[model.Date]():
		return &jsonschema.Schema{Type: "string", Pattern: `^\d{4}-\d{2}-\d{2}(T.+)?$`, Description: "YYYY-MM-DD, the whole day in UTC"}
	case reflect.TypeFor[model.State]():
		return oneOf("complete", "partial", "missing")
	case reflect.TypeFor[model.Status]():
		return oneOf(texts(model.Statuses())...)
	case reflect.TypeFor[model.Severity]():
		return oneOf(texts(model.Severities())...)
	case reflect.TypeFor[model.Pillar]():
		return oneOf(texts(model.Pillars())...)
	case reflect.TypeFor[model.Domain]():
		return oneOf(texts(model.AssessmentDomains())...)
	case reflect.TypeFor[diff.Move]():
		return oneOf(texts(diff.Moves())...)
	case reflect.TypeFor[model.Confidence]():
		return oneOf("decided", "observed", "attested")
	case reflect.TypeFor[model.Level]():
		return &jsonschema.Schema{Type: "integer", Minimum: "1", Maximum: "5"}
	}
	return nil
}

func texts[T ~string](values []T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}

func oneOf(values ...string) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	for _, v := range values {
		s.Enum = append(s.Enum, v)
	}
	return s
}

func property(s *jsonschema.Schema, path ...string) *jsonschema.Schema {
	for _, name := range path {
		if s.Items != nil {
			s = s.Items
		}
		s, _ = s.Properties.Get(name)
	}
	return s
}

func refineAssessment(s *jsonschema.Schema) {
	property(s, "schemaVersion").Const = model.SchemaVersion
	property(s, "reach", "holding").Enum = []any{"standing", "eligible"}
	property(s, "reach", "from", "verdict").Enum = []any{model.Reaches, model.Blocked, model.ReachUnknown}
	property(s, "reach", "from", "activation").Enum = []any{model.Reaches, model.Blocked, model.ReachUnknown, model.NoActivation}
}

func refineDiff(s *jsonschema.Schema) {
	property(s, "schemaVersion").Const = diff.SchemaVersion
	configuration, _ := s.Properties.Get("configuration")
	s.Properties.Set("configuration", &jsonschema.Schema{OneOf: []*jsonschema.Schema{configuration, {Type: "null"}}})
}

// refineHandwritten allows what editors use to find a schema.
func refineHandwritten(s *jsonschema.Schema) {
	s.Properties.Set("$schema", &jsonschema.Schema{Type: "string"})
}

func refineDeclarations(s *jsonschema.Schema) {
	refineHandwritten(s)
	s.Required = []string{"version"}
	property(s, "version").Const = 1
	property(s, "breakGlass").Items.Required = []string{"id"}
	property(s, "breakGlass", "id").MinLength = ptr(uint64(1))
	property(s, "paw", "formFactor").Enum = []any{"physical", "virtual", "windows365", "avd"}
	for _, list := range []string{"standing", "exceptions", "attestations"} {
		property(s, list, "owner").MinLength = ptr(uint64(1))
	}
}

func refineChange(s *jsonschema.Schema) {
	property(s, "format").Const = plan.ChangeFormat
	property(s, "operations").MinItems = ptr(uint64(1))
	property(s, "operations", "op").Enum = []any{plan.OpCreate, plan.OpPatch, plan.OpDelete}
	record := property(s, "operations", "record")
	*record = jsonschema.Schema{Type: "object", Description: "create: the whole Graph record; patch: what changes in it"}
}

func refineManifest(s *jsonschema.Schema) {
	refineHandwritten(s)
	property(s, "format").Const = model.ManifestFormat
	entry := property(s, "datasets").AdditionalProperties
	property(entry, "status").Enum = []any{"complete", "partial", "missing"}
}

func ptr[T any](v T) *T { return &v }
