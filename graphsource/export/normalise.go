package export

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// notes are what was unusual about a file, each said once.
type notes []string

func (n *notes) add(note string) {
	for _, have := range *n {
		if have == note {
			return
		}
	}
	*n = append(*n, note)
}

const (
	notePascal = "PascalCase property names read as Graph's"
	noteSDK    = "Graph PowerShell objects: null-filled objects and null properties count as not exported"
	noteDates  = "/Date(…)/ read as times"
	noteCut    = "values cut at ConvertTo-Json's depth limit are unreadable; export with -Depth 20"
)

// dialect is how a tool writes null.
type dialect uint8

const (
	// dialectAny: objects with PascalCase names come from the Graph PowerShell
	// SDK, where null says "null, or not asked for".
	dialectAny dialect = iota
	// dialectGraphNulls: the tool is known to write Graph's own nulls.
	dialectGraphNulls
)

// normalise gives a record as Graph would have written it. It is needed where
// the record is [unusual]; sdk says whether it is an object of the Graph
// PowerShell SDK. raw is valid JSON.
func normalise(raw []byte, as dialect, seen *notes) (clean []byte, sdk bool, err error) {
	record, err := parseTree(raw)
	if err != nil {
		return nil, false, err
	}
	n := normaliser{notes: seen, pascal: pascal(record)}
	// Every object of the SDK has AdditionalProperties; a selection of plain
	// properties has not, and its nulls are just as ambiguous.
	n.sdk = n.pascal && (as == dialectAny || bytes.Contains(raw, []byte(`"AdditionalProperties"`)))
	if n.pascal {
		seen.add(notePascal)
	}
	if n.sdk {
		seen.add(noteSDK)
	}
	return n.value(record).json(), n.sdk, nil
}

// unusual finds, without parsing, every record that [normalise] may change.
func unusual(raw []byte) bool {
	for _, sign := range []string{`Date(`, `"System.`, `"Microsoft.Graph.`, `"@{`, `"Id"`, `"AdditionalProperties"`} {
		if bytes.Contains(raw, []byte(sign)) {
			return true
		}
	}
	// The first member that is no annotation tells the letter case.
	for {
		i := bytes.IndexByte(raw, '"')
		if i < 0 || i+1 >= len(raw) {
			return false
		}
		if c := raw[i+1]; c != '@' {
			return c >= 'A' && c <= 'Z'
		}
		// Past the annotation's name and its value, when that is a string.
		rest := raw[i+1:]
		end := bytes.IndexByte(rest, '"')
		if end < 0 {
			return false
		}
		rest = bytes.TrimLeft(rest[end+1:], ": \t\r\n")
		if len(rest) == 0 || rest[0] != '"' || bytes.IndexByte(rest, '\\') >= 0 {
			return true
		}
		end = bytes.IndexByte(rest[1:], '"')
		if end < 0 {
			return false
		}
		raw = rest[end+2:]
	}
}

// oddFirst marks the first bytes of the texts that oddText asks about.
var oddFirst = [256]bool{'/': true, '@': true, 'M': true, 'S': true}

// oddText finds the texts that [normaliser.str] may change.
func oddText(text []byte) bool {
	switch text[0] {
	case '/':
		return bytes.HasPrefix(text, []byte("/Date("))
	case '@':
		return bytes.HasPrefix(text, []byte("@{"))
	case 'M':
		return bytes.HasPrefix(text, []byte("Microsoft.Graph."))
	}
	return bytes.HasPrefix(text, []byte("System."))
}

// pascal reports whether most of an object's names are .NET's. A few others may
// have been added, as by Select-Object.
func pascal(n *node) bool {
	balance := 0
	for _, name := range n.names {
		switch {
		case annotation(name):
		case upperFirst(name):
			balance++
		default:
			balance--
		}
	}
	return balance > 0
}

type normaliser struct {
	notes       *notes
	pascal, sdk bool
}

func (n normaliser) value(v *node) *node {
	switch v.kind {
	case '{':
		return n.object(v)
	case '[':
		out := &node{kind: '['}
		for _, item := range v.items {
			out.items = append(out.items, n.value(item))
		}
		return out
	case '"':
		return n.str(v)
	}
	return v
}

