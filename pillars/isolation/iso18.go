package isolation

import (
	"encoding/json"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

// The provisioning policies that say whether the user of a Cloud PC is its local
// administrator are not part of the bundle format, so where workstations are, or
// may be, Cloud PCs of this tenant, that part is unknown.
var iso18 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-18", Title: "Local administrator closed, passwords rotated",
		Pillar: model.Isolation, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"I1"}, Gaps: []model.GapTag{"G2"},
		Rationale: "A local administrator can switch off whatever makes a workstation one, and a password that all devices share opens them all.",
		Decides: "Passes when the device registration policy turns on the local administrator password solution, and neither the user who joins a device nor Global Administrators " +
			"become local administrators of it. Password rotation alone is partial. Cloud PCs of the tenant make it unknown, unless the declared workstations are physical.",
		Remediation: model.Remediation{
			Summary:    "Enable LAPS; set local administrators for registering users to None and for Global Administrators to No.",
			Portal:     "Entra admin center > Devices > Device settings",
			Graph:      "PUT /policies/deviceRegistrationPolicy (localAdminPassword.isEnabled, azureADJoin.localAdmins)",
			PowerShell: "Invoke-MgGraphRequest -Method PUT -Uri /v1.0/policies/deviceRegistrationPolicy -Body @{...}",
		},
		References: model.References{CIS: []string{"5.1.4.3", "5.1.4.4", "5.1.4.5"}, NIST80053: []string{"AC-6(2)"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{model.DeviceRegistration},
	Wants:    []assess.Dependency{model.CloudPCs, model.OwnerDeclarations},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		declarations, _ := assess.Rows(p, model.OwnerDeclarations).Only()
		physical := declarations.PAW.Is(func(r model.PAWRule) bool { return model.Equals(r.FormFactor, "physical") == model.True })
		tally := p.Tally(assess.Words{One: "device registration policy", Many: "device registration policies",
			Good: "closes off local administrators and rotates their passwords", Bad: "leaves local administrators open, or their passwords as they are"})
		if policy, ok := assess.Rows(p, model.DeviceRegistration).Only(); ok {
			laps := model.Fold(policy.LocalAdminPassword, unknown, unknown, func(c model.EnabledControl) model.Truth { return kit.On(c.IsEnabled) })
			closed := noLocalAdmins(policy.AzureADJoin)
			if cloud := assess.Rows(p, model.CloudPCs); physical != model.True &&
				(cloud.Len() > 0 || cloud.Coverage().State != model.Complete && cloud.Coverage().Reason != model.NotLicensed) {
				closed = model.And(closed, model.Unknown)
			}
			tally.Add(assess.Judgement{
				Ref: model.Ref{Kind: "setting", ID: "policies/deviceRegistrationPolicy", Name: "Device registration policy"}.With(
					policy.Evidence("/localAdminPassword/isEnabled", nil), policy.Evidence("/azureADJoin/localAdmins", nil)),
				Met: model.And(laps, closed), Half: laps, Exempt: model.False,
				Detail: "password rotation " + laps.String() + ", local administrators closed " + closed.String(),
			})
		}
		return tally.Every(), nil
	},
}

// joinPolicy is Graph's azureADJoinPolicy as far as it says who becomes a local
// administrator. Source: learn.microsoft.com/graph/api/resources/localadminsettings.
type joinPolicy struct {
	LocalAdmins model.Field[localAdmins] `json:"localAdmins"`
}

type localAdmins struct {
	EnableGlobalAdmins model.Field[bool]       `json:"enableGlobalAdmins"`
	RegisteringUsers   model.Field[membership] `json:"registeringUsers"`
}

type membership struct {
	Type model.Field[string] `json:"@odata.type"`
}

// noLocalAdmins says whether joining a device makes nobody its administrator.
func noLocalAdmins(join model.Field[map[string]any]) model.Truth {
	return model.Fold(join, unknown, unknown, func(raw map[string]any) model.Truth {
		text, err := json.Marshal(raw)
		var policy joinPolicy
		if err != nil || json.Unmarshal(text, &policy) != nil {
			return model.Unknown
		}
		return model.Fold(policy.LocalAdmins, unknown, unknown, func(l localAdmins) model.Truth {
			nobody := model.Fold(l.RegisteringUsers, unknown, unknown, func(m membership) model.Truth {
				return model.Fold(m.Type, unknown, unknown, func(t string) model.Truth {
					return model.Of(t == "#microsoft.graph.noDeviceRegistrationMembership")
				})
			})
			return model.And(kit.On(l.EnableGlobalAdmins).Not(), nobody)
		})
	})
}
