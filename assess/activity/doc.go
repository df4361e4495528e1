// Package activity joins what happened in a tenant: which roles were activated
// through Privileged Identity Management, from which devices and networks the
// same people signed in meanwhile, and what the directory's audit log says of it.
//
// All times are UTC. Whether a record belongs to a join is a question with three
// answers: a record without a time, a principal or a device may belong, and never
// disappears.
package activity
