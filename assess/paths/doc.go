// Package paths finds the ways into Tier 0: who, starting from which stolen or
// held credential, can end up with a role that rules the tenant, over which hops,
// and what each hop demands.
//
// A way is a derivation in a system of Horn rules. Atoms are what an attacker has
// (a credential of a user at a kind of device, a service principal, a role in
// use, Conditional Access switched off), rules are the hops, with one premise or
// with two. What each hop demands of the sign-in comes from the access engine, so
// that a helpdesk administrator who can reset an owner's password leads on only
// from where that role can be used. Everything that the data leaves open is a
// rule that may hold: a way that needs one is unknown, and names what would
// settle it.
//
// Loss of availability is a second goal in the same system: who puts every Global
// Administrator out of action, or one account with a Tier 0 role.
//
// The system is built backward from Tier 0, so that what cannot matter is never
// built.
package paths
