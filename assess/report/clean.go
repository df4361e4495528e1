package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/privpath/privpath/model"
)

// maxName is how many characters of a tenant's own text one line shows.
const maxName = 120

// clean makes a name from a tenant harmless and legible on a terminal, and cuts
// what is very long.
func clean(name string) string {
	return Inert(cut(name, maxName))
}

// cut keeps at most n characters.
func cut(text string, n int) string {
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return text
}

// Inert shows control characters and marks that reorder text as escapes.
func Inert(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			b.WriteString(quoteRune(r))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// inert is the assessment with every text made inert.
func inert(a *model.Assessment) *model.Assessment {
	return a.Rewrite(func(_, text string) string { return Inert(text) })
}

func quoteRune(r rune) string {
	const hex = "0123456789abcdef"
	out := []byte(`\u{`)
	started := false
	for shift := 20; shift >= 0; shift -= 4 {
		digit := (r >> shift) & 0xf
		if digit != 0 || started || shift == 0 {
			started = true
			out = append(out, hex[digit])
		}
	}
	return string(append(out, '}'))
}

// wrap breaks text into lines of at most width columns, at spaces.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// Wrap breaks text into lines of at most width columns, at spaces.
func Wrap(text string, width int) []string { return wrap(text, width) }

// EscapeMarkdown writes text so that no part of it is markup, in GitHub's dialect.
func EscapeMarkdown(text string) string { return mdText(text) }

// AttackerWords says in words what an attacker of a kind holds at first.
func AttackerWords(attacker string) string { return attackerWords(attacker) }
