package kit

import (
	"slices"

	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// Holder is a principal that holds a role of a view.
type Holder struct {
	principals.Principal
	// Critical says that it holds Global Administrator or Privileged Role
	// Administrator, so that its failure alone fails a control graded by share.
	Critical bool
	// Roles names the roles that it holds, sorted.
	Roles []string
	// Holding shows one of its holdings in the export.
	Holding []model.Evidence
}

// Holders lists each principal of the view once, in the view's order.
func Holders(view principals.View) []Holder { return holders(view, view.Principals()) }

// Users lists the holders that are users, or may be.
func Users(view principals.View) []Holder { return holders(view, view.Users()) }

func holders(view principals.View, of []principals.Principal) []Holder {
	held := byPrincipal(view.Holdings)
	var list []Holder
	for _, principal := range of {
		list = append(list, holder(principal, held.of(principal)))
	}
	return list
}

func holder(principal principals.Principal, held []principals.Holding) Holder {
	h := Holder{Principal: principal}
	for _, one := range held {
		if h.Holding == nil {
			h.Holding = one.Evidence
		}
		h.Critical = h.Critical || Critical(one.Role.ID)
		h.Roles = append(h.Roles, one.Role.Name)
	}
	slices.Sort(h.Roles)
	h.Roles = slices.Compact(h.Roles)
	return h
}

// held finds holdings by who holds.
type held struct {
	holdings []principals.Holding
	places   map[string][]int // by folded principal id
}

func byPrincipal(holdings []principals.Holding) held {
	h := held{holdings, map[string][]int{}}
	for i := range holdings {
		id := model.FoldID(holdings[i].Principal.ID)
		h.places[id] = append(h.places[id], i)
	}
	return h
}

// of lists the principal's holdings in their order.
func (h held) of(p principals.Principal) []principals.Holding {
	var list []principals.Holding
	for _, i := range h.places[model.FoldID(p.ID)] {
		list = append(list, h.holdings[i])
	}
	return list
}

// TenantHolders answers who holds a Tier 0 role over the whole tenant: a role over one
// unit or application is no reason to be trusted with another.
type TenantHolders struct {
	held map[string]model.Truth // by folded id
	all  bool                   // every holder is known
}

// TenantHoldersOf reads a view of the Tier 0 roles.
func TenantHoldersOf(tier0 principals.View) TenantHolders {
	t := TenantHolders{map[string]model.Truth{}, len(tier0.Gaps()) == 0}
	for _, h := range tier0.Holdings {
		t.held[model.FoldID(h.Principal.ID)] = model.Or(t.holds(h.Principal), h.TenantWide())
	}
	return t
}

func (t TenantHolders) holds(p principals.Principal) model.Truth {
	held, known := t.held[model.FoldID(p.ID)]
	if !known {
		return model.False
	}
	return held
}

// Lower says whether the principal is below Tier 0. A deleted one does nothing.
func (t TenantHolders) Lower(p principals.Principal) model.Truth {
	held := t.holds(p)
	if held == model.False && !t.all {
		held = model.Unknown
	}
	return model.And(held.Not(), p.Dangling.Not())
}
