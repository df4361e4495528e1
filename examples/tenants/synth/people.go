package synth

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/privpath/privpath/examples/tenants/internal/gen"
)

// One user in adminEvery is an administrator.
const adminEvery, adminAt = 100, 42

// adminUser is the number of the user who is the k-th administrator; adminOf the
// other way round.
func (t *Tenant) adminUser(k int) int { return k*adminEvery + adminAt }

func (t *Tenant) adminOf(i int) (k int, ok bool) { return i / adminEvery, i%adminEvery == adminAt }

const domain, initialDomain = "quillmarsh.example", "quillmarshhousing.onmicrosoft.com"

// person is a user of the crowd.
type person struct {
	i                         int
	id, given, family, name   string
	local, upn                string
	admin, guest, synced, off bool
}

func (t *Tenant) person(i int) person {
	p := person{i: i, id: t.guid(kindUser, i)}
	_, p.admin = t.adminOf(i)
	r := t.roll(kindUser, i, 1)
	p.given, p.family = pick(gen.GivenNames, r), pick(gen.FamilyNames, r>>20)
	p.name = p.given + " " + p.family
	p.local = gen.MailName(p.name) + strconv.Itoa(i)
	p.upn = p.local + "@" + domain
	separate := p.admin && t.one(2, kindUser, i, 2)
	p.guest = !p.admin && t.one(20, kindUser, i, 3)
	p.synced = !p.guest && !separate
	p.off = !p.admin && t.one(25, kindUser, i, 4)
	switch {
	case separate:
		p.local, p.name = "adm-"+p.local, p.name+" (admin)"
		p.upn = p.local + "@" + initialDomain
	case p.guest:
		p.upn = p.local + "_contractors.example#EXT#@" + initialDomain
	}
	return p
}

func (p person) kind() string {
	if p.guest {
		return "Guest"
	}
	return "Member"
}

var (
	departments = strings.Fields("Housing Repairs Finance Care IT Governance People Estates Legal Procurement")
	titles      = []string{"Officer", "Planner", "Analyst", "Manager", "Adviser", "Team Leader", "Assistant"}
	cities      = []city{{"Bristol", "England", "GB", "198.51.100.1", 51.454, -2.588, true}, {"Bath", "England", "GB", "192.0.2.", 51.381, -2.359, false},
		{"Cardiff", "Wales", "GB", "192.0.2.", 51.481, -3.179, false}, {"Dublin", "Dublin", "IE", "203.0.113.", 53.349, -6.26, false},
		{"Leeds", "England", "GB", "192.0.2.", 53.8, -1.549, false}, {"Lisbon", "Lisboa", "PT", "203.0.113.", 38.722, -9.139, false}}
)

// city is where a sign-in may come from; the office is a trusted location.
type city struct {
	name, state, country, net string
	lat, lon                  float64
	office                    bool
}

// plan is a service plan of an ordinary licence. Ids are Microsoft's, "Product
// names and service plan identifiers for licensing".
type plan struct{ service, id string }

var plans = []plan{
	{"exchange", "efb87545-963c-4e0d-99df-69c6916d9eb0"}, {"SharePoint", "5dbe027f-2339-4123-9542-606e4d348a72"},
	{"TeamspaceAPI", "57ff2da0-773e-42df-b2af-ffb7a2317929"}, {"AADPremiumService", "41781fb2-bc02-4b7c-bd55-b576c07bb09d"},
	{"SCO", "c1ec4a95-1f05-45b3-a911-aa3fa01094f5"}, {"MicrosoftOffice", "43de0ff5-c92c-492b-9116-175376d08c38"},
	{"YammerEnterprise", "7547a3fe-08ee-4ccb-b430-5077c5041653"},
}

const planE3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"

