package paths

import (
	"github.com/privpath/privpath/assess/paths/internal/horn"
	"github.com/privpath/privpath/assess/paths/internal/powers"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// application: somebody can add a credential to an app registration. Policies
// for the management of applications may forbid some kinds of credential; they
// are not in the export, and no known policy forbids all.
func (b *builder) application(head horn.Atom, k key) {
	app, ok := b.apps[k.subject]
	if !ok {
		return
	}
	to := appRef(app)
	owners := model.RowsOf(b.tenant, model.ApplicationOwners, nil).For(app.ID)
	for owner := range owners.All() {
		b.conclude(head, b.byOwning(owner).shown(hop{edge: edgeOwnsApplication, to: to, from: b.ref(owner.ID), text: "owns the application " + to.Name + ", and adds a credential to it",
			evidence: []model.Evidence{owner.Evidence("/id", owner.ID)}}), key{kind: atomActs, subject: owner.ID})
	}
	b.unseenOwners(head, owners.Coverage(), "applications/"+app.ID+"/owners", to, app.Evidence("/appId", app.AppID))
	manages := hop{edge: edgeManagesApplication, to: to, text: "adds a credential to the application " + to.Name,
		evidence: []model.Evidence{app.Evidence("/appId", app.AppID)}}
	for _, p := range []powers.Power{powers.UpdateApplicationCredentials, powers.UpdateApplicationOwners} {
		b.conclude(head, surely.shown(manages), powerAtom(atomPower, p))
		b.scopedTo(head, p, app.ID, manages)
	}
	b.ownedBy(head, powers.UpdateApplicationCredentials, owners, manages)
}

// byOwning asks whether an owner changes what it owns: a person does, an
// application that has no permission of Microsoft Graph for it perhaps not.
// Source: learn.microsoft.com/graph/permissions-reference, Application.ReadWrite.OwnedBy.
func (x *index) byOwning(owner model.DirectoryObject) because {
	p := x.dir.Principal(owner.ID, model.Value(owner))
	if p.Kind != principals.KindServicePrincipal {
		return surely
	}
	return open(model.Need{Dataset: model.AppRoleAssignments.Name(), Reason: model.Unresolved,
		Detail: "whether " + p.Name + " changes what it owns without a permission for it is not documented"})
}

// scopedTo adds the roles that are assigned over one object alone.
func (b *builder) scopedTo(head horn.Atom, p powers.Power, object string, shown hop) {
	for _, id := range b.roleIDs {
		held := b.roles[id].has(p)
		if held.Truth == model.False || len(b.byRole[id])+len(b.groupRoles[id]) == 0 {
			continue
		}
		b.conclude(head, because{truth: held.Truth}.needing(model.Need{Dataset: model.RoleDefinitions.Name(), Reason: model.Unresolved,
			Detail: b.roles[id].role.Name + ": " + held.Reason}).shown(shown), roleKey(id, "/"+object))
	}
}

// ownedBy adds applications that may manage what they own.
func (b *builder) ownedBy(head horn.Atom, p powers.Power, owners model.Rows[model.DirectoryObject], shown hop) {
	for owner := range owners.All() {
		for _, g := range b.grants[model.FoldID(owner.ID)] {
			for _, effect := range powers.EffectsOf(g.resourceAppID, g.appRoleID) {
				if effect.Power == p && effect.Scope == powers.Owned {
					granted := permissionHop(g)
					shown := shown
					shown.text, shown.evidence = "uses "+granted.to.Name+" on what it owns", granted.evidence
					b.conclude(head, surely.shown(shown), key{kind: atomActs, subject: owner.ID})
				}
			}
		}
	}
}

func (b *builder) unseenOwners(head horn.Atom, c model.Coverage, dataset string, to model.PrincipalRef, owned model.Evidence) {
	if c.State == model.Complete {
		return
	}
	b.conclude(head, open(model.Need{Dataset: dataset, Reason: missing(model.ApplicationOwners, c, "").Reason, Permission: "Application.Read.All",
		Detail: "who owns " + to.Name + " is not known"}).shown(hop{edge: edgeOwnsApplication, to: to, text: "may own " + to.Name, evidence: []model.Evidence{owned}}), key{kind: atomAnyone})
}

// service: somebody acts as a service principal.
func (b *builder) service(head horn.Atom, k key) {
	s, ok := b.services[k.subject]
	if !ok {
		b.conclude(head, open(model.Need{Dataset: model.ServicePrincipals.Name(), Reason: model.Unresolved, Permission: "Application.Read.All",
			Detail: "service principal " + k.subject + " was not exported"}).shown(hop{edge: edgeOwnsServicePrincipal, to: b.ref(k.subject), text: "may control it"}),
			key{kind: atomAnyone})
		return
	}
	to := serviceRef(s)
	managed := model.Equals(s.ServicePrincipalType, "ManagedIdentity")
	b.conclude(head, because{truth: managed}.needing(model.Need{Dataset: model.ServicePrincipals.Name(), Reason: model.NotCollected,
		Detail: "whether " + to.Name + " is a managed identity was not exported"}).shown(hop{edge: edgeHostsIdentity, to: to, text: "signs in as the managed identity " + to.Name,
		evidence: []model.Evidence{s.Evidence("/servicePrincipalType", s.ServicePrincipalType)}}), key{kind: atomAzure, subject: s.ID})
	if managed == model.True {
		return // nobody can add a credential to a managed identity
	}
	b.addCredential(head, s, to)
	b.registration(head, s, to)
}

// addCredential adds who can add a credential to the service principal itself.
func (b *builder) addCredential(head horn.Atom, s model.ServicePrincipal, to model.PrincipalRef) {
	locked := b.locked(s)
	why := because{truth: locked.Not()}.needing(model.Need{Dataset: model.Applications.Name(), Reason: model.NotCollected,
		Detail: "whether the application locks the credentials of " + to.Name + " is not known (servicePrincipalLockConfiguration)"})
	owners := model.RowsOf(b.tenant, model.ServicePrincipalOwner, nil).For(s.ID)
	for owner := range owners.All() {
		b.conclude(head, why.with(b.byOwning(owner)).shown(hop{edge: edgeOwnsServicePrincipal, to: to, from: b.ref(owner.ID), text: "owns the service principal " + to.Name + " and adds a credential", credential: addedTo(to),
			evidence: []model.Evidence{owner.Evidence("/id", owner.ID)}}), key{kind: atomActs, subject: owner.ID})
	}
	if locked != model.True {
		b.unseenOwners(head, owners.Coverage(), "servicePrincipals/"+s.ID+"/owners", to, s.Evidence("/appId", s.AppID))
	}
	manages := hop{edge: edgeAddsCredential, to: to, text: "adds a credential to " + to.Name, credential: addedTo(to), evidence: []model.Evidence{s.Evidence("/appId", s.AppID)}}
	for _, p := range []powers.Power{powers.ManageServicePrincipalCredentials, powers.UpdateServicePrincipalOwners} {
		b.conclude(head, why.shown(manages), powerAtom(atomPower, p))
		b.scopedTo(head, p, s.ID, manages)
	}
	b.ownedBy(head, powers.ManageServicePrincipalCredentials, owners, manages)
}

// locked asks whether the application's instance lock keeps credentials off its
// service principals.
// Source: learn.microsoft.com/entra/identity-platform/howto-configure-app-instance-property-locks.
func (b *builder) locked(s model.ServicePrincipal) model.Truth {
	app, ok := b.registered(s)
	if !ok {
		return model.Unknown
	}
	return model.Fold(app.ServicePrincipalLockConfiguration, func() model.Truth { return model.Unknown }, func() model.Truth { return model.False },
		func(lock model.AppLock) model.Truth {
			all := model.Equals(lock.AllProperties, true)
			if all != model.True {
				all = model.Unknown // single properties may be locked
			}
			return model.And(model.Equals(lock.IsEnabled, true), all)
		})
}

func (b *builder) registered(s model.ServicePrincipal) (model.Application, bool) {
	var app model.Application
	found := s.AppID.Is(func(id string) bool {
		known, ok := b.appByAppID[model.FoldID(id)]
		app = known
		return ok
	})
	return app, found == model.True
}

// microsoftTenants own Microsoft's own applications.
// Source: learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in.
var microsoftTenants = []string{"f8cdef31-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47"}

// registration adds whoever controls the app registration behind the service
// principal: in this tenant, or in the one that owns it.
func (b *builder) registration(head horn.Atom, s model.ServicePrincipal, to model.PrincipalRef) {
	if app, ok := b.registered(s); ok {
		b.conclude(head, surely.shown(hop{edge: edgeAddsCredential, to: to, text: "lets a credential that is added to it sign in as its service principal", credential: addedTo(appRef(app)),
			evidence: []model.Evidence{s.Evidence("/appId", s.AppID)}}),
			key{kind: atomApplication, subject: app.ID})
		b.federated(head, app, to)
		return
	}
	if !s.AppID.Exported() || b.unnamedApp {
		b.conclude(head, open(model.Need{Dataset: model.Applications.Name(), Reason: model.Malformed, Detail: "which app registration is behind " + to.Name + " is not known: an appId was not exported"}).
			shown(hop{edge: edgeControlsApplication, to: to, text: "may control the app registration of " + to.Name, evidence: []model.Evidence{s.Evidence("/appId", s.AppID)}}), key{kind: atomAnyone})
	}
	home := ""
	if organization, ok := model.RowsOf(b.tenant, model.Organizations, nil).Only(); ok {
		home = organization.ID
	}
	owner := textOf(s.AppOwnerOrganizationID, "")
	applications := model.RowsOf(b.tenant, model.Applications, nil).Coverage()
	switch {
	case owner == "" || home == "" || model.SameID(owner, home):
		if applications.State != model.Complete || owner == "" {
			b.conclude(head, open(missing(model.Applications, applications, "the app registration of "+to.Name+" was not exported")).
				shown(hop{edge: edgeControlsApplication, to: to, text: "may control the app registration of " + to.Name, evidence: []model.Evidence{s.Evidence("/appId", s.AppID)}}), key{kind: atomAnyone})
		}
	case model.SameID(owner, microsoftTenants[0]), model.SameID(owner, microsoftTenants[1]):
	default:
		b.conclude(head, surely.shown(hop{edge: edgeControlsApplication, to: to, text: "controls the registration of " + to.Name + ", and signs in as it",
			evidence: []model.Evidence{s.Evidence("/appOwnerOrganizationId", s.AppOwnerOrganizationID)}}),
			key{kind: atomForeign, subject: owner})
	}
}
