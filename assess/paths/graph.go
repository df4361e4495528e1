package paths

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/privpath/privpath/assess/access"
	"github.com/privpath/privpath/assess/paths/internal/horn"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// Graph is a tenant's ways into Tier 0. It is read-only, and several goroutines may
// ask at once.
type Graph struct {
	b         *builder
	goal      horn.Atom
	must, may *horn.System // the rules that surely hold, and those that may
	mustRules []int        // must's rules as indices into b.rules
	starts    []start
	classes   []class
	sets      [][]horn.Atom                     // what the attackers of each class have at first
	reached   map[string]map[string]model.Truth // by start, by attacker
	alike     *alike                            // of which proofs are shared
	crowds    *alike                            // of which one stands for all, in the question of what cuts them off
	tier0     func() []model.Tier0Member
	lockouts  func() []lockout
	crossing  func() crossing

	mutex    sync.Mutex // of demanded and units
	demanded map[sameUse][]string
	units    map[inUnit]unit
}

// start is where an attacker begins: a principal, and what is held of it.
type start struct {
	ref       model.PrincipalRef
	attackers []foothold
	class     int // index in the graph's classes
}

// class is what starts that are alike share: what their attackers have at first, as
// the sets from place on of those that every goal is asked from.
type class struct {
	first int // start
	place int
}

// foothold is what an attacker of a kind has at first.
type foothold struct {
	attacker string
	atoms    []horn.Atom
}

// The attackers of what is no user.
const (
	// AttackerCredential has a credential of a service principal.
	AttackerCredential = "workloadCredential"
	// AttackerControl controls what stands behind: the Azure resource of a managed
	// identity, the tenant that owns an application, the on-premises directory.
	AttackerControl = "control"
)

func newGraph(b *builder) (*Graph, error) {
	g := &Graph{b: b, reached: map[string]map[string]model.Truth{}, demanded: map[sameUse][]string{}, units: map[inUnit]unit{}}
	g.goal, _ = b.find(key{kind: atomTier0})
	var all, sure []horn.Rule
	for i, r := range b.rules {
		all = append(all, r.Rule)
		if r.certain {
			sure = append(sure, r.Rule)
			g.mustRules = append(g.mustRules, i)
		}
	}
	var err error
	if g.may, err = horn.New(len(b.keys), all); err != nil {
		return nil, fmt.Errorf("privilege graph: %w", err)
	}
	if g.must, err = horn.New(len(b.keys), sure); err != nil {
		return nil, fmt.Errorf("privilege graph: %w", err)
	}
	b.heldBy("") // what is indexed when first asked: from here on the builder is read-only
	g.readStarts()
	g.alike, g.crowds = newAlike(g, g.ownDevices()), newAlike(g, nil)
	g.readClasses()
	g.solve()
	g.tier0, g.lockouts, g.crossing = sync.OnceValue(g.readTier0), sync.OnceValue(g.readLockouts), sync.OnceValue(g.readCrossing)
	return g, nil
}

// readStarts lists whoever the graph knows, by name.
func (g *Graph) readStarts() {
	anyone, anyService, outside := g.atomOf(key{kind: atomAnyone}), g.atomOf(key{kind: atomAnyService}), g.atomOf(key{kind: atomOutside})
	users := map[string]bool{}
	for _, k := range g.b.keys {
		switch k.kind {
		case atomAt, atomSession, atomActs:
			if !users[k.subject] && g.b.principal(k.subject).Kind == principals.KindUser {
				users[k.subject] = true
				g.starts = append(g.starts, start{ref: g.b.ref(k.subject), attackers: g.userFootholds(k.subject, anyone)})
			}
		case atomService:
			g.starts = append(g.starts, start{ref: g.b.ref(k.subject), attackers: []foothold{{AttackerCredential, []horn.Atom{g.atomOf(k), anyService, anyone}}}})
		case atomExternal:
			g.starts = append(g.starts, start{ref: externalRef(k), attackers: []foothold{{AttackerControl, []horn.Atom{g.atomOf(k), outside}}}})
		case atomAzure:
			ref := g.b.ref(k.subject)
			g.starts = append(g.starts, start{ref: model.PrincipalRef{Kind: "azureResource", ID: ref.ID, Name: "the Azure resource of " + ref.Name}, attackers: []foothold{{AttackerControl, []horn.Atom{g.atomOf(k)}}}})
		case atomForeign:
			g.starts = append(g.starts, start{ref: model.PrincipalRef{Kind: "tenant", ID: k.subject, Name: "tenant " + k.subject}, attackers: []foothold{{AttackerControl, []horn.Atom{g.atomOf(k), outside}}}})
		case atomIssuer, atomHome:
			g.starts = append(g.starts, start{ref: g.atomRef(g.atomOf(k)), attackers: []foothold{{AttackerControl, []horn.Atom{g.atomOf(k), outside}}}})
		case atomOnPremises:
			g.starts = append(g.starts, start{ref: model.PrincipalRef{Kind: "onPremises", ID: "onPremises", Name: "the on-premises directory"}, attackers: []foothold{{AttackerControl, []horn.Atom{g.atomOf(k)}}}})
		}
	}
	g.starts = append(g.starts, start{ref: anybody, attackers: []foothold{{AttackerControl, []horn.Atom{anyone}}}},
		start{ref: anyApplication, attackers: []foothold{{AttackerCredential, []horn.Atom{anyService}}}},
		start{ref: outsider, attackers: []foothold{{AttackerControl, []horn.Atom{outside}}}})
	if always := g.atomOf(key{kind: atomAlways}); always != horn.None {
		for i := range g.starts {
			for j := range g.starts[i].attackers {
				f := &g.starts[i].attackers[j]
				f.atoms = append(f.atoms, always)
			}
		}
	}
	sorting.Stable(g.starts, func(a, b start) int {
		return cmp.Or(cmp.Compare(a.ref.Kind, b.ref.Kind), cmp.Compare(a.ref.Name, b.ref.Name), cmp.Compare(a.ref.ID, b.ref.ID))
	})
}

