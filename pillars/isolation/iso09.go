package isolation

import (
	"slices"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// Intune evaluates every compliance policy that is assigned to a device, and the
// device must meet them all, so the demands may stand in different policies.
var iso09 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-09", Title: "Compliance of a workstation means something",
		Pillar: model.Isolation, Level: model.Managed, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Intune", Bullets: []model.Bullet{"I3"}, Gaps: []model.GapTag{"G2"},
		Rationale: "Conditional Access asks whether a device is compliant; what that means is decided elsewhere. With a policy that demands nothing, " +
			"a workstation without disk encryption and with a tampered boot chain is compliant.",
		Decides: "Passes when every enabled workstation (ISO-07's rule) is assigned Windows compliance policies that together demand BitLocker, secure boot and code integrity. " +
			"Assignments count by all devices, by the device's groups, and by all users or the groups of its primary user, exclusions taken off. An assignment with a filter, whose rule is not read, or of which Graph v1.0 does not tell whether it has one, is unknown; Graph beta tells. " +
			"Workstations that do not run Windows are unknown: their policies are not read. Fails without any workstation, or without a licence for Intune. " +
			"A demand for a TPM and the device's threat level are not judged.",
		Remediation: model.Remediation{
			Summary:    "Make a Windows compliance policy for the workstations that requires BitLocker, secure boot and code integrity, and assign it to their device group.",
			Portal:     "Intune admin center > Devices > Compliance > Create policy > Windows 10 and later > Device Health",
			Graph:      "POST /deviceManagement/deviceCompliancePolicies (#microsoft.graph.windows10CompliancePolicy, bitLockerEnabled, secureBootEnabled, codeIntegrityEnabled true), then POST /deviceManagement/deviceCompliancePolicies/{id}/assign",
			PowerShell: "New-MgDeviceManagementDeviceCompliancePolicy -BodyParameter @{'@odata.type'='#microsoft.graph.windows10CompliancePolicy';bitLockerEnabled=$true;secureBootEnabled=$true;codeIntegrityEnabled=$true;...}",
		},
		References: model.References{NIST80053: []string{"CM-6"}, ISO27001: []string{"A.8.9"},
			Docs: []string{"https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-windows10compliancepolicy",
				"https://learn.microsoft.com/intune/intune-service/protect/device-compliance-get-started"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{model.Devices, kit.Devices, facts.Directory, model.CompliancePolicies},
	Wants:    []assess.Dependency{model.ManagedDevices},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		policies := assess.Rows(p, model.CompliancePolicies)
		if policies.Coverage().Reason == model.NotLicensed {
			return assess.Fail("Intune is not licensed, so no workstation can be held to a compliance policy."), nil
		}
		directory, err := assess.Value(p, facts.Directory)
		if err != nil {
			return assess.Verdict{}, err
		}
		found, err := assess.Value(p, kit.Devices)
		if err != nil {
			return assess.Verdict{}, err
		}
		a := assigner{directory: directory, managed: enrolmentsIn(assess.Rows(p, model.ManagedDevices), found.Sure)}
		tally, err := judgeEstate(p, assess.Words{One: "workstation", Many: "workstations",
			Good: "must have BitLocker, secure boot and code integrity to be compliant", Bad: "can be compliant without BitLocker, secure boot or code integrity"},
			func(d model.Device) assess.Judgement { return a.demanded(policies, d) })
		if err != nil {
			return assess.Verdict{}, err
		}
		return tally.Share(0.8), nil
	},
}

// demands are what a workstation must have to be compliant.
var demands = []struct {
	text, pointer string
	of            func(model.CompliancePolicy) model.Field[bool]
}{
	{"BitLocker", "/bitLockerEnabled", func(c model.CompliancePolicy) model.Field[bool] { return c.BitLockerEnabled }},
	{"secure boot", "/secureBootEnabled", func(c model.CompliancePolicy) model.Field[bool] { return c.SecureBootEnabled }},
	{"code integrity", "/codeIntegrityEnabled", func(c model.CompliancePolicy) model.Field[bool] { return c.CodeIntegrityEnabled }},
}

// assigner resolves to which devices an Intune policy is assigned.
type assigner struct {
	directory *principals.Directory
	managed   enrolments
}

func (a assigner) demanded(policies model.Rows[model.CompliancePolicy], d model.Device) assess.Judgement {
	j := assess.Judgement{Ref: deviceRef(d).With(d.Evidence("/operatingSystem", d.OperatingSystem)), Met: model.True}
	missing := make([]model.Truth, len(demands))
	for i := range missing {
		missing[i] = model.Of(policies.Coverage().State == model.Complete)
		if missing[i] == model.False {
			missing[i] = model.Unknown // another policy may demand it
		}
	}
	for policy := range policies.All() {
		applies := model.And(model.Equals(policy.Type, "#microsoft.graph.windows10CompliancePolicy"), a.assigned(policy.Assignments, d))
		if applies == model.False {
			continue
		}
		if applies == model.Unknown && mayBeFiltered(policy.Assignments) {
			j.Needs = append(j.Needs, model.Gap{Dataset: model.CompliancePolicies.Name(), Reason: model.Unresolved,
				Detail: "which devices the filter on an assignment leaves: Graph beta tells whether there is one, and its rule is not read"})
		}
		for i, demand := range demands {
			value := demand.of(policy)
			has := model.And(applies, kit.On(value))
			missing[i] = model.And(missing[i], has.Not())
			if has == model.True {
				j.Ref = j.Ref.With(policy.Evidence(demand.pointer, value))
			}
		}
	}
	var open []string
	for i, demand := range demands {
		j.Met = model.And(j.Met, missing[i].Not())
		switch missing[i] {
		case model.True:
			open = append(open, demand.text+" is not demanded")
		case model.Unknown:
			open = append(open, "whether "+demand.text+" is demanded is not known")
		}
	}
	if windows := d.OperatingSystem.Is(func(os string) bool { return strings.HasPrefix(strings.ToLower(os), "windows") }); windows != model.True {
		j.Met, open = model.Unknown, []string{"not known to run Windows, and only Windows policies are read"}
	}
	j.Half, j.Detail = j.Met, strings.Join(open, "; ")
	return j
}

// assigned says whether the assignments reach the device, itself or through its
// primary user. Whether an exclusion of the one kind takes off an inclusion of the
// other is not documented: Microsoft asks not to mix them.
// Source: learn.microsoft.com/intune/intune-service/configuration/device-profile-assign.
func (a assigner) assigned(list model.Field[[]model.PolicyAssignment], d model.Device) model.Truth {
	return model.Fold(list, unknown, no, func(list []model.PolicyAssignment) model.Truth {
		byDevice, byUser, device, user := model.False, model.False, model.False, model.False // the latter two: excluded
		for _, assignment := range list {
			kind, group, whole := target(assignment.Target)
			memberDevice, memberUser := a.member(d, group)
			switch kind {
			case "#microsoft.graph.allDevicesAssignmentTarget":
				byDevice = model.Or(byDevice, whole)
			case "#microsoft.graph.allLicensedUsersAssignmentTarget":
				byUser = model.Or(byUser, model.And(whole, a.hasUser(d)))
			case "#microsoft.graph.groupAssignmentTarget":
				byDevice, byUser = model.Or(byDevice, model.And(whole, memberDevice)), model.Or(byUser, model.And(whole, memberUser))
			case exclusionTarget:
				device, user = model.Or(device, memberDevice), model.Or(user, memberUser)
			default:
				byDevice, byUser = model.Or(byDevice, model.Unknown), model.Or(byUser, model.Unknown)
				device, user = model.Or(device, model.Unknown), model.Or(user, model.Unknown)
			}
		}
		reached := model.Or(model.And(byDevice, device.Not()), model.And(byUser, user.Not()))
		if reached == model.True && model.Or(device, user) != model.False {
			return model.Unknown
		}
		return reached
	})
}

const exclusionTarget = "#microsoft.graph.exclusionGroupAssignmentTarget"

// target gives the kind of a target and its group, "" where they were not
// exported, and whether no filter takes some of it off: the rules of filters are
// not read, and Graph v1.0 tells of none.
func target(t model.Field[model.AssignmentTarget]) (kind, group string, whole model.Truth) {
	t.Is(func(t model.AssignmentTarget) bool {
		t.Type.Is(func(is string) bool { kind = is; return true })
		t.GroupID.Is(func(id string) bool { group = id; return true })
		whole = model.Fold(t.FilterType, unknown, func() model.Truth { return model.True }, func(kind string) model.Truth {
			if kind == "none" {
				return model.True
			}
			return model.Unknown
		})
		return true
	})
	return kind, group, whole
}

func mayBeFiltered(list model.Field[[]model.PolicyAssignment]) bool {
	return list.Is(func(list []model.PolicyAssignment) bool {
		return slices.ContainsFunc(list, func(a model.PolicyAssignment) bool {
			kind, _, whole := target(a.Target)
			return kind != exclusionTarget && whole != model.True
		})
	}) == model.True
}

// member says whether the device, and whether its primary user, is in the group.
func (a assigner) member(d model.Device, group string) (device, user model.Truth) {
	if group == "" {
		return model.Unknown, model.Unknown
	}
	user = model.False
	for m := range a.managed.of(d) {
		user = model.Or(user, model.And(sameDevice(m.AzureADDeviceID, d), model.Fold(m.UserID, unknown, no, func(id string) model.Truth {
			if id == "" {
				return model.False
			}
			return a.directory.MemberOf(id, group)
		})))
	}
	if a.managed.Coverage().State != model.Complete {
		user = model.Or(user, model.Unknown)
	}
	return a.directory.MemberOf(d.ID, group), user
}

// hasUser says whether a policy for all users reaches the device: it does where
// the device has a primary user; elsewhere whoever signs in brings it or not.
func (a assigner) hasUser(d model.Device) model.Truth {
	has := model.Unknown
	for m := range a.managed.of(d) {
		has = model.Or(has, model.And(sameDevice(m.AzureADDeviceID, d), m.UserID.Is(func(id string) bool { return id != "" })))
	}
	return has
}
