package isolation

import (
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var iso06 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "ISO-06", Title: "Unknown platforms and mobile clients do not open a hole",
		Pillar: model.Isolation, Level: model.Managed, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainExecution, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"I3"}, Gaps: []model.GapTag{"G1"},
		Rationale: "The platform of a sign-in is what the client writes into its user agent, and the client is the attacker's choice. A policy for Windows and browsers asks nothing of whoever claims to be a phone.",
		Decides: "Asks ISO-01's question of every platform (windows, macOS, linux, iOS, android, windowsPhone, unknown) with every kind of client (browser, mobile apps and desktop clients, Exchange ActiveSync, other clients). " +
			"Passes when a Tier 0 role can be used from an unmanaged device on none of them; otherwise the finding lists the open ones. Where all are open, no platform is the cause, and ISO-01 says what is. " +
			"Partial when at least 80 % of the users meet it and nobody with Global or Privileged Role Administrator is among the rest. Break-glass accounts are exempt.",
		Remediation: model.Remediation{
			Summary:    "Leave the platform and client conditions of the policies for administrators empty, so that they hold for all; and block platforms that nobody uses.",
			Portal:     "Entra admin center > Conditional Access > Policies > (policy) > Conditions > Device platforms: not configured; Client apps: not configured",
			Graph:      "PATCH /identity/conditionalAccess/policies/{id} (conditions {platforms null, clientAppTypes [all]})",
			PowerShell: "Update-MgIdentityConditionalAccessPolicy -ConditionalAccessPolicyId <policy> -BodyParameter @{conditions=@{platforms=$null;clientAppTypes=@('all')}}",
		},
		References: model.References{NIST80053: []string{"CM-7"}, Maester: []string{"MT.1015"},
			Docs: []string{"https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-conditions"}},
		Statuses: []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: kit.AccessNeeds,
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		tally, err := kit.JudgeHoldings(p, assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "cannot use a role from an unmanaged device on any platform or client", Bad: "can use a role from an unmanaged device on some platform or client"},
			nobodyElse, judgePlatforms)
		if err != nil {
			return assess.Verdict{}, err
		}
		return kit.Share(tally), nil
	},
}

// platforms and clients are every value of the two dimensions.
var (
	platforms = []string{access.PlatformWindows, access.PlatformMacOS, access.PlatformLinux, access.PlatformIOS, access.PlatformAndroid, access.PlatformPhone, access.PlatformUnknown}
	clients   = []string{access.ClientBrowser, access.ClientModern, access.ClientActiveSync, access.ClientOther}
)

func judgePlatforms(e *access.Engine, h principals.Holding) kit.HoldingAnswer {
	q := access.Question{Step: access.StepUse, Devices: kit.UnmanagedDevices}
	a := kit.Barred(e.Query(h, q), "no use from an unmanaged device on any platform or client")
	if a.Met == model.True {
		return a
	}
	var open []string
	all := true
	for _, platform := range platforms {
		var with []string
		for _, client := range clients {
			q.Platforms, q.ClientApps = []string{platform}, []string{client}
			if e.Passes(h, q) == model.True {
				with = append(with, client)
			}
		}
		all = all && len(with) == len(clients)
		if len(with) > 0 {
			open = append(open, platform+" ("+strings.Join(with, ", ")+")")
		}
	}
	switch {
	case all:
		a.Detail = "open on every platform and client alike, so neither is the cause: see ISO-01"
	case len(open) > 0:
		a.Detail = "open: " + strings.Join(open, "; ") + ". " + a.Detail
	}
	return a
}
