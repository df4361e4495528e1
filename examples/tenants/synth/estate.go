package synth

import (
	"strconv"
	"strings"
	"time"

	"github.com/privpath/privpath/examples/tenants/internal/gen"
)

// every is a set of users in steps: the j-th is step*j+first.
type every struct{ step, first int }

func (s every) has(i int) bool      { return i%s.step == s.first }
func (s every) at(j int) int        { return s.step*j + s.first }
func (s every) count(users int) int { return (users + s.step - 1 - s.first) / s.step }

// The members of the two groups that policies speak of. One administrator in
// five is excluded, and one in seven is in the early wave.
var excludedUsers, waveUsers = every{250, 42}, every{7, 3}

func (t *Tenant) isExcluded(i int) bool { return excludedUsers.has(i) }
func (t *Tenant) inWave(i int) bool     { return waveUsers.has(i) }

// member gives the record function of a group's members.
func (t *Tenant) member(user func(j int) int) func(e *enc, j int) {
	return func(e *enc, j int) { t.reference(e, "", user(j)) }
}

// groups of the crowd: those that hold roles, the early wave, and one for four
// users, whose members nobody needs to ask for.
func (t *Tenant) groups() int { return len(t.desks) + 1 + t.crowd/4 }

func (t *Tenant) groupRecord(e *enc, i int) {
	id, name, roles, mail := t.guid(kindGroup, i), "Project "+strconv.Itoa(i), false, i%3 == 0
	switch {
	case i < len(t.desks):
		id, name, roles, mail = t.desks[i].id, t.desks[i].name, true, false
	case i == len(t.desks):
		id, name, mail = t.wave, "CA - early adopters", false
	}
	created := gen.Collected.AddDate(-3, 0, -i%900)
	nick := strings.ReplaceAll(strings.ToLower(name), " ", "-")
	e.open("")
	e.str("id", id)
	e.null("deletedDateTime", "classification")
	e.at("createdDateTime", created)
	e.empty("creationOptions")
	e.str("description", name)
	e.str("displayName", name)
	e.null("expirationDateTime")
	if mail {
		e.strs("groupTypes", "Unified")
	} else {
		e.empty("groupTypes")
	}
	if roles {
		e.flag("isAssignableToRole", true)
	} else {
		e.null("isAssignableToRole")
	}
	e.null("isManagementRestricted")
	if mail {
		e.str("mail", nick+"@"+domain)
	} else {
		e.null("mail")
	}
	e.flag("mailEnabled", mail)
	e.str("mailNickname", nick)
	e.null("membershipRule", "membershipRuleProcessingState", "onPremisesDomainName", "onPremisesLastSyncDateTime", "onPremisesNetBiosName",
		"onPremisesSamAccountName", "onPremisesSecurityIdentifier", "onPremisesSyncEnabled", "preferredDataLocation", "preferredLanguage")
	if mail {
		e.strs("proxyAddresses", "SMTP:"+nick+"@"+domain)
	} else {
		e.empty("proxyAddresses")
	}
	e.at("renewedDateTime", created)
	e.empty("resourceBehaviorOptions", "resourceProvisioningOptions")
	e.flag("securityEnabled", !mail)
	e.str("securityIdentifier", "S-1-12-1-"+strconv.Itoa(i)+"-1177238915-682003330-"+strconv.Itoa(i))
	e.null("theme", "uniqueName")
	e.str("visibility", "Private")
	e.empty("onPremisesProvisioningErrors", "serviceProvisioningErrors")
	e.close()
}

// devices: every second user has one.
func (t *Tenant) devices() int { return t.crowd / 2 }

// compliant tells whether a device is.
func (t *Tenant) compliant(d int) bool { return !t.one(10, kindDevice, d, 1) }

func deviceName(d int) string { return "QHT-" + strconv.Itoa(100000+d) }

