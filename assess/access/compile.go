package access

import (
	"github.com/privpath/privpath/model"
)

// Inputs is everything of a tenant that decides access, compiled once.
type Inputs struct {
	TenantID string
	// Policies are all policies in the order of the export, whatever their state.
	Policies []*Policy
	// PoliciesRead says how much of the policies was read: unless it is complete
	// there may be others.
	PoliciesRead model.Coverage
	Locations    *Locations
	// SecurityDefaults is on, off, or not told.
	SecurityDefaults model.Truth
	// P2 says whether the tenant has Entra ID P2, without which conditions on
	// sign-in and user risk are inert.
	P2 model.Truth
	// Baseline says how baseline scopes are treated; see [SignIn.BaselineScopesOnly].
	Baseline BaselineScopes

	strengths  map[string]model.AuthenticationStrength
	appOwners  map[string]string              // folded app id -> folded owning tenant
	audiences  map[string]model.Field[string] // folded app id -> signInAudience of this tenant's applications
	trust      trustSettings
	roleRules  map[string][]pimRules // by folded role definition id
	groupRules map[string][]pimRules // by folded group id
}

// Policy is a policy with its device filter compiled.
type Policy struct {
	// Record is the policy as read.
	Record          model.ConditionalAccessPolicy
	ID, Name, State string
	// Filter is the device filter's rule, nil where there is none or it cannot be
	// read or parsed; FilterError then says why.
	Filter      *Filter
	FilterError error
	// FilterSpoofable says whether someone at any registered device can leave the
	// policy through its device filter, by choosing attributes that a device's
	// user sets: such a filter keeps nobody in.
	FilterSpoofable model.Truth
}

// Evidence points at a property of the policy; path is a JSON pointer below it.
func (p *Policy) Evidence(path string, value any) model.Evidence {
	return p.Record.Evidence(path, value)
}

// BaselineScopes says how Entra ID treats sign-ins that ask for low-privilege
// scopes only where a policy for all resources has an exclusion. Graph does not
// tell, so the zero value is "not known".
// Source: learn.microsoft.com/entra/identity/conditional-access/concept-enforcement-resource-exclusions.
type BaselineScopes uint8

// The treatments.
const (
	BaselineUnknown BaselineScopes = iota
	// BaselineLegacy leaves such sign-ins out of those policies.
	BaselineLegacy
	// BaselineEnforced evaluates them as [ResourceDirectory].
	BaselineEnforced
)

type trustSettings struct {
	tenants map[string]Claims // by folded tenant id
	// fallback holds for every other tenant.
	fallback Claims
}

// Claims says which claims of another organisation are accepted from its accounts.
type Claims struct{ MFA, Compliant, Hybrid model.Truth }

// Compile reads what decides access from a tenant. It never fails: what cannot
// be read is unknown.
func Compile(t *model.Tenant) *Inputs {
	policies := model.RowsOf(t, model.ConditionalAccessPolicies, nil)
	strengths := model.RowsOf(t, model.AuthenticationStrengths, nil)
	in := &Inputs{
		TenantID:         t.Info().ID,
		PoliciesRead:     policies.Coverage(),
		Locations:        compileLocations(model.RowsOf(t, model.NamedLocations, nil)),
		SecurityDefaults: securityDefaults(t),
		P2:               hasPlan(t, "AAD_PREMIUM_P2"),
		strengths:        map[string]model.AuthenticationStrength{},
		trust:            compileTrust(t),
	}
	for row := range policies.All() {
		in.Policies = append(in.Policies, compilePolicy(row))
	}
	for row := range strengths.All() {
		in.strengths[model.FoldID(row.ID)] = row
	}
	in.appOwners = compileAppOwners(t)
	in.audiences = compileAudiences(t)
	in.compilePIM(t)
	return in
}

func compilePolicy(row model.ConditionalAccessPolicy) *Policy {
	id := row.ID
	if id == "" { // what it asks for must still say who asks
		at := row.Evidence("", nil)
		id = "privpath:policyWithoutID:" + at.File + at.Pointer
	}
	p := &Policy{Record: row, ID: id, Name: textOr(row.DisplayName, id), State: textOr(row.State, ""),
		FilterSpoofable: model.False}
	conditions, _ := known(row.Conditions)
	devices, _ := known(conditions.Devices)
	filter, _ := known(devices.DeviceFilter)
	if rule, ok := known(filter.Rule); ok {
		p.Filter, p.FilterError = ParseFilter(rule)
		p.FilterSpoofable = p.Filter.lets(textOr(filter.Mode, ""))
	}
	return p
}

// lets asks whether the user of a registered device can leave a policy that has
// the filter in the mode.
func (f *Filter) lets(mode string) model.Truth {
	if f == nil || mode != "include" && mode != "exclude" {
		return model.Unknown
	}
	return f.Spoofable(Device{Registered: true}, mode == "exclude")
}

// known gives a field's value where it has one.
func known[T any](f model.Field[T]) (value T, ok bool) {
	f.Is(func(v T) bool {
		value, ok = v, true
		return true
	})
	return value, ok
}

