package isolation

import (
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// someSound is the fraction of sound workstations that is enough for partial: one
// of however many.
const someSound = 1e-9

var iso07 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-07", Title: "Privileged access workstations exist",
		Pillar: model.Isolation, Level: model.Defined, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Intune", Bullets: []model.Bullet{"I1"}, Gaps: []model.GapTag{"G1"},
		Rationale: "PIM decides who may have a role and when, never on what device. Without dedicated workstations a role is used where mail is read.",
		Decides: "Recognises workstations by the declared rule (paw.deviceFilter as Conditional Access would evaluate it, or paw.groupIds, or paw.deviceIds). " +
			"Passes when every enabled one is joined to Entra ID only, managed and compliant; partial when some are not; fails when none is, or when the rule matches no device. " +
			"Without a declared rule it is unknown, unless the tenant has no managed device at all: then no workstation can exist, and it fails.",
		Remediation: model.Remediation{
			Summary:    "Enrol dedicated devices for administrators, mark them (an extension attribute that only Tier 0 can write, an enrolment profile or a group) and declare the marker under paw.",
			Portal:     "Intune admin center > Devices > Enrollment; Entra admin center > Devices > All devices",
			Graph:      "PATCH /devices/{id} (extensionAttributes.extensionAttribute1)",
			PowerShell: "Update-MgDevice -DeviceId <object id> -BodyParameter @{extensionAttributes=@{extensionAttribute1='PAW'}}",
		},
		References: model.References{CISv8: []string{"12.8"}, NIST80053: []string{"CM-8"}, ISO27001: []string{"A.8.1"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{model.Devices, kit.Devices},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		devices := assess.Rows(p, model.Devices)
		managed := model.False
		for d := range devices.Each() {
			managed = model.Or(managed, d.IsManaged.Is(func(on bool) bool { return on }))
		}
		if devices.Coverage().State == model.Complete && managed == model.False {
			return assess.Fail("The tenant has no managed device, so it has no privileged access workstation."), nil
		}
		found, err := assess.Value(p, kit.Devices)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "workstation", Many: "workstations",
			Good: "are cloud-joined, managed and compliant", Bad: "are not cloud-joined, managed and compliant"})
		tally.None(assess.Fail("No enabled device of the tenant is a workstation by the declared rule."))
		for _, d := range found.Sure {
			tally.Add(soundness(d))
		}
		judgeOpen(tally, found)
		return tally.Share(someSound), nil
	},
}

// soundness judges a workstation. A disabled one is out of use.
func soundness(d model.Device) assess.Judgement {
	on := func(f model.Field[bool]) model.Truth { return f.Is(func(on bool) bool { return on }) }
	cloud := d.TrustType.Is(func(t string) bool { return strings.EqualFold(t, "AzureAd") })
	enabled := model.Fold(d.AccountEnabled, unknown, unknown, model.Of)
	j := assess.Judgement{
		Ref: deviceRef(d).With(d.Evidence("/trustType", d.TrustType), d.Evidence("/isManaged", d.IsManaged), d.Evidence("/isCompliant", d.IsCompliant)),
		Met: model.And(cloud, on(d.IsManaged), on(d.IsCompliant)), Exempt: model.False,
		Detail: "trustType " + d.TrustType.String() + ", isManaged " + d.IsManaged.String() + ", isCompliant " + d.IsCompliant.String(),
	}
	switch enabled {
	case model.False:
		j.Exempt, j.Detail = model.True, "disabled"
	case model.Unknown:
		j.Met = model.Unknown
	}
	j.Half = j.Met
	return j
}

func deviceRef(d model.Device) model.Ref {
	name := d.ID
	d.DisplayName.Is(func(n string) bool { name = n; return true })
	return d.Ref("device", name)
}

func unknown() model.Truth { return model.Unknown }
func no() model.Truth      { return model.False }
