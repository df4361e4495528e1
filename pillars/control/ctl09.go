package control

import (
	"slices"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The catalogue asks for an authentication context by name. What matters is that
// nobody activates without a phishing-resistant method, and a policy that reaches
// the eligible user in another way (for all users and all resources, say) binds
// the activation as firmly; so the engine is asked, and a context is one way.
var ctl09 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-09", Title: "Activation bound to phishing-resistant MFA by a live policy",
		Pillar: model.Control, Level: model.Managed, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainAuthentication, Since: "0.1.0",
		Licence: "Entra ID P2", Bullets: []model.Bullet{"C5"}, Gaps: []model.GapTag{"G1"},
		Rationale: "While a role is being activated nobody holds it yet, so a policy for the role is silent at that moment. PIM's own MFA accepts any second factor, also one that is in the session already. " +
			"An authentication context is as strong as the enabled policies for it: one that is off, only reports, or leaves the user out demands nothing, and PIM does not fall back to its own MFA then.",
		Decides: "For every Tier 0 role or group membership that a user activates, takes the PIM rules together with all enabled policies that bind the user before the activation. " +
			"Passes when there is no context (resource, client, platform, flow, device, network) in which it can be activated without a phishing-resistant method. " +
			"An authentication context that an enabled policy protects is the usual way; a policy that reaches the user regardless of the role serves as well. " +
			"Partial when at least 80 % of the users meet it and nobody with Global or Privileged Role Administrator is among the rest. Standing assignments are not activated: CTL-01 judges them.",
		Remediation: model.Remediation{
			Summary: "Publish an authentication context, protect it by an enabled policy for all users that requires the strength Phishing-resistant MFA, " +
				"and set it on the activation of every Tier 0 role. Do not scope the policy to the role, and exclude break-glass accounts only.",
			Portal: "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Settings > (role) > Edit > On activation, require: Microsoft Entra Conditional Access authentication context",
			Graph: "PATCH /policies/roleManagementPolicies/{id}/rules/AuthenticationContext_EndUser_Assignment (isEnabled true, claimValue c1); " +
				"POST /identity/conditionalAccess/policies (conditions.applications.includeAuthenticationContextClassReferences [c1], grantControls.authenticationStrength {id 00000000-0000-0000-0000-000000000004})",
			PowerShell: "Update-MgPolicyRoleManagementPolicyRule -UnifiedRoleManagementPolicyId <policy> -UnifiedRoleManagementPolicyRuleId AuthenticationContext_EndUser_Assignment -BodyParameter @{...}",
		},
		References: model.References{NIST80053: []string{"IA-2(8)"}, ATTACK: []string{"T1556.009"}, ZTA: []string{"21783"},
			Docs: []string{"https://learn.microsoft.com/entra/id-governance/privileged-identity-management/pim-how-to-change-default-settings"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: append([]assess.Dependency{model.RoleAssignmentSchedule}, append(kit.AccessNeeds, kit.ActivationNeeds...)...),
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		if v, missing, err := kit.NoPIM(p); missing || err != nil {
			return v, err
		}
		untyped := untypedAssignments(p)
		tally, err := kit.JudgeHoldings(p, assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "activate with phishing-resistant MFA only", Bad: "can activate a role without phishing-resistant MFA"},
			"Nobody activates a Tier 0 role.",
			func(e *access.Engine, h principals.Holding) kit.HoldingAnswer {
				return activationOf(e, h, untyped)
			})
		if err != nil {
			return assess.Verdict{}, err
		}
		return kit.Share(tally), nil
	},
}

const activatedUnknown = "whether PIM activated this assignment is not known"

// activationOf judges the steps before the use. Each must be passed, so one that
// asks for a phishing-resistant method is enough.
func activationOf(e *access.Engine, h principals.Holding, untyped []model.Evidence) kit.HoldingAnswer {
	var steps []kit.HoldingAnswer
	for _, step := range []access.Step{access.StepJoin, access.StepActivate} {
		a := kit.AskWithout(e, h, access.Question{Step: step, Without: []access.Obligation{access.PhishingResistantMFA}})
		if a.Applicable {
			steps = append(steps, kit.Barred(a, "no activation without phishing-resistant MFA"))
		}
	}
	switch {
	case len(steps) == 0 && h.Permanent != model.Unknown && !mayBeActivated(h, untyped):
		return kit.HoldingAnswer{Aside: true, Detail: "a standing assignment, of which nothing is activated: CTL-01 judges it"}
	case len(steps) == 0:
		return kit.HoldingAnswer{Detail: activatedUnknown, Needs: []model.Gap{{Dataset: model.RoleAssignmentSchedule.Name(), Reason: model.Unresolved, Detail: activatedUnknown}}}
	case len(steps) == 2 && steps[1].Met == model.True:
		return steps[1]
	case len(steps) == 2 && steps[0].Met == model.False && steps[1].Met == model.Unknown:
		return steps[1]
	}
	return steps[0]
}

// untypedAssignments are the active assignments of which the export does not say
// whether they were assigned or activated.
func untypedAssignments(p *assess.Pass) []model.Evidence {
	var list []model.Evidence
	for row := range assess.Rows(p, model.RoleAssignmentSchedule).All() {
		known := model.Fold(row.AssignmentType, unknown, unknown, func(kind string) model.Truth {
			return model.Of(kind == "Assigned" || kind == "Activated")
		})
		if known != model.True {
			list = append(list, row.Evidence("/endDateTime", nil))
		}
	}
	return list
}

func mayBeActivated(h principals.Holding, untyped []model.Evidence) bool {
	return h.Permanent != model.True && slices.ContainsFunc(untyped, func(e model.Evidence) bool {
		return slices.ContainsFunc(h.Evidence, func(held model.Evidence) bool { return held.File == e.File && held.Pointer == e.Pointer })
	})
}
