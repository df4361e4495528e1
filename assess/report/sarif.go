package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"

	"github.com/privpath/privpath/model"
)

// The parts of SARIF 2.1.0 that a report needs. Names and meaning:
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool            `json:"tool"`
		Automation sarifAutomation      `json:"automationDetails"`
		Bases      map[string]sarifBase `json:"originalUriBaseIds"`
		Results    []sarifResult        `json:"results"`
		Properties map[string]any       `json:"properties"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifAutomation struct {
		ID string `json:"id"`
	}
	sarifBase struct {
		Description sarifText `json:"description"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifRule struct {
		ID            string         `json:"id"`
		Short         sarifText      `json:"shortDescription"`
		Full          sarifText      `json:"fullDescription"`
		Help          sarifText      `json:"help"`
		Configuration sarifConfig    `json:"defaultConfiguration"`
		Properties    map[string]any `json:"properties"`
	}
	sarifConfig struct {
		Level string `json:"level"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Kind         string             `json:"kind"`
		Level        string             `json:"level"`
		Baseline     string             `json:"baselineState,omitempty"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions []sarifSuppression `json:"suppressions,omitzero"`
		Properties   map[string]any     `json:"properties"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
		Message  *sarifText     `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
	}
	sarifArtifact struct {
		URI    string `json:"uri"`
		BaseID string `json:"uriBaseId"`
	}
	sarifLogical struct {
		Name          string `json:"name,omitempty"`
		QualifiedName string `json:"fullyQualifiedName"`
		Kind          string `json:"kind"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Status        string `json:"status"`
		Justification string `json:"justification"`
	}
)

// exportBase stands for the place of the export in the URIs of evidence.
const exportBase = "EXPORT"

// fingerprintName is versioned: a new way to make fingerprints gets a new name.
const fingerprintName = "privpath/v1"

// gitHubFingerprint is the one that GitHub code scanning follows a result by.
// https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
const gitHubFingerprint = "primaryLocationLineHash"

// SARIF writes a rule for each control and a result for each subject that is not
// met, partly met or not decided, or for the finding where it names no subject.
// What holds or does not apply has no result.
func SARIF(w io.Writer, a *model.Assessment, _ Options) error {
	return writeSARIF(w, sarifRunOf(inert(a)))
}

func sarifRunOf(a *model.Assessment) sarifRun {
	run := sarifRun{
		Tool: sarifTool{sarifDriver{Name: "Privileged Path", Version: a.Engine.Version, InformationURI: homepage, Rules: []sarifRule{}}},
		// The part after the last slash names one run, the part before the series.
		Automation: sarifAutomation{ID: "privpath/" + cmp.Or(a.Tenant.ID, "tenant") + "/" + a.AsOf.UTC().Format("2006-01-02T15:04:05Z")},
		Bases:      map[string]sarifBase{exportBase: {sarifText{Text: "The root of the export that was assessed."}}},
		Results:    []sarifResult{},
		Properties: map[string]any{"tenant": Inert(a.Tenant.DisplayName), "asOf": a.AsOf.UTC(), "inputsDigest": a.Inputs.Digest,
			"catalogue": a.Engine.Catalogue, "coverage": a.Coverage, "maturity": a.Headline.Maturity, "score": a.Headline.Score},
	}
	waived := slices.ContainsFunc(a.Findings, func(f model.Finding) bool { return f.Waived != nil })
	for i, f := range a.Findings {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(f))
		for _, s := range sarifSubjects(f) {
			result := sarifResultOf(f, s, i)
			if waived { // where one result says whether it is suppressed, all must
				result.Suppressions = suppressions(f, s)
			}
			run.Results = append(run.Results, result)
		}
	}
	return run
}

func writeSARIF(w io.Writer, run sarifRun) error {
	text, err := marshalDocument(sarifLog{Schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0", Runs: []sarifRun{run}})
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// sarifSubjects are what a finding has results for: its open subjects, or itself.
func sarifSubjects(f model.Finding) []model.Subject {
	if settled(f.Status) {
		return nil
	}
	if open := openSubjects(f); len(open) > 0 {
		return open
	}
	return []model.Subject{{Kind: "tenant", Status: f.Status}}
}

func sarifRuleOf(f model.Finding) sarifRule {
	help, md := []string{}, []string{}
	for _, fact := range []labelled{{"Fix", f.Remediation.Summary}, {"Portal", f.Remediation.Portal}, {"Graph", f.Remediation.Graph},
		{"PowerShell", f.Remediation.PowerShell}, {"See also", referenceText(f.References)}} {
		if fact.value != "" {
			help = append(help, fact.label+": "+Inert(fact.value))
			md = append(md, "**"+fact.label+"**: "+mdText(fact.value))
		}
	}
	return sarifRule{
		ID:            f.Control,
		Short:         sarifText{Text: cmp.Or(Inert(f.Title), f.Control)},
		Full:          sarifText{Text: strings.TrimSpace(f.Control + " " + Inert(f.Title) + ". " + f.Pillar.Title() + ", level " + levelText(f.Level) + ".")},
		Help:          sarifText{Text: cmp.Or(strings.Join(help, "\n"), f.Control), Markdown: strings.Join(md, "\n\n")},
		Configuration: sarifConfig{Level: sarifLevel(f.Severity)},
		Properties: map[string]any{"tags": []string{"security", string(f.Pillar)}, "precision": "very-high", "security-severity": securitySeverity(f.Severity),
			"pillar": f.Pillar, "level": f.Level, "gate": f.Gate, "severity": f.Severity},
	}
}

func sarifResultOf(f model.Finding, s model.Subject, rule int) sarifResult {
	kind := sarifKind(s.Status)
	level := "none" // SARIF asks for it where the kind is not fail
	if kind == "fail" {
		level = sarifLevel(f.Severity)
		if s.Status == model.StatusPartial {
			level = milder(level)
		}
	}
	return sarifResult{
		RuleID: f.Control, RuleIndex: rule, Kind: kind, Level: level,
		Message:      sarifText{Text: sarifMessage(f, s)},
		Locations:    sarifLocations(f, s),
		Fingerprints: map[string]string{fingerprintName: Fingerprint(f.Control, s), gitHubFingerprint: Fingerprint(f.Control, s) + ":1"},
		Properties:   map[string]any{"status": s.Status, "findingStatus": f.Status, "confidence": f.Confidence, "severity": f.Severity},
	}
}

// Fingerprint identifies a result over runs: the control and the object that it
// is about, not the wording or the place in an export. 32 hexadecimal digits.
func Fingerprint(control string, s model.Subject) string {
	sum := sha256.Sum256([]byte(control + "\x00" + s.Kind + "\x00" + model.FoldID(s.ID)))
	return hex.EncodeToString(sum[:16])
}

func sarifMessage(f model.Finding, s model.Subject) string {
	parts := []string{}
	if name := subjectName(s); name != "" {
		parts = append(parts, s.Kind+" "+name)
	}
	if s.Detail != "" {
		parts = append(parts, s.Detail)
	}
	parts = append(parts, f.Summary)
	if f.Remedy != "" && s.Status != model.StatusFail {
		parts = append(parts, f.Remedy)
	}
	return cmp.Or(Inert(strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ": ")), f.Control)
}

// sarifLocations point at the evidence in the export; the first also names the
// object itself. The parts of a JSON file are named by JSON pointers. Without
// evidence the place is the data set that would settle it or, since consumers
// refuse a result without any file, the export's manifest.
func sarifLocations(f model.Finding, s model.Subject) []sarifLocation {
	var locations []sarifLocation
	for _, e := range s.Evidence {
		l := sarifFile(cmp.Or(e.File, e.Dataset))
		if e.Pointer != "" {
			l.Logical = append(l.Logical, sarifLogical{QualifiedName: Inert(e.Pointer), Kind: "value"})
		}
		if value := valueText(e.Value); value != "" {
			l.Message = &sarifText{Text: Inert(value)}
		}
		locations = append(locations, l)
	}
	if len(locations) == 0 {
		file := "manifest.json"
		if len(f.Needs) > 0 && f.Needs[0].Dataset != "" {
			file = f.Needs[0].Dataset + ".json"
		}
		locations = []sarifLocation{sarifFile(file)}
	}
	if s.ID != "" {
		subject := sarifLogical{Name: Inert(subjectName(s)), QualifiedName: Inert(s.Kind + "/" + s.ID), Kind: "resource"}
		locations[0].Logical = append([]sarifLogical{subject}, locations[0].Logical...)
	}
	return locations
}

func sarifFile(path string) sarifLocation {
	return sarifLocation{Physical: sarifPhysical{sarifArtifact{uriPath(path), exportBase}}}
}

// suppressions says whose failure is an accepted risk; an empty list says that
// it is not.
func suppressions(f model.Finding, s model.Subject) []sarifSuppression {
	none := []sarifSuppression{}
	if f.Waived == nil {
		return none
	}
	named := slices.ContainsFunc(f.Waived.Principals, func(id string) bool { return model.SameID(id, s.ID) })
	if len(f.Waived.Principals) > 0 && !named {
		return none
	}
	return []sarifSuppression{{"external", "accepted", Inert(waiverText(f.Waived))}}
}

// sarifKind says what a status means in SARIF: open is too little information,
// review is for people.
func sarifKind(s model.Status) string {
	switch s {
	case model.StatusPass:
		return "pass"
	case model.StatusFail, model.StatusPartial:
		return "fail"
	case model.StatusNotApplicable:
		return "notApplicable"
	case model.StatusNotAttested, model.StatusAttestationExpired:
		return "review"
	}
	return "open"
}

func sarifLevel(s model.Severity) string {
	switch s {
	case model.Critical, model.High:
		return "error"
	case model.Medium:
		return "warning"
	}
	return "note"
}

func milder(level string) string {
	if level == "error" {
		return "warning"
	}
	return "note"
}

// securitySeverity is the number that GitHub code scanning sorts by: above 9 is
// critical, from 7 high, from 4 medium, below low.
func securitySeverity(s model.Severity) string {
	switch s {
	case model.Critical:
		return "9.5"
	case model.High:
		return "8.0"
	case model.Medium:
		return "5.5"
	case model.Low:
		return "2.0"
	}
	return "0.0"
}
