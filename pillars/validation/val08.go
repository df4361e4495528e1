package validation

import (
	"fmt"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/activity"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var val08 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "VAL-08", Title: "Activations out of hours are explained",
		Pillar: model.Validation, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceObserved, Licence: "Entra ID P2", Domain: model.DomainValidation, Since: "0.1.0",
		Bullets:   []model.Bullet{"V3"},
		Rationale: "Attackers work when nobody watches. A role that was activated at night is an incident that somebody knows of, or one that nobody does.",
		Decides: "Takes the activations of the last 28 days that began outside the declared workingHours: each must carry a ticket number, or lie within a day of an incident or a change on record (an attestation for VAL-08 or OPS-15 that counts). " +
			"Partial where at most one activation in twenty does not. Unknown without declared hours, or without any activation.",
		Remediation: model.Remediation{
			Summary:    "Ask the holder what it was for, and record it. Declare workingHours with an IANA time zone in declarations.json.",
			Portal:     "Entra admin center > Privileged Identity Management > Microsoft Entra roles > Resource audit",
			Graph:      "GET /roleManagement/directory/roleAssignmentScheduleRequests?$filter=action eq 'selfActivate'",
			PowerShell: "Get-MgRoleManagementDirectoryRoleAssignmentScheduleRequest -Filter \"action eq 'selfActivate'\"",
		},
		References: model.References{NIST80053: []string{"AU-6"}, ATTACK: []string{"T1548.005"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Activity, model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		log, err := assess.Value(p, facts.Activity)
		if err != nil {
			return assess.Verdict{}, err
		}
		declarations, _ := assess.Rows(p, model.OwnerDeclarations).Only()
		if declarations.WorkingHours.Is(func(model.WorkingHours) bool { return true }) != model.True {
			return assess.Unknown(model.NotCollected, "No working hours are declared: state them as workingHours in declarations.json."), nil
		}
		if declarations.WorkingHours.Is(func(h model.WorkingHours) bool { return len(h.Days) > 0 }) != model.True {
			return assess.Unknown(model.Malformed, "workingHours names no days: add days, such as [\"mon\", \"tue\"]."), nil
		}
		hours, err := activity.OfficeHours(declarations.WorkingHours)
		if err != nil {
			return assess.Unknown(model.Malformed, "workingHours cannot be read: %v.", err), nil
		}
		records := kit.Records(p, "VAL-08", "OPS-15")
		tally := p.Tally(assess.Words{One: "activation", Many: "activations", Good: "were in working hours or are explained", Bad: "were out of hours without an explanation"})
		tally.None(assess.Unknown(model.NothingToJudge, "No role was activated within 28 days, as far as the requests show."))
		judged := 0
		for _, a := range log.Activations {
			happened := model.And(a.Happened, log.Within(a.Start))
			if happened == model.False {
				continue
			}
			judged++
			recorded, _ := records.Of(a.Start)
			inside := hours.Include(a.Start)
			met := model.Or(inside, a.Ticketed, recorded, happened.Not())
			tally.Judge(a.Ref().With(a.Request.Evidence("/createdDateTime", a.Request.CreatedDateTime)), met,
				"began %s, in working hours: %v, ticket: %v, on record: %v", a.Start.Format(time.RFC3339), inside, a.Ticketed, recorded)
		}
		judgeRequests(tally, log)
		tally.Add(assess.Judgement{Ref: model.Ref{Kind: "log", ID: "window", Name: model.RoleRequests.Name()}, Exempt: model.True,
			Detail: fmt.Sprintf("%s to %s, %d activations", log.From.Format(time.DateOnly), log.To.Format(time.DateOnly), judged)})
		return tally.Share(0.95).Observed(), nil
	},
}
