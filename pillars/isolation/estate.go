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
	found, err := assess.Value(p, kit.Devices)
	if err != nil {
		return nil, err
	}
	tally := p.Tally(words)
	tally.None(assess.Fail("No enabled device of the tenant is a workstation by the declared rule."))
	assess.Rows(p, model.Devices) // there may be more where they were not all read
	for _, d := range found.Sure {
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
	judgeOpen(tally, found)
	return tally, nil
}

// judgeOpen adds what may be workstations, as one.
func judgeOpen(tally *assess.Tally, found *kit.Estate) {
	if found.Open > 0 {
		tally.Judge(deviceRef(found.FirstOpen), model.Unknown,
			"whether this and %d other devices are workstations cannot be told from what was exported", found.Open-1)
	}
}
