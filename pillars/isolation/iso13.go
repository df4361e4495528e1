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

// A role that only reads is no work in another tier: Global Reader is what a
// careful administrator uses until something must be changed. Nor is a role of the
// control plane that is not in the Tier 0 set: ISO-12 even asks that who controls
// workstations is Tier 0.
var iso13 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-13", Title: "No account works in Tier 0 and below it",
		Pillar: model.Isolation, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainExecution, Since: "0.1.0",
		Bullets: []model.Bullet{"I2"}, Gaps: []model.GapTag{"G4"},
		Rationale: "An account that resets passwords in the morning and administers the tenant in the afternoon carries Tier 0 to the places where the lower tier works. " +
			"Whoever waits there gets both.",
		Decides: "Passes when no user with a Tier 0 role holds, or is eligible for, a directory role of a lower tier, directly or through a group, in whatever scope. " +
			"Roles that only read count as none, and so do other roles of the control plane, except those that look after ordinary accounts (Helpdesk, User, Password, Authentication, Groups and License Administrator and the like); a custom role counts when any of its actions does more than read. " +
			"Partial when at least 80 % qualify and nobody with Global or Privileged Role Administrator is among the rest. " +
			"A role that is meant to be Tier 0 is declared so (tier0.addRoles); an accepted one is a dated exception. Roles in Azure, Intune, Exchange and other services, and the apps that the account may use, are not read.",
		Remediation: model.Remediation{
			Summary:    "Give the lower-tier work a second administrative account, and remove its roles from the Tier 0 account.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Assignments",
			Graph:      "POST /roleManagement/directory/roleEligibilityScheduleRequests (action adminRemove); DELETE /roleManagement/directory/roleAssignments/{id}",
			PowerShell: "Remove-MgRoleManagementDirectoryRoleAssignment -UnifiedRoleAssignmentId <assignment id>",
		},
		References: model.References{NIST80053: []string{"AC-5"}, ISO27001: []string{"A.5.3"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Tier0, facts.Directory, model.RoleDefinitions},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		directory, err := assess.Value(p, facts.Directory)
		if err != nil {
			return assess.Verdict{}, err
		}
		all, definitions := directory.All(), assess.Rows(p, model.RoleDefinitions)
		tally := p.Tally(assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "hold no role of a lower tier", Bad: "hold a role of a lower tier as well"})
		for _, user := range kit.Users(tier0) {
			if kit.IsUser(user.Principal) == model.False {
				continue // deleted: nobody works with it
			}
			tally.Add(spanning(user, all, definitions))
		}
		return kit.Share(tally), nil
	},
}

// spanning judges a Tier 0 user by every role that they hold.
func spanning(user kit.Holder, all principals.View, definitions model.Rows[model.RoleDefinition]) assess.Judgement {
	j := assess.Judgement{Ref: user.Ref(), Met: model.True, Exempt: model.False, Critical: user.Critical}
	var lower []string
	for _, h := range all.Holdings {
		if !model.SameID(h.Principal.ID, user.ID) {
			continue
		}
		is := lowerTier(h.Role, definitions)
		j.Met = model.And(j.Met, is.Not())
		if is == model.False {
			continue
		}
		j.Ref = j.Ref.With(h.Evidence...)
		name := h.Role.Name
		if is == model.Unknown {
			name += " (its tier is not known)"
		}
		if !slices.Contains(lower, name) {
			lower = append(lower, name)
		}
	}
	if len(all.Gaps()) > 0 { // they may hold more
		j.Met, j.Needs = model.And(j.Met, model.Unknown), all.Gaps()
	}
	if kit.IsUser(user.Principal) != model.True {
		j.Met = model.And(j.Met, model.Unknown) // perhaps a group
	}
	j.Half, j.Detail = j.Met, strings.Join(lower, ", ")
	return j
}

// lowerTier says whether holding the role is work below Tier 0.
func lowerTier(role principals.Role, definitions model.Rows[model.RoleDefinition]) model.Truth {
	if role.Tier0 != model.False {
		return role.Tier0.Not() // Unknown stays so
	}
	if known, ok := model.RoleWithTemplate(role.ID); ok {
		switch {
		case readerRole(known.Name):
			return model.False
		case known.Tier == model.TierUnknown:
			return model.Unknown
		}
		return model.Of(known.Tier != 0 || slices.Contains(peopleRoles, known.TemplateID))
	}
	for d := range definitions.All() {
		if model.SameID(d.ID, role.ID) {
			return writes(d)
		}
	}
	return model.Unknown
}

// peopleRoles look after everybody's accounts, groups and licences. The catalogue
// counts them to the control plane because of whom they can reach; their daily
// work is among users and their devices.
var peopleRoles = []string{
	"c4e39bd9-1100-46d3-8c65-fb160da0071f", // Authentication Administrator
	"9360feb5-f418-4baa-8175-e2a00bac4301", // Directory Writers
	"fdd7a751-b60b-444a-984c-02652fe8fa1c", // Groups Administrator
	"729827e3-9c14-49f7-bb1b-9608f156bbb8", // Helpdesk Administrator
	"b5a8dcf3-09d5-43a9-a639-8e29ef291470", // Knowledge Administrator
	"744ec460-397e-42ad-a462-8b3f9747a02c", // Knowledge Manager
	"4d6ac14f-3453-41d0-bef9-a3e0c569773a", // License Administrator
	"4ba39ca4-527c-499a-b93d-d9b492c50246", // Partner Tier1 Support
	"966707d0-3269-4727-9be2-8c3a10f19b9d", // Password Administrator
	"fe930be7-5e62-47db-91af-98c3a49a38b1", // User Administrator
}

// readerRole tells the built-in roles that only read by their name; the catalogue
// has no other mark.
func readerRole(name string) bool {
	return strings.HasSuffix(name, " Reader") || strings.HasSuffix(name, " Readers")
}

// writes says whether a role may do anything but read.
func writes(d model.RoleDefinition) model.Truth {
	return allowed(d, func(action string) bool { return !strings.HasSuffix(strings.ToLower(action), "/read") })
}

// allowed says whether one of the role's actions is such.
func allowed(d model.RoleDefinition, such func(string) bool) model.Truth {
	return model.Fold(d.RolePermissions, unknown, no, func(permissions []model.RolePermission) model.Truth {
		found := model.False
		for _, permission := range permissions {
			found = model.Or(found, permission.AllowedResourceActions.Is(func(actions []string) bool { return slices.ContainsFunc(actions, such) }))
		}
		return found
	})
}
