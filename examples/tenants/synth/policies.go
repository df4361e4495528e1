package synth

import (
	"slices"

	"github.com/privpath/privpath/examples/tenants/internal/gen"
)

// policy is what the crowd's sign-ins need of a Conditional Access policy, read
// from the records that the export holds: the sample's and the further ones.
type policy struct {
	ID, DisplayName, State string
	Conditions             struct {
		SignInRiskLevels, UserRiskLevels, ClientAppTypes []string
		Platforms                                        *struct{ IncludePlatforms, ExcludePlatforms []string }
		Locations                                        *struct{ IncludeLocations, ExcludeLocations []string }
		Devices                                          *struct{ DeviceFilter any }
		AuthenticationFlows                              any
		Applications                                     struct{ IncludeApplications []string }
		Users                                            struct {
			IncludeUsers, ExcludeUsers, IncludeGroups, ExcludeGroups, IncludeRoles []string
			IncludeGuestsOrExternalUsers                                           any
		}
	}
	GrantControls *struct {
		BuiltInControls        []string
		AuthenticationStrength *struct{ DisplayName string }
	}
	SessionControls *struct{ PersistentBrowser, SignInFrequency any }
}

// assigned tells whether the policy is for a user of the crowd. Roles count while
// they are held.
func (p *policy) assigned(t *Tenant, u person, held string) bool {
	who := p.Conditions.Users
	in := slices.Contains(who.IncludeUsers, "All") || who.IncludeGuestsOrExternalUsers != nil && u.guest ||
		slices.Contains(who.IncludeGroups, t.wave) && t.inWave(u.i) || held != "" && slices.Contains(who.IncludeRoles, held)
	return in && !(slices.Contains(who.ExcludeGroups, t.excluded) && t.isExcluded(u.i))
}

// applies tells whether an assigned policy applies to a sign-in. No sign-in of the
// crowd comes from a workstation, asks for an authentication context or uses
// another flow; the only trusted place is the office.
func (p *policy) applies(s *signIn) bool {
	c := &p.Conditions
	switch {
	case !slices.ContainsFunc(c.Applications.IncludeApplications, s.app.named),
		!slices.Contains(c.ClientAppTypes, "all") && !slices.Contains(c.ClientAppTypes, s.app.client),
		c.AuthenticationFlows != nil, len(c.UserRiskLevels) > 0,
		len(c.SignInRiskLevels) > 0 && !slices.Contains(c.SignInRiskLevels, s.risk),
		c.Platforms != nil && (!slices.Contains(c.Platforms.IncludePlatforms, s.platform) && !slices.Contains(c.Platforms.IncludePlatforms, "all") ||
			slices.Contains(c.Platforms.ExcludePlatforms, s.platform)),
		// A policy that leaves places out leaves out the office, at least; one that
		// names countries as well leaves out everything but the journeys.
		c.Locations != nil && (s.city.office || len(c.Locations.ExcludeLocations) > 1 && s.city.country != "PT"):
		return false
	}
	return true
}

// What a policy came to in a sign-in, in the words of the log.
const (
	resultSuccess    = "success"
	resultFailure    = "failure"
	resultNotApplied = "notApplied"
	resultNotEnabled = "notEnabled"
)

// judge gives a policy's result in a sign-in.
func (p *policy) judge(t *Tenant, s *signIn) string {
	applies := p.assigned(t, s.who, s.held) && p.applies(s)
	switch {
	case p.State == "disabled":
		return resultNotEnabled
	case p.State != "enabled" && applies:
		return "reportOnlySuccess"
	case p.State != "enabled":
		return "reportOnlyNotApplied"
	case !applies:
		return resultNotApplied
	case p.demands("block"), p.demands("compliantDevice") && !s.compliant && !p.demands("domainJoinedDevice"):
		return resultFailure
	}
	return resultSuccess
}

func (p *policy) demands(control string) bool {
	return p.GrantControls != nil && slices.Contains(p.GrantControls.BuiltInControls, control)
}

// enforced names a policy's controls as the log does.
func (p *policy) enforced() (grant, session []string) {
	names := map[string]string{"block": "Block", "mfa": "Mfa", "compliantDevice": "RequireCompliantDevice", "domainJoinedDevice": "RequireDomainJoinedDevice",
		"compliantApplication": "RequireCompliantApp", "passwordChange": "PasswordChange"}
	if g := p.GrantControls; g != nil {
		for _, control := range g.BuiltInControls {
			grant = append(grant, names[control])
		}
		if g.AuthenticationStrength != nil {
			grant = append(grant, "Require authentication strength - "+g.AuthenticationStrength.DisplayName)
		}
	}
	if s := p.SessionControls; s != nil && s.PersistentBrowser != nil {
		session = append(session, "PersistentBrowserSessionMode")
	}
	if s := p.SessionControls; s != nil && s.SignInFrequency != nil {
		session = append(session, "SignInFrequency")
	}
	return grant, session
}

