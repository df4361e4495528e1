package export

import (
	"bytes"
	"strconv"

	"github.com/privpath/privpath/model"
)

// expansion is a child data set that a request may bring along with its parents
// by $expand.
type expansion struct{ property, dataset string }

// expansions lists them by the parents' data set.
var expansions = map[string][]expansion{
	"groups": {
		{"members", "groups/{id}/members"},
		{"transitiveMembers", "groups/{id}/transitiveMembers"},
		{"owners", "groups/{id}/owners"},
	},
	"applications": {
		{"owners", "applications/{id}/owners"},
		{"federatedIdentityCredentials", "applications/{id}/federatedIdentityCredentials"},
	},
	"servicePrincipals": {
		{"owners", "servicePrincipals/{id}/owners"},
		{"appRoleAssignments", "servicePrincipals/{id}/appRoleAssignments"},
		{"appRoleAssignedTo", "servicePrincipals/{id}/appRoleAssignedTo"},
	},
	"devices":                       {{"registeredOwners", "devices/{id}/registeredOwners"}},
	"directory/administrativeUnits": {{"members", "directory/administrativeUnits/{id}/members"}},
	"directoryRoles":                {{"members", "directoryRoles/{id}/members"}},
	"identityGovernance/entitlementManagement/catalogs": {{"resources", "identityGovernance/entitlementManagement/catalogs/{id}/resources"}},
	"identityGovernance/accessReviews/definitions":      {{"instances", "identityGovernance/accessReviews/definitions/{id}/instances"}},
	"deviceManagement/roleDefinitions":                  {{"roleAssignments", "deviceManagement/roleDefinitions/{id}/roleAssignments"}},
	deviceManagement:                                    {{"settings", "deviceManagement/settings"}},
}

// expandCap is how many objects Graph returns at most for an expanded
// relationship of a directory object; there is no @odata.nextLink behind them
// (Microsoft Graph known issues, query parameters).
const expandCap = 20

// expanded is what one record brought of one child data set.
type expanded struct {
	target   target
	items    []*node
	pointer  string // of the property below the record
	isArray  bool
	coverage model.Coverage
}

// expand finds the children inside a record. Records of the Graph PowerShell SDK
// name every relationship, also those that nobody asked for, so there an empty
// one says nothing.
func expand(dataset string, record []byte, sdk bool, wanted func(string) bool) []expanded {
	var all []expanded
	var parsed *node
	for _, x := range expansions[dataset] {
		if !wanted(x.dataset) || !bytes.Contains(record, []byte(`"`+x.property+`"`)) {
			continue
		}
		if parsed == nil {
			var err error
			if parsed, err = parseTree(record); err != nil {
				return nil
			}
		}
		property := parsed.get(x.property)
		if property == nil || property.kind != '[' && property.kind != '{' || sdk && len(property.items) == 0 {
			continue
		}
		e := expanded{pointer: "/" + x.property, items: property.elements(), isArray: property.kind == '[',
			coverage: model.Coverage{State: model.Complete}}
		e.target = target{x.dataset, parsed.get("id").str()}
		if dataset == deviceManagement {
			e.target.parent = ""
		} else if e.target.parent == "" {
			continue
		}
		switch {
		case parsed.get(x.property+"@odata.nextLink") != nil:
			e.coverage = model.Coverage{State: model.Partial, Reason: model.Truncated,
				Detail: x.property + "@odata.nextLink is left: the expanded list goes on"}
		case len(e.items) >= expandCap && dataset != deviceManagement:
			e.coverage = model.Coverage{State: model.Partial, Reason: model.Truncated,
				Detail: "Graph's $expand stops at " + strconv.Itoa(expandCap) + " objects: request " + strconv.Quote(e.target.path()) + " itself"}
		}
		all = append(all, e)
	}
	return all
}

// at is the JSON pointer, below the record, of an item.
func (e expanded) at(i int) string {
	if !e.isArray {
		return e.pointer
	}
	return e.pointer + "/" + strconv.Itoa(i)
}
