package isolation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var iso03 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-03", Title: "Only workstations reach Tier 0",
		Pillar: model.Isolation, Level: model.Managed, Gate: true, Severity: model.Critical,
		Basis: model.ConfidenceDecided, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Entra ID P1, Intune", Bullets: []model.Bullet{"I1"}, Gaps: []model.GapTag{"G1", "G2"},
		Rationale: "A compliant device is any laptop that passed a check: mail is read on it and the web is browsed. Malware there waits for the administrator to sign in. " +
			"Only a rule that tells workstations from the rest keeps the role away from it.",
		Decides: "Workstations are what the declared rule (paw) recognises. For every Tier 0 role that a user holds, passes when the role cannot be used from any other device, compliant and hybrid joined ones included, " +
			"and can be activated and used from a workstation. A marker that the user of a device can set (display name, model, manufacturer) keeps nobody out. " +
			"An administrator who does not get in even from a workstation is locked out: that fails too, and says so. " +
			"Without a declared rule it is unknown, unless an unmanaged device is enough. " +
			"Partial when at least 80 % of the users meet it and nobody with Global or Privileged Role Administrator is among the rest. Break-glass accounts are exempt.",
		Remediation: model.Remediation{
			Summary: "Block the Tier 0 roles, and everybody eligible for them, on all resources, with a device filter that excludes the workstations by the declared marker, beside the policy that requires a compliant device. " +
				"Mark by an extension attribute that only Tier 0 can write.",
			Portal:     "Entra admin center > Conditional Access > Policies > New policy > Conditions > Filter for devices > Exclude filtered devices; Grant > Block access",
			Graph:      "POST /identity/conditionalAccess/policies (conditions.devices.deviceFilter {mode exclude, rule 'device.extensionAttribute1 -eq \"PAW\"'}, grantControls {operator OR, builtInControls [block]})",
			PowerShell: "New-MgIdentityConditionalAccessPolicy -BodyParameter @{conditions=@{devices=@{deviceFilter=@{mode='exclude';rule='device.extensionAttribute1 -eq \"PAW\"'}};...};grantControls=@{operator='OR';builtInControls=@('block')}}",
		},
		References: model.References{ISO27001: []string{"A.8.22"}, NIS2: []string{"CIR 2024/2690 Annex 11.4"}, NCSC: []string{"PAW principle 6"}, ZTA: []string{"21830"},
			Docs: []string{"https://learn.microsoft.com/security/privileged-access-workstations/privileged-access-deployment",
				"https://learn.microsoft.com/entra/identity/conditional-access/concept-condition-filters-for-devices"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: append([]assess.Dependency{model.Devices, kit.Workstations, kit.Devices}, kit.AccessNeeds...),
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		rule, err := assess.Value(p, kit.Workstations)
		if err != nil {
			return assess.Verdict{}, err
		}
		estate, err := assess.Value(p, kit.Devices)
		if err != nil {
			return assess.Verdict{}, err
		}
		declared := len(rule.Gaps()) == 0
		// The tenant certainly has no workstation in use.
		none := assess.Rows(p, model.Devices).Coverage().State == model.Complete && !estate.InUse
		tally, err := kit.JudgeHoldings(p, assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "reach their roles from workstations only", Bad: "can use a role from another device, or are locked out of their workstation"}, nobodyElse,
			func(e *access.Engine, h principals.Holding) kit.HoldingAnswer {
				if !declared {
					return undeclared(e, h)
				}
				return kit.Both(
					kit.Barred(e.Query(h, access.Question{Step: access.StepUse, Devices: otherDevices}), "used from workstations only"),
					admitted(e, h, none))
			})
		if err != nil {
			return assess.Verdict{}, err
		}
		return kit.Share(tally), nil
	},
}

// otherDevices are the devices that are no workstations.
var otherDevices = []string{access.DeviceUnmanaged, access.DeviceRegistered, access.DeviceHybrid, access.DeviceCompliant}

// undeclared judges without a rule that tells managed devices apart: what is not
// managed is certainly no workstation.
func undeclared(e *access.Engine, h principals.Holding) kit.HoldingAnswer {
	a := kit.Barred(e.Query(h, access.Question{Step: access.StepUse, Devices: kit.UnmanagedDevices}), "")
	if a.Met != model.False {
		a = kit.HoldingAnswer{Detail: "which managed devices are workstations is not declared, or cannot be read: " +
			"add paw to declarations.json, with the deviceFilter, groupIds or deviceIds that mark them"}
	}
	return a
}

// admitted says whether the workstation gets its administrator in, through every
// step.
func admitted(e *access.Engine, h principals.Holding, none bool) kit.HoldingAnswer {
	answer := kit.HoldingAnswer{Met: model.True, Half: model.True}
	if none {
		return lockout("no enabled device of the tenant is a workstation by the declared rule, so there is none to use it from.")
	}
	for _, step := range []struct {
		access.Step
		text string
	}{{access.StepJoin, "the group that holds the role cannot be joined"}, {access.StepActivate, "the role cannot be activated"}, {access.StepUse, "the role cannot be used"}} {
		a := e.Query(h, access.Question{Step: step.Step, Devices: []string{access.DevicePAW}})
		switch {
		case !a.Applicable || a.Verdict == model.True:
		case a.Verdict == model.False:
			return lockout(step.text + " even from a workstation: policies block it there, or ask for what a workstation cannot show.")
		default:
			answer.Met, answer.Half, answer.Detail = model.Unknown, model.Unknown, "whether a workstation gets in is not known"
			if len(a.Needs) > 0 {
				answer.Detail += ": " + a.Needs[0].Detail
			}
		}
	}
	return answer
}

func lockout(why string) kit.HoldingAnswer {
	return kit.HoldingAnswer{Met: model.False, Half: model.False, Detail: "locked out: " + why}
}
