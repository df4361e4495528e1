package model

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// Rewrite copies the assessment with every text in it, keys of maps and values of
// evidence included, replaced by what edit makes of it. The field is named as
// "Subject.Name": the type and the property that hold the text. Texts inside an
// evidence value have the field "Evidence.Value", the names of its properties
// "Evidence.Property". The assessment itself is not changed.
func (a *Assessment) Rewrite(edit func(field, text string) string) *Assessment {
	return Rewrite(a, edit)
}

// Rewrite does the same with any document whose texts stand in exported fields,
// such as what was made of an assessment. A [json.RawMessage] is rewritten as an
// evidence value is, and a type that is only JSON by methods of its own is not for
// it.
func Rewrite[T any](document T, edit func(field, text string) string) T {
	out := reflect.New(reflect.TypeFor[T]()).Elem()
	rewrite(out, reflect.ValueOf(&document).Elem(), "", edit)
	return out.Interface().(T)
}

// rewrite fills out, which is zero, from in.
func rewrite(out, in reflect.Value, field string, edit func(field, text string) string) {
	if raw, ok := in.Interface().(json.RawMessage); ok {
		if value := rewriteValue(raw, edit); raw != nil && value != nil {
			out.Set(reflect.ValueOf(value))
		}
		return
	}
	switch in.Kind() {
	case reflect.String:
		out.SetString(edit(field, in.String()))
	case reflect.Struct:
		out.Set(in) // unexported parts, as of a time
		for i := range in.NumField() {
			if f := in.Type().Field(i); f.IsExported() {
				rewrite(out.Field(i), in.Field(i), in.Type().Name()+"."+f.Name, edit)
			}
		}
	case reflect.Slice:
		rewriteSlice(out, in, field, edit)
	case reflect.Map:
		rewriteMap(out, in, field, edit)
	case reflect.Pointer:
		if !in.IsNil() {
			out.Set(reflect.New(in.Type().Elem()))
			rewrite(out.Elem(), in.Elem(), field, edit)
		}
	case reflect.Interface:
		if !in.IsNil() {
			out.Set(reflect.ValueOf(rewriteValue(in.Interface(), edit)))
		}
	default:
		out.Set(in)
	}
}

func rewriteSlice(out, in reflect.Value, field string, edit func(field, text string) string) {
	if in.IsNil() {
		return
	}
	out.Set(reflect.MakeSlice(in.Type(), in.Len(), in.Len()))
	for i := range in.Len() {
		rewrite(out.Index(i), in.Index(i), field, edit)
	}
}

func rewriteMap(out, in reflect.Value, field string, edit func(field, text string) string) {
	if in.IsNil() {
		return
	}
	out.Set(reflect.MakeMapWithSize(in.Type(), in.Len()))
	for _, key := range in.MapKeys() {
		newKey, value := reflect.New(in.Type().Key()).Elem(), reflect.New(in.Type().Elem()).Elem()
		rewrite(newKey, key, field, edit)
		rewrite(value, in.MapIndex(key), field, edit)
		out.SetMapIndex(newKey, value)
	}
}

// rewriteValue rewrites an evidence value by way of its JSON, since it may be of
// any type. What has no JSON is left out.
func rewriteValue(value any, edit func(field, text string) string) any {
	text, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var tree any
	if dec.Decode(&tree) != nil {
		return nil
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if enc.Encode(rewriteTree(tree, edit)) != nil {
		return nil
	}
	return json.RawMessage(bytes.TrimRight(out.Bytes(), "\n"))
}

func rewriteTree(tree any, edit func(field, text string) string) any {
	switch tree := tree.(type) {
	case string:
		return edit("Evidence.Value", tree)
	case []any:
		for i := range tree {
			tree[i] = rewriteTree(tree[i], edit)
		}
	case map[string]any:
		out := make(map[string]any, len(tree))
		for key, value := range tree {
			out[edit("Evidence.Property", key)] = rewriteTree(value, edit)
		}
		return out
	}
	return tree
}
