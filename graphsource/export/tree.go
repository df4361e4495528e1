package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// node is a JSON value with the order of its members kept.
type node struct {
	kind  byte   // '{', '[', '"' or 0 for null, true, false and numbers
	text  string // a string's text, or the literal
	names []string
	items []*node // an object's values or an array's elements
}

var nullNode = &node{text: "null"}

// parseTree reads one JSON value that [checkJSON] found valid and that the
// splitter found shallow enough.
func parseTree(raw []byte) (*node, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return readNode(dec)
}

func readNode(dec *json.Decoder) (*node, error) {
	tok, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch v := tok.(type) {
	case json.Delim:
		n := &node{kind: byte(v)}
		for dec.More() {
			if v == '{' {
				name, err := dec.Token()
				if err != nil {
					return nil, err
				}
				text, ok := name.(string)
				if !ok {
					return nil, errors.New("a property name is missing")
				}
				n.names = append(n.names, text)
			}
			item, err := readNode(dec)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, item)
		}
		_, err := dec.Token()
		return n, err
	case string:
		return &node{kind: '"', text: v}, nil
	case json.Number:
		return &node{text: v.String()}, nil
	case bool:
		return &node{text: strconv.FormatBool(v)}, nil
	}
	return nullNode, nil
}

// get finds a member of an object, in the given spelling or with a capital
// first letter.
func (n *node) get(name string) *node {
	if n == nil || n.kind != '{' {
		return nil
	}
	for i, have := range n.names {
		if lowerFirst(have) == name {
			return n.items[i]
		}
	}
	return nil
}

// str is a string's text, and "" for anything else.
func (n *node) str() string {
	if n == nil || n.kind != '"' {
		return ""
	}
	return n.text
}

// elements are an array's elements. One object stands for an array of one, as
// Windows PowerShell writes it.
func (n *node) elements() []*node {
	switch {
	case n == nil:
		return nil
	case n.kind == '[':
		return n.items
	case n.kind == '{':
		return []*node{n}
	}
	return nil
}

func (n *node) isNull() bool { return n.kind == 0 && n.text == "null" }

// json writes the value.
func (n *node) json() []byte { return n.appendJSON(nil) }

func (n *node) appendJSON(out []byte) []byte {
	switch n.kind {
	case '{', '[':
		out = append(out, n.kind)
		for i, item := range n.items {
			if i > 0 {
				out = append(out, ',')
			}
			if n.kind == '{' {
				out = append(appendString(out, n.names[i]), ':')
			}
			out = item.appendJSON(out)
		}
		return append(out, n.kind+2) // ] and } lie two behind [ and {
	case '"':
		return appendString(out, n.text)
	}
	return append(out, n.text...)
}

func appendString(out []byte, text string) []byte {
	quoted, _ := json.Marshal(text) // a string can always be marshalled
	return append(out, quoted...)
}

// lowerFirst turns a .NET name into Graph's: AccountEnabled, accountEnabled.
// Where the two differ in more (AllowedAaguiDs), the decoder's matching of names
// in any letter case does the rest.
func lowerFirst(name string) string {
	if name == "" || name[0] < 'A' || name[0] > 'Z' {
		return name
	}
	return strings.ToLower(name[:1]) + name[1:]
}

func upperFirst(name string) bool { return name != "" && name[0] >= 'A' && name[0] <= 'Z' }
