package assess

import (
	"fmt"
	"slices"
	"strings"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// Words are what a tally calls its subjects, so that its summary is a sentence:
// "2 of 12 Tier 0 users are synchronised from on-premises."
// Good and Bad begin with a verb that goes with Many.
type Words struct {
	One, Many string // "Tier 0 user", "Tier 0 users"
	Good, Bad string // "are cloud-only", "are synchronised from on-premises"
}

// verbsOfOne are the verbs that do not only take an "s" to go with One.
var verbsOfOne = map[string]string{"are": "is", "were": "was", "have": "has", "do": "does", "carry": "carries",
	"can": "can", "cannot": "cannot", "may": "may", "must": "must", "had": "had", "gave": "gave", "left": "left", "of": "of"}

// agree is Good or Bad as it goes with n subjects.
func agree(n int, said string) string {
	if n != 1 {
		return said
	}
	verb, rest, _ := strings.Cut(said, " ")
	switch one, irregular := verbsOfOne[verb]; {
	case irregular:
		verb = one
	case strings.HasSuffix(verb, "ch"):
		verb += "es"
	case !strings.HasSuffix(verb, "s") && !strings.HasSuffix(verb, "ed"):
		verb += "s"
	}
	return verb + " " + rest
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
	// Needs says what would settle a judgement that is unknown.
	Needs []model.Gap
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

// world is one way in which everything could be: how many subjects that are not
// exempt meet the control, meet its weaker form, or fail.
type world struct {
	met, half, failed int
	critical          bool // a critical subject fails
}

func (w world) total() int { return w.met + w.half + w.failed }

// unseen stands for any number of subjects that were not exported.
const unseen = 1 << 20

// worlds gives the extreme worlds that the judgements, the open exemptions and
// the gaps allow. Every other world lies between them, and the verdicts are
// monotone, so where these agree all agree.
func (t *Tally) worlds() []world {
	best, worst := []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail}, []model.Status{model.StatusFail, model.StatusPartial, model.StatusPass}
	gap := len(t.pass.gaps) > 0
	var worlds []world
	for n := range 4 {
		low := t.exempting(Judgement.lowest, best[:n])
		high := t.exempting(Judgement.highest, worst[:n])
		if gap {
			low.failed, low.critical = low.failed+1, true
			high.met += unseen
		}
		worlds = append(worlds, low, high)
	}
	return worlds
}

// lowest and highest are the grades that a judgement can still turn out to be.
func (j Judgement) lowest() model.Status {
	switch {
	case j.Met == model.True:
		return model.StatusPass
	case j.Half == model.True:
		return model.StatusPartial
	}
	return model.StatusFail
}

func (j Judgement) highest() model.Status {
	switch {
	case j.Met != model.False:
		return model.StatusPass
	case j.Half != model.False:
		return model.StatusPartial
	}
	return model.StatusFail
}

func (t *Tally) world(grade func(Judgement) model.Status) world {
	var w world
	for _, j := range t.all {
		if j.Exempt != model.True {
			w.add(grade(j), 1)
			w.critical = w.critical || j.Critical && grade(j) == model.StatusFail
		}
	}
	return w
}

func (w *world) add(grade model.Status, n int) {
	switch grade {
	case model.StatusPass:
		w.met += n
	case model.StatusPartial:
		w.half += n
	default:
		w.failed += n
	}
}

// exempting is the world without up to model.MaxBreakGlass of the subjects that
// may be exempt: those of the given grades, in that order, critical ones first.
func (t *Tally) exempting(grade func(Judgement) model.Status, order []model.Status) world {
	w := t.world(grade)
	left, critical := model.MaxBreakGlass, 0
	for _, j := range t.all {
		if j.Critical && j.Exempt != model.True && grade(j) == model.StatusFail {
			critical++
		}
	}
	for _, wanted := range order {
		for _, mind := range []bool{true, false} {
			for _, j := range t.all {
				if left == 0 || j.Exempt != model.Unknown || grade(j) != wanted || j.Critical != mind {
					continue
				}
				left--
				w.add(wanted, -1)
				if j.Critical && wanted == model.StatusFail {
					critical--
				}
			}
		}
	}
	w.critical = critical > 0
	return w
}

// decide gives the status in which all worlds agree, or unknown.
func (t *Tally) decide(rule func(world) model.Status) model.Status {
	worlds := t.worlds()
	status := rule(worlds[0])
	for _, w := range worlds[1:] {
		if rule(w) != status {
			return model.StatusUnknown
		}
	}
	return status
}

// Every passes when every subject meets the control, is partial when the rest
// meets its weaker form, and fails as soon as one subject fails, also on partial
// data.
func (t *Tally) Every() Verdict {
	return t.conclude(t.decide(func(w world) model.Status {
		switch {
		case w.failed > 0:
			return model.StatusFail
		case w.half > 0:
			return model.StatusPartial
		case w.met > 0:
			return model.StatusPass
		}
		return nothingToJudge
	}))
}

// Share passes when every subject meets the control, is partial when at least
// the fraction part does and no critical subject fails, and fails otherwise.
func (t *Tally) Share(part float64) Verdict {
	return t.conclude(t.decide(func(w world) model.Status {
		switch {
		case w.critical:
			return model.StatusFail
		case w.total() == 0:
			return nothingToJudge
		case w.met == w.total():
			return model.StatusPass
		case float64(w.met) >= part*float64(w.total()):
			return model.StatusPartial
		}
		return model.StatusFail
	}))
}

// Some passes as soon as one subject meets the control, also on partial data,
// is partial when one meets its weaker form, and fails only when complete data
// holds none.
func (t *Tally) Some() Verdict {
	status := t.decide(func(w world) model.Status {
		switch {
		case w.met > 0:
			return model.StatusPass
		case w.half > 0:
			return model.StatusPartial
		}
		return model.StatusFail
	})
	seen := t.world(Judgement.lowest)
	switch {
	case status == model.StatusUnknown:
		return t.undecided()
	case status == model.StatusPass:
		return t.verdict(status, t.ratio(seen.met, t.words.Good))
	case status == model.StatusPartial:
		return t.verdict(status, t.ratio(seen.half, t.words.Bad))
	case seen.total() == 0:
		return t.verdict(status, fmt.Sprintf("There is no %s.", t.words.One))
	}
	return t.verdict(status, fmt.Sprintf("None of %s %s.", quantity(seen.total(), t.words.One, t.words.Many), t.words.Good))
}

// Band gives the status for a number of subjects from Min to Max.
type Band struct {
	Min, Max int
	Status   model.Status
}

// Count gives the status of the band that the number of subjects with a True
// Met falls in. Where missing data or open exemptions leave a range of numbers,
// every number in it must agree. A number outside all bands fails.
func (t *Tally) Count(bands ...Band) Verdict {
	low, high := t.worlds()[0].met, 0
	for _, w := range t.worlds() {
		low, high = min(low, w.met), max(high, w.met)
	}
	status := bandOf(bands, low)
	for _, n := range edges(bands, low, high) {
		if bandOf(bands, n) == status {
			continue
		}
		v := t.undecided()
		v.summary = fmt.Sprintf("Between %d and %d %s %s; the data does not say how many.", low, high, t.words.Many, t.words.Good)
		if high >= unseen && low == 0 {
			v.summary = fmt.Sprintf("How many %s %s is not known; not all data was read.", t.words.Many, t.words.Good)
		} else if high >= unseen {
			v.summary = fmt.Sprintf("At least %s %s; not all data was read.", quantity(low, t.words.One, t.words.Many), agree(low, t.words.Good))
		}
		return v
	}
	met := t.world(Judgement.highest).met
	return t.verdict(status, fmt.Sprintf("%s %s.", quantity(met, t.words.One, t.words.Many), agree(met, t.words.Good)))
}

// edges lists the numbers in [low, high] at which a band can change.
func edges(bands []Band, low, high int) []int {
	at := []int{high}
	for _, b := range bands {
		for _, n := range []int{b.Min - 1, b.Min, b.Max, b.Max + 1} {
			if n >= low && n <= high {
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

// nothingToJudge is the outcome of complete data without a subject.
const nothingToJudge model.Status = "nothing"

// conclude writes the verdict of Every and Share.
func (t *Tally) conclude(status model.Status) Verdict {
	switch status {
	case nothingToJudge:
		v := t.none
		v.subjects = t.subjects()
		return v
	case model.StatusPass:
		return t.verdict(status, t.everyone())
	case model.StatusFail, model.StatusPartial:
		return t.verdict(status, t.shortfall())
	}
	return t.undecided()
}

// shortfall says how many surely do not qualify, and for how many that is open.
func (t *Tally) shortfall() string {
	sure, most := t.world(Judgement.highest), t.world(Judgement.lowest)
	bad := sure.failed + sure.half
	said := t.ratio(bad, t.words.Bad)
	if open := most.failed + most.half - bad; open > 0 {
		said += fmt.Sprintf(" Not decided for %d more.", open)
	}
	return said
}

func (t *Tally) verdict(status model.Status, summary string) Verdict {
	return Verdict{status: status, summary: summary, subjects: t.subjects(), gaps: t.pass.Gaps()}
}

// undecided is the verdict where worlds differ, with what would settle it.
func (t *Tally) undecided() Verdict {
	v := t.verdict(model.StatusUnknown, "")
	seen, open, doubt := 0, 0, 0
	for _, j := range t.all {
		if j.Exempt == model.True {
			continue
		}
		seen++
		if j.lowest() != j.highest() {
			open++
			v.gaps = append(v.gaps, j.Needs...)
		} else if j.Exempt == model.Unknown && j.Met != model.True {
			doubt++
		}
	}
	all := quantity(seen, t.words.One, t.words.Many)
	switch {
	case open+doubt > 0:
		v.reason, v.summary = model.Unresolved, fmt.Sprintf("Not decided for %d of %s.", open+doubt, all)
	case seen == 0 && len(v.gaps) > 0:
		v.reason, v.summary = v.gaps[0].Reason, fmt.Sprintf("No %s was found, but not all data was read.", t.words.One)
	case len(v.gaps) > 0:
		v.reason, v.summary = v.gaps[0].Reason, fmt.Sprintf("%s seen so far, but not all data was read.", all)
	default:
		v.reason, v.summary = model.Unresolved, fmt.Sprintf("Not decided: %s, and perhaps none that counts.", all)
	}
	sorting.Stable(v.gaps, compareGaps)
	v.gaps = slices.Compact(v.gaps)
	if len(v.gaps) == 0 && open == 0 {
		v.gaps = []model.Gap{{Dataset: model.OwnerDeclarations.Name(), Reason: model.NotCollected,
			Detail: "declare breakGlass: the accounts that are listed may be emergency access accounts"}}
	}
	return v
}

func (t *Tally) everyone() string {
	n := t.world(Judgement.highest).total()
	if n == 1 {
		return fmt.Sprintf("The only %s %s.", t.words.One, agree(1, t.words.Good))
	}
	return fmt.Sprintf("All %d %s %s.", n, t.words.Many, t.words.Good)
}

func (t *Tally) ratio(n int, said string) string {
	total := t.world(Judgement.lowest).total()
	switch {
	case n != total || n == 0:
	case n == 1:
		return fmt.Sprintf("The only %s %s.", t.words.One, agree(1, said))
	default:
		return fmt.Sprintf("All %d %s %s.", n, t.words.Many, said)
	}
	return fmt.Sprintf("%d of %s %s.", n, quantity(total, t.words.One, t.words.Many), agree(n, said))
}

func quantity(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// statusOrder is the order of subjects in a finding: what needs action first.
var statusOrder = []model.Status{model.StatusFail, model.StatusPartial, model.StatusUnknown, model.StatusPass, model.StatusNotApplicable}

func (t *Tally) subjects() []model.Subject {
	subjects := make([]model.Subject, 0, len(t.all))
	for _, j := range t.all {
		subjects = append(subjects, subject(j.Ref, j.status(), j.Detail))
	}
	sorting.Stable(subjects, func(a, b model.Subject) int {
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
