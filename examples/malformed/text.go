package malformed

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"
)

// cuts ends the text at every kind of place: behind the first and the last byte of
// each kind of token, and inside the tokens.
func (c corpus) cuts(t Target, valid []byte) {
	seen := map[string]int{} // place by kind, first and last
	for at, kind := range places(valid) {
		if _, ok := seen["first-"+kind]; !ok {
			seen["first-"+kind] = at
		}
		seen["last-"+kind] = at
	}
	taken := map[int]bool{}
	for _, order := range []string{"first-", "last-"} {
		for _, kind := range []string{"open-object", "close-object", "open-array", "close-array", "name", "in-name", "colon", "comma",
			"string", "in-string", "number", "literal", "in-literal"} {
			at, ok := seen[order+kind]
			if !ok || taken[at] || at+1 >= len(valid) {
				continue
			}
			taken[at] = true
			c.add(Cut, t.Name, order+kind, valid[:at+1])
		}
	}
}

// places gives each byte of compact JSON the kind of token that ends with it.
// Escapes do not matter: a cut behind a backslash is a cut inside a string.
func places(text []byte) []string {
	kinds := make([]string, len(text))
	quoted, escaped, name := false, false, false
	var nesting []byte
	for i, b := range text {
		switch {
		case quoted && (escaped || b != '"'):
			escaped = b == '\\' && !escaped
			if kinds[i] = "in-string"; name {
				kinds[i] = "in-name"
			}
		case quoted:
			if quoted, kinds[i] = false, "string"; name {
				kinds[i] = "name"
			}
		case b == '"':
			quoted = true
			name = len(nesting) > 0 && nesting[len(nesting)-1] == '{' && (text[i-1] == '{' || text[i-1] == ',')
			if kinds[i] = "in-string"; name {
				kinds[i] = "in-name"
			}
		case b == '{' || b == '[':
			nesting = append(nesting, b)
			kinds[i] = map[byte]string{'{': "open-object", '[': "open-array"}[b]
		case b == '}' || b == ']':
			nesting = nesting[:len(nesting)-1]
			kinds[i] = map[byte]string{'}': "close-object", ']': "close-array"}[b]
		case b == ':':
			kinds[i] = "colon"
		case b == ',':
			kinds[i] = "comma"
		case b >= '0' && b <= '9' || b == '-' || b == '.':
			kinds[i] = "number"
		case strings.IndexByte(",]}", text[i+1]) >= 0:
			kinds[i] = "literal"
		default:
			kinds[i] = "in-literal"
		}
	}
	return kinds
}

// breakSyntax makes text that no JSON reader may take for a whole document. The
// fault stands in a property of the last record that no reader knows, so that only
// a strict one sees it, or around the records.
func breakSyntax(valid string) map[string]string {
	variants := map[string]string{
		"empty": "", "white-space": " \n\t\r\n", "mark-only": "\ufeff", "nul": "\x00", "nuls": strings.Repeat("\x00", 64),
		"html": "<!DOCTYPE html><html><body>Sign in</body></html>", "clixml": "#< CLIXML\r\n<Objs Version=\"1.1.0.1\"></Objs>",
		"csv": "id,displayName\r\n1,Anna\r\n", "table": "\r\nId          DisplayName\r\n--          -----------\r\n1           Anna\r\n",
		"hashtable": "@{value=System.Object[]}", "yaml": "value:\n- id: x\n", "gzip": "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\xab\x56\x2a\x4b",
		"error-text":     "ERROR: AADSTS50076: multi-factor authentication is required\n",
		"trailing-brace": valid + "}", "trailing-bracket": valid + "]", "trailing-comma": valid + ",", "trailing-word": valid + " done",
		"trailing-nul": valid + "\x00", "twice-comma": valid + "," + valid, "leading-comma": "," + valid,
		"leading-word": "PS C:\\> " + valid, "comment-behind": valid + "\n// exported", "comment-before": "/* users */ " + valid,
		"ends-with-bracket": valid[:len(valid)-1] + "]", "brackets-swapped": valid[:len(valid)-2] + "}]",
		"percent": strings.ReplaceAll(valid, `"`, "%22"), "single-quotes": strings.ReplaceAll(valid, `"`, "'"),
		"smart-quotes": strings.ReplaceAll(valid, `"`, "\u201d"), "escaped": strings.ReplaceAll(valid, `"`, `\"`),
	}
	for name, value := range map[string]string{
		"no-value": "", "nan": "NaN", "infinity": "-Infinity", "plus": "+1", "leading-zero": "01", "no-fraction": "1.", "no-integer": ".5",
		"no-exponent": "1e", "exponent-sign": "1e+", "hexadecimal": "0x1F", "minus": "-", "two-minuses": "--1", "underscore": "1_000", "two-points": "1.2.3",
		"tru": "tru", "capital-true": "True", "none": "None", "undefined": "undefined", "nulls": "nulls", "bare-word": "enabled",
		"raw-newline": "\"a\nb\"", "raw-tab": "\"a\tb\"", "raw-nul": "\"a\x00b\"", "raw-escape": "\"a\x1bb\"",
		"escape-x": `"\x41"`, "escape-quote": `"\'"`, "escape-short": `"\u12"`, "escape-no-hex": `"\u12G4"`, "escape-capital": `"\U0041"`, "escape-zero": `"\0"`,
		"comma-in-array": "[1,]", "two-commas": "[1,,2]", "comma-first": "[,1]", "no-comma": "[1 2]", "colon-in-array": `["a":1]`,
		"comma-in-object": `{"a":1,}`, "no-comma-in-object": `{"a":1 "b":2}`, "no-colon": `{"a" 1}`, "two-colons": `{"a"::1}`, "equals": `{"a"=1}`,
		"bare-name": `{a:1}`, "number-name": `{1:1}`, "null-name": `{null:1}`, "array-closed-by-brace": "[1}", "object-closed-by-bracket": `{"a":1]`,
		"comment": "/* x */1", "line-comment": "1//x\n", "semicolon": "1;", "mark-inside": "\ufeff1", "no-break-space": "\u00a01", "parentheses": "(1)",
	} {
		variants["value-"+name] = inject(valid, value)
	}
	return variants
}

