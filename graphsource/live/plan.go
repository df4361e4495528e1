package live

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/privpath/privpath/graphsource"
)

// Plan lists the requests that a collection of the wanted data sets would make,
// in the order of the table. It needs no credential.
func Plan(opts Options, want []string) ([]graphsource.Request, error) {
	r := &run{opts: opts}
	if err := r.choose(want); err != nil {
		return nil, err
	}
	var plan []graphsource.Request
	for _, q := range graphsource.Requests() {
		if _, ok := r.chosen[q.Dataset]; ok {
			plan = append(plan, q)
		}
	}
	return plan, nil
}

// Writes reports whether the permission can change the tenant as well. A collector
// is better off without: the few data sets behind such a permission stay missing.
func (g Grant) Writes() bool { return strings.Contains(g.Permission, "ReadWrite") }

// Grant is a permission of Microsoft Graph and the data sets that need it.
type Grant struct {
	Permission string
	Datasets   []string
}

// Permissions lists the least permissions for requests, by name: delegated ones,
// for a signed-in person, or those for an application. A data set that an
// application cannot read is left out of its list.
func Permissions(requests []graphsource.Request, application bool) []Grant {
	datasets := map[string][]string{}
	for _, q := range requests {
		names := q.Delegated
		if application {
			names = q.Application
		}
		for name := range strings.SplitSeq(names, " and ") {
			if name != "" {
				datasets[name] = append(datasets[name], q.Dataset)
			}
		}
		if slices.ContainsFunc(q.Also, func(also string) bool { return strings.Contains(also, "scopeType eq 'Group'") }) {
			datasets[groupPolicies] = append(datasets[groupPolicies], q.Dataset)
		}
	}
	var grants []Grant
	for _, name := range sortedKeys(datasets) {
		grants = append(grants, Grant{name, datasets[name]})
	}
	return grants
}

// groupPolicies reads what PIM demands for membership of groups.
// Source: learn.microsoft.com/graph/api/policyroot-list-rolemanagementpolicyassignments.
const groupPolicies = "RoleManagementPolicy.Read.AzureADGroup"

// Evaluate asks Graph's own what-if analysis of Conditional Access, with the body
// of POST identity/conditionalAccess/evaluate, and gives the raw reply. It needs
// Policy.Read.ConditionalAccess or Policy.Read.All.
func (c *Collector) Evaluate(ctx context.Context, request []byte) ([]byte, error) {
	client, err := newClient(c.opts)
	if err != nil {
		return nil, err
	}
	r, bad := client.ask(ctx, post, client.address("v1.0", "/identity/conditionalAccess/evaluate"), request, isPage)
	if bad != nil {
		return nil, errors.New("live: evaluate: " + string(bad.reason) + ": " + bad.detail)
	}
	return r.body, nil
}
