package assess

import (
	"slices"
	"time"

	"github.com/privpath/privpath/model"
)

// EmergencyAccounts are the declared break-glass accounts. They are never
// guessed: no program can tell them from the tenant alone.
type EmergencyAccounts struct {
	declared bool
	ids      []string
	excess   []string
}

// BreakGlass is the fact of the declared break-glass accounts. Undeclared, it
// leaves every account open ([EmergencyAccounts.Is] is Unknown) and does not by
// itself keep a control from passing.
var BreakGlass = &Fact[EmergencyAccounts]{
	ID:       "breakGlass",
	Requires: []Dependency{model.OwnerDeclarations},
	Compute: func(p *Pass) (EmergencyAccounts, error) {
		declarations, _ := Rows(p, model.OwnerDeclarations).Only()
		return emergencyAccounts(declarations), nil
	},
}

func emergencyAccounts(d model.Declarations) EmergencyAccounts {
	var e EmergencyAccounts
	e.declared = d.BreakGlass.Is(func(list []model.BreakGlass) bool {
		for _, account := range list {
			if account.ID.Is(func(id string) bool { e.add(id); return id != "" }) != model.True {
				return false // an entry without an id could be anyone
			}
		}
		return true
	}) == model.True
	if len(e.ids) > model.MaxBreakGlass {
		e.ids, e.excess = e.ids[:model.MaxBreakGlass:model.MaxBreakGlass], e.ids[model.MaxBreakGlass:]
	}
	return e
}

// add lists an account once, however often it was declared.
func (e *EmergencyAccounts) add(id string) {
	if !slices.ContainsFunc(e.ids, func(known string) bool { return model.SameID(known, id) }) {
		e.ids = append(e.ids, id)
	}
}

// Declared reports whether the owner declared the break-glass accounts, be it
// that there are none.
func (e EmergencyAccounts) Declared() bool { return e.declared }

// IDs lists the declared accounts, at most [model.MaxBreakGlass].
func (e EmergencyAccounts) IDs() []string { return e.ids }

// Excess lists the declared accounts beyond the first [model.MaxBreakGlass]: they are
// excused from nothing, and what is asked of break glass is asked of them too.
func (e EmergencyAccounts) Excess() []string { return e.excess }

// Is says whether the account is a break-glass account: Unknown where none were
// declared.
func (e EmergencyAccounts) Is(id string) model.Truth {
	if !e.declared {
		return model.Unknown
	}
	return model.Of(slices.ContainsFunc(e.ids, func(known string) bool { return model.SameID(known, id) }))
}

// Attested is the verdict of a control that rests on the owner's statement. A
// statement counts until its expiry date, and no longer than maxAge after it was
// performed; one performed in the future, or without an owner, counts for
// nothing.
func Attested(p *Pass, maxAge time.Duration) Verdict {
	declarations, _ := Rows(p, model.OwnerDeclarations).Only()
	verdict := Verdict{status: model.StatusNotAttested, reason: model.ReasonNotAttested,
		summary: "No attestation: add one for " + p.control.ID + " to declarations.json.", confidence: model.ConfidenceAttested}
	declarations.Attestations.Is(func(list []model.Attestation) bool {
		for i, a := range list {
			if a.Control != p.control.ID {
				continue
			}
			if v := judgeAttestation(p, declarations, i, a, maxAge); better(v, verdict) || len(verdict.subjects) == 0 {
				verdict = v
			}
		}
		return true
	})
	return verdict
}

// Attestations lists the statements for the running control that count, as
// [Attested] judges them.
func Attestations(p *Pass, maxAge time.Duration) []model.Attestation {
	declarations, _ := Rows(p, model.OwnerDeclarations).Only()
	var valid []model.Attestation
	declarations.Attestations.Is(func(list []model.Attestation) bool {
		for i, a := range list {
			if a.Control == p.control.ID && judgeAttestation(p, declarations, i, a, maxAge).status == model.StatusPass {
				valid = append(valid, a)
			}
		}
		return true
	})
	return valid
}

func better(a, b Verdict) bool {
	rank := map[model.Status]int{model.StatusPass: 2, model.StatusAttestationExpired: 1}
	return rank[a.status] > rank[b.status]
}

func judgeAttestation(p *Pass, d model.Declarations, i int, a model.Attestation, maxAge time.Duration) Verdict {
	ref := model.Ref{Kind: "attestation", ID: a.Control, Name: a.Statement}.
		With(d.Evidence(pointer("attestations", i), a))
	void := func(status model.Status, reason model.Reason, format string, args ...any) Verdict {
		v := Unknown(reason, format, args...)
		v.status, v.confidence = status, model.ConfidenceAttested
		return v.About(ref)
	}
	invalid := func(format string, args ...any) Verdict {
		return void(model.StatusNotAttested, model.ReasonNotAttested, format, args...)
	}
	switch {
	case model.Blank(a.Owner) || model.Blank(a.Statement):
		return invalid("The attestation names no owner or makes no statement, so it counts for nothing.")
	case a.Performed.IsZero():
		return invalid("The attestation does not say when it was performed, so it counts for nothing.")
	case a.Performed.After(p.AsOf()):
		return invalid("The attestation says it was performed on %s, after the date of this assessment.", a.Performed.Format(time.DateOnly))
	case a.Performed.Add(maxAge).Before(p.AsOf()) || !a.Expires.IsZero() && a.Expires.Past(p.AsOf()):
		return void(model.StatusAttestationExpired, model.ReasonExpired,
			"The statement of %s, performed %s, is too old: it counts for nothing until it is renewed.", a.Owner, a.Performed.Format(time.DateOnly))
	}
	v := Verdict{status: model.StatusPass, confidence: model.ConfidenceAttested,
		summary: "Attested by " + a.Owner + ", performed " + a.Performed.Format(time.DateOnly) + ": " + a.Statement}
	return v.About(ref)
}
