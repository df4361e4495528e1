package paths

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess/paths/internal/horn"
	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// lockout is a goal: an account is out, or every Global Administrator is. Accounts
// that the same rules put out are one.
type lockout struct {
	targets  []model.PrincipalRef
	goals    []horn.Atom // one for each target; the verdicts are the same
	every    bool
	verdicts verdicts
}

// readLockouts asks for every lock-out, that of all first.
func (g *Graph) readLockouts() []lockout {
	var list []lockout
	if goal := g.atomOf(key{kind: atomLockedOut}); goal != horn.None {
		targets := []model.PrincipalRef{}
		for _, id := range g.b.rulers {
			targets = append(targets, g.b.ref(id))
		}
		sorting.Stable(targets, func(a, b model.PrincipalRef) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
		if len(targets) == 0 {
			targets = append(targets, everyRuler)
		}
		list = append(list, lockout{targets: targets, goals: []horn.Atom{goal}, every: true, verdicts: g.ask(goal)})
	}
	texts := g.rulesOfOut()
	place := map[string]int{}
	for _, goal := range g.outs() {
		at, ok := place[texts[goal]]
		if !ok {
			at = len(list)
			place[texts[goal]] = at
			list = append(list, lockout{verdicts: g.ask(goal)})
		}
		list[at].targets, list[at].goals = append(list[at].targets, g.b.ref(g.b.keys[goal].subject)), append(list[at].goals, goal)
	}
	return list
}

// outs are the accounts that can be put out, by name.
func (g *Graph) outs() []horn.Atom {
	var list []horn.Atom
	for id, k := range g.b.keys {
		if k.kind == atomOut {
			list = append(list, horn.Atom(id))
		}
	}
	sorting.Stable(list, func(a, b horn.Atom) int {
		x, y := g.b.ref(g.b.keys[a].subject), g.b.ref(g.b.keys[b].subject)
		return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.ID, y.ID))
	})
	return list
}

// everyRuler stands for the holders of Global Administrator of whom none is known.
var everyRuler = model.PrincipalRef{Kind: "role", ID: model.GlobalAdministrator, Name: "every Global Administrator"}

// rulesOfOut writes for each account that can be put out by which rules: premises,
// and whether they surely hold.
func (g *Graph) rulesOfOut() map[horn.Atom]string {
	rules := map[horn.Atom][]string{}
	for _, r := range g.b.rules {
		if g.b.keys[r.Head].kind == atomOut {
			rules[r.Head] = append(rules[r.Head], fmt.Sprint(r.If, r.And, r.certain))
		}
	}
	texts := map[horn.Atom]string{}
	for head, list := range rules {
		slices.Sort(list)
		texts[head] = strings.Join(slices.Compact(list), "|")
	}
	return texts
}

// maxLockoutPaths bounds the ways that are told of one lock-out.
const maxLockoutPaths = 10

// lockoutWay is a start that locks somebody out, as its weakest attacker who does.
type lockoutWay struct {
	start
	n       int // of the attacker
	verdict model.Truth
}

// Lockouts tells who can take administrators out of action without ruling the tenant:
// every Global Administrator at once, and single accounts with a Tier 0 role. Who
// surely reaches Tier 0 can, and is left out; of what puts all out, only that is told.
// Ways are the weakest few.
func (g *Graph) Lockouts() []model.Lockout {
	list := []model.Lockout{}
	tier0 := g.ask(g.goal)
	above := []verdicts{tier0}
	for _, l := range g.lockouts() {
		out := model.Lockout{Targets: l.targets, Every: l.every, Paths: []model.Path{}}
		ways := g.waysOf(l, tier0, above)
		for _, w := range ways {
			if w.verdict == model.True {
				out.Surely++
			} else {
				out.Perhaps++
			}
		}
		for _, w := range ways[:min(len(ways), maxLockoutPaths)] {
			if path, ok := g.path(l.goals[0], w.start, w.attackers[w.n], w.verdict); ok {
				path.To = l.targets[0]
				if l.every {
					path.To = everyRuler
				}
				out.Paths = append(out.Paths, path.Path)
			}
		}
		if l.every {
			above = append(above, l.verdicts)
		}
		if l.every || len(ways) > 0 {
			list = append(list, out)
		}
	}
	return list
}

// waysOf lists the starts of a lock-out, certain ones first, by the weakness of the
// attacker. What comes of a goal above is told there, and of what any account or
// application may do, that alone.
func (g *Graph) waysOf(l lockout, tier0 verdicts, above []verdicts) []lockoutWay {
	var list []lockoutWay
	anybodyMay := slices.ContainsFunc(g.starts, func(s start) bool { return s.ref.Kind == anybody.Kind && l.verdicts.of(s, 0) == model.Unknown })
	weakest := func(s start) (lockoutWay, bool) {
		for n := range s.attackers {
			verdict := l.verdicts.of(s, n)
			if tier0.of(s, n) == model.True {
				break
			}
			told := slices.ContainsFunc(above, func(v verdicts) bool { return model.Or(v.of(s, n), verdict) == v.of(s, n) })
			if !told && (verdict == model.True || !anybodyMay || s.ref.Kind == anybody.Kind) {
				return lockoutWay{s, n, verdict}, true
			}
		}
		return lockoutWay{}, false
	}
	ways := make([]*lockoutWay, len(g.classes)) // none of a class without one
	for i, c := range g.classes {
		if w, ok := weakest(g.starts[c.first]); ok {
			ways[i] = &w
		}
	}
	for _, s := range g.starts {
		if w := ways[s.class]; w != nil {
			list = append(list, lockoutWay{s, w.n, w.verdict})
		}
	}
	order := func(w lockoutWay) int {
		p := model.Path{Attacker: w.attackers[w.n].attacker}
		if w.verdict == model.True {
			p.Verdict = model.Reaches
		}
		return rank(p)
	}
	sorting.Stable(list, func(a, b lockoutWay) int { return cmp.Compare(order(a), order(b)) })
	return list
}
