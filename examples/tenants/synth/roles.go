package synth

import (
	"strconv"
	"time"

	"github.com/privpath/privpath/examples/tenants/internal/gen"
)

// Template ids: Microsoft, "Microsoft Entra built-in roles".
const (
	globalAdmin   = "62e90394-69f5-4237-9190-012177145e10"
	privAuthAdmin = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13"
	caAdmin       = "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9"
	securityAdmin = "194ae4cb-b126-40b2-bd5b-6091b380977d"
	appAdmin      = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
	intuneAdmin   = "3a2c62db-5318-420d-8d74-23affee5d9d5"
	userAdmin     = "fe930be7-5e62-47db-91af-98c3a49a38b1"
	exchangeAdmin = "29232cdf-9323-42fd-ade2-1d097af3e4de"
	helpdeskAdmin = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
	globalReader  = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
)

// keyRoles are the roles of the crowd for which a policy of the sample demands a
// security key.
var keyRoles = []string{globalAdmin, privAuthAdmin, caAdmin, securityAdmin, appAdmin, intuneAdmin, userAdmin, exchangeAdmin}

// firstRoles are those of the first administrators, so that the smallest tenant
// has some of each; moreRoles, of which one is drawn, those of the others.
var (
	firstRoles = []string{helpdeskAdmin, globalAdmin, privAuthAdmin, appAdmin, globalReader, caAdmin, userAdmin, exchangeAdmin}
	moreRoles  = append(repeat(20, helpdeskAdmin), append(repeat(12, globalReader), append(repeat(8, userAdmin), append(repeat(8, exchangeAdmin),
		appAdmin, securityAdmin, intuneAdmin, caAdmin)...)...)...)
)

func repeat(n int, text string) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = text
	}
	return list
}

func (t *Tenant) role(k int) string {
	if k < len(firstRoles) {
		return firstRoles[k]
	}
	return pick(moreRoles, t.roll(kindUser, t.adminUser(k), 7))
}

// holding is how an administrator has a role.
type holding int

const (
	holdsStanding holding = iota
	holdsEligible
	holdsByGroup // a standing member of a group that holds the role
)

// deskGroup is a role-assignable group that holds a role.
type deskGroup struct{ role, id, name string }

// holding says how the k-th administrator has the role, and by which group.
func (t *Tenant) holding(k int) (holding, int) {
	r := t.roll(kindUser, t.adminUser(k), 8)
	for g, desk := range t.desks {
		if desk.role == t.role(k) && r%3 == 0 {
			return holdsByGroup, g
		}
	}
	if r>>8%3 == 0 && k >= len(firstRoles) {
		return holdsStanding, 0
	}
	return holdsEligible, 0
}

// roster sorts the administrators by how they hold.
type roster struct {
	standing, eligible []int
	desks              [][]int
}

func (t *Tenant) newRoster() roster {
	r := roster{desks: make([][]int, len(t.desks))}
	for k := range t.admins {
		switch how, g := t.holding(k); how {
		case holdsStanding:
			r.standing = append(r.standing, k)
		case holdsEligible:
			r.eligible = append(r.eligible, k)
		case holdsByGroup:
			r.desks[g] = append(r.desks[g], k)
		}
	}
	return r
}

// held is the role that counts at a sign-in of a user: what has to be activated
// does not, outside an activation.
func (t *Tenant) held(i int) string {
	k, admin := t.adminOf(i)
	if !admin {
		return ""
	}
	if how, _ := t.holding(k); how == holdsEligible {
		return ""
	}
	return t.role(k)
}

