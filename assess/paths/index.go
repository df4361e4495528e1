package paths

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/paths/internal/powers"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/internal/byid"
	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// index finds the tenant's records backward: who has a power, who owns what.
type index struct {
	tenant *model.Tenant
	dir    *principals.Directory

	holdings    []principals.Holding // each once; those that the graph makes up come after
	byRole      map[string][]int     // holdings by folded role id
	roles       map[string]*roleEntry
	roleIDs     []string                     // keys of roles, sorted
	groupRoles  map[string][]groupAssignment // by folded role id
	grants      map[string][]grant           // by folded service principal id
	permitted   map[powers.Power][]permitted // by what the grants give, in the order of the service principals' ids
	granted     map[string][]permitted       // the same by folded permission
	permissions map[powers.Power][]string    // folded permissions that somebody has and that give a power
	openGrants  map[string]model.Need        // service principals whose permissions are not known
	graphID     string                       // the service principal of Microsoft Graph
	noGraph     *model.Need                  // set where nothing is known of anybody's permissions
	services    map[string]model.ServicePrincipal
	serviceIDs  []string
	apps        map[string]model.Application // by folded object id
	appByAppID  map[string]model.Application
	unnamedApp  bool                   // an app registration was exported without its appId
	unitsOf     map[string][]string    // ids of administrative units by folded member id
	scopes      []scope                // roles held over less than the tenant, each once
	openUnits   []string               // units over which roles are held, and whose members are not all known
	byHolder    map[string][]int       // holdings by folded holder, built when first asked
	assignable  map[string]model.Truth // folded user id -> in or over a role-assignable group
	anyAssigned model.Truth            // the same for users that are not listed
	signsInOn   userDevices
	devices     *byid.Index[model.Device]
	gaps        []model.Gap                  // why not every holding is known
	intuneActs  []model.IntuneRoleAssignment // see intuneRoles
	deviceUsers map[string][]string          // see usersOf
	managed     model.Truth                  // whether Intune manages a device of the tenant
}

// roleEntry is what a role can do.
type roleEntry struct {
	role     principals.Role
	powers   []powers.Held
	evidence []model.Evidence
}

func (r *roleEntry) has(p powers.Power) powers.Held {
	for _, held := range r.powers {
		if held.Power == p {
			return held
		}
	}
	return powers.Held{Power: p, Truth: model.False}
}

// groupAssignment is a role that a group holds.
type groupAssignment struct {
	group    string
	role     principals.Role
	manner   principals.Manner
	scope    string
	evidence model.Evidence
}

// grant is an application permission that was granted.
type grant struct {
	resourceAppID, appRoleID string
	evidence                 model.Evidence
}

// permitted is what a grant gives a service principal.
type permitted struct {
	service string // folded id
	grant   grant
	scope   powers.Scope
}

func readIndex(t *model.Tenant, dir *principals.Directory) *index {
	x := &index{tenant: t, dir: dir, byRole: map[string][]int{}, roles: map[string]*roleEntry{}, groupRoles: map[string][]groupAssignment{},
		grants: map[string][]grant{}, openGrants: map[string]model.Need{}, services: map[string]model.ServicePrincipal{},
		apps: map[string]model.Application{}, appByAppID: map[string]model.Application{},
		unitsOf: map[string][]string{}, assignable: map[string]model.Truth{}, gaps: dir.All().Gaps()}
	x.readHoldings()
	x.readRoles()
	x.readGroupRoles()
	x.readApplications()
	x.readGrants()
	x.readUnits()
	x.readAssignable()
	x.readDevices()
	return x
}

