package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/privpath/privpath/model"
)

// resources judges what is asked for: tokens for resources, a user action, an
// authentication context. A policy for any of them applies (rule R11).
func (o *oracle) resources(c model.ConditionSet) oFinding {
	const path = "/conditions/applications"
	missing := func() oFinding { return oMissing(DimResources, path) }
	return model.Fold(c.Applications, missing, missing, func(a model.ConditionApplications) oFinding {
		result := oFinding{dimension: DimResources, holds: model.False, text: "the resource is not targeted", path: path}
		add := func(f oFinding) {
			if result.holds == model.False || f.holds == model.True {
				holds := model.Or(result.holds, f.holds)
				result = f
				result.holds = holds
			}
		}
		for _, resource := range o.s.Resources {
			add(o.resource(a, resource))
		}
		if o.s.UserAction != "" {
			add(o.userAction(a))
		}
		if o.s.AuthenticationContext != "" {
			m := oAny(a.IncludeAuthenticationContextClassReferences, path+"/includeAuthenticationContextClassReferences",
				func(entry string) (model.Truth, string) {
					return model.Of(strings.EqualFold(entry, o.s.AuthenticationContext)), ""
				})
			add(oFinding{DimResources, m.truth, "authentication context " + o.s.AuthenticationContext + ": " + m.text, m.path, m.value})
		}
		if len(o.s.Resources) == 0 && o.s.UserAction == "" && o.s.AuthenticationContext == "" {
			add(oFinding{DimResources, model.Unknown, "the sign-in names no resource", path, nil})
		}
		if oPresent(a.NetworkAccess) || oPresent(a.GlobalSecureAccess) {
			add(oFinding{DimResources, model.Unknown, "the policy targets traffic profiles, which is not known", path, nil})
		}
		return result
	})
}

// resource judges one audience.
func (o *oracle) resource(a model.ConditionApplications, resource string) oFinding {
	const path = "/conditions/applications"
	all, excludes := o.allWithExclusions(a)
	f := o.audience(a, resource)
	if !o.s.BaselineScopesOnly {
		return f
	}
	// Only baseline scopes are asked for: evaluated as the directory, or, as it
	// used to be, not at all by a policy for all resources with an exclusion.
	enforced := o.audience(a, ResourceDirectory)
	legacy := f
	if all && excludes != model.False {
		legacy = oFinding{DimResources, model.False, "only baseline scopes are asked for, and the policy has an exclusion",
			path + "/excludeApplications", nil}
		if excludes == model.Unknown {
			legacy.holds = model.And(f.holds, model.Unknown)
		}
	}
	switch o.in.Baseline {
	case BaselineLegacy:
		return legacy
	case BaselineEnforced:
		return enforced
	}
	enforced.holds = agree(enforced.holds, legacy.holds)
	if enforced.holds == model.Unknown {
		enforced.text = "how the tenant treats baseline scopes is not known"
		enforced.path = path + "/excludeApplications"
	}
	return enforced
}

// allWithExclusions reports whether the policy is for all resources, and whether
// it excludes any.
func (o *oracle) allWithExclusions(a model.ConditionApplications) (all bool, excludes model.Truth) {
	included, _ := known(a.IncludeApplications)
	_, empty := oListOf(a.ExcludeApplications)
	return slices.Contains(included, "All"), empty.Not()
}

func (o *oracle) audience(a model.ConditionApplications, resource string) oFinding {
	const path = "/conditions/applications"
	include := oAny(a.IncludeApplications, path+"/includeApplications", func(entry string) (model.Truth, string) {
		return o.targets(entry, resource), "resource " + entry
	})
	exclude := oAny(a.ExcludeApplications, path+"/excludeApplications", func(entry string) (model.Truth, string) {
		truth := o.targets(entry, resource)
		if truth == model.True && !model.SameID(entry, resource) && oIsGUID(entry) {
			// A policy for a group of services reaches its parts; whether an
			// exclusion of the group also lets the parts out is not documented.
			truth = model.Unknown
		}
		return truth, "resource " + entry
	})
	if a.ApplicationFilter.Null() != model.True {
		open := oMatch{model.Unknown, "the filter reads custom security attributes of applications", path + "/applicationFilter", nil}
		mode := ""
		if filter, ok := known(a.ApplicationFilter); ok {
			mode, _ = known(filter.Mode)
		}
		if mode != "exclude" {
			include = include.or(open)
		}
		if mode != "include" {
			exclude = exclude.or(open)
		}
	}
	f := oScope(DimResources, include, exclude)
	f.text = fmt.Sprintf("resource %s: %s", resourceName(resource), f.text)
	return f
}

