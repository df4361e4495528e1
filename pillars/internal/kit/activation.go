package kit

import (
	"slices"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// Activation is one thing that PIM activates on the way to a role: the role
// itself, or the membership of a group that holds it for good. The PIM policy
// of that thing governs, and the role's policy says nothing about a group.
type Activation struct {
	Ref model.Ref
	// Exempt says whether only break-glass accounts hold it, permanently, so
	// that nobody activates anything.
	Exempt model.Truth
	// Critical marks Global and Privileged Role Administrator.
	Critical bool
	rule     func(id string) facts.Rule
}

// Rule finds a rule of the PIM policy that governs the activation.
func (a Activation) Rule(id string) facts.Rule { return a.rule(id) }

// Critical reports whether the role is Global or Privileged Role Administrator:
// whoever holds either can give themselves everything else.
func Critical(role string) bool {
	return model.SameID(role, model.GlobalAdministrator) || model.SameID(role, model.PrivilegedRoleAdministrator)
}

// Activations lists what PIM activates for the wanted roles of a view, roles
// first, each by name.
func Activations(view principals.View, directory *principals.Directory, rules facts.PIMRules,
	emergency assess.EmergencyAccounts, wanted func(principals.Role) bool) []Activation {
	byRole, byGroup := map[string]int{}, map[string]int{}
	var roles, groups []Activation
	for _, role := range view.Roles() {
		if !wanted(role) {
			continue
		}
		for _, h := range view.Holdings {
			if h.Role.ID != role.ID {
				continue
			}
			list, index, key := &roles, byRole, model.FoldID(role.ID)
			a := Activation{Exempt: model.True, Critical: Critical(role.ID),
				Ref:  model.Ref{Kind: "role", ID: role.ID, Name: role.Name, Evidence: h.Evidence},
				rule: func(id string) facts.Rule { return rules.Rule(role.ID, id) }}
			if byMembership(h) {
				group := h.Via[0]
				list, index, key = &groups, byGroup, model.FoldID(group)
				a.Ref = directory.Principal(group, model.Field[model.DirectoryObject]{}).Ref().With(h.Evidence...)
				a.rule = func(id string) facts.Rule { return rules.GroupRule(group, id) }
			}
			at, known := index[key]
			if !known {
				at = len(*list)
				index[key] = at
				*list = append(*list, a)
			}
			(*list)[at].Exempt = model.And((*list)[at].Exempt, facts.EmergencyHolding(h, emergency))
			(*list)[at].Critical = (*list)[at].Critical || a.Critical
		}
	}
	return append(roles, groups...)
}

// JoinedGroups lists the groups that hold a role of the view and that PIM for Groups
// lets people join.
func JoinedGroups(view principals.View, directory *principals.Directory, rules facts.PIMRules) []Activation {
	return slices.DeleteFunc(Activations(view, directory, rules, assess.EmergencyAccounts{}, AnyRole),
		func(a Activation) bool { return a.Ref.Kind == "role" })
}

// byMembership reports whether joining the group is all that is activated: PIM
// for Groups admits the principal to a group that holds the role for good.
func byMembership(h principals.Holding) bool {
	return h.ViaEligible && len(h.Evidence) > 0 && h.Evidence[0].Dataset != model.RoleEligibility.Name()
}

// AnyRole wants every role.
func AnyRole(principals.Role) bool { return true }

// ActivationNeeds is what [JudgeActivations] requires.
var ActivationNeeds = []assess.Dependency{facts.Tier0, facts.Directory, facts.PIM, assess.BreakGlass}

// JudgeActivations judges the PIM rules of everything that is activated for the
// wanted roles. Break-glass accounts activate nothing: where they alone hold a
// role, its rules are not asked for.
func JudgeActivations(p *assess.Pass, words assess.Words, wanted func(principals.Role) bool,
	judge func(Activation, *assess.Judgement), verdict func(*assess.Tally) assess.Verdict) (assess.Verdict, error) {
	if v, missing, err := NoPIM(p); missing || err != nil {
		return v, err
	}
	tier0, err := assess.Value(p, facts.Tier0)
	if err != nil {
		return assess.Verdict{}, err
	}
	directory, err := assess.Value(p, facts.Directory)
	if err != nil {
		return assess.Verdict{}, err
	}
	rules, err := assess.Value(p, facts.PIM)
	if err != nil {
		return assess.Verdict{}, err
	}
	emergency, err := assess.Value(p, assess.BreakGlass)
	if err != nil {
		return assess.Verdict{}, err
	}
	tally := p.Tally(words)
	if len(tier0.Holdings) > 0 {
		tally.None(assess.NotApplicable("Nobody but break-glass accounts holds such a role, so nothing is activated."))
	}
	for _, a := range Activations(tier0, directory, rules, emergency, wanted) {
		j := assess.Judgement{Ref: a.Ref, Exempt: a.Exempt, Critical: a.Critical}
		judge(a, &j)
		tally.Add(j)
	}
	return verdict(tally), nil
}

// Share is the framework's usual partial: at least four fifths qualify, and
// nobody with Global or Privileged Role Administrator is among the rest.
func Share(t *assess.Tally) assess.Verdict { return t.Share(0.8) }

// On asks for a flag where null is no answer.
func On(f model.Field[bool]) model.Truth { return model.Fold(f, truthUnknown, truthUnknown, model.Of) }
