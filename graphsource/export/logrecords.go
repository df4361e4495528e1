package export

import (
	"strconv"

	"github.com/privpath/privpath/model"
)

// logRecords reads logs as Azure Monitor's diagnostic settings write them to a
// storage account or an event hub: {"time": …, "category": …, "properties": …}, one
// a line or in a list "records", whose properties are Graph's. Logs that the portal downloads
// as JSON are Graph's records by themselves, and recognised by their content.
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
		if dataset == "auditLogs/directoryAudits" {
			properties = withResult(properties)
		}
		return adapted{info: model.TenantInfo{ID: model.FoldID(record.get("tenantId").str())},
			supplies: []supply{logFormat.supply(dataset, "", located{at.pointer + "/properties", properties})}}
	},
}

// withResult names the result of an audit entry, which these logs write as the
// number of Graph's operationResult.
func withResult(properties *node) *node {
	result := properties.get("result")
	names := []string{"success", "failure", "timeout"}
	out := &node{kind: '{'}
	for i, name := range properties.names {
		value := properties.items[i]
		if n, err := strconv.Atoi(value.text); value == result && value.kind == 0 && err == nil && n >= 0 && n < len(names) {
			value = text(names[n])
		}
		out.put(name, value)
	}
	return out
}

var logFormat = Format{
	Tool:  "Azure diagnostic logs",
	Known: "their content: lines, or a list “records”, with time, category and properties",
	Trap: "A file holds an hour, and nothing says which hours are missing. Sign-ins of applications and those that ran without the user are left out. " +
		"Logs that the portal downloads as JSON are recognised as well, and as partial.",
	Source: "Microsoft's documentation of the logs (learn.microsoft.com/entra/identity/monitoring-health) and public samples of their records.",
	Supplies: inPart("a file is a part of a log, and nothing says what comes before and after it",
		"auditLogs/signIns", "auditLogs/directoryAudits", "identityProtection/riskyUsers", "identityProtection/riskDetections"),
}

// logCategories are the data sets by log; a log without one is known, and of no
// use.
var logCategories = map[string]string{
	"SignInLogs":                   "auditLogs/signIns",
	"AuditLogs":                    "auditLogs/directoryAudits",
	"RiskyUsers":                   "identityProtection/riskyUsers",
	"UserRiskEvents":               "identityProtection/riskDetections",
	"NonInteractiveUserSignInLogs": "",
	"ServicePrincipalSignInLogs":   "",
	"ManagedIdentitySignInLogs":    "",
}