// userRecord has every property that Graph v1.0 returns for a user.
func (t *Tenant) userRecord(e *enc, i int) {
	p := t.person(i)
	r := t.roll(kindUser, i, 5)
	department, where := pick(departments, r), pick(cities[:5], r>>8)
	created := gen.Collected.AddDate(-9, 0, int(r>>16%3000)).Truncate(time.Second)
	sid := "S-1-5-21-1004336348-1177238915-682003330-" + strconv.Itoa(1000+i)
	mailbox := p.local + "@" + domain
	licensed := !p.guest && !p.off
	e.open("")
	e.str("id", p.id)
	e.flag("accountEnabled", !p.off)
	e.null("ageGroup")
	if licensed {
		e.raw("assignedLicenses", `[{"disabledPlans":[],"skuId":"`+planE3+`"}]`)
	} else {
		e.empty("assignedLicenses")
	}
	e.list("assignedPlans")
	for n, s := range plans {
		if !licensed || p.upn[:4] == "adm-" && n != 3 {
			continue // accounts for administration have no mailbox
		}
		e.open("")
		e.at("assignedDateTime", created.Add(time.Duration(n)*time.Second))
		e.str("capabilityStatus", "Enabled")
		e.str("service", s.service)
		e.str("servicePlanId", s.id)
		e.close()
	}
	e.end()
	e.strs("businessPhones", "+44 117 496 "+strconv.Itoa(int(1000+r%9000)))
	e.str("city", where.name)
	e.str("companyName", "Quillmarsh Housing Trust")
	e.null("consentProvidedForMinor")
	e.str("country", where.country)
	e.at("createdDateTime", created)
	if p.guest {
		e.str("creationType", "Invitation")
	} else {
		e.null("creationType")
	}
	e.null("deletedDateTime")
	e.str("department", department)
	e.str("displayName", p.name)
	e.null("employeeHireDate")
	e.str("employeeId", strconv.Itoa(100000+i))
	e.null("employeeLeaveDateTime", "employeeOrgData")
	e.str("employeeType", "Employee")
	if p.guest {
		e.str("externalUserState", "Accepted")
		e.at("externalUserStateChangeDateTime", created.Add(time.Hour))
	} else {
		e.null("externalUserState", "externalUserStateChangeDateTime")
	}
	e.null("faxNumber")
	e.str("givenName", p.given)
	e.list("identities")
	e.open("")
	e.str("signInType", "userPrincipalName")
	e.str("issuer", initialDomain)
	e.str("issuerAssignedId", p.upn)
	e.close()
	e.end()
	e.strs("imAddresses", mailbox)
	e.null("isManagementRestricted", "isResourceAccount")
	e.str("jobTitle", department+" "+pick(titles, r>>24))
	e.at("lastPasswordChangeDateTime", created.AddDate(1, 2, 3))
	e.null("legalAgeGroupClassification")
	e.list("licenseAssignmentStates")
	if licensed {
		e.open("")
		e.str("skuId", planE3)
		e.empty("disabledPlans")
		e.null("assignedByGroup")
		e.str("state", "Active")
		e.str("error", "None")
		e.at("lastUpdatedDateTime", created.AddDate(0, 1, 0))
		e.close()
	}
	e.end()
	e.str("mail", mailbox)
	e.str("mailNickname", p.local)
	e.str("mobilePhone", "+44 7700 900"+strconv.Itoa(int(100+r%900)))
	e.str("officeLocation", where.name+" "+strconv.Itoa(int(1+r%40)))
	t.premises(e, p, sid)
	e.empty("otherMails")
	e.null("passwordPolicies", "passwordProfile")
	e.str("postalCode", "BS1 "+strconv.Itoa(int(1+r%9))+"QQ")
	e.null("preferredDataLocation")
	e.str("preferredLanguage", "en-GB")
	e.list("provisionedPlans")
	for _, s := range plans[:3] {
		if licensed {
			e.raw("", `{"capabilityStatus":"Enabled","provisioningStatus":"Success","service":"`+s.service+`"}`)
		}
	}
	e.end()
	e.strs("proxyAddresses", "SMTP:"+mailbox, "smtp:"+p.local+"@"+initialDomain)
	e.str("securityIdentifier", "S-1-12-1-"+strconv.Itoa(int(r%4e9))+"-"+strconv.Itoa(int(r>>32))+"-1177238915-"+strconv.Itoa(i))
	e.empty("serviceProvisioningErrors")
	e.flag("showInAddressList", true)
	e.at("signInSessionsValidFromDateTime", created.AddDate(1, 2, 3))
	e.str("state", where.state)
	e.str("streetAddress", strconv.Itoa(int(1+r%200))+" Orchard Street")
	e.str("surname", p.family)
	e.str("usageLocation", where.country)
	e.str("userPrincipalName", p.upn)
	e.str("userType", p.kind())
	t.lastSignIn(e, p, r)
	e.close()
}

