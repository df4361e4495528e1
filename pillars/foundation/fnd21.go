package foundation

import (
	"slices"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

var fnd21 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-21", Title: "The directory's defaults open no paths",
		Pillar: model.Foundation, Level: model.Defined, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"F4"}, Gaps: []model.GapTag{"G4"},
		Rationale: "By default every user may register applications, create tenants, invite guests and let applications read the directory in their name: " +
			"the usual first steps from any stolen account towards a privileged one.",
		Decides: "Reads the authorization policy. Users must not be allowed to register applications (allowedToCreateApps) or to create tenants (allowedToCreateTenants); " +
			"permissionGrantPoliciesAssigned must not hold microsoft-user-default-legacy, which lets users consent to any application, nor a policy for users that this project does not know; " +
			"allowInvitesFrom must be adminsAndGuestInviters or none. Each setting is judged by itself, and one that is open fails.",
		Remediation: model.Remediation{
			Summary: "Turn the four settings off for users, and let the few who need them have the roles Application Developer, Tenant Creator and Guest Inviter.",
			Portal:  "Entra admin center > Users > User settings; External identities > External collaboration settings; Enterprise apps > Consent and permissions",
			Graph: "PATCH /policies/authorizationPolicy {\"allowInvitesFrom\": \"adminsAndGuestInviters\", \"defaultUserRolePermissions\": {\"allowedToCreateApps\": false, \"allowedToCreateTenants\": false, " +
				"\"permissionGrantPoliciesAssigned\": []}}",
			PowerShell: "Update-MgPolicyAuthorizationPolicy -AllowInvitesFrom adminsAndGuestInviters -DefaultUserRolePermissions @{ AllowedToCreateApps = $false; AllowedToCreateTenants = $false }",
		},
		References: model.References{SCuBA: []string{"MS.AAD.5.1v1", "MS.AAD.5.2v1", "MS.AAD.8.2v1"}, CIS: []string{"5.1.2.2", "5.1.2.3", "5.1.5.1"},
			NIST80053: []string{"AC-6(10)"}, Docs: []string{"https://learn.microsoft.com/graph/api/resources/authorizationpolicy"}},
		Statuses: []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{model.AuthorizationPolicies},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tally := p.Tally(assess.Words{One: "default of the directory", Many: "defaults of the directory", Good: "are closed", Bad: "are open"})
		for policy := range assess.Rows(p, model.AuthorizationPolicies).All() {
			setting := func(path, name string, met model.Truth, value string) {
				tally.Judge(model.Ref{Kind: "setting", ID: "policies/authorizationPolicy/" + path, Name: name}.With(policy.Evidence("/"+path, value)), met, "%s", value)
			}
			permissions := model.DefaultUserRolePermissions{}
			policy.DefaultUserRolePermissions.Is(func(d model.DefaultUserRolePermissions) bool { permissions = d; return true })
			const users = "defaultUserRolePermissions/"
			setting(users+"allowedToCreateApps", "Users register applications", model.Equals(permissions.AllowedToCreateApps, false), permissions.AllowedToCreateApps.String())
			setting(users+"allowedToCreateTenants", "Users create tenants", model.Equals(permissions.AllowedToCreateTenants, false), permissions.AllowedToCreateTenants.String())
			setting(users+"permissionGrantPoliciesAssigned", "Users consent to applications", limitedConsent(permissions.PermissionGrantPoliciesAssigned),
				permissions.PermissionGrantPoliciesAssigned.String())
			setting("allowInvitesFrom", "Who invites guests", invitations(policy.AllowInvitesFrom), policy.AllowInvitesFrom.String())
		}
		return tally.Every(), nil
	},
}

// consentLimits are the policies for consent by users that Microsoft keeps to
// verified publishers and low permissions.
// Source: learn.microsoft.com/entra/identity/enterprise-apps/configure-user-consent.
var consentLimits = []string{"microsoft-user-default-low", "microsoft-user-default-recommended", "microsoft-user-default-allow-consent-apps-for-own-data"}

// limitedConsent judges which consent policies users have. Policies for teams
// and chats reach no directory data.
func limitedConsent(assigned model.Field[[]string]) model.Truth {
	unknown := func() model.Truth { return model.Unknown }
	return model.Fold(assigned, unknown, unknown, func(policies []string) model.Truth {
		limited := model.True
		for _, name := range policies {
			name = strings.ToLower(name)
			short, forSelf := strings.CutPrefix(name, "managepermissiongrantsforself.")
			switch {
			case short == "microsoft-user-default-legacy" || short == "user-default-legacy": // as beta first wrote it
				return model.False
			case strings.HasPrefix(name, "managepermissiongrantsforownedresource."):
			case !forSelf || !slices.Contains(consentLimits, short):
				limited = model.Unknown // a policy of the tenant's own: its conditions are not in the export
			}
		}
		return limited
	})
}

func invitations(from model.Field[string]) model.Truth {
	unknown := func() model.Truth { return model.Unknown }
	return model.Fold(from, unknown, unknown, func(who string) model.Truth {
		switch who {
		case "adminsAndGuestInviters", "none":
			return model.True
		case "everyone", "adminsGuestInvitersAndAllMembers":
			return model.False
		}
		return model.Unknown
	})
}
