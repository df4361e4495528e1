package paths

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/privpath/privpath/assess/paths/internal/horn"
	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// alike shares proofs among starts that the rules do not tell apart: a thousand
// helpdesk administrators of one group need one. What a rule says of a start's own
// atoms is written without the start's name; of two starts with the same text,
// exchanging one's rules for the other's turns every derivation into another.
type alike struct {
	g      *Graph
	places map[string]ownDevice // by folded device id; nil where only what is the user's alone counts as own
	owners []string             // by atom: see owner
	number []int64              // by atom: see numberOf
	own    map[string][]int     // rules by the user whose atoms they have, in the order of their text
	class  map[string]string
	size   map[string]int // starts of a class
	names  map[string]int64
	mutex  sync.Mutex // of proofs and the provers
	proofs map[proofKey]found
	must   map[horn.Atom]*horn.Prover // by goal, by rules that surely hold
	may    map[horn.Atom]*horn.Prover // by rules that may hold
}

// found is a proof of one start of a class; none where there is none.
type found struct {
	of    string
	proof horn.Proof
	own   []int // by rule of the proof: where among the start's own it stands, or -1
	ok    bool
}

// ownDevice is a device on which one user of the graph works, the nth of theirs.
type ownDevice struct {
	user string
	n    int
}

// ownDevices finds the devices that one user's rules speak of and no other's.
func (g *Graph) ownDevices() map[string]ownDevice {
	places, count := map[string]ownDevice{}, map[string]int{}
	for _, r := range g.b.rules {
		if r.If == horn.None || g.b.keys[r.If].kind != atomDevice {
			continue
		}
		id, user := g.b.keys[r.If].subject, g.b.keys[r.Head].subject
		switch known, ok := places[id]; {
		case !ok:
			places[id] = ownDevice{user, count[user]}
			count[user]++
		case known.user != user:
			places[id] = ownDevice{}
		}
	}
	return places
}

func newAlike(g *Graph, places map[string]ownDevice) *alike {
	a := &alike{g: g, places: places, own: map[string][]int{}, class: map[string]string{}, size: map[string]int{}, names: map[string]int64{}, proofs: map[proofKey]found{},
		must: map[horn.Atom]*horn.Prover{}, may: map[horn.Atom]*horn.Prover{}}
	a.owners, a.number = make([]string, len(g.b.keys)), make([]int64, len(g.b.keys))
	for i := range g.b.keys { // two atoms are older than that of both at once
		atom := horn.Atom(i)
		a.owners[i] = a.ownerOf(atom)
		a.number[i] = a.numberOf(atom)
	}
	for i, r := range g.b.rules {
		var seen [3]string
		for j, atom := range []horn.Atom{r.Head, r.If, r.And} {
			if seen[j] = a.owner(atom); seen[j] != "" && !slices.Contains(seen[:j], seen[j]) {
				a.own[seen[j]] = append(a.own[seen[j]], i)
			}
		}
	}
	var texts []ruleText
	var written []byte
	for owner, rules := range a.own {
		texts = texts[:0]
		for _, rule := range rules {
			texts = append(texts, a.text(owner, rule))
		}
		sorting.Stable(texts, func(x, y ruleText) int { return slices.Compare(x[:], y[:]) })
		written = written[:0]
		for i, t := range texts {
			rules[i] = int(t[len(t)-1])
			for _, number := range t[:len(t)-1] {
				written = binary.LittleEndian.AppendUint64(written, uint64(number))
			}
		}
		class := sha256.Sum256(written)
		a.class[owner] = string(class[:])
	}
	for _, s := range g.starts {
		a.size[a.classOf(s.ref)]++
	}
	return a
}

// owner is the user whose atom it is, folded; empty for an atom of nobody's own.
func (a *alike) owner(atom horn.Atom) string {
	if atom == horn.None {
		return ""
	}
	return a.owners[atom]
}

func (a *alike) ownerOf(atom horn.Atom) string {
	switch k := a.g.b.keys[atom]; k.kind {
	case atomAt, atomSession, atomActs:
		return k.subject
	case atomInUse, atomInContext, atomApprover:
		return model.FoldID(a.g.b.holdings[k.n].Principal.ID)
	case atomDevice:
		return a.places[k.subject].user
	case atomJoint:
		if a.places != nil {
			return a.jointOwner(a.g.b.joined[atom])
		}
	}
	return ""
}

// jointOwner is whose two atoms at once are: one's, together with nobody's.
func (a *alike) jointOwner(of [2]horn.Atom) string {
	first, second := a.owner(of[0]), a.owner(of[1])
	if first != "" && second != "" && first != second {
		return ""
	}
	return cmp.Or(first, second)
}

// ruleText is a rule without the name of an owner: head and premises, what it
// costs, its edge, and last the rule itself, which is no part of the text.
type ruleText [6]int64

func (a *alike) text(owner string, rule int) ruleText {
	r := a.g.b.rules[rule]
	shown := int64(-2)
	if r.hop >= 0 {
		shown = 2 * int64(a.g.b.hops.at(r.hop).edge)
	}
	if r.certain {
		shown++
	}
	return ruleText{a.numberFor(owner, r.Head), a.numberFor(owner, r.If), a.numberFor(owner, r.And), a.g.cost(rule), shown, int64(rule)}
}

