// Package access decides exactly who can use a privileged role, from where, and
// what stops them: Conditional Access and Privileged Identity Management,
// evaluated offline from a tenant's own records.
//
// It holds two evaluators that share no code beyond the vocabulary of types.go,
// the compiled device filters, the location algebra and the reading of
// authentication strengths. [Evaluate] is the oracle: it judges one concrete
// sign-in, straight from the documented rules, with an explanation for every
// policy. The frontier engine finds, over all sign-ins at once, the weakest
// demands, and is held against the oracle.
//
// Everything is three-valued. What the data does not say is evaluated as if it
// applied ([Decision.May]) and as if it did not ([Decision.Must]).
package access
