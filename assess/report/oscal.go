package report

import (
	"cmp"
	"crypto/sha1" // #nosec G505 -- RFC 9562 defines version 5 with it; nothing is secured by it
	"encoding/hex"
	"io"
	"strings"
	"time"

	"github.com/privpath/privpath/model"
)

// The parts of OSCAL assessment results 1.1.3 that a report needs. Names and
// meaning: https://pages.nist.gov/OSCAL-Reference/models/v1.1.3/assessment-results/
type (
	oscalDocument struct {
		Results oscalAssessment `json:"assessment-results"`
	}
	oscalAssessment struct {
		UUID       string         `json:"uuid"`
		Metadata   oscalMetadata  `json:"metadata"`
		Plan       oscalLink      `json:"import-ap"`
		Results    []oscalResult  `json:"results"`
		BackMatter oscalResources `json:"back-matter"`
	}
	oscalMetadata struct {
		Title        string       `json:"title"`
		LastModified time.Time    `json:"last-modified"`
		Version      string       `json:"version"`
		OSCALVersion string       `json:"oscal-version"`
		Props        []oscalProp  `json:"props,omitempty"`
		Parties      []oscalParty `json:"parties,omitempty"`
	}
	oscalParty struct {
		UUID  string      `json:"uuid"`
		Type  string      `json:"type"`
		Name  string      `json:"name"`
		Props []oscalProp `json:"props,omitempty"`
	}
	oscalProp struct {
		Name  string `json:"name"`
		NS    string `json:"ns"`
		Value string `json:"value"`
	}
	oscalLink struct {
		Href string `json:"href"`
	}
	oscalResources struct {
		Resources []oscalResource `json:"resources"`
	}
	oscalResource struct {
		UUID        string      `json:"uuid"`
		Title       string      `json:"title"`
		Description string      `json:"description"`
		Links       []oscalLink `json:"rlinks"`
	}
	oscalResult struct {
		UUID         string             `json:"uuid"`
		Title        string             `json:"title"`
		Description  string             `json:"description"`
		Start        time.Time          `json:"start"`
		End          time.Time          `json:"end"`
		Props        []oscalProp        `json:"props,omitempty"`
		Local        *oscalLocal        `json:"local-definitions,omitempty"`
		Reviewed     oscalReviewed      `json:"reviewed-controls"`
		Observations []oscalObservation `json:"observations,omitempty"`
		Findings     []oscalFinding     `json:"findings,omitempty"`
	}
	oscalLocal struct {
		Items []oscalItem `json:"inventory-items"`
	}
	oscalItem struct {
		UUID        string      `json:"uuid"`
		Description string      `json:"description"`
		Props       []oscalProp `json:"props,omitempty"`
	}
	oscalReviewed struct {
		Selections []oscalSelection `json:"control-selections"`
	}
	oscalSelection struct {
		Description string         `json:"description"`
		All         *struct{}      `json:"include-all,omitempty"`
		Include     []oscalControl `json:"include-controls,omitempty"`
	}
	oscalControl struct {
		ID string `json:"control-id"`
	}
	oscalObservation struct {
		UUID        string          `json:"uuid"`
		Title       string          `json:"title"`
		Description string          `json:"description"`
		Props       []oscalProp     `json:"props,omitempty"`
		Methods     []string        `json:"methods"`
		Types       []string        `json:"types"`
		Subjects    []oscalSubject  `json:"subjects,omitempty"`
		Evidence    []oscalEvidence `json:"relevant-evidence,omitempty"`
		Collected   time.Time       `json:"collected"`
	}
	oscalSubject struct {
		UUID  string      `json:"subject-uuid"`
		Type  string      `json:"type"`
		Title string      `json:"title"`
		Props []oscalProp `json:"props,omitempty"`
	}
	oscalEvidence struct {
		Href        string `json:"href"`
		Description string `json:"description"`
	}
	oscalFinding struct {
		UUID        string         `json:"uuid"`
		Title       string         `json:"title"`
		Description string         `json:"description"`
		Props       []oscalProp    `json:"props,omitempty"`
		Target      oscalTarget    `json:"target"`
		Related     []oscalRelated `json:"related-observations"`
		Remarks     string         `json:"remarks,omitempty"`
	}
	oscalTarget struct {
		Type   string      `json:"type"`
		ID     string      `json:"target-id"`
		Status oscalStatus `json:"status"`
	}
	oscalStatus struct {
		State   string `json:"state"`
		Reason  string `json:"reason"`
		Remarks string `json:"remarks,omitempty"`
	}
	oscalRelated struct {
		UUID string `json:"observation-uuid"`
	}
)

