package gen

import (
	"strings"
	"time"
)

// mature tells of Tarnbridge Mutual: everything that configuration can give. A
// Tier 0 role is activated and used on a workstation made for it, over the
// administrators' network, with a security key, and not otherwise.
func mature(t *tenant) {
	t.display, t.domain, t.initialDomain = "Tarnbridge Mutual", "tarnbridge.example", "tarnbridgemutual.onmicrosoft.com"
	t.created, t.cloudOnly = day("2021-05-10", 8, 40), true
	t.skus = []sku{skuE3.of(230), skuEMS5.of(30)}
	t.settings = settings{invites: "adminsAndGuestInviters", tap: true, tapOnce: true, joinNeedsMFA: true, laps: true}
	t.useRoles(userAdmin, recipientAdmin, helpdeskAdmin, globalReader)
	alerts := []string{"soc@tarnbridge.example", "identity-duty@tarnbridge.example"}

	staff := t.staff(194, []string{"Claims:Claims Handler", "Underwriting:Underwriter", "Finance:Management Accountant", "Actuarial:Actuary",
		"Customer:Service Adviser", "IT:Engineer", "Legal:Compliance Officer", "People:HR Partner"}, func(int) sku { return skuE3 })
	for _, u := range staff {
		u.methods = []string{"windowsHelloForBusiness", "microsoftAuthenticatorPush"}
	}
	t.leave(staff[150:156])
	var engineers []*user
	for _, u := range staff[:150] {
		if u.department == "IT" {
			engineers = append(engineers, u)
		}
	}

	// Tier 0: accounts of their own, each with its owner and its workstation.
	var pairs [][2]*user
	admin := func(prefix string, owner *user, methods ...string) *user {
		parts := splitName(owner.name)
		u := t.account(prefix+"-"+parts[0][:1]+parts[1], owner.name+" ("+prefix+")", day("2024-02-12", 9, 0).AddDate(0, 0, len(pairs)))
		u.license(skuEMS5)
		u.methods = methods
		pairs = append(pairs, [2]*user{u, owner})
		return u
	}
	var tier0Admins, tier1Admins []*user
	for i := range 8 {
		u := admin("adm", engineers[i], "passKeyDeviceBound", "windowsHelloForBusiness")
		u.restricted = true
		tier0Admins = append(tier0Admins, u)
	}
	for i := range 4 {
		tier1Admins = append(tier1Admins, admin("t1", engineers[8+i], "passKeyDeviceBound", "windowsHelloForBusiness"))
	}
	ga, privileged, security, endpoint, applications, authentication := tier0Admins[:3], tier0Admins[3], tier0Admins[4], tier0Admins[5], tier0Admins[6], tier0Admins[7]

	cedar := t.account("bg-cedar", "Emergency access - cedar", day("2024-01-15", 10, 0))
	granite := t.account("bg-granite", "Emergency access - granite", day("2024-01-15", 10, 5))
	emergency := []*user{cedar, granite}
	for _, u := range emergency {
		u.neverExpires, u.restricted, u.keyModel, u.methods = true, true, 1, []string{"passKeyDeviceBound"}
	}
	for _, name := range []string{"Annika Solberghe", "Ravi Thornadekar", "Clémence Aubrivet"} {
		t.guestUser(name, "auditpartners.example", t.created.AddDate(3, 2, 0)).methods = []string{"microsoftAuthenticatorPush"}
	}

	eligible := t.roleGroup("T0 - eligible administrators", "Every account that can activate a Tier 0 role; Conditional Access policies name it", ids(tier0Admins...)...)
	tier1 := t.roleGroup("T1 - administrators", "Every account that can activate a Tier 1 role", ids(tier1Admins...)...)
	bg := t.roleGroup("T0 - emergency access", "The emergency accounts; excluded from every policy but their own", ids(emergency...)...)
	approvers := t.roleGroup("T0 - PIM approvers", "Approve activation of Tier 0 roles", ids(ga[0], ga[1], privileged)...)
	reviewers := t.roleGroup("T0 - access reviewers", "Review who holds privileged roles", ids(staff[6], staff[14], staff[22])...)
	paws := t.group("T0 - workstations", "Privileged access workstations")
	paws.restricted = true

	for _, r := range t.roles {
		p := defaultPIM
		p.changed, p.eligibleExpires, p.assignedExpires, p.assignedDuration, p.alerts = true, true, true, "P15D", alerts
		p.enablement = []string{"MultiFactorAuthentication", "Justification", "Ticketing"}
		p.adminEnablement = []string{"MultiFactorAuthentication", "Justification"}
		if has(tier0, r.id) {
			p.activation, p.context, p.approval, p.approvers = "PT4H", "c1", true, []string{approvers.id}
			p.enablement = []string{"Justification", "Ticketing"} // the context takes the place of PIM's own MFA
		}
		if r.id == globalAdmin {
			p.assignedExpires = false // the emergency accounts hold it for good
		}
		t.pim[r.id] = p
	}
	from, until := day("2026-05-04", 9, 30), day("2027-05-03", 9, 30)
	for _, u := range ga {
		t.allow(globalAdmin, u.id, from, until)
	}
	t.allow(privRoleAdmin, privileged.id, from, until)
	t.allow(securityAdmin, security.id, from, until)
	t.allow(caAdmin, security.id, from, until)
	t.allow(intuneAdmin, endpoint.id, from, until)
	t.allow(appAdmin, applications.id, from, until)
	t.allow(privAuthAdmin, authentication.id, from, until)
	t.allow(recipientAdmin, tier1Admins[0].id, from, until)
	t.allow(userAdmin, tier1Admins[1].id, from, until)
	t.allow(helpdeskAdmin, tier1Admins[2].id, from, until)
	t.allow(globalReader, tier1Admins[3].id, from, until)
	for _, u := range emergency {
		t.assign(globalAdmin, u.id, day("2024-01-15", 11, 0), time.Time{})
	}

	// The workstations, in a restricted administrative unit of their own.
	var pawDevices []*device
	for i, u := range append(append([]*user{}, tier0Admins...), emergency...) {
		name := "PAW-" + string(rune('A'+i)) + "1"
		pawDevices = append(pawDevices, t.device(device{name: name, os: "Windows", version: "10.0.26100.6899", trust: "AzureAd", managed: true, compliant: true,
			marker: "PAW", profile: "PAW Autopilot", restricted: true, owner: u, created: day("2025-09-01", 9, 0).AddDate(0, 0, i)}))
		paws.members = append(paws.members, pawDevices[i].id)
	}
	t.laptops("TBT1", "AzureAd", 0, tier1Admins)
	t.laptops("TBM", "AzureAd", 9, append(engineers[:12:12], staff[0], staff[1], staff[2], staff[3]))
	t.secureBy = true
	t.windowsCompliance("PAW - strict", paws, true)
	t.windowsCompliance("Windows - standard", nil, true)
	t.inventory(pawDevices, "Microsoft Intune Management Extension", "Microsoft Defender for Endpoint", "Windows Terminal", "PowerShell 7")
	t.unit("Restricted - Tier 0 accounts", "Only administrators of this unit can change these accounts", true, ids(append(append([]*user{}, tier0Admins...), emergency...)...)...)
	t.unit("Restricted - Tier 0 workstations", "Only administrators of this unit can change these devices", true, append([]string{paws.id}, paws.members...)...)

	// Conditional Access.
	adminNet := t.location("Administrators' network", true, "203.0.113.128/28", "2001:db8:77:a000::/52")
	t.location("Offices", true, "198.51.100.0/25")
	t.contexts = []rec{obj("id", "c1", "displayName", "Tier 0 - key and workstation", "description", "Phishing-resistant sign-in on a privileged access workstation", "isAvailable", true)}
	t.protectActions("c1")
	tier1Roles := []string{recipientAdmin, userAdmin, helpdeskAdmin, globalReader}
	not := []string{bg.id}
	everyone, every := []string{all}, []string{all}
	t.policy(caPolicy{name: "CA001 Block legacy authentication", users: everyone, notGroups: not, apps: every, clients: []string{"exchangeActiveSync", "other"}, controls: []string{"block"}})
	t.policy(caPolicy{name: "CA002 Everyone - MFA", users: everyone, notGroups: not, apps: every, controls: []string{"mfa"}})
	t.policy(caPolicy{name: "CA003 Members - compliant device", users: everyone, notGroups: not, notGuests: true, apps: every, controls: []string{"compliantDevice"}})
	t.policy(caPolicy{name: "CA004 Block device code and transfer", users: everyone, notGroups: not, apps: every, flows: "deviceCodeFlow,authenticationTransfer", controls: []string{"block"}})
	t.policy(caPolicy{name: "CA005 Security info - compliant device", users: everyone, notGroups: not, notGuests: true, userActions: []string{"urn:user:registersecurityinfo"}, controls: []string{"compliantDevice"}})
	t.policy(caPolicy{name: "CA006 Block risky sign-in", users: everyone, notGroups: not, apps: every, signInRisk: []string{"high", "medium"}, controls: []string{"block"}})
	t.policy(caPolicy{name: "CA007 Block risky user", users: everyone, notGroups: not, apps: every, userRisk: []string{"high"}, controls: []string{"block"}})
	t.policy(caPolicy{name: "CA008 Guests - no admin portals", guests: true, notGroups: not, apps: []string{adminPortals}, controls: []string{"block"}})
	t.policy(caPolicy{name: "CA100 T1 - key and device", groups: []string{tier1.id}, roles: tier1Roles, notGroups: not, apps: every, operator: "AND",
		controls: []string{"compliantDevice"}, strength: strengthPhishingResistant, frequencyHours: 10, notPersistent: true})
	t.policy(caPolicy{name: "CA200 T0 - key and device", groups: []string{eligible.id}, roles: tier0, notGroups: not, apps: every, operator: "AND",
		controls: []string{"compliantDevice"}, strength: strengthPhishingResistant, frequencyHours: 4, notPersistent: true})
	t.policy(caPolicy{name: "CA201 T0 - only from a PAW", groups: []string{eligible.id}, roles: tier0, notGroups: not, apps: every,
		filterMode: "exclude", filterRule: pawRule, controls: []string{"block"}})
	t.policy(caPolicy{name: "CA202 T0 - only from admin network", groups: []string{eligible.id}, roles: tier0, notGroups: not, apps: every,
		inLocations: []string{all}, notIn: []string{adminNet.id}, controls: []string{"block"}})
	t.policy(caPolicy{name: "CA203 c1 - key and device", users: everyone, notGroups: not, contexts: []string{"c1"}, operator: "AND",
		controls: []string{"compliantDevice"}, strength: strengthPhishingResistant, everyTime: true})
	t.policy(caPolicy{name: "CA204 c1 - only from a PAW", users: everyone, notGroups: not, contexts: []string{"c1"}, filterMode: "exclude", filterRule: pawRule, controls: []string{"block"}})
	t.policy(caPolicy{name: "CA205 Emergency - key", users: ids(emergency...), apps: every, strength: strengthPhishingResistant})
	t.policy(caPolicy{name: "CA206 T0 - bound tokens", groups: []string{eligible.id}, roles: tier0, notGroups: not, platforms: []string{"windows"},
		clients: []string{clientModern}, apps: []string{"00000002-0000-0ff1-ce00-000000000000", "00000003-0000-0ff1-ce00-000000000000"}, tokenProtection: true})

	t.microsoftApps()
	t.app("Leaver report", []string{engineers[2].id}, time.Time{}, graphUserRead, graphAuditRead).certificateTil = day("2027-04-30", 0, 0)
	t.managedIdentity("func-group-hygiene", graphMemberRead, graphUserRead)
	t.vendorApp("Device health connector", graphDeviceRead, graphManagedRead)
	t.consent(t.vendorApp("Policy library"), "User.Read openid profile")
	t.partner("Audit Partners", false, true, false)

	quarterly := func(name string, roles ...string) {
		t.reviews = append(t.reviews, &review{name: name, roles: roles, months: 3, since: day("2025-01-02", 9, 0), reviewers: []string{reviewers.id}, runs: 4, lastEnd: day("2026-10-15", 9, 0)})
	}
	quarterly("Global Administrator - quarterly", globalAdmin)
	quarterly("Privileged Role Administrator - quarterly", privRoleAdmin)
	quarterly("Other Tier 0 roles - quarterly", privAuthAdmin, caAdmin, securityAdmin, intuneAdmin, appAdmin)
	quarterly("Tier 1 roles - quarterly", tier1Roles...)

	// A month of work: in the working hours, on a ticket, from the workstation.
	egress := place{"203.0.113.132", "Edinburgh", "Scotland", "GB", 55.953, -3.188}
	officePlace := place{"198.51.100.20", "Edinburgh", "Scotland", "GB", 55.95, -3.2}
	home := place{"192.0.2.61", "Dunfermline", "Scotland", "GB", 56.071, -3.461}
	paw := func(u *user) station { return t.deviceOf(u).at(egress) }
	month := []struct {
		date string
		h, m int
		who  *user
		role string
		why  string
		tick string
		ok   *user
	}{
		{"2026-10-21", 9, 40, security, securityAdmin, "Quarterly review of alert rules", "CHG0051101", ga[0]},
		{"2026-10-22", 10, 15, endpoint, intuneAdmin, "PAW update ring", "CHG0051107", ga[1]},
		{"2026-10-23", 13, 5, applications, appAdmin, "Rotate certificate of Leaver report", "CHG0051120", privileged},
		{"2026-10-27", 9, 20, privileged, privRoleAdmin, "Apply decisions of the quarterly review", "CHG0051163", ga[0]},
		{"2026-10-29", 14, 30, ga[0], globalAdmin, "Tenant restriction settings", "CHG0051190", ga[1]},
		{"2026-10-30", 11, 0, authentication, privAuthAdmin, "Replace lost security key of an administrator", "INC0093310", ga[0]},
		{"2026-11-02", 9, 10, security, caAdmin, "Rename of policies after audit", "CHG0051211", privileged},
		{"2026-11-06", 10, 50, ga[1], globalAdmin, "Directory quota request", "CHG0051266", privileged},
		{"2026-11-11", 13, 25, security, securityAdmin, "Tune detection for consent grants", "CHG0051318", ga[0]},
		{"2026-11-16", 11, 40, ga[2], globalAdmin, "Verify restore of a deleted policy", "CHG0051370", ga[0]},
		{"2026-11-18", 9, 15, security, caAdmin, "Add IPv6 range to administrators' network", "CHG0051399", ga[1]},
		{"2026-11-20", 8, 5, privileged, privRoleAdmin, "Renew eligibility of an administrator", "CHG0051422", ga[0]},
	}
	for i, a := range month {
		uses := []application{azurePortal, graphShell}
		if i%3 == 0 {
			uses = []application{azurePortal}
		}
		t.activate(activation{a.who, a.role, day(a.date, a.h, a.m), 4, a.why, a.tick, a.ok, paw(a.who)}, uses...)
	}
	t.changePolicy(day("2026-11-02", 9, 50), security, t.policies[10], "CHG0051211")
	for i, u := range tier1Admins {
		at := day("2026-10-26", 9, 20+i).AddDate(0, 0, 3*i)
		role := tier1Roles[i]
		uses := []application{azurePortal}
		if role == recipientAdmin {
			uses = []application{exoShell}
		}
		t.activate(activation{user: u, role: role, start: at, hours: 8, justification: "Service requests of the day", ticket: "REQ00" + at.Format("0102") + "7", from: t.deviceOf(u).at(officePlace)}, uses...)
	}

	// The emergency drill, and the test that an administrator cannot get in
	// from anything but the workstation.
	t.signIn(attempt{user: cedar, at: day("2026-11-05", 10, 2), app: azurePortal, station: paw(cedar)})
	t.signIn(attempt{user: granite, at: day("2026-11-05", 10, 31), app: azurePortal, station: paw(granite)})
	tester := pairs[1]
	t.signIn(attempt{user: tester[0], at: day("2026-11-10", 14, 3), app: azurePortal, station: t.deviceOf(tester[1]).at(egress)})
	t.signIn(attempt{user: tester[0], at: day("2026-11-10", 14, 9), app: graphShell, station: station{at: home, os: "Linux"}})
	t.signIn(attempt{user: tester[0], at: day("2026-11-10", 14, 15), app: azurePortal, station: t.deviceOf(tester[0]).at(home)})
	t.ordinaryDays(58, append(engineers[:12:12], staff[0], staff[1], staff[2], staff[3]), []place{officePlace, officePlace, home})

	t.riskyUsers = []rec{obj("id", staff[33].id, "isDeleted", false, "isProcessing", false, "riskLevel", "none", "riskState", "remediated", "riskDetail", "userPerformedSecuredPasswordReset",
		"riskLastUpdatedDateTime", day("2026-10-28", 16, 2), "userDisplayName", staff[33].name, "userPrincipalName", staff[33].upn)}
	on := true
	t.unified = &on
	t.diagnostics = []rec{t.diagnosticSetting("to-siem", "AuditLogs", "SignInLogs", "NonInteractiveUserSignInLogs", "ServicePrincipalSignInLogs", "ManagedIdentitySignInLogs",
		"ProvisioningLogs", "RiskyUsers", "UserRiskEvents", "MicrosoftGraphActivityLogs")}
	subscription := "/subscriptions/" + t.guid("subscription")
	t.azureRoles = []rec{t.azureRole(subscription, "acdd72a7-3385-48ef-bd42-f606fba81ae7", tier1.id, "Group")} // Reader

	ciso, head := staff[6].name, engineers[0].name
	var adminIDs []string
	for _, p := range pairs {
		adminIDs = append(adminIDs, p[0].id)
	}
	declared := obj("version", 1, "breakGlass", breakGlass(emergency...),
		"paw", obj("deviceFilter", pawRule, "groupIds", []string{paws.id}, "formFactor", "physical"),
		"trustedLocations", []string{adminNet.id}, "adminOwners", owners(pairs...), "standing", []rec{}, "exceptions", []rec{},
		"attestations", attestations(
			attestation{"FND-14", "Joiner, mover and leaver steps cover administrators' accounts; last executed for a mover in September.", ciso, "PROC-IAM-04 v6", "2026-09-14", 365},
			attestation{"ISO-12", "Only Tier 0 administrators hold Intune roles over the workstations.", head, "Intune roles export 2026-10-30", "2026-10-30", 180},
			attestation{"ISO-15", "Application control is enforced and attack surface reduction rules block on every workstation.", head, "Intune report 2026-10-30", "2026-10-30", 180},
			attestation{"ISO-16", "Workstations reach the administration endpoints only; no split tunnel. Tested from three workstations.", head, "NET-TEST-0311", "2026-10-12", 180},
			attestation{"OPS-07", "Keys and PINs of the two emergency accounts lie in separate safes with two custodians each.", ciso, "BG-REG 2026-Q4", "2026-11-05", 180},
			attestation{"OPS-08", "Alert EA-01 names both emergency accounts; it fired within two minutes of the drill.", "Security operations", "SIEM rule EA-01, incident 88412", "2026-11-05", 90},
			attestation{"OPS-09", "Both emergency accounts signed in during the quarterly drill.", ciso, "DRILL-2026-Q4", "2026-11-05", 90},
			attestation{"OPS-10", "The only use of the emergency accounts in the window was the drill of 5 November.", ciso, "DRILL-2026-Q4", "2026-11-05", 90},
			attestation{"OPS-11", "Administration procedures reviewed.", head, "PROC-ADM v9", "2026-06-08", 365},
			attestation{"OPS-12", "All eight administrators were onboarded with workstation, key and training.", head, "ONB-T0 register; " + strings.Join(adminIDs, "; "), "2026-09-21", 365},
			attestation{"OPS-13", "All administrators completed the yearly training.", "Learning", "LMS export 2026-09", "2026-09-21", 365},
			attestation{"OPS-14", "Role, policy and workstation changes go through the change board.", head, "PROC-CHG-02", "2026-06-08", 365},
			attestation{"OPS-15", "Policy change of 2 November: tightened as planned.", head, "CHG0051240", "2026-11-02", 365},
			attestation{"OPS-16", "Exceptions register holds the emergency accounts only.", ciso, "EXC-REG 2026-11", "2026-11-09", 90},
			attestation{"OPS-18", "Privileged sessions are recorded on the workstation gateway for 180 days.", "Security operations", "REC-STD-01", "2026-08-17", 365},
			attestation{"OPS-19", "A second administrator approves Intune scripts, applications and roles.", head, "Intune multi admin approval", "2026-10-30", 180},
			attestation{"OPS-20", "Lockout and compromise exercise held; all findings closed.", ciso, "EX-2026-02", "2026-09-30", 180},
			attestation{"VAL-03", "The workspace keeps Entra logs for 730 days.", "Security operations", "log-security table plan", "2026-08-17", 365},
			attestation{"VAL-09", "Rule PRIV-07 alerts on bulk privilege change.", "Security operations", "SIEM rule PRIV-07", "2026-10-19", 180},
			attestation{"VAL-10", "Rules for the five events were fired in test: GA sign-in, out-of-hours PIM, emergency sign-in, bulk change, Tier 0 sign-in without PAW.", "Security operations",
				"globalAdminSignIn: PRIV-01; outOfHoursActivation: PRIV-04; breakGlassSignIn: EA-01; bulkPrivilegeChange: PRIV-07; tier0OffWorkstation: PRIV-09", "2026-10-19", 180},
			attestation{"VAL-13", "An administrator was blocked from a compliant laptop, an unknown computer and a workstation off the network.", head, "NEG-TEST-2026-11-10", "2026-11-10", 90},
			attestation{"VAL-14", "Quarterly privileged access review: roles, workstation health, policies, emergency access.", ciso, "PAR-2026-Q4", "2026-10-15", 100},
			attestation{"VAL-18", "Playbook disables a Tier 0 account at high risk and calls the duty officer.", "Security operations", "PB-T0-RISK", "2026-08-17", 365},
		),
		"adminNaming", "^adm-", "workingHours", officeHours)
	t.declarations = &declared
}
