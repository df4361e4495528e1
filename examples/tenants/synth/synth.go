// Package synth makes synthetic tenants of any size, in the shape of Microsoft
// Graph, for benchmarks and tests of scale.
//
// A tenant is the middling sample (its policies, PIM settings, administrators,
// groups and applications, with everything that is wrong with them) among a
// crowd: users, devices, groups, applications, administrators and their logs in
// proportion. Every record of the crowd is a function of the seed and of its
// number, so that a tenant of any size is written in constant memory, any file
// of it alone, and the same seed gives the same bytes.
package synth

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/privpath/privpath/examples/tenants/internal/gen"
	"github.com/privpath/privpath/model"
)

// Size says how large a tenant is. Everything else is in proportion.
type Size struct {
	Users   int // at least 500, the sample's 200 included
	SignIns int // of the crowd, interactive, over 30 days
	// Page is how many records a file holds. Default: 1000, as Graph pages them.
	Page int
}

// The sizes of the benchmarks.
var (
	S = Size{Users: 1_000, SignIns: 2_000}       // 13 MB
	M = Size{Users: 100_000, SignIns: 200_000}   // 1.4 GB
	L = Size{Users: 500_000, SignIns: 1_000_000} // 6.8 GB
)

// Named finds a size by its letter.
func Named(letter string) (Size, error) {
	sizes := map[string]Size{"S": S, "M": M, "L": L}
	if s, ok := sizes[strings.ToUpper(letter)]; ok {
		return s, nil
	}
	return Size{}, fmt.Errorf("no size is called %q: choose S, M or L", letter)
}

// Seed is the seed of the benchmarks.
const Seed uint64 = 20261120

// Tenant is a synthetic tenant. Nothing of the crowd is in memory.
type Tenant struct {
	seed   uint64
	size   Size
	sample map[string][]byte // the middling sample, by path

	crowd    int // users beyond the sample's
	admins   int // those of the crowd who hold a role or can activate one
	policies []policy
	tenantID string
	roleName map[string]string
	graphSP  string // object id of Microsoft Graph
	excluded string // id of the group that the sample's policies exclude
	wave     string // id of the group of those whom an early MFA policy asks
	desks    []deskGroup
	roster   roster
	sets     []dataset
	files    map[string]func() io.Reader
}

// sampleUsers is how many users the middling sample has.
const sampleUsers = 200

// New makes a tenant. The error is one of the size.
func New(seed uint64, size Size) (*Tenant, error) {
	if size.Users < 500 || size.SignIns < 0 || size.Page < 0 {
		return nil, fmt.Errorf("synth: a tenant has at least 500 users, and no negative number of anything: %+v", size)
	}
	if size.Page == 0 {
		size.Page = 1000
	}
	sample, err := gen.Tenant("middling", seed)
	if err != nil {
		return nil, err
	}
	t := &Tenant{seed: seed, size: size, sample: sample, crowd: size.Users - sampleUsers}
	t.admins = (t.crowd + adminEvery - 1 - adminAt) / adminEvery
	if err := t.readSample(); err != nil {
		return nil, fmt.Errorf("synth: the middling sample: %w", err)
	}
	t.roster = t.newRoster()
	t.sets = t.datasets()
	if err := t.writeManifest(); err != nil {
		return nil, fmt.Errorf("synth: the middling sample: %w", err)
	}
	t.index()
	return t, nil
}

// readSample reads what the crowd has to do with: groups, roles, policies.
func (t *Tenant) readSample() error {
	groups, err := listOf[named](t.sample["groups.json"])
	if err != nil {
		return err
	}
	principals, err := listOf[named](t.sample["servicePrincipals.json"])
	if err != nil {
		return err
	}
	roles, err := listOf[named](t.sample["roleManagement/directory/roleDefinitions.json"])
	if err != nil {
		return err
	}
	tenants, err := listOf[named](t.sample["organization.json"])
	if err != nil {
		return err
	}
	t.tenantID = tenants[0].ID
	t.excluded, t.graphSP, t.wave = idOf(groups, "CA - excluded"), idOf(principals, "Microsoft Graph"), t.guid(kindGroup, -1)
	t.roleName = map[string]string{}
	for _, r := range roles {
		t.roleName[r.ID] = r.DisplayName
	}
	for i, r := range []string{helpdeskAdmin, globalReader, userAdmin} {
		t.desks = append(t.desks, deskGroup{role: r, id: t.guid(kindGroup, -2-i), name: "Role - " + t.roleName[r]})
	}
	more := page("identity/conditionalAccess/policies", t.morePolicies(), "")
	t.sample["identity/conditionalAccess/policies.2.json"] = more
	for _, text := range [][]byte{t.sample["identity/conditionalAccess/policies.json"], more} {
		policies, err := listOf[policy](text)
		if err != nil {
			return err
		}
		t.policies = append(t.policies, policies...)
	}
	return nil
}

type named struct{ ID, DisplayName string }

// idOf finds an object of the sample; that there is one is the sample's promise.
func idOf(list []named, name string) string {
	i := slices.IndexFunc(list, func(n named) bool { return n.DisplayName == name })
	if i < 0 {
		panic("synth: the middling sample has no " + name)
	}
	return list[i].ID
}

func listOf[T any](text []byte) ([]T, error) {
	var reply struct{ Value []T }
	err := json.Unmarshal(text, &reply)
	return reply.Value, err
}

