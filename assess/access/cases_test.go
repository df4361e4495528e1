package access

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

// oCase is a documented case: policies in Graph's shape (what Graph always
// writes and the case leaves out is filled in by oGraphShape), one sign-in, and
// the decision that the source calls for.
type oCase struct {
	covers string // rules, R-rules, T-cases and traps that the case holds
	name   string
	source string
	tenant oTenant
	signIn []func(*SignIn)
	// activate judges the activation of a role, or of a membership, instead.
	activate, activateGroup string
	// want is the outcome and the demand, "least .. most" where they differ.
	want string
	// applies lists the policies whose conditions match, with ? where undecided.
	applies string
}

// Where the cases come from. All but the last two are pages of learn.microsoft.com.
const (
	srcPolicies  = "entra/identity/conditional-access/concept-conditional-access-policies"
	srcUsers     = "entra/identity/conditional-access/concept-conditional-access-users-groups"
	srcApps      = "entra/identity/conditional-access/concept-conditional-access-cloud-apps"
	srcGrant     = "entra/identity/conditional-access/concept-conditional-access-grant"
	srcSession   = "entra/identity/conditional-access/concept-conditional-access-session"
	srcConds     = "entra/identity/conditional-access/concept-conditional-access-conditions"
	srcNetwork   = "entra/identity/conditional-access/concept-assignment-network"
	srcFilter    = "entra/identity/conditional-access/concept-condition-filters-for-devices"
	srcFlows     = "entra/identity/conditional-access/concept-authentication-flows"
	srcReport    = "entra/identity/conditional-access/concept-conditional-access-report-only"
	srcWorkload  = "entra/identity/conditional-access/workload-identity"
	srcStrengths = "entra/identity/authentication/concept-authentication-strengths"
	srcExternal  = "entra/identity/authentication/concept-authentication-strength-external-users"
	srcB2B       = "entra/external-id/authentication-conditional-access"
	srcToken     = "entra/identity/conditional-access/concept-token-protection"
	srcPIM       = "entra/id-governance/privileged-identity-management/pim-how-to-change-default-settings"
	srcGroupsPIM = "entra/id-governance/privileged-identity-management/concept-pim-for-groups"
	srcDefaults  = "entra/fundamentals/security-defaults"
	srcMandatory = "entra/identity/authentication/concept-mandatory-multifactor-authentication"
	srcManaged   = "entra/identity/conditional-access/managed-policies"
	srcWhatIf    = "graph/api/conditionalaccessroot-evaluate"
	srcPolicyAPI = "graph/api/resources/conditionalaccesspolicy"
	srcGrantAPI  = "graph/api/resources/conditionalaccessgrantcontrols"
	srcRoleGroup = "entra/identity/role-based-access-control/groups-concept"
	srcRisk      = "entra/id-protection/concept-identity-protection-policies"
	srcCustom    = "own rule: what the export does not say is unknown"
	srcGraph     = "own rule: a value or form that Graph may send is never taken for another"
)

func oPolicy(parts ...string) string { return "{" + strings.Join(parts, ",") + "}" }

func oConditions(parts ...string) string {
	return `"conditions":{` + strings.Join(parts, ",") + "}"
}

func oGrantOf(operator string, controls ...string) string {
	return fmt.Sprintf(`"grantControls":{"operator":%q,"builtInControls":%s}`, operator, oJSONList(controls))
}

func oJSONList(items []string) string {
	quoted := []string{}
	for _, i := range items {
		quoted = append(quoted, fmt.Sprintf("%q", i))
	}
	return "[" + strings.Join(quoted, ",") + "]"
}

func oStrengthGrant(combinations ...string) string {
	return `"grantControls":{"operator":"OR","authenticationStrength":{"id":"5","displayName":"Phishing-resistant (custom)",` +
		`"policyType":"custom","requirementsSatisfied":"mfa","allowedCombinations":` + oJSONList(combinations) + `,"combinationConfigurations":[]}}`
}

func oList(dimension, property string, items ...string) string {
	return fmt.Sprintf(`%q:{%q:%s}`, dimension, property, oJSONList(items))
}

func oFilterOf(mode, rule string) string {
	return fmt.Sprintf(`"devices":{"deviceFilter":{"mode":%q,"rule":%q}}`, mode, rule)
}