// What the graph does not name: anybody stands for every account, anyApplication
// for every application, outsider for every identity of elsewhere.
var (
	anybody        = model.PrincipalRef{Kind: "anyone", ID: "anyone", Name: "any account of the tenant"}
	anyApplication = model.PrincipalRef{Kind: "anyone", ID: "anyApplication", Name: "any application of the tenant"}
	outsider       = model.PrincipalRef{Kind: "anyone", ID: "outsider", Name: "any identity outside the tenant"}
)

func (g *Graph) atomOf(k key) horn.Atom {
	id, ok := g.b.find(k)
	if !ok {
		return horn.None
	}
	return id
}

// userFootholds are the attackers of a user, the weakest first.
func (g *Graph) userFootholds(user string, anyone horn.Atom) []foothold {
	cred := func(n int) horn.Atom { return g.atomOf(key{kind: atomAt, subject: user, n: n}) }
	place := func(n int) horn.Atom { return g.atomOf(key{kind: atomPlace, n: n}) }
	list := []foothold{
		{access.AttackerStolenPassword, []horn.Atom{cred(at(password, own))}},
		{access.AttackerPhishedSession, []horn.Atom{cred(at(secondFactor, own)), cred(at(password, own))}},
		{access.AttackerActiveSession, []horn.Atom{g.atomOf(key{kind: atomSession, subject: user})}},
		{access.AttackerUserDevice, []horn.Atom{cred(at(phishingResistant, device)), cred(at(secondFactor, device)), cred(at(password, device)), place(device)}},
		{access.AttackerPAW, []horn.Atom{cred(at(phishingResistant, paw)), cred(at(secondFactor, paw)), cred(at(password, paw)), place(paw)}},
	}
	for i := range list {
		atoms := []horn.Atom{anyone}
		for _, a := range list[i].atoms {
			if a != horn.None {
				atoms = append(atoms, a)
			}
		}
		list[i].atoms = atoms
	}
	return list
}

// readClasses joins the starts that are alike.
func (g *Graph) readClasses() {
	known := map[string]int{}
	for i := range g.starts {
		s := &g.starts[i]
		name := g.alike.classOf(s.ref)
		n, ok := known[name]
		if !ok {
			n = len(g.classes)
			known[name] = n
			g.classes = append(g.classes, class{first: i, place: len(g.sets)})
			for _, f := range s.attackers {
				g.sets = append(g.sets, f.atoms)
			}
		}
		s.class = n
	}
}

// solve asks for the ways into Tier 0.
func (g *Graph) solve() {
	verdicts := g.ask(g.goal)
	for _, s := range g.starts {
		of := map[string]model.Truth{}
		for i, f := range s.attackers {
			of[f.attacker] = verdicts.of(s, i)
		}
		g.reached[startKey(s.ref)] = of
	}
}

// verdicts are the answers to a goal, once for all starts that are alike.
type verdicts struct {
	g               *Graph
	surely, perhaps []bool // by the graph's sets
}

func (g *Graph) ask(goal horn.Atom) verdicts {
	goals := []horn.Atom{goal}
	return verdicts{g, g.must.Reach(g.sets, goals), g.may.Reach(g.sets, goals)}
}

// of is the verdict on a start's nth attacker.
func (v verdicts) of(s start, n int) model.Truth {
	n += v.g.classes[s.class].place
	switch {
	case v.surely[n]:
		return model.True
	case v.perhaps[n]:
		return model.Unknown
	}
	return model.False
}

func startKey(ref model.PrincipalRef) string { return ref.Kind + "|" + model.FoldID(ref.ID) }

