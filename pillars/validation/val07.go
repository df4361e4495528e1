package validation

import (
	"fmt"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
)

var val07 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "VAL-07", Title: "Every activation leaves a complete trail",
		Pillar: model.Validation, Level: model.Defined, Severity: model.Medium,
		Basis: model.ConfidenceObserved, Licence: "Entra ID P2", Domain: model.DomainValidation, Since: "0.1.0",
		Bullets:   []model.Bullet{"V2"},
		Rationale: "An activation without an entry in the audit log was not recorded where anybody looks, or the entry was removed. One without a justification cannot be reviewed.",
		Decides: "For every activation of the last 28 days that PIM's requests show: the audit log holds an entry that PIM wrote about it within an hour, and a justification was given. " +
			"Without any activation it is unknown. The requests and the log must reach back over the 28 days for a pass.",
		Remediation: model.Remediation{
			Summary:    "Require a justification at activation, and find out why entries are missing: an export that is cut short, or a log that was not kept.",
			Portal:     "Entra admin center > Privileged Identity Management > Microsoft Entra roles > Resource audit",
			Graph:      "GET /auditLogs/directoryAudits?$filter=loggedByService eq 'PIM'; GET /roleManagement/directory/roleAssignmentScheduleRequests",
			PowerShell: "Get-MgAuditLogDirectoryAudit -Filter \"loggedByService eq 'PIM'\"",
		},
		References: model.References{NIST80053: []string{"AU-12"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Activity},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		log, err := assess.Value(p, facts.Activity)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "activation", Many: "activations", Good: "left a complete trail", Bad: "left none, or no justification"})
		tally.None(assess.Unknown(model.NothingToJudge, "No role was activated within 28 days, as far as the requests show."))
		covered := log.Audited.Coverage.State == model.Complete
		for _, a := range log.Activations {
			happened := model.And(a.Happened, log.Within(a.Start))
			if happened == model.False {
				continue
			}
			trail := model.False
			if !covered {
				trail = model.Unknown
			}
			for _, entry := range log.Trail(a, time.Hour) {
				trail = model.Or(trail, entry.Belongs)
			}
			met := model.Or(model.And(trail, a.Justified), happened.Not())
			tally.Judge(a.Ref().With(a.Request.Evidence("/justification", a.Justification)), met,
				"in the audit log: %v, justification given: %v", trail, a.Justified)
		}
		judgeRequests(tally, log)
		return log.Conclude(tally, model.DirectoryAudits.Name(), log.Audited, fmt.Sprintf("%d activations", len(log.Activations))), nil
	},
}

// judgeRequests leaves open what PIM's requests would show that were not read.
func judgeRequests(tally *assess.Tally, log *facts.Observation) {
	if log.Requested.State != model.Complete {
		tally.Add(assess.Judgement{Ref: model.Ref{Kind: "log", ID: model.RoleRequests.Name(), Name: model.RoleRequests.Name()}, Exempt: model.False,
			Detail: "PIM's requests were not read in full", Needs: []model.Gap{{Dataset: model.RoleRequests.Name(), Reason: log.Requested.Reason, Detail: log.Requested.Detail}}})
	}
}