// premises are what a user has of an Active Directory.
func (t *Tenant) premises(e *enc, p person, sid string) {
	if p.synced {
		e.str("onPremisesDistinguishedName", `CN=`+p.family+`\, `+p.given+",OU=Staff,OU=Quillmarsh,DC=quillmarsh,DC=example")
		e.str("onPremisesDomainName", domain)
	} else {
		e.null("onPremisesDistinguishedName", "onPremisesDomainName")
	}
	e.open("onPremisesExtensionAttributes")
	for n := 1; n <= 15; n++ {
		e.null("extensionAttribute" + strconv.Itoa(n))
	}
	e.close()
	if p.synced {
		e.str("onPremisesImmutableId", p.id[:22]+"==")
		e.at("onPremisesLastSyncDateTime", gen.Collected.Add(-25*time.Minute))
	} else {
		e.null("onPremisesImmutableId", "onPremisesLastSyncDateTime")
	}
	e.empty("onPremisesProvisioningErrors")
	if p.synced {
		e.str("onPremisesSamAccountName", p.local)
		e.str("onPremisesSecurityIdentifier", sid)
		e.flag("onPremisesSyncEnabled", true)
		e.str("onPremisesUserPrincipalName", p.upn)
	} else {
		e.null("onPremisesSamAccountName", "onPremisesSecurityIdentifier", "onPremisesSyncEnabled", "onPremisesUserPrincipalName")
	}
}

// lastSignIn is signInActivity. The ids are as Graph gives them, of sign-ins that
// the log need not hold.
func (t *Tenant) lastSignIn(e *enc, p person, r uint64) {
	if p.guest && r%3 == 0 {
		return // never signed in: Graph leaves it out
	}
	last := gen.Collected.Add(-time.Duration(r%(20*24*3600)) * time.Second)
	if p.off {
		last = last.AddDate(0, -5, 0)
	}
	e.open("signInActivity")
	e.at("lastSignInDateTime", last)
	e.str("lastSignInRequestId", t.guid(kindOther, 2*p.i))
	e.at("lastNonInteractiveSignInDateTime", last.Add(50*time.Minute))
	e.str("lastNonInteractiveSignInRequestId", t.guid(kindOther, 2*p.i+1))
	e.at("lastSuccessfulSignInDateTime", last)
	e.str("lastSuccessfulSignInRequestId", t.guid(kindOther, 2*p.i))
	e.close()
}

// registered lists what a user has registered, as the registration report names
// the methods.
func (t *Tenant) registered(i int) []string {
	methods := []string{"mobilePhone", "microsoftAuthenticatorPush"}
	switch t.roll(kindUser, i, 6) % 6 {
	case 0:
		methods = methods[:1]
	case 1:
		methods = append(methods, "windowsHelloForBusiness")
	case 2:
		methods = append(methods, "softwareOneTimePasscode")
	case 3:
		methods = append(methods, "passKeyDeviceBound")
	}
	return methods
}

