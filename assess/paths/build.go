package paths

import (
	gocontext "context"
	"strings"

	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/paths/internal/horn"
	"github.com/privpath/privpath/assess/paths/internal/powers"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// Options are what the caller has already. Both may be nil.
type Options struct {
	Directory *principals.Directory
	Access    *access.Engine
}

// Needs lists the data sets that the graph reads besides those of the directory
// and of the access engine.
func Needs() []interface{ Name() string } {
	return []interface{ Name() string }{
		model.Organizations, model.TenantDomains, model.DomainFederations, model.Applications, model.GroupOwners, model.ApplicationOwners,
		model.ServicePrincipalOwner, model.AppRoleAssignedTo, model.AppRoleAssignments, model.DeviceOwners,
		model.ManagedDevices, model.AdministrativeUnits, model.AdministrativeUnitMembers, model.ResourceActions, model.MethodsPolicies,
		model.FederatedCredentials, model.OAuth2Grants, model.CrossTenantPartners, model.AzureRoleAssignments,
		model.Catalogs, model.CatalogResources, model.RegistrationDetails,
		model.OnPremisesSync, model.SubscribedSkus, model.CloudPCs, model.IntuneRoles, model.IntuneRoleLinks, model.IntuneAssignments,
	}
}

// builder builds the rules that conclude an atom when the atom is first wanted,
// from Tier 0 backward.
type builder struct {
	*net
	*index
	demands *demands
	sources sources
	methods methods
	marker  marker

	factors registration
	rulers  []string     // enabled accounts with Global Administrator, or that may be
	unseen  []model.Need // what other accounts with the role may hide behind
}

// Build reads a tenant's ways into Tier 0. It fails only when the context ends.
func Build(ctx gocontext.Context, t *model.Tenant, opts Options) (*Graph, error) {
	if opts.Directory == nil {
		opts.Directory = principals.Resolve(t)
	}
	if opts.Access == nil {
		opts.Access = access.New(t, access.Options{Directory: opts.Directory})
	}
	x := readIndex(t, opts.Directory)
	b := &builder{net: newNet(), index: x, demands: newDemands(x, opts.Access), sources: readSources(t), methods: readMethods(t), factors: readRegistration(t, opts.Access), marker: readMarker(t)}
	b.atom(key{kind: atomTier0})
	for _, k := range []kind{atomAnyone, atomAnyService, atomOutside} {
		b.atom(key{kind: k})
	}
	b.wantLockouts()
	for len(b.todo) > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		next := b.todo[len(b.todo)-1]
		b.todo = b.todo[:len(b.todo)-1]
		b.derive(next, b.keys[next])
	}
	return newGraph(b)
}

// derive adds every rule that concludes the atom.
func (b *builder) derive(head horn.Atom, k key) {
	switch k.kind {
	case atomTier0:
		b.tier0(head)
	case atomRole:
		b.role(head, k)
	case atomInUse, atomInContext:
		b.inUse(head, k)
	case atomApprover:
		b.approver(head, k)
	case atomPower:
		b.power(head, powers.Power(k.n))
	case atomAppPower:
		b.appPower(head, powers.Power(k.n))
	case atomOff:
		b.off(head, k)
	case atomAt:
		b.at(head, k)
	case atomActs:
		b.acts(head, k)
	case atomPlace:
		b.place(head, k)
	case atomDevice:
		b.device(head, k.subject)
	case atomIssuer:
		b.issuer(head, k.subject)
	case atomAzure:
		b.azure(head, k)
	case atomIntune:
		b.intuneMembers(head, k)
	case atomPermitted:
		b.permittedActs(head, k)
	case atomBlocked:
		b.blocked(head)
	case atomHindered:
		b.hindered(head)
	case atomOut:
		b.out(head, b.principal(k.subject))
	case atomGone:
		b.gone(head, b.principal(k.subject))
	case atomLeft:
		b.left(head, k.n)
	case atomLockedOut:
		b.lockedOut(head)
	case atomApplication:
		b.application(head, k)
	case atomService:
		b.service(head, k)
	}
	// atomAnyone, atomAnyService, atomOutside, atomOnPremises, atomHome,
	// atomExternal, atomForeign, atomSession and atomAlways are where attackers start;
	// atomJoint has its rule.
}

