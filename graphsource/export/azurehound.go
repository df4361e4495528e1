package export

import (
	"cmp"
	"strings"

	"github.com/privpath/privpath/model"
)

// azureHound reads what AzureHound collected for BloodHound: a file whose "data"
// holds objects of many kinds, each {"kind": …, "data": …}. Ids and names are in
// capitals; a false, an empty text and an empty list are left out, so that what
// is absent is unknown; lists that could not be read are left out without a word.
//
// The tool is under the GPL; nothing here comes from its source.
var azureHound = &adapter{
	Format: azureHoundFormat,
	sign:   "kind",
	recognises: func(record *node) bool {
		if list := record.get("data"); list != nil && list.kind == '[' { // "meta" stands first
			return record.get("meta").get("type").str() == "azure"
		}
		return strings.HasPrefix(record.get("kind").str(), "AZ") && record.get("data") != nil
	},
	adapt: adaptAzureHound,
}

var azureHoundFormat = Format{
	Tool:  "AzureHound",
	Known: "its content: objects of the kinds AZUser, AZRole, …",
	Trap: "It leaves out every false, so a device is never non-compliant and an account never disabled by it, and nothing passes by what is absent. " +
		"Of PIM's rules only what is demanded shows, never how long. Ids and names in capitals are read in small letters. " +
		"Federated credentials name their application by its client id only, and are left out.",
	Source: "its documented output, BloodHound's public sample of federated credentials (SpecterOps/BloodHound, graphify/fixtures) and, for which id stands where, the tool's list of owners.",
	Supplies: inPart("it keeps no record of what it could not read, and leaves out what is false",
		"users", "groups", "devices", "applications", "servicePrincipals",
		"oauth2PermissionGrants", setMembers, "groups/{id}/owners", "applications/{id}/owners", "servicePrincipals/{id}/owners",
		"servicePrincipals/{id}/appRoleAssignedTo", "devices/{id}/registeredOwners",
		setDefinitions, setAssignments, setEligible, setRules),
}

func adaptAzureHound(record *node, at spot) adapted {
	if list := record.get("data"); list != nil && list.kind == '[' {
		var all adapted
		for _, l := range locate(list, at.pointer+"/data") {
			one := adaptAzureHound(l.record, spot{at.file, l.pointer, at.principal})
			all.info = mergeInfo(all.info, one.info)
			all.supplies = append(all.supplies, one.supplies...)
		}
		return all
	}
	data := record.get("data")
	found := adapted{info: model.TenantInfo{ID: model.FoldID(data.get("tenantId").str()), Collector: azureHoundFormat.Tool}}
	at.pointer += "/data"
	switch kind := record.get("kind").str(); kind {
	case "AZTenant":
		found.info.Name = data.get("displayName").str()
	case "AZGroupMember":
		found.supplies = hounded(setMembers, data, "groupId", "members", "member", at)
	case "AZGroupOwner":
		found.supplies = hounded("groups/{id}/owners", data, "groupId", "owners", "owner", at)
	case "AZDeviceOwner":
		found.supplies = hounded("devices/{id}/registeredOwners", data, "deviceId", "owners", "owner", at)
	case "AZAppOwner":
		// The list has the application's client id, each of its owners the object's.
		for _, l := range locate(data.get("owners"), at.pointer+"/owners") {
			application := cmp.Or(l.record.get("appId").str(), data.get("appId").str())
			found.supplies = append(found.supplies, houndedOne("applications/{id}/owners", application, "owner", l))
		}
	case "AZServicePrincipalOwner":
		found.supplies = hounded("servicePrincipals/{id}/owners", data, "servicePrincipalId", "owners", "owner", at)
	case "AZRoleAssignment":
		s := azureHoundFormat.supply(setAssignments, "")
		for _, l := range locate(data.get("roleAssignments"), at.pointer+"/roleAssignments") {
			s.records = append(s.records, located{l.pointer, small(l.record)})
		}
		found.supplies = []supply{s}
	case "AZRoleManagementPolicyAssignment":
		found.supplies = []supply{azureHoundFormat.supply(setRules, "", located{at.pointer, houndPolicy(data)})}
	case "AZAppRoleAssignment":
		resource := model.FoldID(data.get("resourceId").str())
		found.supplies = []supply{azureHoundFormat.supply("servicePrincipals/{id}/appRoleAssignedTo", resource, located{at.pointer, small(data)})}
	default:
		if dataset, ok := houndKinds[kind]; ok {
			found.supplies = []supply{azureHoundFormat.supply(dataset, "", located{at.pointer, small(data)})}
		}
	}
	return found
}

