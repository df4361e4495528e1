package operations

import (
	"slices"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// onboardingLife is how long an onboarding counts: for good. It happens once, and
// whoever wants it repeated writes an expiry.
const onboardingLife = 100 * 365 * day

// The catalogue passes at 95 % of the administrators. One who was never
// onboarded is somebody to onboard, so that share is partial here. What each of
// them was given is not asked again: keys are CTL-12's, workstations ISO-08's.
var ops12 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "OPS-12", Title: "Administrators are onboarded with workstation, key and training",
		Pillar: model.Operations, Level: model.Defined, Severity: model.Medium,
		Basis: model.ConfidenceAttested, Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"O5", "O2"}, Gaps: []model.GapTag{"G5c"},
		Rationale: "An administrator who got a role and nothing else works from the laptop at hand, with the phone at hand. The first day decides how privileged work is done.",
		Decides: "Rests on the owner's statements for OPS-12, each dated and with the object ids of the administrators as evidence: who got workstation, key and training. " +
			"Passes when every Tier 0 user is listed; partial when at least 95 % are and nobody with Global or Privileged Role Administrator is missing. " +
			"Onboarding does not age, but an expiry of the statement counts. Break-glass accounts are nobody's and exempt.",
		Remediation: model.Remediation{
			Summary: "Hand over workstation, security keys and the procedures in one appointment, keep the record, and attest it: " +
				`entries for OPS-12 under attestations in declarations.json, with owner, statement, "evidence": ["<object id>", ...] and the date performed.`,
			Portal:     "Not in a portal: an organisational measure. The object ids are under Entra admin center > Users",
			Graph:      "GET /users/{userPrincipalName}?$select=id",
			PowerShell: "(Get-MgUser -UserId <userPrincipalName>).Id",
		},
		References: model.References{NIST80053: []string{"AT-3", "PS-6"}, ISO27001: []string{"A.6.3"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusNotApplicable,
			model.StatusUnknown, model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: []assess.Dependency{model.OwnerDeclarations, facts.Directory, facts.Tier0, assess.BreakGlass},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		admins, err := kit.Admins(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		statements := assess.Attestations(p, onboardingLife)
		tally := p.Tally(assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "were onboarded", Bad: "are in no statement about onboarding"})
		if len(admins) > 0 {
			tally.None(assess.NotApplicable("Nobody but break glass holds a Tier 0 role."))
		}
		for _, a := range admins {
			j := assess.Judgement{Ref: a.Ref(), Met: model.False, Exempt: a.Emergency, Critical: a.Critical(), Detail: "not listed"}
			switch i := slices.IndexFunc(statements, func(s model.Attestation) bool { return lists(s, a.ID) }); {
			case i >= 0:
				j.Met, j.Detail = model.True, "listed by "+statements[i].Owner+", performed "+statements[i].Performed.Format("2006-01-02")
			case a.User == nil:
				j.Met, j.Detail = model.Unknown, kit.NotExported
			}
			j.Half = j.Met
			tally.Add(j)
		}
		verdict := tally.Share(0.95)
		if attested := assess.Attested(p, onboardingLife); len(statements) == 0 && verdict.Status() != model.StatusNotApplicable {
			return attested, nil
		}
		return verdict, nil
	},
}

// lists reports whether the statement's evidence names the object.
func lists(a model.Attestation, id string) bool {
	return slices.ContainsFunc(a.Evidence, func(e string) bool { return model.SameID(e, id) })
}
