package gen

import (
	"fmt"
	"strings"
	"time"
)

// user is one account, whether of a person, a service or an emergency.
type user struct {
	id, upn, name, mail string
	title, department   string
	guest, disabled     bool
	synced, restricted  bool
	neverExpires        bool
	created             time.Time
	licence             []plan
	skus                []string // part numbers
	methods             []string // names as in userRegistrationDetails
	keyModel            int      // index into securityKeys
	isAdmin             bool
	last                activity
}

// activity is what signInActivity tells.
type activity struct{ interactive, background, success time.Time }

var GivenNames = strings.Fields(`Aoife Bastian Carys Dashiell Edda Ferran Ghislaine Hollis Imke Jocasta
	Keziah Leopold Maren Niamh Odalys Piers Quillon Rosamund Saskia Torvald Ulla Verity Wilhelmina Xanthe Yannick
	Zadie Anselm Brannoch Cosima Dilwyn Eluned Fintan Greer Henrike Iolo Jarek Kirsi Linnea Mungo Nerys
	Orla Padraig Romilly Sanna Tamsin Ursel Vaughan Wiebke Amaru Bronwen Chidi Deepika Emeka Farida Goran
	Hanako Ishaan Jovana Kwame Lakshmi Mirela Nasrin Oyelaran Pooja Radek Samira Tomasz Usha Wojtek Yusra`)

var FamilyNames = strings.Fields(`Ackerby Bellwether Crosskill Dunmorrow Eastgarth Fallowmere Garrowby Hexworth
	Inglefold Jessamy Kettlestone Lanternby Marlowick Netherwood Oxbarrow Pellworthy Quarrington Ravensward Saltmarsh
	Thistlewick Underbeck Vanterpole Whinfield Yarrowdale Zellwood Ashcombe Birkenfell Coldharrow Drumlanne Everscote
	Foxglade Gillimoor Harkaway Ivelchester Kestervale Longstrath Millhaven Northolme Orchardlea Pikestaff Rookhope
	Silverthorn Tarnwright Umberleigh Wexcombe Abiolaye Banerjeet Castellar Dobrowicz Eriksholm Fernandel Grubezić
	Haldorsen Iwanaga Jankovec Kowalewicz Lindqvarn Moreauville Novotnik Okonjowe`)

// plan is a service plan of a licence.
type plan struct{ service, id, name string }

// Service plan ids: Microsoft, "Product names and service plan identifiers for licensing".
var (
	planExchange   = plan{"exchange", "efb87545-963c-4e0d-99df-69c6916d9eb0", "EXCHANGE_S_ENTERPRISE"}
	planKiosk      = plan{"exchange", "4a82b400-a79f-41a4-b4e2-e94f5787b113", "EXCHANGE_S_DESKLESS"}
	planSharePoint = plan{"SharePoint", "5dbe027f-2339-4123-9542-606e4d348a72", "SHAREPOINTENTERPRISE"}
	planTeams      = plan{"TeamspaceAPI", "57ff2da0-773e-42df-b2af-ffb7a2317929", "TEAMS1"}
	planP1         = plan{"AADPremiumService", "41781fb2-bc02-4b7c-bd55-b576c07bb09d", "AAD_PREMIUM"}
	planP2         = plan{"AADPremiumService", "eec0eb4f-6444-4f95-aba0-50c24d67f998", "AAD_PREMIUM_P2"}
	planIntune     = plan{"SCO", "c1ec4a95-1f05-45b3-a911-aa3fa01094f5", "INTUNE_A"}
)

// sku is a product that the tenant has bought. The plans are those that matter
// to privileged access; a collector asks for no more.
type sku struct {
	id, part string
	bought   int
	plans    []plan
}

var (
	skuE3   = sku{"05e9a617-0261-4cee-bb44-138d3ef5d965", "SPE_E3", 0, []plan{planExchange, planSharePoint, planTeams, planP1, planIntune}}
	skuF3   = sku{"66b55226-6b4f-492c-910c-a3b7a3c9d993", "SPE_F1", 0, []plan{planKiosk, planTeams, planP1}}
	skuP2   = sku{"84a661c4-e949-4bd2-a560-ed7766fcaf2b", "AAD_PREMIUM_P2", 0, []plan{planP2}}
	skuEMS5 = sku{"b05e124f-c7cc-45a0-a6aa-8cf78c946968", "EMSPREMIUM", 0, []plan{planP1, planP2, planIntune}}
)

func (s sku) of(bought int) sku { s.bought = bought; return s }

func (u *user) license(products ...sku) *user {
	for _, s := range products {
		u.licence = append(u.licence, s.plans...)
		u.skus = append(u.skus, s.part)
	}
	return u
}

// person adds an account of an ordinary member.
func (t *tenant) person(name, title, department string) *user {
	local := MailName(name)
	u := &user{
		id: t.guid("user", local), upn: local + "@" + t.domain, name: name, mail: local + "@" + t.domain,
		title: title, department: department, synced: !t.cloudOnly,
		created: t.created.AddDate(0, 0, 14+t.rng.IntN(1200)).Add(time.Duration(t.rng.IntN(9*3600)) * time.Second),
	}
	t.users = append(t.users, u)
	return u
}

