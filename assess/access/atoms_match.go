package access

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/privpath/privpath/model"
)

// This file is the engine's own reading of a policy's conditions: one question
// per dimension and value, in three values. It shares the parsers with the
// oracle, and no matching.

// anyOf asks a question of the entries of a list that may be null: Unknown when
// the list was not exported.
func anyOf(f model.Field[[]string], question func(string) model.Truth) model.Truth {
	return model.Fold(f,
		func() model.Truth { return model.Unknown },
		func() model.Truth { return model.False },
		func(entries []string) model.Truth {
			found := model.False
			for _, e := range entries {
				found = model.Or(found, question(e))
			}
			return found
		})
}

// sizeOf says whether a list has entries.
func hasEntries(f model.Field[[]string]) model.Truth {
	return f.Is(func(entries []string) bool { return len(entries) > 0 })
}

// scoped is include without exclude. A condition that includes nothing and
// excludes nothing is no condition; one that only excludes is not a form that
// Graph writes, so what it includes is Unknown.
func scoped(include, exclude model.Field[[]string], question func(string) model.Truth) model.Truth {
	in, out := anyOf(include, question), anyOf(exclude, question)
	if hasEntries(include) == model.False {
		in = model.Unknown
		if hasEntries(exclude) == model.False {
			return model.True
		}
	}
	return model.And(in, out.Not())
}

// optional asks a question of a condition: True where it is null, Unknown where
// it was not exported.
func optional[T any](f model.Field[T], question func(T) model.Truth) model.Truth {
	return model.Fold(f,
		func() model.Truth { return model.Unknown },
		func() model.Truth { return model.True },
		question)
}

// required is like optional for an assignment that every policy has.
func required[T any](f model.Field[T], question func(T) model.Truth) model.Truth {
	return model.Fold(f,
		func() model.Truth { return model.Unknown },
		func() model.Truth { return model.Unknown },
		question)
}

func present[T any](f model.Field[T]) bool {
	return model.Fold(f,
		func() bool { return !f.IsZero() },
		func() bool { return false },
		func(T) bool { return true })
}

// usersMatch asks whether the policy is for the subject, a person.
func usersMatch(c model.ConditionSet, s Subject) model.Truth {
	return required(c.Users, func(u model.ConditionUsers) model.Truth {
		in := model.Or(
			anyOf(u.IncludeUsers, func(e string) model.Truth { return userEntry(e, s) }),
			anyOf(u.IncludeGroups, func(e string) model.Truth { return groupEntry(e, s) }),
			anyOf(u.IncludeRoles, func(e string) model.Truth { return roleEntry(e, s) }),
			guestEntry(u.IncludeGuestsOrExternalUsers, s))
		out := model.Or(
			anyOf(u.ExcludeUsers, func(e string) model.Truth { return userEntry(e, s) }),
			anyOf(u.ExcludeGroups, func(e string) model.Truth { return groupEntry(e, s) }),
			anyOf(u.ExcludeRoles, func(e string) model.Truth { return roleEntry(e, s) }),
			guestEntry(u.ExcludeGuestsOrExternalUsers, s))
		return model.And(in, out.Not())
	})
}

func userEntry(entry string, s Subject) model.Truth {
	switch {
	case entry == "All":
		return model.True
	case entry == "None":
		return model.False
	case entry == "GuestsOrExternalUsers":
		return s.Kind.In(Guests)
	case s.ID != "" && model.SameID(entry, s.ID):
		return model.True
	case len(entry) != 36 || strings.Count(entry, "-") != 4:
		return model.Unknown // a word that we do not know
	}
	return model.Of(false)
}

func groupEntry(group string, s Subject) model.Truth {
	if s.InGroup == nil {
		return model.Unknown
	}
	return s.InGroup(group)
}