// oscalNamespace names the properties that are ours, and seeds the UUIDs.
const oscalNamespace = "https://github.com/privpath/privpath/ns/oscal"

// OSCAL writes assessment results: an observation for each control with its
// subjects and evidence, and a finding for each control that applies. OSCAL
// knows two states only, so what is partly met or not decided is not satisfied,
// with the reason "other" and our status as a property.
func OSCAL(w io.Writer, a *model.Assessment, _ Options) error {
	digest, err := a.JSON()
	if err != nil {
		return err
	}
	o := &oscal{a: a, run: uuid(string(digest)), known: map[string]bool{}}
	result := o.result()
	catalogue := o.id("catalogue")
	text, err := marshalDocument(oscalDocument{oscalAssessment{
		UUID: o.run,
		Metadata: oscalMetadata{
			Title: oscalText("Privileged Path assessment of "+tenantName(a), "Privileged Path assessment"), LastModified: a.AsOf.UTC(),
			Version: oscalText(a.SchemaVersion, "1"), OSCALVersion: "1.1.3",
			Props:   props("tenant-id", a.Tenant.ID, "engine-version", a.Engine.Version, "inputs-digest", a.Inputs.Digest),
			Parties: o.parties,
		},
		Plan:    oscalLink{"#" + catalogue},
		Results: []oscalResult{result},
		BackMatter: oscalResources{[]oscalResource{{UUID: catalogue, Title: "The controls that were assessed",
			Description: oscalText("Catalogue "+a.Engine.Catalogue+" of Privileged Path.", "Catalogue"),
			Links:       []oscalLink{{homepage + "/blob/main/pillars/CATALOGUE.md"}}}}},
	}})
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// oscal collects what the document defines once and refers to by UUID.
type oscal struct {
	a       *model.Assessment
	run     string
	known   map[string]bool
	parties []oscalParty
	items   []oscalItem
}

// id is the UUID of a part of this document.
func (o *oscal) id(part string) string { return uuid(o.run + "\x00" + part) }

func (o *oscal) result() oscalResult {
	r := oscalResult{
		UUID: o.id("result"), Title: "Privileged Path assessment",
		Description: oscalText(o.a.Headline.Path, "Who can reach a privileged role, from where, and what stops them."),
		Start:       o.a.AsOf.UTC(), End: o.a.AsOf.UTC(),
		Props: props("weakest-pillar", string(o.a.Headline.WeakestPillar), "maturity", levelText(o.a.Headline.Maturity),
			"score", valueText(o.a.Headline.Score), "band", o.a.Headline.Band, "coverage", valueText(o.a.Coverage)),
		Reviewed: oscalReviewed{[]oscalSelection{{Description: "The controls of this run."}}},
	}
	for _, f := range o.a.Findings {
		r.Reviewed.Selections[0].Include = append(r.Reviewed.Selections[0].Include, oscalControl{token(f.Control)})
		r.Observations = append(r.Observations, o.observation(f))
		if f.Status != model.StatusNotApplicable {
			r.Findings = append(r.Findings, o.finding(f))
		}
	}
	if len(o.a.Findings) == 0 {
		r.Reviewed.Selections[0].All = &struct{}{}
	}
	if len(o.items) > 0 {
		r.Local = &oscalLocal{o.items}
	}
	return r
}

func (o *oscal) observation(f model.Finding) oscalObservation {
	ob := oscalObservation{
		UUID: o.id("observation\x00" + f.Control), Title: oscalText(f.Control+" "+f.Title, f.Control), Description: oscalText(f.Summary, f.Control),
		Props:   props("status", string(f.Status), "severity", string(f.Severity), "pillar", string(f.Pillar), "confidence", string(f.Confidence)),
		Methods: []string{"EXAMINE"}, Types: []string{"finding"}, Collected: o.a.AsOf.UTC(),
	}
	if f.Confidence == model.ConfidenceAttested {
		ob.Methods = []string{"INTERVIEW"}
	}
	for _, s := range f.Subjects {
		ob.Subjects = append(ob.Subjects, o.subject(s))
		for _, e := range s.Evidence {
			href := uriPath(cmp.Or(e.File, e.Dataset))
			if e.Pointer != "" {
				href += "#" + uriFragment(e.Pointer)
			}
			ob.Evidence = append(ob.Evidence, oscalEvidence{href, oscalText(subjectName(s)+": "+cmp.Or(valueText(e.Value), "see there"), "see there")})
		}
	}
	return ob
}

// subject refers to an object, which it defines on first use: people as parties,
// everything else as inventory items.
func (o *oscal) subject(s model.Subject) oscalSubject {
	id, kind := o.id("subject\x00"+s.Kind+"\x00"+model.FoldID(s.ID)), "inventory-item"
	if s.Kind == "user" {
		kind = "party"
	}
	name := oscalText(subjectName(s), s.Kind)
	if !o.known[id] {
		o.known[id] = true
		described := props("kind", s.Kind, "object-id", s.ID)
		if kind == "party" {
			o.parties = append(o.parties, oscalParty{id, "person", name, described})
		} else {
			o.items = append(o.items, oscalItem{id, name, described})
		}
	}
	return oscalSubject{id, kind, name, props("status", string(s.Status), "detail", s.Detail)}
}

func (o *oscal) finding(f model.Finding) oscalFinding {
	status := oscalStatus{State: "not-satisfied", Reason: "other"}
	switch f.Status {
	case model.StatusPass:
		status = oscalStatus{State: "satisfied", Reason: "pass"}
	case model.StatusFail:
		status.Reason = "fail"
	default:
		status.Remarks = oscalText(statusWords(f.Status)+". "+f.Remedy, "other")
	}
	described := props("status", string(f.Status), "severity", string(f.Severity), "pillar", string(f.Pillar))
	for _, id := range f.References.NIST80053 {
		described = append(described, props("nist-800-53", id)...)
	}
	remarks := []string{}
	for _, fact := range findingFacts(f) {
		remarks = append(remarks, fact.label+": "+Inert(fact.value))
	}
	return oscalFinding{UUID: o.id("finding\x00" + f.Control), Title: oscalText(f.Control+" "+f.Title, f.Control), Description: oscalText(f.Summary, f.Control),
		Props: described, Target: oscalTarget{"objective-id", token(f.Control), status}, Related: []oscalRelated{{o.id("observation\x00" + f.Control)}},
		Remarks: strings.Join(remarks, "\n")}
}

// props makes properties of names and values, without the empty ones.
func props(pairs ...string) []oscalProp {
	var all []oscalProp
	for i := 0; i+1 < len(pairs); i += 2 {
		if value := oscalText(pairs[i+1], ""); value != "" {
			all = append(all, oscalProp{pairs[i], oscalNamespace, value})
		}
	}
	return all
}

// oscalText is text as OSCAL takes it: not empty and without spaces around it.
func oscalText(text, otherwise string) string {
	return cmp.Or(strings.TrimSpace(Inert(text)), strings.TrimSpace(Inert(otherwise)))
}

// token makes an identifier of a control's id, which may be a vendor's.
func token(id string) string {
	var b strings.Builder
	for _, c := range []byte(id) {
		switch {
		case unreserved(c) && c != '~':
			b.WriteByte(c)
		default:
			b.WriteByte('_')
		}
	}
	if s := b.String(); s != "" && strings.IndexByte("0123456789.-", s[0]) < 0 {
		return s
	}
	return "_" + b.String()
}

// uuid is the version 5 UUID of a name: the same name, the same UUID.
func uuid(name string) string {
	sum := sha1.Sum([]byte(oscalNamespace + "\x00" + name)) // #nosec G401 -- see the import
	sum[6], sum[8] = sum[6]&0x0f|0x50, sum[8]&0x3f|0x80
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