// account adds a cloud-only account without a mailbox, in the initial domain.
func (t *tenant) account(local, name string, created time.Time) *user {
	u := &user{id: t.guid("user", local), upn: local + "@" + t.initialDomain, name: name, created: created}
	t.users = append(t.users, u)
	return u
}

// guestUser invites somebody of another organisation.
func (t *tenant) guestUser(name, domain string, created time.Time) *user {
	local := MailName(name)
	u := &user{
		id: t.guid("user", "guest", local), name: name, mail: local + "@" + domain, guest: true, created: created,
		upn: local + "_" + domain + "#EXT#@" + t.initialDomain,
	}
	t.users = append(t.users, u)
	return u
}

func MailName(name string) string {
	plain := strings.NewReplacer("ć", "c", "é", "e", "ó", "o", " ", ".", "'", "").Replace(strings.ToLower(name))
	return plain
}

// staff fills the tenant with n members in the departments, and registers for
// each what an ordinary person registers. Names already taken are skipped.
func (t *tenant) staff(n int, departments []string, licence func(i int) sku) []*user {
	taken := map[string]bool{}
	for _, u := range t.users {
		taken[u.name] = true
	}
	var made []*user
	for len(made) < n {
		name := GivenNames[t.rng.IntN(len(GivenNames))] + " " + FamilyNames[t.rng.IntN(len(FamilyNames))]
		if taken[name] {
			continue
		}
		taken[name] = true
		parts := strings.SplitN(departments[len(made)%len(departments)], ":", 2)
		u := t.person(name, parts[1], parts[0]).license(licence(len(made)))
		u.methods = []string{"mobilePhone", "microsoftAuthenticatorPush"}
		switch t.rng.IntN(5) {
		case 0:
			u.methods = []string{"mobilePhone"}
		case 1:
			u.methods = append(u.methods, "windowsHelloForBusiness")
		case 2:
			u.methods = append(u.methods, "softwareOneTimePasscode")
		}
		made = append(made, u)
	}
	return made
}

// leave turns members into people who have left: disabled, silent since then.
func (t *tenant) leave(who []*user) {
	for _, u := range who {
		gone := Collected.AddDate(0, 0, -70-t.rng.IntN(200))
		u.disabled, u.licence, u.skus = true, nil, nil
		u.last = activity{gone.AddDate(0, 0, -t.rng.IntN(20)), gone, gone}
	}
}

func (t *tenant) user(id string) *user {
	for _, u := range t.users {
		if u.id == id {
			return u
		}
	}
	return nil
}

// The two requests for users: much about those who hold or can activate a role,
// a little about everybody else.
const (
	memberSelect = "id,userPrincipalName,displayName,accountEnabled,userType,createdDateTime,onPremisesSyncEnabled,signInActivity"
	holderSelect = "id,userPrincipalName,displayName,mail,accountEnabled,userType,createdDateTime,department,onPremisesSyncEnabled,jobTitle,externalUserState," +
		"onPremisesImmutableId,passwordPolicies,isManagementRestricted,assignedPlans,signInActivity"
)

func (t *tenant) memberRecord(u *user) rec {
	kind := "Member"
	if u.guest {
		kind = "Guest"
	}
	return u.withActivity(obj("id", u.id, "userPrincipalName", u.upn, "displayName", u.name, "accountEnabled", !u.disabled,
		"userType", kind, "createdDateTime", u.created, "onPremisesSyncEnabled", orNullFlag(u.synced)))
}

func (t *tenant) holderRecord(u *user) rec {
	kind, external := "Member", any(nil)
	if u.guest {
		kind, external = "Guest", "Accepted"
	}
	immutable := any(nil)
	if u.synced {
		immutable = assignmentID(u.id, u.id, "")[:22] + "=="
	}
	policies := any(nil)
	if u.neverExpires {
		policies = "DisablePasswordExpiration"
	}
	var plans []rec
	for i, p := range u.licence {
		at := u.created.Add(time.Duration(i)*time.Second).AddDate(0, 0, 1)
		plans = append(plans, obj("assignedDateTime", at, "capabilityStatus", "Enabled", "service", p.service, "servicePlanId", p.id))
	}
	return u.withActivity(obj("id", u.id, "userPrincipalName", u.upn, "displayName", u.name, "mail", orNull(u.mail), "accountEnabled", !u.disabled,
		"userType", kind, "createdDateTime", u.created, "department", orNull(u.department), "onPremisesSyncEnabled", orNullFlag(u.synced),
		"jobTitle", orNull(u.title), "externalUserState", external, "onPremisesImmutableId", immutable, "passwordPolicies", policies,
		"isManagementRestricted", orNullFlag(u.restricted), "assignedPlans", plans))
}

