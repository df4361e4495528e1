package assess

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

func finding(id string, pillar model.Pillar, level model.Level, status model.Status) model.Finding {
	return model.Finding{Control: id, Pillar: pillar, Level: level, Status: status, Severity: model.Medium,
		Gate: Gates(pillar, level, id)}
}

func TestMaturityIsAnInterval(t *testing.T) {
	pass, fail, unknown, partial, na := model.StatusPass, model.StatusFail, model.StatusUnknown, model.StatusPartial, model.StatusNotApplicable
	control := model.Control
	tests := []struct {
		name                 string
		findings             []model.Finding
		confirmed, potential model.Level
		missing              []string
	}{
		{"nothing known", nil, 1, 5, []string{"CTL-02", "CTL-08"}},
		{"one gate fails", []model.Finding{finding("CTL-02", control, 2, fail), finding("CTL-08", control, 2, pass)}, 1, 1, []string{"CTL-02"}},
		{"one gate open", []model.Finding{finding("CTL-02", control, 2, unknown), finding("CTL-08", control, 2, pass)}, 1, 5, []string{"CTL-02"}},
		{"level 2", []model.Finding{finding("CTL-02", control, 2, pass), finding("CTL-08", control, 2, pass)}, 2, 5, []string{"CTL-01", "CTL-03", "CTL-05"}},
		{"a partial gate is not met", []model.Finding{finding("CTL-02", control, 2, pass), finding("CTL-08", control, 2, partial)}, 1, 1, []string{"CTL-08"}},
		{"gates that do not apply never meet a level by themselves", []model.Finding{finding("CTL-02", control, 2, na), finding("CTL-08", control, 2, na)}, 1, 1, []string{}},
		{"CTL-01 partial is enough for level 3 and not for 4", []model.Finding{
			finding("CTL-02", control, 2, pass), finding("CTL-08", control, 2, pass),
			finding("CTL-01", control, 3, partial), finding("CTL-03", control, 3, pass), finding("CTL-05", control, 3, pass)}, 3, 3,
			[]string{"CTL-01", "CTL-09", "CTL-11", "CTL-14", "CTL-16", "CTL-19"}},
		{"the other controls of a level must earn 80 %", []model.Finding{
			finding("CTL-02", control, 2, pass), finding("CTL-08", control, 2, pass),
			finding("CTL-01", control, 3, pass), finding("CTL-03", control, 3, pass), finding("CTL-05", control, 3, pass),
			finding("CTL-07", control, 3, pass), finding("CTL-10", control, 3, partial)}, 2, 2, []string{"CTL-10"}},
		{"exactly 80 % is enough", []model.Finding{
			finding("CTL-02", control, 2, pass), finding("CTL-08", control, 2, pass),
			finding("CTL-01", control, 3, pass), finding("CTL-03", control, 3, pass), finding("CTL-05", control, 3, pass),
			finding("CTL-07", control, 3, pass), finding("CTL-10", control, 3, pass), finding("CTL-12", control, 3, pass),
			finding("CTL-18", control, 3, partial), finding("CTL-91", control, 3, partial)}, 3, 5,
			[]string{"CTL-09", "CTL-11", "CTL-14", "CTL-16", "CTL-19"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			score := maturity(control, tt.findings)
			require.Equal(t, tt.confirmed, score.Maturity.Confirmed, "confirmed")
			require.Equal(t, tt.potential, score.Maturity.Potential, "potential")
			require.Equal(t, tt.missing, score.Next.Missing)
		})
	}
}

func TestConfirmedNeverExceedsPotential(t *testing.T) {
	statuses := model.Statuses()
	for _, a := range statuses {
		for _, b := range statuses {
			for _, c := range statuses {
				score := maturity(model.Control, []model.Finding{finding("CTL-02", model.Control, 2, a),
					finding("CTL-08", model.Control, 2, b), finding("CTL-90", model.Control, 2, c)})
				require.LessOrEqual(t, score.Maturity.Confirmed, score.Maturity.Potential, "%s %s %s", a, b, c)
			}
		}
	}
}

func TestScoreAndCaps(t *testing.T) {
	var controls []*Control
	var findings []model.Finding
	for i, domain := range model.AssessmentDomains() {
		id := string(rune('A' + i))
		controls = append(controls, &Control{ControlInfo: model.ControlInfo{ID: id, Domain: domain}})
		findings = append(findings, model.Finding{Control: id, Status: model.StatusPass, Severity: model.Low})
	}
	a := &model.Assessment{Findings: findings}
	score(a, controls)
	require.Equal(t, model.Headline{WeakestPillar: model.Foundation, Maturity: 1, Score: 100, Band: "Strong"}, a.Headline)

	a = &model.Assessment{Findings: append(findings, model.Finding{Control: "CTL-01", Status: model.StatusFail})}
	score(a, controls)
	require.Equal(t, 60, a.Headline.Score)
	require.Equal(t, "Poor", a.Headline.Band)
	require.Equal(t, []string{"CTL-01"}, a.Headline.Caps)

	findings[0].Status, findings[1].Status, findings[2].Status = model.StatusUnknown, model.StatusUnknown, model.StatusNotAttested
	a = &model.Assessment{Findings: findings}
	score(a, controls)
	require.Equal(t, 48, a.Headline.Score, "undecided earns nothing: 14 of 29")
	require.True(t, a.Headline.Provisional)
	require.InDelta(t, 50, a.Coverage, 0.01)
}

func TestBandsRoundHalfUp(t *testing.T) {
	for value, want := range map[float64]int{40.4: 40, 40.5: 41, 90.5: 91} {
		scores := []model.DomainScore{}
		for _, d := range model.AssessmentDomains() {
			scores = append(scores, model.DomainScore{ID: d, Percent: value})
		}
		require.Equal(t, want, overall(scores))
	}
}
