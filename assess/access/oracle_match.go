package access

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/privpath/privpath/model"
)

// conditions judges the assignments and conditions of a policy in the dimensions
// that are wanted. All must hold for the policy to apply; within a dimension an
// exclusion wins (rules R1, R2).
func (o *oracle) conditions(p *Policy, c model.ConditionSet, wanted func(Dimension) bool) []oFinding {
	var list []oFinding
	judge := func(finding func() oFinding, of ...Dimension) {
		if slices.ContainsFunc(of, wanted) {
			list = append(list, finding())
		}
	}
	judge(func() oFinding { return o.subject(c) }, DimUsers, DimWorkloads)
	judge(func() oFinding { return o.resources(c) }, DimResources)
	judge(func() oFinding { return o.clientApp(c) }, DimClientApp)
	judge(func() oFinding { return o.platform(c) }, DimPlatform)
	judge(func() oFinding { return o.location(c) }, DimLocation)
	judge(func() oFinding { return o.device(p, c) }, DimDevice)
	judge(func() oFinding {
		return o.risk(DimSignInRisk, "/conditions/signInRiskLevels", c.SignInRiskLevels, o.s.SignInRisk, o.in.P2)
	}, DimSignInRisk)
	judge(func() oFinding {
		return o.risk(DimUserRisk, "/conditions/userRiskLevels", c.UserRiskLevels, o.s.UserRisk, o.in.P2)
	}, DimUserRisk)
	judge(func() oFinding { return o.insiderRisk(c) }, DimInsiderRisk)
	judge(func() oFinding { return o.workloadRisk(c) }, DimWorkloadRisk)
	judge(func() oFinding { return o.flow(c) }, DimFlow)
	judge(func() oFinding { return o.otherConditions(c) }, DimOther)
	return list
}

// oScope joins what a dimension includes with what it excludes, and points at
// the one that decides.
func oScope(dimension Dimension, include, exclude oMatch) oFinding {
	f := oFinding{dimension: dimension, holds: model.And(include.truth, exclude.truth.Not())}
	switch {
	case exclude.truth == model.True:
		f.text, f.path, f.value = "excluded: "+exclude.text, exclude.path, exclude.value
	case include.truth == model.False:
		f.text, f.path, f.value = notIncluded, include.path, include.value
	case include.truth == model.Unknown:
		f.text, f.path, f.value = "the data does not say whether it is included: "+include.text, include.path, include.value
	case exclude.truth == model.Unknown:
		f.text, f.path, f.value = "the data does not say whether it is excluded: "+exclude.text, exclude.path, exclude.value
	}
	return f
}

const notIncluded = "not included"

// oMatch is the answer of a list of alternatives: any one is enough. It points
// at the entry that decides, or at the list.
type oMatch struct {
	truth model.Truth
	text  string
	path  string
	value any
}

// or gives the stronger of two answers.
func (m oMatch) or(other oMatch) oMatch {
	joined := m
	if m.truth == model.False || other.truth == model.True {
		joined = other
	}
	joined.truth = model.Or(m.truth, other.truth)
	return joined
}

// oAny asks question of every entry of a list that may be null.
func oAny(f model.Field[[]string], path string, question func(string) (model.Truth, string)) oMatch {
	return model.Fold(f,
		func() oMatch { return oMatch{model.Unknown, "the export does not hold the list", path, nil} },
		func() oMatch { return oMatch{model.False, "the list is empty", path, nil} },
		func(list []string) oMatch { return oAnyOf(list, path, question) })
}

func oAnyOf(list []string, path string, question func(string) (model.Truth, string)) oMatch {
	var m oMatch
	decides := -1
	for i, entry := range list {
		truth, text := question(entry)
		if truth == model.True || truth == model.Unknown && decides < 0 {
			m.truth, m.text, decides = truth, text, i
		}
	}
	if decides < 0 {
		return oMatch{model.False, "no entry of the list matches", path, list}
	}
	m.path, m.value = path+"/"+strconv.Itoa(decides), list[decides]
	return m
}

