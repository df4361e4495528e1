package redact

import (
	"cmp"
	_ "embed"
	"encoding/hex"
	"hash"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

//go:embed vocabulary.txt
var vocabularyText string

//go:embed graph.txt
var graphText string

// vocabulary holds the words that are nobody's secret, in small letters: those
// of the project's own texts, and public ones of Microsoft Graph.
var vocabulary = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for line := range strings.Lines(vocabularyText + graphText) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
			for word := range wordParts(line) {
				words[strings.ToLower(word)] = true
			}
		}
	}
	return words
})

// publicNames are whole names and ids that are the same in every tenant: lines
// of graph.txt, built-in roles, and their ids.
var publicNames = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for line := range strings.Lines(graphText) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			names[strings.ToLower(line)] = true
		}
	}
	for _, role := range model.BuiltInRoles() {
		names[strings.ToLower(role.TemplateID)], names[strings.ToLower(role.Name)] = true, true
	}
	for _, p := range model.AppPermissions() {
		names[strings.ToLower(p.ID)], names[strings.ToLower(p.ResourceAppID)], names[strings.ToLower(p.Value)] = true, true, true
	}
	return names
})

// public says whether a whole text is the same in every tenant.
func public(text string) bool { return publicNames()[strings.ToLower(text)] }

// typed says whether people or systems of the tenant choose a property's value.
func typed(property string) bool {
	p := strings.ToLower(property)
	if strings.HasSuffix(p, "id") {
		return strings.Contains(p, "employee") || strings.Contains(p, "immutable")
	}
	return p == "rule" || slices.ContainsFunc([]string{"name", "mail", "address", "justification", "description", "jobtitle", "department", "employee",
		"ticket", "serial", "statement", "owner", "approvedby", "evidence", "note", "reason", "company", "city", "membershiprule", "filter"},
		func(part string) bool { return strings.Contains(p, part) })
}

// lastProperty is the last part of a JSON pointer that is not an index.
func lastProperty(pointer string) string {
	parts := strings.Split(pointer, "/")
	for _, part := range slices.Backward(parts) {
		if strings.Trim(part, "0123456789") != "" {
			return part
		}
	}
	return ""
}

// name is one text to replace, or one to keep where it has no pseudonym.
type name struct {
	folded, pseudonym string
	// exact is set for a name that is one common word, such as "IT": only so
	// written it is the name.
	exact string
}

type redactor struct {
	mac hash.Hash
	// names holds the texts to replace by their first word in small letters, the
	// longest first.
	names map[string][]name
	known map[string]string
	words map[string]bool // the caller's own, in small letters
}

// hash is the first hexadecimal digits of the keyed hash; case does not count.
func (r *redactor) hash(text string, digits int) string {
	r.mac.Reset()
	_, _ = r.mac.Write([]byte(strings.ToLower(text)))
	return hex.EncodeToString(r.mac.Sum(nil))[:digits]
}

// add enters a text that must not survive. The kind names its pseudonym; the
// first kind stays.
func (r *redactor) add(kind, text string) {
	folded := strings.ToLower(text)
	if folded == "" || r.known[folded] != "" || public(text) {
		return
	}
	pseudonym := r.form(text)
	if pseudonym == "" {
		pseudonym = kind + "-" + r.hash(text, 10)
	}
	r.known[folded] = pseudonym
	n := name{folded: folded, pseudonym: pseudonym}
	if tokenForm.FindString(text) == text && r.knownWords(text) {
		n.exact = text
	}
	r.index(n)
}

// index files a name under its first word; signs before that stay where they
// are.
func (r *redactor) index(n name) {
	n.folded = strings.TrimLeftFunc(n.folded, func(c rune) bool { return !wordRune(c) })
	for first := range wordParts(n.folded) {
		r.names[first] = append(r.names[first], n)
		break
	}
}

// keepPublic has public names of several words found as units, so that a name
// of the tenant does not cut "Conditional Access Administrator" in two.
func (r *redactor) keepPublic() {
	for folded := range publicNames() {
		if strings.Contains(folded, " ") {
			r.index(name{folded: folded})
		}
	}
}

func (r *redactor) sort() {
	for _, names := range r.names {
		sorting.Stable(names, func(a, b name) int {
			if len(a.folded) != len(b.folded) {
				return len(b.folded) - len(a.folded)
			}
			return strings.Compare(a.folded, b.folded)
		})
	}
}

var (
	guidForm   = regexp.MustCompile(`^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}`)
	mailForm   = regexp.MustCompile(`^[\pL\pN._%+'’#-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)*`)
	ipv4Form   = regexp.MustCompile(`^[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9]{1,2})?`)
	ipv6Form   = regexp.MustCompile(`^(?:[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{0,4}){3,7}|[0-9a-fA-F]{1,4}::[0-9a-fA-F:]*|::[0-9a-fA-F][0-9a-fA-F:]*)(?:/[0-9]{1,3})?`)
	timeForm   = regexp.MustCompile(`^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]+(?:Z|[+-][0-9:]+)?)?|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?|P[0-9T][0-9TDHMSWY]*)`)
	domainForm = regexp.MustCompile(`^(?:[\pL\pN-]+\.)+\pL{2,}`)
	tokenForm  = regexp.MustCompile(`^[\pL\pN](?:[\pL\pN_'’.+-]*[\pL\pN_])?`)
)

