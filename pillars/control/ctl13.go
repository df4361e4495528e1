package control

import (
	"strings"
	"sync"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var ctl13 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-13", Title: "Tier 0 administrators have no weak method",
		Pillar: model.Control, Level: model.Managed, Severity: model.Medium,
		Basis: model.ConfidenceDecided, Domain: model.DomainAuthentication, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"C5"},
		Rationale: "A telephone number can be taken over, and a code can be read aloud to a caller. A strong method beside such a weak one leaves the weak one to whoever picks the way in.",
		Decides: "No user with a Tier 0 role may have a telephone number, an e-mail address, a software one-time code or security questions among the methods of the registration report. " +
			"A user without a line in the report, or with a method whose name is not known, is unknown; so is another organisation's account where that organisation's second factor counts here, since the report does not show its methods. Break-glass accounts are OPS-05's.",
		Remediation: model.Remediation{
			Summary:    "Register a phishing-resistant method first, then remove the weak ones, and turn them off for administrators in the authentication methods policy.",
			Portal:     "Entra admin center > Users > (user) > Authentication methods; Authentication methods > Policies",
			Graph:      "DELETE /users/{id}/authentication/phoneMethods/{id} (likewise emailMethods, softwareOathMethods)",
			PowerShell: "Remove-MgUserAuthenticationPhoneMethod -UserId <user> -PhoneAuthenticationMethodId <id>",
		},
		References: model.References{SCuBA: []string{"MS.AAD.3.5v2"}, CIS: []string{"5.2.3.5", "5.2.3.7"}, NIST80053: []string{"IA-5"}, ATTACK: []string{"T1621"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Tier0, facts.Directory, assess.BreakGlass, model.RegistrationDetails},
	Wants:    []assess.Dependency{model.CrossTenantDefault, model.CrossTenantPartners},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		admins, err := kit.Admins(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		report := registered(p, admins)
		tally := p.Tally(assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "have no weak method", Bad: "have a weak method"})
		elsewhere := sync.OnceValue(func() model.Truth { return kit.AcceptsMFA(p) })
		for _, admin := range admins {
			row := report[model.FoldID(admin.ID)]
			j := assess.Judgement{Ref: admin.Ref(), Exempt: admin.Emergency, Critical: admin.Critical(),
				Met: model.Fold(row.MethodsRegistered, unknown, unknown, noneWeak), Detail: "registered: " + row.MethodsRegistered.String()}
			if row.MethodsRegistered.Exported() {
				j.Ref = j.Ref.With(row.Evidence("/methodsRegistered", row.MethodsRegistered))
			}
			if j.Met == model.True && kit.Outsider(admin.Principal) != model.False && elsewhere() != model.False {
				j.Met = model.Unknown
				j.Detail += "; a second factor of its own organisation may count, and is not in the report"
			}
			j.Half = j.Met
			tally.Add(j)
		}
		return tally.Every(), nil
	},
}

// noneWeak says whether no method of the report is weak: Unknown where one has a
// name that is not known.
// Source: learn.microsoft.com/graph/api/resources/userregistrationdetails.
func noneWeak(methods []string) model.Truth {
	sound := model.True
	for _, method := range methods {
		switch method {
		case "mobilePhone", "alternateMobilePhone", "officePhone", "email", "softwareOneTimePasscode", "securityQuestion":
			return model.False
		case "microsoftAuthenticatorPush", "microsoftAuthenticatorPasswordless", "hardwareOneTimePasscode", "temporaryAccessPass":
		default:
			if !resistsPhishing(method) && !strings.HasPrefix(method, "passKey") {
				sound = model.Unknown
			}
		}
	}
	return sound
}
