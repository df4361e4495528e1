package kit

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

// Estate is which of the tenant's devices are workstations by the declared rule.
// What keeps the rule from recognising any is a gap of every control that reads it.
type Estate struct {
	// Sure are workstations, Open may be, both in the order of the export.
	Sure, Open []model.Device

	rule   PAWRule
	marked map[int]model.Truth // by the place among the devices; all others are none
}

// Devices is the fact of the tenant's workstations: a tenant has many devices, and
// they are looked at once for all controls. A control that reads it takes
// [model.Devices] too, whose coverage it judges.
var Devices = &assess.Fact[*Estate]{
	ID:       "workstationDevices",
	Requires: []assess.Dependency{Workstations, model.Devices},
	Compute: func(p *assess.Pass) (*Estate, error) {
		rule, err := assess.Value(p, Workstations)
		if err != nil {
			return nil, err
		}
		return rule.among(assess.Rows(p, model.Devices)), nil
	},
}

func (r PAWRule) among(devices model.Rows[model.Device]) *Estate {
	e, scratch, place := &Estate{rule: r, marked: map[int]model.Truth{}}, attributes{}, 0
	for d := range devices.Each() {
		switch is := r.is(d, scratch); is {
		case model.True:
			e.Sure = append(e.Sure, *d)
			e.marked[place] = is
		case model.Unknown:
			e.Open = append(e.Open, *d)
			e.marked[place] = is
		}
		place++
	}
	return e
}

// Gaps lists what keeps the rule from recognising workstations.
func (e *Estate) Gaps() []model.Gap { return e.rule.Gaps() }

// at says whether the device at a place is a workstation.
func (e *Estate) at(place int) model.Truth {
	if is, ok := e.marked[place]; ok {
		return is
	}
	return model.False
}
