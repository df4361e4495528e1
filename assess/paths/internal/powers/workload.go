package powers

import (
	"slices"
	"strings"

	"github.com/privpath/privpath/model"
)

// Workload is a Microsoft 365 service and the directory role that rules it.
type Workload struct{ Role, Name string }

// Workloads are the services whose administration may lead to Tier 0 by ways that
// Microsoft Graph does not show: mail of administrators, sites that hold their
// scripts, pipelines that deploy as them.
// Source of the ids: Microsoft Entra built-in roles,
// https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
var Workloads = []Workload{
	{"29232cdf-9323-42fd-ade2-1d097af3e4de", "Exchange"},
	{"f28a1f50-f6e7-4571-818b-6a12f2af6b6c", "SharePoint"},
	{"69091246-20e8-4a56-aa4d-066075b2a7a8", "Teams"},
	{"e3973bdf-4987-49ae-837a-ba8e231c7286", "Azure DevOps"},
}

// Delegated reports whether a delegated permission of Microsoft Graph lets an
// application use powers of the person who signs in to it: whether the
// application permission of the same name gives a power, or it stands for all
// that the person may do.
func Delegated(scope string) bool {
	if strings.EqualFold(scope, "Directory.AccessAsUser.All") {
		return true
	}
	for _, row := range graphEffects {
		if strings.EqualFold(row.value, scope) {
			return true
		}
	}
	return false
}

// The Azure roles that control a resource with a managed identity: its holder
// writes the resource, runs code on it, or lets itself in.
// Source of the ids: Azure built-in roles,
// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var (
	azureControls = []string{
		"8e3af657-a8ff-443c-a75c-2fe8c4bcb635", // Owner
		"b24988ac-6180-42a0-ab88-20f7382dd24c", // Contributor
		"18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", // User Access Administrator
	}
	azureReads = []string{
		"acdd72a7-3385-48ef-bd42-f606fba81ae7", // Reader
		"72fafb9e-0641-4937-9268-a91bfd8191a3", // Cost Management Reader
		"fa23ad8b-c56e-40d8-ac0c-ce449e1d2c64", // Billing Reader
	}
)

// AzureControls asks whether an Azure role, by the id or path of its definition,
// controls the resources in its scope. Of a role that is not listed nothing is
// known: what it does depends on the kind of resource.
func AzureControls(definition string) model.Truth {
	id := definition[strings.LastIndex(definition, "/")+1:]
	is := func(listed string) bool { return model.SameID(listed, id) }
	switch {
	case slices.ContainsFunc(azureControls, is):
		return model.True
	case slices.ContainsFunc(azureReads, is):
		return model.False
	}
	return model.Unknown
}
