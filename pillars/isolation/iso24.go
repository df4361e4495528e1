package isolation

import (
	"slices"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// There are two ways to meet this control, and Graph shows only the first. So
// where the compliant network is not demanded the owner's statement decides, but
// only for workstations that are declared to be hosted: to whoever works at a
// physical one, session isolation does not apply, and that fails.
var iso24 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-24", Title: "Compliant network or isolated sessions for Tier 0",
		Pillar: model.Isolation, Level: model.Optimised, Gate: true, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Global Secure Access", Bullets: []model.Bullet{"I4"}, Gaps: []model.GapTag{"G3"},
		Rationale: "An address says where a sign-in comes from, not whose connection it is, and a stolen token brings its own. Traffic that must pass the tenant's own network service, " +
			"or a session that lives on a hosted machine only, cannot be replayed from elsewhere.",
		Decides: "Passes when no Tier 0 role can be used without the compliant network of Global Secure Access, for every resource, client, platform and device. " +
			"Otherwise, where the declared workstations are hosted (paw.formFactor virtual, windows365 or avd), the owner's attestation of session isolation counts for 180 days. " +
			"Without either it is not attested; with physical workstations it fails. Graph v1.0 shows the compliant network under a fixed id only: what cannot be resolved is unknown.",
		Remediation: model.Remediation{
			Summary: "Turn on signalling of Global Secure Access for Conditional Access, and block the Tier 0 roles from all locations but the compliant network; " +
				"or host the administrators' sessions, declare paw.formFactor, and attest their isolation for ISO-24.",
			Portal:     "Entra admin center > Global Secure Access > Settings > Session management > Adaptive access; then Conditional Access > Policies > New policy > Network > Exclude All Compliant Network locations > Block access",
			Graph:      "POST /identity/conditionalAccess/policies (conditions.locations {includeLocations [All], excludeLocations [3d46dbda-8382-466a-856d-eb00cbc6b910]}, builtInControls [block])",
			PowerShell: "New-MgIdentityConditionalAccessPolicy -BodyParameter @{conditions=@{locations=@{includeLocations=@('All');excludeLocations=@('3d46dbda-8382-466a-856d-eb00cbc6b910')};...};grantControls=@{operator='OR';builtInControls=@('block')}}",
		},
		References: model.References{NIST80053: []string{"SC-7"}, ZTA: []string{"25379", "25380"},
			Docs: []string{"https://learn.microsoft.com/entra/global-secure-access/how-to-compliant-network"}},
		Statuses: []model.Status{model.StatusPass, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown, model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: append([]assess.Dependency{model.OwnerDeclarations}, kit.AccessNeeds...),
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tally, err := kit.JudgeHoldings(p, assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "use their roles through the compliant network only", Bad: "can use a role without the compliant network"}, nobodyElse,
			func(e *access.Engine, h principals.Holding) kit.HoldingAnswer {
				return kit.Barred(kit.AskWithout(e, h, access.Question{Step: access.StepUse, Without: []access.Obligation{access.CompliantNetwork}}),
					"no use without the compliant network")
			})
		if err != nil {
			return assess.Verdict{}, err
		}
		network := tally.Every()
		if network.Status() != model.StatusFail && network.Status() != model.StatusUnknown {
			return network, nil
		}
		form := formFactor(p)
		if slices.Contains([]string{"virtual", "windows365", "avd"}, form) {
			attested := assess.Attested(p, 180*24*time.Hour)
			if network.Status() == model.StatusFail || attested.Status() == model.StatusPass {
				return attested, nil
			}
			return network, nil
		}
		if network.Status() == model.StatusFail && form != "physical" {
			return assess.NotAttested("Roles can be used without the compliant network. If administrators' sessions are isolated on hosted machines, declare paw.formFactor and attest it for ISO-24."), nil
		}
		return network, nil
	},
}

// formFactor is the declared kind of workstation, "" where none is.
func formFactor(p *assess.Pass) string {
	declarations, _ := assess.Rows(p, model.OwnerDeclarations).Only()
	form := ""
	declarations.PAW.Is(func(rule model.PAWRule) bool {
		return rule.FormFactor.Is(func(kind string) bool { form = kind; return true }) == model.True
	})
	return form
}
