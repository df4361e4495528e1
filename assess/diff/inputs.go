package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// named is a data set's key, whatever its records are.
type named interface{ Name() string }

// holderData decides who holds a role. A holder that is not found any more is
// gone only where all of these were read as well as before.
var holderData = []named{
	model.Users, model.Groups, model.ServicePrincipals, model.GroupMembers, model.GroupTransitive,
	model.RoleDefinitions, model.RoleAssignments, model.RoleAssignmentSchedule, model.RoleEligibility,
	model.GroupAssignment, model.GroupEligibility, model.SubscribedSkus, model.OwnerDeclarations,
}

// policyData decides, besides, what a sign-in demands.
var policyData = []named{
	model.ConditionalAccessPolicies, model.NamedLocations, model.AuthenticationStrengths, model.SecurityDefaults,
	model.RolePolicies, model.CrossTenantDefault, model.CrossTenantPartners, model.DeviceRegistration, model.Devices,
	model.Applications,
}

// pathData decides, besides, which ways lead into Tier 0.
var pathData = []named{
	model.Organizations, model.TenantDomains, model.DomainFederations, model.GroupOwners, model.ApplicationOwners,
	model.ServicePrincipalOwner, model.AppRoleAssignedTo, model.AppRoleAssignments, model.DeviceOwners,
	model.FederatedCredentials, model.OAuth2Grants, model.AzureRoleAssignments, model.Catalogs, model.CatalogResources, model.RegistrationDetails,
	model.OnPremisesSync, model.CloudPCs, model.IntuneRoles, model.IntuneRoleLinks, model.IntuneAssignments, model.ManagedDevices, model.AdministrativeUnits, model.AdministrativeUnitMembers, model.ResourceActions, model.MethodsPolicies,
}

// excludes says whether one side's data excludes what only the other side has: of
// every data set that the other side had something of, all was read.
func excludes(side, other *model.Assessment, datasets []named) bool {
	here, there := states(side), states(other)
	return !slices.ContainsFunc(datasets, func(d named) bool {
		return there[d.Name()] != model.Absent && here[d.Name()] != model.Complete
	})
}

// noWorse says whether, of every data set that a control looks at, at least as much
// was read on one side as on the other.
func (c *comparison) noWorse(control string, side, other *model.Assessment) bool {
	var reads []string
	known := false
	if c.opts.Reads != nil {
		reads, known = c.opts.Reads(control)
	}
	here := states(side)
	return !slices.ContainsFunc(other.Inputs.Datasets, func(in model.Input) bool {
		return here[in.Name] < in.Status && (!known || slices.Contains(reads, in.Name))
	})
}

func states(a *model.Assessment) map[string]model.State {
	all := make(map[string]model.State, len(a.Inputs.Datasets))
	for _, in := range a.Inputs.Datasets {
		all[in.Name] = in.Status
	}
	return all
}

// presenceOf is the move of something that only one side has: was it added or
// removed, or does the side that lacks it not exclude it?
func presenceOf(before, certainBefore, certainNow bool) Move {
	switch {
	case before && certainNow:
		return Removed
	case before:
		return Undecided
	case certainBefore:
		return Added
	}
	return Decided
}

func (c *comparison) inputs() []InputMove {
	before, now := keyed(c.old.Inputs.Datasets, inputName), keyed(c.new.Inputs.Datasets, inputName)
	moves := []InputMove{}
	for _, name := range keysOf(before, now) {
		m := InputMove{Name: name, Old: before[name], New: now[name], Move: Unchanged}
		from, to := orZero(m.Old), orZero(m.New)
		if m.Move = numberMove(from.Status, to.Status); m.Move == Unchanged && (from.Count != to.Count || from.Reason != to.Reason || from.Detail != to.Detail) {
			m.Move = Changed
		}
		if m.Move != Unchanged {
			moves = append(moves, m)
		}
	}
	return moves
}

func inputName(in model.Input) string { return in.Name }

func (c *comparison) warnings(inputs []InputMove) []Warning {
	list := []Warning{}
	warn := func(when bool, kind, text string, args ...any) {
		if when {
			list = append(list, Warning{kind, fmt.Sprintf(text, args...)})
		}
	}
	before, now := c.old.Tenant.ID, c.new.Tenant.ID
	warn(before != "" && now != "" && !model.SameID(before, now), OtherTenant, "The two are of different tenants: %s and %s.", tenantName(c.old.Tenant), tenantName(c.new.Tenant))
	warn((before == "") != (now == ""), NoTenant, "One of the two does not say which tenant it is of.")
	warn(c.old.AsOf.After(c.new.AsOf), WrongOrder, "The old one is later than the new one.")
	warn(c.old.Engine.Version != c.new.Engine.Version, OtherEngine, "The engine's version was %s and is %s: a verdict may have moved because the engine did.", c.old.Engine.Version, c.new.Engine.Version)
	warn(c.otherCatalogue, OtherCatalogue, "The controls differ: not the same ones ran, or they ask for something else. A verdict may have moved for that.")
	var lost []string
	for _, m := range inputs {
		if m.Move == Fell {
			lost = append(lost, m.Name)
		}
	}
	warn(len(lost) > 0, LostInputs, "Less was read than before (%s): what is not found any more may still be there.", strings.Join(lost, ", "))
	return list
}

