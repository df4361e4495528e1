package control

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var ctl03 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-03", Title: "Nothing assigned outside PIM",
		Pillar: model.Control, Level: model.Defined, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainPrivilege, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"C1"},
		Rationale: "A role that is assigned around PIM has no approval, no justification and no end, and PIM's reports do not show who asked for it.",
		Decides: "Every active assignment of a Tier 0 role must be known to PIM: its schedule instance has a start date (a missing one marks an assignment made elsewhere). " +
			"Declared break-glass accounts are exempt. Partial when at least 80 % qualify and no Global or Privileged Role Administrator is among the rest.",
		Remediation: model.Remediation{
			Summary:    "Remove the assignment and make it again in PIM, eligible.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Assignments",
			Graph:      "DELETE /roleManagement/directory/roleAssignments/{id}, then POST /roleManagement/directory/roleEligibilityScheduleRequests",
			PowerShell: "Remove-MgRoleManagementDirectoryRoleAssignment -UnifiedRoleAssignmentId <id>; New-MgRoleManagementDirectoryRoleEligibilityScheduleRequest ...",
		},
		References: model.References{SCuBA: []string{"MS.AAD.7.5v1"}, NIST80053: []string{"AC-2"}, ATTACK: []string{"T1651"}, ZTA: []string{"21816"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Tier0, facts.Directory, model.RoleAssignments, assess.BreakGlass},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		if v, missing, err := kit.NoPIM(p); missing || err != nil {
			return v, err
		}
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		emergency, err := assess.Value(p, assess.BreakGlass)
		if err != nil {
			return assess.Verdict{}, err
		}
		assess.Rows(p, model.RoleAssignments) // what PIM does not know shows only there
		tally := p.Tally(assess.Words{One: "holding of a Tier 0 role", Many: "holdings of Tier 0 roles",
			Good: "are known to PIM", Bad: "were assigned outside PIM"})
		for _, h := range tier0.Holdings {
			known := h.Scheduled
			if h.Manner == principals.Eligible {
				known = model.True // an eligibility exists in PIM only
			}
			tally.Add(assess.Judgement{Ref: h.Principal.Ref().With(h.Evidence...), Met: known, Half: known,
				Exempt: facts.EmergencyHolding(h, emergency), Critical: kit.Critical(h.Role.ID),
				Detail: h.Role.Name + ", " + string(h.Manner)})
		}
		return kit.Share(tally), nil
	},
}