// goals are the roles that rule the tenant by themselves.
// Source: design decision after Microsoft's own escalation notes: each of them can
// give any role to anybody, or take over whoever holds it.
var goals = []string{model.GlobalAdministrator, model.PrivilegedRoleAdministrator, model.PrivilegedAuthenticationAdministrator, powers.PartnerTier2Support}

func roleKey(id, scope string) key {
	return key{kind: atomRole, subject: id, other: model.FoldID(scope)}
}

const tenantWide = "/"

func (b *builder) tier0(head horn.Atom) {
	for _, id := range goals {
		b.conclude(head, surely, roleKey(id, tenantWide))
	}
	admin := model.PrincipalRef{Kind: "role", ID: model.GlobalAdministrator, Name: "Global Administrator"}
	b.conclude(head, surely.shown(hop{edge: edgeAssignsRole, to: admin, text: "gives the power to assign any role"}), powerAtom(atomPower, powers.AssignRoles))
	b.conclude(head, surely.shown(hop{edge: edgeGrantsPermission, to: admin, text: "gives the power to grant an application every permission, the one that assigns roles among them"}),
		powerAtom(atomPower, powers.GrantAppConsent))
	b.conclude(head, open(model.Need{Reason: model.Unresolved, Dataset: model.RoleDefinitions.Name(),
		Detail: "whether a role that somebody controlled holds can be widened is not judged"}).
		shown(hop{edge: edgeChangesRole, to: admin, text: "gives the power to add actions to custom roles"}), powerAtom(atomPower, powers.UpdateRoleDefinitions))
	b.conclude(head, open(model.Need{Dataset: "identityGovernance/entitlementManagement", Reason: model.NotCollected,
		Detail: "which roles and groups the access packages give is not in the export", Permission: "EntitlementManagement.Read.All"}).
		shown(hop{edge: edgeAssignsAccessPackage, to: admin, text: "gives the power over the access packages, and over what they hold"}),
		powerAtom(atomPower, powers.EntitlementManagement))
	for _, p := range []powers.Power{powers.WriteConsentPolicies, powers.WriteIdentityProviders, powers.ManagePartners, powers.GrantDelegated} {
		b.conclude(head, unfollowed(p).shown(hop{edge: edgeLeadsOn, to: admin, text: "gives the power to " + p.String() + ", which may lead on"}), powerAtom(atomPower, p))
	}
	b.workloads(head, admin)
	b.delegated(head)
	b.partners(head, admin)
	for _, gap := range b.gaps {
		shown := hop{edge: edgeHoldsRole, to: admin, text: "may hold a role: not every holder is known"}
		if strings.HasPrefix(gap.Dataset, model.Groups.Name()+"/") {
			shown.edge, shown.text = edgeMemberOf, "may be in a group that has a role: not every member is known"
		}
		b.conclude(head, open(needOf(gap)).shown(shown), key{kind: atomAnyone})
	}
	if b.noGraph != nil {
		b.conclude(head, open(*b.noGraph).shown(hop{edge: edgeHasPermission, to: admin, text: "may control an application whose permissions are not known"}), key{kind: atomAnyone})
	}
	for _, id := range b.serviceIDs {
		if need, ok := b.openGrants[model.FoldID(id)]; ok {
			b.conclude(head, open(need).shown(hop{edge: edgeHasPermission, to: admin, text: "may have a permission that reaches Tier 0", evidence: b.recordOf(b.ref(id))}), key{kind: atomActs, subject: id})
		}
	}
}

// unfollowed is a power whose consequences are real and not followed here, so
// that whoever has it is never said to reach nothing.
func unfollowed(p powers.Power) because {
	return open(model.Need{Dataset: model.RoleDefinitions.Name(), Reason: model.Unresolved, Detail: "where the power to " + p.String() + " leads is not followed"})
}

// open is a condition of which nothing is known, and what would settle it.
func open(needs ...model.Need) because { return because{truth: model.Unknown, needs: needs} }

func needOf(gap model.Gap) model.Need {
	return model.Need{Dataset: gap.Dataset, Reason: gap.Reason, Detail: gap.Detail}
}

func missing(key interface{ Name() string }, c model.Coverage, detail string) model.Need {
	reason := c.Reason
	if reason == "" {
		reason = model.NotCollected
	}
	return model.Need{Dataset: key.Name(), Reason: reason, Detail: detail}
}
