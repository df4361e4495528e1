package paths

import (
	"slices"
	"strconv"
	"strings"

	"github.com/privpath/privpath/assess/paths/internal/horn"
	"github.com/privpath/privpath/assess/paths/internal/powers"
	"github.com/privpath/privpath/model"
)

// kind is the kind of an atom.
type kind uint8

// The atoms. A comment names what subject, other and n stand for.
const (
	atomTier0       kind = iota // the goal
	atomAnyone                  // any account of the tenant: every start has it
	atomOnPremises              // the on-premises directory is controlled
	atomIssuer                  // the identity provider of a federated domain: subject is the domain
	atomHome                    // the home tenant of a guest: subject is its domain
	atomAzure                   // the Azure resource behind a managed identity: subject is the service principal
	atomForeign                 // another tenant that owns an application: subject is the tenant
	atomExternal                // an identity outside the tenant: subject is its issuer, other its name there
	atomOutside                 // any identity outside the tenant that is not named
	atomAnyService              // any application of the tenant: every start of one has it
	atomPlace                   // a device of a kind is at hand: n is a place
	atomAt                      // credentials of a user at a place: subject, n = at(credential, place)
	atomSession                 // a session of a user in which roles are active: subject
	atomActs                    // the user is signed in, without a role: subject
	atomInUse                   // a holding is in use: n is its index
	atomInContext               // a holding is in use with an authentication context: n its index, other the context
	atomRole                    // someone uses a role: subject its id, other the scope
	atomPower                   // someone has a power at tenant scope: n is the power
	atomAppPower                // a service principal has a power at tenant scope: n is the power
	atomApplication             // credentials can be added to an application: subject
	atomService                 // a service principal is controlled: subject
	atomDevice                  // code runs on a device: subject
	atomApprover                // an approver of a role agrees: n is the holding's index
	atomOff                     // policies that stand in the way are gone: n is a variant
	atomIntune                  // somebody acts by an assignment of a role of Intune: subject is the assignment
	atomPermitted               // an application with a permission acts: subject is the permission
	atomAlways                  // every start has it
	atomBlocked                 // a policy blocks the sign-ins of everybody
	atomHindered                // something is written that sign-ins hang on
	atomOut                     // an account cannot sign in any more: subject
	atomGone                    // an account can no longer use Global Administrator: subject
	atomLeft                    // so it is with the first n of those who could
	atomLockedOut               // and with all of them
	atomJoint                   // several atoms at once: other lists them
)

// key names an atom.
type key struct {
	kind           kind
	subject, other string
	n              int
}

// The credentials, weakest first, and the places, as atomAt counts them.
const (
	password = iota
	secondFactor
	phishingResistant
	credentials

	own    = 0 // the attacker's own unmanaged device, elsewhere
	device = 1 // a managed device that is no PAW, on the tenant's network
	paw    = 2
	places = 3
)

func at(credential, place int) int { return credential*places + place }

// rule is a hop, or part of one.
type rule struct {
	horn.Rule
	hop int32 // index into net.hops, -1 for a part that is not shown
	// certain says whether it surely holds; needs says what would settle it.
	certain bool
	needs   []model.Need
}

// hop is what a path shows of a rule.
type hop struct {
	edge     edge
	to       model.PrincipalRef
	text     string
	evidence []model.Evidence
	// from is set where the hop does not start where the last one ended.
	from model.PrincipalRef
	// use is the sign-in that the hop takes, nil for none.
	use *usage
	// over is the administrative unit that the hop passes, and credential what is
	// set or added and then signed in with: nodes between its ends.
	over       inUnit
	credential model.PrincipalRef
}

// hops are kept in pieces: a large graph has a quarter of a million, and is not
// copied to make room for more.
type hops [][]hop

const hopsInPiece = 1024

func (l *hops) add(h hop) int32 {
	last := len(*l) - 1
	if last < 0 || len((*l)[last]) == hopsInPiece {
		*l, last = append(*l, make([]hop, 0, hopsInPiece)), last+1
	}
	(*l)[last] = append((*l)[last], h)
	return int32(last*hopsInPiece + len((*l)[last]) - 1)
}

func (l hops) at(i int32) *hop { return &l[i/hopsInPiece][i%hopsInPiece] }

// inUnit is an object in the reach of a role over an administrative unit; the zero
// value is none.
type inUnit struct{ scope, object string }

