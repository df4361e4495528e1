package synth

import (
	"strconv"
	"time"

	"github.com/privpath/privpath/examples/tenants/internal/gen"
)

// application is a client with the resource that it asks for.
type application struct {
	id, name, resourceID, resource string
	client, used                   string // as in policies, as in the log
	portal, office                 bool
}

const (
	clientBrowser, clientModern, clientOther = "browser", "mobileAppsAndDesktopClients", "other"

	azureManagement = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
	exchangeOnline  = "00000002-0000-0ff1-ce00-000000000000"
	sharePoint      = "00000003-0000-0ff1-ce00-000000000000"
)

// named tells whether a policy's word for applications means this one.
func (a application) named(word string) bool {
	return word == "All" || word == a.id || word == a.resourceID || word == "Office365" && a.office || word == "MicrosoftAdminPortals" && a.portal
}

var applications = []application{
	{"9199bf20-a13f-4107-85dc-02114787ef48", "One Outlook Web", exchangeOnline, "Office 365 Exchange Online", clientBrowser, "Browser", false, true},
	{"1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams", sharePoint, "Office 365 SharePoint Online", clientModern, "Mobile Apps and Desktop clients", false, true},
	{"d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office", exchangeOnline, "Office 365 Exchange Online", clientModern, "Mobile Apps and Desktop clients", false, true},
	{"c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal", azureManagement, "Windows Azure Service Management API", clientBrowser, "Browser", true, false},
	{"14d82eec-204b-4c2f-b7e8-296a70dab67e", "Microsoft Graph Command Line Tools", "00000003-0000-0000-c000-000000000000", "Microsoft Graph", clientModern, "Mobile Apps and Desktop clients", false, false},
	{exchangeOnline, "Office 365 Exchange Online", exchangeOnline, "Office 365 Exchange Online", clientOther, "IMAP4", false, true},
}

// signIn is one sign-in of the crowd.
type signIn struct {
	user                   int
	who                    person
	held                   string // role
	at                     time.Time
	app                    application
	city                   city
	risk, platform         string
	device                 int // -1: one that the directory does not know
	managed, compliant     bool
	code                   int
	asksMFA                bool // some policy asked for MFA and got it
	results                []string
	conditionalAccess, why string
}

// signIn gives the i-th sign-in, the newest first: who came from where, and what
// every policy said.
func (t *Tenant) signIn(i int) *signIn {
	r := t.roll(kindSignIn, i, 1)
	s := &signIn{user: int(r >> 8 % uint64(t.crowd)), device: -1, risk: "none", platform: "iOS"}
	if r%8 == 0 { // administrators sign in more often
		s.user = t.adminUser(int(r >> 8 % uint64(t.admins)))
	}
	s.who, s.held = t.person(s.user), t.held(s.user)
	s.at = gen.Collected.Add(-time.Duration(i+1) * (window / time.Duration(t.size.SignIns+1))).Truncate(time.Second)
	r = t.roll(kindSignIn, i, 2)
	switch {
	case r%200 == 0:
		s.app = applications[5]
	case s.who.admin && r%3 > 0:
		s.app = applications[3+r>>8%2]
	default:
		s.app = applications[r>>8%3]
	}
	s.city = pick(cities[:5], t.roll(kindUser, s.user, 5)>>8)
	switch {
	case r>>16%300 == 0:
		s.city = cities[5]
	case r>>16%2 == 0:
		s.city = cities[0]
	}
	if r>>24%500 == 0 {
		s.risk = "high"
	}
	if s.user%2 == 0 && r>>32%4 > 0 && s.user/2 < t.devices() {
		s.device, s.platform, s.managed, s.compliant = s.user/2, "windows", true, t.compliant(s.user/2)
	}
	t.decide(s, r>>40%40 == 0)
	return s
}