func textOr(f model.Field[string], otherwise string) string {
	if text, ok := known(f); ok {
		return text
	}
	return otherwise
}

func securityDefaults(t *model.Tenant) model.Truth {
	row, ok := model.RowsOf(t, model.SecurityDefaults, nil).Only()
	if !ok {
		return model.Unknown
	}
	return model.Equals(row.IsEnabled, true)
}

// hasPlan asks whether a subscription that is in use holds the service plan.
// Licences that run out keep working for a while in the states warning; a
// suspended one does not count.
// Source: learn.microsoft.com/graph/api/resources/subscribedsku, capabilityStatus.
func hasPlan(t *model.Tenant, plan string) model.Truth {
	rows := model.RowsOf(t, model.SubscribedSkus, nil)
	found := model.False
	if rows.Coverage().State != model.Complete {
		found = model.Unknown
	}
	for sku := range rows.All() {
		active := sku.CapabilityStatus.Is(func(s string) bool { return s == "Enabled" || s == "Warning" })
		holds := model.Fold(sku.ServicePlans,
			func() model.Truth { return model.Unknown },
			func() model.Truth { return model.False },
			func(plans []model.ServicePlan) model.Truth {
				found := model.False
				for _, p := range plans {
					found = model.Or(found, model.And(
						model.Equals(p.ServicePlanName, plan),
						p.ProvisioningStatus.Is(func(s string) bool { return s == "Success" })))
				}
				return found
			})
		found = model.Or(found, model.And(active, holds))
	}
	return found
}

// compileAppOwners maps application ids to the tenant that owns them, which
// decides whether an application can belong to a resource group of Microsoft's.
func compileAppOwners(t *model.Tenant) map[string]string {
	owners := map[string]string{}
	for sp := range model.RowsOf(t, model.ServicePrincipals, nil).All() {
		app, ok := known(sp.AppID)
		owner, owned := known(sp.AppOwnerOrganizationID)
		if ok && owned {
			owners[model.FoldID(app)] = model.FoldID(owner)
		}
	}
	return owners
}

// compileAudiences maps application ids to the accounts that an application of
// this tenant is for.
func compileAudiences(t *model.Tenant) map[string]model.Field[string] {
	audiences := map[string]model.Field[string]{}
	for app := range model.RowsOf(t, model.Applications, nil).All() {
		if id, ok := known(app.AppID); ok {
			audiences[model.FoldID(id)] = app.SignInAudience
		}
	}
	return audiences
}

func compileTrust(t *model.Tenant) trustSettings {
	// Source: learn.microsoft.com/entra/external-id/cross-tenant-access-overview:
	// a partner's setting that is not configured inherits the default.
	defaults := Claims{}
	if row, ok := model.RowsOf(t, model.CrossTenantDefault, nil).Only(); ok {
		defaults = DefaultClaims(row)
	}
	settings := trustSettings{tenants: map[string]Claims{}, fallback: defaults}
	partners := model.RowsOf(t, model.CrossTenantPartners, nil)
	complete := partners.Coverage().State == model.Complete
	for row := range partners.All() {
		id, ok := known(row.TenantID)
		if !ok {
			complete = false
			continue
		}
		settings.tenants[model.FoldID(id)] = ClaimsOf(row, defaults)
	}
	if !complete {
		settings.fallback = Claims{}
	}
	return settings
}

// DefaultClaims reads the default configuration: where it says nothing, none is accepted.
func DefaultClaims(row model.CrossTenantConfiguration) Claims {
	return ClaimsOf(row, Claims{model.False, model.False, model.False})
}

// ClaimsOf reads one configuration; inherited holds where it says null.
func ClaimsOf(row model.CrossTenantConfiguration, inherited Claims) Claims {
	return model.Fold(row.InboundTrust,
		func() Claims { return Claims{} },
		func() Claims { return inherited },
		func(v model.InboundTrust) Claims {
			return Claims{
				MFA:       boolOr(v.IsMfaAccepted, inherited.MFA),
				Compliant: boolOr(v.IsCompliantDeviceAccepted, inherited.Compliant),
				Hybrid:    boolOr(v.IsHybridAzureADJoinedDeviceAccepted, inherited.Hybrid),
			}
		})
}

func boolOr(f model.Field[bool], inherited model.Truth) model.Truth {
	return model.Fold(f,
		func() model.Truth { return model.Unknown },
		func() model.Truth { return inherited },
		model.Of)
}

// of gives the settings for a home tenant; an empty one is not known, and then
// only what holds for every tenant is.
func (s trustSettings) of(homeTenant string) Claims {
	if homeTenant == "" {
		common := s.fallback
		for _, t := range s.tenants {
			common = Claims{agree(common.MFA, t.MFA), agree(common.Compliant, t.Compliant), agree(common.Hybrid, t.Hybrid)}
		}
		return common
	}
	if t, ok := s.tenants[model.FoldID(homeTenant)]; ok {
		return t
	}
	return s.fallback
}

// agree is the common value of two truths, Unknown where they differ.
func agree(a, b model.Truth) model.Truth {
	if a == b {
		return a
	}
	return model.Unknown
}
