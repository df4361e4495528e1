package validation

import (
	"fmt"
	"slices"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/activity"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The catalogue asks that the policies which ISO-01 and CTL-11 name succeeded. A
// policy that blocks all but workstations does not apply to a workstation, which
// is what it should do, so only what policies demand is looked for: a device, and
// a strength.
var val12 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "VAL-12", Title: "Policies were in force when administrators signed in",
		Pillar: model.Validation, Level: model.Managed, Gate: true, Severity: model.Critical,
		Basis: model.ConfidenceObserved, Licence: "Entra ID P1", Domain: model.DomainValidation, Since: "0.1.0",
		Bullets: []model.Bullet{"V5"}, Gaps: []model.GapTag{"G1", "G2", "G3"},
		Rationale: "A policy that reads well and never applied protects nothing. What each sign-in met is in the log.",
		Decides: "Takes every successful sign-in of the last 28 days of a user with a Tier 0 role to a resource for administration (Microsoft Graph, the portals, PIM, Azure management, Exchange, SharePoint, Intune). " +
			"Where enabled policies ask this administrator for a managed device, one such policy must have been met (result success); and likewise where they ask for an authentication strength. " +
			"A device or a strength that is one choice among others is not asked for. Policies must ask for one of the two. A sign-in that met none, because the policy did not apply or was report-only, is a counter-example and fails. Declared break-glass accounts are exempt.",
		Remediation: model.Remediation{
			Summary:    "Open each sign-in listed, tab Conditional Access, and see why the policy was not applied: an exclusion, a client, a resource, a state.",
			Portal:     "Entra admin center > Monitoring & health > Sign-in logs > (sign-in) > Conditional Access",
			Graph:      "GET /auditLogs/signIns?$filter=userId eq '{id}'&$select=createdDateTime,resourceId,appliedConditionalAccessPolicies",
			PowerShell: "Get-MgAuditLogSignIn -Filter \"userId eq '{id}'\" | Select-Object -ExpandProperty AppliedConditionalAccessPolicies",
		},
		References: model.References{NIST80053: []string{"CA-7"}, Docs: []string{"https://learn.microsoft.com/graph/api/resources/appliedconditionalaccesspolicy"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown, model.StatusNotApplicable},
	},
	Requires: append([]assess.Dependency{facts.Activity}, kit.PolicyNeeds...),
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		policies, err := kit.ReadPolicies(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		log, err := assess.Value(p, facts.Activity)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "signed in under the policies only", Bad: "signed in without a policy in force"})
		if onlyBreakGlass(policies.Admins) && len(policies.Admins) > 0 {
			tally.None(assess.NotApplicable("Nobody but break-glass accounts and workload identities holds a Tier 0 role."))
		} else {
			tally.None(assess.Unknown(model.NothingToJudge, "No Tier 0 user signed in to a resource for administration within 28 days."))
		}
		total := 0
		for _, admin := range policies.Admins {
			j, seen := judgeSignIns(policies, log, admin)
			if total += seen; j != nil {
				tally.Add(*j)
			}
		}
		return log.Conclude(tally, model.SignIns.Name(), log.SignedIn, fmt.Sprintf("%d sign-ins of Tier 0 users to resources for administration", total)), nil
	},
}

func onlyBreakGlass(admins []kit.Admin) bool {
	return !slices.ContainsFunc(admins, func(a kit.Admin) bool { return a.Emergency != model.True })
}

// adminResources are where roles are used, or activated. A resource that is not
// named may be one.
// Source: learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in.
var adminResources = []string{access.ResourceGraph, access.ResourceDirectory, access.ResourceAzureManagement, access.ResourceAzurePortal,
	access.ResourceM365Admin, access.ResourceExchange, access.ResourceSharePoint, access.ResourceIntune,
	kit.PIMApplication, securityPortals}

// securityPortals are the Microsoft Defender and Purview portals, once the Security
// and Compliance Center.
const securityPortals = "80ccca67-54bd-44ab-8625-4b79c4dc7775"

func forAdministration(s activity.SignIn) model.Truth {
	if s.ResourceID == "" {
		return model.Unknown
	}
	return model.Of(slices.ContainsFunc(adminResources, func(id string) bool { return model.SameID(id, s.ResourceID) }))
}

