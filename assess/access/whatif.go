package access

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// WhatIfRequest is the body of Graph's POST identity/conditionalAccess/evaluate,
// so that one request can be put to a live tenant and to us.
// Source: learn.microsoft.com/graph/api/conditionalaccessroot-evaluate.
type WhatIfRequest struct {
	SignInIdentity      WhatIfIdentity   `json:"signInIdentity"`
	SignInContext       WhatIfContext    `json:"signInContext"`
	SignInConditions    WhatIfConditions `json:"signInConditions"`
	AppliedPoliciesOnly bool             `json:"appliedPoliciesOnly,omitempty"`
}

// WhatIfIdentity is a userSignIn or a servicePrincipalSignIn.
type WhatIfIdentity struct {
	Type               string `json:"@odata.type,omitempty"`
	UserID             string `json:"userId,omitempty"`
	ExternalUserType   string `json:"externalUserType,omitempty"`
	ExternalTenantID   string `json:"externalTenantId,omitempty"`
	ServicePrincipalID string `json:"servicePrincipalId,omitempty"`
}

// WhatIfContext is an applicationContext, a userActionContext or an authContext.
type WhatIfContext struct {
	Type                       string   `json:"@odata.type,omitempty"`
	IncludeApplications        []string `json:"includeApplications,omitempty"`
	UserAction                 string   `json:"userAction,omitempty"`
	AuthenticationContextValue string   `json:"authenticationContextValue,omitempty"`
}

// WhatIfConditions are Graph's signInConditions. Risks and the flow are none
// where they are left out; whatever else is left out is not told.
type WhatIfConditions struct {
	Type                      string        `json:"@odata.type,omitempty"`
	DevicePlatform            string        `json:"devicePlatform,omitempty"`
	ClientAppType             string        `json:"clientAppType,omitempty"`
	SignInRiskLevel           string        `json:"signInRiskLevel,omitempty"`
	UserRiskLevel             string        `json:"userRiskLevel,omitempty"`
	ServicePrincipalRiskLevel string        `json:"servicePrincipalRiskLevel,omitempty"`
	InsiderRiskLevel          string        `json:"insiderRiskLevel,omitempty"`
	Country                   string        `json:"country,omitempty"`
	IPAddress                 string        `json:"ipAddress,omitempty"`
	AuthenticationFlow        *WhatIfFlow   `json:"authenticationFlow,omitempty"`
	DeviceInfo                *WhatIfDevice `json:"deviceInfo,omitempty"`
}

// WhatIfFlow is Graph's authenticationFlow.
type WhatIfFlow struct {
	Type           string `json:"@odata.type,omitempty"`
	TransferMethod string `json:"transferMethod"`
}

// WhatIfDevice is Graph's deviceInfo. Left out altogether, the device has no
// identity; a property that is left out has no value.
type WhatIfDevice struct {
	Type                   string   `json:"@odata.type,omitempty"`
	DeviceID               string   `json:"deviceId,omitempty"`
	DisplayName            string   `json:"displayName,omitempty"`
	Ownership              string   `json:"ownership,omitempty"`
	EnrollmentProfileName  string   `json:"enrollmentProfileName,omitempty"`
	IsCompliant            bool     `json:"isCompliant,omitempty"`
	Manufacturer           string   `json:"manufacturer,omitempty"`
	MDMAppID               string   `json:"mdmAppId,omitempty"`
	Model                  string   `json:"model,omitempty"`
	OperatingSystem        string   `json:"operatingSystem,omitempty"`
	OperatingSystemVersion string   `json:"operatingSystemVersion,omitempty"`
	PhysicalIDs            []string `json:"physicalIds,omitempty"`
	ProfileType            string   `json:"profileType,omitempty"`
	SystemLabels           []string `json:"systemLabels,omitempty"`
	TrustType              string   `json:"trustType,omitempty"`
	ExtensionAttribute1    string   `json:"extensionAttribute1,omitempty"`
	ExtensionAttribute2    string   `json:"extensionAttribute2,omitempty"`
	ExtensionAttribute3    string   `json:"extensionAttribute3,omitempty"`
	ExtensionAttribute4    string   `json:"extensionAttribute4,omitempty"`
	ExtensionAttribute5    string   `json:"extensionAttribute5,omitempty"`
	ExtensionAttribute6    string   `json:"extensionAttribute6,omitempty"`
	ExtensionAttribute7    string   `json:"extensionAttribute7,omitempty"`
	ExtensionAttribute8    string   `json:"extensionAttribute8,omitempty"`
	ExtensionAttribute9    string   `json:"extensionAttribute9,omitempty"`
	ExtensionAttribute10   string   `json:"extensionAttribute10,omitempty"`
	ExtensionAttribute11   string   `json:"extensionAttribute11,omitempty"`
	ExtensionAttribute12   string   `json:"extensionAttribute12,omitempty"`
	ExtensionAttribute13   string   `json:"extensionAttribute13,omitempty"`
	ExtensionAttribute14   string   `json:"extensionAttribute14,omitempty"`
	ExtensionAttribute15   string   `json:"extensionAttribute15,omitempty"`
}

