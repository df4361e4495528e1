package foundation

import (
	"fmt"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The catalogue asks for restricted management units alone. A shield around the
// accounts is worth nothing while somebody below controls what they use, so
// everybody from whom a way leads into Tier 0 is judged here too.
var fnd12 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-12", Title: "Lower roles cannot take administrators over",
		Pillar: model.Foundation, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainCapability, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"F4"}, Gaps: []model.GapTag{"G4"},
		Rationale: "A helpdesk that resets an administrator's password, or the owner of an application that assigns roles, is Tier 0 without being called so. " +
			"A restricted management administrative unit keeps everybody away but the administrators of that unit.",
		Decides: "Every user who holds a Tier 0 role should be in a restricted management unit (isManagementRestricted). Where one is not, but its roles and role-assignable groups keep Password, Helpdesk, Authentication and " +
			"User Administrators from resetting it, that is partial; where they could reset it, it fails. " +
			"Besides, nobody without a Tier 0 role may control Tier 0: each user or workload identity, and whatever is outside the directory, from whose full control a way leads there fails, with the first hop of it; `privpath paths` shows the whole. " +
			"Whether eligibility shields is unknown: of a role's Microsoft says nothing, of a group's membership that it does not, and a public test that both do.",
		Remediation: model.Remediation{
			Summary:    "Put the administrators' accounts into a restricted management administrative unit with Tier 0 administrators only, and close the ways that `privpath paths` shows.",
			Portal:     "Entra admin center > Roles & admins > Admin units > New > Restricted management administrative unit",
			Graph:      "POST /directory/administrativeUnits {\"isMemberManagementRestricted\": true, …}; POST /directory/administrativeUnits/{id}/members/$ref",
			PowerShell: "New-MgDirectoryAdministrativeUnit -DisplayName \"Tier 0\" -IsMemberManagementRestricted",
		},
		References: model.References{NIST80053: []string{"AC-6(1)"}, Maester: []string{"MT.1035"}, ATTACK: []string{"T1098"},
			Docs: []string{"https://learn.microsoft.com/entra/identity/role-based-access-control/admin-units-restricted-management",
				"https://learn.microsoft.com/entra/identity/role-based-access-control/privileged-roles-permissions"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Tier0, facts.Paths},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		graph, err := assess.Value(p, facts.Paths)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "account that controls Tier 0", Many: "accounts that control Tier 0",
			Good: "are Tier 0 and shielded from lower roles", Bad: "are no Tier 0, or not shielded"})
		for _, holder := range kit.Users(tier0) {
			if holder.Dangling == model.True {
				continue
			}
			if holder.User == nil {
				tally.Judge(holder.Ref(), model.Unknown, kit.NotExported)
				continue
			}
			restricted := isSet(holder.User.IsManagementRestricted)
			resettable, why := graph.ResettableBelow(holder.ID)
			detail := "in a restricted management unit"
			if restricted != model.True {
				detail = fmt.Sprintf("isManagementRestricted %v; %s", holder.User.IsManagementRestricted, why)
			}
			tally.Add(assess.Judgement{Ref: holder.Ref().With(holder.User.Evidence("/isManagementRestricted", holder.User.IsManagementRestricted)),
				Met: restricted, Half: model.Or(restricted, resettable.Not()), Exempt: model.False, Detail: detail})
		}
		for _, m := range graph.Outsiders() {
			met := model.False
			if !m.Certain {
				met = model.Unknown
			}
			tally.Judge(model.Ref{Kind: m.Kind, ID: m.ID, Name: m.Name}, met, "holds no Tier 0 role and controls Tier 0: %s", m.Reason)
		}
		if anyone := graph.Anyone(); anyone != model.False {
			tally.Judge(model.Ref{Kind: "setting", ID: "paths", Name: "Any other account"}, model.Unknown, "whether another account controls Tier 0 is not known: `privpath paths` names what is missing")
		}
		return tally.Every(), nil
	},
}

// isSet reads a flag that Graph writes as null where it was never set.
func isSet(f model.Field[bool]) model.Truth {
	if f.Null() == model.True {
		return model.False
	}
	return f.Is(func(on bool) bool { return on })
}