// decide asks every policy, unless the first factor was wrong.
func (t *Tenant) decide(s *signIn, wrong bool) {
	s.conditionalAccess, s.why = resultNotApplied, "Other."
	switch {
	case s.who.off:
		s.code, s.why = 50057, "The user account is disabled."
	case wrong:
		s.code, s.why = 50126, "Invalid username or password or Invalid on-premise username or password."
	}
	if s.code != 0 {
		return
	}
	s.results = make([]string, len(t.policies))
	for n := range t.policies {
		p := &t.policies[n]
		s.results[n] = p.judge(t, s)
		switch s.results[n] {
		case resultSuccess:
			s.asksMFA = s.asksMFA || p.demands("mfa")
		case resultFailure:
			s.conditionalAccess = resultFailure
			if p.demands("block") {
				s.code, s.why = 53003, "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance."
			} else {
				s.code, s.why = 53000, "Device is not in required device state: {state}. Conditional Access policy requires a compliant device, and the device is not compliant."
			}
		}
		if s.results[n] == resultSuccess && s.conditionalAccess != resultFailure {
			s.conditionalAccess = resultSuccess
		}
	}
}

// signInRecord has every property that Graph v1.0 returns for a sign-in. Policies
// are listed whether they applied or not, as Graph does.
func (t *Tenant) signInRecord(e *enc, i int) {
	s := t.signIn(i)
	r := t.roll(kindSignIn, i, 3)
	ip := s.city.net + strconv.Itoa(int(r%200))
	if s.city.office {
		ip = "198.51.100." + strconv.Itoa(int(130+r%28))
	}
	e.open("")
	e.str("id", t.guid(kindSignIn, 2*i))
	e.at("createdDateTime", s.at)
	e.str("userDisplayName", s.who.name)
	e.str("userPrincipalName", s.who.upn)
	e.str("userId", s.who.id)
	e.str("appId", s.app.id)
	e.str("appDisplayName", s.app.name)
	e.str("ipAddress", ip)
	e.str("clientAppUsed", s.app.used)
	e.str("correlationId", t.guid(kindSignIn, 2*i+1))
	e.str("conditionalAccessStatus", s.conditionalAccess)
	e.flag("isInteractive", true)
	e.str("riskDetail", "none")
	e.str("riskLevelAggregated", s.risk)
	e.str("riskLevelDuringSignIn", s.risk)
	e.str("riskState", riskStates[s.risk])
	e.empty("riskEventTypes", "riskEventTypes_v2")
	e.str("resourceDisplayName", s.app.resource)
	e.str("resourceId", s.app.resourceID)
	e.open("status")
	e.num("errorCode", s.code)
	e.str("failureReason", s.why)
	if s.asksMFA {
		e.str("additionalDetails", "MFA requirement satisfied by claim in the token")
	} else {
		e.null("additionalDetails")
	}
	e.close()
	t.deviceDetail(e, s)
	e.open("location")
	e.str("city", s.city.name)
	e.str("state", s.city.state)
	e.str("countryOrRegion", s.city.country)
	e.open("geoCoordinates")
	e.null("altitude")
	e.raw("latitude", strconv.FormatFloat(s.city.lat, 'f', -1, 64))
	e.raw("longitude", strconv.FormatFloat(s.city.lon, 'f', -1, 64))
	e.close()
	e.close()
	e.list("appliedConditionalAccessPolicies")
	for n := range s.results {
		grant, session := t.policies[n].enforced()
		if s.results[n] == resultNotApplied || s.results[n] == resultNotEnabled {
			grant, session = nil, nil
		}
		e.open("")
		e.str("id", t.policies[n].ID)
		e.str("displayName", t.policies[n].DisplayName)
		e.strs("enforcedGrantControls", grant...)
		e.strs("enforcedSessionControls", session...)
		e.str("result", s.results[n])
		e.close()
	}
	e.end()
	e.close()
}

var riskStates = map[string]string{"none": "none", "high": "atRisk"}

func (t *Tenant) deviceDetail(e *enc, s *signIn) {
	e.open("deviceDetail")
	switch {
	case s.device >= 0:
		e.str("deviceId", t.guid(kindDevice, s.device))
		e.str("displayName", deviceName(s.device))
		e.str("operatingSystem", "Windows11")
		e.str("browser", "Edge 142.0.0")
		e.flag("isCompliant", s.compliant)
		e.flag("isManaged", s.managed)
		e.str("trustType", "Azure AD joined")
	default:
		e.str("deviceId", "")
		e.str("displayName", "")
		e.str("operatingSystem", "Ios 18")
		e.str("browser", "Mobile Safari 26.1")
		e.flag("isCompliant", false)
		e.flag("isManaged", false)
		e.str("trustType", "")
	}
	e.close()
}

