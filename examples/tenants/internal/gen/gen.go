// Package gen makes the sample tenants: invented organisations, told as the
// raw Microsoft Graph v1.0 responses that a collector would have saved.
//
// Every byte is a function of [Seed] and of this source. Ids come from a hash
// of what they identify, so a change in one place does not reshuffle the rest.
package gen

import (
	"fmt"
	"math/rand/v2"
	"sort"
	"time"
)

// Seed is the seed of the committed tenants.
const Seed uint64 = 20261120

// Collected is the moment at which every sample tenant was collected.
var Collected = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// stories holds one builder for each tenant.
var stories = map[string]func(*tenant){
	"pim-only": pimOnly,
	"middling": middling,
	"mature":   mature,
}

// Names lists the tenants, sorted.
func Names() []string {
	var names []string
	for name := range stories {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Tenant makes the bundle of one tenant: file contents by slash-separated path.
func Tenant(name string, seed uint64) (map[string][]byte, error) {
	story, ok := stories[name]
	if !ok {
		return nil, fmt.Errorf("no sample tenant is called %q; there are %v", name, Names())
	}
	t := newTenant(name, seed)
	story(t)
	return t.bundle(), nil
}

// tenant is one invented organisation while it is being told.
type tenant struct {
	key           string // folder name
	seed          uint64
	id            string
	display       string
	domain        string // the domain of ordinary accounts
	initialDomain string
	cloudOnly     bool
	created       time.Time
	rng           *rand.Rand

	users        []*user
	groups       []*group
	roles        []roleDefinition
	pim          map[string]pimSettings // by role template id
	groupPIM     map[string]pimSettings // by group id
	assigned     []holding
	eligible     []holding
	groupHolding []groupHolding
	activations  []activation
	requests     []rec

	policies  []*caPolicy
	locations []*namedLocation
	contexts  []rec
	actions   []rec

	devices      []*device
	compliance   []rec
	detectedApps []rec
	secureBy     bool

	servicePrincipals []*servicePrincipal
	grants            []appGrant
	delegated         []rec

	units   []*adminUnit
	reviews []*review
	skus    []sku

	attempts []*attempt
	audits   []audit

	settings     settings
	riskyUsers   []rec
	detections   []rec
	declarations *rec
	unified      *bool // state of the unified audit log; nil: not imported
	diagnostics  []rec // nil: not imported
	azureRoles   []rec // nil: not imported
}

func newTenant(name string, seed uint64) *tenant {
	t := &tenant{key: name, seed: seed, pim: map[string]pimSettings{}, groupPIM: map[string]pimSettings{}}
	t.rng = rand.New(rand.NewPCG(seed, uint64(len(name))<<32|uint64(name[0])<<8|uint64(name[1])))
	t.id = t.guid("tenant", name)
	return t
}
