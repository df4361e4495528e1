// Package plan says what to fix first. It changes the tenant that was read, not
// the real one, assesses the result with the same engine and the same controls,
// and keeps the changes that close most. A change that could take away the last
// way in is never proposed. Nothing is ever written to a tenant: what a person
// would have to send is printed.
package plan
