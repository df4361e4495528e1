package access

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// Obligation is one thing that a demand can ask for. The vocabulary is closed
// but for [OtherControl].
type Obligation string

// The obligations, weakest of a kind first. [PhishingResistantMFA] satisfies
// [MFA], and both satisfy [Password].
const (
	Password             Obligation = "password"
	MFA                  Obligation = "mfa"
	PhishingResistantMFA Obligation = "phishingResistantMfa"
	CompliantDevice      Obligation = "compliantDevice"
	HybridJoinedDevice   Obligation = "hybridJoinedDevice"
	PAW                  Obligation = "paw"
	TrustedNetwork       Obligation = "trustedNetwork"
	CompliantNetwork     Obligation = "compliantNetwork"
	Approval             Obligation = "approval"
	PasswordChange       Obligation = "passwordChange"
	TermsOfUse           Obligation = "termsOfUse"
	ManagedApp           Obligation = "managedApp"
	FreshSignIn          Obligation = "freshSignIn"
	BoundToken           Obligation = "boundToken"
)

const otherPrefix = "other:"

// OtherControl is the obligation of a control that we cannot see into.
func OtherControl(control string) Obligation { return Obligation(otherPrefix + control) }

// Other reports whether o is an [OtherControl].
func (o Obligation) Other() bool { return strings.HasPrefix(string(o), otherPrefix) }

// Satisfies reports whether holding o meets a demand for wanted: every
// obligation meets itself, a phishing-resistant method is also a second factor,
// and both are also a first factor.
func (o Obligation) Satisfies(wanted Obligation) bool {
	if o == wanted {
		return true
	}
	switch wanted {
	case Password:
		return o == MFA || o == PhishingResistantMFA
	case MFA:
		return o == PhishingResistantMFA
	}
	return false
}

// SubjectKind says what kind of principal signs in. It is a set: more than one
// bit means that the data does not decide between them, and the zero value that
// nothing is known.
type SubjectKind uint16

// The kinds. The six kinds of guests and external users are Graph's
// conditionalAccessGuestOrExternalUserTypes.
const (
	Member SubjectKind = 1 << iota
	InternalGuest
	B2BCollaborationGuest
	B2BCollaborationMember
	B2BDirectConnectUser
	OtherExternalUser
	ServiceProvider
	ServicePrincipal
	ManagedIdentity

	// External is every kind whose home is another tenant.
	External = B2BCollaborationGuest | B2BCollaborationMember | B2BDirectConnectUser | OtherExternalUser | ServiceProvider
	// Guests is every kind that "guests or external users" can mean.
	Guests = InternalGuest | External
	// Workload is every kind that is not a person.
	Workload = ServicePrincipal | ManagedIdentity

	anyKind = Member | Guests | Workload
)

// In reports whether the subject's kind is one of kinds: Unknown where only some
// of the possible kinds are.
func (k SubjectKind) In(kinds SubjectKind) model.Truth {
	if k == 0 {
		k = anyKind
	}
	switch k & kinds {
	case 0:
		return model.False
	case k:
		return model.True
	}
	return model.Unknown
}

// Subject is who signs in, as Conditional Access sees them at that moment.
type Subject struct {
	// ID is the object id in this tenant; empty for a person without one.
	ID   string
	Kind SubjectKind
	// HomeTenant is the tenant id of an external subject; empty is not known.
	HomeTenant string
	// InGroup answers transitive membership; nil answers Unknown.
	InGroup func(groupID string) model.Truth
	// Roles are the template ids of built-in roles that are active tenant-wide:
	// what role targeting can see. An eligible role that is not activated, a
	// custom role, and a role scoped to an administrative unit or object do not
	// belong here.
	Roles []string
	// MaybeRoles are roles of which the data does not say whether they are
	// active and visible to role targeting.
	MaybeRoles []string
	// RolesUnknown means that there may be more roles than those listed.
	RolesUnknown bool
	// OwnTenantApp says of a service principal that it is a single-tenant
	// application registered in this tenant: the only ones that workload
	// policies reach.
	OwnTenantApp model.Truth
}

// Device is the device that signs in. The zero value has no device identity.
// Compliant, Hybrid, Managed and PAW need Registered.
type Device struct {
	Registered bool
	Compliant  bool
	Hybrid     bool
	// Managed by Intune, compliant or not.
	Managed bool
	PAW     bool
	// Attributes are the values that device filters read, by [Attribute].
	// isCompliant and trustType follow from the flags above where they are not
	// given. An attribute that is not given is absent.
	Attributes map[Attribute]FilterValue
}

