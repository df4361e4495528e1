package access

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

// oTenant is a small tenant for tests: every list is JSON as Graph writes it.
type oTenant struct {
	policies, locations, strengths, skus, trustDefault, trustPartners, pim, apps []string
	defaults                                                                     string // "true", "false" or "" for not collected
	partial                                                                      bool   // not every policy was read
	bare                                                                         bool   // policies are taken as they are
	noSkus                                                                       bool   // licences were not collected
}

const oP2 = `{"id":"sku","capabilityStatus":"Enabled","servicePlans":[{"servicePlanName":"AAD_PREMIUM_P2","provisioningStatus":"Success"}]}`

func (t oTenant) compile(tb testing.TB) *Inputs {
	tb.Helper()
	b := model.NewBuilder()
	add := func(name string, rows []string) {
		for i, row := range rows {
			at := model.Location{Dataset: name, File: name + ".json", Pointer: fmt.Sprintf("/value/%d", i)}
			require.NoError(tb, b.Add(name, "", at, []byte(row)), row)
		}
		b.Cover(name, "", model.Coverage{State: model.Complete})
	}
	policies := make([]string, 0, len(t.policies))
	for i, p := range t.policies {
		if !t.bare {
			p = oGraphShape(tb, i, p)
		}
		policies = append(policies, p)
	}
	add(model.ConditionalAccessPolicies.Name(), policies)
	if t.partial {
		b.Cover(model.ConditionalAccessPolicies.Name(), "", model.Coverage{State: model.Partial, Reason: model.Truncated})
	}
	add(model.NamedLocations.Name(), t.locations)
	add(model.AuthenticationStrengths.Name(), t.strengths)
	if !t.noSkus {
		add(model.SubscribedSkus.Name(), t.skus)
	}
	add(model.CrossTenantPartners.Name(), t.trustPartners)
	add(model.RolePolicies.Name(), t.pim)
	add(model.ServicePrincipals.Name(), t.apps)
	if len(t.trustDefault) > 0 {
		add(model.CrossTenantDefault.Name(), t.trustDefault)
	}
	if t.defaults != "" {
		add(model.SecurityDefaults.Name(), []string{`{"id":"d","isEnabled":` + t.defaults + `}`})
	}
	b.SetInfo(model.TenantInfo{ID: "aaaaaaaa-0000-0000-0000-000000000000"})
	return Compile(b.Tenant())
}

// oSkeleton is a policy as Graph v1.0 returns it with nothing configured.
const oSkeleton = `{
 "id":"p", "templateId":null, "displayName":"p", "state":"enabled",
 "conditions":{
  "users":{"includeUsers":[],"excludeUsers":[],"includeGroups":[],"excludeGroups":[],"includeRoles":[],"excludeRoles":[],
   "includeGuestsOrExternalUsers":null,"excludeGuestsOrExternalUsers":null},
  "applications":{"includeApplications":[],"excludeApplications":[],"includeUserActions":[],
   "includeAuthenticationContextClassReferences":[],"applicationFilter":null},
  "clientApplications":null,"clientAppTypes":["all"],"platforms":null,"locations":null,"devices":null,
  "signInRiskLevels":[],"userRiskLevels":[],"servicePrincipalRiskLevels":[],"insiderRiskLevels":null,"authenticationFlows":null},
 "grantControls":null,"sessionControls":null}`

const oGrantSkeleton = `{"operator":"OR","builtInControls":[],"customAuthenticationFactors":[],"termsOfUse":[],"authenticationStrength":null}`

const oSessionSkeleton = `{"signInFrequency":null,"persistentBrowser":null,"secureSignInSession":null,
 "continuousAccessEvaluation":null,"cloudAppSecurity":null,"applicationEnforcedRestrictions":null,"disableResilienceDefaults":null}`

// oGraphShape fills in the properties that Graph always writes and a case
// leaves out. A policy that names no users is for all, and one that names no
// resource, action or context for all resources.
func oGraphShape(tb testing.TB, index int, policy string) string {
	tb.Helper()
	read := func(text string) map[string]any {
		var v map[string]any
		require.NoError(tb, json.Unmarshal([]byte(text), &v), text)
		return v
	}
	given := read(policy)
	full := read(oSkeleton)
	full["id"] = fmt.Sprintf("p%d", index)
	full["displayName"] = full["id"]
	conditions, _ := given["conditions"].(map[string]any)
	if conditions == nil {
		conditions = map[string]any{}
	}
	if _, ok := conditions["users"]; !ok && conditions["clientApplications"] == nil {
		conditions["users"] = read(`{"includeUsers":["All"]}`)
	}
	if _, ok := conditions["applications"]; !ok {
		conditions["applications"] = read(`{"includeApplications":["All"]}`)
	}
	if p, ok := conditions["platforms"].(map[string]any); ok {
		conditions["platforms"] = oOverlay(read(`{"includePlatforms":[],"excludePlatforms":[]}`), p)
	}
	given["conditions"] = conditions
	if g, ok := given["grantControls"].(map[string]any); ok {
		given["grantControls"] = oOverlay(read(oGrantSkeleton), g)
	}
	if s, ok := given["sessionControls"].(map[string]any); ok {
		given["sessionControls"] = oOverlay(read(oSessionSkeleton), s)
	}
	text, err := json.Marshal(oOverlay(full, given))
	require.NoError(tb, err)
	return string(text)
}

// oOverlay writes the properties of top over those of base, object by object.
func oOverlay(base, top map[string]any) map[string]any {
	for key, value := range top {
		below, ok1 := base[key].(map[string]any)
		above, ok2 := value.(map[string]any)
		if ok1 && ok2 {
			value = oOverlay(below, above)
		}
		base[key] = value
	}
	return base
}

// The subject, groups and roles of the cases.
const (
	oUser    = "11111111-1111-1111-1111-111111111111"
	oGroup   = "22222222-2222-2222-2222-222222222222"
	oGroup2  = "33333333-3333-3333-3333-333333333333"
	oGA      = "62e90394-69f5-4237-9190-012177145e10"
	oPartner = "bbbbbbbb-0000-0000-0000-000000000000"
)

// oSignIn is the plain sign-in of the cases: a member with Global Administrator
// active, on a device without identity, from an unlisted address, in a browser
// on Linux, to Microsoft Graph, without risk.
func oSignIn(change ...func(*SignIn)) SignIn {
	s := SignIn{
		Subject: Subject{ID: oUser, Kind: Member, Roles: []string{oGA},
			InGroup: func(string) model.Truth { return model.False }},
		Network:   Network{Country: "US", GPSCountry: "US"},
		Resources: []string{ResourceGraph}, ClientApp: ClientBrowser, Platform: PlatformLinux, Flow: FlowNone,
		SignInRisk: RiskNone, UserRisk: RiskNone, InsiderRisk: RiskNone, WorkloadRisk: RiskNone,
	}
	for _, c := range change {
		c(&s)
	}
	return s
}

// oShow writes a decision in one line: the outcome, and the demand in both
// readings where they differ.
func oShow(d Decision) string {
	must, may := oShowDemand(d.Must), oShowDemand(d.May)
	if must == may {
		return string(d.Outcome) + ": " + must
	}
	return string(d.Outcome) + ": " + must + " .. " + may
}

func oShowDemand(d Demand) string {
	if d.Blocked() {
		return "block"
	}
	var clauses []string
	for _, c := range d.Clauses {
		var names []string
		for _, o := range c.AnyOf {
			names = append(names, string(o))
		}
		clauses = append(clauses, strings.Join(names, "|"))
	}
	return strings.Join(sortedSet(clauses), " ")
}
