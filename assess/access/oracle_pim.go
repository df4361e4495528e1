package access

import (
	"slices"
	"strconv"
	"strings"

	"github.com/privpath/privpath/model"
)

// pimRules is what a PIM policy asks of an activation.
type pimRules struct {
	assignment model.RoleManagementPolicyAssignment
	rules      map[string]model.PolicyRule
	readable   bool
}

func (in *Inputs) compilePIM(t *model.Tenant) {
	in.roleRules = map[string][]pimRules{}
	in.groupRules = map[string][]pimRules{}
	for row := range model.RowsOf(t, model.RolePolicies, nil).All() {
		r := pimRules{assignment: row, rules: map[string]model.PolicyRule{}}
		policy, _ := known(row.Policy)
		rules, ok := known(policy.Rules)
		r.readable = ok
		for _, rule := range rules {
			r.rules[rule.ID] = rule
		}
		switch textOr(row.ScopeType, "") {
		case "DirectoryRole", "Directory":
			id := model.FoldID(textOr(row.RoleDefinitionID, ""))
			in.roleRules[id] = append(in.roleRules[id], r)
		case "Group":
			// roleDefinitionId is "member" or "owner" there.
			if textOr(row.RoleDefinitionID, "member") == "member" {
				id := model.FoldID(textOr(row.ScopeID, ""))
				in.groupRules[id] = append(in.groupRules[id], r)
			}
		}
	}
}

// The rules of a PIM policy that bind whoever activates.
// Source: learn.microsoft.com/graph/identity-governance-pim-rules-overview.
const (
	ruleContext    = "AuthenticationContext_EndUser_Assignment"
	ruleEnablement = "Enablement_EndUser_Assignment"
	ruleApproval   = "Approval_EndUser_Assignment"
)

// Activation is what it takes to activate an eligible role or membership.
type Activation struct {
	// Decision judges the sign-in of the activation: the resource that serves it,
	// the authentication context that PIM asks for, and PIM's own demands.
	Decision Decision
	// Context is the authentication context that PIM asks for, "" for none.
	Context string
	// Fallback says whether PIM asks for its own second factor because no policy
	// targets the context.
	Fallback model.Truth
	// Approval, Justification and Ticket say what PIM asks besides.
	Approval, Justification, Ticket model.Truth
	// Evidence points at the rules that were read.
	Evidence []model.Evidence
}

// ActivationDemand judges the activation of an eligible role in the context of
// s. The subject does not hold the role yet, so policies that target the role do
// not apply, whatever s.Subject says of it (rule 11).
func ActivationDemand(in *Inputs, s SignIn, roleTemplateID string) Activation {
	other := func(role string) bool { return model.SameID(role, roleTemplateID) }
	s.Subject.Roles = slices.DeleteFunc(slices.Clone(s.Subject.Roles), other)
	s.Subject.MaybeRoles = slices.DeleteFunc(slices.Clone(s.Subject.MaybeRoles), other)
	return in.activation(s, in.roleRules[model.FoldID(roleTemplateID)])
}

// GroupActivationDemand judges the activation of an eligible membership of a
// group by PIM for Groups. s.Subject.InGroup answers for the time before it.
func GroupActivationDemand(in *Inputs, s SignIn, groupID string) Activation {
	return in.activation(s, in.groupRules[model.FoldID(groupID)])
}

func (in *Inputs) activation(s SignIn, found []pimRules) Activation {
	if len(found) != 1 || !found[0].readable {
		return in.unknownActivation(s)
	}
	rules := found[0]
	a := Activation{Fallback: model.False, Evidence: rules.evidence()}
	required, context := rules.context()
	a.Context = context
	if required != model.False && context == "" {
		// Some context that the export does not name.
		return in.unknownActivation(s)
	}
	ownMFA := rules.enables("MultiFactorAuthentication")
	switch required {
	case model.True:
		s.AuthenticationContext = context
		a.Decision = Evaluate(in, s)
		a.Fallback = in.targetsContext(context).Not()
		// Beside a context PIM's own second factor is not asked for again; an
		// export that shows both leaves it open.
		ownMFA = model.Or(a.Fallback, model.And(ownMFA, model.Unknown))
	case model.False:
		a.Decision = Evaluate(in, s)
	default:
		a.Decision = in.perhaps(s, context)
		a.Fallback = model.And(in.targetsContext(context).Not(), model.Unknown)
		ownMFA = model.And(model.Or(ownMFA, a.Fallback), model.Unknown)
	}
	a.Approval = rules.approval()
	a.Justification = rules.enables("Justification")
	a.Ticket = rules.enables("Ticketing")
	o := oracle{in: in, s: s}
	o.addMFA(&a.Decision, ownMFA, SourcePIM)
	a.Decision.ask(Approval, a.Approval)
	a.Decision = a.Decision.settle()
	return a
}

