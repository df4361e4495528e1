package assess

import (
	"fmt"
	"slices"

	"github.com/privpath/privpath/model"
)

// Words are what a tally calls its subjects, so that its summary is a sentence:
// "2 of 12 Tier 0 users are synchronised from on-premises."
type Words struct {
	One, Many string // "Tier 0 user", "Tier 0 users"
	Good, Bad string // "are cloud-only", "are synchronised from on-premises"
}

// Tally collects judgements and is the only way to a pass. It knows the gaps in
// everything that its control consulted, so an author cannot forget them.
type Tally struct {
	pass  *Pass
	words Words
	all   []Judgement
	none  Verdict
}

// Judgement is what a control found about one subject.
type Judgement struct {
	Ref model.Ref
	// Met says whether the subject meets the control in full.
	Met model.Truth
	// Half says whether the subject meets the weaker form that counts as
	// partial. A True Met implies it.
	Half model.Truth
	// Exempt says whether the control does not speak of the subject, as for a
	// declared break-glass account. Where that is not known (no declarations),
	// at most model.MaxBreakGlass subjects get the benefit of the doubt.
	Exempt model.Truth
	// Critical marks a subject whose failure alone fails a Share.
	Critical bool
	Detail   string
}

// Tally starts a tally.
func (p *Pass) Tally(words Words) *Tally {
	return &Tally{pass: p, words: words, none: Unknown(model.NothingToJudge, "The export holds no %s to judge.", words.One)}
}

// None says which verdict complete data with no subject gives. Without it the
// verdict is unknown: an empty export is no proof.
func (t *Tally) None(v Verdict) { t.none = v }

// Judge records whether a subject meets the control.
func (t *Tally) Judge(ref model.Ref, met model.Truth, format string, args ...any) {
	t.Add(Judgement{Ref: ref, Met: met, Half: met, Exempt: model.False, Detail: fmt.Sprintf(format, args...)})
}

// Add records a judgement. A zero Exempt would mean "not known", so a control
// that exempts nobody sets it to model.False, as Judge does.
func (t *Tally) Add(j Judgement) {
	if j.Met == model.True {
		j.Half = model.True
	}
	if j.Half == model.False {
		j.Met = model.False
	}
	t.all = append(t.all, j)
}

// Len is the number of subjects judged so far, the exempt ones included.
func (t *Tally) Len() int { return len(t.all) }

// count is the tally in numbers. "doubt" counts failing subjects that may be
// exempt.
type count struct {
	met, half, failed, unknown int // not exempt for certain
	halfDoubt, doubt           int // failing, perhaps exempt
	sure                       int // certainly not exempt
	exempt                     int
	critical                   bool // a critical subject failed
	criticalOpen               bool // a critical subject may fail
}

func (t *Tally) count() count {
	var c count
	for _, j := range t.all {
		if j.Exempt == model.True {
			c.exempt++
			continue
		}
		sure := j.Exempt == model.False
		if sure {
			c.sure++
		}
		switch {
		case j.Met == model.True:
			c.met++
		case j.Half == model.False && sure:
			c.failed++
			c.critical = c.critical || j.Critical
		case j.Half == model.False:
			c.doubt++
			c.criticalOpen = c.criticalOpen || j.Critical
		case j.Met == model.False && j.Half == model.True && sure:
			c.half++
		case j.Met == model.False && j.Half == model.True:
			c.halfDoubt++
		default:
			c.unknown++
			c.criticalOpen = c.criticalOpen || j.Critical
		}
	}
	if excess := c.doubt - model.MaxBreakGlass; excess > 0 {
		c.failed += excess // so many cannot all be exempt
	}
	return c
}

func (c count) total() int { return c.met + c.half + c.failed + c.unknown + c.doubt + c.halfDoubt }

