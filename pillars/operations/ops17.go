package operations

import (
	"slices"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

const (
	// vendorAccess is how far away the end of an external account's role may be.
	vendorAccess = 180 * day
	// providerReview is how long a review of service providers counts.
	providerReview = 90 * day
)

var ops17 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "OPS-17", Title: "Vendor access time-limited and under the same controls",
		Pillar: model.Operations, Level: model.Managed, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainCapability, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"O4"}, Gaps: []model.GapTag{"G1"},
		Rationale: "A supplier's administrator leaves the supplier without anybody here being told, and works from devices that nobody here sees. " +
			"What a vendor holds must end by itself, and must be as hard to use as what the own administrators hold.",
		Decides: "For every Tier 0 role of an external account (a guest, or an account of another organisation): the assignment or eligibility ends within 180 days, and the role can be used neither from an unmanaged device " +
			"nor without a phishing-resistant method, as ISO-01 and CTL-11 ask. Partial when at least 80 % of the accounts meet it and none with Global or Privileged Role Administrator is among the rest. " +
			"Where the cross-tenant settings name a service provider, whose delegated administrators no Graph call of this tenant lists, the owner must attest a review of that access (OPS-17) of the last 90 days. " +
			"Does not apply without external administrators and service providers.",
		Remediation: model.Remediation{
			Summary: "Give vendors eligible assignments that end within 180 days, and no exclusion from administrators' policies; review delegated administration (GDAP) each quarter and attest it: " +
				"an entry for OPS-17 under attestations in declarations.json.",
			Portal:     "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Assignments; Microsoft 365 admin center > Settings > Partner relationships",
			Graph:      "POST /roleManagement/directory/roleEligibilityScheduleRequests (action adminUpdate, scheduleInfo.expiration {type afterDateTime, endDateTime})",
			PowerShell: "New-MgRoleManagementDirectoryRoleEligibilityScheduleRequest -BodyParameter @{action='adminUpdate';scheduleInfo=@{expiration=@{type='afterDateTime';endDateTime='...'}};...}",
		},
		References: model.References{NIST80053: []string{"AC-2"}, ISO27001: []string{"A.5.19"}, ATTACK: []string{"T1199"}, ZTA: []string{"21859"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown,
			model.StatusNotAttested, model.StatusAttestationExpired},
	},
	Requires: append([]assess.Dependency{model.CrossTenantPartners, model.OwnerDeclarations}, kit.AccessNeeds...),
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		var vendors []model.Ref
		tally, err := kit.JudgeHoldings(p, assess.Words{One: "external administrator", Many: "external administrators",
			Good: "are limited in time and under the same controls", Bad: "are not limited in time or not under the same controls"},
			"No external account holds a Tier 0 role, and there is no service provider.",
			func(e *access.Engine, h principals.Holding) kit.HoldingAnswer {
				external := kit.External(h.Principal.User)
				if external == model.False {
					return kit.HoldingAnswer{Skip: true}
				}
				if !slices.ContainsFunc(vendors, func(v model.Ref) bool { return model.SameID(v.ID, h.Principal.ID) }) {
					vendors = append(vendors, h.Principal.Ref().With(kit.ExternalEvidence(h.Principal.User)...))
				}
				return judgeVendor(e, h, external, p.AsOf())
			})
		if err != nil {
			return assess.Verdict{}, err
		}
		provider := model.False
		var providers []model.Ref
		for partner := range assess.Rows(p, model.CrossTenantPartners).All() {
			is := partner.IsServiceProvider.Is(func(is bool) bool { return is })
			provider = model.Or(provider, is)
			ref := model.Ref{Kind: "tenant", ID: partner.TenantID.String(), Name: partner.TenantID.String()}.With(partner.Evidence("/isServiceProvider", partner.IsServiceProvider))
			switch is {
			case model.True:
				providers = append(providers, ref)
			case model.Unknown:
				const open = "whether the organisation is a service provider is not known"
				tally.Add(assess.Judgement{Ref: ref, Exempt: model.False, Detail: open,
					Needs: []model.Gap{{Dataset: model.CrossTenantPartners.Name(), Reason: model.Unresolved, Detail: open}}})
			}
		}
		verdict := kit.Share(tally)
		if provider != model.True || verdict.Status() == model.StatusFail || verdict.Status() == model.StatusUnknown {
			return verdict, nil
		}
		attested := assess.Attested(p, providerReview).About(providers...)
		switch {
		case attested.Status() != model.StatusPass:
			return attested, nil
		case verdict.Status() == model.StatusPartial:
			return verdict, nil
		}
		return attested.About(vendors...), nil
	},
}

// judgeVendor judges one role of an account that is external, or may be.
func judgeVendor(e *access.Engine, h principals.Holding, external model.Truth, asOf time.Time) kit.HoldingAnswer {
	if external == model.Unknown {
		const open = "whether the account is external is not known"
		return kit.HoldingAnswer{Detail: open, Evidence: kit.ExternalEvidence(h.Principal.User),
			Needs: []model.Gap{{Dataset: model.Users.Name(), Reason: model.Unresolved, Detail: open}}}
	}
	const good = "ends within 180 days, no use from an unmanaged device or without phishing-resistant MFA"
	device := kit.Barred(e.Query(h, access.Question{Step: access.StepUse, Devices: kit.UnmanagedDevices}), good)
	method := kit.Barred(kit.AskWithout(e, h, access.Question{Step: access.StepUse, Without: []access.Obligation{access.PhishingResistantMFA}}), good)
	answer := kit.Both(kit.Both(endsSoon(h, asOf, good), device), method)
	answer.Evidence = append(kit.ExternalEvidence(h.Principal.User), answer.Evidence...)
	return answer
}

// endsSoon says whether the holding ends in time.
func endsSoon(h principals.Holding, asOf time.Time, good string) kit.HoldingAnswer {
	const open = "when it ends is not known"
	var a kit.HoldingAnswer
	switch {
	case h.Permanent == model.True:
		a.Met, a.Detail = model.False, "it has no end."
	case h.Permanent == model.False && !h.End.IsZero():
		a.Met, a.Detail = model.Of(!h.End.After(asOf.Add(vendorAccess))), good
		if a.Met == model.False {
			a.Detail = "it ends only on " + h.End.Format(time.DateOnly) + "."
		}
	default:
		a.Detail, a.Needs = open, []model.Gap{{Dataset: h.Evidence[0].Dataset, Reason: model.Unresolved, Detail: open}}
	}
	a.Half = a.Met
	return a
}
