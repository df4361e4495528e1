package isolation

import (
	"slices"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The catalogue looks at restricted units of the marked devices. They keep the
// marker of a workstation from being taken off, and nobody from putting it on
// another device, so the writers of the marker are judged. Roles inside Intune
// over workstations are ISO-12's.
var iso11 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-11", Title: "Tier 0 alone says which device is a workstation",
		Pillar: model.Isolation, Level: model.Managed, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"I1", "I2"}, Gaps: []model.GapTag{"G4"},
		Rationale: "Policies let in what carries the marker of a workstation. Whoever can put the marker on their own laptop has a workstation, " +
			"and every device filter of the tenant opens.",
		Decides: "Takes the declared workstation rule (paw) apart. A device filter fails when an ordinary device can match it: one that a user joined or registered, enrolled and made compliant, " +
			"with any name, model, manufacturer and system version. Otherwise everybody who writes what the filter reads must be Tier 0: " +
			"every holder of Global, Intune or Windows 365 Administrator, and of roles whose definition updates the extension attributes or basic properties of devices, must hold a Tier 0 role, which this one may be, and so must everybody who writes a group that holds such a role; " +
			"every application with Device.ReadWrite.All or Directory.ReadWrite.All must hold one too, or be declared under tier0.addServicePrincipals. " +
			"A declared group must be role-assignable, or in a restricted unit and neither synchronised nor dynamic, without owners below Tier 0. Devices listed by id cannot be faked. " +
			"A filter that rests on the enrolment profile, Autopilot ids or system labels is unknown, because which roles of Intune set them is not judged. A holding limited to an administrative unit is unknown for holders below Tier 0.",
		Remediation: model.Remediation{
			Summary: "Mark workstations by an extension attribute of the device, or list their ids. Take the roles and permissions that write devices from everybody who is not a Tier 0 administrator, " +
				"or declare the role (tier0.addRoles) or application (tier0.addServicePrincipals) as Tier 0 and hold it to the same policies.",
			Portal:     "Entra admin center > Roles & admins > Intune Administrator, Windows 365 Administrator; Enterprise applications > (application) > Permissions",
			Graph:      "PATCH /devices/{id} (extensionAttributes.extensionAttribute1); DELETE /servicePrincipals/{id}/appRoleAssignments/{assignment}",
			PowerShell: "Update-MgDevice -DeviceId <id> -BodyParameter @{extensionAttributes=@{extensionAttribute1='PAW'}}; Remove-MgServicePrincipalAppRoleAssignment ...",
		},
		References: model.References{NIST80053: []string{"AC-6(1)"}, ATTACK: []string{"T1098.005"},
			Docs: []string{"https://learn.microsoft.com/entra/identity/conditional-access/concept-condition-filters-for-devices",
				"https://learn.microsoft.com/graph/api/device-update"}},
		Statuses: []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown},
	},
	Requires: slices.Concat([]assess.Dependency{model.OwnerDeclarations, kit.Workstations, kit.GraphPermissions, model.RoleDefinitions}, kit.RoleGroupNeeds, kit.GroupWriterNeeds),
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		rule, err := assess.Value(p, kit.Workstations)
		if err != nil {
			return assess.Verdict{}, err
		}
		declared, _ := assess.Rows(p, model.OwnerDeclarations).Only()
		setting := func(name, property string) model.Ref {
			ref := model.Ref{Kind: "setting", ID: "paw." + property, Name: name}
			return ref.With(declared.Evidence("/paw/"+property, nil))
		}
		tally := p.Tally(assess.Words{One: "way to mark a workstation", Many: "ways to mark a workstation",
			Good: "are in the hands of Tier 0", Bad: "are in other hands"})
		if rule.Listed() {
			tally.Judge(setting("Listed devices", "deviceIds"), model.True, "the id of a device is nobody's to choose")
		}
		if err := judgeMarkerGroups(p, tally, rule.Groups()); err != nil {
			return assess.Verdict{}, err
		}
		if rule.Filter() != nil {
			ref := setting("Device filter", "deviceFilter")
			met, detail := notOrdinary(rule.Filter())
			tally.Judge(ref, met, "%s", detail)
			if met != model.False && couldMatch(rule.Filter(), markerAttribute) != model.False {
				if err := judgeMarkerWriters(p, tally, declared); err != nil {
					return assess.Verdict{}, err
				}
			}
		}
		return tally.Every(), nil
	},
}