func roleEntry(role string, s Subject) model.Truth {
	same := func(other string) bool { return model.SameID(role, other) }
	switch {
	case slices.ContainsFunc(s.Roles, same):
		return model.True
	case s.RolesUnknown || slices.ContainsFunc(s.MaybeRoles, same):
		return model.Unknown
	}
	return model.False
}

func guestEntry(f model.Field[model.ExternalUsers], s Subject) model.Truth {
	if f.Null() == model.True {
		return model.False
	}
	return required(f, func(e model.ExternalUsers) model.Truth {
		if e.GuestOrExternalUserTypes.Null() == model.True {
			return model.False
		}
		kind := required(e.GuestOrExternalUserTypes, func(types model.FlagSet) model.Truth {
			found := model.False
			for _, t := range types {
				switch t {
				case "none":
				case "internalGuest":
					found = model.Or(found, s.Kind.In(InternalGuest))
				case "b2bCollaborationGuest":
					found = model.Or(found, s.Kind.In(B2BCollaborationGuest))
				case "b2bCollaborationMember":
					found = model.Or(found, s.Kind.In(B2BCollaborationMember))
				case "b2bDirectConnectUser":
					found = model.Or(found, s.Kind.In(B2BDirectConnectUser))
				case "otherExternalUser":
					found = model.Or(found, s.Kind.In(OtherExternalUser))
				case "serviceProvider":
					found = model.Or(found, s.Kind.In(ServiceProvider))
				default:
					found = model.Or(found, model.And(model.Unknown, s.Kind.In(Guests)))
				}
			}
			// One of several kinds that are all listed is still among them.
			return model.Or(found, s.Kind.In(guestKinds(types)))
		})
		return model.And(kind, optional(e.ExternalTenants, func(t model.ExternalTenants) model.Truth {
			return required(t.MembershipKind, func(k string) model.Truth {
				switch k {
				case "all":
					return model.True
				case "enumerated":
					if s.HomeTenant == "" || s.Kind.In(InternalGuest) != model.False {
						return anyOf(t.Members, func(string) model.Truth { return model.Unknown })
					}
					return anyOf(t.Members, func(id string) model.Truth { return model.Of(model.SameID(id, s.HomeTenant)) })
				}
				return model.Unknown
			})
		}))
	})
}

func guestKinds(types model.FlagSet) SubjectKind {
	var kinds SubjectKind
	for i, name := range []string{"internalGuest", "b2bCollaborationGuest", "b2bCollaborationMember",
		"b2bDirectConnectUser", "otherExternalUser", "serviceProvider"} {
		if slices.Contains(types, name) {
			kinds |= InternalGuest << i
		}
	}
	return kinds
}

// target is what a sign-in asks for: one audience, and besides it perhaps a user
// action or an authentication context.
type target struct{ audience, action, context string }

// targetMatch asks whether the policy is for what is asked for.
func (e *Engine) targetMatch(c model.ConditionSet, t target) model.Truth {
	return required(c.Applications, func(a model.ConditionApplications) model.Truth {
		found := model.False
		if t.audience != "" {
			found = e.audienceMatch(a, t.audience)
		}
		if t.action != "" {
			found = model.Or(found, actionMatch(a, t.action))
		}
		if t.context != "" {
			found = model.Or(found, anyOf(a.IncludeAuthenticationContextClassReferences, func(entry string) model.Truth {
				return model.Of(strings.EqualFold(entry, t.context))
			}))
		}
		if present(a.NetworkAccess) || present(a.GlobalSecureAccess) {
			found = model.Or(found, model.Unknown)
		}
		return found
	})
}