// Verdict says whether an attacker who starts at a principal ends in Tier 0. Of
// one that the graph does not name it is the verdict on any of its kind.
func (g *Graph) Verdict(principal model.PrincipalRef, attacker string) model.Truth {
	if verdicts, ok := g.reached[startKey(principal)]; ok {
		return verdicts[attacker]
	}
	switch principal.Kind {
	case string(principals.KindServicePrincipal):
		return g.Anyone()
	case "onPremises", "azureResource":
		return model.False // nothing comes from it that matters
	case "tenant", "externalIdentity", "identityProvider":
		return g.reached[startKey(outsider)][AttackerControl]
	}
	return g.reached[startKey(anybody)][AttackerControl]
}

// Paths lists the ways into Tier 0 that lead over something else than the start's
// own role: for each start the weakest attacker who surely gets there, and where
// a weaker one only may, that one too. Ways over one's own role are the access
// engine's answer.
func (g *Graph) Paths() []model.Path {
	var list []model.Path
	for _, s := range g.starts {
		open, reached := false, g.reached[startKey(s.ref)]
		for _, f := range s.attackers {
			verdict := reached[f.attacker]
			if verdict == model.False || verdict == model.Unknown && open {
				continue
			}
			path, ok := g.path(g.goal, s, f, verdict)
			if !ok {
				break
			}
			if path.indirect {
				list = append(list, path.Path)
			}
			if verdict == model.True {
				break
			}
			open = true
		}
	}
	sorting.Stable(list, func(a, b model.Path) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(len(a.Hops), len(b.Hops)))
	})
	return list
}

// rank orders paths: certain ones first, by the weakness of the attacker.
func rank(p model.Path) int {
	order := []string{AttackerControl, access.AttackerStolenPassword, access.AttackerPhishedSession, access.AttackerActiveSession, AttackerCredential,
		access.AttackerUserDevice, access.AttackerPAW}
	n := slices.Index(order, p.Attacker)
	if p.Verdict != model.Reaches {
		n += len(order)
	}
	return n
}

type foundPath struct {
	model.Path
	indirect bool
	proof    horn.Proof // rules of b.rules
}

// The costs of a derivation: a hop counts, more so one that is not certain.
const (
	costHop  = 1000
	costPart = 1
	costOpen = 1_000_000
)

func (g *Graph) cost(rule int) int64 {
	r := g.b.rules[rule]
	cost := int64(costPart)
	if r.hop >= 0 {
		cost = costHop
		if g.b.hops.at(r.hop).edge == edgeLeadsOn { // by label: any way that is followed says more
			cost += costOpen
		}
		if use := g.b.hops.at(r.hop).use; use != nil && use.attacker < session {
			cost += int64(use.attacker)
		}
	}
	if !r.certain {
		cost += costOpen
	}
	return cost
}

func (g *Graph) path(goal horn.Atom, s start, f foothold, verdict model.Truth) (foundPath, bool) {
	proof, ok := g.alike.prove(goal, s.ref, f.attacker, f.atoms, verdict == model.True)
	if !ok {
		return foundPath{}, false
	}
	p := foundPath{Path: model.Path{From: s.ref, Attacker: f.attacker, Verdict: model.Reaches, Requires: []string{}}, proof: proof}
	if verdict != model.True {
		p.Verdict = model.ReachUnknown
	}
	ends := map[horn.Atom]end{}
	for _, a := range f.atoms {
		ends[a] = end{ref: s.ref}
	}
	shows := map[horn.Atom][]model.Evidence{} // what a power rests on
	for _, rule := range proof {
		r := g.b.rules[rule]
		from := ends[r.If]
		if r.hop < 0 {
			shows[r.Head] = shows[r.If]
			if k := g.b.keys[r.If]; k.kind == atomRole {
				shows[r.Head] = g.b.roles[k.subject].evidence
			}
			if k := g.b.keys[r.If]; r.And != horn.None && (k.kind == atomPlace || k.kind == atomOff) {
				from = ends[r.And]
			}
			from.demands = union(ends[r.If].demands, ends[r.And].demands)
			ends[r.Head] = from
			p.Unknown = append(p.Unknown, r.needs...)
			continue
		}
		legs := g.legs(*g.b.hops.at(r.hop), from.ref)
		rests := union(ends[r.If].demands, ends[r.And].demands)
		for i := range legs {
			if len(legs[i].Evidence) == 0 {
				legs[i].Evidence = shows[r.If]
			}
			if len(legs[i].Requires) == 0 {
				legs[i].RestsOn = rests
			}
		}
		if r.And != horn.None {
			if with := g.withOf(r.And, ends); with != nil && *with != legs[0].To { // an approval leads to the role itself
				legs[0].With = with
			}
		}
		if k := g.b.keys[r.Head].kind; k == atomAppPower || k == atomPermitted {
			shows[r.Head] = legs[0].Evidence
		}
		arrives := legs[len(legs)-1]
		ends[r.Head] = end{arrives.To, union(arrives.Requires, arrives.RestsOn)}
		p.Hops = follow(p.Hops, legs)
		p.Unknown = append(p.Unknown, r.needs...)
		p.indirect = p.indirect || !g.ownUse(*g.b.hops.at(r.hop), s.ref)
		p.Requires = union(p.Requires, arrives.Requires)
	}
	p.To = ends[goal].ref
	p.Unknown = distinct(p.Unknown)
	layOut(&p.Path)
	return p, true
}

