package diff

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/privpath/privpath/model"
)

// SchemaVersion is the version of the document that a [Diff] is written as.
const SchemaVersion = "1"

// Diff is what changed from an old assessment to a new one. Its JSON names are a
// contract. Every list holds only what moved, in an order that depends on the
// content alone; a list that is empty is there as [].
type Diff struct {
	SchemaVersion string `json:"schemaVersion"`
	Old           Run    `json:"old"`
	New           Run    `json:"new"`
	// Warnings say what makes the comparison less than it seems.
	Warnings []Warning `json:"warnings"`
	// Unchanged is how many findings did not move.
	Unchanged int `json:"unchanged"`

	Headline   []HeadlineMove  `json:"headline"`
	Pillars    []PillarMove    `json:"pillars"`
	Domains    []DomainMove    `json:"domains"`
	Inputs     []InputMove     `json:"inputs"`
	Findings   []FindingMove   `json:"findings"`
	Principals []PrincipalMove `json:"principals"`
	Reach      []ReachMove     `json:"reach"`
	Tier0      []Tier0Move     `json:"tier0"`
	Paths      []PathMove      `json:"paths"`
	Lockouts   []LockoutMove   `json:"lockouts"`
	// Configuration is what changed in the tenant's policies and role assignments.
	// It is there only where both tenants are known, not just their assessments;
	// null says that it was not compared.
	Configuration []Change `json:"configuration"`

	// proving says that causes were looked for, so that none is a result.
	proving bool
}

// Run names one of the two assessments.
type Run struct {
	Tenant model.TenantRef `json:"tenant"`
	AsOf   time.Time       `json:"asOf"`
	Engine model.Engine    `json:"engine"`
	Digest string          `json:"digest"`
}

// The kinds of warnings.
const (
	OtherTenant    = "otherTenant"    // the two are of different tenants
	NoTenant       = "noTenant"       // one does not say which tenant it is of
	OtherCatalogue = "otherCatalogue" // the controls or their texts differ
	OtherEngine    = "otherEngine"    // the versions of the engine differ
	WrongOrder     = "wrongOrder"     // the old one is later than the new one
	LostInputs     = "lostInputs"     // less was read than before
	Unproved       = "unproved"       // so much changed that no cause was proved
)

// Warning says what makes a comparison less than it seems.
type Warning struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
}

// HeadlineMove is one value of the headline, as it is written for people.
type HeadlineMove struct {
	Name string `json:"name"` // path, weakestPillar, maturity, score, band, provisional, caps or coverage
	Old  string `json:"old"`
	New  string `json:"new"`
	Move Move   `json:"move"` // Rose, Fell or Changed
}

// PillarMove is a pillar's levels. Move is that of the confirmed level, or of the
// potential one where the confirmed one stayed.
type PillarMove struct {
	ID   model.Pillar    `json:"id"`
	Old  *model.Maturity `json:"old,omitempty"`
	New  *model.Maturity `json:"new,omitempty"`
	Move Move            `json:"move"`
}

// DomainMove is a domain's percentage.
type DomainMove struct {
	ID   model.Domain `json:"id"`
	Old  *float64     `json:"old,omitempty"`
	New  *float64     `json:"new,omitempty"`
	Move Move         `json:"move"`
}

// InputMove is a data set of which more or less was read, or another number of
// records. Fell says that less is known than before.
type InputMove struct {
	Name string       `json:"name"`
	Old  *model.Input `json:"old,omitempty"`
	New  *model.Input `json:"new,omitempty"`
	Move Move         `json:"move"` // Rose, Fell, or Changed where only the count or the reason differs
}

// FindingMove is a finding that moved. Old or New is empty where the control was
// not part of that run.
type FindingMove struct {
	Control  string         `json:"control"`
	Pillar   model.Pillar   `json:"pillar"`
	Title    string         `json:"title"`
	Severity model.Severity `json:"severity"`
	Move     Move           `json:"move"`
	Old      *Verdict       `json:"old,omitempty"`
	New      *Verdict       `json:"new,omitempty"`
	// Subjects are the objects that moved.
	Subjects []SubjectMove `json:"subjects"`
}

