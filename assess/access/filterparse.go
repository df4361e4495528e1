package access

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxFilterRule is the longest rule that Entra ID accepts, in characters.
// Source: learn.microsoft.com/entra/identity/conditional-access/concept-condition-filters-for-devices.
const maxFilterRule = 3072

// FilterError says where and why a device filter rule cannot be read. Offset
// counts bytes from the start of the rule.
type FilterError struct {
	Rule   string
	Offset int
	Reason string
}

func (e *FilterError) Error() string {
	return fmt.Sprintf("device filter rule, character %d: %s", utf8.RuneCountInString(e.Rule[:e.Offset])+1, e.Reason)
}

// ParseFilter parses a device filter rule:
//
//	or         = and { "-or" and }
//	and        = not { "-and" not }
//	not        = [ "-not" ] primary
//	primary    = "(" or ")" | comparison
//	comparison = "device." attribute operator value
//	value      = text | "True" | "False" | "null" | "[" text { "," text } "]"
//
// The hyphen of an operator may be left out, and case does not matter. A text
// stands in double or single quotes; a backquote escapes a double quote or
// itself in the first, a single quote is doubled in the second.
// Source of the grammar: learn.microsoft.com/entra/identity/users/groups-dynamic-membership,
// to which Microsoft's page on device filters refers.
func ParseFilter(rule string) (*Filter, error) {
	p := &filterParser{rule: rule}
	if utf8.RuneCountInString(rule) > maxFilterRule {
		return nil, p.fail(0, "the rule is longer than %d characters", maxFilterRule)
	}
	if err := p.lex(); err != nil {
		return nil, err
	}
	f, err := p.or()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != tokenEnd {
		return nil, p.fail(t.at, "expected -and, -or or the end of the rule, found %s", t)
	}
	return f, nil
}

type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenWord
	tokenText
	tokenMark // one of ( ) [ ] ,
)

type filterToken struct {
	kind tokenKind
	text string // a word without its hyphen, in lower case
	at   int
}

func (t filterToken) String() string {
	if t.kind == tokenEnd {
		return "the end of the rule"
	}
	return fmt.Sprintf("%q", t.text)
}

type filterParser struct {
	rule   string
	tokens []filterToken
}

func (p *filterParser) fail(at int, format string, args ...any) error {
	return &FilterError{Rule: p.rule, Offset: at, Reason: fmt.Sprintf(format, args...)}
}

func (p *filterParser) lex() error {
	for i := 0; i < len(p.rule); {
		c := p.rule[i]
		switch {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			i++
		case strings.IndexByte("()[],", c) >= 0:
			p.tokens = append(p.tokens, filterToken{tokenMark, string(c), i})
			i++
		case c == '"' || c == '\'':
			text, end, ok := lexText(p.rule, i)
			if !ok {
				return p.fail(i, "the text that starts here has no closing quote")
			}
			p.tokens = append(p.tokens, filterToken{tokenText, text, i})
			i = end
		case c == '-' || wordByte(c):
			end := i + 1
			for end < len(p.rule) && wordByte(p.rule[end]) {
				end++
			}
			word := strings.ToLower(strings.TrimPrefix(p.rule[i:end], "-"))
			if word == "" {
				return p.fail(i, "a hyphen without an operator")
			}
			p.tokens = append(p.tokens, filterToken{tokenWord, word, i})
			i = end
		default:
			r, _ := utf8.DecodeRuneInString(p.rule[i:])
			return p.fail(i, "unexpected character %q", r)
		}
	}
	p.tokens = append(p.tokens, filterToken{kind: tokenEnd, at: len(p.rule)})
	return nil
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_'
}

// lexText reads the quoted text at start and gives the offset behind it.
func lexText(rule string, start int) (text string, end int, ok bool) {
	quote := rule[start]
	var b strings.Builder
	for i := start + 1; i < len(rule); i++ {
		c := rule[i]
		next := byte(0)
		if i+1 < len(rule) {
			next = rule[i+1]
		}
		switch {
		case quote == '"' && c == '`' && (next == '"' || next == '`'),
			quote == '\'' && c == '\'' && next == '\'':
			b.WriteByte(next)
			i++
		case c == quote:
			return b.String(), i + 1, true
		default:
			b.WriteByte(c)
		}
	}
	return "", 0, false
}

func (p *filterParser) peek() filterToken { return p.tokens[0] }

func (p *filterParser) next() filterToken {
	t := p.tokens[0]
	if t.kind != tokenEnd {
		p.tokens = p.tokens[1:]
	}
	return t
}

// take consumes the next token if it is the given word or mark.
func (p *filterParser) take(kind tokenKind, text string) bool {
	if t := p.peek(); t.kind != kind || t.text != text {
		return false
	}
	p.next()
	return true
}

