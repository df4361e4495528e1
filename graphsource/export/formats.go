package export

import (
	"fmt"
	"slices"
	"strings"

	"github.com/privpath/privpath/graphsource/internal/requests"
	"github.com/privpath/privpath/model"
)

// Format is the export of another tool that is read as it is.
type Format struct {
	// Tool is its name, as people say it.
	Tool string
	// Known says by what its files are recognised.
	Known string
	// Supplies lists the data sets that it can supply, in the order of
	// [model.Datasets].
	Supplies []FormatSupply
	// Trap says what is easily misread in it, and how it is read here.
	Trap string
	// Source says how the format is known, and which public files show it.
	Source string
}

// FormatSupply is one data set of a [Format].
type FormatSupply struct {
	Dataset string
	// Limit says why the data set is never whole; it is empty where it is whole
	// once the export says that it was read to its end.
	Limit string
}

// Formats lists the exports of other tools that this package reads as they are.
// FORMATS.md shows the same, with what each can decide.
func Formats() []Format {
	var all []Format
	for _, f := range formats {
		out := *f
		out.Supplies = slices.Clone(f.Supplies)
		all = append(all, out)
	}
	return all
}

// formats lists the formats, in the order of FORMATS.md.
var formats = []*Format{
	&entraExporter.Format, &scubaGear.Format, &intuneManagement.Format, &zeroTrust.Format, &azureHound.Format,
	&entraOps.Format, &intuneCD.Format, &pimCSV.Format, &logRecords.Format,
}

// The data sets that several formats supply, as [model.Datasets] names them.
const (
	setPolicies      = "identity/conditionalAccess/policies"
	setLocations     = "identity/conditionalAccess/namedLocations"
	setStrengths     = "policies/authenticationStrengthPolicies"
	setMethods       = "policies/authenticationMethodsPolicy"
	setDefaults      = "policies/identitySecurityDefaultsEnforcementPolicy"
	setRegistration  = "policies/deviceRegistrationPolicy"
	setCompliance    = "deviceManagement/deviceCompliancePolicies"
	setMembers       = "groups/{id}/members"
	setDefinitions   = "roleManagement/directory/roleDefinitions"
	setAssignments   = "roleManagement/directory/roleAssignments"
	setActive        = "roleManagement/directory/roleAssignmentScheduleInstances"
	setEligible      = "roleManagement/directory/roleEligibilityScheduleInstances"
	setRules         = "policies/roleManagementPolicyAssignments"
	setAuthorization = "policies/authorizationPolicy"
	setGroupEligible = "identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"
)

// adapters reads files that their content shows, layouts files that their place
// shows.
var (
	adapters = []*adapter{scubaGear, azureHound, entraOps, logRecords, pimCSV}
	layouts  = []*layout{entraExporter, intuneManagement, zeroTrust, intuneCD}
)

// coverage is the best that the format allows for a data set.
func (f *Format) coverage(dataset string) model.Coverage {
	for _, s := range f.Supplies {
		if s.Dataset == dataset && s.Limit == "" {
			return model.Coverage{State: model.Complete}
		}
		if s.Dataset == dataset {
			return model.Coverage{State: model.Partial, Reason: model.Truncated, Detail: f.Tool + ": " + s.Limit}
		}
	}
	return model.Coverage{Reason: model.NotCollected, Detail: f.Tool + " does not supply it"}
}

// supply makes a supply of a data set with the best coverage that the format
// allows.
func (f *Format) supply(dataset, parent string, records ...located) supply {
	return supply{target: target{dataset, parent}, dialect: dialectGraphNulls, coverage: f.coverage(dataset), records: records}
}

// inFull and inPart make the table of a format.
func inFull(datasets ...string) []FormatSupply { return inPart("", datasets...) }

func inPart(limit string, datasets ...string) []FormatSupply {
	var all []FormatSupply
	for _, name := range datasets {
		all = append(all, FormatSupply{name, limit})
	}
	return all
}

// supplies joins parts of a table and puts them in the order of the data sets.
func supplies(parts ...[]FormatSupply) []FormatSupply {
	given := slices.Concat(parts...)
	var all []FormatSupply
	for _, d := range model.Datasets() {
		for _, s := range given {
			if s.Dataset == d.Name {
				all = append(all, s)
			}
		}
	}
	return all
}

// absent says of a data set that the export does not hold what would add it:
// where another tool wrote the export, people have no file of that name in mind.
func (sc *scan) absent(dataset string) string {
	if len(sc.tools) == 0 {
		return fmt.Sprintf("the export holds no %s.json", dataset)
	}
	text := fmt.Sprintf("the export of %s holds none", strings.Join(sc.tools, " and "))
	for _, r := range requests.All() {
		if r.Dataset == dataset {
			text += "; add " + dataset + ".json with the reply of " + r.String()
		}
	}
	return text
}

// wrote notes that a tool's files are in the export.
func (sc *scan) wrote(f *Format) {
	if !slices.Contains(sc.tools, f.Tool) {
		sc.tools = append(sc.tools, f.Tool)
	}
}