// Every passes when every subject meets the control, is partial when the rest
// meets its weaker form, and fails as soon as one subject fails, also on partial
// data.
func (t *Tally) Every() Verdict {
	c := t.count()
	switch {
	case c.failed > 0:
		return t.verdict(model.StatusFail, t.ratio(c.failed+min(c.doubt, model.MaxBreakGlass), t.words.Bad))
	case c.unknown > 0 || c.doubt > 0 || c.halfDoubt > 0 || len(t.pass.gaps) > 0:
		return t.undecided(c)
	case c.sure == 0:
		return t.nothing()
	case c.half > 0:
		return t.verdict(model.StatusPartial, t.ratio(c.half, t.words.Bad))
	}
	return t.verdict(model.StatusPass, t.everyone())
}

// Some passes as soon as one subject meets the control, also on partial data,
// and fails only when complete data holds none.
func (t *Tally) Some() Verdict {
	c := t.count()
	sureMet := 0
	for _, j := range t.all {
		if j.Met == model.True && j.Exempt == model.False {
			sureMet++
		}
	}
	switch {
	case sureMet > 0:
		return t.verdict(model.StatusPass, t.ratio(sureMet, t.words.Good))
	case c.met > 0 || c.unknown > 0 || len(t.pass.gaps) > 0:
		return t.undecided(c)
	case c.half+c.halfDoubt > 0:
		if c.half == 0 {
			return t.undecided(c)
		}
		return t.verdict(model.StatusPartial, t.ratio(c.half, t.words.Bad))
	case c.total() == 0:
		return t.verdict(model.StatusFail, fmt.Sprintf("There is no %s.", t.words.One))
	}
	return t.verdict(model.StatusFail, fmt.Sprintf("None of %d %s %s.", c.total(), t.words.Many, t.words.Good))
}

// Band gives the status for a number of subjects from Min to Max.
type Band struct {
	Min, Max int
	Status   model.Status
}

// Count gives the status of the band that the number of subjects with a True
// Met falls in. Where missing data or open exemptions leave a range of numbers,
// every band that it touches must agree. Numbers outside all bands fail.
func (t *Tally) Count(bands ...Band) Verdict {
	low, high, open := 0, 0, 0
	for _, j := range t.all {
		if j.Exempt == model.True || j.Met == model.False {
			continue
		}
		high++
		switch {
		case j.Met == model.True && j.Exempt == model.False:
			low++
		case j.Met == model.True:
			open++
		}
	}
	low += max(0, open-model.MaxBreakGlass)
	unbounded := len(t.pass.gaps) > 0
	status := bandOf(bands, low)
	for _, edge := range edges(bands, low, high, unbounded) {
		if bandOf(bands, edge) != status {
			v := t.undecided(t.count())
			v.summary = fmt.Sprintf("Between %d and %d %s %s; the data does not say how many.", low, high, t.words.Many, t.words.Good)
			if unbounded {
				v.summary = fmt.Sprintf("At least %d %s %s; the data does not hold all.", low, t.words.Many, t.words.Good)
			}
			return v
		}
	}
	return t.verdict(status, fmt.Sprintf("%s %s.", quantity(high, t.words.One, t.words.Many), t.words.Good))
}

// edges lists numbers in [low, high] (or from low up) at which a band can change.
func edges(bands []Band, low, high int, unbounded bool) []int {
	at := []int{low, high}
	for _, b := range bands {
		for _, n := range []int{b.Min - 1, b.Min, b.Max, b.Max + 1} {
			if n >= low && (unbounded || n <= high) {
				at = append(at, n)
			}
		}
	}
	return at
}

func bandOf(bands []Band, n int) model.Status {
	for _, b := range bands {
		if n >= b.Min && n <= b.Max {
			return b.Status
		}
	}
	return model.StatusFail
}

