package operations

import (
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

var ops03 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "OPS-03", Title: "Break-glass accounts hold Global Administrator permanently",
		Pillar: model.Operations, Level: model.Defined, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Licence: "Entra ID P2 (without it, role assignments alone are judged)",
		Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"O1"}, Gaps: []model.GapTag{"G5a"},
		Rationale: "In an emergency there may be nobody to approve, no MFA service to answer and no PIM to ask. An account that must " +
			"first activate its role, or whose role has expired, opens nothing.",
		Decides: "Passes when every declared break-glass account has an active assignment of Global Administrator for the whole tenant " +
			"without an end, directly or as a lasting member of a group. Eligible, activated and time-bound assignments do not count.",
		Remediation: model.Remediation{
			Summary: "Assign Global Administrator to each break-glass account as active and permanent.",
			Portal:  "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Assignments > Add assignments > Active, permanently assigned",
			Graph: `POST /roleManagement/directory/roleAssignmentScheduleRequests {"action": "adminAssign", "principalId": "<id>", "roleDefinitionId": ` +
				`"62e90394-69f5-4237-9190-012177145e10", "directoryScopeId": "/", "scheduleInfo": {"expiration": {"type": "noExpiration"}}}`,
			PowerShell: "New-MgRoleManagementDirectoryRoleAssignmentScheduleRequest -Action adminAssign -PrincipalId <id> -RoleDefinitionId 62e90394-69f5-4237-9190-012177145e10 -DirectoryScopeId / -ScheduleInfo @{expiration = @{type = 'noExpiration'}}",
		},
		References: model.References{Docs: []string{emergencyAccess}},
		Statuses:   []model.Status{model.StatusPass, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: append([]assess.Dependency{facts.GlobalAdministrators}, breakGlassNeeds...),
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		globals, err := assess.Value(p, facts.GlobalAdministrators)
		if err != nil {
			return assess.Verdict{}, err
		}
		words := assess.Words{One: "break-glass account", Many: "break-glass accounts",
			Good: "hold Global Administrator permanently", Bad: "do not hold Global Administrator permanently"}
		return everyAccount(p, words, func(account principals.Principal) (model.Truth, string, []model.Evidence) {
			return permanent(globals, account)
		})
	},
}

// permanent says whether the account holds the view's role for good, and shows
// the holding that comes nearest. A holding that is not there may be among the
// data that is not.
func permanent(view principals.View, account principals.Principal) (model.Truth, string, []model.Evidence) {
	best, detail := model.Of(false), "does not hold the role"
	if len(view.Gaps()) > 0 {
		best, detail = model.Unknown, "no holding of the role was exported"
	}
	var evidence []model.Evidence
	for _, h := range view.Holdings {
		if !model.SameID(h.Principal.ID, account.ID) {
			continue
		}
		lasting := model.And(model.Of(h.Manner == principals.Standing), h.Permanent, h.TenantWide())
		if evidence == nil || lasting == model.True && best != model.True {
			evidence, detail = h.Evidence, describe(h)
		}
		best = model.Or(best, lasting)
	}
	return best, detail, evidence
}

func describe(h principals.Holding) string {
	switch {
	case h.Manner != principals.Standing:
		return string(h.Manner) + " only"
	case !h.End.IsZero():
		return "active until " + h.End.Format(time.DateOnly)
	case h.TenantWide() == model.False:
		return "active for " + h.Scope + " only"
	case h.Permanent == model.True:
		return "active without an end"
	}
	return "active; the export does not say whether it ends"
}
