package assesstest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

// A control that passes whatever a user's record says is found out; one that
// reads a property is not.
func TestTurns(t *testing.T) {
	c, err := Parse([]byte("why\n-- users.json --\n[{\"id\":\"u\",\"accountEnabled\":true}]\n"), nil)
	require.NoError(t, err)
	info := model.ControlInfo{ID: "XX-01", Title: "t", Pillar: model.Foundation, Level: model.Developing, Severity: model.Low,
		Domain: model.DomainIdentity, Basis: model.ConfidenceDecided, Rationale: "r", Decides: "d",
		Remediation: model.Remediation{Summary: "s"}, Statuses: []model.Status{model.StatusPass, model.StatusFail}}
	judging := func(met func(model.User) model.Truth) *assess.Control {
		return &assess.Control{
			ControlInfo: info,
			Requires:    []assess.Dependency{model.Users},
			Run: func(p *assess.Pass) (assess.Verdict, error) {
				tally := p.Tally(assess.Words{One: "user", Many: "users", Good: "are good", Bad: "are bad"})
				for u := range assess.Rows(p, model.Users).All() {
					tally.Judge(model.Ref{Kind: "user", ID: u.ID}, met(u), "")
				}
				return tally.Every(), nil
			},
		}
	}
	turns, err := Turns(judging(func(u model.User) model.Truth { return u.AccountEnabled.Is(func(on bool) bool { return on }) }), c)
	require.NoError(t, err)
	require.True(t, turns)
	turns, err = Turns(&assess.Control{ControlInfo: info, Run: func(p *assess.Pass) (assess.Verdict, error) {
		tally := p.Tally(assess.Words{One: "user", Many: "users", Good: "are good", Bad: "are bad"})
		tally.Judge(model.Ref{Kind: "user", ID: "u"}, model.True, "")
		return tally.Every(), nil
	}}, c)
	require.NoError(t, err)
	require.False(t, turns)
}
