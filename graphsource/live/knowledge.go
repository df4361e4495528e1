package live

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/privpath/privpath/model"
)

// knowledge is what the records that have come in say about which objects
// matter. It keeps ids only, so it grows with the directory by a few bytes an
// object.
type knowledge struct {
	mu sync.Mutex

	tenantID, tenantName string

	users    map[string]bool
	groups   map[string]bool   // and whether roles can be assigned to it
	services map[string]string // and the appId
	apps     map[string]string // id by appId
	devices  map[string]device
	units    map[string]bool // and whether management is restricted
	domains  []string        // federated ones
	reviews  []string
	catalogs []string
	intune   []string // roles of Intune
	roles    []string // directoryRoles
	graph    string   // the service principal of Microsoft Graph
	reported map[string]bool

	// named is every id in what roles, policies and declarations say; privileged
	// those that hold or may hold a role or permission, or approve one.
	named, privileged map[string]bool
	members           map[string][]string // and owners, of groups
	inside            map[string]bool     // is in a group, or owns one
}

// device is one of the tenant's: how sign-ins name it, and whether it carries an
// extension attribute.
type device struct {
	signInID string
	marked   bool
}

func newKnowledge() *knowledge {
	return &knowledge{users: map[string]bool{}, groups: map[string]bool{}, services: map[string]string{}, apps: map[string]string{},
		devices: map[string]device{}, units: map[string]bool{}, reported: map[string]bool{}, named: map[string]bool{},
		privileged: map[string]bool{}, members: map[string][]string{}, inside: map[string]bool{}}
}

// seen is what is read of any record here.
type seen struct {
	ID                           string
	AppID                        string `json:"appId"`
	DisplayName                  string
	IsAssignableToRole           bool
	IsMemberManagementRestricted bool
	DeviceID                     string `json:"deviceId"`
	ExtensionAttributes          map[string]any
	PrincipalID                  string `json:"principalId"`
	ClientID                     string `json:"clientId"`
	AuthenticationType           string `json:"authenticationType"`
}

var guid = regexp.MustCompile(`[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`)

// learn takes a record.
func (k *knowledge) learn(dataset, parent string, record json.RawMessage) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var s seen
	_ = json.Unmarshal(record, &s) // what cannot be read names no object; the decoder judges the record
	id := model.FoldID(s.ID)
	switch dataset {
	case model.Organizations.Name():
		k.tenantID, k.tenantName = s.ID, s.DisplayName
	case model.TenantDomains.Name():
		if s.AuthenticationType != "Managed" {
			k.domains = append(k.domains, s.ID)
		}
	case model.Users.Name():
		k.users[id] = true
	case model.Groups.Name():
		k.groups[id] = s.IsAssignableToRole
	case model.ServicePrincipals.Name():
		k.services[id] = model.FoldID(s.AppID)
		if model.SameID(s.AppID, model.MicrosoftGraphAppID) {
			k.graph = id
		}
	case model.Applications.Name():
		k.apps[model.FoldID(s.AppID)] = id
	case model.Devices.Name():
		d := device{signInID: model.FoldID(s.DeviceID)}
		for _, value := range s.ExtensionAttributes {
			d.marked = d.marked || value != nil && value != ""
		}
		k.devices[id] = d
	case model.AdministrativeUnits.Name():
		k.units[id] = s.IsMemberManagementRestricted
	case model.Catalogs.Name():
		k.catalogs = append(k.catalogs, s.ID)
	case model.IntuneRoles.Name():
		k.intune = append(k.intune, s.ID)
	case model.IntuneAssignments.Name():
		k.name(record, false)
	case model.AccessReviews.Name():
		k.reviews = append(k.reviews, s.ID)
		k.name(record, false)
	case model.DirectoryRoles.Name():
		k.roles = append(k.roles, s.ID)
	case model.RegistrationDetails.Name():
		k.reported[id] = true
	case model.GroupMembers.Name(), model.GroupOwners.Name():
		k.members[model.FoldID(parent)] = append(k.members[model.FoldID(parent)], id)
		k.inside[id] = true
	case model.OAuth2Grants.Name():
		k.privileged[model.FoldID(s.ClientID)] = true
	case model.AppRoleAssignedTo.Name():
		k.privileged[model.FoldID(s.PrincipalID)] = true
	case model.RoleAssignments.Name(), model.RoleAssignmentSchedule.Name(), model.RoleEligibility.Name(),
		model.RolePolicies.Name(), model.GroupAssignment.Name(), model.GroupEligibility.Name(), model.OwnerDeclarations.Name():
		k.name(record, true)
	case model.ConditionalAccessPolicies.Name(), model.MethodsPolicies.Name(), model.DeviceRegistration.Name(), model.RoleRequests.Name():
		k.name(record, false)
	}
}

