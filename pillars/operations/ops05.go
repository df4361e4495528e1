package operations

import (
	"fmt"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

var ops05 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "OPS-05", Title: "Break-glass accounts sign in with a phishing-resistant credential",
		Pillar: model.Operations, Level: model.Defined, Gate: true, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainCapability, Since: "0.1.0",
		Bullets: []model.Bullet{"O1"}, Gaps: []model.GapTag{"G5a"},
		Rationale: "A break-glass account stands outside the policies that protect everybody else, so its own credential must carry the " +
			"weight: a security key or certificate that cannot be phished, and nothing that rests on one person's phone. Microsoft asks " +
			"for MFA of these accounts as well.",
		Decides: "Passes when every declared break-glass account has a FIDO2 key or a certificate registered, and no phone, e-mail, " +
			"authenticator app, one-time code or external method beside it. A password, Windows Hello, a platform credential and a Temporary " +
			"Access Pass neither help nor hurt. A kind of method that nobody knows yet is unknown. Two keys, kept apart, are better than one.",
		Remediation: model.Remediation{
			Summary:    "Register two FIDO2 security keys for each break-glass account, store them in different places, and delete the other methods.",
			Portal:     "Entra admin center > Users > (account) > Authentication methods",
			Graph:      "GET /users/{id}/authentication/methods; DELETE /users/{id}/authentication/phoneMethods/{id} (and emailMethods, softwareOathMethods, microsoftAuthenticatorMethods)",
			PowerShell: "Get-MgUserAuthenticationMethod -UserId <id>; Remove-MgUserAuthenticationPhoneMethod -UserId <id> -PhoneAuthenticationMethodId <id>",
		},
		References: model.References{
			NIST80053: []string{"IA-2(8)"}, Docs: []string{emergencyAccess},
		},
		Statuses: []model.Status{model.StatusPass, model.StatusFail, model.StatusNotApplicable, model.StatusUnknown},
	},
	Requires: append([]assess.Dependency{model.AuthenticationMethods}, breakGlassNeeds...),
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		methods := assess.Rows(p, model.AuthenticationMethods)
		words := assess.Words{One: "break-glass account", Many: "break-glass accounts",
			Good: "have a phishing-resistant method and no weak one", Bad: "lack a phishing-resistant method or keep a weak one"}
		return everyAccount(p, words, func(account principals.Principal) (model.Truth, string, []model.Evidence) {
			return judgeMethods(methods.For(account.ID))
		})
	},
}

// strength is what a registered method is worth to a break-glass account.
type strength int

const (
	unheardOf strength = iota
	neutral
	strong
	weak
)

// methods maps Graph's types, without the common prefix and suffix. The
// catalogue lists phone, e-mail and software tokens as weak; the others beside
// them can be phished the same way.
// Source: learn.microsoft.com/graph/api/resources/authenticationmethods-overview.
var methods = map[string]strength{
	"fido2": strong, "x509Certificate": strong,
	"password": neutral, "windowsHelloForBusiness": neutral, "platformCredential": neutral, "temporaryAccessPass": neutral,
	"phone": weak, "email": weak, "softwareOath": weak, "hardwareOath": weak, "microsoftAuthenticator": weak,
	"passwordlessMicrosoftAuthenticator": weak, "qrCodePin": weak, "external": weak,
}

func judgeMethods(rows model.Rows[model.AuthenticationMethod]) (model.Truth, string, []model.Evidence) {
	hasStrong, hasWeak := model.False, model.False
	if rows.Coverage().State != model.Complete {
		hasStrong, hasWeak = model.Unknown, model.Unknown
	}
	var evidence []model.Evidence
	var names []string
	for m := range rows.All() {
		name := model.Fold(m.Type, func() string { return "" }, func() string { return "" }, func(t string) string {
			return strings.TrimSuffix(strings.TrimPrefix(t, "#microsoft.graph."), "AuthenticationMethod")
		})
		kind := methods[name]
		switch kind {
		case strong:
			hasStrong = model.True
		case weak:
			hasWeak = model.True
		case unheardOf:
			hasStrong, hasWeak = model.Or(hasStrong, model.Unknown), model.Or(hasWeak, model.Unknown)
		}
		if name == "" {
			name = "a method without its type"
		}
		if kind != neutral {
			names = append(names, name)
			evidence = append(evidence, m.Evidence("/@odata.type", m.Type))
		}
	}
	detail := "registered: " + strings.Join(names, ", ")
	if len(names) == 0 {
		detail = fmt.Sprintf("no method besides the password among %d exported", rows.Len())
	}
	return model.And(hasStrong, hasWeak.Not()), detail, evidence
}