// draft is a further policy. What is empty is not asked for.
type draft struct {
	name, state        string
	groups             []string // empty: everybody, without the excluded group
	guests             bool
	apps               []string
	clients            []string
	platforms, without []string
	userRisk           []string
	abroad             bool
	operator           string
	controls           []string
	oneSession         bool
}

// morePolicies are those that a larger tenant has beside the sample's: for the
// crowd only, so that nothing changes in the sample's own log.
func (t *Tenant) morePolicies() []string {
	wave := []string{t.wave}
	desktops := []string{"windows", "macOS"}
	drafts := []draft{
		{name: "CA200 Early adopters - MFA", groups: wave, apps: []string{"All"}, controls: []string{"mfa"}},
		{name: "CA201 Azure management - MFA", groups: wave, apps: []string{azureManagement}, controls: []string{"mfa"}},
		{name: "CA202 Guests - MFA for Office", guests: true, apps: []string{"Office365"}, controls: []string{"mfa"}},
		{name: "CA203 Office - managed desktops", groups: wave, apps: []string{"Office365"}, platforms: desktops, controls: []string{"compliantDevice", "domainJoinedDevice"}},
		{name: "CA204 Unknown platforms", groups: wave, apps: []string{"All"}, platforms: []string{"all"}, without: append(desktops, "android", "iOS", "linux"), controls: []string{"block"}},
		{name: "CA205 Risky users - new password", groups: wave, apps: []string{"All"}, userRisk: []string{"high"}, operator: "AND", controls: []string{"mfa", "passwordChange"}},
		{name: "CA206 SharePoint - home countries", state: "enabledForReportingButNotEnforced", groups: wave, apps: []string{sharePoint}, abroad: true, controls: []string{"block"}},
		{name: "CA207 Browsers - no persistent session", groups: wave, apps: []string{"All"}, clients: []string{clientBrowser}, oneSession: true},
		{name: "CA208 MFA for everybody (replaced)", state: "disabled", groups: wave, apps: []string{"All"}, controls: []string{"mfa"}},
	}
	var records []string
	for i, d := range drafts {
		e := &enc{}
		t.policyRecord(e, i, d)
		records = append(records, string(e.b))
	}
	return records
}

func (t *Tenant) policyRecord(e *enc, i int, d draft) {
	created := gen.Collected.AddDate(-1, 0, 7*i)
	e.open("")
	e.str("id", t.guid(kindPolicy, i))
	e.null("templateId")
	e.str("displayName", d.name)
	e.at("createdDateTime", created)
	e.at("modifiedDateTime", created.AddDate(0, 1, 0))
	e.str("state", orElse(d.state, "enabled"))
	e.open("conditions")
	e.strs("userRiskLevels", d.userRisk...)
	e.empty("signInRiskLevels")
	if d.clients == nil {
		d.clients = []string{"all"}
	}
	e.strs("clientAppTypes", d.clients...)
	e.empty("servicePrincipalRiskLevels")
	e.null("insiderRiskLevels", "devices", "clientApplications", "authenticationFlows")
	if d.platforms != nil {
		e.open("platforms")
		e.strs("includePlatforms", d.platforms...)
		e.strs("excludePlatforms", d.without...)
		e.close()
	} else {
		e.null("platforms")
	}
	if d.abroad {
		e.raw("locations", `{"includeLocations":["All"],"excludeLocations":["AllTrusted"]}`)
	} else {
		e.null("locations")
	}
	e.open("applications")
	e.strs("includeApplications", d.apps...)
	e.empty("excludeApplications", "includeUserActions", "includeAuthenticationContextClassReferences")
	e.null("applicationFilter")
	e.close()
	e.open("users")
	e.empty("includeUsers", "excludeUsers")
	e.strs("includeGroups", d.groups...)
	e.empty("excludeGroups", "includeRoles", "excludeRoles")
	if d.guests {
		e.raw("includeGuestsOrExternalUsers", `{"guestOrExternalUserTypes":"b2bCollaborationGuest","externalTenants":{"@odata.type":"#microsoft.graph.conditionalAccessAllExternalTenants","membershipKind":"all"}}`)
	} else {
		e.null("includeGuestsOrExternalUsers")
	}
	e.null("excludeGuestsOrExternalUsers")
	e.close()
	e.close()
	if d.controls != nil {
		e.open("grantControls")
		e.str("operator", orElse(d.operator, "OR"))
		e.strs("builtInControls", d.controls...)
		e.empty("customAuthenticationFactors", "termsOfUse")
		e.null("authenticationStrength")
		e.close()
	} else {
		e.null("grantControls")
	}
	if d.oneSession {
		e.raw("sessionControls", `{"disableResilienceDefaults":null,"applicationEnforcedRestrictions":null,"cloudAppSecurity":null,"signInFrequency":null,"persistentBrowser":{"mode":"never","isEnabled":true}}`)
	} else {
		e.null("sessionControls")
	}
	e.close()
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
