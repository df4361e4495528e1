package model

import "time"

// ManifestFormat names the bundle format in a manifest.
const ManifestFormat = "privpath-export/1"

// Manifest is a bundle's manifest.json: whose data it is, when it was collected
// (RFC 3339, UTC), and what the collector knows of each data set. It can say
// that data is missing or partial; it cannot make truncated data complete.
type Manifest struct {
	Format      string    `json:"format"`
	TenantID    string    `json:"tenantId,omitempty"`
	TenantName  string    `json:"tenantName,omitempty"`
	CollectedAt time.Time `json:"collectedAt,omitzero"`
	Collector   string    `json:"collector,omitempty"`
	// Datasets is keyed by a data set's name (groups/{id}/members), or by the path
	// of one parent's part (groups/4f5e…/members).
	Datasets map[string]ManifestDataset `json:"datasets,omitempty"`
}

// ManifestDataset is what the collector knows of one data set, or of one
// parent's file in it (groups/<id>/members).
type ManifestDataset struct {
	Status string `json:"status"` // complete, partial or missing
	// Count is how many records were collected; nil where that was not counted.
	Count      *int   `json:"count,omitempty"`
	Reason     Reason `json:"reason,omitempty"`
	Detail     string `json:"detail,omitempty"`
	Permission string `json:"permission,omitempty"`
	// From and To bound a windowed data set (sign-ins, audits).
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}
