package access

import (
	"encoding/json"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

// oFuzzSignIns are sign-ins that reach every branch of the evaluation.
func oFuzzSignIns() []SignIn {
	return []SignIn{
		{},
		oSignIn(),
		oSignIn(oOnDevice(oCompliant), oFrom(oAddress("203.0.113.9")), oTo(ResourceAzurePortal, GroupOffice365, ResourceOther)),
		oSignIn(oOnDevice(oJoined), oByFlow(FlowDeviceCode), oClient(ClientModern), oPlatform(PlatformWindows), oTo(ResourceExchange)),
		oSignIn(oClient(ClientActiveSync), oGroupsUnknown, oGuest(B2BCollaborationGuest, "")),
		oSignIn(oContext("c1"), oGuest(B2BDirectConnectUser|Member, oPartner)),
		oSignIn(oAction(ActionDevice), func(s *SignIn) { s.SignInRisk, s.UserRisk, s.BaselineScopesOnly = RiskHigh, RiskLow, true }),
		oSignIn(oService(ServicePrincipal, true)),
		oSignIn(oFrom(Network{IP: netip.MustParseAddr("2001:db8::1"), Country: NoCountry, MFATrusted: true, CompliantNetwork: true})),
	}
}

// FuzzPolicy: whatever stands in a policy, compiling and evaluating it neither
// panics nor contradicts itself, and a policy that is on, and that holds an
// unknown value in one of Graph's enumerations, never lets a sign-in pass for
// certain that the same policy with a block in it would not.
func FuzzPolicy(f *testing.F) {
	for _, c := range oCases() {
		for i, p := range c.tenant.policies {
			if !c.tenant.bare {
				p = oGraphShape(f, i, p)
			}
			f.Add([]byte(p))
		}
	}
	f.Fuzz(func(t *testing.T, policy []byte) {
		in, ok := oCompileBytes(t, policy)
		if !ok {
			return
		}
		for _, s := range oFuzzSignIns() {
			d := Evaluate(in, s)
			require.Len(t, d.Policies, 1)
			oRequireSound(t, d)
			oRequireSound(t, ActivationDemand(in, s, oGA).Decision)
		}
		oRequireUnknownEnumsOpen(t, policy)
	})
}

func oCompileBytes(t *testing.T, policy []byte) (*Inputs, bool) {
	b := model.NewBuilder()
	name := model.ConditionalAccessPolicies.Name()
	if b.Add(name, "", model.Location{Dataset: name}, policy) != nil {
		return nil, false
	}
	for _, complete := range []string{name, model.NamedLocations.Name(), model.SubscribedSkus.Name()} {
		b.Cover(complete, "", model.Coverage{State: model.Complete})
	}
	require.NoError(t, b.Add(model.SubscribedSkus.Name(), "", model.Location{Dataset: model.SubscribedSkus.Name()}, []byte(oP2)))
	at := model.Location{Dataset: model.SecurityDefaults.Name()}
	require.NoError(t, b.Add(model.SecurityDefaults.Name(), "", at, []byte(`{"id":"d","isEnabled":false}`)))
	return Compile(b.Tenant()), true
}

// oRequireSound: what is asked at least is met by whoever meets what is asked at
// most, and the outcome says what the two readings say.
func oRequireSound(t *testing.T, d Decision) {
	for _, held := range oHeld {
		if d.May.MetBy(held) {
			require.True(t, d.Must.MetBy(held), oShow(d))
		}
	}
	switch d.Outcome {
	case Granted:
		require.False(t, d.May.Blocked())
	case Blocked:
		require.True(t, d.Must.Blocked())
		require.True(t, d.May.Blocked())
	case Undecided:
		require.True(t, !d.Must.Blocked() && d.May.Blocked())
	default:
		require.Fail(t, "no outcome")
	}
	for _, demand := range []Demand{d.Must, d.May} {
		for _, c := range demand.Clauses {
			require.NotEmpty(t, c.AnyOf)
			require.NotEmpty(t, c.Source)
		}
	}
}

// oRequireUnknownEnumsOpen replaces the value of each enumeration by one that
// nobody knows: no verdict may then be a certain pass that it was not before.
func oRequireUnknownEnumsOpen(t *testing.T, policy []byte) {
	var root map[string]any
	if json.Unmarshal(policy, &root) != nil {
		return
	}
	before, ok := oCompileBytes(t, policy)
	if !ok {
		return
	}
	at := func(path ...string) map[string]any {
		node := root
		for _, key := range path {
			node, _ = node[key].(map[string]any)
		}
		return node
	}
	for _, enum := range []struct {
		object   map[string]any
		property string
		value    any
	}{
		{root, "state", "unknownFutureValue"},
		{at("conditions"), "clientAppTypes", []string{"unknownFutureValue"}},
		{at("conditions"), "signInRiskLevels", []string{"unknownFutureValue"}},
		{at("conditions", "platforms"), "includePlatforms", []string{"unknownFutureValue"}},
		{at("conditions", "authenticationFlows"), "transferMethods", "unknownFutureValue"},
		{at("conditions", "devices", "deviceFilter"), "mode", "unknownFutureValue"},
		{at("grantControls"), "builtInControls", []string{"unknownFutureValue"}},
		{at("grantControls"), "operator", "unknownFutureValue"},
	} {
		old, present := enum.object[enum.property]
		if !present || old == nil {
			continue
		}
		enum.object[enum.property] = enum.value
		text, err := json.Marshal(root)
		require.NoError(t, err)
		enum.object[enum.property] = old
		after, ok := oCompileBytes(t, text)
		if !ok {
			continue
		}
		for _, s := range oFuzzSignIns()[1:3] {
			was, is := Evaluate(before, s), Evaluate(after, s)
			if was.Policies[0].Enforced != model.True {
				continue
			}
			for _, held := range oHeld {
				if is.Verdict(held) == model.True {
					require.Equal(t, model.True, was.Verdict(held), "%s of %s", enum.property, text)
				}
			}
		}
	}
}