// subject judges the users dimension for a person and the workload dimension for
// a workload: user policies never reach workloads, nor the other way round
// (rules 9, R10).
func (o *oracle) subject(c model.ConditionSet) oFinding {
	workload := o.s.Subject.Kind.In(Workload)
	person, service := o.users(c), o.workload(c)
	switch workload {
	case model.False:
		return person
	case model.True:
		return service
	}
	if person.holds == service.holds {
		return person
	}
	return oFinding{dimension: DimUsers, holds: model.Unknown, path: "/conditions/users",
		text: "the data does not say whether the subject is a person"}
}

func (o *oracle) users(c model.ConditionSet) oFinding {
	const path = "/conditions/users"
	missing := func() oFinding { return oMissing(DimUsers, path) }
	return model.Fold(c.Users, missing, missing, func(u model.ConditionUsers) oFinding {
		side := func(name string, users, groups, roles model.Field[[]string], guests model.Field[model.ExternalUsers]) oMatch {
			return oAny(users, path+"/"+name+"Users", o.isUser).
				or(oAny(groups, path+"/"+name+"Groups", o.inGroup)).
				or(oAny(roles, path+"/"+name+"Roles", o.hasRole)).
				or(o.isGuest(guests, path+"/"+name+"GuestsOrExternalUsers"))
		}
		include := side("include", u.IncludeUsers, u.IncludeGroups, u.IncludeRoles, u.IncludeGuestsOrExternalUsers)
		exclude := side("exclude", u.ExcludeUsers, u.ExcludeGroups, u.ExcludeRoles, u.ExcludeGuestsOrExternalUsers)
		if include.truth == model.False {
			include.path, include.value = path, nil
		}
		f := oScope(DimUsers, include, exclude)
		if f.text == notIncluded {
			f.text = "the user is " + notIncluded
			if u.IncludeRoles.Is(func(roles []string) bool { return len(roles) > 0 }) == model.True {
				f.text += ", and a role counts only while it is active"
			}
		}
		return f
	})
}

// isUser compares one entry of includeUsers. "All" holds guests too (rule 6).
func (o *oracle) isUser(entry string) (model.Truth, string) {
	switch entry {
	case "All":
		return model.True, "all users"
	case "None":
		return model.False, "no users"
	case "GuestsOrExternalUsers":
		return o.s.Subject.Kind.In(Guests), "guests and external users"
	}
	switch {
	case o.s.Subject.ID != "" && model.SameID(entry, o.s.Subject.ID):
		return model.True, "the user by name"
	case !oIsGUID(entry):
		return model.Unknown, fmt.Sprintf("%q is not a user id that we know", entry)
	case o.s.Subject.ID == "" && o.s.Subject.Kind.In(B2BDirectConnectUser|ServiceProvider) != model.True:
		return model.Unknown, "the subject's id is not known"
	}
	return model.False, ""
}

func (o *oracle) inGroup(group string) (model.Truth, string) {
	if o.s.Subject.InGroup == nil {
		return model.Unknown, "the members of group " + group + " are not known"
	}
	truth := o.s.Subject.InGroup(group)
	if truth == model.Unknown {
		return truth, "the members of group " + group + " are not known"
	}
	return truth, "member of group " + group
}

// hasRole: role targeting sees built-in roles that are active tenant-wide only;
// see [Subject.Roles] (rules 7, 11, R8).
func (o *oracle) hasRole(role string) (model.Truth, string) {
	return o.inRoles([]string{role}), "role " + role
}

// inRoles asks whether the subject holds one of the roles where role targeting
// sees it.
func (o *oracle) inRoles(roles []string) model.Truth {
	holds := func(list []string) model.Truth {
		return model.Of(slices.ContainsFunc(list, func(held string) bool {
			return slices.ContainsFunc(roles, func(wanted string) bool { return model.SameID(held, wanted) })
		}))
	}
	open := holds(o.s.Subject.MaybeRoles) == model.True || o.s.Subject.RolesUnknown
	if open {
		return model.Or(holds(o.s.Subject.Roles), model.Unknown)
	}
	return holds(o.s.Subject.Roles)
}

