package access

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

// oHeld are the sets of credentials with which verdicts are compared.
var oHeld = [][]Obligation{
	{}, {Password}, {Password, MFA}, {Password, PhishingResistantMFA},
	{Password, MFA, CompliantDevice}, {Password, PhishingResistantMFA, CompliantDevice, HybridJoinedDevice},
	{Password, MFA, TermsOfUse, ManagedApp, PasswordChange, FreshSignIn, BoundToken},
	{Password, PhishingResistantMFA, CompliantDevice, HybridJoinedDevice, Approval, TermsOfUse, ManagedApp,
		PasswordChange, FreshSignIn, BoundToken, OtherControl("Duo"), OtherControl("riskRemediation"), OtherControl("authenticationStrength")},
}

// decide judges a case's sign-in in a tenant.
func (c oCase) decide(in *Inputs) Decision {
	s := oSignIn(c.signIn...)
	switch {
	case c.activate != "":
		return ActivationDemand(in, s, c.activate).Decision
	case c.activateGroup != "":
		return GroupActivationDemand(in, s, c.activateGroup).Decision
	}
	return Evaluate(in, s)
}

// TestDegrade: whatever property is taken out of a record, or replaced by
// something that cannot be read, each verdict stays or becomes unknown.
func TestDegrade(t *testing.T) {
	for _, c := range oCases() {
		if c.tenant.defaults == "" {
			c.tenant.defaults = "false"
		}
		before := c.decide(c.tenant.compile(t))
		full := c.tenant
		if !full.bare {
			full.bare = true
			full.policies = slices.Clone(full.policies)
			for i, p := range full.policies {
				full.policies[i] = oGraphShape(t, i, p)
			}
		}
		for _, rows := range []*[]string{&full.policies, &full.locations, &full.strengths, &full.skus,
			&full.trustDefault, &full.trustPartners, &full.pim, &full.apps} {
			original := *rows
			for i, row := range original {
				for path, worse := range oDamage(t, row) {
					damaged := slices.Clone(original)
					damaged[i] = worse
					*rows = damaged
					after := c.decide(full.compile(t))
					for _, held := range oHeld {
						verdict := after.Verdict(held)
						if verdict != model.Unknown {
							require.Equal(t, before.Verdict(held), verdict, "%s %s: %s with %v\n%s", c.covers, c.name, path, held, worse)
						}
					}
				}
			}
			*rows = original
		}
	}
}

// oBetaOnly are conditions that Graph v1.0 does not write when it lists policies:
// their absence tells nothing.
var oBetaOnly = map[string]bool{"deviceStates": true, "times": true}

// oDamage gives every version of a JSON object that lacks one property or holds
// something unreadable in its place, by the property's path.
func oDamage(t *testing.T, row string) map[string]string {
	t.Helper()
	var root any
	require.NoError(t, json.Unmarshal([]byte(row), &root))
	versions := map[string]string{}
	save := func(path string) {
		text, err := json.Marshal(root)
		require.NoError(t, err)
		versions[path] = string(text)
	}
	var walk func(at any, path string)
	walk = func(at any, path string) {
		switch node := at.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(node)) {
				value := node[key]
				if path == "" && key == "id" {
					continue // a record without an id is refused as it is read
				}
				if oBetaOnly[key] {
					continue
				}
				delete(node, key)
				save(path + "/" + key + " removed")
				if key != "id" { // an id is a plain text
					node[key] = []any{[]any{1}} // no property of Graph has this type
					save(path + "/" + key + " unreadable")
				}
				node[key] = value
				walk(value, path+"/"+key)
			}
		case []any:
			for _, item := range node {
				walk(item, path+"/*")
			}
		}
	}
	walk(root, "")
	return versions
}
