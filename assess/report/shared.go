package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/privpath/privpath/model"
)

// homepage is where a reader of a report finds the project.
const homepage = "https://github.com/privpath/privpath"

// credit is the last line of a report.
const credit = "Based on the Privileged Path Framework by Andy Kemp. The score is derived from data; it is not the author's Quick Assessment."

// settled says whether a status leaves nothing to do.
func settled(s model.Status) bool {
	return s == model.StatusPass || s == model.StatusNotApplicable
}

// openSubjects are those of a finding that leave something to do.
func openSubjects(f model.Finding) []model.Subject {
	var open []model.Subject
	for _, s := range f.Subjects {
		if !settled(s.Status) {
			open = append(open, s)
		}
	}
	return open
}

// statusWords names a status for a reader.
func statusWords(s model.Status) string {
	words := map[model.Status]string{model.StatusNotApplicable: "not applicable", model.StatusNotAttested: "not attested",
		model.StatusAttestationExpired: "attestation expired"}
	return cmp.Or(words[s], string(s), string(model.StatusUnknown))
}

// tenantName is the best name there is for the tenant.
func tenantName(a *model.Assessment) string {
	return cmp.Or(a.Tenant.DisplayName, a.Tenant.ID, "A tenant without a name")
}

// subjectName is the best name there is for a subject.
func subjectName(s model.Subject) string { return cmp.Or(s.Name, s.ID) }

// refName is the best name there is for a principal.
func refName(r model.PrincipalRef) string { return cmp.Or(r.Name, r.ID) }

// maxValue is how many characters of an evidence value a report shows.
const maxValue = 200

// valueText writes an evidence value as short JSON, or nothing where there is
// none. A decoded value reads as the one that was encoded.
func valueText(value any) string {
	if value == nil {
		return ""
	}
	text, err := marshal(value)
	if err != nil {
		return ""
	}
	return cut(string(text), maxValue)
}

// place is where evidence stands in the export: the file and the JSON pointer.
func place(e model.Evidence) string {
	return cmp.Or(e.File, e.Dataset) + "#" + e.Pointer
}

// evidenceText is one line about one fact.
func evidenceText(e model.Evidence) string {
	if value := valueText(e.Value); value != "" {
		return place(e) + " = " + value
	}
	return place(e)
}

// marshal writes JSON without HTML escapes and without a final newline.
func marshal(value any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimRight(buf.Bytes(), "\n"), nil
}

// marshalDocument writes an indented JSON document with a final newline.
func marshalDocument(value any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(value); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// uriPath percent-encodes a file's path, so that any name gives a relative URI
// which names no scheme and no host.
func uriPath(path string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(strings.TrimLeft(path, "/")) {
		if c == '/' || unreserved(c) {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	return b.String()
}

// uriFragment percent-encodes a JSON pointer for use after a "#".
func uriFragment(pointer string) string {
	if pointer == "" {
		return ""
	}
	return "/" + uriPath(pointer)
}

func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

// referenceText lists the ids of other frameworks in one line.
func referenceText(r model.References) string {
	var parts []string
	for _, list := range r.Lists() {
		if len(list.IDs) > 0 {
			parts = append(parts, list.Name+" "+strings.Join(list.IDs, ", "))
		}
	}
	return strings.Join(parts, "; ")
}

// waiverText says who accepted the risk, why, and until when.
func waiverText(w *model.Waiver) string {
	if w == nil {
		return ""
	}
	text := "Accepted by " + w.Owner
	if w.ApprovedBy != "" {
		text += " (approved by " + w.ApprovedBy + ")"
	}
	return text + " until " + w.Expires.Format("2006-01-02") + ": " + w.Reason
}

// labelled is one line of facts.
type labelled struct{ label, value string }

// headlineFacts is the result in a few lines.
func headlineFacts(a *model.Assessment) []labelled {
	h := a.Headline
	score := strconv.Itoa(h.Score) + " % " + h.Band
	if h.Provisional {
		score += ", provisional: too little is decided"
	}
	facts := []labelled{{"Path", h.Path}, {"Weakest pillar", h.WeakestPillar.Title() + ", " + levelText(h.Maturity)}, {"Score", score},
		{"Held down by", strings.Join(h.Caps, ", ")}}
	return slices.DeleteFunc(facts, func(f labelled) bool { return f.value == "" })
}

// findingFacts says what to do about a finding and what it rests on.
func findingFacts(f model.Finding) []labelled {
	facts := []labelled{{"Fix", f.Remediation.Summary}, {"Portal", f.Remediation.Portal}, {"Graph", f.Remediation.Graph}, {"PowerShell", f.Remediation.PowerShell},
		{"What would settle it", f.Remedy}, {"Risk", waiverText(f.Waived)}, {"See also", referenceText(f.References)}}
	return slices.DeleteFunc(facts, func(f labelled) bool { return f.value == "" })
}

// levelText is a level with its name.
func levelText(l model.Level) string { return strconv.Itoa(int(l)) + " " + l.String() }

// holdingText says how a role is held.
func holdingText(r model.Reach) string {
	text := r.Holding
	if r.BreakGlass {
		text += ", break glass"
	}
	if len(r.Via) > 0 {
		text += ", through " + viaText(r)
	}
	if r.Scope != "" && r.Scope != "/" {
		text += ", over " + r.Scope
	}
	return text
}

// viaText names the groups that a role is held through; an assessment of an earlier
// version has their ids alone.
func viaText(r model.Reach) string {
	if len(r.ViaNames) == len(r.Via) {
		return strings.Join(r.ViaNames, " > ")
	}
	return strings.Join(r.Via, " > ")
}

// reachCell is the sign of use and that of activation from one place.
func reachCell(r model.Reach, place int) string {
	if place >= len(r.From) {
		return ""
	}
	return signs[r.From[place].Verdict].sign + signs[r.From[place].Activation].sign
}

// intoTier0 says whether a way into Tier 0 is certain.
func intoTier0(p model.Path) string {
	if p.Verdict == model.Reaches {
		return "reaches " + refName(p.To)
	}
	return "may reach " + refName(p.To)
}

// locksOut says whether a way of locking somebody out is certain. Whom it locks out
// stands above it.
func locksOut(p model.Path) string {
	if p.Verdict == model.Reaches {
		return "locks them out"
	}
	return "may lock them out"
}

// hopText is one hop in words.
func hopText(h model.Hop) string {
	text := refName(h.From) + " " + h.Explanation
	if h.With != nil {
		text += ", with " + refName(*h.With)
	}
	if len(h.Requires) > 0 {
		text += " [" + strings.Join(h.Requires, " + ") + "]"
	}
	return text
}
