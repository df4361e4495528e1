package isolation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// judgeEstate gives a tally with one judgement a workstation. Disabled ones are
// out of use. A tenant without any fails: what the framework asks of
// workstations is not there.
func judgeEstate(p *assess.Pass, words assess.Words, judge func(model.Device) assess.Judgement) (*assess.Tally, error) {
	rule, err := assess.Value(p, kit.Workstations)
	if err != nil {
		return nil, err
	}
	tally := p.Tally(words)
	tally.None(assess.Fail("No enabled device of the tenant is a workstation by the declared rule."))
	found := estate(rule, assess.Rows(p, model.Devices))
	for _, d := range found.sure {
		j := judge(d)
		j.Exempt = model.False
		switch model.Fold(d.AccountEnabled, unknown, unknown, model.Of) {
		case model.False:
			j.Exempt, j.Detail = model.True, "disabled"
		case model.Unknown:
			j.Met, j.Half = model.Unknown, model.Unknown
		}
		tally.Add(j)
	}
	if len(found.open) > 0 {
		tally.Judge(deviceRef(found.open[0]), model.Unknown,
			"whether this and %d other devices are workstations cannot be told from what was exported", len(found.open)-1)
	}
	return tally, nil
}
