// Package assess runs controls over a tenant and turns their verdicts into
// maturity levels, a score and an assessment document.
//
// A [Control] is a value: it says which data sets and facts it needs and has a
// Run function. The engine does not import the controls of the framework; a
// caller passes them in, beside its own or without some:
//
//	a, err := assess.Run(ctx, source, pillars.All(), assess.Options{})
//
// A false pass is impossible by construction as far as types can make it so:
// a [Verdict]'s fields are unexported, a pass comes only out of a [Tally] or of
// a valid attestation, and a Tally knows the coverage of everything that its
// control consulted. What was not read is unknown, and the finding says which
// file or permission would settle it.
package assess
