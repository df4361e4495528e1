package powers

import (
	"slices"

	"github.com/privpath/privpath/model"
)

// ResetSource is where Microsoft says who can reset whose password ("Who can
// reset passwords").
const ResetSource = "https://learn.microsoft.com/entra/identity/role-based-access-control/privileged-roles-permissions"

// Template ids of the table's columns and of the partner roles beside it.
const (
	PasswordAdministrator       = "966707d0-3269-4727-9be2-8c3a10f19b9d"
	HelpdeskAdministrator       = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
	AuthenticationAdministrator = "c4e39bd9-1100-46d3-8c65-fb160da0071f"
	UserAdministrator           = "fe930be7-5e62-47db-91af-98c3a49a38b1"
	PartnerTier1Support         = "4ba39ca4-527c-499a-b93d-d9b492c50246"
	PartnerTier2Support         = "e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8"
)

// resettable holds the table's rows that are roles: who, besides Privileged
// Authentication and Global Administrators, can reset their holders. A role that
// is not here, built-in or custom, is "all other roles": nobody else can.
var resettable = map[string][]string{
	"88d8e3e3-8f55-4a1e-953a-9b9898b8876b": everyColumn, // Directory Readers
	"95e79109-95c0-4d8e-aee3-d01accf2d47b": everyColumn, // Guest Inviter
	PasswordAdministrator:                  everyColumn,
	"790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b": everyColumn[1:], // Message Center Reader
	"4a5d8f65-41da-4de4-8968-e035b65339cf": everyColumn[1:], // Reports Reader
	"75934031-6c7e-415a-99d7-48dbd49e875e": everyColumn[1:], // Usage Summary Reports Reader
	"27460883-1df1-4691-b032-3b79643e5e63": everyColumn[1:], // User Experience Success Manager
	HelpdeskAdministrator:                  {HelpdeskAdministrator, UserAdministrator},
	AuthenticationAdministrator:            {AuthenticationAdministrator},
	"fdd7a751-b60b-444a-984c-02652fe8fa1c": {UserAdministrator}, // Groups Administrator
	UserAdministrator:                      {UserAdministrator},
}

var everyColumn = []string{PasswordAdministrator, HelpdeskAdministrator, AuthenticationAdministrator, UserAdministrator}

// Actor is a role that somebody uses at tenant scope: its template id (a custom
// role's own id), and whether its actions hold [ResetPassword].
type Actor struct {
	Role   string
	Resets model.Truth
}

// Target is the account whose password would be reset. Its zero value is an
// account of which nothing is known.
type Target struct {
	Roles    []string // template ids of roles active now; custom roles by their id
	Eligible []string // the same, of roles that must first be activated
	Complete bool     // Roles, Eligible and EligibleMember are all that there is
	// RoleAssignable: active member or owner of a role-assignable group.
	RoleAssignable model.Truth
	// EligibleMember: may activate the membership of a group that holds a role.
	EligibleMember bool
	Restricted     model.Truth // holds a role scoped to a restricted management administrative unit
}

// Administrator says whether the target holds a role, or may activate one.
func (t Target) Administrator() bool {
	return len(t.Roles)+len(t.Eligible) > 0 || t.EligibleMember
}

// Answer is a truth and what decided it.
type Answer struct {
	Truth  model.Truth
	Reason string
}

// CanReset says whether any of the actor's roles can reset the target's
// password: every role of the target must be in the column of one of them.
//
// Open: whether what the target must first activate protects. The source's table
// does not mention it. Microsoft's "Privileged Identity Management (PIM) for
// Groups" warns that the Helpdesk Administrator resets an eligible member's
// password; an administrator who tried it in July 2026, for a directly eligible
// Global Administrator too, was refused, and asks Microsoft to correct that
// (github.com/cisagov/ScubaGear/issues/2072, MicrosoftDocs/entra-docs/pull/2049).
// So the answer is Unknown wherever it would be True without what is eligible and
// False with it.
//
// Roles that hold the action and are not in the table (Security Operator, custom
// roles) are Unknown towards every target: the table is silent on them.
func CanReset(actors []Actor, target Target) Answer {
	best := Answer{model.False, "no role that resets passwords"}
	for _, actor := range actors {
		answer := actor.reset(target)
		if best.Truth == model.False || answer.Truth == model.True && best.Truth != model.True {
			best = answer
		}
	}
	return best
}

func (a Actor) reset(t Target) Answer {
	role := model.FoldID(a.Role)
	switch {
	case role == model.GlobalAdministrator, role == model.PrivilegedAuthenticationAdministrator, role == PartnerTier2Support:
		return Answer{model.True, "the role resets anybody's password"}
	case role == PartnerTier1Support || slices.Contains(everyColumn, role):
		return t.resetBy(role)
	case a.Resets == model.False:
		return Answer{model.False, "the role does not reset passwords"}
	}
	return Answer{model.Unknown, "Microsoft's table does not say whose password the role resets"}
}

// resetBy answers for a role of the table that is limited in its targets.
func (t Target) resetBy(actor string) Answer {
	outside := func(role string) bool { return !slices.Contains(resettable[model.FoldID(role)], actor) }
	switch {
	case slices.ContainsFunc(t.Roles, outside):
		return Answer{model.False, "the target holds a role that is outside the column"}
	case t.Restricted == model.True:
		return Answer{model.False, "the target holds a role scoped to a restricted management administrative unit"}
	case t.RoleAssignable == model.True && actor != PartnerTier1Support:
		return Answer{model.False, "the target is member or owner of a role-assignable group"}
	case t.RoleAssignable == model.True:
		return Answer{model.Unknown, "whether members of role-assignable groups are non-administrators to partners is not said"}
	case !t.Complete:
		return Answer{model.Unknown, "not every role of the target is known"}
	case t.Restricted == model.Unknown:
		return Answer{model.Unknown, "whether a role of the target is scoped to a restricted management administrative unit is not known"}
	case t.RoleAssignable == model.Unknown:
		return Answer{model.Unknown, "whether the target is in a role-assignable group is not known"}
	case slices.ContainsFunc(t.Eligible, outside):
		return Answer{model.Unknown, "the target is eligible for a role outside the column: whether that protects is not documented, and a public test says that it does"}
	case t.EligibleMember:
		return Answer{model.Unknown, "the target is eligible for the membership of a group that holds a role: Microsoft says that this does not protect, and a public test that it does"}
	}
	return Answer{model.True, "every role of the target is in the column"}
}
