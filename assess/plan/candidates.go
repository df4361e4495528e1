package plan

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// Request is one request of Microsoft Graph that a person would send. It is
// printed and never sent.
type Request struct {
	Method string          `json:"method"`
	Path   string          `json:"path"`
	Body   json.RawMessage `json:"body,omitempty"`
}

// Candidate is a change that may be worth proposing, with the requests that
// would make it.
type Candidate struct {
	Change   Change    `json:"change"`
	Requests []Request `json:"requests"`
}

// Advice is what the plan cannot simulate: something to state or to do first.
type Advice struct {
	Title string `json:"title"`
	Why   string `json:"why"`
}

// tenantView is what the generators read.
type tenantView struct {
	*model.Tenant
	declared
	tier0 principals.View
	// roles are the template ids of the Tier 0 roles, and holders the users that
	// hold one and are no break-glass accounts: an eligible role is not yet seen by
	// a policy when it is activated, so policies name both.
	roles, holders []string
	names          map[string]string // of the holders
	// pim says that the tenant surely has PIM: what needs its licence is not
	// proposed where it may not.
	pim bool
}

func viewOf(t *model.Tenant) tenantView {
	directory := principals.Resolve(t)
	v := tenantView{Tenant: t, declared: readDeclared(t), tier0: directory.Tier0(), names: map[string]string{}, pim: directory.Licensed() == model.True}
	roles, holders := map[string]bool{}, map[string]bool{}
	for _, r := range model.BuiltInRoles() {
		if r.Tier0 {
			roles[r.TemplateID] = true
		}
	}
	for _, h := range v.tier0.Holdings {
		if h.Role.BuiltIn == model.True {
			roles[h.Role.ID] = true
		}
		if h.Principal.Kind == principals.KindUser && !v.isBreakGlass(h.Principal.ID) {
			holders[h.Principal.ID] = true
			v.names[h.Principal.ID] = h.Principal.Name
		}
	}
	v.roles, v.holders = slices.Sorted(maps.Keys(roles)), slices.Sorted(maps.Keys(holders))
	return v
}

// families are the generators of candidates, in the order in which equals rank.
var families = []func(tenantView) []Candidate{
	enablePolicies, closeExclusions, addRoles, widenConditions, newPolicies, makeEligible, activationRules,
}

func candidates(v tenantView) []Candidate {
	var list []Candidate
	for _, family := range families {
		list = append(list, family(v)...)
	}
	return list
}

// object is a JSON object of Graph.
type object = map[string]any

func raw(v any) json.RawMessage {
	text, _ := json.Marshal(v) // maps, lists, texts, numbers and flags: cannot fail
	return text
}

func patched(title, dataset, id string, body any) Candidate {
	return Candidate{
		Change:   Change{Format: ChangeFormat, Title: title, Operations: []Operation{{Op: OpPatch, Dataset: dataset, ID: id, Record: raw(body)}}},
		Requests: []Request{{Method: "PATCH", Path: "/" + dataset + "/" + id, Body: raw(body)}},
	}
}

// text reads a field of which only a value is of use here.
func text(f model.Field[string]) string { return fieldOr(f, "") }

func fieldOr[T any](f model.Field[T], other T) T {
	none := func() T { return other }
	return model.Fold(f, none, none, func(v T) T { return v })
}

func jsonRoundTrip(from, to any) error {
	text, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, to)
}
