// Package kit holds what controls of more than one pillar share: who
// activates what under which rules, which administrators a Conditional Access
// policy speaks of, and which devices are privileged access workstations.
package kit
