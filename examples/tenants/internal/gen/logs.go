package gen

import (
	"sort"
	"time"
)

// application is a client together with the resource that it asks for.
type application struct {
	id, name             string
	resourceID, resource string
	client               string // clientAppTypes word
	used                 string // clientAppUsed of the sign-in log
	portal, office       bool
}

const (
	clientBrowser = "browser"
	clientModern  = "mobileAppsAndDesktopClients"
	clientOther   = "other"

	usedBrowser = "Browser"
	usedModern  = "Mobile Apps and Desktop clients"
)

var (
	azurePortal = application{"c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal", "797f4846-ba00-4fd7-ba43-dac1f8f63013", "Windows Azure Service Management API", clientBrowser, usedBrowser, true, false}
	pimPortal   = application{"c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal", "01fc33a7-78ba-4d2f-a4b7-768e336e890e", "MS-PIM", clientBrowser, usedBrowser, true, false}
	graphShell  = application{"14d82eec-204b-4c2f-b7e8-296a70dab67e", "Microsoft Graph Command Line Tools", graphAppID, "Microsoft Graph", clientModern, usedModern, false, false}
	azureShell  = application{"1950a258-227b-4e31-a9cf-717495945fc2", "Microsoft Azure PowerShell", "797f4846-ba00-4fd7-ba43-dac1f8f63013", "Windows Azure Service Management API", clientModern, usedModern, false, false}
	exoShell    = application{"fb78d390-0c51-40cd-8e17-fdbfab77341b", "Microsoft Exchange REST API Based Powershell", "00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online", clientModern, usedModern, false, true}
	outlookWeb  = application{"9199bf20-a13f-4107-85dc-02114787ef48", "One Outlook Web", "00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online", clientBrowser, usedBrowser, false, true}
	teamsClient = application{"1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams", "00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online", clientModern, usedModern, false, true}
	imapClient  = application{"00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online", "00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online", clientOther, "IMAP4", false, true}
)

// place is where a sign-in comes from.
type place struct {
	ip, city, state, country string
	lat, lon                 float64
}

// station is a device at a place. A nil device has no identity in the directory.
type station struct {
	device *device
	at     place
	os     string // of a device without identity, as the log spells it
}

func (d *device) at(p place) station { return station{device: d, at: p} }

// attempt is one interactive sign-in.
type attempt struct {
	user *user
	at   time.Time
	app  application
	station
	context  string // authentication context asked for
	action   string // user action
	flow     string
	risk     string // signInRiskLevel; empty is none
	declined int    // error code of a failure that came before any policy was satisfied
}

// at0 is the place; the name at is taken by the time.
func (a *attempt) at0() place { return a.station.at }

func (a *attempt) platform() string {
	os := a.os
	if a.device != nil {
		os = a.device.os
	}
	switch os {
	case "Windows", "Windows10", "Windows11":
		return "windows"
	case "MacOs":
		return "macOS"
	case "Linux":
		return "linux"
	case "IPhone", "Ios 18":
		return "iOS"
	case "AndroidForWork", "Android":
		return "android"
	}
	panic("gen: no platform for " + os)
}

func (t *tenant) signIn(a attempt) { t.attempts = append(t.attempts, &a) }

// Error codes and words: Microsoft, "Microsoft Entra authentication and
// authorization error codes".
var failures = map[int]string{
	50126:  "Invalid username or password or Invalid on-premise username or password.",
	500121: "Authentication failed during strong authentication request.",
	53000:  "Device is not in required device state: {state}. Conditional Access policy requires a compliant device, and the device is not compliant. The user must enroll their device with an approved MDM provider like Intune.",
	53003:  "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
	50076:  "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '{resource}'.",
}

// outcome is what came of an attempt.
type outcome struct {
	code     int
	status   string // conditionalAccessStatus
	policies []rec
}

