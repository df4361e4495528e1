package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// Step is one step of using a role.
type Step string

// The steps, in their order. StepJoin activates the membership of a group that
// holds the role; StepRegister registers a device of one's own.
const (
	StepRegister Step = "register"
	StepJoin     Step = "join"
	StepActivate Step = "activate"
	StepUse      Step = "use"
)

// subjectView is a subject as the policies see it in a step.
type subjectView struct {
	// certain is what holds for sure. open also has what the subject may make
	// true by activating other roles or groups, which can take it out of a policy.
	certain Subject
	open    *Subject // nil: it may make nothing else true
	*alike
}

func (s *subjectView) subject(r reading) Subject {
	if r == most || s.open == nil {
		return s.certain
	}
	return *s.open
}

// groupTree knows which groups are members of which.
type groupTree struct {
	parents  map[string][]string // folded child -> parents
	complete bool
}

func readGroupTree(t *model.Tenant) groupTree {
	rows := model.RowsOf(t, model.GroupMembers, nil)
	tree := groupTree{parents: map[string][]string{}, complete: rows.Coverage().State == model.Complete}
	for row := range rows.All() {
		child := model.FoldID(row.ID)
		tree.parents[child] = append(tree.parents[child], row.Parent())
	}
	return tree
}

// within asks whether the child group is the parent or nested in it.
func (g groupTree) within(child, parent string) model.Truth {
	if model.SameID(child, parent) {
		return model.True
	}
	seen := map[string]bool{}
	queue := []string{model.FoldID(child)}
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		for _, p := range g.parents[next] {
			if model.SameID(p, parent) {
				return model.True
			}
			if key := model.FoldID(p); !seen[key] {
				seen[key] = true
				queue = append(queue, key)
			}
		}
	}
	if !g.complete {
		return model.Unknown
	}
	return model.False
}

// kindOfUser says what kind of subject a user is.
// Source: learn.microsoft.com/entra/external-id/user-properties: who signs in
// with another tenant's account has #EXT# in the user principal name and an
// invitation state; userType says guest or member.
func kindOfUser(u *model.User) SubjectKind {
	if u == nil {
		return 0
	}
	external := model.Or(
		u.UserPrincipalName.Is(func(upn string) bool { return strings.Contains(strings.ToUpper(upn), "#EXT#") }),
		u.ExternalUserState.Is(func(state string) bool { return state != "" }))
	if external == model.Unknown && u.UserPrincipalName.Exported() {
		external = model.False // the name decides alone where the state was not exported
	}
	guest := u.UserType.Is(func(t string) bool { return strings.EqualFold(t, "Guest") })
	if u.UserType.Null() == model.True {
		guest = model.Unknown // left empty on some old accounts
	}
	var kind SubjectKind
	for _, x := range possible(external) {
		for _, g := range possible(guest) {
			switch {
			case x && g:
				kind |= B2BCollaborationGuest
			case x:
				kind |= B2BCollaborationMember
			case g:
				kind |= InternalGuest
			default:
				kind |= Member
			}
		}
	}
	return kind
}

// subjectFor gives the subject of a step of a holding.
func (e *Engine) subjectFor(h principals.Holding, step Step) *subjectView {
	certain := Subject{ID: h.Principal.ID, Kind: kindOfUser(h.Principal.User)}
	if h.Principal.User == nil && h.Principal.Kind == principals.KindUser {
		certain.Kind = Member | InternalGuest | B2BCollaborationGuest | B2BCollaborationMember
	}
	var maybe []string
	for _, other := range e.roles[model.FoldID(h.Principal.ID)] {
		switch visible := model.And(other.Role.BuiltIn, other.TenantWide()); {
		case visible == model.False:
		case other.Role.ID == h.Role.ID && (other.Manner != principals.Standing || other.ViaEligible):
			// The role in question: held in the use step, and not before.
		case other.Manner != principals.Standing || other.ViaEligible:
			maybe = append(maybe, other.Role.ID)
		case visible == model.True:
			certain.Roles = append(certain.Roles, other.Role.ID)
		default:
			certain.MaybeRoles = append(certain.MaybeRoles, other.Role.ID)
		}
	}
	joined := ""
	if h.ViaEligible && len(h.Via) > 0 && (step == StepActivate || step == StepUse) {
		joined = h.Via[0]
	}
	if step == StepUse {
		switch model.And(h.Role.BuiltIn, h.TenantWide()) {
		case model.True:
			certain.Roles = append(certain.Roles, h.Role.ID)
		case model.Unknown:
			certain.MaybeRoles = append(certain.MaybeRoles, h.Role.ID)
		}
	}
	id, eligible := h.Principal.ID, e.eligibleGroups(h.Principal.ID)
	member := func(group string) model.Truth {
		truth := e.dir.MemberOf(id, group)
		if joined != "" {
			truth = model.Or(truth, e.groups.within(joined, group))
		}
		return truth
	}
	certain.InGroup = member
	if len(maybe)+len(eligible) == 0 {
		return e.viewOf(certain, nil)
	}
	open := certain
	open.MaybeRoles = append(slices.Clone(certain.MaybeRoles), maybe...)
	open.InGroup = func(group string) model.Truth {
		truth := member(group)
		if truth == model.False && slices.ContainsFunc(eligible, func(g string) bool { return e.groups.within(g, group) != model.False }) {
			return model.Unknown
		}
		return truth
	}
	return e.viewOf(certain, &open)
}

