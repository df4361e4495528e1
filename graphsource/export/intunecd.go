package export

import (
	"path"
	"strings"
)

// intuneCD reads a backup of IntuneCD, as JSON or YAML: one object a file,
// <type>/<display name>[_<kind>][__<id>].json. The tool takes the id and the dates
// off the top of an object, so a record's id is that of the file's name, or the
// name itself.
//
// The tool is under the GPL; nothing here comes from its source.
var intuneCD = &layout{
	Format: intuneCDFormat,
	yaml:   true,
	place: func(name string) (placed, bool) {
		lower := strings.ToLower(path.Dir(name))
		for folder, what := range intuneCDFolders {
			if lower == folder || strings.HasSuffix(lower, "/"+folder) {
				return what, true
			}
		}
		return placed{}, false
	},
}

var intuneCDFormat = Format{
	Tool: "IntuneCD",
	Known: "the folders “Conditional Access”, “Compliance Policies/Policies” and, of Entra, “Entra/Authorization Policy”, “Entra/Authentication Methods”, " +
		"“Entra/Device Registration Policy”, “Entra/Security Defaults” and “Entra/Domains”, below any other",
	Trap: "It takes ids and dates out of the objects: what refers to one finds it only where the backup appends ids to the files' names, and of two with one name the last remains. " +
		"Applications without their ids are of no use. A backup can be limited by a prefix, and does not say so. Of YAML what the tool writes is read, and anything that could be read in two ways is refused.",
	Source: "what the tool documents and tests, and a public backup (ennnbeee/CES2026-IntuneCD).",
	Supplies: supplies(
		inFull(setAuthorization, setMethods, setRegistration, setDefaults),
		inPart("a backup can be limited to a prefix, and does not say so", "domains", setPolicies, setCompliance)),
}

var intuneCDFolders = map[string]placed{
	"conditional access":               {adapter: intuneCDObjects(setPolicies)},
	"compliance policies/policies":     {adapter: intuneCDObjects(setCompliance)},
	"entra/authorization policy":       {adapter: intuneCDObjects(setAuthorization)},
	"entra/authentication methods":     {adapter: intuneCDObjects(setMethods)},
	"entra/device registration policy": {adapter: intuneCDObjects(setRegistration)},
	"entra/security defaults":          {adapter: intuneCDObjects(setDefaults)},
	"entra/domains":                    {adapter: intuneCDObjects("domains")},
	"entra/applications":               {unused: "IntuneCD takes the ids off applications, and nothing else names them as their owners and roles do"},
}

// intuneCDObjects gives every object the id that its file's name tells.
func intuneCDObjects(dataset string) *adapter {
	return &adapter{Format: intuneCDFormat, together: true, adapt: func(record *node, at spot) adapted {
		if record.get("id").str() == "" {
			name := strings.TrimSuffix(path.Base(at.file), path.Ext(at.file))
			if i := strings.LastIndex(name, "__"); i >= 0 && i+2 < len(name) {
				name = name[i+2:]
			}
			record = &node{kind: '{', names: append([]string{"id"}, record.names...), items: append([]*node{text(name)}, record.items...)}
		}
		return adapted{supplies: []supply{intuneCDFormat.supply(dataset, "", located{at.pointer, record})}}
	}}
}