// perhaps evaluates a sign-in that may or may not ask for a context.
func (in *Inputs) perhaps(s SignIn, context string) Decision {
	without := Evaluate(in, s)
	s.AuthenticationContext = context
	with := Evaluate(in, s)
	with.Must = without.Must
	with.May.join(without.May)
	return with.settle()
}

// unknownActivation is an activation whose rules are not known: any context and
// any approval may be asked for.
func (in *Inputs) unknownActivation(s SignIn) Activation {
	d := Evaluate(in, s)
	d.May.BlockedBy = append(d.May.BlockedBy, SourcePIM)
	d.Notes = append(d.Notes, "the PIM rules of the activation are not in the export")
	return Activation{Decision: d.settle()}
}

// ask adds an obligation of PIM's.
func (d *Decision) ask(obligation Obligation, asked model.Truth) {
	clause := Clause{AnyOf: []Obligation{obligation}, Source: SourcePIM}
	if asked == model.True {
		d.Must.Clauses = append(d.Must.Clauses, clause)
	}
	if asked != model.False {
		d.May.Clauses = append(d.May.Clauses, clause)
	}
}

// targetsContext asks whether any policy of the tenant targets the context. One
// that is off, only reports, or leaves the user out does so too: PIM's fallback
// is for a context that nobody targets (rule 12).
// Source: learn.microsoft.com/entra/id-governance/privileged-identity-management/pim-how-to-change-default-settings.
func (in *Inputs) targetsContext(context string) model.Truth {
	targeted := model.False
	for _, p := range in.Policies {
		targeted = model.Or(targeted, p.targetsContext(context))
	}
	if in.PoliciesRead.State != model.Complete {
		targeted = model.Or(targeted, model.Unknown)
	}
	return targeted
}

func (p *Policy) targetsContext(context string) model.Truth {
	return fieldTruth(p.Record.Conditions, func(c model.ConditionSet) model.Truth {
		return fieldTruth(c.Applications, func(a model.ConditionApplications) model.Truth {
			return a.IncludeAuthenticationContextClassReferences.Is(func(list []string) bool {
				return slices.ContainsFunc(list, func(entry string) bool { return strings.EqualFold(entry, context) })
			})
		})
	})
}

// context reads whether an authentication context is asked for, and which.
func (r pimRules) context() (required model.Truth, context string) {
	rule, ok := r.rules[ruleContext]
	if !ok {
		return model.Unknown, ""
	}
	claim, _ := known(rule.ClaimValue)
	return boolOr(rule.IsEnabled, model.False), claim
}

// enables asks whether the enablement rule lists a demand.
func (r pimRules) enables(name string) model.Truth {
	rule, ok := r.rules[ruleEnablement]
	if !ok {
		return model.Unknown
	}
	return rule.EnabledRules.Is(func(list []string) bool { return slices.Contains(list, name) })
}

// approval asks whether a second person must approve. Where no approver is
// chosen, Privileged Role and Global Administrators are (rule 16), so approval
// stands without them.
func (r pimRules) approval() model.Truth {
	rule, ok := r.rules[ruleApproval]
	if !ok {
		return model.Unknown
	}
	return fieldTruth(rule.Setting, func(s model.ApprovalSettings) model.Truth {
		return boolOr(s.IsApprovalRequired, model.False)
	})
}

// evidence points at the rules that bind an activation.
func (r pimRules) evidence() []model.Evidence {
	var list []model.Evidence
	policy, _ := known(r.assignment.Policy)
	rules, _ := known(policy.Rules)
	for i, rule := range rules {
		switch rule.ID {
		case ruleContext, ruleEnablement, ruleApproval:
			list = append(list, r.assignment.Evidence("/policy/rules/"+strconv.Itoa(i), rule.ID))
		}
	}
	return list
}
