package validation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/activity"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// bulk is how many privileges one actor may give within an hour. The catalogue
// leaves the number open.
const bulk = 10

var val09 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "VAL-09", Title: "Bulk changes of privilege are watched",
		Pillar: model.Validation, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceObserved, Licence: "Entra ID P1", Domain: model.DomainValidation, Since: "0.1.0",
		Bullets:   []model.Bullet{"V3"},
		Rationale: "Whoever has taken a tenant gives roles and permissions to several accounts at once, to stay. People rarely do.",
		Decides: fmt.Sprintf("In the audit log of the last 28 days nobody gave more than %d roles or application permissions within an hour, unless a change on record (an attestation for OPS-15 that counts) lies within a day of it. "+
			"Given through PIM counts too, eligible or active; activations do not. "+
			"Besides, the owner attests (VAL-09, not older than a year) that an alert watches for this. Without the statement, a log without bulk changes is not attested.", bulk),
		Remediation: model.Remediation{
			Summary:    "Look at each burst with whoever caused it; build an alert on the audit log, and attest it for VAL-09.",
			Portal:     "Entra admin center > Monitoring & health > Audit logs, category RoleManagement; Microsoft Sentinel > Analytics",
			Graph:      "GET /auditLogs/directoryAudits?$filter=category eq 'RoleManagement'",
			PowerShell: "Get-MgAuditLogDirectoryAudit -Filter \"category eq 'RoleManagement'\"",
		},
		References: model.References{NIST80053: []string{"SI-4"}, ATTACK: []string{"T1098.003"}},
		Statuses: []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown, model.StatusNotAttested,
			model.StatusAttestationExpired},
	},
	Requires: []assess.Dependency{facts.Activity, model.OwnerDeclarations},
	Wants:    []assess.Dependency{model.ServicePrincipals}, // tells PIM's application from one of its name
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		log, err := assess.Value(p, facts.Activity)
		if err != nil {
			return assess.Verdict{}, err
		}
		records := kit.Records(p, "OPS-15")
		tally := p.Tally(assess.Words{One: "actor", Many: "actors", Good: "gave no privileges in bulk", Bad: "gave privileges in bulk, without a change on record"})
		given := 0
		for _, g := range givers(log, kit.ReadPIMWriter(p)) {
			given += len(g.sure)
			met, detail := g.judge(records)
			tally.Judge(model.Ref{Kind: "actor", ID: g.id, Name: g.name}.With(g.evidence), met, "%s", detail)
		}
		if tally.Len() == 0 {
			tally.Add(assess.Judgement{Ref: model.Ref{Kind: "log", ID: "grants", Name: "Privileges given"}, Met: model.True, Exempt: model.False, Detail: "none within 28 days"})
		}
		observed := log.Conclude(tally, model.DirectoryAudits.Name(), log.Audited, fmt.Sprintf("%d privileges given", given))
		if observed.Status() != model.StatusPass {
			return observed, nil
		}
		return assess.Attested(p, 365*24*time.Hour), nil
	},
}

// giver is somebody who gave privileges.
type giver struct {
	id, name      string
	sure, perhaps []time.Time // when; those that may be by this one, or privileges
	evidence      model.Evidence
}

// givers gathers who gave privileges. Entries that name nobody, or of which it is
// not known whether they gave any, may be everybody's.
func givers(log *facts.Observation, pim kit.PIMWriter) []*giver {
	var list []*giver
	var open []activity.Audited
	at := func(e activity.Audited) time.Time {
		return activity.Instant(e.ActivityDateTime)
	}
	for e := range log.Between(log.From, log.To) {
		gives := model.And(e.Belongs, givesPrivilege(e.DirectoryAudit, pim))
		if gives == model.False {
			continue
		}
		id, name := actorOf(e.DirectoryAudit)
		if gives == model.Unknown || id == "" {
			open = append(open, e.Kept())
			continue
		}
		var g *giver
		for _, known := range list {
			if model.SameID(known.id, id) {
				g = known
			}
		}
		if g == nil {
			g = &giver{id: id, name: name, evidence: e.Evidence("/activityDateTime", e.ActivityDateTime)}
			list = append(list, g)
		}
		g.sure = append(g.sure, at(e))
	}
	if len(open) > 0 && len(list) == 0 {
		list = append(list, &giver{id: "unknown", name: "somebody not named", evidence: open[0].Evidence("/activityDateTime", nil)})
	}
	for _, g := range list {
		for _, e := range open {
			g.perhaps = append(g.perhaps, at(e))
		}
	}
	return list
}

// judge looks for the fullest hour. Times that are not known may all be in it.
func (g *giver) judge(records kit.Record) (model.Truth, string) {
	most, when := 0, time.Time{}
	fault := model.False
	for _, from := range append(g.sure, g.perhaps...) {
		sure, perhaps := within(g.sure, from), within(g.perhaps, from)
		for _, t := range append(g.sure, g.perhaps...) {
			if t.IsZero() {
				perhaps++
			}
		}
		recorded, _ := records.Of(from)
		switch {
		case sure > bulk:
			fault = model.Or(fault, recorded.Not())
		case sure+perhaps > bulk:
			fault = model.Or(fault, model.And(model.Unknown, recorded.Not()))
		}
		if sure > most {
			most, when = sure, from
		}
	}
	return fault.Not(), fmt.Sprintf("at most %d privileges within an hour (%s)", most, when.Format(time.DateOnly))
}

func within(times []time.Time, from time.Time) int {
	n := 0
	for _, t := range times {
		if !t.IsZero() && !t.Before(from) && t.Before(from.Add(time.Hour)) {
			n++
		}
	}
	return n
}

// givesPrivilege says whether an entry gave a role or an application permission to
// somebody. What was given through PIM stands there twice: as PIM logs it, with who
// asked for it, and as its application then does it, which is left out, and so is
// what PIM does where somebody activates.
// Source: learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities.
func givesPrivilege(e *model.DirectoryAudit, pim kit.PIMWriter) model.Truth {
	return model.Fold(e.ActivityDisplayName, unknown, unknown, func(name string) model.Truth {
		switch name = strings.ToLower(strings.TrimSpace(name)); {
		case strings.HasPrefix(name, "add member to role in pim completed"), strings.HasPrefix(name, "add eligible member to role in pim completed"):
			return model.True
		case name == "add app role assignment to service principal", slices.Contains(kit.RoleGiven, name):
			return pim.Wrote(e).Not()
		}
		return model.False
	})
}

// actorOf names who caused an entry.
func actorOf(e *model.DirectoryAudit) (id, name string) {
	first := func(text string) bool {
		if id == "" {
			id = text
		}
		name = text
		return text != ""
	}
	e.InitiatedBy.Is(func(by model.AuditInitiator) bool {
		by.User.Is(func(o model.DirectoryObject) bool {
			id, name = o.ID, o.ID
			o.DisplayName.Is(first)
			o.UserPrincipalName.Is(first)
			return true
		})
		if id == "" {
			by.App.Is(func(app model.AuditApp) bool {
				app.ServicePrincipalID.Is(first)
				app.AppID.Is(first)
				app.DisplayName.Is(first)
				return true
			})
		}
		return true
	})
	return id, name
}