func (t *Tenant) deviceRecord(e *enc, d int) {
	seen := gen.Collected.Add(-time.Duration(t.roll(kindDevice, d, 2)%(15*24*3600)) * time.Second)
	e.open("")
	e.str("id", t.guid(kindDeviceObject, d))
	e.null("deletedDateTime")
	e.flag("accountEnabled", true)
	e.at("approximateLastSignInDateTime", seen)
	e.null("complianceExpirationDateTime")
	e.at("createdDateTime", gen.Collected.AddDate(-2, 0, -d%500))
	e.null("deviceCategory")
	e.str("deviceId", t.guid(kindDevice, d))
	e.null("deviceMetadata")
	e.str("deviceOwnership", "Company")
	e.num("deviceVersion", 2)
	e.str("displayName", deviceName(d))
	e.null("domainName", "enrollmentProfileName")
	e.str("enrollmentType", "AzureDomainJoined")
	e.null("externalSourceName")
	e.flag("isCompliant", t.compliant(d))
	e.flag("isManaged", true)
	e.null("isManagementRestricted")
	e.flag("isRooted", false)
	e.str("managementType", "MDM")
	e.str("manufacturer", "Dell Inc.")
	e.str("mdmAppId", "0000000a-0000-0000-c000-000000000000")
	e.str("model", "Latitude 5450")
	e.null("onPremisesLastSyncDateTime", "onPremisesSyncEnabled")
	e.str("operatingSystem", "Windows")
	e.str("operatingSystemVersion", "10.0.26100.6584")
	e.strs("physicalIds", "[USER-GID]:"+t.guid(kindUser, 2*d)+":6825812345678901", "[HWID]:h:6825812345678901")
	e.str("profileType", "RegisteredDevice")
	e.at("registrationDateTime", gen.Collected.AddDate(-2, 0, -d%500))
	e.null("sourceType")
	e.empty("systemLabels")
	e.str("trustType", "AzureAd")
	e.open("extensionAttributes")
	for n := 1; n <= 15; n++ {
		e.null("extensionAttribute" + strconv.Itoa(n))
	}
	e.close()
	e.close()
}

func (t *Tenant) managedRecord(e *enc, d int) {
	p := t.person(2 * d)
	e.open("")
	e.str("id", t.guid(kindManaged, d))
	e.str("userId", p.id)
	e.str("deviceName", deviceName(d))
	e.str("managedDeviceOwnerType", "company")
	e.at("enrolledDateTime", gen.Collected.AddDate(-2, 0, -d%500))
	e.at("lastSyncDateTime", gen.Collected.Add(-time.Duration(t.roll(kindManaged, d, 2)%(3*24*3600))*time.Second))
	e.str("operatingSystem", "Windows")
	if t.compliant(d) {
		e.str("complianceState", "compliant")
	} else {
		e.str("complianceState", "noncompliant")
	}
	e.str("jailBroken", "Unknown")
	e.str("managementAgent", "mdm")
	e.str("osVersion", "10.0.26100.6584")
	e.flag("azureADRegistered", true)
	e.str("deviceEnrollmentType", "windowsAzureADJoin")
	e.str("azureADDeviceId", t.guid(kindDevice, d))
	e.str("deviceRegistrationState", "registered")
	e.flag("isSupervised", false)
	e.flag("isEncrypted", true)
	e.str("userPrincipalName", p.upn)
	e.str("model", "Latitude 5450")
	e.str("manufacturer", "Dell Inc.")
	e.str("serialNumber", "5CG"+strconv.Itoa(1000000+d))
	e.str("userDisplayName", p.name)
	e.close()
}

// apps: one registered application, with its service principal, for 200 users.
func (t *Tenant) apps() int { return t.size.Users / 200 }

// dangerous tells whether an application has a permission that leads to Tier 0.
// Its owner is a user of the crowd.
func (t *Tenant) dangerous(a int) bool { return a%100 == 3 }

func (t *Tenant) appOwner(a int) int { return int(t.roll(kindApp, a, 1) % uint64(t.crowd)) }

func appName(a int) string { return "Business application " + strconv.Itoa(a) }

