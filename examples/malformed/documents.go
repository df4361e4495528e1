package malformed

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/examples/tenants"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/pillars"
)

// Lie begins the name of a document that is well formed and not true: it is read,
// and must make nothing better. Every other document must be refused.
const Lie = "lie-"

func (c corpus) documents() error {
	c.addAll(Manifest, "manifest", manifests())
	c.addAll(Declarations, "declarations", declarations())
	c.addAll(Change, "change", changes())
	valid, err := assessment()
	if err != nil {
		return err
	}
	c.addAll(Assessment, "assessment", assessments(valid))
	return nil
}

// spoiltJSON are ways in which any document can be no JSON, or no strict one.
func spoiltJSON(valid, property string) map[string]string {
	open, end := valid[:1], valid[1:]
	return map[string]string{
		"empty": "", "null": "null", "array": "[" + valid + "]", "string": `"` + property + `"`, "number": "1", "cut-half": valid[:len(valid)/2], "cut-end": valid[:len(valid)-1],
		"trailing": valid + "}", "twice": valid + valid, "comment": "// mine\n" + valid, "trailing-comma": valid[:len(valid)-1] + ",}", "single-quotes": strings.ReplaceAll(valid, `"`, "'"),
		"unknown-property": open + `"unknown":1,` + end, "property-twice": open + `"` + property + `":null,` + end, "capital-property": strings.Replace(valid, `"`+property+`"`, `"`+strings.ToUpper(property)+`"`, 1),
		"depth": open + `"x":` + strings.Repeat("[", 600) + strings.Repeat("]", 600) + "," + end, "raw-newline": open + "\"a\nb\":1," + end, "nul": open + "\x00" + end,
		"html": "<html></html>",
	}
}

const validManifest = `{"format":"privpath-export/1","tenantId":"1a60a494-c44f-40ce-9929-83fcc3bd5ca8","tenantName":"Tarnbridge Mutual","collectedAt":"2026-11-20T09:00:00Z","datasets":{"users":{"status":"complete"}}}`

