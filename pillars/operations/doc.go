// Package operations holds the controls of the Operations pillar: break-glass
// accounts that work, documented procedures, change management, and outside
// administrators under the same rules. One control a file.
package operations
