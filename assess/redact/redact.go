package redact

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

// Options changes how names are replaced. The zero value is good.
type Options struct {
	// Key makes the pseudonyms: the same key and the same original give the same
	// pseudonym in every assessment. It must be kept secret, since whoever has it
	// can test a guess. Without a key each assessment has one of its own, derived
	// from its own content.
	Key []byte
	// Names are further texts of the tenant to replace, as [Names] finds them: with
	// them a name of common words is found inside a sentence too.
	Names []string
	// Texts are the caller's own, such as the sentences of its controls: their
	// words are no secrets. Those of this project are known.
	Texts []string
}

// MinKey is how many bytes a [ParseKey] key must have: a shorter one can be guessed.
const MinKey = 16

// ParseKey takes a key from the text of a file, without the white space around it.
// The error is for a text with fewer than [MinKey] bytes.
func ParseKey(text []byte) ([]byte, error) {
	key := bytes.TrimSpace(text)
	if len(key) < MinKey {
		return nil, fmt.Errorf("it holds fewer than %d bytes, which can be guessed", MinKey)
	}
	return key, nil
}

// Over gives a source that adds the names of every tenant that it loads to the
// options, for what is redacted after it. Its tenants are loaded one after the other.
func (o *Options) Over(src assess.Source) assess.Source { return noting{src, o} }

// noting stands between the engine and its source, so that it sees every name.
type noting struct {
	assess.Source
	opts *Options
}

// Load loads the tenant and notes its names.
func (s noting) Load(ctx context.Context, want []string, observers ...assess.Observer) (*model.Tenant, error) {
	t, err := s.Source.Load(ctx, want, observers...)
	if err == nil {
		s.opts.Names = append(s.opts.Names, Names(t)...)
	}
	return t, err
}

// Redact copies an assessment without its tenant's names. Public facts stay:
// built-in roles, Microsoft's own applications, controls, data sets, dates and
// counts. The error is that of encoding the assessment.
func Redact(a *model.Assessment, opts Options) (*model.Assessment, error) {
	r, err := New(opts, a)
	if err != nil {
		return nil, err
	}
	return r.Assessment(a), nil
}

// Redactor gives the names of one tenant the same pseudonyms in everything that was
// made of it.
type Redactor struct{ names *redactor }

// New knows the names that stand in the assessments, which may be none, and those of
// the options. The error is that of encoding an assessment.
func New(opts Options, of ...*model.Assessment) (*Redactor, error) {
	key := opts.Key
	if len(key) == 0 {
		sum := sha256.New()
		sum.Write([]byte("privpath pseudonyms\x00"))
		for _, a := range of {
			document, err := a.JSON()
			if err != nil {
				return nil, err
			}
			sum.Write(document)
		}
		if len(of) == 0 {
			for _, n := range opts.Names {
				sum.Write([]byte(n + "\x00"))
			}
		}
		key = sum.Sum(nil)
	}
	return &Redactor{newRedactor(key, opts, of)}, nil
}

// Assessment copies an assessment without the names.
func (r *Redactor) Assessment(a *model.Assessment) *model.Assessment { return a.Rewrite(r.names.edit) }

// Document copies what was made of a tenant, such as a diff or a plan, without the
// names; [model.Rewrite] says which types it is for.
func Document[T any](r *Redactor, document T) T { return model.Rewrite(document, r.names.edit) }

// newRedactor knows the names of assessments.
func newRedactor(key []byte, opts Options, of []*model.Assessment) *redactor {
	r := &redactor{mac: hmac.New(sha256.New, key), names: map[string][]name{}, known: map[string]string{}, words: map[string]bool{}}
	for _, text := range opts.Texts {
		for word := range wordParts(strings.ToLower(text)) {
			r.words[word] = true
		}
	}
	for _, a := range of {
		r.collect(a)
	}
	for _, n := range opts.Names {
		r.add("name", n)
	}
	r.keepPublic()
	r.sort()
	return r
}

// Names lists the texts of a tenant's records that name or describe something:
// what a person typed. Ids and addresses are left out, they are known by form.
func Names(t *model.Tenant) []string {
	var names []string
	for property, text := range t.Texts() {
		if typed(property) && !public(text) && !resourceAction.MatchString(text) {
			names = append(names, text)
		}
	}
	return names
}

// resourceAction is the form of what a role allows. Microsoft names them; the net
// of unknown words is enough for them.
var resourceAction = regexp.MustCompile(`^microsoft\.[A-Za-z.]+/[A-Za-z./]+$`)

