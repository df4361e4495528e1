package paths

import (
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/paths/internal/horn"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/internal/byid"
	"github.com/privpath/privpath/model"
)

// registration says who has no second factor yet, and whether policies ask
// something of whoever registers one.
type registration struct {
	details *byid.Index[model.UserRegistrationDetails]
	open    model.Truth
}

// registerSecurityInfo is Conditional Access's user action.
// Source: learn.microsoft.com/entra/identity/conditional-access/policy-all-users-security-info-registration.
const registerSecurityInfo = "urn:user:registersecurityinfo"

func readRegistration(t *model.Tenant, engine *access.Engine) registration {
	rows := model.RowsOf(t, model.RegistrationDetails, nil)
	r := registration{open: model.True,
		details: byid.New(rows, func(row *model.UserRegistrationDetails) string { return row.ID })}
	if model.RowsOf(t, model.ConditionalAccessPolicies, nil).Coverage().State != model.Complete {
		r.open = model.Unknown
	}
	for _, p := range engine.Inputs().Policies {
		asks := p.Record.Conditions.Is(func(c model.ConditionSet) bool {
			return c.Applications.Is(func(a model.ConditionApplications) bool {
				return a.IncludeUserActions.Is(func(actions []string) bool {
					return slices.ContainsFunc(actions, func(action string) bool { return strings.EqualFold(action, registerSecurityInfo) })
				}) != model.False
			}) != model.False
		})
		if asks != model.False && model.Equals(p.Record.State, "enabled") != model.False {
			r.open = model.Unknown // what it asks of a registration is not judged
		}
	}
	return r
}

// registers: who has the password of somebody without a second factor registers
// one of their own at the next sign-in.
// Source: learn.microsoft.com/entra/identity/authentication/concept-registration-mfa-sspr-combined, interrupt mode.
func (b *builder) registers(head horn.Atom, p principals.Principal) {
	has := model.Unknown
	row, found := b.factors.details.Find(p.ID)
	if found {
		has = model.Equals(row.IsMfaRegistered, true)
	}
	why := because{truth: model.And(has.Not(), b.factors.open, model.Or(external(p.User).Not(), model.Unknown))}.needing(model.Need{
		Dataset: model.RegistrationDetails.Name(), Reason: model.Unresolved, Permission: "AuditLog.Read.All",
		Detail: "whether " + p.Name + " has registered a second factor, or what a policy asks of its registration, is not known"})
	text := "registers a second factor of its own for " + p.Name + ", who has none"
	if why.truth == model.Unknown {
		text = "may register a second factor of its own for " + p.Name
	}
	shown := hop{edge: edgeRegistersMethod, to: b.ref(p.ID), text: text, evidence: []model.Evidence{p.User.Evidence("/id", p.ID)}}
	if found {
		shown.evidence = []model.Evidence{row.Evidence("/isMfaRegistered", row.IsMfaRegistered)}
	}
	b.conclude(head, why.shown(shown),
		key{kind: atomAt, subject: p.ID, n: at(password, own)})
}
