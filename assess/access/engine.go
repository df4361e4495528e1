package access

import (
	"sync"

	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// DefaultWorkBound is how many regions one search may visit before its answer is
// given up as unknown. Real tenants need a few hundred.
const DefaultWorkBound = 20_000_000

// Options change how an engine works. The zero value is the usual one.
type Options struct {
	// WorkBound is the most regions that one search visits; 0 is
	// [DefaultWorkBound]. A search that is cut short leaves what it did not find
	// unknown.
	WorkBound int
	// Attackers are judged besides [Attackers].
	Attackers []Attacker
	// Directory and Inputs are used where the caller has them already.
	Directory *principals.Directory
	Inputs    *Inputs
}

// Engine answers who can activate and use a role, from where and with what. It
// looks at the whole space of sign-ins and is exact; where the data does not
// decide, it says so. Several goroutines may ask at once.
type Engine struct {
	tenant *model.Tenant
	in     *Inputs
	dir    *principals.Directory
	bound  int
	extra  []Attacker
	// The risk that sign-ins have; none but in [Engine.AtRisk].
	signInRisk, userRisk string

	table   obligationTable
	devices []deviceValue
	paw     pawRule
	paws    *paws
	// realKinds are the kinds of the tenant's managed non-PAW devices, by whether
	// such a device exists; pawIs is what every PAW of the tenant surely is.
	realKinds map[model.Truth]obligationSet
	pawIs     obligationSet
	networks  []networkValue
	ways      []way
	// manyNetworks is set where there are too many to tell apart, spaceCut there and
	// where there are too many controls.
	manyNetworks, spaceCut bool

	views    [2]*view
	pim      *pimIndex
	groups   groupTree
	roles    map[string][]principals.Holding // by folded principal id
	eligible eligible
	assigned func() map[roleHolder]assigned
	mentions *mentions
	memory   *memory
	*findings
}

// way is a device together with the client and the flow that show it. Legacy
// clients and the device code flow show no device.
type way struct {
	device       int
	client, flow string
}

// The clients, platforms and flows, the plainest first.
var (
	allClients   = []string{ClientBrowser, ClientModern, ClientActiveSync, ClientOther}
	allPlatforms = []string{PlatformWindows, PlatformMacOS, PlatformLinux, PlatformIOS, PlatformAndroid, PlatformPhone, PlatformUnknown}
	allFlows     = []string{FlowNone, FlowDeviceCode, FlowTransfer}
)

// legacyClient reports whether a client can show neither a device nor a prompt.
func legacyClient(client string) bool { return client == ClientActiveSync || client == ClientOther }

// New compiles a tenant for questions.
func New(t *model.Tenant, opts Options) *Engine {
	e := &Engine{tenant: t, in: opts.Inputs, dir: opts.Directory, bound: opts.WorkBound, extra: opts.Attackers,
		signInRisk: RiskNone, userRisk: RiskNone, roles: map[string][]principals.Holding{}}
	if e.in == nil {
		e.in = Compile(t)
	}
	e.mentions = readMentions(e.in.Policies)
	if e.dir == nil {
		e.dir = principals.Resolve(t)
	}
	if e.bound == 0 {
		e.bound = DefaultWorkBound
	}
	e.remember()
	e.groups = readGroupTree(t)
	e.pim = e.readPIM()
	e.eligible, e.assigned = e.readEligible(), sync.OnceValue(e.readAssigned)
	for _, h := range e.dir.Holdings() {
		key := model.FoldID(h.Principal.ID)
		e.roles[key] = append(e.roles[key], h)
	}
	e.buildDevices()
	var complete bool
	e.networks, complete = e.buildNetworks()
	e.manyNetworks = !complete
	e.nameControls()
	e.compile()
	return e
}

// AtRisk gives an engine whose sign-ins have the risks given, such as
// [RiskHigh]: what is left open to someone whom Entra ID already suspects.
func (e *Engine) AtRisk(signIn, user string) *Engine {
	risky := *e
	risky.signInRisk, risky.userRisk = signIn, user
	risky.findings = &findings{}
	risky.compile()
	return &risky
}

// Without gives the engine over [Inputs.Without]. Policies tell devices and networks
// apart whatever their state, so these stay as they are.
func (e *Engine) Without(off func(*Policy) bool) *Engine {
	left := *e
	left.in, left.table = e.in.Without(off), obligationTable{}
	left.remember()
	left.nameControls()
	left.compile()
	return &left
}

// remember starts with nothing remembered.
func (e *Engine) remember() {
	e.memory = &memory{}
	e.memory.holdings = sync.OnceValue(e.readHoldings)
	e.findings = &findings{}
}

// nameControls gives every control that we cannot see into its bit, in the order
// of the policies, so that no answer depends on what was asked before.
func (e *Engine) nameControls() {
	member := &subjectView{alike: &alike{external: model.False, secondFactor: model.True, mfaAccepted: model.True}}
	for _, p := range e.in.Policies {
		e.policyDemand(most, p, member)
	}
	// Controls that share a bit could not be told apart any more.
	e.spaceCut = e.manyNetworks || e.table.full
	e.table.bit(OtherControl("authenticationStrength")) // of a guest, whose methods may all be refused
	e.table.closed = true
}

// compile derives the ways and the views from the values of the dimensions.
func (e *Engine) compile() {
	e.ways = nil
	for d := range e.devices {
		for _, client := range allClients {
			for _, flow := range allFlows {
				hidden := legacyClient(client) || flow == FlowDeviceCode
				if hidden && d != 0 || legacyClient(client) && flow != FlowNone {
					continue
				}
				e.ways = append(e.ways, way{device: d, client: client, flow: flow})
			}
		}
	}
	for r := range e.views {
		e.views[r] = e.compileView(reading(r))
	}
}

// Inputs are the compiled policies, which [Evaluate] takes too.
func (e *Engine) Inputs() *Inputs { return e.in }
