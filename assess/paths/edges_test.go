package paths_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess/paths"
)

// edgeCases names for every kind of hop the case in which it exists, one in which
// it nearly does, and one in which that is not known.
var edgeCases = map[string]struct{ exists, nearly, unknown string }{
	"usesRole":                 {"reset-owner", "role-blocked", "role-policy-unknown"},
	"activatesRole":            {"activation-rule", "activation-approved", "activation-unknown"},
	"activatesMembership":      {"approval-two", "approval-one", "group-activation-unknown"},
	"ridesSession":             {"activation-approved", "session-fresh", "session-unknown"},
	"signsIn":                  {"reset-owner", "policy-in-the-way", "disabled-owner"},
	"approves":                 {"approver-group-owner", "approver-group-none", "approver-group-unknown"},
	"holdsRole":                {"application-role", "application-role-unit", "assignments-unknown"},
	"memberOf":                 {"members-unknown", "members-known", "members-partial"},
	"ownsGroup":                {"group-owner", "group-owner-none", "group-owner-unknown"},
	"eligibleOwner":            {"eligible-owner", "eligible-owner-elsewhere", "exclusion-group-eligible-owner"},
	"writesGroup":              {"exclusion-group-administrator", "exclusion-group-shielded", "exclusion-group-unit-unknown"},
	"requestsPackage":          {"access-package", "access-package-other", "access-package-unknown"},
	"resetsPassword":           {"reset-owner", "reset-shielded", "reset-eligible"},
	"addsMethod":               {"method", "method-off", "method-unknown"},
	"registersMethod":          {"registers-method", "registers-method-has", "registers-method-unknown"},
	"syncedFrom":               {"on-premises", "hybrid-role-cloud", "on-premises-unknown"},
	"matchesAccount":           {"matched", "matched-blocked", "matched-unknown"},
	"vouchesFor":               {"federated-domain", "federated-domain-managed", "federated-domain-unknown"},
	"federatesDomain":          {"federation", "federation-initial", "federation-unknown"},
	"trustsAuthority":          {"certificate-authority", "certificate-authority-off", "certificate-authority-unknown"},
	"ownsApplication":          {"app-owner", "app-owner-none", "app-owner-unknown"},
	"managesApplication":       {"app-admin", "app-admin-elsewhere", "app-admin-condition"},
	"addsCredential":           {"app-owner", "app-owner-none", "sp-admin-lock-unknown"},
	"ownsServicePrincipal":     {"sp-owner", "sp-owner-locked", "sp-owner-lock-unknown"},
	"controlsApplication":      {"foreign-application", "foreign-application-microsoft", "foreign-application-unknown"},
	"federatesWorkload":        {"federated", "federated-elsewhere", "federated-unknown"},
	"hostsIdentity":            {"managed-identity", "managed-identity-not", "managed-identity-unknown"},
	"controlsResource":         {"azure-contributor", "azure-elsewhere", "azure-other-role"},
	"hasPermission":            {"app-owner", "permission-elsewhere", "permission-unknown"},
	"actsInTheName":            {"delegated", "delegated-reader", "delegated-unknown"},
	"assignsRole":              {"assigns-roles", "assigns-roles-reader", "assigns-roles-condition"},
	"grantsPermission":         {"permission-grants", "permission-grants-delegated", "permission-grants-condition"},
	"changesRole":              {"role-definition-writer", "role-definition-reader", "role-definition-condition"},
	"assignsAccessPackage":     {"entitlement", "entitlement-reader", "entitlement-condition"},
	"writesConditionalAccess":  {"policy-writer", "policy-writer-protected", "policy-writer-unknown"},
	"loosensConditionalAccess": {"named-locations", "named-locations-read", "cross-tenant-condition"},
	"writesPIMPolicy":          {"pim-writer", "pim-writer-none", "pim-writer-condition"},
	"runsCodeOn":               {"intune", "intune-unmanaged", "intune-condition"},
	"opensDevice":              {"device-password-unit", "device-password-unit-other", "cloud-pc-unknown"},
	"administersDevice":        {"device-administrator", "device-administrator-registered", "device-administrator-unknown"},
	"marksDevice":              {"paw-marked", "paw-marked-reader", "paw-marked-unknown"},
	"signsInOn":                {"intune", "intune-unmanaged", "intune-unknown"},
	"administersAsPartner":     {"partner", "partner-other", "partner-unknown"},
	"holdsIntuneRole":          {"intune-role", "intune-role-reads", "intune-role-all"},
	"managesDevice":            {"intune-role", "intune-role-elsewhere", "intune-role-unknown"},
	"administersUnit":          {"reset-in-unit", "reset-outside-unit", "exclusion-group-unit-unknown"},
	"signsInWith":              {"app-owner", "app-owner-none", "sp-admin-lock-unknown"},
	"leadsOn":                  {"workload", "workload-other", "consent-policies-condition"},
}