// Verdict is what one run says of a control.
type Verdict struct {
	Status   model.Status   `json:"status"`
	Severity model.Severity `json:"severity"`
	Summary  string         `json:"summary"`
	Reason   model.Reason   `json:"reason,omitempty"`
	// Remedy names what would settle an undecided finding.
	Remedy string        `json:"remedy,omitempty"`
	Waived *model.Waiver `json:"waived,omitempty"`
}

// SubjectMove is an object that a control judged otherwise than before. An empty
// status says that the run does not name the object.
type SubjectMove struct {
	Kind      string       `json:"kind"`
	ID        string       `json:"id"`
	Name      string       `json:"name,omitempty"`
	Move      Move         `json:"move"`
	Old       model.Status `json:"old,omitempty"`
	New       model.Status `json:"new,omitempty"`
	OldDetail string       `json:"oldDetail,omitempty"`
	NewDetail string       `json:"newDetail,omitempty"`
}

// PrincipalMove is a principal that came to hold a Tier 0 role, or holds none any
// more. Undecided says that it is not found but what was read does not exclude
// it, Decided that it is found and may have been there before.
type PrincipalMove struct {
	Principal model.PrincipalRef `json:"principal"`
	Roles     []model.RoleRef    `json:"roles"` // held at the side on which it is
	Move      Move               `json:"move"`
}

// ReachMove is a holding of a role whose reach moved. Held says whether the
// holding itself is Added, Removed, Unchanged, or, as with [PrincipalMove],
// Undecided or Decided.
type ReachMove struct {
	Principal  model.PrincipalRef `json:"principal"`
	Role       model.RoleRef      `json:"role"`
	Holding    string             `json:"holding"`
	Scope      string             `json:"scope"`
	Via        []string           `json:"via,omitempty"`
	BreakGlass bool               `json:"breakGlass,omitempty"` // in the new run, or in the old one where it is not held any more
	Held       Move               `json:"held"`
	From       []PlaceMove        `json:"from"`
	Attackers  []AttackerMove     `json:"attackers"`
	// Easier are ways in that need less than any before, or are new; Harder those
	// that are there no more.
	Easier [][]string `json:"easier,omitempty"`
	Harder [][]string `json:"harder,omitempty"`
	// Causes are the changes behind it, what is proved first.
	Causes []Cause `json:"causes"`
}

// The steps of using a role that a place can open or stop.
const (
	StepUse      = "use"
	StepActivate = "activate"
)

// PlaceMove is one step from one place. An empty verdict says that there was no
// such holding.
type PlaceMove struct {
	Device  string `json:"device"`
	Network string `json:"network"`
	Step    string `json:"step"`
	Old     string `json:"old,omitempty"`
	New     string `json:"new,omitempty"`
	Move    Move   `json:"move"`
}

// AttackerMove is what an attacker of one kind comes to.
type AttackerMove struct {
	Attacker string `json:"attacker"`
	Old      string `json:"old,omitempty"`
	New      string `json:"new,omitempty"`
	Move     Move   `json:"move"`
}

// How a cause is known.
const (
	// Proved: the engine was run with the change undone, and with nothing but the
	// change.
	Proved = "proved"
	// ProvedTogether: undoing all changes that carry this moves the reach back;
	// undoing one of them does not, and none does it alone.
	ProvedTogether = "provedTogether"
	// Named: the explanation of the reach speaks of the policy, and says something
	// else than before. It was not proved.
	Named = "named"
)

// Cause is a change that moved a reach, and how that is known.
type Cause struct {
	Dataset string `json:"dataset"`
	ID      string `json:"id"` // as in [Change]
	Name    string `json:"name"`
	Proof   string `json:"proof"`
	// Of is how many verdicts of the holding moved. Undoing the change alone puts
	// Undone of them back; the change alone would have moved Alone of them.
	Undone int `json:"undone,omitempty"`
	Alone  int `json:"alone,omitempty"`
	Of     int `json:"of,omitempty"`
	// Old and New say, of a cause that is only named, why the policy did not stop
	// the way in; empty where it is not spoken of.
	Old string `json:"old,omitempty"`
	New string `json:"new,omitempty"`
}

// Tier0Move is something that controls Tier 0 now and did not, or the reverse, or
// is known with another certainty.
type Tier0Move struct {
	model.PrincipalRef
	Old  *model.Tier0Member `json:"old,omitempty"`
	New  *model.Tier0Member `json:"new,omitempty"`
	Move Move               `json:"move"` // Added, Removed, Undecided, Decided or Changed
}