func (p *filterParser) or() (*Filter, error) { return p.chain("or", FilterOr, p.and) }

func (p *filterParser) and() (*Filter, error) { return p.chain("and", FilterAnd, p.not) }

func (p *filterParser) chain(word string, kind FilterKind, operand func() (*Filter, error)) (*Filter, error) {
	first, err := operand()
	if err != nil {
		return nil, err
	}
	parts := []*Filter{first}
	for p.take(tokenWord, word) {
		part, err := operand()
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	if len(parts) == 1 {
		return first, nil
	}
	return &Filter{Kind: kind, Parts: parts}, nil
}

func (p *filterParser) not() (*Filter, error) {
	if p.take(tokenWord, "not") {
		operand, err := p.primary()
		if err != nil {
			return nil, err
		}
		return &Filter{Kind: FilterNot, Parts: []*Filter{operand}}, nil
	}
	return p.primary()
}

func (p *filterParser) primary() (*Filter, error) {
	if p.take(tokenMark, "(") {
		f, err := p.or()
		if err != nil {
			return nil, err
		}
		if t := p.peek(); !p.take(tokenMark, ")") {
			return nil, p.fail(t.at, "expected a closing parenthesis, found %s", t)
		}
		return f, nil
	}
	return p.comparison()
}

func (p *filterParser) comparison() (*Filter, error) {
	t := p.next()
	name, ok := strings.CutPrefix(t.text, "device.")
	if t.kind != tokenWord || !ok {
		return nil, p.fail(t.at, "expected device.<attribute>, found %s", t)
	}
	attribute := Attribute(name)
	if !slices.Contains(attributes, attribute) {
		return nil, p.fail(t.at, "unknown device attribute %q", name)
	}
	t = p.next()
	op, ok := operatorNamed(t.text)
	if t.kind != tokenWord || !ok {
		return nil, p.fail(t.at, "expected a comparison operator, found %s", t)
	}
	if attribute.Collection() && op.positive() != OpContains {
		return nil, p.fail(t.at, "%s is a collection: only -contains and -notContains compare it", name)
	}
	f := &Filter{Attribute: attribute, Op: op}
	return f, p.value(f)
}

func operatorNamed(word string) (FilterOp, bool) {
	for _, op := range filterOps {
		if strings.EqualFold(string(op[1:]), word) {
			return op, true
		}
	}
	return "", false
}

func (p *filterParser) value(f *Filter) error {
	list := f.Op.positive() == OpIn
	t := p.next()
	switch {
	case list && t.kind == tokenMark && t.text == "[":
		return p.list(f)
	case list:
		return p.fail(t.at, "expected a list in brackets behind %s, found %s", f.Op, t)
	case t.kind == tokenText:
		f.Values = []string{t.text}
	case t.kind == tokenWord && (t.text == "true" || t.text == "false"):
		f.Values = Flag(t.text == "true").texts
	case t.kind == tokenWord && t.text == "null" && f.Op.positive() == OpEquals:
		f.Null = true
	default:
		return p.fail(t.at, "expected a quoted text, found %s", t)
	}
	return nil
}

func (p *filterParser) list(f *Filter) error {
	for {
		t := p.next()
		if t.kind != tokenText {
			return p.fail(t.at, "expected a quoted text in the list, found %s", t)
		}
		f.Values = append(f.Values, t.text)
		if p.take(tokenMark, "]") {
			return nil
		}
		if t := p.peek(); !p.take(tokenMark, ",") {
			return p.fail(t.at, "expected a comma or a closing bracket, found %s", t)
		}
	}
}

// String prints the filter as a rule that parses to the same filter.
func (f *Filter) String() string {
	switch f.Kind {
	case FilterAnd, FilterOr:
		word := " -and "
		if f.Kind == FilterOr {
			word = " -or "
		}
		parts := make([]string, 0, len(f.Parts))
		for _, part := range f.Parts {
			parts = append(parts, part.operand())
		}
		return strings.Join(parts, word)
	case FilterNot:
		return "-not " + f.Parts[0].operand()
	}
	value := "null"
	switch {
	case f.Op.positive() == OpIn:
		quoted := make([]string, 0, len(f.Values))
		for _, v := range f.Values {
			quoted = append(quoted, quoteText(v))
		}
		value = "[" + strings.Join(quoted, ", ") + "]"
	case !f.Null:
		value = quoteText(f.Values[0])
	}
	return fmt.Sprintf("device.%s %s %s", f.Attribute, f.Op, value)
}

// operand prints the filter as a part of a larger one.
func (f *Filter) operand() string {
	if f.Kind == FilterCompare {
		return f.String()
	}
	return "(" + f.String() + ")"
}

func quoteText(s string) string {
	return `"` + strings.NewReplacer("`", "``", `"`, "`\"").Replace(s) + `"`
}