// Network is where a sign-in comes from, as Entra ID sees it.
type Network struct {
	// IP decides the IP locations where it is valid.
	IP netip.Addr
	// Locations are the ids of the IP locations that hold the address; read only
	// where IP is not valid. The zero value is an address that no IP location holds.
	Locations []string
	// MFATrusted: the address is one of the multifactor service's trusted IPs,
	// which count as AllTrusted and are not in Graph.
	MFATrusted bool
	// Country is the ISO code that the address maps to, [NoCountry] for an
	// address that maps to none, and empty where we are not told.
	Country string
	// GPSCountry is the same for the Authenticator's position.
	GPSCountry string
	// CompliantNetwork: through Global Secure Access of this tenant.
	CompliantNetwork bool
}

// NoCountry is the country of an address that maps to no country.
const NoCountry = "none"

// The client apps.
const (
	ClientBrowser      = "browser"
	ClientModern       = "mobileAppsAndDesktopClients"
	ClientActiveSync   = "exchangeActiveSync"
	ClientOther        = "other"
	PlatformAndroid    = "android"
	PlatformIOS        = "iOS"
	PlatformWindows    = "windows"
	PlatformPhone      = "windowsPhone"
	PlatformMacOS      = "macOS"
	PlatformLinux      = "linux"
	PlatformUnknown    = "unknown" // no user agent that Entra ID recognises
	FlowNone           = "none"
	FlowDeviceCode     = "deviceCodeFlow"
	FlowTransfer       = "authenticationTransfer"
	RiskNone           = "none"
	RiskLow            = "low"
	RiskMedium         = "medium"
	RiskHigh           = "high"
	InsiderMinor       = "minor"
	InsiderModerate    = "moderate"
	InsiderElevated    = "elevated"
	ActionSecurityInfo = "urn:user:registersecurityinfo"
	ActionDevice       = "urn:user:registerdevice"
)

// Audiences that matter for directory roles. Source of the ids:
// learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-cloud-apps
// and …/authentication/concept-mandatory-multifactor-authentication.
const (
	ResourceGraph           = "00000003-0000-0000-c000-000000000000" // Microsoft Graph
	ResourceDirectory       = "00000002-0000-0000-c000-000000000000" // Windows Azure Active Directory
	ResourceAzureManagement = "797f4846-ba00-4fd7-ba43-dac1f8f63013" // Windows Azure Service Management API
	ResourceAzurePortal     = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c" // Azure portal, Entra and Intune admin centres
	ResourceM365Admin       = "00000006-0000-0ff1-ce00-000000000000" // Microsoft 365 admin centre
	ResourceExchange        = "00000002-0000-0ff1-ce00-000000000000" // Office 365 Exchange Online
	ResourceSharePoint      = "00000003-0000-0ff1-ce00-000000000000" // Office 365 SharePoint Online
	ResourceIntune          = "0000000a-0000-0000-c000-000000000000" // Microsoft Intune

	// GroupPortals and GroupOffice365 are resource groups that policies name. As a
	// resource of a sign-in they mean "some member that no policy names by itself".
	GroupPortals   = "MicrosoftAdminPortals"
	GroupOffice365 = "Office365"
	// ResourceOther is an application that no policy names and that belongs to
	// no resource group.
	ResourceOther = "other"
)

// SignIn is one concrete sign-in. An empty string in a dimension means "not
// told" and makes every policy that looks at that dimension unknown; the
// explicit values for "nothing special" are [FlowNone] and [RiskNone].
type SignIn struct {
	Subject Subject
	Device  Device
	Network Network
	// Resources are the audiences of the tokens that are asked for: application
	// ids, a resource group, or [ResourceOther]. A policy for any of them applies.
	Resources []string
	// UserAction and AuthenticationContext are asked for besides the resources.
	UserAction            string
	AuthenticationContext string
	// BaselineScopesOnly: only the low-privilege scopes are asked for which Entra
	// ID used to leave out of "All resources" policies that have an exclusion.
	BaselineScopesOnly bool
	ClientApp          string
	Platform           string
	Flow               string
	SignInRisk         string
	UserRisk           string
	InsiderRisk        string
	// WorkloadRisk is the service principal's risk.
	WorkloadRisk string
}

// Clause is a disjunction: any one of its obligations meets it. The obligations
// are sorted, and only those are listed that this sign-in could meet: a
// compliant device is not an alternative on a device that is not compliant.
type Clause struct {
	AnyOf []Obligation
	// Source is the id of the policy that asks, or one of the Source constants.
	Source string
}

// Sources of a clause or a block that are not policies of the tenant.
const (
	SourceFirstFactor      = "microsoft:firstFactor"
	SourceSecurityDefaults = "microsoft:securityDefaults"
	SourceMandatoryMFA     = "microsoft:mandatoryMfa"
	SourcePIM              = "microsoft:pim"
	SourceUnseenPolicies   = "privpath:policiesNotCollected"
)