// WhatIfResponse is Graph's collection of whatIfAnalysisResult with our decision
// beside it.
type WhatIfResponse struct {
	Context  string         `json:"@odata.context"`
	Value    []WhatIfResult `json:"value"`
	Decision WhatIfDecision `json:"privpath"`
}

// WhatIfResult is a policy as the export holds it, whether it applies, and why
// not. PolicyApplies is false, with the reason notEnoughInformation, where the
// data does not decide; Detail tells the difference.
type WhatIfResult struct {
	model.ConditionalAccessPolicy
	PolicyApplies   bool         `json:"policyApplies"`
	AnalysisReasons string       `json:"analysisReasons"`
	Detail          WhatIfDetail `json:"privpath"`
}

// WhatIfDetail is our own view of one policy.
type WhatIfDetail struct {
	Applies  string         `json:"applies"`
	Enforced string         `json:"enforced"`
	Result   Result         `json:"result"`
	Reasons  []WhatIfReason `json:"reasons,omitempty"`
	AtLeast  WhatIfDemand   `json:"asksAtLeast"`
	AtMost   WhatIfDemand   `json:"asksAtMost"`
}

// WhatIfReason is one dimension's part in the result.
type WhatIfReason struct {
	Dimension Dimension      `json:"dimension"`
	Holds     string         `json:"holds"`
	Text      string         `json:"text"`
	Evidence  model.Evidence `json:"evidence"`
}

// WhatIfDemand is a demand: blocked, or all of the clauses, each met by any of
// its obligations.
type WhatIfDemand struct {
	BlockedBy []string       `json:"blockedBy,omitempty"`
	AllOf     []WhatIfClause `json:"allOf,omitempty"`
}

// WhatIfClause is one clause and who asks for it.
type WhatIfClause struct {
	AnyOf  []Obligation `json:"anyOf"`
	Source string       `json:"source"`
}

// WhatIfDecision is the decision over all policies and Microsoft's own demands.
type WhatIfDecision struct {
	Outcome Outcome      `json:"outcome"`
	AtLeast WhatIfDemand `json:"asksAtLeast"`
	AtMost  WhatIfDemand `json:"asksAtMost"`
	Notes   []string     `json:"notes,omitempty"`
}

// ParseWhatIf reads a request. It refuses what it does not know: a misspelt
// condition would otherwise silently not be a condition.
func ParseWhatIf(data []byte) (WhatIfRequest, error) {
	var r WhatIfRequest
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return r, fmt.Errorf("what-if request: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return r, errors.New("what-if request: something follows the JSON object")
	}
	if _, err := r.signIn(); err != nil {
		return r, fmt.Errorf("what-if request: %w", err)
	}
	return r, nil
}

// WhatIf answers a request from the tenant's own records.
func WhatIf(in *Inputs, dir *principals.Directory, r WhatIfRequest) (WhatIfResponse, error) {
	s, err := r.signIn()
	if err != nil {
		return WhatIfResponse{}, fmt.Errorf("what-if request: %w", err)
	}
	if s.Subject, err = r.SignInIdentity.subject(in, dir); err != nil {
		return WhatIfResponse{}, fmt.Errorf("what-if request: %w", err)
	}
	d := Evaluate(in, s)
	response := WhatIfResponse{
		Context: "https://graph.microsoft.com/v1.0/$metadata#Collection(microsoft.graph.whatIfAnalysisResult)",
		Value:   []WhatIfResult{},
		Decision: WhatIfDecision{Outcome: d.Outcome, AtLeast: whatIfDemand(d.Must),
			AtMost: whatIfDemand(d.May), Notes: d.Notes},
	}
	for i, p := range d.Policies {
		result := whatIfResult(in.Policies[i], p, s)
		if result.PolicyApplies || !r.AppliedPoliciesOnly {
			response.Value = append(response.Value, result)
		}
	}
	return response, nil
}

