package paths

import (
	"strings"

	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// A hop may pass nodes that the rules need not know: the administrative unit that
// puts its object in the reach of a role, and the credential that it sets or adds
// and that then signs in. Rules say who comes by what; these nodes, how.

// credentialOf names a credential of a user, an application or a service
// principal.
func credentialOf(owner, kind, name string) model.PrincipalRef {
	return model.PrincipalRef{Kind: KindCredential, ID: owner + "#" + strings.ReplaceAll(kind, " ", "-"), Name: name}
}

func passwordOf(p principals.Principal) model.PrincipalRef {
	return credentialOf(p.ID, "password", "the password of "+p.Name)
}

func addedTo(owner model.PrincipalRef) model.PrincipalRef {
	return credentialOf(owner.ID, "added", "a new credential of "+owner.Name)
}

// passed reports whether it is a unit that an object is in, and no object.
func (u inUnit) passed() bool { return strings.HasPrefix(u.scope, unitScope) }

// legs are what a path shows of a hop: from the unit that it passes on, and
// through the credential that it gives.
func (g *Graph) legs(h hop, from model.PrincipalRef) []model.Hop {
	main := g.hopOf(h, from)
	list := []model.Hop{main}
	if h.over.passed() {
		unit, shown := g.unitOf(h.over)
		reaches := model.Hop{Edge: edgeAdministersUnit.String(), From: main.From, To: unit, Requires: []string{},
			Explanation: "reaches what " + unit.Name + " holds", Evidence: shown}
		list[0].From = unit
		list = []model.Hop{reaches, list[0]}
	}
	if h.credential.ID != "" {
		last := &list[len(list)-1]
		signsIn := model.Hop{Edge: edgeSignsInWith.String(), From: h.credential, To: h.to, Requires: []string{},
			Explanation: "signs in as " + h.to.Name, Evidence: g.b.recordOf(h.to)}
		last.To = h.credential
		list = append(list, signsIn)
	}
	return list
}

// follow adds the legs of a hop to a path. Where somebody signs in with the
// credential that the last one gave, that is one leg and not two.
func follow(hops, legs []model.Hop) []model.Hop {
	if len(hops) > 0 {
		last, next := hops[len(hops)-1], &legs[0]
		if last.Edge == edgeSignsInWith.String() && next.Edge == edgeSignsIn.String() && last.To == next.From {
			next.From, next.Explanation = last.From, last.Explanation
			hops = hops[:len(hops)-1]
		}
	}
	return append(hops, legs...)
}

// unitOf names a unit, with its record and that of the membership, where there is
// one.
func (g *Graph) unitOf(u inUnit) (model.PrincipalRef, []model.Evidence) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	known, ok := g.units[u]
	if !ok {
		known = g.b.readUnit(u)
		g.units[u] = known
	}
	return known.ref, known.evidence
}

// unit is an administrative unit as a path shows it.
type unit struct {
	ref      model.PrincipalRef
	evidence []model.Evidence
}

func (x *index) readUnit(u inUnit) unit {
	id := strings.TrimPrefix(u.scope, unitScope)
	found := unit{ref: model.PrincipalRef{Kind: KindUnit, ID: id, Name: x.scopeName(u.scope)}}
	for row := range model.RowsOf(x.tenant, model.AdministrativeUnits, nil).All() {
		if model.SameID(row.ID, id) {
			found.ref.ID = row.ID
			found.evidence = append(found.evidence, row.Evidence("/id", row.ID))
		}
	}
	for member := range model.RowsOf(x.tenant, model.AdministrativeUnitMembers, nil).For(found.ref.ID).All() {
		if model.SameID(member.ID, u.object) {
			found.evidence = append(found.evidence, member.Evidence("/id", member.ID))
		}
	}
	return found
}

// recordOf points at the record of a user, a group or a service principal; at
// none where it was not exported.
func (x *index) recordOf(ref model.PrincipalRef) []model.Evidence {
	p := x.principal(ref.ID)
	if group, ok := x.dir.Group(ref.ID); ok && ref.Kind == string(principals.KindGroup) {
		return []model.Evidence{group.Evidence("/id", group.ID)}
	}
	switch {
	case p.User != nil:
		return []model.Evidence{p.User.Evidence("/id", p.User.ID)}
	case p.ServicePrincipal != nil:
		return []model.Evidence{p.ServicePrincipal.Evidence("/id", p.ServicePrincipal.ID)}
	}
	return nil
}
