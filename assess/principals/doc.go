// Package principals resolves once who holds which role: directly, through
// groups nested to any depth (cycles included), through PIM for Groups, as
// active and as eligible assignments, and with which scope.
//
// Membership is three-valued: a group whose members were not collected leaves
// every question about it Unknown, and the gap says which file would settle it.
package principals