// assignment writes what the standing assignments and their schedules share. The
// last ones are those of the groups.
func (t *Tenant) assignment(e *enc, i int, schedule bool) {
	standing := t.roster.standing
	e.open("")
	var principal, role string
	if i < len(standing) {
		k := standing[i]
		principal, role = t.guid(kindUser, t.adminUser(k)), t.role(k)
	} else {
		desk := t.desks[i-len(standing)]
		principal, role = desk.id, desk.role
	}
	id := assignmentID(role, principal)
	e.str("id", id)
	e.str("principalId", principal)
	e.str("roleDefinitionId", role)
	e.str("directoryScopeId", "/")
	if schedule {
		e.null("appScopeId")
		e.at("startDateTime", gen.Collected.AddDate(-1, 0, -i%200))
		e.null("endDateTime")
		e.str("assignmentType", "Assigned")
		e.str("memberType", "Direct")
		e.str("roleAssignmentOriginId", id)
		e.str("roleAssignmentScheduleId", id)
	}
	if i < len(standing) {
		t.reference(e, "principal", t.adminUser(standing[i]))
	} else {
		e.open("principal")
		e.str("@odata.type", "#microsoft.graph.group")
		e.str("id", principal)
		e.str("displayName", t.desks[i-len(standing)].name)
		e.close()
	}
	e.close()
}

func assignmentID(role, principal string) string { return role[:8] + principal + "-1" }

func (t *Tenant) assignmentRecord(e *enc, i int) { t.assignment(e, i, false) }
func (t *Tenant) scheduleRecord(e *enc, i int)   { t.assignment(e, i, true) }

func (t *Tenant) eligibilityRecord(e *enc, i int) {
	k := t.roster.eligible[i]
	u := t.adminUser(k)
	e.open("")
	e.str("id", assignmentID(t.role(k), t.guid(kindUser, u))+"-e")
	e.str("principalId", t.guid(kindUser, u))
	e.str("roleDefinitionId", t.role(k))
	e.str("directoryScopeId", "/")
	e.null("appScopeId")
	e.at("startDateTime", gen.Collected.AddDate(0, -4, -k%90))
	e.at("endDateTime", gen.Collected.AddDate(0, 8, -k%90))
	e.str("memberType", "Direct")
	e.str("roleEligibilityScheduleId", t.guid(kindRequest, -1-k))
	t.reference(e, "principal", u)
	e.close()
}

// activation is one use of an eligibility; each has two in the window.
type activation struct {
	k         int
	id        string
	start     time.Time
	reason    string
	ip        string
	approving bool
}

func (t *Tenant) activations() int { return 2 * len(t.roster.eligible) }

func (t *Tenant) activation(n int) activation {
	r := t.roll(kindRequest, n, 1)
	return activation{k: t.roster.eligible[n/2], id: t.guid(kindRequest, n),
		start:  gen.Collected.Add(-time.Duration(9*3600+r%uint64(window/time.Second-10*3600)) * time.Second),
		reason: "Request " + strconv.Itoa(int(10000+r>>40%90000)), ip: "198.51.100." + strconv.Itoa(int(130+r%20))}
}

func (t *Tenant) requestRecord(e *enc, n int) {
	a := t.activation(n)
	user := t.guid(kindUser, t.adminUser(a.k))
	e.open("")
	e.str("id", a.id)
	e.str("status", "Provisioned")
	e.at("createdDateTime", a.start.Add(-30*time.Second))
	e.at("completedDateTime", a.start)
	e.null("approvalId")
	e.str("action", "selfActivate")
	e.str("principalId", user)
	e.str("roleDefinitionId", t.role(a.k))
	e.str("directoryScopeId", "/")
	e.null("appScopeId")
	e.flag("isValidationOnly", false)
	e.str("targetScheduleId", a.id)
	e.str("justification", a.reason)
	e.raw("createdBy", `{"application":null,"device":null,"user":{"displayName":null,"id":"`+user+`"}}`)
	e.open("scheduleInfo")
	e.at("startDateTime", a.start)
	e.null("recurrence")
	e.raw("expiration", `{"type":"afterDuration","endDateTime":null,"duration":"PT8H"}`)
	e.close()
	e.raw("ticketInfo", `{"ticketNumber":null,"ticketSystem":null}`)
	e.close()
}
