package access

import (
	"slices"
	"strings"

	"github.com/privpath/privpath/model"
)

// The PIM rules that an activation must meet.
const (
	pimRuleContext    = "AuthenticationContext_EndUser_Assignment"
	pimRuleEnablement = "Enablement_EndUser_Assignment"
	pimRuleApproval   = "Approval_EndUser_Assignment"
)

// pimIndex finds the PIM policy of a role or of a group's membership.
type pimIndex struct {
	roles, groups map[string][]model.RoleManagementPolicyAssignment
	read          model.Coverage
}

func (e *Engine) readPIM() *pimIndex {
	rows := model.RowsOf(e.tenant, model.RolePolicies, nil)
	index := &pimIndex{roles: map[string][]model.RoleManagementPolicyAssignment{},
		groups: map[string][]model.RoleManagementPolicyAssignment{}, read: rows.Coverage()}
	for row := range rows.All() {
		scope := model.FoldID(textOr(row.ScopeID, ""))
		target := model.FoldID(textOr(row.RoleDefinitionID, ""))
		switch textOr(row.ScopeType, "") {
		case "DirectoryRole", "Directory":
			if scope == "/" {
				index.roles[target] = append(index.roles[target], row)
			}
		case "Group":
			if target != "owner" {
				index.groups[scope] = append(index.groups[scope], row)
			}
		}
	}
	return index
}

// activation is what PIM asks of an activation.
type activation struct {
	// demand is PIM's own, by reading.
	demand [2]antichain
	// context is the authentication context that the sign-in must carry.
	context string
	// needs says what would settle what is not known.
	needs []model.Need
	// texts say in words what the rules ask.
	texts []string
}

// pimOf reads the rules of one PIM policy. Where there is not exactly one, or a
// rule cannot be read, nothing is known: in one reading PIM asks for nothing, in
// the other for what cannot be met.
func (e *Engine) pimOf(policies []model.RoleManagementPolicyAssignment) activation {
	a := activation{demand: [2]antichain{always, always}}
	if len(policies) != 1 {
		return e.pimUnknown(a, "no single PIM policy was exported for it")
	}
	rules := map[string]model.PolicyRule{}
	policy, _ := known(policies[0].Policy)
	list, _ := known(policy.Rules)
	for _, rule := range list {
		rules[rule.ID] = rule
	}
	e.readContext(&a, rules)
	e.readApproval(&a, rules)
	return a
}

func (e *Engine) pimUnknown(a activation, detail string) activation {
	a.demand[most] = nil
	reason := e.pim.read.Reason
	if reason == "" {
		reason = model.Unresolved
	}
	a.needs = append(a.needs, model.Need{Dataset: model.RolePolicies.Name(), Reason: reason, Detail: detail})
	return a
}

// ask adds a demand of which it is known, unknown or false that it is made.
func (a *activation) ask(asked model.Truth, bits obligationSet) {
	for r := range a.demand {
		if reading(r).applies(asked) {
			a.demand[r] = a.demand[r].and(antichain{bits})
		}
	}
}

