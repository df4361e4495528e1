package control

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var ctl02 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-02", Title: "PIM in use",
		Pillar: model.Control, Level: model.Developing, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainPrivilege, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"C1"},
		Rationale: "Just-in-time access begins with the first eligible assignment. Without one, every administrator is one all day.",
		Decides: "Passes when at least one user of this tenant is eligible for a Tier 0 role, directly or through a group; the eligibility of an account that is gone is none. " +
			"It asks only whether PIM is used at all; CTL-01 asks whether anything still stands beside it. Fails without a licence for PIM.",
		Remediation: model.Remediation{
			Summary:    "Assign Tier 0 roles as eligible in Privileged Identity Management.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Assignments > Add assignments (Eligible)",
			Graph:      "POST /roleManagement/directory/roleEligibilityScheduleRequests (action adminAssign)",
			PowerShell: "New-MgRoleManagementDirectoryRoleEligibilityScheduleRequest -Action adminAssign -PrincipalId <user> -RoleDefinitionId <role> -DirectoryScopeId /",
		},
		References: model.References{CIS: []string{"5.3.1"}, NIST80053: []string{"AC-2"}, ZTA: []string{"21876"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Tier0, facts.Directory},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		if v, missing, err := kit.NoPIM(p); missing || err != nil {
			return v, err
		}
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "holding of a Tier 0 role", Many: "holdings of Tier 0 roles",
			Good: "are eligible", Bad: "are active"})
		for _, h := range tier0.Holdings {
			tally.Judge(h.Principal.Ref().With(h.Evidence...), model.And(model.Of(h.Manner == principals.Eligible), kit.IsUser(h.Principal)), "%s, %s", h.Role.Name, h.Manner)
		}
		return tally.Some(), nil
	},
}