// ordinaryDevices are what users can bring: devices that they registered, joined
// or use in the domain, theirs or the company's, managed and compliant or not.
func ordinaryDevices() []access.Device {
	const intune = "0000000a-0000-0000-c000-000000000000" // its application id
	var all []access.Device
	for _, trust := range []string{"Workplace", "AzureAd", "ServerAd"} {
		for _, owner := range []string{"Personal", "Company"} {
			for _, state := range []struct{ managed, compliant bool }{{}, {true, false}, {true, true}} {
				d := access.Device{Registered: true, Managed: state.managed, Compliant: state.compliant, Hybrid: trust == "ServerAd",
					Attributes: map[access.Attribute]access.FilterValue{}}
				for _, a := range access.Attributes() {
					d.Attributes[a] = access.FilterValue{} // not set
				}
				d.Attributes[access.AttrDeviceID] = access.Text("an ordinary device")
				d.Attributes[access.AttrTrustType] = access.Text(trust)
				d.Attributes[access.AttrOwnership] = access.Text(owner)
				d.Attributes[access.AttrCompliant] = access.Flag(state.compliant)
				d.Attributes[access.AttrProfileType] = access.Text("RegisteredDevice")
				d.Attributes[access.AttrPhysicalIDs] = access.List()
				d.Attributes[access.AttrSystemLabels] = access.List()
				if state.managed {
					d.Attributes[access.AttrMDMAppID] = access.Text(intune)
				}
				all = append(all, d)
			}
		}
	}
	return all
}

// notOrdinary says whether the filter keeps ordinary devices out, whatever their
// users set.
func notOrdinary(f *access.Filter) (model.Truth, string) {
	matches := model.False
	for _, d := range ordinaryDevices() {
		matches = model.Or(matches, f.Matches(d), f.Spoofable(d, true))
	}
	switch matches {
	case model.True:
		return model.False, "a device that a user brings can match it"
	case model.Unknown:
		return model.Unknown, "whether a device that a user brings can match it cannot be told"
	}
	if couldMatch(f, intuneAttribute) != model.False {
		return model.Unknown, "it rests on what Intune sets, and which roles there set it is not judged"
	}
	return model.True, "no device that a user brings matches it"
}

// couldMatch says whether an ordinary device could match if somebody writes the
// attributes.
func couldMatch(f *access.Filter, written func(access.Attribute) bool) model.Truth {
	matches := model.False
	for _, d := range ordinaryDevices() {
		for _, a := range access.Attributes() {
			if a.Spoofable() || written(a) {
				d.Attributes[a] = access.AnyValue()
			}
		}
		d.Managed, d.Compliant = true, true // so that extension attributes are read
		matches = model.Or(matches, f.Matches(d))
	}
	return matches
}

func intuneAttribute(a access.Attribute) bool {
	return a == access.AttrEnrollment || a == access.AttrPhysicalIDs || a == access.AttrSystemLabels
}

// markerAttribute holds for what is written in the directory; nobody writes the
// id of a device.
func markerAttribute(a access.Attribute) bool { return a != access.AttrDeviceID }

// judgeMarkerGroups judges who puts devices into the declared groups.
func judgeMarkerGroups(p *assess.Pass, tally *assess.Tally, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	w, err := kit.ReadGroupWriters(p)
	if err != nil {
		return err
	}
	var groups []model.Ref
	for _, id := range ids {
		groups = append(groups, w.Ref(id))
	}
	for i := 0; i < len(groups); i++ {
		id := groups[i].ID
		met, detail, evidence := w.Shielded(id)
		tally.Add(assess.Judgement{Ref: groups[i].With(evidence...), Met: met, Half: met, Exempt: model.Of(w.Gone(id)), Detail: detail})
		for _, nested := range w.Nested(id) {
			if !slices.ContainsFunc(groups, func(g model.Ref) bool { return model.SameID(g.ID, nested.ID) }) {
				groups = append(groups, nested)
			}
		}
	}
	return nil
}