func whatIfResult(p *Policy, r PolicyResult, s SignIn) WhatIfResult {
	result := WhatIfResult{ConditionalAccessPolicy: p.Record, AnalysisReasons: analysisReason(r, s)}
	result.PolicyApplies = result.AnalysisReasons == "notSet"
	result.Detail = WhatIfDetail{Applies: r.Applies.String(), Enforced: r.Enforced.String(), Result: r.Result,
		AtLeast: whatIfDemand(r.Must), AtMost: whatIfDemand(r.May)}
	for _, reason := range r.Reasons {
		result.Detail.Reasons = append(result.Detail.Reasons, WhatIfReason{Dimension: reason.Dimension,
			Holds: reason.Holds.String(), Text: reason.Text, Evidence: reason.Evidence})
	}
	return result
}

func whatIfDemand(d Demand) WhatIfDemand {
	result := WhatIfDemand{BlockedBy: d.BlockedBy}
	for _, c := range d.Clauses {
		result.AllOf = append(result.AllOf, WhatIfClause(c))
	}
	return result
}

// analysisReason gives Graph's whatIfAnalysisReasons: one reason, the first that
// keeps the policy from applying. Graph looks at policies that are on or only
// report, and treats both alike.
func analysisReason(r PolicyResult, s SignIn) string {
	if r.State == "disabled" {
		return "policyNotEnabled"
	}
	if r.Applies == model.True {
		return "notSet"
	}
	for _, reason := range r.Reasons {
		if reason.Holds == model.False {
			return analysisName(reason.Dimension, s)
		}
	}
	return "notEnoughInformation"
}

func analysisName(d Dimension, s SignIn) string {
	switch d {
	case DimUsers:
		return "users"
	case DimWorkloads:
		return "workloadIdentities"
	case DimResources:
		switch {
		case s.UserAction != "":
			return "userActions"
		case s.AuthenticationContext != "":
			return "authenticationContext"
		}
		return "application"
	case DimPlatform:
		return "devicePlatform"
	case DimDevice:
		return "devices"
	case DimClientApp:
		return "clientApps"
	case DimLocation:
		return "location"
	case DimSignInRisk, DimWorkloadRisk:
		return "signInRisk"
	case DimUserRisk:
		return "userRisk"
	case DimInsiderRisk:
		return "insiderRisk"
	case DimFlow:
		return "authenticationFlow"
	}
	return "invalidCondition"
}

// signIn reads everything of the request but the identity.
func (r WhatIfRequest) signIn() (SignIn, error) {
	c := r.SignInConditions
	s := SignIn{
		ClientApp: c.ClientAppType, Platform: c.DevicePlatform,
		Flow: FlowNone, SignInRisk: RiskNone, UserRisk: RiskNone, InsiderRisk: RiskNone, WorkloadRisk: RiskNone,
		Network: Network{Country: c.Country, GPSCountry: c.Country},
		Device:  c.DeviceInfo.device(),
	}
	// "all" is Graph's default and says nothing.
	for _, f := range []*string{&s.ClientApp, &s.Platform} {
		if *f == "all" {
			*f = ""
		}
	}
	if c.IPAddress != "" {
		ip, err := netip.ParseAddr(c.IPAddress)
		if err != nil {
			return s, fmt.Errorf("ipAddress: %w", err)
		}
		s.Network.IP = ip
	}
	return s, errors.Join(r.SignInIdentity.check(), r.SignInContext.read(&s), c.readEnums(&s))
}

