package kit

import (
	"slices"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

// Record is what an owner stated about things that were done on some day: drills,
// changes, incidents.
type Record struct {
	statements []model.Attestation
	read       bool // the declarations are there
}

// Records lists the statements for some controls that count: with an owner, a
// statement and a day that has come, and not expired. The control requires or
// wants [model.OwnerDeclarations].
func Records(p *assess.Pass, controls ...string) Record {
	rows := assess.Rows(p, model.OwnerDeclarations)
	declarations, _ := rows.Only()
	list := Record{read: rows.Coverage().State == model.Complete}
	declarations.Attestations.Is(func(all []model.Attestation) bool {
		for _, a := range all {
			if slices.Contains(controls, a.Control) && !model.Blank(a.Owner) && !model.Blank(a.Statement) && !a.Performed.IsZero() &&
				!a.Performed.After(p.AsOf()) && (a.Expires.IsZero() || !a.Expires.Past(p.AsOf())) {
				list.statements = append(list.statements, a)
			}
		}
		return true
	})
	return list
}

// Of finds the statement about an instant: one of the same day, or of the day
// before or after it (UTC). Unknown where the instant is not known and some
// statement may fit, or where there are no declarations.
func (r Record) Of(at time.Time) (found model.Truth, statement string) {
	if at.IsZero() && len(r.statements) > 0 {
		return model.Unknown, ""
	}
	for _, r := range r.statements {
		if apart := at.UTC().Truncate(oneDay).Sub(r.Performed.UTC().Truncate(oneDay)); apart.Abs() <= oneDay {
			return model.True, r.Statement
		}
	}
	if !r.read {
		return model.Unknown, ""
	}
	return model.False, ""
}

const oneDay = 24 * time.Hour

// AttestedWithEvidence is [assess.Attested] for a statement that must name something
// that others can look up; missing is what to say where none does.
func AttestedWithEvidence(p *assess.Pass, maxAge time.Duration, missing string) assess.Verdict {
	v := assess.Attested(p, maxAge)
	if v.Status() == model.StatusPass && !slices.ContainsFunc(assess.Attestations(p, maxAge), namesEvidence) {
		return assess.NotAttested("%s", missing)
	}
	return v
}

func namesEvidence(a model.Attestation) bool {
	return slices.ContainsFunc(a.Evidence, func(reference string) bool { return !model.Blank(reference) })
}