// end is where the derivation of an atom has come to, and what the sign-ins there
// demanded.
type end struct {
	ref     model.PrincipalRef
	demands []string
}

// union joins lists, each entry once, in their order. It changes none of them.
func union(lists ...[]string) []string {
	joined := []string{}
	for _, list := range lists {
		for _, entry := range list {
			if !slices.Contains(joined, entry) {
				joined = append(joined, entry)
			}
		}
	}
	return joined
}

func (g *Graph) withOf(and horn.Atom, ends map[horn.Atom]end) *model.PrincipalRef {
	known, ok := ends[and]
	if !ok || g.b.keys[and].kind == atomAnyone {
		return nil
	}
	return &known.ref
}

// ownUse reports whether a hop is the start's own use of a role that it holds.
func (g *Graph) ownUse(h hop, start model.PrincipalRef) bool {
	switch h.edge {
	case edgeRegistersMethod:
		return h.to.ID == start.ID
	case edgeUsesRole, edgeActivatesRole, edgeActivatesMembership, edgeRidesSession:
		return h.use != nil && model.SameID(g.b.holdings[h.use.holding].Principal.ID, start.ID)
	case edgeHoldsRole:
		return h.to.Kind == "role" && start.Kind == string(principals.KindServicePrincipal)
	}
	return false
}

func (g *Graph) hopOf(h hop, from model.PrincipalRef) model.Hop {
	if h.from.ID != "" {
		from = h.from
	}
	out := model.Hop{Edge: h.edge.String(), From: from, To: h.to, Requires: []string{}, Explanation: h.text, Evidence: h.evidence}
	if h.use != nil {
		out.Requires = g.requires(h)
		if holder := g.b.holdings[h.use.holding].Principal; !model.SameID(holder.ID, from.ID) {
			out.From = g.b.ref(holder.ID)
		}
	}
	return out
}

// requires lists what the hop's sign-in demands, as the access engine's smallest
// set that the attacker holds: of every step before the use, and of the use. What
// was taken out of the way before demands nothing.
func (g *Graph) requires(h hop) []string {
	holding, d := g.b.holdings[h.use.holding], g.b.demands
	asked := sameUse{d.classOf(h.use.holding, holding), h.use.authContext, h.use.variant, h.use.attacker}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if known, ok := g.demanded[asked]; ok {
		return slices.Clone(known)
	}
	attacker := attackers[h.use.attacker]
	steps, engine := []access.Step{access.StepJoin, access.StepActivate, access.StepUse}, d.base
	if h.use.variant >= 0 {
		engine = d.engine(h.use.variant)
	}
	if attacker.UseOnly || h.use.variant >= 0 && d.variants[h.use.variant].noPIM {
		steps = steps[2:]
	}
	list := []string{}
	for _, step := range steps {
		question := access.Question{Step: step}
		if step == access.StepUse {
			question.Context = h.use.authContext
		}
		for _, o := range smallestHeld(engine.Query(holding, question).Requires, attacker) {
			if !slices.Contains(list, string(o)) {
				list = append(list, string(o))
			}
		}
	}
	g.demanded[asked] = list
	return slices.Clone(list)
}

// sameUse is the use of holdings that the access engine does not tell apart.
type sameUse struct {
	class, authContext string
	variant, attacker  int
}

func smallestHeld(sets [][]access.Obligation, a access.Attacker) []access.Obligation {
	holds := func(o access.Obligation) bool {
		return slices.ContainsFunc(append(slices.Clone(a.Holds), a.Perhaps...), func(have access.Obligation) bool { return have.Satisfies(o) }) ||
			o.Other() || a.ManagedDevice && (o == access.CompliantDevice || o == access.HybridJoinedDevice)
	}
	for _, set := range sets {
		if !slices.ContainsFunc(set, func(o access.Obligation) bool { return !holds(o) }) {
			return set
		}
	}
	return a.Holds[:1]
}

func distinct(needs []model.Need) []model.Need {
	var kept []model.Need
	for _, n := range needs {
		if !slices.Contains(kept, n) {
			kept = append(kept, n)
		}
	}
	return kept
}
