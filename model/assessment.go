package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// SchemaVersion is the version of the assessment document.
const SchemaVersion = "1"

// Assessment is the result of a run: what `privpath assess -format json` writes.
// Its JSON names are a contract.
type Assessment struct {
	SchemaVersion string        `json:"schemaVersion"`
	Tenant        TenantRef     `json:"tenant"`
	AsOf          time.Time     `json:"asOf"`
	Engine        Engine        `json:"engine"`
	Inputs        Inputs        `json:"inputs"`
	Coverage      float64       `json:"coverage"`
	Headline      Headline      `json:"headline"`
	Pillars       []PillarScore `json:"pillars"`
	Domains       []DomainScore `json:"domains"`
	Findings      []Finding     `json:"findings"`
	Reach         []Reach       `json:"reach,omitempty"`
	Paths         []Path        `json:"paths,omitempty"`
	// Tier0 is what controls Tier 0, computed; ChokePoints are the hops whose
	// removal alone closes ways into it; Cut is a set whose removal closes all.
	Tier0       []Tier0Member `json:"tier0,omitempty"`
	ChokePoints []ChokePoint  `json:"chokePoints,omitempty"`
	Cut         *Cut          `json:"cut,omitempty"`
	// Lockouts is who can take administrators out of action without a way into
	// Tier 0: all Global Administrators at once first.
	Lockouts []Lockout `json:"lockouts,omitempty"`
}

// JSON gives the document's bytes: indented, without HTML escapes, with a final
// newline. The same assessment always gives the same bytes.
func (a *Assessment) JSON() ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(a); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// ReadAssessment reads an assessment document. It is strict: exactly one value,
// of the schema version that this package writes, without properties that it does
// not know. Written again as JSON, the result has the document's values.
func ReadAssessment(document []byte) (*Assessment, error) {
	var a Assessment
	dec := json.NewDecoder(bytes.NewReader(document))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&a); err != nil {
		return nil, fmt.Errorf("not an assessment: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("not an assessment: more text after the document")
	}
	if a.SchemaVersion != SchemaVersion {
		return nil, fmt.Errorf("not an assessment of schema version %s: it says %q", SchemaVersion, a.SchemaVersion)
	}
	if err := a.checkEvidence(document); err != nil {
		return nil, fmt.Errorf("not an assessment: %w", err)
	}
	return &a, nil
}

// checkEvidence refuses unknown properties of evidence, which reads itself and so
// does not know that the decoder is strict. A document that this package wrote has
// none, and is known by its bytes.
func (a *Assessment) checkEvidence(document []byte) error {
	if again, err := a.JSON(); err == nil && bytes.Equal(again, document) {
		return nil
	}
	var tree any
	if err := json.Unmarshal(document, &tree); err != nil {
		return err
	}
	if err := noneTwice(json.NewDecoder(bytes.NewReader(document))); err != nil {
		return err
	}
	return unknownEvidence(tree)
}

// noneTwice refuses an object in which a property stands twice: readers differ in
// which of the two they take. The text is known to be JSON.
func noneTwice(dec *json.Decoder) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	open, nested := token.(json.Delim)
	if !nested {
		return nil
	}
	seen := map[any]bool{}
	for dec.More() {
		if open == '{' {
			name, err := dec.Token()
			if err != nil {
				return err
			}
			if seen[name] {
				return fmt.Errorf("the property %q stands twice in one object", name)
			}
			seen[name] = true
		}
		if err := noneTwice(dec); err != nil {
			return err
		}
	}
	_, err = dec.Token()
	return err
}

func unknownEvidence(tree any) error {
	switch tree := tree.(type) {
	case []any:
		for _, v := range tree {
			if err := unknownEvidence(v); err != nil {
				return err
			}
		}
	case map[string]any:
		if _, is := tree["pointer"]; is {
			for key := range tree {
				if !slices.Contains([]string{"dataset", "file", "pointer", "value"}, key) {
					return fmt.Errorf("evidence with an unknown property %q", key)
				}
			}
			return nil // a value may hold anything
		}
		for _, v := range tree {
			if err := unknownEvidence(v); err != nil {
				return err
			}
		}
	}
	return nil
}

// TenantRef names the tenant.
type TenantRef struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
}

// Engine says what produced the assessment.
type Engine struct {
	Version   string `json:"version"`
	Catalogue string `json:"catalogue"`
}

// Inputs says what was read.
type Inputs struct {
	Digest   string  `json:"digest"`
	Datasets []Input `json:"datasets"`
}

// Input is one data set's status.
type Input struct {
	Name   string `json:"name"`
	Status State  `json:"status"`
	Count  int    `json:"count"`
	Reason Reason `json:"reason,omitempty"`
	Detail string `json:"detail,omitempty"`
}

