package malformed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// types spoils each property of the last record in turn, at any depth: an object
// becomes what ConvertTo-Json writes at its depth limit, any other value an object
// or an array, which no property of the data model holds in its place.
func (c corpus) types(t Target, valid []byte) {
	var page map[string]any
	dec := json.NewDecoder(bytes.NewReader(valid))
	dec.UseNumber()
	if err := dec.Decode(&page); err != nil {
		panic(err) // Valid gave JSON
	}
	record := any(page)
	if list, ok := page["value"].([]any); ok && !t.Single {
		record = list[len(list)-1]
	}
	done := map[string]bool{}
	spoil(record, "", func(path string) {
		name := strings.ToLower(strings.NewReplacer("/", "-", "@", "", ".", "-").Replace(strings.TrimPrefix(path, "/")))
		if done[name] {
			return
		}
		done[name] = true
		text, err := json.Marshal(page)
		if err != nil {
			panic(err) // it was JSON before
		}
		c.add(Types, t.Name, name, text)
	})
}

// spoil replaces each value below tree in turn, calls each, and puts it back.
// Elements of an array stand for one another.
func spoil(tree any, path string, each func(path string)) {
	at := func(name string, value any, set func(any)) {
		set(otherType(value))
		each(path + "/" + name)
		set(value)
		spoil(value, path+"/"+name, each)
	}
	switch tree := tree.(type) {
	case map[string]any:
		for _, name := range sortedNames(tree) {
			at(name, tree[name], func(v any) { tree[name] = v })
		}
	case []any:
		if len(tree) > 0 {
			at("0", tree[0], func(v any) { tree[0] = v })
		}
	}
}

