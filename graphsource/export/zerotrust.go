package export

import (
	"path"
	"strconv"
	"strings"
)

// zeroTrust reads zt-export, what Microsoft's Zero Trust Assessment saved of a
// tenant: Graph's replies page by page at <list>/<list>-<page>.json from page 0,
// and ztConfig.json, which names every list that was read to its end. Source of
// the lists and their queries: the tool's export configuration of 2026
// (microsoft/zerotrustassessment, MIT). Beside the pages of a list lies what the
// tool copies there for its own database, <list>-model.json: the shape of a row,
// which is no row of the tenant.
var zeroTrust = &layout{
	Format: zeroTrustFormat,
	marker: "ztConfig.json",
	about: func(marker *node) about {
		a := about{finished: map[string]bool{}}
		for i, name := range marker.names {
			switch {
			case strings.EqualFold(name, "tenantId"):
				a.info.ID = marker.items[i].str()
			case marker.items[i].is("true"):
				a.finished[strings.ToLower(name)] = true
			}
		}
		a.info.Collector = "Zero Trust Assessment"
		return a
	},
	place: func(name string) (placed, bool) {
		folder, file, ok := strings.Cut(strings.ToLower(name), "/")
		number, numbered := strings.CutPrefix(strings.TrimSuffix(file, path.Ext(file)), folder+"-")
		if numbered && number == "model" {
			return placed{unused: "the tool's model of a row, which is no row of the tenant"}, true
		}
		page, err := strconv.Atoi(number)
		if !ok || !numbered || err != nil || page < 0 {
			return placed{}, false
		}
		p := placed{page: page + 1, folder: folder}
		switch dataset, known := zeroTrustLists[folder]; {
		case known:
			p.target = target{dataset: dataset}
		case strings.HasSuffix(folder, "group") && zeroTrustLists[strings.TrimSuffix(folder, "group")] != "":
			p.adapter = zeroTrustMembers
		case folder == "signin":
			p.unused = "the tool asks for successful sign-ins to one application only, within limits of time and size: they stand for no others"
		default:
			p.unused = "this list of the tool decides nothing here"
		}
		return p, true
	},
}

var zeroTrustLists = map[string]string{
	"application":                     "applications",
	"serviceprincipal":                "servicePrincipals",
	"user":                            "users",
	"device":                          "devices",
	"roledefinition":                  setDefinitions,
	"roleassignment":                  setAssignments,
	"roleassignmentscheduleinstance":  setActive,
	"roleeligibilityscheduleinstance": setEligible,
	"rolemanagementpolicyassignment":  setRules,
	"userregistrationdetails":         "reports/authenticationMethods/userRegistrationDetails",
}

var zeroTrustFormat = Format{
	Tool:  "Zero Trust Assessment",
	Known: "zt-export: ztConfig.json, and the lists beside it",
	Trap: "Conditional Access, named locations and compliance policies are asked for and not saved. Its sign-ins are those of one application, and are not used. " +
		"A list is whole only where ztConfig.json says that it was finished and its last page has no @odata.nextLink. The model of a row that lies beside the pages is passed over.",
	Source: "the tool's export functions and the models of its lists, which it copies into every export (microsoft/zerotrustassessment, src/powershell/assets/export-model). No export with a tenant's rows was found in public.",
	Supplies: supplies(
		inFull("users", "devices", "applications", "servicePrincipals", setDefinitions,
			setAssignments, setEligible, "reports/authenticationMethods/userRegistrationDetails",
			"servicePrincipals/{id}/appRoleAssignments", setMembers),
		inPart("it asks for permanent assignments only, and leaves activations out", setActive),
		inPart("it asks which policy a role has, and not for the policy's rules", setRules),
		inPart("grants that could not be read are passed over", "oauth2PermissionGrants"),
	),
}

// zeroTrustMembers reads the members of the groups that hold roles: each member
// with the group's id beside it, once for each role of the group.
var zeroTrustMembers = &adapter{Format: zeroTrustFormat, together: true, adapt: func(record *node, at spot) adapted {
	group := record.get("privilegedGroupId").str()
	if group == "" {
		return adapted{odd: "it names no privilegedGroupId"}
	}
	return adapted{supplies: []supply{zeroTrustFormat.supply(setMembers, group, located{at.pointer, record})}}
}}
