package paths

import (
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/paths/internal/horn"
	"github.com/privpath/privpath/assess/paths/internal/powers"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// federated: an identity outside the tenant that the application trusts signs in
// as it. An issuer of Microsoft Entra whose subject is a service principal of
// this tenant is a managed identity here.
// Source: learn.microsoft.com/entra/workload-id/workload-identity-federation.
func (b *builder) federated(head horn.Atom, app model.Application, to model.PrincipalRef) {
	trusted := model.RowsOf(b.tenant, model.FederatedCredentials, nil).For(app.ID)
	dataset := "applications/" + app.ID + "/federatedIdentityCredentials"
	shown := hop{edge: edgeFederatesWorkload, to: to, text: "is trusted by " + to.Name + " in a federated credential"}
	unseen := func(need model.Need) {
		need.Dataset = dataset
		shown := shown
		shown.text = "may be trusted by " + to.Name
		for _, k := range []kind{atomOutside, atomAnyService} {
			b.conclude(head, open(need).shown(shown), key{kind: k})
		}
	}
	for row := range trusted.All() {
		issuer, subject := textOf(row.Issuer, ""), textOf(row.Subject, "")
		shown.evidence = []model.Evidence{row.Evidence("/subject", row.Subject)}
		shown.credential = credentialOf(app.ID, row.ID, "the federated credential "+textOf(row.Name, row.ID)+" of "+to.Name)
		switch {
		case issuer == "" || subject == "":
			unseen(model.Need{Reason: model.Unresolved, Detail: "a federated credential of " + to.Name + " does not say whom it trusts"})
		case b.issues(issuer, subject):
			b.conclude(head, surely.shown(shown), key{kind: atomService, subject: subject})
		default:
			b.conclude(head, surely.shown(shown), key{kind: atomExternal, subject: issuer, other: subject})
		}
	}
	shown.evidence, shown.credential = []model.Evidence{app.Evidence("/appId", app.AppID)}, model.PrincipalRef{}
	if c := trusted.Coverage(); c.State != model.Complete {
		need := missing(model.FederatedCredentials, c, "which other identities sign in as "+to.Name+" is not known")
		need.Permission = "Application.Read.All"
		unseen(need)
	}
}

// issues reports whether the issuer is this tenant, which then names one of its
// service principals.
func (b *builder) issues(issuer, subject string) bool {
	rest, entra := strings.CutPrefix(strings.ToLower(issuer), "https://login.microsoftonline.com/")
	if !entra {
		return false
	}
	if _, here := b.services[model.FoldID(subject)]; here {
		return true
	}
	home, ok := model.RowsOf(b.tenant, model.Organizations, nil).Only()
	return !ok || strings.HasPrefix(rest, strings.ToLower(home.ID)+"/")
}

// externalRef names an identity that the tenant does not hold.
func externalRef(k key) model.PrincipalRef {
	return model.PrincipalRef{Kind: "externalIdentity", ID: k.subject + "#" + k.other, Name: k.other + " of " + k.subject}
}

// delegated adds the applications that act in the name of whoever signs in to
// them, with permissions that reach Tier 0 where that person is in Tier 0.
// Whether such a person signs in there is not in the export.
// Source: learn.microsoft.com/graph/permissions-overview, delegated permissions.
func (b *builder) delegated(head horn.Atom) {
	grants := model.RowsOf(b.tenant, model.OAuth2Grants, nil)
	for row := range grants.All() {
		if row.ResourceID != "" && b.graphID != "" && !model.SameID(row.ResourceID, b.graphID) {
			continue
		}
		scopes := strings.Fields(textOf(row.Scope, ""))
		at := slices.IndexFunc(scopes, powers.Delegated)
		if row.Scope.Exported() && at < 0 || b.microsofts(row.ClientID) || b.onlyFor(row) == model.False {
			continue
		}
		name := "a permission that was not exported"
		if at >= 0 {
			name = scopes[at]
		}
		client := b.ref(row.ClientID)
		if row.ClientID == "" {
			client.Name = "an application that was not exported"
		}
		b.conclude(head, open(model.Need{Dataset: model.SignIns.Name(), Reason: model.Unresolved,
			Detail: "whether a Tier 0 administrator signs in to " + client.Name + ", which may then use " + name + " in that name, is not known"}).
			shown(hop{edge: edgeActsInTheName, to: model.PrincipalRef{Kind: "role", ID: model.GlobalAdministrator, Name: "Global Administrator"},
				text:     "waits for a Tier 0 administrator to sign in to " + client.Name + " and uses " + name + " in that name",
				evidence: []model.Evidence{row.Evidence("/scope", row.Scope)}}),
			acting(row.ClientID, atomAnyService))
	}
	if c := grants.Coverage(); c.State != model.Complete {
		need := missing(model.OAuth2Grants, c, "what applications may do in the name of who signs in to them is not known")
		need.Permission = "Directory.Read.All"
		b.conclude(head, open(need).shown(hop{edge: edgeActsInTheName, to: model.PrincipalRef{Kind: "role", ID: model.GlobalAdministrator, Name: "Global Administrator"},
			text: "may act in the name of a Tier 0 administrator who signs in to it"}), key{kind: atomAnyService})
	}
}

// onlyFor asks whether a grant is for somebody who holds a role, or for all.
func (b *builder) onlyFor(row model.OAuth2PermissionGrant) model.Truth {
	all := model.Equals(row.ConsentType, "AllPrincipals")
	return model.Or(all, row.PrincipalID.Is(func(id string) bool { return len(b.heldBy(id)) > 0 || len(b.gaps) > 0 }))
}

// microsofts reports whether Microsoft runs the application: nobody in the
// tenant controls it.
func (b *builder) microsofts(service string) bool {
	s, ok := b.services[model.FoldID(service)]
	if !ok {
		return false
	}
	owner := textOf(s.AppOwnerOrganizationID, "")
	return slices.ContainsFunc(microsoftTenants, func(id string) bool { return model.SameID(id, owner) })
}

// partners adds the tenants of service providers. What their delegated
// administration may do is not visible to the customer.
// Source: learn.microsoft.com/partner-center/customers/gdap-introduction.
func (b *builder) partners(head horn.Atom, admin model.PrincipalRef) {
	unseen := model.Need{Dataset: model.CrossTenantPartners.Name(), Reason: model.NotInAPI,
		Detail: "which roles a partner's delegated administration holds is not visible to its customer's exports: see Partner relationships in the Microsoft 365 admin center"}
	shown := hop{edge: edgeAdministersAsPartner, to: admin, text: "may hold a role by delegated administration"}
	rows := model.RowsOf(b.tenant, model.CrossTenantPartners, nil)
	for row := range rows.All() {
		provider := row.IsServiceProvider
		if tenant := textOf(row.TenantID, ""); tenant != "" && provider.Null() != model.True && model.Equals(provider, true) != model.False {
			shown := shown
			shown.evidence = []model.Evidence{row.Evidence("/isServiceProvider", provider)}
			b.conclude(head, open(unseen).shown(shown), key{kind: atomForeign, subject: tenant})
		}
	}
	if c := rows.Coverage(); c.State != model.Complete {
		need := missing(model.CrossTenantPartners, c, "which partners administer the tenant is not known")
		need.Permission = "Policy.Read.All"
		b.conclude(head, open(need).shown(shown), key{kind: atomOutside})
	}
}

// workloads adds the roles that rule a workload whose ways into the directory
// are in no Graph export: by label, never more than perhaps.
func (b *builder) workloads(head horn.Atom, admin model.PrincipalRef) {
	for _, w := range powers.Workloads {
		if b.roles[w.Role] == nil {
			continue
		}
		b.conclude(head, open(model.Need{Dataset: model.RoleDefinitions.Name(), Reason: model.NotInAPI,
			Detail: "where the administration of " + w.Name + " leads is not in Microsoft Graph; it is counted by its label"}).
			shown(hop{edge: edgeLeadsOn, to: admin, text: "rules " + w.Name + ", which may lead on", evidence: b.roles[w.Role].evidence}), roleKey(w.Role, tenantWide))
	}
}

// azure: the resource behind a managed identity is controlled, by whoever has an
// Azure role over it that lets them run code there or sign in as it.
func (b *builder) azure(head horn.Atom, k key) {
	s := b.services[k.subject]
	to := serviceRef(s)
	resource, known := resourceOf(s)
	rows := model.RowsOf(b.tenant, model.AzureRoleAssignments, nil)
	seen := false
	whole := rows.Coverage().State == model.Complete
	for row := range rows.All() {
		scope := azureScope(row)
		whole = whole && model.Fold(row.Properties, func() bool { return false }, func() bool { return false },
			func(p model.AzureRoleProperties) bool { return textOf(p.PrincipalID, "") != "" })
		seen = seen || known && strings.HasPrefix(scope+"/", subscriptionOf(resource))
		in, truth := covers(scope, resource, known), model.False
		row.Properties.Is(func(p model.AzureRoleProperties) bool {
			truth = model.And(in, powers.AzureControls(textOf(p.RoleDefinitionID, "")))
			b.azureHolder(head, truth, row, p, to)
			return true
		})
	}
	if !whole || !seen {
		need := missing(model.AzureRoleAssignments, rows.Coverage(), "who controls the Azure resource of "+to.Name+" is not known: not all Azure role assignments of its subscription are in the export")
		b.conclude(head, open(need).shown(hop{edge: edgeControlsResource, to: to, text: "may control the Azure resource of " + to.Name, evidence: []model.Evidence{s.Evidence("/appId", s.AppID)}}), key{kind: atomAnyone})
	}
}

func (b *builder) azureHolder(head horn.Atom, truth model.Truth, row model.AzureRoleAssignment, p model.AzureRoleProperties, to model.PrincipalRef) {
	holder := textOf(p.PrincipalID, "")
	if truth == model.False || holder == "" {
		return
	}
	why := because{truth: truth}.needing(model.Need{Dataset: model.AzureRoleAssignments.Name(), Reason: model.Unresolved,
		Detail: "whether an Azure role of " + b.ref(holder).Name + " controls the resource of " + to.Name + " is not known"}).
		shown(hop{edge: edgeControlsResource, to: to, text: "controls the Azure resource of " + to.Name + " by an Azure role",
			evidence: []model.Evidence{row.Evidence("/properties/roleDefinitionId", p.RoleDefinitionID)}})
	b.actsAs(head, why, holder)
}

// actsAs adds who acts as a principal: itself, or of a group who is a member or
// becomes one.
func (b *builder) actsAs(head horn.Atom, why because, holder string) {
	holding := b.principal(holder)
	if holding.Kind != principals.KindGroup {
		b.conclude(head, why, key{kind: atomActs, subject: holder})
		return
	}
	members := b.dir.Members(holder)
	for _, id := range members.IDs() {
		b.conclude(head, why, key{kind: atomActs, subject: id})
	}
	b.joins(head, why, holder)
	for _, gap := range members.Gaps {
		b.conclude(head, open(needOf(gap)).shown(*why.hop), key{kind: atomAnyone})
	}
}

// resourceOf gives the path of the Azure resource of a managed identity.
// Source: learn.microsoft.com/graph/api/resources/serviceprincipal, alternativeNames.
func resourceOf(s model.ServicePrincipal) (path string, known bool) {
	known = s.AlternativeNames.Is(func(names []string) bool {
		i := slices.IndexFunc(names, func(name string) bool { return strings.HasPrefix(strings.ToLower(name), "/subscriptions/") })
		if i >= 0 {
			path = strings.ToLower(names[i])
		}
		return i >= 0
	}) == model.True
	return path, known
}

func azureScope(row model.AzureRoleAssignment) string {
	scope := ""
	row.Properties.Is(func(p model.AzureRoleProperties) bool {
		scope = strings.ToLower(textOf(p.Scope, ""))
		if len(scope) > 1 {
			scope = strings.TrimSuffix(scope, "/")
		}
		return true
	})
	return scope
}

// subscriptionOf is the scope of a resource's subscription, with a slash behind.
func subscriptionOf(resource string) string {
	parts := strings.SplitN(resource, "/", 4)
	return strings.Join(parts[:min(3, len(parts))], "/") + "/"
}

// covers asks whether an Azure scope holds a resource. Which subscriptions a
// management group holds is not in the export.
func covers(scope, resource string, known bool) model.Truth {
	if scope == "/" {
		return model.True
	}
	if scope == "" || !known || strings.HasPrefix(scope, "/providers/microsoft.management/managementgroups/") {
		return model.Unknown
	}
	return model.Of(strings.HasPrefix(resource+"/", scope+"/"))
}
