package operations

import (
	"slices"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// Without DisablePasswordExpiration the domain's own rule decides, which lets
// passwords live for ever in most tenants and is in no export: that is partial.
// Lifecycle workflows are no part of an export and are not judged.
var ops06 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "OPS-06", Title: "Break-glass accounts are protected and swept away by nothing",
		Pillar: model.Operations, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Licence: "Entra ID P1", Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"O1"}, Gaps: []model.GapTag{"G5a"},
		Rationale: "A break-glass account is used once in years. Until then a group owner, a clean-up job or an expired password can make it useless, " +
			"and nobody notices before the emergency.",
		Decides: "Passes when every declared break-glass account is in a restricted management administrative unit, or is a member of no group but role-assignable ones (nested groups too, dynamic ones count), " +
			"and its password is set never to expire. Partial when only the last is missing: then the domain's own expiry decides, which is not exported. Fails when an ordinary group holds an unrestricted account.",
		Remediation: model.Remediation{
			Summary:    "Put the accounts into a restricted management administrative unit, take them out of ordinary groups, and let their passwords never expire.",
			Portal:     "Entra admin center > Roles & admins > Admin units > Add > Restricted management administrative unit",
			Graph:      `POST /directory/administrativeUnits {"isMemberManagementRestricted": true}; PATCH /users/{id} {"passwordPolicies": "DisablePasswordExpiration"}`,
			PowerShell: "Update-MgUser -UserId <id> -PasswordPolicies DisablePasswordExpiration",
		},
		References: model.References{NIST80053: []string{"AC-6(1)"}, Docs: []string{emergencyAccess,
			"https://learn.microsoft.com/entra/identity/role-based-access-control/admin-units-restricted-management"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: breakGlassNeeds,
	Wants:    []assess.Dependency{model.Groups}, // not needed where the account is restricted
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		accounts, settled, err := breakGlass(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		if settled != nil {
			return *settled, nil
		}
		directory, err := assess.Value(p, facts.Directory)
		if err != nil {
			return assess.Verdict{}, err
		}
		groups := assess.Rows(p, model.Groups)
		tally := p.Tally(assess.Words{One: "break-glass account", Many: "break-glass accounts",
			Good: "are protected and last", Bad: "are in ordinary groups, or their passwords may expire"})
		for _, account := range accounts {
			safe, lasts := model.And(model.Unknown, kit.IsUser(account)), model.Unknown
			j := assess.Judgement{Ref: account.Ref(), Exempt: model.False, Detail: absent(safe)}
			if u := account.User; u != nil && safe != model.False {
				var ordinary []string
				j.Ref = j.Ref.With(u.Evidence("/isManagementRestricted", u.IsManagementRestricted), u.Evidence("/passwordPolicies", u.PasswordPolicies))
				lasts = u.PasswordPolicies.Is(neverExpires)
				safe, ordinary = inNoOrdinaryGroup(directory, groups, account.ID)
				safe = model.Or(model.Equals(u.IsManagementRestricted, true), safe)
				j.Detail = "isManagementRestricted " + u.IsManagementRestricted.String() + ", passwordPolicies " + u.PasswordPolicies.String()
				if safe != model.True && len(ordinary) > 0 {
					j.Detail += ", member of " + strings.Join(ordinary, ", ")
				}
			}
			j.Met, j.Half = model.And(safe, lasts), safe
			tally.Add(j)
		}
		return tally.Every(), nil
	},
}

// neverExpires reads passwordPolicies, a list in one text.
// Source: learn.microsoft.com/graph/api/resources/user, passwordPolicies.
func neverExpires(policies string) bool {
	return slices.ContainsFunc(strings.Split(policies, ","), func(policy string) bool {
		return strings.TrimSpace(policy) == "DisablePasswordExpiration"
	})
}

// inNoOrdinaryGroup says whether all groups of the account are role-assignable,
// which only few may change, and names those that certainly are not.
func inNoOrdinaryGroup(directory *principals.Directory, groups model.Rows[model.Group], id string) (none model.Truth, names []string) {
	found := model.False
	if groups.Coverage().State != model.Complete {
		found = model.Unknown
	}
	memberOf := directory.MembershipsOf(id)
	for group := range groups.Each() {
		ordinary := model.Equals(group.IsAssignableToRole, true).Not()
		if ordinary == model.False {
			continue
		}
		ordinary = model.And(ordinary, memberOf(group.ID))
		if ordinary == model.True {
			names = append(names, group.DisplayName.String())
		}
		found = model.Or(found, ordinary)
	}
	return found.Not(), names
}
