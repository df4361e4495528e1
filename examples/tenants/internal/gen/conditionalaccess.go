package gen

import (
	"net/netip"
	"strings"
	"time"
)

const (
	stateEnabled    = "enabled"
	stateDisabled   = "disabled"
	stateReportOnly = "enabledForReportingButNotEnforced"

	all        = "All"
	allTrusted = "AllTrusted"

	strengthMFA               = "00000000-0000-0000-0000-000000000002"
	strengthPasswordless      = "00000000-0000-0000-0000-000000000003"
	strengthPhishingResistant = "00000000-0000-0000-0000-000000000004"

	adminPortals = "MicrosoftAdminPortals"
	office365    = "Office365"

	pawRule = `device.extensionAttribute1 -eq "PAW"`
)

// caPolicy is a Conditional Access policy. An empty list is an unset condition.
type caPolicy struct {
	id, name, state string
	created         time.Time
	modified        time.Time

	users, notUsers   []string
	groups, notGroups []string
	roles, notRoles   []string
	guests, notGuests bool // includes or excludes every kind of guest

	apps, notApps, userActions, contexts []string

	clients                  []string // empty: all
	platforms, notPlatforms  []string
	inLocations, notIn       []string
	filterMode, filterRule   string
	signInRisk, userRisk     []string
	flows                    string
	operator                 string
	controls                 []string
	strength                 string
	everyTime, notPersistent bool
	frequencyHours           int
	tokenProtection          bool
}

// policy adds a policy. It is enabled unless it says otherwise.
func (t *tenant) policy(p caPolicy) *caPolicy {
	if p.state == "" {
		p.state = stateEnabled
	}
	if p.operator == "" && (len(p.controls) > 0 || p.strength != "") {
		p.operator = "OR"
	}
	p.id = t.guid("policy", p.name)
	p.created = day("2024-03-04", 13, 20).AddDate(0, 0, 11*len(t.policies))
	p.modified = p.created.AddDate(0, 1, 3)
	t.policies = append(t.policies, &p)
	return &p
}

func list(items []string) []string {
	if items == nil {
		return []string{}
	}
	return items
}

func (p *caPolicy) record() rec {
	everyGuest := func(set bool) any {
		if !set {
			return nil
		}
		return obj("guestOrExternalUserTypes", "internalGuest,b2bCollaborationGuest,b2bCollaborationMember,b2bDirectConnectUser,otherExternalUser,serviceProvider",
			"externalTenants", obj("@odata.type", "#microsoft.graph.conditionalAccessAllExternalTenants", "membershipKind", "all"))
	}
	clients := p.clients
	if clients == nil {
		clients = []string{"all"}
	}
	platforms, locations, devices, flows := any(nil), any(nil), any(nil), any(nil)
	if len(p.platforms) > 0 {
		platforms = obj("includePlatforms", p.platforms, "excludePlatforms", list(p.notPlatforms))
	}
	if len(p.inLocations) > 0 {
		locations = obj("includeLocations", p.inLocations, "excludeLocations", list(p.notIn))
	}
	if p.filterRule != "" {
		devices = obj("deviceFilter", obj("mode", p.filterMode, "rule", p.filterRule))
	}
	if p.flows != "" {
		flows = obj("transferMethods", p.flows)
	}
	conditions := obj("userRiskLevels", list(p.userRisk), "signInRiskLevels", list(p.signInRisk), "clientAppTypes", clients,
		"servicePrincipalRiskLevels", []string{}, "insiderRiskLevels", nil, "platforms", platforms, "locations", locations,
		"devices", devices, "clientApplications", nil, "authenticationFlows", flows,
		"applications", obj("includeApplications", list(p.apps), "excludeApplications", list(p.notApps), "includeUserActions", list(p.userActions),
			"includeAuthenticationContextClassReferences", list(p.contexts), "applicationFilter", nil),
		"users", obj("includeUsers", list(p.users), "excludeUsers", list(p.notUsers), "includeGroups", list(p.groups), "excludeGroups", list(p.notGroups),
			"includeRoles", list(p.roles), "excludeRoles", list(p.notRoles), "includeGuestsOrExternalUsers", everyGuest(p.guests), "excludeGuestsOrExternalUsers", everyGuest(p.notGuests)))
	grant, session := any(nil), any(nil)
	if p.operator != "" {
		strength := any(nil)
		if p.strength != "" {
			strength = strengthRecord(p.strength)
		}
		grant = obj("operator", p.operator, "builtInControls", list(p.controls), "customAuthenticationFactors", []string{}, "termsOfUse", []string{},
			"authenticationStrength", strength)
	}
	if p.everyTime || p.frequencyHours > 0 || p.notPersistent || p.tokenProtection {
		frequency, persistent, token := any(nil), any(nil), any(nil)
		switch {
		case p.everyTime:
			frequency = obj("value", nil, "type", nil, "authenticationType", "primaryAndSecondaryAuthentication", "frequencyInterval", "everyTime", "isEnabled", true)
		case p.frequencyHours > 0:
			frequency = obj("value", p.frequencyHours, "type", "hours", "authenticationType", "primaryAndSecondaryAuthentication", "frequencyInterval", "timeBased", "isEnabled", true)
		}
		if p.notPersistent {
			persistent = obj("mode", "never", "isEnabled", true)
		}
		if p.tokenProtection {
			token = obj("isEnabled", true)
		}
		session = obj("disableResilienceDefaults", nil, "applicationEnforcedRestrictions", nil, "cloudAppSecurity", nil,
			"signInFrequency", frequency, "persistentBrowser", persistent, "secureSignInSession", token)
	}
	return obj("id", p.id, "templateId", nil, "displayName", p.name, "createdDateTime", p.created, "modifiedDateTime", p.modified,
		"state", p.state, "conditions", conditions, "grantControls", grant, "sessionControls", session)
}