// guestTypes are Graph's conditionalAccessGuestOrExternalUserTypes.
var guestTypes = map[string]SubjectKind{
	"internalGuest":          InternalGuest,
	"b2bCollaborationGuest":  B2BCollaborationGuest,
	"b2bCollaborationMember": B2BCollaborationMember,
	"b2bDirectConnectUser":   B2BDirectConnectUser,
	"otherExternalUser":      OtherExternalUser,
	"serviceProvider":        ServiceProvider,
}

// isGuest compares a selection of kinds of guests and their tenants.
func (o *oracle) isGuest(f model.Field[model.ExternalUsers], path string) oMatch {
	return model.Fold(f,
		func() oMatch {
			return oMatch{model.Unknown, "the export does not hold the selection of guests", path, nil}
		},
		func() oMatch { return oMatch{model.False, "", path, nil} },
		func(g model.ExternalUsers) oMatch {
			truth := fieldTruth(g.GuestOrExternalUserTypes, func(types model.FlagSet) model.Truth {
				var kinds SubjectKind
				unknown := model.False
				for _, name := range types {
					if name == "none" {
						continue
					}
					if kind, ok := guestTypes[name]; ok {
						kinds |= kind
					} else {
						unknown = model.Unknown
					}
				}
				return model.Or(o.s.Subject.Kind.In(kinds), model.And(unknown, o.s.Subject.Kind.In(Guests)))
			})
			return oMatch{model.And(truth, o.ofTenant(g.ExternalTenants)), "guest or external user of a selected kind", path, nil}
		})
}

// ofTenant asks whether the subject's home is one of the selected tenants. What
// a list of tenants means for an internal guest is not documented.
func (o *oracle) ofTenant(f model.Field[model.ExternalTenants]) model.Truth {
	return model.Fold(f,
		func() model.Truth { return model.Unknown },
		func() model.Truth { return model.True },
		func(t model.ExternalTenants) model.Truth {
			kind, _ := known(t.MembershipKind)
			switch kind {
			case "all":
				return model.True
			case "enumerated":
				return fieldTruth(t.Members, func(members []string) model.Truth {
					if o.s.Subject.HomeTenant == "" || o.s.Subject.Kind.In(InternalGuest) != model.False {
						return model.Unknown
					}
					return model.Of(slices.ContainsFunc(members, func(id string) bool {
						return model.SameID(id, o.s.Subject.HomeTenant)
					}))
				})
			}
			return model.Unknown
		})
}

// workload judges a policy for a service principal or managed identity: only a
// policy that names workloads, and only single-tenant applications of this
// tenant (rules 9, R10).
func (o *oracle) workload(c model.ConditionSet) oFinding {
	const path = "/conditions/clientApplications"
	f := model.Fold(c.ClientApplications,
		func() oFinding { return oMissing(DimWorkloads, path) },
		func() oFinding {
			return oFinding{dimension: DimWorkloads, holds: model.False, path: path, text: "the policy is for users"}
		},
		func(a model.ConditionClientApplications) oFinding {
			include := oAny(a.IncludeServicePrincipals, path+"/includeServicePrincipals", o.isService)
			exclude := oAny(a.ExcludeServicePrincipals, path+"/excludeServicePrincipals", o.isService)
			if a.ServicePrincipalFilter.Null() != model.True {
				open := oMatch{model.Unknown, "the filter reads custom security attributes", path + "/servicePrincipalFilter", nil}
				include, exclude = include.or(open), exclude.or(open)
			}
			return oScope(DimWorkloads, include, exclude)
		})
	reached := model.And(o.s.Subject.Kind.In(ManagedIdentity).Not(), o.s.Subject.OwnTenantApp)
	if f.holds != model.False && reached != model.True {
		f.holds = model.And(f.holds, reached)
		f.path, f.value = path, nil
		f.text = "workload policies reach only single-tenant applications of this tenant, never managed identities"
	}
	return f
}