func (e *Engine) audienceMatch(a model.ConditionApplications, audience string) model.Truth {
	in := anyOf(a.IncludeApplications, func(entry string) model.Truth { return e.covers(entry, audience) })
	out := anyOf(a.ExcludeApplications, func(entry string) model.Truth {
		covered := e.covers(entry, audience)
		if covered == model.True && looksLikeID(entry) && !model.SameID(entry, audience) {
			// That a policy for a service reaches its parts is documented, that an
			// exclusion of it lets them out is not.
			return model.Unknown
		}
		return covered
	})
	if a.ApplicationFilter.Null() != model.True {
		mode := model.Fold(a.ApplicationFilter, func() string { return "" }, func() string { return "" },
			func(f model.ConditionFilter) string { return textOr(f.Mode, "") })
		// The filter reads custom security attributes, which are not exported.
		if mode != "exclude" {
			in = model.Or(in, model.Unknown)
		}
		if mode != "include" {
			out = model.Or(out, model.Unknown)
		}
	}
	return model.And(in, out.Not())
}

func looksLikeID(s string) bool { return len(s) == 36 && strings.Count(s, "-") == 4 }

// covers asks whether an entry of a policy's resources reaches an audience. The
// table is that of the documented planes of administration; see access rules 19
// to 25 and learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-cloud-apps.
func (e *Engine) covers(entry, audience string) model.Truth {
	switch {
	case entry == "All" || model.SameID(entry, audience):
		return model.True
	case entry == "None":
		return model.False
	}
	plane, isPlane := planes[model.FoldID(audience)]
	switch {
	case entry == GroupPortals:
		return e.groupHolds(plane.portal, isPlane, audience)
	case entry == GroupOffice365:
		return e.groupHolds(plane.office, isPlane, audience)
	case !looksLikeID(entry):
		return model.Unknown
	case model.SameID(entry, ResourceAzureManagement):
		return cmpOrFalse(plane.management)
	case model.SameID(entry, ResourceDirectory):
		return model.Of(plane.directory)
	}
	return model.False
}

// groupHolds asks whether a resource group holds an audience. Microsoft names
// the members of its groups without ids, so an application of Microsoft's that
// we do not place may be one.
func (e *Engine) groupHolds(member, placed bool, audience string) model.Truth {
	if placed {
		return model.Of(member)
	}
	owner, known := e.in.appOwners[model.FoldID(audience)]
	if known && owner != "f8cdef31-a31e-4b4a-93e4-5f571e91255a" && owner != "72f988bf-86f1-41af-91ab-2d7cd011db47" {
		return model.False
	}
	return model.Unknown
}

// plane says which entries of policies reach an audience besides its own id.
type plane struct {
	portal, office, directory bool
	// management is the reach of a policy for Azure Service Management; the
	// pointer tells "not" from "perhaps".
	management *model.Truth
}

func cmpOrFalse(t *model.Truth) model.Truth {
	if t == nil {
		return model.False
	}
	return *t
}

func truthOf(t model.Truth) *model.Truth { return &t }

var planes = map[string]plane{
	ResourceAzurePortal:          {portal: true, management: truthOf(model.True)},
	ResourceM365Admin:            {portal: true, office: true, management: truthOf(model.Unknown)},
	ResourceAzureManagement:      {},
	ResourceGraph:                {directory: true},
	ResourceDirectory:            {},
	ResourceExchange:             {office: true},
	ResourceSharePoint:           {office: true},
	ResourceIntune:               {},
	ResourceOther:                {},
	model.FoldID(GroupPortals):   {management: truthOf(model.Unknown)},
	model.FoldID(GroupOffice365): {},
}

// actionMatch asks whether a policy is for a user action. That a policy for all
// resources reaches the registration of security information is documented (What
// If, example 3), that it reaches device registration is not.
func actionMatch(a model.ConditionApplications, action string) model.Truth {
	named := anyOf(a.IncludeUserActions, func(entry string) model.Truth {
		if strings.EqualFold(entry, action) {
			return model.True
		}
		if strings.EqualFold(entry, ActionDevice) || strings.EqualFold(entry, ActionSecurityInfo) {
			return model.False
		}
		return model.Unknown
	})
	return model.Or(named, anyOf(a.IncludeApplications, func(entry string) model.Truth {
		switch {
		case entry != "All":
			return model.False
		case strings.EqualFold(action, ActionDevice):
			return model.Unknown
		}
		return model.Of(strings.EqualFold(action, ActionSecurityInfo))
	}))
}

