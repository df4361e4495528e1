package paths

import (
	"strings"

	"github.com/privpath/privpath/assess/paths/internal/horn"
	"github.com/privpath/privpath/assess/paths/internal/powers"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// sources says where accounts come from: which domains sign in elsewhere, and
// what an on-premises directory may take over.
type sources struct {
	federated  map[string]model.Truth // by domain
	syncs      model.Truth
	hard, soft model.Truth // matches that are open
}

func readSources(t *model.Tenant) sources {
	s := sources{federated: map[string]model.Truth{}, syncs: model.Unknown, hard: model.Unknown, soft: model.Unknown}
	for row := range model.RowsOf(t, model.TenantDomains, nil).All() {
		s.federated[strings.ToLower(row.ID)] = model.Equals(row.AuthenticationType, "Federated")
	}
	if organization, ok := model.RowsOf(t, model.Organizations, nil).Only(); ok {
		s.syncs = set(organization.OnPremisesSyncEnabled)
	}
	if settings, ok := model.RowsOf(t, model.OnPremisesSync, nil).Only(); ok {
		settings.Features.Is(func(f model.SynchronizationFeatures) bool {
			s.hard, s.soft = set(f.BlockCloudObjectTakeoverThroughHardMatch).Not(), set(f.BlockSoftMatch).Not()
			return true
		})
	}
	return s
}

// onPremises adds whoever rules the on-premises directory that the user's
// password comes from.
func (b *builder) onPremises(head horn.Atom, p principals.Principal) {
	synced := set(p.User.OnPremisesSyncEnabled)
	why := because{truth: synced}.needing(model.Need{Dataset: model.Users.Name(), Reason: model.NotCollected, Detail: "whether " + p.Name + " is synchronised was not exported"})
	shown := hop{edge: edgeSyncedFrom, to: b.ref(p.ID), text: "sets the password of " + p.Name + ", which is synchronised", credential: passwordOf(p),
		evidence: []model.Evidence{p.User.Evidence("/onPremisesSyncEnabled", p.User.OnPremisesSyncEnabled)}}
	b.conclude(head, why.shown(shown), key{kind: atomOnPremises})
	b.conclude(head, why.and(model.Unknown, "how directory synchronisation is set up is not in the export").shown(shown), powerAtom(atomPower, powers.WriteHybridSync))
}

// matched adds whoever rules an on-premises directory that is synchronised: a new
// object there takes over an account of the cloud that it matches. Neither match
// takes an account that holds a role.
// Source: learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-install-existing-tenant, and
// message MC1262584 (no hard match of accounts with roles, from June 2026).
func (b *builder) matched(head horn.Atom, p principals.Principal) {
	cloud := set(p.User.OnPremisesSyncEnabled).Not()
	anchored := model.Or(p.User.OnPremisesImmutableID.Is(func(id string) bool { return id != "" }), model.False)
	if p.User.OnPremisesImmutableID.Null() == model.True {
		anchored = model.False
	}
	roles := model.Of(len(b.target(p).Roles) > 0)
	matches := model.And(b.sources.syncs, cloud, external(p.User).Not(), roles.Not(), model.Or(model.And(b.sources.hard, anchored), b.sources.soft), model.Unknown)
	b.conclude(head, because{truth: matches}.needing(model.Need{Dataset: model.OnPremisesSync.Name(), Reason: model.Unresolved, Permission: "OnPremDirectorySynchronization.Read.All",
		Detail: "whether a new object on-premises would match " + p.Name + ", and take its password over, is not decided"}).
		shown(hop{edge: edgeMatchesAccount, to: b.ref(p.ID), text: "creates an object that " + p.Name + " is matched with, and sets its password", credential: passwordOf(p),
			evidence: []model.Evidence{p.User.Evidence("/onPremisesSyncEnabled", p.User.OnPremisesSyncEnabled)}}), key{kind: atomOnPremises})
}

// vouched adds whoever runs what the user signs in with elsewhere: the identity
// provider of a federated domain, or the home tenant of a guest.
// Source: learn.microsoft.com/entra/identity/hybrid/connect/whatis-fed and learn.microsoft.com/entra/external-id/cross-tenant-access-overview.
func (b *builder) vouched(head horn.Atom, p principals.Principal, how because) {
	upn := strings.ToLower(textOf(p.User.UserPrincipalName, ""))
	shown := hop{edge: edgeVouchesFor, to: b.ref(p.ID), evidence: []model.Evidence{p.User.Evidence("/userPrincipalName", p.User.UserPrincipalName)}}
	if name, _, guest := strings.Cut(upn, "#ext#"); guest {
		shown.text = "signs in as its own user " + p.Name
		b.conclude(head, how.shown(shown), key{kind: atomHome, subject: name[strings.LastIndex(name, "_")+1:]})
		return
	}
	_, domain, ok := strings.Cut(upn, "@")
	federated, known := b.sources.federated[domain]
	if !known {
		federated = model.Unknown
	}
	if !ok || strings.HasSuffix(domain, ".onmicrosoft.com") {
		return
	}
	shown.text = "issues a token for " + p.Name + ", whose domain it signs in"
	b.conclude(head, how.about(federated, model.TenantDomains.Name(), "whether "+domain+" is federated is not known").shown(shown), key{kind: atomIssuer, subject: domain})
}

// external asks whether the user signs in with an account of another tenant.
func external(u *model.User) model.Truth {
	return u.UserPrincipalName.Is(func(upn string) bool { return strings.Contains(strings.ToUpper(upn), "#EXT#") })
}
