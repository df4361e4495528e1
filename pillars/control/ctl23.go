package control

import (
	"slices"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The catalogue names three families of actions. The action that takes a context
// off the others belongs to them: who performs it undoes the rest. It counts with
// the families whose absence leaves a partial result.
var ctl23 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-23", Title: "Changes to access policies are protected actions",
		Pillar: model.Control, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainPrivilege, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"C5", "O3"}, Gaps: []model.GapTag{"G4"},
		Rationale: "Whoever takes over an administrator's session switches off the policy that stands in the way. A protected action asks again, for a method that a stolen session does not have, " +
			"at the moment of the change and whatever role allows it.",
		Decides: "Looks at the actions that write Conditional Access policies, named locations and cross-tenant access, and at the one that assigns authentication contexts to actions. " +
			"An action is protected when it has an authentication context, an enabled policy for that context covers every user whose role allows one of the actions, whether the role counts as Tier 0 or not, " +
			"and no such user can sign in for the context without a phishing-resistant method, all enabled policies together. Passes when all are protected, is partial when all that write Conditional Access policies are. " +
			"An action that Entra ID cannot protect is left out; one that is missing from the export is unknown. Declared break-glass accounts are exempt, and workload identities are never asked for a context.",
		Remediation: model.Remediation{
			Summary: "Publish an authentication context, protect it by an enabled policy for all users (break glass excluded) that requires the strength Phishing-resistant MFA, " +
				"and assign it to the permissions over Conditional Access, named locations, cross-tenant access and protected actions.",
			Portal:     "Entra admin center > Roles & admins > Protected actions > Add protected actions",
			Graph:      "PATCH https://graph.microsoft.com/beta/roleManagement/directory/resourceNamespaces/microsoft.directory/resourceActions/{id} (authenticationContextId c1)",
			PowerShell: "Update-MgBetaRoleManagementDirectoryResourceNamespaceResourceAction -UnifiedRbacResourceNamespaceId microsoft.directory -UnifiedRbacResourceActionId <id> -AuthenticationContextId c1",
		},
		References: model.References{NIST80053: []string{"CM-5"}, ISO27001: []string{"A.8.32"}, ATTACK: []string{"T1556.009"}, ZTA: []string{"21964"},
			Docs: []string{"https://learn.microsoft.com/entra/identity/role-based-access-control/protected-actions-overview"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: append([]assess.Dependency{model.ResourceActions, model.RoleDefinitions, facts.Access}, kit.PolicyNeeds...),
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		rows := assess.Rows(p, model.ResourceActions)
		if rows.Coverage().Reason == model.NotLicensed {
			return assess.Fail("Protected actions are not licensed (no Entra ID P1), so a change of a policy asks for nothing."), nil
		}
		policies, err := kit.ReadPolicies(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		engine, err := assess.Value(p, facts.Access)
		if err != nil {
			return assess.Verdict{}, err
		}
		emergency, err := assess.Value(p, assess.BreakGlass)
		if err != nil {
			return assess.Verdict{}, err
		}
		directory, err := assess.Value(p, facts.Directory)
		if err != nil {
			return assess.Verdict{}, err
		}
		contexts := contexts{policies: policies, engine: engine, emergency: emergency,
			definitions: assess.Rows(p, model.RoleDefinitions), known: map[string]kit.HoldingAnswer{}}
		contexts.performers = contexts.whoPerforms(directory)
		tally := p.Tally(assess.Words{One: "action that writes policies", Many: "actions that write policies",
			Good: "are protected", Bad: "are not protected"})
		if gaps := directory.All().Gaps(); contexts.belowTier0(directory) && len(gaps) > 0 {
			tally.Add(assess.Judgement{Ref: model.Ref{Kind: "setting", ID: "roleManagement/directory", Name: "Directory roles"},
				Exempt: model.False, Detail: "who holds which role was not read in full", Needs: gaps})
		}
		seen := map[string]bool{}
		for row := range rows.All() {
			name := row.Name.String()
			if !row.Name.Exported() {
				// It may be any of them.
				tally.Judge(row.Ref("action", row.ID).With(row.Evidence("/name", row.Name)), model.Unknown, "which action this is was not exported")
				continue
			}
			if !guarded(name) && !slices.Contains(guardedActions, name) {
				continue
			}
			seen[name] = true
			tally.Add(judgeAction(row, name, contexts))
		}
		for _, name := range guardedActions {
			if !seen[name] && rows.Len() > 0 {
				tally.Add(half(name, assess.Judgement{Ref: model.Ref{Kind: "action", ID: name, Name: name}, Exempt: model.False, Detail: "the action was not exported"}))
			}
		}
		return tally.Every(), nil
	},
}

const writesConditionalAccess = "microsoft.directory/conditionalAccessPolicies/"

// guardedActions are the actions of the families that can be protected.
// Source: learn.microsoft.com/entra/identity/role-based-access-control/protected-actions-overview.
var guardedActions = []string{
	writesConditionalAccess + "basic/update",
	writesConditionalAccess + "create",
	writesConditionalAccess + "delete",
	"microsoft.directory/crossTenantAccessPolicy/allowedCloudEndpoints/update",
	"microsoft.directory/crossTenantAccessPolicy/default/b2bCollaboration/update",
	"microsoft.directory/crossTenantAccessPolicy/default/b2bDirectConnect/update",
	"microsoft.directory/crossTenantAccessPolicy/default/crossCloudMeetings/update",
	"microsoft.directory/crossTenantAccessPolicy/default/tenantRestrictions/update",
	"microsoft.directory/crossTenantAccessPolicy/partners/b2bCollaboration/update",
	"microsoft.directory/crossTenantAccessPolicy/partners/b2bDirectConnect/update",
	"microsoft.directory/crossTenantAccessPolicy/partners/create",
	"microsoft.directory/crossTenantAccessPolicy/partners/crossCloudMeetings/update",
	"microsoft.directory/crossTenantAccessPolicy/partners/delete",
	"microsoft.directory/crossTenantAccessPolicy/partners/tenantRestrictions/update",
	"microsoft.directory/namedLocations/basic/update",
	"microsoft.directory/namedLocations/create",
	"microsoft.directory/namedLocations/delete",
	"microsoft.directory/resourceNamespaces/resourceActions/authenticationContext/update",
}

// guarded reports whether an action is of the families, be it newer than the
// list.
func guarded(action string) bool {
	writes := !strings.HasSuffix(action, "/read")
	return writes && (strings.HasPrefix(action, writesConditionalAccess) || strings.HasPrefix(action, "microsoft.directory/namedLocations/") ||
		strings.HasPrefix(action, "microsoft.directory/crossTenantAccessPolicy/"))
}

func judgeAction(row model.ResourceAction, name string, contexts contexts) assess.Judgement {
	j := assess.Judgement{Exempt: model.False, Ref: row.Ref("action", name).With(row.Evidence("/authenticationContextId", row.AuthenticationContextID))}
	listed := slices.Contains(guardedActions, name)
	settable := model.Equals(row.IsAuthenticationContextSettable, true)
	if listed && row.IsAuthenticationContextSettable.Null() == model.True {
		settable = model.Unknown
	}
	if settable == model.False {
		j.Exempt, j.Detail = model.True, "Entra ID cannot protect this action"
		j.Ref = j.Ref.With(row.Evidence("/isAuthenticationContextSettable", row.IsAuthenticationContextSettable))
		return j
	}
	none := func() kit.HoldingAnswer {
		return kit.HoldingAnswer{Met: model.False, Detail: "no authentication context"}
	}
	answer := model.Fold(row.AuthenticationContextID,
		func() kit.HoldingAnswer {
			return kit.HoldingAnswer{Detail: "its authentication context was not exported"}
		}, none,
		func(context string) kit.HoldingAnswer {
			if context == "" {
				return none()
			}
			return contexts.strong(context)
		})
	answer.Met = model.Or(answer.Met, settable.Not())
	j.Met, j.Detail, j.Needs = answer.Met, answer.Detail, answer.Needs
	j.Ref = j.Ref.With(answer.Evidence...)
	return half(name, j)
}

// half makes an open action partial where it does not write the policies
// themselves.
func half(name string, j assess.Judgement) assess.Judgement {
	j.Half = j.Met
	if !strings.HasPrefix(name, writesConditionalAccess) {
		j.Half = model.True
	}
	return j
}

// contexts answers how strong an authentication context is.
type contexts struct {
	policies    *kit.Policies
	engine      *access.Engine
	emergency   assess.EmergencyAccounts
	definitions model.Rows[model.RoleDefinition]
	performers  []kit.Admin // who holds a role that performs the actions, or may
	known       map[string]kit.HoldingAnswer
}

// strong says whether an enabled policy for the context covers everybody who
// performs the actions, and all of them need a phishing-resistant method.
func (c contexts) strong(context string) kit.HoldingAnswer {
	if answer, ok := c.known[context]; ok {
		return answer
	}
	answer := kit.HoldingAnswer{Met: c.policies.Some(func(p kit.Policy) model.Truth { return model.And(p.Enabled, includesContext(p, context)) })}
	answer.Half, answer.Detail = answer.Met, "context "+context+" is protected by a phishing-resistant method"
	if answer.Met != model.True {
		answer.Detail = "no enabled policy is for context " + context
	}
	for _, admin := range c.performers {
		for _, h := range admin.Holdings {
			performs := c.performs(h.Role)
			ordinary := facts.EmergencyHolding(h, c.emergency).Not()
			if performs == model.False || ordinary == model.False {
				continue
			}
			a := c.covered(context, admin, h)
			a.Detail = admin.Name + ", " + h.Role.Name + ": " + a.Detail
			a.Met = model.Or(a.Met, model.And(performs, ordinary).Not())
			if a.Half = a.Met; a.Met != model.True {
				answer = kit.Both(answer, a)
			}
		}
	}
	c.known[context] = answer
	return answer
}

// whoPerforms lists the users with a role that performs the actions, whether the
// owner counts it as Tier 0 or not.
func (c contexts) whoPerforms(directory *principals.Directory) []kit.Admin {
	view := directory.All()
	view.Holdings = slices.DeleteFunc(slices.Clone(view.Holdings), func(h principals.Holding) bool { return c.performs(h.Role) == model.False })
	return kit.AdminsOf(directory, view, c.emergency)
}

// belowTier0 reports whether the owner counts a role that performs the actions as
// no Tier 0 role: whoever holds it unseen is then missing from no list of Tier 0.
func (c contexts) belowTier0(directory *principals.Directory) bool {
	below := func(id string) bool {
		role := directory.Role(id, model.Field[model.RoleDefinition]{})
		return role.Tier0 == model.False && c.performs(role) != model.False
	}
	for d := range c.definitions.All() {
		if below(d.ID) {
			return true
		}
	}
	return slices.ContainsFunc(policyRoles, below)
}

// covered judges one holder of a role that performs the actions.
func (c contexts) covered(context string, admin kit.Admin, h principals.Holding) kit.HoldingAnswer {
	covered := c.policies.Some(func(p kit.Policy) model.Truth {
		return model.And(p.Enabled, includesContext(p, context), c.policies.Covers(p, admin, h))
	})
	if covered != model.True {
		return kit.HoldingAnswer{Met: covered, Half: covered, Detail: "no enabled policy for context " + context + " covers this"}
	}
	return kit.Barred(kit.AskWithout(c.engine, h, access.Question{Step: access.StepUse, Context: context,
		Resources: []string{access.ResourceGraph, access.ResourceDirectory}, Without: []access.Obligation{access.PhishingResistantMFA}}), "")
}

func includesContext(p kit.Policy, context string) model.Truth {
	return model.Fold(p.Conditions, unknown, unknown, func(c model.ConditionSet) model.Truth {
		return model.Fold(c.Applications, unknown, unknown, func(a model.ConditionApplications) model.Truth {
			return a.IncludeAuthenticationContextClassReferences.Is(func(list []string) bool {
				return slices.ContainsFunc(list, func(entry string) bool { return strings.EqualFold(entry, context) })
			})
		})
	})
}

// policyRoles are the built-in roles that perform the actions.
// Source: learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference.
var policyRoles = []string{
	model.GlobalAdministrator,
	"b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", // Conditional Access Administrator
	"194ae4cb-b126-40b2-bd5b-6091b380977d", // Security Administrator
}

// performs says whether the role allows one of the actions.
func (c contexts) performs(role principals.Role) model.Truth {
	if _, known := model.RoleWithTemplate(role.ID); known {
		return model.Of(slices.ContainsFunc(policyRoles, func(id string) bool { return model.SameID(id, role.ID) }))
	}
	for d := range c.definitions.All() {
		if model.SameID(d.ID, role.ID) {
			return model.Fold(d.RolePermissions, unknown, no, func(permissions []model.RolePermission) model.Truth {
				found := model.False
				for _, permission := range permissions {
					found = model.Or(found, permission.AllowedResourceActions.Is(allowsGuarded))
				}
				return found
			})
		}
	}
	return model.Unknown
}

func allowsGuarded(actions []string) bool {
	return slices.ContainsFunc(actions, func(wide string) bool {
		return slices.ContainsFunc(guardedActions, func(action string) bool { return model.ActionCovers(wide, action) })
	})
}