// PathMove says who gets into Tier 0 from a start over something else than its own
// role. Worse: a weaker attacker now does; Better: it takes a stronger one.
// Changed: it leads another way, or over the start's own role, which the reach
// tells of.
type PathMove struct {
	From model.PrincipalRef `json:"from"`
	Old  *PathWay           `json:"old,omitempty"`
	New  *PathWay           `json:"new,omitempty"`
	Move Move               `json:"move"`
}

// PathWay is the way of the weakest attacker who surely gets there, or, where
// nobody surely does, of the weakest who may.
type PathWay struct {
	To       model.PrincipalRef `json:"to"`
	Attacker string             `json:"attacker"`
	Verdict  string             `json:"verdict"` // reaches or unknown
	Hops     []string           `json:"hops"`
	// Perhaps is a weaker attacker who may get there.
	Perhaps string `json:"perhaps,omitempty"`
}

// LockoutMove says who can put accounts out of action now and could not, or the
// reverse. Who surely reaches Tier 0 is told of among the paths and the reach, here
// as in [model.Lockout].
type LockoutMove struct {
	// Targets are put out by the same starts, before and now. With Every the question
	// is whether every Global Administrator is, and they are those of the new run.
	Targets []model.PrincipalRef `json:"targets"`
	Every   bool                 `json:"every,omitempty"`
	// Old and New count the starts; empty where that run names no lock-out of them.
	Old *LockoutCount `json:"old,omitempty"`
	New *LockoutCount `json:"new,omitempty"`
	// Ways are the starts that moved, among those that the runs tell one by one.
	Ways []PathMove `json:"ways"`
	// Move is the one that matters most among Ways. Where the starts are only counted
	// it is Undecided of more, and Changed of fewer: they may be other ones.
	Move Move `json:"move"`
}

// LockoutCount is how many starts lock somebody out, and how many more may.
type LockoutCount struct {
	Surely  int `json:"surely"`
	Perhaps int `json:"perhaps"`
}

// Options says what else is known of the runs. The zero value knows nothing else.
type Options struct {
	// Reads lists the data sets that a control looks at (assess.Needs of it alone), and whether
	// the control is known. It lets an object that a finding does not name any more
	// count as gone although something else was not read; of a control that is not
	// known every data set counts.
	Reads func(control string) (datasets []string, known bool)
}

// Compare says what changed from old to new ([Options.Compare]) without options.
func Compare(old, new *model.Assessment) *Diff { return Options{}.Compare(old, new) }

// Compare says what changed from old to new. It looks at nothing but the two and
// gives the same result for the same two. It compares whatever it is given;
// [OtherTenant] among the warnings says that the comparison means little.
func (opts Options) Compare(old, new *model.Assessment) *Diff {
	c := &comparison{opts: opts, old: old, new: new, otherCatalogue: old.Engine.Catalogue != new.Engine.Catalogue}
	d := &Diff{SchemaVersion: SchemaVersion, Old: runOf(old), New: runOf(new)}
	d.Headline = c.headline()
	d.Pillars = c.pillars()
	d.Domains = c.domains()
	d.Inputs = c.inputs()
	d.Findings, d.Unchanged = c.findings()
	d.Reach, d.Principals = c.reach()
	d.Tier0 = c.tier0()
	d.Paths = c.paths()
	d.Lockouts = c.lockouts()
	d.Warnings = c.warnings(d.Inputs)
	return d
}

// comparison holds the two sides while they are compared.
type comparison struct {
	opts           Options
	old, new       *model.Assessment
	otherCatalogue bool
}

func runOf(a *model.Assessment) Run {
	return Run{Tenant: a.Tenant, AsOf: a.AsOf, Engine: a.Engine, Digest: a.Inputs.Digest}
}

// Empty reports whether nothing moved. Warnings and the times of the two runs do
// not count.
func (d *Diff) Empty() bool {
	return len(d.Headline)+len(d.Pillars)+len(d.Domains)+len(d.Inputs)+len(d.Findings)+len(d.Principals)+
		len(d.Reach)+len(d.Tier0)+len(d.Paths)+len(d.Lockouts)+len(d.Configuration) == 0
}

// JSON gives the document's bytes: indented, without HTML escapes, with a final
// newline. The same diff always gives the same bytes.
func (d *Diff) JSON() ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(d); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
