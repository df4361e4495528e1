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
func Holders(view principals.View) []Holder {
	var list []Holder
	for _, principal := range view.Principals() {
		list = append(list, holder(view, principal))
	}
	return list
}

// Users lists the holders that are users, or may be.
func Users(view principals.View) []Holder {
	var list []Holder
	for _, principal := range view.Users() {
		list = append(list, holder(view, principal))
	}
	return list
}

func holder(view principals.View, principal principals.Principal) Holder {
	h := Holder{Principal: principal}
	for _, held := range view.Holdings {
		if !model.SameID(held.Principal.ID, principal.ID) {
			continue
		}
		if h.Holding == nil {
			h.Holding = held.Evidence
		}
		h.Critical = h.Critical || Critical(held.Role.ID)
		h.Roles = append(h.Roles, held.Role.Name)
	}
	slices.Sort(h.Roles)
	h.Roles = slices.Compact(h.Roles)
	return h
}
