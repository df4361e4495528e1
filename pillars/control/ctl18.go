package control

import (
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

// allowedToUseSSPR is about administrators: users have their own switch, which
// Graph v1.0 does not show.
// Source: learn.microsoft.com/graph/api/resources/authorizationpolicy, allowedToUseSSPR.
var ctl18 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-18", Title: "Administrators do not reset their own passwords, and passes work once",
		Pillar: model.Control, Level: model.Defined, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainAuthentication, Since: "0.1.0",
		Bullets:   []model.Bullet{"C5"},
		Rationale: "Self-service password reset lets whoever holds an administrator's telephone set a new password. A Temporary Access Pass that works more than once is a password for as long as it lasts.",
		Decides:   "allowedToUseSSPR of the authorization policy, which is about administrators, must be false; and the method Temporary Access Pass must be disabled or its passes usable once (isUsableOnce).",
		Remediation: model.Remediation{
			Summary:    "Turn self-service reset off for administrators, and require one-time use of Temporary Access Passes.",
			Portal:     "Entra admin center > Authentication methods > Policies > Temporary Access Pass > Configure; self-service reset for administrators: by Graph or PowerShell alone",
			Graph:      "PATCH /policies/authorizationPolicy {\"allowedToUseSSPR\": false}; PATCH /policies/authenticationMethodsPolicy/authenticationMethodConfigurations/TemporaryAccessPass {\"isUsableOnce\": true}",
			PowerShell: "Update-MgPolicyAuthorizationPolicy -AllowedToUseSspr:$false",
		},
		References: model.References{NIST80053: []string{"IA-5"}, ZTA: []string{"21842", "21846"}, Docs: []string{"https://learn.microsoft.com/entra/identity/authentication/concept-sspr-policy"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{model.AuthorizationPolicies, model.MethodsPolicies},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tally := p.Tally(assess.Words{One: "setting", Many: "settings", Good: "leave no easy way around strong sign-in", Bad: "leave an easy way around strong sign-in"})
		for policy := range assess.Rows(p, model.AuthorizationPolicies).All() {
			tally.Judge(model.Ref{Kind: "setting", ID: "policies/authorizationPolicy/allowedToUseSSPR", Name: "Self-service reset for administrators"}.
				With(policy.Evidence("/allowedToUseSSPR", policy.AllowedToUseSSPR)), model.Equals(policy.AllowedToUseSSPR, false), "allowedToUseSSPR %v", policy.AllowedToUseSSPR)
		}
		for policy := range assess.Rows(p, model.MethodsPolicies).All() {
			met, detail := model.Unknown, "the method is not among those exported"
			policy.AuthenticationMethodConfigurations.Is(func(list []model.MethodConfiguration) bool {
				for _, c := range list {
					if strings.EqualFold(c.ID, "TemporaryAccessPass") {
						met = model.Or(model.Equals(c.State, "disabled"), model.Equals(c.IsUsableOnce, true))
						detail = "state " + c.State.String() + ", isUsableOnce " + c.IsUsableOnce.String()
					}
				}
				return true
			})
			tally.Judge(model.Ref{Kind: "setting", ID: "policies/authenticationMethodsPolicy/TemporaryAccessPass", Name: "Temporary Access Pass"}.
				With(policy.Evidence("/authenticationMethodConfigurations", nil)), met, "%s", detail)
		}
		return tally.Every(), nil
	},
}