// strengths are the three that Microsoft ships (Graph, "List
// authenticationStrengthPolicies").
var strengths = []struct {
	id, name, description string
	combinations          []string
}{
	{strengthMFA, "Multifactor authentication", "Combinations of methods that satisfy strong authentication, such as a password + SMS",
		[]string{"windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor", "deviceBasedPush", "temporaryAccessPassOneTime", "temporaryAccessPassMultiUse",
			"password,microsoftAuthenticatorPush", "password,softwareOath", "password,hardwareOath", "password,sms", "password,voice", "federatedMultiFactor",
			"microsoftAuthenticatorPush,federatedSingleFactor", "softwareOath,federatedSingleFactor", "hardwareOath,federatedSingleFactor",
			"sms,federatedSingleFactor", "voice,federatedSingleFactor"}},
	{strengthPasswordless, "Passwordless MFA", "Passwordless methods that satisfy strong authentication, such as Passwordless sign-in with the Microsoft Authenticator",
		[]string{"windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor", "deviceBasedPush"}},
	{strengthPhishingResistant, "Phishing-resistant MFA", "Phishing-resistant, Passwordless methods for the strongest authentication, such as a FIDO2 security key",
		[]string{"windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"}},
}

func strengthRecord(id string) rec {
	for _, s := range strengths {
		if s.id == id {
			since := day("2021-12-01", 0, 0)
			return obj("id", s.id, "createdDateTime", since, "modifiedDateTime", since, "displayName", s.name, "description", s.description,
				"policyType", "builtIn", "requirementsSatisfied", "mfa", "allowedCombinations", s.combinations, "combinationConfigurations", []rec{})
		}
	}
	panic("gen: no authentication strength " + id)
}

// namedLocation is a set of address ranges, or of countries.
type namedLocation struct {
	id, name  string
	trusted   bool
	ranges    []netip.Prefix
	countries []string
}

func (t *tenant) location(name string, trusted bool, ranges ...string) *namedLocation {
	l := &namedLocation{id: t.guid("location", name), name: name, trusted: trusted}
	for _, r := range ranges {
		l.ranges = append(l.ranges, netip.MustParsePrefix(r))
	}
	t.locations = append(t.locations, l)
	return l
}

func (t *tenant) countries(name string, codes ...string) *namedLocation {
	l := &namedLocation{id: t.guid("location", name), name: name, countries: codes}
	t.locations = append(t.locations, l)
	return l
}

func (l *namedLocation) record(t *tenant) rec {
	created := t.created.AddDate(0, 4, 0)
	if l.countries != nil {
		return obj("@odata.type", "#microsoft.graph.countryNamedLocation", "id", l.id, "displayName", l.name, "createdDateTime", created, "modifiedDateTime", created,
			"countriesAndRegions", l.countries, "includeUnknownCountriesAndRegions", false, "countryLookupMethod", "clientIpAddress")
	}
	var ranges []rec
	for _, r := range l.ranges {
		kind := "#microsoft.graph.iPv4CidrRange"
		if r.Addr().Is6() {
			kind = "#microsoft.graph.iPv6CidrRange"
		}
		ranges = append(ranges, obj("@odata.type", kind, "cidrAddress", r.String()))
	}
	return obj("@odata.type", "#microsoft.graph.ipNamedLocation", "id", l.id, "displayName", l.name, "createdDateTime", created, "modifiedDateTime", created,
		"isTrusted", l.trusted, "ipRanges", ranges)
}

func (l *namedLocation) holds(p place) bool {
	for _, r := range l.ranges {
		if r.Contains(netip.MustParseAddr(p.ip)) {
			return true
		}
	}
	return has(l.countries, p.country)
}

// judge tells what the sign-in log says of a policy for one sign-in. It covers
// what these tenants use, and is no evaluator for anything else.
func (t *tenant) judge(p *caPolicy, a *attempt) (result string) {
	report := p.state == stateReportOnly
	name := func(r string) string {
		if report {
			return "reportOnly" + strings.ToUpper(r[:1]) + r[1:]
		}
		return r
	}
	if !t.reaches(p, a) {
		return name("notApplied")
	}
	if t.satisfies(p, a) {
		return name("success")
	}
	return name("failure")
}

