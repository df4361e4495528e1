package isolation

import (
	"slices"
	"strings"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// Roles inside Intune control workstations as well, and what they reach depends on
// scope tags and policies that no export holds. So the directory can fail this
// control alone, and a pass also takes the owner's word for Intune.
var iso12 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-12", Title: "Whoever controls a workstation is Tier 0",
		Pillar: model.Isolation, Level: model.Managed, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Intune", Bullets: []model.Bullet{"I2"}, Gaps: []model.GapTag{"G4"},
		Rationale: "Who can run a script on a workstation, or hand its marker to another device, acts as the administrators who sign in there. " +
			"Such a role is Tier 0, whatever its name.",
		Decides: "Looks at every holder of Global, Intune, Cloud Device, Windows 365 or joined-device local administrator, and of roles whose definition writes to devices, Intune or Cloud PCs, " +
			"or reads local administrator passwords. The holder must have a Tier 0 role, which this one may be, and must not be able to use this one except from a workstation. Fails when one does not. " +
			"Of workload identities the first alone is asked, and permanent assignments of declared break-glass accounts are exempt. A holding limited to an administrative unit is unknown for others. " +
			"A group that holds such a role, with members or without, must be written by Tier 0 administrators only: whoever owns it has the role. " +
			"What roles inside Intune reach is not judged here (FND-12 names who may manage an administrator's device by one): a pass also takes the owner's statement for ISO-12 that those who hold Intune roles over workstations are Tier 0 administrators; it counts for 180 days. " +
			"Application permissions over devices are not judged here.",
		Remediation: model.Remediation{
			Summary: "Take these roles from everybody who is not a Tier 0 administrator, or declare the role as Tier 0 (tier0.addRoles) and hold it to the same policies. " +
				"Review the Intune roles whose scope holds workstations, and attest it for ISO-12.",
			Portal:     "Entra admin center > Roles & admins > Cloud Device Administrator; Intune admin center > Tenant administration > Roles",
			Graph:      "GET /deviceManagement/roleAssignments?$expand=roleDefinition",
			PowerShell: "Get-MgDeviceManagementRoleAssignment -ExpandProperty roleDefinition",
		},
		References: model.References{NIST80053: []string{"AC-6"}, ATTACK: []string{"T1072"},
			Docs: []string{"https://learn.microsoft.com/security/privileged-access-workstations/privileged-access-success-criteria",
				"https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference"}},
		Statuses: []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown, model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: slices.Concat([]assess.Dependency{model.OwnerDeclarations, facts.Directory, model.RoleDefinitions, kit.Workstations}, kit.AccessNeeds, kit.RoleGroupNeeds, kit.GroupWriterNeeds),
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		directory, err := assess.Value(p, facts.Directory)
		if err != nil {
			return assess.Verdict{}, err
		}
		emergency, err := assess.Value(p, assess.BreakGlass)
		if err != nil {
			return assess.Verdict{}, err
		}
		engine, err := assess.Value(p, facts.Access)
		if err != nil {
			return assess.Verdict{}, err
		}
		rule, err := assess.Value(p, kit.Workstations)
		if err != nil {
			return assess.Verdict{}, err
		}
		usable := func(h principals.Holding) kit.HoldingAnswer {
			if len(rule.Gaps()) > 0 {
				return undeclared(engine, h)
			}
			return kit.Barred(engine.Query(h, access.Question{Step: access.StepUse, Devices: otherDevices}), "used from workstations only")
		}
		definitions := assess.Rows(p, model.RoleDefinitions)
		tally := p.Tally(assess.Words{One: "holding of a role over workstations", Many: "holdings of roles over workstations",
			Good: "are treated as Tier 0", Bad: "are not treated as Tier 0"})
		attested, all := assess.Attested(p, 180*24*time.Hour), directory.All()
		if len(all.Holdings) > 0 {
			tally.None(attested) // break glass alone controls workstations
		}
		controlling := onceARole(func(role principals.Role) model.Truth { return does(role, definitions, deviceRoles, deviceAction) })
		for _, h := range all.Holdings {
			controls := controlling(h.Role)
			if controls == model.False || h.Principal.Dangling == model.True {
				continue
			}
			answer := treatedAsTier0(tier0, h, usable)
			if controls == model.Unknown && answer.Met != model.True {
				answer = kit.HoldingAnswer{Detail: "whether the role controls devices is not known: its definition was not exported"}
			}
			exempt := facts.EmergencyHolding(h, emergency)
			if exempt == model.True {
				answer = kit.HoldingAnswer{Detail: "declared break glass, which policies leave alone on purpose"}
			}
			tally.Add(assess.Judgement{Ref: h.Principal.Ref().With(h.Evidence...).With(answer.Evidence...), Met: answer.Met, Half: answer.Met,
				Exempt: exempt, Detail: h.Role.Name + ": " + answer.Detail, Needs: answer.Needs})
		}
		if err := judgeRoleGroups(p, tally, controlling); err != nil {
			return assess.Verdict{}, err
		}
		if gaps := all.Gaps(); len(gaps) > 0 {
			tally.Add(assess.Judgement{Ref: model.Ref{Kind: "setting", ID: "roleManagement/directory", Name: "Directory roles"},
				Exempt: model.False, Detail: "who holds which role was not read in full", Needs: gaps})
		}
		inDirectory := tally.Every()
		if inDirectory.Status() != model.StatusPass {
			return inDirectory, nil
		}
		return attested, nil
	},
}

