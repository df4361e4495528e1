package principals

import (
	"sync"
	"time"

	"github.com/privpath/privpath/internal/byid"
	"github.com/privpath/privpath/model"
)

// Kind is the kind of a principal.
type Kind string

// The kinds of principal. KindUnknown is one whose record was not exported.
const (
	KindUser             Kind = "user"
	KindGroup            Kind = "group"
	KindServicePrincipal Kind = "servicePrincipal"
	KindUnknown          Kind = "unknown"
)

// Principal is a user, group or service principal as far as it is known.
type Principal struct {
	Kind Kind
	ID   string
	Name string // user principal name, or display name
	// User is the user's record, nil when it was not exported or is no user.
	User *model.User
	// Group and ServicePrincipal likewise.
	Group            *model.Group
	ServicePrincipal *model.ServicePrincipal
	// Dangling is True when the id belongs to no object of the tenant (it was
	// deleted), Unknown when the data does not say.
	Dangling model.Truth
}

// Ref names the principal as a subject of a finding.
func (p Principal) Ref() model.Ref {
	return model.Ref{Kind: string(p.Kind), ID: p.ID, Name: p.Name}
}

// Directory knows users, groups, service principals and memberships. Several
// goroutines may ask at once.
type Directory struct {
	tenant   *model.Tenant
	users    *byid.Index[model.User]
	groups   *byid.Index[model.Group]
	services *byid.Index[model.ServicePrincipal]
	complete bool // users, groups and service principals were read in full

	members, transitive model.Rows[model.DirectoryObject] // of all groups

	holdings []Holding
	gaps     []roleGap
	licensed model.Truth
	tier0    tier0Set
	roles    *byid.Index[model.RoleDefinition]

	mutex    sync.RWMutex // of closures
	closures map[string]closure
	nesting  func() nesting
}

// Needs lists the data sets that a Directory reads.
func Needs() []interface{ Name() string } {
	return []interface{ Name() string }{
		model.Users, model.Groups, model.ServicePrincipals, model.GroupMembers, model.GroupTransitive,
		model.RoleDefinitions, model.RoleAssignments, model.RoleAssignmentSchedule, model.RoleEligibility,
		model.GroupAssignment, model.GroupEligibility, model.SubscribedSkus, model.OwnerDeclarations,
	}
}

// Resolve reads a tenant's principals and role holdings.
func Resolve(t *model.Tenant) *Directory {
	d := &Directory{tenant: t, closures: map[string]closure{}, members: model.RowsOf(t, model.GroupMembers, nil), transitive: model.RowsOf(t, model.GroupTransitive, nil)}
	d.nesting = sync.OnceValue(d.readNesting)
	users := model.RowsOf(t, model.Users, nil)
	groups := model.RowsOf(t, model.Groups, nil)
	services := model.RowsOf(t, model.ServicePrincipals, nil)
	d.users = byid.New(users, func(u *model.User) string { return u.ID })
	d.groups = byid.New(groups, func(g *model.Group) string { return g.ID })
	d.services = byid.New(services, func(s *model.ServicePrincipal) string { return s.ID })
	d.complete = users.Coverage().State == model.Complete && groups.Coverage().State == model.Complete &&
		services.Coverage().State == model.Complete
	d.readRoles()
	d.readHoldings()
	return d
}

// User finds a user by object id.
func (d *Directory) User(id string) (*model.User, bool) {
	return d.users.Find(id)
}

// Users lists copies of the tenant's users in the order of the export.
func (d *Directory) Users() []*model.User {
	users := make([]*model.User, d.users.Len())
	for place := range users {
		users[place] = d.users.At(place)
	}
	return users
}

// Place is where in [Directory.Users] a user stands, by object id; -1 for one that
// was not exported.
func (d *Directory) Place(id string) int { return d.users.Place(id) }

// UserID is the object id of the user at a place.
func (d *Directory) UserID(place int) string { return d.users.ID(place) }

// UserCount is the number of users that were exported.
func (d *Directory) UserCount() int { return d.users.Len() }

// Group finds a group by object id.
func (d *Directory) Group(id string) (*model.Group, bool) {
	return d.groups.Find(id)
}

// HasGroup reports whether a group of that object id was exported.
func (d *Directory) HasGroup(id string) bool { return d.groups.Has(id) }

// Principal resolves an object id. The expanded object, where the export has
// one, names what was not exported on its own.
func (d *Directory) Principal(id string, expanded model.Field[model.DirectoryObject]) Principal {
	if u, ok := d.User(id); ok {
		return Principal{Kind: KindUser, ID: id, Name: nameOf(id, u.UserPrincipalName, u.DisplayName), User: u, Dangling: deleted(u)}
	}
	if g, ok := d.Group(id); ok {
		return Principal{Kind: KindGroup, ID: id, Name: nameOf(id, g.DisplayName), Group: g, Dangling: model.False}
	}
	if s, ok := d.services.Find(id); ok {
		return Principal{Kind: KindServicePrincipal, ID: id, Name: nameOf(id, s.DisplayName), ServicePrincipal: s, Dangling: model.False}
	}
	p := Principal{Kind: KindUnknown, ID: id, Name: id}
	if d.complete {
		p.Dangling = model.True
	}
	expanded.Is(func(o model.DirectoryObject) bool {
		p.Kind, p.Name = kindOf(o.Type), nameOf(id, o.UserPrincipalName, o.DisplayName)
		if p.Kind != KindUnknown {
			p.Dangling = model.False // Graph still resolves it
		}
		return true
	})
	return p
}

func deleted(u *model.User) model.Truth {
	return model.Fold(u.DeletedDateTime,
		func() model.Truth { return model.False },
		func() model.Truth { return model.False },
		func(_ time.Time) model.Truth { return model.True })
}

func kindOf(odataType model.Field[string]) Kind {
	kind := KindUnknown
	odataType.Is(func(t string) bool {
		switch t {
		case "#microsoft.graph.user":
			kind = KindUser
		case "#microsoft.graph.group":
			kind = KindGroup
		case "#microsoft.graph.servicePrincipal":
			kind = KindServicePrincipal
		}
		return true
	})
	return kind
}

func nameOf(id string, names ...model.Field[string]) string {
	name := ""
	for _, n := range names {
		n.Is(func(text string) bool {
			if name == "" {
				name = text
			}
			return true
		})
	}
	if name == "" {
		return id
	}
	return name
}