// readHoldings lists each holding once, and of an activation only the
// eligibility behind it.
func (x *index) readHoldings() {
	type held struct{ principal, role, scope string }
	eligible := map[held]bool{}
	of := func(h principals.Holding) held {
		return held{model.FoldID(h.Principal.ID), model.FoldID(h.Role.ID), model.FoldID(h.Scope)}
	}
	for _, h := range x.dir.Holdings() {
		if h.Manner == principals.Eligible {
			eligible[of(h)] = true
		}
	}
	seen := map[string]bool{}
	for _, h := range x.dir.Holdings() {
		id := fmt.Sprint(of(h), h.Manner, h.ViaEligible, h.Via)
		if seen[id] || h.Manner == principals.Activated && eligible[of(h)] {
			continue
		}
		seen[id] = true
		x.hold(h)
	}
}

// hold adds a holding and gives its index.
func (x *index) hold(h principals.Holding) int {
	i := len(x.holdings)
	x.holdings = append(x.holdings, h)
	if h.Role.ID != "" {
		x.byRole[model.FoldID(h.Role.ID)] = append(x.byRole[model.FoldID(h.Role.ID)], i)
	}
	return i
}

func (x *index) readRoles() {
	for row := range model.RowsOf(x.tenant, model.RoleDefinitions, nil).All() {
		role := x.dir.Role(row.ID, model.Field[model.RoleDefinition]{})
		if enabled := model.Equals(row.IsEnabled, false); enabled == model.True && role.BuiltIn == model.False {
			x.roles[model.FoldID(role.ID)] = &roleEntry{role: role} // a custom role that is switched off gives nothing
			continue
		}
		x.roles[model.FoldID(role.ID)] = &roleEntry{role: role, powers: powers.Powers(row.RolePermissions),
			evidence: []model.Evidence{row.Evidence("/rolePermissions", nil)}}
	}
	missing := func(role principals.Role) {
		if _, ok := x.roles[model.FoldID(role.ID)]; !ok {
			x.roles[model.FoldID(role.ID)] = &roleEntry{role: role, powers: powers.Powers(model.Field[[]model.RolePermission]{})}
		}
	}
	for _, h := range x.holdings {
		missing(h.Role)
	}
	for id := range x.roles {
		x.roleIDs = append(x.roleIDs, id)
	}
	slices.Sort(x.roleIDs)
}

// readGroupRoles lists the roles that groups hold, whether they have members or
// not.
func (x *index) readGroupRoles() {
	add := func(principal string, expanded model.Field[model.DirectoryObject], roleID string, definition model.Field[model.RoleDefinition],
		scope model.Field[string], manner principals.Manner, evidence model.Evidence) {
		if x.dir.Principal(principal, expanded).Kind != principals.KindGroup {
			return
		}
		role := x.dir.Role(roleID, definition)
		text := ""
		scope.Is(func(s string) bool { text = s; return true })
		key := model.FoldID(role.ID)
		for _, known := range x.groupRoles[key] {
			if model.SameID(known.group, principal) && known.scope == text && known.manner == manner {
				return
			}
		}
		x.groupRoles[key] = append(x.groupRoles[key], groupAssignment{principal, role, manner, text, evidence})
		if x.roles[key] == nil { // what a role of a group alone can do may not have been exported
			x.roles[key] = &roleEntry{role: role, powers: powers.Powers(model.Field[[]model.RolePermission]{})}
			x.roleIDs = append(x.roleIDs, key)
			slices.Sort(x.roleIDs)
		}
	}
	instances := func(rows model.Rows[model.RoleScheduleInstance], manner principals.Manner) {
		for row := range rows.All() {
			add(row.PrincipalID, row.Principal, row.RoleDefinitionID, row.RoleDefinition, row.DirectoryScopeID, manner,
				row.Evidence("/principalId", row.PrincipalID))
		}
	}
	instances(model.RowsOf(x.tenant, model.RoleAssignmentSchedule, nil), principals.Standing)
	instances(model.RowsOf(x.tenant, model.RoleEligibility, nil), principals.Eligible)
	for row := range model.RowsOf(x.tenant, model.RoleAssignments, nil).All() {
		add(row.PrincipalID, row.Principal, row.RoleDefinitionID, row.RoleDefinition, row.DirectoryScopeID, principals.Standing,
			row.Evidence("/principalId", row.PrincipalID))
	}
}

