package export

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/privpath/privpath/model"
)

// entraExporter reads the folders of Microsoft's EntraExporter: one object a
// file, at <folder>/<id>/<id>.json, what belongs to an object in a folder below
// its own. The tool passes over what it was refused and keeps no record of it, so
// no data set is ever complete, and one without files is not collected.
// Source of the folders: the tool's schema of 2025, Get-EEDefaultSchema.ps1.
var entraExporter = &layout{
	name: "EntraExporter",
	folders: map[string]string{
		"domains":                       model.TenantDomains.Name(),
		"subscribedskus":                model.SubscribedSkus.Name(),
		"users":                         model.Users.Name(),
		"groups":                        model.Groups.Name(),
		"devices":                       model.Devices.Name(),
		"applications":                  model.Applications.Name(),
		"serviceprincipals":             model.ServicePrincipals.Name(),
		"directoryroles":                model.DirectoryRoles.Name(),
		"administrativeunits":           model.AdministrativeUnits.Name(),
		"groups/{id}/members":           model.GroupMembers.Name(),
		"groups/{id}/owners":            model.GroupOwners.Name(),
		"applications/{id}/owners":      model.ApplicationOwners.Name(),
		"serviceprincipals/{id}/owners": model.ServicePrincipalOwner.Name(),
		"serviceprincipals/{id}/approleassignments":                model.AppRoleAssignments.Name(),
		"serviceprincipals/{id}/approleassignedto":                 model.AppRoleAssignedTo.Name(),
		"serviceprincipals/{id}/oauth2permissiongrants":            model.OAuth2Grants.Name(),
		"directoryroles/{id}/members":                              model.DirectoryRoleMembers.Name(),
		"administrativeunits/{id}/members":                         model.AdministrativeUnitMembers.Name(),
		"identity/conditional/accesspolicies":                      model.ConditionalAccessPolicies.Name(),
		"identity/conditional/namedlocations":                      model.NamedLocations.Name(),
		"identity/conditional/authenticationcontexts":              model.AuthenticationContexts.Name(),
		"identitygovernance/accessreviews":                         model.AccessReviews.Name(),
		"policies/identitysecuritydefaultsenforcementpolicy":       model.SecurityDefaults.Name(),
		"policies/authorizationpolicy":                             model.AuthorizationPolicies.Name(),
		"policies/crosstenantaccesspolicy/default":                 model.CrossTenantDefault.Name(),
		"policies/crosstenantaccesspolicy/partners":                model.CrossTenantPartners.Name(),
		"rolemanagement/directory/roledefinitions":                 model.RoleDefinitions.Name(),
		"rolemanagement/directory/roleassignments":                 model.RoleAssignments.Name(),
		"rolemanagement/directory/roleassignmentscheduleinstances": model.RoleAssignmentSchedule.Name(),
	},
	files: map[string]string{
		"organization/organization.json":           model.Organizations.Name(),
		"directory/onpremisessynchronization.json": model.OnPremisesSync.Name(),
	},
	limits: map[string]string{
		model.RoleAssignmentSchedule.Name(): "it asks for permanent assignments only, and leaves activations out",
		model.Groups.Name():                 "without -All it asks for dynamic groups only",
		model.CrossTenantPartners.Name():    "every partner without an id overwrites the one before",
	},
	limit: "it keeps no record of what it was refused or could not read",
}

// layout is a tool's arrangement of files, one object each.
type layout struct {
	name    string
	folders map[string]string // by folder, in small letters; {id} stands for the parent's folder
	files   map[string]string // single files
	limits  map[string]string // by data set: why it is never whole
	limit   string            // the same, of all others
}

// layouts lists the arrangements.
var layouts = []*layout{entraExporter}

// laid is a file of a layout.
type laid struct {
	entry  entry
	target target
	layout *layout
}

// layOut finds the layout that a path belongs to, below any folder.
func layOut(e entry) (laid, bool) {
	for _, l := range layouts {
		if t, ok := l.place(e.path); ok {
			return laid{e, t, l}, true
		}
	}
	return laid{}, false
}

func (l *layout) place(name string) (target, bool) {
	segments := strings.Split(name, "/")
	for i := range segments {
		if dataset, ok := l.files[strings.ToLower(strings.Join(segments[i:], "/"))]; ok {
			return target{dataset: dataset}, true
		}
	}
	last := len(segments) - 1
	if last < 2 || !strings.EqualFold(strings.TrimSuffix(segments[last], path.Ext(segments[last])), segments[last-1]) {
		return target{}, false
	}
	folder := segments[:last-1]
	for i := range folder {
		if dataset, ok := l.folders[strings.ToLower(strings.Join(folder[i:], "/"))]; ok {
			return target{dataset: dataset}, true
		}
		if n := len(folder); i == n-3 {
			child := strings.ToLower(folder[i] + "/{id}/" + folder[n-1])
			if dataset, ok := l.folders[child]; ok && strings.Contains(dataset, "{id}") {
				return target{dataset, folder[n-2]}, true
			} else if ok {
				return target{dataset: dataset}, true
			}
		}
	}
	return target{}, false
}

// readLaid reads the file of a layout.
func (sc *scan) readLaid(l laid) error {
	f := sc.file(l.entry, KindRecords)
	f.Dataset, f.Parent = l.target.dataset, l.target.parent
	p := sc.part(l.target, false)
	if p.named {
		f.Kind, f.Status, f.Reason = KindIgnored, StatusIgnored, l.target.path()+".json already supplies it"
		return sc.digestOnly(l.entry)
	}
	r, err := sc.read(l.entry, f, &l.target)
	if err != nil {
		return err
	}
	f.Notes = slices.DeleteFunc(f.Notes, func(note string) bool { return note == oneObject })
	if d, _ := model.DatasetNamed(l.target.dataset); d.Single {
		f.note("read as " + l.layout.name)
	} else {
		why := "read as " + l.layout.name + ": " + cmp.Or(l.layout.limits[l.target.dataset], l.layout.limit)
		r.degrade(model.Truncated, "%s", why)
		if f.Status == StatusComplete {
			f.Status, f.Reason = StatusPartial, why
		}
	}
	p.files++
	p.last = f
	p.merge(r)
	return nil
}
