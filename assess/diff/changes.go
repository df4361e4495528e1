package diff

// Change is one record of the tenant's configuration that was added, removed or
// changed.
type Change struct {
	Dataset string `json:"dataset"`
	ID      string `json:"id"`
}