// usage is the use of a holding by somebody with a credential at a place.
type usage struct {
	holding     int
	authContext string
	variant     int // index into demands.variants, -1 for none
	attacker    int // index into attackers
}

// net is the system of rules while it is built.
type net struct {
	ids    map[key]horn.Atom
	keys   []key
	rules  []rule
	hops   hops
	todo   []horn.Atom                // atoms whose rules are not built yet
	joined map[horn.Atom][2]horn.Atom // by an atom of two atoms at once
}

func newNet() *net { return &net{ids: map[key]horn.Atom{}, joined: map[horn.Atom][2]horn.Atom{}} }

// atom interns an atom. One that is new is queued, to build the rules that
// conclude it.
func (n *net) atom(k key) horn.Atom {
	k.subject = model.FoldID(k.subject)
	if id, ok := n.ids[k]; ok {
		return id
	}
	id := horn.Atom(len(n.keys))
	n.ids[k] = id
	n.keys = append(n.keys, k)
	n.todo = append(n.todo, id)
	return id
}

// find is atom for one that may not be there.
func (n *net) find(k key) (horn.Atom, bool) {
	k.subject = model.FoldID(k.subject)
	id, ok := n.ids[k]
	return id, ok
}

// because is what a rule rests on besides its premises.
type because struct {
	truth model.Truth
	needs []model.Need
	hop   *hop
}

// surely is a rule without a condition that is not shown.
var surely = because{truth: model.True}

func (b because) shown(h hop) because { b.hop = &h; return b }

func (b because) needing(needs ...model.Need) because {
	if b.truth == model.Unknown {
		b.needs = append(slices.Clone(b.needs), needs...)
	}
	return b
}

// and adds a condition on what roles can do.
func (b because) and(truth model.Truth, detail string) because {
	return b.about(truth, model.RoleDefinitions.Name(), detail)
}

// about adds a condition, and where it is not known what would settle it.
func (b because) about(truth model.Truth, dataset, detail string) because {
	return b.with(because{truth: truth}.needing(model.Need{Dataset: dataset, Reason: model.Unresolved, Detail: detail}))
}

// with adds the conditions of another.
func (b because) with(other because) because {
	b.truth = model.And(b.truth, other.truth)
	b.needs = append(slices.Clone(b.needs), other.needs...)
	return b
}

// conclude adds the rule "head follows from the premises", unless its condition
// is false. More than two premises are joined two by two.
func (n *net) conclude(head horn.Atom, why because, premises ...key) {
	if why.truth == model.False {
		return
	}
	ids := make([]horn.Atom, len(premises))
	for i, p := range premises {
		ids[i] = n.atom(p)
	}
	for len(ids) > 2 {
		joint := n.joint(ids[0], ids[1])
		ids = append([]horn.Atom{joint}, ids[2:]...)
	}
	r := rule{Rule: horn.Rule{Head: head, If: ids[0], And: horn.None}, hop: -1, certain: why.truth == model.True, needs: why.needs}
	if len(ids) == 2 {
		r.And = ids[1]
	}
	if why.hop != nil {
		r.hop = n.hops.add(*why.hop)
	}
	n.rules = append(n.rules, r)
}

// joint is the atom of two atoms at once.
func (n *net) joint(a, b horn.Atom) horn.Atom {
	k := key{kind: atomJoint, other: strings.Join([]string{n.keys[a].String(), n.keys[b].String()}, "&")}
	if id, ok := n.ids[k]; ok {
		return id
	}
	id := n.atom(k)
	n.joined[id] = [2]horn.Atom{a, b}
	n.rules = append(n.rules, rule{Rule: horn.Rule{Head: id, If: a, And: b}, hop: -1, certain: true})
	return id
}

// String names an atom apart from all others.
func (k key) String() string {
	return strings.Join([]string{strconv.Itoa(int(k.kind)), k.subject, k.other, strconv.Itoa(k.n)}, "|")
}

// acting is that a principal acts, or, where it was not exported which, that anybody
// of a kind does.
func acting(id string, anybody kind) key {
	if id == "" {
		return key{kind: anybody}
	}
	return key{kind: atomActs, subject: id}
}

func powerAtom(k kind, p powers.Power) key { return key{kind: k, n: int(p)} }
