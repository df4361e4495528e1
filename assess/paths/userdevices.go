package paths

import (
	"iter"
	"slices"

	"github.com/privpath/privpath/internal/byid"
	"github.com/privpath/privpath/model"
)

// userDevices lists the managed devices that users sign in on, by the places of both
// in the export: a large tenant has half a million of each.
type userDevices struct {
	first  []uint32            // by the place of the user: where the user's begin in list; and the end
	list   []uint32            // places of devices
	others map[string][]uint32 // of users that were not exported, by folded id
}

// userDevice is a user with a device, by their places.
type userDevice struct{ user, device uint32 }

// readDevices lists the managed devices that each user signs in on: those that
// the user registered, and those that Intune ties to the user.
func (x *index) readDevices() {
	owners := map[string][]string{} // by folded device id
	for owner := range model.RowsOf(x.tenant, model.DeviceOwners, nil).Each() {
		id := model.FoldID(owner.Parent())
		owners[id] = append(owners[id], owner.ID)
	}
	devices := model.RowsOf(x.tenant, model.Devices, nil)
	x.managed = model.False
	if devices.Coverage().State != model.Complete {
		x.managed = model.Unknown
	}
	x.devices = byid.New(devices, func(d *model.Device) string { return d.ID })
	byDeviceID := byid.New(devices, func(d *model.Device) (id string) {
		d.DeviceID.Is(func(is string) bool { id = is; return true })
		return id
	})
	pairs := make([]userDevice, 0, devices.Len())
	x.signsInOn.others = map[string][]uint32{}
	add := func(user string, device int) {
		switch place := x.dir.Place(user); {
		case user == "":
		case place >= 0:
			pairs = append(pairs, userDevice{uint32(place), uint32(device)})
		default:
			user = model.FoldID(user)
			x.signsInOn.others[user] = append(x.signsInOn.others[user], uint32(device))
		}
	}
	place := -1
	for d := range devices.Each() {
		place++
		managed := model.Equals(d.IsManaged, true)
		x.managed = model.Or(x.managed, managed)
		if managed == model.False {
			continue
		}
		for _, owner := range owners[model.FoldID(d.ID)] {
			add(owner, place)
		}
		d.RegisteredOwners.Is(func(list []model.DirectoryObject) bool {
			for _, owner := range list {
				add(owner.ID, place)
			}
			return true
		})
	}
	for m := range model.RowsOf(x.tenant, model.ManagedDevices, nil).Each() {
		x.managed = model.True
		m.AzureADDeviceID.Is(func(id string) bool {
			place := byDeviceID.Place(id)
			return place >= 0 && m.UserID.Is(func(user string) bool { add(user, place); return true }) == model.True
		})
	}
	x.gatherDevices(pairs)
}

// gatherDevices sorts devices to their users, by counting.
func (x *index) gatherDevices(pairs []userDevice) {
	u := &x.signsInOn
	u.first = make([]uint32, x.dir.UserCount()+1)
	for _, p := range pairs {
		u.first[p.user+1]++
	}
	for i := range x.dir.UserCount() {
		u.first[i+1] += u.first[i]
	}
	u.list = make([]uint32, len(pairs))
	next := slices.Clone(u.first)
	for _, p := range pairs {
		u.list[next[p.user]] = p.device
		next[p.user]++
	}
}

// devicesOf lists a user's devices, each once, as they were found.
func (x *index) devicesOf(user string) []*model.Device {
	u := &x.signsInOn
	places := u.others[model.FoldID(user)]
	if i := x.dir.Place(user); i >= 0 {
		places = u.list[u.first[i]:u.first[i+1]]
	}
	var devices []*model.Device
	seen := make(map[string]bool, len(places)) // one user may have enrolled every device
	for _, place := range places {
		if id := x.devices.ID(int(place)); !seen[id] {
			seen[id] = true
			devices = append(devices, x.devices.At(int(place)))
		}
	}
	return devices
}

// users yields every user's id with the id of each of the user's devices, in any order
// and perhaps more than once.
func (x *index) users() iter.Seq2[string, string] {
	u := &x.signsInOn
	return func(yield func(user, device string) bool) {
		each := func(user string, places []uint32) bool {
			return !slices.ContainsFunc(places, func(place uint32) bool { return !yield(user, x.devices.ID(int(place))) })
		}
		for i := range x.dir.UserCount() {
			if !each(x.dir.UserID(i), u.list[u.first[i]:u.first[i+1]]) {
				return
			}
		}
		for user, places := range u.others {
			if !each(user, places) {
				return
			}
		}
	}
}
