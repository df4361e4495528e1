package export

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// decodeStrict reads a file that people write by hand into v. A property that v
// does not have, one that stands twice, or a value of the wrong type is an error
// that names its place, because a misspelt statement would otherwise be lost
// without a word.
func decodeStrict(raw []byte, v any) error {
	if err := checkJSON(raw, 0, ""); err != nil {
		return err
	}
	tree, err := parseTree(raw)
	if err != nil {
		return err
	}
	if err := strict(reflect.TypeOf(v).Elem(), tree, ""); err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

func strict(t reflect.Type, n *node, at string) error {
	if field, ok := fieldType(t); ok {
		if n.isNull() {
			return nil
		}
		return strict(field, n, at)
	}
	if reflect.PointerTo(t).Implements(unmarshaler) {
		if err := json.Unmarshal(n.json(), reflect.New(t).Interface()); err != nil {
			return fmt.Errorf("%s: %w", orFile(at), err)
		}
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		if n.isNull() {
			return nil
		}
		return strict(t.Elem(), n, at)
	case reflect.Struct:
		return strictStruct(t, n, at)
	case reflect.Map:
		if n.kind != '{' {
			return wrongKind(at, "an object")
		}
		for i, name := range n.names {
			if slices.Contains(n.names[:i], name) {
				return fmt.Errorf("%s/%s stands here twice", at, escape(name))
			}
			if err := strict(t.Elem(), n.items[i], at+"/"+escape(name)); err != nil {
				return err
			}
		}
	case reflect.Slice:
		if n.kind != '[' {
			return wrongKind(at, "an array")
		}
		for i, item := range n.items {
			if err := strict(t.Elem(), item, at+"/"+strconv.Itoa(i)); err != nil {
				return err
			}
		}
	case reflect.String:
		if n.kind != '"' {
			return wrongKind(at, "a text")
		}
	default:
		if err := json.Unmarshal(n.json(), reflect.New(t).Interface()); err != nil || n.isNull() {
			return wrongKind(at, "a "+t.Kind().String())
		}
	}
	return nil
}

func strictStruct(t reflect.Type, n *node, at string) error {
	if n.kind != '{' {
		return wrongKind(at, "an object")
	}
	known := map[string]reflect.Type{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			known[name] = t.Field(i).Type
		}
	}
	for i, name := range n.names {
		place := at + "/" + escape(name)
		inner, ok := known[name]
		switch {
		case name == "$schema" && at == "":
			continue
		case !ok:
			return fmt.Errorf("%s is not a known property", place)
		case slices.Contains(n.names[:i], name):
			return fmt.Errorf("%s stands here twice", place)
		}
		if err := strict(inner, n.items[i], place); err != nil {
			return err
		}
	}
	return nil
}

// fieldType gives the T of a model.Field[T], whose Is takes a question of T.
func fieldType(t reflect.Type) (reflect.Type, bool) {
	is, ok := t.MethodByName("Is")
	if !ok || !strings.HasPrefix(t.Name(), "Field[") || is.Type.NumIn() != 2 || is.Type.In(1).Kind() != reflect.Func {
		return nil, false
	}
	return is.Type.In(1).In(0), true
}

func wrongKind(at, want string) error { return fmt.Errorf("%s must be %s", orFile(at), want) }

func orFile(at string) string {
	if at == "" {
		return "the file"
	}
	return at
}

// escape writes a name as a segment of a JSON pointer, with control characters
// made visible.
func escape(name string) string {
	quoted := strconv.Quote(clip(name))
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(quoted[1 : len(quoted)-1])
}
