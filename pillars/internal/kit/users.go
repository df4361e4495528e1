package kit

import (
	"strings"

	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// NotExported is what a subject says whose account is not in the export.
const NotExported = "the account was not exported"

// IsUser says whether the principal is a user that this tenant has.
func IsUser(p principals.Principal) model.Truth {
	switch p.Kind {
	case principals.KindUser:
		return p.Dangling.Not()
	case principals.KindUnknown:
		return model.And(model.Unknown, p.Dangling.Not())
	}
	return model.False
}

// External says whether the account signs in at, or was invited from, another
// organisation, or is a guest. Guests that were made members keep #EXT# in their
// name, or the state of their invitation. Of an account that is not in the export
// (nil) it is not known.
// Source: learn.microsoft.com/entra/external-id/user-properties.
func External(u *model.User) model.Truth {
	if u == nil {
		return model.Unknown
	}
	return model.Or(
		u.UserType.Is(func(kind string) bool { return strings.EqualFold(kind, "Guest") }),
		Visitor(u),
		u.ExternalUserState.Is(func(state string) bool { return state != "" }))
}

// Visitor says whether the account's name carries #EXT#: another organisation
// checks its sign-ins. An internal guest is none.
func Visitor(u *model.User) model.Truth {
	return u.UserPrincipalName.Is(func(upn string) bool { return strings.Contains(strings.ToUpper(upn), "#EXT#") })
}

// ExternalEvidence points at the properties that decide [External].
func ExternalEvidence(u *model.User) []model.Evidence {
	if u == nil {
		return nil
	}
	return []model.Evidence{
		u.Evidence("/userType", u.UserType),
		u.Evidence("/userPrincipalName", u.UserPrincipalName),
		u.Evidence("/externalUserState", u.ExternalUserState),
	}
}

// Unscored says of a holder who is not among the risky users whether there is no
// risk, and why that is not known: the risk of another organisation's account is in
// that organisation's list, and not in this tenant's.
// Source: learn.microsoft.com/entra/external-id/authentication-conditional-access.
func Unscored(p principals.Principal, risky model.Rows[model.RiskyUser]) (met model.Truth, detail string) {
	switch {
	case risky.Coverage().State != model.Complete:
		return model.Unknown, "not all risky users were read"
	case Outsider(p) == model.False:
		return model.True, "not in the list of risky users"
	}
	return model.Unknown, "another organisation's account, or perhaps one: its risk is in that organisation's list"
}

// Outsider says whether another organisation checks the holder's sign-ins: an
// internal guest is none.
func Outsider(p principals.Principal) model.Truth {
	if p.User == nil {
		return model.And(model.Unknown, IsUser(p))
	}
	return model.Or(Visitor(p.User), p.User.ExternalUserState.Is(func(state string) bool { return state != "" }))
}