func (n normaliser) object(v *node) *node {
	out := &node{kind: '{'}
	var folded *node
	for i, name := range v.names {
		if n.pascal && name == "AdditionalProperties" {
			folded = v.items[i]
			continue
		}
		n.set(out, name, v.items[i])
	}
	if folded != nil && folded.kind == '{' {
		for i, name := range folded.names {
			if have := out.get(lowerFirst(name)); have == nil || have.isNull() {
				n.set(out, name, folded.items[i])
			}
		}
	}
	return out
}

// set adds a member unless the SDK wrote it for something that is not there.
func (n normaliser) set(out *node, name string, value *node) {
	if n.pascal {
		name = lowerFirst(name)
	}
	value = n.value(value)
	if n.sdk && (value.isNull() || value.kind == '{' && hollow(value)) {
		return
	}
	out.names = append(out.names, name)
	out.items = append(out.items, value)
}

// v1Authorization moves the consent policies of an authorization policy to where
// Graph v1.0 has them, permissionGrantPoliciesAssigned of its
// defaultUserRolePermissions. Beta has the same list at the top, under another name
// (Microsoft Graph API reference, authorizationPolicy in beta and in v1.0).
func v1Authorization(raw []byte) []byte {
	if !bytes.Contains(raw, []byte("ermissionGrantPolicyIdsAssignedToDefaultUserRole")) {
		return raw
	}
	policy, err := parseTree(raw)
	if err != nil {
		return raw // what decodes it tells
	}
	permissions, assigned := policy.get("defaultUserRolePermissions"), policy.get("permissionGrantPolicyIdsAssignedToDefaultUserRole")
	if permissions == nil || permissions.kind != '{' || assigned == nil || permissions.get("permissionGrantPoliciesAssigned") != nil {
		return raw
	}
	permissions.put("permissionGrantPoliciesAssigned", assigned)
	return policy.json()
}

// hollow reports whether nothing but nulls, empty texts and empty arrays hangs
// below v.
func hollow(v *node) bool {
	switch v.kind {
	case '{', '[':
		for _, item := range v.items {
			if !hollow(item) {
				return false
			}
		}
		return true
	case '"':
		return v.text == ""
	}
	return v.isNull()
}

// unreadable is a value of a type that no property has, so that every field
// that meets it says "unreadable".
var unreadable = &node{kind: '[', items: []*node{{kind: '['}}}

// dotNetDate reads the milliseconds of /Date(1769788627239)/, whose number may
// be followed by an offset such as +0100.
func dotNetDate(text string) (milliseconds int64, ok bool) {
	number, ok := strings.CutPrefix(text, "/Date(")
	if !ok {
		return 0, false
	}
	if number, ok = strings.CutSuffix(number, ")/"); !ok || number == "" {
		return 0, false
	}
	if i := strings.LastIndexAny(number, "+-"); i > 0 {
		if offset := number[i+1:]; len(offset) != 4 || strings.Trim(offset, "0123456789") != "" {
			return 0, false
		}
		number = number[:i]
	}
	if digits := strings.TrimPrefix(number, "-"); len(digits) > 15 || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	milliseconds, err := strconv.ParseInt(number, 10, 64)
	return milliseconds, err == nil
}

func (n normaliser) str(v *node) *node {
	if cutText(v.text) {
		n.notes.add(noteCut)
		return unreadable
	}
	if ms, ok := dotNetDate(v.text); ok {
		n.notes.add(noteDates)
		// The offset says only how the time was shown: the number is UTC.
		at := time.UnixMilli(ms).UTC()
		if at.Year() < 0 || at.Year() > 9999 {
			return unreadable
		}
		return &node{kind: '"', text: at.Format(time.RFC3339Nano)}
	}
	if n.pascal && strings.Contains(v.text, "T") {
		if at, err := time.Parse(time.RFC3339Nano, v.text); err == nil {
			return &node{kind: '"', text: at.UTC().Format(time.RFC3339Nano)}
		}
	}
	return v
}

// cutText reports whether a text is what PowerShell writes for an object below
// ConvertTo-Json's depth limit: its type's name, or its members as @{a=b}.
func cutText(text string) bool {
	switch text {
	case "System.Object", "System.Object[]", "System.String[]":
		return true
	}
	for _, prefix := range []string{"Microsoft.Graph.PowerShell.", "Microsoft.Graph.Beta.PowerShell.",
		"System.Collections.", "System.Management.Automation."} {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return strings.HasPrefix(text, "@{") && strings.HasSuffix(text, "}")
}