// targets asks whether an entry of a policy's resources holds an audience.
func (o *oracle) targets(entry, resource string) model.Truth {
	switch {
	case entry == "All":
		return model.True
	case entry == "None":
		return model.False
	case model.SameID(entry, resource):
		return model.True
	case entry == GroupPortals:
		return o.portal(resource)
	case entry == GroupOffice365:
		return o.office(resource)
	case !oIsGUID(entry):
		return model.Unknown
	case model.SameID(entry, ResourceAzureManagement):
		return managementCovers(resource)
	case model.SameID(entry, ResourceDirectory) && model.SameID(resource, ResourceGraph):
		// Microsoft Graph is an umbrella: writing the directory through it is
		// judged as the directory (rules 21, R12).
		return model.True
	}
	return model.False
}

// managementCovers: a policy for the Windows Azure Service Management API
// reaches the Azure portal with the Entra admin centre, and may affect the
// Microsoft 365 admin centre.
// Source: learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-cloud-apps.
func managementCovers(resource string) model.Truth {
	switch model.FoldID(resource) {
	case ResourceAzurePortal:
		return model.True
	case ResourceM365Admin, model.FoldID(GroupPortals):
		return model.Unknown
	}
	return model.False
}

// portal asks whether an audience is one of the admin portals. Microsoft names
// the portals and not their ids, so other applications of Microsoft's may be
// among them (same page).
func (o *oracle) portal(resource string) model.Truth {
	switch model.FoldID(resource) {
	case ResourceAzurePortal, ResourceM365Admin:
		return model.True
	case ResourceGraph, ResourceDirectory, ResourceAzureManagement, ResourceExchange, ResourceSharePoint, ResourceIntune:
		return model.False
	}
	return o.ofMicrosoft(resource)
}

// office asks whether an audience is part of the Office 365 group.
// Source: learn.microsoft.com/entra/identity/conditional-access/reference-office-365-application-contents,
// which names services without ids.
func (o *oracle) office(resource string) model.Truth {
	switch model.FoldID(resource) {
	case ResourceExchange, ResourceSharePoint, ResourceM365Admin:
		return model.True
	case ResourceGraph, ResourceDirectory, ResourceAzureManagement, ResourceAzurePortal, ResourceIntune:
		return model.False
	}
	return o.ofMicrosoft(resource)
}

// microsoftTenants own Microsoft's own applications.
var microsoftTenants = []string{
	"f8cdef31-a31e-4b4a-93e4-5f571e91255a", // Microsoft Services
	"72f988bf-86f1-41af-91ab-2d7cd011db47", // Microsoft
}

// ofMicrosoft is False for an application that cannot be Microsoft's, and
// Unknown for one that may be.
func (o *oracle) ofMicrosoft(resource string) model.Truth {
	if resource == ResourceOther || resource == GroupPortals || resource == GroupOffice365 {
		return model.False
	}
	owner, ok := o.in.appOwners[model.FoldID(resource)]
	if !ok || slices.Contains(microsoftTenants, owner) {
		return model.Unknown
	}
	return model.False
}

// userAction judges a user action. A policy for all resources applies to the
// registration of security information too, as Graph's What If shows; whether it
// applies to registering a device is not documented.
// Source: learn.microsoft.com/graph/api/conditionalaccessroot-evaluate, example 3.
func (o *oracle) userAction(a model.ConditionApplications) oFinding {
	const path = "/conditions/applications"
	m := oAny(a.IncludeUserActions, path+"/includeUserActions", func(entry string) (model.Truth, string) {
		switch {
		case strings.EqualFold(entry, o.s.UserAction):
			return model.True, ""
		case oOneOf(entry, ActionSecurityInfo, ActionDevice):
			return model.False, ""
		}
		return model.Unknown, fmt.Sprintf("user action %q is not known", entry)
	})
	m = m.or(oAny(a.IncludeApplications, path+"/includeApplications", func(entry string) (model.Truth, string) {
		switch {
		case entry != "All":
			return model.False, ""
		case strings.EqualFold(o.s.UserAction, ActionSecurityInfo):
			return model.True, ""
		}
		return model.Unknown, "whether a policy for all resources applies to the action is not documented"
	}))
	return oFinding{DimResources, m.truth, "user action " + o.s.UserAction + ": " + m.text, m.path, m.value}
}
