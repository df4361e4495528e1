package kit

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/activity"
	"github.com/privpath/privpath/model"
)

// SignInDevices says which devices of sign-ins are workstations. Sign-ins carry
// the deviceId, which is not the object id that workstations are declared by.
type SignInDevices map[string]model.Truth

// SignInDeviceNeeds is what [ReadSignInDevices] requires.
var SignInDeviceNeeds = []assess.Dependency{Devices, model.Devices}

// ReadSignInDevices reads the tenant's devices. Two of one deviceId that are not
// alike leave it unknown.
func ReadSignInDevices(p *assess.Pass) (SignInDevices, error) {
	estate, err := assess.Value(p, Devices)
	if err != nil {
		return nil, err
	}
	devices, place := assess.Rows(p, model.Devices), 0
	found := make(SignInDevices, devices.Len())
	for d := range devices.Each() {
		d.DeviceID.Is(func(id string) bool {
			is, key := estate.at(place), model.FoldID(id)
			if before, twice := found[key]; twice && before != is {
				is = model.Unknown
			}
			found[key] = is
			return true
		})
		place++
	}
	return found, nil
}

// Workstation says whether a sign-in came from a workstation. A device that is no
// longer in the directory may have been one.
func (r SignInDevices) Workstation(d activity.Device) model.Truth {
	if d.Identified != model.True {
		return d.Identified
	}
	return r[model.FoldID(d.ID)]
}