func (t *Tenant) applicationRecord(e *enc, a int) {
	e.open("")
	e.str("id", t.guid(kindAppObject, a))
	e.null("deletedDateTime")
	e.str("appId", t.guid(kindApp, a))
	e.null("applicationTemplateId", "certification", "defaultRedirectUri", "description", "groupMembershipClaims", "notes", "samlMetadataUrl",
		"serviceManagementReference", "tokenEncryptionKeyId", "uniqueName", "servicePrincipalLockConfiguration", "requestSignatureVerification")
	e.at("createdDateTime", gen.Collected.AddDate(-4, 0, -a%900))
	e.str("displayName", appName(a))
	e.empty("identifierUris", "tags", "addIns", "appRoles", "keyCredentials", "requiredResourceAccess")
	e.str("publisherDomain", domain)
	e.str("signInAudience", "AzureADMyOrg")
	e.list("passwordCredentials")
	if a%3 == 0 {
		e.open("")
		e.str("keyId", t.guid(kindOther, -1-a))
		e.str("displayName", "automation")
		e.str("hint", "q4_")
		e.null("customKeyIdentifier", "secretText")
		e.at("startDateTime", gen.Collected.AddDate(-1, 0, -a%200))
		e.at("endDateTime", gen.Collected.AddDate(1, 0, -a%200))
		e.close()
	}
	e.end()
	e.close()
}

func (t *Tenant) principalRecord(e *enc, a int) {
	e.open("")
	e.str("id", t.guid(kindPrincipal, a))
	e.null("deletedDateTime")
	e.flag("accountEnabled", true)
	e.empty("alternativeNames", "addIns", "appRoles", "keyCredentials", "passwordCredentials", "resourceSpecificApplicationPermissions")
	e.str("appDisplayName", appName(a))
	e.str("appId", t.guid(kindApp, a))
	e.str("appOwnerOrganizationId", t.tenantID)
	e.flag("appRoleAssignmentRequired", false)
	e.at("createdDateTime", gen.Collected.AddDate(-4, 0, -a%900))
	e.str("displayName", appName(a))
	e.null("homepage", "loginUrl", "logoutUrl", "notes", "preferredSingleSignOnMode", "tokenEncryptionKeyId")
	e.strs("servicePrincipalNames", t.guid(kindApp, a))
	e.str("servicePrincipalType", "Application")
	e.str("signInAudience", "AzureADMyOrg")
	e.strs("tags", "WindowsAzureActiveDirectoryIntegratedApp")
	e.close()
}

func (t *Tenant) grantRecord(e *enc, a int) {
	e.open("")
	e.str("id", "grant-"+t.guid(kindPrincipal, a))
	e.str("clientId", t.guid(kindPrincipal, a))
	e.str("consentType", "AllPrincipals")
	e.null("principalId")
	e.str("resourceId", t.graphSP)
	e.str("scope", "User.Read openid profile")
	e.close()
}

// Ids of permissions of Microsoft Graph: "Microsoft Graph permissions reference".
const permissionUserRead, permissionAppWrite = "df021288-bdef-4463-88db-98f22de89214", "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9"

func (t *Tenant) appRoleRecord(e *enc, a int) {
	permission := permissionUserRead
	if t.dangerous(a) {
		permission = permissionAppWrite
	}
	e.open("")
	e.str("id", "role-"+t.guid(kindPrincipal, a))
	e.str("appRoleId", permission)
	e.at("createdDateTime", gen.Collected.AddDate(-3, 0, -a%900))
	e.null("deletedDateTime")
	e.str("principalDisplayName", appName(a))
	e.str("principalId", t.guid(kindPrincipal, a))
	e.str("principalType", "ServicePrincipal")
	e.str("resourceDisplayName", "Microsoft Graph")
	e.str("resourceId", t.graphSP)
	e.close()
}

// ownership is what a collector asks about an application that matters.
func (t *Tenant) ownership(a int) []dataset {
	app, principal := "applications/"+t.guid(kindAppObject, a), "servicePrincipals/"+t.guid(kindPrincipal, a)
	owner := t.member(func(int) int { return t.appOwner(a) })
	return []dataset{
		{path: app + "/owners", context: "directoryObjects", first: 1, count: 1, record: owner},
		{path: app + "/federatedIdentityCredentials", first: 1},
		{path: principal + "/owners", context: "directoryObjects", first: 1},
	}
}