func manifests() map[string]string {
	variants := spoiltJSON(validManifest, "format")
	datasets := func(text string) string {
		return strings.Replace(validManifest, `{"users":{"status":"complete"}}`, text, 1)
	}
	for name, text := range map[string]string{
		"format-other": `"privpath-export/2"`, "format-null": "null", "format-number": "1", "format-empty": `""`, "format-case": `"Privpath-Export/1"`,
	} {
		variants[name] = strings.Replace(validManifest, `"privpath-export/1"`, text, 1)
	}
	for name, text := range map[string]string{
		"time-word": `"yesterday"`, "time-number": "1763628000", "time-date-only": `"2026-11-20"`, "time-no-zone": `"2026-11-20T09:00:00"`, "time-no-such-day": `"2026-02-30T09:00:00Z"`,
	} {
		variants[name] = strings.Replace(validManifest, `"2026-11-20T09:00:00Z"`, text, 1)
	}
	for name, text := range map[string]string{
		"datasets-array": "[]", "datasets-string": `"all"`, "dataset-null": `{"users":null}`, "dataset-string": `{"users":"complete"}`, "dataset-array": `{"users":["complete"]}`,
		"dataset-unknown": `{"passwords":{"status":"complete"}}`, "dataset-traversal": `{"../users":{"status":"complete"}}`, "dataset-empty": `{"":{"status":"complete"}}`, "dataset-parent": `{"deviceManagement":{"status":"complete"}}`,
		"dataset-twice": `{"users":{"status":"partial"},"users":{"status":"complete"}}`, "dataset-other-case": `{"users":{"status":"partial"},"Users":{"status":"complete"}}`,
		"status-none": `{"users":{}}`, "status-unknown": `{"users":{"status":"ok"}}`, "status-case": `{"users":{"status":"Complete"}}`, "status-true": `{"users":{"status":true}}`,
		"count-negative": `{"users":{"status":"complete","count":-1}}`, "count-fraction": `{"users":{"status":"complete","count":1.5}}`, "count-string": `{"users":{"status":"complete","count":"211"}}`, "count-huge": `{"users":{"status":"complete","count":1e30}}`,
		"reason-unknown": `{"users":{"status":"partial","reason":"because"}}`, "reason-not-of-data": `{"users":{"status":"partial","reason":"notAttested"}}`, "from-word": `{"auditLogs/signIns":{"status":"complete","from":"always"}}`,
		Lie + "count-more": `{"users":{"status":"complete","count":212}}`, Lie + "count-fewer": `{"users":{"status":"complete","count":210}}`, Lie + "count-zero": `{"users":{"status":"complete","count":0}}`,
		Lie + "missing": `{"users":{"status":"missing"}}`, Lie + "partial": `{"users":{"status":"partial"}}`, Lie + "complete-and-absent": `{"directoryRoles":{"status":"complete","count":3}}`,
		Lie + "absent-and-empty": `{"groups/{id}/transitiveMembers":{"status":"complete","count":0}}`, Lie + "reason-of-complete": `{"users":{"status":"complete","reason":"permissionDenied"}}`,
		Lie + "window-reversed": `{"auditLogs/signIns":{"status":"complete","from":"2026-11-20T00:00:00Z","to":"2026-01-01T00:00:00Z"}}`, Lie + "one-parent": `{"groups/7769cafa-7bc5-4619-be3f-f48c9ae7e6ab/members":{"status":"partial"}}`,
		Lie + "policies-missing": `{"identity/conditionalAccess/policies":{"status":"missing","reason":"permissionDenied"}}`, Lie + "assignments-partial": `{"roleManagement/directory/roleAssignmentScheduleInstances":{"status":"partial","reason":"throttled"}}`,
		Lie + "children-missing": `{"groups/{id}/members":{"status":"missing"}}`, Lie + "detail-attacks": `{"users":{"status":"partial","detail":"\u001b[2J<script>alert(1)</script>"}}`,
	} {
		variants[name] = datasets(text)
	}
	variants["other-tenant"] = strings.Replace(validManifest, "1a60a494", "2b71b5a5", 1)
	return variants
}