// inject puts a property with the value into the last record, or into the object.
func inject(valid, value string) string {
	end := strings.LastIndex(valid, "}]}")
	if end < 0 {
		end = len(valid) - 1
	}
	return valid[:end] + `,"spoilt":` + value + valid[end:]
}

// encodings writes the text in encodings that are odd, wrong or lie, and with
// characters that some readers choke on.
func encodings(valid string) map[string]string {
	little, big := utf16Of(valid, binary.LittleEndian), utf16Of(valid, binary.BigEndian)
	bare := little[2:]
	variants := map[string]string{
		"utf8-mark": "\ufeff" + valid, "utf8-two-marks": "\ufeff\ufeff" + valid, "utf16le": little, "utf16be": big,
		"utf16le-unmarked": bare, "utf16be-unmarked": big[2:], "utf16le-odd": little[:len(little)-1], "utf16be-odd": big[:len(big)-1],
		"utf16le-odd-inside": little[:101] + little[102:], "utf16le-cut": little[:len(little)/2&^1], "utf16-wrong-mark": "\xfe\xff" + bare,
		"utf16-two-marks": little[:2] + little, "utf16le-mark-only": "\xff\xfe", "utf16le-three-bytes": "\xff\xfe{", "utf16-then-utf8": little + valid,
		"utf8-then-utf16": valid + little, "utf32le": utf32Of(valid, binary.LittleEndian), "utf32be": utf32Of(valid, binary.BigEndian),
		"half-mark": "\xef\xbb" + valid, "utf7": "+AHsAIg-value+ACI-:[]", "ebcdic": "\xc0\x7f\xa5\x81\x93\xa4\x85\x7f\x7a\xad\xbd\xd0",
	}
	high := strings.Index(valid, `"id":"`) + len(`"id":"`)
	variants["utf16le-lone-high"] = utf16With(valid, high, 0xd800)
	variants["utf16le-lone-low"] = utf16With(valid, high, 0xdc00)
	for name, text := range map[string]string{
		"continuation": "\x80", "overlong-slash": "\xc0\xaf", "overlong-nul": "\xc0\x80", "surrogate": "\xed\xa0\x80", "cesu-pair": "\xed\xa0\xbd\xed\xb8\x80",
		"too-large": "\xf4\x90\x80\x80", "five-bytes": "\xf8\x88\x80\x80\x80", "ff": "\xff", "cut-sequence": "\xe2\x82", "latin1": "J\xfcrgen",
		"windows-1252": "\x93quoted\x94", "lone-high-escape": `\ud800`, "lone-low-escape": `\udc00`, "pair-reversed": `\udc00\ud800`, "high-then-letter": `\ud800x`,
		"nul-escape": `\u0000`, "escape-sequence": `\u001b[2J`, "right-to-left": "\u202egnp.exe", "mark": "\ufeff", "line-separator": "\u2028",
		"noncharacter": "\ufffe", "combining": strings.Repeat("\u0301", 300), "html": `</script><script>alert(1)</script>`, "formula": `=cmd|' /C calc'!A0`,
	} {
		variants["string-"+name] = inject(valid, `"`+text+`"`)
		variants["id-"+name] = valid[:high] + text + valid[high:]
	}
	return variants
}

func utf16Of(text string, order binary.AppendByteOrder) string {
	out := order.AppendUint16(nil, 0xfeff)
	for _, unit := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, unit)
	}
	return string(out)
}

// utf16With puts one unit in front of the byte at the place; the text before it
// must be ASCII.
func utf16With(text string, at int, unit uint16) string {
	out := utf16Of(text[:at], binary.LittleEndian)
	out += string(binary.LittleEndian.AppendUint16(nil, unit))
	return out + utf16Of(text[at:], binary.LittleEndian)[2:]
}

