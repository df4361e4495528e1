package operations

import (
	"math"
	"slices"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The catalogue fails a tenant as soon as one declared account is unusable. Two
// accounts that work are what the framework asks for, so a third that does not
// is partial: an entry in the emergency folder that leads nowhere.
var ops01 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "OPS-01", Title: "Two or more break-glass accounts exist",
		Pillar: model.Operations, Level: model.Developing, Gate: true, Severity: model.Critical,
		Basis: model.ConfidenceDecided, Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"O1"}, Gaps: []model.GapTag{"G5a"},
		Rationale: "A wrong Conditional Access policy, an outage of MFA, or the loss of the last administrator locks everybody out. " +
			"One emergency account can itself be lost, so there are two.",
		Decides: "Passes when at least two different break-glass accounts are declared and each is an enabled user of this tenant; partial " +
			"when at least two work and another does not; fails when fewer work. Accounts are declared by the owner: which ones are " +
			"break glass is never guessed from exclusions or names.",
		Remediation: model.Remediation{
			Summary: "Create two cloud-only accounts for emergencies only, give them Global Administrator permanently, and declare them: " +
				`"breakGlass": [{"id": "<object id>"}, {"id": "<object id>"}] in declarations.json.`,
			Portal:     "Entra admin center > Users > New user",
			Graph:      "POST /users; POST /roleManagement/directory/roleAssignmentScheduleRequests (action adminAssign, expiration noExpiration)",
			PowerShell: "New-MgUser -AccountEnabled -UserPrincipalName <name>@<tenant>.onmicrosoft.com ...",
		},
		References: model.References{
			CIS: []string{"1.1.2"}, NIST80053: []string{"CP-2"}, ISO27001: []string{"A.5.29"}, ZTA: []string{"21835"},
			Docs: []string{emergencyAccess},
		},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: breakGlassNeeds,
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		accounts, settled, err := breakGlass(p)
		switch {
		case err != nil:
			return assess.Verdict{}, err
		case settled != nil && settled.Status() == model.StatusNotApplicable:
			return assess.Fail("The owner declares that there are no break-glass accounts."), nil
		case settled != nil:
			return *settled, nil
		}
		tally := p.Tally(assess.Words{One: "break-glass account", Many: "break-glass accounts",
			Good: "of those declared can sign in", Bad: "of those declared cannot sign in"})
		var ready []model.Truth
		for _, account := range accounts {
			exists, ref := kit.IsUser(account), account.Ref()
			detail := absent(exists)
			if u := account.User; u != nil && exists != model.False {
				ref = ref.With(u.Evidence("/accountEnabled", u.AccountEnabled))
				exists, detail = model.And(exists, model.Equals(u.AccountEnabled, true)), "accountEnabled "+u.AccountEnabled.String()
			}
			ready = append(ready, exists)
			tally.Judge(ref, exists, "%s", detail)
		}
		v := tally.Count(assess.Band{Min: 2, Max: math.MaxInt - 1, Status: model.StatusPass})
		switch {
		case v.Status() != model.StatusPass:
			return v, nil
		case slices.Contains(ready, model.False):
			return v.AtMost(model.StatusPartial, "At least two break-glass accounts can sign in, but another one that is declared cannot."), nil
		}
		return tally.Every(), nil
	},
}