// writeManifest adds the crowd to the sample's manifest.
func (t *Tenant) writeManifest() error {
	var m model.Manifest
	if err := json.Unmarshal(t.sample["manifest.json"], &m); err != nil {
		return err
	}
	m.Collector = "privpath synthetic tenant"
	for _, d := range t.sets {
		name := d.path
		if known, _, ok := model.DatasetAt(d.path); ok {
			name = known.Name
		}
		entry := m.Datasets[name]
		total := d.count
		if entry.Count != nil {
			total += *entry.Count
		}
		entry.Status, entry.Count = "complete", &total
		m.Datasets[name] = entry
	}
	policies := len(t.policies)
	const ca = "identity/conditionalAccess/policies"
	entry := m.Datasets[ca]
	entry.Count = &policies
	m.Datasets[ca] = entry
	text, err := json.MarshalIndent(m, "", "  ")
	t.sample["manifest.json"] = append(text, '\n')
	return err
}

// Answers are those of the benchmarks' question: who of the enabled users that
// hold or can activate a directory role, directly or by way of groups, is covered
// by no MFA policy, and how often did those sign in with one factor? An MFA policy
// is enabled, is for all applications without any other condition, and demands
// MFA or an authentication strength, and nothing that could stand in its place.
type Answers struct {
	Privileged   int `json:"privileged"`
	Uncovered    int `json:"uncovered"`
	SingleFactor int `json:"singleFactor"`
}

// The sample's own part of the answers, whatever the seed: the emergency accounts
// and the account of directory synchronisation are excluded from every MFA policy,
// and none of the three is in the log.
const samplePrivileged, sampleUncovered = 15, 3

// Expected gives the answers from how the tenant was made, without any of its
// records.
func (t *Tenant) Expected() Answers {
	a := Answers{Privileged: samplePrivileged + t.admins, Uncovered: sampleUncovered}
	for k := range t.admins {
		if t.uncovered(t.adminUser(k)) {
			a.Uncovered++
		}
	}
	for i := range t.size.SignIns {
		s := t.signIn(i)
		if t.uncovered(s.user) && s.code == 0 && !s.asksMFA {
			a.SingleFactor++
		}
	}
	return a
}

// uncovered tells whether no MFA policy reaches an administrator of the crowd:
// those in the excluded group, unless they are in the early wave or hold a role
// for which a security key is demanded.
func (t *Tenant) uncovered(i int) bool {
	k, admin := t.adminOf(i)
	return admin && t.isExcluded(i) && !t.inWave(i) && !slices.Contains(keyRoles, t.role(k))
}

// window is the time that the logs cover.
const window = 30 * 24 * time.Hour

// dataset is the crowd's part of a data set, in files from page number first.
type dataset struct {
	path    string
	context string // as @odata.context names it; empty: the path
	first   int
	count   int
	record  func(e *enc, i int)
}

func (t *Tenant) datasets() []dataset {
	const directory = "roleManagement/directory/"
	standing := len(t.roster.standing) + len(t.desks)
	sets := []dataset{
		{path: "users", first: 3, count: t.crowd, record: t.userRecord},
		{path: "reports/authenticationMethods/userRegistrationDetails", first: 2, count: t.crowd, record: t.registrationRecord},
		{path: "groups", first: 2, count: t.groups(), record: t.groupRecord},
		{path: "devices", first: 2, count: t.devices(), record: t.deviceRecord},
		{path: "deviceManagement/managedDevices", first: 2, count: t.devices(), record: t.managedRecord},
		{path: "applications", first: 2, count: t.apps(), record: t.applicationRecord},
		{path: "servicePrincipals", first: 2, count: t.apps(), record: t.principalRecord},
		{path: "oauth2PermissionGrants", first: 2, count: t.apps(), record: t.grantRecord},
		{path: "servicePrincipals/" + t.graphSP + "/appRoleAssignedTo", first: 2, count: t.apps(), record: t.appRoleRecord},
		{path: directory + "roleAssignments", first: 2, count: standing, record: t.assignmentRecord},
		{path: directory + "roleAssignmentScheduleInstances", first: 2, count: standing, record: t.scheduleRecord},
		{path: directory + "roleEligibilityScheduleInstances", first: 2, count: len(t.roster.eligible), record: t.eligibilityRecord},
		{path: directory + "roleAssignmentScheduleRequests", first: 2, count: t.activations(), record: t.requestRecord},
		{path: "groups/" + t.excluded + "/members", context: "directoryObjects", first: 2, count: excludedUsers.count(t.crowd), record: t.member(excludedUsers.at)},
		{path: "groups/" + t.wave + "/members", context: "directoryObjects", first: 1, count: waveUsers.count(t.crowd), record: t.member(waveUsers.at)},
		{path: "groups/" + t.wave + "/owners", context: "directoryObjects", first: 1},
		{path: "auditLogs/signIns", first: 2, count: t.size.SignIns, record: t.signInRecord},
		{path: "auditLogs/directoryAudits", first: 2, count: t.audits(), record: t.auditRecord},
	}
	for g, desk := range t.desks {
		sets = append(sets,
			dataset{path: "groups/" + desk.id + "/members", context: "directoryObjects", first: 1, count: len(t.roster.desks[g]),
				record: t.member(func(j int) int { return t.adminUser(t.roster.desks[g][j]) })},
			dataset{path: "groups/" + desk.id + "/owners", context: "directoryObjects", first: 1})
	}
	for k := range t.admins {
		i := t.adminUser(k)
		sets = append(sets, dataset{path: "users/" + t.guid(kindUser, i) + "/authentication/methods", first: 1, count: t.methods(i),
			record: func(e *enc, m int) { t.methodRecord(e, i, m) }})
	}
	for a := range t.apps() {
		if t.dangerous(a) {
			sets = append(sets, t.ownership(a)...)
		}
	}
	return sets
}