func oLocationsOf(include, exclude string) string {
	list := func(s string) string { return oJSONList(strings.Fields(s)) }
	return `"locations":{"includeLocations":` + list(include) + `,"excludeLocations":` + list(exclude) + `}`
}

const (
	oBlock    = `"grantControls":{"operator":"OR","builtInControls":["block"]}`
	oNeedMFA  = `"grantControls":{"operator":"OR","builtInControls":["mfa"]}`
	oNeedComp = `"grantControls":{"operator":"OR","builtInControls":["compliantDevice"]}`
	oNeedJoin = `"grantControls":{"operator":"OR","builtInControls":["domainJoinedDevice"]}`
	oReport   = `"state":"enabledForReportingButNotEnforced"`
	oOff      = `"state":"disabled"`
	oForGA    = `"users":{"includeRoles":["` + oGA + `"]}`
	oNoRole   = `"users":{"includeUsers":["None"]}`
	oApp      = "99999999-9999-9999-9999-999999999999"
	oApp2     = "88888888-8888-8888-8888-888888888888"
	oPlace    = "44444444-4444-4444-4444-444444444444"
	oPlace2   = "55555555-5555-5555-5555-555555555555"
)

func oWith(change func(*SignIn)) []func(*SignIn) { return []func(*SignIn){change} }

func oOnDevice(d Device) func(*SignIn)      { return func(s *SignIn) { s.Device = d } }
func oFrom(n Network) func(*SignIn)         { return func(s *SignIn) { n.GPSCountry = "US"; s.Network = n } }
func oTo(resources ...string) func(*SignIn) { return func(s *SignIn) { s.Resources = resources } }
func oClient(c string) func(*SignIn)        { return func(s *SignIn) { s.ClientApp = c } }
func oPlatform(p string) func(*SignIn)      { return func(s *SignIn) { s.Platform = p } }
func oByFlow(f string) func(*SignIn)        { return func(s *SignIn) { s.Flow = f } }
func oRoles(roles ...string) func(*SignIn)  { return func(s *SignIn) { s.Subject.Roles = roles } }
func oIn(groups ...string) func(*SignIn) {
	return func(s *SignIn) {
		s.Subject.InGroup = func(id string) model.Truth { return model.Of(slices.Contains(groups, id)) }
	}
}
func oGroupsUnknown(s *SignIn) { s.Subject.InGroup = nil }
func oContext(c string) func(*SignIn) {
	return func(s *SignIn) { s.Resources, s.AuthenticationContext = nil, c }
}
func oAction(a string) func(*SignIn) { return func(s *SignIn) { s.Resources, s.UserAction = nil, a } }
func oGuest(kind SubjectKind, home string) func(*SignIn) {
	return func(s *SignIn) { s.Subject.Kind, s.Subject.HomeTenant = kind, home }
}
func oService(kind SubjectKind, own bool) func(*SignIn) {
	return func(s *SignIn) {
		s.Subject = Subject{ID: oApp2, Kind: kind, OwnTenantApp: model.Of(own), InGroup: s.Subject.InGroup}
		s.ClientApp = ""
	}
}

var (
	oCompliant = Device{Registered: true, Managed: true, Compliant: true}
	oHybrid    = Device{Registered: true, Hybrid: true}
	oJoined    = Device{Registered: true, Attributes: map[Attribute]FilterValue{AttrTrustType: Text("AzureAD"), AttrCompliant: Flag(false)}}
	oNamedPAW  = Device{Registered: true, Attributes: map[Attribute]FilterValue{AttrDisplayName: Text("PAW-x")}}
)

// oPIM is a PIM policy assignment for Global Administrator.
func oPIM(context, enabled string, approval bool) string {
	return oPIMFor("DirectoryRole", "/", oGA, context, enabled, approval)
}

func oPIMFor(scopeType, scope, role, context, enabled string, approval bool) string {
	return fmt.Sprintf(`{"id":"a","policyId":"pol","scopeId":%q,"scopeType":%q,"roleDefinitionId":%q,"policy":{"id":"pol","rules":[
	 {"id":"AuthenticationContext_EndUser_Assignment","isEnabled":%v,"claimValue":%q},
	 {"id":"Enablement_EndUser_Assignment","enabledRules":%s},
	 {"id":"Approval_EndUser_Assignment","setting":{"isApprovalRequired":%v,"approvalStages":[{"primaryApprovers":[]}]}}]}}`,
		scope, scopeType, role, context != "", context, oJSONList(strings.Fields(enabled)), approval)
}