// withActivity adds signInActivity, which Graph leaves out where there never was
// a sign-in.
func (u *user) withActivity(r rec) rec {
	if u.last == (activity{}) {
		return r
	}
	return r.with("signInActivity", obj("lastSignInDateTime", u.last.interactive, "lastNonInteractiveSignInDateTime", u.last.background,
		"lastSuccessfulSignInDateTime", u.last.success))
}

func (t *tenant) registration(u *user) rec {
	strong := has(u.methods, "passKeyDeviceBound") || has(u.methods, "windowsHelloForBusiness") || has(u.methods, "microsoftAuthenticatorPasswordless")
	second := strong || has(u.methods, "mobilePhone") || has(u.methods, "microsoftAuthenticatorPush") || has(u.methods, "softwareOneTimePasscode")
	sspr := t.settings.sspr && (has(u.methods, "mobilePhone") || has(u.methods, "email"))
	kind := "member"
	if u.guest {
		kind = "guest"
	}
	preferred := "none"
	switch {
	case has(u.methods, "microsoftAuthenticatorPush"):
		preferred = "push"
	case has(u.methods, "mobilePhone"):
		preferred = "sms"
	}
	return obj("id", u.id, "userPrincipalName", u.upn, "userDisplayName", u.name, "userType", kind, "isAdmin", u.isAdmin,
		"isSsprRegistered", sspr, "isSsprEnabled", t.settings.sspr, "isSsprCapable", sspr,
		"isMfaRegistered", second, "isMfaCapable", second, "isPasswordlessCapable", strong,
		"methodsRegistered", u.methods, "userPreferredMethodForSecondaryAuthentication", preferred,
		"lastUpdatedDateTime", Collected.Add(-6*time.Hour))
}

// securityKeys are FIDO2 authenticators: model and AAGUID as Graph tells them.
var securityKeys = []struct{ model, aaGUID string }{
	{"YubiKey 5 Series with NFC", "2fc0579f-8113-47ea-b116-bb5a8db9202a"},
	{"YubiKey 5 Series", "ee882879-721c-4913-9775-3dfcce97072a"},
}

// Ids of the methods that have the same id for every user are Microsoft's:
// "Microsoft Graph: phoneAuthenticationMethod, passwordAuthenticationMethod".
func (t *tenant) methodRecords(u *user) []rec {
	out := []rec{obj("@odata.type", "#microsoft.graph.passwordAuthenticationMethod", "id", "28c10230-6103-485e-b985-444c60001490",
		"password", nil, "createdDateTime", u.created)}
	for i, m := range u.methods {
		id := t.guid("method", u.id, m)
		at := u.created.AddDate(0, 0, 1+i)
		switch m {
		case "mobilePhone":
			out = append(out, obj("@odata.type", "#microsoft.graph.phoneAuthenticationMethod", "id", "3179e48a-750b-4051-897c-87b9720928f7",
				"phoneNumber", "+44 7700900"+fmt.Sprint(100+int(u.id[0])+int(u.id[1])*3), "phoneType", "mobile", "smsSignInState", "notAllowedByPolicy"))
		case "email":
			out = append(out, obj("@odata.type", "#microsoft.graph.emailAuthenticationMethod", "id", "3ddfcfc8-9383-446f-83cc-3ab9be4be18f",
				"emailAddress", MailName(u.name)+"@post.example"))
		case "microsoftAuthenticatorPush":
			out = append(out, obj("@odata.type", "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod", "id", id,
				"displayName", "Phone of "+strings.Fields(u.name)[0], "deviceTag", "SoftwareTokenActivated", "phoneAppVersion", "6.2410.7166", "createdDateTime", at))
		case "softwareOneTimePasscode":
			out = append(out, obj("@odata.type", "#microsoft.graph.softwareOathAuthenticationMethod", "id", id, "secretKey", nil))
		case "passKeyDeviceBound":
			key := securityKeys[u.keyModel]
			out = append(out, obj("@odata.type", "#microsoft.graph.fido2AuthenticationMethod", "id", assignmentID(id, u.id, ""),
				"displayName", "Security key 1", "createdDateTime", at, "aaGuid", key.aaGUID, "model", key.model,
				"attestationCertificates", []string{strings.ReplaceAll(t.guid("attestation", key.aaGUID), "-", "")}, "attestationLevel", "attested"))
		case "windowsHelloForBusiness":
			name := "Windows device"
			if d := t.deviceOf(u); d != nil {
				name = d.name
			}
			out = append(out, obj("@odata.type", "#microsoft.graph.windowsHelloForBusinessAuthenticationMethod", "id", id,
				"displayName", name, "createdDateTime", at, "keyStrength", "normal"))
		default:
			panic("gen: no method record for " + m)
		}
	}
	return out
}

func has[T comparable](list []T, want T) bool {
	for _, item := range list {
		if item == want {
			return true
		}
	}
	return false
}

// splitName gives the two words of a name in plain lower case.
func splitName(name string) [2]string {
	words := strings.SplitN(MailName(name), ".", 2)
	return [2]string{words[0], words[1]}
}