func (o *oracle) isService(entry string) (model.Truth, string) {
	switch {
	case entry == "ServicePrincipalsInMyTenant":
		return model.True, "all service principals of the tenant"
	case entry == "None":
		return model.False, ""
	case o.s.Subject.ID != "" && model.SameID(entry, o.s.Subject.ID):
		return model.True, "the service principal by name"
	case o.s.Subject.ID == "" || !oIsGUID(entry):
		return model.Unknown, fmt.Sprintf("%q cannot be compared", entry)
	}
	return model.False, ""
}

// clientApp judges clientAppTypes. An empty list is every client.
func (o *oracle) clientApp(c model.ConditionSet) oFinding {
	const path = "/conditions/clientAppTypes"
	list, empty := oListOf(c.ClientAppTypes)
	if empty == model.True {
		return oFinding{dimension: DimClientApp, holds: model.True}
	}
	if empty == model.Unknown {
		return oMissing(DimClientApp, path)
	}
	m := oAnyOf(list, path, o.isClient)
	return oFinding{DimClientApp, m.truth, fmt.Sprintf("client app %q: %s", o.s.ClientApp, m.text), m.path, m.value}
}

func (o *oracle) isClient(entry string) (model.Truth, string) {
	switch {
	case strings.EqualFold(entry, "all"):
		return model.True, ""
	case o.s.ClientApp == "":
		return model.Unknown, "the client app is not told"
	case strings.EqualFold(entry, o.s.ClientApp):
		return model.True, ""
	case strings.EqualFold(entry, "easSupported"):
		return model.And(model.Of(o.s.ClientApp == ClientActiveSync), o.easSupported()), "Exchange ActiveSync on supported platforms"
	case oOneOf(entry, ClientBrowser, ClientModern, ClientActiveSync, ClientOther):
		return model.False, ""
	}
	return model.Unknown, fmt.Sprintf("client app type %q is not known", entry)
}

// easSupported asks whether the platform is one that Exchange ActiveSync
// supports. Source: learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-conditions,
// which names iOS, Android and Windows as examples.
func (o *oracle) easSupported() model.Truth {
	switch o.s.Platform {
	case PlatformIOS, PlatformAndroid, PlatformWindows:
		return model.True
	case PlatformLinux, PlatformUnknown:
		return model.False
	}
	return model.Unknown
}

// platform judges the platform, which comes from the user agent (rule 26). Only
// "all" holds a platform that Entra ID does not recognise.
func (o *oracle) platform(c model.ConditionSet) oFinding {
	const path = "/conditions/platforms"
	return model.Fold(c.Platforms,
		func() oFinding { return oMissing(DimPlatform, path) },
		func() oFinding { return oFinding{dimension: DimPlatform, holds: model.True} },
		func(p model.ConditionPlatforms) oFinding {
			include := oAny(p.IncludePlatforms, path+"/includePlatforms", o.isPlatform)
			exclude := oAny(p.ExcludePlatforms, path+"/excludePlatforms", o.isPlatform)
			_, noInclude := oListOf(p.IncludePlatforms)
			_, noExclude := oListOf(p.ExcludePlatforms)
			if noInclude == model.True {
				// Nothing chosen is no condition; exclusions alone are not a form
				// that Graph writes.
				include.truth = model.Unknown
				if noExclude == model.True {
					include.truth = model.True
				}
			}
			f := oScope(DimPlatform, include, exclude)
			f.text = fmt.Sprintf("platform %q: %s", o.s.Platform, f.text)
			return f
		})
}

func (o *oracle) isPlatform(entry string) (model.Truth, string) {
	switch {
	case strings.EqualFold(entry, "all"):
		return model.True, "all platforms"
	case !oOneOf(entry, PlatformAndroid, PlatformIOS, PlatformWindows, PlatformPhone, PlatformMacOS, PlatformLinux):
		return model.Unknown, fmt.Sprintf("platform %q is not known", entry)
	case o.s.Platform == "":
		return model.Unknown, "the platform is not told"
	}
	return model.Of(strings.EqualFold(entry, o.s.Platform)), "the platform is listed"
}

