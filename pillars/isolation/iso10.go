package isolation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

// longestCheckin is the number of days without contact after which a device must
// stop counting as compliant. It is Intune's own default.
const longestCheckin = 30

var iso10 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-10", Title: "Devices without a compliance policy are not compliant",
		Pillar: model.Isolation, Level: model.Defined, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Intune", Bullets: []model.Bullet{"I3"}, Gaps: []model.GapTag{"G2"},
		Rationale: "By default Intune calls a device compliant when nobody gave it a policy. Then a demand for a compliant device is met by enrolling any device.",
		Decides: "Passes when Intune marks devices without a compliance policy as not compliant (deviceManagement settings, secureByDefault true) " +
			"and a compliance status is valid for at most 30 days; a longer validity is partial. Without a licence for Intune it fails.",
		Remediation: model.Remediation{
			Summary:    "Mark devices with no compliance policy assigned as Not compliant, and set the validity period to 30 days or less.",
			Portal:     "Intune admin center > Devices > Compliance > Compliance settings",
			Graph:      "PATCH /deviceManagement (settings.secureByDefault true, settings.deviceComplianceCheckinThresholdDays 30)",
			PowerShell: "Update-MgDeviceManagement -Settings @{secureByDefault=$true; deviceComplianceCheckinThresholdDays=30}",
		},
		References: model.References{CIS: []string{"4.1"}, NIST80053: []string{"CM-6"}, Maester: []string{"MT.1054"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{model.IntuneSettings},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		rows := assess.Rows(p, model.IntuneSettings)
		if rows.Coverage().Reason == model.NotLicensed {
			return assess.Fail("Intune is not licensed, so no device can be held to a compliance policy."), nil
		}
		tally := p.Tally(assess.Words{One: "Intune compliance setting", Many: "Intune compliance settings",
			Good: "calls devices without a policy not compliant", Bad: "lets a device be compliant without a policy, or for too long"})
		if settings, ok := rows.Only(); ok {
			secure := model.Fold(settings.SecureByDefault, unknown, unknown, model.Of)
			recent := model.Fold(settings.DeviceComplianceCheckinThresholdDays, unknown, unknown,
				func(days int) model.Truth { return model.Of(days <= longestCheckin) })
			tally.Add(assess.Judgement{
				Ref: model.Ref{Kind: "setting", ID: "deviceManagement/settings", Name: "Intune compliance settings"}.With(
					settings.Evidence("/secureByDefault", settings.SecureByDefault),
					settings.Evidence("/deviceComplianceCheckinThresholdDays", settings.DeviceComplianceCheckinThresholdDays)),
				Met: model.And(secure, recent), Half: secure, Exempt: model.False,
				Detail: "secureByDefault " + settings.SecureByDefault.String() + ", valid for days: " + settings.DeviceComplianceCheckinThresholdDays.String(),
			})
		}
		return tally.Every(), nil
	},
}