// MetBy reports whether an obligation that is held meets the clause.
func (c Clause) MetBy(held []Obligation) bool {
	return slices.ContainsFunc(c.AnyOf, func(wanted Obligation) bool {
		return slices.ContainsFunc(held, func(o Obligation) bool { return o.Satisfies(wanted) })
	})
}

// Demand is what a sign-in must meet: every clause, and no block.
type Demand struct {
	// BlockedBy are the sources that make the sign-in impossible: a block, or a
	// grant of which no alternative can be met.
	BlockedBy []string
	Clauses   []Clause
}

// Blocked reports whether nothing can meet the demand.
func (d Demand) Blocked() bool { return len(d.BlockedBy) > 0 }

// MetBy reports whether what is held meets the demand.
func (d Demand) MetBy(held []Obligation) bool {
	if d.Blocked() {
		return false
	}
	for _, c := range d.Clauses {
		if !c.MetBy(held) {
			return false
		}
	}
	return true
}

// Outcome is the answer to a sign-in.
type Outcome string

// The outcomes.
const (
	// Granted: access is given to whoever meets the demand.
	Granted Outcome = "granted"
	// Blocked: nothing that the subject could present gives access.
	Blocked Outcome = "blocked"
	// Undecided: the data does not say which of the two.
	Undecided Outcome = "unknown"
)

// Decision is the verdict on one sign-in.
type Decision struct {
	Outcome Outcome
	// Must is the demand if everything undecided does not apply: the least that
	// is asked. May is the demand if all of it applies. Where nothing is
	// undecided they are equal.
	Must, May Demand
	// Policies has one line for every policy of the tenant, in the order of the
	// export.
	Policies []PolicyResult
	// Notes are facts about the decision that are not a policy's.
	Notes []string
}

// Verdict answers whether what is held gets in.
func (d Decision) Verdict(held []Obligation) model.Truth {
	must, may := d.Must.MetBy(held), d.May.MetBy(held)
	if must == may {
		return model.Of(must)
	}
	return model.Unknown
}

// Result is what a policy did to a sign-in.
type Result string

// The results.
const (
	ResultBlocks     Result = "blocks"     // applies and cannot be met
	ResultDemands    Result = "demands"    // applies and asks for something
	ResultNoDemand   Result = "noDemand"   // applies and asks for nothing
	ResultNotApplied Result = "notApplied" // its assignments or conditions do not match
	ResultReportOnly Result = "reportOnly" // matches, but is not enforced
	ResultDisabled   Result = "disabled"   // matches, but is off
	ResultInert      Result = "inert"      // matches and is on, but is not in force
	ResultUnknown    Result = "unknown"    // the data does not say whether it applies, or what it asks
)

// PolicyResult explains one policy.
type PolicyResult struct {
	ID, Name, State string
	// Applies says whether all assignments and conditions match, whatever the
	// state; Enforced also asks that the policy is on and in force.
	Applies, Enforced model.Truth
	// Reasons lists every dimension that fails or is undecided, and for a policy
	// that applies why it does not bind, if it does not.
	Reasons []Reason
	Result  Result
	// Must and May are this policy's own demand.
	Must, May Demand
}

// Reason is one dimension's part in a policy's result.
type Reason struct {
	Dimension Dimension
	// Holds is False where the dimension keeps the policy from applying and
	// Unknown where it is undecided.
	Holds model.Truth
	Text  string
	// Evidence points at the property that decides.
	Evidence model.Evidence
}

// Dimension names a part of a policy.
type Dimension string

// The dimensions.
const (
	DimState        Dimension = "state"
	DimUsers        Dimension = "users"
	DimWorkloads    Dimension = "workloadIdentities"
	DimResources    Dimension = "resources"
	DimClientApp    Dimension = "clientApp"
	DimPlatform     Dimension = "platform"
	DimLocation     Dimension = "location"
	DimDevice       Dimension = "device"
	DimSignInRisk   Dimension = "signInRisk"
	DimUserRisk     Dimension = "userRisk"
	DimInsiderRisk  Dimension = "insiderRisk"
	DimWorkloadRisk Dimension = "workloadRisk"
	DimFlow         Dimension = "flow"
	DimOther        Dimension = "other" // a condition that we do not know
	DimGrant        Dimension = "grant"
	DimSession      Dimension = "session"
)

// sortClauses puts clauses into a fixed order without repetitions.
func sortClauses(clauses []Clause) []Clause {
	sorting.Stable(clauses, func(a, b Clause) int {
		return cmp.Or(slices.Compare(a.AnyOf, b.AnyOf), cmp.Compare(a.Source, b.Source))
	})
	return slices.CompactFunc(clauses, func(a, b Clause) bool {
		return a.Source == b.Source && slices.Equal(a.AnyOf, b.AnyOf)
	})
}

// sortedSet sorts list and removes repetitions, in place.
func sortedSet[T cmp.Ordered](list []T) []T {
	slices.Sort(list)
	return slices.Compact(list)
}