func oForContext(context string) string {
	return oList("applications", "includeAuthenticationContextClassReferences", context)
}

func oTrust(mfa, compliant, hybrid bool) []string {
	return []string{fmt.Sprintf(`{"id":"t","inboundTrust":{"isMfaAccepted":%v,"isCompliantDeviceAccepted":%v,
		"isHybridAzureADJoinedDeviceAccepted":%v}}`, mfa, compliant, hybrid)}
}

func TestCases(t *testing.T) {
	names := map[string]bool{}
	for _, c := range oCases() {
		name := strings.Fields(c.covers)[0] + " " + c.name
		require.False(t, names[name], "two cases are called %s", name)
		names[name] = true
		t.Run(name, func(t *testing.T) {
			require.NotEmpty(t, c.source)
			if c.tenant.defaults == "" {
				c.tenant.defaults = "false"
			}
			in := c.tenant.compile(t)
			s := oSignIn(c.signIn...)
			var d Decision
			switch {
			case c.activate != "":
				d = ActivationDemand(in, s, c.activate).Decision
			case c.activateGroup != "":
				d = GroupActivationDemand(in, s, c.activateGroup).Decision
			default:
				d = Evaluate(in, s)
			}
			require.Equal(t, c.want, oShow(d))
			var applied []string
			for _, p := range d.Policies {
				switch p.Applies {
				case model.True:
					applied = append(applied, p.ID)
				case model.Unknown:
					applied = append(applied, p.ID+"?")
				}
				oRequireExplained(t, p)
			}
			require.Equal(t, c.applies, strings.Join(applied, " "))
		})
	}
	require.GreaterOrEqual(t, len(names), 120)
}

// oRequireExplained: a policy that does not apply names a failing dimension, and
// every reason points into the record that it is about.
func oRequireExplained(t *testing.T, p PolicyResult) {
	t.Helper()
	require.NotEmpty(t, p.Result)
	if p.Enforced != model.True {
		require.NotEmpty(t, p.Reasons, p.ID)
	}
	for _, r := range p.Reasons {
		require.NotEmpty(t, r.Text, "%s %s", p.ID, r.Dimension)
		if r.Evidence.Pointer != "" {
			require.Regexp(t, `^/value/\d+/`, r.Evidence.Pointer)
		}
	}
}

// notDecidable are rules about something other than the judgement of one
// sign-in or activation.
var notDecidable = map[string]string{
	"rule10": "a limit on the number of groups", "rule15": "who counts as Tier 0", "rule44": "how long tokens live",
	"rule45": "paths that are not sign-ins", "R18": "a chain of two sign-ins",
	"R35": "sessions that are reused", "R39": "a setting that Graph does not show", "R41": "what happens before the decision",
	"T31": "how files are decoded", "trap-l": "who can edit a group", "trap-o": "a declaration", "trap-n": "a question over all roles",
}

func TestCasesCoverEveryRule(t *testing.T) {
	covered := map[string]bool{}
	for _, c := range oCases() {
		for _, tag := range strings.Fields(c.covers) {
			covered[tag] = true
		}
	}
	var wanted []string
	for n := 1; n <= 45; n++ {
		wanted = append(wanted, fmt.Sprint("rule", n))
	}
	for n := 1; n <= 42; n++ {
		wanted = append(wanted, fmt.Sprint("R", n))
	}
	for n := 1; n <= 34; n++ {
		wanted = append(wanted, fmt.Sprint("T", n))
	}
	for c := 'a'; c <= 't'; c++ {
		wanted = append(wanted, fmt.Sprintf("trap-%c", c))
	}
	wanted = append(wanted, "R8a", "R8b")
	known := regexp.MustCompile(`^(rule\d+|R\d+[ab]?|T\d+|trap-[a-t])$`)
	for tag := range covered {
		require.Regexp(t, known, tag)
	}
	for _, tag := range wanted {
		_, excused := notDecidable[tag]
		require.NotEqual(t, covered[tag], excused, "%s: covered %v, said to be not decidable %v", tag, covered[tag], excused)
	}
}

func oAddress(ip string) Network { return Network{IP: netip.MustParseAddr(ip), Country: "US"} }
