package access

import (
	"slices"
	"strings"

	"github.com/privpath/privpath/model"
)

// The ids of the built-in authentication strengths.
// Source: learn.microsoft.com/graph/api/authenticationstrengthroot-list-policies.
const (
	StrengthMFA               = "00000000-0000-0000-0000-000000000002"
	StrengthPasswordless      = "00000000-0000-0000-0000-000000000003"
	StrengthPhishingResistant = "00000000-0000-0000-0000-000000000004"
)

// Combination is one allowed combination of authentication methods, its modes
// sorted, so that the order in which it was written does not matter.
type Combination string

// combinationOf brings a comma-joined list of modes into its sorted form.
func combinationOf(text string) Combination {
	modes := strings.Split(text, ",")
	for i := range modes {
		modes[i] = strings.TrimSpace(modes[i])
	}
	slices.Sort(modes)
	return Combination(strings.Join(modes, ","))
}

func (c Combination) modes() []string { return strings.Split(string(c), ",") }

// Class is the obligation that the combination meets: [PhishingResistantMFA],
// [MFA] or, for a single factor, [Password]. It is not ok for a combination that
// holds a mode which we do not know.
// Source: learn.microsoft.com/entra/identity/authentication/concept-authentication-strengths
// (the table of built-in strengths) and authenticationMethodModes in Graph.
func (c Combination) Class() (class Obligation, ok bool) {
	modes := c.modes()
	for _, mode := range modes {
		if !knownModes[mode] {
			return "", false
		}
	}
	if len(modes) > 1 {
		return MFA, true
	}
	switch modes[0] {
	case "windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor":
		return PhishingResistantMFA, true
	case "deviceBasedPush", "temporaryAccessPassOneTime", "temporaryAccessPassMultiUse", "federatedMultiFactor":
		return MFA, true
	}
	return Password, true
}

// inResourceTenant reports whether an external user can meet the combination
// with methods registered in this tenant: a text message, a call, a push or a
// software token behind the home tenant's first factor.
// Source: learn.microsoft.com/entra/identity/authentication/concept-authentication-strength-external-users.
func (c Combination) inResourceTenant() bool {
	modes := c.modes()
	return slices.ContainsFunc(modes, func(mode string) bool {
		switch mode {
		case "sms", "voice", "microsoftAuthenticatorPush", "softwareOath":
			return len(modes) == 2
		}
		return false
	})
}

var knownModes = map[string]bool{
	"password": true, "voice": true, "hardwareOath": true, "softwareOath": true, "sms": true, "fido2": true,
	"windowsHelloForBusiness": true, "microsoftAuthenticatorPush": true, "deviceBasedPush": true,
	"temporaryAccessPassOneTime": true, "temporaryAccessPassMultiUse": true, "email": true,
	"x509CertificateSingleFactor": true, "x509CertificateMultiFactor": true,
	"federatedSingleFactor": true, "federatedMultiFactor": true, "qrCodePin": true,
}

// builtInCombinations are those of the built-in strengths, for exports that name
// a strength without its combinations.
var builtInCombinations = map[string][]string{
	StrengthMFA: {"windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor", "deviceBasedPush",
		"temporaryAccessPassOneTime", "temporaryAccessPassMultiUse", "password,microsoftAuthenticatorPush",
		"password,softwareOath", "password,hardwareOath", "password,x509CertificateSingleFactor",
		"password,x509CertificateMultiFactor", "password,sms", "password,voice", "federatedMultiFactor",
		"microsoftAuthenticatorPush,federatedSingleFactor", "softwareOath,federatedSingleFactor",
		"hardwareOath,federatedSingleFactor", "sms,federatedSingleFactor", "voice,federatedSingleFactor"},
	StrengthPasswordless:      {"windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor", "deviceBasedPush"},
	StrengthPhishingResistant: {"windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"},
}

// Strength is what an authentication strength asks for.
type Strength struct {
	// Combinations are those that we know; Unknown means that there may be others.
	Combinations []Combination
	Unknown      bool
}

// Strength reads an authentication strength: its own combinations, or those of
// the tenant's or Microsoft's strength with its id.
func (in *Inputs) Strength(record model.AuthenticationStrength) Strength {
	texts, ok := known(record.AllowedCombinations)
	if !ok {
		texts, ok = known(in.strengths[model.FoldID(record.ID)].AllowedCombinations)
	}
	if !ok {
		texts, ok = builtInCombinations[model.FoldID(record.ID)]
	}
	// A strength that allows nothing cannot be saved: an empty list is a gap in
	// the data.
	strength := Strength{Unknown: !ok || len(texts) == 0}
	for _, text := range texts {
		c := combinationOf(text)
		if _, ok := c.Class(); !ok {
			strength.Unknown = true
			continue
		}
		strength.Combinations = append(strength.Combinations, c)
	}
	strength.Combinations = sortedSet(strength.Combinations)
	return strength
}

// Weakest is the weakest obligation among the combinations that usable accepts
// (nil accepts all). It is not ok where there is none.
func (s Strength) Weakest(usable func(Combination) bool) (weakest Obligation, ok bool) {
	for _, c := range s.Combinations {
		if usable != nil && !usable(c) {
			continue
		}
		class, _ := c.Class()
		if !ok || weakest.Satisfies(class) {
			weakest, ok = class, true
		}
	}
	return weakest, ok
}