func (t *tenant) decide(a *attempt) outcome {
	out := outcome{code: a.declined, status: "notApplied", policies: []rec{}}
	if a.declined == 50126 { // policies come after the first factor
		return out
	}
	for _, p := range t.policies {
		if p.state == stateDisabled {
			continue
		}
		result := t.judge(p, a)
		grant, session := p.enforcedControls()
		if result == "notApplied" || result == "reportOnlyNotApplied" {
			if has(p.users, all) || !t.assigns(p, a) {
				continue // Graph lists these too; left out to keep the sample small
			}
			grant, session = []string{}, []string{}
		}
		out.policies = append(out.policies, obj("id", p.id, "displayName", p.name, "enforcedGrantControls", grant, "enforcedSessionControls", session, "result", result))
		switch {
		case result == "failure":
			out.status = "failure"
			out.code = max(out.code, t.refusal(p, a))
		case result == "success" && out.status == "notApplied":
			out.status = "success"
		}
	}
	return out
}

// refusal is the error code of a policy that says no. A larger one wins: a
// block is told before a device, a device before a missing factor.
func (t *tenant) refusal(p *caPolicy, a *attempt) int {
	switch {
	case a.declined != 0:
		return a.declined
	case has(p.controls, "block"):
		return 53003
	case has(p.controls, "compliantDevice") && (a.device == nil || !a.device.compliant):
		return 53000
	}
	return 50076
}

func (t *tenant) signInRecord(a *attempt) rec {
	result := t.decide(a)
	var reason any = "Other."
	if result.code != 0 {
		reason = failures[result.code]
	}
	detail := obj("deviceId", "", "displayName", "", "operatingSystem", a.os, "browser", a.browser(), "isCompliant", false, "isManaged", false, "trustType", "")
	if d := a.device; d != nil {
		trust := map[string]string{"AzureAd": "Azure AD joined", "ServerAd": "Hybrid Azure AD joined", "Workplace": "Azure AD registered"}[d.trust]
		os := map[string]string{"Windows": "Windows11", "IPhone": "Ios 18", "AndroidForWork": "Android"}[d.os]
		detail = obj("deviceId", d.deviceID, "displayName", d.name, "operatingSystem", os, "browser", a.browser(), "isCompliant", d.compliant, "isManaged", d.managed, "trustType", trust)
	}
	risk := a.risk
	if risk == "" {
		risk = "none"
	}
	state, events := "none", []string{}
	if a.risk != "" {
		state, events = "atRisk", []string{"unfamiliarFeatures"}
	}
	id := t.guid("sign-in", a.user.id, stamp(a.at), a.app.resource, a.context)
	p := a.at0()
	return obj("id", id, "createdDateTime", a.at, "userDisplayName", a.user.name, "userPrincipalName", a.user.upn, "userId", a.user.id,
		"appId", a.app.id, "appDisplayName", a.app.name, "ipAddress", p.ip, "clientAppUsed", a.app.used, "correlationId", t.guid("correlation", id),
		"conditionalAccessStatus", result.status, "isInteractive", true, "riskDetail", "none", "riskLevelAggregated", risk, "riskLevelDuringSignIn", risk,
		"riskState", state, "riskEventTypes_v2", events, "resourceDisplayName", a.app.resource, "resourceId", a.app.resourceID,
		"status", obj("errorCode", result.code, "failureReason", reason, "additionalDetails", nil), "deviceDetail", detail,
		"location", obj("city", p.city, "state", p.state, "countryOrRegion", p.country, "geoCoordinates", obj("altitude", nil, "latitude", p.lat, "longitude", p.lon)),
		"appliedConditionalAccessPolicies", result.policies)
}

func (a *attempt) browser() string {
	if a.app.client != clientBrowser {
		return ""
	}
	switch a.platform() {
	case "windows":
		return "Edge 142.0.0"
	case "linux":
		return "Firefox 145.0"
	case "macOS":
		return "Safari 26.1"
	}
	return "Mobile Safari 26.1"
}

// audit is an event of the directory's audit log.
type audit struct {
	at                          time.Time
	category, service, activity string
	operation, reason           string
	by                          *user
	ip, correlation             string
	targets, details            []rec
}

