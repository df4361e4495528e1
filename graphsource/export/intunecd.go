package export

import (
	"path"
	"strings"

	"github.com/privpath/privpath/model"
)

// intuneCD reads a backup of IntuneCD as JSON: one object a file,
// <type>/<display name>[__<id>].json. The tool takes ids and dates out of the
// objects, so a record's id is that of the file's name, or the name itself.
//
// The format is known from what the tool documents. The tool is under the GPL;
// nothing here comes from its source.
var intuneCD = &layout{
	Format: intuneCDFormat,
	place: func(name string) (placed, bool) {
		lower := strings.ToLower(path.Dir(name))
		for folder, adapter := range intuneCDFolders {
			if lower == folder || strings.HasSuffix(lower, "/"+folder) {
				return placed{adapter: adapter}, true
			}
		}
		return placed{}, false
	},
}

var intuneCDFormat = Format{
	Tool:  "IntuneCD",
	Known: "the folders “Conditional Access” and “Compliance Policies/Policies”, below any other",
	Trap: "It takes ids and dates out of the objects: what refers to one finds it only where the backup appends ids to the files' names. " +
		"A backup can be limited by a prefix, and does not say so. As YAML it is not read.",
	Supplies: inPart("a backup can be limited to a prefix, and does not say so",
		model.ConditionalAccessPolicies.Name(), model.CompliancePolicies.Name()),
}

var intuneCDFolders = map[string]*adapter{
	"conditional access":           intuneCDObjects(model.ConditionalAccessPolicies.Name()),
	"compliance policies/policies": intuneCDObjects(model.CompliancePolicies.Name()),
}

// intuneCDObjects gives every object the id that its file's name tells.
func intuneCDObjects(dataset string) *adapter {
	return &adapter{Format: intuneCDFormat, adapt: func(record *node, at spot) adapted {
		if record.get("id").str() == "" {
			name := strings.TrimSuffix(path.Base(at.file), path.Ext(at.file))
			if _, id, ok := strings.Cut(name, "__"); ok && id != "" {
				name = id
			}
			record = &node{kind: '{', names: append([]string{"id"}, record.names...), items: append([]*node{text(name)}, record.items...)}
		}
		return adapted{supplies: []supply{intuneCDFormat.supply(dataset, "", located{at.pointer, record})}}
	}}
}