func (x *index) readApplications() {
	for row := range model.RowsOf(x.tenant, model.Applications, nil).All() {
		x.apps[model.FoldID(row.ID)] = row
		row.AppID.Is(func(id string) bool { x.appByAppID[model.FoldID(id)] = row; return true })
		x.unnamedApp = x.unnamedApp || !row.AppID.Exported()
	}
	for row := range model.RowsOf(x.tenant, model.ServicePrincipals, nil).All() {
		x.services[model.FoldID(row.ID)] = row
		x.serviceIDs = append(x.serviceIDs, row.ID)
	}
	sorting.Stable(x.serviceIDs, func(a, b string) int { return cmp.Compare(model.FoldID(a), model.FoldID(b)) })
}

// expandLimit is how many related objects Graph returns with $expand; more are
// cut without a word.
// Source: learn.microsoft.com/graph/query-parameters, $expand on directory objects.
const expandLimit = 20

// readGrants reads who has which permission of Microsoft Graph, the one API
// whose permissions reach Tier 0 by themselves.
func (x *index) readGrants() {
	graph := ""
	for id, s := range x.services {
		if s.AppID.Is(func(app string) bool { return model.SameID(app, model.MicrosoftGraphAppID) }) == model.True {
			graph = id
		}
	}
	services := model.RowsOf(x.tenant, model.ServicePrincipals, nil).Coverage()
	x.graphID = graph
	if graph == "" {
		x.noGraph = &model.Need{Dataset: model.ServicePrincipals.Name(), Reason: cmp.Or(services.Reason, model.Unresolved),
			Permission: "Application.Read.All", Detail: "the service principal of Microsoft Graph was not exported, and with it who holds its permissions"}
		return
	}
	seen := map[string]bool{}
	add := func(row model.AppRoleAssignment, resource string, evidence model.Evidence) {
		id := model.FoldID(row.PrincipalID)
		if id != "" && (resource == "" || model.SameID(resource, graph) && row.AppRoleID == "") {
			x.openGrants[id] = model.Need{Dataset: evidence.Dataset, Reason: model.Malformed, Detail: "an assignment does not say what it grants"}
		}
		if id == "" {
			x.noGraph = &model.Need{Dataset: evidence.Dataset, Reason: model.Malformed, Detail: "an assignment does not say to whom"}
		}
		if model.SameID(resource, graph) && !seen[id+"|"+model.FoldID(row.AppRoleID)] {
			seen[id+"|"+model.FoldID(row.AppRoleID)] = true
			x.grants[id] = append(x.grants[id], grant{model.MicrosoftGraphAppID, row.AppRoleID, evidence})
		}
	}
	assigned := model.RowsOf(x.tenant, model.AppRoleAssignedTo, nil).For(graph)
	for row := range assigned.All() {
		add(row, cmp.Or(row.ResourceID, graph), row.Evidence("/appRoleId", row.AppRoleID))
	}
	listed := model.RowsOf(x.tenant, model.AppRoleAssignments, nil)
	for _, id := range x.serviceIDs {
		s, rows := x.services[model.FoldID(id)], listed.For(id)
		for row := range rows.All() {
			row.PrincipalID = cmp.Or(row.PrincipalID, id)
			add(row, row.ResourceID, row.Evidence("/appRoleId", row.AppRoleID))
		}
		whole := s.AppRoleAssignments.Is(func(expanded []model.AppRoleAssignment) bool {
			for i, row := range expanded {
				row.PrincipalID = cmp.Or(row.PrincipalID, id)
				add(row, row.ResourceID, s.Evidence(fmt.Sprintf("/appRoleAssignments/%d/appRoleId", i), row.AppRoleID))
			}
			return len(expanded) < expandLimit
		})
		if assigned.Coverage().State != model.Complete && rows.Coverage().State != model.Complete && whole != model.True {
			x.openGrants[model.FoldID(id)] = model.Need{Dataset: "servicePrincipals/" + id + "/appRoleAssignments",
				Reason: cmp.Or(rows.Coverage().Reason, model.NotCollected), Permission: "Application.Read.All", Detail: "which permissions it has is not known"}
		}
	}
	x.permitted, x.granted, x.permissions = map[powers.Power][]permitted{}, map[string][]permitted{}, map[powers.Power][]string{}
	for _, id := range slices.Sorted(maps.Keys(x.grants)) {
		for _, g := range x.grants[id] {
			permission := model.FoldID(g.appRoleID)
			first := x.granted[permission] == nil
			x.granted[permission] = append(x.granted[permission], permitted{service: id, grant: g})
			for _, effect := range powers.EffectsOf(g.resourceAppID, g.appRoleID) {
				x.permitted[effect.Power] = append(x.permitted[effect.Power], permitted{id, g, effect.Scope})
				if first {
					x.permissions[effect.Power] = append(x.permissions[effect.Power], permission)
				}
			}
		}
	}
	if assigned.Coverage().State != model.Complete && services.State != model.Complete {
		x.noGraph = &model.Need{Dataset: model.ServicePrincipals.Name(), Reason: services.Reason, Permission: "Application.Read.All", Detail: services.Detail}
	}
}

