package isolation

import (
	"iter"
	"slices"

	"github.com/privpath/privpath/model"
)

// enrolments finds Intune's records of a device among those of all devices.
type enrolments struct {
	model.Rows[model.ManagedDevice]
	rows  []*model.ManagedDevice
	named map[string][]int // by folded deviceId
	open  []int            // those that do not tell their device
}

func enrolmentsIn(managed model.Rows[model.ManagedDevice]) enrolments {
	e := enrolments{Rows: managed, named: map[string][]int{}}
	for m := range managed.Each() {
		i := len(e.rows)
		e.rows = append(e.rows, m)
		model.Fold(m.AzureADDeviceID,
			func() model.Truth { e.open = append(e.open, i); return model.Unknown },
			no,
			func(id string) model.Truth {
				e.named[model.FoldID(id)] = append(e.named[model.FoldID(id)], i)
				return model.True
			})
	}
	return e
}

// of yields, in the order of the export, every record that [sameDevice] does not
// tell to be another device's.
func (e enrolments) of(d model.Device) iter.Seq[*model.ManagedDevice] {
	candidates := model.Fold(d.DeviceID,
		func() []int {
			all := slices.Clone(e.open)
			for _, named := range e.named {
				all = append(all, named...)
			}
			return all
		},
		func() []int { return slices.Clone(e.open) },
		func(id string) []int { return append(slices.Clone(e.open), e.named[model.FoldID(id)]...) })
	slices.Sort(candidates)
	return func(yield func(*model.ManagedDevice) bool) {
		for _, i := range candidates {
			if !yield(e.rows[i]) {
				return
			}
		}
	}
}