// readEnums checks every enumeration: a value that we do not know would not be
// compared with anything.
func (c WhatIfConditions) readEnums(s *SignIn) error {
	flow := ""
	if c.AuthenticationFlow != nil {
		flow = c.AuthenticationFlow.TransferMethod
	}
	risks := []string{RiskNone, RiskLow, RiskMedium, RiskHigh}
	var problems []error
	for _, e := range []struct {
		name, given string
		field       *string
		known       []string
	}{
		{"clientAppType", c.ClientAppType, nil, []string{"all", ClientBrowser, ClientModern, ClientActiveSync, ClientOther}},
		{"devicePlatform", c.DevicePlatform, nil, []string{"all", PlatformAndroid, PlatformIOS, PlatformWindows,
			PlatformPhone, PlatformMacOS, PlatformLinux, PlatformUnknown}},
		{"signInRiskLevel", c.SignInRiskLevel, &s.SignInRisk, risks},
		{"userRiskLevel", c.UserRiskLevel, &s.UserRisk, risks},
		{"servicePrincipalRiskLevel", c.ServicePrincipalRiskLevel, &s.WorkloadRisk, risks},
		{"insiderRiskLevel", c.InsiderRiskLevel, &s.InsiderRisk, []string{RiskNone, InsiderMinor, InsiderModerate, InsiderElevated}},
		{"authenticationFlow/transferMethod", flow, &s.Flow, []string{FlowNone, FlowDeviceCode, FlowTransfer}},
	} {
		switch {
		case e.given == "":
		case !slices.Contains(e.known, e.given):
			problems = append(problems, fmt.Errorf("%s: %q is none of %s", e.name, e.given, strings.Join(e.known, ", ")))
		case e.field != nil:
			*e.field = e.given
		}
	}
	return errors.Join(problems...)
}

// read fills in what is asked for.
func (c WhatIfContext) read(s *SignIn) error {
	s.Resources, s.AuthenticationContext = c.IncludeApplications, c.AuthenticationContextValue
	actions := map[string]string{"": "", "registerSecurityInformation": ActionSecurityInfo, "registerOrJoinDevices": ActionDevice}
	action, ok := actions[c.UserAction]
	if !ok {
		return fmt.Errorf("userAction: %q is neither registerSecurityInformation nor registerOrJoinDevices", c.UserAction)
	}
	s.UserAction = action
	given := 0
	for _, present := range []bool{len(c.IncludeApplications) > 0, c.UserAction != "", c.AuthenticationContextValue != ""} {
		if present {
			given++
		}
	}
	if given != 1 {
		return errors.New("signInContext: give one of includeApplications, userAction and authenticationContextValue")
	}
	return nil
}

func (i WhatIfIdentity) check() error {
	if _, ok := guestTypes[i.ExternalUserType]; !ok && i.ExternalUserType != "" && i.ExternalUserType != "none" {
		return fmt.Errorf("externalUserType: %q is not a kind of guest or external user", i.ExternalUserType)
	}
	person := i.UserID != "" || guestTypes[i.ExternalUserType] != 0
	if person == (i.ServicePrincipalID != "") {
		return errors.New("signInIdentity: give a userId or an externalUserType, or else a servicePrincipalId")
	}
	return nil
}

// subject finds who signs in.
func (i WhatIfIdentity) subject(in *Inputs, dir *principals.Directory) (Subject, error) {
	id := i.UserID + i.ServicePrincipalID // one of them is empty
	if id == "" {
		return Subject{Kind: guestTypes[i.ExternalUserType], HomeTenant: i.ExternalTenantID,
			InGroup: func(string) model.Truth { return model.False }}, nil
	}
	p := dir.Principal(id, model.Field[model.DirectoryObject]{})
	if p.Dangling == model.True {
		return Subject{}, fmt.Errorf("the tenant has no user or service principal %s", id)
	}
	s := SubjectOf(in, dir, p)
	person := i.UserID != ""
	if found := s.Kind.In(Workload); person && found == model.True || !person && found == model.False {
		return Subject{}, fmt.Errorf("%s is a %s", id, p.Kind)
	}
	if kind := guestTypes[i.ExternalUserType]; kind != 0 {
		s.Kind = kind
	}
	s.HomeTenant = i.ExternalTenantID
	return s, nil
}