// form gives the pseudonym of a text that is, as a whole, of a known form: it
// keeps the form. It is empty for other texts.
func (r *redactor) form(text string) string {
	whole := func(form *regexp.Regexp) bool { return form.FindString(text) == text }
	switch {
	case whole(guidForm):
		h := []byte(r.hash(text, 32))
		h[12], h[16] = '8', 'a' // version 8: no id of a directory looks so
		return string(h[:8]) + "-" + string(h[8:12]) + "-" + string(h[12:16]) + "-" + string(h[16:20]) + "-" + string(h[20:])
	case whole(mailForm):
		local, domain, _ := strings.Cut(text, "@")
		guest := ""
		if strings.HasSuffix(strings.ToUpper(local), "#EXT#") {
			guest = "#EXT#"
		}
		return "account-" + r.hash(text, 10) + guest + "@" + r.domain(domain)
	case whole(ipv4Form), whole(ipv6Form):
		address, bits, network := strings.Cut(text, "/")
		if network {
			return "address-" + r.hash(address, 10) + "/" + bits
		}
		return "address-" + r.hash(address, 10)
	case whole(domainForm) && !r.knownWords(text):
		return r.domain(text)
	}
	return ""
}

// domain keeps that a name is Microsoft's default one for a tenant.
func (r *redactor) domain(text string) string {
	suffix := ".example"
	if strings.HasSuffix(strings.ToLower(text), ".onmicrosoft.com") {
		suffix = ".onmicrosoft.com"
	}
	return "domain-" + r.hash(text, 10) + suffix
}

// rewrite replaces what must not survive in a text. Names that were entered are
// looked for where asked.
func (r *redactor) rewrite(text string, names bool) string {
	if pseudonym := r.known[strings.ToLower(text)]; names && pseudonym != "" {
		return pseudonym
	}
	var out strings.Builder
	for boundary := true; text != ""; {
		if boundary {
			if length, with := r.next(text, names); length > 0 {
				out.WriteString(with)
				text, boundary = text[length:], false
				continue
			}
		}
		c, size := utf8.DecodeRuneInString(text)
		out.WriteString(text[:size])
		text, boundary = text[size:], !wordRune(c)
	}
	return out.String()
}

// next takes the longest thing at the start of a text that is a unit, and gives
// its length and what it becomes.
func (r *redactor) next(text string, names bool) (length int, with string) {
	if names {
		if length, with = r.nextName(text); length > 0 {
			return length, with
		}
	}
	for _, form := range []*regexp.Regexp{guidForm, mailForm, timeForm, ipv4Form, ipv6Form, tokenForm} {
		unit := form.FindString(text)
		if unit == "" || form != tokenForm && !endsWord(text, len(unit)) {
			continue
		}
		return len(unit), r.unit(unit, form)
	}
	return 0, ""
}

func (r *redactor) unit(unit string, form *regexp.Regexp) string {
	if form == timeForm || public(unit) || form == tokenForm && r.knownWords(unit) {
		return unit
	}
	if pseudonym := r.known[strings.ToLower(unit)]; pseudonym != "" {
		return pseudonym
	}
	if pseudonym := r.form(unit); pseudonym != "" {
		return pseudonym
	}
	return "word-" + r.hash(unit, 10)
}

// nextName finds the longest entered name at the start of a text.
func (r *redactor) nextName(text string) (length int, pseudonym string) {
	for first := range wordParts(text) {
		for _, n := range r.names[strings.ToLower(first)] {
			if length := foldedPrefix(text, n.folded); length > 0 && endsWord(text, length) && (n.exact == "" || n.exact == text[:length]) {
				return length, cmp.Or(n.pseudonym, text[:length])
			}
		}
		break
	}
	return 0, ""
}

// foldedPrefix is how many bytes of text the prefix, in small letters, takes; 0
// when text does not start with it.
func foldedPrefix(text, prefix string) int {
	rest := prefix
	for i, c := range text {
		if rest == "" {
			return i
		}
		folded := strings.ToLower(string(c))
		if !strings.HasPrefix(rest, folded) {
			return 0
		}
		rest = rest[len(folded):]
	}
	if rest == "" {
		return len(text)
	}
	return 0
}

func wordRune(c rune) bool { return unicode.IsLetter(c) || unicode.IsNumber(c) }

// endsWord says whether a unit of that length is not followed by more of its
// last word.
func endsWord(text string, length int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:length])
	after, _ := utf8.DecodeRuneInString(text[length:])
	return length == len(text) || !wordRune(before) || !wordRune(after)
}

// wordParts yields the runs of letters and digits.
func wordParts(text string) func(yield func(string) bool) {
	return strings.FieldsFuncSeq(text, func(c rune) bool { return !wordRune(c) })
}

// maxDigits is how long a number may be and still be a count: longer ones are
// phone or staff numbers.
const maxDigits = 6

// knownWords says whether a text consists of words of the vocabulary and counts.
func (r *redactor) knownWords(text string) bool {
	for word := range wordParts(text) {
		number := strings.Trim(word, "0123456789") == ""
		if number && len(word) > maxDigits || !number && !vocabulary()[strings.ToLower(word)] && !r.words[strings.ToLower(word)] {
			return false
		}
	}
	return true
}
