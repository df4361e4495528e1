package facts_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/assesstest"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
)

// observation computes the fact over a case, and concludes a tally of one subject
// with the sign-in log beside it.
func observation(t *testing.T, text string, met model.Truth) (*facts.Observation, model.Finding) {
	t.Helper()
	c, err := assesstest.Parse([]byte(text), nil)
	require.NoError(t, err)
	var got *facts.Observation
	control := &assess.Control{
		ControlInfo: model.ControlInfo{ID: "X-1", Title: "x", Pillar: model.Validation, Level: model.Managed, Severity: model.Low,
			Domain: model.DomainValidation, Rationale: "x", Decides: "x", Remediation: model.Remediation{Summary: "x"}, Statuses: []model.Status{model.StatusPass}},
		Requires: []assess.Dependency{facts.Activity},
		Run: func(p *assess.Pass) (assess.Verdict, error) {
			if got, err = assess.Value(p, facts.Activity); err != nil {
				return assess.Verdict{}, err
			}
			tally := p.Tally(assess.Words{One: "thing", Many: "things", Good: "are good", Bad: "are bad"})
			tally.Judge(model.Ref{Kind: "thing", ID: "1"}, met, "")
			return got.Conclude(tally, model.SignIns.Name(), got.SignedIn, "1 thing"), nil
		},
	}
	a, err := assess.Run(context.Background(), c, []*assess.Control{control}, assess.Options{AsOf: c.AsOf})
	require.NoError(t, err)
	return got, a.Findings[0]
}

const monthOfSignIns = `-- auditLogs/signIns.json --
[{"id": "1", "createdDateTime": "2026-11-19T08:00:00Z", "userId": "a"}, {"id": "2", "createdDateTime": "2026-10-21T08:00:00Z", "userId": "A"}]
-- auditLogs/directoryAudits.json --
[{"id": "d", "activityDateTime": "2026-11-19T08:05:00Z"}]
-- roleManagement/directory/roleAssignmentScheduleRequests.json --
[{"id": "r", "action": "selfActivate", "status": "Provisioned", "principalId": "a", "roleDefinitionId": "x",
  "scheduleInfo": {"startDateTime": "2026-11-19T08:05:00Z", "expiration": {"type": "afterDuration", "duration": "PT1H"}}}]
`

func TestActivityJoinsOnce(t *testing.T) {
	o, f := observation(t, monthOfSignIns, model.True)
	require.Len(t, o.Of("a"), 2)
	require.Equal(t, "2", o.Of("a")[0].ID, "by time")
	require.Len(t, o.Activations, 1)
	require.Len(t, o.During(o.Activations[0]), 1)
	require.Equal(t, assesstest.AsOf.Add(-28*24*time.Hour), o.From)
	require.Equal(t, model.Complete, o.Requested.State)
	require.Equal(t, []model.Truth{model.True, model.False, model.False, model.Unknown},
		[]model.Truth{o.Within(o.From), o.Within(o.From.Add(-1)), o.Within(o.To.Add(1)), o.Within(time.Time{})})
	require.Equal(t, model.StatusPass, f.Status)
	require.Equal(t, model.ConfidenceObserved, f.Confidence)
	require.Equal(t, "2026-10-21 to 2026-11-20, 2 records; 1 thing", f.Subjects[1].Detail)
}

func TestAShortLogProvesNothingAndExcusesNothing(t *testing.T) {
	short := strings.Replace(monthOfSignIns, "2026-10-21", "2026-11-01", 1)
	cut := monthOfSignIns + "-- partial --\nauditLogs/signIns\n"
	_, none, _ := strings.Cut(monthOfSignIns, "-- auditLogs/directoryAudits.json --")
	none = "-- auditLogs/directoryAudits.json --" + none
	for name, text := range map[string]string{"short": short, "cut": cut, "none": none} {
		_, good := observation(t, text, model.True)
		require.Equal(t, model.StatusUnknown, good.Status, name)
		require.Equal(t, model.SignIns.Name(), good.Needs[0].Dataset, name)
		_, bad := observation(t, text, model.False)
		require.Equal(t, model.StatusFail, bad.Status, name)
		require.Equal(t, "The only thing is bad.", bad.Summary, name)
	}
}
