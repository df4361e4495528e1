package operations

import (
	"fmt"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var ops02 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "OPS-02", Title: "Break-glass accounts depend on nothing outside the cloud",
		Pillar: model.Operations, Level: model.Defined, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"O1"}, Gaps: []model.GapTag{"G5a"},
		Rationale: "An emergency account that comes from the on-premises directory, or whose domain another server vouches for, is lost " +
			"with exactly the systems whose loss is the emergency.",
		Decides: "Passes when every declared break-glass account is cloud-only (onPremisesSyncEnabled is not true, no " +
			"onPremisesImmutableId), is no invited account (an internal one that was invited keeps its name, and externalUserState tells it), and has a name on the tenant's initial onmicrosoft.com domain or another " +
			"managed one.",
		Remediation: model.Remediation{
			Summary:    "Replace the account by one created in the cloud, named on the tenant's onmicrosoft.com domain.",
			Portal:     "Entra admin center > Users > New user > Create new user, domain <tenant>.onmicrosoft.com",
			Graph:      `PATCH /users/{id} {"userPrincipalName": "<name>@<tenant>.onmicrosoft.com"}, or POST /users for a new account`,
			PowerShell: "Update-MgUser -UserId <id> -UserPrincipalName <name>@<tenant>.onmicrosoft.com",
		},
		References: model.References{
			CIS: []string{"1.1.2"}, ATTACK: []string{"T1556.007"}, Docs: []string{emergencyAccess, "https://learn.microsoft.com/entra/external-id/invite-internal-users"},
		},
		Statuses: []model.Status{model.StatusPass, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: append([]assess.Dependency{model.TenantDomains}, breakGlassNeeds...),
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		domains := kit.ReadDomains(p)
		words := assess.Words{One: "break-glass account", Many: "break-glass accounts",
			Good: "live in the cloud alone", Bad: "depend on another directory or server"}
		return everyAccount(p, words, func(account principals.Principal) (model.Truth, string, []model.Evidence) {
			u := account.User
			evidence := []model.Evidence{u.Evidence("/onPremisesSyncEnabled", u.OnPremisesSyncEnabled),
				u.Evidence("/onPremisesImmutableId", u.OnPremisesImmutableID), u.Evidence("/userPrincipalName", u.UserPrincipalName), u.Evidence("/externalUserState", u.ExternalUserState)}
			synced := model.Or(u.OnPremisesSyncEnabled.Is(func(on bool) bool { return on }),
				u.OnPremisesImmutableID.Is(func(id string) bool { return id != "" }))
			detail := fmt.Sprintf("onPremisesSyncEnabled %v, onPremisesImmutableId %v", u.OnPremisesSyncEnabled, u.OnPremisesImmutableID)
			managed := model.Unknown
			if domain, ok := domains.Of(u.UserPrincipalName); ok {
				managed = model.Or(model.Equals(domain.IsInitial, true), kit.Managed(domain))
				evidence = append(evidence, domain.Evidence("/authenticationType", domain.AuthenticationType))
				detail += fmt.Sprintf(", %s is %v", domain.ID, domain.AuthenticationType)
			}
			return model.And(synced.Not(), kit.Outsider(account).Not(), managed), detail, evidence
		})
	},
}
