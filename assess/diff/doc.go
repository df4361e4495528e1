// Package diff compares two assessments of a tenant: which findings were fixed or
// came up, how levels and score moved, who can now use a privileged role from
// where, and which change of which policy did it.
//
// [Compare] is a function of the two assessments alone. What is no longer known
// is never fixed, closed or removed: it stands apart as [Undecided]. Where the
// tenants behind the assessments are at hand, [Configuration] lists what changed
// in their policies and role assignments, and [Attribute] proves which of these
// changes moved the reach, by undoing them one at a time.
package diff
