package paths

import (
	"slices"

	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/paths/internal/horn"
	"github.com/privpath/privpath/assess/paths/internal/powers"
	"github.com/privpath/privpath/model"
)

// device: somebody runs code on a device.
func (b *builder) device(head horn.Atom, id string) {
	d, _ := b.devices.Find(id)
	to := b.deviceRefOf(id)
	managed := []model.Evidence{d.Evidence("/isManaged", d.IsManaged)}
	b.conclude(head, surely.shown(hop{edge: edgeRunsCodeOn, to: to, text: "runs code on " + to.Name + " through its management", evidence: managed}), powerAtom(atomPower, powers.RunOnDevices))
	b.byIntune(head, to, func(a model.IntuneRoleAssignment) model.Truth { return b.intuneScope(a, d) })
	opens := func(p powers.Power, shielded model.Truth) {
		shown := hop{edge: edgeOpensDevice, to: to, text: "opens " + to.Name + ", if it can be reached, with the power to " + p.String(), evidence: managed}
		why := unfollowed(p).shown(shown)
		b.conclude(head, why.about(shielded.Not(), model.Devices.Name(), "whether a restricted unit shields the device is not known"), powerAtom(atomPower, p))
		for _, scoped := range b.scopedOver(p, id) {
			shown := shown
			if unit := (inUnit{scoped.scope, id}); unit.passed() {
				shown.over, shown.text = unit, "holds "+to.Name+", so that the role over it "+shown.text
			}
			b.conclude(head, unfollowed(p).shown(shown).with(scoped.because).about(model.Or(shielded.Not(), b.restrictedScope(scoped.scope)), model.Devices.Name(), "whether a restricted unit shields the device is not known"),
				roleKey(scoped.role, scoped.scope))
		}
	}
	// A restricted unit keeps its devices' secrets from roles at tenant scope.
	shielded := set(d.IsManagementRestricted)
	opens(powers.ReadLocalAdminPasswords, shielded)
	opens(powers.ReadBitLockerKeys, shielded)
	if b.isCloudPC(d) != model.False {
		opens(powers.ManageCloudPCs, model.False)
	}
	if b.roles[deviceLocalAdministrator] != nil && model.Equals(d.TrustType, "AzureAd") != model.False {
		b.conclude(head, open(model.Need{Dataset: model.Devices.Name(), Reason: model.Unresolved, Detail: "whether somebody who is local administrator of " + to.Name + " gets at it is not known"}).
			shown(hop{edge: edgeAdministersDevice, to: to, text: "is local administrator of " + to.Name + ", if it can be reached", evidence: managed}), roleKey(deviceLocalAdministrator, tenantWide))
	}
}

// deviceLocalAdministrator is Microsoft Entra Joined Device Local Administrator,
// whose power is on the devices and in none of its actions.
// Source: learn.microsoft.com/entra/identity/devices/assign-local-admin.
const deviceLocalAdministrator = "9f06204d-73c1-4d4c-880a-6edb90606fd8"

// isCloudPC asks whether a device is a Windows 365 Cloud PC.
func (b *builder) isCloudPC(d *model.Device) model.Truth {
	rows := model.RowsOf(b.tenant, model.CloudPCs, nil)
	found := model.Of(rows.Coverage().State != model.Complete && rows.Coverage().Reason != model.NotLicensed)
	if found == model.True {
		found = model.Unknown
	}
	for row := range rows.All() {
		found = model.Or(found, model.Fold(row.AADDeviceID, func() model.Truth { return model.Unknown }, func() model.Truth { return model.False },
			func(id string) model.Truth {
				return d.DeviceID.Is(func(own string) bool { return model.SameID(own, id) })
			}))
	}
	return found
}

