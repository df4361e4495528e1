package powers

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

// notAlone are the permissions that have a power and do not reach Tier 0 by themselves,
// with what else it takes: FND-19 judges those that do.
var notAlone = map[string]string{
	"DelegatedPermissionGrant.ReadWrite.All": "an administrator's token, in whose name it acts",
	"Directory.ReadWrite.All":                "an unprotected way on: it spares administrators and role-assignable groups",
	"Application.ReadWrite.OwnedBy":          "an application of Tier 0 that it owns",

	"UserAuthMethod-Email.ReadWrite.All":            "the password: a second factor, or none",
	"UserAuthMethod-External.ReadWrite.All":         "the password: a second factor",
	"UserAuthMethod-HardwareOATH.ReadWrite.All":     "the password: a second factor",
	"UserAuthMethod-MicrosoftAuthApp.ReadWrite.All": "the password: a second factor",
	"UserAuthMethod-Phone.ReadWrite.All":            "the password: a second factor",
	"UserAuthMethod-SoftwareOATH.ReadWrite.All":     "the password: a second factor",
	"UserAuthMethod-Password.ReadWrite.All":         "the second factor",
	"UserAuthMethod-QR.ReadWrite.All":               "the second factor",
	"UserAuthMethod-PlatformCred.ReadWrite.All":     "the device: Graph lists and deletes only",
	"UserAuthMethod-WindowsHello.ReadWrite.All":     "the device: Graph lists and deletes only",
	"UserAuthMethod-ResourceKey.ReadWrite.All":      "a mailbox: the key is no user's",

	"User-PasswordProfile.ReadWrite.All": "an unprotected way on: it spares administrators",
	"User.ReadWrite.All":                 "an unprotected way on: it spares administrators; or a rule that reads a property",
	"User.ReadUpdate.All":                "nothing: it disables",
	"User.EnableDisableAccount.All":      "nothing: it disables",
	"User.DeleteRestore.All":             "nothing: it deletes",
	"Group.ReadWrite.All":                "an unprotected way on: it spares role-assignable groups",
	"GroupMember.ReadWrite.All":          "an unprotected way on: it spares role-assignable groups",
	"AdministrativeUnit.ReadWrite.All":   "a role over a unit",

	"Policy.ReadWrite.SecurityDefaults":            "a credential: it takes a guard away where Conditional Access has none",
	"IdentityProvider.ReadWrite.All":               "a guest who is an administrator",
	"Policy.ReadWrite.CrossTenantAccess":           "a guest who is an administrator",
	"OnPremDirectorySynchronization.ReadWrite.All": "the on-premises directory",
	"Device.ReadWrite.All":                         "a credential: it gives a device the mark of a workstation",
	"CloudPC.ReadWrite.All":                        "an administrator who works on a Cloud PC",
	"RoleManagement.ReadWrite.CloudPC":             "an administrator who works on a Cloud PC",
	"BitlockerKey.Read.All":                        "an administrator's device in the hand",
	"DeviceLocalCredential.Read.All":               "the network of an administrator's device",
	"DelegatedAdminRelationship.ReadWrite.All":     "a partner who is asked",
}

// The graph knows powers, and FND-19 the permissions that need no second one: whatever
// one of the two knows, the other has or has left out for a reason.
func TestPermissionsThatReachTier0(t *testing.T) {
	powers := map[string]bool{}
	for _, row := range graphEffects {
		powers[row.value] = true
		known, ok := model.PermissionWithID(model.MicrosoftGraphAppID, row.id)
		require.True(t, ok, row.value)
		require.Equal(t, row.value, known.Value)
		if model.Tier0Permission(row.value) == "" {
			require.NotEmpty(t, notAlone[row.value], "%s is in the graph, and not in model/catalogue/tier0-permissions.csv", row.value)
		} else {
			require.Empty(t, notAlone[row.value], "%s is said to need more", row.value)
		}
	}
	for value := range notAlone {
		require.True(t, powers[value], "%s is not in the graph", value)
	}
	alone := 0
	for _, permission := range model.AppPermissions() {
		if model.Tier0Permission(permission.Value) != "" {
			alone++
			require.True(t, powers[permission.Value], "%s reaches Tier 0 by itself, and the graph does not know it", permission.Value)
		}
	}
	require.Greater(t, alone, 20)
}