// location judges named locations; no condition is every location.
func (o *oracle) location(c model.ConditionSet) oFinding {
	const path = "/conditions/locations"
	return model.Fold(c.Locations,
		func() oFinding { return oMissing(DimLocation, path) },
		func() oFinding { return oFinding{dimension: DimLocation, holds: model.True} },
		func(l model.ConditionLocations) oFinding {
			include := oAny(l.IncludeLocations, path+"/includeLocations", o.inLocation)
			exclude := oAny(l.ExcludeLocations, path+"/excludeLocations", o.inLocation)
			_, noInclude := oListOf(l.IncludeLocations)
			_, noExclude := oListOf(l.ExcludeLocations)
			if noInclude == model.True {
				include.truth = model.Unknown
				if noExclude == model.True {
					include.truth = model.True
				}
			}
			return oScope(DimLocation, include, exclude)
		})
}

// inLocation compares one location id. A deleted location holds no address.
func (o *oracle) inLocation(id string) (model.Truth, string) {
	n := o.s.Network
	loc, exists := o.in.Locations.Get(id)
	switch {
	case id == LocationAll:
		return model.True, "every location"
	case id == LocationAllTrusted:
		return o.in.Locations.Trusted(n), "a trusted location"
	case model.SameID(id, LocationMFATrusted):
		return model.Of(n.MFATrusted), "a trusted IP of the multifactor service"
	case loc != nil:
		return loc.Holds(n), "location " + loc.Name
	case model.SameID(id, LocationCompliantNetwork):
		return model.Of(n.CompliantNetwork), "the compliant network"
	case exists == model.False && oIsGUID(id):
		return model.False, "location " + id + " does not exist any more"
	}
	return model.Unknown, "location " + id + " is not in the export"
}

// device judges the device filter and the deprecated device states.
func (o *oracle) device(p *Policy, c model.ConditionSet) oFinding {
	const path = "/conditions/devices"
	if c.DeviceStates.Null() != model.True && !c.DeviceStates.IsZero() {
		return oFinding{dimension: DimDevice, holds: model.Unknown, path: "/conditions/deviceStates",
			text: "the device state condition is deprecated and its effect not documented any more"}
	}
	return model.Fold(c.Devices,
		func() oFinding { return oMissing(DimDevice, path) },
		func() oFinding { return oFinding{dimension: DimDevice, holds: model.True} },
		func(d model.ConditionDevices) oFinding {
			for _, f := range []model.Field[[]string]{d.IncludeDevices, d.ExcludeDevices, d.IncludeDeviceStates, d.ExcludeDeviceStates} {
				if _, empty := oListOf(f); empty != model.True && !f.IsZero() {
					return oFinding{dimension: DimDevice, holds: model.Unknown, path: path,
						text: "the device state condition is deprecated and its effect not documented any more"}
				}
			}
			return model.Fold(d.DeviceFilter,
				func() oFinding { return oMissing(DimDevice, path+"/deviceFilter") },
				func() oFinding { return oFinding{dimension: DimDevice, holds: model.True} },
				func(f model.ConditionFilter) oFinding { return o.deviceFilter(p, f) })
		})
}

// deviceFilter: in mode include the policy applies to devices that match, in
// mode exclude to those that do not (rules 32, R25).
func (o *oracle) deviceFilter(p *Policy, f model.ConditionFilter) oFinding {
	const path = "/conditions/devices/deviceFilter"
	mode, _ := known(f.Mode)
	rule, _ := known(f.Rule)
	finding := oFinding{dimension: DimDevice, path: path + "/rule", value: rule}
	if p.Filter == nil {
		finding.text = "the device filter cannot be read"
		if p.FilterError != nil {
			finding.text += ": " + p.FilterError.Error()
		}
		return finding
	}
	matches := o.filterMatches(p.Filter)
	switch mode {
	case "include":
		finding.holds = matches
		finding.text = "the device does not match the filter"
	case "exclude":
		finding.holds = matches.Not()
		finding.text = "the device matches the filter, which excludes it"
	default:
		finding.path, finding.value = path+"/mode", mode
		finding.text = "the device filter's mode is not known"
	}
	if finding.holds == model.Unknown && mode != "" {
		finding.text = "whether the device matches the filter is not known"
		if o.external() != model.False {
			finding.text = "what the device filter sees of a device of somebody from another tenant is not known"
		}
	}
	if p.FilterSpoofable == model.True {
		finding.text += "; the filter rests on values that the user of any registered device can set"
	}
	return finding
}