func declarations() map[string]string {
	const valid = `{"version":1,"breakGlass":[{"id":"e37862f1-fa23-4fd1-870f-c501f3ca789f"}]}`
	variants := spoiltJSON(valid, "version")
	with := func(property string) string { return valid[:len(valid)-1] + "," + property + "}" }
	for name, text := range map[string]string{
		"version-other": `{"version":2}`, "version-string": `{"version":"1"}`, "version-none": `{"breakGlass":[]}`,
		"break-glass-blank": `{"version":1,"breakGlass":[{"id":""}]}`, "break-glass-object": `{"version":1,"breakGlass":{"id":"x"}}`, "break-glass-strings": `{"version":1,"breakGlass":["x"]}`, "break-glass-number": `{"version":1,"breakGlass":[{"id":1}]}`, "break-glass-misspelt": `{"version":1,"breakglass":[]}`,
		"paw-string": with(`"paw":"yes"`), "paw-filter-list": with(`"paw":{"deviceFilter":["x"]}`), "paw-unknown": with(`"paw":{"filter":"x"}`), "paw-groups-string": with(`"paw":{"groupIds":"x"}`), "paw-form": with(`"paw":{"formFactor":"toaster"}`),
		"locations-object": with(`"trustedLocations":{"id":"x"}`), "locations-null-inside": with(`"trustedLocations":[null]`), "tier0-list": with(`"tier0":["x"]`), "tier0-unknown": with(`"tier0":{"remove":["x"]}`), "tier0-all": with(`"tier0":{"removeRoles":"All"}`),
		"owners-map": with(`"adminOwners":{"a":"b"}`), "owners-number": with(`"adminOwners":[{"adminId":1,"ownerId":2}]`), "naming-list": with(`"adminNaming":["^adm-"]`),
		"exception-no-date": with(`"exceptions":[{"control":"ISO-01","reason":"r","owner":"o","expires":"never"}]`), "exception-date-number": with(`"exceptions":[{"control":"ISO-01","reason":"r","owner":"o","expires":20270101}]`),
		"exception-status": with(`"exceptions":[{"control":"ISO-01","reason":"r","owner":"o","expires":"2027-01-31","status":"pass"}]`), "exception-no-such-day": with(`"exceptions":[{"control":"ISO-01","reason":"r","owner":"o","expires":"2027-02-30"}]`),
		"attestation-string": with(`"attestations":"all"`), "attestation-result": with(`"attestations":[{"control":"OPS-07","statement":"s","owner":"o","performed":"2026-10-01","expires":"2027-10-01","result":"pass"}]`),
		"attestation-evidence": with(`"attestations":[{"control":"OPS-07","statement":"s","owner":"o","evidence":"x","performed":"2026-10-01","expires":"2027-10-01"}]`), "standing-string": with(`"standing":["x"]`),
		"standing-date": with(`"standing":[{"principalId":"p","roleId":"r","reason":"r","owner":"o","expires":""}]`), "hours-string": with(`"workingHours":"9-17"`), "hours-days-string": with(`"workingHours":{"timezone":"UTC","days":"mon","from":"07:00","to":"19:00"}`),
		"findings": with(`"findings":[{"control":"ISO-01","status":"pass"}]`), "score": with(`"score":100`),

		Lie + "nothing": `{"version":1}`, Lie + "nobody-is-break-glass": `{"version":1,"breakGlass":[]}`, Lie + "everybody-is-break-glass": `{"version":1,"breakGlass":[` + strings.Repeat(`{"id":"00000000-0000-0000-0000-000000000000"},`, 50) + `{"id":"x"}]}`,
		Lie + "break-glass-unknown": `{"version":1,"breakGlass":[{"id":"nobody"}]}`, Lie + "filter-of-everything": `{"version":1,"paw":{"deviceFilter":"device.displayName -ne \"\""}}`, Lie + "filter-broken": `{"version":1,"paw":{"deviceFilter":"device.("}}`,
		Lie + "filter-long": `{"version":1,"paw":{"deviceFilter":"` + strings.Repeat("(", 1000) + `"}}`, Lie + "naming-broken": `{"version":1,"adminNaming":"(["}`, Lie + "naming-slow": `{"version":1,"adminNaming":"^(a+)+$"}`, Lie + "naming-all": `{"version":1,"adminNaming":".*"}`,
		Lie + "location-unknown": `{"version":1,"trustedLocations":["nowhere"]}`, Lie + "hours-nowhere": `{"version":1,"workingHours":{"timezone":"Nowhere/Town","days":["mon"],"from":"07:00","to":"19:00"}}`,
		Lie + "hours-reversed": `{"version":1,"workingHours":{"timezone":"UTC","days":["mon"],"from":"19:00","to":"07:00"}}`, Lie + "exception-expired": `{"version":1,"exceptions":[{"control":"ISO-24","reason":"r","owner":"o","expires":"2001-01-01"}]}`,
		"exception-without-owner": `{"version":1,"exceptions":[{"control":"ISO-24","reason":"r","owner":"","expires":"2027-01-31"}]}`, Lie + "exception-of-nothing": `{"version":1,"exceptions":[{"control":"NONE-01","reason":"r","owner":"o","expires":"2027-01-31"}]}`,
		Lie + "attestation-expired":         `{"version":1,"attestations":[{"control":"VAL-11","statement":"s","owner":"o","performed":"2001-10-01","expires":"2002-10-01"}]}`,
		Lie + "attestation-from-the-future": `{"version":1,"attestations":[{"control":"VAL-11","statement":"s","owner":"o","performed":"2099-10-01","expires":"2100-10-01"}]}`,
		Lie + "attestation-of-a-fact":       `{"version":1,"attestations":[{"control":"ISO-24","statement":"all is well","owner":"o","performed":"2026-10-01","expires":"2027-10-01"}]}`,
	} {
		variants[name] = text
	}
	return variants
}

