package control

import (
	"slices"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/facts"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars/internal/kit"
)

var ctl12 = &assess.Control{
	ControlInfo: model.ControlInfo{
		ID: "CTL-12", Title: "Tier 0 administrators have a phishing-resistant method",
		Pillar: model.Control, Level: model.Defined, Severity: model.High,
		Basis: model.ConfidenceDecided, Domain: model.DomainAuthentication, Since: "0.1.0",
		Licence: "Entra ID P1", Bullets: []model.Bullet{"C5"},
		Rationale: "A policy that demands a security key helps only those who have one; everybody else is locked out or, more often, excluded from the policy.",
		Decides: "Every user with a Tier 0 role must have registered a security key, a device-bound passkey, Windows Hello for Business or a platform credential, " +
			"by the registration report or, where that has no line for the user, by the list of the user's methods. A passkey that a provider synchronises is not counted: it can be copied to devices that nobody manages. Such a one stands in the list of methods like a security key, so there a passkey counts if it is attested, and is unknown otherwise. " +
			"Neither source shows certificates, so where the tenant allows certificate sign-in, a user without another such method is unknown and not failed. " +
			"Break-glass accounts are OPS-05's. Partial when at least 80 % qualify and nobody with Global or Privileged Role Administrator is among the rest.",
		Remediation: model.Remediation{
			Summary:    "Give each administrator two security keys or passkeys that stay on their device, and have them registered with a Temporary Access Pass.",
			Portal:     "Entra admin center > Authentication methods > User registration details; Users > (user) > Authentication methods > Add authentication method",
			Graph:      "POST /users/{id}/authentication/fido2Methods, or POST /users/{id}/authentication/temporaryAccessPassMethods to let the user register",
			PowerShell: "New-MgUserAuthenticationTemporaryAccessPassMethod -UserId <user> -IsUsableOnce",
		},
		References: model.References{NIST80053: []string{"IA-2(12)"}, ZTA: []string{"21782"}},
		Statuses:   []model.Status{model.StatusPass, model.StatusPartial, model.StatusFail, model.StatusUnknown},
	},
	Requires: []assess.Dependency{facts.Tier0, facts.Directory, assess.BreakGlass, model.RegistrationDetails},
	Wants:    []assess.Dependency{model.AuthenticationMethods, model.MethodsPolicies},
	Run: func(p *assess.Pass) (assess.Verdict, error) {
		admins, err := kit.Admins(p)
		if err != nil {
			return assess.Verdict{}, err
		}
		report := registered(p, admins)
		methods := assess.Rows(p, model.AuthenticationMethods)
		certificates := certificatesAllowed(p)
		tally := p.Tally(assess.Words{One: "Tier 0 user", Many: "Tier 0 users",
			Good: "have a phishing-resistant method", Bad: "have no phishing-resistant method"})
		for _, admin := range admins {
			j := assess.Judgement{Ref: admin.Ref(), Exempt: admin.Emergency, Critical: admin.Critical()}
			row := report[model.FoldID(admin.ID)]
			j.Met = row.MethodsRegistered.Is(func(list []string) bool { return slices.ContainsFunc(list, resistsPhishing) })
			if row.MethodsRegistered.Exported() {
				j.Ref = j.Ref.With(row.Evidence("/methodsRegistered", row.MethodsRegistered))
			} else {
				j.Met, j.Ref = listed(methods.For(admin.ID), j.Ref)
			}
			if j.Met == model.False && certificates != model.False {
				j.Met = model.Unknown
			}
			j.Half = j.Met
			j.Detail = "registered: " + row.MethodsRegistered.String()
			tally.Add(j)
		}
		return kit.Share(tally), nil
	},
}

// registered gives what the report of methods says of the administrators, by folded
// id: it lists every user of the tenant.
func registered(p *assess.Pass, admins []kit.Admin) map[string]model.UserRegistrationDetails {
	report := make(map[string]model.UserRegistrationDetails, len(admins))
	for _, admin := range admins {
		report[model.FoldID(admin.ID)] = model.UserRegistrationDetails{}
	}
	for row := range assess.Rows(p, model.RegistrationDetails).Each() {
		id := model.FoldID(row.ID)
		if _, asked := report[id]; asked {
			report[id] = *row
		}
	}
	return report
}

// listed reads a user's own list of methods.
func listed(methods model.Rows[model.AuthenticationMethod], ref model.Ref) (model.Truth, model.Ref) {
	met := model.False
	if methods.Coverage().State != model.Complete {
		met = model.Unknown
	}
	for method := range methods.All() {
		is := resistant(method)
		if is != model.False {
			ref = ref.With(method.Evidence("/@odata.type", method.Type))
		}
		met = model.Or(met, is)
	}
	return met, ref
}

// resistsPhishing knows the report's names of phishing-resistant methods that
// stay on a device. Source: learn.microsoft.com/graph/api/resources/userregistrationdetails.
func resistsPhishing(method string) bool {
	return method == "fido2" || method == "fido2SecurityKey" || method == "windowsHelloForBusiness" ||
		method == "macOsSecureEnclaveKey" || strings.HasPrefix(method, "passKeyDeviceBound")
}

// resistant judges one of a user's methods. A passkey that a provider synchronises
// is a fido2AuthenticationMethod too; one that its maker attests is none, because
// those cannot be attested.
// Source: learn.microsoft.com/graph/api/resources/fido2authenticationmethod and
// Microsoft Learn, "Enable synced passkeys in Microsoft Entra ID".
func resistant(method model.AuthenticationMethod) model.Truth {
	return model.Fold(method.Type, unknown, unknown, func(odataType string) model.Truth {
		switch odataType {
		case "#microsoft.graph.fido2AuthenticationMethod":
			return model.Or(model.Unknown, model.Equals(method.AttestationLevel, "attested"))
		case "#microsoft.graph.windowsHelloForBusinessAuthenticationMethod", "#microsoft.graph.platformCredentialAuthenticationMethod":
			return model.True
		}
		return model.False
	})
}

// certificatesAllowed asks whether users may sign in with a certificate.
func certificatesAllowed(p *assess.Pass) model.Truth {
	policy, _ := assess.Rows(p, model.MethodsPolicies).Only()
	return model.Fold(policy.AuthenticationMethodConfigurations, unknown, unknown, func(list []model.MethodConfiguration) model.Truth {
		for _, method := range list {
			if strings.EqualFold(method.ID, "X509Certificate") {
				return model.Fold(method.State, unknown, unknown, func(state string) model.Truth {
					switch state {
					case "enabled":
						return model.True
					case "disabled":
						return model.False
					}
					return model.Unknown
				})
			}
		}
		return model.Unknown
	})
}