// judgeRoleGroups judges the groups that hold such a role: whoever writes one has
// the role, be there members or none.
func judgeRoleGroups(p *assess.Pass, tally *assess.Tally, such func(principals.Role) model.Truth) error {
	directory, err := assess.Value(p, facts.Directory)
	if err != nil {
		return err
	}
	writers, err := kit.ReadGroupWriters(p)
	if err != nil {
		return err
	}
	for _, g := range kit.RoleGroups(p, directory, such) {
		met, detail, evidence := model.Unknown, "whether it is a group was not exported", []model.Evidence(nil)
		ref := model.Ref{Kind: "group", ID: g.ID, Name: g.ID}
		if g.Known {
			ref = writers.Ref(g.ID)
			met, detail, evidence = writers.Shielded(g.ID)
		}
		met = model.Or(met, g.Wide.Not())
		tally.Add(assess.Judgement{Ref: ref.With(g.At).With(evidence...), Met: met, Half: met, Exempt: model.False, Detail: g.Role + ": " + detail})
	}
	return nil
}

// treatedAsTier0 judges one holding of a role that controls workstations; usable
// answers where it can be used.
func treatedAsTier0(tier0 principals.View, h principals.Holding, usable func(principals.Holding) kit.HoldingAnswer) kit.HoldingAnswer {
	holds := slices.ContainsFunc(tier0.Principals(), func(p principals.Principal) bool { return model.SameID(p.ID, h.Principal.ID) })
	switch {
	case h.Role.Tier0 == model.True && h.Principal.Kind == principals.KindServicePrincipal:
		return kit.HoldingAnswer{Met: model.True, Detail: "a workload identity with a Tier 0 role: FND-18 judges it"}
	case h.Role.Tier0 == model.True && h.Principal.Kind == principals.KindUser:
		return usable(h)
	case h.Principal.Kind == principals.KindGroup || h.Principal.Kind == principals.KindUnknown:
		return kit.HoldingAnswer{Detail: "who this is was not exported"}
	case h.TenantWide() != model.True:
		return kit.HoldingAnswer{Detail: "whether its scope holds a workstation is not judged"}
	case !holds && (len(tier0.Gaps()) > 0 || h.Role.Tier0 == model.Unknown):
		return kit.HoldingAnswer{Detail: "whether the holder has a Tier 0 role is not known"}
	case !holds:
		return kit.HoldingAnswer{Met: model.False, Detail: "the holder is no Tier 0 administrator"}
	case h.Principal.Kind == principals.KindServicePrincipal:
		return kit.HoldingAnswer{Met: model.True, Detail: "a workload identity with a Tier 0 role: FND-18 judges it"}
	}
	return usable(h)
}

// deviceRoles control workstations by what they are for: the device local
// administrators' power is on the device, not among the role's actions.
var deviceRoles = []string{
	model.GlobalAdministrator,
	"3a2c62db-5318-420d-8d74-23affee5d9d5", // Intune Administrator
	"7698a772-787b-4ac8-901f-60d6b08affd2", // Cloud Device Administrator
	"9f06204d-73c1-4d4c-880a-6edb90606fd8", // Azure AD Joined Device Local Administrator
	"11451d60-acb2-45eb-a7d6-43d0f0125c13", // Windows 365 Administrator
}

// onceARole asks once for each role: many hold the same.
func onceARole(question func(principals.Role) model.Truth) func(principals.Role) model.Truth {
	answers := map[string]model.Truth{}
	return func(role principals.Role) model.Truth {
		answer, asked := answers[role.ID]
		if !asked {
			answer = question(role)
			answers[role.ID] = answer
		}
		return answer
	}
}

// does says whether the role is listed or has such an action. The definition of
// a role of the catalogue may lack its actions; those that matter are listed.
func does(role principals.Role, definitions model.Rows[model.RoleDefinition], listed []string, action func(string) bool) model.Truth {
	if slices.ContainsFunc(listed, func(id string) bool { return model.SameID(id, role.ID) }) {
		return model.True
	}
	_, known := model.RoleWithTemplate(role.ID)
	for d := range definitions.All() {
		if !model.SameID(d.ID, role.ID) || known && !d.RolePermissions.Exported() {
			continue
		}
		return allowed(d, action)
	}
	if known {
		return model.False
	}
	return model.Unknown
}

// deviceAction reports whether a directory action writes to devices, or opens
// them. The marker of a workstation is an attribute of the device.
func deviceAction(action string) bool {
	action = strings.ToLower(action)
	if action == "microsoft.directory/devicelocalcredentials/password/read" {
		return true
	}
	over := func(entity string) bool {
		return strings.HasPrefix(action, entity) && !strings.HasSuffix(action, "/read")
	}
	return over("microsoft.directory/devices/") || over("microsoft.intune/") || over("microsoft.cloudpc/")
}