func sortedNames(object map[string]any) []string {
	var names []string
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func otherType(value any) any {
	switch value := value.(type) {
	case map[string]any:
		return "Microsoft.Graph.PowerShell.Models.MicrosoftGraphConditionalAccessConditionSet"
	case []any:
		return json.Number("7")
	case bool:
		return strconv.FormatBool(value)
	case string:
		return []any{[]any{value}}
	}
	return map[string]any{"a": []any{}}
}

// values writes values that are of the right type, or null, and mean nothing: ids
// that collide, dates that are none, names that attack.
func values(valid string) map[string]string {
	variants := map[string]string{
		"all-null": rewritten(valid, func(string, any) any { return nil }),
		"no-strings": rewritten(valid, func(_ string, v any) any {
			if _, ok := v.(string); ok {
				return ""
			}
			return v
		}),
		"no-lists": rewritten(valid, func(_ string, v any) any {
			if _, ok := v.([]any); ok {
				return []any{}
			}
			return v
		}),
		"flipped": rewritten(valid, func(_ string, v any) any {
			if b, ok := v.(bool); ok {
				return !b
			}
			return v
		}),
		"unknown-words": rewritten(valid, func(name string, v any) any {
			if _, ok := v.(string); ok && name != "id" && !strings.Contains(name, "@") {
				return "unknownFutureValue"
			}
			return v
		}),
		"duplicate-names":  strings.Replace(valid, `"id":`, `"id":"other","id":`, 1),
		"other-case-names": strings.Replace(valid, `"id":`, `"ID":"other","id":`, 1),
		"escaped-name":     strings.ReplaceAll(valid, `"id"`, `"\u0069d"`),
		"long-string":      inject(valid, `"`+strings.Repeat("x", 4096)+`"`),
		"long-name":        inject(valid, `{"`+strings.Repeat("n", 4096)+`":1}`),
		"long-number":      inject(valid, strings.Repeat("9", 4096)),
		"huge-exponent":    inject(valid, "1e999999"),
		"tiny-exponent":    inject(valid, "1e-999999"),
		"minus-zero":       inject(valid, "-0"),
		"many-members":     inject(valid, "{"+strings.Repeat(`"a":0,`, 500)+`"a":1}`),
		"empty-names":      inject(valid, `{"":1,"":2}`),
		"prototype":        inject(valid, `{"__proto__":{"id":"x"},"constructor":null}`),
		"powershell":       inject(valid, `{"AdditionalProperties":{"@odata.type":"#microsoft.graph.group","id":"x"},"Id":"y"}`),
		"additional":       strings.Replace(valid, `"id":`, `"AdditionalProperties":{"id":"other"},"id":`, 1),
		"odata-type":       strings.Replace(valid, `"id":`, `"@odata.type":"#microsoft.graph.somethingElse","id":`, 1),
		"odata-type-null":  strings.Replace(valid, `"id":`, `"@odata.type":null,"id":`, 1),
		"removed":          strings.Replace(valid, `"id":`, `"@removed":{"reason":"deleted"},"id":`, 1),
	}
	for name, id := range map[string]string{
		"null": "null", "empty": `""`, "number": "1", "object": "{}", "blank": `" "`, "path": `"../../etc/passwd"`, "newline": `"a\nb"`, "braces": `"{00000000-0000-0000-0000-000000000000}"`,
		"zeros": `"00000000-0000-0000-0000-000000000000"`, "global-administrator": `"62e90394-69f5-4237-9190-012177145e10"`, "all": `"All"`, "long": `"` + strings.Repeat("0", 4096) + `"`,
	} {
		variants["id-"+name] = eachID(valid, id)
	}
	for name, date := range map[string]string{
		"word": "yesterday", "empty": "", "first": "0001-01-01T00:00:00Z", "last": "9999-12-31T23:59:59Z", "beyond": "10000-01-01T00:00:00Z", "no-such-day": "2026-02-30T00:00:00Z",
		"no-zone": "2026-11-20T09:00:00", "far-zone": "2026-11-20T09:00:00+99:99", "net": "/Date(1763628000000)/", "net-cut": "/Date(", "future": "2099-01-01T00:00:00Z", "spaces": " 2026-11-20T09:00:00Z ",
		"leap-second": "2026-12-31T23:59:60Z", "negative": "-0001-01-01T00:00:00Z",
	} {
		variants["date-"+name] = rewritten(valid, func(property string, v any) any {
			if _, ok := v.(string); ok && (strings.HasSuffix(property, "DateTime") || strings.HasSuffix(property, "Date")) {
				return date
			}
			return v
		})
	}
	for name, text := range variants {
		if text == valid {
			delete(variants, name) // this target has no such property
		}
	}
	return variants
}

// rewritten gives the JSON with every value of a property replaced, outermost
// objects and the list itself apart.
func rewritten(valid string, change func(name string, value any) any) string {
	var page map[string]any
	dec := json.NewDecoder(strings.NewReader(valid))
	dec.UseNumber()
	if err := dec.Decode(&page); err != nil {
		panic(err) // Valid gave JSON
	}
	var walk func(tree any) any
	walk = func(tree any) any {
		switch tree := tree.(type) {
		case map[string]any:
			for _, name := range sortedNames(tree) {
				tree[name] = walk(change(name, tree[name]))
			}
		case []any:
			for i := range tree {
				tree[i] = walk(tree[i])
			}
		}
		return tree
	}
	if list, ok := page["value"].([]any); ok {
		for i := range list {
			list[i] = walk(list[i])
		}
	} else {
		walk(page)
	}
	text, err := json.Marshal(page)
	if err != nil {
		panic(fmt.Sprintf("what was JSON is none: %v", err))
	}
	return string(text)
}

// eachID replaces the id of each record.
func eachID(valid, id string) string {
	var page map[string]json.RawMessage
	if err := json.Unmarshal([]byte(valid), &page); err != nil {
		panic(err) // Valid gave JSON
	}
	replace := func(record map[string]json.RawMessage) {
		if _, ok := record["id"]; ok {
			record["id"] = json.RawMessage(id)
		}
	}
	var list []map[string]json.RawMessage
	if json.Unmarshal(page["value"], &list) == nil && len(list) > 0 {
		for _, record := range list {
			replace(record)
		}
		page["value"], _ = json.Marshal(list)
	} else {
		replace(page)
	}
	text, _ := json.Marshal(page) // it was JSON before
	return string(text)
}
