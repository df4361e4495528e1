package isolation

import (
	"fmt"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The catalogue's title also speaks of MFA claims. They are shown and not judged:
// a guest can satisfy a phishing-resistant strength only in the home tenant, so
// without that trust no external administrator could ever meet CTL-11.
// Source: learn.microsoft.com/entra/identity/authentication/concept-authentication-strength-external-users.
//
// "Unless declared" is a dated exception for the partner's tenant id.
var iso20 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-20", Title: "Foreign device claims not accepted for administrators",
		Pillar: model.Isolation, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"I3", "O4"}, Gaps: []model.GapTag{"G2"},
		Rationale: "A device that another organisation calls compliant meets that organisation's rules, and its administrators decide what they are. " +
			"Where the claim counts here, they decide who is at a trusted device.",
		Decides: "Where an account of another organisation holds a Tier 0 role, the default inbound trust and that of every partner must accept neither compliant nor hybrid joined devices; " +
			"where only service providers are there, the trust that applies to them. A partner without settings of its own has the default. " +
			"A dated exception for the partner's tenant id makes the finding partial. Does not apply without such accounts and service providers. Claims of MFA are shown, not judged.",
		Remediation: model.Remediation{
			Summary:    "Take the trust in device claims back, by default and for each partner, or end the partner's administrative access.",
			Portal:     "Entra admin center > External Identities > Cross-tenant access settings > (organization) > Inbound access > Trust settings",
			Graph:      "PATCH /policies/crossTenantAccessPolicy/partners/{tenantId} (inboundTrust.isCompliantDeviceAccepted false, isHybridAzureADJoinedDeviceAccepted false); the same for /policies/crossTenantAccessPolicy/default",
			PowerShell: "Update-MgPolicyCrossTenantAccessPolicyPartner -CrossTenantAccessPolicyConfigurationPartnerTenantId <tenant> -InboundTrust @{IsCompliantDeviceAccepted=$false;IsHybridAzureADJoinedDeviceAccepted=$false}",
		},
		References: model.References{NIST80053: []string{"AC-20"}, ATTACK: []string{"T1199"},
			Docs: []string{"https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicyinboundtrust"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: []assess.Dependency{model.CrossTenantDefault, model.CrossTenantPartners, facts.Tier0},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tier0, err := assess.Value(p, facts.Tier0)
		if err != nil {
			return assess.Verdict{}, err
		}
		outsiders := model.False
		for _, u := range tier0.Users() {
			outsiders = model.Or(outsiders, kit.Outsider(u))
		}
		tally := p.Tally(assess.Words{One: "organisation with administrators here", Many: "organisations with administrators here",
			Good: "bring no trusted devices", Bad: "bring devices that are trusted here"})
		tally.None(assess.NotApplicable("No account of another organisation holds a Tier 0 role, and there is no service provider."))
		row, _ := assess.Rows(p, model.CrossTenantDefault).Only()
		fallback := access.DefaultClaims(row)
		if outsiders != model.False {
			tally.Add(judgeClaims(model.Ref{Kind: "setting", ID: "default", Name: "every other organisation"}.With(claimEvidence(row)...), fallback, outsiders))
		}
		for partner := range assess.Rows(p, model.CrossTenantPartners).All() {
			applies := model.Or(outsiders, partner.IsServiceProvider.Is(func(is bool) bool { return is }))
			if applies == model.False {
				continue
			}
			ref := model.Ref{Kind: "tenant", ID: tenantOf(partner), Name: tenantOf(partner)}.With(claimEvidence(partner)...)
			if partner.InboundTrust.Null() == model.True {
				ref = ref.With(claimEvidence(row)...)
			}
			j := judgeClaims(ref, access.ClaimsOf(partner, fallback), applies)
			if ref.ID == "" && j.Met == model.False {
				j.Met, j.Half = model.Unknown, model.Unknown // an exception may be for it
			}
			tally.Add(j)
		}
		return tally.Every(), nil
	},
}

func tenantOf(partner model.CrossTenantConfiguration) string {
	id := ""
	partner.TenantID.Is(func(text string) bool { id = text; return true })
	return id
}

func claimEvidence(settings model.CrossTenantConfiguration) []model.Evidence {
	if settings.InboundTrust.IsZero() {
		return nil
	}
	return []model.Evidence{settings.Evidence("/inboundTrust", nil)}
}

// judgeClaims judges what is accepted of an organisation. applies says whether it
// has administrators here: while that is open, so is the judgement.
func judgeClaims(ref model.Ref, accepted access.Claims, applies model.Truth) assess.Judgement {
	met := model.And(accepted.Compliant.Not(), accepted.Hybrid.Not())
	need := model.Gap{Dataset: model.CrossTenantDefault.Name(), Reason: model.Unresolved, Detail: "which claims are accepted is not known"}
	if applies == model.Unknown {
		met = model.Unknown
		need = model.Gap{Dataset: model.Users.Name(), Reason: model.Unresolved, Detail: "whether an administrator is of another organisation is not known"}
	}
	return assess.Judgement{Ref: ref, Met: met, Half: met, Exempt: model.False, Needs: []model.Gap{need},
		Detail: fmt.Sprintf("compliant devices accepted: %v, hybrid joined: %v, MFA: %v", accepted.Compliant, accepted.Hybrid, accepted.MFA)}
}
