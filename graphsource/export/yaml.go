package export

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// isYAML reports whether a file's name says that it is YAML.
func isYAML(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".yaml", ".yml":
		return true
	}
	return false
}

// asJSON turns a text in YAML into JSON, before it is split into records. It
// holds all of the text, of which most is the bound.
func asJSON(src io.Reader, most int64, depth int) (io.Reader, error) {
	text, err := io.ReadAll(io.LimitReader(src, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > most {
		return nil, &LimitError{Option: "MaxRecordBytes", Limit: most, Offset: most}
	}
	root, err := parseYAML(string(text), depth)
	if err != nil {
		return nil, err
	}
	return bytes.NewReader(root.json()), nil
}

// parseYAML reads the YAML that tools write who dump JSON as YAML in block style
// (PyYAML's dump, for one): mappings and lists by indentation, plain and quoted
// texts, also over several lines, and the empty [] and {}. Anything else is
// refused and not guessed: anchors, tags, other flow style, literal blocks, and
// plain words and numbers that YAML 1.1 and 1.2 read differently.
func parseYAML(text string, depth int) (*node, error) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	y := &yamlText{lines: strings.Split(text, "\n"), deepest: depth}
	root, err := y.document()
	var limit *LimitError
	switch {
	case errors.As(err, &limit):
		return nil, err
	case errors.Is(err, errNoYAML):
		return nil, &textError{what: err.Error(), cut: true}
	case err != nil:
		return nil, &textError{what: fmt.Sprintf("not the YAML that is read, in line %d: %v", min(y.at+1, len(y.lines)), err), offset: int64(len(strings.Join(y.lines[:min(y.at, len(y.lines))], "\n")))}
	case root.kind != '{' && root.kind != '[':
		return nil, &textError{what: "this YAML is neither a mapping nor a list"}
	}
	return root, nil
}

var errNoYAML = errors.New("the file is empty")

// yamlText is the reading of one text, line by line.
type yamlText struct {
	lines   []string
	at      int
	deepest int
}

// document reads the only document of the text.
func (y *yamlText) document() (*node, error) {
	for i, line := range y.lines {
		if err := printable(line); err != nil {
			y.at = i
			return nil, err
		}
	}
	if y.next() && strings.TrimRight(y.lines[y.at], " ") == "---" {
		y.at++
	}
	if !y.next() {
		return nil, errNoYAML
	}
	root, err := y.block(y.indent(), 0)
	if err == nil && y.next() {
		err = errors.New("this does not belong to what stands before it")
	}
	return root, err
}

// next goes to the next line that is neither empty nor a comment.
func (y *yamlText) next() bool {
	for ; y.at < len(y.lines); y.at++ {
		if line := strings.TrimLeft(y.lines[y.at], " "); strings.TrimRight(line, " ") != "" && line[0] != '#' {
			return true
		}
	}
	return false
}

func (y *yamlText) indent() int {
	return len(y.lines[y.at]) - len(strings.TrimLeft(y.lines[y.at], " "))
}

func (y *yamlText) content() string { return strings.Trim(y.lines[y.at], " ") }

// block reads what begins in this line at this indentation.
func (y *yamlText) block(indent, depth int) (*node, error) {
	if depth > y.deepest {
		return nil, &LimitError{Option: "MaxDepth", Limit: int64(y.deepest), Offset: int64(y.at)}
	}
	content := y.content()
	if isItem(content) {
		return y.list(indent, depth)
	}
	_, _, keyed, err := splitKey(content)
	if err != nil {
		return nil, err
	}
	if keyed {
		return y.mapping(indent, depth)
	}
	return y.scalar(content, indent-1)
}

func isItem(content string) bool { return content == "-" || strings.HasPrefix(content, "- ") }

func (y *yamlText) list(indent, depth int) (*node, error) {
	out := &node{kind: '['}
	for y.next() && y.indent() == indent && isItem(y.content()) {
		var item *node
		var err error
		if y.content() == "-" {
			y.at++
			item, err = y.below(indent+1, depth)
		} else {
			// What stands after the dash begins a block of its own.
			y.lines[y.at] = strings.Replace(y.lines[y.at], "-", " ", 1)
			content := y.content()
			keyed := isItem(content)
			if !keyed {
				_, _, keyed, err = splitKey(content)
			}
			switch {
			case err != nil:
			case keyed:
				item, err = y.block(y.indent(), depth+1)
			default:
				item, err = y.scalar(content, indent)
			}
		}
		if err != nil {
			return nil, err
		}
		out.items = append(out.items, item)
	}
	return out, nil
}

func (y *yamlText) mapping(indent, depth int) (*node, error) {
	out := &node{kind: '{'}
	for y.next() && y.indent() >= indent {
		if y.indent() > indent {
			return nil, errors.New("it is indented more than its neighbours")
		}
		if isItem(y.content()) {
			return nil, errors.New("an item stands among properties")
		}
		name, rest, keyed, err := splitKey(y.content())
		if err != nil {
			return nil, err
		}
		if !keyed {
			return nil, errors.New("a property has the form name: value")
		}
		if slices.Contains(out.names, name) {
			return nil, fmt.Errorf("the property %q stands here twice", clip(name))
		}
		var value *node
		switch {
		case rest != "":
			value, err = y.scalar(rest, indent)
		default:
			y.at++
			value, err = y.below(indent+1, depth)
			if value == nullNode && y.next() && y.indent() == indent && isItem(y.content()) {
				value, err = y.list(indent, depth+1) // its items stand under the name
			}
		}
		if err != nil {
			return nil, err
		}
		out.put(name, value)
	}
	return out, nil
}

// below reads the block that follows, if it is indented so far at least, and null
// where there is none.
func (y *yamlText) below(indent, depth int) (*node, error) {
	if !y.next() || y.indent() < indent {
		return nullNode, nil
	}
	return y.block(y.indent(), depth+1)
}

// splitKey takes the name of a property from a line; rest is what follows. YAML
// lets it be 1024 characters long, as it is written.
func splitKey(content string) (name, rest string, ok bool, err error) {
	name, rest, ok, err = splitAnyKey(content)
	if ok && utf8.RuneCountInString(content)-utf8.RuneCountInString(rest) > 1024 {
		err = errors.New("the name of a property is longer than 1024 characters")
	}
	return name, rest, ok, err
}

func splitAnyKey(content string) (name, rest string, ok bool, err error) {
	if content[0] == '\'' || content[0] == '"' {
		end := closing(content)
		if end < 0 || end+1 == len(content) || content[end+1] != ':' || end+2 < len(content) && content[end+2] != ' ' {
			return "", "", false, nil
		}
		name, err = unquote(content[:end+1])
		return name, strings.Trim(content[end+2:], " "), true, err
	}
	name, rest, ok = strings.Cut(content, ": ")
	if !ok {
		name, ok = strings.CutSuffix(content, ":")
	}
	if !ok {
		return "", "", false, nil
	}
	name = strings.TrimRight(name, " ")
	if key, err := unquoted(name); err != nil || key.kind != '"' {
		return "", "", false, fmt.Errorf("%q is no name of a property", clip(name))
	}
	return name, strings.Trim(rest, " "), true, nil
}

// closing finds the quotation mark that ends a quoted text, or -1.
func closing(text string) int {
	mark := text[0]
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && mark == '"':
			i++
		case text[i] != mark:
		case mark == '\'' && i+1 < len(text) && text[i+1] == '\'':
			i++
		default:
			return i
		}
	}
	return -1
}