// SubjectOf is a principal as Conditional Access sees them now: with the
// memberships and roles that are active, and none that is only eligible.
func SubjectOf(in *Inputs, dir *principals.Directory, p principals.Principal) Subject {
	s := Subject{ID: p.ID, InGroup: func(group string) model.Truth { return dir.MemberOf(p.ID, group) }}
	switch p.Kind {
	case principals.KindUser:
		s.Kind = kindOfUser(p.User)
	case principals.KindServicePrincipal:
		s.Kind, s.OwnTenantApp = workloadKind(in, p.ServicePrincipal)
	}
	for _, h := range dir.Holdings() {
		if !model.SameID(h.Principal.ID, p.ID) || h.Manner == principals.Eligible || h.ViaEligible {
			continue
		}
		switch model.And(h.Role.BuiltIn, h.TenantWide()) {
		case model.True:
			s.Roles = append(s.Roles, h.Role.ID)
		case model.Unknown:
			s.MaybeRoles = append(s.MaybeRoles, h.Role.ID)
		}
	}
	s.Roles, s.MaybeRoles = sortedSet(s.Roles), sortedSet(s.MaybeRoles)
	s.RolesUnknown = len(dir.All().Gaps()) > 0
	return s
}

// workloadKind reads what kind of workload a service principal is, and whether
// it is one that workload policies reach. Whether an application is open to
// other tenants stands in its registration, which only this tenant's own have.
// Source: learn.microsoft.com/entra/identity/conditional-access/workload-identity.
func workloadKind(in *Inputs, sp *model.ServicePrincipal) (SubjectKind, model.Truth) {
	if sp == nil {
		return Workload, model.Unknown
	}
	kind, _ := known(sp.ServicePrincipalType)
	switch kind {
	case "ManagedIdentity":
		return ManagedIdentity, model.False
	case "Application":
		own := sp.AppOwnerOrganizationID.Is(func(owner string) bool { return model.SameID(owner, in.TenantID) })
		app, _ := known(sp.AppID)
		return ServicePrincipal, model.And(own, in.singleTenant(app))
	}
	return Workload, model.Unknown
}

// singleTenant asks whether an application of this tenant is for it alone.
func (in *Inputs) singleTenant(app string) model.Truth {
	audience, ok := in.audiences[model.FoldID(app)]
	if !ok {
		return model.Unknown
	}
	return model.Equals(audience, "AzureADMyOrg")
}

// device reads Graph's deviceInfo.
func (d *WhatIfDevice) device() Device {
	if d == nil {
		return Device{}
	}
	device := Device{Registered: true, Compliant: d.IsCompliant, Hybrid: strings.EqualFold(d.TrustType, "ServerAD"),
		Managed: d.MDMAppID != "" || d.IsCompliant, Attributes: map[Attribute]FilterValue{AttrCompliant: Flag(d.IsCompliant)}}
	extensions := []string{d.ExtensionAttribute1, d.ExtensionAttribute2, d.ExtensionAttribute3, d.ExtensionAttribute4,
		d.ExtensionAttribute5, d.ExtensionAttribute6, d.ExtensionAttribute7, d.ExtensionAttribute8, d.ExtensionAttribute9,
		d.ExtensionAttribute10, d.ExtensionAttribute11, d.ExtensionAttribute12, d.ExtensionAttribute13,
		d.ExtensionAttribute14, d.ExtensionAttribute15}
	texts := map[Attribute]string{
		AttrDeviceID: d.DeviceID, AttrDisplayName: d.DisplayName, AttrOwnership: d.Ownership,
		AttrEnrollment: d.EnrollmentProfileName, AttrManufacturer: d.Manufacturer, AttrMDMAppID: d.MDMAppID,
		AttrModel: d.Model, AttrOS: d.OperatingSystem, AttrOSVersion: d.OperatingSystemVersion,
		AttrProfileType: d.ProfileType, AttrTrustType: d.TrustType,
	}
	for i, value := range extensions {
		texts[ExtensionAttribute(i+1)] = value
	}
	if d.TrustType == "EntraID" { // the name in Graph's examples; filters say AzureAD
		texts[AttrTrustType] = "AzureAD"
	}
	for a, text := range texts {
		if text != "" {
			device.Attributes[a] = Text(text)
		}
	}
	for a, items := range map[Attribute][]string{AttrPhysicalIDs: d.PhysicalIDs, AttrSystemLabels: d.SystemLabels} {
		if len(items) > 0 {
			device.Attributes[a] = List(items...)
		}
	}
	return device
}