// clientMatch asks whether the policy is for a client app on a platform; only
// easSupported makes it depend on the platform.
func clientMatch(c model.ConditionSet, client, platform string) model.Truth {
	switch hasEntries(c.ClientAppTypes) {
	case model.False:
		return model.True
	case model.Unknown:
		return model.Unknown
	}
	return anyOf(c.ClientAppTypes, func(entry string) model.Truth {
		switch strings.ToLower(entry) {
		case "all":
			return model.True
		case "browser", "mobileappsanddesktopclients", "exchangeactivesync", "other":
			return model.Of(strings.EqualFold(entry, client))
		case "eassupported":
			if client != ClientActiveSync {
				return model.False
			}
			switch platform {
			case PlatformIOS, PlatformAndroid, PlatformWindows:
				return model.True
			case PlatformLinux, PlatformUnknown:
				return model.False
			}
		}
		return model.Unknown
	})
}

// platformMatch asks whether the policy is for a platform. "all" alone holds
// platforms that are not recognised.
func platformMatch(c model.ConditionSet, platform string) model.Truth {
	return optional(c.Platforms, func(p model.ConditionPlatforms) model.Truth {
		return scoped(p.IncludePlatforms, p.ExcludePlatforms, func(entry string) model.Truth {
			switch strings.ToLower(entry) {
			case "all":
				return model.True
			case "android", "ios", "windows", "windowsphone", "macos", "linux":
				return model.Of(strings.EqualFold(entry, platform))
			}
			return model.Unknown
		})
	})
}

// flowMatch asks whether the policy is for an authentication flow.
func flowMatch(c model.ConditionSet, flow string) model.Truth {
	return optional(c.AuthenticationFlows, func(a model.ConditionAuthenticationFlows) model.Truth {
		return optional(a.TransferMethods, func(methods model.FlagSet) model.Truth {
			found, some := model.False, false
			for _, m := range methods {
				switch m {
				case FlowNone:
					continue
				case FlowDeviceCode, FlowTransfer:
					found = model.Or(found, model.Of(m == flow))
				default:
					found = model.Or(found, model.Unknown)
				}
				some = true
			}
			if !some {
				return model.True
			}
			return found
		})
	})
}

// networkMatch asks whether the policy is for a network.
func (e *Engine) networkMatch(c model.ConditionSet, n Network) model.Truth {
	return optional(c.Locations, func(l model.ConditionLocations) model.Truth {
		return scoped(l.IncludeLocations, l.ExcludeLocations, func(id string) model.Truth { return e.inLocation(id, n) })
	})
}

func (e *Engine) inLocation(id string, n Network) model.Truth {
	switch {
	case id == LocationAll:
		return model.True
	case id == LocationAllTrusted:
		return e.inTrusted(n)
	case model.SameID(id, LocationMFATrusted):
		return model.Of(n.MFATrusted)
	}
	for _, loc := range e.in.Locations.list {
		if model.SameID(loc.ID, id) {
			return locationHolds(loc, n)
		}
	}
	switch {
	case model.SameID(id, LocationCompliantNetwork):
		return model.Of(n.CompliantNetwork)
	case e.in.Locations.read.State == model.Complete && looksLikeID(id):
		return model.False // deleted
	}
	return model.Unknown
}

// inTrusted asks whether a network counts as a trusted location.
func (e *Engine) inTrusted(n Network) model.Truth {
	found := model.Of(n.MFATrusted)
	if e.in.Locations.read.State != model.Complete {
		found = model.Or(found, model.Unknown)
	}
	for _, loc := range e.in.Locations.list {
		found = model.Or(found, model.And(loc.Trusted, locationHolds(loc, n)))
	}
	return found
}

