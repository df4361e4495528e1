package kit

import (
	"slices"
	"strconv"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// PolicyNeeds lists what [ReadPolicies] reads; a control puts it into Requires.
var PolicyNeeds = []assess.Dependency{model.ConditionalAccessPolicies, facts.Directory, facts.Tier0, assess.BreakGlass}

// Policies answers which administrators a tenant's Conditional Access policies
// speak of. It reads assignments only; what a sign-in from some place must meet
// is the access engine's question.
type Policies struct {
	// All are the policies in the order of the export.
	All []Policy
	// Admins are the users who hold a Tier 0 role, by name.
	Admins []Admin

	complete  bool // every policy was read
	holders   bool // every Tier 0 holder is known
	directory *principals.Directory
	tenant    *model.Tenant
}

// Policy is one policy. Enabled is False for report-only and disabled ones, and
// Unknown for a state that nobody knows.
type Policy struct {
	model.ConditionalAccessPolicy
	Enabled model.Truth
}

// Admin is a user with their Tier 0 holdings.
type Admin struct {
	principals.Principal
	Holdings []principals.Holding
	// Emergency says whether the account is break glass: declared, and holding a
	// role for good. Who must first activate is an administrator like any other.
	Emergency model.Truth
	roles     []principals.Holding // every role, Tier 0 or not
	guest     access.SubjectKind
}

// Critical reports whether the admin holds Global or Privileged Role
// Administrator.
func (a Admin) Critical() bool {
	return slices.ContainsFunc(a.Holdings, func(h principals.Holding) bool { return Critical(h.Role.ID) })
}

// ReadPolicies reads the policies and the Tier 0 users.
func ReadPolicies(p *assess.Pass) (*Policies, error) {
	directory, err := assess.Value(p, facts.Directory)
	if err != nil {
		return nil, err
	}
	rows := assess.Rows(p, model.ConditionalAccessPolicies)
	r := &Policies{complete: rows.Coverage().State == model.Complete, directory: directory, tenant: p.Tenant()}
	for row := range rows.All() {
		r.All = append(r.All, Policy{ConditionalAccessPolicy: row, Enabled: Enabled(row.State)})
	}
	tier0, err := assess.Value(p, facts.Tier0)
	if err != nil {
		return nil, err
	}
	r.holders = len(tier0.Gaps()) == 0
	r.Admins, err = Admins(p)
	return r, err
}

// Admins lists the users who hold a Tier 0 role, by name. A control that calls
// it requires facts.Directory, facts.Tier0 and assess.BreakGlass.
func Admins(p *assess.Pass) ([]Admin, error) {
	directory, err := assess.Value(p, facts.Directory)
	if err != nil {
		return nil, err
	}
	tier0, err := assess.Value(p, facts.Tier0)
	if err != nil {
		return nil, err
	}
	emergency, err := assess.Value(p, assess.BreakGlass)
	if err != nil {
		return nil, err
	}
	return AdminsOf(directory, tier0, emergency), nil
}

// AdminsOf lists the users of a view with its holdings, by name.
func AdminsOf(directory *principals.Directory, view principals.View, emergency assess.EmergencyAccounts) []Admin {
	held, all := byPrincipal(view.Holdings), byPrincipal(directory.Holdings())
	var list []Admin
	for _, principal := range view.Users() {
		if IsUser(principal) == model.False {
			continue // deleted: nobody signs in with it
		}
		a := Admin{Principal: principal, Emergency: model.False, guest: kindOf(principal.User),
			Holdings: held.of(principal), roles: all.of(principal)}
		for _, h := range a.Holdings {
			a.Emergency = model.Or(a.Emergency, facts.EmergencyHolding(h, emergency))
		}
		list = append(list, a)
	}
	return list
}

// Enabled says whether a policy with this state is enforced: Unknown for a state
// that nobody knows.
func Enabled(state model.Field[string]) model.Truth {
	unknown := func() model.Truth { return model.Unknown }
	return model.Fold(state, unknown, unknown, func(s string) model.Truth {
		switch s {
		case "enabled":
			return model.True
		case "disabled", "enabledForReportingButNotEnforced":
			return model.False
		}
		return model.Unknown
	})
}

// Some asks whether some policy answers the question with yes: Unknown rather
// than False where not every policy was read. It asks every policy.
func (r *Policies) Some(question func(Policy) model.Truth) model.Truth {
	found := model.False
	if !r.complete {
		found = model.Unknown
	}
	for _, p := range r.All {
		found = model.Or(found, question(p))
	}
	return found
}

// Covers says whether the policy is for the admin while they use the holding:
// included, and not excluded.
func (r *Policies) Covers(p Policy, a Admin, h principals.Holding) model.Truth {
	excluded, _ := r.Excluded(p, a)
	return model.And(r.Included(p, a, h), excluded.Not())
}

// Reaches says whether the policy covers at least one Tier 0 holding that is not
// a break-glass account's. Undeclared break glass can excuse no more than
// [model.MaxBreakGlass] accounts.
func (r *Policies) Reaches(p Policy, emergency assess.EmergencyAccounts) model.Truth {
	reached, doubtful := model.False, 0
	if !r.holders {
		reached = model.Unknown // there may be others
	}
	for _, a := range r.Admins {
		covered, ordinary := model.False, model.False
		for _, h := range a.Holdings {
			covers := r.Covers(p, a, h)
			covered = model.Or(covered, covers)
			ordinary = model.Or(ordinary, model.And(covers, facts.EmergencyHolding(h, emergency).Not()))
		}
		if covered == model.True && ordinary == model.Unknown {
			doubtful++
		}
		reached = model.Or(reached, ordinary)
	}
	if doubtful > model.MaxBreakGlass {
		return model.True
	}
	return reached
}

// Names says whether the policy's assignments name a Tier 0 administrator,
// excluded again or not.
func (r *Policies) Names(p Policy) model.Truth {
	named := model.False
	if !r.holders {
		named = model.Unknown // there may be others
	}
	for _, a := range r.Admins {
		for _, h := range a.Holdings {
			named = model.Or(named, r.Included(p, a, h))
		}
	}
	return named
}

// Included says whether the policy's assignments name the admin, by user, group,
// role or kind, while they use the holding. Role targeting sees built-in roles
// that are held tenant-wide, nothing else.
// Source: learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-users-groups.
func (r *Policies) Included(p Policy, a Admin, h principals.Holding) model.Truth {
	return model.Fold(p.Conditions, truthUnknown, truthUnknown, func(c model.ConditionSet) model.Truth {
		return model.Fold(c.Users, truthUnknown, truthUnknown, func(u model.ConditionUsers) model.Truth {
			mayBeGroup := model.False
			if a.Kind == principals.KindUnknown && a.Dangling != model.True {
				mayBeGroup = model.Unknown // then its members are who matters
			}
			return model.Or(mayBeGroup,
				anyOf(u.IncludeUsers, func(id string) model.Truth { return r.isUser(id, a) }),
				anyOf(u.IncludeGroups, func(id string) model.Truth { return r.inGroupFor(id, a, h) }),
				anyOf(u.IncludeRoles, func(id string) model.Truth { return targets(id, h) }),
				isGuest(u.IncludeGuestsOrExternalUsers, a))
		})
	})
}

// Excluded says whether the policy leaves the admin out, and points at the entry
// that does. Who can put themselves into an excluded group by activating a
// membership, or holds an excluded role in any way, is left out.
func (r *Policies) Excluded(p Policy, a Admin) (model.Truth, []model.Evidence) {
	const path = "/conditions/users/"
	var evidence []model.Evidence
	list := func(f model.Field[[]string], name string, question func(string) model.Truth) model.Truth {
		return anyOfAt(f, func(i int, entry string) model.Truth {
			truth := question(entry)
			if truth != model.False {
				evidence = append(evidence, p.Evidence(path+name+"/"+strconv.Itoa(i), entry))
			}
			return truth
		})
	}
	truth := model.Fold(p.Conditions, truthUnknown, truthUnknown, func(c model.ConditionSet) model.Truth {
		return model.Fold(c.Users, truthUnknown, truthUnknown, func(u model.ConditionUsers) model.Truth {
			guest := isGuest(u.ExcludeGuestsOrExternalUsers, a)
			if guest != model.False {
				evidence = append(evidence, p.Evidence(path+"excludeGuestsOrExternalUsers", nil))
			}
			return model.Or(guest,
				list(u.ExcludeUsers, "excludeUsers", func(id string) model.Truth { return r.isUser(id, a) }),
				list(u.ExcludeGroups, "excludeGroups", func(id string) model.Truth { return r.mayJoin(id, a) }),
				list(u.ExcludeRoles, "excludeRoles", func(id string) model.Truth {
					held := model.False
					for _, h := range a.roles {
						held = model.Or(held, targets(id, h))
					}
					return held
				}))
		})
	})
	return truth, evidence
}

func (r *Policies) isUser(entry string, a Admin) model.Truth {
	switch {
	case entry == "All":
		return model.True
	case entry == "None":
		return model.False
	case entry == "GuestsOrExternalUsers":
		return a.guest.In(access.Guests)
	case model.SameID(entry, a.ID):
		return model.True
	}
	if r.directory.Place(entry) >= 0 || isGUID(entry) {
		return model.False
	}
	return model.Unknown // a word that we do not know
}

// inGroupFor asks for membership while the holding is used: whoever uses a role
// through a group is in the group then.
func (r *Policies) inGroupFor(group string, a Admin, h principals.Holding) model.Truth {
	if slices.ContainsFunc(h.Via, func(via string) bool { return model.SameID(via, group) }) {
		return model.True
	}
	return r.directory.MemberOf(a.ID, group)
}

// mayJoin asks whether the admin is in the group or can activate a membership.
func (r *Policies) mayJoin(group string, a Admin) model.Truth {
	member := r.directory.MemberOf(a.ID, group)
	rows := model.RowsOf(r.tenant, model.GroupEligibility, nil)
	if rows.Coverage().State != model.Complete && r.directory.Licensed() != model.False {
		member = model.Or(member, model.Unknown)
	}
	for row := range rows.All() {
		if !model.SameID(row.GroupID, group) || model.Equals(row.AccessID, "owner") == model.True {
			continue
		}
		joins := model.Of(model.SameID(row.PrincipalID, a.ID))
		if r.directory.HasGroup(row.PrincipalID) {
			joins = r.directory.MemberOf(a.ID, row.PrincipalID)
		}
		member = model.Or(member, joins)
	}
	return member
}

// Joiners lists who can activate a membership of the group, and says whether
// all of them are known.
func (r *Policies) Joiners(group string) (ids []string, all model.Truth) {
	rows := model.RowsOf(r.tenant, model.GroupEligibility, nil)
	all = model.True
	if rows.Coverage().State != model.Complete && r.directory.Licensed() != model.False {
		all = model.Unknown
	}
	for row := range rows.All() {
		owner := model.Equals(row.AccessID, "owner")
		switch {
		case row.GroupID != "" && !model.SameID(row.GroupID, group), owner == model.True:
			continue
		case row.GroupID == "", row.PrincipalID == "", owner == model.Unknown:
			all = model.Unknown
			continue
		}
		if !r.directory.HasGroup(row.PrincipalID) {
			ids = append(ids, row.PrincipalID)
			continue
		}
		members := r.directory.Members(row.PrincipalID)
		ids = append(ids, members.IDs()...)
		if len(members.Gaps) > 0 {
			all = model.Unknown
		}
	}
	return ids, all
}

// targets says whether an entry of includeRoles or excludeRoles sees a holding.
func targets(role string, h principals.Holding) model.Truth {
	if !model.SameID(role, h.Role.ID) {
		return model.False
	}
	return model.And(h.Role.BuiltIn, h.TenantWide())
}

// kindOf reads what kind of user this is; the zero kind is not known.
func kindOf(u *model.User) access.SubjectKind {
	if u == nil {
		return 0
	}
	external := model.Or(
		u.UserPrincipalName.Is(func(upn string) bool { return strings.Contains(strings.ToUpper(upn), "#EXT#") }),
		u.ExternalUserState.Is(func(state string) bool { return state != "" }))
	guest := model.Fold(u.UserType, truthUnknown, truthUnknown, func(t string) model.Truth {
		switch t {
		case "Guest":
			return model.True
		case "Member":
			return model.False
		}
		return model.Unknown
	})
	kinds := map[[2]model.Truth]access.SubjectKind{
		{model.False, model.False}:   access.Member,
		{model.False, model.True}:    access.InternalGuest,
		{model.False, model.Unknown}: access.Member | access.InternalGuest,
		{model.True, model.False}:    access.B2BCollaborationMember,
		{model.True, model.True}:     access.B2BCollaborationGuest | access.OtherExternalUser,
		{model.True, model.Unknown}:  access.External,
		{model.Unknown, model.False}: access.Member | access.B2BCollaborationMember,
		{model.Unknown, model.True}:  access.Guests,
	}
	return kinds[[2]model.Truth{external, guest}]
}

var guestKinds = map[string]access.SubjectKind{
	"internalGuest": access.InternalGuest, "b2bCollaborationGuest": access.B2BCollaborationGuest,
	"b2bCollaborationMember": access.B2BCollaborationMember, "b2bDirectConnectUser": access.B2BDirectConnectUser,
	"otherExternalUser": access.OtherExternalUser, "serviceProvider": access.ServiceProvider,
}

// isGuest compares a selection of guests. Whose home is a listed tenant is not
// in the export.
func isGuest(f model.Field[model.ExternalUsers], a Admin) model.Truth {
	return model.Fold(f, truthUnknown, truthFalse, func(g model.ExternalUsers) model.Truth {
		kind := model.Fold(g.GuestOrExternalUserTypes, truthUnknown, truthFalse, func(types model.FlagSet) model.Truth {
			var kinds access.SubjectKind
			open := model.False
			for _, name := range types {
				known, ok := guestKinds[name]
				if !ok && name != "none" {
					open = model.Unknown
				}
				kinds |= known
			}
			return model.Or(a.guest.In(kinds), model.And(open, a.guest.In(access.Guests)))
		})
		tenant := model.Fold(g.ExternalTenants, truthUnknown, truthTrue, func(t model.ExternalTenants) model.Truth {
			if model.Equals(t.MembershipKind, "all") == model.True {
				return model.True
			}
			return model.Unknown
		})
		return model.And(kind, tenant)
	})
}

// Everywhere says how much of an administrator's sign-ins a policy applies to:
// all of them, or (most) all but those to applications that administer nothing.
// Any further condition makes it False: the rest of the sign-ins stays open.
func (p Policy) Everywhere() (all, most model.Truth) {
	all = model.Fold(p.Conditions, truthUnknown, truthUnknown, func(c model.ConditionSet) model.Truth {
		narrow := model.And(everyClient(c.ClientAppTypes), everyPlatform(c.Platforms), everyLocation(c.Locations),
			everyDevice(c.Devices), everyFlow(c.AuthenticationFlows),
			isEmpty(c.SignInRiskLevels), isEmpty(c.UserRiskLevels), model.Or(c.InsiderRiskLevels.Null(), c.InsiderRiskLevels.Is(noFlags)))
		if present(c.Times) || present(c.Agents) || present(c.AgentContext) || present(c.Clients) || present(c.AgentIDRiskLevels) {
			narrow = model.And(narrow, model.Unknown) // conditions that nobody documented for v1.0
		}
		apps := model.Fold(c.Applications, truthUnknown, truthUnknown, func(a model.ConditionApplications) model.Truth {
			include := a.IncludeApplications.Is(func(list []string) bool { return slices.Contains(list, "All") })
			whole := model.And(include, a.ApplicationFilter.Null())
			most = model.And(narrow, whole, anyOf(a.ExcludeApplications, administers).Not())
			return model.And(whole, isEmpty(a.ExcludeApplications))
		})
		return model.And(narrow, apps)
	})
	return all, most
}

// administers says whether excluding the application opens a way to administer:
// one of the portals, services and groups that directory roles work through.
func administers(app string) model.Truth {
	for _, id := range []string{access.ResourceGraph, access.ResourceDirectory, access.ResourceAzureManagement, access.ResourceAzurePortal,
		access.ResourceM365Admin, access.ResourceExchange, access.ResourceSharePoint, access.ResourceIntune,
		access.GroupPortals, access.GroupOffice365} {
		if model.SameID(app, id) {
			return model.True
		}
	}
	if isGUID(app) {
		return model.False
	}
	return model.Unknown
}

func everyClient(f model.Field[[]string]) model.Truth {
	return model.Or(isEmpty(f), f.Is(func(list []string) bool {
		// Legacy clients have no session to limit; the two modern kinds are all others.
		return slices.Contains(list, "all") ||
			slices.Contains(list, access.ClientBrowser) && slices.Contains(list, access.ClientModern)
	}))
}

func everyPlatform(f model.Field[model.ConditionPlatforms]) model.Truth {
	return model.Fold(f, truthUnknown, truthTrue, func(p model.ConditionPlatforms) model.Truth {
		return model.And(p.IncludePlatforms.Is(func(l []string) bool { return slices.Contains(l, "all") }), isEmpty(p.ExcludePlatforms))
	})
}

func everyLocation(f model.Field[model.ConditionLocations]) model.Truth {
	return model.Fold(f, truthUnknown, truthTrue, func(l model.ConditionLocations) model.Truth {
		return model.And(l.IncludeLocations.Is(func(l []string) bool { return slices.Contains(l, access.LocationAll) }), isEmpty(l.ExcludeLocations))
	})
}

func everyDevice(f model.Field[model.ConditionDevices]) model.Truth {
	return model.Fold(f, truthUnknown, truthTrue, func(d model.ConditionDevices) model.Truth { return d.DeviceFilter.Null() })
}

func everyFlow(f model.Field[model.ConditionAuthenticationFlows]) model.Truth {
	return model.Fold(f, truthUnknown, truthTrue, func(a model.ConditionAuthenticationFlows) model.Truth {
		return model.Or(a.TransferMethods.Null(), a.TransferMethods.Is(noFlags))
	})
}

func noFlags(flags model.FlagSet) bool {
	return !slices.ContainsFunc(flags, func(f string) bool { return f != "none" })
}

func present[T any](f model.Field[T]) bool { return !f.IsZero() && f.Null() != model.True }

// isEmpty says whether a list is null or has no entry.
func isEmpty(f model.Field[[]string]) model.Truth {
	return model.Or(f.Null(), f.Is(func(list []string) bool { return len(list) == 0 }))
}

func anyOf(f model.Field[[]string], question func(string) model.Truth) model.Truth {
	return anyOfAt(f, func(_ int, entry string) model.Truth { return question(entry) })
}

func anyOfAt(f model.Field[[]string], question func(int, string) model.Truth) model.Truth {
	return model.Fold(f, truthUnknown, truthFalse, func(list []string) model.Truth {
		found := model.False
		for i, entry := range list {
			found = model.Or(found, question(i, entry))
		}
		return found
	})
}

func truthUnknown() model.Truth { return model.Unknown }
func truthFalse() model.Truth   { return model.False }
func truthTrue() model.Truth    { return model.True }

// isGUID reports whether s has the form of an object id.
func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		hyphen := i == 8 || i == 13 || i == 18 || i == 23
		hex := c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
		if hyphen != (c == '-') || !hyphen && !hex {
			return false
		}
	}
	return true
}