func (x *index) readUnits() {
	members := model.RowsOf(x.tenant, model.AdministrativeUnitMembers, nil)
	for member := range members.All() {
		id := model.FoldID(member.ID)
		x.unitsOf[id] = append(x.unitsOf[id], member.Parent())
	}
	for _, h := range x.holdings {
		x.scoped(h.Role.ID, h.Scope)
	}
	for role, list := range x.groupRoles {
		for _, g := range list {
			x.scoped(role, g.scope)
		}
	}
	slices.Sort(x.openUnits)
	x.openUnits = slices.Compact(x.openUnits)
	sorting.Stable(x.scopes, func(a, b scope) int { return cmp.Or(cmp.Compare(a.role, b.role), cmp.Compare(a.scope, b.scope)) })
	x.scopes = slices.Compact(x.scopes)
}

// scope is a role, and over what it is held.
type scope struct{ role, scope string }

// scoped notes over what a role is held; "" is a scope that was not exported.
func (x *index) scoped(role, over string) {
	if role != "" && over != tenantWide {
		x.scopes = append(x.scopes, scope{model.FoldID(role), model.FoldID(over)})
		x.scopedUnit(over)
	}
}

// scopeName says what a scope is.
func (x *index) scopeName(scope string) string {
	if scope == "" {
		return "a scope that was not exported"
	}
	id, ok := strings.CutPrefix(model.FoldID(scope), unitScope)
	if !ok {
		return x.objectName(strings.TrimPrefix(scope, "/"))
	}
	for unit := range model.RowsOf(x.tenant, model.AdministrativeUnits, nil).All() {
		if model.SameID(unit.ID, id) {
			return "administrative unit " + textOf(unit.DisplayName, unit.ID)
		}
	}
	return "administrative unit " + id
}

// ruledUnit asks whether a rule decides who is in an administrative unit.
func (x *index) ruledUnit(scope string) model.Truth {
	for unit := range model.RowsOf(x.tenant, model.AdministrativeUnits, nil).All() {
		if model.SameID(unitScope+unit.ID, scope) {
			if unit.MembershipType.Null() == model.True {
				return model.False
			}
			return unit.MembershipType.Is(func(kind string) bool { return strings.EqualFold(kind, "Dynamic") })
		}
	}
	return model.Unknown
}

// objectName names an application, a service principal or a directory object.
func (x *index) objectName(id string) string {
	if app, ok := x.apps[model.FoldID(id)]; ok {
		return appRef(app).Name
	}
	return x.ref(id).Name
}

