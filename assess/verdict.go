package assess

import (
	"fmt"

	"github.com/privpath/privpath/model"
)

// Verdict is a control's answer. Its zero value is unknown, and its fields are
// unexported: a pass comes only out of a [Tally] or a valid attestation.
type Verdict struct {
	status     model.Status
	confidence model.Confidence
	summary    string
	reason     model.Reason
	subjects   []model.Subject
	gaps       []model.Gap
}

// Status is the verdict's status.
func (v Verdict) Status() model.Status {
	if v.status == "" {
		return model.StatusUnknown
	}
	return v.status
}

// Unknown is the verdict of a control that the data does not decide.
func Unknown(reason model.Reason, format string, args ...any) Verdict {
	return Verdict{status: model.StatusUnknown, reason: reason, summary: fmt.Sprintf(format, args...)}
}

// NotApplicable is the verdict of a control that has nothing to speak of in this
// tenant. The data must prove that; a tally's [Tally.None] sees to it.
func NotApplicable(format string, args ...any) Verdict {
	return Verdict{status: model.StatusNotApplicable, summary: fmt.Sprintf(format, args...)}
}

// Fail is a failing verdict without subjects, as where a capability is missing.
func Fail(format string, args ...any) Verdict {
	return Verdict{status: model.StatusFail, summary: fmt.Sprintf(format, args...)}
}

// NotAttested is the verdict of a control that rests on a statement which the
// owner did not make, or not in full.
func NotAttested(format string, args ...any) Verdict {
	return Verdict{status: model.StatusNotAttested, reason: model.ReasonNotAttested,
		summary: fmt.Sprintf(format, args...), confidence: model.ConfidenceAttested}
}

// About adds the objects that the verdict speaks of.
func (v Verdict) About(refs ...model.Ref) Verdict {
	for _, ref := range refs {
		v.subjects = append(v.subjects, subject(ref, v.Status(), ""))
	}
	return v
}

// AtMost lowers a verdict: a pass becomes partial with the reason given. Other
// verdicts stay as they are.
func (v Verdict) AtMost(status model.Status, summary string) Verdict {
	if v.status == model.StatusPass && status == model.StatusPartial {
		v.status, v.summary = status, summary
	}
	return v
}

// Observed marks a verdict as resting on events, not on configuration.
func (v Verdict) Observed() Verdict {
	v.confidence = model.ConfidenceObserved
	return v
}

func subject(ref model.Ref, status model.Status, detail string) model.Subject {
	return model.Subject{Kind: ref.Kind, ID: ref.ID, Name: ref.Name, Status: status, Detail: detail, Evidence: ref.Evidence}
}