// rule says how a field is treated.
type rule int

const (
	sentence rule = iota // tenant's names may stand in it: all three nets
	machine              // paths and keywords: forms and unknown words
	verbatim             // ours
	digest               // replaced whole
)

var rules = map[string]rule{
	"Inputs.Digest": digest,

	"Assessment.SchemaVersion": verbatim, "Engine.Version": verbatim, "Engine.Catalogue": verbatim,
	"Headline.WeakestPillar": verbatim, "Headline.Band": verbatim, "Headline.Caps": verbatim,
	"PillarScore.ID": verbatim, "PillarScore.Basis": verbatim, "NextLevel.Missing": verbatim, "DomainScore.ID": verbatim,
	"Finding.Control": verbatim, "Finding.Pillar": verbatim, "Finding.Title": verbatim, "Finding.Status": verbatim,
	"Finding.Confidence": verbatim, "Finding.Severity": verbatim, "Finding.Reason": verbatim,
	"Remediation.Summary": verbatim, "Remediation.Portal": verbatim, "Remediation.Graph": verbatim, "Remediation.PowerShell": verbatim,
	"References.SCuBA": verbatim, "References.CIS": verbatim, "References.CISv8": verbatim, "References.NIST80053": verbatim,
	"References.ISO27001": verbatim, "References.NIS2": verbatim, "References.NCSC": verbatim, "References.ATTACK": verbatim,
	"References.Maester": verbatim, "References.ZTA": verbatim, "References.Docs": verbatim,
	"Input.Reason": verbatim, "Need.Reason": verbatim, "Need.Permission": verbatim,
	"Subject.Kind": verbatim, "Subject.Status": verbatim, "PrincipalRef.Kind": verbatim,
	"Reach.Holding": verbatim, "Reach.Attackers": verbatim,
	"ReachFrom.Device": verbatim, "ReachFrom.Network": verbatim, "ReachFrom.Verdict": verbatim, "ReachFrom.Activation": verbatim,
	"Weakest.Step": verbatim, "Weakest.Requires": verbatim, "Path.Attacker": verbatim, "Path.Verdict": verbatim, "Path.Requires": verbatim,
	"Hop.Edge": verbatim, "Hop.Requires": verbatim, "Hop.RestsOn": verbatim, "PathHop.Edge": verbatim,

	// of a diff
	"Diff.SchemaVersion": verbatim, "Run.Digest": digest, "Warning.Kind": verbatim, "HeadlineMove.Name": verbatim, "HeadlineMove.Move": verbatim, "PillarMove.ID": verbatim, "PillarMove.Move": verbatim, "DomainMove.ID": verbatim,
	"DomainMove.Move": verbatim, "InputMove.Move": verbatim, "FindingMove.Control": verbatim, "FindingMove.Pillar": verbatim, "FindingMove.Title": verbatim,
	"FindingMove.Severity": verbatim, "FindingMove.Move": verbatim, "Verdict.Status": verbatim, "Verdict.Severity": verbatim, "Verdict.Reason": verbatim,
	"SubjectMove.Kind": verbatim, "SubjectMove.Move": verbatim, "SubjectMove.Old": verbatim, "SubjectMove.New": verbatim, "PrincipalMove.Move": verbatim,
	"ReachMove.Holding": verbatim, "ReachMove.Held": verbatim, "ReachMove.Easier": verbatim, "ReachMove.Harder": verbatim, "PlaceMove.Device": verbatim,
	"PlaceMove.Network": verbatim, "PlaceMove.Step": verbatim, "PlaceMove.Old": verbatim, "PlaceMove.New": verbatim, "PlaceMove.Move": verbatim,
	"AttackerMove.Attacker": verbatim, "AttackerMove.Old": verbatim, "AttackerMove.New": verbatim, "AttackerMove.Move": verbatim, "Cause.Proof": verbatim,
	"Tier0Move.Move": verbatim, "PathMove.Move": verbatim, "LockoutMove.Move": verbatim, "PathWay.Attacker": verbatim, "PathWay.Verdict": verbatim, "PathWay.Perhaps": verbatim,
	"Change.Kind": verbatim, "Change.Move": verbatim, "Change.Dataset": machine, "Cause.Dataset": machine, "InputMove.Name": machine, "PropertyChange.Path": machine,
	// of a plan
	"Change.Format": verbatim, "Change.Schema": verbatim, "Operation.Op": verbatim, "Operation.Dataset": machine, "Request.Method": verbatim, "Request.Path": machine,
	"State.Band": verbatim, "State.Levels": verbatim, "Effect.Met": verbatim, "Effect.Lost": verbatim,

	"Input.Name": machine, "Need.Dataset": machine, "Evidence.Dataset": machine, "Evidence.File": machine, "Evidence.Pointer": machine,
	"Evidence.Property": machine, "AccessContext.Device": machine, "AccessContext.Network": machine, "AccessContext.ClientApp": machine,
	"AccessContext.Platform": machine, "AccessContext.Flow": machine,
}

