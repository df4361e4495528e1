package gen

import "time"

// DeletedGroup is a group that a policy of the middling tenant still excludes
// although it is gone: the one reference in the samples that leads nowhere.
const DeletedGroup = "5e1f0c5a-0b57-4f0e-9c39-7d2a86b1e4f0"

// middling tells of Quillmarsh Housing Trust: much has been begun, and most of
// it has a hole.
func middling(t *tenant) {
	t.display, t.domain, t.initialDomain = "Quillmarsh Housing Trust", "quillmarsh.example", "quillmarshhousing.onmicrosoft.com"
	t.created = day("2016-09-19", 14, 3)
	t.skus = []sku{skuE3.of(170), skuF3.of(80), skuEMS5.of(25)}
	t.settings = settings{sspr: true, usersMakeApps: true, invites: "adminsAndGuestInviters", tap: true, tapOnce: true, laps: true}
	t.useRoles(userAdmin, exchangeAdmin, helpdeskAdmin, globalReader, directorySyncRole)

	office := t.staff(124, []string{"Housing:Housing Officer", "Repairs:Repairs Planner", "Finance:Rent Accounts Officer", "Care:Scheme Manager",
		"IT:Systems Analyst", "Governance:Company Secretary", "People:HR Adviser"}, func(int) sku { return skuE3 })
	t.staff(58, []string{"Repairs:Electrician", "Repairs:Plumber", "Estates:Caretaker"}, func(int) sku { return skuF3 })
	t.leave(office[100:105])
	var it []*user
	for _, u := range office[:100] {
		if u.department == "IT" {
			it = append(it, u)
		}
	}

	// Administrators: the younger accounts are separate and cloud-only, the head
	// of IT never moved.
	head := t.person("Padraig Underbeck", "Head of IT", "IT").license(skuE3, skuEMS5)
	head.created, head.methods = t.created.AddDate(0, 1, 0), []string{"mobilePhone", "microsoftAuthenticatorPush", "passKeyDeviceBound"}
	var pairs [][2]*user
	admin := func(owner *user, methods ...string) *user {
		parts := splitName(owner.name)
		u := t.account("adm-"+parts[0][:1]+parts[1], owner.name+" (admin)", day("2023-05-15", 9, 30).AddDate(0, 0, 7*len(pairs)))
		u.license(skuEMS5)
		u.methods = methods
		pairs = append(pairs, [2]*user{u, owner})
		return u
	}
	const key, push = "passKeyDeviceBound", "microsoftAuthenticatorPush"
	platform := admin(it[0], key, push)                     // standing Global Administrator
	cloud := admin(it[1], key)                              // eligible
	identity := admin(it[2], key, "mobilePhone")            // eligible
	field := admin(it[3], key, push)                        // eligible, travels with a Linux laptop
	dormant := admin(it[4], push)                           // eligible, not seen since June
	analyst := admin(it[5], key)                            // security
	responder := admin(it[6], key, "mobilePhone")           // security
	desktop := admin(it[7], key, "windowsHelloForBusiness") // Intune
	former := admin(office[100], push)                      // left in spring; the account was disabled, the eligibility stayed
	former.disabled, former.licence, former.skus = true, nil, nil
	former.last = activity{day("2026-04-02", 15, 20), day("2026-04-02", 15, 48), day("2026-04-02", 15, 48)}
	dormant.last = activity{day("2026-06-12", 10, 4), day("2026-06-12", 11, 0), day("2026-06-12", 11, 0)}
	messaging := it[8]
	messaging.methods = []string{push, key}
	desk := it[9]
	desk.methods = []string{"mobilePhone", push}

	first := t.account("emergency-01", "Emergency access 01", day("2022-11-07", 9, 0))
	second := t.account("emergency-02", "Emergency access 02", day("2025-02-10", 9, 0))
	for _, u := range []*user{first, second} {
		u.neverExpires, u.keyModel, u.methods = true, 1, []string{key}
	}
	first.last = activity{day("2026-05-12", 13, 30), day("2026-05-12", 13, 31), day("2026-05-12", 13, 31)}
	second.last = activity{day("2025-02-10", 9, 45), day("2025-02-10", 9, 46), day("2025-02-10", 9, 46)}

	vendor := t.guestUser("Marek Hollósi", "supportpartner.example", day("2024-03-18", 11, 0))
	vendor.methods = []string{push}
	for _, name := range []string{"Sunniva Brekkestad", "Odile Carpentras", "Ife Adebarawo"} {
		t.guestUser(name, "contractors.example", t.created.AddDate(5, 1, 0)).methods = []string{push}
	}
	sync := t.account("Sync_QHTDC02_51b0f7c83a6e", "On-Premises Directory Synchronization Service Account", t.created.AddDate(0, 0, 3))
	sync.neverExpires = true
	sync.last = activity{background: Collected.Add(-17 * time.Minute), success: Collected.Add(-17 * time.Minute)}
	printers := t.person("Scan Post", "Service account", "IT").license(skuF3)
	printers.methods = nil

	// Groups.
	emergency := t.group("CA - emergency access", "Excluded from Conditional Access", ids(first, second)...)
	services := t.group("CA - service accounts", "Accounts of machines", ids(sync, printers)...)
	excluded := t.group("CA - excluded", "Everything that is excluded", emergency.id, services.id)
	excluded.owners = ids(desk)
	approvers := t.roleGroup("PIM - approvers", "Approve Global Administrator", ids(platform, identity, analyst)...)
	security := t.roleGroup("Role - Security Administrator", "Holds Security Administrator; membership through PIM", ids(responder)...)
	reviewers := t.roleGroup("Access reviewers", "Review privileged roles", ids(head, office[3])...)
	north := t.unit("Northern region", "Staff of the northern offices", false, ids(office[10:20]...)...)

	// Roles.
	for _, r := range t.roles {
		p := defaultPIM
		if has(tier0, r.id) {
			p.changed = true
		}
		switch r.id {
		case globalAdmin:
			p.approval, p.approvers, p.context, p.enablement = true, []string{approvers.id}, "c1", []string{"Justification"}
			p.alerts, p.eligibleExpires = []string{"it-security@quillmarsh.example"}, true
		case privRoleAdmin:
			p.context, p.enablement, p.eligibleExpires = "c1", []string{"Justification"}, true
		}
		t.pim[r.id] = p
	}
	t.groupPIM[security.id] = pimSettings{activation: "PT8H", enablement: []string{"MultiFactorAuthentication", "Justification"}, adminEnablement: []string{"Justification"}, assignedDuration: "P180D"}
	never := time.Time{}
	from, until := day("2026-03-02", 9, 0), day("2027-03-01", 9, 0)
	t.assign(globalAdmin, head.id, never, never).outsidePIM = true // since before there was PIM
	t.assign(globalAdmin, platform.id, day("2023-05-15", 10, 0), never)
	t.assign(globalAdmin, first.id, day("2022-11-07", 9, 30), never)
	t.assign(globalAdmin, second.id, day("2025-02-10", 9, 30), never)
	for _, u := range []*user{cloud, identity, field, dormant} {
		t.allow(globalAdmin, u.id, from, until)
	}
	t.allow(privRoleAdmin, identity.id, from, until)
	t.allow(caAdmin, analyst.id, day("2023-07-03", 9, 0), never)
	t.allow(intuneAdmin, desktop.id, day("2023-07-03", 9, 10), never)
	t.allow(intuneAdmin, former.id, day("2023-07-17", 9, 0), never)
	t.allow(appAdmin, cloud.id, day("2023-07-03", 9, 20), never)
	t.allow(appAdmin, vendor.id, day("2024-03-18", 12, 0), never)
	t.assign(securityAdmin, security.id, day("2023-09-04", 9, 0), never)
	t.groupHolding = append(t.groupHolding,
		groupHolding{principal: responder.id, group: security.id, start: day("2023-09-04", 9, 5)},
		groupHolding{principal: analyst.id, group: security.id, start: day("2026-03-02", 9, 5), end: until, eligible: true},
		groupHolding{principal: identity.id, group: security.id, start: day("2026-03-02", 9, 6), end: until, eligible: true})
	t.allow(exchangeAdmin, messaging.id, from, until)
	t.assign(helpdeskAdmin, desk.id, day("2022-01-10", 9, 0), never).scope = "/administrativeUnits/" + north.id
	t.assign(directorySyncRole, sync.id, never, never).outsidePIM = true

	// Conditional Access: begun well, finished nowhere.
	hq := t.location("Offices", true, "198.51.100.128/27", "203.0.113.16/28")
	home := t.countries("United Kingdom and Ireland", "GB", "IE")
	t.contexts = []rec{obj("id", "c1", "displayName", "Privileged activation", "description", "Asked for when a privileged role is activated", "isAvailable", true)}
	t.protectActions("")
	not := []string{excluded.id}
	highly := append([]string{userAdmin, exchangeAdmin}, tier0...)
	everyone, every := []string{all}, []string{all}
	t.policy(caPolicy{name: "CA001 Block legacy authentication", users: everyone, notGroups: not, apps: every, clients: []string{"exchangeActiveSync", "other"}, controls: []string{"block"}})
	t.policy(caPolicy{name: "CA002 Everyone - MFA", users: everyone, notGroups: not, apps: every, controls: []string{"mfa"}})
	t.policy(caPolicy{name: "CA003 Security info - trusted place", users: everyone, notGroups: not, userActions: []string{"urn:user:registersecurityinfo"},
		inLocations: []string{all}, notIn: []string{allTrusted}, controls: []string{"mfa"}})
	t.policy(caPolicy{name: "CA004 Phones - protected apps", users: everyone, notGroups: []string{DeletedGroup}, apps: []string{office365}, platforms: []string{"android", "iOS"},
		clients: []string{clientModern}, controls: []string{"compliantApplication"}})
	t.policy(caPolicy{name: "CA005 Block device code", users: everyone, notGroups: not, apps: every, flows: "deviceCodeFlow", controls: []string{"block"}})
	t.policy(caPolicy{name: "CA006 Risky sign-in - MFA", users: everyone, notGroups: not, apps: every, signInRisk: []string{"high"}, controls: []string{"mfa"}, everyTime: true})
	t.policy(caPolicy{name: "CA100 Admins - security key", roles: highly, notGroups: []string{emergency.id}, apps: every, strength: strengthPhishingResistant, frequencyHours: 24})
	t.policy(caPolicy{name: "CA110 Admins - compliant device", roles: tier0, notUsers: ids(first), apps: every, // older than the second emergency account
		platforms: []string{"android", "iOS", "windows", "macOS"}, controls: []string{"compliantDevice"}})
	t.policy(caPolicy{name: "CA120 PIM activation (trial)", state: stateReportOnly, users: everyone, notGroups: []string{emergency.id}, contexts: []string{"c1"}, operator: "AND",
		controls: []string{"compliantDevice"}, strength: strengthPhishingResistant})
	t.policy(caPolicy{name: "CA130 Admin portals - home countries", roles: highly, notGroups: []string{emergency.id}, apps: []string{adminPortals},
		inLocations: []string{all}, notIn: []string{home.id, hq.id}, controls: []string{"block"}})
	t.policy(caPolicy{name: "CA140 T0 - PAW only (trial)", state: stateReportOnly, roles: tier0, notGroups: []string{emergency.id}, apps: every,
		filterMode: "exclude", filterRule: pawRule, controls: []string{"block"}})

	// Devices: three workstations of a pilot, one of them out of compliance.
	for i, u := range []*user{cloud, identity, dormant} {
		t.device(device{name: "QPAW-0" + string(rune('1'+i)), os: "Windows", version: "10.0.26100.6584", trust: "AzureAd", managed: true, compliant: i != 2, marker: "PAW",
			owner: u, created: day("2026-04-20", 9, 0).AddDate(0, 0, i)})
	}
	t.laptops("QHT", "ServerAd", 8, append([]*user{head, platform, field, responder, desktop, analyst}, it[1:10]...))
	t.phones(append([]*user{head}, office[:5]...))
	t.secureBy = true
	t.windowsCompliance("Windows - standard", nil, true)

	t.microsoftApps()
	t.app("Joiner Mover Leaver automation", ids(it[1], it[9]), day("2027-08-31", 0, 0), graphRoleManagement, graphUserReadWrite)
	t.app("Repairs notifications", ids(it[8]), day("2026-12-15", 0, 0), graphMailSend)
	t.managedIdentity("logic-rent-reports", graphUserRead)
	t.vendorApp("Endpoint inventory connector", graphDeviceRead, graphManagedRead)
	t.consent(t.vendorApp("Meeting notes helper"), "User.Read Calendars.Read offline_access")
	t.partner("Support Partner", true, true, true)
	t.partner("Contractors", false, true, false)
	t.reviews = []*review{{name: "Global Administrator - twice a year", roles: []string{globalAdmin}, months: 6, since: day("2025-01-06", 9, 0), reviewers: []string{reviewers.id}, runs: 3, lastEnd: day("2026-07-20", 9, 0)}}

	// A month of work.
	atHQ := place{"198.51.100.140", "Bristol", "England", "GB", 51.454, -2.588}
	flat := place{"192.0.2.93", "Bath", "England", "GB", 51.381, -2.359}
	train := place{"192.0.2.180", "Swindon", "England", "GB", 51.558, -1.782}
	dublin := place{"203.0.113.210", "Dublin", "Dublin", "IE", 53.349, -6.26}
	own := func(u *user, p place) station { return t.deviceOf(u).at(p) }
	linux := func(p place) station { return station{at: p, os: "Linux"} }
	month := []struct {
		date string
		h, m int
		who  *user
		role string
		why  string
		tick string
		ok   *user
		from station
	}{
		{"2026-10-23", 9, 15, cloud, globalAdmin, "New subscription for the tenant portal", "RFC-2210", platform, own(cloud, atHQ)},
		{"2026-10-26", 16, 40, field, globalAdmin, "Fix group licensing on site", "", identity, linux(train)},
		{"2026-10-28", 10, 30, desktop, intuneAdmin, "Update policy for repair tablets", "RFC-2217", nil, own(desktop, atHQ)},
		{"2026-10-30", 11, 20, identity, privRoleAdmin, "Eligibility for the new analyst", "RFC-2221", nil, own(identity, atHQ)},
		{"2026-11-03", 14, 0, vendor, appAdmin, "Renew certificate of housing system", "", nil, station{at: dublin, os: "Windows10"}},
		{"2026-11-05", 9, 45, analyst, caAdmin, "Move workstation policy to report-only", "RFC-2230", nil, own(analyst, atHQ)},
		{"2026-11-10", 20, 55, field, globalAdmin, "Sync problem on Sunday night", "", platform, linux(flat)},
		{"2026-11-12", 10, 5, messaging, exchangeAdmin, "Shared mailbox permissions", "RFC-2243", nil, own(messaging, atHQ)},
		{"2026-11-16", 13, 10, cloud, appAdmin, "Consent request of finance", "RFC-2250", nil, own(cloud, flat)},
		{"2026-11-18", 9, 50, identity, globalAdmin, "Domain verification for new website", "RFC-2256", analyst, own(identity, atHQ)},
		{"2026-11-20", 7, 20, field, globalAdmin, "Out-of-hours call: locked accounts", "", identity, linux(flat)},
	}
	for _, a := range month {
		uses := []application{azurePortal, graphShell}
		if a.role == exchangeAdmin {
			uses = []application{exoShell}
		}
		t.activate(activation{a.who, a.role, day(a.date, a.h, a.m), 8, a.why, a.tick, a.ok, a.from}, uses...)
	}
	t.changePolicy(day("2026-11-05", 10, 20), analyst, t.policies[10], "RFC-2230")
	t.changePolicy(day("2026-11-13", 17, 2), head, t.policies[8], "")
	for i := range 26 {
		u := []*user{head, platform, responder}[i%3]
		at := day("2026-10-22", 8, 20+i).AddDate(0, 0, i).Add(time.Duration(t.rng.IntN(300)) * time.Minute)
		p := atHQ
		if i%5 == 4 {
			p = flat
		}
		t.signIn(attempt{user: u, at: at, app: []application{azurePortal, graphShell, azurePortal, outlookWeb}[i%4], station: own(u, p)})
	}
	// The head of IT on holiday, with a tablet that no policy knows.
	t.signIn(attempt{user: head, at: day("2026-11-07", 19, 12), app: outlookWeb, station: linux(dublin)})
	t.signIn(attempt{user: platform, at: day("2026-11-14", 8, 31), app: azurePortal, station: station{at: flat, os: "Windows10"}})
	t.signIn(attempt{user: field, at: day("2026-11-15", 22, 6), app: azurePortal, station: linux(train), declined: 500121})
	t.ordinaryDays(96, append(it[1:10:10], office[:6]...), []place{atHQ, atHQ, flat})

	t.riskyUsers = []rec{obj("id", identity.id, "isDeleted", false, "isProcessing", false, "riskLevel", "low", "riskState", "atRisk", "riskDetail", "none",
		"riskLastUpdatedDateTime", day("2026-11-02", 3, 15), "userDisplayName", identity.name, "userPrincipalName", identity.upn)}
	on := true
	t.unified = &on
	t.diagnostics = []rec{t.diagnosticSetting("to-workspace", "AuditLogs", "SignInLogs")}
	t.azureRoles = []rec{t.azureRole("/", "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", head.id, "User")} // User Access Administrator at the root: elevated once, never given back

	declared := obj("version", 1, "breakGlass", breakGlass(first, second),
		"paw", obj("deviceFilter", pawRule, "formFactor", "physical"),
		"trustedLocations", []string{hq.id}, "adminOwners", owners(pairs[:7]...),
		"standing", []rec{obj("principalId", platform.id, "roleId", globalAdmin, "reason", "Migration of the data centre", "owner", head.name, "expires", "2026-09-30")},
		"exceptions", []rec{obj("control", "FND-07", "principalId", vendor.id, "reason", "Support contract of the housing system", "owner", head.name, "approvedBy", office[3].name, "expires", "2027-01-31")},
		"attestations", attestations(
			attestation{"FND-14", "The leaver checklist names administrators' accounts.", office[6].name, "HR-LEAVER v3", "2026-03-10", 365},
			attestation{"OPS-07", "Security keys of the emergency accounts lie in two offices.", head.name, "EA register", "2026-08-20", 180},
			attestation{"OPS-09", "The first emergency account was tested.", head.name, "Test note of 12 May", "2026-05-12", 90},
			attestation{"OPS-11", "Administration procedures are written down.", head.name, "Wiki: administration", "2026-02-03", 365},
			attestation{"VAL-14", "Half-yearly review of privileged access.", office[3].name, "Review minutes October", "2026-10-02", 100},
		),
		"adminNaming", "^adm-", "workingHours", officeHours)
	t.declarations = &declared
}