// assigns tells whether the policy is assigned to the user at that moment, no
// matter what for.
func (t *tenant) assigns(p *caPolicy, a *attempt) bool {
	named := func(users, groups, roles []string) bool {
		if has(users, all) || has(users, a.user.id) {
			return true
		}
		for _, g := range groups {
			if t.inGroup(a.user.id, g) {
				return true
			}
		}
		for _, r := range roles {
			if t.holdsActive(a.user, r, a.at) {
				return true
			}
		}
		return false
	}
	return (named(p.users, p.groups, p.roles) || p.guests && a.user.guest) &&
		!named(p.notUsers, p.notGroups, p.notRoles) && !(p.notGuests && a.user.guest)
}

func (t *tenant) reaches(p *caPolicy, a *attempt) bool {
	if !t.assigns(p, a) {
		return false
	}
	targets := func(apps []string) bool {
		return has(apps, all) || has(apps, a.app.resourceID) || has(apps, a.app.id) ||
			has(apps, adminPortals) && a.app.portal || has(apps, office365) && a.app.office
	}
	inScope := targets(p.apps) && !targets(p.notApps)
	if len(p.contexts) > 0 {
		inScope = has(p.contexts, a.context)
	}
	if len(p.userActions) > 0 {
		inScope = has(p.userActions, a.action)
	} else if a.action != "" {
		inScope = false // "All" applications are not user actions
	}
	if !inScope {
		return false
	}
	if p.clients != nil && !has(p.clients, a.app.client) || p.flows != "" && !strings.Contains(p.flows, a.flow+",") && !strings.HasSuffix(p.flows, a.flow) ||
		p.flows != "" && a.flow == "" {
		return false
	}
	if len(p.platforms) > 0 && !(has(p.platforms, "all") || has(p.platforms, a.platform())) || has(p.notPlatforms, a.platform()) {
		return false
	}
	if len(p.signInRisk) > 0 && !has(p.signInRisk, a.risk) || len(p.userRisk) > 0 {
		return false // nobody in the log is at risk as a user
	}
	if len(p.inLocations) > 0 && (!t.within(p.inLocations, a.at0()) || t.within(p.notIn, a.at0())) {
		return false
	}
	if p.filterRule != "" {
		if p.filterRule != pawRule {
			panic("gen: the log cannot be told for the filter " + p.filterRule)
		}
		matches := a.device != nil && a.device.marker == "PAW"
		return matches == (p.filterMode == "include")
	}
	return true
}

func (t *tenant) within(locations []string, p place) bool {
	for _, id := range locations {
		if id == all {
			return true
		}
		for _, l := range t.locations {
			if (l.id == id || id == allTrusted && l.trusted) && l.holds(p) {
				return true
			}
		}
	}
	return false
}

func (t *tenant) satisfies(p *caPolicy, a *attempt) bool {
	met := 0
	for _, c := range p.controls {
		var ok bool
		switch c {
		case "mfa":
			ok = a.user.second() && a.declined == 0
		case "compliantDevice":
			ok = a.device != nil && a.device.compliant
		case "domainJoinedDevice":
			ok = a.device != nil && a.device.trust == "ServerAd"
		case "compliantApplication", "approvedApplication":
			ok = a.app.office
		case "block":
			return false
		default:
			panic("gen: the log cannot be told for the control " + c)
		}
		if ok {
			met++
		}
	}
	wanted := len(p.controls)
	if p.strength != "" {
		wanted++
		if p.strength == strengthMFA && a.user.second() || a.user.phishingResistant() {
			met++
		}
	}
	if p.operator == "AND" {
		return met == wanted
	}
	return met > 0 || wanted == 0
}

func (u *user) phishingResistant() bool {
	return has(u.methods, "passKeyDeviceBound") || has(u.methods, "windowsHelloForBusiness")
}

func (u *user) second() bool { return len(u.methods) > 0 }

// enforcedControls are the words of the sign-in log for a policy's controls.
func (p *caPolicy) enforcedControls() (grant, session []string) {
	words := map[string]string{"mfa": "Mfa", "block": "Block", "compliantDevice": "RequireCompliantDevice", "domainJoinedDevice": "RequireDomainJoinedDevice",
		"approvedApplication": "RequireApprovedApp", "compliantApplication": "RequireCompliantApp"}
	for _, c := range p.controls {
		grant = append(grant, words[c])
	}
	if p.strength != "" {
		grant = append(grant, "Require authentication strength - "+strengthRecord(p.strength)[3].value.(string))
	}
	if p.everyTime || p.frequencyHours > 0 {
		session = append(session, "SignInFrequency")
	}
	if p.notPersistent {
		session = append(session, "PersistentBrowserSessionMode")
	}
	return list(grant), list(session)
}