// restrictedScope asks whether a scope is a restricted management unit.
func (x *index) restrictedScope(scope string) model.Truth {
	if scope == "" {
		return model.Unknown
	}
	id, ok := strings.CutPrefix(model.FoldID(scope), unitScope)
	if !ok {
		return model.False
	}
	for unit := range model.RowsOf(x.tenant, model.AdministrativeUnits, nil).All() {
		if model.SameID(unit.ID, id) {
			return model.Or(model.Equals(unit.IsMemberManagementRestricted, true), model.False)
		}
	}
	return model.Unknown
}

// scopedUnit notes a unit over which a role is held and whose members were not
// read in full.
func (x *index) scopedUnit(scope string) {
	id, ok := strings.CutPrefix(model.FoldID(scope), unitScope)
	if ok && model.RowsOf(x.tenant, model.AdministrativeUnitMembers, nil).For(id).Coverage().State != model.Complete {
		x.openUnits = append(x.openUnits, id)
	}
}

// readAssignable notes who is an active member or an owner of a role-assignable
// group, which Microsoft's table of resets shields.
func (x *index) readAssignable() {
	groups := model.RowsOf(x.tenant, model.Groups, nil)
	x.anyAssigned = model.False
	if groups.Coverage().State != model.Complete {
		x.anyAssigned = model.Unknown
	}
	owners := model.RowsOf(x.tenant, model.GroupOwners, nil)
	for group := range groups.All() {
		assignable := model.Equals(group.IsAssignableToRole, true)
		if assignable == model.False || group.IsAssignableToRole.Null() == model.True {
			continue
		}
		members := x.dir.Members(group.ID)
		in := func(id string) { x.assignable[model.FoldID(id)] = model.Or(x.assigned(id), assignable) }
		for _, id := range members.IDs() {
			in(id)
		}
		of := owners.For(group.ID)
		for owner := range of.All() {
			in(owner.ID)
		}
		if len(members.Gaps) > 0 || of.Coverage().State != model.Complete {
			x.anyAssigned = model.Unknown
		}
	}
}

func (x *index) assigned(user string) model.Truth {
	if truth, ok := x.assignable[model.FoldID(user)]; ok {
		return model.Or(truth, x.anyAssigned)
	}
	return x.anyAssigned
}

// user gives a user's principal.
func (x *index) principal(id string) principals.Principal {
	return x.dir.Principal(id, model.Field[model.DirectoryObject]{})
}

func (x *index) ref(id string) model.PrincipalRef {
	p := x.principal(id)
	return model.PrincipalRef{Kind: string(p.Kind), ID: p.ID, Name: p.Name}
}

func (x *index) groupRef(id string) model.PrincipalRef {
	ref := x.ref(id)
	ref.Kind = string(principals.KindGroup)
	return ref
}

func roleRef(r principals.Role) model.PrincipalRef {
	return model.PrincipalRef{Kind: "role", ID: r.ID, Name: r.Name}
}

func appRef(a model.Application) model.PrincipalRef {
	return model.PrincipalRef{Kind: "application", ID: a.ID, Name: textOf(a.DisplayName, a.ID)}
}

func serviceRef(s model.ServicePrincipal) model.PrincipalRef {
	return model.PrincipalRef{Kind: string(principals.KindServicePrincipal), ID: s.ID, Name: textOf(s.DisplayName, s.ID)}
}

func deviceRef(d *model.Device) model.PrincipalRef {
	return model.PrincipalRef{Kind: "device", ID: d.ID, Name: textOf(d.DisplayName, d.ID)}
}

func textOf(f model.Field[string], otherwise string) string {
	return model.Fold(f, func() string { return otherwise }, func() string { return otherwise },
		func(text string) string { return cmp.Or(strings.TrimSpace(text), otherwise) })
}