// filterMatches evaluates the filter for the device that Entra ID sees: none
// behind a legacy client. In the device code flow the device that asks shows
// nothing, and which of the two devices the filter reads is not documented.
func (o *oracle) filterMatches(f *Filter) model.Truth {
	shown, hidden := f.Matches(o.s.Device), f.Matches(Device{})
	if o.external() != model.False {
		shown = o.foreignMatches(f, shown, hidden)
	}
	switch o.legacy() {
	case model.True:
		return hidden
	case model.Unknown:
		return agree(shown, hidden)
	}
	if o.inFlow(FlowDeviceCode) != model.False {
		return agree(shown, hidden)
	}
	return shown
}

// foreignMatches evaluates the filter for somebody whose home may be another tenant.
// Where the device claims of that tenant are trusted, the filter reads what its
// administrators wrote into its device; where they are not, whether a device of this
// tenant is seen at all is not documented.
// Source: learn.microsoft.com/entra/external-id/authentication-conditional-access#device-filters.
func (o *oracle) foreignMatches(f *Filter, own, none model.Truth) model.Truth {
	trust := o.in.trust.of(o.s.Subject.HomeTenant)
	if !o.s.Device.Registered || model.Or(trust.Compliant, trust.Hybrid) == model.False {
		return agree(own, none)
	}
	foreign := o.s.Device
	foreign.Managed, foreign.Attributes = true, map[Attribute]FilterValue{}
	for _, c := range f.Comparisons() {
		switch {
		case c.Attribute == AttrCompliant && !foreign.Compliant, c.Attribute == AttrTrustType && !foreign.Hybrid: // as its state says
		default:
			foreign.Attributes[c.Attribute] = AnyValue()
		}
	}
	return agree(agree(own, none), f.Matches(foreign))
}

// risk judges a risk level: a policy for some levels does nothing to a sign-in
// on another, and without the licence nothing at all (rule 29).
func (o *oracle) risk(dimension Dimension, path string, f model.Field[[]string], level string, licensed model.Truth) oFinding {
	list, empty := oListOf(f)
	switch empty {
	case model.True:
		return oFinding{dimension: dimension, holds: model.True}
	case model.Unknown:
		return oMissing(dimension, path)
	}
	m := oAnyOf(list, path, oRiskIs(level))
	finding := oFinding{dimension, m.truth, fmt.Sprintf("risk is %q: %s", level, m.text), m.path, m.value}
	if m.truth != model.False && licensed != model.True {
		finding.holds = model.And(m.truth, licensed)
		finding.text = "risk is evaluated only with Entra ID P2, which the tenant does not have"
		if licensed == model.Unknown {
			finding.text = "risk is evaluated only with Entra ID P2, and the export does not say whether the tenant has it"
		}
	}
	return finding
}

func oRiskIs(level string) func(string) (model.Truth, string) {
	return func(entry string) (model.Truth, string) {
		switch {
		case level == "":
			return model.Unknown, "the risk is not told"
		case entry == level:
			return model.True, ""
		case oOneOf(entry, RiskNone, RiskLow, RiskMedium, RiskHigh, InsiderMinor, InsiderModerate, InsiderElevated):
			return model.False, ""
		}
		return model.Unknown, fmt.Sprintf("risk level %q is not known", entry)
	}
}

