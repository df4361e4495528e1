package gen

import "time"

// pimOnly tells of Fernhollow Freight: every Tier 0 role is eligible, approved,
// justified and short, and none of that asks where the administrator sits.
func pimOnly(t *tenant) {
	t.display, t.domain, t.initialDomain = "Fernhollow Freight", "fernhollow.example", "fernhollowfreight.onmicrosoft.com"
	t.created = day("2017-03-06", 9, 12)
	t.skus = []sku{skuE3.of(150), skuF3.of(140), skuP2.of(20)}
	t.settings = settings{sspr: true, usersMayConsent: true, usersMakeApps: true, usersMakeOrgs: true, invites: "everyone", weakMethods: true, tap: true}
	t.useRoles(userAdmin, exchangeAdmin, sharePointAdmin, helpdeskAdmin, globalReader, directorySyncRole)

	// The administrators use their everyday, synchronised accounts, mailbox and all.
	admin := func(name, title string) *user {
		u := t.person(name, title, "IT").license(skuE3, skuP2)
		u.created = t.created.AddDate(0, 2, 0)
		u.methods = []string{"mobilePhone", "microsoftAuthenticatorPush"}
		return u
	}
	director := admin("Rosamund Pellworthy", "IT Director")
	infra := admin("Torvald Garrowby", "Infrastructure Lead")
	systems := admin("Deepika Netherwood", "Senior Systems Engineer")
	security := admin("Emeka Drumlanne", "Security Analyst")
	endpoint := admin("Jovana Whinfield", "Endpoint Engineer")
	messaging := admin("Piers Oxbarrow", "Messaging Engineer")
	desk := []*user{admin("Tamsin Rookhope", "Service Desk Lead"), admin("Mungo Ashcombe", "Service Desk Analyst"), admin("Kirsi Harkaway", "Service Desk Analyst")}
	desk[1].methods = []string{"mobilePhone"}
	endpoint.methods = append(endpoint.methods, "windowsHelloForBusiness")

	office := t.staff(104, []string{"Finance:Accounts Assistant", "Operations:Transport Planner", "Sales:Account Manager", "People:HR Adviser",
		"Operations:Customs Clerk", "Legal:Contracts Officer", "Operations:Fleet Coordinator"}, func(int) sku { return skuE3 })
	drivers := t.staff(84, []string{"Depots:Driver", "Depots:Warehouse Operative", "Depots:Driver", "Depots:Shift Supervisor"}, func(int) sku { return skuF3 })
	for i, u := range drivers {
		if i%3 == 0 {
			u.methods = nil // never registered: the depot kiosks do not ask
		}
	}
	t.leave(office[90:97])

	sync := t.account("Sync_FHDC01_7c1e09d4a2b3", "On-Premises Directory Synchronization Service Account", t.created.AddDate(0, 0, 2))
	sync.neverExpires = true
	sync.last = activity{background: Collected.Add(-17 * time.Minute), success: Collected.Add(-17 * time.Minute)}
	scanner := t.person("Scan To Mail", "Service account", "IT").license(skuF3)
	scanner.neverExpires, scanner.methods = true, nil
	kiosk := t.person("Depot Kiosk", "Service account", "Depots").license(skuF3)
	kiosk.methods = nil
	for _, name := range []string{"Lieke Vanderhoeve", "Matteo Brancaleoni", "Agnieszka Wrona", "Tobias Kestrelmann"} {
		g := t.guestUser(name, "partnerhaulage.example", t.created.AddDate(3, 1, 0))
		g.methods = []string{"microsoftAuthenticatorPush"}
	}

	approvers := t.roleGroup("PIM approvers", "Approve activation of privileged roles", ids(director, infra, security)...)
	deskGroup := t.roleGroup("Role - Helpdesk Administrator", "Eligible for Helpdesk Administrator", ids(desk...)...)
	service := t.group("Service accounts", "Accounts of machines and services", ids(sync, scanner, kiosk)...)
	noMFA := t.group("CA - excluded from MFA", "Accounts that cannot do MFA", service.id, drivers[5].id)
	noLegacy := t.group("CA - excluded from legacy block", "Devices that still speak IMAP or SMTP", scanner.id)
	t.group("All depots", "Mail list of the depots").expanded = false

	// PIM, as good as PIM gets.
	for _, r := range t.roles {
		p := defaultPIM
		p.eligibleExpires, p.assignedExpires, p.assignedDuration, p.changed = true, true, "P30D", true
		if has(tier0, r.id) {
			p.approval, p.approvers = true, []string{approvers.id}
			p.enablement = []string{"MultiFactorAuthentication", "Justification", "Ticketing"}
		}
		t.pim[r.id] = p
	}
	granted, until := day("2026-02-02", 10, 0), day("2027-02-01", 10, 0)
	for _, u := range []*user{director, infra, systems} {
		t.allow(globalAdmin, u.id, granted, until)
	}
	t.allow(privRoleAdmin, infra.id, granted, until)
	t.allow(securityAdmin, security.id, granted, until)
	t.allow(caAdmin, security.id, granted, until)
	t.allow(intuneAdmin, endpoint.id, granted, until)
	t.allow(appAdmin, systems.id, granted, until)
	t.allow(exchangeAdmin, messaging.id, granted, until)
	t.allow(sharePointAdmin, messaging.id, granted, until)
	t.allow(userAdmin, desk[0].id, granted, until)
	t.allow(helpdeskAdmin, deskGroup.id, granted, until)
	t.assign(directorySyncRole, sync.id, time.Time{}, time.Time{}).outsidePIM = true
	t.assign(globalReader, security.id, granted, until)

	// Conditional Access: MFA for everybody, and nothing about the place.
	hq := t.location("Head office", true, "203.0.113.0/26")
	t.countries("Countries we work in", "GB", "IE", "NL", "DE", "PL")
	t.policy(caPolicy{name: "01 All users - MFA or a device we know", users: []string{all}, notGroups: []string{noMFA.id}, apps: []string{all},
		operator: "OR", controls: []string{"mfa", "compliantDevice", "domainJoinedDevice"}})
	t.policy(caPolicy{name: "02 Administrators - MFA in the portals", roles: append([]string{userAdmin, exchangeAdmin, sharePointAdmin, helpdeskAdmin}, tier0...),
		apps: []string{adminPortals}, controls: []string{"mfa"}})
	t.policy(caPolicy{name: "03 Block legacy authentication", users: []string{all}, notGroups: []string{noLegacy.id}, apps: []string{all},
		clients: []string{"exchangeActiveSync", "other"}, controls: []string{"block"}})
	t.policy(caPolicy{name: "04 Guests - MFA", guests: true, apps: []string{all}, controls: []string{"mfa"}})
	t.policy(caPolicy{name: "05 Phones - protected apps", users: []string{all}, apps: []string{office365}, platforms: []string{"android", "iOS"},
		operator: "OR", controls: []string{"approvedApplication", "compliantApplication"}, clients: []string{clientModern}})
	t.policy(caPolicy{name: "06 Administrators - compliant device (pilot)", state: stateReportOnly, roles: tier0, apps: []string{all}, controls: []string{"compliantDevice"}})
	t.policy(caPolicy{name: "07 Block other countries", state: stateDisabled, users: []string{all}, apps: []string{all},
		inLocations: []string{all}, notIn: []string{hq.id, t.locations[1].id}, controls: []string{"block"}})
	t.policy(caPolicy{name: "08 Risky sign-in - MFA", users: []string{all}, notGroups: []string{noMFA.id}, apps: []string{all},
		signInRisk: []string{"high", "medium"}, controls: []string{"mfa"}})

	// Devices: Intune manages the office laptops, with a gentle policy and a
	// default that calls a device without any policy compliant.
	t.laptops("FHL", "ServerAd", 9, append([]*user{director, infra, systems, security, endpoint, messaging, desk[0], desk[1], desk[2]}, office[:22]...))
	t.phones(append([]*user{director, infra}, office[:6]...))
	t.windowsCompliance("Windows - baseline", nil, false)

	t.microsoftApps()
	fleet := t.app("Fleet telematics sync", ids(systems), day("2027-03-01", 0, 0), graphUserRead, graphMailSend)
	t.app("Rota reports", ids(office[3]), day("2026-12-31", 0, 0), graphMemberRead)
	t.vendorApp("Endpoint inventory connector", graphDeviceRead, graphManagedRead)
	signature := t.vendorApp("Mail signature service", graphDirectoryRead)
	t.consent(signature, "User.Read Mail.ReadWrite openid profile")
	t.consent(fleet, "User.Read openid")

	// A month of work. The administrators activate from wherever they are.
	atHQ := place{"203.0.113.14", "Leeds", "England", "GB", 53.796, -1.547}
	depot := place{"198.51.100.40", "Goole", "England", "GB", 53.703, -0.877}
	home := func(n string) place { return place{"192.0.2." + n, "Harrogate", "England", "GB", 53.991, -1.537} }
	lisbon := place{"198.51.100.212", "Lisbon", "Lisboa", "PT", 38.717, -9.139}
	work := func(u *user) station { return t.deviceOf(u).at(atHQ) }
	personal := func(p place) station { return station{at: p, os: "Windows10"} }

	// The one that still runs at collection: Global Administrator, from home, on a
	// computer that the directory has never seen.
	t.activate(activation{systems, globalAdmin, day("2026-11-20", 7, 42), 8, "Licence reassignment after mailbox move", "CHG-40177", infra, personal(home("77"))}, azurePortal, graphShell)
	plan := []struct {
		date string
		h, m int
		who  *user
		role string
		why  string
		tick string
		ok   *user
		from station
	}{
		{"2026-10-22", 9, 5, infra, globalAdmin, "Enable new accepted domain for the ferry business", "CHG-39804", director, work(infra)},
		{"2026-10-23", 10, 31, endpoint, intuneAdmin, "Roll out printer profile to depots", "CHG-39811", security, work(endpoint)},
		{"2026-10-27", 8, 50, messaging, exchangeAdmin, "Mail flow rule for customs documents", "CHG-39840", nil, work(messaging)},
		{"2026-10-28", 18, 20, infra, globalAdmin, "Directory sync errors after domain controller patching", "INC-77120", director, personal(home("18"))},
		{"2026-10-30", 13, 15, security, securityAdmin, "Tune alert suppression", "CHG-39877", infra, work(security)},
		{"2026-11-03", 9, 40, systems, appAdmin, "Renew the secret of Fleet telematics sync", "CHG-39902", infra, work(systems)},
		{"2026-11-04", 21, 12, director, globalAdmin, "Approve a billing profile while travelling", "INC-77206", infra, personal(lisbon)},
		{"2026-11-06", 11, 2, desk[0], userAdmin, "Seasonal driver accounts", "CHG-39935", nil, work(desk[0])},
		{"2026-11-10", 9, 25, endpoint, intuneAdmin, "Update ring change", "CHG-39981", security, personal(home("140"))},
		{"2026-11-12", 14, 48, security, caAdmin, "Let service accounts past MFA", "CHG-40022", infra, work(security)},
		{"2026-11-13", 16, 5, systems, globalAdmin, "Guest settings for partner haulage", "CHG-40041", director, personal(home("77"))},
		{"2026-11-17", 10, 10, infra, privRoleAdmin, "Extend eligibility of the endpoint engineer", "CHG-40093", director, work(infra)},
		{"2026-11-18", 9, 0, messaging, sharePointAdmin, "Restore a site collection", "INC-77391", nil, work(messaging)},
	}
	for i, a := range plan {
		uses := []application{azurePortal, graphShell}
		switch a.role {
		case exchangeAdmin:
			uses = []application{exoShell}
		case intuneAdmin:
			uses = []application{azurePortal}
		}
		if i%4 == 0 {
			uses = append(uses, azureShell)
		}
		t.activate(activation{a.who, a.role, day(a.date, a.h, a.m), 8, a.why, a.tick, a.ok, a.from}, uses...)
	}
	t.changePolicy(day("2026-11-12", 15, 20), security, t.policies[0], "CHG-40022")

	// Everyday work of the same accounts, because they are the same accounts.
	admins := []*user{director, infra, systems, security, endpoint, messaging, desk[0], desk[1], desk[2]}
	for i := range 66 {
		u := admins[i%len(admins)]
		at := Collected.Add(-time.Duration(i) * 8 * time.Hour).Truncate(24 * time.Hour).Add(time.Duration(8*60+t.rng.IntN(9*60)) * time.Minute)
		if at.After(Collected) {
			at = at.AddDate(0, 0, -1)
		}
		from := work(u)
		switch i % 6 {
		case 4:
			from = personal(home("77"))
		case 5:
			from = t.deviceOf(u).at(home("18"))
		}
		t.signIn(attempt{user: u, at: at, app: []application{outlookWeb, teamsClient, outlookWeb, azurePortal}[i%4], station: from})
	}
	t.signIn(attempt{user: director, at: day("2026-11-09", 2, 14), app: outlookWeb, station: personal(lisbon), declined: 500121})
	t.signIn(attempt{user: infra, at: day("2026-11-15", 3, 40), app: azurePortal, station: personal(lisbon), declined: 50126})
	t.signIn(attempt{user: scanner, at: day("2026-11-19", 12, 0), app: imapClient, station: station{at: atHQ, os: "Windows10"}})
	t.ordinaryDays(72, append(office[:22:22], drivers[:12]...), []place{atHQ, atHQ, depot, home("201")})

	t.riskyUsers = []rec{obj("id", office[20].id, "isDeleted", false, "isProcessing", false, "riskLevel", "medium", "riskState", "atRisk", "riskDetail", "none",
		"riskLastUpdatedDateTime", day("2026-11-08", 5, 31), "userDisplayName", office[20].name, "userPrincipalName", office[20].upn)}
	on := true
	t.unified = &on
}
