package paths

import (
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/paths/internal/horn"
	"github.com/privpath/privpath/assess/paths/internal/powers"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// sources says where accounts come from: which domains sign in elsewhere, and
// what an on-premises directory may take over.
type sources struct {
	domains    map[string]model.TenantDomain // by name
	syncs      model.Truth
	hard, soft model.Truth // matches that are open
}

func readSources(t *model.Tenant) sources {
	s := sources{domains: map[string]model.TenantDomain{}, syncs: model.Unknown, hard: model.Unknown, soft: model.Unknown}
	for row := range model.RowsOf(t, model.TenantDomains, nil).All() {
		s.domains[strings.ToLower(row.ID)] = row
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
// provider of a federated domain, or the home tenant of a guest. Of a second factor
// it asks whether Entra ID takes it from there.
// Source: learn.microsoft.com/entra/identity/hybrid/connect/whatis-fed and learn.microsoft.com/entra/external-id/cross-tenant-access-overview.
func (b *builder) vouched(head horn.Atom, p principals.Principal, factor bool) {
	upn := strings.ToLower(textOf(p.User.UserPrincipalName, ""))
	how, shown := surely, hop{edge: edgeVouchesFor, to: b.ref(p.ID), evidence: []model.Evidence{p.User.Evidence("/userPrincipalName", p.User.UserPrincipalName)}}
	if name, _, guest := strings.Cut(upn, "#ext#"); guest {
		if factor {
			how = open(model.Need{Dataset: model.CrossTenantDefault.Name(), Reason: model.Unresolved,
				Detail: "whether a second factor counts that the home tenant of " + p.Name + " asserts is not decided (inboundTrust)"})
		}
		shown.text = "signs in as its own user " + p.Name
		b.conclude(head, how.shown(shown), key{kind: atomHome, subject: name[strings.LastIndex(name, "_")+1:]})
		return
	}
	_, domain, ok := strings.Cut(upn, "@")
	federated := model.Equals(b.sources.domains[domain].AuthenticationType, "Federated")
	if !ok || strings.HasSuffix(domain, ".onmicrosoft.com") || federated == model.False {
		return
	}
	shown.text = "issues a token for " + p.Name + ", whose domain it signs in"
	if factor {
		claims, evidence := b.claims(domain)
		how, shown.text, shown.evidence = claims, shown.text+", and claims a second factor", append(evidence, shown.evidence...)
	}
	b.conclude(head, how.about(federated, model.TenantDomains.Name(), "whether "+domain+" is federated is not known").shown(shown), key{kind: atomIssuer, subject: domain})
}

// federation gives what a domain trusts, and where that stands. A subdomain has the federation of its
// parent, but for one that was made a root of its own.
// Source: learn.microsoft.com/entra/identity/users/domains-verify-custom-subdomain.
func (b *builder) federation(domain string) (row model.DomainFederation, dataset string, why because) {
	rows := model.RowsOf(b.tenant, model.DomainFederations, nil)
	at := func(name string) string { return "domains/" + name + "/federationConfiguration" }
	for name := domain; name != ""; _, name, _ = strings.Cut(name, ".") {
		found := slices.Collect(rows.For(name).All())
		if len(found) == 1 {
			return found[0], at(name), surely
		}
		if len(found) > 1 || model.Equals(b.sources.domains[name].IsRoot, true) != model.False {
			break
		}
	}
	return row, at(domain), open(model.Need{Dataset: at(domain), Reason: model.NotCollected, Permission: "Domain-InternalFederation.Read.All",
		Detail: "what the federation of " + domain + " trusts is not in the export"})
}

// claims asks whether a second factor counts that the identity provider of a domain
// asserts. Where the behaviour was never set, an older setting holds that Graph does
// not show.
// Source: learn.microsoft.com/graph/api/resources/internaldomainfederation, federatedIdpMfaBehavior values.
func (b *builder) claims(domain string) (because, []model.Evidence) {
	row, dataset, why := b.federation(domain)
	if why.truth != model.True {
		return why, nil
	}
	unset := func() model.Truth { return model.Or(model.Equals(row.SupportsMfa, true), model.Unknown) }
	counts := model.Fold(row.FederatedIdpMfaBehavior, func() model.Truth { return model.Unknown }, unset, func(behaviour string) model.Truth {
		switch behaviour {
		case "acceptIfMfaDoneByFederatedIdp", "enforceMfaByFederatedIdp":
			return model.True
		case "rejectMfaByFederatedIdp":
			return model.False
		}
		return model.Unknown
	})
	return because{truth: counts}.needing(model.Need{Dataset: dataset, Reason: model.Unresolved, Permission: "Domain-InternalFederation.Read.All",
			Detail: "whether a second factor counts that the identity provider of " + domain + " asserts is not known: federatedIdpMfaBehavior is not set, or not exported"}),
		[]model.Evidence{row.Evidence("/federatedIdpMfaBehavior", row.FederatedIdpMfaBehavior)}
}

// issuer adds who runs the identity provider of a domain: who rules the on-premises
// directory, where that is AD FS, whose addresses Microsoft's tools look for alike.
// Source: learn.microsoft.com/windows-server/identity/ad-fs/deployment/best-practices-securing-ad-fs,
// AD FS is to be protected as a domain controller is.
func (b *builder) issuer(head horn.Atom, domain string) {
	row, dataset, why := b.federation(domain)
	if why.truth == model.True {
		here := model.Or(row.PassiveSignInURI.Is(func(uri string) bool { return strings.Contains(strings.ToLower(uri), "/adfs/") }), model.Unknown)
		why = because{truth: here}.needing(model.Need{Dataset: dataset, Reason: model.Unresolved,
			Detail: "whether the identity provider of " + domain + " runs on-premises is not decided"})
	}
	shown := hop{edge: edgeRunsProvider, to: issuerRef(domain), text: "runs the identity provider of " + domain}
	if known, ok := b.sources.domains[domain]; ok {
		shown.evidence = []model.Evidence{known.Evidence("/authenticationType", known.AuthenticationType)}
	}
	if row.ID != "" {
		shown.evidence = append(shown.evidence, row.Evidence("/passiveSignInUri", row.PassiveSignInURI))
	}
	b.conclude(head, why.shown(shown), key{kind: atomOnPremises})
}

func issuerRef(domain string) model.PrincipalRef {
	return model.PrincipalRef{Kind: "identityProvider", ID: domain, Name: "the identity provider of " + domain}
}

// external asks whether the user signs in with an account of another tenant.
func external(u *model.User) model.Truth {
	return u.UserPrincipalName.Is(func(upn string) bool { return strings.Contains(strings.ToUpper(upn), "#EXT#") })
}
