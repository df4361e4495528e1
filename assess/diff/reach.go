package diff

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// held is what a run says of one holding: who, which role, how, over what.
// Several rows of a run with the same key, as through two groups, are one; of
// their verdicts the most open counts.
type held struct {
	model.Reach
	places    map[place]string
	attackers map[string]string
	ways      map[string][]string // by joined requirements
}

// place is one step from one device and network.
type place struct {
	device, network, step string
}

func holdingKey(r model.Reach) string {
	return strings.Join([]string{model.FoldID(r.Principal.ID), model.FoldID(r.Role.ID), model.FoldID(r.Scope), r.Holding}, "\x00")
}

// holdingsIn gathers the rows of a reach section by holding.
func holdingsIn(rows []model.Reach) map[string]*held {
	all := map[string]*held{}
	for _, r := range rows {
		key := holdingKey(r)
		h := all[key]
		if h == nil {
			h = &held{Reach: r, places: map[place]string{}, attackers: map[string]string{}, ways: map[string][]string{}}
			all[key] = h
		}
		h.add(r)
	}
	return all
}

func (h *held) add(r model.Reach) {
	for _, f := range r.From {
		use, activate := place{f.Device, f.Network, StepUse}, place{f.Device, f.Network, StepActivate}
		h.places[use] = worst(h.places[use], f.Verdict)
		h.places[activate] = worst(h.places[activate], f.Activation)
	}
	for name, verdict := range r.Attackers {
		h.attackers[name] = worst(h.attackers[name], verdict)
	}
	for _, w := range r.Weakest {
		requires := slices.Sorted(slices.Values(w.Requires))
		h.ways[strings.Join(requires, "\x00")] = requires
	}
	if strings.Join(r.Via, "\x00") < strings.Join(h.Via, "\x00") {
		h.Via = r.Via
	}
	h.BreakGlass = h.BreakGlass && r.BreakGlass
}

// worst is the more open of two verdicts.
func worst(a, b string) string {
	gravity := []string{"", model.Blocked, model.NoActivation, model.ReachUnknown, model.Reaches}
	if slices.Index(gravity, a) < slices.Index(gravity, b) {
		return b
	}
	return a
}

// excludesHolders says whether a side's data exclude a holding that only the other
// side has. A run of other controls may not have asked at all.
func (c *comparison) excludesHolders(side, other *model.Assessment) bool {
	return excludes(side, other, holderData) && (len(side.Reach) > 0 || !c.otherCatalogue) && !slices.ContainsFunc(side.Reach, hidesHolders)
}

// hidesHolders says whether a row stands for holders that are not known, as a
// group does whose members were not read.
func hidesHolders(r model.Reach) bool {
	return r.Principal.Kind != "user" && slices.ContainsFunc(r.Unknown, func(n model.Need) bool {
		d, _, known := model.DatasetAt(n.Dataset)
		return known && slices.ContainsFunc(holderData, func(h named) bool { return h.Name() == d.Name })
	})
}

func (c *comparison) reach() ([]ReachMove, []PrincipalMove) {
	before, now := holdingsIn(c.old.Reach), holdingsIn(c.new.Reach)
	certainBefore, certainNow := c.excludesHolders(c.old, c.new), c.excludesHolders(c.new, c.old)
	moves := []ReachMove{}
	for _, key := range keysOf(before, now) {
		o, n := before[key], now[key]
		presence := Unchanged
		if o == nil || n == nil {
			presence = presenceOf(o != nil, certainBefore, certainNow)
		}
		if m := compareHolding(o, n, presence); m.Held != Unchanged || len(m.From)+len(m.Attackers)+len(m.Easier)+len(m.Harder) > 0 {
			m.Causes = namedCauses(o, n)
			moves = append(moves, m)
		}
	}
	sorting.Stable(moves, func(a, b ReachMove) int {
		return cmp.Or(byRole(a.Role, b.Role), strings.Compare(a.Principal.Name, b.Principal.Name))
	})
	return moves, principals(before, now, certainBefore, certainNow)
}

// byRole puts Global Administrator first.
func byRole(a, b model.RoleRef) int {
	if ga := model.SameID(a.ID, model.GlobalAdministrator); ga != model.SameID(b.ID, model.GlobalAdministrator) {
		if ga {
			return -1
		}
		return 1
	}
	return strings.Compare(a.Name, b.Name)
}

// compareHolding compares one holding, of which one side may be nil.
func compareHolding(o, n *held, presence Move) ReachMove {
	shown := cmp.Or(n, o)
	m := ReachMove{Principal: shown.Principal, Role: shown.Role, Holding: shown.Holding, Scope: shown.Scope, Via: shown.Via,
		BreakGlass: shown.BreakGlass, Held: presence, From: []PlaceMove{}, Attackers: []AttackerMove{}, Causes: []Cause{}}
	// What a side without the holding says: nothing, or that it does not know.
	nothing := ""
	if presence == Undecided || presence == Decided {
		nothing = model.ReachUnknown
	}
	for _, p := range allPlaces(o, n) {
		from, to := verdictAt(o, p, nothing), verdictAt(n, p, nothing)
		if presence != Unchanged && (from == model.NoActivation || to == model.NoActivation) {
			continue // nothing opens or closes where no activation is needed
		}
		if move := reachMove(from, to); move != Unchanged {
			m.From = append(m.From, PlaceMove{p.device, p.network, p.step, from, to, move})
		}
	}
	for _, name := range allAttackers(o, n) {
		from, to := attackerOf(o, name, nothing), attackerOf(n, name, nothing)
		if move := reachMove(from, to); move != Unchanged {
			m.Attackers = append(m.Attackers, AttackerMove{name, from, to, move})
		}
	}
	if o != nil && n != nil {
		m.Easier, m.Harder = waysOnlyIn(n, o), waysOnlyIn(o, n)
	}
	return m
}

