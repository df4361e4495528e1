package powers

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

const (
	directoryReaders = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
	securityOperator = "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f"
	customRole       = "11111111-2222-3333-4444-555555555555"
)

var columns = []string{PasswordAdministrator, HelpdeskAdministrator, AuthenticationAdministrator, UserAdministrator,
	model.PrivilegedAuthenticationAdministrator, model.GlobalAdministrator}

// plain is an account of which everything is known, holding these roles.
func plain(roles ...string) Target {
	return Target{Roles: roles, Complete: true, RoleAssignable: model.False, Restricted: model.False}
}

func can(actor string, target Target) model.Truth {
	return CanReset([]Actor{{actor, model.True}}, target).Truth
}

// The table as Microsoft prints it: PA HD AA UA PAA GA.
func TestResetTable(t *testing.T) {
	group, restricted := plain(), plain(directoryReaders)
	group.RoleAssignable, restricted.Restricted = model.True, model.True
	for _, row := range []struct {
		name   string
		target Target
		marks  string
	}{
		{"no role", plain(), "xxxxxx"},
		{"role-assignable group", group, "....xx"},
		{"restricted unit", restricted, "....xx"},
		{"Directory Readers", plain(directoryReaders), "xxxxxx"},
		{"Guest Inviter", plain("95e79109-95c0-4d8e-aee3-d01accf2d47b"), "xxxxxx"},
		{"Password", plain(PasswordAdministrator), "xxxxxx"},
		{"Message Center Reader", plain("790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b"), ".xxxxx"},
		{"Reports Reader", plain("4a5d8f65-41da-4de4-8968-e035b65339cf"), ".xxxxx"},
		{"Usage Summary Reports Reader", plain("75934031-6c7e-415a-99d7-48dbd49e875e"), ".xxxxx"},
		{"User Experience Success Manager", plain("27460883-1df1-4691-b032-3b79643e5e63"), ".xxxxx"},
		{"Helpdesk", plain(HelpdeskAdministrator), ".x.xxx"},
		{"Authentication", plain(AuthenticationAdministrator), "..x.xx"},
		{"Groups", plain("fdd7a751-b60b-444a-984c-02652fe8fa1c"), "...xxx"},
		{"User", plain(UserAdministrator), "...xxx"},
		{"Privileged Role", plain(model.PrivilegedRoleAdministrator), "....xx"},
		{"Privileged Authentication", plain(model.PrivilegedAuthenticationAdministrator), "....xx"},
		{"Global", plain(model.GlobalAdministrator), "....xx"},
		{"other built-in", plain(securityOperator), "....xx"},
		{"custom", plain(customRole), "....xx"},
		{"every role counts", plain(directoryReaders, model.GlobalAdministrator), "....xx"},
	} {
		for i, column := range columns {
			require.Equal(t, model.Of(row.marks[i] == 'x'), can(column, row.target), "%s by column %d", row.name, i)
			require.Equal(t, can(column, row.target), can(strings.ToUpper(column), row.target))
		}
	}
}

func TestResetOutsideTheTable(t *testing.T) {
	admin := plain(model.GlobalAdministrator)
	require.Equal(t, model.True, can(PartnerTier2Support, admin))
	require.Equal(t, model.True, can(PartnerTier1Support, plain()))
	require.Equal(t, model.False, can(PartnerTier1Support, plain(directoryReaders)))
	for _, silent := range []string{securityOperator, "58f930cc-fcf4-4152-852c-1d7dbf502139", customRole} {
		for _, target := range []Target{plain(), admin, {}} {
			require.Equal(t, model.Unknown, can(silent, target))
		}
		require.Equal(t, model.False, CanReset([]Actor{{silent, model.False}}, plain()).Truth)
	}
	both := []Actor{{securityOperator, model.True}, {HelpdeskAdministrator, model.True}}
	require.Equal(t, model.True, CanReset(both, plain()).Truth)
	require.Equal(t, model.Unknown, CanReset(both, admin).Truth)
	require.Equal(t, model.False, CanReset(nil, plain()).Truth)
}

func TestResetOfWhatIsNotKnown(t *testing.T) {
	for name, change := range map[string]func(*Target){
		"eligible for a protected role": func(t *Target) { t.Eligible = []string{model.GlobalAdministrator} },
		"eligible for a group's role":   func(t *Target) { t.EligibleMember = true },
		"roles not complete":            func(t *Target) { t.Complete = false },
		"groups not known":              func(t *Target) { t.RoleAssignable = model.Unknown },
		"restricted units not known":    func(t *Target) { t.Restricted = model.Unknown },
	} {
		target := plain()
		change(&target)
		require.Equal(t, model.Unknown, can(HelpdeskAdministrator, target), name)
		require.Equal(t, model.True, can(model.GlobalAdministrator, target), name)
		target.Roles = []string{model.GlobalAdministrator}
		require.Equal(t, model.False, can(HelpdeskAdministrator, target), name)
	}
	eligible := plain()
	eligible.Eligible = []string{directoryReaders}
	require.Equal(t, model.True, can(HelpdeskAdministrator, eligible), "resettable either way")
}
