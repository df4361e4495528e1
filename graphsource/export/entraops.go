package export

import (
	"strings"

	"github.com/privpath/privpath/model"
)

// entraOps reads PrivilegedEAM of EntraOps: a list of privileged objects, each
// with the role assignments that the tool derived for it, direct and through
// groups.
var entraOps = &adapter{
	Format: entraOpsFormat,
	sign:   "RoleAssignments",
	recognises: func(record *node) bool {
		return record.get("objectId") != nil && record.get("objectType") != nil && record.get("classification") != nil && record.get("roleAssignments") != nil
	},
	adapt: adaptEntraOps,
}

var entraOpsFormat = Format{
	Tool:  "EntraOps",
	Known: "its content: objects with a Classification and RoleAssignments",
	Trap: "It is derived: only objects with classified roles are there, and of an assignment neither its end nor whether PIM activated it. " +
		"An account is synchronised where it says so; where it does not, nothing is known. The work account and the workstation of an administrator are the owner's words: state them in declarations.json.",
	Source: "the tool's documentation and its public sample of a privileged object (Cloud-Architekt/EntraOps).",
	Supplies: inPart("it lists the objects that it classified, and derives their assignments",
		"users", "groups", "servicePrincipals", setMembers,
		setAssignments, setEligible),
}

func adaptEntraOps(record *node, at spot) adapted {
	id := record.get("objectId").str()
	kind := strings.ToLower(record.get("objectType").str())
	dataset, known := map[string]string{"user": "users", "group": "groups", "serviceprincipal": "servicePrincipals"}[kind]
	if id == "" || !known {
		return adapted{odd: "it is no user, group or service principal with an ObjectId"}
	}
	found := adapted{info: model.TenantInfo{Collector: entraOpsFormat.Tool}}
	self := object("id displayName", text(id), given(record, "objectDisplayName"))
	if kind == "user" {
		if name := given(record, "objectUserPrincipalName"); name != nil {
			self.put("userPrincipalName", name)
		} else if name := given(record, "objectSignInName"); name != nil {
			self.put("userPrincipalName", name)
		}
		if record.get("onPremSynchronized").is("true") {
			self.put("onPremisesSyncEnabled", flag(true))
		}
	}
	found.supplies = append(found.supplies, entraOpsFormat.supply(dataset, "", located{at.pointer, self}))
	if system := record.get("roleSystem").str(); system != "" && system != "EntraID" {
		return found
	}
	for _, l := range locate(record.get("roleAssignments"), at.pointer+"/RoleAssignments") {
		found.supplies = append(found.supplies, entraOpsAssignment(l, id, kind)...)
	}
	return found
}

// entraOpsAssignment gives the assignment, and the membership that an indirect
// one rests on. The tool does not tell an eligible membership from an active one,
// so a group is left to speak for itself unless it is plain that it is neither.
func entraOpsAssignment(l located, id, kind string) []supply {
	row := l.record
	principal := id
	var all []supply
	if group := row.get("transitiveByObjectId").str(); group != "" {
		principal = group
		if row.get("roleAssignmentSubType").str() == "" {
			member := object("@odata.type id", text("#microsoft.graph."+map[string]string{"user": "user", "group": "group", "serviceprincipal": "servicePrincipal"}[kind]), text(id))
			all = append(all, entraOpsFormat.supply(setMembers, group, located{l.pointer, member}))
		}
	} else if row.get("roleAssignmentType").str() != "Direct" {
		return nil
	}
	dataset := setAssignments
	switch row.get("pIMAssignmentType").str() {
	case "Eligible":
		dataset = setEligible
	case "Permanent":
	default:
		return all
	}
	return append(all, entraOpsFormat.supply(dataset, "", located{l.pointer, object("id principalId roleDefinitionId directoryScopeId", row.get("roleAssignmentId"), text(principal), row.get("roleDefinitionId"), row.get("roleAssignmentScopeId"))}))
}

// given is a text that is there, nil where it is empty.
func given(record *node, name string) *node {
	if n := record.get(name); n.str() != "" {
		return n
	}
	return nil
}