// scalar reads a value that begins in this line, and its further lines, which are
// indented more than the parent.
func (y *yamlText) scalar(text string, parent int) (*node, error) {
	first := y.at
	value, err := y.value(text, parent)
	if err != nil {
		y.at = first // the line to name
	}
	return value, err
}

func (y *yamlText) value(text string, parent int) (*node, error) {
	switch text[0] {
	case '\'', '"':
		line := y.lines[y.at]
		whole := text + line[len(strings.TrimRight(line, " ")):]
		for closing(whole) < 0 {
			if y.at++; y.at >= len(y.lines) {
				return nil, errors.New("a quoted text does not end")
			}
			whole += "\n" + y.lines[y.at]
		}
		end := closing(whole)
		if strings.Trim(whole[end+1:], " ") != "" {
			return nil, errors.New("something follows a quoted text")
		}
		y.at++
		value, err := unquote(whole[:end+1])
		return &node{kind: '"', text: value}, err
	case '[', '{':
		if text != "[]" && text != "{}" {
			return nil, errors.New("lists and mappings in brackets are not read")
		}
		y.at++
		return &node{kind: text[0]}, nil
	}
	lines := []string{text}
	y.at++
	for blank := 0; y.at < len(y.lines); y.at++ {
		line := strings.Trim(y.lines[y.at], " ")
		if line == "" {
			blank++
			continue
		}
		if y.indent() <= parent || line[0] == '#' {
			break
		}
		if _, _, keyed, _ := splitKey(line); keyed {
			return nil, errors.New("a text of several lines holds a name and a colon, and is not quoted")
		}
		lines = append(append(lines, make([]string, blank)...), line)
		blank = 0
	}
	if len(lines) == 1 {
		return unquoted(text)
	}
	for _, line := range lines {
		if line != "" {
			if err := plainText(line, line != lines[0]); err != nil {
				return nil, err
			}
		}
	}
	return &node{kind: '"', text: fold(lines)}, nil
}

// fold joins the lines of a text: a break is a space, and n empty lines are n
// breaks.
func fold(lines []string) string {
	var out strings.Builder
	out.WriteString(lines[0])
	for i := 1; i < len(lines); i++ {
		empty := i
		for i < len(lines)-1 && lines[i] == "" {
			i++
		}
		if empty = i - empty; empty == 0 {
			out.WriteByte(' ')
		}
		out.WriteString(strings.Repeat("\n", empty) + lines[i])
	}
	return out.String()
}

