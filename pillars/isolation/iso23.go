package isolation

import (
	"fmt"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/activity"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// A refused sign-in is not judged: a workstation that turns a daily identity away
// does what it should.
var iso23 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-23", Title: "Observed: daily identities do not use workstations",
		Pillar: model.Isolation, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceObserved, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"I1"}, Gaps: []model.GapTag{"G4"},
		Rationale: "A workstation on which somebody also signs in with the account that gets the mail is a laptop with a marker. " +
			"What that account opens runs beside the administrator's session.",
		Decides: "Takes the successful interactive sign-ins of the last 28 days from devices that are workstations by the declared rule, and asks whether each user holds or can activate a Tier 0 role. " +
			"Fails when one does not, also on a part of the log. Passes when there were sign-ins from workstations and all were such users'. A user who has left the directory, an undated or nameless sign-in, " +
			"a log that does not reach back 28 days, and no sign-in from a workstation at all are unknown. A tenant without any workstation fails.",
		Remediation: model.Remediation{
			Summary: "Let nobody but the administrators of Tier 0 sign in to workstations: assign the Intune user right AllowLocalLogOn to their group, and have mail and chat read on another device.",
			Portal:  "Intune admin center > Devices > Configuration > Settings catalog > User Rights > Allow Local Log On",
			Graph:   "GET /auditLogs/signIns?$filter=deviceDetail/deviceId eq '{deviceId}'",
			PowerShell: "Get-MgAuditLogSignIn -All | Where-Object { $_.DeviceDetail.DeviceId -in $workstations } | " +
				"Group-Object UserPrincipalName",
		},
		References: model.References{NCSC: []string{"PAW 6"}, Docs: []string{"https://learn.microsoft.com/security/privileged-access-workstations/privileged-access-devices"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Activity, facts.Directory, facts.Tier0, model.Devices, kit.Devices},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		directory, err := assess.Value(p, facts.Directory)
		if err != nil {
			return assess.Verdict{}, err
		}
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		log, err := observe(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		found, err := assess.Value(p, kit.Devices)
		if err != nil {
			return assess.Verdict{}, err
		}
		visits := visitsOf(log, found.Sure, daily(directory, tier0))
		sample := 0
		tally, err := judgeEstate(p, assess.Words{One: "workstation", Many: "workstations",
			Good: "are used by Tier 0 administrators only", Bad: "are used by others than Tier 0 administrators"},
			func(d model.Device) assess.Judgement {
				v := &visitors{met: model.Unknown}
				d.DeviceID.Is(func(id string) bool {
					if v = visits[model.FoldID(id)]; v == nil {
						v = &visitors{met: model.True}
					}
					return true
				})
				sample += v.count
				return v.judgement(d)
			})
		if err != nil {
			return assess.Verdict{}, err
		}
		if v := visits[""]; v != nil {
			tally.Judge(model.Ref{Kind: "log", ID: "devices", Name: "Sign-ins without a device"}.With(v.evidence...), v.met,
				"these sign-ins do not say from which device they came, and may be from a workstation: %s", strings.Join(v.others, "; "))
		}
		verdict := log.Conclude(tally, model.SignIns.Name(), log.SignedIn, fmt.Sprintf("%d sign-ins from workstations", sample))
		if verdict.Status() == model.StatusPass && sample == 0 {
			return assess.Unknown(model.NothingToJudge, "Nobody signed in from a workstation in %s.", log.SignedIn.Text()).Observed(), nil
		}
		return verdict, nil
	},
}

// daily says of a user whether the account is one for daily work: it holds no
// Tier 0 role. A user who is not in the directory any more may have held one.
func daily(directory *principals.Directory, tier0 principals.View) func(id string) model.Truth {
	holds := map[string]bool{}
	for _, user := range tier0.Users() {
		holds[model.FoldID(user.ID)] = true
	}
	return func(id string) model.Truth {
		if holds[model.FoldID(id)] {
			return model.False
		}
		if _, known := directory.User(id); !known || len(tier0.Gaps()) > 0 {
			return model.Unknown
		}
		return model.True
	}
}

// visitors is what sign-ins say of one device.
type visitors struct {
	met      model.Truth
	count    int
	others   []string
	evidence []model.Evidence
}

// visitsOf gathers the sign-ins from devices by deviceId; those that do not tell
// their device, and are not an administrator's, are under "".
func visitsOf(log *facts.Observation, devices []model.Device, daily func(string) model.Truth) map[string]*visitors {
	asked := map[string]bool{"": true}
	for _, d := range devices {
		d.DeviceID.Is(func(id string) bool { asked[model.FoldID(id)] = true; return true })
	}
	found := map[string]*visitors{}
	wanted := func(d activity.Device) bool { return d.Identified != model.False && asked[model.FoldID(d.ID)] }
	for s := range log.SignInsFrom(wanted) {
		belongs := model.And(log.Within(s.At), s.Succeeded, s.Interactive, s.Device.Identified)
		if belongs == model.False {
			continue
		}
		other := model.And(belongs, daily(s.UserID))
		key := model.FoldID(s.Device.ID)
		if key == "" && other == model.False {
			continue
		}
		v := found[key]
		if v == nil {
			v = &visitors{met: model.True}
			found[key] = v
		}
		v.add(s, belongs, other)
	}
	return found
}

func (v *visitors) add(s activity.SignIn, belongs, other model.Truth) {
	if belongs == model.True {
		v.count++
	}
	v.met = model.And(v.met, other.Not())
	if other == model.False || len(v.others) >= shown {
		return
	}
	name := s.UserName
	if name == "" {
		name = "user " + s.UserID
	}
	v.others = append(v.others, name+" "+signInText(s))
	v.evidence = append(v.evidence, s.Evidence("/userId", s.UserID))
}

func (v *visitors) judgement(d model.Device) assess.Judgement {
	detail := fmt.Sprintf("%s, all by Tier 0 administrators", counted(v.count))
	switch {
	case !d.DeviceID.Exported():
		detail = "its deviceId was not exported, so no sign-in can be told to be from it"
	case v.met != model.True:
		detail = fmt.Sprintf("%s; not by a Tier 0 administrator, or not known to be: %s", counted(v.count), strings.Join(v.others, "; "))
	case v.count == 0:
		detail = "no sign-in was seen from it"
	}
	return assess.Judgement{Ref: deviceRef(d).With(v.evidence...), Met: v.met, Half: v.met, Detail: detail}
}