// Share passes when every subject meets the control, is partial when at least
// the fraction part does and no critical subject fails, and fails otherwise.
func (t *Tally) Share(part float64) Verdict {
	c := t.count()
	bad := c.failed + c.half
	best := ratio(c.met+c.unknown, c.met+c.unknown+bad)
	worst := ratio(c.met, c.total())
	switch {
	case c.critical:
		return t.verdict(model.StatusFail, t.ratio(bad, t.words.Bad))
	case len(t.pass.gaps) > 0:
		return t.undecided(c)
	case bad > 0 && best < part:
		return t.verdict(model.StatusFail, t.ratio(bad, t.words.Bad))
	case bad > 0 && worst >= part && !c.criticalOpen:
		return t.verdict(model.StatusPartial, t.ratio(bad, t.words.Bad))
	case bad > 0 || c.unknown > 0 || c.doubt > 0 || c.halfDoubt > 0:
		return t.undecided(c)
	case c.sure == 0:
		return t.nothing()
	}
	return t.verdict(model.StatusPass, t.everyone())
}

func ratio(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

func (t *Tally) verdict(status model.Status, summary string) Verdict {
	return Verdict{status: status, summary: summary, subjects: t.subjects(), gaps: t.pass.Gaps()}
}

// nothing is the verdict of complete data without a subject.
func (t *Tally) nothing() Verdict {
	v := t.none
	v.subjects = t.subjects()
	return v
}

func (t *Tally) undecided(c count) Verdict {
	v := t.verdict(model.StatusUnknown, "")
	open := c.unknown + c.doubt + c.halfDoubt
	switch {
	case open > 0:
		v.reason = model.Unresolved
		v.summary = fmt.Sprintf("Not decided for %d of %s.", open, quantity(c.total(), t.words.One, t.words.Many))
	case len(v.gaps) > 0:
		v.reason = v.gaps[0].Reason
		v.summary = fmt.Sprintf("%s seen so far, but not all data was read.", capital(quantity(c.total(), t.words.One, t.words.Many)))
	default:
		v.reason = model.NothingToJudge
		v.summary = fmt.Sprintf("Not decided: no %s counts for certain.", t.words.One)
	}
	if c.doubt > 0 && len(v.gaps) == 0 {
		v.gaps = []model.Gap{{Dataset: model.OwnerDeclarations.Name(), Reason: model.NotCollected,
			Detail: "declare breakGlass: the accounts below may be emergency access accounts"}}
	}
	return v
}

func (t *Tally) everyone() string {
	c := t.count()
	if c.total() == 1 {
		return fmt.Sprintf("The only %s qualifies: %s.", t.words.One, t.words.Good)
	}
	return fmt.Sprintf("All %d %s %s.", c.total(), t.words.Many, t.words.Good)
}

func (t *Tally) ratio(n int, said string) string {
	return fmt.Sprintf("%d of %s %s.", n, quantity(t.count().total(), t.words.One, t.words.Many), said)
}

func quantity(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func capital(text string) string {
	if text != "" && text[0] >= 'a' && text[0] <= 'z' {
		return string(text[0]-'a'+'A') + text[1:]
	}
	return text
}

// statusOrder is the order of subjects in a finding: what needs action first.
var statusOrder = []model.Status{model.StatusFail, model.StatusPartial, model.StatusUnknown, model.StatusPass, model.StatusNotApplicable}

func (t *Tally) subjects() []model.Subject {
	subjects := make([]model.Subject, 0, len(t.all))
	for _, j := range t.all {
		subjects = append(subjects, subject(j.Ref, j.status(), j.Detail))
	}
	slices.SortStableFunc(subjects, func(a, b model.Subject) int {
		return slices.Index(statusOrder, a.Status) - slices.Index(statusOrder, b.Status)
	})
	return subjects
}

func (j Judgement) status() model.Status {
	switch {
	case j.Exempt == model.True:
		return model.StatusNotApplicable
	case j.Met == model.True:
		return model.StatusPass
	case j.Exempt == model.Unknown:
		return model.StatusUnknown
	case j.Half == model.False:
		return model.StatusFail
	case j.Half == model.True && j.Met == model.False:
		return model.StatusPartial
	}
	return model.StatusUnknown
}
