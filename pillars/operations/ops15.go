package operations

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var ops15 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "OPS-15", Title: "Changes to privileged access have a ticket",
		Pillar: model.Operations, Level: model.Managed, Gate: true, Severity: model.Medium,
		Basis: model.ConfidenceObserved, Licence: "Entra ID P1", Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"O3"}, Gaps: []model.GapTag{"G5c"},
		Rationale: "A policy that was edited, or a role that was given past PIM, is either work that somebody asked for or an intrusion. Only a record tells the two apart.",
		Decides: "Looks at the last 28 days. Of the activations in PIM, 95 % must carry a ticket number (80 % is partial). Every change of a Conditional Access policy or of PIM's settings, and every role that was given outside PIM, for the tenant or an administrative unit, " +
			"as the audit log shows them, must lie within a day of a change on record (an attestation for OPS-15 that counts); one that does not fails. Both the requests and the log must reach back for a pass.",
		Remediation: model.Remediation{
			Summary:    "Require ticket information at activation, give roles through PIM alone, and record changes: entries for OPS-15 under attestations in declarations.json, one for each change window.",
			Portal:     "Entra admin center > Privileged Identity Management > Microsoft Entra roles > Role settings > Require ticket information on activation",
			Graph:      "PATCH /policies/roleManagementPolicies/{id}/rules/Enablement_EndUser_Assignment {\"enabledRules\": [\"Justification\", \"Ticketing\", …]}; GET /auditLogs/directoryAudits?$filter=category eq 'Policy'",
			PowerShell: "Get-MgAuditLogDirectoryAudit -Filter \"category eq 'Policy' or category eq 'RoleManagement'\"",
		},
		References: model.References{NIST80053: []string{"CM-3", "AU-6"}, ISO27001: []string{"A.8.32"}, ATTACK: []string{"T1098.003", "T1556.009"},
			Docs: []string{"https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Activity, model.OwnerDeclarations},
	Wants:    []assess.Dependency{model.ServicePrincipals}, // tells PIM's application from one of its name
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		log, err := assess.Value(p, facts.Activity)
		if err != nil {
			return assess.Verdict{}, err
		}
		records, pim := kit.Records(p, "OPS-15"), kit.ReadPIMWriter(p)
		tally := p.Tally(assess.Words{One: "trace of change", Many: "traces of change", Good: "have a ticket or a change on record", Bad: "have none"})
		requests := ticketShare(log)
		if requests.total() > 0 || log.Requested.State != model.Complete {
			tally.Add(requests.judgement(log.Requested))
		}
		changes := 0
		for entry := range log.Between(log.From, log.To) {
			change := model.And(entry.Belongs, isChange(entry.DirectoryAudit, pim))
			if change == model.False {
				continue
			}
			changes++
			at := entryTime(entry.DirectoryAudit)
			recorded, statement := records.Of(at)
			met := model.Or(recorded, change.Not())
			detail := fmt.Sprintf("%s on %s: no change on record", entry.ActivityDisplayName, at.Format(time.DateOnly))
			if recorded == model.True {
				detail = fmt.Sprintf("%s on %s: %s", entry.ActivityDisplayName, at.Format(time.DateOnly), statement)
			}
			tally.Judge(model.Ref{Kind: "auditEvent", ID: entry.ID, Name: entry.ActivityDisplayName.String()}.
				With(entry.Evidence("/activityDateTime", entry.ActivityDateTime)), met, "%s", detail)
		}
		if tally.Len() == 0 {
			tally.None(assess.Unknown(model.NothingToJudge, "Nothing was activated or changed within 28 days, as far as the logs show."))
		}
		return log.Conclude(tally, model.DirectoryAudits.Name(), log.Audited, fmt.Sprintf("%d changes, %d activations", changes, requests.total())), nil
	},
}

// tickets counts activations with a ticket, without one, and those of which it is
// not known.
type tickets struct{ with, without, open int }

func (t tickets) total() int { return t.with + t.without + t.open }

func ticketShare(log *facts.Observation) tickets {
	var t tickets
	for _, a := range log.Activations {
		happened := model.And(a.Happened, log.Within(a.Start))
		switch {
		case happened == model.False:
		case happened == model.Unknown || a.Ticketed == model.Unknown:
			t.open++
		case a.Ticketed == model.True:
			t.with++
		default:
			t.without++
		}
	}
	return t
}

// judgement compares the share at its least and at its most. Requests that were
// not read in full leave it open.
func (t tickets) judgement(read model.Coverage) assess.Judgement {
	share := func(percent int) model.Truth {
		switch {
		case read.State != model.Complete:
			return model.Unknown
		case 100*t.with >= percent*t.total():
			return model.True
		case 100*(t.with+t.open) < percent*(t.with+t.without+t.open):
			return model.False
		}
		return model.Unknown
	}
	j := assess.Judgement{Ref: model.Ref{Kind: "log", ID: model.RoleRequests.Name(), Name: "Activations in PIM"}, Exempt: model.False,
		Met: share(95), Half: share(80), Detail: fmt.Sprintf("%d of %d activations carry a ticket number", t.with, t.total())}
	if read.State != model.Complete {
		j.Needs = []model.Gap{{Dataset: model.RoleRequests.Name(), Reason: read.Reason, Detail: read.Detail}}
	}
	return j
}

// isChange says whether an entry is a change of access policies, of PIM's
// settings, or a role that was given past PIM. PIM's own work in the directory
// is done by the application MS-PIM ([kit.PIMWriter]).
// Source: learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities.
func isChange(e *model.DirectoryAudit, pim kit.PIMWriter) model.Truth {
	return model.Fold(e.ActivityDisplayName, unknown, unknown, func(name string) model.Truth {
		name = strings.ToLower(strings.TrimSpace(name))
		switch {
		case strings.Contains(name, "conditional access policy"), strings.HasPrefix(name, "update role setting in pim"),
			strings.Contains(name, "outside of pim"):
			return model.True
		case slices.Contains(kit.RoleGiven, name):
			return pim.Wrote(e).Not()
		}
		return model.False
	})
}
