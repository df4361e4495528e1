package foundation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var fnd16 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-16", Title: "Few Global Administrators, and more than one",
		Pillar: model.Foundation, Level: model.Defined, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"F3", "C1"},
		Rationale: "Every Global Administrator is one more way to lose the tenant, and a single one is a way to be locked out of it. " +
			"Most work needs a smaller role.",
		Decides: "Counts the users who can become Global Administrator, active or eligible, directly or through a group, without the " +
			"declared break-glass accounts that hold the role permanently. Passes with 2 to 4, is partial with 5 to 8, and with 0 or 1 where two break-glass accounts " +
			"hold the role; fails otherwise. (CIS asks for 2 to 4, CISA for 2 to 8, Microsoft for fewer than 5.)",
		Remediation: model.Remediation{
			Summary:    "Replace Global Administrator by the least role that does the work, and keep two to four eligible people.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Roles > Global Administrator",
			Graph:      "GET /roleManagement/directory/roleEligibilityScheduleInstances?$filter=roleDefinitionId eq '62e90394-69f5-4237-9190-012177145e10'; POST …/roleEligibilityScheduleRequests (action adminRemove)",
			PowerShell: "New-MgRoleManagementDirectoryRoleEligibilityScheduleRequest -Action adminRemove -PrincipalId <id> -RoleDefinitionId 62e90394-69f5-4237-9190-012177145e10 -DirectoryScopeId /",
		},
		References: model.References{
			SCuBA: []string{"MS.AAD.7.1v1"}, CIS: []string{"1.1.3"}, NIST80053: []string{"AC-6(5)"},
			ISO27001: []string{"A.8.2"}, ZTA: []string{"21812"},
		},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.GlobalAdministrators, assess.BreakGlass},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		globals, err := assess.Value(p, facts.GlobalAdministrators)
		if err != nil {
			return assess.Verdict{}, err
		}
		emergency, err := assess.Value(p, assess.BreakGlass)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "user", Many: "users", Good: "besides break glass can become Global Administrator"})
		var refs []model.Ref
		spare, perhapsSpare := 0, 0
		for _, holder := range kit.Users(globals) {
			exempt, exists := facts.EmergencyUser(globals, holder.ID, emergency), kit.IsUser(holder.Principal)
			if exempt == model.True && exists == model.True {
				spare++
			}
			if exempt == model.True && exists != model.False {
				perhapsSpare++
			}
			refs = append(refs, holder.Ref().With(holder.Holding...))
			tally.Add(assess.Judgement{Ref: refs[len(refs)-1], Met: exists, Half: exists, Exempt: exempt})
		}
		bands := []assess.Band{{Min: 2, Max: 4, Status: model.StatusPass}, {Min: 5, Max: 8, Status: model.StatusPartial}}
		alone := tally.Count(bands...)
		backed := tally.Count(append(bands, assess.Band{Min: 0, Max: 1, Status: model.StatusPartial})...)
		switch {
		case spare >= 2:
			return backed, nil
		case perhapsSpare < 2 || alone.Status() == backed.Status():
			return alone, nil
		}
		return assess.Unknown(model.Unresolved, "At most one Global Administrator, and the export does not say whether the break-glass accounts that hold the role still exist.").About(refs...), nil
	},
}