// The neighbours' defects, each with the cases that hold us apart from it: the
// first leads in, or does not, and the second differs from it by the defect alone.
// Source: BloodHound issue 942, and the sources of AzureHound and BloodHound.
var neighboursDefects = []struct{ defect, leads, not string }{
	{"a role over a unit is taken for one over the tenant", "reset-in-unit", "reset-outside-unit"},
	{"every enablement rule is written into the fields of the end user, and the last one wins", "activation-rule", "activation-approved"},
	{"the eligible edge drops the scope", "activation-rule", "reset-eligible-outside-unit"},
	{"owners of role-assignable groups are not shielded from resets", "reset-owner", "reset-shields-group-owner"},
}

// Every kind of hop has a case in which it leads in, one in which it does not, and
// one in which that is not known. What no export settles leads in perhaps.
func TestEveryEdgeHasItsCases(t *testing.T) {
	hops := map[string][]paths.SeenHop{}
	of := func(name string) []paths.SeenHop {
		if _, ok := hops[name]; !ok {
			hops[name] = build(t, parse(t, "testdata/"+name+".txtar")).HopsSeen()
		}
		return hops[name]
	}
	seldom := map[string]bool{}
	for _, e := range paths.Edges() {
		seldom[e.Name] = e.NeverCertain != ""
		require.NotEmpty(t, e.Does, e.Name)
		require.Contains(t, edgeCases, e.Name, "no cases")
	}
	require.Len(t, edgeCases, len(paths.Edges()))
	for _, e := range paths.Edges() {
		name, c := e.Name, edgeCases[e.Name]
		is := func(h paths.SeenHop) bool { return h.Edge == name }
		exists := slices.DeleteFunc(slices.Clone(of(c.exists)), func(h paths.SeenHop) bool { return !is(h) || !h.Reaches && !seldom[name] })
		require.NotEmpty(t, exists, "%s does not lead in in %s", name, c.exists)
		if seldom[name] {
			require.False(t, slices.ContainsFunc(exists, func(h paths.SeenHop) bool { return h.Certain }), "%s is certain in %s", name, c.exists)
		}
		nearly := of(c.nearly)
		require.True(t, slices.ContainsFunc(exists, func(h paths.SeenHop) bool {
			return !slices.ContainsFunc(nearly, func(n paths.SeenHop) bool {
				return n.Start == h.Start && n.Attacker == h.Attacker && n.Edge == h.Edge && n.To == h.To
			})
		}), "every %s of %s is in %s", name, c.exists, c.nearly)
		require.True(t, slices.ContainsFunc(of(c.unknown), func(h paths.SeenHop) bool { return is(h) && !h.Certain }), "%s is not unknown in %s", name, c.unknown)
		require.NotEqual(t, c.exists, c.unknown, name)
	}
}

// Where a neighbour sees the same way in both tenants, it leads in in one alone.
func TestNeighboursDefects(t *testing.T) {
	reset := func(name string) bool {
		return slices.ContainsFunc(build(t, parse(t, "testdata/"+name+".txtar")).HopsSeen(), func(h paths.SeenHop) bool {
			return h.Start == "helen" && h.Attacker == "stolenPassword" && h.Edge == "resetsPassword" && h.Reaches
		})
	}
	for _, d := range neighboursDefects {
		require.True(t, reset(d.leads), d.defect)
		require.False(t, reset(d.not), d.defect)
	}
}