// readContext decides between an authentication context and PIM's own demand for
// a second factor. With a context on, the policies for it decide, and PIM's own
// demand comes back only where no policy of the tenant targets the context,
// whatever its state and whomever it excludes.
// Source: learn.microsoft.com/entra/id-governance/privileged-identity-management/pim-how-to-change-default-settings.
//
// Whether the context is published (isAvailable) is not asked. Graph says that one
// that is not published should not be offered for selection, and that policies can
// be written for it; nothing says that those are not enforced, and PIM refuses an
// activation whose token lacks the context.
// Source: learn.microsoft.com/graph/api/resources/authenticationcontextclassreference.
func (e *Engine) readContext(a *activation, rules map[string]model.PolicyRule) {
	rule, ok := rules[pimRuleContext]
	on := model.Unknown
	if ok {
		on = boolOr(rule.IsEnabled, model.False)
	}
	secondFactor := model.Unknown
	if enablement, ok := rules[pimRuleEnablement]; ok {
		secondFactor = model.Fold(enablement.EnabledRules,
			func() model.Truth { return model.Unknown },
			func() model.Truth { return model.False },
			func(names []string) model.Truth {
				return model.Of(slices.Contains(names, "MultiFactorAuthentication"))
			})
	}
	switch on {
	case model.Unknown:
		*a = e.pimUnknown(*a, "whether the activation asks for an authentication context is not known")
		return
	case model.False:
		a.ask(secondFactor, bitMFA.closure())
		switch secondFactor {
		case model.True:
			a.texts = append(a.texts, "PIM asks for a second factor")
		case model.Unknown:
			a.needs = append(a.needs, model.Need{Dataset: model.RolePolicies.Name(), Reason: model.Unresolved,
				Detail: "whether the activation asks for a second factor is not known"})
		}
		return
	}
	claim, ok := known(rule.ClaimValue)
	if !ok || claim == "" {
		*a = e.pimUnknown(*a, "the activation asks for an authentication context that cannot be read")
		return
	}
	a.context = claim
	a.texts = append(a.texts, "PIM asks for authentication context "+claim)
	targeted := e.contextTargeted(claim)
	// PIM offers a context or its own second factor; an export that shows both
	// leaves it open.
	a.ask(model.Or(targeted.Not(), model.And(secondFactor, model.Unknown)), bitMFA.closure())
	switch targeted {
	case model.False:
		a.texts = append(a.texts, "no policy targets the context, so PIM falls back to a second factor")
	case model.Unknown:
		a.needs = append(a.needs, model.Need{Dataset: model.ConditionalAccessPolicies.Name(), Reason: e.in.PoliciesRead.Reason,
			Detail: "whether a policy targets authentication context " + claim + " is not known"})
	}
}

// contextTargeted asks whether some policy of any state targets a context.
func (e *Engine) contextTargeted(claim string) model.Truth {
	found := model.False
	if e.in.PoliciesRead.State != model.Complete {
		found = model.Unknown
	}
	for _, p := range e.in.Policies {
		c, _ := conditionsOf(p)
		found = model.Or(found, required(c.Applications, func(a model.ConditionApplications) model.Truth {
			return anyOf(a.IncludeAuthenticationContextClassReferences, func(entry string) model.Truth {
				return model.Of(strings.EqualFold(entry, claim))
			})
		}))
	}
	return found
}

func (e *Engine) readApproval(a *activation, rules map[string]model.PolicyRule) {
	rule, ok := rules[pimRuleApproval]
	asked := model.Unknown
	if ok {
		asked = orNull(rule.Setting, func(s model.ApprovalSettings) model.Truth {
			return boolOr(s.IsApprovalRequired, model.False)
		})
	}
	a.ask(asked, bitApproval)
	switch asked {
	case model.True:
		a.texts = append(a.texts, "a second person must approve")
	case model.Unknown:
		a.needs = append(a.needs, model.Need{Dataset: model.RolePolicies.Name(), Reason: model.Unresolved,
			Detail: "whether the activation needs approval is not known"})
	}
}

// registration is what the device settings ask of whoever registers a device.
func (e *Engine) registration() activation {
	a := activation{demand: [2]antichain{always, always}}
	asked := model.Unknown
	if row, ok := model.RowsOf(e.tenant, model.DeviceRegistration, nil).Only(); ok {
		asked = orNull(row.MultiFactorAuthConfiguration, func(v string) model.Truth {
			switch v {
			case "required":
				return model.True
			case "notRequired":
				return model.False
			}
			return model.Unknown
		})
	}
	a.ask(asked, bitMFA.closure())
	if asked == model.Unknown {
		a.needs = append(a.needs, model.Need{Dataset: model.DeviceRegistration.Name(), Reason: model.NotCollected,
			Detail: "whether registering a device needs a second factor is not known"})
	}
	return a
}