func (r *redactor) edit(field, text string) string {
	if text == "" {
		return ""
	}
	switch rules[field] {
	case verbatim:
		return text
	case digest:
		return "redacted:" + r.hash(text, 32)
	case machine:
		return r.rewrite(text, false)
	}
	return r.rewrite(text, true)
}

// collect enters what stands where a name or an id belongs.
func (r *redactor) collect(a *model.Assessment) {
	r.add("tenant", a.Tenant.ID)
	r.add("tenant", a.Tenant.DisplayName)
	for _, f := range a.Findings {
		for _, s := range f.Subjects {
			r.ref(s.Kind, s.ID, s.Name)
			r.evidence(s.Evidence)
		}
		if f.Waived != nil {
			r.add("text", f.Waived.Reason)
			r.add("owner", f.Waived.Owner)
			r.add("owner", f.Waived.ApprovedBy)
		}
	}
	for _, reach := range a.Reach {
		r.collectReach(reach)
	}
	ways := slices.Clone(a.Paths)
	for _, l := range a.Lockouts {
		r.refs(l.Targets...)
		ways = append(ways, l.Paths...)
	}
	for _, p := range ways {
		r.refs(p.From, p.To)
		for _, n := range p.Nodes {
			r.refs(n.PrincipalRef)
		}
		for _, h := range p.Hops {
			r.refs(h.From, h.To)
			if h.With != nil {
				r.refs(*h.With)
			}
			r.evidence(h.Evidence)
		}
	}
	for _, m := range a.Tier0 {
		r.refs(m.PrincipalRef)
	}
	for _, c := range a.ChokePoints {
		r.refs(c.From, c.To)
	}
	if a.Cut != nil {
		for _, h := range a.Cut.Hops {
			r.refs(h.From, h.To)
		}
	}
}

func (r *redactor) collectReach(reach model.Reach) {
	r.refs(reach.Principal)
	r.ref("role", reach.Role.ID, reach.Role.Name)
	for _, group := range slices.Concat(reach.Via, reach.ViaNames) {
		r.add("group", group)
	}
	for _, w := range reach.Weakest {
		for _, b := range w.Because {
			r.ref("policy", b.Policy, b.Name)
			r.evidence(b.Evidence)
		}
	}
}

func (r *redactor) refs(refs ...model.PrincipalRef) {
	for _, ref := range refs {
		r.ref(ref.Kind, ref.ID, ref.Name)
	}
}

// ours are the kinds of subjects whose ids and names the project wrote, or that
// are sentences: the nets for sentences are enough for them. A kind that is not
// here, such as a vendor's, has the tenant's names.
var ours = map[string]bool{"setting": true, "log": true, "evidence": true, "anyone": true, "state": true, "power": true, "permission": true,
	"control": true, "onPremises": true, "activation": true, "action": true}

func (r *redactor) ref(kind, id, name string) {
	if _, builtIn := model.RoleWithTemplate(id); ours[kind] || builtIn {
		return
	}
	if kind == "attestation" { // its id is a control's, its name what the owner states
		r.add("statement", name)
		return
	}
	r.add(kind, id)
	r.add(kind, name)
}

// evidence enters the values of properties that people type in.
func (r *redactor) evidence(all []model.Evidence) {
	for _, e := range all {
		text, err := json.Marshal(e.Value)
		if err != nil {
			continue
		}
		var value any
		if json.Unmarshal(text, &value) == nil {
			r.values(lastProperty(e.Pointer), value)
		}
	}
}

func (r *redactor) values(property string, value any) {
	switch value := value.(type) {
	case string:
		switch {
		case typed(property) && r.knownWords(property):
			r.add(property, value)
		case typed(property):
			r.add("text", value)
		}
	case []any:
		for _, v := range value {
			r.values(property, v)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			r.values(key, value[key])
		}
	}
}
