package export

import (
	"path"
	"strconv"
	"strings"

	"github.com/privpath/privpath/model"
)

// zeroTrust reads zt-export, what Microsoft's Zero Trust Assessment saved of a
// tenant: Graph's replies page by page at <list>/<list>-<page>.json from page 0,
// and ztConfig.json, which names every list that was read to its end. Source of
// the lists and their queries: the tool's export configuration of 2026
// (microsoft/zerotrustassessment, MIT).
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
	"application":                     model.Applications.Name(),
	"serviceprincipal":                model.ServicePrincipals.Name(),
	"user":                            model.Users.Name(),
	"device":                          model.Devices.Name(),
	"roledefinition":                  model.RoleDefinitions.Name(),
	"roleassignment":                  model.RoleAssignments.Name(),
	"roleassignmentscheduleinstance":  model.RoleAssignmentSchedule.Name(),
	"roleeligibilityscheduleinstance": model.RoleEligibility.Name(),
	"rolemanagementpolicyassignment":  model.RolePolicies.Name(),
	"userregistrationdetails":         model.RegistrationDetails.Name(),
}

var zeroTrustFormat = Format{
	Tool:  "Zero Trust Assessment",
	Known: "zt-export: ztConfig.json, and the lists beside it",
	Trap: "Conditional Access, named locations and compliance policies are asked for and not saved. Its sign-ins are those of one application, and are not used. " +
		"A list is whole only where ztConfig.json says that it was finished and its last page has no @odata.nextLink.",
	Supplies: supplies(
		inFull(model.Users.Name(), model.Devices.Name(), model.Applications.Name(), model.ServicePrincipals.Name(), model.RoleDefinitions.Name(),
			model.RoleAssignments.Name(), model.RoleEligibility.Name(), model.RegistrationDetails.Name(),
			model.AppRoleAssignments.Name(), model.GroupMembers.Name()),
		inPart("it asks for permanent assignments only, and leaves activations out", model.RoleAssignmentSchedule.Name()),
		inPart("it asks which policy a role has, and not for the policy's rules", model.RolePolicies.Name()),
		inPart("grants that could not be read are passed over", model.OAuth2Grants.Name()),
	),
}

// zeroTrustMembers reads the members of the groups that hold roles: each member
// with the group's id beside it, once for each role of the group.
var zeroTrustMembers = &adapter{Format: zeroTrustFormat, together: true, adapt: func(record *node, at spot) adapted {
	group := record.get("privilegedGroupId").str()
	if group == "" {
		return adapted{odd: "it names no privilegedGroupId"}
	}
	return adapted{supplies: []supply{zeroTrustFormat.supply(model.GroupMembers.Name(), group, located{at.pointer, record})}}
}}
