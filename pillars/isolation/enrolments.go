package isolation

import (
	"iter"
	"slices"

	"github.com/privpath/privpath/model"
)

// enrolments finds Intune's records of some devices among those of all devices.
type enrolments struct {
	model.Rows[model.ManagedDevice]
	rows  []*model.ManagedDevice
	named map[string][]int // by folded deviceId
	open  []int            // those that do not tell their device
}

// enrolmentsIn keeps the records of the devices that will be asked for: Intune has
// many more.
func enrolmentsIn(managed model.Rows[model.ManagedDevice], devices []model.Device) enrolments {
	e := enrolments{Rows: managed, named: map[string][]int{}}
	all := false // of a device that does not tell its deviceId each may be the record
	for _, d := range devices {
		all = all || !d.DeviceID.Exported()
		d.DeviceID.Is(func(id string) bool { e.named[model.FoldID(id)] = nil; return true })
	}
	for m := range managed.Each() {
		model.Fold(m.AzureADDeviceID,
			func() model.Truth { e.open = append(e.open, e.keep(m)); return model.Unknown },
			no,
			func(id string) model.Truth {
				id = model.FoldID(id)
				if of, asked := e.named[id]; asked || all {
					e.named[id] = append(of, e.keep(m))
				}
				return model.True
			})
	}
	return e
}

// keep gives the place of a record among those that are kept.
func (e *enrolments) keep(m *model.ManagedDevice) int {
	kept := *m
	e.rows = append(e.rows, &kept)
	return len(e.rows) - 1
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
