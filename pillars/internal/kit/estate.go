package kit

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

// Estate is which of the tenant's devices are workstations by the declared rule.
// What keeps the rule from recognising any is a gap of every control that reads it.
type Estate struct {
	// Sure are workstations, in the order of the export.
	Sure []model.Device
	// Open is how many more may be, all of a tenant's devices where nothing is
	// declared, and FirstOpen the first of these.
	Open      int
	FirstOpen model.Device
	// InUse says that one of either is not known to be disabled.
	InUse bool

	rule   PAWRule
	others model.Truth         // whether devices are workstations that are not marked
	marked map[int]model.Truth // by the place among the devices
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
	e, scratch, place := &Estate{rule: r, others: model.False, marked: map[int]model.Truth{}}, attributes{}, 0
	if r.unread {
		e.others = model.Unknown
	}
	for d := range devices.Each() {
		is := r.is(d, scratch)
		switch is {
		case model.True:
			e.Sure = append(e.Sure, *d)
		case model.Unknown:
			if e.Open++; e.Open == 1 {
				e.FirstOpen = *d
			}
		}
		e.InUse = e.InUse || is != model.False && model.Equals(d.AccountEnabled, false) != model.True
		if is != e.others {
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
	return e.others
}
