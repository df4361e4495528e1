package foundation

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var fnd06 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-06", Title: "Admin names on managed domains",
		Pillar: model.Foundation, Level: model.Defined, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainIdentity, Since: "0.1.0",
		Bullets: []model.Bullet{"F2"}, Gaps: []model.GapTag{"G4"},
		Rationale: "On a federated domain another server says who somebody is. Whoever controls that server, or steals its " +
			"signing key, signs in as any account of the domain.",
		Decides: "Passes when the domain of every Tier 0 user's user principal name is managed (authenticationType Managed). A guest, whose " +
			"sign-in another organisation checks, does not qualify. Partial when at least 80 % of the users qualify and no Global or " +
			"Privileged Role Administrator is among the rest.",
		Remediation: model.Remediation{
			Summary:    "Give admin accounts names on the tenant's onmicrosoft.com domain or another managed one.",
			Portal:     "Entra admin center > Users > (account) > Properties > User principal name",
			Graph:      `PATCH /users/{id} {"userPrincipalName": "adm-name@<tenant>.onmicrosoft.com"}`,
			PowerShell: "Update-MgUser -UserId <id> -UserPrincipalName adm-name@<tenant>.onmicrosoft.com",
		},
		References: model.References{
			SCuBA: []string{"MS.AAD.7.3v1"}, NIST80053: []string{"IA-5"}, ATTACK: []string{"T1484.002", "T1556.007"},
		},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Tier0, model.TenantDomains},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		domains := kit.ReadDomains(p)
		tally := p.Tally(assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "sign in on a managed domain", Bad: "sign in where another server vouches for them"})
		for _, holder := range kit.Users(tier0) {
			ref, managed, detail := holder.Ref(), model.Unknown, kit.NotExported
			if u := holder.User; u != nil {
				ref = ref.With(u.Evidence("/userPrincipalName", u.UserPrincipalName))
				detail = "the domain of the name is not in the export"
				if domain, ok := domains.Of(u.UserPrincipalName); ok {
					ref = ref.With(domain.Evidence("/authenticationType", domain.AuthenticationType))
					managed, detail = kit.Managed(domain), domain.ID+" is "+domain.AuthenticationType.String()
				}
				if kit.Visitor(u) == model.True {
					managed, detail = model.False, "another organisation checks the sign-in"
				}
			}
			tally.Add(assess.Judgement{Ref: ref, Met: managed, Half: managed, Exempt: model.False,
				Critical: holder.Critical, Detail: detail})
		}
		return tally.Share(0.8), nil
	},
}