// audits: two for each activation, and one for four users.
func (t *Tenant) audits() int { return 2*t.activations() + t.crowd/4 }

func (t *Tenant) auditRecord(e *enc, i int) {
	if i < 2*t.activations() {
		t.activationAudit(e, i/2, i%2 == 0)
		return
	}
	n := i - 2*t.activations()
	by := t.person(t.adminUser(int(t.roll(kindAudit, n, 1) % uint64(t.admins))))
	target := t.person(int(t.roll(kindAudit, n, 2) % uint64(t.crowd)))
	at := gen.Collected.Add(-time.Duration(n+1) * (window / time.Duration(t.crowd/4+1))).Truncate(time.Second)
	e.open("")
	e.str("id", "Directory_"+t.guid(kindAudit, n))
	e.str("category", "UserManagement")
	e.str("correlationId", t.guid(kindAudit, -1-n))
	e.str("result", "success")
	e.str("resultReason", "")
	e.str("activityDisplayName", "Update user")
	e.at("activityDateTime", at)
	e.str("loggedByService", "Core Directory")
	e.str("operationType", "Update")
	initiator(e, by, "198.51.100.140")
	e.list("targetResources")
	e.open("")
	e.str("id", target.id)
	e.str("displayName", target.name)
	e.str("type", "User")
	e.str("userPrincipalName", target.upn)
	e.null("groupType")
	e.raw("modifiedProperties", `[{"displayName":"Department","oldValue":"[\"Repairs\"]","newValue":"[\"Housing\"]"},{"displayName":"Included Updated Properties","oldValue":null,"newValue":"\"Department\""}]`)
	e.close()
	e.end()
	e.raw("additionalDetails", `[{"key":"UserType","value":"Member"}]`)
	e.close()
}

func initiator(e *enc, by person, ip string) {
	e.open("initiatedBy")
	e.null("app")
	e.open("user")
	e.str("id", by.id)
	e.str("displayName", by.name)
	e.str("userPrincipalName", by.upn)
	e.str("ipAddress", ip)
	e.close()
	e.close()
}

// activationAudit writes what PIM logs of an activation: that it is complete, and
// that it was asked for.
func (t *Tenant) activationAudit(e *enc, n int, completed bool) {
	a := t.activation(n)
	by := t.person(t.adminUser(a.k))
	role := t.role(a.k)
	name, operation, at, suffix := "Add member to role completed (PIM activation)", "ActivateRole", a.start, "_1"
	if !completed {
		name, operation, at, suffix = "Add member to role requested (PIM activation)", "CreateRequestActivation", a.start.Add(-30*time.Second), "_0"
	}
	e.open("")
	e.str("id", "PIM_"+a.id+suffix)
	e.str("category", "RoleManagement")
	e.str("correlationId", a.id)
	e.str("result", "success")
	e.str("resultReason", a.reason)
	e.str("activityDisplayName", name)
	e.at("activityDateTime", at)
	e.str("loggedByService", "PIM")
	e.str("operationType", operation)
	initiator(e, by, a.ip)
	e.list("targetResources")
	for _, target := range []struct{ id, name, kind string }{{role, t.roleName[role], "Role"}, {a.id, "", "Request"}, {by.id, by.name, "User"}} {
		e.open("")
		e.str("id", target.id)
		e.str("displayName", target.name)
		e.str("type", target.kind)
		if target.kind == "User" {
			e.str("userPrincipalName", by.upn)
		}
		e.empty("modifiedProperties")
		e.close()
	}
	e.end()
	e.list("additionalDetails")
	for _, d := range [][2]string{{"TemplateId", role}, {"StartTime", stamp(a.start)}, {"ExpirationTime", stamp(a.start.Add(8 * time.Hour))}, {"Justification", a.reason}} {
		e.open("")
		e.str("key", d[0])
		e.str("value", d[1])
		e.close()
	}
	e.end()
	e.close()
}

func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05Z") }