// takeovers adds who can run code on a device of the kind that the user signs in
// on: the session there is theirs.
func (b *builder) takeovers(head horn.Atom, user string, place int) {
	devices := b.devicesOf(user)
	for _, d := range devices {
		is := b.demands.base.IsPAW(*d)
		if place == device {
			is = is.Not()
		}
		b.conclude(head, because{truth: model.And(is, managedBy(d))}.needing(model.Need{Dataset: model.Devices.Name(), Reason: model.Unresolved,
			Detail: "whether " + textOf(d.DisplayName, d.ID) + " is managed, and a privileged access workstation, is not known"}).
			shown(hop{edge: edgeSignsInOn, to: b.ref(user), from: deviceRef(d), text: "waits there for the session of " + b.ref(user).Name,
				evidence: []model.Evidence{d.Evidence("/isManaged", d.IsManaged)}}),
			key{kind: atomDevice, subject: d.ID})
	}
	known := len(devices) > 0 && model.RowsOf(b.tenant, model.Devices, nil).Coverage().State == model.Complete
	if known || b.managed == model.False {
		return
	}
	why := open(model.Need{Dataset: model.ManagedDevices.Name(), Reason: model.Unresolved, Permission: "DeviceManagementManagedDevices.Read.All",
		Detail: "on which device " + b.ref(user).Name + " signs in is not known"}).
		shown(hop{edge: edgeSignsInOn, to: b.ref(user), text: "waits for the session of " + b.ref(user).Name + " on a managed device"})
	for _, p := range []powers.Power{powers.RunOnDevices, powers.ReadLocalAdminPasswords, powers.ReadBitLockerKeys, powers.ManageCloudPCs} {
		b.conclude(head, why, powerAtom(atomPower, p))
		for _, s := range b.scopes {
			if b.roles[s.role].has(p).Truth != model.False {
				b.conclude(head, why, roleKey(s.role, s.scope))
			}
		}
	}
	if b.roles[deviceLocalAdministrator] != nil {
		b.conclude(head, why, roleKey(deviceLocalAdministrator, tenantWide))
	}
	b.byIntune(head, model.PrincipalRef{Kind: "device", ID: "managed", Name: "a managed device"}, anyDevice)
}

func managedBy(d *model.Device) model.Truth { return model.Equals(d.IsManaged, true) }

// place: a device of a kind is at hand.
func (b *builder) place(head horn.Atom, k key) {
	what := model.PrincipalRef{Kind: "device", ID: "managed", Name: "a managed device"}
	exists := b.managed
	if k.n == paw {
		what = model.PrincipalRef{Kind: "device", ID: "paw", Name: "a privileged access workstation"}
		exists = model.False
		for d := range model.RowsOf(b.tenant, model.Devices, nil).Each() {
			if exists = model.Or(exists, model.And(b.demands.base.IsPAW(*d), managedBy(d))); exists == model.True {
				break
			}
		}
	}
	need := model.Need{Dataset: model.Devices.Name(), Reason: model.Unresolved, Permission: "Device.Read.All", Detail: "whether " + what.Name + " exists is not known"}
	b.conclude(head, because{truth: exists}.needing(need).shown(hop{edge: edgeRunsCodeOn, to: what, text: "runs code on " + what.Name + " through its management"}),
		powerAtom(atomPower, powers.RunOnDevices))
	if exists != model.False {
		b.byIntune(head, what, anyDevice)
	}
	if k.n == paw {
		b.marks(head, key{kind: atomPlace, n: device})
	}
}

// marks adds who turns another managed device that is at hand into a privileged
// access workstation, by writing what marks one.
func (b *builder) marks(head horn.Atom, on key) {
	workstation := model.PrincipalRef{Kind: "device", ID: "paw", Name: "a privileged access workstation"}
	why := because{truth: b.marker.alone}.needing(model.Need{Dataset: model.OwnerDeclarations.Name(), Reason: model.Unresolved,
		Detail: "whether an attribute alone marks a privileged access workstation is not known"})
	b.conclude(head, why.shown(hop{edge: edgeMarksDevice, to: workstation, text: "writes the marker of a privileged access workstation onto another managed device",
		evidence: []model.Evidence{b.marker.evidence}}), on, powerAtom(atomPower, powers.DevicesUpdateExtensionAttributes))
}

// marker says whether an extension attribute alone makes a device a PAW.
type marker struct {
	alone    model.Truth
	evidence model.Evidence
}

func readMarker(t *model.Tenant) marker {
	declared, _ := model.RowsOf(t, model.OwnerDeclarations, nil).Only()
	m := marker{evidence: declared.Evidence("/paw/deviceFilter", nil)}
	m.alone = model.Fold(declared.PAW, func() model.Truth { return model.Unknown }, func() model.Truth { return model.False },
		func(rule model.PAWRule) model.Truth {
			return model.Fold(rule.DeviceFilter, func() model.Truth { return model.False }, func() model.Truth { return model.False },
				func(text string) model.Truth {
					filter, err := access.ParseFilter(text)
					if err != nil {
						return model.Unknown
					}
					comparisons := filter.Comparisons()
					if slices.ContainsFunc(comparisons, func(c *access.Filter) bool { return !c.Attribute.Extension() }) {
						return model.Unknown
					}
					return model.Of(len(comparisons) > 0)
				})
		})
	return m
}

func (b *builder) deviceRefOf(id string) model.PrincipalRef {
	if d, ok := b.devices.Find(id); ok {
		return deviceRef(d)
	}
	return model.PrincipalRef{Kind: "device", ID: id, Name: id}
}
