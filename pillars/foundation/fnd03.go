package foundation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var fnd03 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-03", Title: "No productivity service plans on admins",
		Pillar: model.Foundation, Level: model.Defined, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainIdentity, Since: "0.1.0",
		Bullets: []model.Bullet{"F5"}, Gaps: []model.GapTag{"G4"},
		Rationale: "A mailbox, a Teams chat or a OneDrive brings what strangers send to the account that owns the tenant. " +
			"An administrator needs Entra ID, Intune and Defender plans, and no Office.",
		Decides: "Passes when no user with a Tier 0 role has an enabled plan of Exchange, SharePoint, Teams, Skype or the Office apps. " +
			"Judges service plans, not products: plans of Entra ID, Intune and Defender are fine, and so is the Exchange foundation " +
			"plan, which comes with every licence and gives no mailbox. Partial when at least 80 % of the users qualify and no " +
			"Global or Privileged Role Administrator is among the rest.",
		Remediation: model.Remediation{
			Summary:    "Take Office licences from admin accounts; assign Entra ID P2 (and Intune or Defender where needed) by itself.",
			Portal:     "Microsoft 365 admin center > Users > Active users > (account) > Licenses and apps",
			Graph:      "POST /users/{id}/assignLicense with removeLicenses, or with disabledPlans for the Office plans of a licence that stays",
			PowerShell: "Set-MgUserLicense -UserId <id> -RemoveLicenses <sku id> -AddLicenses @()",
		},
		References: model.References{
			CIS: []string{"1.1.4"}, NIST80053: []string{"AC-6", "CM-7"}, ISO27001: []string{"A.8.2"}, ATTACK: []string{"T1566"},
		},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Tier0},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "have no productivity plan", Bad: "have mail, files, chat or Office apps"})
		for _, holder := range kit.Users(tier0) {
			ref, found, detail := holder.Ref(), model.Unknown, kit.NotExported
			if u := holder.User; u != nil {
				var evidence []model.Evidence
				found, evidence, detail = productive(u)
				ref = ref.With(evidence...)
			}
			tally.Add(assess.Judgement{Ref: ref, Met: found.Not(), Half: found.Not(), Exempt: model.False,
				Critical: holder.Critical, Detail: detail})
		}
		return tally.Share(0.8), nil
	},
}

// productivity lists the services, as assignedPlans names them, whose plans bring
// in what strangers send. The catalogue's four, and the Office apps.
var productivity = []string{"exchange", "SharePoint", "MicrosoftCommunicationsOnline", "TeamspaceAPI", "MicrosoftOffice"}

// foundationPlans are EXCHANGE_S_FOUNDATION and its government twin: part of
// nearly every licence, Entra ID P2 alone included, and no mailbox.
// Source: learn.microsoft.com/entra/identity/users/licensing-service-plan-reference.
var foundationPlans = []string{"113feb6c-3fe4-4440-bddc-54d774bf0318", "922ba911-5694-4e99-a794-73aed9bfeec8"}

// productive says whether a user has a productivity plan in use, and points at
// those that decide.
func productive(u *model.User) (model.Truth, []model.Evidence, string) {
	found, names := model.False, []string{}
	whole := []model.Evidence{u.Evidence("/assignedPlans", nil)}
	var evidence []model.Evidence
	exported := u.AssignedPlans.Is(func(plans []model.AssignedPlan) bool {
		for i, plan := range plans {
			one := planInUse(plan, productivity)
			found = model.Or(found, one)
			if one != model.False {
				names = append(names, plan.Service.String())
				evidence = append(evidence, u.Evidence(fmt.Sprintf("/assignedPlans/%d", i), nil))
			}
		}
		return true
	})
	switch {
	case exported == model.Unknown:
		return model.Unknown, whole, "assignedPlans was not exported"
	case len(names) == 0:
		return model.False, whole, "no productivity plan"
	}
	return found, evidence, strings.Join(names, ", ")
}

func planInUse(plan model.AssignedPlan, services []string) model.Truth {
	service := plan.Service.Is(func(name string) bool {
		return slices.ContainsFunc(services, func(s string) bool { return strings.EqualFold(s, name) })
	})
	foundation := plan.ServicePlanID.Is(func(id string) bool {
		return slices.ContainsFunc(foundationPlans, func(f string) bool { return model.SameID(f, id) })
	})
	return model.And(service, foundation.Not(), inUse(plan.CapabilityStatus))
}

// inUse says whether a plan works: it still does in the grace period after a
// licence ran out (Warning).
// Source: learn.microsoft.com/graph/api/resources/assignedplan.
func inUse(status model.Field[string]) model.Truth {
	unknown := func() model.Truth { return model.Unknown }
	return model.Fold(status, unknown, unknown, func(s string) model.Truth {
		switch s {
		case "Enabled", "Warning":
			return model.True
		case "Suspended", "LockedOut", "Deleted":
			return model.False
		}
		return model.Unknown
	})
}
