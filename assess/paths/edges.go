package paths

// edge is a kind of hop.
type edge uint8

// The kinds of hops. The zero value is none.
const (
	edgeNone edge = iota
	edgeUsesRole
	edgeActivatesRole
	edgeActivatesMembership
	edgeRidesSession
	edgeSignsIn
	edgeApproves
	edgeHoldsRole
	edgeMemberOf
	edgeOwnsGroup
	edgeEligibleOwner
	edgeWritesGroup
	edgeRequestsPackage
	edgeResetsPassword
	edgeAddsMethod
	edgeRegistersMethod
	edgeSyncedFrom
	edgeMatchesAccount
	edgeVouchesFor
	edgeRunsProvider
	edgeFederatesDomain
	edgeTrustsAuthority
	edgeOwnsApplication
	edgeManagesApplication
	edgeAddsCredential
	edgeOwnsServicePrincipal
	edgeControlsApplication
	edgeFederatesWorkload
	edgeHostsIdentity
	edgeControlsResource
	edgeHasPermission
	edgeActsInTheName
	edgeAssignsRole
	edgeGrantsPermission
	edgeChangesRole
	edgeAssignsAccessPackage
	edgeWritesConditionalAccess
	edgeLoosensConditionalAccess
	edgeWritesPIMPolicy
	edgeRunsCodeOn
	edgeOpensDevice
	edgeAdministersDevice
	edgeMarksDevice
	edgeSignsInOn
	edgeAdministersAsPartner
	edgeLeadsOn
	edgeAdministersUnit
	edgeSignsInWith
	edgeHoldsIntuneRole
	edgeManagesDevice
	edgeDisablesAccount
	edgeBlocksSignIn
	edgeBlocksActivation
	edgeWithholdsSignIn
	edgeMayBlockSignIn
	edgeCount
)

// Edge is a kind of hop: its name in the document, and what somebody does who
// takes it.
type Edge struct {
	Name, Does string
	// NeverCertain says of a kind of which no export settles whether it leads on
	// why not: its paths are unknown at best.
	NeverCertain string
}

