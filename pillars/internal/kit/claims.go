package kit

import (
	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/model"
)

// AcceptsMFA says whether the second factor of some other organisation counts here.
func AcceptsMFA(p *assess.Pass) model.Truth {
	row, _ := assess.Rows(p, model.CrossTenantDefault).Only()
	fallback := access.DefaultClaims(row)
	accepted, partners := fallback.MFA, assess.Rows(p, model.CrossTenantPartners)
	for partner := range partners.All() {
		accepted = model.Or(accepted, access.ClaimsOf(partner, fallback).MFA)
	}
	if partners.Coverage().State != model.Complete {
		accepted = model.Or(accepted, model.Unknown)
	}
	return accepted
}
