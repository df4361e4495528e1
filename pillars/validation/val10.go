package validation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

// ruleTest is how long the test of an alert rule counts.
const ruleTest = 180 * day

// watchedEvents are what the rules must see: the framework's four events, and a
// Tier 0 sign-in from elsewhere than a privileged workstation. The key stands
// before the rule in the statement's evidence.
var watchedEvents = []struct{ key, name string }{
	{"globalAdminSignIn", "Global Administrator sign-in"},
	{"outOfHoursActivation", "activation out of hours"},
	{"breakGlassSignIn", "break-glass sign-in"},
	{"bulkPrivilegeChange", "bulk change of privileges"},
	{"tier0OffWorkstation", "Tier 0 sign-in from no privileged workstation"},
}

var val10 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "VAL-10", Title: "SIEM rules for the gravest events exist and were tested",
		Pillar: model.Validation, Level: model.Managed, Gate: true, Severity: model.High,
		Basis: model.ConfidenceAttested, Domain: model.DomainValidation, Since: "0.1.0",
		Bullets: []model.Bullet{"V3", "V4"}, Gaps: []model.GapTag{"G1"},
		Rationale: "A rule that never fired may be a rule that cannot fire: the log is no longer sent, a name changed, the mailbox is full. Only a test tells silence from safety.",
		Decides: "Rests on the owner's statements for VAL-10, each with the day on which its rules last fired in a test (performed). Their evidence names one rule for each of five events: " +
			"globalAdminSignIn, outOfHoursActivation, breakGlassSignIn, bulkPrivilegeChange and tier0OffWorkstation, as \"breakGlassSignIn: rule EA-01\". " +
			"One statement may name several. A test counts for 180 days, or until the statement's own expiry if that is sooner. All five must be there. No Graph call shows the rules of a SIEM.",
		Remediation: model.Remediation{
			Summary: "Write the five rules, set each of them off twice a year, and attest it: " +
				"entries for VAL-10 under attestations in declarations.json, with owner, statement, evidence [\"globalAdminSignIn: <rule>\", ...] and the day of the test as performed.",
			Portal:     "Microsoft Defender portal > Microsoft Sentinel > Configuration > Analytics > Create > Scheduled query rule",
			Graph:      "Not in Microsoft Graph: PUT https://management.azure.com/{workspace}/providers/Microsoft.SecurityInsights/alertRules/{id}",
			PowerShell: "New-AzSentinelAlertRule -Scheduled ...",
		},
		References: model.References{NIST80053: []string{"SI-4"}, ISO27001: []string{"A.8.16"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: []assess.Dependency{model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		v := assess.Attested(p, ruleTest)
		if v.Status() != model.StatusPass {
			return v, nil
		}
		valid := assess.Attestations(p, ruleTest)
		var missing []string
		for _, event := range watchedEvents {
			rule := ruleFor(event.key, valid)
			if rule == "" {
				missing = append(missing, fmt.Sprintf("%s (%s)", event.name, event.key))
				continue
			}
			v = v.About(model.Ref{Kind: "event", ID: event.key, Name: event.name + ": " + rule})
		}
		if len(missing) > 0 {
			return assess.NotAttested("No rule that was tested in the last 180 days is attested for: %s.", strings.Join(missing, ", ")), nil
		}
		return v, nil
	},
}

// ruleFor is the rule that some statement names for the event, "" where none does.
func ruleFor(event string, statements []model.Attestation) string {
	for _, a := range statements {
		i := slices.IndexFunc(a.Evidence, func(e string) bool { return ruleIn(event, e) != "" })
		if i >= 0 {
			return ruleIn(event, a.Evidence[i])
		}
	}
	return ""
}

func ruleIn(event, evidence string) string {
	key, rule, _ := strings.Cut(evidence, ":")
	if !strings.EqualFold(strings.TrimSpace(key), event) {
		return ""
	}
	return strings.TrimSpace(rule)
}
