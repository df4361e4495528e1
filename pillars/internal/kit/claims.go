package kit

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

// Claims says which claims of another organisation are accepted.
type Claims struct{ Compliant, Hybrid, MFA model.Truth }

// DefaultClaims are those of the default configuration: where it says nothing, none.
func DefaultClaims(settings model.CrossTenantConfiguration) Claims {
	return ClaimsOf(settings, Claims{model.False, model.False, model.False})
}

// ClaimsOf reads a configuration. What it leaves open is inherited.
// Source: learn.microsoft.com/entra/external-id/cross-tenant-access-overview.
func ClaimsOf(settings model.CrossTenantConfiguration, inherited Claims) Claims {
	return model.Fold(settings.InboundTrust, func() Claims { return Claims{} }, func() Claims { return inherited }, func(t model.InboundTrust) Claims {
		accepted := func(f model.Field[bool], otherwise model.Truth) model.Truth {
			return model.Fold(f, func() model.Truth { return model.Unknown }, func() model.Truth { return otherwise }, model.Of)
		}
		return Claims{
			Compliant: accepted(t.IsCompliantDeviceAccepted, inherited.Compliant),
			Hybrid:    accepted(t.IsHybridAzureADJoinedDeviceAccepted, inherited.Hybrid),
			MFA:       accepted(t.IsMfaAccepted, inherited.MFA),
		}
	})
}

// AcceptsMFA says whether the second factor of some other organisation counts here.
func AcceptsMFA(p *assess.Pass) model.Truth {
	row, _ := assess.Rows(p, model.CrossTenantDefault).Only()
	fallback := DefaultClaims(row)
	accepted, partners := fallback.MFA, assess.Rows(p, model.CrossTenantPartners)
	for partner := range partners.All() {
		accepted = model.Or(accepted, ClaimsOf(partner, fallback).MFA)
	}
	if partners.Coverage().State != model.Complete {
		accepted = model.Or(accepted, model.Unknown)
	}
	return accepted
}