// houndKinds are the kinds whose data is a record of Graph's.
var houndKinds = map[string]string{
	"AZUser":                            "users",
	"AZGroup":                           "groups",
	"AZDevice":                          "devices",
	"AZApp":                             "applications",
	"AZServicePrincipal":                "servicePrincipals",
	"AZOAuth2PermissionGrant":           "oauth2PermissionGrants",
	"AZRole":                            setDefinitions,
	"AZRoleEligibilityScheduleInstance": setEligible,
}

// hounded reads a list of references that belong to one parent, each wrapped
// with the parent's id.
func hounded(dataset string, data *node, parent, list, item string, at spot) []supply {
	s := azureHoundFormat.supply(dataset, model.FoldID(data.get(parent).str()))
	for _, l := range locate(data.get(list), at.pointer+"/"+list) {
		s.records = append(s.records, houndedOne(dataset, "", item, l).records...)
	}
	return []supply{s}
}

// houndedOne reads one reference out of its wrapper.
func houndedOne(dataset, parent, item string, l located) supply {
	s := azureHoundFormat.supply(dataset, model.FoldID(parent))
	if reference := l.record.get(item); reference != nil {
		s.records = append(s.records, located{l.pointer + "/" + item, small(reference)})
	}
	return s
}

// houndTexts are the properties that stand in capitals and are compared with
// what other exports write in small letters.
var houndTexts = map[string]bool{
	"id": true, "appId": true, "deviceId": true, "templateId": true, "principalId": true, "roleDefinitionId": true, "appRoleId": true,
	"clientId": true, "resourceId": true, "userPrincipalName": true, "appOwnerOrganizationId": true, "mail": true,
}

// houndKeeps are, by kind of value, what must not be read as a fact: a false
// that a later version may write is one, and the others say only "not there".
func small(record *node) *node {
	if record == nil || record.kind != '{' {
		return &node{kind: '{'}
	}
	out := &node{kind: '{'}
	for i, name := range record.names {
		value := record.items[i]
		switch {
		case houndTexts[name] && value.str() != "":
			value = value.lower()
		case value.str() == "0001-01-01T00:00:00Z", value.isNull(), value.kind == '"' && value.text == "":
			continue
		}
		out.put(name, value)
	}
	return out
}

// houndPolicy makes PIM rules of what a role's policy is known to demand. A
// demand that is not there may be left out or not demanded, so a rule stands only
// where all that it says is known.
func houndPolicy(data *node) *node {
	demands := func(name string) bool { return data.get("endUserAssignmentRequires" + name).is("true") }
	var rules []*node
	if demands("MFA") && demands("Justification") && demands("TicketInformation") {
		rules = append(rules, object("id enabledRules", text("Enablement_EndUser_Assignment"), array(text("MultiFactorAuthentication"), text("Justification"), text("Ticketing"))))
	}
	if demands("Approval") {
		rules = append(rules, object("id setting", text("Approval_EndUser_Assignment"), object("isApprovalRequired", flag(true))))
	}
	if demands("CAPAuthenticationContext") {
		rules = append(rules, object("id isEnabled", text("AuthenticationContext_EndUser_Assignment"), flag(true)))
	}
	id := data.get("id").lower()
	return object("id scopeId scopeType roleDefinitionId policy", id, text("/"), text("DirectoryRole"), data.get("roleDefinitionId").lower(), object("id rules", id, array(rules...)))
}
