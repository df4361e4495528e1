package isolation

import (
	"strings"
	"time"
	"unicode"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// freshInventory is the longest time since a device's last contact for which its
// inventory counts in full: Intune renews it every seven days.
// Source: learn.microsoft.com/intune/intune-service/apps/app-discovered-apps.
const freshInventory = 7 * 24 * time.Hour

var iso14 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-14", Title: "Workstations carry no mail, chat or everyday browser",
		Pillar: model.Isolation, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Intune", Bullets: []model.Bullet{"I1"}, Gaps: []model.GapTag{"G2"},
		Rationale: "Mail, chat and the web are how malware reaches a machine. A workstation on which they are used is a hardened laptop, not a privileged access workstation.",
		Decides: "Reads Intune's inventory of discovered apps for every enabled workstation (ISO-07's rule) and fails when one has a mail or chat client, an office suite, " +
			"a file sharing or media client, or a browser besides Edge, by the names in this control's list. Passes when all are free of them and were in contact within 7 days; " +
			"partial when the contact was up to 30 days ago. Unknown where a workstation has no inventory, or the list of devices of an app was cut. " +
			"Edge is left out: it is part of Windows and opens the portals. Web apps and portable programs are in no inventory. Fails without any workstation, or without a licence for Intune.",
		Remediation: model.Remediation{
			Summary:    "Uninstall these programs from the workstations, do not assign the office suite and user apps to them, and let application control (ISO-15) keep them away.",
			Portal:     "Intune admin center > Apps > Monitor > Discovered apps; Apps > All apps > (app) > Properties > Assignments > Uninstall",
			Graph:      "GET /deviceManagement/detectedApps?$expand=managedDevices",
			PowerShell: "Get-MgDeviceManagementDetectedApp -ExpandProperty managedDevices",
		},
		References: model.References{NIST80053: []string{"CM-7", "CM-11"}, NIS2: []string{"CIR 2024/2690 Annex 11.4"}, NCSC: []string{"PAW principle 5"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{model.Devices, kit.Devices, model.ManagedDevices, model.DetectedApps},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		apps, records := assess.Rows(p, model.DetectedApps), assess.Rows(p, model.ManagedDevices)
		if apps.Coverage().Reason == model.NotLicensed || records.Coverage().Reason == model.NotLicensed {
			return assess.Fail("Intune is not licensed, so nothing says what runs on a workstation."), nil
		}
		found, err := assess.Value(p, kit.Devices)
		if err != nil {
			return assess.Verdict{}, err
		}
		managed := enrolmentsIn(records, found.Sure)
		tally, err := judgeEstate(p, assess.Words{One: "workstation", Many: "workstations",
			Good: "are free of everyday software", Bad: "carry everyday software, or an old inventory"},
			func(d model.Device) assess.Judgement { return everydaySoftware(p.AsOf(), apps, managed, d) })
		if err != nil {
			return assess.Verdict{}, err
		}
		return tally.Every(), nil
	},
}

// everydaySoftware judges a workstation by the inventories of its enrolments: one
// that lists everyday software is enough to fail, all must be free and in contact
// to pass. An inventory of long ago proves nothing but what it lists.
func everydaySoftware(asOf time.Time, apps model.Rows[model.DetectedApp], managed enrolments, d model.Device) assess.Judgement {
	j := assess.Judgement{Ref: deviceRef(d), Met: model.Unknown, Half: model.Unknown, Detail: "Intune has no inventory of it"}
	met, half := model.True, model.True
	for m := range managed.of(d) {
		same := sameDevice(m.AzureADDeviceID, d)
		if same == model.False {
			continue
		}
		j.Ref = j.Ref.With(m.Evidence("/lastSyncDateTime", m.LastSyncDateTime))
		clean, inventory, found := inventoryOf(apps, m.ID, &j.Ref)
		if model.And(same, clean.Not()) == model.True {
			j.Met, j.Half, j.Detail = model.False, model.False, strings.Join(found, ", ")
			return j
		}
		if same == model.Unknown || !inventory {
			clean = model.Unknown
		}
		contact := func(limit time.Duration) model.Truth {
			return m.LastSyncDateTime.Is(func(t time.Time) bool { return !t.Before(asOf.Add(-limit)) })
		}
		half = model.And(half, clean, model.Or(contact(longestCheckin*24*time.Hour), model.Unknown))
		met = model.And(met, clean, contact(freshInventory))
		j.Met, j.Half = model.And(met, half), half
		if inventory {
			j.Detail = "last contact " + m.LastSyncDateTime.String()
		}
	}
	return j
}

// inventoryOf says whether the inventory of an enrolment is free of everyday
// software, and whether there is one at all: no Windows machine is without any app.
func inventoryOf(apps model.Rows[model.DetectedApp], id string, ref *model.Ref) (clean model.Truth, inventory bool, found []string) {
	clean = model.True
	for app := range apps.All() {
		on := hasApp(app, id)
		inventory = inventory || on == model.True
		everyday := app.DisplayName.Is(everydayName)
		has := model.And(on, everyday)
		clean = model.And(clean, has.Not())
		if has == model.True {
			*ref = ref.With(app.Evidence("/displayName", app.DisplayName))
			found = append(found, app.DisplayName.String())
		}
	}
	return clean, inventory, found
}

// hasApp says whether the app was found on the device. The list of an app's
// devices is cut where it is shorter than their number.
func hasApp(app model.DetectedApp, id string) model.Truth {
	return model.Fold(app.ManagedDevices, unknown, no, func(list []model.ManagedDevice) model.Truth {
		listed := 0
		for _, m := range list {
			if model.SameID(m.ID, id) {
				return model.True
			}
			if m.ID != "" {
				listed++
			}
		}
		return model.Fold(app.DeviceCount, unknown, unknown, func(n int) model.Truth {
			if n > listed || listed < len(list) {
				return model.Unknown
			}
			return model.False
		})
	})
}

// everyday are the words that name the programs, as they stand in the names of
// installers and of store packages.
var everyday = []string{
	"microsoft outlook", "outlookforwindows", "outlook for windows", "outlook", "windowscommunicationsapps", "mozilla thunderbird",
	"microsoft teams", "microsoftteams", "msteams", "teams machine wide installer", "slack", "discord", "skype", "skypeapp", "zoom", "zoom workplace",
	"cisco webex", "webex", "whatsapp", "whatsappdesktop", "telegram desktop", "telegramdesktop",
	"microsoft 365 apps", "microsoft office 365", "microsoft office professional", "microsoft office standard", "microsoft office home", "microsoft 365", "libreoffice",
	"google chrome", "mozilla firefox", "firefox", "opera stable", "opera gx", "opera browser", "brave", "brave browser", "vivaldi",
	"dropbox", "google drive", "spotify", "spotifymusic", "itunes",
}

// everydayName reports whether the name of an app holds one of the phrases, whole
// words only: ZoomIt is not Zoom.
func everydayName(name string) bool {
	words := " " + strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ") + " "
	for _, phrase := range everyday {
		if strings.Contains(words, " "+phrase+" ") {
			return true
		}
	}
	return false
}