func locationHolds(loc *Location, n Network) model.Truth {
	switch loc.Kind {
	case LocationNetwork:
		return model.Of(n.CompliantNetwork)
	case LocationIP:
		if rangesHold(loc.Ranges, n.IP) {
			return model.True
		}
		if loc.RangesUnreadable {
			return model.Unknown
		}
		return model.False
	case LocationCountry:
		switch loc.GPS {
		case model.True:
			return countryHolds(loc, n.GPSCountry)
		case model.False:
			return countryHolds(loc, n.Country)
		}
		if byIP := countryHolds(loc, n.Country); byIP == countryHolds(loc, n.GPSCountry) {
			return byIP
		}
	}
	return model.Unknown
}

func rangesHold(ranges []Range, ip netip.Addr) bool {
	for _, r := range ranges {
		if r.From.Is4() == ip.Is4() && !ip.Less(r.From) && !r.To.Less(ip) {
			return true
		}
	}
	return false
}

func countryHolds(loc *Location, country string) model.Truth {
	if country == NoCountry {
		return loc.IncludeUnknown
	}
	if loc.CountriesUnreadable {
		return model.Unknown
	}
	return model.Of(loc.Countries[country])
}

// deviceMatch asks whether the policy is for a device. The device is one that
// the client shows: a context with a client or flow that shows none has none.
func deviceMatch(p *Policy, c model.ConditionSet, d Device, seen sight) model.Truth {
	if present(c.DeviceStates) {
		return model.Unknown
	}
	return optional(c.Devices, func(devices model.ConditionDevices) model.Truth {
		for _, old := range []model.Field[[]string]{devices.IncludeDevices, devices.ExcludeDevices,
			devices.IncludeDeviceStates, devices.ExcludeDeviceStates} {
			if !old.IsZero() && model.Or(old.Null(), hasEntries(old).Not()) != model.True {
				return model.Unknown // deprecated, and its effect no longer documented
			}
		}
		return optional(devices.DeviceFilter, func(f model.ConditionFilter) model.Truth {
			if p.Filter == nil {
				return model.Unknown
			}
			switch textOr(f.Mode, "") {
			case "include":
				return seen.holds(p.Filter, d)
			case "exclude":
				return seen.holds(p.Filter, d).Not()
			}
			return model.Unknown
		})
	})
}

// sight is what a device filter sees of a subject's device.
type sight int

const (
	sightOwn     sight = iota // the device as this tenant knows it
	sightNone                 // that, or none: the subject's home may be another tenant, whose claims do not count
	sightForeign              // besides, what its home may have written into its device
)

// sightOf: the filter reads a foreign device where the cross-tenant settings trust
// what its tenant says of it.
// Source: learn.microsoft.com/entra/external-id/authentication-conditional-access#device-filters.
func sightOf(external model.Truth, t Claims) sight {
	switch {
	case external == model.False:
		return sightOwn
	case t.Compliant == model.False && t.Hybrid == model.False:
		return sightNone
	}
	return sightForeign
}

// holds evaluates a device filter for what it sees.
func (s sight) holds(f *Filter, d Device) model.Truth {
	truth := filterHolds(f, d)
	if s == sightOwn || !d.Registered {
		return truth
	}
	truth = agree(truth, filterHolds(f, Device{}))
	if s == sightForeign {
		truth = agree(truth, filterHolds(f, abroad(f, d)))
	}
	return truth
}

// abroad is a device with whatever its own tenant may have written into it, but for
// what follows from its state.
func abroad(f *Filter, d Device) Device {
	d.Managed, d.Attributes = true, map[Attribute]FilterValue{}
	for _, c := range f.Comparisons() {
		d.Attributes[c.Attribute] = AnyValue()
	}
	if !d.Compliant {
		d.Attributes[AttrCompliant] = OneOf(FilterValue{}, Flag(false))
	}
	if !d.Hybrid {
		d.Attributes[AttrTrustType] = OneOf(Text("AzureAD"), Text("Workplace"))
	}
	return d
}

