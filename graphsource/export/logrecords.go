package export

import "github.com/privpath/privpath/model"

// logRecords reads logs as Azure Monitor's diagnostic settings write them to a
// storage account or an event hub: a record a line, {"time": …, "category": …,
// "properties": …}, whose properties are Graph's. Logs that the portal downloads
// as JSON are Graph's records by themselves, and recognised by their content.
// Source: learn.microsoft.com/entra/identity/monitoring-health.
var logRecords = &adapter{
	Format: logFormat,
	sign:   "category",
	recognises: func(record *node) bool {
		_, known := logCategories[record.get("category").str()]
		return known && record.get("time") != nil && record.get("properties") != nil
	},
	adapt: func(record *node, at spot) adapted {
		dataset := logCategories[record.get("category").str()]
		if dataset == "" { // of another log, or of no use
			return adapted{}
		}
		properties := record.get("properties")
		if properties == nil || properties.kind != '{' {
			return adapted{odd: "its properties are no object"}
		}
		return adapted{info: model.TenantInfo{ID: model.FoldID(record.get("tenantId").str())},
			supplies: []supply{logFormat.supply(dataset, "", located{at.pointer + "/properties", properties})}}
	},
}

var logFormat = Format{
	Tool:  "Azure diagnostic logs",
	Known: "their content: lines with time, category and properties",
	Trap: "A file holds an hour, and nothing says which hours are missing. Sign-ins of applications and those that ran without the user are left out. " +
		"Logs that the portal downloads as JSON are recognised as well, and as partial.",
	Supplies: inPart("a file is a part of a log, and nothing says what comes before and after it",
		model.SignIns.Name(), model.DirectoryAudits.Name(), model.RiskyUsers.Name(), model.RiskDetections.Name()),
}

// logCategories are the data sets by log; a log without one is known, and of no
// use.
var logCategories = map[string]string{
	"SignInLogs":                   model.SignIns.Name(),
	"AuditLogs":                    model.DirectoryAudits.Name(),
	"RiskyUsers":                   model.RiskyUsers.Name(),
	"UserRiskEvents":               model.RiskDetections.Name(),
	"NonInteractiveUserSignInLogs": "",
	"ServicePrincipalSignInLogs":   "",
	"ManagedIdentitySignInLogs":    "",
}