// Headline is the result in one line. Score is a percentage derived from data;
// it is not the author's Quick Assessment.
type Headline struct {
	WeakestPillar Pillar   `json:"weakestPillar"`
	Maturity      Level    `json:"maturity"`
	Score         int      `json:"score"`
	Band          string   `json:"band"`
	Provisional   bool     `json:"provisional"`
	Caps          []string `json:"caps,omitempty"`
	// Path is the path verdict in one sentence, where the access engine ran.
	Path string `json:"path,omitempty"`
}

// PillarScore is a pillar's maturity as an interval.
type PillarScore struct {
	ID       Pillar     `json:"id"`
	Maturity Maturity   `json:"maturity"`
	Basis    Confidence `json:"basis"`
	Next     *NextLevel `json:"next,omitempty"`
}

// Maturity is the confirmed level (unknown counts as not met) and the potential
// one (unknown counts as met).
type Maturity struct {
	Confirmed Level `json:"confirmed"`
	Potential Level `json:"potential"`
}

// NextLevel says which controls stand between a pillar and its next level.
type NextLevel struct {
	Level   Level    `json:"level"`
	Missing []string `json:"missing"`
}

// DomainScore is a Quick-Assessment domain's percentage.
type DomainScore struct {
	ID      Domain  `json:"id"`
	Percent float64 `json:"percent"`
}

// Finding is the verdict of one control.
type Finding struct {
	Control    string     `json:"control"`
	Pillar     Pillar     `json:"pillar"`
	Title      string     `json:"title"`
	Level      Level      `json:"level"`
	Gate       bool       `json:"gate"`
	Status     Status     `json:"status"`
	Confidence Confidence `json:"confidence"`
	Severity   Severity   `json:"severity"`
	Summary    string     `json:"summary"`
	Reason     Reason     `json:"reason,omitempty"`
	// Remedy names what would settle an undecided finding.
	Remedy      string      `json:"remedy,omitempty"`
	Needs       []Need      `json:"needs,omitempty"`
	Subjects    []Subject   `json:"subjects,omitempty"`
	Remediation Remediation `json:"remediation"`
	References  References  `json:"references"`
	Waived      *Waiver     `json:"waived,omitempty"`
}

// Need is a data set (or part of one) whose absence left something undecided.
type Need struct {
	Dataset    string `json:"dataset"`
	Reason     Reason `json:"reason,omitempty"`
	Detail     string `json:"detail,omitempty"`
	Permission string `json:"permission,omitempty"`
}

// Subject is one object that a finding judged.
type Subject struct {
	Kind     string     `json:"kind"`
	ID       string     `json:"id"`
	Name     string     `json:"name,omitempty"`
	Status   Status     `json:"status"`
	Detail   string     `json:"detail,omitempty"`
	Evidence []Evidence `json:"evidence,omitempty"`
}

// Waiver says that an owner accepted the risk of a finding.
type Waiver struct {
	Reason     string   `json:"reason"`
	Owner      string   `json:"owner"`
	ApprovedBy string   `json:"approvedBy,omitempty"`
	Expires    Date     `json:"expires"`
	Principals []string `json:"principals,omitempty"`
}

// Verdicts of the access engine, for one step from one place.
const (
	Reaches      = "reaches"
	Blocked      = "blocked"
	ReachUnknown = "unknown"
	NoActivation = "notApplicable"
)

// Reach is the exact answer for one principal and one role.
type Reach struct {
	Principal PrincipalRef `json:"principal"`
	Role      RoleRef      `json:"role"`
	Holding   string       `json:"holding"` // standing or eligible
	// BreakGlass marks a declared emergency account's permanent assignment, which
	// is meant to be usable when policies fail.
	BreakGlass bool `json:"breakGlass,omitempty"`
	// Via lists the ids of the groups from the one that holds the role down to the
	// one that the principal is a member of; ViaNames names them, in the same order.
	Via       []string          `json:"via,omitempty"`
	ViaNames  []string          `json:"viaNames,omitempty"`
	Scope     string            `json:"scope"`
	From      []ReachFrom       `json:"from"`
	Attackers map[string]string `json:"attackers"`
	Weakest   []Weakest         `json:"weakest,omitempty"`
	Unknown   []Need            `json:"unknown,omitempty"`
}

// PrincipalRef names a user, group or service principal.
type PrincipalRef struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

// RoleRef names a role by its template id (or a custom role's own id).
type RoleRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Tier Tier   `json:"tier"`
}