// judgeMarkerWriters judges who writes the attributes of devices.
func judgeMarkerWriters(p *assess.Pass, tally *assess.Tally, declared model.Declarations) error {
	tier0, err := assess.Value(p, facts.Tier0)
	if err != nil {
		return err
	}
	directory, err := assess.Value(p, facts.Directory)
	if err != nil {
		return err
	}
	grants, err := assess.Value(p, kit.GraphPermissions)
	if err != nil {
		return err
	}
	holds := map[string]bool{}
	for _, principal := range tier0.Principals() {
		holds[model.FoldID(principal.ID)] = true
	}
	missing := model.False // the truth about a Tier 0 role that was not seen
	if len(tier0.Gaps()) > 0 {
		missing = model.Unknown
	}
	all := directory.All()
	definitions := assess.Rows(p, model.RoleDefinitions)
	mark := onceARole(func(role principals.Role) model.Truth { return does(role, definitions, markerRoles, markerAction) })
	if err := judgeRoleGroups(p, tally, mark); err != nil {
		return err
	}
	for _, h := range all.Holdings {
		writes := mark(h.Role)
		if writes == model.False || h.Principal.Dangling == model.True {
			continue
		}
		met, detail := model.True, "a Tier 0 administrator"
		if !holds[model.FoldID(h.Principal.ID)] {
			met, detail = missing, "no Tier 0 administrator"
			sure := model.And(writes, h.TenantWide(), h.Principal.Dangling.Not())
			if sure != model.True || h.Principal.Kind == principals.KindGroup {
				met, detail = model.Unknown, "no Tier 0 administrator that is known, and perhaps nobody who marks devices"
			}
		}
		tally.Judge(h.Principal.Ref().With(h.Evidence...), met, "%s: %s", h.Role.Name, detail)
	}
	if gaps := all.Gaps(); len(gaps) > 0 {
		tally.Add(assess.Judgement{Ref: model.Ref{Kind: "setting", ID: "roleManagement/directory", Name: "Directory roles"},
			Exempt: model.False, Detail: "who holds which role was not read in full", Needs: gaps})
	}
	for _, holder := range grants.Holders {
		for _, grant := range holder.Grants {
			writes := slices.Contains(markerPermissions, grant.Permission)
			if !writes && grant.Tier0 != model.Unknown {
				continue
			}
			met, detail := missing, "no Tier 0 application"
			switch {
			case holds[model.FoldID(holder.ID)] || declaredTier0(declared, holder.ID):
				met, detail = model.True, "holds a Tier 0 role, or is declared"
			case !writes:
				met, detail = model.Unknown, "what this permission allows is not known"
			}
			ref := model.Ref{Kind: "servicePrincipal", ID: holder.ID, Name: holder.Name}
			tally.Judge(ref.With(grant.Evidence), met, "%s: %s", grant.Permission, detail)
		}
	}
	return nil
}

func declaredTier0(d model.Declarations, id string) bool {
	return d.Tier0.Is(func(t model.Tier0Declaration) bool {
		return slices.ContainsFunc(t.AddServicePrincipals, func(declared string) bool { return model.SameID(declared, id) })
	}) == model.True
}

// markerRoles are the built-in roles that write the attributes of devices.
// Source: learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference.
var markerRoles = []string{
	model.GlobalAdministrator,
	"3a2c62db-5318-420d-8d74-23affee5d9d5", // Intune Administrator
	"11451d60-acb2-45eb-a7d6-43d0f0125c13", // Windows 365 Administrator
	"2b499bcd-da44-4968-8aec-78e1674fa64d", // Device Managers, deprecated
}

// markerPermissions are the application permissions of Microsoft Graph that do.
// Source: learn.microsoft.com/graph/api/device-update, permissions.
var markerPermissions = []string{"Device.ReadWrite.All", "Directory.ReadWrite.All"}

// markerAction reports whether a directory action writes an attribute of devices
// that filters read.
func markerAction(action string) bool {
	return slices.ContainsFunc([]string{"extensionAttributeSet1", "extensionAttributeSet2", "extensionAttributeSet3", "basic"},
		func(set string) bool { return model.ActionCovers(action, "microsoft.directory/devices/"+set+"/update") })
}