func (t *Tenant) registrationRecord(e *enc, i int) {
	p, methods := t.person(i), t.registered(i)
	strong := slices.Contains(methods, "windowsHelloForBusiness") || slices.Contains(methods, "passKeyDeviceBound")
	preferred := "push"
	if len(methods) == 1 {
		preferred = "sms"
	}
	e.open("")
	e.str("id", p.id)
	e.str("userPrincipalName", p.upn)
	e.str("userDisplayName", p.name)
	e.str("userType", strings.ToLower(p.kind()))
	e.flag("isAdmin", p.admin)
	for _, name := range []string{"isSsprRegistered", "isSsprEnabled", "isSsprCapable", "isMfaRegistered", "isMfaCapable"} {
		e.flag(name, true)
	}
	e.flag("isPasswordlessCapable", strong)
	e.strs("methodsRegistered", methods...)
	e.flag("isSystemPreferredAuthenticationMethodEnabled", true)
	e.empty("systemPreferredAuthenticationMethods")
	e.str("userPreferredMethodForSecondaryAuthentication", preferred)
	e.at("lastUpdatedDateTime", gen.Collected.Add(-6*time.Hour))
	e.close()
}

// methods is how many methods Graph lists: the password and what is registered.
func (t *Tenant) methods(i int) int { return 1 + len(t.registered(i)) }

func (t *Tenant) methodRecord(e *enc, i, m int) {
	const odata = "#microsoft.graph."
	created := gen.Collected.AddDate(-1, 0, -i%300)
	e.open("")
	defer e.close()
	if m == 0 {
		e.str("@odata.type", odata+"passwordAuthenticationMethod")
		e.str("id", "28c10230-6103-485e-b985-444c60001490")
		e.null("password")
		e.at("createdDateTime", created)
		return
	}
	id := t.guid(kindOther, -8*i-m)
	switch method := t.registered(i)[m-1]; method {
	case "mobilePhone":
		e.str("@odata.type", odata+"phoneAuthenticationMethod")
		e.str("id", "3179e48a-750b-4051-897c-87b9720928f7")
		e.str("phoneNumber", fmt.Sprintf("+44 7700900%03d", i%1000))
		e.str("phoneType", "mobile")
		e.str("smsSignInState", "notAllowedByPolicy")
	case "microsoftAuthenticatorPush":
		e.str("@odata.type", odata+"microsoftAuthenticatorAuthenticationMethod")
		e.str("id", id)
		e.str("displayName", "Phone")
		e.str("deviceTag", "SoftwareTokenActivated")
		e.str("phoneAppVersion", "6.2410.7166")
		e.at("createdDateTime", created)
	case "windowsHelloForBusiness":
		e.str("@odata.type", odata+"windowsHelloForBusinessAuthenticationMethod")
		e.str("id", id)
		e.str("displayName", "Windows device")
		e.at("createdDateTime", created)
		e.str("keyStrength", "normal")
	case "softwareOneTimePasscode":
		e.str("@odata.type", odata+"softwareOathAuthenticationMethod")
		e.str("id", id)
		e.null("secretKey")
	case "passKeyDeviceBound":
		e.str("@odata.type", odata+"fido2AuthenticationMethod")
		e.str("id", id)
		e.str("displayName", "Security key")
		e.at("createdDateTime", created)
		e.str("aaGuid", "2fc0579f-8113-47ea-b116-bb5a8db9202a")
		e.str("model", "YubiKey 5 Series with NFC")
		e.str("attestationLevel", "attested")
	default:
		panic("synth: no record for the method " + method)
	}
}

// reference is a member of a group, as Graph lists it.
func (t *Tenant) reference(e *enc, name string, i int) {
	p := t.person(i)
	e.open(name)
	e.str("@odata.type", "#microsoft.graph.user")
	e.str("id", p.id)
	e.str("displayName", p.name)
	e.str("userPrincipalName", p.upn)
	e.close()
}