// ReachFrom is the verdict from one device class and network. Verdict is the
// use of the role, Activation the PIM activation before it.
type ReachFrom struct {
	Device     string `json:"device"`
	Network    string `json:"network"`
	Verdict    string `json:"verdict"`
	Activation string `json:"activation"`
}

// Weakest is one minimal set of obligations with a witness.
type Weakest struct {
	Step        string          `json:"step,omitempty"` // activate or use
	Requires    []string        `json:"requires"`
	Context     AccessContext   `json:"context"`
	Because     []PolicyBecause `json:"because"`
	Explanation string          `json:"explanation"`
}

// AccessContext is one concrete place and way of signing in.
type AccessContext struct {
	Device    string `json:"device"`
	Network   string `json:"network"`
	ClientApp string `json:"clientApp"`
	Platform  string `json:"platform"`
	Flow      string `json:"flow"`
	Resource  string `json:"resource"`
}

// PolicyBecause says why a policy did not stop a witness.
type PolicyBecause struct {
	Policy   string     `json:"policy"`
	Name     string     `json:"name"`
	Why      string     `json:"why"`
	Evidence []Evidence `json:"evidence,omitempty"`
}

// Path is a way into Tier 0, hop by hop. Verdict is [Reaches] or [ReachUnknown];
// Unknown then names what would settle it.
type Path struct {
	From     PrincipalRef `json:"from"`
	To       PrincipalRef `json:"to"`
	Attacker string       `json:"attacker"` // what is held of From at first
	Verdict  string       `json:"verdict"`
	Requires []string     `json:"requires"`
	Hops     []Hop        `json:"hops"`
	// Nodes lay the path out: hops lead from one to another.
	Nodes   []PathNode `json:"nodes"`
	Unknown []Need     `json:"unknown,omitempty"`
}

// Lockout is who can put administrators out of action, so that they cannot sign in:
// by deleting or disabling accounts, by policies, or as the directory that accounts
// come from. Whoever surely reaches Tier 0 can as well, and is not counted.
type Lockout struct {
	// Targets are the accounts that the same starts put out. With Every they are the
	// enabled accounts of persons with Global Administrator, break-glass accounts
	// among them, and the question is whether all of them are put out: by being out,
	// or, where the role must be activated, by rules of PIM that nobody meets.
	Targets []PrincipalRef `json:"targets"`
	Every   bool           `json:"every,omitempty"`
	Surely  int            `json:"surely"`  // starts that can
	Perhaps int            `json:"perhaps"` // starts of which it is not known
	// Paths are the weakest of their ways, ten at most.
	Paths []Path `json:"paths"`
}

// PathNode is what a hop leads from or to, with its place in the picture: the
// column that it stands in, and the row there, both from 0.
type PathNode struct {
	PrincipalRef
	Layer int `json:"layer"`
	Row   int `json:"row"`
}

// Hop is one step of a path. With is what it takes besides From.
type Hop struct {
	Edge     string        `json:"edge"`
	From     PrincipalRef  `json:"from"`
	To       PrincipalRef  `json:"to"`
	With     *PrincipalRef `json:"with,omitempty"`
	Requires []string      `json:"requires"`
	// RestsOn is what the sign-ins demanded that a hop without one of its own rests
	// on.
	RestsOn     []string `json:"restsOn,omitempty"`
	Explanation string   `json:"explanation"`
	// Source and Target are indices into the path's nodes.
	Source   int        `json:"source"`
	Target   int        `json:"target"`
	Evidence []Evidence `json:"evidence,omitempty"`
}

// Tier0Member is something that controls Tier 0, computed from the tenant, with
// the first hop of its way.
type Tier0Member struct {
	PrincipalRef
	// Reason is the way in words; Hops how long it is.
	Reason string `json:"reason"`
	Hops   int    `json:"hops"`
	// Declared says whether it counts as Tier 0 already: it holds a Tier 0 role, is
	// one, or is a declared privileged access workstation.
	Declared bool `json:"declared"`
	// Certain is false where the data only does not exclude it.
	Certain bool `json:"certain"`
}

// PathHop names a hop of some path.
type PathHop struct {
	Edge        string       `json:"edge"`
	From        PrincipalRef `json:"from"`
	To          PrincipalRef `json:"to"`
	Explanation string       `json:"explanation"`
}

// ChokePoint is a hop without which some of the certain ways into Tier 0 are
// gone: Cuts of the Of starts that have one lose their last.
type ChokePoint struct {
	PathHop
	Cuts int `json:"cuts"`
	Of   int `json:"of"`
}

// Cut is a set of hops without which no certain way into Tier 0 is left. Exact
// says that no smaller set does it; else the search was cut short.
type Cut struct {
	Hops  []PathHop `json:"hops"`
	Exact bool      `json:"exact"`
}