// numberFor stands for an atom: itself, or what it is of its owner.
func (a *alike) numberFor(owner string, atom horn.Atom) int64 {
	if a.owner(atom) != owner {
		return int64(atom)
	}
	return a.number[atom]
}

// numberOf stands for what an atom is of its owner; of nobody's, for itself.
func (a *alike) numberOf(atom horn.Atom) int64 {
	if a.owner(atom) == "" {
		return int64(atom)
	}
	k := a.g.b.keys[atom]
	switch k.kind {
	case atomInUse, atomInContext, atomApprover:
		h := a.g.b.holdings[k.n]
		return -2 - a.name(strings.Join(append([]string{strconv.Itoa(int(k.kind)), k.other, h.Role.ID, h.Scope, string(h.Manner), strconv.FormatBool(h.ViaEligible)}, h.Via...), "|"))
	case atomJoint:
		of, owner := a.g.b.joined[atom], a.owner(atom)
		return -2 - a.name("joint "+strconv.FormatInt(a.numberFor(owner, of[0]), 10)+" "+strconv.FormatInt(a.numberFor(owner, of[1]), 10))
	case atomDevice:
		return -2 - a.name("device "+strconv.Itoa(a.places[k.subject].n))
	}
	return -2 - a.name(strconv.Itoa(int(k.kind)*credentials*places+k.n))
}

// name numbers a text.
func (a *alike) name(text string) int64 {
	n, ok := a.names[text]
	if !ok {
		n = int64(len(a.names))
		a.names[text] = n
	}
	return n
}

// classOf names what the rules tell of a start, or of a user's own device. What is
// no user's is alone.
func (a *alike) classOf(ref model.PrincipalRef) string {
	who := a.who(ref)
	class, ok := a.class[who]
	switch {
	case !ok:
		return startKey(ref)
	case ref.Kind == "device":
		return class + "|device " + strconv.Itoa(a.places[model.FoldID(ref.ID)].n)
	}
	return class
}

// who is the user that a start is, or whose own device it is; folded.
func (a *alike) who(ref model.PrincipalRef) string {
	switch ref.Kind {
	case string(principals.KindUser):
		return model.FoldID(ref.ID)
	case "device":
		return a.places[model.FoldID(ref.ID)].user
	}
	return ""
}

// prove gives the cheapest derivation of a goal from a start as rules of the net,
// found once for all starts that are alike.
func (a *alike) prove(goal horn.Atom, ref model.PrincipalRef, attacker string, atoms []horn.Atom, certain bool) (horn.Proof, bool) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	key := proofKey{goal, a.classOf(ref), attacker, certain}
	known, ok := a.proofs[key]
	if ok && !known.ok {
		return nil, false
	}
	if ok {
		if proof, fits := a.exchange(goal, known, a.who(ref), atoms); fits {
			return proof, true
		}
	}
	proof, proved := a.search(goal, atoms, certain)
	if !ok {
		a.proofs[key] = a.found(a.who(ref), proof, proved)
	}
	return proof, proved
}

type proofKey struct {
	goal            horn.Atom
	class, attacker string
	certain         bool
}

// search gives the cheapest derivation of a goal as rules of the net.
func (a *alike) search(goal horn.Atom, atoms []horn.Atom, certain bool) (horn.Proof, bool) {
	if !certain {
		if a.may[goal] == nil {
			a.may[goal] = a.g.may.Prover(goal, a.g.cost)
		}
		return a.may[goal].Prove(atoms)
	}
	if a.must[goal] == nil {
		a.must[goal] = a.g.must.Prover(goal, func(rule int) int64 { return a.g.cost(a.g.mustRules[rule]) })
	}
	proof, ok := a.must[goal].Prove(atoms)
	for i, rule := range proof {
		proof[i] = a.g.mustRules[rule]
	}
	return proof, ok
}

func (a *alike) found(of string, proof horn.Proof, ok bool) found {
	f := found{of: of, proof: proof, own: make([]int, len(proof)), ok: ok}
	for i, rule := range proof {
		f.own[i] = -1
		if of != "" && a.has(of, rule) {
			f.own[i] = slices.Index(a.own[of], rule)
		}
	}
	return f
}

// has tells whether a rule is among the user's own.
func (a *alike) has(user string, rule int) bool {
	r := a.g.b.rules[rule]
	return a.owner(r.Head) == user || a.owner(r.If) == user || a.owner(r.And) == user
}

// exchange turns a derivation from one start into one from another that is alike,
// and checks it step by step. One that leads over the other itself is no derivation
// that the other would find: of equals it takes its own way.
func (a *alike) exchange(goal horn.Atom, f found, to string, atoms []horn.Atom) (horn.Proof, bool) {
	if f.of == to {
		return f.proof, true
	}
	from, into := a.own[f.of], a.own[to]
	if len(from) != len(into) {
		return nil, false
	}
	proof := make(horn.Proof, len(f.proof))
	known := map[horn.Atom]bool{horn.None: true}
	for _, atom := range atoms {
		known[atom] = true
	}
	for i, rule := range f.proof {
		at := f.own[i]
		switch {
		case a.has(to, rule) && (at < 0 || slices.Contains(into[at:], rule)):
			return nil, false
		case at >= 0:
			rule = into[at]
		}
		r := a.g.b.rules[rule]
		if !known[r.If] || !known[r.And] {
			return nil, false
		}
		known[r.Head], proof[i] = true, rule
	}
	return proof, known[goal]
}
