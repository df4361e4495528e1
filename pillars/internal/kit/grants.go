package kit

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/internal/sorting"
	"github.com/privpath/privpath/model"
)

// GraphGrants is who holds which application permission of Microsoft Graph.
type GraphGrants struct {
	// Holders are the principals with a grant, by name.
	Holders []GraphHolder
	gaps    []model.Gap
}

// Gaps lists what keeps the grants from being complete.
func (g GraphGrants) Gaps() []model.Gap { return g.gaps }

// GraphHolder is an application with its permissions.
type GraphHolder struct {
	ID, Name string
	Grants   []GraphGrant
}

// GraphGrant is one application permission that was granted.
type GraphGrant struct {
	// Permission is its name, or its id where nobody knows the name.
	Permission string
	// Tier0 says whether it reaches Tier 0 by itself, and Reason why. It is
	// Unknown for a permission that the catalogue does not hold.
	Tier0    model.Truth
	Reason   string
	Evidence model.Evidence
}

// GraphPermissions is the fact of the application permissions of Microsoft Graph.
// It reads who is assigned to Microsoft Graph, or else what every service
// principal is assigned to.
var GraphPermissions = &assess.Fact[GraphGrants]{
	ID:       "graphPermissions",
	Requires: []assess.Dependency{model.ServicePrincipals, model.AppRoleAssignedTo, model.AppRoleAssignments},
	Compute: func(p *assess.Pass) (GraphGrants, error) {
		return graphGrants(p.Tenant()), nil
	},
}

func graphGrants(t *model.Tenant) GraphGrants {
	services := model.RowsOf(t, model.ServicePrincipals, nil)
	names := map[string]model.Field[string]{}
	var graph *model.ServicePrincipal
	for s := range services.All() {
		names[model.FoldID(s.ID)] = s.DisplayName
		if s.AppID.Is(func(id string) bool { return model.SameID(id, model.MicrosoftGraphAppID) }) == model.True {
			graph = &s
		}
	}
	if graph == nil {
		coverage := services.Coverage()
		return GraphGrants{gaps: []model.Gap{{Dataset: model.ServicePrincipals.Name(), Reason: cmp.Or(coverage.Reason, model.Unresolved),
			Detail: "the service principal of Microsoft Graph (appId " + model.MicrosoftGraphAppID + ") was not exported, and with it who holds its permissions"}}}
	}
	var grants GraphGrants
	rows := model.RowsOf(t, model.AppRoleAssignedTo, nil).For(graph.ID)
	var assigned []assignment
	for row := range rows.All() {
		assigned = append(assigned, assignment{row, row.Evidence("/appRoleId", row.AppRoleID)})
	}
	if rows.Coverage().State != model.Complete {
		others, complete := assignmentsOf(t, services, graph.ID)
		assigned = append(assigned, others...)
		if !complete {
			grants.gaps = []model.Gap{{Dataset: "servicePrincipals/" + graph.ID + "/appRoleAssignedTo",
				Reason: cmp.Or(rows.Coverage().Reason, model.NotCollected), Detail: rows.Coverage().Detail}}
		}
	}
	grants.Holders = holdersOf(assigned, graph, names)
	if slices.ContainsFunc(assigned, func(a assignment) bool { return a.PrincipalID == "" }) {
		grants.gaps = append(grants.gaps, model.Gap{Dataset: "servicePrincipals/" + graph.ID + "/appRoleAssignedTo",
			Reason: model.Malformed, Detail: "an assignment does not say to whom"})
	}
	return grants
}

// assignment is one assignment and where it stands in the export.
type assignment struct {
	model.AppRoleAssignment
	at model.Evidence
}

// expandLimit is how many related objects Graph returns with $expand; more are
// cut without a word.
// Source: learn.microsoft.com/graph/query-parameters, $expand on directory objects.
const expandLimit = 20

// assignmentsOf gathers what every service principal is assigned to, and says
// whether that is all.
func assignmentsOf(t *model.Tenant, services model.Rows[model.ServicePrincipal], resource string) ([]assignment, bool) {
	var found []assignment
	complete := services.Coverage().State == model.Complete
	add := func(row model.AppRoleAssignment, at model.Evidence) {
		complete = complete && row.ResourceID != ""
		if model.SameID(row.ResourceID, resource) {
			found = append(found, assignment{row, at})
		}
	}
	listed := model.RowsOf(t, model.AppRoleAssignments, nil)
	for s := range services.All() {
		rows := listed.For(s.ID)
		for row := range rows.All() {
			add(row, row.Evidence("/appRoleId", row.AppRoleID))
		}
		if rows.Coverage().State == model.Complete {
			continue
		}
		whole := s.AppRoleAssignments.Is(func(expanded []model.AppRoleAssignment) bool {
			for i, row := range expanded {
				add(row, s.Evidence(fmt.Sprintf("/appRoleAssignments/%d/appRoleId", i), row.AppRoleID))
			}
			return len(expanded) < expandLimit
		})
		complete = complete && whole == model.True
	}
	return found, complete
}

func holdersOf(assigned []assignment, graph *model.ServicePrincipal, names map[string]model.Field[string]) []GraphHolder {
	offered := map[string]model.Field[string]{}
	graph.AppRoles.Is(func(roles []model.AppRole) bool {
		for _, role := range roles {
			offered[model.FoldID(role.ID)] = role.Value
		}
		return true
	})
	byID := map[string]*GraphHolder{}
	for _, row := range assigned {
		if row.PrincipalID == "" {
			continue
		}
		key := model.FoldID(row.PrincipalID)
		h, ok := byID[key]
		if !ok {
			h = &GraphHolder{ID: row.PrincipalID, Name: named(names[key], named(row.PrincipalDisplayName, row.PrincipalID))}
			byID[key] = h
		}
		h.Grants = append(h.Grants, grantOf(row, named(offered[model.FoldID(row.AppRoleID)], "")))
	}
	list := make([]GraphHolder, 0, len(byID))
	for _, h := range byID {
		list = append(list, *h)
	}
	sorting.Stable(list, func(a, b GraphHolder) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return list
}

// defaultAccess is the app role id of an assignment without any permission.
const defaultAccess = "00000000-0000-0000-0000-000000000000"

// grantOf classifies a permission. A name that Microsoft Graph itself offers but
// the catalogue does not hold is newer than the catalogue, and not judged.
func grantOf(row assignment, offered string) GraphGrant {
	known, ok := model.PermissionWithID(model.MicrosoftGraphAppID, row.AppRoleID)
	g := GraphGrant{Permission: cmp.Or(known.Value, offered, row.AppRoleID, "<not exported>"), Evidence: row.at}
	g.Reason = model.Tier0Permission(g.Permission)
	switch {
	case g.Reason != "":
		g.Tier0 = model.True
	case ok || row.AppRoleID == defaultAccess:
		g.Tier0 = model.False
	}
	return g
}

func named(f model.Field[string], otherwise string) string {
	return model.Fold(f, func() string { return otherwise }, func() string { return otherwise },
		func(v string) string { return cmp.Or(v, otherwise) })
}
