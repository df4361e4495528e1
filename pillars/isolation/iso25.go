package isolation

import (
	"slices"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var iso25 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-25", Title: "Some device control touches administrators",
		Pillar: model.Isolation, Level: model.Developing, Gate: true, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"I3"}, Gaps: []model.GapTag{"G2"},
		Rationale: "The first step out of \"any administrator from any device\" is one policy that asks an administrator for a device at all.",
		Decides: "Passes when at least one enabled policy that covers a Tier 0 holder (not break glass) demands a compliant or hybrid joined device on its own or together with everything else, " +
			"or blocks by a device filter. A device as one of several alternatives binds nothing, and report-only enforces nothing. It is deliberately the weak question that other tools stop at: " +
			"whether any way around the policy is left is ISO-01's.",
		Remediation: model.Remediation{
			Summary:    "Require a compliant device for the Tier 0 roles and for everybody eligible for them.",
			Portal:     "Entra admin center > Conditional Access > Policies > New policy > Grant > Require device to be marked as compliant",
			Graph:      "POST /identity/conditionalAccess/policies (grantControls {operator AND, builtInControls [compliantDevice]})",
			PowerShell: "New-MgIdentityConditionalAccessPolicy -BodyParameter @{grantControls=@{operator='AND';builtInControls=@('compliantDevice')};...}",
		},
		References: model.References{SCuBA: []string{"MS.AAD.3.7v1"}, CIS: []string{"5.2.2.9"}, ISO27001: []string{"A.8.1"}, Maester: []string{"MT.1014"}, ZTA: []string{"21830"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown},
	},
	Requires: kit.PolicyNeeds,
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		policies, err := kit.ReadPolicies(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		emergency, err := assess.Value(p, assess.BreakGlass)
		if err != nil {
			return assess.Verdict{}, err
		}
		tally := p.Tally(assess.Words{One: "policy with a device control", Many: "policies with a device control",
			Good: "bind administrators", Bad: "do not bind administrators"})
		for _, policy := range policies.All {
			device := bindsDevice(policy)
			if device == model.False {
				continue
			}
			name := policy.ID
			policy.DisplayName.Is(func(n string) bool { name = n; return true })
			covers := policies.Reaches(policy, emergency)
			tally.Judge(policy.Ref("policy", name).With(policy.Evidence("/state", policy.State), policy.Evidence("/grantControls", nil)),
				model.And(policy.Enabled, device, covers),
				"enabled %v, binds a device %v, covers an administrator %v", policy.Enabled, device, covers)
		}
		return tally.Some(), nil
	},
}

// bindsDevice says whether meeting the policy takes a device: a device control
// that is the only one, stands beside others under AND, or has only device
// controls as alternatives; or a block by device filter.
func bindsDevice(p kit.Policy) model.Truth {
	return model.Fold(p.GrantControls, unknown, no, func(g model.GrantControls) model.Truth {
		builtIn := model.Fold(g.BuiltInControls, unknown, no, func(controls []string) model.Truth {
			if slices.Contains(controls, "block") {
				return filtersDevices(p)
			}
			isDevice := func(c string) bool { return c == "compliantDevice" || c == "domainJoinedDevice" }
			if !slices.ContainsFunc(controls, isDevice) {
				return model.False
			}
			others := func(f model.Field[[]string]) model.Truth {
				return f.Is(func(list []string) bool { return len(list) > 0 })
			}
			alone := model.And(model.Of(!slices.ContainsFunc(controls, func(c string) bool { return !isDevice(c) })),
				g.AuthenticationStrength.Null(), others(g.CustomAuthenticationFactors).Not(), others(g.TermsOfUse).Not())
			all := model.Fold(g.Operator, unknown, unknown, func(operator string) model.Truth {
				switch operator {
				case "AND":
					return model.True
				case "OR":
					return model.False
				}
				return model.Unknown
			})
			return model.Or(alone, all)
		})
		return builtIn
	})
}

// filtersDevices says whether the policy's scope depends on a device filter that
// can be read.
func filtersDevices(p kit.Policy) model.Truth {
	return model.Fold(p.Conditions, unknown, unknown, func(c model.ConditionSet) model.Truth {
		return model.Fold(c.Devices, unknown, no, func(d model.ConditionDevices) model.Truth {
			return model.Fold(d.DeviceFilter, unknown, no, func(f model.ConditionFilter) model.Truth {
				mode := model.Fold(f.Mode, unknown, unknown, func(m string) model.Truth {
					if m == "include" || m == "exclude" {
						return model.True
					}
					return model.Unknown
				})
				rule := model.Fold(f.Rule, unknown, unknown, func(rule string) model.Truth {
					if _, err := access.ParseFilter(rule); err != nil {
						return model.Unknown
					}
					return model.True
				})
				return model.And(mode, rule)
			})
		})
	})
}
