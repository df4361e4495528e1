package graphsource

import "github.com/privpath/privpath/graphsource/internal/requests"

// Request is how one data set is collected: the Graph request, the least
// permission for it, the licence that the tenant needs, and what it is for.
type Request = requests.Request

// Requests lists the request of every data set that a service can supply, in
// the order of model.Datasets.
func Requests() []Request { return requests.All() }

// Permission is the least delegated permission that reads a data set, or "" for
// one that no request supplies. It fits assess.Options.Permission.
func Permission(dataset string) string {
	for _, r := range requests.All() {
		if r.Dataset == dataset {
			return r.Delegated
		}
	}
	return ""
}