func (o *oracle) insiderRisk(c model.ConditionSet) oFinding {
	const path = "/conditions/insiderRiskLevels"
	return model.Fold(c.InsiderRiskLevels,
		func() oFinding { return oMissing(DimInsiderRisk, path) },
		func() oFinding { return oFinding{dimension: DimInsiderRisk, holds: model.True} },
		func(levels model.FlagSet) oFinding {
			return o.risk(DimInsiderRisk, path, model.Value([]string(levels)), o.s.InsiderRisk, model.True)
		})
}

// workloadRisk judges a service principal's risk, which people do not have.
func (o *oracle) workloadRisk(c model.ConditionSet) oFinding {
	if o.s.Subject.Kind.In(Workload) == model.False {
		return oFinding{dimension: DimWorkloadRisk, holds: model.True}
	}
	return o.risk(DimWorkloadRisk, "/conditions/servicePrincipalRiskLevels", c.ServicePrincipalRiskLevels,
		o.s.WorkloadRisk, model.True)
}

// flow judges the authentication flow.
func (o *oracle) flow(c model.ConditionSet) oFinding {
	const path = "/conditions/authenticationFlows"
	missing := func() oFinding { return oMissing(DimFlow, path) }
	none := func() oFinding { return oFinding{dimension: DimFlow, holds: model.True} }
	return model.Fold(c.AuthenticationFlows, missing, none, func(a model.ConditionAuthenticationFlows) oFinding {
		return model.Fold(a.TransferMethods, missing, none, func(methods model.FlagSet) oFinding {
			chosen := slices.DeleteFunc(slices.Clone(methods), func(m string) bool { return m == FlowNone })
			if len(chosen) == 0 {
				return none()
			}
			m := oAnyOf(chosen, path+"/transferMethods", o.isFlow)
			return oFinding{DimFlow, m.truth, fmt.Sprintf("authentication flow %q: %s", o.s.Flow, m.text),
				path + "/transferMethods", strings.Join(methods, ",")}
		})
	})
}

func (o *oracle) isFlow(entry string) (model.Truth, string) {
	switch {
	case !oOneOf(entry, FlowDeviceCode, FlowTransfer):
		return model.Unknown, fmt.Sprintf("flow %q is not known", entry)
	case o.s.Flow == "":
		return model.Unknown, "the flow is not told"
	}
	return model.Of(entry == o.s.Flow), ""
}

// otherConditions: a condition that only Graph beta knows makes the scope of the
// policy unknown.
func (o *oracle) otherConditions(c model.ConditionSet) oFinding {
	agentRisk, _ := known(c.AgentIDRiskLevels)
	noAgentRisk := c.AgentIDRiskLevels.Exported() && len(agentRisk) == 0
	for _, other := range []struct {
		name    string
		present bool
	}{
		{"times", oPresent(c.Times)},
		{"agents", oPresent(c.Agents)},
		{"agentContext", oPresent(c.AgentContext)},
		{"agentIdRiskLevels", oPresent(c.AgentIDRiskLevels) && !noAgentRisk},
		{"clients", oPresent(c.Clients)},
	} {
		if other.present {
			return oFinding{dimension: DimOther, holds: model.Unknown, path: "/conditions/" + other.name,
				text: "condition " + other.name + " is not known"}
		}
	}
	return oFinding{dimension: DimOther, holds: model.True}
}

// oPresent reports whether the export holds something other than null.
func oPresent[T any](f model.Field[T]) bool { return !f.IsZero() && f.Null() != model.True }

// oListOf reads a list. It is empty where it is null or has no entry, and
// whether it is empty is Unknown where it cannot be read.
func oListOf(f model.Field[[]string]) (list []string, empty model.Truth) {
	list, _ = known(f)
	return list, model.Or(f.Null(), f.Is(func(l []string) bool { return len(l) == 0 }))
}

func oOneOf(s string, known ...string) bool {
	return slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, s) })
}

// oIsGUID reports whether s has the form of an object id. Anything else in a
// list of ids is a word that we may not know.
func oIsGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		hyphen := i == 8 || i == 13 || i == 18 || i == 23
		hex := c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
		if hyphen != (c == '-') || !hyphen && !hex {
			return false
		}
	}
	return true
}