func (t *tenant) auditRecord(a audit) rec {
	ip := any(nil)
	if a.ip != "" {
		ip = a.ip
	}
	id := a.service + "_" + a.correlation + "_" + t.guid("audit", a.activity, a.correlation, stamp(a.at))[:5] + "_" + a.at.Format("02150405")
	return obj("id", id, "category", a.category, "correlationId", a.correlation, "result", "success", "resultReason", a.reason,
		"activityDisplayName", a.activity, "activityDateTime", a.at, "loggedByService", a.service, "operationType", a.operation,
		"initiatedBy", obj("app", nil, "user", obj("id", a.by.id, "displayName", a.by.name, "userPrincipalName", a.by.upn, "ipAddress", ip)),
		"targetResources", a.targets, "additionalDetails", a.details)
}

// changePolicy records that somebody changed a Conditional Access policy.
func (t *tenant) changePolicy(at time.Time, by *user, p *caPolicy, ticket string) {
	p.modified = at
	var details []rec
	if ticket != "" {
		details = append(details, obj("key", "TicketNumber", "value", ticket))
	}
	t.audits = append(t.audits, audit{at: at, category: "Policy", service: "Conditional Access", activity: "Update conditional access policy", operation: "Update",
		by: by, correlation: t.guid("change", p.id, stamp(at)), details: details, targets: []rec{
			obj("id", p.id, "displayName", p.name, "type", "Policy", "modifiedProperties", []rec{})}})
}

// ordinaryDays adds about n sign-ins of ordinary members at work and at home.
func (t *tenant) ordinaryDays(n int, members []*user, places []place) {
	apps := []application{outlookWeb, teamsClient, outlookWeb}
	for i := range n {
		u := members[t.rng.IntN(len(members))]
		if u.disabled || len(u.licence) == 0 || !u.second() {
			continue
		}
		at := Collected.Add(-time.Duration(i * int(29*24*time.Hour) / n)).Truncate(24 * time.Hour).Add(time.Duration(7*60+t.rng.IntN(10*60)) * time.Minute)
		if at.After(Collected) {
			at = at.AddDate(0, 0, -1)
		}
		from := station{at: places[t.rng.IntN(len(places))], os: "Windows11"}
		if d := t.deviceOf(u); d != nil {
			from.device = d
		}
		t.signIn(attempt{user: u, at: at.Add(time.Duration(t.rng.IntN(60)) * time.Second), app: apps[i%len(apps)], station: from})
	}
}

// settleActivity gives every account the activity that the log shows. Who is not
// in the log has not signed in interactively for over 30 days: a managed device
// renews its tokens without asking.
func (t *tenant) settleActivity() {
	sort.SliceStable(t.attempts, func(i, j int) bool { return t.attempts[i].at.After(t.attempts[j].at) })
	sort.SliceStable(t.audits, func(i, j int) bool { return t.audits[i].at.After(t.audits[j].at) })
	sort.SliceStable(t.requests, func(i, j int) bool {
		return t.requests[i][2].value.(time.Time).After(t.requests[j][2].value.(time.Time))
	})
	inLog := map[*user]*activity{}
	for _, a := range t.attempts { // newest first
		seen := inLog[a.user]
		if seen == nil {
			seen = &activity{interactive: a.at}
			inLog[a.user] = seen
		}
		if seen.success.IsZero() && t.decide(a).code == 0 {
			seen.success = a.at
		}
	}
	for _, u := range t.users {
		seen := inLog[u]
		switch {
		case u.last != activity{} && seen == nil:
			continue // the story has said it
		case seen != nil:
			background := seen.success.Add(50 * time.Minute)
			if seen.success.IsZero() || background.After(Collected) {
				background = seen.success
			}
			u.last = activity{seen.interactive, background, background}
		case len(u.licence) == 0 && !u.guest:
			// an account that has never been used
		default:
			interactive := Collected.AddDate(0, 0, -31-t.rng.IntN(50)).Add(-time.Duration(t.rng.IntN(9*60)) * time.Minute)
			background := Collected.Add(-time.Duration(1+t.rng.IntN(60)) * time.Hour)
			u.last = activity{interactive, background, background}
		}
	}
}