func changes() map[string]string {
	const operation = `{"op":"patch","dataset":"identity/conditionalAccess/policies","id":"x","record":{"state":"enabled"}}`
	const valid = `{"format":"privpath-change/1","operations":[` + operation + `]}`
	variants := spoiltJSON(valid, "format")
	for name, text := range map[string]string{
		"format-other": strings.Replace(valid, "change/1", "change/9", 1), "operations-none": `{"format":"privpath-change/1"}`, "operations-empty": `{"format":"privpath-change/1","operations":[]}`, "operations-object": `{"format":"privpath-change/1","operations":` + operation + `}`,
		"operation-null": `{"format":"privpath-change/1","operations":[null]}`, "op-unknown": strings.Replace(valid, `"patch"`, `"replace"`, 1), "op-number": strings.Replace(valid, `"patch"`, "1", 1), "dataset-unknown": strings.Replace(valid, "identity/conditionalAccess/policies", "passwords", 1),
		"dataset-traversal": strings.Replace(valid, "identity/conditionalAccess/policies", "../../users", 1), "id-none": strings.Replace(valid, `"id":"x",`, "", 1), "id-number": strings.Replace(valid, `"x"`, "1", 1), "record-none": strings.Replace(valid, `,"record":{"state":"enabled"}`, "", 1),
		"record-list": strings.Replace(valid, `{"state":"enabled"}`, "[]", 1), "record-string": strings.Replace(valid, `{"state":"enabled"}`, `"enabled"`, 1), "record-twice": strings.Replace(valid, `"state":"enabled"`, `"state":"disabled","state":"enabled"`, 1),
		"delete-with-record": strings.Replace(valid, `"patch"`, `"delete"`, 1), "create-with-id-outside": `{"format":"privpath-change/1","operations":[{"op":"create","dataset":"users","id":"u","record":{"id":"u"}}]}`,
	} {
		variants[name] = text
	}
	return variants
}

// assessment is a short valid assessment.
func assessment() (string, error) {
	bundle, err := tenants.FS(Tenant)
	if err != nil {
		return "", err
	}
	for _, control := range pillars.All() {
		if control.ID != "FND-01" {
			continue
		}
		a, err := assess.Run(context.Background(), export.FS(bundle, export.Options{}), []*assess.Control{control}, assess.Options{})
		if err != nil {
			return "", err
		}
		a.Inputs.Datasets, a.Findings[0].Subjects = a.Inputs.Datasets[:1], a.Findings[0].Subjects[:1]
		text, err := a.JSON()
		return string(bytes.TrimSpace(text)), err
	}
	return "", fmt.Errorf("there is no control FND-01")
}

func assessments(valid string) map[string]string {
	variants := spoiltJSON(valid, "schemaVersion")
	for name, change := range map[string][2]string{
		"version-other": {`"schemaVersion": "1"`, `"schemaVersion": "99"`}, "version-number": {`"schemaVersion": "1"`, `"schemaVersion": 1`}, "version-none": {`"schemaVersion": "1",`, ""}, "status-unknown": {`"status": "pass"`, `"status": "excellent"`},
		"status-null": {`"status": "pass"`, `"status": null`}, "score-string": {`"score": `, `"score": "high", "x": `}, "time-word": {`"asOf": "`, `"asOf": "on `}, "findings-object": {`"findings": [`, `"findings": {"a": [`},
		"level-fraction": {`"level": `, `"level": 0.`}, "gate-string": {`"gate": `, `"gate": "yes", "gates": `}, "evidence-unknown": {`"pointer": `, `"pointers": `}, "subject-unknown": {`"subjects": [`, `"subject": [`},
		"pillar-unknown": {`"pillar": "foundation"`, `"pillar": "luck"`}, "severity-unknown": {`"severity": "`, `"severity": "very `},
	} {
		if text := strings.Replace(valid, change[0], change[1], 1); text != valid {
			variants[name] = text
		}
	}
	return variants
}
