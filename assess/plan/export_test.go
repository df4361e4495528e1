package plan

import "github.com/privpath/privpath/model"

// Candidates lists what is simulated for a tenant, before anything is judged.
func Candidates(t *model.Tenant) []Candidate { return candidates(viewOf(t)) }