// filterHolds evaluates a device filter: an absent attribute meets every
// negative comparison and no positive one; of an extension attribute on a device
// that is not managed in any way the documentation leaves the negative ones open.
func filterHolds(f *Filter, d Device) model.Truth {
	switch f.Kind {
	case FilterNot:
		return filterHolds(f.Parts[0], d).Not()
	case FilterAnd:
		all := model.True
		for _, part := range f.Parts {
			all = model.And(all, filterHolds(part, d))
		}
		return all
	case FilterOr:
		some := model.False
		for _, part := range f.Parts {
			some = model.Or(some, filterHolds(part, d))
		}
		return some
	}
	v := attributeOf(d, f.Attribute)
	if f.Attribute.Extension() && d.Registered && !d.Compliant && !d.Hybrid && !d.Managed {
		if f.Op.Negative() {
			return model.Unknown
		}
		v = FilterValue{}
	}
	return comparisonHolds(f, v)
}

// attributeOf reads an attribute; the device values of the engine give each
// attribute that some filter reads.
func attributeOf(d Device, a Attribute) FilterValue {
	if !d.Registered {
		return FilterValue{}
	}
	return d.Attributes[a]
}

func comparisonHolds(f *Filter, v FilterValue) model.Truth {
	if v.anyOne {
		return model.Unknown
	}
	if len(v.oneOf) > 0 {
		first := comparisonHolds(f, v.oneOf[0])
		for _, other := range v.oneOf[1:] {
			if comparisonHolds(f, other) != first {
				return model.Unknown
			}
		}
		return first
	}
	holds := false
	if f.Null {
		holds = v.kind == valueAbsent
	} else {
		for _, text := range v.texts {
			for _, value := range f.Values {
				holds = holds || textMeets(strings.ToLower(text), f.Op, strings.ToLower(value), v.kind == valueList)
			}
		}
	}
	return model.Of(holds != f.Op.Negative())
}

func textMeets(text string, op FilterOp, value string, item bool) bool {
	switch op {
	case OpStartsWith, OpNotStartsWith:
		return strings.HasPrefix(text, value)
	case OpEndsWith, OpNotEndsWith:
		return strings.HasSuffix(text, value)
	case OpContains, OpNotContains:
		if !item {
			return strings.Contains(text, value)
		}
	}
	return text == value
}

// quietMatch asks whether a policy is for a sign-in of the engine's risk, which
// is none unless [Engine.AtRisk] says otherwise, and whether no condition that we
// do not know limits it.
func (e *Engine) quietMatch(c model.ConditionSet) model.Truth {
	atRisk := func(list model.Field[[]string], at string, licensed model.Truth) model.Truth {
		switch hasEntries(list) {
		case model.False:
			return model.True
		case model.Unknown:
			return model.Unknown
		}
		return model.And(licensed, anyOf(list, func(level string) model.Truth {
			switch level {
			case RiskNone, RiskLow, RiskMedium, RiskHigh, InsiderMinor, InsiderModerate, InsiderElevated:
				return model.Of(level == at)
			}
			return model.Unknown
		}))
	}
	insider := optional(c.InsiderRiskLevels, func(levels model.FlagSet) model.Truth {
		return atRisk(model.Value([]string(levels)), RiskNone, model.True)
	})
	agentRisk := model.Or(c.AgentIDRiskLevels.Null(), c.AgentIDRiskLevels.Is(func(l model.FlagSet) bool { return len(l) == 0 }))
	strange := present(c.Times) || present(c.Agents) || present(c.AgentContext) || present(c.Clients) ||
		present(c.AgentIDRiskLevels) && agentRisk != model.True
	understood := model.True
	if strange {
		understood = model.Unknown
	}
	return model.And(atRisk(c.SignInRiskLevels, e.signInRisk, e.in.P2), atRisk(c.UserRiskLevels, e.userRisk, e.in.P2), insider, understood)
}