var edges = [edgeCount]Edge{
	edgeUsesRole:                 {Name: "usesRole", Does: "signs in as somebody who has the role, and uses it"},
	edgeActivatesRole:            {Name: "activatesRole", Does: "signs in as somebody who is eligible for the role, activates it and uses it"},
	edgeActivatesMembership:      {Name: "activatesMembership", Does: "activates the membership of a group that has the role, and uses it"},
	edgeRidesSession:             {Name: "ridesSession", Does: "replays a session in which the role is active"},
	edgeSignsIn:                  {Name: "signsIn", Does: "signs in as somebody, without a role"},
	edgeApproves:                 {Name: "approves", Does: "approves the activation that somebody else asks for"},
	edgeHoldsRole:                {Name: "holdsRole", Does: "has the role as an application, on which no policy for users acts"},
	edgeMemberOf:                 {Name: "memberOf", Does: "is in a group that has a role", NeverCertain: "members who are known have the role themselves"},
	edgeOwnsGroup:                {Name: "ownsGroup", Does: "adds itself to a group that it owns"},
	edgeEligibleOwner:            {Name: "eligibleOwner", Does: "activates the ownership of a group", NeverCertain: "what the activation of an ownership demands is not judged"},
	edgeWritesGroup:              {Name: "writesGroup", Does: "changes who is in a group"},
	edgeRequestsPackage:          {Name: "requestsPackage", Does: "gets a membership by an access package", NeverCertain: "who may ask for a package, and who must agree, is in no export"},
	edgeResetsPassword:           {Name: "resetsPassword", Does: "resets somebody's password"},
	edgeAddsMethod:               {Name: "addsMethod", Does: "gives itself a sign-in method for somebody"},
	edgeRegistersMethod:          {Name: "registersMethod", Does: "registers a second factor for somebody who has none"},
	edgeSyncedFrom:               {Name: "syncedFrom", Does: "sets on-premises the password of an account that comes from there"},
	edgeMatchesAccount:           {Name: "matchesAccount", Does: "creates an object on-premises that an account of the cloud is matched with", NeverCertain: "whether a new object would match is in no export"},
	edgeVouchesFor:               {Name: "vouchesFor", Does: "signs in somebody whose domain it is the identity provider or the home of"},
	edgeRunsProvider:             {Name: "runsProvider", Does: "runs the identity provider that signs the users of a federated domain in"},
	edgeFederatesDomain:          {Name: "federatesDomain", Does: "makes a domain trust an issuer of its own"},
	edgeTrustsAuthority:          {Name: "trustsAuthority", Does: "makes the tenant trust a certificate authority of its own"},
	edgeOwnsApplication:          {Name: "ownsApplication", Does: "adds a credential to an application that it owns"},
	edgeManagesApplication:       {Name: "managesApplication", Does: "adds a credential to an application by a role or a permission"},
	edgeAddsCredential:           {Name: "addsCredential", Does: "signs in with a credential that was added, as the service principal"},
	edgeOwnsServicePrincipal:     {Name: "ownsServicePrincipal", Does: "adds a credential to a service principal that it owns"},
	edgeControlsApplication:      {Name: "controlsApplication", Does: "controls the registration of an application from another tenant"},
	edgeFederatesWorkload:        {Name: "federatesWorkload", Does: "signs in as an application that trusts it by a federated credential"},
	edgeHostsIdentity:            {Name: "hostsIdentity", Does: "signs in as the managed identity of an Azure resource"},
	edgeControlsResource:         {Name: "controlsResource", Does: "controls an Azure resource by an Azure role"},
	edgeHasPermission:            {Name: "hasPermission", Does: "has an application permission"},
	edgeActsInTheName:            {Name: "actsInTheName", Does: "uses a delegated permission in the name of a Tier 0 administrator", NeverCertain: "whether such an administrator signs in to the application is not known"},
	edgeAssignsRole:              {Name: "assignsRole", Does: "assigns any role"},
	edgeGrantsPermission:         {Name: "grantsPermission", Does: "grants an application every permission"},
	edgeChangesRole:              {Name: "changesRole", Does: "adds actions to custom roles", NeverCertain: "whether a role that somebody controlled has can be widened is not judged"},
	edgeAssignsAccessPackage:     {Name: "assignsAccessPackage", Does: "has the power over the access packages", NeverCertain: "which roles and groups the packages give is not in the export"},
	edgeWritesConditionalAccess:  {Name: "writesConditionalAccess", Does: "switches Conditional Access policies off"},
	edgeLoosensConditionalAccess: {Name: "loosensConditionalAccess", Does: "loosens what policies ask, by locations, trust of other tenants or security defaults", NeverCertain: "what a policy asks after that is not followed"},
	edgeWritesPIMPolicy:          {Name: "writesPIMPolicy", Does: "takes the activation rules of PIM away"},
	edgeRunsCodeOn:               {Name: "runsCodeOn", Does: "runs code on a device through its management"},
	edgeOpensDevice:              {Name: "opensDevice", Does: "opens a device with its local administrator's password, its recovery key or as a Cloud PC", NeverCertain: "whether the device can be reached is not known"},
	edgeAdministersDevice:        {Name: "administersDevice", Does: "is local administrator of a device", NeverCertain: "whether the device can be reached is not known"},
	edgeMarksDevice:              {Name: "marksDevice", Does: "writes the marker of a privileged access workstation onto another device"},
	edgeSignsInOn:                {Name: "signsInOn", Does: "waits on a device for the session of somebody who signs in there"},
	edgeAdministersAsPartner:     {Name: "administersAsPartner", Does: "has a role by a partner's delegated administration", NeverCertain: "a customer's exports do not show a partner's roles"},
	edgeLeadsOn:                  {Name: "leadsOn", Does: "has a power that may lead on", NeverCertain: "where it leads is not followed, or not in Microsoft Graph"},
	edgeAdministersUnit:          {Name: "administersUnit", Does: "has what an administrative unit holds in the reach of a role over it"},
	edgeSignsInWith:              {Name: "signsInWith", Does: "signs in with a credential that was set or added"},
	edgeHoldsIntuneRole:          {Name: "holdsIntuneRole", Does: "has a role of Intune through a group", NeverCertain: "what a role of Intune reaches depends on scope tags and on policies that are not in the export"},
	edgeManagesDevice:            {Name: "managesDevice", Does: "manages a device by a role of Intune", NeverCertain: "what a role of Intune reaches depends on scope tags and on policies that are not in the export"},
	edgeDisablesAccount:          {Name: "disablesAccount", Does: "deletes or disables somebody's account"},
	edgeBlocksSignIn:             {Name: "blocksSignIn", Does: "writes a policy that blocks everybody"},
	edgeBlocksActivation:         {Name: "blocksActivation", Does: "asks of activations what nobody meets"},
	edgeWithholdsSignIn:          {Name: "withholdsSignIn", Does: "keeps somebody from signing in, as where the account comes from"},
	edgeMayBlockSignIn:           {Name: "mayBlockSignIn", Does: "writes what somebody's sign-in hangs on", NeverCertain: "whether the sign-in then fails is not followed"},
}

// Edges lists the kinds of hops.
func Edges() []Edge { return append([]Edge(nil), edges[1:]...) }

func (e edge) String() string { return edges[e].Name }