// name notes every id in a record: policies name groups and users in so many
// places that reading each would miss the next one.
func (k *knowledge) name(record json.RawMessage, privileged bool) {
	for _, found := range guid.FindAllString(string(record), -1) {
		id := strings.ToLower(found)
		k.named[id] = true
		if privileged {
			k.privileged[id] = true
		}
	}
}

// matteringGroups are the groups that can hold a role or that a policy names, and
// all groups inside them, but for those already done.
func (k *knowledge) matteringGroups(done map[string]bool) []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var ids []string
	for id, assignable := range k.groups {
		if (assignable || k.named[id] || k.privileged[id] || k.inside[id]) && !done[id] {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// privilegedSet is every object with privileges: those that roles, permissions
// and declarations name, and whoever is in or owns a group of them.
func (k *knowledge) privilegedSet() map[string]bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	all := maps.Clone(k.privileged)
	for id, assignable := range k.groups {
		if assignable {
			all[id] = true
		}
	}
	queue := slices.Collect(maps.Keys(all))
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		for _, member := range k.members[id] {
			if !all[member] {
				all[member] = true
				queue = append(queue, member)
			}
		}
	}
	return all
}

// privilegedUsers are sorted by id. A user whom a Conditional Access policy names
// counts: that is how accounts are kept out of it.
func (k *knowledge) privilegedUsers() []string {
	all := k.privilegedSet()
	k.mu.Lock()
	defer k.mu.Unlock()
	var ids []string
	for id := range k.users {
		if all[id] || k.named[id] {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func (k *knowledge) privilegedServices() []string {
	all := k.privilegedSet()
	k.mu.Lock()
	defer k.mu.Unlock()
	var ids []string
	for id := range k.services {
		if all[id] {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// privilegedApplications are the registrations behind privileged services.
func (k *knowledge) privilegedApplications() []string {
	services := k.privilegedServices()
	k.mu.Lock()
	defer k.mu.Unlock()
	var ids []string
	for _, id := range services {
		if app, ok := k.apps[k.services[id]]; ok {
			ids = append(ids, app)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// workstations are the devices that carry an extension attribute, by which
// policies tell workstations for privileged work, those that declarations or
// policies name, and those in a privileged group.
func (k *knowledge) workstations() []string {
	all := k.privilegedSet()
	k.mu.Lock()
	defer k.mu.Unlock()
	var ids []string
	for id, d := range k.devices {
		if d.marked || all[id] || k.named[id] || k.named[d.signInID] {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// scopedUnits are the units that shield their members or over which a role is
// held.
func (k *knowledge) scopedUnits() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var ids []string
	for id, restricted := range k.units {
		if restricted || k.named[id] {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func (k *knowledge) microsoftGraph() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.graph == "" {
		return nil
	}
	return []string{k.graph}
}

func (k *knowledge) federatedDomains() []string { return k.copied(&k.domains) }

func (k *knowledge) allReviews() []string { return k.copied(&k.reviews) }

func (k *knowledge) allCatalogs() []string { return k.copied(&k.catalogs) }

func (k *knowledge) allIntuneRoles() []string { return k.copied(&k.intune) }

func (k *knowledge) allRoles() []string { return k.copied(&k.roles) }

func (k *knowledge) copied(ids *[]string) []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(*ids)
}

// unreported are the users of whom the registration report has no row yet.
func (k *knowledge) unreported(ids []string) []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.DeleteFunc(ids, func(id string) bool { return k.reported[id] })
}

func (k *knowledge) tenant() (id, name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.tenantID, k.tenantName
}
