package facts

import (
	"fmt"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// accessNeeds lists what the access engine reads besides the directory.
var accessNeeds = []assess.Dependency{
	model.ConditionalAccessPolicies, model.NamedLocations, model.AuthenticationStrengths, model.SecurityDefaults,
	model.RolePolicies, model.CrossTenantDefault, model.CrossTenantPartners, model.DeviceRegistration, model.Devices,
	model.Applications,
}

// Access is the exact access engine over the tenant. What is not known stays in
// its three-valued answers, so reading it adds no gap.
var Access = &assess.Fact[*access.Engine]{
	ID:       "access",
	Requires: append([]assess.Dependency{Directory}, accessNeeds...),
	Compute: func(p *assess.Pass) (*access.Engine, error) {
		directory, err := assess.Value(p, Directory)
		if err != nil {
			return nil, err
		}
		return access.New(p.Tenant(), access.Options{Directory: directory}), nil
	},
}

// Reachability is who can use each Tier 0 role from where, and what stops them.
type Reachability struct {
	// Holdings and Reach stand side by side: Reach[i] answers for Holdings[i].
	Holdings []principals.Holding
	Reach    []model.Reach
	gaps     []model.Gap
}

// Reach is the access engine's answer for every Tier 0 holding. Its gaps (a
// group whose members are not known, a role whose tier is not known) count as
// gaps of every control that reads it.
var Reach = &assess.Fact[*Reachability]{
	ID:       "reach",
	Requires: []assess.Dependency{Access, Tier0, assess.BreakGlass},
	Compute: func(p *assess.Pass) (*Reachability, error) {
		engine, err := assess.Value(p, Access)
		if err != nil {
			return nil, err
		}
		tier0, err := assess.Value(p, Tier0)
		if err != nil {
			return nil, err
		}
		all, err := engine.ReachAll(p.Context(), nil)
		if err != nil {
			return nil, err
		}
		emergency, err := assess.Value(p, assess.BreakGlass)
		if err != nil {
			return nil, err
		}
		holdings := engine.Holdings()
		for i, h := range holdings {
			all[i].BreakGlass = EmergencyHolding(h, emergency) == model.True
		}
		return &Reachability{Holdings: holdings, Reach: all, gaps: tier0.Gaps()}, nil
	},
}

// Gaps lists what keeps the answer from covering every holder.
func (r *Reachability) Gaps() []model.Gap { return r.gaps }

// Contribute writes the reach section and the path verdict of the headline.
func (r *Reachability) Contribute(a *model.Assessment) {
	a.Reach = r.Reach
	a.Headline.Path = PathVerdict(r.Reach, len(r.gaps) > 0)
}

// PathVerdict says in one sentence whether a Tier 0 role can be used from an
// unmanaged device on an untrusted network, naming the gravest role. Declared
// break-glass accounts are meant to be usable, and do not count.
func PathVerdict(all []model.Reach, incomplete bool) string {
	best, ways, unknown := model.Reach{}, 0, 0
	for _, reach := range all {
		switch worst := unmanaged(reach); {
		case reach.BreakGlass:
		case worst == model.ReachUnknown:
			unknown++
		case worst != model.Reaches:
		case ways == 0 || graver(reach.Role, best.Role):
			best, ways = reach, 1
		case model.SameID(reach.Role.ID, best.Role.ID):
			ways++
		}
	}
	switch {
	case ways > 0:
		return fmt.Sprintf("%s can be used from an unmanaged device on any network: %s", best.Role.Name, counted(ways))
	case len(all) == 0:
		return ""
	case unknown > 0 || incomplete:
		return "Whether a Tier 0 role can be used from an unmanaged device is not known for every holder"
	}
	return "No Tier 0 role can be used from an unmanaged device"
}

func counted(n int) string {
	if n == 1 {
		return "1 holder"
	}
	return fmt.Sprintf("%d holders", n)
}

// graver orders roles: Global Administrator first, then by name.
func graver(a, b model.RoleRef) bool {
	if ga := model.SameID(a.ID, model.GlobalAdministrator); ga != model.SameID(b.ID, model.GlobalAdministrator) {
		return ga
	}
	return a.Name < b.Name
}

// unmanaged is the verdict on using the role from an unmanaged device on an
// untrusted network.
func unmanaged(reach model.Reach) string {
	for _, from := range reach.From {
		if from.Device == access.DeviceUnmanaged && from.Network == access.NetworkUntrusted {
			return from.Verdict
		}
	}
	return model.ReachUnknown
}