// jsonNumber is a number in JSON and in every version of YAML. yamlOther is what
// one version takes for a text and another for something else, or what JSON has
// not: writers quote texts that look so.
var (
	jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+([eE][-+][0-9]+)?)?$`)
	yamlOther  = regexp.MustCompile(`^([-+]?(0[bB][01_]+|0[oO][0-7_]+|0[xX][0-9a-fA-F_]+|[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?|[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9_]+)?|\.[0-9][0-9_]*([eE][-+]?[0-9_]+)?|\.(inf|Inf|INF))|\.(nan|NaN|NAN)|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ] *[0-9]{1,2}:.*)?|y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|=|<<)$`)
)

// unquoted is a value without quotation marks.
func unquoted(text string) (*node, error) {
	switch text {
	case "null", "Null", "NULL", "~":
		return nullNode, nil
	case "true", "True", "TRUE":
		return flag(true), nil
	case "false", "False", "FALSE":
		return flag(false), nil
	}
	if jsonNumber.MatchString(text) {
		return &node{text: text}, nil
	}
	if yamlOther.MatchString(text) {
		return nil, fmt.Errorf("%q means different things in different versions of YAML; put it in quotation marks", clip(text))
	}
	return &node{kind: '"', text: text}, plainText(text, false)
}

// plainText refuses what is more than a text without quotation marks.
func plainText(text string, further bool) error {
	switch {
	case text == "":
		return errors.New("a name is empty")
	case !further && strings.ContainsRune("&*!|>%@`\"'[]{},#", rune(text[0])),
		!further && strings.ContainsRune("?-:", rune(text[0])) && (len(text) == 1 || text[1] == ' '):
		return fmt.Errorf("what begins with %q is not read", text[:1])
	case strings.Contains(text, ": "), strings.HasSuffix(text, ":"), strings.Contains(text, " #"), strings.HasPrefix(text, "---"), strings.HasPrefix(text, "..."):
		return errors.New("a text with a colon, a number sign or a document's mark must be quoted")
	}
	return nil
}

// printable refuses what YAML does not let stand in a line as it is, and tabs, which
// its readers take differently.
func printable(line string) error {
	for _, r := range line {
		if r < ' ' || 0x7f <= r && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || 0xfffd <= r && r <= 0xffff {
			return fmt.Errorf("the character %U may only be written as an escape", r)
		}
	}
	return nil
}

// unquote reads a quoted text.
func unquote(text string) (string, error) {
	inner := text[1 : len(text)-1]
	if text[0] == '\'' {
		return strings.ReplaceAll(unbreak(inner), "''", "'"), nil
	}
	return unescape(inner)
}

// unbreak folds the lines of a quoted text.
func unbreak(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		if i > 0 {
			lines[i] = strings.TrimLeft(lines[i], " ")
		}
		if i < len(lines)-1 {
			lines[i] = strings.TrimRight(lines[i], " ")
		}
	}
	return fold(lines)
}

// blankEscaped is what unbreak would take for the blanks that end a line.
var blankEscaped = regexp.MustCompile(`\\ +\n`)

// yamlEscapes are the escapes of one letter that every version of YAML has.
var yamlEscapes = map[byte]string{'0': "\x00", 'a': "\a", 'b': "\b", 't': "\t", 'n': "\n", 'v': "\v", 'f': "\f", 'r': "\r", 'e': "\x1b",
	' ': " ", '"': `"`, '\\': `\`, 'N': "\u0085", '_': "\u00a0", 'L': "\u2028", 'P': "\u2029"}

// yamlCodes are the escapes that give a character by its number, and how many
// digits it has.
var yamlCodes = map[byte]int{'x': 2, 'u': 4, 'U': 8}

// unescape reads the inside of a text in double quotation marks. A line that ends
// with a backslash goes on in the next without a space.
func unescape(text string) (string, error) {
	if blankEscaped.MatchString(text) {
		return "", errors.New("a line ends with a blank after a backslash")
	}
	var parts []string // between the lines so joined
	for {
		i := 0
		for i < len(text) && !(text[i] == '\\' && i+1 < len(text) && text[i+1] == '\n') {
			if text[i] == '\\' {
				i++
			}
			i++
		}
		if i >= len(text) {
			parts = append(parts, unbreak(text))
			break
		}
		parts = append(parts, unbreak(text[:i]))
		text = strings.TrimLeft(text[i+2:], " ")
		if strings.HasPrefix(text, "\n") {
			return "", errors.New("an empty line follows a line that goes on")
		}
	}
	var out strings.Builder
	text = strings.Join(parts, "")
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			out.WriteByte(text[i])
			continue
		}
		if i++; i == len(text) {
			return "", errors.New("an escape is cut off")
		}
		if short, ok := yamlEscapes[text[i]]; ok {
			out.WriteString(short)
			continue
		}
		digits, ok := yamlCodes[text[i]]
		if !ok || i+digits >= len(text) {
			return "", fmt.Errorf("\\%s is no escape", clip(text[i:i+1]))
		}
		code, err := strconv.ParseUint(text[i+1:i+1+digits], 16, 32)
		if err != nil || !utf8.ValidRune(rune(code)) {
			return "", fmt.Errorf("\\%s is no character", clip(text[i:i+1+digits]))
		}
		out.WriteRune(rune(code))
		i += digits
	}
	return out.String(), nil
}
