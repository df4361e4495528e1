// Package control holds the controls of the Control pillar: eligible instead of
// standing roles, guarded activation, and Conditional Access for administrators.
// One control a file.
package control
