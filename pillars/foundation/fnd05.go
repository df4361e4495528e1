package foundation

import (
	"fmt"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var fnd05 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-05", Title: "Cloud-only admins",
		Pillar: model.Foundation, Level: model.Defined, Gate: true, Severity: model.Critical,
		Basis: model.ConfidenceDecided, Domain: model.DomainIdentity, Since: "0.1.0",
		Bullets: []model.Bullet{"F2"}, Gaps: []model.GapTag{"G4"},
		Rationale: "Whoever controls the on-premises directory controls every account that is synchronised from it. " +
			"A Tier 0 account that lives in the cloud only cannot be taken over from there.",
		Decides: "Passes when every user who holds a Tier 0 role, active or eligible, directly or through a group, " +
			"is not synchronised (onPremisesSyncEnabled is not true) and has no onPremisesImmutableId. " +
			"Of a guest these say nothing: the account that signs in is in another organisation's directory, and whether that is synchronised is unknown.",
		Remediation: model.Remediation{
			Summary:    "Create a cloud-only account for each administrator, move the role to it, and remove the role from the synchronised account.",
			Portal:     "Entra admin center > Users > New user; then Identity Governance > Privileged Identity Management > Microsoft Entra roles > Assignments",
			Graph:      "POST /users, then POST /roleManagement/directory/roleEligibilityScheduleRequests (action adminAssign for the new account, adminRemove for the old one)",
			PowerShell: "New-MgUser ...; New-MgRoleManagementDirectoryRoleEligibilityScheduleRequest -Action adminAssign -PrincipalId <new account> -RoleDefinitionId <role> -DirectoryScopeId /",
		},
		References: model.References{
			SCuBA: []string{"MS.AAD.7.3v1"}, CIS: []string{"1.1.1"}, NIST80053: []string{"AC-6(5)"},
			ISO27001: []string{"A.8.2"}, ATTACK: []string{"T1556.007"},
		},
		Statuses: []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Tier0},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "are cloud-only", Bad: "are controlled by an on-premises directory"})
		for _, principal := range tier0.Users() {
			if principal.User == nil {
				tally.Judge(principal.Ref(), model.Unknown, "the account was not exported")
				continue
			}
			u := principal.User
			synced := u.OnPremisesSyncEnabled.Is(func(on bool) bool { return on })
			anchored := u.OnPremisesImmutableID.Is(func(id string) bool { return id != "" })
			visitor := kit.Visitor(u)
			detail := fmt.Sprintf("onPremisesSyncEnabled %v, onPremisesImmutableId %v", u.OnPremisesSyncEnabled, u.OnPremisesImmutableID)
			if visitor != model.False {
				detail += "; the account that signs in is in another organisation's directory, or perhaps in one"
			}
			tally.Judge(principal.Ref().With(
				u.Evidence("/onPremisesSyncEnabled", u.OnPremisesSyncEnabled),
				u.Evidence("/onPremisesImmutableId", u.OnPremisesImmutableID)),
				model.Or(synced, anchored, model.And(visitor, model.Unknown)).Not(), "%s", detail)
		}
		return tally.Every(), nil
	},
}
