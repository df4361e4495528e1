package export

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/privpath/privpath/model"
)

// scubaGear reads ProviderSettingsExport.json of CISA's ScubaGear, also where
// ScubaResults.json holds it under "Raw". Facts about the format are from
// ScubaGear's providers (cisagov/ScubaGear, v1.8): it asks Graph beta for every
// Conditional Access policy, and reads role assignments and PIM rules of eight
// highly privileged roles only. It keeps Graph's nulls, unless the objects are
// those of the Graph PowerShell SDK, as in its first versions.
var scubaGear = &adapter{
	Format: scubaFormat,
	sign:   "baseline_version",
	recognises: func(root *node) bool {
		settings, _ := scubaSettings(root)
		return settings != nil
	},
	adapt: adaptScubaGear,
}

var scubaFormat = Format{
	Tool:  "ScubaGear",
	Known: "the content of ProviderSettingsExport.json, also inside ScubaResults.json",
	Trap: "A list is whole only where ScubaGear counts its command as successful. " +
		"PIM's rules of groups name them by display name only, and are left out.",
	Source: "the tool's providers and the public report of a scrubbed tenant, which is assessed end to end (cisagov/ScubaGear).",
	Supplies: supplies(
		inFull(setPolicies, "domains", setAuthorization, setMethods),
		inPart("it reads eight highly privileged roles only", setActive, setRules),
	),
}

// scubaSettings finds the settings and where they lie in the file.
func scubaSettings(root *node) (settings *node, pointer string) {
	for _, at := range []struct {
		n       *node
		pointer string
	}{{root, ""}, {root.get("raw"), "/Raw"}} {
		if at.n.get("baseline_version") != nil && at.n.get("module_version") != nil {
			return at.n, at.pointer
		}
	}
	return nil, ""
}

func adaptScubaGear(root *node, at spot) adapted {
	settings, base := scubaSettings(root)
	base = at.pointer + base
	var found adapted
	for _, details := range settings.get("tenant_details").elements() {
		found.info.ID, found.info.Name = details.get("tenantId").str(), details.get("displayName").str()
	}
	if at, err := time.Parse(time.RFC3339Nano, settings.get("timestamp_zulu").str()); err == nil {
		found.info.CollectedAt = at.UTC()
	}
	found.info.Collector = strings.TrimSpace("ScubaGear " + settings.get("module_version").str())

	for _, list := range scubaLists {
		read := settings.get(list.key)
		if read == nil {
			continue
		}
		s := scubaFormat.supply(list.dataset, "", locate(read, base+"/"+list.key)...)
		s.coverage = s.coverage.Worst(scubaCommand(settings, list.command))
		for i := range s.records {
			if list.shape != nil {
				s.records[i] = list.shape(s.records[i])
			}
		}
		found.supplies = append(found.supplies, s)
	}
	if roles := settings.get("privileged_roles"); roles != nil {
		found.supplies = append(found.supplies, scubaRoles(roles, base+"/privileged_roles")...)
	}
	return found
}

// scubaLists are the lists that ScubaGear reads as Graph gives them, each with
// the end of its command's name.
var scubaLists = []struct {
	key, dataset, command string
	shape                 func(located) located
}{
	{"conditional_access_policies", setPolicies, "IdentityConditionalAccessPolicy", nil},
	{"domain_settings", "domains", "Domain", nil},
	{"authorization_policies", setAuthorization, "PolicyAuthorizationPolicy", nil},
	{"authentication_method", setMethods, "PolicyAuthenticationMethodPolicy", scubaMethods},
}

// scubaMethods takes the policy out of its wrapper, with the methods beside it.
func scubaMethods(l located) located {
	policy := l.record.get("authentication_method_policy")
	if policy == nil || policy.kind != '{' {
		return l
	}
	if methods := l.record.get("authentication_method_feature_settings"); policy.get("authenticationMethodConfigurations") == nil && methods != nil {
		policy = &node{kind: '{', names: slices.Clone(policy.names), items: slices.Clone(policy.items)}
		policy.put("AuthenticationMethodConfigurations", methods)
	}
	return located{l.pointer + "/authentication_method_policy", policy}
}

// scubaCommand is complete only where ScubaGear says that the command worked.
func scubaCommand(settings *node, command string) model.Coverage {
	names := func(key string) bool {
		list := settings.get(key)
		return list != nil && slices.ContainsFunc(list.items, func(n *node) bool { return strings.HasSuffix(n.str(), command) })
	}
	if names("aad_successful_commands") && !names("aad_unsuccessful_commands") {
		return model.Coverage{State: model.Complete}
	}
	return model.Coverage{State: model.Partial, Reason: model.NotCollected,
		Detail: "ScubaGear does not list its command as successful"}
}

func scubaRoles(roles *node, base string) []supply {
	assignments := scubaFormat.supply(setActive, "")
	rules := scubaFormat.supply(setRules, "")
	for i, role := range roles.elements() {
		at := base
		if roles.kind == '[' {
			at += "/" + strconv.Itoa(i)
		}
		assignments.records = append(assignments.records, locate(role.get("assignments"), at+"/Assignments")...)
		if policy := scubaPolicy(role); policy != nil {
			rules.records = append(rules.records, located{at, policy})
		}
	}
	return []supply{assignments, rules}
}

// scubaPolicy builds the policy assignment of a role from its rules. The role's
// list also holds rules of groups that PIM manages; those name a group only, by
// its display name, and are left out.
func scubaPolicy(role *node) *node {
	id := role.get("roleTemplateId")
	list := &node{kind: '['}
	for _, rule := range role.get("rules").elements() {
		if source := rule.get("ruleSourceType").str(); source == "" || source == "Directory Role" {
			list.items = append(list.items, rule)
		}
	}
	if id.str() == "" || len(list.items) == 0 {
		return nil
	}
	name := text("scubagear_" + id.str())
	return object("Id ScopeId ScopeType RoleDefinitionId Policy", name, text("/"), text("DirectoryRole"), id, object("Id Rules", name, list))
}

// locate gives the elements of a list with their pointers.
func locate(list *node, base string) []located {
	var all []located
	for i, item := range list.elements() {
		at := base
		if list.kind == '[' {
			at += "/" + strconv.Itoa(i)
		}
		all = append(all, located{at, item})
	}
	return all
}
