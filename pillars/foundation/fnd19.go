package foundation

import (
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// What a declaration accepts, and what not, is decided as for FND-18.
var fnd19 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "FND-19", Title: "No application permission equals Tier 0",
		Pillar: model.Foundation, Level: model.Defined, Gate: true, Severity: model.Critical,
		Basis: model.ConfidenceDecided, Domain: model.DomainIdentity, Since: "0.1.0",
		Bullets: []model.Bullet{"F4"}, Gaps: []model.GapTag{"G4"},
		Rationale: "Some application permissions of Microsoft Graph are a Global Administrator by another name: with them an application " +
			"assigns itself a role, takes over another identity, or switches off what guards Tier 0. They appear in no list of " +
			"administrators.",
		Decides: "Passes when no principal is assigned an application permission of Microsoft Graph that reaches Tier 0 by itself; the " +
			"list, with the reason for each, is model/catalogue/tier0-permissions.csv. Fails when one is, disabled applications included; " +
			"partial when a dated exception accepts each of them. A permission that the catalogue does not know is unknown. Delegated " +
			"permissions are not judged: they can do no more than the user who is signed in.",
		Remediation: model.Remediation{
			Summary: "Replace the permission by a narrower one (Sites.Selected, Application.ReadWrite.OwnedBy, a scoped role) and remove it. " +
				"What must stay: record an exception with owner, reason and expiry in declarations.json.",
			Portal:     "Entra admin center > Enterprise applications > (application) > Permissions > Admin consent",
			Graph:      "GET /servicePrincipals(appId='00000003-0000-0000-c000-000000000000')/appRoleAssignedTo; DELETE …/appRoleAssignedTo/{id}",
			PowerShell: "Remove-MgServicePrincipalAppRoleAssignedTo -ServicePrincipalId <Microsoft Graph> -AppRoleAssignmentId <id>",
		},
		References: model.References{
			NIST80053: []string{"AC-6"}, ATTACK: []string{"T1098.003", "T1528"}, Maester: []string{"MT.1050", "MT.1051"},
			Docs: []string{"https://learn.microsoft.com/graph/permissions-reference"},
		},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: []assess.Dependency{kit.GraphPermissions},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		grants, err := assess.Value(p, kit.GraphPermissions)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "application with permissions of Microsoft Graph", Many: "applications with permissions of Microsoft Graph",
			Good: "hold none that reaches Tier 0", Bad: "hold one that reaches Tier 0 by itself"})
		tally.None(assess.NotApplicable("Nothing is assigned an application permission of Microsoft Graph."))
		for _, holder := range grants.Holders {
			tier0 := model.False
			for _, grant := range holder.Grants {
				tier0 = model.Or(tier0, grant.Tier0)
			}
			ref := model.Ref{Kind: "servicePrincipal", ID: holder.ID, Name: holder.Name}
			var said []string
			for _, grant := range holder.Grants {
				if grant.Tier0 != tier0 {
					continue
				}
				ref = ref.With(grant.Evidence)
				text := grant.Permission
				if grant.Reason != "" {
					text += " " + grant.Reason
				}
				said = append(said, text)
			}
			tally.Judge(ref, tier0.Not(), "%s", strings.Join(said, "; "))
		}
		return tally.Every(), nil
	},
}
