package kit

import (
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/model"
)

// Domains are the tenant's domains by name.
type Domains map[string]model.TenantDomain

// ReadDomains reads the tenant's domains. The control must require
// [model.TenantDomains].
func ReadDomains(p *assess.Pass) Domains {
	domains := Domains{}
	for d := range assess.Rows(p, model.TenantDomains).All() {
		domains[strings.ToLower(d.ID)] = d
	}
	return domains
}

// Of finds the domain of a user principal name.
func (d Domains) Of(upn model.Field[string]) (model.TenantDomain, bool) {
	var found model.TenantDomain
	ok := upn.Is(func(name string) bool {
		at := strings.LastIndexByte(name, '@')
		domain, known := d[strings.ToLower(name[at+1:])]
		found = domain
		return at >= 0 && known
	})
	return found, ok == model.True
}

// Managed says whether Entra ID itself checks the sign-ins of the domain: Unknown
// for an authentication type that nobody knows yet.
func Managed(d model.TenantDomain) model.Truth {
	return model.Fold(d.AuthenticationType,
		func() model.Truth { return model.Unknown },
		func() model.Truth { return model.Unknown },
		func(kind string) model.Truth {
			switch kind {
			case "Managed":
				return model.True
			case "Federated":
				return model.False
			}
			return model.Unknown
		})
}
