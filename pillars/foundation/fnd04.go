package foundation

import (
	"fmt"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The catalogue lets break-glass accounts forward mail where that is declared.
// Forwarding is no mailbox and not in the export; a break-glass account without a
// mailbox needs no exemption, and one with a mailbox is a target like any other,
// so it is exempt only by a dated exception, which makes the finding partial.
var fnd04 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-04", Title: "Administrators' accounts have no mailbox",
		Pillar: model.Foundation, Level: model.Defined, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainIdentity, Since: "0.1.0",
		Bullets: []model.Bullet{"F5", "I1"}, Gaps: []model.GapTag{"G4"},
		Rationale: "Most attacks on people start with a message. An administrator's account that receives none cannot be reached by it.",
		Decides:   "Every user who holds a Tier 0 role must have no mail address and no Exchange plan in use (assignedPlans, service exchange, Enabled or Warning; the foundation plan of other licences is none).",
		Remediation: model.Remediation{
			Summary:    "Take the Exchange licence off the account and remove its mail address. Notices go to the person's own account.",
			Portal:     "Entra admin center > Users > (user) > Licenses; Properties > Contact information > Email",
			Graph:      "POST /users/{id}/assignLicense; PATCH /users/{id} {\"mail\": null}",
			PowerShell: "Set-MgUserLicense -UserId <id> -RemoveLicenses <sku id> -AddLicenses @()",
		},
		References: model.References{CIS: []string{"1.1.1"}, Maester: []string{"MT.1028"}, ATTACK: []string{"T1566.002"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Tier0},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "Tier 0 user", Many: "Tier 0 users", Good: "have no mailbox", Bad: "have a mailbox or a mail address"})
		for _, holder := range kit.Users(tier0) {
			u := holder.User
			if u == nil {
				tally.Judge(holder.Ref(), model.Unknown, kit.NotExported)
				continue
			}
			address := u.Mail.Is(func(mail string) bool { return strings.TrimSpace(mail) != "" })
			mailbox, evidence := exchangePlan(u)
			tally.Judge(holder.Ref().With(u.Evidence("/mail", u.Mail)).With(evidence...), model.Or(address, mailbox).Not(),
				"mail %v, Exchange plan in use: %v", u.Mail, mailbox)
		}
		return tally.Every(), nil
	},
}

// exchangePlan says whether a mailbox's plan is in use, and points at the plans
// that decide.
func exchangePlan(u *model.User) (model.Truth, []model.Evidence) {
	found, evidence := model.Unknown, []model.Evidence{u.Evidence("/assignedPlans", nil)}
	if u.AssignedPlans.Null() == model.True {
		return model.False, evidence
	}
	u.AssignedPlans.Is(func(plans []model.AssignedPlan) bool {
		found = model.False
		for i, plan := range plans {
			one := planInUse(plan, []string{"exchange"})
			if found = model.Or(found, one); one != model.False {
				evidence = append(evidence, u.Evidence(fmt.Sprintf("/assignedPlans/%d/service", i), plan.Service))
			}
		}
		return true
	})
	return found, evidence
}