// eligible are the groups that PIM lets principals join.
type eligible struct {
	groups map[string][]string // by folded principal
	nested []joining           // of principals that have members
}

type joining struct{ principal, group string }

func (e *Engine) readEligible() eligible {
	all := eligible{groups: map[string][]string{}}
	for row := range model.RowsOf(e.tenant, model.GroupEligibility, nil).All() {
		if model.Equals(row.AccessID, "owner") == model.True {
			continue
		}
		id := model.FoldID(row.PrincipalID)
		all.groups[id] = append(all.groups[id], row.GroupID)
		if len(e.dir.Members(row.PrincipalID).IDs()) > 0 {
			all.nested = append(all.nested, joining{row.PrincipalID, row.GroupID})
		}
	}
	return all
}

// eligibleGroups lists the groups that PIM lets the principal join.
func (e *Engine) eligibleGroups(principal string) []string {
	list := slices.Clone(e.eligible.groups[model.FoldID(principal)])
	for _, n := range e.eligible.nested {
		if e.dir.MemberOf(principal, n.principal) == model.True {
			list = append(list, n.group)
		}
	}
	return list
}

// viewOf compares a subject with the users of every policy; open is nil where it
// may make nothing else true.
func (e *Engine) viewOf(certain Subject, open *Subject) *subjectView {
	key := e.mentions.of(make(keyText, 0, 128), certain)
	if open != nil {
		key = e.mentions.of(key, *open)
	}
	mentioned := string(key)
	same := e.memory.alike.get(mentioned, func() *alike { return e.compare(mentioned, certain, open) })
	return &subjectView{certain: certain, open: open, alike: same}
}

// compare says what the policies make of a subject.
func (e *Engine) compare(mentioned string, certain Subject, open *Subject) *alike {
	s := &alike{mentioned: mentioned}
	trust := e.in.trust.of(certain.HomeTenant)
	s.external = certain.Kind.In(External)
	s.sight = sightOf(s.external, trust)
	accepted := func(claim model.Truth) model.Truth { return model.Or(s.external.Not(), claim) }
	s.mfaAccepted, s.compliantOK, s.hybridOK = accepted(trust.MFA), accepted(trust.Compliant), accepted(trust.Hybrid)
	// A user of B2B direct connect has no object to register a method on.
	s.secondFactor = model.Or(certain.Kind.In(B2BDirectConnectUser).Not(), s.mfaAccepted)
	roles := model.False
	for _, role := range defaultsRoles {
		roles = model.Or(roles, roleEntry(role, certain))
	}
	s.inDefaults, s.syncAccount = roles, roleEntry(directorySync, certain)
	s.users[most] = e.aimedAt(certain)
	if s.users[least] = s.users[most]; open != nil {
		s.users[least] = e.aimedAt(*open)
	}
	var key strings.Builder
	for _, users := range s.users {
		for _, truth := range users {
			key.WriteByte('0' + byte(truth))
		}
	}
	fmt.Fprint(&key, s.external, s.secondFactor, s.mfaAccepted, s.compliantOK, s.hybridOK, s.sight, s.inDefaults, s.syncAccount)
	s.key = key.String()
	return s
}

// aimedAt says for each policy whether it is for the subject.
func (e *Engine) aimedAt(s Subject) []model.Truth {
	users := make([]model.Truth, 0, len(e.in.Policies))
	for _, p := range e.in.Policies {
		truth := model.Unknown
		if c, ok := conditionsOf(p); ok {
			truth = usersMatch(c, s)
		}
		users = append(users, truth)
	}
	return users
}

// live gives the boxes that are for the subject.
func (e *Engine) live(v *view, s *subjectView) []uint64 {
	words := v.bitset()
	r := v.reading
	for i, b := range v.boxes {
		in := true
		switch b.source {
		case fromPolicy:
			in = r.applies(s.users[r][b.policy])
		case fromDefaults:
			// Microsoft asks others when it sees a need, so of them it is open.
			in = r.applies(model.And(e.defaultsOn(), s.syncAccount.Not(), model.Or(s.inDefaults, model.Unknown)))
		case fromDefaultsAt, fromNoLegacy:
			in = r.applies(model.And(e.defaultsOn(), s.syncAccount.Not()))
		}
		if in {
			setBit(words, i)
		}
	}
	return words
}
