package export

import (
	"strings"

	"github.com/privpath/privpath/model"
)

// intuneManagement reads the export folder of the IntuneManagement tool: one
// object a file, <type>/<display name>.json, as Graph beta writes it with full
// metadata, and MigrationTable.json beside the types' folders. People choose the
// types and the objects, and nothing in the folder says which.
//
// The tool is under the GPL; nothing here comes from its source.
var intuneManagement = &layout{
	Format: Format{
		Tool:  "IntuneManagement",
		Known: "MigrationTable.json, and the folders beside it",
		Trap: "People choose what to export and no file says what they chose, so no list is whole. " +
			"Groups come without members. Placeholders such as %OrganizationId% stay ids that nobody has.",
		Source: "public exports (kennethvs/cabaseline202510, UniFy-Endpoint/Conditional-Access-Baseline, SkipToTheEndpoint/OpenIntuneBaseline).",
		Supplies: inPart("it exports what was chosen and does not say what was", setPolicies,
			setLocations, setStrengths, setCompliance, "groups"),
	},
	marker: "MigrationTable.json",
	about: func(marker *node) about {
		return about{info: model.TenantInfo{ID: marker.get("tenantId").str(), Name: marker.get("organization").str(), Collector: "IntuneManagement"}}
	},
	place: func(name string) (placed, bool) {
		folder, file, ok := strings.Cut(name, "/")
		if !ok || strings.Contains(file, "/") {
			return placed{}, false
		}
		dataset, known := intuneFolders[strings.ToLower(folder)]
		if !known {
			return placed{unused: "IntuneManagement's " + clip(folder) + " decide nothing here"}, true
		}
		return placed{target: target{dataset: dataset}}, true
	},
}

var intuneFolders = map[string]string{
	"conditionalaccess":       setPolicies,
	"namedlocations":          setLocations,
	"authenticationstrengths": setStrengths,
	"compliancepolicies":      setCompliance,
	"groups":                  "groups",
}