// judgeSignIns holds an administrator's sign-ins against what policies ask.
func judgeSignIns(policies *kit.Policies, log *facts.Observation, admin kit.Admin) (*assess.Judgement, int) {
	type demand struct {
		name  string
		asks  func(model.GrantControls) model.Truth
		asked model.Truth
	}
	demands := []demand{{name: "a managed device", asks: asksDevice}, {name: "an authentication strength", asks: asksStrength}}
	anyAsked := model.False
	for i, d := range demands {
		demands[i].asked = policies.Some(func(p kit.Policy) model.Truth {
			return model.And(p.Enabled, granted(p, d.asks), coversAdmin(policies, p, admin))
		})
		anyAsked = model.Or(anyAsked, demands[i].asked)
	}
	j := &assess.Judgement{Ref: admin.Ref(), Met: model.True, Exempt: admin.Emergency}
	seen, bad := 0, 0
	take := func(s activity.SignIn, mine model.Truth) {
		belongs := model.And(mine, log.Within(s.At), s.Succeeded, forAdministration(s))
		if belongs == model.False {
			return
		}
		seen++
		met, missing := anyAsked, "no enabled policy asks for a device or a strength"
		for _, d := range demands {
			one := model.Or(d.asked.Not(), policies.Some(func(p kit.Policy) model.Truth {
				return model.And(granted(p, d.asks), succeeded(s, p.ID))
			}))
			if one != model.True {
				missing = d.name + " was not asked for"
			}
			met = model.And(met, one)
		}
		fault := model.And(belongs, met.Not())
		if fault != model.False {
			if bad++; bad <= 5 {
				j.Ref = j.Ref.With(s.Evidence("/appliedConditionalAccessPolicies", nil))
			}
			j.Detail = fmt.Sprintf("%s to %s: %s", s.At.Format("2006-01-02 15:04"), s.Resource, missing)
		}
		j.Met = model.And(j.Met, fault.Not())
	}
	for _, s := range log.Of(admin.ID) {
		take(s, model.True)
	}
	for _, s := range log.Nameless() {
		take(s, model.Unknown)
	}
	if seen == 0 {
		return nil, 0
	}
	if j.Detail == "" {
		j.Detail = fmt.Sprintf("%d sign-ins, each under what the policies ask", seen)
	}
	j.Half = j.Met
	return j, seen
}

func coversAdmin(policies *kit.Policies, p kit.Policy, admin kit.Admin) model.Truth {
	covers := model.False
	for _, h := range admin.Holdings {
		covers = model.Or(covers, policies.Covers(p, admin, h))
	}
	return covers
}

// granted asks about a policy's grant controls; without any it asks for nothing.
func granted(p kit.Policy, asks func(model.GrantControls) model.Truth) model.Truth {
	return model.Fold(p.GrantControls, func() model.Truth { return model.Unknown }, func() model.Truth { return model.False }, asks)
}

var deviceControls = []string{"compliantDevice", "domainJoinedDevice"}

// asksDevice says whether meeting the policy takes a managed device: one among
// other choices does not.
func asksDevice(g model.GrantControls) model.Truth {
	controls := model.Fold(g.BuiltInControls, nothing, nothing, func(list []string) []string { return list })
	device := model.Of(slices.ContainsFunc(controls, func(c string) bool { return slices.Contains(deviceControls, c) }))
	others := model.Or(present(g.AuthenticationStrength), notEmpty(g.CustomAuthenticationFactors), notEmpty(g.TermsOfUse),
		model.Of(slices.ContainsFunc(controls, func(c string) bool { return !slices.Contains(deviceControls, c) })))
	if !g.BuiltInControls.Exported() {
		device = model.Unknown
	}
	return model.And(device, model.Or(others.Not(), all(g)))
}

// asksStrength says the same of an authentication strength.
func asksStrength(g model.GrantControls) model.Truth {
	others := model.Or(notEmpty(g.BuiltInControls), notEmpty(g.CustomAuthenticationFactors), notEmpty(g.TermsOfUse))
	return model.And(present(g.AuthenticationStrength), model.Or(others.Not(), all(g)))
}

// all says whether every control must be met, and not one of them.
func all(g model.GrantControls) model.Truth { return model.Equals(g.Operator, "AND") }

func nothing() []string { return nil }

func notEmpty(f model.Field[[]string]) model.Truth {
	return model.Fold(f, func() model.Truth { return model.Unknown }, func() model.Truth { return model.False },
		func(list []string) model.Truth { return model.Of(len(list) > 0) })
}

func present[T any](f model.Field[T]) model.Truth {
	return model.Fold(f, func() model.Truth { return model.Unknown }, func() model.Truth { return model.False },
		func(T) model.Truth { return model.True })
}

// succeeded says whether a policy applied to a sign-in and was met.
func succeeded(s activity.SignIn, policy string) model.Truth {
	if !s.PoliciesKnown || policy == "" {
		return model.Unknown
	}
	met := model.False
	for _, applied := range s.Policies {
		if model.SameID(applied.Policy, policy) {
			met = model.Or(met, model.Of(applied.Result == "success"))
			if applied.Result == "" {
				met = model.Or(met, model.Unknown)
			}
		}
		if applied.Policy == "" {
			met = model.Or(met, model.Unknown)
		}
	}
	return met
}