func utf32Of(text string, order binary.AppendByteOrder) string {
	out := order.AppendUint32(nil, 0xfeff)
	for _, r := range text {
		out = order.AppendUint32(out, uint32(r))
	}
	return string(out)
}

// firstOf is the first element of a list.
func firstOf(list string) string {
	var records []json.RawMessage
	if err := json.Unmarshal([]byte(list), &records); err != nil || len(records) == 0 {
		panic("a target without records")
	}
	return string(records[0])
}

// shapes are JSON, and no good reply to a request for a list.
func shapes(valid string) map[string]string {
	start, end := strings.Index(valid, `"value":`)+len(`"value":`), len(valid)-1
	list := valid[start:end]
	record := firstOf(list)
	whole := func(value string) string { return valid[:start] + value + "}" }
	with := func(property string) string { return valid[:end] + "," + property + "}" }
	variants := map[string]string{
		"null": "null", "true": "true", "number": "42", "string": `"value"`, "string-of-json": fmt.Sprintf("%q", `{"value":[]}`), "empty-object": "{}",
		"array-of-null": "[null]", "array-of-arrays": "[[],[[]]]", "array-of-numbers": "[1,2]", "array-of-strings": `["a","b"]`, "array-mixed": "[" + record + ",null,1,\"x\",[]]",
		"value-object": whole(record), "value-null": whole("null"), "value-string": whole(`"System.Object[]"`), "value-number": whole("2"), "value-true": whole("true"),
		"value-nested": whole("[" + list + "]"), "value-of-empty": whole("[{},{}]"), "value-of-null": whole("[null," + record + "]"),
		"value-of-wrapped": whole(`[{"value":` + list + `}]`), "value-missing": `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users"}`,
		"value-twice": with(`"value":[]`), "value-twice-null": with(`"value":null`), "value-capital": strings.Replace(valid, `"value":`, `"Value":`, 1), "value-both-cases": with(`"VALUE":[]`),
		"envelope-in-envelope": whole("[" + valid + "]"), "envelopes": "[" + valid + "," + valid + "]", "collection-as-property": `{"users":` + list + `}`,
		"error-only": `{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges"}}`, "error-behind": with(`"error":{"code":"UnknownError","message":""}`),
		"error-before": `{"error":{"code":"UnknownError"},"value":` + list + `}`, "error-null": with(`"error":null`), "error-string": with(`"error":"x"`), "error-in-list": whole(`[{"error":{"code":"x"}}]`),
		"batch": `{"responses":[{"id":"1","status":200,"body":` + valid + `}]}`, "batch-refused": `{"responses":[{"id":"1","status":403,"body":{"error":{"code":"x"}}}]}`,
		"lines": record + "\n" + record + "\n", "lines-cut": record + "\n" + record[:len(record)-9], "lines-broken-first": record[:len(record)-9] + "\n" + record, "lines-and-envelope": record + "\n" + valid,
		"lines-of-arrays": "[" + record + "]\n[" + record + "]", "line-of-null": record + "\nnull\n", "one-record": record, "two-responses": valid + valid, "twice-the-same": whole("[" + record + "," + record + "]"),
		"deep":             whole("[" + record + `,{"id":"deep","x":` + strings.Repeat("[", 600) + strings.Repeat("]", 600) + "}]"),
		"deep-objects":     whole(`[{"id":"deep","x":` + strings.Repeat(`{"a":`, 600) + "1" + strings.Repeat("}", 600) + "}]"),
		"deep-but-allowed": whole(`[{"id":"deep","x":` + strings.Repeat("[", 500) + strings.Repeat("]", 500) + "}]"),
	}
	for name, link := range map[string]string{
		"null": "null", "empty": `""`, "number": "1", "object": "{}", "array": "[]", "true": "true", "itself": `"https://graph.microsoft.com/v1.0/users"`,
		"away": `"https://attacker.example/v1.0/users"`, "file": `"file:///etc/passwd"`, "script": `"javascript:alert(1)"`, "relative": `"users.2.json"`, "blank": `" "`,
	} {
		variants["next-"+name] = with(`"@odata.nextLink":` + link)
	}
	for name, count := range map[string]string{
		"more": "3", "fewer": "1", "negative": "-1", "fraction": "2.5", "huge": "1e999", "string": `"2"`, "null": "null", "array": "[2]", "beyond": "99999999999999999999",
	} {
		variants["count-"+name] = with(`"@odata.count":` + count)
	}
	for name, context := range map[string]string{
		"other": `"https://graph.microsoft.com/v1.0/$metadata#devices"`, "number": "7", "null": "null", "entity": `"https://graph.microsoft.com/v1.0/$metadata#users/$entity"`,
		"open": `"https://graph.microsoft.com/v1.0/$metadata#users('x"`, "brackets": `"$metadata#` + strings.Repeat("(", 300) + `"`, "traversal": `"$metadata#groups('../../x')/members"`,
	} {
		variants["context-"+name] = `{"@odata.context":` + context + `,"value":` + list + "}"
	}
	return variants
}