func verdictAt(h *held, p place, nothing string) string {
	if h == nil {
		return nothing
	}
	return h.places[p]
}

func attackerOf(h *held, name, nothing string) string {
	if h == nil {
		return nothing
	}
	return h.attackers[name]
}

// placeOrder is the order of devices, from the one with the least to tell.
var placeOrder = []string{"unmanaged", "registered", "hybrid", "compliant", "paw"}

func allPlaces(sides ...*held) []place {
	seen := map[place]bool{}
	for _, h := range sides {
		if h != nil {
			maps.Copy(seen, filled(h.places))
		}
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b place) int {
		return cmp.Or(strings.Compare(b.step, a.step), // use before activate
			deviceRank(a.device)-deviceRank(b.device), strings.Compare(a.device, b.device),
			strings.Compare(b.network, a.network)) // untrusted before trusted
	})
}

func deviceRank(device string) int {
	if i := slices.Index(placeOrder, device); i >= 0 {
		return i
	}
	return len(placeOrder)
}

func filled(places map[place]string) map[place]bool {
	all := make(map[place]bool, len(places))
	for p := range places {
		all[p] = true
	}
	return all
}

// attackerOrder is from the weakest attacker to the strongest.
var attackerOrder = []string{"stolenPassword", "phishedSession", "activeSession", "userDevice", "paw"}

func allAttackers(sides ...*held) []string {
	var names []string
	for _, h := range sides {
		if h == nil {
			continue
		}
		for name := range h.attackers {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	sorting.Stable(names, func(a, b string) int {
		return cmp.Or(attackerRank(a)-attackerRank(b), strings.Compare(a, b))
	})
	return names
}

func attackerRank(name string) int {
	if i := slices.Index(attackerOrder, name); i >= 0 {
		return i
	}
	return len(attackerOrder)
}

// waysOnlyIn are the sets of requirements of a that b does not list.
func waysOnlyIn(a, b *held) [][]string {
	var ways [][]string
	for _, key := range slices.Sorted(maps.Keys(a.ways)) {
		if _, both := b.ways[key]; !both {
			ways = append(ways, a.ways[key])
		}
	}
	return ways
}

// principals lists who holds a Tier 0 role on one side only.
func principals(before, now map[string]*held, certainBefore, certainNow bool) []PrincipalMove {
	o, n := byPrincipal(before), byPrincipal(now)
	moves := []PrincipalMove{}
	for _, id := range keysOf(o, n) {
		if o[id] != nil && n[id] != nil {
			continue
		}
		m := cmp.Or(n[id], o[id])
		m.Move = presenceOf(o[id] != nil, certainBefore, certainNow)
		moves = append(moves, *m)
	}
	sorting.Stable(moves, func(a, b PrincipalMove) int { return strings.Compare(a.Principal.Name, b.Principal.Name) })
	return moves
}

func byPrincipal(all map[string]*held) map[string]*PrincipalMove {
	holders := map[string]*PrincipalMove{}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		h := all[key]
		id := model.FoldID(h.Principal.ID)
		if holders[id] == nil {
			holders[id] = &PrincipalMove{Principal: h.Principal, Roles: []model.RoleRef{}}
		}
		if !slices.Contains(holders[id].Roles, h.Role) {
			holders[id].Roles = append(holders[id].Roles, h.Role)
		}
	}
	for _, h := range holders {
		sorting.Stable(h.Roles, byRole)
	}
	return holders
}

// namedCauses are the policies that the explanations speak of otherwise than
// before.
func namedCauses(o, n *held) []Cause {
	causes := []Cause{}
	if o == nil || n == nil {
		return causes
	}
	before, now := spokenOf(o.Weakest), spokenOf(n.Weakest)
	for _, id := range keysOf(before, now) {
		from, to := before[id], now[id]
		if from != nil && to != nil && from.why() == to.why() {
			continue
		}
		causes = append(causes, Cause{Dataset: model.ConditionalAccessPolicies.Name(), ID: id,
			Name: cmp.Or(to, from).name, Proof: Named, Old: from.why(), New: to.why()})
	}
	return causes
}

// spoken is what the explanations of a holding say of one policy.
type spoken struct {
	name string
	whys []string
}

func (s *spoken) why() string {
	if s == nil {
		return ""
	}
	return strings.Join(s.whys, "; ")
}

func spokenOf(ways []model.Weakest) map[string]*spoken {
	all := map[string]*spoken{}
	for _, w := range ways {
		for _, b := range w.Because {
			id := model.FoldID(b.Policy)
			if all[id] == nil {
				all[id] = &spoken{name: b.Name}
			}
			if s := all[id]; !slices.Contains(s.whys, b.Why) {
				s.whys = append(s.whys, b.Why)
				slices.Sort(s.whys)
			}
		}
	}
	return all
}