func tenantName(t model.TenantRef) string {
	return cmp.Or(t.DisplayName, t.ID, "a tenant without a name")
}

func (c *comparison) headline() []HeadlineMove {
	o, n := c.old.Headline, c.new.Headline
	moves := []HeadlineMove{}
	add := func(name, from, to string, move Move) {
		if from == to {
			return
		}
		if move == Unchanged {
			move = Changed
		}
		moves = append(moves, HeadlineMove{name, from, to, move})
	}
	add("path", o.Path, n.Path, Changed)
	add("weakestPillar", string(o.WeakestPillar), string(n.WeakestPillar), Changed)
	add("maturity", number(int(o.Maturity)), number(int(n.Maturity)), numberMove(o.Maturity, n.Maturity))
	add("score", number(o.Score), number(n.Score), numberMove(o.Score, n.Score))
	add("band", o.Band, n.Band, numberMove(o.Score, n.Score))
	add("provisional", strconv.FormatBool(o.Provisional), strconv.FormatBool(n.Provisional), Changed)
	add("caps", strings.Join(o.Caps, ", "), strings.Join(n.Caps, ", "), Changed)
	add("coverage", fraction(c.old.Coverage), fraction(c.new.Coverage), numberMove(c.old.Coverage, c.new.Coverage))
	return moves
}

func number(n int) string { return strconv.Itoa(n) }

func fraction(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func (c *comparison) pillars() []PillarMove {
	id := func(p model.PillarScore) string { return string(p.ID) }
	before, now := keyed(c.old.Pillars, id), keyed(c.new.Pillars, id)
	moves := []PillarMove{}
	for _, key := range keysOf(before, now) {
		m := PillarMove{ID: model.Pillar(key)}
		if p := before[key]; p != nil {
			m.Old = &p.Maturity
		}
		if p := now[key]; p != nil {
			m.New = &p.Maturity
		}
		from, to := orZero(m.Old), orZero(m.New)
		m.Move = cmp.Or(moved(numberMove(from.Confirmed, to.Confirmed)), numberMove(from.Potential, to.Potential))
		if m.Move != Unchanged {
			moves = append(moves, m)
		}
	}
	sorting.Stable(moves, func(a, b PillarMove) int { return a.ID.Index() - b.ID.Index() })
	return moves
}

// moved is empty where nothing moved.
func moved(m Move) Move {
	if m == Unchanged {
		return ""
	}
	return m
}

func (c *comparison) domains() []DomainMove {
	id := func(d model.DomainScore) string { return string(d.ID) }
	before, now := keyed(c.old.Domains, id), keyed(c.new.Domains, id)
	moves := []DomainMove{}
	for _, key := range keysOf(before, now) {
		m := DomainMove{ID: model.Domain(key)}
		if d := before[key]; d != nil {
			m.Old = &d.Percent
		}
		if d := now[key]; d != nil {
			m.New = &d.Percent
		}
		switch {
		case m.Old == nil:
			m.Move = Added
		case m.New == nil:
			m.Move = Removed
		default:
			m.Move = numberMove(*m.Old, *m.New)
		}
		if m.Move != Unchanged {
			moves = append(moves, m)
		}
	}
	order := model.AssessmentDomains()
	sorting.Stable(moves, func(a, b DomainMove) int { return slices.Index(order, a.ID) - slices.Index(order, b.ID) })
	return moves
}

// keyed finds the elements of a list by key; of equal ones the first.
func keyed[T any](list []T, key func(T) string) map[string]*T {
	all := make(map[string]*T, len(list))
	for i := range list {
		if k := key(list[i]); all[k] == nil {
			all[k] = &list[i]
		}
	}
	return all
}

// keysOf are the keys of either map, sorted.
func keysOf[T any](a, b map[string]T) []string {
	keys := make([]string, 0, len(a)+len(b))
	for k := range a {
		keys = append(keys, k)
	}
	for k := range b {
		if _, both := a[k]; !both {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys
}

// orZero is what p points at, or nothing.
func orZero[T any](p *T) T {
	if p == nil {
		var none T
		return none
	}
	return *p
}
